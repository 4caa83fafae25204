//! What the kernel's handlers do with the argument of a command, where the number does not say it.

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::kernel_copies::{self, Declared, Extent, Row, What, differs};
use serde::Serialize;

use super::groups::{OnSomeAbis, Sets, grouped};

#[derive(Serialize)]
pub(super) struct Entry {
    argument: &'static str,
    complete: bool,
    read: Option<Copied>,
    written: Option<Copied>,
    file: &'static str,
    function: &'static str,
    others: u32,
    kernel: &'static str,
}

#[derive(Serialize)]
struct Copied {
    #[serde(rename = "type")]
    ty: Option<&'static str>,
    members: Vec<&'static str>,
    by_command_size: bool,
    bytes: Vec<OnSomeAbis<Bytes>>,
}

#[derive(Serialize, PartialEq, Eq)]
struct Bytes {
    bytes: u64,
}

/// An entry for each row, if one of them differs from what the number says on some ABI. `says` is nothing on
/// an ABI without a number, and `Some(None)` for a plain number.
pub(super) fn entries(
    rows: &'static [Row<'static>],
    abis: AbiSet,
    sets: &Sets,
    says: impl Fn(AbiId) -> Option<Option<Declared>>,
) -> Vec<Entry> {
    let differs_on = |row: &Row<'_>| {
        abis.iter().any(|abi| says(abi).is_some_and(|declared| differs(row, declared, abi)))
    };
    if !rows.iter().any(differs_on) {
        return Vec::new();
    }
    rows.iter().map(|row| entry(row, abis, sets)).collect()
}

fn entry(row: &'static Row<'static>, abis: AbiSet, sets: &Sets) -> Entry {
    let copied =
        |extent: &'static Option<Extent<'static>>| extent.as_ref().map(|it| copied(it, abis, sets));
    Entry {
        argument: row.argument.name(),
        complete: row.is_complete,
        read: copied(&row.read),
        written: copied(&row.written),
        file: row.file,
        function: row.function,
        others: row.others,
        kernel: kernel_copies::kernel(),
    }
}

fn copied(extent: &'static Extent<'static>, abis: AbiSet, sets: &Sets) -> Copied {
    let (mut ty, mut members) = (None, Vec::new());
    match extent.what {
        What::Type(spelled) => ty = Some(spelled),
        What::Members(spelled) => {
            members = spelled.split(' ').map(|member| member.trim_start_matches('.')).collect();
        }
        What::Number | What::Bytes | What::Varying => {}
    }
    Copied {
        ty,
        members,
        by_command_size: extent.what == What::Number,
        bytes: grouped(abis, sets, |abi| extent.bytes(abi).map(|bytes| Bytes { bytes })),
    }
}
