//! Every edit applied to the headers that a kernel exports, until nothing changes: no two meet, none brings a
//! finding, and what gcc compiled before it compiles behind them.
//!
//! A sample of the headers takes part, and all of them if `IOCTLKIT_ORACLE` is `full`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctlkit_oracle::kernel::Kernel;
use serde_json::Value;
use walkdir::WalkDir;

/// Headers of the sample: with holes, pointers, enumerators, integers of C99, and nrs that are shared.
const SAMPLE: [&str; 12] = [
    "linux/fs.h",
    "linux/if_pppox.h",
    "linux/media.h",
    "linux/mshv.h",
    "linux/ppp-ioctl.h",
    "linux/raid/md_u.h",
    "linux/rio_cm_cdev.h",
    "linux/rio_mport_cdev.h",
    "linux/usb/tmc.h",
    "linux/usbdevice_fs.h",
    "linux/vhost_types.h",
    "linux/fpga-dfl.h",
];

/// A copy of the exported headers, which edits may change.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new() -> Self {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../oracle");
        let kernel = Kernel::unpacked(&cache).unwrap_or_else(|error| panic!("{error}"));
        let exported = kernel.exported("x86").unwrap_or_else(|error| panic!("{error}"));
        let tree = tempfile::tempdir().unwrap();
        for entry in WalkDir::new(&exported) {
            let entry = entry.unwrap();
            let to = tree.path().join(entry.path().strip_prefix(&exported).unwrap());
            if entry.file_type().is_dir() {
                std::fs::create_dir_all(to).unwrap();
            } else {
                std::fs::copy(entry.path(), to).unwrap();
            }
        }
        Self(tree)
    }

    /// The headers that are named to the linter.
    fn named(&self) -> Vec<String> {
        if std::env::var("IOCTLKIT_ORACLE").is_ok_and(|effort| effort == "full") {
            return vec![
                "drm".into(),
                "linux".into(),
                "misc".into(),
                "scsi".into(),
                "sound".into(),
            ];
        }
        let there = SAMPLE.into_iter().filter(|name| self.0.path().join(name).is_file());
        there.map(ToOwned::to_owned).collect()
    }

    fn check(&self, options: &[&str]) -> (String, String) {
        let run = Command::new(env!("CARGO_BIN_EXE_ioctl-lint"))
            .current_dir(self.0.path())
            .args(["check", "--no-config", "--profile", "new"])
            .args(options)
            .args(self.named())
            .env("IOCTLKIT_NO_CACHE", "1")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(run.stdout), text(run.stderr))
    }

    fn report(&self, options: &[&str]) -> Value {
        let (report, _) = self.check(&[options, &["--format", "json"]].concat());
        serde_json::from_str(&report).expect(&report)
    }

    /// Every header, with its text.
    fn texts(&self) -> BTreeMap<PathBuf, String> {
        let files = WalkDir::new(self.0.path()).into_iter().map(Result::unwrap);
        let headers = files.filter(|entry| entry.path().extension().is_some_and(|it| it == "h"));
        headers
            .map(|entry| {
                let name = entry.path().strip_prefix(self.0.path()).unwrap().to_owned();
                (name, std::fs::read_to_string(entry.path()).unwrap())
            })
            .collect()
    }

    /// Whether gcc compiles a header by itself, without any libc.
    fn compiles(&self, header: &Path) -> Result<(), String> {
        let own = Command::new("gcc").arg("-print-file-name=include").output().unwrap();
        let own = String::from_utf8(own.stdout).unwrap();
        let done = Command::new("gcc")
            .args(["-fsyntax-only", "-xc", "-nostdinc", "-isystem", own.trim(), "-I."])
            .arg(header)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        if done.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&done.stderr).into_owned())
        }
    }
}

/// How often each finding is there.
fn findings(report: &Value) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let key = (text("file") + &text("code"), text("fingerprint"));
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}

#[test]
fn all_edits_of_exported_headers_are_made_until_nothing_changes() {
    let tree = Tree::new();
    let (texts, before) = (tree.texts(), tree.report(&[]));
    let named = tree.named();
    let is_named = |header: &&PathBuf| named.iter().any(|name| header.starts_with(name));
    let compiled: Vec<&PathBuf> =
        texts.keys().filter(is_named).filter(|header| tree.compiles(header).is_ok()).collect();
    let left = tree.report(&["--fix", "--unsafe-fixes"]);
    let (known, left_over) = (findings(&before), findings(&left));
    for (finding, count) in &left_over {
        let before = known.get(finding).copied().unwrap_or_default();
        assert!(*count <= before, "{finding:?} was not there before the edits");
    }
    let now = tree.texts();
    let changed = now.iter().filter(|(path, text)| texts[*path] != **text).count();
    let total = |of: &BTreeMap<_, usize>| of.values().sum::<usize>();
    assert!(changed >= 4 && total(&left_over) < total(&known), "{changed} headers changed");
    // Those of another header may break with it.
    for header in compiled {
        if let Err(words) = tree.compiles(header) {
            panic!("{} no longer compiles:\n{words}", header.display());
        }
    }
    // What is reported is what is on disk, and there is nothing to do that has not failed.
    assert_eq!(findings(&tree.report(&[])), left_over);
    let undone = left["problems"].to_string().matches("was undone").count();
    println!("{} findings became {}; {undone} edits undone", total(&known), total(&left_over));
    let (patch, told) = tree.check(&["--diff", "--unsafe-fixes"]);
    assert_eq!(patch, "", "{told}");
}

