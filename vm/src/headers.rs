//! A kernel's headers, and modules built against them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cache::Cache;
use crate::confinement::Trust;
use crate::debian::{Release, unpack};
use crate::error::VmError;
use crate::interruption::Interruption;
use crate::make::Build;
use crate::products::{self, Products};
use crate::rooted::{MODULE, Root};

/// The option of a kernel that clang compiled (`init/Kconfig`).
const BY_CLANG: &str = "CONFIG_CC_IS_CLANG";

/// A folder against which modules are built, as `/lib/modules/RELEASE/build` is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    folder: PathBuf,
}

/// What a build gave.
#[derive(Debug)]
pub struct Built {
    /// The modules, in the order of the makefile.
    pub modules: Products,
    /// What make and the compiler printed, warnings among it.
    pub output: String,
}

impl Headers {
    /// A folder with a kernel's headers or build tree.
    ///
    /// # Errors
    /// [`VmError::Kind`] if it is no such folder, [`VmError::BuildPath`] if its path holds a space
    /// or a colon.
    pub fn at(folder: impl Into<PathBuf>) -> Result<Self, VmError> {
        let folder = folder.into();
        // A kernel that was built outside of its sources has a link to them.
        let has = |file: &&str| {
            [folder.join(file), folder.join("source").join(file)].iter().any(|p| p.exists())
        };
        let missing = ["Makefile", "include/config/auto.conf", "scripts/Makefile.build"]
            .into_iter()
            .find(|file| !has(file));
        if let Some(file) = missing {
            let reason = format!("it has no {file}");
            return Err(VmError::Kind { path: folder, expected: "a kernel's headers", reason });
        }
        Ok(Self { folder: buildable(folder)? })
    }

    /// The headers of one of Debian's kernels: the installed ones, or else those of the packages,
    /// which are downloaded and unpacked into the cache unless an earlier call did.
    ///
    /// # Errors
    /// [`VmError`], if that is not possible.
    pub fn of(release: &Release, cache: &Cache) -> Result<Self, VmError> {
        let installed = Path::new("/usr/src").join(format!("linux-headers-{release}"));
        Self::at(installed).or_else(|_| Self::unpacked(release, cache))
    }

