//! vmm-sys-util: macros that define a function each, and one that yields a number.

use ioctlkit_abi::Direction::{self, None, Read, ReadWrite, Write};

use super::{Carries, Crate, Kind, Maker, Packing, Takes};

/// From `linux/ioctl.rs` of vmm-sys-util 0.15: 14 bits of size on every architecture.
pub(super) static CRATE: Crate = Crate {
    name: "vmm_sys_util",
    makers: &[
        definer("ioctl_io_nr", &[Takes::Name, Takes::Letter, Takes::Nr], None, Carries::Nothing),
        definer("ioctl_ior_nr", OF_TYPE, Read, Carries::Type),
        definer("ioctl_iow_nr", OF_TYPE, Write, Carries::Type),
        definer("ioctl_iowr_nr", OF_TYPE, ReadWrite, Carries::Type),
        Maker {
            path: "ioctl_ioc_nr",
            kind: Kind::Definer,
            takes: &[Takes::Name, Takes::Direction, Takes::Letter, Takes::Nr, Takes::Size],
            direction: Option::None,
            carries: Carries::Size,
        },
        expression(Kind::Macro),
        expression(Kind::Function),
    ],
    types: &[],
    patterns: &[],
    holder: Option::None,
    packing: |_| Packing::Generic,
    packer: "vmm_sys_util::ioctl_expr",
    direction_word: |direction| match direction {
        None => "ioctl_io_nr!",
        Read => "ioctl_ior_nr!",
        Write => "ioctl_iow_nr!",
        ReadWrite => "ioctl_iowr_nr!",
    },
};

const OF_TYPE: &[Takes] = &[Takes::Name, Takes::Letter, Takes::Nr, Takes::Type];

const fn definer(
    path: &'static str,
    takes: &'static [Takes],
    direction: Direction,
    carries: Carries,
) -> Maker {
    Maker { path, kind: Kind::Definer, takes, direction: Some(direction), carries }
}

/// A macro of old, a function of today.
const fn expression(kind: Kind) -> Maker {
    let takes = &[Takes::Direction, Takes::Letter, Takes::Nr, Takes::Size];
    Maker { path: "ioctl_expr", kind, takes, direction: Option::None, carries: Carries::Size }
}
