//! The guest suite: the module is built, a guest boots, this program runs in it, and its results come back.
//! It takes a minute, so it runs where `IOCTLKIT_VM` or `IOCTLKIT_ORACLE` is `full`.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use ioctl_bench::results::{Outcome, Results};
use support::{assert_valid, bench};

fn is_full() -> bool {
    ["IOCTLKIT_VM", "IOCTLKIT_ORACLE"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| value == "full"))
}

/// This program, linked statically.
fn linked_statically() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--offline", "-p", "ioctl-bench", "--target", &target])
        .env("RUSTFLAGS", "-C target-feature=+crt-static")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success());
    folder.join(target).join("release/ioctl-bench")
}

#[test]
fn every_door_of_the_module_carries_payloads_whole_and_none_fails() {
    if !is_full() {
        eprintln!("skipped: IOCTLKIT_VM=full runs it");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("guest.json");
    let run = bench()
        .args(["run", "--suite", "guest", "--quick", "--rounds", "1", "--guest-program"])
        .arg(linked_statically())
        .arg("-o")
        .arg(&output)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let text = std::fs::read_to_string(&output).unwrap();
    assert_valid(&text);
    let results = Results::from_json(&text, "guest").unwrap();
    assert_eq!(results.suite, "guest");
    for door in ["ioctl/write", "ioctl/exchange", "procfs/pwrite", "procfs/pread", "netlink/send"] {
        for size in [64, 1024] {
            assert!(results.measured(door, size).is_some(), "{door}, {size} bytes");
        }
    }
    assert!(results.measured("netlink/send-reply", 1024).is_some());
    // Whoever ran `cargo xtask kernel` has it measured; elsewhere it is skipped, as the run says.
    let is_small = results.machine.kernel.ends_with("-ioctlkit");
    assert_eq!(results.measured("user-events/enabled", 64).is_some(), is_small);
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(said.contains("user-events is skipped"), !is_small, "{said}");
    for case in &results.cases {
        let failed = matches!(&case.outcome, Outcome::Failed { .. });
        assert!(!failed, "{}: {:?}", case.path(), case.outcome);
    }
}

#[test]
fn a_kernel_that_is_not_there_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("guest.json");
    let run = bench()
        .args(["run", "--suite", "guest", "--quick", "-o"])
        .arg(&output)
        .args(["--guest-kernel", "/nonexistent", "--guest-headers", "/nonexistent"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(said.contains("/nonexistent"), "{said}");
    assert!(!output.exists());
}
