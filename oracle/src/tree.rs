//! The installed kernel headers as every machine has them.

use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

/// The folders of linux-libc-dev that are the same for every architecture.
const FOLDERS: [&str; 9] =
    ["asm-generic", "drm", "linux", "misc", "mtd", "rdma", "scsi", "sound", "video"];

/// Makes `folder` a tree of the installed headers without any architecture's `asm/`. Which of those
/// are there depends on what else is installed (`linux-libc-dev-arm64-cross`, gcc-multilib), and so
/// does what the linter says; of headers in this folder it says the same everywhere.
///
/// # Errors
/// If the links cannot be made.
pub fn without_architectures(folder: &Path) -> io::Result<()> {
    let installed = Path::new("/usr/include");
    for name in FOLDERS.iter().filter(|name| installed.join(name).is_dir()) {
        symlink(installed.join(name), folder.join(name))?;
    }
    Ok(())
}
