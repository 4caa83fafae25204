//! The fuzz targets: a workspace of their own, which no test of this one builds.

use anyhow::Result;

use xtask::run;

/// Checks that the fuzz targets compile, without running them: `fuzz/build.sh` builds them for that.
pub(crate) fn check() -> Result<()> {
    println!("check, of the fuzz targets");
    let mut command = run::cargo();
    command.args(["check", "--quiet", "--locked", "--bins", "--manifest-path", "fuzz/Cargo.toml"]);
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", "--cfg fuzzing");
    run::succeed(&mut command)
}
