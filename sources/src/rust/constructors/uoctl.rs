//! uoctl: functions named as C's macros, whose argument may be told by the constant's own type.

use ioctlkit_abi::Direction::{self, None, Read, ReadWrite, Write};

use super::{Carries, Crate, Holder, Kind, Maker, Packing, Takes};

/// From `lib.rs` of uoctl 1.0, which refuses a size that does not fit when it is compiled.
pub(super) static CRATE: Crate = Crate {
    name: "uoctl",
    makers: &[
        function("_IO", None, Carries::Nothing),
        function("_IOR", Read, Carries::Type),
        function("_IOW", Write, Carries::Type),
        function("_IOWR", ReadWrite, Carries::Type),
        // An `int` in place of a pointer: it has a size and no direction.
        function("_IOWINT", None, Carries::Int),
        Maker {
            path: "_IOC",
            kind: Kind::Function,
            takes: &[Takes::Direction, Takes::Letter, Takes::Nr, Takes::Size],
            direction: Option::None,
            carries: Carries::Size,
        },
        Maker {
            path: "Ioctl::from_raw",
            kind: Kind::Function,
            takes: &[Takes::Number],
            direction: Option::None,
            carries: Carries::Nothing,
        },
    ],
    types: &["NoArgs"],
    patterns: &[],
    holder: Some(Holder { name: "Ioctl", argument: 0, is_address: false }),
    packing: |_| Packing::Checked,
    packer: "uoctl::_IOC",
    direction_word: Direction::macro_name,
};

const fn function(path: &'static str, direction: Direction, carries: Carries) -> Maker {
    let takes = &[Takes::Letter, Takes::Nr];
    Maker { path, kind: Kind::Function, takes, direction: Some(direction), carries }
}
