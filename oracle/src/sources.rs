//! Sources of programs that know what ioctl commands take.

use std::fs;
use std::path::{Path, PathBuf};

use crate::apt::Apt;
use crate::distribution::output;
use crate::kernel::KernelError;

/// valgrind's `syswrap-linux.c`, which says for some 500 commands what the kernel reads and writes. Downloads
/// Debian's source package, 16 MB, and unpacks that file below `cache`, unless an earlier run did.
///
/// # Errors
/// [`KernelError`].
pub fn valgrind(cache: &Path) -> Result<PathBuf, KernelError> {
    const FILE: &str = "coregrind/m_syswrap/syswrap-linux.c";
    let run = |error| KernelError::Run("tar", error);
    let kept = std::path::absolute(cache.join("valgrind")).map_err(run)?;
    let file = kept.join("syswrap-linux.c");
    if file.exists() {
        return Ok(file);
    }
    let apt = Apt::of_sources(cache)?;
    // What is there is whole: it is made elsewhere and then renamed.
    let new = kept.with_file_name(format!("new-{}-valgrind", std::process::id()));
    fs::create_dir_all(&new).map_err(run)?;
    apt.run("apt-get", &["source", "--download-only", "valgrind"], &new)?;
    let archive = downloaded(&new, "valgrind")?;
    let wanted = format!("*/{FILE}");
    let arguments =
        ["--extract", "--strip-components=3", "--file", &archive, "--wildcards", &wanted];
    output("tar", &arguments, &new)?;
    fs::create_dir_all(&kept).map_err(run)?;
    fs::rename(new.join("syswrap-linux.c"), &file).map_err(run)?;
    fs::remove_dir_all(&new).map_err(run)?;
    Ok(file)
}

/// All of a source package of Debian 12, as its authors released it: downloaded, and unpacked below `cache`,
/// unless an earlier run did.
///
/// # Errors
/// [`KernelError`].
pub fn unpacked(cache: &Path, package: &str) -> Result<PathBuf, KernelError> {
    let run = |error| KernelError::Run("tar", error);
    let kept = std::path::absolute(cache.join("programs").join(package)).map_err(run)?;
    if kept.is_dir() {
        return Ok(kept);
    }
    let apt = Apt::of_sources(cache)?;
    // What is there is whole: it is made elsewhere and then renamed.
    let new = kept.with_file_name(format!("new-{}-{package}", std::process::id()));
    let folder = new.join("source");
    fs::create_dir_all(&folder).map_err(run)?;
    apt.run("apt-get", &["source", "--download-only", package], &new)?;
    let archive = downloaded(&new, package)?;
    let arguments = ["--extract", "--strip-components=1", "--file", &archive];
    output("tar", &arguments, &folder)?;
    fs::rename(&folder, &kept).map_err(run)?;
    fs::remove_dir_all(&new).map_err(run)?;
    Ok(kept)
}

/// The archive of a source package in a folder.
fn downloaded(folder: &Path, package: &str) -> Result<String, KernelError> {
    let run = |error| KernelError::Run("tar", error);
    let entries = fs::read_dir(folder).map_err(run)?.flatten().map(|entry| entry.path());
    let is_archive = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.contains(".orig.tar.") && !name.ends_with(".asc")
    };
    let archive = entries.into_iter().find(is_archive).ok_or_else(|| {
        KernelError::Failed("apt-get source", format!("the sources of {package} did not come"))
    })?;
    Ok(archive.display().to_string())
}
