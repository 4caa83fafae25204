//! What is only there while a run lasts. A signal that ends the run takes it away first, with the
//! programs that were started.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, Once, PoisonError};

use ioctlkit_sources::programs;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use tempfile::TempDir;

/// The paths that are taken away.
static PATHS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Makes a file that grows too large (`ulimit -f`) an error, which is reported and cleaned up after, instead
/// of the end of the process.
pub fn survive_file_size_limit() {
    // Without it, such a file ends the process, as it always did.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// A path that a signal takes away. The file or folder itself is somebody else's to remove.
#[derive(Debug)]
pub(crate) struct Removed(PathBuf);

impl Removed {
    /// From now on.
    pub(crate) fn on_signal(path: &Path) -> Self {
        static LISTENING: Once = Once::new();
        LISTENING.call_once(listen);
        PATHS.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Removed {
    fn drop(&mut self) {
        PATHS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// A folder that is gone when this is.
#[derive(Debug)]
pub struct TemporaryFolder {
    // In this order: the folder goes first.
    folder: TempDir,
    _removed: Removed,
}

impl TemporaryFolder {
    /// An empty one, which nobody else may look into.
    ///
    /// # Errors
    /// Why none can be made.
    pub fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("ioctl-lint-").tempdir()?;
        let removed = Removed::on_signal(folder.path());
        Ok(Self { folder, _removed: removed })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Has a thread wait for signals. Where there is none, a signal ends the process and leaves its files.
fn listen() {
    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
    let _ = std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            // Held to the end: whoever meets the end of a program meanwhile waits at its files, and says
            // and does nothing more.
            let paths = PATHS.lock().unwrap_or_else(PoisonError::into_inner);
            programs::end_all();
            paths.iter().for_each(|path| remove(path));
            let _ = emulate_default_handler(signal);
        }
    });
}

/// Removes a file or a folder. Somebody may still be writing into it, for a moment.
fn remove(path: &Path) {
    const TRIES: usize = 1000;
    for _ in 0..TRIES {
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        if removed.is_ok() || fs::symlink_metadata(path).is_err() {
            return;
        }
    }
}
