//! The four ways in which Linux packs direction, size, type and nr into a command number.

use core::fmt;

/// What the caller's argument is for, seen from user space: `_IOR` is a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// `_IO`: no argument, or one that the number does not describe.
    None,
    /// `_IOR`: the kernel writes the argument, user space reads it.
    Read,
    /// `_IOW`: user space writes the argument, the kernel reads it.
    Write,
    /// `_IOWR`: both.
    ReadWrite,
}

impl Direction {
    /// The word that reports and `dump` use: `none`, `read`, `write` or `read_write`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
            Self::ReadWrite => "read_write",
        }
    }

    /// The macro of `asm-generic/ioctl.h` that encodes this direction.
    pub const fn macro_name(self) -> &'static str {
        match self {
            Self::None => "_IO",
            Self::Read => "_IOR",
            Self::Write => "_IOW",
            Self::ReadWrite => "_IOWR",
        }
    }

    /// Whether the kernel writes the argument.
    pub const fn kernel_writes(self) -> bool {
        matches!(self, Self::Read | Self::ReadWrite)
    }

    /// Whether the kernel reads the argument.
    pub const fn kernel_reads(self) -> bool {
        matches!(self, Self::Write | Self::ReadWrite)
    }
}

/// How an architecture lays out the 32 bits of a command number. nr is always bits 0 to 7, the
/// type bits 8 to 15, and the size begins at bit 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// `asm-generic/ioctl.h`: 14 bits of size, direction none 0, write 1, read 2 at bit 30.
    Generic,
    /// alpha, mips and powerpc: 13 bits of size, direction none 1, read 2, write 4 at bit 29.
    ThirteenBits,
    /// sparc: as [`Encoding::ThirteenBits`], but a command with an argument may use a 14th size
    /// bit, the one that says "none" where there is no argument (`_IOC_XSIZEMASK`).
    Sparc,
    /// parisc: as [`Encoding::Generic`], with read 1 and write 2 (as HP-UX has them).
    Parisc,
}

/// A command number taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decoded {
    /// The direction, or `None` where the bits are no direction of this encoding.
    pub direction: Option<Direction>,
    /// The type letter.
    pub type_letter: u8,
    /// The number within the type.
    pub nr: u8,
    /// The argument's size, in bytes.
    pub size: u16,
}

/// Why a command has no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EncodeError {
    /// The argument is larger than the size field holds; the largest size is given, in bytes.
    SizeOverflow {
        /// The largest size that the encoding can hold, in bytes.
        max: u16,
    },
    /// A command without an argument was given a size.
    NoneWithSize,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SizeOverflow { max } => {
                write!(f, "the argument is larger than the {max} bytes that the number can hold")
            }
            Self::NoneWithSize => f.write_str("a command without an argument has a size"),
        }
    }
}

impl core::error::Error for EncodeError {}

impl Encoding {
    /// Every encoding, once.
    pub const ALL: [Self; 4] = [Self::Generic, Self::ThirteenBits, Self::Sparc, Self::Parisc];

    /// Width of the size field as the header declares it (`_IOC_SIZEBITS`), in bits.
    pub const fn size_bits(self) -> u8 {
        match self {
            Self::Generic | Self::Parisc => 14,
            Self::ThirteenBits | Self::Sparc => 13,
        }
    }

    /// The largest argument that a number can describe, in bytes.
    pub const fn max_size(self) -> u16 {
        match self {
            Self::Generic | Self::Parisc | Self::Sparc => 16383,
            Self::ThirteenBits => 8191,
        }
    }

    const fn direction_shift(self) -> u32 {
        16 + self.size_bits() as u32
    }

    const fn direction_bits(self, direction: Direction) -> u32 {
        let (none, read, write) = match self {
            Self::Generic => (0, 2, 1),
            Self::ThirteenBits | Self::Sparc => (1, 2, 4),
            Self::Parisc => (0, 1, 2),
        };
        match direction {
            Direction::None => none,
            Direction::Read => read,
            Direction::Write => write,
            Direction::ReadWrite => read | write,
        }
    }

    /// The command number.
    ///
    /// # Errors
    /// [`EncodeError::SizeOverflow`] if `size`, in bytes, does not fit, and
    /// [`EncodeError::NoneWithSize`] for a size without a direction. A number is never masked.
    pub const fn encode(
        self,
        direction: Direction,
        type_letter: u8,
        nr: u8,
        size: u64,
    ) -> Result<u32, EncodeError> {
        if matches!(direction, Direction::None) && size != 0 {
            return Err(EncodeError::NoneWithSize);
        }
        if size > self.max_size() as u64 {
            return Err(EncodeError::SizeOverflow { max: self.max_size() });
        }
        Ok(self.encode_as_c(direction, type_letter as u32, nr as u32, size))
    }

