//! The programs, built so that they run on older systems than this one.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use xtask::run;

/// The version of glibc that the programs need but for the linter, whose wheel says 2.17: `memfd_create` is from 2.27,
/// and zig knows 2.28, which Debian 10 and RHEL 8 have.
pub(super) const GLIBC: &str = "2.28";

/// Which programs there are, and the crates that they are of.
const CRATES: [(&str, &str); 3] =
    [("ioctl-lint", "ioctl-lint"), ("ioctl-gen", "ioctlkit-gen"), ("ioctl-bench", "ioctl-bench")];

/// The program that the wheel has.
const LINTER: &str = "ioctl-lint";

/// Names of the programs.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    CRATES.iter().map(|(name, _)| *name)
}

/// Programs for one machine.
#[derive(Debug)]
pub(super) struct Programs {
    /// The folder of the wheel's program.
    linter: PathBuf,
    /// The folder of the others.
    others: PathBuf,
    /// The target, as Rust calls it.
    pub(super) target: String,
    /// The version of all of them.
    pub(super) version: String,
}

impl Programs {
    /// Builds them, and the wheel of the linter, which goes into `folder`.
    pub(super) fn build(target: &str, folder: &Path) -> Result<Self> {
        let tools = Tools::install(&folder.join("tools"))?;
        let built = folder.join("build");
        let mut wheel = tools.command("maturin");
        wheel.args(["build", "--release", "--zig", "--compatibility", "manylinux2014"]);
        wheel.args(["--target", target, "--out"]).arg(folder);
        run::succeed(wheel.env("CARGO_TARGET_DIR", &built).current_dir(run::root()))?;
        parts(folder)?;
        let mut others = tools.command("cargo-zigbuild");
        others.args(["zigbuild", "--release", "--locked", "--target"]);
        others.arg(format!("{target}.{GLIBC}"));
        for (_, package) in CRATES.iter().filter(|(name, _)| *name != LINTER) {
            others.args(["--package", package]);
        }
        others.env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
        run::succeed(others.env("CARGO_TARGET_DIR", &built).current_dir(run::root()))?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let linter = folder.join("wheel").join(format!("ioctl_lint-{version}.data/scripts"));
        let others = built.join(target).join("release");
        Ok(Self { linter, others, target: target.to_owned(), version })
    }

    /// Where a program is.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        if name == LINTER { self.linter.join(name) } else { self.others.join(name) }
    }

    /// The machine, as the kernel calls it.
    pub(super) fn machine(&self) -> &str {
        self.target.split('-').next().unwrap_or(&self.target)
    }
}

/// Lays what the linter is made of, which maturin puts into the wheel as `CycloneDX`, beside the wheel.
fn parts(folder: &Path) -> Result<()> {
    let unpacked = folder.join("wheel");
    let _ = fs::remove_dir_all(&unpacked);
    let wheels = super::made(folder)?;
    let wheel = wheels.iter().find(|path| path.extension().is_some_and(|end| end == "whl"));
    let wheel = wheel.context("maturin made no wheel")?;
    run::succeed(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&unpacked))?;
    for entry in fs::read_dir(&unpacked)? {
        let sboms = entry?.path().join("sboms/ioctl-lint.cyclonedx.json");
        if sboms.is_file() {
            fs::copy(&sboms, folder.join("ioctl-lint.cdx.json"))?;
        }
    }
    Ok(())
}

/// What a program of this machine prints: pages and completions are the same for every machine.
pub(super) fn says(name: &str, arguments: &[&str]) -> Result<String> {
    let package = CRATES.iter().find(|(known, _)| *known == name).context("no such program")?.1;
    let mut command = run::cargo();
    command.args(["run", "--quiet", "--package", package, "--bin", name, "--"]).args(arguments);
    let output = command.output().with_context(|| format!("cannot run {name}"))?;
    anyhow::ensure!(output.status.success(), "{} failed", run::shown(&command));
    Ok(String::from_utf8(output.stdout)?)
}

/// What the programs are built with: packages of pip, in a folder of their own.
struct Tools(PathBuf);

impl Tools {
    fn install(folder: &Path) -> Result<Self> {
        let list = run::root().join("packaging/requirements.txt");
        let wanted = fs::read(&list)?;
        let done = folder.join("requirements.txt");
        if fs::read(&done).ok() != Some(wanted) {
            run::succeed(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
            let mut pip = Command::new(folder.join("bin/pip"));
            run::succeed(pip.args(["install", "--quiet", "--requirement"]).arg(&list))?;
            fs::copy(&list, &done)?;
        }
        Ok(Self(folder.to_owned()))
    }

    /// One of them, which finds the others.
    fn command(&self, name: &str) -> Command {
        let own = self.0.join("bin");
        let mut command = Command::new(own.join(name));
        let mut path = OsString::from(&own);
        if let Some(others) = std::env::var_os("PATH") {
            path.push(":");
            path.push(others);
        }
        // Linkers that are chosen for this machine are not zig's.
        command.env("PATH", path).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        command
    }
}
