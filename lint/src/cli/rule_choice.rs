//! Which rules report, and how severely: options of the commands that check.

use clap::{Args, ValueEnum as _};
use ioctl_lint::Selection;
use ioctl_lint::config::Level;

use super::failure::Failure;

/// The heading that options about rules stand under.
pub(super) const RULES: &str = "Rules";

/// The rules that are named on the command line.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct RuleChoice {
    /// Report only these rules: codes, slugs, or the beginning of codes such as `L`; a rule named in full is
    /// on even where the profile leaves it off
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = RULES)]
    select: Vec<String>,

    /// Do not report these rules
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = RULES)]
    ignore: Vec<String>,

    /// Give a rule a severity: off, info, warning or error
    #[arg(
        long = "severity", value_name = "RULE=LEVEL", value_delimiter = ',',
        value_parser = parse_severity, help_heading = RULES
    )]
    severities: Vec<(String, Level)>,
}

impl RuleChoice {
    /// Puts them on top of a selection.
    ///
    /// # Errors
    /// A name that no rule has.
    pub(super) fn apply(&self, selection: &mut Selection) -> Result<(), Failure> {
        for name in &self.select {
            selection.select(name.trim())?;
        }
        for name in &self.ignore {
            selection.ignore(name.trim())?;
        }
        for (name, level) in &self.severities {
            selection.set_level(name, *level)?;
        }
        Ok(())
    }
}

fn parse_severity(text: &str) -> Result<(String, Level), String> {
    let (rule, level) = text
        .split_once('=')
        .ok_or_else(|| "write a rule, `=` and a level, such as `L001=error`".to_owned())?;
    let level = Level::from_str(level.trim(), false)
        .map_err(|_| format!("`{level}` is no level: write off, info, warning or error"))?;
    Ok((rule.trim().to_owned(), level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_is_a_rule_and_a_level() {
        assert_eq!(parse_severity("L001=off"), Ok(("L001".into(), Level::Off)));
        assert_eq!(
            parse_severity("L001=warn").unwrap_err(),
            "`warn` is no level: write off, info, warning or error"
        );
        assert!(parse_severity("L001").is_err());
    }
}
