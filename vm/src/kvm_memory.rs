//! What an attempt with KVM came to, kept between runs: one that fails costs ten seconds.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use tempfile::NamedTempFile;

use crate::cache::Cache;

/// The longest record that is read, in bytes.
const LIMIT: u64 = 4096;

/// A file that says why KVM does not work here. It is about one boot of this machine and one file of
/// qemu: after another boot, or with another qemu, KVM is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KvmMemory {
    file: PathBuf,
}

impl KvmMemory {
    /// The file in a cache, which need not exist.
    pub fn of(cache: &Cache) -> Self {
        Self { file: cache.folder().join("kvm-does-not-work") }
    }

    /// Why KVM does not work, where that is known.
    pub(crate) fn recall(&self, qemu: &Path) -> Option<String> {
        let mut text = String::new();
        fs::File::open(&self.file).ok()?.take(LIMIT).read_to_string(&mut text).ok()?;
        let (about, why) = text.split_once('\n')?;
        (about == circumstances(qemu)?).then(|| why.trim_end().to_owned())
    }

    /// Notes why. A cache that cannot be written costs another attempt, and nothing else.
    pub(crate) fn note(&self, qemu: &Path, why: &str) {
        if let Some(about) = circumstances(qemu) {
            let _ = self.replace(&format!("{about}\n{why}\n"));
        }
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let folder = self.file.parent().ok_or(io::ErrorKind::NotFound)?;
        fs::create_dir_all(folder)?;
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(&self.file)?;
        Ok(())
    }
}

/// The boot, and the qemu; `None` where the kernel does not tell its boots apart.
fn circumstances(qemu: &Path) -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let metadata = fs::metadata(qemu).ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let (bytes, seconds) = (metadata.len(), changed.as_secs());
    Some(format!("{} {} {bytes} {seconds}", boot.trim_end(), qemu.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_remembered_for_this_boot_and_this_qemu() {
        let folder = tempfile::tempdir().unwrap();
        let memory = KvmMemory::of(&Cache::at(folder.path().join("cache")));
        let qemu = folder.path().join("qemu");
        fs::write(&qemu, "one").unwrap();
        assert_eq!(memory.recall(&qemu), None);
        memory.note(&qemu, "KVM internal error");
        assert_eq!(memory.recall(&qemu).as_deref(), Some("KVM internal error"));
        let another = folder.path().join("another");
        fs::write(&another, "one").unwrap();
        assert_eq!(memory.recall(&another), None);
        fs::write(&qemu, "a newer one").unwrap();
        assert_eq!(memory.recall(&qemu), None);
        let text = fs::read_to_string(&memory.file).unwrap();
        fs::write(&memory.file, text.replacen(|c: char| c.is_ascii_hexdigit(), "x", 1)).unwrap();
        fs::write(&qemu, "one").unwrap();
        assert_eq!(memory.recall(&qemu), None);
    }

    #[test]
    fn what_is_no_record_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let memory = KvmMemory::of(&Cache::at(folder.path()));
        for bytes in [&b""[..], b"\xff\xfe\n", b"no line", &[b'a'; 10_000]] {
            fs::write(&memory.file, bytes).unwrap();
            assert_eq!(memory.recall(Path::new("/bin/sh")), None);
        }
    }
}
