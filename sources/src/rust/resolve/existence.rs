//! On which ABIs the files that were asked for exist, as far as a crate's root tells: bindings have a file
//! for each architecture, and nobody who asks for one wants to wait for the others.

use std::path::{Path, PathBuf};

use ioctlkit_abi::AbiSet;

use super::crates::Root;
use super::files::{Files, folder_of, module_file};
use crate::rust::syntax::condition::Condition;
use crate::rust::syntax::item::{Item, Kind, Module};

/// The ABIs of `within` on which any of these files may exist.
pub(crate) fn of_files(
    asked_for: &[PathBuf],
    roots: &[Root],
    files: &Files,
    within: AbiSet,
) -> AbiSet {
    let mut all = AbiSet::EMPTY;
    for file in asked_for {
        let around: Vec<&Root> =
            roots.iter().filter(|root| file.starts_with(folder_of(&root.file))).collect();
        if around.is_empty() {
            return within;
        }
        for root in around {
            all = all.union(of_file(file, &root.file, files, within));
        }
        if all == within {
            return within;
        }
    }
    // What exists nowhere is read by itself.
    if all.is_empty() { within } else { all }
}

/// Whether modules under such conditions may exist on any of these ABIs.
pub(crate) fn may_hold(conditions: &[Condition], abis: AbiSet) -> bool {
    !holding(conditions, abis).is_empty()
}

fn holding(conditions: &[Condition], within: AbiSet) -> AbiSet {
    let may_hold = |abi| conditions.iter().all(|condition| condition.may_hold(abi));
    within.iter().filter(|id| may_hold(id.abi())).collect()
}

/// The ABIs on which the modules of the root that lead to a file may exist; all where none does.
fn of_file(file: &Path, root: &Path, files: &Files, within: AbiSet) -> AbiSet {
    let Ok(parsed) = files.get(root) else { return within };
    if file == root {
        return within;
    }
    let mut all = AbiSet::EMPTY;
    for item in &parsed.items {
        if let Kind::Module(module) = &item.kind
            && leads_to(item, module, root, file)
        {
            all = all.union(holding(&item.conditions, within));
        }
    }
    if all.is_empty() { within } else { all }
}

/// Whether a module of the root is that file, or may lead to it.
fn leads_to(item: &Item, module: &Module, root: &Path, file: &Path) -> bool {
    let folder = folder_of(root);
    if module.items.is_some() {
        return file.starts_with(folder.join(&item.name));
    }
    let found = module_file(item, module, root, &folder, false, |_| true);
    let has_own_folder = |of: &Path| of != folder;
    found.is_some_and(|(path, of)| path == file || has_own_folder(&of) && file.starts_with(of))
}
