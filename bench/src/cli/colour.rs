//! When messages are coloured.

use std::io::IsTerminal;

use clap::ValueEnum;
use ioctlkit_report::terminal::colour_word;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
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
    /// What a command line says of it that is wrong in other ways.
    pub(super) fn of_refused() -> Self {
        let word = colour_word(std::env::args_os().skip(1));
        word.and_then(|word| Self::from_str(&word, false).ok()).unwrap_or_default()
    }

    /// Whether messages on a stream have colours.
    pub(super) fn is_on(self, stream: &impl IsTerminal) -> bool {
        match self {
            Self::Auto => {
                let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
                !is_unwanted && stream.is_terminal()
            }
            Self::Always => true,
            Self::Never => false,
        }
    }
}
