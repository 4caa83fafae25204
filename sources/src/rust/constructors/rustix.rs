//! rustix: functions in `ioctl::opcode`, types that hold a number, and types that make a call of one.

use ioctlkit_abi::Direction::{self, None, Read, ReadWrite, Write};

use super::{Carries, Crate, Kind, Maker, Packing, Takes};

/// From `ioctl/mod.rs` and `ioctl/linux.rs` of rustix 0.38 and 1.1, which mask.
pub(super) static CRATE: Crate = Crate {
    name: "rustix",
    makers: &[
        function("ioctl::opcode::none", None, Carries::Nothing),
        function("ioctl::opcode::read", Read, Carries::Type),
        function("ioctl::opcode::write", Write, Carries::Type),
        function("ioctl::opcode::read_write", ReadWrite, Carries::Type),
        Maker {
            path: "ioctl::opcode::from_components",
            kind: Kind::Function,
            takes: &[Takes::Direction, Takes::Letter, Takes::Nr, Takes::Size],
            direction: Option::None,
            carries: Carries::Size,
        },
        opcode("ioctl::NoneOpcode", None),
        opcode("ioctl::ReadOpcode", Read),
        opcode("ioctl::WriteOpcode", Write),
        opcode("ioctl::ReadWriteOpcode", ReadWrite),
        Maker {
            path: "ioctl::BadOpcode",
            kind: Kind::Type,
            takes: &[Takes::Number],
            direction: Option::None,
            carries: Carries::Nothing,
        },
    ],
    types: &[],
    patterns: &["NoArg", "Getter", "Setter", "Updater", "IntegerSetter"],
    holder: Option::None,
    packing: |_| Packing::Masked,
    packer: "rustix::ioctl::opcode",
    direction_word: Direction::name,
};

const fn function(path: &'static str, direction: Direction, carries: Carries) -> Maker {
    let takes = &[Takes::Letter, Takes::Nr];
    Maker { path, kind: Kind::Function, takes, direction: Some(direction), carries }
}

const fn opcode(path: &'static str, direction: Direction) -> Maker {
    let takes = &[Takes::Letter, Takes::Nr, Takes::Type];
    let direction = Some(direction);
    Maker { path, kind: Kind::Type, takes, direction, carries: Carries::Type }
}
