//! The undo suite: what keeps the kernel's own handlers right is taken out, one place at a time, and the linter
//! has to say so, and nothing else.

mod sites;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::tree::{Found, findings, is_full, lint, unpacked};
use sites::{Facts, LeftOut, Site, sites};

/// What is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// What clears an object with padding that is copied out.
    Hole,
    /// What clears an object without padding, of which some members are not set otherwise, or what sets a
    /// member of one that nothing clears.
    Member,
    /// `? -EFAULT : 0`
    Count,
    /// `-ENOTTY` of a `default`.
    Errno,
}

impl Kind {
    fn expects(self, code: &str) -> bool {
        match self {
            Self::Hole | Self::Member => matches!(code, "H006" | "H007" | "H010"),
            Self::Count => code == "H009",
            Self::Errno => code == "H005",
        }
    }

    /// How many of a hundred have to be found: what was reached last. `docs/precision.md` has the targets, which
    /// are higher.
    fn floor(self) -> usize {
        match self {
            Self::Hole => 81,
            Self::Member => 74,
            Self::Count => 67,
            Self::Errno => 94,
        }
    }
}

/// What became of a site.
#[derive(Debug)]
struct Outcome {
    is_found: bool,
    others: Vec<Found>,
}

/// Files of the quick run, with a site of each kind.
const SAMPLE: [&str; 4] = [
    "drivers/misc/xilinx_sdfec.c",
    "drivers/usb/core/devio.c",
    "drivers/firewire/core-cdev.c",
    "sound/core/timer.c",
];

#[test]
fn what_keeps_a_sample_of_handlers_right_is_missed_when_it_is_taken_out() {
    let kernel = unpacked("6.12", "handlers", &crate::corpus::files());
    let files = SAMPLE.map(str::to_owned);
    let facts = Facts::of(&lint(&kernel, &arguments(&files)));
    // Few of each kind: each is a run of the program.
    let mut taken: BTreeMap<Kind, usize> = BTreeMap::new();
    let (mut all, _) = collected(&kernel, &files, &facts);
    all.retain(|site| {
        let count = taken.entry(site.kind).or_default();
        *count += 1;
        *count <= 2
    });
    let outcomes = tried(&kernel, &facts, &all);
    let report = report(&all, &outcomes, &BTreeMap::new());
    assert!(outcomes.iter().all(|it| it.is_found && it.others.is_empty()), "{report}");
    assert!(taken.len() >= 3, "{report}");
}

#[test]
fn what_keeps_the_kernels_handlers_right_is_missed_when_it_is_taken_out() {
    if !is_full() {
        return;
    }
    let kernel = unpacked("6.12", "whole", &[]);
    let facts = Facts::of(&lint(&kernel, &arguments(&[".".to_owned()])));
    let files: Vec<String> = facts.files().into_iter().collect();
    let (all, left_out) = collected(&kernel, &files, &facts);
    let outcomes = tried(&kernel, &facts, &all);
    let report = report(&all, &outcomes, &left_out);
    println!("{report}");
    for kind in [Kind::Hole, Kind::Member, Kind::Count, Kind::Errno] {
        let (found, count) = figures(kind, &all, &outcomes);
        assert!(count > 0 && found * 100 >= count * kind.floor(), "{kind:?}\n{report}");
    }
    assert!(outcomes.iter().all(|it| it.others.is_empty()), "{report}");
}

fn arguments(files: &[String]) -> Vec<&str> {
    let mut arguments = vec!["dump", "--abi", "x86_64"];
    arguments.extend(files.iter().map(String::as_str));
    arguments
}

fn collected(
    kernel: &Path,
    files: &[String],
    facts: &Facts,
) -> (Vec<Site>, BTreeMap<LeftOut, usize>) {
    let mut all = Vec::new();
    let mut left_out: BTreeMap<LeftOut, usize> = BTreeMap::new();
    for file in files {
        let bytes = std::fs::read(kernel.join(file)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for site in sites(file, &text, facts) {
            match site {
                Ok(site) => all.push(site),
                Err(why) => *left_out.entry(why).or_default() += 1,
            }
        }
    }
    (all, left_out)
}

/// Takes each out, in a file of its own beside the original.
fn tried(kernel: &Path, facts: &Facts, all: &[Site]) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Outcome>> = Mutex::default();
    let before: Mutex<BTreeMap<Vec<String>, BTreeSet<Found>>> = Mutex::default();
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (next, done, before) = (&next, &done, &before);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(site) = all.get(place) else { break };
                    let outcome = try_one(kernel, facts, site, worker, before);
                    done.lock().unwrap().insert(place, outcome);
                }
            });
        }
    });
    done.into_inner().unwrap().into_values().collect()
}

fn try_one(
    kernel: &Path,
    facts: &Facts,
    site: &Site,
    worker: usize,
    before: &Mutex<BTreeMap<Vec<String>, BTreeSet<Found>>>,
) -> Outcome {
    let others = facts.files_with(&site.file, &site.lines);
    let mut original = vec![site.file.clone()];
    original.extend(others.iter().cloned());
    let known = before.lock().unwrap().get(&original).cloned();
    let known = known.unwrap_or_else(|| {
        let found = findings(kernel, &original);
        before.lock().unwrap().insert(original, found.clone());
        found
    });
    let folder = site.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let changed = format!("{folder}/undone-{}-{worker}.c", std::process::id());
    std::fs::write(kernel.join(&changed), &site.changed).unwrap();
    let mut files = vec![changed.clone()];
    files.extend(others);
    let now = findings(kernel, &files);
    std::fs::remove_file(kernel.join(&changed)).unwrap();
    let new: Vec<Found> = now.difference(&known).cloned().collect();
    let is_found = new.iter().any(|found| site.kind.expects(&found.code));
    // A finding that names what is not set is another one if something is not set besides.
    let is_other = |found: &Found| {
        !site.kind.expects(&found.code) && !known.iter().any(|it| it.code == found.code)
    };
    Outcome { is_found, others: new.into_iter().filter(is_other).collect() }
}

fn figures(kind: Kind, all: &[Site], outcomes: &[Outcome]) -> (usize, usize) {
    let of_kind = all.iter().zip(outcomes).filter(|(site, _)| site.kind == kind);
    of_kind.fold((0, 0), |(found, count), (_, it)| (found + usize::from(it.is_found), count + 1))
}

fn report(all: &[Site], outcomes: &[Outcome], left_out: &BTreeMap<LeftOut, usize>) -> String {
    let mut text = String::new();
    for kind in [Kind::Hole, Kind::Member, Kind::Count, Kind::Errno] {
        let (found, count) = figures(kind, all, outcomes);
        writeln!(text, "{kind:?}: {found} of {count}").unwrap();
    }
    for (why, count) in left_out {
        writeln!(text, "left out, {why:?}: {count}").unwrap();
    }
    for (site, outcome) in all.iter().zip(outcomes) {
        let place = format!("{}:{}: {}", site.file, site.line, site.what);
        if !outcome.is_found {
            writeln!(text, "missed {:?} {place}", site.kind).unwrap();
        }
        for other in &outcome.others {
            writeln!(text, "besides {:?} {place}: {} {}", site.kind, other.code, other.message)
                .unwrap();
        }
    }
    text
}
