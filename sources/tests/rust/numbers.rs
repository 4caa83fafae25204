//! The numbers that the macros and functions of real crates yield, on the machine that runs this,
//! against those that are read from the same source.

use std::cell::Cell;
use std::path::Path;

use ioctlkit_abi::{Abi, AbiId};
use ioctlkit_model::{Interface, Layouts};

use crate::support::{abi, command, names, read_paths, read_text};

#[path = "definitions/nix.rs"]
#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::cast_lossless)]
mod of_nix;

#[path = "definitions/rustix.rs"]
#[allow(unreachable_pub, unused_qualifications, reason = "as people write it")]
mod of_rustix;

#[path = "definitions/libc.rs"]
#[allow(unreachable_pub, unused_qualifications, reason = "as people write it")]
mod of_libc;

#[path = "definitions/vmm_sys_util.rs"]
#[allow(non_snake_case, missing_docs, unreachable_pub, clippy::useless_conversion)]
mod of_vmm_sys_util;

#[path = "definitions/uoctl.rs"]
#[allow(unreachable_pub, unused_qualifications, reason = "as people write it")]
mod of_uoctl;

#[path = "definitions/iocuddle.rs"]
#[allow(unreachable_pub)]
mod of_iocuddle;

#[path = "definitions/ioctl_sys.rs"]
#[allow(missing_docs, unreachable_pub)]
mod of_ioctl_sys;

#[path = "definitions/own.rs"]
#[allow(dead_code, missing_docs, unreachable_pub, clippy::needless_return, clippy::cast_lossless)]
mod of_own;

thread_local! {
    static REQUEST: Cell<u64> = const { Cell::new(0) };
}

/// Stands before libc's, and answers what is asked for instead of asking the kernel.
#[unsafe(no_mangle)]
extern "C" fn ioctl(_: i32, request: std::ffi::c_ulong, _: *mut std::ffi::c_void) -> i32 {
    REQUEST.set(request);
    0
}

/// The ABI that this is compiled for.
fn host() -> AbiId {
    let name = match std::env::consts::ARCH {
        "x86" => "i386",
        other => other,
    };
    Abi::by_name(name).unwrap().id()
}

fn read(name: &str) -> Interface {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rust/definitions");
    let read = read_paths(&[&folder.join(name)]);
    assert!(read.problems.is_empty(), "{:#?}", read.problems);
    read.interface
}

/// Holds every command that is read against the crate's own number, and none besides.
fn assert_numbers(interface: &Interface, prefix: &str, expected: &[(&str, u64)]) {
    let layouts = Layouts::new(interface);
    let mut all = names(interface);
    all.sort_unstable();
    let mut wanted: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    wanted.sort_unstable();
    assert_eq!(all, wanted);
    for (name, expected) in expected {
        let command = command(interface, name);
        let number = layouts.number(command, host()).unwrap().number;
        assert_eq!(number, *expected as u32, "{name}: {number:#x}, not {expected:#x}");
        let through = &command.variants.first().unwrap().through;
        assert!(through.starts_with(prefix), "{name} through {through}");
    }
}

/// The request that a call makes.
fn called<T>(call: impl FnOnce() -> T) -> u64 {
    REQUEST.set(0);
    call();
    REQUEST.get()
}

#[test]
fn nix_macros_yield_what_is_read() {
    let mut interface = read("nix.rs");
    // SAFETY: `ioctl` is the one above, which uses neither the file nor the pointer.
    let expected = unsafe {
        use of_nix::{
            exchange, flush, get_keycode, get_version, in_full, reset, set_mode, set_transfer,
        };
        use std::ptr::null_mut as null;
        [
            ("reset", called(|| reset(0))),
            ("flush", called(|| flush(0))),
            ("get_version", called(|| get_version(0, null()))),
            ("get_keycode", called(|| get_keycode(0, null()))),
            ("set_transfer", called(|| set_transfer(0, std::ptr::null()))),
            ("set_mode", called(|| set_mode(0, 1))),
            ("exchange", called(|| exchange(0, null()))),
            ("in_full", called(|| in_full(0, null()))),
        ]
    };
    // What does not fit is cut off, as nix does; C would let it spill.
    let oversize =
        interface.commands.iter().position(|command| command.name == "oversize").unwrap();
    let oversize = interface.commands.remove(oversize);
    let numbered = Layouts::new(&interface).number(&oversize, host()).unwrap();
    assert!(!numbered.fits && numbered.size == 20_000);
    // SAFETY: as above.
    let masked = called(|| unsafe { of_nix::oversize(0, std::ptr::null_mut()) });
    assert_eq!(u64::from(numbered.number), masked);
    assert_numbers(&interface, "nix::ioctl_", &expected);
}

