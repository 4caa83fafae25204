//! The crates as those who install them get them: packed, in a registry with all that they depend on, and
//! away from this workspace. Nothing is published.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use xtask::run;

/// A header with a mistake that every version of the linter finds.
pub(crate) const HEADER: &str = "#include <linux/ioctl.h>\n#include <linux/types.h>\n\nstruct foo {\n\t__u32 a;\n\t\
                      __u64 b;\n};\n\n#define FOO_GET _IOR('f', 1, struct foo)\n";

/// What `cargo xtask alone` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Makes the registry in this folder, which must not exist, and tests nothing: with its
    /// `config.toml` in a `CARGO_HOME`, cargo takes crates from there instead of crates.io
    #[arg(long, value_name = "DIR")]
    registry: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if let Some(folder) = &arguments.registry {
        fs::create_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let registry = Registry::make(&folder.canonicalize()?)?;
        println!("{} crates are in {}", registry.crates.len(), registry.packages().display());
        return Ok(());
    }
    let folder = run::target()?.join("alone");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let registry = Registry::make(&folder)?;
    for name in &registry.crates {
        registry.tests(name)?;
    }
    let programs = registry.installed()?;
    lints(&programs, &folder)?;
    registry.makes_a_driver(&programs, &folder)
}

/// A folder with the crates, packed and unpacked again, and those that they depend on.
struct Registry {
    folder: PathBuf,
    /// Names and versions, as in the names of their folders.
    crates: Vec<String>,
}

impl Registry {
    fn make(folder: &Path) -> Result<Self> {
        let mut registry = Self { folder: folder.to_owned(), crates: Vec::new() };
        let built = folder.join("packed");
        let mut package = run::cargo();
        package
            .args(["package", "--quiet", "--no-verify", "--allow-dirty", "--target-dir"])
            .arg(&built);
        for one in publishable()? {
            package.args(["--package", one["name"].as_str().context("a crate has a name")?]);
        }
        run::succeed(&mut package)?;
        let mut vendor = run::cargo();
        vendor.args(["vendor", "--quiet", "--locked", "--versioned-dirs"]).arg(registry.packages());
        // It prints the configuration that is written below.
        run::succeed(vendor.stdout(Stdio::null()))?;
        let mut packed: Vec<PathBuf> = fs::read_dir(built.join("package"))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension() == Some(OsStr::new("crate")))
            .collect();
        packed.sort();
        for path in packed {
            registry.add(&path)?;
        }
        let source = json!({ "directory": registry.packages() });
        let config = format!(
            "[source.crates-io]\nreplace-with = \"packed\"\n\n[source.packed]\ndirectory = {}\n",
            source["directory"]
        );
        fs::write(folder.join("config.toml"), config)?;
        Ok(registry)
    }

    fn packages(&self) -> PathBuf {
        self.folder.join("packages")
    }

    /// Unpacks a crate as `cargo vendor` does (the cargo book, "Directory Sources").
    fn add(&mut self, path: &Path) -> Result<()> {
        let name = path.file_stem().and_then(OsStr::to_str).context("a crate has a name")?;
        run::succeed(Command::new("tar").arg("-xzf").arg(path).arg("-C").arg(self.packages()))?;
        let sum = run::output("sha256sum", &[&path.to_string_lossy()]).context("no sha256sum")?;
        let sum = sum.split_whitespace().next().unwrap_or_default();
        let folder = self.packages().join(name);
        let text = json!({ "files": {}, "package": sum }).to_string();
        fs::write(folder.join(".cargo-checksum.json"), text)?;
        for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            ensure!(folder.join(file).is_file(), "{name} has no {file}");
        }
        self.crates.push(name.to_owned());
        Ok(())
    }

    /// A cargo that knows this registry alone, in a folder.
    fn cargo(&self, folder: &Path) -> Result<Command> {
        let home = self.folder.join("home");
        fs::create_dir_all(&home)?;
        fs::copy(self.folder.join("config.toml"), home.join("config.toml"))?;
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(folder).env("CARGO_HOME", home);
        cargo.env("CARGO_TARGET_DIR", self.folder.join("target"));
        Ok(cargo)
    }

    /// Runs a crate's tests from what was packed, outside of the workspace.
    fn tests(&self, name: &str) -> Result<()> {
        println!("testing {name} from its package");
        let folder = self.packages().join(name);
        run::succeed(self.cargo(&folder)?.args(["test", "--quiet", "--offline"]))
    }

    /// Installs the programs, and yields the folder that they are in.
    fn installed(&self) -> Result<PathBuf> {
        let root = self.folder.join("installed");
        let mut install = self.cargo(&self.folder)?;
        install.args(["install", "--quiet", "--offline", "--debug", "--root"]).arg(&root);
        run::succeed(install.args(["ioctl-lint", "ioctlkit-gen", "ioctl-bench"]))?;
        Ok(root.join("bin"))
    }

    /// Makes a driver with the program that was installed, and tests it.
    fn makes_a_driver(&self, programs: &Path, folder: &Path) -> Result<()> {
        let made = folder.join("gas_meter");
        let mut new = Command::new(programs.join("ioctl-gen"));
        run::succeed(new.current_dir(folder).args(["new", "gas_meter"]))?;
        let manifests = fs::read_to_string(made.join("Cargo.toml"))?;
        ensure!(!manifests.contains("path ="), "the new crate depends on a folder:\n{manifests}");
        run::succeed(self.cargo(&made)?.args(["test", "--quiet", "--offline"]))?;
        let mut check = Command::new(programs.join("ioctl-lint"));
        run::succeed(check.current_dir(&made).args(["check", "--quiet", "."]))
    }
}

