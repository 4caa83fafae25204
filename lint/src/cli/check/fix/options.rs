//! Options about edits.

use clap::Args;
use ioctlkit_model::Safety;

const FIXING: &str = "Fixing";

/// Which edits are made, and what becomes of them.
#[derive(Debug, Args)]
pub(in crate::cli) struct FixOptions {
    /// Apply the edits that keep the ABI, and report the findings that are left
    #[arg(long, group = "apply", conflicts_with = "write_baseline", help_heading = FIXING)]
    fix: bool,

    /// Also apply edits that change a layout or a number, for an interface that nobody uses yet
    #[arg(long, requires = "apply", help_heading = FIXING)]
    unsafe_fixes: bool,

    /// Print what --fix would change as a patch, and write and report nothing; exit with 1 if there is
    /// anything
    #[arg(
        long, group = "apply",
        conflicts_with_all = ["format", "statistics", "write_baseline"], help_heading = FIXING
    )]
    diff: bool,
}

/// What becomes of edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Files are written.
    Write,
    /// A patch is shown.
    Show,
}

impl FixOptions {
    /// Whether edits are made at all.
    pub(in crate::cli::check) fn is_wanted(&self) -> bool {
        self.purpose().is_some()
    }

    pub(super) fn purpose(&self) -> Option<Purpose> {
        match (self.fix, self.diff) {
            (true, _) => Some(Purpose::Write),
            (false, true) => Some(Purpose::Show),
            (false, false) => None,
        }
    }

    /// The edits that are made, in this order: what keeps the ABI can be held to it.
    pub(super) fn kinds(&self) -> &'static [Safety] {
        if self.unsafe_fixes {
            &[Safety::Safe, Safety::ChangesAbi, Safety::ChangesProgram]
        } else {
            &[Safety::Safe]
        }
    }
}
