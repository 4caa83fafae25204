//! A kernel of Debian's with all the modules of its package: what Debian's users boot, where the kernel
//! for virtual machines lacks a driver.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::apt::Archive;
use crate::cache::Cache;
use crate::debian::{names, numbers, unpack_of};
use crate::elf::ModuleInfo;
use crate::error::VmError;
use crate::kernel::Kernel;
use crate::process::finished;

const IMAGE: &str = "linux-image-";
const FLAVOUR: &str = "-amd64";
const XZ_REMEDY: &str = "install Debian's package xz-utils";

/// A kernel and its modules.
#[derive(Debug, Clone)]
pub struct PackagedKernel {
    kernel: Kernel,
    /// `lib/modules/RELEASE`
    modules: PathBuf,
    release: String,
}

impl PackagedKernel {
    /// The newest of a series (`6.12`), or of all where the series is empty, for 64-bit PCs: the one in the
    /// cache, or else what the archive has, which is downloaded and unpacked into the cache (120 MB).
    ///
    /// # Errors
    /// [`VmError::NoKernel`] if there is none, or what keeps it from being downloaded.
    pub fn newest(series: &str, archive: &Archive, cache: &Cache) -> Result<Self, VmError> {
        let prefix = format!("{IMAGE}{series}");
        let known: Vec<String> = archive.installable(&[prefix])?.into_iter().collect();
        let release = newest(&known, series)
            .ok_or_else(|| VmError::NoKernel { series: series.to_owned() })?;
        Self::of(&release, archive, cache)
    }

    /// The newest of a series in the cache.
    ///
    /// # Errors
    /// [`VmError::File`] or [`VmError::Package`], where what is in the cache is not whole.
    pub fn kept(series: &str, cache: &Cache) -> Result<Option<Self>, VmError> {
        let kept: Vec<String> = names(cache.folder())
            .iter()
            .filter_map(|name| Some(format!("{IMAGE}{}", name.strip_prefix(KEPT)?)))
            .collect();
        let release = newest(&kept, series);
        release.map(|release| Self::at(&cache.folder().join(kept_name(&release)))).transpose()
    }

    fn of(release: &str, archive: &Archive, cache: &Cache) -> Result<Self, VmError> {
        let package = format!("{IMAGE}{release}");
        let folder = cache.once(&kept_name(release), |new| {
            // Linux 7's package of an image is empty: the kernel, its modules, and what they are called are
            // packages that it depends on.
            let parts = archive.dependencies(&package)?.into_iter();
            let parts = parts.filter(|name| name.starts_with("linux-") && name.ends_with(release));
            for package in std::iter::once(package.clone()).chain(parts) {
                unpack_of(archive, &package, &[], new, cache)?;
            }
            Ok(())
        })?;
        Self::at(&folder)
    }

    /// The kernel below a folder into which its packages were unpacked.
    ///
    /// # Errors
    /// [`VmError::Package`] where a part is missing, [`VmError::File`] or [`VmError::Kind`].
    pub fn at(folder: &Path) -> Result<Self, VmError> {
        let places = ["lib/modules", "usr/lib/modules"].map(|place| folder.join(place));
        let releases = places.iter().flat_map(|place| {
            names(place).into_iter().map(move |release| (place.join(&release), release))
        });
        let mut releases = releases.filter(|(modules, _)| modules.join("kernel").is_dir());
        let missing = |file: &str| VmError::Package {
            package: folder.display().to_string(),
            file: file.to_owned(),
        };
        let (modules, release) = releases.next().ok_or_else(|| missing("lib/modules"))?;
        let images = [folder.join(format!("boot/vmlinuz-{release}")), modules.join("vmlinuz")];
        let image = images.into_iter().find(|image| image.is_file());
        let kernel = Kernel::at(image.ok_or_else(|| missing("vmlinuz"))?)?;
        Ok(Self { kernel, modules, release })
    }

    /// The kernel's image.
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// Such as `6.12.117+deb12-amd64`.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The folder of its modules: `lib/modules/RELEASE` below the one that its package was unpacked into.
    pub fn modules_folder(&self) -> &Path {
        &self.modules
    }

    /// Whether it has a module of that name, in a file or built in.
    ///
    /// # Errors
    /// What keeps the folder of modules from being read.
    pub fn has_module(&self, name: &str) -> Result<bool, VmError> {
        let name = name.replace('-', "_");
        Ok(self.files()?.contains_key(&name) || self.builtin()?.contains(&name))
    }

