//! Runs make: for modules, and for the programs that test them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;

use crate::error::VmError;
use crate::interruption::Interruption;
use crate::process::finished;

pub(crate) const MAKE_REMEDY: &str = "install Debian's packages make and gcc";

/// make in a folder, on all processors, and as if nobody's settings were there.
pub(crate) fn make(folder: &Path) -> Command {
    let jobs = available_parallelism().map_or(1, std::num::NonZero::get);
    let mut make = Command::new("make");
    make.arg("-C").arg(folder).arg(format!("-j{jobs}"));
    // A make around this one must not lend its flags.
    for name in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARCH", "CROSS_COMPILE", "O"] {
        make.env_remove(name);
    }
    make.env("LC_ALL", "C");
    make
}

/// Builds programs with the makefile of a folder, in place, and linked statically as guests want
/// them: `LDFLAGS` is `-static`, and the targets are the programs' names.
///
/// # Errors
/// [`VmError::Failed`] with what the compiler said, [`VmError::Missing`] without make,
/// [`VmError::Interrupted`].
pub fn build_programs(
    folder: &Path,
    names: &[String],
    interruption: &Interruption,
) -> Result<Vec<PathBuf>, VmError> {
    let folder = folder.canonicalize().map_err(VmError::file("find", folder))?;
    finished(make(&folder).arg("LDFLAGS=-static").args(names), MAKE_REMEDY, interruption)?;
    Ok(names.iter().map(|name| folder.join(name)).collect())
}
