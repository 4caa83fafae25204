//! Where the program speaks: nothing else opens its standard streams. What people read goes through
//! [`Terminal`], for it holds names and texts of others. A reader that has gone is no mistake.

use std::fmt;
use std::io::{self, BufWriter, Stderr, Stdout, Write};
use std::sync::OnceLock;

use ioctlkit_model::{Report, SourceMap};
use ioctlkit_report::terminal::Terminal;
use ioctlkit_report::{Style, full};

/// Standard output, for people.
pub fn out() -> Terminal<BufWriter<Stdout>> {
    Terminal::plain(BufWriter::new(io::stdout()))
}

/// Standard error, for people.
pub fn err() -> Terminal<BufWriter<Stderr>> {
    Terminal::plain(BufWriter::new(io::stderr()))
}

/// Standard output for results as they come: each line at once.
pub fn results() -> Terminal<Stdout> {
    Terminal::plain(io::stdout())
}

/// Prints text for people.
///
/// # Errors
/// What the system says, unless the reader has gone.
pub fn print(text: &str) -> io::Result<()> {
    write_to(out(), text)
}

/// Tells people a line on standard error. What cannot be said there can be said nowhere.
pub fn tell(line: impl fmt::Display) {
    let mut err = err();
    let _ = writeln!(err, "{line}").and_then(|()| err.flush());
}

/// What was asked for by name; nothing where the terminal decides.
static COLOUR: OnceLock<bool> = OnceLock::new();

/// Has every report coloured, and what else has a style, or none, whatever it is written to. The first call decides.
pub fn colour_reports(always: bool) {
    let _ = COLOUR.set(always);
}

/// Whether what goes to a stream has colours.
fn has_colours(stream: &impl io::IsTerminal) -> bool {
    let is_unwanted = || std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
    COLOUR.get().copied().unwrap_or_else(|| stream.is_terminal() && !is_unwanted())
}

/// Tells on standard error what went wrong.
pub fn report(report: &Report, sources: &SourceMap) {
    let stderr = io::stderr();
    let style = Style { colour: has_colours(&stderr) };
    let _ = full::render(report, sources, style, &mut BufWriter::new(stderr));
}

/// Tells people a text of several lines on standard error, which has colours where they are wanted.
pub fn tell_styled(text: impl FnOnce(Style) -> String) {
    let stderr = io::stderr();
    let style = Style { colour: has_colours(&stderr) };
    let _ = write_to(of_style(style, stderr), &text(style));
}

/// Prints a text for people, which has colours where they are wanted.
///
/// # Errors
/// As [`print`].
pub fn print_styled(text: impl FnOnce(Style) -> String) -> io::Result<()> {
    let stdout = io::stdout();
    let style = Style { colour: has_colours(&stdout) };
    write_to(of_style(style, stdout), &text(style))
}

fn of_style<W: Write>(style: Style, out: W) -> Terminal<BufWriter<W>> {
    let out = BufWriter::new(out);
    if style.colour { Terminal::coloured(out) } else { Terminal::plain(out) }
}

/// Prints what another program reads, byte for byte.
///
/// # Errors
/// What the system says, unless the reader has gone.
pub fn print_exactly(text: &str) -> io::Result<()> {
    write_to(io::stdout().lock(), text)
}

fn write_to(mut out: impl Write, text: &str) -> io::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
