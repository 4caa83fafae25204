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

/// What is wrong with Rust source against a header, a line for each difference of a pair.
fn differences(source: &str, header: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lib.rs");
    std::fs::write(&path, source).unwrap();
    let request =
        rust::Request { paths: vec![path], constants: rust::Constants::All, ..Default::default() };
    let (ours, problems) = rust::read(&request);
    assert!(problems.is_empty(), "{problems:#?}");
    let path = folder.path().join("header.h");
    std::fs::write(&path, format!("#include <linux/ioctl.h>\n#include <linux/types.h>\n{header}"))
        .unwrap();
    let request = c::Request { paths: vec![path], raw_numbers: true, ..Default::default() };
    let (theirs, problems) = c::read(&request);
    assert!(problems.is_empty(), "{problems:#?}");
    let comparison = compare(&ours, &theirs);
    let told = |pair: &Pair| {
        let on = pair.differing().len();
        format!("{} for {} on {on}", pair.name, pair.c_name)
    };
    let mut found: Vec<String> = comparison.differences().map(told).collect();
    found.extend(comparison.alone.iter().map(|alone| format!("{} alone", alone.name)));
    found
}

#[test]
fn what_has_no_namesake_is_paired_by_type_and_nr() {
    let header = "struct a_info { __u32 x; };\nstruct b_info { __u64 x; };\n\
                  #define FOO_GET_A _IOR('f', 1, struct a_info)\n\
                  #define FOO_GET_B _IOR('f', 2, struct b_info)\n\
                  #define FOO_WATCH _IOWR('f', 3, __u32)\n";
    let source = "#[repr(C)] pub struct AInfo { x: u64 }\n\
                  nix::ioctl_read!(second, b'f', 2, AInfo);\n\
                  nix::ioctl_read!(unwatch, b'f', 3, u32);\n\
                  nix::ioctl_read!(later, b'f', 9, u32);\n";
    // `AInfo` is the argument of nr 2, whatever else has its name.
    assert_eq!(differences(source, header), ["unwatch for FOO_WATCH on 32", "later alone"]);
}

#[test]
fn a_structure_around_an_argument_is_not_that_around_another() {
    let header = "struct a_info { __u32 x; };\nstruct a_v2_info { __u64 x; };\n\
                  struct a_info_changed { struct a_info info; __u32 kind; };\n\
                  #define FOO_GET _IOR('f', 1, struct a_info)\n\
                  #define FOO_V2_GET _IOR('f', 2, struct a_v2_info)\n\
                  #define FOO_WAIT _IOR('f', 3, struct a_info_changed)\n";
    let source = "#[repr(C)] pub struct AInfo { x: u64 }\n\
                  #[repr(C)] pub struct AInfoChanged { info: AInfo, kind: u32 }\n\
                  nix::ioctl_read!(second, b'f', 2, AInfo);\n";
    assert_eq!(differences(source, header), [] as [&str; 0]);
}

#[test]
fn a_namesake_of_another_type_and_nr_is_no_counterpart() {
    let header = "#define FOO_GET _IOR('f', 1, __u32)\n";
    let source = "nix::ioctl_read!(foo_get, b'g', 2, u64);\n";
    assert_eq!(differences(source, header), ["foo_get alone"]);
    let source = "nix::ioctl_read!(foo_get, b'f', 2, u32);\n";
    assert_eq!(differences(source, header), ["foo_get for FOO_GET on 32"]);
}

#[test]
fn direction_type_and_nr_of_families_are_compared() {
    let header = "#define FOO_SET(len) _IOC(_IOC_WRITE|_IOC_READ, 'H', 0x06, len)\n\
                  #define FOO_NAME(len) _IOC(_IOC_READ, 'H', 0x08, len)\n";
    let source = "nix::ioctl_write_buf!(foo_set, b'H', 0x06, u8);\n\
                  nix::ioctl_read_buf!(foo_name, b'H', 0x08, u8);\n";
    assert_eq!(differences(source, header), ["foo_set for FOO_SET on 32"]);
}

#[test]
fn numbers_of_a_table_are_compared_and_its_other_constants_are_nobodys() {
    let header = "#define FOO_SET _IOW('v', 2, long)\n#define FOO_FLAG 0x100\n";
    let source = "#[cfg(target_arch = \"powerpc\")] pub const FOO_SET: u32 = 2148038146;\n\
                  #[cfg(target_arch = \"x86\")] pub const FOO_SET: u32 = 1074034178;\n\
                  pub const OTHER: u32 = 0x1234;\n";
    assert_eq!(differences(source, header), ["FOO_SET for FOO_SET on 1"]);
}

#[test]
fn what_one_encoder_gets_wrong_is_told_of_it() {
    let header = "#define FOO_GET _IOR('f', 1, __u64)\n#define FOO_SET _IOW('f', 2, __u64)\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lib.rs");
    let source = "vmm_sys_util::ioctl_ior_nr!(FOO_GET, b'f' as u32, 1, u64);\n\
                  vmm_sys_util::ioctl_iow_nr!(FOO_SET, b'f' as u32, 2, u64);\n";
    std::fs::write(&path, source).unwrap();
    let (ours, _) = rust::read(&rust::Request { paths: vec![path], ..Default::default() });
    let path = folder.path().join("header.h");
    std::fs::write(&path, format!("#include <linux/ioctl.h>\n#include <linux/types.h>\n{header}"))
        .unwrap();
    let (theirs, _) = c::read(&c::Request { paths: vec![path], ..Default::default() });
    let comparison = compare(&ours, &theirs);
    let packed: Vec<_> = comparison.differences().map(|pair| pair.packed_by.as_deref()).collect();
    assert_eq!(packed, [Some("vmm_sys_util::ioctl_expr"); 2]);
}