/// Holds the linter that was installed to what it has to find, and to its exit code.
fn lints(programs: &Path, folder: &Path) -> Result<()> {
    let header = folder.join("foo.h");
    fs::write(&header, HEADER)?;
    let output = Command::new(programs.join("ioctl-lint")).arg("check").arg(&header).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.code() != Some(1) || !said.contains("foo.h:6") {
        bail!("ioctl-lint ended with {} and said:\n{said}", output.status);
    }
    Ok(())
}

/// What cargo says of the crates that are to be published.
fn publishable() -> Result<Vec<Value>> {
    let mut metadata = run::cargo();
    let output = metadata.args(["metadata", "--no-deps", "--format-version=1"]).output()?;
    let mut metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let packages = metadata["packages"].as_array_mut().context("cargo metadata has no packages")?;
    packages.retain(|package| package["publish"].is_null());
    Ok(std::mem::take(packages))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(package: &Value) -> PathBuf {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        manifest.parent().unwrap().to_owned()
    }

    #[test]
    fn each_crate_has_what_a_registry_shows() {
        for manifest in publishable().unwrap() {
            let folder = folder(&manifest);
            let name = &manifest["name"];
            for key in ["description", "license", "readme", "repository", "rust_version"] {
                assert!(manifest[key].is_string(), "{name} has no {key}");
            }
            for key in ["keywords", "categories"] {
                let count = manifest[key].as_array().unwrap().len();
                assert!((1..=5).contains(&count), "{name} has {count} {key}");
            }
            for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
                assert!(folder.join(file).is_file(), "{name} has no {file}");
            }
            // Another version of a crate whose private items a macro's code calls would not compile.
            for dependency in manifest["dependencies"].as_array().unwrap() {
                if dependency["name"] == "ioctlkit-macros" {
                    assert!(dependency["req"].as_str().unwrap().starts_with('='), "{name}");
                }
            }
        }
    }

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension() == Some(OsStr::new("rs")) {
                found.push(path);
            }
        }
    }

    #[test]
    fn no_crate_includes_a_file_that_is_not_in_its_package() {
        let mut included = 0;
        for package in publishable().unwrap() {
            let folder = folder(&package);
            let mut files = Vec::new();
            sources(&folder.join("src"), &mut files);
            for file in files {
                let text = fs::read_to_string(&file).unwrap();
                let paths = ["include_str!(", "include_bytes!("].into_iter().flat_map(|name| {
                    text.split(name).skip(1).filter_map(|rest| {
                        let rest = rest.strip_prefix("concat!(").unwrap_or(rest);
                        rest.strip_prefix('"')?.split('"').next()
                    })
                });
                for path in paths {
                    let up = path.split('/').take_while(|part| *part == "..").count();
                    let at = file.parent().unwrap().ancestors().nth(up).unwrap();
                    assert!(at.starts_with(&folder), "{}: {path}", file.display());
                    included += 1;
                }
            }
        }
        assert!(included > 20, "{included}");
    }
}
