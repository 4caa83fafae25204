//! The types of commands' arguments in two versions, where they are no structures in both.

use std::collections::HashSet;

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Command, Layouts, RecordId, Span, Type};

use super::RecordChange;
use super::members::{Retyped, retyped};
use crate::on_abis::OnAbis;

/// An argument of the same size and another type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentChange<'a> {
    /// The command, in the new version.
    pub command: &'a str,
    /// Its name in the new version's definition.
    pub span: Span,
    /// Its name in the old version, in the sources of that version.
    pub old_span: Span,
    /// The type as it was spelled.
    pub old: String,
    /// The type as it is spelled.
    pub new: String,
    /// How they differ.
    pub how: Retyped,
    /// The ABIs on which they do.
    pub abis: AbiSet,
    /// The ABIs that have both.
    pub within: AbiSet,
}

/// Compares the arguments of commands that have one number, or one name, in both versions.
pub(super) fn changes<'a>(
    pairs: &[(&'a Command, &'a Command)],
    old: &Layouts<'a>,
    new: &Layouts<'a>,
    records: &[RecordChange<'_>],
) -> Vec<ArgumentChange<'a>> {
    let changed: HashSet<(RecordId, RecordId)> =
        records.iter().map(|change| (change.old, change.new)).collect();
    let mut found = Vec::new();
    for (was, is) in pairs {
        let both = was.variants.abis().intersection(is.variants.abis());
        let within = both.intersection(old.interface().abis).intersection(new.interface().abis);
        let mut differences = OnAbis::new();
        for abi in within {
            let found = difference((was, old), (is, new), abi);
            // Its members are reported.
            let is_reported = |found: &(Retyped, String, String)| {
                let of = |layouts: &Layouts<'_>, command| {
                    let ty = layouts.interface().behind_typedefs(argument(command, abi)?)?;
                    if let Type::Record(id) = ty { Some(*id) } else { None }
                };
                let both = of(old, was).zip(of(new, is));
                matches!(found.0, Retyped::Name | Retyped::Layout)
                    && both.is_some_and(|both| changed.contains(&both))
            };
            differences.add(abi, found.filter(|found| !is_reported(found)));
        }
        for (abis, (how, was_type, is_type)) in differences.into_each() {
            found.push(ArgumentChange {
                command: &is.name,
                span: is.span,
                old_span: was.span,
                old: was_type,
                new: is_type,
                how,
                abis,
                within,
            });
        }
    }
    found
}

fn difference(
    (was, old): (&Command, &Layouts<'_>),
    (is, new): (&Command, &Layouts<'_>),
    abi: AbiId,
) -> Option<(Retyped, String, String)> {
    let (was, is) = (argument(was, abi)?, argument(is, abi)?);
    let size = |layouts: &Layouts<'_>, ty| Some(layouts.type_size(ty, abi).ok()?.size);
    // Another size is another number.
    if size(old, was)? != size(new, is)? {
        return None;
    }
    let how = retyped(old, was, new, is, abi)?;
    let (was, is) = (old.interface().type_name(was), new.interface().type_name(is));
    // What structures of two names hold is compared member by member, and a name that stands for
    // another type by what it stands for.
    (was != is || !matches!(how, Retyped::Name | Retyped::Layout)).then_some((how, was, is))
}

fn argument(command: &Command, abi: AbiId) -> Option<&Type> {
    command.variants.get(abi)?.argument.carried()
}
