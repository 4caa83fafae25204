use rustix::ioctl::{self, Direction, Getter, Opcode, opcode};

#[repr(C)]
pub struct Name {
    pub bytes: [u8; 32],
    pub length: u32,
}

pub const NONE: Opcode = opcode::none(b'V', 1);
pub const READ: Opcode = opcode::read::<Name>(b'V', 2);
pub const WRITE: Opcode = opcode::write::<u64>(b'V', 3);
pub const READ_WRITE: Opcode = opcode::read_write::<[Name; 2]>(b'V', 4);
pub const COMPONENTS: ioctl::Opcode =
    opcode::from_components(Direction::ReadWrite, b'V', 5, size_of::<Name>());
pub const IN_FULL: Opcode = rustix::ioctl::opcode::read::<u8>(0x56, 0x06);

pub type GetName = Getter<{ opcode::read::<Name>(b'V', 7) }, Name>;

pub fn named_by_its_function() -> Opcode {
    opcode::write::<Name>(b'V', 8)
}

pub fn pattern_type() -> Opcode {
    fn opcode_of<const OPCODE: Opcode>(_: Getter<OPCODE, u32>) -> Opcode {
        OPCODE
    }
    // SAFETY: it is never used for a call.
    opcode_of(unsafe { Getter::<{ opcode::read::<u32>(b'V', 9) }, u32>::new() })
}
