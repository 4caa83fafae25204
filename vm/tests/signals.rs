//! Ctrl-C ends a run in order, and no guest outlives the process that started it.
//!
//! The test runs itself: with the variable set, it is the program that is interrupted.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use ioctlkit_vm::{Event, Guest, Interruption, Kernel, Release, Script, Step};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use support::{cache, is_full};

const ROLE: &str = "IOCTLKIT_VM_INTERRUPTED";

fn kernel() -> Kernel {
    let release = Release::newest("6.12", &cache()).unwrap();
    Kernel::of(&release, &cache()).unwrap()
}

/// What the interrupted program does.
fn run_until_interrupted(log: &Path) {
    let mut guest = Guest::new(kernel());
    guest.log = Some(log.to_owned());
    let script = Script::new().then(Step::shell("wait", "while :; do :; done"));
    let interruption = Interruption::on_signals().unwrap();
    let report = guest.run(&script, &interruption, &mut |event| match event {
        Event::Started { process, .. } => eprintln!("started {process}"),
        Event::StepBegan { .. } => eprintln!("waiting"),
        _ => {}
    });
    eprintln!("ending {:?}", report.unwrap().ending);
}

/// A run that waits in its step, and its emulator.
struct Run {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
    emulator: Pid,
    folder: tempfile::TempDir,
}

fn start(test: &str) -> Run {
    // Downloaded here, if it has to be, and not by several at once.
    kernel();
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(ROLE, folder.path().join("log"))
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut emulator = None;
    for line in lines.by_ref().map(Result::unwrap) {
        if let Some(number) = line.strip_prefix("started ") {
            emulator = Pid::from_raw(number.parse().unwrap());
        }
        if line == "waiting" {
            break;
        }
    }
    Run { child, lines, emulator: emulator.unwrap(), folder }
}

#[test]
fn an_interrupt_is_the_ending_of_the_run_and_leaves_only_the_log() {
    if let Some(log) = std::env::var_os(ROLE) {
        return run_until_interrupted(Path::new(&log));
    }
    if !is_full() {
        return;
    }
    let mut run = start("an_interrupt_is_the_ending_of_the_run_and_leaves_only_the_log");
    kill_process(Pid::from_child(&run.child), Signal::INT).unwrap();
    let last = run.lines.map_while(Result::ok).find(|line| line.starts_with("ending"));
    assert_eq!(last.as_deref(), Some("ending Interrupted"));
    assert!(run.child.wait().unwrap().success());
    assert!(pidfd_open(run.emulator, PidfdFlags::empty()).is_err(), "the emulator is still there");
    let left: Vec<_> = std::fs::read_dir(run.folder.path()).unwrap().map(|e| e.unwrap()).collect();
    assert_eq!(left.iter().map(std::fs::DirEntry::file_name).collect::<Vec<_>>(), ["log"]);
}

#[test]
fn the_guest_dies_with_the_process_that_runs_it() {
    if let Some(log) = std::env::var_os(ROLE) {
        return run_until_interrupted(Path::new(&log));
    }
    if !is_full() {
        return;
    }
    let mut run = start("the_guest_dies_with_the_process_that_runs_it");
    let emulator = pidfd_open(run.emulator, PidfdFlags::empty()).unwrap();
    run.child.kill().unwrap();
    run.child.wait().unwrap();
    // Readable once the process has ended.
    let mut waited = [PollFd::new(&emulator, PollFlags::IN)];
    assert_eq!(poll(&mut waited, None).unwrap(), 1);
}
