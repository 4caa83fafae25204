//! What the bare root is given of this machine: the way to Debian's packages and to crates, and the
//! toolchain. No cache, and nothing that is installed here.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::bare::Root;
use crate::run;

/// Where certificates are, those of a company's own among them.
const CERTIFICATES: [&str; 2] =
    ["/etc/ssl/certs/ca-certificates.crt", "/usr/local/share/ca-certificates"];

/// What decides from where apt takes which package, but for its passwords.
const APT: [&str; 6] = [
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d",
    "/etc/apt/preferences",
    "/etc/apt/preferences.d",
    "/etc/apt/keyrings",
    "/etc/apt/trusted.gpg.d",
];

/// How names of machines are looked up.
const NAMES: [&str; 2] = ["/etc/resolv.conf", "/etc/hosts"];

/// Where the toolchain is in the root.
pub(crate) const TOOLCHAIN: &str = "/opt/rust";

/// A release of Debian, and where its packages are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    /// The release's name.
    pub suite: String,
    /// Where its packages are.
    pub uri: String,
}

/// The release that this machine runs, from where apt takes it.
///
/// # Errors
/// If this is no Debian, or apt has no source for it.
pub fn mirror() -> Result<Mirror> {
    let system =
        fs::read_to_string("/etc/os-release").context("cannot tell which system this is")?;
    let suite = system.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let suite = suite.context("/etc/os-release names no release of Debian")?;
    let format = "$(CODENAME) $(REPO_URI)";
    let targets =
        run::output("apt-get", &["indextargets", "--format", format, "Identifier: Packages"]);
    mirror_of(suite, &targets.unwrap_or_default())
        .with_context(|| format!("apt has no source for {suite}; run `apt-get update`"))
}

/// Picks the release's own source among lines with a release and where it is.
fn mirror_of(suite: &str, targets: &str) -> Option<Mirror> {
    let mut lines = targets.lines().filter_map(|line| line.split_once(' '));
    let (suite, uri) = lines.find(|(name, _)| *name == suite)?;
    Some(Mirror { suite: suite.to_owned(), uri: uri.to_owned() })
}

/// Gives the root apt's sources, names, certificates, and the configuration of cargo and pip.
///
/// # Errors
/// If something cannot be copied.
pub fn give(root: &Root) -> Result<()> {
    // debootstrap's own entry would ask a source that this machine does not.
    root.remove("/etc/apt/sources.list")?;
    let named = ["SSL_CERT_FILE", "CURL_CA_BUNDLE"].iter().filter_map(env::var_os);
    let certificates = named.map(PathBuf::from).chain(CERTIFICATES.map(PathBuf::from));
    for path in certificates.chain(APT.iter().chain(&NAMES).map(PathBuf::from)) {
        if path.exists() {
            root.copy(&path, &path)?;
        }
    }
    let settings = run::output("apt-config", &["dump", "Acquire"]).unwrap_or_default();
    root.write("/etc/apt/apt.conf.d/99host", &connection(&settings))?;
    let pip = Path::new("/etc/pip.conf");
    if pip.exists() {
        root.copy(pip, pip)?;
    }
    if let Some(configuration) = cargo_configuration() {
        // Above the clone, for the home is to stay empty.
        root.copy(&configuration, Path::new("/.cargo/config.toml"))?;
    }
    Ok(())
}

/// How apt reaches its sources, of all that it is configured to do.
fn connection(settings: &str) -> String {
    const GROUPS: [&str; 9] = [
        "Acquire::http",
        "Acquire::https",
        "Acquire::ftp",
        "Acquire::proxy",
        "Acquire::Check-",
        "Acquire::ForceIPv",
        "Acquire::Retries",
        "Acquire::Allow",
        "Acquire::Max-",
    ];
    let is_one = |line: &&str| GROUPS.iter().any(|group| line.starts_with(group));
    settings.lines().filter(is_one).flat_map(|line| [line, "\n"]).collect()
}

/// Cargo's configuration, which may name a mirror of the registry.
fn cargo_configuration() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))?;
    ["config.toml", "config"].map(|name| home.join(name)).into_iter().find(|path| path.is_file())
}

/// Copies the toolchain that runs here; its documentation stays.
///
/// # Errors
/// If it is no folder of its own, or cannot be copied.
pub fn give_toolchain(root: &Root) -> Result<()> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output();
    let output = output.context("cannot run rustc")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if sysroot == Path::new("/usr") || !sysroot.join("bin/cargo").is_file() {
        bail!(
            "the toolchain in {} is no folder of its own that could be copied; use one of rustup's",
            sysroot.display()
        );
    }
    for entry in fs::read_dir(&sysroot)? {
        let entry = entry?;
        if entry.file_name() != "share" {
            root.copy(&entry.path(), &Path::new(TOOLCHAIN).join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The variables that say how registries are reached, of all that are set here.
pub(crate) fn environment() -> Vec<(String, String)> {
    let all = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    all.filter(|(name, _)| is_passed_on(name)).collect()
}

fn is_passed_on(name: &str) -> bool {
    const NAMES: [&str; 4] = ["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"];
    const GROUPS: [&str; 5] =
        ["CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTRIES_", "CARGO_SOURCE_", "CARGO_BUILD_JOBS"];
    let is_proxy = name.to_lowercase().ends_with("_proxy");
    // What opens a registry to who publishes is not needed to read from one.
    let is_secret = ["_TOKEN", "_CREDENTIAL_PROVIDER"].iter().any(|end| name.ends_with(end));
    let is_one = NAMES.contains(&name) || GROUPS.iter().any(|group| name.starts_with(group));
    (is_one || is_proxy) && !is_secret
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_that_of_the_release_and_not_of_its_updates() {
        let targets = "bookworm-security http://a/debian-security/\nbookworm http://b/debian/\n\
                       bookworm http://c/debian/\n";
        let uri = |suite| mirror_of(suite, targets).map(|mirror| mirror.uri);
        assert_eq!(uri("bookworm").as_deref(), Some("http://b/debian/"));
        assert_eq!(uri("trixie"), None);
    }

    #[test]
    fn of_apts_settings_only_the_way_to_its_sources_is_kept() {
        let settings = "Acquire \"\";\nAcquire::Check-Date \"false\";\n\
                        Acquire::http::Proxy \"http://p:1\";\nAcquire::IndexTargets::deb \"\";\n\
                        Acquire::GzipIndexes \"true\";\n";
        assert_eq!(
            connection(settings),
            "Acquire::Check-Date \"false\";\nAcquire::http::Proxy \"http://p:1\";\n"
        );
    }

    #[test]
    fn proxies_and_registries_are_passed_on_and_nothing_that_is_secret_or_of_this_build() {
        for name in ["http_proxy", "HTTPS_PROXY", "SSL_CERT_FILE", "CARGO_HTTP_CAINFO"] {
            assert!(is_passed_on(name), "{name}");
        }
        for name in [
            "CARGO_REGISTRIES_MINE_TOKEN",
            "CARGO_REGISTRY_TOKEN",
            "CARGO_TARGET_DIR",
            "CARGO_HOME",
            "CARGO_MANIFEST_DIR",
            "RUSTUP_TOOLCHAIN",
            "PATH",
            "HOME",
        ] {
            assert!(!is_passed_on(name), "{name}");
        }
    }
}
