//! Builds the small kernel. All is done in a new folder of the cache, which gets its name when it is
//! whole; the sources are gone by then, except what modules are built with.

use std::fs;
use std::io::Write as _;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::NamedTempFile;

use super::{IMAGE, RustRoot, SmallKernel, Toolchain, name, options};
use crate::cache::Cache;
use crate::error::VmError;
use crate::headers::buildable;
use crate::interruption::Interruption;
use crate::make;
use crate::process::{output, shown, streamed, tail};
use crate::rooted::{Access, Bound, KERNEL, Root};

const DPKG_REMEDY: &str = "the version of the sources is read from Debian's dpkg";
const TAR_REMEDY: &str = "install tar and xz-utils";
/// Where a root is mounted while it builds.
const MOUNTED: &str = "mounted";
/// Where the options are put for make.
const ASKED: &str = "small.config";
/// Parts of the sources that an x86 kernel is built without, and that take 700 MB.
const LEFT_OUT: [&str; 3] =
    ["*/Documentation/*/*", "*/drivers/gpu/drm/amd/include", "*/tools/testing/*/*"];
/// The image, and what modules are built with, as Debian's packages of headers have it.
const KEPT: [&str; 10] = [
    IMAGE,
    ".config",
    "COPYING",
    "Makefile",
    "Module.symvers",
    "arch/x86/Makefile",
    "arch/x86/include",
    "include",
    "scripts",
    "tools/objtool/objtool",
];

/// Debian's package of a kernel's sources: an archive, and the package's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    archive: PathBuf,
    version: String,
}

impl Sources {
    /// The package.
    pub const PACKAGE: &'static str = "linux-source-6.12";

    /// Those that are installed.
    ///
    /// # Errors
    /// [`VmError::NoSources`] if there are none.
    pub fn installed() -> Result<Self, VmError> {
        let archive = Path::new("/usr/src").join(format!("{}.tar.xz", Self::PACKAGE));
        if !archive.is_file() {
            return Err(VmError::NoSources { package: Self::PACKAGE.to_owned(), archive });
        }
        let mut query = Command::new("dpkg-query");
        query.args(["--show", "--showformat=${Version}", Self::PACKAGE]);
        let version = output(&mut query, DPKG_REMEDY)?.out.trim().to_owned();
        Ok(Self::at(archive, version))
    }

    /// An archive that tar can read, with one folder in it, and its version.
    pub fn at(archive: impl Into<PathBuf>, version: impl Into<String>) -> Self {
        Self { archive: archive.into(), version: version.into() }
    }

    /// The package's version.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'l> {
    /// The sources are unpacked.
    Unpacking,
    /// The configuration is made and compared with what was asked for.
    Configuring,
    /// make has done something to a file.
    Making {
        /// How many files it has done something to.
        count: usize,
        /// The file, relative to the sources.
        file: &'l str,
    },
    /// What modules need is put aside, and the rest removed.
    Keeping,
    /// All of it is removed, for it failed or was interrupted.
    Removing,
}

/// A kernel that is to be built.
#[derive(Debug, Clone)]
pub struct Building {
    /// Of what.
    pub sources: Sources,
    /// With which options, over `make allnoconfig`: [`Toolchain::options`], or others.
    pub options: String,
    /// By what.
    pub toolchain: Toolchain,
    /// How many compilers run at once.
    pub jobs: NonZero<usize>,
}

impl Building {
    /// The small kernel of these sources, with a compiler for each processor.
    pub fn of(sources: Sources, toolchain: Toolchain) -> Self {
        Self { sources, options: toolchain.options(), toolchain, jobs: make::processors() }
    }

    /// The kernel, if it was built before.
    pub fn kept(&self, cache: &Cache) -> Option<SmallKernel> {
        let folder = cache.folder().join(self.name());
        folder.is_dir().then_some(SmallKernel { folder })
    }

    /// Where all that make says is kept, whether it succeeds or fails.
    pub fn log(&self, cache: &Cache) -> PathBuf {
        cache.folder().join(format!("{}.log", self.name()))
    }

