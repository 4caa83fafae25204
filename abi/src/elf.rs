//! By what an ELF file says for which ABI it was compiled.

use crate::{ABIS, Abi, ByteOrder};

/// What the header of an ELF file holds that belongs to an ABI. Class and byte order are those of
/// the row: its pointers' width and its byte order.
///
/// The machines' numbers are those of the gABI's registry (`elf.h`), the flags those of the psABI
/// documents of arm and mips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elf {
    /// Values of `e_machine`.
    pub machines: &'static [u16],
    /// What `e_flags` has to say, where two ABIs share a machine.
    flags: Flags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flags {
    Whatever,
    /// One of these bits is set.
    AnyOf(u32),
    /// None of these bits is set.
    NoneOf(u32),
}

impl Elf {
    pub(crate) const fn machine(machines: &'static [u16]) -> Self {
        Self { machines, flags: Flags::Whatever }
    }

    pub(crate) const fn with_any_flag(self, mask: u32) -> Self {
        Self { machines: self.machines, flags: Flags::AnyOf(mask) }
    }

    pub(crate) const fn without_flags(self, mask: u32) -> Self {
        Self { machines: self.machines, flags: Flags::NoneOf(mask) }
    }

    fn is(self, header: ElfHeader) -> bool {
        self.machines.contains(&header.machine)
            && match self.flags {
                Flags::Whatever => true,
                Flags::AnyOf(mask) => header.flags & mask != 0,
                Flags::NoneOf(mask) => header.flags & mask == 0,
            }
    }
}

/// What of an ELF header tells the ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElfHeader {
    /// The size of an address, in bytes: 4 in the class `ELFCLASS32`, 8 in `ELFCLASS64`.
    pub address_size: u8,
    /// The byte order.
    pub byte_order: ByteOrder,
    /// `e_machine`.
    pub machine: u16,
    /// `e_flags`.
    pub flags: u32,
}

impl Abi {
    /// The ABI that an ELF file is for; `None` where no row describes it.
    pub fn by_elf(header: ElfHeader) -> Option<&'static Self> {
        ABIS.iter().find(|abi| {
            abi.pointer_size == header.address_size
                && abi.byte_order == header.byte_order
                && abi.elf.is(header)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(
        address_size: u8,
        byte_order: ByteOrder,
        machine: u16,
        flags: u32,
    ) -> Option<&'static str> {
        Abi::by_elf(ElfHeader { address_size, byte_order, machine, flags }).map(|abi| abi.name)
    }

    #[test]
    fn abis_that_share_a_machine_are_told_apart() {
        use ByteOrder::{Big, Little};
        assert_eq!(name(8, Little, 62, 0), Some("x86_64"));
        assert_eq!(name(4, Little, 62, 0), Some("x32"));
        assert_eq!(name(4, Little, 40, 0x0500_0200), Some("arm"));
        assert_eq!(name(4, Little, 40, 0), Some("arm_oabi"));
        assert_eq!(name(4, Big, 8, 0x20), Some("mips_n32"));
        assert_eq!(name(4, Little, 8, 0x1000), Some("mipsel_o32"));
        assert_eq!(name(8, Big, 21, 0), Some("powerpc64"));
        assert_eq!(name(8, Little, 21, 2), Some("powerpc64le"));
    }

    #[test]
    fn a_machine_without_a_row_has_no_abi() {
        assert_eq!(name(8, ByteOrder::Big, 183, 0), None, "big-endian aarch64");
        assert_eq!(name(8, ByteOrder::Little, 247, 0), None, "BPF");
    }

    #[test]
    fn every_row_is_found_by_its_own_header() {
        for abi in &ABIS {
            let header = |flags| ElfHeader {
                address_size: abi.pointer_size,
                byte_order: abi.byte_order,
                machine: abi.elf.machines[0],
                flags,
            };
            let found = [0, 0x20, 0x0500_0000].map(|flags| Abi::by_elf(header(flags)));
            assert!(found.contains(&Some(abi)), "{}", abi.name);
        }
    }
}
