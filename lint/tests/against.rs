//! Rust that was written by hand, against the kernel's installed headers: what is right agrees with
//! them on every ABI, and each kind of mistake is found.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::LazyLock;

use ioctl_lint::against::{Comparison, Fault, Item, Pair, compare};
use ioctlkit_abi::AbiSet;
use ioctlkit_model::Interface;
use ioctlkit_sources::{c, rust};

/// Parts of `linux/kvm.h`, `linux/loop.h`, `linux/fiemap.h` and `linux/fs.h`, with the names, the
/// anonymous members and the reserved bytes spelled in several ways.
const RIGHT: &str = r#"
use nix::{ioctl_none, ioctl_read, ioctl_readwrite, ioctl_write_ptr};

#[repr(C)]
pub struct KvmUserspaceMemoryRegion {
    pub slot: u32,
    pub flags: u32,
    pub guest_phys_addr: u64,
    pub memory_size: u64,
    pub userspace_addr: u64,
}

#[repr(C)]
pub union LevelOrStatus {
    pub irq: u32,
    pub status: i32,
}

#[repr(C)]
pub struct kvm_irq_level {
    pub __bindgen_anon_1: LevelOrStatus,
    pub level: u32,
}

#[repr(C)]
pub struct DirtyLog {
    pub slot: u32,
    pub padding1: u32,
    pub bitmap: [u8; 8],
}

#[repr(C)]
pub struct kvm_clock_data {
    pub clock: u64,
    pub flags: u32,
    _pad: u32,
    pub realtime: u64,
    pub host_tsc: u64,
    _later: [u32; 4],
}

#[repr(C)]
pub struct fiemap_extent {
    pub fe_logical: u64,
    pub fe_physical: u64,
    pub fe_length: u64,
    pub fe_reserved64: [u64; 2],
    pub fe_flags: u32,
    pub fe_reserved: [u32; 3],
}

#[repr(C)]
pub struct fiemap {
    pub fm_start: u64,
    pub fm_length: u64,
    pub fm_flags: u32,
    pub fm_mapped_extents: u32,
    pub fm_extent_count: u32,
    pub fm_reserved: u32,
    pub fm_extents: [fiemap_extent; 0],
}

ioctl_none!(kvm_create_vm, 0xae, 0x01);
ioctl_write_ptr!(kvm_set_user_memory_region, 0xae, 0x46, KvmUserspaceMemoryRegion);
ioctl_write_ptr!(kvm_irq_line, 0xae, 0x61, kvm_irq_level);
ioctl_write_ptr!(kvm_get_dirty_log, 0xae, 0x42, DirtyLog);
ioctl_read!(kvm_get_clock, 0xae, 0x7c, kvm_clock_data);
ioctl_readwrite!(fs_ioc_fiemap, b'f', 11, fiemap);
ioctl_read!(fs_ioc_getflags, b'f', 1, libc::c_long);

pub const LOOP_CTL_GET_FREE: u32 = 0x4c82;

pub fn free(fd: i32) {
    unsafe { libc::ioctl(fd, LOOP_CTL_GET_FREE) };
}

#[derive(ioctlkit::Ioctl)]
#[ioctl(type = b'f', device = Files, prefix = "FS_IOC_")]
pub enum FilesIoctl {
    #[ioctl(nr = 2, write, encoded = libc::c_long)]
    Setflags(u32),
}
"#;

static HEADERS: LazyLock<Interface> = LazyLock::new(|| {
    let paths: Vec<PathBuf> = ["kvm.h", "loop.h", "fs.h", "fiemap.h"]
        .iter()
        .map(|name| PathBuf::from("/usr/include/linux").join(name))
        .collect();
    assert!(paths[0].is_file(), "no kernel headers: install linux-libc-dev (`cargo xtask setup`)");
    let (interface, _) = c::read(&c::Request { paths, raw_numbers: true, ..c::Request::default() });
    interface
});

fn compared(source: &str) -> Comparison {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lib.rs");
    std::fs::write(&path, source).unwrap();
    let (interface, problems) =
        rust::read(&rust::Request { paths: vec![path], ..rust::Request::default() });
    assert!(problems.is_empty(), "{problems:#?}");
    compare(&interface, &HEADERS)
}

