//! What `check`, `number` and `decode` keep of headers. The headers are installed ones, which have not
//! changed for a while: others are not kept.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use crate::run::Folder;

const HEADER: &str = "/usr/include/linux/fs.h";

const TRACE: &str = "(3, 0xc0185879, 000000000000000000100000000000000000000000000000)\n";

/// The program with a cache of its own in the folder.
fn command(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = folder.command(arguments);
    command.env_remove("IOCTLKIT_NO_CACHE").env("XDG_CACHE_HOME", folder.path("home"));
    command
}

/// What a run writes, and how it ends.
fn seen(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One that does not read has ended.
    let _ = child.stdin.take().unwrap().write_all(TRACE.as_bytes());
    seen(&child.wait_with_output().unwrap())
}

fn entries(folder: &Folder) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.path("home/ioctlkit/headers")).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn written(entry: &Path) -> SystemTime {
    std::fs::metadata(entry).unwrap().modified().unwrap()
}

#[test]
fn what_is_said_is_the_same_with_and_without_a_cache() {
    let commands: [&[&str]; 5] = [
        &["number", "FITRIM", HEADER],
        &["number", "0xc0185879", HEADER],
        &["number", "FITRIN", HEADER],
        &["number", "FITRIM", HEADER, "--abi", "i386"],
        &["decode", "--abi", "x86_64", "--headers", HEADER],
    ];
    for arguments in commands {
        let folder = Folder::new();
        let plain = run(command(&folder, arguments).arg("--no-cache"));
        assert!(entries(&folder).is_empty());
        assert_eq!(run(&mut command(&folder, arguments)), plain);
        let [entry] = &entries(&folder)[..] else { panic!("{arguments:?}") };
        let first = written(entry);
        assert_eq!(run(&mut command(&folder, arguments)), plain);
        // It was taken, and not made anew.
        assert_eq!(written(entry), first, "{arguments:?}");
        std::fs::write(entry, "damaged").unwrap();
        assert_eq!(run(&mut command(&folder, arguments)), plain);
        assert!(std::fs::metadata(entry).unwrap().len() > 1000);
    }
}

#[test]
fn check_finds_the_same_in_what_it_kept() {
    let folder = Folder::new();
    let arguments = ["check", "--no-config", "--verbose", "--format", "json", HEADER];
    let (code, findings, _) = run(command(&folder, &arguments).arg("--no-cache"));
    assert!(findings.contains("fs.h"), "{findings}");
    let of = |run: (Option<i32>, String, String)| ((run.0, run.1), run.2);
    let (first, said) = of(run(&mut command(&folder, &arguments)));
    assert_eq!(first, (code, findings));
    assert!(said.contains("input was read "), "{said}");
    let (second, said) = of(run(&mut command(&folder, &arguments)));
    assert_eq!(second, first);
    assert!(said.contains("nothing was parsed"), "{said}");
    // Another rule needs no other reading, and another ABI does.
    run(&mut command(&folder, &["check", "--no-config", "--ignore", "L001", HEADER]));
    assert_eq!(entries(&folder).len(), 1);
    run(&mut command(&folder, &["check", "--no-config", "--abi", "i386", HEADER]));
    assert_eq!(entries(&folder).len(), 2);
}

#[test]
fn a_cache_that_is_not_wanted_is_not_made() {
    let folder = Folder::new();
    let arguments = ["number", "FITRIM", HEADER];
    run(command(&folder, &arguments).env("IOCTLKIT_NO_CACHE", "1"));
    run(command(&folder, &arguments).env("XDG_CACHE_HOME", "relative").env_remove("HOME"));
    assert!(!folder.path("home").exists() && !folder.path("relative").exists());
}

#[test]
fn a_home_that_cannot_be_written_to_is_not_spoken_of() {
    let folder = Folder::new();
    let arguments = ["number", "FITRIM", HEADER];
    let plain = run(command(&folder, &arguments).arg("--no-cache"));
    // Not even root makes folders there.
    assert_eq!(run(command(&folder, &arguments).env("XDG_CACHE_HOME", "/proc/self")), plain);
}

#[test]
fn runs_at_one_time_agree() {
    let folder = Folder::new();
    let arguments = ["number", "FITRIM", HEADER];
    let plain = run(command(&folder, &arguments).arg("--no-cache"));
    for _ in 0..2 {
        let start = |_| {
            let mut command = command(&folder, &arguments);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<_> = (0..4).map(start).collect();
        for child in children {
            assert_eq!(seen(&child.wait_with_output().unwrap()), plain);
        }
    }
    assert_eq!(entries(&folder).len(), 1);
}
