//! Programs of this machine.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;

/// The first file of that name in `PATH`, and in the folders that a user's `PATH` may lack: `sbin`
/// and its like.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    let folders = env::split_paths(&path).chain(usual);
    let mut candidates = folders.map(|folder| folder.join(OsStr::new(name)));
    candidates.find(|candidate| candidate.is_file())
}