#[test]
fn what_is_right_agrees_with_the_headers_on_every_abi() {
    let comparison = compared(RIGHT);
    let differing: Vec<&Pair> = comparison.differences().collect();
    assert_eq!(differing, Vec::<&Pair>::new());
    assert_eq!(comparison.alone, []);
    // `linux/kvm.h` includes `asm/kvm.h`, which a machine may have of its own architecture only.
    let kvm = HEADERS.commands.iter().find(|command| command.name == "KVM_CREATE_VM").unwrap();
    let of_kvm = kvm.variants.abis();
    assert!(AbiSet::of(|abi| abi.kernel_arch == "x86").difference(of_kvm).is_empty());
    for pair in &comparison.pairs {
        let is_kvm = pair.c_name.to_lowercase().contains("kvm");
        assert_eq!(pair.abis, if is_kvm { of_kvm } else { AbiSet::ALL }, "{pair:#?}");
    }
    let names: Vec<&str> = comparison.pairs.iter().map(|pair| pair.c_name.as_str()).collect();
    for name in [
        "KVM_CREATE_VM",
        "FS_IOC_FIEMAP",
        "FS_IOC_SETFLAGS",
        "LOOP_CTL_GET_FREE",
        "struct kvm_userspace_memory_region",
        "struct kvm_irq_level",
        "struct kvm_dirty_log",
        "struct kvm_clock_data",
        "struct fiemap_extent",
    ] {
        assert!(names.contains(&name), "{name} was not compared: {names:?}");
    }
}

/// The faults of the definition that is called `name` in C after a change of what is right.
fn faults(name: &str, from: &str, to: &str) -> Vec<Fault> {
    assert!(RIGHT.contains(from), "{from}");
    let comparison = compared(&RIGHT.replacen(from, to, 1));
    let pair = comparison.pairs.iter().find(|pair| pair.c_name == name);
    pair.unwrap().faults.iter().map(|told| told.fault.clone()).collect()
}

#[test]
fn another_nr_direction_or_type_is_another_number() {
    for (name, from, to) in [
        ("KVM_CREATE_VM", "kvm_create_vm, 0xae, 0x01", "kvm_create_vm, 0xae, 0x02"),
        ("KVM_CREATE_VM", "kvm_create_vm, 0xae", "kvm_create_vm, 0xaf"),
        ("KVM_GET_CLOCK", "ioctl_read!(kvm_get_clock", "ioctl_readwrite!(kvm_get_clock"),
        ("FS_IOC_GETFLAGS", "b'f', 1, libc::c_long", "b'f', 1, u32"),
        ("FS_IOC_SETFLAGS", "encoded = libc::c_long", "encoded = u32"),
        ("LOOP_CTL_GET_FREE", "0x4c82", "0x4c81"),
    ] {
        let faults = faults(name, from, to);
        assert!(
            !faults.is_empty() && faults.iter().all(|one| matches!(one, Fault::Number { .. })),
            "{name}: {faults:?}"
        );
    }
}

#[test]
fn a_long_that_became_an_int_differs_on_64_bit_abis_only() {
    let source = RIGHT.replace("b'f', 1, libc::c_long", "b'f', 1, u32");
    let comparison = compared(&source);
    let pair = comparison.differences().find(|pair| pair.item == Item::Command).unwrap();
    assert_eq!(pair.differing(), AbiSet::of(|abi| abi.long_size == 8));
}

#[test]
fn members_that_moved_grew_went_or_came_are_found() {
    let region = "struct kvm_userspace_memory_region";
    let swapped = faults(
        region,
        "pub slot: u32,\n    pub flags: u32,",
        "pub flags: u32,\n    pub slot: u32,",
    );
    assert!(matches!(&swapped[..], [Fault::Place { .. }, Fault::Place { .. }]), "{swapped:?}");
    let missing = faults(region, "    pub memory_size: u64,\n", "");
    assert!(
        missing.iter().any(|one| matches!(one, Fault::Size { rust: 24, c: 32 })),
        "{missing:?}"
    );
    assert!(missing.iter().any(
        |one| matches!(one, Fault::OnlyInC { c_member, .. } if c_member.name == "memory_size")
    ));
    let more =
        faults(region, "    pub memory_size: u64,", "    pub memory_size: u64,\n    pub x: u64,");
    assert!(
        more.iter()
            .any(|one| matches!(one, Fault::OnlyInRust { member, .. } if member.name == "x")),
        "{more:?}"
    );
    let narrow = faults("struct fiemap_extent", "pub fe_flags: u32", "pub fe_flags: u16");
    assert!(
        narrow
            .iter()
            .any(|one| matches!(one, Fault::Place { member, .. } if member.name == "fe_flags"))
    );
    let in_union = faults("struct kvm_irq_level", "pub irq: u32", "pub irq: u64");
    assert!(in_union.iter().any(|one| matches!(one, Fault::Size { .. })), "{in_union:?}");
}
