//! `ioctl-lint explain`.

use std::io::{self, Write};

use clap::Args;
use ioctl_lint::docs::{level_name, markdown};
use ioctl_lint::registry;
use ioctlkit_model::{Profiles, RuleInfo};
use ioctlkit_report::Style;
use serde::Serialize;

use super::Outcome;
use super::answer::{self, AnswerFormat};
use super::failure::Failure;
use super::terminal::{Terminal, bold};

/// Explain a rule: what it looks for, why, and how to fix it
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A code such as `L001`, or a slug such as `implicit-hole`
    #[arg(value_name = "RULE", required = true)]
    rules: Vec<String>,

    /// How to print the pages
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: AnswerFormat,
}

/// A rule with its page.
#[derive(Serialize)]
struct Entry {
    code: &'static str,
    slug: &'static str,
    summary: &'static str,
    new: &'static str,
    legacy: &'static str,
    languages: &'static str,
    /// In Markdown.
    page: String,
}

impl Entry {
    fn of(rule: &RuleInfo) -> Self {
        Self {
            code: rule.code,
            slug: rule.slug,
            summary: rule.summary,
            new: level_name(rule.new_severity()),
            legacy: level_name(rule.legacy_severity()),
            languages: rule.languages.words(),
            page: markdown(rule),
        }
    }
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let rules: Vec<&RuleInfo> =
        arguments.rules.iter().map(|name| registry::by_name(name)).collect::<Result<_, _>>()?;
    if arguments.format == AnswerFormat::Json {
        let entries: Vec<Entry> = rules.into_iter().map(Entry::of).collect();
        terminal.print_exactly(|out, _| answer::write(&entries, out))?;
        return Ok(Outcome::Clean);
    }
    terminal.print(|out, style| {
        for (index, rule) in rules.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            write_page(out, style, rule)?;
        }
        Ok(())
    })?;
    Ok(Outcome::Clean)
}

fn write_page(out: &mut dyn Write, style: Style, rule: &RuleInfo) -> io::Result<()> {
    let title = format!("{} {}", rule.code, rule.slug);
    writeln!(out, "{}: {}", bold(&title, style), rule.summary)?;
    match rule.profiles {
        Profiles::Neither => {
            writeln!(
                out,
                "off by default; `--select {}` turns it on ({})",
                rule.code, rule.severity
            )?;
        }
        Profiles::Both(_) | Profiles::New => {
            let legacy = level_name(rule.legacy_severity());
            writeln!(out, "severity: {} in the profile new, {legacy} in legacy", rule.severity)?;
        }
    }
    writeln!(out, "looks at: {}\n", rule.languages.words())?;
    let page = markdown(rule);
    let mut fenced = false;
    for line in page.strip_prefix(rule.summary).unwrap_or(&page).trim().lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            let indent = if line.is_empty() { "" } else { "    " };
            writeln!(out, "{indent}{line}")?;
        } else if let Some(heading) = line.strip_prefix("# ") {
            writeln!(out, "{}", bold(heading, style))?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_on_a_terminal_has_headings_and_indented_code() {
        let mut out = Vec::new();
        let rule = registry::by_name("S002").unwrap();
        write_page(&mut out, Style { colour: false }, rule).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
