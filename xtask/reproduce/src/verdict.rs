//! What the programs' output says of a defect.

use std::fmt;

use crate::case::{Data, Width};

/// What a program printed, and how it ended.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) width: Width,
    pub(crate) lines: Vec<String>,
    /// Why its output does not count, if it does not.
    pub(crate) failure: Option<String>,
}

/// What is known of a defect on a kernel.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The programs saw all of it.
    Reproduced,
    /// They saw a part of it; these lines are missing.
    Partly { missing: Vec<String> },
    /// They saw none of it, and all else was as it should be.
    Absent,
    /// Nothing is known, and why.
    CouldNotRun { why: String },
}

impl Verdict {
    /// 0 where the defect is there, 1 where it is not or not all of it, 3 where nothing is known.
    /// (2 is what a command line that cannot be read ends with.)
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Reproduced => 0,
            Self::Partly { .. } | Self::Absent => 1,
            Self::CouldNotRun { .. } => 3,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reproduced => f.write_str("reproduced"),
            Self::Partly { missing } => {
                write!(f, "reproduced in part; not seen: {}", missing.join("; "))
            }
            Self::Absent => f.write_str("not reproduced: this kernel does not have the defect"),
            Self::CouldNotRun { why } => write!(f, "could not be run: {why}"),
        }
    }
}

/// Judges what both programs printed.
pub(crate) fn judge(data: &Data, seen: &[Seen]) -> Verdict {
    match obstacle(data, seen) {
        Some(why) => Verdict::CouldNotRun { why },
        None => of_defect(data, seen),
    }
}

/// Why the output shows nothing: a program that did not come to its end, or a command that should work
/// with or without the defect and does not.
fn obstacle(data: &Data, seen: &[Seen]) -> Option<String> {
    for program in seen {
        if let Some(failure) = &program.failure {
            let last = program.lines.last().map(|line| format!(" ({line})")).unwrap_or_default();
            return Some(format!("the {} {failure}{last}", program.width));
        }
    }
    for width in Width::BOTH {
        let Some(program) = seen.iter().find(|program| program.width == width) else {
            return Some(format!("the {width} did not run"));
        };
        let absent = data.control.of(width).iter().find(|line| !program.lines.contains(line));
        if let Some(line) = absent {
            return Some(format!("the {width} should have printed `{line}` in any case"));
        }
    }
    None
}

fn of_defect(data: &Data, seen: &[Seen]) -> Verdict {
    let mut expected = 0;
    let mut missing = Vec::new();
    for program in seen {
        for line in data.defect.of(program.width) {
            expected += 1;
            if !program.lines.contains(line) {
                missing.push(line.clone());
            }
        }
    }
    match missing.len() {
        0 => Verdict::Reproduced,
        count if count == expected => Verdict::Absent,
        _ => Verdict::Partly { missing },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Lines;

    fn data() -> Data {
        let lines = |bits64: &[&str], bits32: &[&str]| {
            let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
            Lines { bits64: owned(bits64), bits32: owned(bits32) }
        };
        Data {
            title: String::new(),
            source: String::new(),
            found_by: vec!["C001".to_owned()],
            modules: Vec::new(),
            modules_if_any: Vec::new(),
            setup: None,
            image: None,
            control: lines(&["A: success"], &["B: success"]),
            defect: lines(&[], &["A: ENOTTY", "C: ENOTTY"]),
        }
    }

    fn seen(width: Width, lines: &[&str]) -> Seen {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Seen { width, lines, failure: None }
    }

    fn judged(bits64: &[&str], bits32: &[&str]) -> Verdict {
        judge(&data(), &[seen(Width::Bits64, bits64), seen(Width::Bits32, bits32)])
    }

    #[test]
    fn a_defect_is_reproduced_in_part_or_absent_by_the_lines_that_are_seen() {
        let all = ["B: success", "A: ENOTTY", "C: ENOTTY"];
        assert_eq!(judged(&["A: success"], &all), Verdict::Reproduced);
        let part = judged(&["A: success"], &all[..2]);
        assert_eq!(part, Verdict::Partly { missing: vec!["C: ENOTTY".to_owned()] });
        let mended = ["B: success", "A: success", "C: success"];
        assert_eq!(judged(&["A: success"], &mended), Verdict::Absent);
    }

    #[test]
    fn without_its_control_a_defect_is_neither_there_nor_absent() {
        let text = judged(&["A: ENODEV"], &["B: success", "A: ENOTTY"]).to_string();
        assert!(text.contains("the 64-bit program should have printed `A: success`"), "{text}");
        let text = judged(&["A: success"], &["A: ENOTTY", "C: ENOTTY"]).to_string();
        assert!(text.contains("the 32-bit program should have printed `B: success`"), "{text}");
        let only = judge(&data(), &[seen(Width::Bits64, &["A: success"])]);
        assert!(only.to_string().contains("the 32-bit program did not run"), "{only}");
    }

    #[test]
    fn a_program_that_fails_is_no_evidence() {
        let mut failed = seen(Width::Bits32, &["/dev/vduse/control: ENOENT"]);
        failed.failure = Some("ended with status 3".to_owned());
        let verdict = judge(&data(), &[seen(Width::Bits64, &["A: success"]), failed]);
        let text = verdict.to_string();
        assert!(text.contains("ended with status 3 (/dev/vduse/control: ENOENT)"), "{text}");
        assert_eq!(verdict.exit_code(), 3);
    }
}
