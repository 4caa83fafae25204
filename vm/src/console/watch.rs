//! Collects reports, with their place in the log.

use super::kind::TroubleKind;
use super::message;

/// The most lines of one report. A longer one is in the log.
const LONGEST_EXCERPT: usize = 80;
/// The most reports: a kernel in trouble may repeat itself until it is stopped.
const MOST_TROUBLES: usize = 50;
/// How many lines behind a frame's first line the report's own first line may be: `WARN` prints
/// its message between the two.
const FRAME: usize = 6;

/// A report of the kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What it reports.
    pub kind: TroubleKind,
    /// The line that says so, without the time.
    pub message: String,
    /// The step during which it was printed; none while booting, between steps and after them.
    pub step: Option<usize>,
    /// The number of its first line in the log.
    pub line: usize,
    /// The report, from that line on; it may be cut at its end.
    pub excerpt: Vec<String>,
}

/// Reads the kernel's lines one by one.
#[derive(Debug, Default)]
pub struct Watch {
    troubles: Vec<Trouble>,
    /// Whether lines still belong to the last of the troubles.
    is_open: bool,
    /// The lines since the frame of a report, with the number of the first one.
    frame: Option<(usize, Vec<String>)>,
}

impl Watch {
    /// A watch that has read nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a line. Returns the report that it begins, if it begins one.
    pub fn line(&mut self, number: usize, line: &str, step: Option<usize>) -> Option<&Trouble> {
        let message = message(line);
        if is_frame(message) && !self.continues(message) && self.frame.is_none() {
            self.is_open = false;
            self.frame = Some((number, Vec::new()));
        }
        if let Some((_, lines)) = &mut self.frame {
            lines.push(line.to_owned());
        }
        if let Some(kind) = TroubleKind::begun_by(message)
            && !self.is_same_exception(kind)
            && !self.is_aftermath(kind, message)
            && self.troubles.len() < MOST_TROUBLES
        {
            let (first, excerpt) =
                self.frame.take().unwrap_or_else(|| (number, vec![line.to_owned()]));
            let message = message.to_owned();
            self.troubles.push(Trouble { kind, message, step, line: first, excerpt });
            self.is_open = true;
            return self.troubles.last();
        }
        self.drop_old_frame();
        self.append(line, message);
        None
    }

    /// What was found so far.
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// The lines that follow belong to no report: a step begins or ends.
    pub fn separate(&mut self) {
        self.is_open = false;
        self.frame = None;
    }

    /// Ends the reading.
    pub fn finish(self) -> Vec<Trouble> {
        self.troubles
    }

    /// `BUG: kernel NULL pointer dereference` is followed by `Oops: 0002 [#1]`: one report.
    fn is_same_exception(&self, kind: TroubleKind) -> bool {
        let open = self.is_open.then(|| self.troubles.last().map(|open| open.kind)).flatten();
        open == Some(TroubleKind::Oops) && kind == TroubleKind::Oops && self.frame.is_none()
    }

    /// What the slab allocator says again and again once it has found an object damaged.
    fn is_aftermath(&self, kind: TroubleKind, message: &str) -> bool {
        let repeats = match kind {
            TroubleKind::Slab => message.contains("Slab disabled since"),
            TroubleKind::Warning => message.contains(" at mm/slub.c:"),
            _ => false,
        };
        repeats && self.troubles.iter().any(|trouble| trouble.kind == TroubleKind::Slab)
    }

    /// Whether a frame's line is inside the report that is open: KASAN's closes it.
    fn continues(&self, message: &str) -> bool {
        self.is_open && is_rule(message)
    }

    fn drop_old_frame(&mut self) {
        if self.frame.as_ref().is_some_and(|(_, lines)| lines.len() > FRAME) {
            self.frame = None;
        }
    }

    fn append(&mut self, line: &str, message: &str) {
        if !self.is_open || self.frame.is_some() {
            return;
        }
        if let Some(open) = self.troubles.last_mut() {
            open.excerpt.push(line.to_owned());
            let is_full = open.excerpt.len() >= LONGEST_EXCERPT;
            let is_end = message.starts_with("---[ end ")
                || (is_rule(message) && open.kind != TroubleKind::Lockdep)
                || (message == "</TASK>" && ends_with_trace(open.kind));
            if is_full || is_end {
                self.is_open = false;
            }
        }
    }
}

/// Whether nothing of a report follows the stack.
fn ends_with_trace(kind: TroubleKind) -> bool {
    matches!(kind, TroubleKind::Lockdep | TroubleKind::HungTask | TroubleKind::Bug)
}

/// A line that stands in front of a report: `cut here`, a rule, or what the slab allocator found
/// overwritten.
fn is_frame(message: &str) -> bool {
    message.starts_with("------------[ cut here ]")
        || is_rule(message)
        || (message.starts_with('[') && message.contains(" overwritten] 0x"))
}

/// A line of equals signs, between which lockdep, KASAN and the slab allocator report.
fn is_rule(message: &str) -> bool {
    message.len() >= 20 && message.bytes().all(|byte| byte == b'=')
}
