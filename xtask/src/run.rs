//! Other programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The cargo that runs this program, in the root of the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a program and expects it to succeed.
///
/// # Errors
/// That it does not, or that there is no such program.
pub fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed: {status}", shown(command));
    }
    Ok(())
}

/// What a program that succeeds prints; nothing where it fails or does not exist.
pub fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Builds `ioctl-lint` as users run it, and says where it is.
///
/// # Errors
/// That it does not build.
pub fn release_build() -> Result<PathBuf> {
    succeed(cargo().args(["build", "--release", "--package", "ioctl-lint"]))?;
    Ok(target()?.join("release/ioctl-lint"))
}

/// Builds `ioctl-lint` as the tests do, which need nearly all of it again, and says where it is.
///
/// # Errors
/// That it does not build.
pub fn build() -> Result<PathBuf> {
    succeed(cargo().args(["build", "--package", "ioctl-lint"]))?;
    Ok(target()?.join("debug/ioctl-lint"))
}

/// The folder that cargo builds in.
///
/// # Errors
/// That cargo does not say.
pub fn target() -> Result<PathBuf> {
    let metadata = cargo().args(["metadata", "--no-deps", "--format-version=1"]).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout)
        .context("cargo metadata says something that is not JSON")?;
    let target = metadata["target_directory"].as_str().context("cargo names no target folder")?;
    Ok(target.into())
}

/// The command as one would type it.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
