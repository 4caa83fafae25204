//! What people install who do not have Rust: a wheel, a Debian package and a tarball, for Linux with glibc 2.28 or
//! later, and the wheel for 2.17. Nothing is published.

mod attempt;
mod debian;
mod files;
mod programs;
mod tarball;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use programs::Programs;
use xtask::{packages, run};

/// What `cargo xtask package` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The machine that the programs are for: a target of Rust with glibc
    #[arg(long, value_name = "TRIPLE", default_value = "x86_64-unknown-linux-gnu")]
    target: String,
    /// Installs each package in a bare root of this release of Debian, which has no Rust, lints a header with it, and
    /// removes it again; takes root
    #[arg(long = "try", value_name = "SUITE")]
    attempt: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    packages::install(&packages::for_packaging())?;
    let folder = run::target()?.join("package");
    fs::create_dir_all(&folder)?;
    for old in made(&folder)? {
        fs::remove_file(old)?;
    }
    let programs = Programs::build(&arguments.target, &folder)?;
    tarball::write(&programs, &folder)?;
    debian::write(&programs, &folder)?;
    sums(&folder)?;
    for path in made(&folder)? {
        println!("{:>10}  {}", fs::metadata(&path)?.len(), path.display());
    }
    match &arguments.attempt {
        Some(suite) => attempt::run(&made(&folder)?, suite),
        None => Ok(()),
    }
}

/// What is in the folder of all that this makes.
fn made(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_made = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        [".whl", ".deb", ".tar.xz", ".cdx.json", "SHA256SUMS"].iter().any(|end| name.ends_with(end))
    };
    let entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> =
        entries.into_iter().map(|entry| entry.path()).filter(is_made).collect();
    paths.sort();
    Ok(paths)
}

/// Writes the checksums, as `sha256sum --check` reads them.
fn sums(folder: &Path) -> Result<()> {
    let paths = made(folder)?;
    let names: Vec<_> = paths.iter().filter_map(|path| path.file_name()).collect();
    let output = Command::new("sha256sum").args(names).current_dir(folder).output()?;
    fs::write(folder.join("SHA256SUMS"), output.stdout).context("cannot write SHA256SUMS")
}