    /// Builds it. One that is there is replaced when the new one is whole; a build that fails leaves
    /// its log and nothing else. It takes about 2 GB while it lasts.
    ///
    /// # Errors
    /// [`VmError::Configuration`] if the sources do not take an option, [`VmError::Build`] with the
    /// log's place, [`VmError::BuildPath`], [`VmError::Interrupted`], or what the file system says.
    pub fn build(
        &self,
        cache: &Cache,
        interruption: &Interruption,
        on_progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<SmallKernel, VmError> {
        self.built(None, cache, interruption, on_progress)
    }

    /// The same with the toolchain of a root, which is kept with the kernel: its modules need it, too.
    ///
    /// # Errors
    /// Those of [`Building::build`].
    pub fn build_in(
        &self,
        root: RustRoot,
        cache: &Cache,
        interruption: &Interruption,
        on_progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<SmallKernel, VmError> {
        self.built(Some(root), cache, interruption, on_progress)
    }

    fn built(
        &self,
        root: Option<RustRoot>,
        cache: &Cache,
        interruption: &Interruption,
        on_progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<SmallKernel, VmError> {
        buildable(cache.folder().to_owned())?;
        let folder = cache.anew(&self.name(), |new| {
            let log = NamedTempFile::new_in(cache.folder());
            let log = log.map_err(VmError::file("write in", cache.folder()))?;
            let kept_log = self.log(cache);
            let place = root.as_ref().map(RustRoot::root);
            let mut run =
                Run { building: self, root: place, interruption, on_progress, log, kept_log };
            let made = run.make(new);
            if made.is_err() {
                (run.on_progress)(Progress::Removing);
            }
            run.keep_log()?;
            made?;
            root.map_or(Ok(()), |root| root.keep(new))
        })?;
        Ok(SmallKernel { folder })
    }

    fn name(&self) -> String {
        name(&self.sources.version, &self.options, self.toolchain)
    }
}

/// A build that is going on.
struct Run<'b> {
    building: &'b Building,
    root: Option<Root>,
    interruption: &'b Interruption,
    on_progress: &'b mut dyn FnMut(Progress<'_>),
    log: NamedTempFile,
    kept_log: PathBuf,
}

impl Run<'_> {
    /// Fills a folder with the image and what modules are built with.
    fn make(&mut self, new: &Path) -> Result<(), VmError> {
        let (tree, mounted) = (new.join("sources"), new.join(MOUNTED));
        fs::create_dir(&mounted).map_err(VmError::file("make", &mounted))?;
        self.unpack(&tree)?;
        self.configure(&tree)?;
        let mut compile = self.command(&tree);
        compile.args(["bzImage", "modules"]);
        self.run(compile, make::REMEDY)?;
        (self.on_progress)(Progress::Keeping);
        let with_rust = self.root.is_some().then_some("rust");
        fs::remove_dir(&mounted).map_err(VmError::file("remove", &mounted))?;
        keep(&tree, new, KEPT.into_iter().chain(with_rust))
    }

    fn unpack(&mut self, tree: &Path) -> Result<(), VmError> {
        (self.on_progress)(Progress::Unpacking);
        fs::create_dir(tree).map_err(VmError::file("make", tree))?;
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--strip-components=1", "--no-same-owner", "--file"]);
        tar.arg(&self.building.sources.archive).arg("--directory").arg(tree);
        tar.args(["--anchored", "--wildcards", "--no-wildcards-match-slash"]);
        tar.args(LEFT_OUT.map(|pattern| format!("--exclude={pattern}")));
        self.run(tar, TAR_REMEDY)
    }

