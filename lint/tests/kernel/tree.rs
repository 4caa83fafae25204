//! Kernel sources, unpacked once below the target directory, and the linter run over them.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Whether tests over a whole kernel run.
pub(crate) fn is_full() -> bool {
    std::env::var("IOCTLKIT_ORACLE").is_ok_and(|effort| effort == "full")
}

/// Some files of a kernel's sources with its headers, or all of it.
pub(crate) fn unpacked(version: &str, name: &str, files: &[&str]) -> PathBuf {
    // Tests that need the same files unpack them once.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let archive = format!("/usr/src/linux-source-{version}.tar.xz");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    // Of other files there is another folder, so that one from before a test needed more is not taken.
    let mut chosen = DefaultHasher::new();
    files.hash(&mut chosen);
    let name = format!("{name}-{:016x}", chosen.finish());
    let cache = target.join(format!("linux-source-{version}-{name}"));
    if cache.is_dir() {
        return cache;
    }
    assert!(
        Path::new(&archive).is_file(),
        "{archive} is missing: install Debian's package linux-source-{version} (`cargo xtask test` does)"
    );
    // Unpacked elsewhere and then renamed, so that what is in the cache is whole.
    let partial = target.join(format!("linux-source-{version}-{name}.{}", std::process::id()));
    std::fs::create_dir_all(&partial).unwrap();
    let inside = |path: &str| format!("linux-source-{version}/{path}");
    let mut tar = Command::new("tar");
    tar.args(["--extract", "--xz", "--strip-components=1", "--wildcards", "--file", &archive]);
    tar.arg("--directory").arg(&partial);
    if files.is_empty() {
        tar.args(["Documentation", "tools"].map(|folder| format!("--exclude={}", inside(folder))));
    } else {
        // What tells the root of a kernel, and the headers.
        tar.args(["Kbuild", "Kconfig", "MAINTAINERS", "Makefile", "include/uapi"].map(inside));
        tar.args(files.iter().copied().map(inside));
    }
    let tar = tar.output().expect("tar is needed to unpack the kernel's sources: install tar");
    let complaint = String::from_utf8_lossy(&tar.stderr);
    assert!(tar.status.success(), "tar failed; xz-utils may be missing: {complaint}");
    if std::fs::rename(&partial, &cache).is_err() {
        // Another run was faster.
        std::fs::remove_dir_all(&partial).unwrap();
    }
    cache
}

/// A copy of a kernel's sources whose files are links: one that is replaced has the same name and the same files
/// around it. It goes away at the end.
pub(crate) struct Linked {
    pub(crate) root: PathBuf,
}

impl Linked {
    pub(crate) fn of(kernel: &Path) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("linked-{}-{number}", std::process::id());
        let linked = Self { root: Path::new(env!("CARGO_TARGET_TMPDIR")).join(name) };
        link_folder(kernel, &linked.root);
        linked
    }

    pub(crate) fn replace(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        // The link, and not what others see of the file.
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, text).unwrap();
    }

    pub(crate) fn restore(&self, kernel: &Path, file: &str) {
        let path = self.root.join(file);
        std::fs::remove_file(&path).unwrap();
        std::fs::hard_link(kernel.join(file), &path).unwrap();
    }
}

impl Drop for Linked {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

fn link_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            link_folder(&entry.path(), &target);
        } else if kind.is_file() {
            std::fs::hard_link(entry.path(), target).unwrap();
        }
    }
}

/// What the program prints, run in a folder.
pub(crate) fn lint(folder: &Path, arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_ioctl-lint"))
        .current_dir(folder)
        .args(arguments)
        .env_remove("CI")
        .env("IOCTLKIT_NO_CACHE", "1")
        .output()
        .unwrap();
    assert!(!run.stdout.is_empty() || run.status.code() != Some(2), "{run:?}");
    String::from_utf8(run.stdout).unwrap()
}

/// A finding of an H rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// The findings of H rules in files of a kernel.
pub(crate) fn findings(kernel: &Path, files: &[String]) -> BTreeSet<Found> {
    let mut arguments = vec!["check", "--profile", "new", "--select", "H", "--format", "concise"];
    arguments.extend(files.iter().map(String::as_str));
    lint(kernel, &arguments).lines().filter_map(found).collect()
}

fn found(line: &str) -> Option<Found> {
    let (_, rest) = line.split_once("[H")?;
    let (number, message) = rest.split_once("] ")?;
    Some(Found { code: format!("H{number}"), message: message.to_owned() })
}
