//! The program on a machine without the device.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;
use std::process::Command;

fn complaint(arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_echoctl")).args(arguments).output().unwrap();
    assert!(!run.status.success() && run.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(run.stderr).unwrap()
}

#[test]
fn words_that_it_does_not_know_are_answered_with_those_that_it_does() {
    for arguments in [[].as_slice(), &["shout"]] {
        assert!(complaint(arguments).starts_with("echoctl: usage: echoctl info\n"));
    }
}

#[test]
fn a_machine_without_the_device_is_told() {
    if Path::new("/dev/echo").exists() {
        println!("skipped: /dev/echo exists");
        return;
    }
    let error = "echoctl: /dev/echo: no such file or directory (ENOENT)\n";
    assert_eq!(complaint(&["info"]), error);
    assert_eq!(complaint(&["send", "echo"]), error);
}
