//! What Rust's types come to.

use ioctlkit_model::{Interface, ProblemKind, Representation, Type};

use crate::support::{abi, layout, number, read_files, read_text, record};

fn member_type<'a>(interface: &'a Interface, name: &str, member: &str) -> &'a Type {
    let (_, record) = record(interface, name, "x86_64");
    let body = record.variants.get(abi("x86_64")).unwrap();
    &body.members.iter().find(|found| found.name.as_deref() == Some(member)).unwrap().ty
}

#[test]
fn fundamental_types_keep_their_names() {
    let interface = read_text(
        "#[repr(C)] pub struct S { a: u8, b: libc::c_long, c: usize, d: libc::time_t, e: bool, f: char,\n\
             g: std::num::NonZeroU32, h: &'static u8, i: Box<S>, j: *const S, k: Option<&'static u8>,\n\
             l: fn(u8) -> u8, m: core::sync::atomic::AtomicU16, n: std::os::fd::OwnedFd,\n\
             o: std::mem::MaybeUninit<u64>, p: std::marker::PhantomData<u64>, q: u128, r: isize }\n\
         nix::ioctl_read!(s, b'x', 1, S);\n",
    );
    let named = |member| interface.typedef_names(member_type(&interface, "s", member));
    assert_eq!(named("a"), ["u8"]);
    assert_eq!(named("b"), ["c_long"]);
    assert_eq!(named("c"), ["usize"]);
    assert_eq!(named("d"), ["time_t", "c_long"]);
    assert_eq!(named("e"), ["bool"]);
    assert_eq!(named("f"), ["char"]);
    assert_eq!(named("g"), ["NonZeroU32", "u32"]);
    assert_eq!(named("h"), ["&u8"]);
    assert_eq!(named("i"), ["Box<S>"]);
    assert_eq!(named("k"), ["Option<&u8>", "&u8"]);
    assert_eq!(named("l"), ["fn"]);
    assert_eq!(named("m"), ["AtomicU16", "u16"]);
    assert_eq!(named("n"), ["OwnedFd", "RawFd", "c_int", "i32"]);
    assert_eq!(named("o"), ["MaybeUninit<u64>", "u64"]);
    assert!(matches!(member_type(&interface, "s", "j"), Type::Pointer(_)));
    // What the Rust compiler says of the same structure on x86_64.
    let offsets: Vec<u64> = layout(&interface, "s", "x86_64").2.iter().map(|(_, at)| *at).collect();
    assert_eq!(offsets, rust_offsets());
}

/// The offsets that this compiler gives the structure above on a 64-bit machine.
fn rust_offsets() -> Vec<u64> {
    #[repr(C)]
    #[allow(dead_code)]
    struct S {
        a: u8,
        b: i64,
        c: u64,
        d: i64,
        e: bool,
        f: char,
        g: std::num::NonZeroU32,
        h: [u64; 1],
        i: u64,
        j: u64,
        k: u64,
        l: u64,
        m: core::sync::atomic::AtomicU16,
        n: i32,
        o: std::mem::MaybeUninit<u64>,
        p: std::marker::PhantomData<u64>,
        q: u128,
        r: i64,
    }
    macro_rules! offsets {
        ($($member:ident)*) => { vec![$(std::mem::offset_of!(S, $member) as u64),*] };
    }
    offsets!(a b c d e f g h i j k l m n o p q r)
}

#[test]
fn representations_are_told_apart() {
    let interface = read_text(
        "pub struct Loose { a: u8, b: u32 }\n\
         #[repr(transparent)] pub struct Thin(u16, std::marker::PhantomData<u64>);\n\
         #[repr(C, packed(2))] pub struct Half { a: u8, b: u64 }\n\
         #[repr(C)] #[repr(align(32))] pub struct Wide { a: u8 }\n\
         #[repr(C)] pub struct Pair(u8, u32);\n\
         #[repr(u16)] pub enum Mode { A = 1, B = 0x100 }\n\
         #[repr(C)] pub struct All { loose: Loose, thin: Thin, half: Half, wide: Wide, pair: Pair, mode: Mode, tuple: (u8, u16) }\n\
         nix::ioctl_read!(all, b'x', 1, All);\nnix::ioctl_read!(loose, b'x', 2, Loose);\n",
    );
    let body = |name: &str| {
        let (_, record) = record(&interface, name, "x86_64");
        record.variants.first().unwrap()
    };
    assert_eq!(body("loose").representation, Representation::Unspecified);
    assert_eq!(body("all").representation, Representation::C);
    let (size, align, members) = layout(&interface, "all", "x86_64");
    let offsets: Vec<u64> = members.iter().map(|(_, at)| *at).collect();
    assert_eq!(offsets, [0, 8, 10, 32, 64, 72, 74]);
    assert_eq!((size, align), (96, 32));
    assert_eq!(interface.typedef_names(member_type(&interface, "all", "thin")), ["Thin", "u16"]);
    assert!(matches!(member_type(&interface, "all", "mode"), Type::Enum(_)));
}

