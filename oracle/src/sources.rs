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
    let entries = fs::read_dir(&new).map_err(run)?.flatten().map(|entry| entry.path());
    let archive = entries.into_iter().find(|path| path.to_string_lossy().contains(".orig.tar."));
    let archive = archive.ok_or_else(|| {
        KernelError::Failed("apt-get source", "valgrind's sources did not come".into())
    })?;
    let archive = archive.display().to_string();
    let wanted = format!("*/{FILE}");
    let arguments =
        ["--extract", "--strip-components=3", "--file", &archive, "--wildcards", &wanted];
    output("tar", &arguments, &new)?;
    fs::create_dir_all(&kept).map_err(run)?;
    fs::rename(new.join("syswrap-linux.c"), &file).map_err(run)?;
    fs::remove_dir_all(&new).map_err(run)?;
    Ok(file)
}
