//! What the two articles claim, and how what was measured stands to it.
//!
//! 000 is "Performance Comparison of User-Kernel Communication Mechanisms: ioctl, proc, and Netlink"
//! (Coolpad), 003 "Exploring Low-Latency IPC Mechanisms in Linux". Neither says anything about
//! spread. Both give times of a call among many in a row, so the time in batches is compared.

use crate::results::{CaseResult, Estimate, Outcome, Results, SHARE, difference};
use crate::units::time;

/// A figure of an article.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// `000` or `003`.
    pub article: &'static str,
    /// What the figure is for, in the article's words or close to them.
    pub what: &'static str,
    /// From here, in nanoseconds.
    pub low_ns: f64,
    /// To here; the same for a single figure.
    pub high_ns: f64,
    /// What is measured for it.
    pub measured_by: &'static [Counterpart],
}

/// A case that a claim is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Counterpart {
    /// The mechanism and its variant.
    pub path: &'static str,
    /// How near it is to what the article did.
    pub nearness: &'static str,
    /// The payload's bytes that are preferred; otherwise the smallest there is.
    pub size: usize,
}

const fn counterpart(path: &'static str, size: usize, nearness: &'static str) -> Counterpart {
    Counterpart { path, nearness, size }
}

/// Every figure of the articles.
pub static CLAIMS: &[Claim] = &[
    Claim {
        article: "000",
        what: "ioctl, 1024 bytes",
        low_ns: 1270.0,
        high_ns: 1270.0,
        measured_by: &[
            counterpart("ioctl/write", 1024, "the same operation"),
            counterpart("ioctl-pidfd-info", 1024, "a stand-in: 1024 bytes out, not in"),
        ],
    },
    Claim {
        article: "000",
        what: "netlink sendto, 1024 bytes",
        low_ns: 940.0,
        high_ns: 940.0,
        measured_by: &[
            counterpart("netlink/send", 1024, "the same operation"),
            counterpart("netlink-noop", 1024, "a stand-in: no handler runs"),
        ],
    },
    Claim {
        article: "003",
        what: "user_events: overhead of an event",
        low_ns: 40.0,
        high_ns: 80.0,
        measured_by: &[counterpart("user-events/enabled", 8, "the same operation")],
    },
    Claim {
        article: "003",
        what: "io_uring MSG_RING: overhead of a message",
        low_ns: 90.0,
        high_ns: 130.0,
        measured_by: &[
            counterpart("msg-ring-post", 12, "the system call, nobody on the other side"),
            counterpart("msg-ring/batch-1", 8, "the round trip that the article speaks of"),
            counterpart("msg-ring/batch-64", 8, "a message of 64 that share a round trip"),
        ],
    },
    Claim {
        article: "003",
        what: "eBPF, shared per-CPU counters: an increment",
        low_ns: 0.0,
        high_ns: 10.0,
        measured_by: &[
            counterpart("bpf-counter", 8, "the increment, in a BPF map"),
            counterpart(
                "bpf-ring/no-wakeup",
                8,
                "a record in the ring buffer, less what sets it off",
            ),
        ],
    },
    Claim {
        article: "003",
        what: "raw shared memory: overhead",
        low_ns: 10.0,
        high_ns: 50.0,
        measured_by: &[counterpart("shm-counter", 8, "the increment, in a shared page")],
    },
    Claim {
        article: "003",
        what: "shared memory and futex: sub-µs round trips",
        low_ns: 0.0,
        high_ns: 1000.0,
        measured_by: &[
            counterpart("shm-futex/spin", 8, "the round trip, spinning"),
            counterpart(
                "shm-futex/spin-then-wait",
                8,
                "the round trip, spinning and then sleeping",
            ),
            counterpart("shm-futex/wait", 8, "the round trip, sleeping"),
        ],
    },
];

/// How a claim stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// What was measured is in the claim's range, or a single figure in its interval.
    Agrees,
    /// It is not, but its interval and the claim have something in common.
    NotToldApart,
    /// What was measured is longer, by this factor of the claim's upper end.
    Longer(f64),
    /// What was measured is shorter, by this factor of the claim's lower end.
    Shorter(f64),
    /// The guest was emulated: its times are no times of a machine.
    Emulated,
    /// It is less than what was subtracted: the difference is lost in the scatter.
    Unresolved,
}