    /// Makes the configuration, and compares it with what was asked for: kconfig drops without a word
    /// what it does not take.
    fn configure(&mut self, tree: &Path) -> Result<(), VmError> {
        (self.on_progress)(Progress::Configuring);
        let asked = tree.join(ASKED);
        fs::write(&asked, &self.building.options).map_err(VmError::file("write", &asked))?;
        let mut configure = self.command(tree);
        // Relative to the sources, wherever they are for make.
        configure.args(["allnoconfig", &format!("KCONFIG_ALLCONFIG={ASKED}")]);
        self.run(configure, make::REMEDY)?;
        let got = tree.join(".config");
        let got = fs::read_to_string(&got).map_err(VmError::file("read", &got))?;
        let options = options::dropped(&self.building.options, &got);
        if options.is_empty() { Ok(()) } else { Err(VmError::Configuration { options }) }
    }

    /// A make whose kernel tells nobody who built it, and where.
    fn command(&self, tree: &Path) -> Command {
        let mut make = match &self.root {
            None => make::command(tree, self.building.jobs),
            Some(root) => {
                let place = Bound { folder: tree, place: KERNEL, access: Access::Write };
                let mut make = root.command(&tree.with_file_name(MOUNTED), &[place], "make");
                make.args(["-C", KERNEL]).arg(format!("-j{}", self.building.jobs));
                make
            }
        };
        make.args(self.building.toolchain.argument());
        make.env_remove("KCONFIG_CONFIG").env_remove("LOCALVERSION");
        make.args(["KBUILD_BUILD_USER=ioctlkit", "KBUILD_BUILD_HOST=localhost"]);
        make
    }

    fn run(&mut self, command: Command, remedy: &str) -> Result<(), VmError> {
        let typed = shown(&command);
        let (mut count, mut said, mut written) = (0, Vec::new(), Ok(()));
        writeln!(self.log, "$ {typed}").map_err(VmError::file("write", self.log.path()))?;
        let status = streamed(command, remedy, self.interruption, &mut |line| {
            if let Some(file) = done_to(line) {
                count += 1;
                (self.on_progress)(Progress::Making { count, file });
            }
            if written.is_ok() {
                written = writeln!(self.log, "{line}");
            }
            said.push(line.to_owned());
        })?;
        written.map_err(VmError::file("write", self.log.path()))?;
        if status.success() {
            return Ok(());
        }
        let (output, log) = (tail(&said.join("\n")), self.kept_log.clone());
        Err(VmError::Build { command: typed, status, output, log })
    }

    fn keep_log(self) -> Result<(), VmError> {
        let path = self.kept_log;
        self.log.persist(&path).map_err(|error| VmError::file("write", &path)(error.error))?;
        Ok(())
    }
}

/// The file of a line in which make says what it does: `  CC      kernel/fork.o`.
fn done_to(line: &str) -> Option<&str> {
    let (what, file) = line.strip_prefix("  ")?.split_once(' ')?;
    let is_tool = !what.is_empty() && what.chars().all(|c| c.is_ascii_uppercase() || c == '-');
    Some(file.trim()).filter(|file| is_tool && !file.is_empty())
}

/// Moves what is kept out of the sources, and removes them.
fn keep(tree: &Path, new: &Path, kept: impl Iterator<Item = &'static str>) -> Result<(), VmError> {
    for path in kept {
        let (from, to) = (tree.join(path), new.join(path));
        let folder = to.parent().unwrap_or(new);
        fs::create_dir_all(folder).map_err(VmError::file("make", folder))?;
        fs::rename(&from, &to).map_err(VmError::file("move", &from))?;
    }
    fs::remove_dir_all(tree).map_err(VmError::file("remove", tree))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_which_make_names_a_file_are_progress_and_no_others() {
        assert_eq!(done_to("  CC      kernel/fork.o"), Some("kernel/fork.o"));
        assert_eq!(done_to("  HOSTCC  scripts/kconfig/conf.o"), Some("scripts/kconfig/conf.o"));
        for line in ["kernel/fork.c:1:2: error: no", "Kernel: arch/x86/boot/bzImage is ready  (#1)"]
        {
            assert_eq!(done_to(line), None, "{line}");
        }
        assert_eq!(done_to("make[1]: Entering directory"), None);
        assert_eq!(done_to("  int x;"), None);
    }
}
