//! The exported headers of Linux 6.1, from Debian's linux-libc-dev, and of Linux 6.12, exported
//! from its sources.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ioctl_lint::Levels;
use ioctl_lint::diff::{self, Version, Versions};
use ioctlkit_model::Finding;
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

/// What the linter says of the two.
pub(crate) fn findings() -> &'static [Finding] {
    static FINDINGS: OnceLock<Vec<Finding>> = OnceLock::new();
    FINDINGS.get_or_init(|| {
        let (old, new) = folders();
        let version = |folder: &Path| {
            let roots = vec![folder.to_owned()];
            let (interface, _) = read(&Request { paths: roots.clone(), ..Request::default() });
            Version { interface, roots, ..Version::default() }
        };
        diff::check(&Versions::new(version(old), version(new)), &Levels::default()).findings
    })
}