    /// The same, whether the packages are installed or not.
    ///
    /// # Errors
    /// [`VmError`], if that is not possible.
    pub fn unpacked(release: &Release, cache: &Cache) -> Result<Self, VmError> {
        let package = format!("linux-headers-{release}");
        let below_root = Path::new("usr/src").join(&package);
        buildable(cache.folder().to_owned())?;
        let root = cache.once(&package, |new| {
            unpack(&package, &[], new, cache)?;
            complete(&package, &new.join(&below_root), new, cache)
        })?;
        Self::at(root.join(below_root))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the kernel was configured so that `option`, such as `CONFIG_KUNIT`, is `y`.
    pub fn has(&self, option: &str) -> bool {
        let configuration = fs::read_to_string(self.folder.join("include/config/auto.conf"));
        let line = format!("{option}=y");
        configuration.is_ok_and(|text| text.lines().any(|found| found == line))
    }

    /// The compiler that the kernel was built by, and its modules have to be: `clang`, or what Debian's
    /// kernels name in their headers, such as `gcc-12`; `None` for a folder that names none, where the
    /// kernel's makefile takes `gcc`.
    pub fn compiler(&self) -> Option<String> {
        if self.has(BY_CLANG) {
            return Some("clang".to_owned());
        }
        let variables = fs::read_to_string(self.folder.join(".kernelvariables")).ok()?;
        let line = variables.lines().find(|line| line.starts_with("CC = "))?;
        let name = line.rsplit([' ', ')']).next()?;
        name.starts_with("gcc").then(|| name.to_owned())
    }

    /// Builds the modules of a folder of one's own with a `Kbuild` or `Makefile`, in place.
    ///
    /// # Errors
    /// Those of [`Headers::build`].
    pub fn build_module(&self, folder: &Path) -> Result<Vec<PathBuf>, VmError> {
        let built = self.build(folder, &[], Trust::Trusted, &Interruption::none())?;
        Ok(built.modules.files)
    }

    /// The same with more arguments for make, such as `W=1` or `C=2`. A confined build writes
    /// nowhere but in the folder, and its modules are copied away from there.
    ///
    /// # Errors
    /// [`VmError::Failed`] with what the compiler said, [`VmError::Missing`] without make,
    /// [`VmError::BuildPath`] if the path of the folder holds a space or a colon,
    /// [`VmError::NoConfinement`], [`VmError::Interrupted`], [`VmError::File`] or [`VmError::Kind`]
    /// where a module is none.
    pub fn build(
        &self,
        folder: &Path,
        arguments: &[&str],
        trust: Trust,
        interruption: &Interruption,
    ) -> Result<Built, VmError> {
        let folder = folder.canonicalize().map_err(VmError::file("find", folder))?;
        let folder = buildable(folder)?;
        let root = Root::of(&self.folder);
        let module = match &root {
            Some(_) => format!("M={MODULE}"),
            None => format!("M={}", folder.display()),
        };
        let toolchain = self.has(BY_CLANG).then_some("LLVM=1");
        let arguments = toolchain.iter().chain(arguments).map(|&argument| argument.to_owned());
        let build = Build {
            folder: &self.folder,
            arguments: [module, "modules".to_owned()].into_iter().chain(arguments).collect(),
            headers: Some(&self.folder),
            sources: &folder,
            root,
            trust,
        };
        let is_in_root = build.root.is_some();
        // The compiler names files at their place in the root; the caller knows them by the module's folder.
        let said = |text: &str| {
            let place = is_in_root.then(|| format!("{MODULE}/"));
            place.map_or(text.to_owned(), |place| {
                text.replace(&place, &format!("{}/", folder.display()))
            })
        };
        let products = build.run(|| products::modules(&folder), interruption);
        let (printed, modules) = products.map_err(|error| match error {
            VmError::Failed { command, status, output } => {
                VmError::Failed { command, status, output: said(&output) }
            }
            other => other,
        })?;
        Ok(Built { modules, output: said(&format!("{}{}", printed.out, printed.err)) })
    }
}

/// Adds the two packages that the headers' own files name, and makes the one absolute path among
/// them relative: Debian's makefile includes `/usr/src/linux-headers-VERSION-common/Makefile`.
fn complete(package: &str, folder: &Path, root: &Path, cache: &Cache) -> Result<(), VmError> {
    let lacks =
        |file: &str| VmError::Package { package: package.to_owned(), file: file.to_owned() };
    let makefile = folder.join("Makefile");
    let text = fs::read_to_string(&makefile).map_err(VmError::file("read", &makefile))?;
    let common = text
        .lines()
        .find_map(|line| line.strip_prefix("include /usr/src/")?.strip_suffix("/Makefile"))
        .ok_or_else(|| lacks("a makefile that includes the common one"))?;
    let scripts = folder.join("scripts");
    let target = fs::read_link(&scripts).map_err(VmError::file("read", &scripts))?;
    let kbuild = target
        .components()
        .filter_map(|part| part.as_os_str().to_str())
        .find(|part| part.starts_with("linux-kbuild-"))
        .ok_or_else(|| lacks("a link to the package linux-kbuild"))?;
    unpack(common, &[], root, cache)?;
    unpack(kbuild, &[], root, cache)?;
    let relative = format!("include $(dir $(lastword $(MAKEFILE_LIST)))../{common}/Makefile\n");
    fs::write(&makefile, relative).map_err(VmError::file("write", &makefile))
}

pub(crate) fn buildable(path: PathBuf) -> Result<PathBuf, VmError> {
    let is_usable = path.to_str().is_some_and(|text| !text.contains([' ', ':', '\t', '\n']));
    if is_usable { Ok(path) } else { Err(VmError::BuildPath { path }) }
}