    /// The files of the modules of those names, and of all that they depend on, in the order in which they
    /// have to be loaded. Compressed ones are unpacked into a folder. Those that are built into the kernel
    /// need no file.
    ///
    /// # Errors
    /// [`VmError::NoModule`] for a name that this kernel does not have; what keeps a file from being
    /// read.
    pub fn modules(&self, wanted: &[String], into: &Path) -> Result<Vec<PathBuf>, VmError> {
        let mut loading = Loading {
            files: self.files()?,
            builtin: self.builtin()?,
            release: &self.release,
            into,
            begun: Vec::new(),
            ordered: Vec::new(),
        };
        wanted.iter().try_for_each(|name| loading.add(name))?;
        Ok(loading.ordered)
    }

    /// The modules in files, by name.
    fn files(&self) -> Result<BTreeMap<String, PathBuf>, VmError> {
        let mut files = BTreeMap::new();
        collect(&self.modules.join("kernel"), &mut files)?;
        Ok(files)
    }

    /// The modules that are built into the kernel.
    fn builtin(&self) -> Result<Vec<String>, VmError> {
        let path = self.modules.join("modules.builtin");
        let text = fs::read_to_string(&path).map_err(VmError::file("read", &path))?;
        Ok(text.lines().filter_map(|line| module_name(Path::new(line))).collect())
    }
}

/// What folders of the cache with such a kernel are called, before its release.
const KEPT: &str = "linux-with-modules-";

fn kept_name(release: &str) -> String {
    format!("{KEPT}{release}")
}

/// The newest release of a series among names of packages. `6.12.117+deb12-amd64` is one;
/// `6.12.117+deb12-rt-amd64` and `6.12.117+deb12-cloud-amd64` are other flavours.
fn newest(packages: &[String], series: &str) -> Option<String> {
    let releases = packages.iter().filter_map(|name| {
        let release = name.strip_prefix(IMAGE)?;
        let version = release.strip_suffix(FLAVOUR)?;
        let behind = version.strip_prefix(series)?;
        let is_in_series = series.is_empty() || behind.starts_with('.');
        let is_version = version.starts_with(|c: char| c.is_ascii_digit())
            && version.contains('.')
            && !version.ends_with("-rt")
            && !version.ends_with("-cloud");
        // The package that depends on the newest of a series is no release.
        let is_release = numbers(version).len() >= 3;
        (is_in_series && is_version && is_release).then(|| release.to_owned())
    });
    releases.max_by_key(|release| numbers(release))
}

/// Modules that are being put into an order.
struct Loading<'a> {
    /// All that the kernel has, by name.
    files: BTreeMap<String, PathBuf>,
    builtin: Vec<String>,
    release: &'a str,
    into: &'a Path,
    begun: Vec<String>,
    ordered: Vec<PathBuf>,
}

impl Loading<'_> {
    /// Appends a module behind those that it depends on. Kernels have no circles there, but a damaged
    /// file may.
    fn add(&mut self, name: &str) -> Result<(), VmError> {
        let name = name.replace('-', "_");
        if self.begun.contains(&name) || self.builtin.contains(&name) {
            return Ok(());
        }
        let Some(file) = self.files.get(&name) else {
            return Err(VmError::NoModule { module: name, release: self.release.to_owned() });
        };
        let file = unpacked(file, &name, self.into)?;
        self.begun.push(name);
        for needed in ModuleInfo::read(&file)?.depends {
            self.add(&needed)?;
        }
        self.ordered.push(file);
        Ok(())
    }
}

/// The file itself, or its unpacked copy.
fn unpacked(file: &Path, name: &str, into: &Path) -> Result<PathBuf, VmError> {
    if file.extension().is_some_and(|extension| extension == "ko") {
        return Ok(file.to_owned());
    }
    let path = into.join(format!("{name}.ko"));
    let copy = fs::File::create(&path).map_err(VmError::file("write", &path))?;
    let mut xz = Command::new("sh");
    xz.args(["-c", "exec xz --decompress --stdout -- \"$1\" >\"$2\"", "sh"]).arg(file).arg(&path);
    xz.stdin(Stdio::null());
    drop(copy);
    finished(&mut xz, XZ_REMEDY, &crate::interruption::Interruption::none())?;
    Ok(path)
}

/// The modules below a folder.
fn collect(folder: &Path, into: &mut BTreeMap<String, PathBuf>) -> Result<(), VmError> {
    let entries = fs::read_dir(folder).map_err(VmError::file("read", folder))?;
    for entry in entries {
        let entry = entry.map_err(VmError::file("read", folder))?;
        let path = entry.path();
        // Links may lead anywhere, and a package of modules has none.
        let kind = entry.file_type().map_err(VmError::file("read", &path))?;
        if kind.is_dir() {
            collect(&path, into)?;
        } else if let Some(name) = module_name(&path) {
            into.insert(name, path);
        }
    }
    Ok(())
}

