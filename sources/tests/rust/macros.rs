//! Macros that a crate defines for itself.

use crate::support::{command, names, number, read_text};

#[test]
fn a_wrapper_around_another_crate_s_functions_is_what_it_comes_to() {
    let interface = read_text(
        "use rustix::ioctl::{ioctl, opcode, Opcode, Updater};\n\
         macro_rules! ioctl_readwrite { ($name:ident, $ioty:expr, $nr:expr, $ty:ty) => {\n\
             pub unsafe fn $name(fd: BorrowedFd, data: &mut $ty) -> io::Result<()> {\n\
                 const OPCODE: Opcode = opcode::read_write::<$ty>($ioty, $nr);\n\
                 Ok(ioctl(fd, Updater::<OPCODE, $ty>::new(data))?) } }; }\n\
         mod drm { use super::*; ioctl_readwrite!(get_cap, b'd', 0x0c, [u64; 2]); }\n",
    );
    let found = command(&interface, "get_cap");
    assert_eq!(found.variants.first().unwrap().through, "rustix::ioctl::opcode::read_write");
    assert_eq!(interface.sources.text(found.span), "get_cap");
    assert_eq!(number(&interface, "get_cap", "x86_64"), 0xc010_640c);
}

#[test]
fn shifts_that_a_crate_spells_out_are_taken_apart() {
    let interface = read_text(
        "type Type = u64; const NRSHIFT: u8 = 0; const TYPESHIFT: u8 = NRSHIFT + 8; const SIZESHIFT: u8 = 16; const DIRSHIFT: u8 = 30;\n\
         const READ: u8 = 2; const WRITE: u8 = 1;\n\
         macro_rules! _IOC_TYPECHECK { ($type:ty) => { std::mem::size_of::<$type>() }; }\n\
         macro_rules! _IOC { ($dir:expr, $type:expr, $nr:expr, $size:expr) => {\n\
             (($dir as Type) << $crate::DIRSHIFT) | (($type as Type) << $crate::TYPESHIFT)\n\
             | (($nr as Type) << $crate::NRSHIFT) | (($size as Type) << $crate::SIZESHIFT) }; }\n\
         macro_rules! _IO { ($type:expr, $nr:expr) => { _IOC!(0, $type, $nr, 0) }; }\n\
         macro_rules! _IOWR { ($type:expr, $nr:expr, $size:ty) => {\n\
             _IOC!($crate::READ | $crate::WRITE, $type, $nr, _IOC_TYPECHECK!($size)) }; }\n\
         pub const NONE: Type = _IO!(b'V', 1);\n\
         pub const BOTH: Type = _IOWR!(b'V', 2 + 1, std::os::raw::c_long);\n\
         const fn iow<T>(nr: u8) -> u32 { 1 << 30 | (std::mem::size_of::<T>() as u32) << 16 | 0x56 << 8 | nr as u32 }\n\
         pub const BY_FUNCTION: u32 = iow::<u16>(4);\n\
         pub const UNRELATED: u32 = 1 << 4 | 1 << 5 | 1 << 6;\n",
    );
    assert_eq!(names(&interface), ["NONE", "BOTH", "BY_FUNCTION"]);
    assert_eq!(number(&interface, "NONE", "x86_64"), 0x5601);
    assert_eq!(number(&interface, "BOTH", "x86_64"), 0xc008_5603);
    assert_eq!(number(&interface, "BOTH", "i386"), 0xc004_5603);
    assert_eq!(number(&interface, "BY_FUNCTION", "x86_64"), 0x4002_5604);
    assert_eq!(command(&interface, "BOTH").variants.first().unwrap().through, "shifts");
}

#[test]
fn repetitions_and_arms_are_followed() {
    let interface = read_text(
        "macro_rules! commands {\n\
             (@one $name:ident = $nr:literal) => { nix::ioctl_none!($name, b'x', $nr); };\n\
             (@one $name:ident($ty:ty) = $nr:literal) => { nix::ioctl_read!($name, b'x', $nr, $ty); };\n\
             ($( $(#[$meta:meta])* $name:ident $(($ty:ty))? = $nr:literal ),* $(,)?) => {\n\
                 $( $(#[$meta])* commands!(@one $name $(($ty))? = $nr); )*\n\
                 $( #[repr(C)] pub struct $name { value: u32 $(, extra: $ty)? } )*\n\
             };\n\
         }\n\
         commands! { /// one\n first = 1, second(Info) = 2, third([u16; 3]) = 3, }\n\
         macro_rules! info { ($($member:ident: $ty:ty),*) => { #[repr(C)] pub struct Info { $($member: $ty),* } }; }\n\
         info!(a: u8, b: u16);\n",
    );
    let mut found = names(&interface);
    found.sort_unstable();
    assert_eq!(found, ["first", "second", "third"]);
    assert_eq!(number(&interface, "second", "x86_64"), 0x8004_7802);
    assert_eq!(number(&interface, "third", "x86_64"), 0x8006_7803);
}

#[test]
fn a_macro_that_expands_to_itself_ends() {
    let interface = read_text(
        "macro_rules! ioctl_again { ($($t:tt)*) => { ioctl_again! { $($t)* $($t)* } }; }\nioctl_again!(a);\n\
         macro_rules! ioctl_value { () => { ioctl_value!() | ioctl_value!() }; }\nconst A: u32 = ioctl_value!();\n",
    );
    assert!(interface.commands.is_empty());
}

#[test]
fn types_that_a_macro_hands_to_itself_are_found_by_each_of_their_names() {
    let interface = read_text(
        "macro_rules! types {\n\
             ($($kind:ident $name:ident { $($var:ident = $value:expr,)* })*) => {\n\
                 $( types!(@$kind $name: u32 { $($var = $value,)* }); )* };\n\
             (@closed $name:ident: $repr:ident { $($var:ident = $value:expr,)* }) => {\n\
                 #[repr($repr)] pub enum $name { $($var = $value,)* } };\n\
             (@mask $name:ident: $repr:ident { $($var:ident = $value:expr,)* }) => {\n\
                 #[bitmask_enum::bitmask($repr)] pub enum $name { $($var = $value,)* } };\n\
         }\n\
         types! { closed Kind { A = 0, B = 1, } mask Flags { C = 1, D = 2, } closed Last { E = 0, } }\n\
         #[open_enum::open_enum] #[repr(u16)] pub enum Open { F = 0 }\n\
         #[repr(C)] pub struct Info { kind: Kind, flags: Flags, last: Last, open: Open, pad: u16 }\n\
         nix::ioctl_read!(get_info, b'x', 1, Info);\n",
    );
    assert_eq!(number(&interface, "get_info", "x86_64"), 0x8010_7801);
    let enums: Vec<_> = interface.enums.iter().filter_map(|found| found.name.as_deref()).collect();
    assert_eq!(enums, ["Kind", "Last"], "what an attribute makes a structure of holds any number");
}
