//! The exported headers of Linux 6.1, from Debian's linux-libc-dev, and of Linux 6.12, exported
//! from its sources.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ioctl_lint::diff::{self, Version, Versions};
use ioctl_lint::{Levels, raw_commands};
use ioctlkit_model::{Finding, Span};
use ioctlkit_oracle::kernel::Kernel;
use ioctlkit_sources::c::{Request, read};

/// Whether what takes minutes is wanted.
pub(crate) fn wanted() -> bool {
    std::env::var("IOCTLKIT_ORACLE").is_ok_and(|effort| effort == "full")
}

/// The two folders, made once below the target directory.
pub(crate) fn folders() -> &'static (PathBuf, PathBuf) {
    static FOLDERS: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    FOLDERS.get_or_init(|| {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let kernel = Kernel::unpacked(cache).unwrap_or_else(|error| panic!("{error}"));
        let new = kernel.exported("x86").unwrap_or_else(|error| panic!("{error}"));
        (old(cache), new)
    })
}

fn old(cache: &Path) -> PathBuf {
    let folder = cache.join("linux-libc-dev");
    let include = folder.join("usr/include");
    if include.is_dir() {
        return include;
    }
    let scratch = tempfile::tempdir_in(cache).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).current_dir(scratch.path()).status();
        assert!(status.unwrap().success(), "{program} {arguments:?}");
    };
    run("apt-get", &["download", "-qq", "linux-libc-dev"]);
    let package = std::fs::read_dir(scratch.path()).unwrap().next().unwrap().unwrap().path();
    run("dpkg-deb", &["--extract", package.to_str().unwrap(), "unpacked"]);
    if std::fs::rename(scratch.path().join("unpacked"), &folder).is_err() {
        assert!(include.is_dir(), "another run was faster");
    }
    include
}

/// The two, and what the linter says of them.
fn compared() -> &'static (Versions, Vec<Finding>) {
    static COMPARED: OnceLock<(Versions, Vec<Finding>)> = OnceLock::new();
    COMPARED.get_or_init(|| {
        let (old, new) = folders();
        let version = |folder: &Path| {
            let roots = vec![folder.to_owned()];
            // As the program reads them: with constants and plain numbers.
            let request = Request {
                paths: roots.clone(),
                raw_numbers: true,
                all_definitions: true,
                ..Request::default()
            };
            let (mut interface, _) = read(&request);
            raw_commands::retain_commands(&mut interface);
            Version { interface, roots, ..Version::default() }
        };
        let versions = Versions::new(version(old), version(new));
        let findings = diff::check(&versions, &Levels::default()).findings;
        (versions, findings)
    })
}

/// What the linter says of the two.
pub(crate) fn findings() -> &'static [Finding] {
    &compared().1
}

/// The file that a finding points to.
pub(crate) fn path(span: Span) -> &'static Path {
    compared().0.new_version().sources.path(span)
}