/// The name under which the kernel knows the module in a file.
fn module_name(path: &Path) -> Option<String> {
    let file = path.file_name()?.to_str()?;
    let name = file.strip_suffix(".ko").or_else(|| file.strip_suffix(".ko.xz"))?;
    Some(name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_newest_kernel_for_pcs_is_chosen_among_flavours_and_metapackages() {
        let known = packages(&[
            "linux-image-6.12.99+deb12-amd64",
            "linux-image-6.12.117+deb12-amd64",
            "linux-image-6.12.117+deb12-cloud-amd64",
            "linux-image-6.12.118+deb12-rt-amd64",
            "linux-image-6.12.118+deb12-amd64-unsigned",
            "linux-image-6.12.118+deb12-amd64-dbg",
            "linux-image-6.12-amd64",
            "linux-image-amd64",
            "linux-image-6.1.0-58-amd64",
        ]);
        assert_eq!(newest(&known, "6.12").as_deref(), Some("6.12.117+deb12-amd64"));
        assert_eq!(newest(&known, "6.1").as_deref(), Some("6.1.0-58-amd64"));
        assert_eq!(newest(&known, "").as_deref(), Some("6.12.117+deb12-amd64"));
        assert_eq!(newest(&known, "5.10"), None);
    }

    #[test]
    fn a_module_is_known_by_its_name_however_its_file_is_packed() {
        let name = |path: &str| module_name(Path::new(path));
        assert_eq!(name("kernel/a/snd-timer.ko.xz").as_deref(), Some("snd_timer"));
        assert_eq!(name("kernel/fs/btrfs.ko").as_deref(), Some("btrfs"));
        assert_eq!(name("kernel/fs/modules.dep"), None);
    }

    /// An object file with what a module says of itself, from the compiler.
    fn module(path: &Path, name: &str, depends: &str) {
        let source = path.with_extension("c");
        let text = format!(
            "__attribute__((section(\".modinfo\"))) const char information[] =\n\
             \"name={name}\\0depends={depends}\\0vermagic=6.12.1 SMP\";\n"
        );
        fs::write(&source, text).unwrap();
        let gcc = Command::new("gcc").arg("-c").arg(&source).arg("-o").arg(path).output().unwrap();
        assert!(gcc.status.success(), "{}", String::from_utf8_lossy(&gcc.stderr));
    }

    /// A kernel in a folder: `tool` needs `lib_a`, which needs `lib-b`, which needs `tool` again.
    fn kernel(folder: &Path) -> PackagedKernel {
        let modules = folder.join("lib/modules/6.12.1");
        fs::create_dir_all(modules.join("kernel/deep")).unwrap();
        fs::write(modules.join("modules.builtin"), "kernel/fs/built-in.ko\n").unwrap();
        module(&modules.join("kernel/tool.ko"), "tool", "lib_a,lib_b");
        module(&modules.join("kernel/deep/lib_a.ko"), "lib_a", "lib_b");
        module(&modules.join("kernel/lib-b.ko"), "lib_b", "tool");
        let xz = Command::new("xz").arg(modules.join("kernel/lib-b.ko")).status().unwrap();
        assert!(xz.success());
        let mut image = vec![0; 0x400];
        image[0x202..0x206].copy_from_slice(b"HdrS");
        fs::write(modules.join("vmlinuz"), image).unwrap();
        PackagedKernel::at(folder).unwrap()
    }

    #[test]
    fn modules_come_behind_those_that_they_need_each_once_and_circles_end() {
        let folder = tempfile::tempdir().unwrap();
        let kernel = kernel(folder.path());
        let names = |wanted: &[&str]| -> Vec<String> {
            let files = kernel.modules(&packages(wanted), folder.path()).unwrap();
            files.iter().filter_map(|file| module_name(file)).collect()
        };
        assert_eq!(names(&["tool", "lib-a", "built_in"]), ["lib_b", "lib_a", "tool"]);
        assert_eq!(names(&[]), [""; 0]);
        assert!(kernel.has_module("lib-b").unwrap() && kernel.has_module("built-in").unwrap());
        assert!(!kernel.has_module("lib-c").unwrap());
        let error = kernel.modules(&packages(&["lib-c"]), folder.path()).unwrap_err();
        let said = "the kernel 6.12.1 has no module lib_c: its configuration leaves it out";
        assert_eq!(error.to_string(), said);
    }

    #[test]
    fn a_folder_without_a_kernel_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = PackagedKernel::at(folder.path()).unwrap_err();
        assert!(error.to_string().contains("holds no lib/modules"), "{error}");
    }
}
