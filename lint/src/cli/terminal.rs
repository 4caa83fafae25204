//! Standard output and standard error: colours, and readers that go away.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use ioctl_lint::files;
use ioctlkit_report::Style;
use ioctlkit_report::terminal::Terminal as Harmless;

use super::failure::Failure;

/// When to colour.
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

/// Where a run writes to.
#[derive(Debug)]
pub(super) struct Terminal {
    colour: Colour,
}

impl Terminal {
    pub(super) fn new(colour: Colour) -> Self {
        Self { colour }
    }

    /// Writes to standard output for people.
    pub(super) fn print(
        &self,
        write: impl FnOnce(&mut dyn Write, Style) -> io::Result<()>,
    ) -> Result<(), Failure> {
        self.print_exactly(|out, style| for_people(out, style, write))
    }

    /// Writes to standard output what is in the form of a language. A reader that has read enough
    /// (`| head`) is no error.
    pub(super) fn print_exactly(
        &self,
        write: impl FnOnce(&mut dyn Write, Style) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let stdout = io::stdout();
        let style = self.style(AutoStream::choice(&stdout));
        let mut out = BufWriter::new(stdout.lock());
        match write(&mut out, style).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                // Dropping the buffer would try again.
                let _ = out.into_parts();
                Ok(())
            }
            Err(error) => Err(Failure::of_io("cannot write to standard output", &error)),
            Ok(()) => Ok(()),
        }
    }

    /// Writes in the form of a language to the file as a whole, or to standard output where none is
    /// named.
    pub(super) fn print_to(
        &self,
        file: Option<&Path>,
        write: impl FnOnce(&mut dyn Write, Style) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let Some(file) = file else {
            return self.print_exactly(write);
        };
        let style = Style { colour: self.colour == Colour::Always };
        files::write_atomically(file, |out| write(out, style))
            .map_err(|error| Failure::of_file(file, &error))
    }

    /// Writes to standard error. What cannot be said there can be said nowhere.
    pub(super) fn say(&self, write: impl FnOnce(&mut dyn Write, Style) -> io::Result<()>) {
        let stderr = io::stderr();
        let style = self.style(AutoStream::choice(&stderr));
        let mut out = BufWriter::new(stderr.lock());
        if for_people(&mut out, style, write).and_then(|()| out.flush()).is_err() {
            let _ = out.into_parts();
        }
    }

    /// Whether somebody watches standard output.
    pub(super) fn shows_output() -> bool {
        io::stdout().is_terminal()
    }

    /// Whether somebody watches standard error.
    pub(super) fn is_watched() -> bool {
        io::stderr().is_terminal()
    }

    fn style(&self, detected: ColorChoice) -> Style {
        let colour = match self.colour {
            Colour::Auto => detected != ColorChoice::Never,
            Colour::Always => true,
            Colour::Never => false,
        };
        Style { colour }
    }
}

/// Writes what people read, in which names of others command neither a terminal nor a CI system.
fn for_people(
    out: &mut dyn Write,
    style: Style,
    write: impl FnOnce(&mut dyn Write, Style) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = if style.colour { Harmless::coloured(out) } else { Harmless::plain(out) };
    write(&mut out, style).and_then(|()| out.flush())
}

/// Text in bold, where there are colours.
pub(super) fn bold(text: &str, style: Style) -> String {
    if style.colour {
        let bold = anstyle::Style::new().bold();
        format!("{bold}{text}{bold:#}")
    } else {
        text.to_owned()
    }
}
