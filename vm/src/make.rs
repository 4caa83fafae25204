//! Runs make: for modules, and for the programs that test them.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;

use crate::confinement::Confinement;
use crate::error::VmError;
use crate::interruption::Interruption;
use crate::process::{Printed, finished};

pub(crate) const REMEDY: &str = "install Debian's packages make and gcc";

/// Runs make in a folder, on all processors, as if nobody's settings were there. What compilers
/// that are killed leave behind is removed. The headers are what a confined build reads besides the
/// toolchain.
pub(crate) fn make(
    folder: &Path,
    arguments: &[String],
    headers: Option<&Path>,
    confinement: &Confinement,
    interruption: &Interruption,
) -> Result<Printed, VmError> {
    let temporary = tempfile::Builder::new().prefix("ioctlkit-vm-").tempdir();
    let temporary = temporary.map_err(VmError::file("write in", std::env::temp_dir()))?;
    let mut make = command(folder, processors());
    make.args(arguments);
    confinement.prepare(&mut make, temporary.path());
    // Only the thread is confined, and what it starts; make ends with it.
    std::thread::scope(|scope| {
        let confined = scope.spawn(|| {
            confinement.enter(headers, temporary.path())?;
            finished(&mut make, REMEDY, interruption)
        });
        confined.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// A make in a folder, with as many jobs at once, as if nobody's settings were there.
pub(crate) fn command(folder: &Path, jobs: NonZero<usize>) -> Command {
    let mut make = Command::new("make");
    make.arg("-C").arg(folder).arg(format!("-j{jobs}"));
    // A make around this one must not lend its flags.
    for name in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARCH", "CROSS_COMPILE", "O", "KBUILD_OUTPUT"]
    {
        make.env_remove(name);
    }
    make.env("LC_ALL", "C");
    make
}

/// As many as there are processors.
pub(crate) fn processors() -> NonZero<usize> {
    available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// Builds programs with the makefile of a folder, in place, and linked statically as guests want
/// them: `LDFLAGS` is `-static`, and the targets are the programs' names.
///
/// # Errors
/// [`VmError::Failed`] with what the compiler said, [`VmError::Missing`] without make,
/// [`VmError::NoConfinement`], [`VmError::Interrupted`].
pub fn build_programs(
    folder: &Path,
    names: &[String],
    confinement: &Confinement,
    interruption: &Interruption,
) -> Result<Vec<PathBuf>, VmError> {
    let folder = folder.canonicalize().map_err(VmError::file("find", folder))?;
    let arguments: Vec<String> =
        names.iter().cloned().chain(["LDFLAGS=-static".to_owned()]).collect();
    make(&folder, &arguments, None, confinement, interruption)?;
    Ok(names.iter().map(|name| folder.join(name)).collect())
}
