//! How much the linter says about interfaces of today, rule by rule, against a committed budget: `budget.tsv`
//! has the most findings that each rule may have for a hundred commands, and the least that it has to have, and
//! docs/noise.md why that is right.
//! What follows from another finding does not count: people see it as a note.
//!
//! The headers of Linux are read always, and five drivers from outside of the kernel and five crates where
//! `IOCTLKIT_ORACLE` is `full`. Where packages cannot be had, that is said, and is a failure with `full` or
//! `CI`.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod budget;
#[allow(dead_code, reason = "the folders alone are wanted of it")]
#[path = "../crates/corpus.rs"]
mod crates;
mod packages;
mod said;

use std::path::PathBuf;

use budget::{Budget, Corpus};
use said::Said;

/// Drivers of Debian's that are built outside of the kernel.
const DRIVERS: [&str; 5] =
    ["apfs-dkms", "dahdi-dkms", "falcosecurity-scap-dkms", "lttng-modules-dkms", "xtrx-dkms"];

/// Crates that define commands in five ways.
const CRATES: [&str; 5] = ["evdev", "gpiocdev-uapi", "sev", "tun", "vhost"];

/// So many findings people may see of one structure or one command.
const OF_ONE: usize = 9;

fn is_full() -> bool {
    std::env::var("IOCTLKIT_ORACLE").is_ok_and(|effort| effort == "full")
}

fn judge(corpus: Corpus, folders: &[PathBuf]) {
    let said = Said::of(folders);
    let table = said.table();
    let (commands, least) = (said.commands, corpus.least_commands());
    assert!(commands >= least, "only {commands} commands were read, of {least}");
    let missed = Budget::committed().missed_by(corpus, &said);
    assert!(
        missed.is_empty(),
        "{}\n\nfor 100 of {} commands:\n{table}",
        missed.join("\n"),
        said.commands
    );
    let (most, of) = said.most();
    assert!(most <= OF_ONE, "{of} has {most} findings:\n{table}");
}

#[test]
fn linux_headers() {
    if let Some(folder) = packages::unpacked("linux-libc-dev") {
        judge(Corpus::Headers, &[folder.join("usr/include")]);
    }
}

#[test]
fn drivers_from_outside_of_the_kernel() {
    if !is_full() {
        return;
    }
    let folders: Vec<PathBuf> = DRIVERS
        .iter()
        .filter_map(|package| packages::unpacked(package))
        .map(|folder| folder.join("usr/src"))
        .collect();
    judge(Corpus::Drivers, &folders);
}

#[test]
fn crates_of_today() {
    if !is_full() {
        return;
    }
    let Some(folders) = crates::folders() else { return };
    let folders: Vec<PathBuf> = CRATES.iter().map(|name| folders[name].clone()).collect();
    judge(Corpus::Crates, &folders);
}

#[test]
fn a_rule_that_says_more_than_its_budget_or_too_little_is_named() {
    let text = "# rule\theaders\tdrivers\tcrates\tand the least\nL001\t2.0\t0\t0\t2\t0\t0\n";
    let budget = Budget::read(text);
    let said = |count| Said::counted(100, &[("L001", count)]);
    let headers = |said: &Said| budget.missed_by(Corpus::Headers, said);
    assert!(headers(&said(2)).is_empty());
    assert_eq!(headers(&said(3)), ["L001 has 3.0, and may have 2.0"]);
    let silent = "L001 has 1 findings, and should have 2";
    assert_eq!(headers(&said(1)), [silent]);
    assert!(budget.missed_by(Corpus::Drivers, &said(0)).is_empty());
    // A rule without a row may say nothing.
    let other = Said::counted(100, &[("L001", 2), ("L002", 1)]);
    assert_eq!(headers(&other), ["L002 has 1.0, and may have 0.0"]);
    // One that says nothing at all is not counted, and named all the same.
    let nothing = Said::counted(100, &[]);
    assert_eq!(headers(&nothing), ["L001 has 0 findings, and should have 2"]);
}

#[test]
fn each_rule_with_a_budget_has_its_verdict_and_exists() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/noise.md");
    let text = std::fs::read_to_string(path).unwrap();
    for code in Budget::committed().codes() {
        assert!(ioctl_lint::registry::by_name(code).is_ok(), "{code}");
        assert!(text.contains(&format!("| {code} |")), "docs/noise.md has no row for {code}");
    }
}
