//! When messages are coloured.

use std::io::{self, IsTerminal};

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Even in a file
    Always,
    /// Not at all
    Never,
}

impl Colour {
    /// Whether messages on standard error have colours.
    pub(super) fn is_on(self) -> bool {
        match self {
            Self::Auto => {
                let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
                !is_unwanted && io::stderr().is_terminal()
            }
            Self::Always => true,
            Self::Never => false,
        }
    }
}
