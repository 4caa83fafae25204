//! Bootable kernels: what a compressed one holds, and for which machine a flat one is.
//!
//! x86 has a kernel behind a loader of its own (`Documentation/arch/x86/boot.rst`), EFI one behind
//! another (`drivers/firmware/efi/libstub/zboot-header.S`); both are compressed. arm64 and riscv have
//! the kernel's memory as it is (`Documentation/arch/arm64/booting.rst`,
//! `Documentation/arch/riscv/boot-image-header.rst`): no section tells where anything lies.

use ioctlkit_abi::{Abi, AbiId};

/// How much of a file tells whether it is a kernel image.
pub(super) const LONGEST_HEADER: usize = 0x206;

/// Whether a file with this beginning is a kernel image of one of these kinds.
pub(super) fn is_image(start: &[u8]) -> bool {
    is_packed(start) || Flat::of(start).is_some()
}

/// Whether the kernel in the image is compressed.
pub(super) fn is_packed(data: &[u8]) -> bool {
    is_x86(data) || is_zboot(data)
}

/// The compressed kernel of an image, if it lies within.
pub(super) fn payload(data: &[u8]) -> Option<&[u8]> {
    let (start, length) = if is_zboot(data) {
        (u32_at(data, 8)?, u32_at(data, 12)?)
    } else {
        const SECTOR: usize = 512;
        // An image says 0 where it means 4.
        let sectors = match data.get(0x1f1)? {
            0 => 4,
            sectors => usize::from(*sectors),
        };
        // From protocol 2.08 on.
        let start = u32_at(data, 0x248)?.checked_add((sectors + 1) * SECTOR)?;
        (start, u32_at(data, 0x24c)?)
    };
    data.get(start..start.checked_add(length)?)
}

fn is_x86(data: &[u8]) -> bool {
    data.get(0x202..0x206) == Some(b"HdrS")
}

fn is_zboot(data: &[u8]) -> bool {
    data.starts_with(b"MZ") && data.get(4..8) == Some(b"zimg")
}

fn u32_at(data: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(*data.get(at..)?.first_chunk()?) as usize)
}

/// The machine of a flat image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flat {
    Arm64 { big_endian: bool },
    RiscV,
}

impl Flat {
    /// What the header tells.
    pub(super) fn of(data: &[u8]) -> Option<Self> {
        match data.get(0x38..0x3c)? {
            b"ARM\x64" => Some(Self::Arm64 { big_endian: data.get(0x18)? & 1 != 0 }),
            b"RSC\x05" => Some(Self::RiscV),
            _ => None,
        }
    }

    /// The kernel's own ABI, where a `long` has so many bytes; `None` where there is none here.
    pub(super) fn abi(self, long: u64) -> Option<AbiId> {
        let name = match (self, long) {
            (Self::Arm64 { big_endian: false }, 8) => "aarch64",
            (Self::RiscV, 8) => "riscv64",
            (Self::RiscV, 4) => "riscv32",
            _ => return None,
        };
        Abi::by_name(name).map(Abi::id)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;
    use ioctlkit_abi::ByteOrder;
    use ioctlkit_model::{Interface, Problem, ProblemKind};

    use super::*;
    use crate::object::btf::tests::find::kernel;
    use crate::object::{Request, Wanted, holds_object, read};

    /// An image with these bytes at these places.
    fn image(parts: &[(usize, &[u8])]) -> Vec<u8> {
        let mut image = vec![0; 0x300];
        for (at, bytes) in parts {
            image[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        image
    }

    /// The memory of a kernel for arm64 with its types in it.
    fn arm64() -> Vec<u8> {
        let mut image = image(&[(0, b"MZ"), (0x38, b"ARM\x64")]);
        image.extend(kernel(ByteOrder::Little, 5));
        image.extend([7; 100]);
        image
    }

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn read_file(bytes: &[u8]) -> (Interface, Vec<Problem>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vmlinuz");
        std::fs::write(&path, bytes).unwrap();
        assert!(holds_object(&path));
        read(&Request { paths: vec![path], types: Wanted::All, ..Request::default() })
    }

    #[test]
    fn the_types_of_an_image_are_read_for_its_own_abi_however_it_is_packed() {
        let flat = arm64();
        let packed = gzip(&flat);
        let words = [0x300, packed.len() as u32].map(u32::to_le_bytes).concat();
        let zboot = [image(&[(0, b"MZ\0\0zimg"), (8, &words)]), packed.clone()].concat();
        for bytes in [flat, packed, zboot] {
            let (interface, problems) = read_file(&bytes);
            assert!(problems.is_empty(), "{problems:?}");
            let [object] = &interface.objects[..] else { panic!("one object") };
            assert_eq!(object.abi.abi().name, "aarch64");
            assert!(object.has_types && object.tables.is_empty());
            let tags = interface.records.iter().filter_map(|record| record.name.as_deref());
            assert_eq!(tags.collect::<Vec<_>>(), ["pair", "file_operations"]);
        }
    }

    #[test]
    fn an_image_without_types_is_told() {
        let (interface, problems) = read_file(&image(&[(0, b"MZ"), (0x38, b"ARM\x64")]));
        assert!(interface.objects.is_empty());
        let [problem] = &problems[..] else { panic!("{problems:?}") };
        assert_eq!(problem.kind, ProblemKind::Failure);
        assert!(problem.message.contains("kernel image without BTF"), "{}", problem.message);
    }

    #[test]
    fn the_machine_of_a_flat_image_is_told_by_its_header() {
        let arm64 = image(&[(0, b"MZ"), (0x38, b"ARM\x64")]);
        assert_eq!(Flat::of(&arm64), Some(Flat::Arm64 { big_endian: false }));
        let big = image(&[(0x18, b"\x0b"), (0x38, b"ARM\x64")]);
        assert_eq!(Flat::of(&big), Some(Flat::Arm64 { big_endian: true }));
        let riscv = image(&[(0, b"MZ"), (0x38, b"RSC\x05")]);
        assert_eq!(Flat::of(&riscv), Some(Flat::RiscV));
        assert_eq!(Flat::of(&image(&[])), None);
        assert!(is_image(&riscv) && !is_packed(&riscv));
    }

    #[test]
    fn the_size_of_long_completes_the_abi() {
        let name = |flat: Flat, long| flat.abi(long).map(|id| id.abi().name);
        assert_eq!(name(Flat::Arm64 { big_endian: false }, 8), Some("aarch64"));
        assert_eq!(name(Flat::RiscV, 8), Some("riscv64"));
        assert_eq!(name(Flat::RiscV, 4), Some("riscv32"));
        assert_eq!(name(Flat::RiscV, 0), None);
        assert_eq!(name(Flat::Arm64 { big_endian: true }, 8), None);
    }

    #[test]
    fn the_kernel_of_a_zboot_image_is_where_its_header_says() {
        let words = [0x200u32.to_le_bytes(), 5u32.to_le_bytes()].concat();
        let mut zboot = image(&[(0, b"MZ\0\0zimg"), (8, &words), (0x200, b"inner")]);
        assert!(is_packed(&zboot));
        assert_eq!(payload(&zboot), Some(&b"inner"[..]));
        zboot[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(payload(&zboot), None);
    }
}
