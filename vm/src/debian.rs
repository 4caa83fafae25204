//! Debian's kernels and their headers: which there are, and how they come into the cache without
//! root.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt::{APT_REMEDY, Archive};
use crate::cache::Cache;
use crate::error::VmError;
use crate::interruption::Interruption;
use crate::process::finished;

/// The kernel for virtual machines: small, quick to boot, with what qemu offers built in.
const FLAVOUR: &str = "cloud-amd64";
/// What the names of packages with headers, and with an image, begin with.
const HEADERS: &str = "linux-headers-";
const IMAGE: &str = "linux-image-";
const DPKG_REMEDY: &str = "install Debian's package dpkg";
const TAR_REMEDY: &str = "install tar";

/// The release of one of Debian's kernels for virtual machines, such as
/// `6.12.117+deb12-cloud-amd64`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Release(String);

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Release {
    /// The newest of a series, `6.12`, among those whose headers are installed; else among those
    /// in the cache; else among those that apt can install. One without an image, which may be
    /// installed, in the cache or known to apt, is passed over: Debian publishes the headers of a
    /// kernel before it has signed the image.
    ///
    /// # Errors
    /// [`VmError::NoKernel`] if there is none.
    pub fn newest(series: &str, cache: &Cache) -> Result<Self, VmError> {
        let installable = || {
            let prefixes = [HEADERS, IMAGE].map(|part| format!("{part}{series}"));
            Archive::configured().installable(&prefixes).unwrap_or_default()
        };
        let cached = names(cache.folder());
        let has_image = |release: &str| {
            cached.contains(&format!("{IMAGE}{release}"))
                || fs::File::open(format!("/boot/vmlinuz-{release}")).is_ok()
        };
        Self::chosen(
            series,
            &[names(Path::new("/usr/src")), cached.clone()],
            has_image,
            installable,
        )
        .ok_or_else(|| VmError::NoKernel { series: series.to_owned() })
    }

    /// The newest of a series in the first of some lists of names that has one with an image; the
    /// last list is what apt can install, which is asked only where it matters.
    fn chosen(
        series: &str,
        at_hand: &[Vec<String>],
        has_image: impl Fn(&str) -> bool,
        installable: impl FnOnce() -> BTreeSet<String>,
    ) -> Option<Self> {
        let known = LazyCell::new(installable);
        let bootable =
            |release: &Self| has_image(&release.0) || known.contains(&format!("{IMAGE}{release}"));
        let newest = |names: &[String]| Self::of_series(names, series).into_iter().find(bootable);
        at_hand.iter().find_map(|names| newest(names)).or_else(|| {
            let names: Vec<String> = known.iter().cloned().collect();
            newest(&names)
        })
    }

    /// The release of that name, whether it is known here or not: any that Debian has, of any
    /// flavour for x86-64.
    pub fn named(release: impl Into<String>) -> Self {
        Self(release.into())
    }

    /// The releases of a series among names of packages or of their folders, newest first.
    fn of_series(names: &[String], series: &str) -> Vec<Self> {
        let releases = names.iter().filter_map(|name| {
            let release = name.strip_prefix(HEADERS)?;
            let version = release.strip_suffix(FLAVOUR)?.strip_suffix('-')?;
            // `6.12-cloud-amd64` is the package that depends on the newest one.
            let behind = version.strip_prefix(series)?.strip_prefix('.')?;
            behind.starts_with(|c: char| c.is_ascii_digit()).then(|| Self(release.to_owned()))
        });
        let mut releases: Vec<Self> = releases.collect();
        releases.sort_by_key(|release| std::cmp::Reverse(numbers(&release.0)));
        releases
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The numbers in a version, which is how releases of one series compare.
pub(crate) fn numbers(release: &str) -> Vec<u64> {
    let runs = release.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    runs.map(|run| run.parse().unwrap_or(u64::MAX)).collect()
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// The folder in the cache with a package's files, or with those below `paths` (`./boot`) only.
pub(crate) fn unpacked(package: &str, paths: &[&str], cache: &Cache) -> Result<PathBuf, VmError> {
    cache.once(package, |new| unpack(package, paths, new, cache))
}

/// Downloads a package and unpacks it into a folder.
pub(crate) fn unpack(
    package: &str,
    paths: &[&str],
    into: &Path,
    cache: &Cache,
) -> Result<(), VmError> {
    unpack_of(&Archive::configured(), package, paths, into, cache)
}

/// Downloads a package of an archive and unpacks it into a folder.
pub(crate) fn unpack_of(
    archive: &Archive,
    package: &str,
    paths: &[&str],
    into: &Path,
    cache: &Cache,
) -> Result<(), VmError> {
    cache.downloads(package);
    let interruption = cache.interruption();
    let folder = tempfile::tempdir_in(into).map_err(VmError::file("write in", into))?;
    let archive = download(archive, package, folder.path(), interruption)?;
    let files = folder.path().join("files.tar");
    let mut unwrap = Command::new("sh");
    unwrap.args(["-c", "exec dpkg-deb --fsys-tarfile \"$1\" >\"$2\"", "sh"]);
    unwrap.arg(&archive).arg(&files);
    finished(&mut unwrap, DPKG_REMEDY, interruption)?;
    let mut tar = Command::new("tar");
    tar.arg("--extract").arg("--file").arg(&files).arg("--directory").arg(into);
    tar.args(["--no-same-owner", "--delay-directory-restore"]).args(paths);
    finished(&mut tar, TAR_REMEDY, interruption)?;
    Ok(())
}

fn download(
    archive: &Archive,
    package: &str,
    folder: &Path,
    interruption: &Interruption,
) -> Result<PathBuf, VmError> {
    let mut apt = archive.apt_get();
    apt.args(["download", package]).current_dir(folder);
    match finished(&mut apt, APT_REMEDY, interruption) {
        Ok(_) => {}
        Err(VmError::Failed { output, .. }) => {
            return Err(VmError::Download { package: package.to_owned(), output });
        }
        Err(error) => return Err(error),
    }
    let mut files = names(folder).into_iter();
    let archive = files.find(|name| Path::new(name).extension().is_some_and(|e| e == "deb"));
    archive.map(|name| folder.join(name)).ok_or_else(|| VmError::Download {
        package: package.to_owned(),
        output: "apt-get says it succeeded, and there is no file".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_release_is_the_one_with_the_largest_numbers() {
        let names = [
            "linux-headers-6.1.0-9-cloud-amd64",
            "linux-headers-6.1.0-56-cloud-amd64",
            "linux-headers-6.1.0-57-amd64",
            "linux-headers-6.1.0-58-cloud-arm64",
            "linux-headers-6.1-cloud-amd64",
            "linux-headers-6.12.99+deb12-cloud-amd64",
            "linux-headers-6.12.117+deb12-cloud-amd64",
            "linux-headers-6.12-cloud-amd64",
            "linux-image-6.12.200+deb12-cloud-amd64",
            "linux-kbuild-6.1",
        ]
        .map(str::to_owned);
        let newest = |series| Release::of_series(&names, series).into_iter().next();
        assert_eq!(newest("6.1").unwrap().as_str(), "6.1.0-56-cloud-amd64");
        assert_eq!(newest("6.12").unwrap().as_str(), "6.12.117+deb12-cloud-amd64");
        assert_eq!(newest("5.10"), None);
    }

    fn packages(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// What is chosen of 6.1 where these are installed, in the cache, and known to apt.
    fn chosen(installed: &[&str], cached: &[&str], apt: &[&str]) -> Option<String> {
        let lists = [packages(installed), packages(cached)];
        let has_image = |release: &str| cached.contains(&format!("linux-image-{release}").as_str());
        let release =
            Release::chosen("6.1", &lists, has_image, || packages(apt).into_iter().collect());
        release.map(|release| release.0)
    }

    const H56: &str = "linux-headers-6.1.0-56-cloud-amd64";
    const H57: &str = "linux-headers-6.1.0-57-cloud-amd64";
    const I56: &str = "linux-image-6.1.0-56-cloud-amd64";
    const I57: &str = "linux-image-6.1.0-57-cloud-amd64";

    #[test]
    fn headers_whose_image_cannot_be_had_are_passed_over() {
        assert_eq!(chosen(&[], &[], &[H56, H57, I56]).as_deref(), Some("6.1.0-56-cloud-amd64"));
        assert_eq!(
            chosen(&[], &[], &[H56, H57, I56, I57]).as_deref(),
            Some("6.1.0-57-cloud-amd64")
        );
        assert_eq!(chosen(&[], &[], &[H56, I57]), None);
        assert_eq!(chosen(&[H57], &[], &[H56, I56]).as_deref(), Some("6.1.0-56-cloud-amd64"));
        assert_eq!(chosen(&[H56], &[], &[H57, I56, I57]).as_deref(), Some("6.1.0-56-cloud-amd64"));
    }

    #[test]
    fn apt_is_not_asked_where_headers_and_image_are_in_the_cache() {
        let cached = packages(&[H57, H56, I56]);
        let has_image = |release: &str| cached.contains(&format!("{IMAGE}{release}"));
        let lists = [packages(&[H56]), cached.clone()];
        let ask = || -> BTreeSet<String> { panic!("apt was asked") };
        let release = Release::chosen("6.1", &lists, has_image, ask).unwrap();
        assert_eq!(release.as_str(), "6.1.0-56-cloud-amd64");
    }
}
