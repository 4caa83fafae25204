//! One run of a guest: what its two streams say, put together.

use std::time::{Duration, Instant};

use crate::console::{self, Watch};
use crate::error::VmError;
use crate::event::Event;
use crate::init::Marker;
use crate::ktap;
use crate::lines::Lines;
use crate::log::Log;
use crate::report::{StepFailure, StepOutcome, StepReport};
use crate::script::{Action, Output, Script};

/// How many of a step's last lines are kept.
const TAIL: usize = 20;

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Booting,
    Between,
    Step(usize),
    Finished,
}

/// What is known of a run so far.
pub(crate) struct Session<'a> {
    token: &'a str,
    pub(crate) log: Log,
    pub(crate) watch: Watch,
    pub(crate) kernel: Option<String>,
    pub(crate) phase: Phase,
    /// Since when.
    pub(crate) since: Instant,
    pub(crate) booted: Option<Instant>,
    /// The step that the guest could not kill.
    pub(crate) stuck: Option<usize>,
    /// Whether the kernel's stream is at its end, too.
    pub(crate) kernel_finished: bool,
    kernel_step: Option<usize>,
    console: Lines,
    output: Lines,
    steps: Vec<StepState>,
    on_event: &'a mut dyn FnMut(Event<'_>),
}

/// What is known of a step so far.
struct StepState {
    name: String,
    began: Option<Instant>,
    is_module: bool,
    parser: Option<ktap::Parser>,
    lines: Option<(usize, usize)>,
    tail: Vec<String>,
    ended: Option<Ended>,
}

