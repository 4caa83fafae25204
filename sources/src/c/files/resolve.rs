//! The file that an include means.

use std::path::{Path, PathBuf};

use ioctlkit_abi::AbiId;

use super::loader::Loader;
use crate::c::discover::Tree;
use crate::c::driver::overlay;
use crate::c::look;

impl Loader<'_> {
    /// The file that an include means, as the compiler will find it.
    pub(super) fn resolve(
        &mut self,
        name: &str,
        quoted: bool,
        from: &Path,
        abi: AbiId,
    ) -> Option<PathBuf> {
        if let Some(behind) = self.around.tree.behind_own_asm(from) {
            return Some(behind);
        }
        if quoted && Path::new(name).is_absolute() {
            return Some(PathBuf::from(name));
        }
        if quoted {
            let sibling = from.parent()?.join(name);
            if look::is_there(&sibling) {
                return Some(sibling);
            }
        }
        let arch = name.starts_with("asm/").then_some(abi.abi().kernel_arch);
        let key = (name.to_owned(), arch);
        if let Some(known) = self.resolved.get(&key) {
            return known.clone();
        }
        let found = self.search(name, abi);
        self.resolved.insert(key, found.clone());
        found
    }

    fn search(&self, name: &str, abi: AbiId) -> Option<PathBuf> {
        let folders = search_folders(self.around.tree, &self.around.given.folders, abi);
        for folder in folders {
            if name.starts_with("asm/") && self.around.tree.has_asm_of_another(&folder, abi.abi()) {
                continue;
            }
            let path = folder.join(name);
            let found = if folder == Path::new(overlay::ASM) {
                overlay::ASM_HEADERS.iter().any(|(known, _)| *known == name)
                    || (name.starts_with("asm/") && self.generic_of(name).is_some())
                    || is_generated(name)
            } else if folder.starts_with(overlay::OWN_ASM) {
                name.starts_with("asm/") && self.around.tree.behind_own_asm(&path).is_some()
            } else if folder == Path::new(overlay::LIBC) {
                overlay::LIBC_HEADERS.iter().any(|(known, _)| *known == name)
            } else {
                look::is_there(&path)
            };
            if found {
                return Some(path);
            }
        }
        None
    }

    fn generic_of(&self, name: &str) -> Option<PathBuf> {
        let generic = self.around.tree.generic()?.join(name.strip_prefix("asm/")?);
        look::is_file(&generic).then_some(generic)
    }
}

/// Tables of system calls, which a kernel's build generates and no argument needs.
fn is_generated(name: &str) -> bool {
    name.starts_with("asm/unistd_") || name.starts_with("asm/unistd-")
}

/// The text of a stand-in.
pub(super) fn virtual_text(path: &Path) -> Option<String> {
    if let Ok(name) = path.strip_prefix(overlay::LIBC) {
        let name = name.to_str()?;
        return text_of(overlay::LIBC_HEADERS, name);
    }
    let name = path.strip_prefix(overlay::ASM).ok()?.to_str()?;
    if is_generated(name) {
        return Some("\n".into());
    }
    text_of(overlay::ASM_HEADERS, name).or_else(|| {
        let generic = name.strip_prefix("asm/")?;
        Some(format!("#include <asm-generic/{generic}>\n"))
    })
}

fn text_of(headers: &[(&str, &str)], name: &str) -> Option<String> {
    headers.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
}

/// The folders that the compiler searches, in order.
pub(crate) fn search_folders(tree: &Tree, include_folders: &[PathBuf], abi: AbiId) -> Vec<PathBuf> {
    let mut folders = include_folders.to_vec();
    folders.push(PathBuf::from(overlay::LIBC));
    folders.extend(tree.include_folders(abi.abi()));
    folders
}
