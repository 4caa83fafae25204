//! What `ioctl-gen` writes, it writes wholly or not at all, and only where it was told to.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

fn gong() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/module/gong.rs")
}

/// `ioctl-gen module` of the gong, into the folder `driver`.
fn module(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"));
    command.current_dir(folder).arg("module").arg(gong()).args(["-o", "driver"]);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file and folder below a folder, by its path from there.
fn below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            found.push(path.strip_prefix(folder).unwrap().display().to_string());
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_reader_that_has_gone_from_either_stream_costs_no_file() {
    let plain = tempfile::tempdir().unwrap();
    assert!(module(plain.path()).output().unwrap().status.success());
    let folder = tempfile::tempdir().unwrap();
    let closed = || {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let status = module(folder.path()).stdout(closed()).stderr(closed()).status().unwrap();
    assert!(status.success(), "{status}");
    assert_eq!(below(folder.path()), below(plain.path()));
}

#[test]
fn a_limit_on_the_size_of_files_leaves_nothing_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_ioctl-gen");
    let gong = gong();
    // In blocks of 512 bytes: less than the largest file has.
    let script = format!("ulimit -f 8; exec {program} module {} -o driver", gong.display());
    let output =
        Command::new("sh").current_dir(folder.path()).args(["-c", &script]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(said(&output).contains("cannot write: it would be larger than files may be"));
    assert_eq!(below(folder.path()), Vec::<String>::new());
}

#[test]
fn a_folder_that_cannot_be_made_leaves_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("driver")).unwrap();
    let theirs = folder.path().join("driver/man");
    fs::write(&theirs, "a file of somebody").unwrap();
    let output = module(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(said(&output).contains("driver/man"), "{}", said(&output));
    assert_eq!(below(folder.path()), ["driver", "driver/man"]);
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "a file of somebody");
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = below(folder).into_iter().filter(|path| folder.join(path).is_file());
    files.map(|path| (path.clone(), fs::read(folder.join(path)).unwrap())).collect()
}

/// The files before it have taken their places by then: it is the last but `gong.abi`, and what it
/// replaces is larger than files may be, so that no copy of that can be kept.
#[test]
fn a_file_that_cannot_be_replaced_puts_back_those_that_were() {
    let folder = tempfile::tempdir().unwrap();
    assert!(module(folder.path()).output().unwrap().status.success());
    let at = |name: &str| folder.path().join("driver").join(name);
    fs::remove_file(at("gen/gong_ioctl.c")).unwrap();
    fs::write(at("gen/gong_ioctl.h"), "a header of somebody\n").unwrap();
    let last = at("tools/strace/ioctls_64.inc");
    assert!(last.is_file(), "{:?}", below(folder.path()));
    fs::write(&last, vec![b'\n'; 512 << 10]).unwrap();
    let before = contents(folder.path());
    let program = env!("CARGO_BIN_EXE_ioctl-gen");
    let gong = gong();
    // In blocks of 512 bytes: more than the largest new file has.
    let script =
        format!("ulimit -f 512; exec {program} module {} -o driver --force", gong.display());
    let run = || Command::new("sh").current_dir(folder.path()).args(["-c", &script]).output();
    let output = run().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(said(&output).contains("cannot write: it would be larger than files may be"));
    assert_eq!(contents(folder.path()), before);
    // Nothing else was wrong.
    fs::write(&last, "\n").unwrap();
    let output = run().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(at("gen/gong_ioctl.c").is_file());
}

/// Runs a program until it has begun to write into `folder` and has not placed its file `last`, which it
/// places at the end; then it gets these signals. Where it was too fast, it is run again.
fn signalled(mut command: impl FnMut() -> Command, last: &Path, signals: &[Signal]) -> ExitStatus {
    let folder = last.parent().unwrap();
    let has_begun = || {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| entry.file_name().as_bytes().starts_with(b".ioctl-gen-"))
    };
    for _ in 0..1000 {
        let mut child = command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let pid = Pid::from_child(&child);
        while !has_begun() && child.try_wait().unwrap().is_none() {}
        if child.try_wait().unwrap().is_none() {
            kill_process(pid, Signal::STOP).unwrap();
            let options = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            waitid(WaitId::Pid(pid), options).unwrap();
            if has_begun() && !last.exists() {
                for signal in signals {
                    kill_process(pid, *signal).unwrap();
                }
                kill_process(pid, Signal::CONT).unwrap();
                return child.wait().unwrap();
            }
            kill_process(pid, Signal::CONT).unwrap();
        }
        assert!(child.wait().unwrap().success());
        fs::remove_dir_all(folder).unwrap();
    }
    panic!("it was never seen while it wrote");
}

