//! Differences in words.

use ioctlkit_model::Command;

use super::members::{Fault, Freed, Retyped};
use crate::against::Extent;
use crate::words::count;

/// One difference, as part of a sentence: "`flags` moved from byte 4 to byte 8".
pub(super) fn fault(fault: &Fault, prefix: &str) -> String {
    let name = |name: &str| format!("`{prefix}{name}`");
    match fault {
        Fault::Size { old, new } if new > old => {
            format!("it grew from {old} to {}", count(*new, "byte"))
        }
        Fault::Size { old, new } => format!("it shrank from {old} to {}", count(*new, "byte")),
        Fault::Moved { member, old, new, .. } => {
            let who = name(&member.name);
            match (old.offset_bits == new.offset_bits, old.size_bits == new.size_bits) {
                (false, true) => {
                    format!("{who} moved from {} to {}", offset(*old), offset(*new))
                }
                (true, _) => format!("{who} had {} and has {}", width(*old), width(*new)),
                _ => format!("{who} was at {old} and is at {new}"),
            }
        }
        Fault::Retyped { member, old, new, how: Retyped::Sign, .. } => {
            format!("{} was `{old}` and is `{new}`", name(&member.name))
        }
        Fault::Retyped { member, old, new, how, .. } => {
            format!("{} was `{old}` and is `{new}`{}", name(&member.name), because(*how))
        }
        Fault::Removed { old_member, old, freed } => {
            let who = name(&old_member.name);
            match freed {
                // Nobody but the author knows whether it means what the old one did.
                Freed::Renamed(now) => {
                    format!("{who} is gone, and {} has its place and type", name(&now.name))
                }
                Freed::Reserved => format!("{who} is gone, and its bytes are reserved"),
                Freed::Shared => format!("{who} is no longer one of the members of its union"),
                Freed::Lost => format!("{who}, which was at {old}, is gone"),
            }
        }
        Fault::InPadding { member, new } => {
            format!("{} is new, at {new}, where there was padding,", name(&member.name))
        }
        Fault::InReserved { member, old_member, new } => {
            let was = match old_member.name.as_str() {
                super::members::UNNAMED => "an unnamed bit-field".to_owned(),
                named => name(named),
            };
            format!("{} is new, at {new}, in {was},", name(&member.name))
        }
        Fault::AtEnd { member, new } => format!("{} is new, at {new}", name(&member.name)),
        Fault::MadeFlexible { member, bound, .. } => {
            format!("{}, which was an array of {bound}, is a flexible array", name(&member.name))
        }
    }
}

/// What a change of a type means for the bytes, where the types alone do not say it.
pub(super) fn because(how: Retyped) -> &'static str {
    match how {
        Retyped::Order => ", with the bytes in the other order",
        Retyped::OrderStated => ", which may say what the order of the bytes always was,",
        Retyped::Layout => ", with other members or in other places,",
        Retyped::Sign | Retyped::Kind | Retyped::Name => "",
    }
}

fn offset(extent: Extent) -> String {
    let bits = extent.offset_bits;
    if bits.is_multiple_of(8) { format!("byte {}", bits / 8) } else { format!("bit {bits}") }
}

fn width(extent: Extent) -> String {
    let bits = extent.size_bits;
    if bits.is_multiple_of(8) { count(bits / 8, "byte") } else { count(bits, "bit") }
}

/// "`A`", "`A` and `B`", "`A` and 3 more".
pub(super) fn commands(commands: &[&Command]) -> Option<String> {
    let (first, others) = commands.split_first()?;
    let others: Vec<String> = others.iter().map(|command| format!("`{}`", command.name)).collect();
    Some(crate::words::and_more(&format!("`{}`", first.name), &others))
}
