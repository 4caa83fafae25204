//! ioctl-sys: one macro that takes a sentence, and macros that yield a number.

use ioctlkit_abi::Direction::{self, None, Read, ReadWrite, Write};

use super::{Carries, Crate, Kind, Maker, Packing, Takes};

/// From `lib.rs` and `platform/mod.rs` of ioctl-sys 0.8, which shifts.
pub(super) static CRATE: Crate = Crate {
    name: "ioctl_sys",
    makers: &[
        Maker {
            path: "ioctl",
            kind: Kind::Sentence(&[]),
            takes: &[Takes::Number],
            direction: Option::None,
            carries: Carries::Nothing,
        },
        sentence(&["read", "buf"], Read, OF_LENGTH),
        sentence(&["write", "buf"], Write, OF_LENGTH),
        sentence(&["readwrite", "buf"], ReadWrite, OF_LENGTH),
        sentence(&["read"], Read, Carries::Type),
        sentence(&["write"], Write, Carries::Type),
        sentence(&["readwrite"], ReadWrite, Carries::Type),
        sentence(&[], None, Carries::Nothing),
        code("io", None, &[Takes::Letter, Takes::Nr], Carries::Nothing),
        code("ior", Read, OF_SIZE, Carries::Size),
        code("iow", Write, OF_SIZE, Carries::Size),
        code("iorw", ReadWrite, OF_SIZE, Carries::Size),
    ],
    types: &[],
    patterns: &[],
    holder: Option::None,
    packing: |_| Packing::Spilling,
    packer: "ioctl_sys::ioctl",
    direction_word: Direction::name,
};

const OF_LENGTH: Carries = Carries::AnyLength("len");

const OF_SIZE: &[Takes] = &[Takes::Letter, Takes::Nr, Takes::Size];

const fn sentence(words: &'static [&'static str], direction: Direction, carries: Carries) -> Maker {
    let (kind, takes) = (Kind::Sentence(words), &[Takes::Letter, Takes::Nr]);
    Maker { path: "ioctl", kind, takes, direction: Some(direction), carries }
}

const fn code(
    path: &'static str,
    direction: Direction,
    takes: &'static [Takes],
    carries: Carries,
) -> Maker {
    Maker { path, kind: Kind::Macro, takes, direction: Some(direction), carries }
}