#[test]
fn a_signal_in_the_middle_leaves_nothing_and_ends_with_130() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let folder = tempfile::tempdir().unwrap();
        let last = folder.path().join("driver/gong.abi");
        let status = signalled(|| module(folder.path()), &last, &[signal]);
        assert_eq!(status.code(), Some(130), "{signal:?}: {status}");
        assert_eq!(below(folder.path()), Vec::<String>::new(), "{signal:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let new = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"));
        command.current_dir(folder.path()).args(["new", "bell"]);
        command
    };
    // Sorted by their paths.
    let last = folder.path().join("bell/module");
    let status = signalled(new, &last, &[Signal::INT]);
    assert_eq!(status.code(), Some(130), "{status}");
    assert_eq!(below(folder.path()), Vec::<String>::new());
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    let ends = || {
        let folder = tempfile::tempdir().unwrap();
        let last = folder.path().join("driver/gong.abi");
        let status = signalled(|| module(folder.path()), &last, &[Signal::INT, Signal::TERM]);
        // Two threads that get one each at the same moment may both take theirs for the first; the
        // program then ends as it does after one.
        assert!(status.signal().is_some() || status.code() == Some(130), "{status}");
        status.signal().is_some()
    };
    assert!((0..20).any(|_| ends()), "no second signal ended it");
}

#[test]
fn no_link_that_a_pull_request_brings_is_followed() {
    for link in
        ["driver", "driver/gen", "driver/gong_main.c", "driver/gong.abi", "driver/man/gong.4"]
    {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let secret = elsewhere.path().join("secret");
        fs::write(&secret, "the text of a secret").unwrap();
        let link = folder.path().join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        let is_file = link.extension().is_some();
        symlink(if is_file { &secret } else { elsewhere.path() }, &link).unwrap();
        let before = below(folder.path());
        for more in [&[] as &[&str], &["--force"], &["--check", "--diff"], &["--dry-run", "--diff"]]
        {
            let output = module(folder.path()).args(more).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{link:?} {more:?}: {output:?}");
            assert!(said(&output).contains("is a symbolic link"), "{}", said(&output));
            let all = [output.stdout, output.stderr].concat();
            assert!(!String::from_utf8_lossy(&all).contains("the text of"), "{link:?}");
        }
        assert_eq!(below(folder.path()), before);
        assert_eq!(below(elsewhere.path()), ["secret"]);
        assert_eq!(fs::read_to_string(&secret).unwrap(), "the text of a secret");
    }
}

#[test]
fn an_imported_module_is_not_written_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let header = "#include <linux/ioctl.h>\n#define A_B _IO('a', 1)\n";
    fs::write(folder.path().join("a.h"), header).unwrap();
    fs::write(folder.path().join("theirs.rs"), "").unwrap();
    symlink("theirs.rs", folder.path().join("a.rs")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .current_dir(folder.path())
        .args(["import", "a.h", "-o", "a.rs", "--force"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(fs::read_to_string(folder.path().join("theirs.rs")).unwrap(), "");
}

#[test]
fn names_of_files_command_neither_a_terminal_nor_a_ci_system() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a\n::error::b.rs", "::warning::c.rs", "\u{1b}[2Jd.rs", "e##[add-mask]f.rs"] {
        fs::write(folder.path().join(name), "not rust at all (").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
            .current_dir(folder.path())
            .args(["module", name, "-o", name])
            .output()
            .unwrap();
        let refused = Command::new(env!("CARGO_BIN_EXE_ioctl-gen")).args([name]).output().unwrap();
        for output in [output, refused] {
            let all = [output.stdout, output.stderr].concat();
            let all = String::from_utf8(all).unwrap();
            assert!(!all.contains('\u{1b}') && !all.contains("##["), "{all}");
            let begins =
                |line: &str| line.trim_start().starts_with("::e") || line.starts_with("::w");
            assert!(!all.lines().any(begins), "{all}");
        }
    }
}