/// A step that ended by itself.
struct Ended {
    outcome: StepOutcome,
    ktap: Option<ktap::Document>,
    duration: Duration,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        token: &'a str,
        script: &Script,
        log: Log,
        on_event: &'a mut dyn FnMut(Event<'_>),
    ) -> Self {
        let steps = script.steps.iter().map(|step| StepState {
            name: step.name.clone(),
            began: None,
            is_module: matches!(step.action, Action::Load { .. } | Action::Unload { .. }),
            parser: matches!(step.action, Action::Run { output: Output::Ktap, .. })
                .then(ktap::Parser::new),
            lines: None,
            tail: Vec::new(),
            ended: None,
        });
        Self {
            token,
            log,
            watch: Watch::new(),
            kernel: None,
            phase: Phase::Booting,
            since: Instant::now(),
            booted: None,
            stuck: None,
            kernel_finished: false,
            kernel_step: None,
            console: Lines::default(),
            output: Lines::default(),
            steps: steps.collect(),
            on_event,
        }
    }

    pub(crate) fn event(&mut self, event: Event<'_>) {
        (self.on_event)(event);
    }

    /// Whether the guest's kernel printed anything.
    pub(crate) fn is_alive(&self) -> bool {
        self.kernel.is_some()
    }

    pub(crate) fn console_bytes(&mut self, bytes: &[u8]) -> Result<(), VmError> {
        self.console.take(bytes).iter().try_for_each(|line| self.console_line(line))
    }

    pub(crate) fn output_bytes(&mut self, bytes: &[u8]) -> Result<(), VmError> {
        self.output.take(bytes).iter().try_for_each(|line| self.output_line(line))
    }

    /// Takes what was printed last without ending a line.
    pub(crate) fn rest(&mut self) -> Result<(), VmError> {
        if let Some(line) = self.console.rest() {
            self.console_line(&line)?;
        }
        if let Some(line) = self.output.rest() {
            self.output_line(&line)?;
        }
        Ok(())
    }

    fn console_line(&mut self, line: &str) -> Result<(), VmError> {
        let message = console::message(line);
        if let Some(marker) = message.strip_prefix(self.token).and_then(Marker::parse) {
            self.kernel_step = match marker {
                Marker::Begin(index) => Some(index),
                Marker::Ready | Marker::End { .. } => None,
                Marker::Stuck(index) => {
                    self.stuck = Some(index);
                    self.kernel_step
                }
                Marker::Finish => {
                    self.kernel_finished = true;
                    None
                }
            };
            self.watch.separate();
            return Ok(());
        }
        if let Some(release) = console::release(message) {
            self.kernel.get_or_insert_with(|| release.to_owned());
        }
        let number = self.log.line(line)?;
        (self.on_event)(Event::KernelLine(line));
        if let Some(trouble) = self.watch.line(number, line, self.kernel_step) {
            (self.on_event)(Event::Trouble(trouble));
        }
        Ok(())
    }

    /// A marker may stand behind what a program printed without ending the line.
    fn output_line(&mut self, line: &str) -> Result<(), VmError> {
        let found = line.find(self.token).and_then(|place| {
            Some((&line[..place], Marker::parse(&line[place + self.token.len()..])?))
        });
        match found {
            Some((text, marker)) => {
                if !text.is_empty() {
                    self.text_line(text)?;
                }
                self.marker(marker)
            }
            None => self.text_line(line),
        }
    }

    fn text_line(&mut self, line: &str) -> Result<(), VmError> {
        let number = self.log.line(line)?;
        (self.on_event)(Event::OutputLine(line));
        let Phase::Step(index) = self.phase else {
            return Ok(());
        };
        if let Some(step) = self.steps.get_mut(index) {
            step.lines = step.lines.map(|(first, _)| (first, number));
            if step.tail.len() >= TAIL {
                step.tail.remove(0);
            }
            step.tail.push(line.to_owned());
            let finished = step.parser.as_mut().and_then(|parser| parser.line(number, line));
            if let Some(finished) = finished {
                (self.on_event)(Event::Test(&finished));
            }
        }
        Ok(())
    }

    fn marker(&mut self, marker: Marker) -> Result<(), VmError> {
        let now = Instant::now();
        match marker {
            Marker::Ready => {
                self.booted = Some(now);
                self.enter(Phase::Between);
                self.log.line("--- user space is up")?;
            }
            Marker::Begin(index) => {
                let Some(step) = self.steps.get_mut(index) else {
                    return Ok(());
                };
                let number = self.log.line(&format!("--- {index} begins: {}", step.name))?;
                step.began = Some(now);
                step.lines = Some((number, number));
                let name = step.name.clone();
                (self.on_event)(Event::StepBegan { index, name: &name });
                self.enter(Phase::Step(index));
            }
            Marker::End { index, status, expired } => {
                let Some(step) = self.steps.get_mut(index) else {
                    return Ok(());
                };
                let how = if expired { "was killed" } else { "ends" };
                let text = format!("--- {index} {how}, status {status}: {}", step.name);
                let number = self.log.line(&text)?;
                step.lines = step.lines.map(|(first, _)| (first, number));
                step.end(status, expired, now);
                if let Some(ended) = &step.ended {
                    let (name, outcome) = (step.name.as_str(), &ended.outcome);
                    (self.on_event)(Event::StepEnded { index, name, outcome });
                }
                self.enter(Phase::Between);
            }
            Marker::Stuck(index) => self.stuck = Some(index),
            Marker::Finish => {
                self.log.line("--- end")?;
                self.enter(Phase::Finished);
            }
        }
        Ok(())
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }

    /// Takes the session apart.
    pub(crate) fn finish(self) -> (Log, Watch, Vec<StepReport>) {
        (self.log, self.watch, self.steps.into_iter().map(StepState::report).collect())
    }
}

impl StepState {
    fn end(&mut self, status: u8, expired: bool, now: Instant) {
        let ktap = self.parser.take().map(ktap::Parser::finish);
        let outcome = match &ktap {
            _ if expired => StepOutcome::Failed(StepFailure::Expired),
            Some(document) => StepOutcome::of_tests(status, document),
            None if self.is_module => StepOutcome::of_module(status),
            None => StepOutcome::of_status(status),
        };
        let duration = self.began.map_or(Duration::ZERO, |began| now - began);
        self.ended = Some(Ended { outcome, ktap, duration });
    }

    fn report(self) -> StepReport {
        let Self { name, began, parser, lines, tail, ended, is_module: _ } = self;
        let (outcome, ktap, duration) = match (ended, began) {
            (Some(ended), _) => (ended.outcome, ended.ktap, ended.duration),
            (None, Some(began)) => {
                let ktap = parser.map(ktap::Parser::finish);
                (StepOutcome::Failed(StepFailure::GuestEnded), ktap, began.elapsed())
            }
            (None, None) => (StepOutcome::NotRun, None, Duration::ZERO),
        };
        StepReport { name, outcome, duration, ktap, lines, tail }
    }
}
