//! The committed drivers before the kernel's own judges: its compiler flags, sparse, checkpatch and
//! kernel-doc. None of them has anything to say.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const DRIVERS: [&str; 2] = ["echo", "pulse"];
/// The versions that a module is made for.
const KERNELS: [&str; 2] = ["6.1.", "6.12."];
const SOURCE: &str = "/usr/src/linux-source-6.12.tar.xz";

fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/module").join(name)
}

/// A copy of a driver, to build in.
fn copy(name: &str, purpose: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(purpose).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    run(Command::new("cp").arg("-r").arg(committed(name)).arg(&folder));
    folder
}

/// What a program says, on both of its outputs; it must not fail.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}\n{said}");
    said
}

fn headers_of(version: &str) -> PathBuf {
    let found = fs::read_dir("/lib/modules").into_iter().flatten().flatten().find(|entry| {
        entry.file_name().to_string_lossy().starts_with(version)
            && entry.path().join("build/Makefile").exists()
    });
    let found = found.unwrap_or_else(|| {
        panic!("there are no headers of Linux {version}*: install linux-headers-cloud-amd64 of it")
    });
    found.path().join("build")
}

/// The kernel's scripts, from Debian's package of its source.
fn scripts() -> &'static Path {
    static SCRIPTS: OnceLock<PathBuf> = OnceLock::new();
    SCRIPTS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scripts");
        let whole = folder.join("whole");
        if !whole.exists() {
            assert!(Path::new(SOURCE).exists(), "{SOURCE} is missing: install linux-source-6.12");
            fs::create_dir_all(&folder).unwrap();
            let names = ["checkpatch.pl", "kernel-doc", "spelling.txt", "const_structs.checkpatch"];
            let names = names.map(|name| format!("linux-source-6.12/scripts/{name}"));
            run(Command::new("tar")
                .arg("-xf")
                .arg(SOURCE)
                .arg("-C")
                .arg(&folder)
                .arg("--strip-components=2")
                .args(names));
            fs::write(whole, "").unwrap();
        }
        folder
    })
}

fn c_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(c_files(&path));
        } else if matches!(path.extension().and_then(OsStr::to_str), Some("c" | "h")) {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn every_driver_builds_without_a_word_from_the_compiler_and_sparse() {
    for name in DRIVERS {
        for version in KERNELS {
            let folder = copy(name, version);
            let said = run(Command::new("make")
                .arg("-s")
                .arg("-C")
                .arg(headers_of(version))
                .arg(format!("M={}", folder.display()))
                .arg(format!("CONFIG_{}=m", name.to_uppercase()))
                .args(["W=1", "C=2", "modules"]));
            // The packages of headers have no vmlinux to take types from.
            let said: Vec<&str> =
                said.lines().filter(|line| !line.starts_with("Skipping BTF generation")).collect();
            assert!(said.is_empty(), "{name} for {version}*:\n{}", said.join("\n"));
            assert!(folder.join(format!("{name}.ko")).exists());
        }
    }
}

#[test]
fn every_driver_passes_checkpatch_and_kernel_doc() {
    let scripts = scripts();
    for name in DRIVERS {
        let files = c_files(&committed(name));
        assert!(files.len() > 7, "{files:?}");
        for file in files {
            let said = run(Command::new("perl")
                .arg(scripts.join("checkpatch.pl"))
                .args(["--strict", "--no-tree", "--no-summary", "--terse", "-q", "-f"])
                .arg(&file)
                .stderr(std::process::Stdio::null()));
            assert_eq!(said, "", "{}", file.display());
            let said = run(Command::new("perl")
                .arg(scripts.join("kernel-doc"))
                .args(["-none", "-Wall"])
                .arg(&file));
            assert_eq!(said, "", "{}", file.display());
        }
    }
}

#[test]
fn every_conformance_test_builds_for_64_and_for_32_bits_without_warnings() {
    for name in DRIVERS {
        let folder = copy(name, "tests");
        run(Command::new("make")
            .arg("-s")
            .arg("-C")
            .arg(folder.join("tests"))
            .arg("CFLAGS=-std=gnu11 -O2 -Wall -Wextra -Werror")
            .arg(format!("{name}_test"))
            .arg(format!("{name}_test32")));
    }
}
