//! What the kernel does with the argument of a command, in words, where the header does not say it.

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::kernel_copies::{self, Extent, Row, Use, What, declared, differs};
use ioctlkit_model::{Layouts, abi_words};

use crate::numbered::Numbered;

/// How many handlers a sentence lists one by one.
const SHOWN: usize = 4;

/// A sentence for each way in which the kernel's handlers take the argument of a command, without its
/// full stop; nothing where the number says it all, on each of these ABIs.
pub fn sentences(layouts: &Layouts<'_>, numbered: Numbered<'_>, abis: AbiSet) -> Vec<String> {
    let rows = rows(layouts, numbered, abis);
    let is_told = |row: &&Row<'_>| row.argument != Use::Unknown;
    let told: Vec<&Row<'_>> = rows.iter().filter(is_told).collect();
    let mut sentences: Vec<String> =
        told.iter().take(SHOWN).map(|row| sentence(row, abis)).collect();
    if told.len() > SHOWN {
        let more = told.len() - SHOWN;
        sentences.push(format!("{more} more handlers do something else again"));
    }
    sentences
}

/// The rows of a command of which one differs from the number on some ABI.
fn rows(layouts: &Layouts<'_>, numbered: Numbered<'_>, abis: AbiSet) -> &'static [Row<'static>] {
    let rows = match numbered {
        Numbered::Command(command) => kernel_copies::of_command(command),
        Numbered::Raw(raw) => kernel_copies::of_raw(raw),
        Numbered::Family(..) => &[],
    };
    let says = |abi: AbiId| match numbered {
        Numbered::Command(command) => declared(layouts, command, abi).map(Some),
        _ => Some(None),
    };
    let differs_on = |row: &Row<'_>| {
        abis.iter().any(|abi| says(abi).is_some_and(|says| differs(row, says, abi)))
    };
    if rows.iter().any(differs_on) { rows } else { &[] }
}

fn sentence(row: &Row<'_>, abis: AbiSet) -> String {
    let copy = |verb: &str, extent: &Option<Extent<'_>>| {
        extent.as_ref().map(|extent| format!("{verb} {}", amount(extent, abis)))
    };
    let mut does = match row.argument {
        Use::None => "does not look at the argument".to_owned(),
        Use::Value => "takes the argument as a plain value".to_owned(),
        Use::Pointer | Use::Unknown => {
            let both = row.read.is_some() && row.read == row.written;
            let copies = if both {
                vec![copy("reads and writes", &row.read)]
            } else {
                vec![copy("reads", &row.read), copy("writes", &row.written)]
            };
            let copies: Vec<String> = copies.into_iter().flatten().collect();
            format!("{} through the argument", copies.join(" and "))
        }
    };
    if !row.is_complete {
        does.push_str(", and perhaps more that was not followed");
    }
    let others = match row.others {
        0 => String::new(),
        1 => ", and 1 other handler".to_owned(),
        others => format!(", and {others} other handlers"),
    };
    format!("the kernel {does} ({}{others}, {})", row.file, kernel_copies::kernel())
}

/// `` `struct ifreq`, 40 bytes on every 64-bit ABI and 32 bytes on every 32-bit ABI ``.
fn amount(extent: &Extent<'_>, abis: AbiSet) -> String {
    let what = match extent.what {
        What::Type(ty) => format!("`{ty}`"),
        What::Number => return "as many bytes as the number says".to_owned(),
        What::Bytes => String::new(),
        What::Members(members) => {
            let members: Vec<String> =
                members.split(' ').map(|member| format!("`{member}`")).collect();
            return format!("members ({})", members.join(", "));
        }
        What::Varying => return "an amount that depends on the data".to_owned(),
    };
    let mut sizes: Vec<(u64, AbiSet)> = Vec::new();
    for abi in abis {
        let Some(bytes) = extent.bytes(abi) else { continue };
        match sizes.iter_mut().find(|(known, _)| *known == bytes) {
            Some((_, on)) => on.insert(abi),
            None => sizes.push((bytes, AbiSet::only(abi))),
        }
    }
    let known = sizes.iter().fold(AbiSet::EMPTY, |known, (_, on)| known.union(*on));
    let is_one = sizes.len() == 1 && known == abis;
    let spelled = sizes.iter().map(|(bytes, on)| {
        let plural = if *bytes == 1 { "" } else { "s" };
        let on = if is_one { String::new() } else { format!(" {}", abi_words::on(*on, abis)) };
        format!("{bytes} byte{plural}{on}")
    });
    let spelled: Vec<String> = spelled.collect();
    let sizes = match spelled.as_slice() {
        [] => "of a size that no header says".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    if what.is_empty() { sizes } else { format!("{what}, {sizes},") }
}
