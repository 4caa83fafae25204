//! The program as a whole, on this machine: every mechanism that can run here runs, whatever user it
//! is, and what it writes is what the schema says.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::thread;
use std::time::Duration;

use ioctl_bench::mechanisms::CATALOGUE;
use ioctl_bench::results::{Outcome, Results};
use ioctlkit_report::visible::is_invisible;
use support::{assert_valid, bench, output_of, quick_results};

#[test]
fn a_quick_run_has_a_row_for_everything_and_is_valid() {
    let text = quick_results();
    assert_valid(text);
    let results = Results::from_json(text, "quick").unwrap();
    assert_eq!(results.suite, "native");
    for entry in CATALOGUE {
        let rows = results.cases.iter().filter(|case| case.mechanism == entry.name);
        assert!(rows.count() >= entry.variants.len(), "{}", entry.name);
    }
    for case in &results.cases {
        match &case.outcome {
            Outcome::Measured(measured) => {
                assert_eq!(measured.restarts.len(), 1, "{}", case.path());
                assert!(measured.restarts[0].calls > 0, "{}", case.path());
            }
            Outcome::Skipped { reason } => assert!(!reason.is_empty(), "{}", case.path()),
            Outcome::Failed { reason } => panic!("{} failed: {reason}", case.path()),
            Outcome::NotReached => panic!("{} was not reached", case.path()),
        }
    }
    let ran =
        |name: &str| results.cases.iter().any(|c| c.mechanism == name && c.measured().is_some());
    for name in ["empty-timer", "vdso-clock", "getppid", "ioctl-unknown", "ioctl-fionread"] {
        assert!(ran(name), "{name} needs nothing and did not run");
    }
}

#[test]
fn without_root_what_needs_it_is_skipped_with_a_reason_and_the_rest_runs() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("nobody.json");
    let program = folder.path().join("ioctl-bench");
    // Where nobody may read the build's folder, it may read this.
    fs::copy(env!("CARGO_BIN_EXE_ioctl-bench"), &program).unwrap();
    let mut command = Command::new(&program);
    command.args(["run", "--quick", "--rounds", "1", "--only"]);
    command.args(["getppid,bpf-ring,user-events,shm-futex/wait", "-o"]).arg(&output);
    if fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).unwrap() == 0
    {
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777))
            .unwrap();
        command.uid(65534).gid(65534);
    }
    let run = command.output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let text = fs::read_to_string(&output).unwrap();
    assert_valid(&text);
    let results = Results::from_json(&text, "nobody").unwrap();
    assert!(!results.machine.root);
    assert!(results.measured("getppid", 0).is_some());
    assert!(results.measured("shm-futex/wait", 64).is_some());
    let reason = |name: &str| {
        let case = results.cases.iter().find(|case| case.mechanism == name).unwrap();
        match &case.outcome {
            Outcome::Skipped { reason } => Some(reason.clone()),
            _ => None,
        }
    };
    assert!(reason("user-events").is_some());
    let refused = fs::read_to_string("/proc/sys/kernel/unprivileged_bpf_disabled");
    if refused.is_ok_and(|text| text.trim() != "0") {
        assert!(reason("bpf-ring").unwrap().contains("CAP_BPF"));
    }
}

#[test]
fn a_run_that_is_stopped_keeps_what_it_has_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("stopped.json");
    let mut run = bench()
        .args(["run", "--quick", "--rounds", "10000", "--only", "getppid,shm-futex/wait", "-o"])
        .arg(&output)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // The file appears with the first round.
    while !output.exists() {
        assert!(run.try_wait().unwrap().is_none(), "it ended by itself");
        thread::sleep(Duration::from_millis(10));
    }
    let stopped = Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let text = fs::read_to_string(&output).unwrap();
    assert_valid(&text);
    let results = Results::from_json(&text, "stopped").unwrap();
    assert!(results.interrupted && results.rounds >= 1);
    assert!(!results.measured("getppid", 0).unwrap().restarts.is_empty());
}

