//! What is measured in a run: the suites, the named experiments, sizes and numbers of rounds.

use std::time::Duration;

use crate::measure::Budget;
use crate::mechanisms::CATALOGUE;
use crate::{Case, Entry, Error};

/// Where a run takes place. Results of the two are never in one table: emulation distorts not only
/// speeds but their ratios.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// On this machine's running kernel.
    Native,
    /// In a guest, with the generated module.
    Guest,
}

impl Suite {
    /// The name in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Guest => "guest",
        }
    }
}

/// How thorough a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// 20 rounds of every size.
    Full,
    /// 5 rounds of every size, with no more time for each case than a first look has: emulation is slow,
    /// and where the clock counts instructions, little scatters.
    InGuest,
    /// 2 to 5 rounds of two sizes: as many as end within 14 seconds.
    Quick,
}

impl Pace {
    /// The payloads where none are asked for, in bytes.
    pub const fn sizes(self) -> &'static [usize] {
        match self {
            Self::Full | Self::InGuest => &[8, 64, 512, 1024, 4096],
            Self::Quick => &[64, 1024],
        }
    }

    const fn budget(self) -> Budget {
        match self {
            Self::Full => Budget::FULL,
            Self::Quick | Self::InGuest => Budget::QUICK,
        }
    }

    /// How many rounds.
    pub const fn rounds(self) -> Rounds {
        match self {
            Self::Full => Rounds { least: 20, most: 20, end_within: Duration::MAX },
            Self::InGuest => Rounds { least: 5, most: 5, end_within: Duration::MAX },
            Self::Quick => Rounds { least: 2, most: 5, end_within: Duration::from_secs(14) },
        }
    }
}

/// How often every case is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    /// At least.
    pub least: u32,
    /// At most.
    pub most: u32,
    /// A round past the least is begun only if it would end within this time, going by those before.
    pub end_within: Duration,
}

/// An experiment of one of the articles.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    mechanisms: &'static [&'static str],
    size: usize,
    /// The calls of a batch, if the article states them.
    batch: Option<u64>,
}

/// The experiments of the articles.
pub static PRESETS: &[Preset] = &[
    Preset {
        name: "article-000",
        what: "ioctl, procfs and netlink: 5000 calls of 1024 bytes, timed as a whole",
        mechanisms: &[
            "empty-timer",
            "getppid",
            "ioctl-unknown",
            "ioctl-pidfd-info",
            "ioctl",
            "procfs-seq-file",
            "procfs",
            "netlink-noop",
            "netlink-ack",
            "netlink",
        ],
        size: 1024,
        batch: Some(5000),
    },
    Preset {
        name: "article-003",
        what: "user_events, MSG_RING, BPF ring buffer and counters, shared memory: 8 bytes",
        mechanisms: &[
            "empty-timer",
            "vdso-clock",
            "getppid",
            "bpf-trigger",
            "user-events",
            "bpf-ring",
            "bpf-counter",
            "shm-counter",
            "msg-ring-post",
            "msg-ring",
            "shm-futex",
        ],
        size: 8,
        batch: None,
    },
];

impl Preset {
    /// The one of that name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }
}

/// What to measure, how long and how often.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The experiment, if it is one.
    pub preset: Option<&'static Preset>,
    /// The cases, in the order of a report.
    pub cases: Vec<Case>,
    /// For each process.
    pub budget: Budget,
    /// For each case.
    pub rounds: Rounds,
    /// Whether it is a first look.
    pub pace: Pace,
}

impl Plan {
    /// Everything of a catalogue that `only` lets through, in those sizes. A mechanism that cannot
    /// carry any of them has a row with the nearest that it can, so that it is not forgotten.
    ///
    /// # Errors
    /// [`Error::NoSuchCase`] for a word of `only` that nothing is called by.
    pub fn new(pace: Pace, sizes: &[usize], only: &[String]) -> Result<Self, Error> {
        let chosen = CATALOGUE.iter().flat_map(|entry| cases(entry, sizes));
        let cases = filtered(chosen.collect(), only)?;
        Ok(Self { preset: None, cases, budget: pace.budget(), rounds: pace.rounds(), pace })
    }

    /// The experiment of an article.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn of(preset: &'static Preset, pace: Pace, only: &[String]) -> Result<Self, Error> {
        let of_it = |entry: &&Entry| preset.mechanisms.contains(&entry.name);
        let chosen = CATALOGUE.iter().filter(of_it);
        let chosen = chosen.flat_map(|entry| cases(entry, &[preset.size])).collect();
        let budget = pace.budget();
        Ok(Self {
            preset: Some(preset),
            cases: filtered(chosen, only)?,
            budget: preset.batch.map_or(budget, |calls| budget.with_batches_of(calls)),
            rounds: pace.rounds(),
            pace,
        })
    }
}

fn cases(entry: &'static Entry, wanted: &[usize]) -> Vec<Case> {
    let mut sizes = entry.sizes.of(wanted);
    if sizes.is_empty() {
        sizes = entry.sizes.nearest(wanted).into_iter().collect();
    }
    let of_variant = |variant| sizes.iter().map(move |size| Case { entry, variant, size: *size });
    entry.variants.iter().flat_map(of_variant).collect()
}

fn filtered(cases: Vec<Case>, only: &[String]) -> Result<Vec<Case>, Error> {
    let names = |case: &Case, word: &str| case.entry.name == word || case.path() == word;
    for word in only {
        if !cases.iter().any(|case| names(case, word)) {
            return Err(Error::NoSuchCase(word.clone()));
        }
    }
    let wanted = |case: &Case| only.is_empty() || only.iter().any(|word| names(case, word));
    Ok(cases.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_takes_a_mechanism_or_one_of_its_variants() {
        let plan = |only: &[&str]| {
            let only: Vec<String> = only.iter().map(|&word| word.to_owned()).collect();
            let plan = Plan::new(Pace::Quick, &[64], &only)?;
            Ok::<_, Error>(plan.cases.iter().map(Case::to_string).collect::<Vec<_>>())
        };
        assert_eq!(
            plan(&["getppid", "shm-futex/wait"]).unwrap(),
            ["getppid@0", "shm-futex/wait@64"]
        );
        assert_eq!(plan(&["shm-futex"]).unwrap().len(), 3);
        assert!(plan(&["shm-futex/never"]).is_err());
    }

    #[test]
    fn a_mechanism_has_a_row_whatever_sizes_are_asked_for() {
        for sizes in [&[1][..], &[1 << 20], &[8, 64]] {
            let plan = Plan::new(Pace::Quick, sizes, &[]).unwrap();
            for entry in CATALOGUE {
                assert!(plan.cases.iter().any(|case| case.entry.name == entry.name));
            }
        }
    }

    #[test]
    fn experiments_name_mechanisms_that_there_are() {
        for preset in PRESETS {
            let plan = Plan::of(preset, Pace::Full, &[]).unwrap();
            for name in preset.mechanisms {
                assert!(plan.cases.iter().any(|case| case.entry.name == *name), "{name}");
            }
        }
    }
}