/// What the fixtures use of two crates, so that they compile alone.
const NIX: &str = "#![allow(unused)]\n\
    #[macro_export] macro_rules! ioctl_none { ($name:ident, $letter:expr, $nr:expr) => {\n\
    pub unsafe fn $name(_fd: i32) {} } }\n\
    #[macro_export] macro_rules! ioctl_read { ($name:ident, $letter:expr, $nr:expr, $ty:ty) => {\n\
    pub unsafe fn $name(_fd: i32, _data: *mut $ty) {} } }\n\
    #[macro_export] macro_rules! ioctl_write_ptr { ($name:ident, $letter:expr, $nr:expr, $ty:ty) => {\n\
    pub unsafe fn $name(_fd: i32, _data: *const $ty) {} } }\n\
    #[macro_export] macro_rules! ioctl_readwrite { ($name:ident, $letter:expr, $nr:expr, $ty:ty) => {\n\
    pub unsafe fn $name(_fd: i32, _data: *mut $ty) {} } }\n";
const LIBC: &str = "#![allow(non_camel_case_types)]\n\
    pub use core::ffi::{c_char, c_int, c_long, c_uint, c_ulong, c_void};\n\
    pub type size_t = usize;\npub type time_t = i64;\npub type uint64_t = u64;\n\
    #[derive(Clone, Copy)] #[repr(C)] pub struct timeval { pub tv_sec: time_t, pub tv_usec: c_long }\n";

/// These crates, compiled.
fn crates() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("nix", NIX), ("libc", LIBC)] {
        let file = folder.path().join(format!("{name}.rs"));
        std::fs::write(&file, text).unwrap();
        assert!(compiles(folder.path(), &file, &["--crate-name", name]), "{name}");
    }
    folder
}

/// A folder with one fixture in Rust.
struct Fixture(tempfile::TempDir);

impl Fixture {
    fn new(fixture: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(fixture, folder.path().join("lib.rs")).unwrap();
        Self(folder)
    }

    fn compiles(&self, crates: &Path) -> bool {
        let place = |name: &str| format!("{name}={}/lib{name}.rlib", crates.display());
        let options = ["--extern", &place("nix"), "--extern", &place("libc")];
        compiles(self.0.path(), Path::new("lib.rs"), &options)
    }

    fn check(&self, options: &[&str]) -> String {
        let run = Command::new(env!("CARGO_BIN_EXE_ioctl-lint"))
            .current_dir(self.0.path())
            .args(["check", "--no-config", "--profile", "new", "lib.rs"])
            .args(options)
            .output()
            .unwrap();
        String::from_utf8(run.stdout).unwrap()
    }

    fn report(&self, options: &[&str]) -> Value {
        let report = self.check(&[options, &["--format", "json"]].concat());
        serde_json::from_str(&report).expect(&report)
    }
}

fn compiles(folder: &Path, file: &Path, options: &[&str]) -> bool {
    let mut compiler = Command::new("rustc");
    compiler.current_dir(folder).args(["--edition=2021", "--crate-type=rlib", "--cap-lints=allow"]);
    compiler.args(options).arg(file).output().unwrap().status.success()
}

#[test]
fn all_edits_of_rust_are_made_until_nothing_changes() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/rules");
    let files = WalkDir::new(fixtures).into_iter().map(|entry| entry.unwrap().into_path());
    let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
    let crates = crates();
    let (mut compiled, mut edited) = (0, 0);
    for file in files {
        let fixture = Fixture::new(&file);
        if !fixture.compiles(crates.path()) {
            continue;
        }
        compiled += 1;
        let text = || std::fs::read_to_string(fixture.0.path().join("lib.rs")).unwrap();
        let (original, before) = (text(), findings(&fixture.report(&[])));
        let left = findings(&fixture.report(&["--fix", "--unsafe-fixes"]));
        for (finding, count) in &left {
            let known = before.get(finding).copied().unwrap_or_default();
            assert!(*count <= known, "{}: {finding:?} is new", file.display());
        }
        edited += usize::from(text() != original);
        assert!(
            fixture.compiles(crates.path()),
            "{} no longer compiles:\n{}",
            file.display(),
            text()
        );
        assert_eq!(findings(&fixture.report(&[])), left, "{}", file.display());
        assert_eq!(fixture.check(&["--diff", "--unsafe-fixes"]), "", "{}", file.display());
    }
    assert!(compiled > 20 && edited > 8, "{compiled} fixtures compiled, {edited} edited");
}
