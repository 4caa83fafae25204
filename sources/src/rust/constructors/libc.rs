//! libc: functions named as C's macros.

use ioctlkit_abi::Direction::{self, None, Read, ReadWrite, Write};

use super::{Carries, Crate, Kind, Maker, Packing, Takes};

/// From `unix/linux_like/mod.rs` of libc 0.2, which shifts; a debug build panics where that overflows.
pub(super) static CRATE: Crate = Crate {
    name: "libc",
    makers: &[
        function("_IO", None, Carries::Nothing),
        function("_IOR", Read, Carries::Type),
        function("_IOW", Write, Carries::Type),
        function("_IOWR", ReadWrite, Carries::Type),
        Maker {
            path: "_IOC",
            kind: Kind::Function,
            takes: &[Takes::Direction, Takes::Letter, Takes::Nr, Takes::Size],
            direction: Option::None,
            carries: Carries::Size,
        },
    ],
    types: &[],
    patterns: &[],
    holder: Option::None,
    packing: |_| Packing::Spilling,
    packer: "libc::_IOC",
    direction_word: Direction::macro_name,
};

const fn function(path: &'static str, direction: Direction, carries: Carries) -> Maker {
    let takes = &[Takes::Letter, Takes::Nr];
    Maker { path, kind: Kind::Function, takes, direction: Some(direction), carries }
}