#[test]
fn rustix_opcodes_are_what_is_read() {
    let interface = read("rustix.rs");
    let get_name = {
        // SAFETY: it is never used for a call.
        let getter = unsafe { of_rustix::GetName::new() };
        rustix::ioctl::Ioctl::opcode(&getter)
    };
    let expected = [
        ("NONE", of_rustix::NONE),
        ("READ", of_rustix::READ),
        ("WRITE", of_rustix::WRITE),
        ("READ_WRITE", of_rustix::READ_WRITE),
        ("COMPONENTS", of_rustix::COMPONENTS),
        ("IN_FULL", of_rustix::IN_FULL),
        ("GetName", get_name),
        ("named_by_its_function", of_rustix::named_by_its_function()),
        ("pattern_type", of_rustix::pattern_type()),
    ];
    let expected = expected.map(|(name, opcode)| (name, u64::from(opcode)));
    assert_numbers(&interface, "rustix::ioctl::opcode::", &expected);
}

#[test]
fn libc_functions_yield_what_is_read() {
    let expected = [
        ("NONE", of_libc::NONE),
        ("READ", of_libc::READ),
        ("WRITE", of_libc::WRITE),
        ("READ_WRITE", of_libc::READ_WRITE),
        ("SHORTER", of_libc::SHORTER),
    ];
    assert_numbers(&read("libc.rs"), "libc::_IO", &expected);
}

#[test]
fn vmm_sys_util_macros_yield_what_is_read() {
    let interface = read("vmm_sys_util.rs");
    let expected = [
        ("CREATE", of_vmm_sys_util::CREATE()),
        ("FEATURES", of_vmm_sys_util::FEATURES()),
        ("SET_REGION", of_vmm_sys_util::SET_REGION()),
        ("EXCHANGE", of_vmm_sys_util::EXCHANGE()),
        ("WHOLE", of_vmm_sys_util::WHOLE()),
        ("expression", of_vmm_sys_util::expression()),
    ];
    assert_numbers(&interface, "vmm_sys_util::ioctl_", &expected);
    let family = &interface.families[0];
    assert_eq!(
        (family.name.as_str(), family.parameters.as_slice()),
        ("BITS", &["evt".to_owned()][..])
    );
    assert_eq!(of_vmm_sys_util::BITS(2), 0x8080_4522);
}

#[test]
fn uoctl_functions_yield_what_is_read() {
    let expected = [
        ("RESET", of_uoctl::RESET.request()),
        ("QUERY", of_uoctl::QUERY.request()),
        ("SET", of_uoctl::SET.request()),
        ("BOTH", of_uoctl::BOTH.request()),
        ("DIRECT", of_uoctl::DIRECT.request()),
        ("INTEGER", of_uoctl::INTEGER.request()),
        ("TURBOFISH", of_uoctl::TURBOFISH.request()),
        ("WHOLE", of_uoctl::WHOLE.request()),
        ("DIRECT_ADDRESS", of_uoctl::DIRECT_ADDRESS.request()),
        ("MADE_MUTABLE", of_uoctl::MADE_MUTABLE.request()),
    ];
    let expected = expected.map(|(name, request)| (name, u64::from(request)));
    assert_numbers(&read("uoctl.rs"), "uoctl::_IO", &expected);
}

#[test]
fn iocuddle_groups_yield_what_is_read() {
    let interface = read("iocuddle.rs");
    let file = std::fs::File::open("/dev/null").unwrap();
    let expected = [
        ("CREATE_VM", called(|| of_iocuddle::CREATE_VM.ioctl(&file))),
        ("MCE_CAP", called(|| of_iocuddle::MCE_CAP.ioctl(&file))),
        ("SET_BOOT", called(|| of_iocuddle::SET_BOOT.ioctl(&file, &[0; 3]))),
        ("OP", called(|| of_iocuddle::OP.ioctl(&file, &mut 0))),
        ("INLINE", called(|| of_iocuddle::INLINE.ioctl(&file, &0))),
    ];
    assert_numbers(&interface, "iocuddle::Group::", &expected);
    let raw = &interface.raw_numbers[0];
    let classic = called(|| of_iocuddle::FIONBIO.ioctl(&file, &0));
    assert_eq!((raw.name.as_str(), raw.variants.get(host())), ("FIONBIO", Some(&(classic as u32))));
}

#[test]
fn ioctl_sys_macros_yield_what_is_read() {
    let interface = read("ioctl_sys.rs");
    // SAFETY: `ioctl` is the one above, which uses neither the file nor the pointer.
    let expected = unsafe {
        use of_ioctl_sys::{drop_master, exchange, get_id, set_id};
        [
            ("drop_master", called(|| drop_master(0))),
            ("get_id", called(|| get_id(0, std::ptr::null_mut()))),
            ("set_id", called(|| set_id(0, std::ptr::null_mut()))),
            ("exchange", called(|| exchange(0, std::ptr::null_mut()))),
            ("composed", u64::from(of_ioctl_sys::composed())),
        ]
    };
    assert_numbers(&interface, "ioctl_sys::", &expected);
}