#[test]
fn results_that_are_there_are_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("mine.json");
    fs::write(&output, "mine").unwrap();
    let run = bench().args(["run", "--quick", "-o"]).arg(&output).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("is not overwritten"));
    assert_eq!(fs::read_to_string(&output).unwrap(), "mine");
}

#[test]
fn the_list_has_every_mechanism_and_says_what_it_needs() {
    let list = output_of(&["list"]);
    for entry in CATALOGUE {
        for variant in entry.variants {
            let line = list.lines().find(|line| {
                let path = line.split_whitespace().next().unwrap_or_default();
                path == entry.name || path == format!("{}/{}", entry.name, variant.name)
            });
            let line = line.unwrap_or_else(|| panic!("{} is not listed", entry.name));
            assert!(line.contains("] runs") || line.contains("] cannot run: "), "{line}");
        }
    }
}

#[test]
fn a_report_is_the_results_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quick.json");
    fs::write(&path, quick_results()).unwrap();
    let path = path.to_str().unwrap();
    assert_eq!(output_of(&["report", path, "--format", "json"]), quick_results());
    let table = output_of(&["report", path]);
    for heading in
        ["Floors", "Call and return", "Peer round trip", "articles' claims", "Not measured"]
    {
        assert!(table.contains(heading), "{heading}");
    }
    let compared = output_of(&["compare", path, path]);
    assert!(compared.contains("too few restarts to tell"), "{compared}");
    assert!(compared.contains("0 slower, 0 faster"), "{compared}");
}

#[test]
fn what_is_no_result_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.json");
    for (text, why) in [
        ("", "no JSON"),
        ("{}", "it has no version"),
        (r#"{"version": 2}"#, "version 2"),
        (r#"{"version": 1}"#, "missing field"),
    ] {
        fs::write(&path, text).unwrap();
        let run = bench().arg("report").arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(2), "{said}");
        assert!(said.contains("other.json") && said.contains(why), "{said}");
    }
}

#[test]
fn what_cannot_be_written_fails_the_run_and_a_reader_that_goes_away_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quick.json");
    fs::write(&path, quick_results()).unwrap();
    let path = path.to_str().unwrap();
    for arguments in
        [&["report", path][..], &["report", path, "--format", "html"], &["list"], &["--help"]]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let run = bench().args(arguments).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("standard output: "), "{arguments:?}: {said}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = bench().args(arguments).stdout(writer).status().unwrap();
        assert_eq!(status.code(), Some(0), "{arguments:?}");
    }
    // Nobody is there to hear of a mistake.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = bench().args(["report", "none.json"]).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

/// What moves a cursor, turns text around, and gives GitHub's runner a command.
const HOSTILE: &str = "\u{1b}[2J\r\n::error::x ##[y]\u{9b}\u{202e}\u{2066}<xmp>";

/// Adds to every text that is not one of a few words.
fn made_hostile(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => text.push_str(HOSTILE),
        serde_json::Value::Array(values) => values.iter_mut().for_each(made_hostile),
        serde_json::Value::Object(members) => {
            let chosen = members
                .iter_mut()
                .filter(|(name, _)| !["class", "status"].contains(&name.as_str()));
            chosen.for_each(|(_, value)| made_hostile(value));
        }
        _ => {}
    }
}

#[test]
fn results_of_somebody_else_do_nothing_to_a_terminal_a_page_or_a_ci_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.json");
    let mut value = serde_json::from_str(quick_results()).unwrap();
    made_hostile(&mut value);
    fs::write(&path, value.to_string()).unwrap();
    let path = path.to_str().unwrap();
    let other = folder.path().join("written");
    for format in ["table", "json", "html"] {
        let written = other.to_str().unwrap();
        let printed = output_of(&["report", path, "--format", format]);
        assert_eq!(output_of(&["report", path, "--format", format, "-o", written]), "");
        assert_eq!(fs::read_to_string(&other).unwrap(), printed, "{format}");
        let unseen = printed.chars().find(|c| *c != '\n' && is_invisible(*c));
        assert_eq!(unseen, None, "{format}");
        assert!(!printed.lines().any(|line| line.trim_start().starts_with("::")), "{format}");
        match format {
            "html" => assert!(printed.contains("\\u{202e}") && !printed.contains("<xmp>")),
            "json" => assert_eq!(printed.parse::<serde_json::Value>().unwrap(), value),
            _ => assert!(printed.contains("\\u{202e}") && !printed.contains("##[")),
        }
    }
    let compared = output_of(&["compare", path, path]);
    assert!(compared.contains("\\u{202e}") && !compared.contains('\u{1b}'), "{compared}");
}

