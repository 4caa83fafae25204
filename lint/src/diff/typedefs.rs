//! Typedefs that stand for another type than they did.

use std::collections::HashMap;

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Layouts, Span, Type, Typedef, TypedefId};

use super::members::{Retyped, retyped};
use super::{Versions, pairing};
use crate::against::trust::Trust;
use crate::on_abis::OnAbis;

/// A typedef of another type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedefChange {
    /// Its name.
    pub name: String,
    /// The name in the new version's definition.
    pub span: Span,
    /// The name in the old version's definition, in the sources of that version.
    pub old_span: Span,
    /// The type as it was spelled.
    pub old: String,
    /// The type as it is spelled.
    pub new: String,
    /// How they differ; nothing where they have another size.
    pub how: Option<Retyped>,
    /// The ABIs on which they do.
    pub abis: AbiSet,
    /// The ABIs that have both.
    pub within: AbiSet,
}

/// Compares the typedefs of two versions, but for those of structures, which are compared by themselves.
pub(super) fn changes<'a>(
    versions: &'a Versions,
    old: &Layouts<'a>,
    new: &Layouts<'a>,
) -> Vec<TypedefChange> {
    let mut known: HashMap<(&str, &str), TypedefId> = HashMap::new();
    let mut anywhere: HashMap<&str, TypedefId> = HashMap::new();
    for (id, found) in all(&versions.new_version().typedefs) {
        known.entry((versions.new_path(found.span.file), &found.name)).or_insert(id);
        anywhere.entry(&found.name).or_insert(id);
    }
    let asked_for = pairing::asked_for(versions.old());
    let (was, is) =
        (Trust::of_architectures(versions.old()), Trust::of_architectures(versions.new_version()));
    let among = versions.old().abis.intersection(versions.new_version().abis);
    let mut changes = Vec::new();
    for (id, ours) in all(&versions.old().typedefs) {
        if !asked_for.contains(&ours.span.file) {
            continue;
        }
        let path = versions.old_path(ours.span.file);
        let here = known.get(&(path, ours.name.as_str()));
        let Some(other) = here.or_else(|| anywhere.get(ours.name.as_str())) else { continue };
        let theirs = versions.new_version().typedef(*other);
        let files = was.of_file(ours.span.file).intersection(is.of_file(theirs.span.file));
        let both = ours.variants.abis().intersection(theirs.variants.abis());
        let within = among.intersection(files).intersection(both);
        let mut differences = OnAbis::new();
        for abi in within {
            differences.add(abi, difference((id, old), (*other, new), abi));
        }
        for (abis, (how, was_type, is_type)) in differences.into_each() {
            changes.push(TypedefChange {
                name: ours.name.clone(),
                span: theirs.span,
                old_span: ours.span,
                old: was_type,
                new: is_type,
                how,
                abis,
                within,
            });
        }
    }
    changes
}

fn all(typedefs: &[Typedef]) -> impl Iterator<Item = (TypedefId, &Typedef)> {
    (0..typedefs.len() as u32).map(TypedefId).zip(typedefs)
}

fn difference(
    (ours, old): (TypedefId, &Layouts<'_>),
    (theirs, new): (TypedefId, &Layouts<'_>),
    abi: AbiId,
) -> Option<(Option<Retyped>, String, String)> {
    let (was, is) = (Type::Typedef(ours), Type::Typedef(theirs));
    let resolved = [old.interface().resolved(&was, abi)?, new.interface().resolved(&is, abi)?];
    if resolved.iter().all(|ty| matches!(ty, Type::Record(_))) {
        return None;
    }
    let spelled = |layouts: &Layouts<'_>, id: TypedefId| {
        let interface = layouts.interface();
        Some(interface.type_name(&interface.typedef(id).variants.get(abi)?.ty))
    };
    let (old_size, new_size) = (old.type_size(&was, abi).ok()?, new.type_size(&is, abi).ok()?);
    let how = if old_size.size == new_size.size {
        Some(retyped(old, &was, new, &is, abi)?)
    } else {
        None
    };
    Some((how, spelled(old, ours)?, spelled(new, theirs)?))
}
