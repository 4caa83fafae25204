//! The types of the kernel that a module was built for: the module's own go on where these end.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::btf::{self, Btf, BtfError};
use super::elf::{Elf, Section, is_elf};
use super::input::Input;
use super::open::{OpenError, open};

/// The running kernel's types, and its version.
const RUNNING: &str = "/sys/kernel/btf/vmlinux";
const RUNNING_VERSION: &str = "/proc/sys/kernel/osrelease";

/// Kernels whose types were looked for, each once.
pub(super) struct Bases {
    /// The file that somebody named.
    named: Option<Result<Arc<Btf>, BaseError>>,
    known: Mutex<HashMap<PathBuf, Slot>>,
}

type Slot = Arc<OnceLock<Result<Arc<Btf>, BaseError>>>;

/// Why a file that was named has no types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BaseError {
    pub(super) path: PathBuf,
    pub(super) message: String,
}

impl fmt::Display for BaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot take types of a kernel from it: {}", self.message)
    }
}

impl Bases {
    pub(super) fn new(named: Option<&Path>) -> Self {
        let named = named.map(types_in);
        Self { named, known: Mutex::default() }
    }

    /// What is wrong with the file that was named.
    pub(super) fn error(&self) -> Option<&BaseError> {
        self.named.as_ref()?.as_ref().err()
    }

    /// The types of the kernel of that version, for a module at `path`; else what is wrong with the
    /// first file that could have them, if there is one.
    pub(super) fn of_module(
        &self,
        path: &Path,
        version: &str,
    ) -> Result<Arc<Btf>, Option<BaseError>> {
        if let Some(named) = &self.named {
            return named.clone().map_err(Some);
        }
        let mut failed = None;
        for candidate in candidates(path, version) {
            let slot = {
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                known.entry(candidate.clone()).or_default().clone()
            };
            // Other kernels can be looked at meanwhile; the same one is read once.
            match slot.get_or_init(|| types_in(&candidate)) {
                Ok(types) => return Ok(types.clone()),
                Err(error) => {
                    failed.get_or_insert_with(|| error.clone());
                }
            }
        }
        Err(failed)
    }
}

fn types_in(path: &Path) -> Result<Arc<Btf>, BaseError> {
    read(path).map(Arc::new).map_err(|message| BaseError { path: path.into(), message })
}

/// Where the kernel of a module may be: beside the folder of modules as packages unpack it, at the
/// root of a kernel tree, and in the running system.
fn candidates(module: &Path, version: &str) -> Vec<PathBuf> {
    let module = std::path::absolute(module).unwrap_or_else(|_| module.into());
    let mut candidates = Vec::new();
    // A version with a separator is none, and would lead anywhere.
    if !version.is_empty() && !version.contains('/') {
        for root in roots(&module).into_iter().chain([PathBuf::from("/")]) {
            candidates.extend(
                [
                    format!("lib/modules/{version}/build/vmlinux"),
                    format!("lib/modules/{version}/vmlinux"),
                    format!("usr/lib/debug/boot/vmlinux-{version}"),
                    format!("usr/lib/debug/lib/modules/{version}/vmlinux"),
                    format!("boot/vmlinux-{version}"),
                    format!("boot/vmlinuz-{version}"),
                    format!("lib/modules/{version}/vmlinuz"),
                    format!("usr/lib/modules/{version}/vmlinuz"),
                ]
                .map(|below| root.join(below)),
            );
        }
        let running = std::fs::read_to_string(RUNNING_VERSION).unwrap_or_default();
        if running.trim() == version {
            candidates.push(RUNNING.into());
        }
    }
    candidates.extend(module.ancestors().skip(1).map(|folder| folder.join("vmlinux")));
    candidates.retain(|candidate| candidate.is_file());
    candidates.dedup();
    candidates
}

/// What is above `lib/modules` in a path, also where that is `usr/lib/modules`.
fn roots(module: &Path) -> Vec<PathBuf> {
    let folder = module.ancestors().find(|folder| folder.ends_with("lib/modules"));
    let Some(root) = folder.and_then(|folder| folder.ancestors().nth(2)) else {
        return Vec::new();
    };
    let above = root.parent().filter(|_| root.ends_with("usr"));
    std::iter::once(root).chain(above).map(Path::to_owned).collect()
}

/// The types of a kernel: in its file, or as the kernel shows them.
fn read(path: &Path) -> Result<Btf, String> {
    let input = open(path).map_err(|error: OpenError| error.to_string())?;
    if let Input::Bytes(bytes) = &input
        && !is_elf(bytes)
    {
        return match Btf::parse(bytes, None) {
            // A boot image that is the kernel's memory as it is.
            Err(BtfError::NotBtf) => {
                btf::find(bytes).ok_or_else(|| "it has no BTF of a kernel".to_owned())
            }
            read => read.map_err(|error| error.to_string()),
        };
    }
    let elf = Elf::parse(&input).map_err(|error| error.to_string())?;
    let section = elf.section(".BTF").and_then(Section::data);
    let section = section.ok_or_else(|| "it has no BTF".to_owned())?;
    Btf::parse(section, None).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::ByteOrder;

    use super::*;
    use crate::object::btf::tests::find::kernel;
    use crate::object::types::Types;

    #[test]
    fn the_kernel_is_looked_for_beside_the_folder_of_modules() {
        let of = |path: &str| roots(Path::new(path));
        let root = |path: &str| vec![PathBuf::from(path)];
        assert_eq!(of("/x/lib/modules/6.12/kernel/a.ko"), root("/x"));
        assert_eq!(of("/lib/modules/6.12/kernel/a.ko"), root("/"));
        let merged = vec![PathBuf::from("/x/usr"), PathBuf::from("/x")];
        assert_eq!(of("/x/usr/lib/modules/6.12/a.ko.xz"), merged);
        assert!(of("/home/x/driver/a.ko").is_empty());
    }

    #[test]
    fn types_come_out_of_whatever_holds_them() {
        let folder = tempfile::tempdir().unwrap();
        let types = |bytes: &[u8]| {
            let path = folder.path().join("base");
            std::fs::write(&path, bytes).unwrap();
            read(&path).map(|btf| btf.own_ids().len())
        };
        let btf = kernel(ByteOrder::Little, 5);
        assert_eq!(types(&btf), Ok(10));
        assert_eq!(types(&[&[0; 999][..], &btf, &[0; 9]].concat()), Ok(10));
        assert_eq!(types(b"text"), Err("it has no BTF of a kernel".to_owned()));
    }

    #[test]
    fn a_version_leads_nowhere_else() {
        let all = candidates(Path::new("/nowhere/a.ko"), "../../etc/passwd");
        assert!(all.is_empty(), "{all:?}");
    }
}
