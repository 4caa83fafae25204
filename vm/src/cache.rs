//! Where kernels and headers are kept between runs.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::error::VmError;
use crate::interruption::Interruption;

/// A folder. What lies in it is whole: it is made elsewhere and then renamed, so several
/// processes may use one cache.
#[derive(Clone)]
pub struct Cache {
    folder: PathBuf,
    interruption: Interruption,
    on_download: Arc<dyn Fn(&str) + Send + Sync>,
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Cache {
    /// A folder, which need not exist.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let interruption = Interruption::none();
        Self { folder: folder.into(), interruption, on_download: Arc::new(|_| {}) }
    }

    /// The same cache, where an interruption ends the downloads into it.
    pub fn interrupted_by(self, interruption: &Interruption) -> Self {
        Self { interruption: interruption.clone(), ..self }
    }

    /// `$XDG_CACHE_HOME/ioctlkit`, or `~/.cache/ioctlkit`.
    ///
    /// # Errors
    /// [`VmError::NoCache`]
    pub fn of_user() -> Result<Self, VmError> {
        let absolute =
            |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = absolute("XDG_CACHE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
            .ok_or(VmError::NoCache)?;
        Ok(Self::at(folder.join("ioctlkit")))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The same cache, which tells the name of each package before it is downloaded.
    pub fn telling(self, on_download: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { on_download: Arc::new(on_download), ..self }
    }

    /// Tells that a package is about to be downloaded.
    pub(crate) fn downloads(&self, package: &str) {
        (self.on_download)(package);
    }

    /// What ends downloads.
    pub(crate) fn interruption(&self) -> &Interruption {
        &self.interruption
    }

    /// The folder of that name, which `make` fills if it is not there.
    pub(crate) fn once(
        &self,
        name: &str,
        make: impl FnOnce(&Path) -> Result<(), VmError>,
    ) -> Result<PathBuf, VmError> {
        let path = self.folder.join(name);
        if path.is_dir() {
            return Ok(path);
        }
        let new = self.filled(make)?;
        match fs::rename(new.path(), &path) {
            // Another process was faster; its folder holds the same.
            Err(_) if path.is_dir() => {}
            renamed => renamed.map_err(VmError::file("make", &path))?,
        }
        Ok(path)
    }

    /// The folder of that name, which `make` fills in any case. One that is there stays until the new
    /// one is whole.
    pub(crate) fn anew(
        &self,
        name: &str,
        make: impl FnOnce(&Path) -> Result<(), VmError>,
    ) -> Result<PathBuf, VmError> {
        let path = self.folder.join(name);
        let new = self.filled(make)?;
        let old = self.temporary()?;
        if path.is_dir() {
            fs::rename(&path, old.path().join(name)).map_err(VmError::file("replace", &path))?;
        }
        fs::rename(new.path(), &path).map_err(VmError::file("make", &path))?;
        Ok(path)
    }

    /// A folder that is not yet where it belongs, filled.
    fn filled(&self, make: impl FnOnce(&Path) -> Result<(), VmError>) -> Result<TempDir, VmError> {
        let new = self.temporary()?;
        make(new.path())?;
        Ok(new)
    }

    /// A folder that is gone with what is returned, unless it is kept.
    pub(crate) fn temporary(&self) -> Result<TempDir, VmError> {
        fs::create_dir_all(&self.folder).map_err(VmError::file("make", &self.folder))?;
        tempfile::Builder::new()
            .prefix(".new-")
            .tempdir_in(&self.folder)
            .map_err(VmError::file("write in", &self.folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_once_and_a_failure_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path().join("cache"));
        let failed = cache.once("kernel", |_| Err(VmError::NoCache));
        assert!(matches!(failed, Err(VmError::NoCache)));
        assert_eq!(fs::read_dir(cache.folder()).unwrap().count(), 0);
        let fill =
            |new: &Path| fs::write(new.join("file"), "x").map_err(VmError::file("write", new));
        let made = cache.once("kernel", fill).unwrap();
        assert_eq!(fs::read_to_string(made.join("file")).unwrap(), "x");
        let again = cache.once("kernel", |_| Err(VmError::NoCache)).unwrap();
        assert_eq!(again, made);
        assert_eq!(fs::read_dir(cache.folder()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_made_anew_replaces_the_old_one_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let fill = |text: &'static str| {
            move |new: &Path| fs::write(new.join(text), text).map_err(VmError::file("write", new))
        };
        let made = cache.anew("kernel", fill("old")).unwrap();
        assert!(cache.anew("kernel", |_| Err(VmError::NoCache)).is_err());
        assert!(made.join("old").is_file());
        assert_eq!(cache.anew("kernel", fill("new")).unwrap(), made);
        assert!(made.join("new").is_file() && !made.join("old").exists());
        assert_eq!(fs::read_dir(cache.folder()).unwrap().count(), 1);
    }
}