/// A claim beside one counterpart.
#[derive(Debug, Clone)]
pub struct Row {
    /// The claim.
    pub claim: &'static Claim,
    /// What was compared.
    pub counterpart: &'static Counterpart,
    /// The size that was measured, in bytes.
    pub size: usize,
    /// What came of it, or why there is nothing.
    pub measured: Result<(Estimate, Verdict), String>,
}

/// Every claim beside every counterpart that the results have a row for.
pub fn beside(results: &Results) -> Vec<Row> {
    let all = CLAIMS
        .iter()
        .flat_map(|claim| claim.measured_by.iter().map(move |counterpart| (claim, counterpart)));
    all.filter_map(|(claim, counterpart)| row(results, claim, counterpart)).collect()
}

fn row(results: &Results, claim: &'static Claim, counterpart: &'static Counterpart) -> Option<Row> {
    let case = chosen(results, counterpart)?;
    let measured = match &case.outcome {
        Outcome::Measured(_) => net_batch(results, case)
            .map(|estimate| {
                let emulated = results.machine.is_emulated();
                let verdict = if emulated { Verdict::Emulated } else { verdict(claim, estimate) };
                (estimate, verdict)
            })
            .ok_or_else(|| "what sets it off was not measured".to_owned()),
        Outcome::Skipped { reason } | Outcome::Failed { reason } => Err(reason.clone()),
        Outcome::NotReached => Err("the run was stopped before".to_owned()),
    };
    Some(Row { claim, counterpart, size: case.size, measured })
}

/// The case of the preferred size, or the smallest.
fn chosen<'r>(results: &'r Results, counterpart: &Counterpart) -> Option<&'r CaseResult> {
    let of_it = || results.cases.iter().filter(|case| case.path() == counterpart.path);
    of_it().find(|case| case.size == counterpart.size).or_else(|| of_it().min_by_key(|c| c.size))
}

/// The time of a message in batches, less that of what sets it off.
pub fn net_batch(results: &Results, case: &CaseResult) -> Option<Estimate> {
    let measured = case.measured()?;
    let Some(trigger) = &case.trigger else { return Some(measured.summary().batch) };
    let batches = |measured: &crate::results::Measured| -> Vec<f64> {
        measured.restarts.iter().map(|restart| restart.batch_ns).collect()
    };
    let trigger = results.measured(trigger, 0)?;
    difference(&batches(trigger), &batches(measured), SHARE)
        .map(|difference| difference.per(f64::from(measured.operations.max(1))))
}

fn verdict(claim: &Claim, measured: Estimate) -> Verdict {
    if measured.value <= 0.0 {
        Verdict::Unresolved
    } else if measured.low > claim.high_ns {
        Verdict::Longer(measured.value / claim.high_ns)
    } else if measured.high < claim.low_ns {
        Verdict::Shorter(measured.value / claim.low_ns)
    } else if (claim.low_ns..=claim.high_ns).contains(&measured.value)
        || time(claim.low_ns) == time(claim.high_ns)
    {
        Verdict::Agrees
    } else {
        Verdict::NotToldApart
    }
}

impl Verdict {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Agrees => "agrees".to_owned(),
            Self::NotToldApart => "not told apart".to_owned(),
            Self::Longer(factor) => format!("{factor:.1} times as long"),
            Self::Shorter(factor) => format!("{factor:.2} of it"),
            Self::Emulated => "emulated: no time of a machine".to_owned(),
            Self::Unresolved => "lost in the scatter".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Case;

    #[test]
    fn every_claim_is_compared_with_cases_that_there_are() {
        for claim in CLAIMS {
            assert!(claim.low_ns <= claim.high_ns && !claim.measured_by.is_empty());
            for counterpart in claim.measured_by {
                let name = format!("{}@{}", counterpart.path, counterpart.size);
                assert!(Case::by_name(&name).is_ok(), "{name}");
            }
        }
    }

    #[test]
    fn a_verdict_looks_at_the_interval() {
        let claim = &CLAIMS[3];
        let of = |value, low, high| verdict(claim, Estimate { value, low, high });
        assert_eq!(of(120.0, 110.0, 150.0), Verdict::Agrees);
        assert_eq!(of(140.0, 128.0, 150.0), Verdict::NotToldApart);
        assert_eq!(of(260.0, 250.0, 270.0), Verdict::Longer(2.0));
        assert_eq!(of(45.0, 40.0, 50.0), Verdict::Shorter(0.5));
        assert_eq!(of(-45.0, -90.0, 50.0), Verdict::Unresolved);
    }
}
