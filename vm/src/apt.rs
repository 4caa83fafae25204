//! Which packages apt knows, and which of them it can install.

use std::collections::BTreeSet;
use std::process::Command;

use crate::error::VmError;
use crate::process::output;

pub(crate) const APT_REMEDY: &str =
    "this takes Debian's apt; elsewhere, name a kernel and its headers by path";

/// The packages whose names begin in one of those ways, and that apt has a version of to install: its
/// index also names packages that others only depend on.
pub(crate) fn installable(prefixes: &[String]) -> Result<BTreeSet<String>, VmError> {
    // apt may have to read its whole index each time: it is asked for all at once.
    let known = output(apt_cache().arg("pkgnames"), APT_REMEDY)?;
    let is_wanted = |name: &&str| prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
    let names: Vec<&str> = known.out.lines().filter(is_wanted).collect();
    if names.is_empty() {
        // Without a name, apt would tell of its sources.
        return Ok(BTreeSet::new());
    }
    Ok(with_candidate(&output(apt_cache().arg("policy").args(names), APT_REMEDY)?.out))
}

fn apt_cache() -> Command {
    let mut command = Command::new("apt-cache");
    // The words are read.
    command.env("LC_ALL", "C");
    command
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
    fn what_is_no_policy_names_no_package() {
        for text in ["", "N: Unable to locate package linux-image-9\n", "  Candidate: 1\n", "a:\n"]
        {
            assert!(with_candidate(text).is_empty(), "{text}");
        }
    }
}
