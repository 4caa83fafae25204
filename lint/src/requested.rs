//! What the request of a call says that its argument is.

use ioctlkit_abi::AbiId;
use ioctlkit_model::kernel_copies::{self, Row, Use};
use ioctlkit_model::{Command, Requested};

use crate::context::Context;

/// The fewest bytes that a call has to pass the address of; `None` where that is not known, or where it passes no
/// address.
pub(crate) fn requested_size(cx: &Context<'_>, requested: &Requested, abi: AbiId) -> Option<u64> {
    match requested {
        // The numbers of some commands say more than is copied: `FS_IOC_GETFLAGS` an `int` of a `long`.
        Requested::Command(name, argument) if kernel_copies::of(name).is_empty() => {
            cx.layouts.argument_size(argument, abi).ok()
        }
        Requested::Command(name, _) => copied(name, None, abi),
        Requested::Number(name, number) => match (copied(name, *number, abi), defined(cx, name)) {
            (Some(bytes), _) => Some(bytes),
            // A macro's function yields the number of a command that is defined elsewhere in the run.
            (None, Some(command)) if kernel_copies::of(name).is_empty() => {
                cx.layouts.argument_size(&command.variants.get(abi)?.argument, abi).ok()
            }
            _ => None,
        },
    }
}

/// The only command of a name in the run.
pub(crate) fn defined<'c>(cx: &'c Context<'_>, name: &str) -> Option<&'c Command> {
    let mut known = cx.interface.commands.iter().filter(|command| command.name == name);
    known.next().filter(|_| known.next().is_none())
}

/// How many bytes the kernel copies for a command: the fewest, where several handlers have it. `None` where one
/// of them may copy nothing, or an unknown amount.
fn copied(name: &str, number: Option<u32>, abi: AbiId) -> Option<u64> {
    let is_it = |row: &&Row<'_>| number.is_none() || row.number.is_none() || row.number == number;
    let mut rows: Vec<_> = kernel_copies::of(name).iter().filter(is_it).collect();
    if rows.is_empty()
        && let Some(number) = number
    {
        rows = kernel_copies::of_number(number);
    }
    let bytes = |row: &&Row<'_>| {
        let extents = [&row.read, &row.written].into_iter().flatten();
        let most = extents.filter_map(|extent| extent.bytes(abi)).max();
        most.filter(|_| row.argument == Use::Pointer)
    };
    rows.iter().map(bytes).min().flatten()
}

/// A command's name in a sentence.
pub(crate) fn quoted(name: &str) -> String {
    if name.is_empty() { "a command".into() } else { format!("`{name}`") }
}

/// The name in the source; empty where the request is a number.
pub(crate) fn name_of(requested: &Requested) -> &str {
    match requested {
        Requested::Command(name, _) | Requested::Number(name, _) => name,
    }
}

/// The command of a finding.
pub(crate) fn command(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}
