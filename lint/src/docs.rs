//! The rules' pages, made from the rules themselves.

use std::fmt::Write as _;

use ioctlkit_abi::{ABIS, Abi, Scalar};
use ioctlkit_model::{Profiles, RuleInfo, Severity};

use crate::abi_facts::{encoding_name, order, provenance};
use crate::registry;

/// Every file of `docs/rules/`: its name and its text. One page per rule, and an index.
pub fn pages() -> Vec<(String, String)> {
    let rules = registry::all();
    let mut pages = vec![("README.md".to_owned(), index(rules))];
    pages.extend(rules.iter().map(|rule| (file_name(rule), page(rule))));
    pages
}

/// The name of a rule's page.
pub fn file_name(rule: &RuleInfo) -> String {
    format!("{}.md", rule.code)
}

/// A rule's documentation as Markdown, as it was written.
pub fn markdown(rule: &RuleInfo) -> String {
    let lines = rule.documentation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// `error`, `warning`, `info` or `off`.
pub fn level_name(severity: Option<Severity>) -> &'static str {
    severity.map_or("off", Severity::name)
}

fn index(rules: &[&RuleInfo]) -> String {
    let mut text = String::from(
        "# Rules\n\n\
         Severities are those of the profile `new`, for an interface that nobody uses yet, and of \
         the profile\n`legacy`, for one in use. A rule that is off in both is turned on by its name. \
         `ioctl-lint explain CODE` prints a page.\n\n\
         | code | slug | new | legacy | what |\n|---|---|---|---|---|\n",
    );
    for rule in rules {
        let _ = writeln!(
            text,
            "| [{}]({}) | {} | {} | {} | {} |",
            rule.code,
            file_name(rule),
            rule.slug,
            level_name(rule.new_severity()),
            level_name(rule.legacy_severity()),
            rule.summary.replace('|', "\\|"),
        );
    }
    text
}

fn page(rule: &RuleInfo) -> String {
    let markdown = markdown(rule);
    let body = markdown.strip_prefix(rule.summary).unwrap_or(&markdown);
    let mut text = format!(
        "# {} {}\n\n{}.\n\n{} Looks at {}.\n\n",
        rule.code,
        rule.slug,
        capitalised(rule.summary),
        when(rule),
        rule.languages.words(),
    );
    let mut fenced = false;
    for line in body.trim().lines() {
        fenced ^= line.trim_start().starts_with("```");
        // The page's own heading is above those of the rule.
        let deeper = if !fenced && line.starts_with('#') { "#" } else { "" };
        let _ = writeln!(text, "{deeper}{line}");
    }
    text
}

/// How severe a rule is where, or how it is turned on.
fn when(rule: &RuleInfo) -> String {
    let (code, severity) = (rule.code, rule.severity);
    match rule.profiles {
        Profiles::Neither => format!(
            "Off by default. `--select {code}` runs it alone; `--severity {code}={severity}`, or \
             `{code} = \"{severity}\"` below\n`[rules]` in `ioctl-lint.toml`, adds it to the others."
        ),
        Profiles::Both(_) | Profiles::New => format!(
            "Severity: {severity} in the profile `new`, {} in `legacy`.",
            level_name(rule.legacy_severity())
        ),
    }
}

/// The page about the ABIs, `docs/abis.md`.
pub fn abis_page() -> String {
    let mut text = String::from(
        "# ABIs\n\n\
         The linter works out every number and every layout for each of these. Sizes and alignments are in bytes. *64 bits at* \
         is the alignment\nof a 64-bit integer in a structure, *size field* the number of bits that a command's number has for \
         the size of its argument.\n\n\
         | ABI | order | `long` | pointer | 64 bits at | `char` | size field | 32-bit programs |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for abi in &ABIS {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} |",
            abi.name,
            order(abi),
            abi.long_size,
            abi.pointer_size,
            abi.align_of(Scalar::LongLong).unwrap_or_default(),
            if abi.char_signed { "signed" } else { "unsigned" },
            encoding_name(abi.encoding),
            programs(abi),
        );
    }
    text += "\nA command's number, from the highest bit (`include/uapi/asm-generic/ioctl.h`, and `asm/ioctl.h` of the \
             architectures that have\ntheir own):\n\n\
             | ABIs | direction | size | type | nr | none, write, read |\n|---|---|---|---|---|---|\n\
             | most | 2 bits | 14 bits | 8 bits | 8 bits | 0, 1, 2 |\n\
             | alpha, mips, powerpc, sparc | 3 bits | 13 bits | 8 bits | 8 bits | 1, 4, 2 |\n\
             | parisc | 2 bits | 14 bits | 8 bits | 8 bits | 0, 2, 1 |\n\n\
             On sparc the lowest bit of the direction is the highest bit of the size in commands that have an argument.\n\n\
             What each is, and what its row was compared with:\n\n| ABI | what | known from |\n|---|---|---|\n";
    for abi in &ABIS {
        let known = provenance(abi.provenance);
        let _ = writeln!(text, "| `{}` | {} | {known} |", abi.name, abi.description);
    }
    text
}

fn programs(abi: &Abi) -> String {
    let names: Vec<String> = abi.compat.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_page_and_a_line_in_the_index() {
        let pages = pages();
        assert_eq!(pages.len(), registry::all().len() + 1);
        let (name, index) = &pages[0];
        assert_eq!(name, "README.md");
        for rule in registry::all() {
            assert!(index.contains(&format!("[{}]({}.md)", rule.code, rule.code)));
        }
    }

    #[test]
    fn every_page_says_what_why_source_example_and_fix() {
        for rule in registry::all() {
            let page = page(rule);
            for heading in ["What", "Why", "Source", "Example", "Fix"] {
                let heading = format!("\n## {heading}\n");
                assert_eq!(page.matches(&heading).count(), 1, "{}: {heading}", rule.code);
            }
            assert_eq!(page.matches("```").count() % 2, 0, "{}", rule.code);
        }
    }

    #[test]
    fn a_page_reads_well() {
        insta::assert_snapshot!(page(registry::by_name("S002").unwrap()));
    }
}
