//! Ctrl-C ends the run, its guest and its builds, and leaves nothing behind.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::{faulty, ioctl_gen, is_full};

/// Interrupts a run when its progress has come to a word; the files that are left.
fn interrupted_at(word: &str) -> Vec<PathBuf> {
    let folder = faulty(&["spin"]);
    let temporary = tempfile::tempdir().unwrap();
    let mut child = ioctl_gen()
        .arg("test")
        .arg(folder.path())
        .args(["--test-limit", "3600"])
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains(word)), "{word} did not come");
    let number = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &number]).status().unwrap().success());
    let rest: Vec<String> = lines.collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("interrupted")), "{rest:?}");
    let left = fs::read_dir(temporary.path()).unwrap();
    left.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_build_that_is_interrupted_leaves_nothing() {
    assert_eq!(interrupted_at("building the module"), Vec::<PathBuf>::new());
}

#[test]
fn a_guest_that_is_interrupted_leaves_its_log() {
    if !is_full() {
        return;
    }
    let left = interrupted_at(": spin_test");
    assert!(
        matches!(&left[..], [log] if log.extension().is_some_and(|end| end == "log")),
        "{left:?}"
    );
}
