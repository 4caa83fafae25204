//! What to choose on this machine, and how sure that is.

use std::fmt::Write as _;

use ioctlkit_report::page::line;

use super::colour::Mechanism;
use crate::Class;
use crate::articles::net_batch;
use crate::results::{CaseResult, Estimate, Results};
use crate::table::{of_class, span};
use crate::units::{bytes, time};

/// Fewer rounds than these say little about other runs.
const ROUNDS: u32 = 10;
/// What a driver of our own answers through: the same handler behind each.
const OF_MODULE: [&str; 3] = ["ioctl", "procfs", "netlink"];

/// A mechanism in its fastest variant.
struct Candidate<'r> {
    case: &'r CaseResult,
    /// Per message in batches, without what sets it off.
    time: Estimate,
}

/// How sure it is which of two candidates is faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sureness {
    Sure,
    /// The intervals do not meet, and something about the run is not as it should be.
    Likely,
    /// The intervals meet.
    No,
}

impl Sureness {
    fn of(first: Estimate, second: Estimate, is_sound: bool) -> Self {
        match first.high < second.low {
            false => Self::No,
            true if is_sound => Self::Sure,
            true => Self::Likely,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Sure => "sure",
            Self::Likely => "likely",
            Self::No => "not sure: take either",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Sure => "sure",
            Self::Likely => "likely",
            Self::No => "unsure",
        }
    }
}

/// The section: for each class the fastest at each size, and the next.
pub(super) fn section(results: &Results) -> String {
    let is_sound = !results.quick
        && !results.interrupted
        && results.optimised
        && results.rounds >= ROUNDS
        && !results.machine.is_emulated();
    let mut html =
        String::from("<section id=\"verdict\">\n<h2>What to choose on this machine</h2>\n");
    for class in Class::ALL.into_iter().filter(|class| *class != Class::Floor) {
        html += &of_one_class(results, class, is_sound);
    }
    html += "<p class=\"quiet\"><b>Sure</b>: the intervals (95 %) of both do not meet. <b>Likely</b>: they do not, \
             but the run was quick, short, stopped, emulated or of a program without optimisation. <b>Not \
             sure</b>: they meet.</p>\n<p class=\"quiet\">By the time of a message in batches, each mechanism in its fastest variant. Left \
             out: batches of several messages, which wait for each other, and events that nobody listens to. A counter \
             counts, and carries no record. ";
    html += if of_class(results, Class::CallAndReturn).iter().any(|case| is_of_module(case)) {
        "Calls that return are those of one driver, behind each mechanism the same handler."
    } else {
        "Calls that return are those that this kernel has anyway, each with work of its own: with a module \
         (<code>--suite guest</code>) one driver answers through all."
    };
    if results.rounds < ROUNDS {
        let _ =
            write!(html, " {} rounds are few: the intervals may be too narrow.", results.rounds);
    }
    if results.machine.is_emulated() {
        html += " In an emulator only the order means something, and that only within it.";
    }
    html + "</p>\n</section>\n"
}

fn is_of_module(case: &CaseResult) -> bool {
    OF_MODULE.contains(&case.mechanism.as_str())
}

fn of_one_class(results: &Results, class: Class, is_sound: bool) -> String {
    let cases = of_class(results, class);
    let mut sizes: Vec<usize> = cases.iter().map(|case| case.size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut rows = String::new();
    for size in sizes {
        let candidates = candidates(results, &cases, size);
        rows += &match &candidates[..] {
            [] => String::new(),
            [only] => alone(size, only),
            [first, second, ..] => row(size, first, second, is_sound),
        };
    }
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "<h3><a href=\"#{}\">{}</a></h3>\n<div class=\"wide\" tabindex=\"0\"><table class=\"verdict\">\n<thead><tr>\
         <th class=\"n\">size</th><th>choose</th><th>how sure</th><th class=\"n\">a message</th><th>next is</th>\
         <th class=\"n\"></th><th class=\"n\">times as long</th></tr></thead>\n<tbody>\n{rows}</tbody>\
         </table></div>\n",
        class.name(),
        class.heading()
    )
}

/// The mechanisms that were measured at a size, the fastest first.
fn candidates<'r>(
    results: &'r Results,
    cases: &[&'r CaseResult],
    size: usize,
) -> Vec<Candidate<'r>> {
    let has_module = cases.iter().any(|case| is_of_module(case));
    let mut all: Vec<Candidate<'_>> = Vec::new();
    for case in cases.iter().filter(|case| case.size == size) {
        let is_one = case.measured().is_some_and(|measured| measured.operations == 1);
        let is_other =
            has_module && case.class == Class::CallAndReturn.name() && !is_of_module(case);
        if !is_one || is_other || case.variant == "disabled" {
            continue;
        }
        let Some(time) = net_batch(results, case).filter(|time| time.value > 0.0) else { continue };
        let known = all.iter_mut().find(|known| known.case.mechanism == case.mechanism);
        match known {
            Some(known) if time.value < known.time.value => *known = Candidate { case, time },
            Some(_) => {}
            None => all.push(Candidate { case, time }),
        }
    }
    all.sort_by(|a, b| a.time.value.total_cmp(&b.time.value));
    all
}

fn name(candidate: &Candidate<'_>) -> String {
    let Mechanism { class, .. } = Mechanism::of(&candidate.case.mechanism);
    format!("<i class=\"{class}\"></i>{}", line(&candidate.case.path()))
}

/// Where there is no choice.
fn alone(size: usize, only: &Candidate<'_>) -> String {
    format!(
        "<tr><td class=\"n\">{}</td><td class=\"name\">{}</td><td class=\"quiet\">no other measured</td>\
         <td class=\"n\" title=\"{}\">{}</td><td></td><td></td><td></td></tr>\n",
        bytes(size),
        name(only),
        span(only.time),
        time(only.time.value),
    )
}

fn row(size: usize, first: &Candidate<'_>, second: &Candidate<'_>, is_sound: bool) -> String {
    let sureness = Sureness::of(first.time, second.time, is_sound);
    format!(
        "<tr><td class=\"n\">{}</td><td class=\"name\"><b>{}</b></td><td class=\"{}\">{}</td><td class=\"n\" title=\"{}\">{}</td><td>{}</td>\
         <td class=\"n\" title=\"{}\">{}</td><td class=\"n\">{:.2}</td></tr>\n",
        bytes(size),
        name(first),
        sureness.class(),
        sureness.words(),
        span(first.time),
        time(first.time.value),
        name(second),
        span(second.time),
        time(second.time.value),
        second.time.value / first.time.value,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(low: f64, value: f64, high: f64) -> Estimate {
        Estimate { value, low, high }
    }

    #[test]
    fn what_is_told_apart_is_sure_only_in_a_sound_run() {
        let (near, far) = (estimate(90.0, 100.0, 110.0), estimate(190.0, 200.0, 210.0));
        assert_eq!(Sureness::of(near, far, true), Sureness::Sure);
        assert_eq!(Sureness::of(near, far, false), Sureness::Likely);
        assert_eq!(Sureness::of(near, estimate(105.0, 120.0, 130.0), true), Sureness::No);
    }
}
