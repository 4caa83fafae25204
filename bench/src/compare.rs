//! Two runs beside each other: what differs, with an interval, and what does not.

use std::fmt::Write as _;

use crate::Error;
use crate::results::{CaseResult, Estimate, Measured, Results, difference, median};
use crate::table::{span, table};
use crate::units::{bytes, time};

/// The restarts that a side has to have before a difference is believed.
pub const FEWEST_RESTARTS: usize = 5;

/// A comparison looks at many cases, of which one in twenty would differ by chance.
const SHARE: f64 = 0.99;

/// Two runs of the same suite.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Every case that was measured in either, in the order of the second.
    pub rows: Vec<Row>,
    /// What differs about the machines.
    pub cautions: Vec<String>,
}

/// A case in two runs.
#[derive(Debug, Clone)]
pub struct Row {
    /// The mechanism and its variant.
    pub path: String,
    /// The payload's bytes.
    pub size: usize,
    /// What came of it.
    pub outcome: Outcome,
}

/// What two runs say about a case.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Measured in both: the median call, and the time in batches.
    Both(Difference, Difference),
    /// Measured in the first only.
    FirstOnly,
    /// Measured in the second only.
    SecondOnly,
}

/// By how much something differs.
#[derive(Debug, Clone, Copy)]
pub struct Difference {
    /// The median of the first run, in nanoseconds.
    pub before: f64,
    /// Of the second.
    pub after: f64,
    /// After less before, with an interval of 99 %.
    pub by: Estimate,
    /// What follows.
    pub verdict: Verdict,
}

/// Whether a difference is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The second takes longer.
    Slower,
    /// The second takes less long.
    Faster,
    /// The interval holds nothing, or the difference is below what is told apart.
    None,
    /// One of the two has fewer than [`FEWEST_RESTARTS`].
    TooFew,
}

/// Compares two runs.
///
/// # Errors
/// [`Error::Unexpected`] for runs of different suites.
pub fn compare(first: &Results, second: &Results) -> Result<Comparison, Error> {
    if first.suite != second.suite {
        return Err(Error::Unexpected(format!(
            "a {} run and a {} run cannot be compared: emulation distorts ratios as well as speed",
            first.suite, second.suite
        )));
    }
    let mut rows: Vec<Row> = Vec::new();
    for case in &second.cases {
        let before = first.measured(&case.path(), case.size);
        let outcome = match (before, case.measured()) {
            (Some(before), Some(after)) => both(before, after),
            (Some(_), None) => Outcome::FirstOnly,
            (None, Some(_)) => Outcome::SecondOnly,
            (None, None) => continue,
        };
        rows.push(Row { path: case.path(), size: case.size, outcome });
    }
    let is_new = |case: &&CaseResult| {
        let known = |row: &Row| row.path == case.path() && row.size == case.size;
        case.measured().is_some() && !rows.iter().any(known)
    };
    let gone: Vec<Row> = first.cases.iter().filter(is_new).map(only_before).collect();
    rows.extend(gone);
    Ok(Comparison { rows, cautions: cautions(first, second) })
}

fn only_before(case: &CaseResult) -> Row {
    Row { path: case.path(), size: case.size, outcome: Outcome::FirstOnly }
}

fn both(before: &Measured, after: &Measured) -> Outcome {
    let medians = |measured: &Measured| -> Vec<f64> {
        let operations = f64::from(measured.operations.max(1));
        measured.restarts.iter().map(|restart| restart.p50_ns as f64 / operations).collect()
    };
    let batches = |measured: &Measured| -> Vec<f64> {
        let operations = f64::from(measured.operations.max(1));
        measured.restarts.iter().map(|restart| restart.batch_ns / operations).collect()
    };
    // A single call is told to a nanosecond at best; a mean of many to a tenth.
    let p50 = differs(&medians(before), &medians(after), 1.0);
    let batch = differs(&batches(before), &batches(after), 0.1);
    match (p50, batch) {
        (Some(p50), Some(batch)) => Outcome::Both(p50, batch),
        (None, _) | (_, None) => Outcome::FirstOnly,
    }
}

/// `None` for a side without a restart. `resolution`, in nanoseconds, is the least that counts; so is
/// a five-hundredth, as histograms have three digits.
fn differs(before: &[f64], after: &[f64], resolution: f64) -> Option<Difference> {
    let by = difference(before, after, SHARE)?;
    let (first, second) = (median(before)?, median(after)?);
    let least = resolution.max(first.abs() / 500.0);
    let verdict = if before.len().min(after.len()) < FEWEST_RESTARTS {
        Verdict::TooFew
    } else if by.low > 0.0 && by.value > least {
        Verdict::Slower
    } else if by.high < 0.0 && by.value < -least {
        Verdict::Faster
    } else {
        Verdict::None
    };
    Some(Difference { before: first, after: second, by, verdict })
}

