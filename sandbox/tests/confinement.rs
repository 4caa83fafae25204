//! Confines a process for real and tries what it must no longer be able to do. The process is this
//! test program once more: a confined test could not be followed by another.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ioctlkit_sandbox::{Calls, Confinement, Files};

/// Where the folder that may be read is told to the confined process.
const FOLDER: &str = "CONFINED_FOLDER";
const SECRET: &str = "CONFINED_SECRET";
const PORT: &str = "CONFINED_PORT";

/// What the confined process says of each attempt.
fn attempts(folder: &Path, secret: &Path, port: u16) -> Vec<(&'static str, bool)> {
    let spawned = std::thread::spawn(|| 6 * 7).join().is_ok_and(|answer| answer == 42);
    vec![
        ("reads what was given", fs::read_to_string(folder.join("given.h")).is_ok()),
        ("lists what was given", fs::read_dir(folder).is_ok()),
        ("starts a thread", spawned),
        ("reads a secret", fs::read_to_string(secret).is_ok()),
        ("reads an environment", fs::read("/proc/self/environ").is_ok()),
        ("lists another folder", fs::read_dir(secret.parent().unwrap()).is_ok()),
        ("writes a new file", fs::write(folder.join("new"), "x").is_ok()),
        ("appends", fs::OpenOptions::new().append(true).open(folder.join("given.h")).is_ok()),
        ("removes", fs::remove_file(folder.join("given.h")).is_ok()),
        ("renames", fs::rename(folder.join("given.h"), folder.join("other")).is_ok()),
        ("makes a folder", fs::create_dir(folder.join("made")).is_ok()),
        ("makes a link", std::os::unix::fs::symlink(secret, folder.join("link")).is_ok()),
        ("runs a program", Command::new("/bin/true").status().is_ok()),
        ("connects", std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()),
        ("listens", TcpListener::bind("127.0.0.1:0").is_ok()),
        ("sends datagrams", UdpSocket::bind("127.0.0.1:0").is_ok()),
        ("has a pair of sockets", UnixStream::pair().is_ok()),
        ("signals another process", rustix::process::test_kill_process(parent()).is_ok()),
    ]
}

fn parent() -> rustix::process::Pid {
    rustix::process::getppid().unwrap()
}

/// Not a test of its own: what the next ones run, and nothing where they don't.
#[test]
fn confined_process() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let secret = PathBuf::from(std::env::var_os(SECRET).unwrap());
    let port = std::env::var(PORT).unwrap().parse().unwrap();
    let readable = vec![folder.clone(), folder.join("is-not-there")];
    let files = Files { readable, ..Files::default() };
    let confinement = Confinement { files, calls: Calls::Reading, address_space: Some(1 << 30) };
    for missing in confinement.enter() {
        println!("missing {missing}");
    }
    for (attempt, succeeded) in attempts(&folder, &secret, port) {
        println!("{attempt}: {succeeded}");
    }
    println!("allocates 2 GiB: {}", Vec::<u8>::new().try_reserve_exact(2 << 30).is_ok());
    std::io::stdout().flush().unwrap();
}

fn run_confined() -> Output {
    let folder = tempfile::tempdir().unwrap();
    let given = folder.path().join("given");
    fs::create_dir(&given).unwrap();
    fs::write(given.join("given.h"), "").unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "confined_process", "--nocapture"])
        .env(FOLDER, &given)
        .env(SECRET, &secret)
        .env(PORT, port)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(fs::read_dir(&given).unwrap().count(), 1, "{output:?}");
    output
}

#[test]
fn a_confined_process_reads_what_was_given_and_can_do_nothing_else() {
    let output = run_confined();
    let said = String::from_utf8(output.stdout).unwrap();
    let said: Vec<&str> = said
        .lines()
        .filter(|line| {
            line.ends_with(": true") || line.ends_with(": false") || line.starts_with("missing ")
        })
        .collect();
    let is_missing = said.iter().any(|line| line.starts_with("missing "));
    if is_missing {
        // Nothing is proved on a kernel that lacks a layer: say which, and that it was not.
        eprintln!("not proved here: {said:?}");
        return;
    }
    let able = said.iter().filter(|line| line.ends_with(": true"));
    let able: Vec<&str> = able.filter_map(|line| line.strip_suffix(": true")).collect();
    assert_eq!(able, ["reads what was given", "lists what was given", "starts a thread"]);
    assert_eq!(said.len(), 19, "{said:?}");
}