#[test]
fn what_bindgen_makes_has_the_layout_of_c() {
    let interface = read_text(
        "#[repr(C)] #[derive(Default)] pub struct __IncompleteArrayField<T>(::std::marker::PhantomData<T>, [T; 0]);\n\
         #[repr(C)] pub struct __BindgenBitfieldUnit<Storage> { storage: Storage }\n\
         pub type __u32 = ::std::os::raw::c_uint;\n\
         #[repr(C)] pub struct list { pub count: __u32, pub __bindgen_padding_0: [u8; 4usize],\n\
             pub _bitfield_align_1: [u16; 0], pub _bitfield_1: __BindgenBitfieldUnit<[u8; 2usize]>,\n\
             pub __bindgen_anon_1: list__bindgen_ty_1, pub entries: __IncompleteArrayField<entry> }\n\
         #[repr(C)] pub union list__bindgen_ty_1 { pub a: u64, pub b: [__u32; 2usize] }\n\
         #[repr(C)] pub struct entry { pub data: u64 }\n\
         nix::ioctl_readwrite!(list, b'x', 1, list);\n",
    );
    let (size, _, members) = layout(&interface, "list", "x86_64");
    assert_eq!(size, 24);
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(
        members,
        [
            (named("count"), 0),
            (named("__bindgen_padding_0"), 4),
            (named("_bitfield_align_1"), 8),
            (named("_bitfield_1"), 8),
            (None, 16),
            (named("entries"), 24),
        ]
    );
    assert!(matches!(member_type(&interface, "list", "entries"), Type::FlexibleArray(_)));
}

#[test]
fn generic_structures_are_one_for_each_use() {
    let interface = read_text(
        "#[repr(C)] pub struct Buffer<T, const N: usize = 4> { length: u32, items: [T; N] }\n\
         type Bytes = Buffer<u8, 6>; type Of<T> = Buffer<T, { 1 + 1 }>;\n\
         nix::ioctl_read!(bytes, b'x', 1, Bytes);\nnix::ioctl_read!(words, b'x', 2, Of<u64>);\n",
    );
    assert_eq!(layout(&interface, "bytes", "x86_64").0, 12);
    assert_eq!(layout(&interface, "words", "x86_64").0, 24);
    assert_eq!(record(&interface, "words", "x86_64").1.name.as_deref(), Some("Buffer<u64, 2>"));
}

#[test]
fn bitflags_are_the_integer_in_them() {
    let interface = read_text(
        "bitflags::bitflags! { /// doc\n #[derive(Clone)] pub struct Flags: u64 { const A = 1; const B = 2; }\n impl Other: u16 {} }\n\
         #[repr(C)] pub struct S { a: u16, flags: Flags }\nnix::ioctl_read!(s, b'x', 1, S);\n",
    );
    assert_eq!(layout(&interface, "s", "x86_64").0, 16);
    assert_eq!(interface.typedef_names(member_type(&interface, "s", "flags")), ["Flags", "u64"]);
}

#[test]
fn what_is_not_at_hand_is_said_once_and_makes_nothing_up() {
    let read = read_files(&[(
        "lib.rs",
        "use other_crate::Foreign;\n#[repr(C)] pub struct S { a: u32, b: Foreign, c: [Foreign; 2] }\n\
         nix::ioctl_read!(a, b'x', 1, S);\nnix::ioctl_write_ptr!(b, b'x', 2, S);\nnix::ioctl_read!(c, b'x', 3, Vec<u8>);\n",
    )]);
    assert_eq!(
        read.said(ProblemKind::Incomplete),
        [
            "the layout of `Foreign` is unknown: its source was not found",
            "the layout of `Vec<u8>` is unknown: its source was not found",
        ]
    );
    assert!(read.said(ProblemKind::Failure).is_empty());
    let layouts = ioctlkit_model::Layouts::new(&read.interface);
    for command in &read.interface.commands {
        assert_eq!(layouts.number(command, abi("x86_64")), None, "{}", command.name);
    }
}

#[test]
fn a_time_has_64_bits_on_x32_as_libc_has_it() {
    let interface = read_text(
        "#[repr(C)] pub struct Stamped { at: libc::timeval }\n\
         #[repr(C)] pub struct Waiting { until: libc::timespec }\n\
         nix::ioctl_read!(stamped, b'x', 1, Stamped);\n\
         nix::ioctl_read!(waiting, b'x', 2, Waiting);\n\
         nix::ioctl_read!(second, b'x', 3, libc::time_t);\n",
    );
    let size = |name: &str, on: &str| number(&interface, name, on) >> 16 & 0x1fff;
    for name in ["stamped", "waiting"] {
        let sizes = ["x86_64", "x32", "i386", "mips_n32"].map(|on| size(name, on));
        assert_eq!(sizes, [16, 16, 8, 8], "{name}");
    }
    assert_eq!(["x86_64", "x32", "arm"].map(|on| size("second", on)), [8, 8, 4]);
}
