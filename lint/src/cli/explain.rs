//! `ioctl-lint explain`.

use std::io::{self, Write};

use clap::Args;
use ioctl_lint::docs::{level_name, markdown};
use ioctl_lint::registry;
use ioctlkit_model::RuleInfo;
use ioctlkit_report::Style;

use super::Outcome;
use super::failure::Failure;
use super::terminal::{Terminal, bold};

/// Say what a rule looks for, why, and what to do about it
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A code such as `L001`, or a slug such as `implicit-hole`
    #[arg(value_name = "RULE", required = true)]
    rules: Vec<String>,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let rules: Vec<&RuleInfo> =
        arguments.rules.iter().map(|name| registry::by_name(name)).collect::<Result<_, _>>()?;
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
    let legacy = level_name(rule.legacy);
    writeln!(out, "severity: {} in the profile new, {legacy} in legacy", rule.severity)?;
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
