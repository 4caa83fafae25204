//! Tests that need a nightly compiler and parts of it that not everybody has: without them, a line
//! says so.

use std::process::{Command, Stdio};

use anyhow::Result;

use xtask::run;

/// Targets whose `HOST` row is proved against the compiler, one at least for each that the table
/// has a row for. rustc has no Linux target for the other rows.
const TARGETS: [&str; 21] = [
    "aarch64-unknown-linux-gnu",
    "aarch64_be-unknown-linux-gnu",
    "armeb-unknown-linux-gnueabi",
    "armv7-unknown-linux-gnueabihf",
    "csky-unknown-linux-gnuabiv2",
    "i686-unknown-linux-gnu",
    "loongarch64-unknown-linux-gnu",
    "m68k-unknown-linux-gnu",
    "mips-unknown-linux-gnu",
    "mips64-unknown-linux-gnuabi64",
    "mips64el-unknown-linux-gnuabi64",
    "mipsel-unknown-linux-gnu",
    "powerpc-unknown-linux-gnu",
    "powerpc64-unknown-linux-gnu",
    "powerpc64le-unknown-linux-gnu",
    "riscv32gc-unknown-linux-gnu",
    "riscv64gc-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
    "sparc-unknown-linux-gnu",
    "sparc64-unknown-linux-gnu",
    "x86_64-unknown-linux-gnux32",
];

/// Machines that Miri stands in for: the host, one with pointers of 32 bits, and one of those with
/// the most significant byte first.
const MACHINES: [Option<&str>; 3] =
    [None, Some("i686-unknown-linux-gnu"), Some("powerpc-unknown-linux-gnu")];

/// Runs the tests of `ioctlkit` that make no system call under Miri.
pub(crate) fn miri() -> Result<()> {
    if !has("miri") {
        println!("skipped: Miri (rustup component add --toolchain nightly miri)");
        return Ok(());
    }
    for machine in MACHINES {
        println!("Miri, on {}", machine.unwrap_or("the host"));
        let mut command = Command::new("cargo");
        command.current_dir(run::root()).args(["+nightly", "miri", "test"]);
        command.args(["--package", "ioctlkit", "--lib"]);
        command.args(["--test", "derive", "--test", "memory"]);
        if let Some(target) = machine {
            command.args(["--target", target]);
        }
        run::succeed(clean(&mut command))?;
    }
    Ok(())
}

/// Checks the part of `ioctlkit` that needs nothing but `core` for every machine that rustc knows.
pub(crate) fn targets() -> Result<()> {
    if !has("rust-src") {
        println!("skipped: other targets (rustup component add --toolchain nightly rust-src)");
        return Ok(());
    }
    for target in TARGETS {
        println!("check, for {target}");
        let mut command = Command::new("cargo");
        command.current_dir(run::root()).args(["+nightly", "check", "--quiet"]);
        command.args(["--package", "ioctlkit", "--no-default-features", "-Zbuild-std=core"]);
        // Without optimisation, LLVM crashes in `compiler_builtins` for m68k.
        command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
        run::succeed(clean(command.args(["--target", target])))?;
    }
    Ok(())
}

/// What the cargo around this says of its own compiler is not for the other one.
fn clean(command: &mut Command) -> &mut Command {
    for name in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
    command
}

/// Whether nightly has a component.
fn has(component: &str) -> bool {
    let mut command = Command::new("rustup");
    command.args(["component", "list", "--installed", "--toolchain", "nightly"]);
    let output = clean(&mut command).stderr(Stdio::null()).output();
    output.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout).lines().any(|line| line.starts_with(component))
    })
}
