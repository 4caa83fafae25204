//! What is being done at the moment: a line that changes on a terminal, lines one after another
//! elsewhere.

use std::fmt;
use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ioctlkit_report::visible::on_one_line;
use ioctlkit_vm::Event;
use ioctlkit_vm::ktap::Counts;

use crate::streams::tell;

/// How often the line on a terminal is drawn.
const TICK: Duration = Duration::from_millis(120);

/// Progress on standard error.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    kernel: String,
    step: String,
    counts: Counts,
}

impl Progress {
    /// Progress since now.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed:>3} {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        let (kernel, step) = (String::new(), String::new());
        Self { bar, began: Instant::now(), kernel, step, counts: Counts::default() }
    }

    /// Something new is being done.
    pub fn phase(&self, what: impl fmt::Display) {
        if self.bar.is_hidden() {
            tell(format_args!("[{:5.1} s] {what}", self.began.elapsed().as_secs_f64()));
        } else {
            self.bar.set_message(on_one_line(&what.to_string()).into_owned());
        }
    }

    /// What shall remain to be read.
    pub fn note(&self, text: impl fmt::Display) {
        self.bar.suspend(|| tell(&text));
    }

    /// Tells from any thread which package is being downloaded.
    pub fn downloads(&self) -> impl Fn(&str) + Send + Sync + 'static {
        let bar = self.bar.clone();
        move |package| bar.suspend(|| tell(format_args!("downloading {package}, once")))
    }

    /// A guest is about to start.
    pub fn kernel_begins(&mut self, name: &str) {
        name.clone_into(&mut self.kernel);
        self.counts = Counts::default();
    }

    /// Something happened in the guest.
    pub fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { .. } | Event::Booted { .. } => {
                self.phase(format_args!("{}: {event}", self.kernel));
            }
            Event::FellBack { .. } | Event::Trouble(_) => {
                self.note(format_args!("{}: {event}", self.kernel));
            }
            Event::StepBegan { name, .. } => {
                (*name).clone_into(&mut self.step);
                self.phase(format_args!("{}: {name}", self.kernel));
            }
            Event::Test(test) => {
                self.counts.add(&test.outcome);
                if !self.bar.is_hidden() {
                    let (kernel, step, counts) = (&self.kernel, &self.step, &self.counts);
                    let message = format!("{kernel}: {step}: {counts}");
                    self.bar.set_message(on_one_line(&message).into_owned());
                }
            }
            _ => {}
        }
    }

    /// Takes the line off the terminal.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

/// A stream that takes its turn with the line on the terminal.
#[derive(Debug)]
pub struct Beside<W> {
    out: W,
    bar: ProgressBar,
}

impl Progress {
    /// A stream to the same terminal.
    pub fn beside<W: Write>(&self, out: W) -> Beside<W> {
        Beside { out, bar: self.bar.clone() }
    }
}

impl<W: Write> Write for Beside<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let out = &mut self.out;
        self.bar.suspend(|| out.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
