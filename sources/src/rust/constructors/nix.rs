//! nix: macros that define a function each, and macros that yield a number.

use ioctlkit_abi::Direction::{self, None, Read, ReadWrite, Write};

use super::Takes::{Letter, Name, Nr, Number, Size, Type};
use super::{Carries, Crate, Kind, Maker, Packing};

/// From `sys/ioctl/mod.rs` and `sys/ioctl/linux.rs` of nix 0.31, which masks.
pub(super) static CRATE: Crate = Crate {
    name: "nix",
    makers: &[
        definer("ioctl_none", &[Name, Letter, Nr], None, Carries::Nothing),
        definer("ioctl_read", &[Name, Letter, Nr, Type], Read, Carries::Type),
        definer("ioctl_write_ptr", &[Name, Letter, Nr, Type], Write, Carries::Type),
        definer("ioctl_write_int", &[Name, Letter, Nr], Write, Carries::Int),
        definer("ioctl_readwrite", &[Name, Letter, Nr, Type], ReadWrite, Carries::Type),
        definer("ioctl_read_buf", &[Name, Letter, Nr, Type], Read, OF_DATA),
        definer("ioctl_write_buf", &[Name, Letter, Nr, Type], Write, OF_DATA),
        definer("ioctl_readwrite_buf", &[Name, Letter, Nr, Type], ReadWrite, OF_DATA),
        plain("ioctl_none_bad", &[Name, Number]),
        plain("ioctl_read_bad", &[Name, Number, Type]),
        plain("ioctl_write_ptr_bad", &[Name, Number, Type]),
        plain("ioctl_write_int_bad", &[Name, Number]),
        plain("ioctl_readwrite_bad", &[Name, Number, Type]),
        code("request_code_none", &[Letter, Nr], None, Carries::Nothing),
        code("request_code_read", &[Letter, Nr, Size], Read, Carries::Size),
        code("request_code_write", &[Letter, Nr, Size], Write, Carries::Size),
        code("request_code_write_int", &[Letter, Nr], Write, Carries::Int),
        code("request_code_readwrite", &[Letter, Nr, Size], ReadWrite, Carries::Size),
    ],
    types: &[],
    patterns: &[],
    holder: Option::None,
    packing: |_| Packing::Masked,
    packer: "nix::ioc",
    direction_word: |direction| match direction {
        None => "ioctl_none!",
        Read => "ioctl_read!",
        Write => "ioctl_write_ptr!",
        ReadWrite => "ioctl_readwrite!",
    },
};

const OF_DATA: Carries = Carries::AnyLength("data");

const fn definer(
    path: &'static str,
    takes: &'static [super::Takes],
    direction: Direction,
    carries: Carries,
) -> Maker {
    Maker { path, kind: Kind::Definer, takes, direction: Some(direction), carries }
}

/// One that is given the whole number.
const fn plain(path: &'static str, takes: &'static [super::Takes]) -> Maker {
    let direction = Option::None;
    Maker { path, kind: Kind::Definer, takes, direction, carries: Carries::Nothing }
}

const fn code(
    path: &'static str,
    takes: &'static [super::Takes],
    direction: Direction,
    carries: Carries,
) -> Maker {
    Maker { path, kind: Kind::Macro, takes, direction: Some(direction), carries }
}
