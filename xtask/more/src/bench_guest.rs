//! `ioctl-bench` in a guest: the program has to be linked statically for that.

use std::path::PathBuf;

use anyhow::Result;

use xtask::{packages, run};

/// Builds the program and runs its guest suite with those arguments.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    packages::install(&packages::for_guests())?;
    let program = static_program()?;
    let mut command = std::process::Command::new(program);
    command.current_dir(run::root()).args(["run", "--suite", "guest"]).args(arguments);
    run::succeed(&mut command)
}

/// `ioctl-bench`, with what it needs of libc in it.
fn static_program() -> Result<PathBuf> {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut build = run::cargo();
    build.args(["build", "--release", "--package", "ioctl-bench", "--target", &target]);
    build.env("RUSTFLAGS", "-C target-feature=+crt-static");
    run::succeed(&mut build)?;
    Ok(run::target()?.join(target).join("release/ioctl-bench"))
}
