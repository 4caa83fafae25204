//! Which packages apt knows, and which of them it can install: those of this machine's sources, or those
//! of another of Debian's suites.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::cache::Cache;
use crate::error::VmError;
use crate::process::{finished, output};

pub(crate) const APT_REMEDY: &str =
    "this takes Debian's apt; elsewhere, name a kernel and its headers by path";

/// Where Debian's packages of a suite are, and the keys that it is signed with.
const MIRROR: &str = "http://deb.debian.org/debian";
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// A set of packages that apt knows.
#[derive(Debug, Clone, Default)]
pub struct Archive {
    /// The options of every call of apt.
    options: Vec<String>,
}

impl Archive {
    /// What this machine's sources have.
    pub fn configured() -> Self {
        Self::default()
    }

    /// What a suite of Debian's has, such as `sid`, whatever this machine's sources are. Its lists are
    /// downloaded into the cache: some 10 MB, or nothing where they are as they were. apt's own lists
    /// stay as they are, and nothing is ever installed.
    ///
    /// # Errors
    /// [`VmError::File`], [`VmError::Kind`] for a name that is none, [`VmError::Failed`] with what apt
    /// said.
    pub fn of_suite(suite: &str, cache: &Cache) -> Result<Self, VmError> {
        let folder = cache.folder().join(format!("apt-{suite}"));
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if suite.is_empty() || !suite.chars().all(is_name) {
            let reason = "names are lower case letters, digits and dashes".to_owned();
            return Err(VmError::Kind {
                path: suite.into(),
                expected: "a suite of Debian's, such as `sid`",
                reason,
            });
        }
        for part in ["lists/partial", "cache/archives/partial"] {
            let part = folder.join(part);
            fs::create_dir_all(&part).map_err(VmError::file("make", &part))?;
        }
        let sources = folder.join("sources.list");
        let text = format!("deb [signed-by={KEYS}] {MIRROR} {suite} main\n");
        fs::write(&sources, text).map_err(VmError::file("write", &sources))?;
        let setting =
            |name: &str, value: PathBuf| ["-o".into(), format!("{name}={}", value.display())];
        let options = [
            setting("Dir::Etc::sourcelist", sources),
            setting("Dir::Etc::sourceparts", "-".into()),
            setting("Dir::State::lists", folder.join("lists")),
            setting("Dir::Cache", folder.join("cache")),
            setting("Acquire::Languages", "none".into()),
            setting("Acquire::IndexTargets::deb::DEP-11::DefaultEnabled", "false".into()),
        ];
        let archive = Self { options: options.concat() };
        cache.downloads(&format!("the lists of {suite}"));
        finished(archive.apt_get().arg("update"), APT_REMEDY, cache.interruption())?;
        Ok(archive)
    }

    /// The packages whose names begin in one of those ways, and that apt has a version of to install: its
    /// index also names packages that others only depend on.
    pub(crate) fn installable(&self, prefixes: &[String]) -> Result<BTreeSet<String>, VmError> {
        // apt may have to read its whole index each time: it is asked for all at once.
        let known = output(self.apt_cache().arg("pkgnames"), APT_REMEDY)?;
        let is_wanted =
            |name: &&str| prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
        let names: Vec<&str> = known.out.lines().filter(is_wanted).collect();
        if names.is_empty() {
            // Without a name, apt would tell of its sources.
            return Ok(BTreeSet::new());
        }
        Ok(with_candidate(&output(self.apt_cache().arg("policy").args(names), APT_REMEDY)?.out))
    }

    /// The packages that a package depends on.
    pub(crate) fn dependencies(&self, package: &str) -> Result<Vec<String>, VmError> {
        let mut command = self.apt_cache();
        command.args(["depends", "--no-recommends", "--no-suggests", package]);
        let printed = output(&mut command, APT_REMEDY)?;
        let depends = printed.out.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
        Ok(depends.map(str::to_owned).collect())
    }

    /// An `apt-get` that knows these packages. Its words are English.
    pub(crate) fn apt_get(&self) -> Command {
        self.command("apt-get")
    }

    fn apt_cache(&self) -> Command {
        self.command("apt-cache")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        // The words are read.
        command.args(&self.options).env("LC_ALL", "C");
        command
    }
}

/// Reads `apt-cache policy`: a line with the package's name, and below it, further in, that of the
/// version that would be installed.
fn with_candidate(policy: &str) -> BTreeSet<String> {
    let mut package = None;
    let mut found = BTreeSet::new();
    for line in policy.lines() {
        if !line.starts_with(' ') {
            // A package of another architecture is `name:arch:`.
            package = line.strip_suffix(':').filter(|name| !name.contains(':'));
        } else if let Some(version) = line.strip_prefix("  Candidate: ")
            && version != "(none)"
        {
            found.extend(package.take().map(str::to_owned));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What apt said when an image had not been signed yet.
    const POLICY: &str = "\
linux-headers-6.1.0-57-cloud-amd64:
  Installed: (none)
  Candidate: 6.1.192-3
  Version table:
     6.1.192-3 500
        500 http://deb.debian.org/debian-security bookworm-security/main amd64 Packages
linux-image-6.1.0-57-cloud-amd64:
  Installed: (none)
  Candidate: (none)
  Version table:
linux-image-6.1.0-56-cloud-amd64:
  Installed: 6.1.192-2
  Candidate: 6.1.192-2
  Version table:
 *** 6.1.192-2 500
        500 http://deb.debian.org/debian-security bookworm-security/main amd64 Packages
        100 /var/lib/dpkg/status
linux-image-6.1.0-55-cloud-amd64:i386:
  Installed: (none)
  Candidate: 6.1.190-1
";

    #[test]
    fn a_package_without_a_candidate_cannot_be_installed() {
        let found: Vec<String> = with_candidate(POLICY).into_iter().collect();
        assert_eq!(
            found,
            ["linux-headers-6.1.0-57-cloud-amd64", "linux-image-6.1.0-56-cloud-amd64"]
        );
    }

    #[test]
    fn a_suite_with_the_name_of_a_path_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        for name in ["", "../sid", "sid main", "a\nb"] {
            let error = Archive::of_suite(name, &cache).unwrap_err();
            assert!(error.to_string().contains("is not a suite of Debian's"), "{error}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_no_policy_names_no_package() {
        for text in ["", "N: Unable to locate package linux-image-9\n", "  Candidate: 1\n", "a:\n"]
        {
            assert!(with_candidate(text).is_empty(), "{text}");
        }
    }
}
