//! Where the program speaks: nothing else opens its standard streams. What people read goes through
//! [`Terminal`], for it holds names and texts of others. A reader that has gone is no mistake.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal as _, Stderr, Stdout, Write};
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

/// Has every report coloured, or none, whatever it is written to. The first call decides.
pub fn colour_reports(always: bool) {
    let _ = COLOUR.set(always);
}

/// Tells on standard error what went wrong.
pub fn report(report: &Report, sources: &SourceMap) {
    let of_terminal = || io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let colour = COLOUR.get().copied().unwrap_or_else(of_terminal);
    let mut stderr = BufWriter::new(io::stderr());
    let _ = full::render(report, sources, Style { colour }, &mut stderr);
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
