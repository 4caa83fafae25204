//! The crates, and where their sources are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use ioctlkit_model::{Interface, Problem};
use ioctlkit_sources::rust;

/// The crates and their versions.
pub(crate) const CRATES: [(&str, &str); 26] = [
    ("cec_linux", "0.2.2"),
    ("devicemapper", "0.34.8"),
    ("drm-ffi", "0.9.1"),
    ("drm-sys", "0.8.1"),
    ("evdev", "0.13.2"),
    ("fuser", "0.18.0"),
    ("gpio-cdev", "0.6.0"),
    ("gpiocdev-uapi", "0.7.0"),
    ("i2cdev", "0.6.2"),
    ("input-linux", "0.7.1"),
    ("input-linux-sys", "0.9.0"),
    ("kvm-bindings", "0.14.2"),
    ("kvm-ioctls", "0.25.1"),
    ("loopdev-3", "0.5.3"),
    ("serialport", "4.10.1"),
    ("sev", "8.0.0"),
    ("spidev", "0.7.1"),
    ("tun", "0.8.14"),
    ("tun-tap", "0.1.4"),
    ("userfaultfd", "0.9.0"),
    ("v4l", "0.14.0"),
    ("v4l2-sys-mit", "0.3.0"),
    ("v4l2r", "0.0.8"),
    ("vfio-bindings", "0.7.0"),
    ("vfio-ioctls", "0.10.0"),
    ("vhost", "0.18.0"),
];

/// Features that are off by default and have definitions behind them.
const FEATURES: [(&str, &[&str]); 2] =
    [("userfaultfd-", &["linux5_7", "linux5_13"]), ("vfio-ioctls-", &["vfio_cdev"])];

fn features_of(folder: &Path) -> rust::Features {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let own = FEATURES.iter().filter(|(of, _)| name.starts_with(of)).flat_map(|(_, names)| *names);
    let name =
        |&name: &&str| rust::FeatureName { name: name.to_owned(), missing: rust::Missing::Refused };
    rust::Features::Chosen { names: own.map(name).collect(), default: true }
}

/// The folders of the crates by their names; `None`, with the reason printed, where their sources
/// are not to be had and need not be.
pub(crate) fn folders() -> Option<&'static BTreeMap<&'static str, PathBuf>> {
    static FOLDERS: OnceLock<Option<BTreeMap<&'static str, PathBuf>>> = OnceLock::new();
    let found = FOLDERS.get_or_init(|| match fetch() {
        Ok(folders) => Some(folders),
        Err(reason) => {
            let full = std::env::var("IOCTLKIT_ORACLE").is_ok_and(|effort| effort == "full");
            let needed = full || std::env::var_os("CI").is_some();
            assert!(!needed, "the crates cannot be had: {reason}");
            eprintln!("skipped: the crates cannot be had: {reason}");
            None
        }
    });
    found.as_ref()
}

/// What was read of a crate.
pub(crate) struct Read {
    pub(crate) interface: Interface,
    pub(crate) problems: Vec<Problem>,
}

/// Reads a crate, once for all tests.
pub(crate) fn read(folder: &Path) -> &'static Read {
    static KNOWN: Mutex<BTreeMap<PathBuf, &'static Read>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap();
    known.entry(folder.to_owned()).or_insert_with(|| {
        let paths = vec![folder.to_owned()];
        let features = features_of(folder);
        let request = rust::Request { paths, features, ..rust::Request::default() };
        let (interface, problems) = rust::read(&request);
        Box::leak(Box::new(Read { interface, problems }))
    })
}

/// A package that depends on all of them, so that cargo gets them.
fn manifest() -> String {
    let dependencies = CRATES.map(|(name, version)| {
        format!("{name} = {{ version = \"={version}\", default-features = false }}\n")
    });
    let head = "[package]\nname = \"corpus\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                [workspace]\n\n[dependencies]\n";
    format!("{head}{}", dependencies.concat())
}

fn fetch() -> Result<BTreeMap<&'static str, PathBuf>, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crates-corpus");
    std::fs::create_dir_all(folder.join("src")).unwrap();
    std::fs::write(folder.join("src/lib.rs"), "").unwrap();
    let path = folder.join("Cargo.toml");
    if std::fs::read_to_string(&path).ok() != Some(manifest()) {
        std::fs::write(&path, manifest()).unwrap();
    }
    let platform = "x86_64-unknown-linux-gnu";
    // What is in the cache needs no network.
    let fetched = cargo(&folder, &["fetch", "--target", platform, "--offline"])
        .or_else(|_| cargo(&folder, &["fetch", "--target", platform]));
    fetched?;
    let arguments =
        ["metadata", "--format-version", "1", "--offline", "--filter-platform", platform];
    let metadata: serde_json::Value =
        serde_json::from_str(&cargo(&folder, &arguments)?).map_err(|error| error.to_string())?;
    let mut folders = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let is = |(name, version): &&(&str, &str)| {
            package["name"] == *name && package["version"] == *version
        };
        if let Some((name, _)) = CRATES.iter().find(is) {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap());
            folders.insert(*name, manifest.parent().unwrap().to_owned());
        }
    }
    assert_eq!(folders.len(), CRATES.len(), "{folders:#?}");
    Ok(folders)
}

fn cargo(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}