fn cautions(first: &Results, second: &Results) -> Vec<String> {
    let mut cautions = Vec::new();
    let mut differs = |what: &str, before: &str, after: &str| {
        if before != after {
            cautions.push(format!("{what} differs: {before} and {after}"));
        }
    };
    let (before, after) = (&first.machine, &second.machine);
    differs("the kernel", &before.kernel, &after.kernel);
    differs("the accelerator", &before.accelerator, &after.accelerator);
    differs("the processor", &before.processor, &after.processor);
    let unknown = || "unknown".to_owned();
    let hash = |hash: &Option<String>| hash.clone().unwrap_or_else(unknown);
    differs(
        "the kernel's configuration",
        &hash(&before.config_sha256),
        &hash(&after.config_sha256),
    );
    if before.mitigations != after.mitigations {
        cautions.push("the mitigations differ".to_owned());
    }
    cautions
}

impl Comparison {
    /// As tables for a terminal.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for caution in &self.cautions {
            let _ = writeln!(text, "note: {caution}");
        }
        let titles = ["mechanism", "size", "", "before", "after", "difference", "99 %", ""];
        let mut rows = vec![titles.map(str::to_owned).to_vec()];
        for row in &self.rows {
            let name = [row.path.clone(), bytes(row.size)];
            match &row.outcome {
                Outcome::Both(p50, batch) => {
                    rows.push([&name[..], &cells("p50", p50)].concat());
                    rows.push(
                        [&[String::new(), String::new()][..], &cells("batches", batch)].concat(),
                    );
                }
                Outcome::FirstOnly => rows.push(alone(name, "measured in the first only")),
                Outcome::SecondOnly => rows.push(alone(name, "measured in the second only")),
            }
        }
        text += &table(&rows);
        let count = |wanted| self.verdicts().filter(|verdict| *verdict == wanted).count();
        let _ = writeln!(
            text,
            "\nby the median call: {} slower, {} faster, {} without a difference, {} with too few restarts to tell",
            count(Verdict::Slower),
            count(Verdict::Faster),
            count(Verdict::None),
            count(Verdict::TooFew),
        );
        text
    }

    fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        self.rows.iter().filter_map(|row| match &row.outcome {
            Outcome::Both(p50, _) => Some(p50.verdict),
            Outcome::FirstOnly | Outcome::SecondOnly => None,
        })
    }
}

fn alone(name: [String; 2], why: &str) -> Vec<String> {
    let [path, size] = name;
    let mut cells = vec![path, size];
    cells.resize(7, String::new());
    cells.push(why.to_owned());
    cells
}

fn cells(figure: &str, difference: &Difference) -> Vec<String> {
    let verdict = match difference.verdict {
        Verdict::Slower => "slower",
        Verdict::Faster => "faster",
        Verdict::None => "no difference",
        Verdict::TooFew => "too few restarts to tell",
    };
    vec![
        figure.to_owned(),
        time(difference.before),
        time(difference.after),
        time(difference.by.value),
        span(difference.by),
        verdict.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(before: &[f64], after: &[f64]) -> Verdict {
        differs(before, after, 1.0).unwrap().verdict
    }

    #[test]
    fn a_shift_beyond_the_scatter_is_a_difference_and_one_within_is_none() {
        let around = |centre: f64| -> Vec<f64> {
            (0..20).map(|restart| centre + f64::from(restart % 7) - 3.0).collect()
        };
        assert_eq!(verdict(&around(100.0), &around(120.0)), Verdict::Slower);
        assert_eq!(verdict(&around(120.0), &around(100.0)), Verdict::Faster);
        assert_eq!(verdict(&around(100.0), &around(100.5)), Verdict::None);
    }

    #[test]
    fn a_nanosecond_that_every_restart_shows_is_the_clocks_and_no_difference() {
        assert_eq!(verdict(&[30.0; 20], &[31.0; 20]), Verdict::None);
        assert_eq!(verdict(&[30.0; 20], &[33.0; 20]), Verdict::Slower);
    }

    #[test]
    fn few_restarts_tell_nothing_however_far_apart_they_are() {
        assert_eq!(verdict(&[100.0; 4], &[900.0; 20]), Verdict::TooFew);
        assert_eq!(verdict(&[100.0; 5], &[900.0; 5]), Verdict::Slower);
    }
}
