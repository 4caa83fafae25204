//! Runs make: for modules, and for the programs that test them.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;

use crate::confinement::Trust;
use crate::error::VmError;
use crate::interruption::Interruption;
use crate::process::{Printed, finished};
use crate::products::{Opened, Products};
use crate::rooted::{Access, Bound, KERNEL, MODULE, Root};

pub(crate) const REMEDY: &str = "install Debian's packages make and gcc";
/// What a root of its own takes.
pub(crate) const ROOT_REMEDY: &str = "install Debian's package util-linux";

/// What make is run for.
pub(crate) struct Build<'a> {
    /// Where make runs.
    pub(crate) folder: &'a Path,
    pub(crate) arguments: Vec<String>,
    /// What a confined build reads besides the toolchain.
    pub(crate) headers: Option<&'a Path>,
    /// What a confined build writes to.
    pub(crate) sources: &'a Path,
    /// The root that the toolchain is in, where that is not this machine.
    pub(crate) root: Option<Root>,
    pub(crate) trust: Trust,
}

impl Build<'_> {
    /// Runs make, on all processors, as if nobody's settings were there, and opens what `products`
    /// says it made. What compilers that are killed leave behind is removed.
    pub(crate) fn run(
        &self,
        products: impl FnOnce() -> Result<Vec<PathBuf>, VmError> + Send,
        interruption: &Interruption,
    ) -> Result<(Printed, Products), VmError> {
        let temporary = tempfile::Builder::new().prefix("ioctlkit-vm-").tempdir();
        let temporary = temporary.map_err(VmError::file("write in", std::env::temp_dir()))?;
        let mounted = temporary.path().join("root");
        let mut make = match &self.root {
            None => command(self.folder, processors()),
            Some(root) => self.in_root(root, &mounted)?,
        };
        make.args(&self.arguments);
        self.trust.prepare(&mut make, temporary.path())?;
        // Only the thread is confined, and what it starts; make ends with it. What was made is
        // opened there, too: the kernel refuses links that lead out, whatever they look like.
        let (printed, opened) = std::thread::scope(|scope| {
            let confined = scope.spawn(|| {
                let enter = || self.trust.enter(self.headers, &[self.sources, temporary.path()]);
                let printed = if self.root.is_some() {
                    // It keeps a build from all else by itself, and needs what is taken here to do so.
                    let printed = finished(&mut make, ROOT_REMEDY, interruption)?;
                    enter()?;
                    printed
                } else {
                    enter()?;
                    finished(&mut make, REMEDY, interruption)?
                };
                let opened = products()?.into_iter().map(Opened::of);
                Ok::<_, VmError>((printed, opened.collect::<Result<Vec<Opened>, VmError>>()?))
            });
            confined.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
        .map_err(|error| self.trust.explained(error))?;
        let products = match self.trust {
            Trust::Trusted => Products::in_place(opened),
            Trust::Confined => Products::taken(opened)?,
        };
        Ok((printed, products))
    }
}

impl Build<'_> {
    /// A make of the root, which has the kernel and the sources at places of its own.
    fn in_root(&self, root: &Root, mounted: &Path) -> Result<Command, VmError> {
        std::fs::create_dir(mounted).map_err(VmError::file("make", mounted))?;
        let bound = [
            Bound { folder: self.folder, place: KERNEL, access: Access::Read },
            Bound { folder: self.sources, place: MODULE, access: Access::Write },
        ];
        let mut make = root.command(mounted, &bound, "make");
        make.args(["-C", KERNEL]).arg(format!("-j{}", processors()));
        Ok(make)
    }
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

/// Programs, and what builds them.
#[derive(Debug, Clone, Copy)]
pub struct ProgramsToBuild<'a> {
    /// The folder that the build may write to.
    pub sources: &'a Path,
    /// The folder below it that has the makefile.
    pub below: &'a Path,
    /// The makefile's targets, which are the programs' names.
    pub names: &'a [String],
    /// The compiler, where it is not the makefile's own: `CC`.
    pub compiler: Option<&'a str>,
}

/// Builds programs, and links them statically as guests want them: `LDFLAGS` is `-static`.
///
/// A confined build writes nowhere but in the sources, and its programs are copied away from there.
///
/// # Errors
/// [`VmError::Failed`] with what the compiler said, [`VmError::Missing`] without make,
/// [`VmError::NoConfinement`], [`VmError::Interrupted`], [`VmError::File`] or [`VmError::Kind`] where
/// a program is none.
pub fn build_programs(
    programs: &ProgramsToBuild<'_>,
    trust: Trust,
    interruption: &Interruption,
) -> Result<Products, VmError> {
    let ProgramsToBuild { sources, below, names, compiler } = programs;
    let sources = sources.canonicalize().map_err(VmError::file("find", *sources))?;
    let folder = sources.join(below);
    let compiler = compiler.map(|compiler| format!("CC={compiler}"));
    let settings = ["LDFLAGS=-static".to_owned()].into_iter().chain(compiler);
    let arguments = names.iter().cloned().chain(settings).collect();
    let build =
        Build { folder: &folder, arguments, headers: None, sources: &sources, root: None, trust };
    let products = || Ok(names.iter().map(|name| folder.join(name)).collect());
    build.run(products, interruption).map(|(_, products)| products)
}
