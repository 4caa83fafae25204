//! iocuddle: methods of a group, whose argument may be told by the constant's own type.

use ioctlkit_abi::Direction::{self, None, Read, ReadWrite, Write};

use super::{Carries, Crate, Holder, Kind, Maker, Packing, Takes};

/// From `lib.rs` of iocuddle 0.1 to 0.4: generic on every architecture before 0.2, masking before 0.4.
pub(super) static CRATE: Crate = Crate {
    name: "iocuddle",
    makers: &[
        method("Group::none", None, Carries::Nothing),
        method("Group::read", Read, Carries::Type),
        method("Group::write", Write, Carries::Type),
        method("Group::write_read", ReadWrite, Carries::Type),
        method("Group::read_write", ReadWrite, Carries::Type),
        Maker {
            path: "Ioctl::classic",
            kind: Kind::Function,
            takes: &[Takes::Number],
            direction: Option::None,
            carries: Carries::Nothing,
        },
    ],
    types: &["Read", "Write", "WriteRead", "Ptr", "PtrMut"],
    patterns: &[],
    holder: Some(Holder { name: "Ioctl", argument: 1, is_address: true }),
    packing: |version| {
        let is_before = |bound: &[u64]| version.is_some_and(|version| version < bound);
        if is_before(&[0, 2]) {
            Packing::GenericMasked
        } else if is_before(&[0, 4]) {
            Packing::Masked
        } else {
            Packing::Checked
        }
    },
    packer: "iocuddle::Group",
    direction_word: Direction::name,
};

const fn method(path: &'static str, direction: Direction, carries: Carries) -> Maker {
    let takes = &[Takes::Nr];
    Maker { path, kind: Kind::Method, takes, direction: Some(direction), carries }
}