    /// The number that the C macros yield, which check nothing: what overflows is or-ed into the
    /// neighbouring field, and bits past the 32nd are lost, as the system call loses them.
    pub const fn encode_as_c(
        self,
        direction: Direction,
        type_letter: u32,
        nr: u32,
        size: u64,
    ) -> u32 {
        (self.direction_bits(direction) << self.direction_shift())
            | (type_letter << 8)
            | nr
            | ((size << 16) as u32)
    }

    /// The number where each part is cut to its field, as crates do that mask: 14 bits of size, and 13
    /// where the direction has three bits. `size` is in bytes.
    pub const fn encode_masked(
        self,
        direction: Direction,
        type_letter: u8,
        nr: u8,
        size: u64,
    ) -> u32 {
        let size = size & ((1 << self.size_bits()) - 1);
        self.encode_as_c(direction, type_letter as u32, nr as u32, size)
    }

    /// Takes a number apart, as the `_IOC_DIR`, `_IOC_TYPE`, `_IOC_NR` and `_IOC_SIZE` macros of
    /// the architectures with this encoding do.
    pub const fn decode(self, number: u32) -> Decoded {
        let bits = number >> self.direction_shift();
        let mut size = (number >> 16) & ((1 << self.size_bits()) - 1);
        let mut direction_bits = bits;
        if matches!(self, Self::Sparc) {
            // With an argument, the bit that means "none" belongs to the size.
            if bits & 6 == 0 {
                size = 0;
            } else {
                direction_bits = bits & 6;
                size = (number >> 16) & 0x3fff;
            }
        }
        let mut direction = None;
        let all = [Direction::None, Direction::Read, Direction::Write, Direction::ReadWrite];
        let mut i = 0;
        while i < all.len() {
            if self.direction_bits(all[i]) == direction_bits {
                direction = Some(all[i]);
            }
            i += 1;
        }
        Decoded { direction, type_letter: (number >> 8) as u8, nr: number as u8, size: size as u16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Numbers as each architecture's own headers give them: KVM_RUN and KVM_GET_REGS-like sizes
    // were computed with Debian's gcc over arch/*/include/uapi/asm/ioctl.h of Linux 6.12.
    #[test]
    fn known_numbers_of_each_encoding() {
        let kvm_create_vm = |e: Encoding| e.encode(Direction::None, 0xae, 1, 0);
        assert_eq!(kvm_create_vm(Encoding::Generic), Ok(0xae01));
        assert_eq!(kvm_create_vm(Encoding::ThirteenBits), Ok(0x2000_ae01));
        assert_eq!(kvm_create_vm(Encoding::Sparc), Ok(0x2000_ae01));
        assert_eq!(kvm_create_vm(Encoding::Parisc), Ok(0xae01));
        // LOOP_CONFIGURE-like: FS_IOC_FIEMAP is _IOWR('f', 11, 32 bytes).
        let fiemap = |e: Encoding| e.encode(Direction::ReadWrite, b'f', 11, 32);
        assert_eq!(fiemap(Encoding::Generic), Ok(0xc020_660b));
        assert_eq!(fiemap(Encoding::ThirteenBits), Ok(0xc020_660b));
        assert_eq!(fiemap(Encoding::Parisc), Ok(0xc020_660b));
        // TUNGETFEATURES is _IOR('T', 207, unsigned int).
        let tun = |e: Encoding| e.encode(Direction::Read, b'T', 207, 4);
        assert_eq!(tun(Encoding::Generic), Ok(0x8004_54cf));
        assert_eq!(tun(Encoding::ThirteenBits), Ok(0x4004_54cf));
        assert_eq!(tun(Encoding::Sparc), Ok(0x4004_54cf));
        assert_eq!(tun(Encoding::Parisc), Ok(0x4004_54cf));
    }

    #[test]
    fn every_encodable_command_decodes_to_itself() {
        for encoding in Encoding::ALL {
            for direction in
                [Direction::None, Direction::Read, Direction::Write, Direction::ReadWrite]
            {
                let top = if direction == Direction::None { 0 } else { encoding.max_size() };
                for size in [0, 1, 4, 4096, 8191, 8192, 16383] {
                    let size = size.min(top);
                    let number = encoding.encode(direction, b'K', 0xfe, u64::from(size)).unwrap();
                    let decoded = encoding.decode(number);
                    assert_eq!(
                        decoded,
                        Decoded { direction: Some(direction), type_letter: b'K', nr: 0xfe, size },
                        "{encoding:?} {number:#x}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_size_past_the_field_is_refused_and_never_masked() {
        assert_eq!(
            Encoding::ThirteenBits.encode(Direction::Read, b'x', 0, 8192),
            Err(EncodeError::SizeOverflow { max: 8191 })
        );
        assert_eq!(
            Encoding::Generic.encode(Direction::Read, b'x', 0, 16384),
            Err(EncodeError::SizeOverflow { max: 16383 })
        );
        assert!(Encoding::Sparc.encode(Direction::Read, b'x', 0, 16383).is_ok());
        assert_eq!(
            Encoding::Generic.encode(Direction::None, b'x', 0, 4),
            Err(EncodeError::NoneWithSize)
        );
    }
}
