//! Names that would stand for two things in the generated file.

use std::collections::BTreeSet;

use super::super::plan::Interface;
use super::Number;
use super::names::type_name;
use super::records::{Constant, Record};

/// What the generated file has of its own, and what it takes from the kernel.
const TAKEN: [&str; 50] = [
    "ARRAY_BYTES_MAX",
    "HANDLES_MAX",
    "PAGE_SIZE",
    "ARef",
    "Anonymous",
    "Arc",
    "AsBytes",
    "AsRef",
    "Box",
    "CStr",
    "Clone",
    "Copy",
    "Default",
    "Drop",
    "Err",
    "Error",
    "File",
    "FileDescriptorReservation",
    "Fn",
    "ForeignOwnable",
    "From",
    "FromBytes",
    "Into",
    "KBox",
    "KVVec",
    "MiscDevice",
    "MiscDeviceOptions",
    "MiscDeviceRegistration",
    "Mutex",
    "NonNull",
    "None",
    "Objects",
    "Ok",
    "Opaque",
    "Option",
    "PhantomData",
    "Pin",
    "PinInit",
    "Slot",
    "Registration",
    "Reservation",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "Sync",
    "T",
    "UserPtr",
    "UserSlice",
];

/// A name that would be defined twice.
pub(super) fn twin(
    commands: &[Number],
    records: &[Record],
    constants: &[Constant],
    interface: &Interface,
) -> Option<String> {
    let mut names: Vec<String> = TAKEN.map(str::to_owned).to_vec();
    let driver = type_name(&interface.symbol);
    names.extend(["Zeroable".into(), format!("{driver}Ops"), format!("{driver}Handles")]);
    names.extend(constants.iter().map(Constant::name));
    for number in commands {
        names.push(number.name.clone());
        let behind = ["_LAST", "_COMPAT", "_COMPAT_LAST"];
        let is_there = [
            number.last.is_some(),
            number.compat.is_some(),
            number.last.is_some() && number.compat.is_some(),
        ];
        let made = behind.into_iter().zip(is_there).filter(|(_, is_there)| *is_there);
        names.extend(made.map(|(end, _)| format!("{}{end}", number.name)));
    }
    names.extend(records.iter().map(|record| record.name().to_owned()));
    let native = interface.translations.iter().map(|translation| type_name(&translation.native));
    names.extend(native.map(|native| format!("{native}32")));
    let objects = interface.objects.iter().map(|object| type_name(&object.name));
    let objects: Vec<String> = objects.collect();
    twice(&names).or_else(|| twice(&objects)).or_else(|| records.iter().find_map(Record::twin))
}

/// The first name that is there twice.
pub(super) fn twice(names: &[String]) -> Option<String> {
    let mut seen = BTreeSet::new();
    names.iter().find(|name| !seen.insert(name.as_str())).cloned()
}
