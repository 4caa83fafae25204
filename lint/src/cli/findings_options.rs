//! What becomes of findings: options of the commands that report some.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use ioctl_lint::Baseline;
use ioctl_lint::config::FailOn;
use ioctlkit_model::Finding;
use ioctlkit_report::Format;

use super::check::summary::counted;
use super::failure::Failure;
use super::rule_choice::RULES;
use super::terminal::Terminal;
use ioctlkit_report::visible::ShownPath as _;

/// How findings are reported, and which of them fail the run.
#[derive(Debug, Args)]
pub(super) struct FindingsOptions {
    /// Exit with 1 if anything of this severity or above is found [default: the configuration's, or
    /// `warning`]
    #[arg(
        long, value_enum, hide_possible_values = true, value_name = "error|warning|info|never",
        help_heading = RULES
    )]
    pub(super) fail_on: Option<FailOn>,

    /// Accept the findings of this baseline, which `ioctl-lint baseline` keeps [default for check: the
    /// configuration's]
    #[arg(long, value_name = "FILE", help_heading = RULES)]
    pub(super) baseline: Option<PathBuf>,

    /// Report nothing, and write a baseline that accepts everything found
    #[arg(long, value_name = "FILE", conflicts_with = "baseline", help_heading = RULES)]
    pub(super) write_baseline: Option<PathBuf>,

    /// How to report findings
    #[arg(long, value_name = "FORMAT", value_parser = formats(), default_value = "full")]
    pub(super) format: Format,

    /// Write to this file instead of standard output; it is replaced as a whole
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// Print no summary
    #[arg(short, long)]
    quiet: bool,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let value = |format: Format| PossibleValue::new(format.name()).help(format.description());
    PossibleValuesParser::new(Format::ALL.map(value)).try_map(|name| name.parse::<Format>())
}

impl FindingsOptions {
    /// Whether people read the report, and not a program.
    pub(super) fn is_for_people(&self) -> bool {
        matches!(self.format, Format::Full | Format::Concise)
    }

    /// Whether a summary stands behind the report.
    pub(super) fn has_summary(&self) -> bool {
        self.is_for_people() && !self.quiet
    }

    /// Writes a baseline that accepts the findings.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub(super) fn accept(
        &self,
        file: &Path,
        findings: &[Finding],
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        let baseline = Baseline::of(findings);
        save(&baseline, file)?;
        if !self.quiet {
            let count = counted(baseline.len(), "finding");
            terminal.say(|out, _| writeln!(out, "wrote {} with {count}", file.shown()));
        }
        Ok(())
    }
}

/// Writes a baseline.
///
/// # Errors
/// Why it cannot be written.
pub(super) fn save(baseline: &Baseline, file: &Path) -> Result<(), Failure> {
    baseline.write(file).map_err(|error| Failure::new(format!("cannot write the baseline {error}")))
}
