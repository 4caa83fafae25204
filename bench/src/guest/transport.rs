//! Results on a console: in parts, because a line of a console is not endless, and because other lines may
//! stand between them.

use crate::results::Results;

/// What a part begins with; then come its number from 1, how many there are, and the text.
const MARK: &str = "ioctl-bench-part";
/// The characters of a part.
const PART: usize = 2000;

/// The lines that carry a text without line feeds.
pub fn print(text: &str) -> String {
    let characters: Vec<char> = text.trim_end().chars().collect();
    let parts: Vec<String> = characters.chunks(PART).map(|part| part.iter().collect()).collect();
    let lines = parts.iter().enumerate().map(|(index, part)| {
        let (number, count) = (index + 1, parts.len());
        format!("{MARK} {number} {count} {part}\n")
    });
    lines.collect()
}

/// Whether a line carries a part.
pub(super) fn is_part(line: &str) -> bool {
    line.starts_with(MARK)
}

/// Puts parts together. A part that is out of turn ends what was begun; the next first one begins
/// anew.
#[derive(Debug, Default)]
pub struct Collector {
    open: String,
    next: usize,
    last: Option<Results>,
}

impl Collector {
    /// Takes a line; with the last part of a text, the results that it holds.
    pub fn take(&mut self, line: &str) -> Option<&Results> {
        let rest = line.strip_prefix(MARK)?.strip_prefix(' ')?;
        let (number, rest) = rest.split_once(' ')?;
        let (count, text) = rest.split_once(' ')?;
        let (number, count): (usize, usize) = (number.parse().ok()?, count.parse().ok()?);
        if number == 1 {
            self.open.clear();
            self.next = 1;
        }
        if number != self.next {
            self.next = 0;
            return None;
        }
        self.open += text;
        self.next += 1;
        if number < count {
            return None;
        }
        self.last = Some(Results::from_json(&self.open, "the guest's results").ok()?);
        self.last.as_ref()
    }

    /// The last results that came whole.
    pub fn into_results(self) -> Option<Results> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Pace, Plan, Suite};
    use crate::run::{Launcher, run};

    fn results() -> Results {
        let plan = Plan::new(Pace::Quick, &[64], &["ioctl/write".to_owned()]).unwrap();
        let mut plan = plan;
        plan.rounds.most = 0;
        plan.rounds.least = 0;
        let launcher = Launcher {
            program: "/nonexistent".into(),
            arguments: Vec::new(),
            limit: std::time::Duration::ZERO,
        };
        let mut machine = crate::machine();
        machine.processor = "é – ".repeat(3000);
        run(&plan, Suite::Guest, 1, machine, &launcher, &mut |_| {}, &mut |_| Ok(())).unwrap()
    }

    #[test]
    fn results_come_through_a_console_whole() {
        let results = results();
        let printed = print(&results.to_json().unwrap());
        assert!(printed.lines().count() > 5);
        assert!(printed.lines().all(|line| line.chars().count() < 2100));
        let mut collector = Collector::default();
        for line in printed.lines() {
            collector.take("another line");
            collector.take(line);
        }
        assert_eq!(collector.into_results(), Some(results));
    }

    #[test]
    fn a_part_that_is_lost_gives_no_results_and_spoils_no_others() {
        let results = results();
        let printed = print(&results.to_json().unwrap());
        let mut collector = Collector::default();
        for (index, line) in printed.lines().enumerate() {
            if index != 2 {
                assert!(collector.take(line).is_none());
            }
        }
        for line in printed.lines() {
            collector.take(line);
        }
        assert_eq!(collector.into_results(), Some(results));
    }
}