#[test]
fn own_encoders_yield_what_is_read() {
    use of_own::{BOTH, BY_MACRO, BY_METHOD, BY_METHOD_READ, CHOSEN, IN_PLACE, IN_STEPS, SUMMED};
    let expected = [
        ("IN_STEPS", IN_STEPS),
        ("BOTH", BOTH),
        ("IN_PLACE", IN_PLACE),
        ("SUMMED", SUMMED),
        ("BY_METHOD", BY_METHOD),
        ("BY_METHOD_READ", BY_METHOD_READ),
        ("BY_MACRO", BY_MACRO),
        ("CHOSEN", CHOSEN),
        ("RENAMED", of_own::renamed::RENAMED),
        ("OF_VALUE", of_own::OF_VALUE),
        ("OF_SELF", of_own::OF_SELF),
        ("OF_TRAIT", of_own::OF_TRAIT),
        ("OF_WORDS", of_own::OF_WORDS),
        ("OF_PARTS", of_own::OF_PARTS),
        ("OF_LIST", of_own::OF_LIST),
    ];
    let expected = expected.map(|(name, number)| (name, u64::from(number)));
    assert_numbers(&read("own.rs"), "shifts", &expected);
}

#[test]
fn a_constant_that_asks_cfg_is_what_it_is_on_each_abi() {
    let interface = read_text(
        "pub const SET: libc::c_ulong = if cfg!(any(target_arch = \"mips\", target_arch = \"powerpc\")) {\n\
             0x8004_54ca } else { 0x4004_54ca };\n\
         fn set(fd: i32) { unsafe { libc::ioctl(fd, SET as _, 0); } }\n",
    );
    let on = |name: &str| {
        *interface.raw_numbers.iter().find_map(|raw| raw.variants.get(abi(name))).unwrap()
    };
    assert_eq!(on("x86_64"), 0x4004_54ca);
    assert_eq!(on("mips_o32"), 0x8004_54ca);
    assert_eq!(on("powerpc"), 0x8004_54ca);
    assert!(interface.not_understood.is_empty(), "{:?}", interface.not_understood);
}

#[test]
fn opcodes_are_those_of_rustix_s_trait_and_of_no_other_method() {
    let interface = read_text(
        "use rustix::ioctl::{self, Ioctl, Opcode};\n\
         pub struct Packet { buffer: [u8; 4] }\n\
         impl Packet { pub fn opcode(&self) -> Opcode { self.buffer[2] as Opcode } }\n\
         pub struct Transfer<const OPCODE: Opcode, T> { input: T }\n\
         impl<const OPCODE: Opcode, T> Transfer<OPCODE, T> { fn new(input: T) -> Self { Self { input } } }\n\
         unsafe impl<const CODE: Opcode, T> Ioctl for Transfer<CODE, T> {\n\
             fn opcode(&self) -> Opcode { CODE } }\n\
         pub fn control(fd: i32) { unsafe { ioctl::ioctl(fd, Transfer::<{ 0xc018_5500 as _ }, u64>::new(1)) } }\n\
         pub fn reset(fd: i32) { unsafe { ioctl::ioctl(fd, ioctl::NoArg::<{ 0x5514 }>::new()) } }\n",
    );
    let raw: Vec<u32> =
        interface.raw_numbers.iter().filter_map(|raw| raw.variants.first().copied()).collect();
    assert_eq!(raw, [0xc018_5500, 0x5514]);
    assert!(interface.not_understood.is_empty(), "{:?}", interface.not_understood);
}

#[test]
fn an_opcode_that_nothing_defines_is_said() {
    let interface = read_text(
        "use rustix::ioctl;\n\
         pub fn reset(fd: i32) { unsafe { ioctl::ioctl(fd, ioctl::NoArg::<{ NOWHERE }>::new()) } }\n",
    );
    let unknown: Vec<&str> = interface.not_understood.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(unknown, ["reset"]);
}

#[test]
fn a_request_that_one_architecture_defines_is_not_missed_on_the_others() {
    let interface = read_text(
        "#[cfg(target_arch = \"x86_64\")] pub const GET: u32 = 0x8008_7801;\n\
         pub fn get(fd: i32) { unsafe { libc::ioctl(fd, GET, 0); } }\n\
         pub fn none(fd: i32) { unsafe { libc::ioctl(fd, NOWHERE, 0); } }\n",
    );
    assert_eq!(interface.raw_numbers.len(), 1);
    let unknown: Vec<&str> = interface.not_understood.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(unknown, ["none"]);
}

#[test]
fn a_whole_number_that_nothing_defines_is_said() {
    let interface = read_text(
        "nix::ioctl_read_bad!(query, ffi::QUERY, u32);\nnix::ioctl_none_bad!(reset, ffi::reset());\n\
         nix::ioctl_none_bad!(#[cfg(target_os = \"macos\")] elsewhere, IOSSIOSPEED);\n",
    );
    let unknown: Vec<&str> = interface.not_understood.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(unknown, ["query", "reset"]);
}
