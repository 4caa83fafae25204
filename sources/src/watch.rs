//! What is being read right now, for whoever wants to know: where reading ends the process, that is
//! what ended it.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Hears of the beginning and the end of each piece of work.
pub(crate) trait Watcher: Send + Sync {
    /// These files are read from now on.
    fn begins(&self, work: u64, files: Vec<PathBuf>);
    /// They were.
    fn ends(&self, work: u64);
}

/// One for the whole process, as a logger is.
static WATCHER: OnceLock<Box<dyn Watcher>> = OnceLock::new();

/// Sets who is told, once and for all.
#[cfg(feature = "worker")]
pub(crate) fn set(watcher: Box<dyn Watcher>) {
    // A second one would be told nothing, and there is none.
    let _ = WATCHER.set(watcher);
}

/// Does work on some files, which are only worked out where somebody wants to know.
pub(crate) fn during<T>(files: impl FnOnce() -> Vec<PathBuf>, work: impl FnOnce() -> T) -> T {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let Some(watcher) = WATCHER.get() else { return work() };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    watcher.begins(number, files());
    let done = work();
    watcher.ends(number);
    done
}
