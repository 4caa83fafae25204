//! The undo suite: what keeps the kernel's own handlers right is taken out, one place at a time, and the linter
//! has to say so, and nothing else.

mod asked;
mod sites;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::tree::{Found, Linked, findings, is_full, lint, unpacked};
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

    /// How many of a hundred have to be found: what was reached last. `docs/precision.md` has the targets.
    fn floor(self) -> usize {
        match self {
            Self::Hole => 93,
            Self::Member => 98,
            Self::Count | Self::Errno => 100,
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
    let outcomes = tried(&kernel, &all);
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
    let facts = Facts::of(&lint(&kernel, &arguments(&chosen())));
    let files: Vec<String> = facts.files().into_iter().collect();
    let (all, left_out) = collected(&kernel, &files, &facts);
    let outcomes = tried(&kernel, &all);
    let report = report(&all, &outcomes, &left_out);
    println!("{report}");
    if std::env::var_os(CHOSEN).is_some() {
        return;
    }
    for kind in [Kind::Hole, Kind::Member, Kind::Count, Kind::Errno] {
        let (found, count) = figures(kind, &all, &outcomes);
        assert!(count > 0 && found * 100 >= count * kind.floor(), "{kind:?}\n{report}");
    }
    assert!(outcomes.iter().all(|it| it.others.is_empty()), "{report}");
}

/// Names files and folders of the kernel, with spaces between them: the whole run then takes what is in them and
/// prints the report, and holds no figure against a floor.
const CHOSEN: &str = "IOCTLKIT_UNDO_FILES";

/// What the whole run is about.
fn chosen() -> Vec<String> {
    let chosen = std::env::var(CHOSEN).unwrap_or_else(|_| ".".to_owned());
    chosen.split_whitespace().map(str::to_owned).collect()
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
        for site in sites(kernel, file, &text, facts) {
            match site {
                Ok(site) => all.push(site),
                Err(why) => *left_out.entry(why).or_default() += 1,
            }
        }
    }
    (all, left_out)
}

/// Takes each out, in a copy of the kernel's sources for each of two workers.
fn tried(kernel: &Path, all: &[Site]) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Outcome>> = Mutex::default();
    let before: Mutex<BTreeMap<Vec<String>, BTreeSet<Found>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (next, done, before) = (&next, &done, &before);
            scope.spawn(move || {
                let linked = Linked::of(kernel);
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(site) = all.get(place) else { break };
                    let outcome = try_one(kernel, &linked, site, before);
                    done.lock().unwrap().insert(place, outcome);
                }
            });
        }
    });
    done.into_inner().unwrap().into_values().collect()
}

fn try_one(
    kernel: &Path,
    linked: &Linked,
    site: &Site,
    before: &Mutex<BTreeMap<Vec<String>, BTreeSet<Found>>>,
) -> Outcome {
    let mut files = vec![site.file.clone()];
    files.extend(site.others.iter().cloned());
    let known = before.lock().unwrap().get(&files).cloned();
    let known = known.unwrap_or_else(|| {
        let found = findings(kernel, &files);
        before.lock().unwrap().insert(files.clone(), found.clone());
        found
    });
    linked.replace(&site.file, &site.changed);
    let now = findings(&linked.root, &files);
    linked.restore(kernel, &site.file);
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