#[test]
fn no_link_is_written_through_and_no_pipe_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("quick.json"), quick_results()).unwrap();
    fs::write(at("theirs"), "theirs").unwrap();
    fs::create_dir(at("folder")).unwrap();
    for (target, link) in [("theirs", "link"), ("nowhere", "dangling"), ("folder", "way")] {
        std::os::unix::fs::symlink(target, at(link)).unwrap();
    }
    let pipe = Command::new("mkfifo").arg(at("pipe")).status().unwrap();
    assert!(pipe.success());
    let refused = |arguments: &[&str], why: &str| {
        let run = bench().current_dir(folder.path()).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(why), "{arguments:?}: {said}");
    };
    for file in ["link", "dangling", "way/new", "./link"] {
        refused(&["report", "quick.json", "-o", file], "is a symbolic link");
    }
    refused(&["report", "quick.json", "-o", "pipe"], "is no regular file");
    refused(&["report", "quick.json", "-o", "folder"], "is no regular file");
    refused(&["report", "pipe"], "is no regular file");
    refused(&["run", "--quick", "-o", "dangling"], "already exists");
    refused(&["run", "--quick", "--only", "getppid", "-o", "way/new"], "is a symbolic link");
    assert_eq!(fs::read_to_string(at("theirs")).unwrap(), "theirs");
    assert_eq!(fs::read_dir(at("folder")).unwrap().count(), 0);
    assert!(!at("nowhere").exists());
}

#[test]
fn completions_and_manual_pages_are_made() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let done = bench().args(["completions", shell]).output().unwrap();
        let text = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success() && text.contains("ioctl-bench"), "{shell}: {text}");
    }
    let folder = tempfile::tempdir().unwrap();
    let done = bench().arg("man").arg("--dir").arg(folder.path()).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let page = fs::read_to_string(folder.path().join("ioctl-bench-run.1")).unwrap();
    // roff has a hyphen of its own.
    assert!(page.contains("\\-\\-preset"), "{page}");
    // What the program runs itself with is nobody's business.
    assert!(!folder.path().join("ioctl-bench-measure.1").exists());
    let page = bench().arg("man").output().unwrap();
    assert!(String::from_utf8(page.stdout).unwrap().contains(".TH ioctl-bench 1"));
}

#[test]
fn messages_have_colours_where_they_are_asked_for() {
    let message = |arguments: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_ioctl-bench"))
            .args(arguments)
            .args(["report", "no\x1b[2Jsuch.json"])
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(2), "{run:?}");
        String::from_utf8(run.stderr).unwrap()
    };
    assert!(message(&["--color", "always"]).starts_with("\x1b[1;31mioctl-bench\x1b[0m: "));
    for plain in [&["--color", "never"][..], &[]] {
        assert!(message(plain).starts_with("ioctl-bench: "), "{plain:?}");
    }
    // What a name holds is no colour.
    assert!(!message(&["--color", "always"]).contains("\x1b[2J"));
}

#[test]
fn a_command_line_that_is_wrong_is_answered_in_the_colours_that_it_asks_for() {
    let said = |arguments: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_ioctl-bench")).args(arguments).output().unwrap();
        (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap())
    };
    assert!(!said(&["--such"]).1.contains('\x1b'));
    assert!(said(&["--such", "--color=always"]).1.contains("\x1b["));
    assert!(!said(&["--color", "always", "--such", "--color", "never"]).1.contains('\x1b'));
    // What is quoted is no colour.
    let (_, quoted) = said(&["--color", "always", "--su\x1b[31mch"]);
    assert!(!quoted.contains('\x1b') && quoted.contains("unexpected"), "{quoted}");
    assert!(said(&["--color", "always", "--help"]).0.contains("\x1b["));
}
