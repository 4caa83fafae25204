//! Names, modules, constants, conditions.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Argument, ProblemKind};

use crate::support::{
    abi, command, layout, names, number, read_files, read_paths, read_text, write,
};

#[test]
fn names_are_found_through_modules_imports_and_aliases() {
    let read = read_files(&[
        (
            "src/lib.rs",
            "mod raw;\npub mod api { pub use crate::raw::{deep::{self, Info as Renamed}, *};\n\
             pub type Alias = Renamed;\n\
             nix::ioctl_read!(a, crate::raw::MAGIC, 1, Alias);\n\
             nix::ioctl_read!(b, super::raw::MAGIC, deep::NR, self::deep::Info);\n\
             mod inner { use super::*; nix::ioctl_read!(c, MAGIC, 3, Alias); } }\n\
             use api::Alias as Again; nix::ioctl_read!(d, b'x', 4, Again);\n",
        ),
        ("src/raw/mod.rs", "pub const MAGIC: u8 = b'x';\npub mod deep;\n"),
        (
            "src/raw/deep.rs",
            "pub const NR: u8 = 1 + super::super::raw::ONE_MORE;\n#[repr(C)] pub struct Info { a: u32, b: [u16; 2] }\n",
        ),
        ("src/raw/unused.rs", "pub const ONE_MORE: u8 = 9;\n"),
    ]);
    // Where a name is missing, that is said of what it is missing for.
    assert_eq!(read.said(ProblemKind::Incomplete).len(), 1, "{:#?}", read.problems);
    for (name, nr) in [("a", 1), ("c", 3), ("d", 4)] {
        assert_eq!(number(&read.interface, name, "x86_64"), 0x8008_7800 | nr, "{name}");
    }
    assert!(!names(&read.interface).contains(&"b"));
}

#[test]
fn globs_lead_through_each_other_and_in_circles() {
    // `deep` is found through `b`, whose glob leads to where it is; `a` and `b` import from each other.
    let interface = read_text(
        "mod a { pub use super::b::*; pub use deep::*; }\n\
         mod b { pub use super::a::*; pub use super::holder::*; }\n\
         mod holder { pub mod deep { #[repr(C)] pub struct Found(u32); pub const NR: u32 = 7; } }\n\
         use a::*;\n\
         nix::ioctl_read!(get, b'x', NR, Found);\n",
    );
    assert_eq!(number(&interface, "get", "x86_64"), 0x8004_7807);
}

#[test]
fn a_name_of_the_module_itself_goes_before_those_of_its_globs() {
    let interface = read_text(
        "mod a { pub type Arg = u64; pub const NR: u32 = 9; }\n\
         use a::*;\n\
         type Arg = u16;\n\
         nix::ioctl_read!(get, b'x', NR, Arg);\n",
    );
    assert_eq!(number(&interface, "get", "x86_64"), 0x8002_7809);
}

#[test]
fn imports_that_lead_to_themselves_lead_to_nothing() {
    let read = read_files(&[(
        "lib.rs",
        "mod a { pub use super::b::Arg; pub use super::b::*; }\n\
         mod b { pub use super::a::Arg; pub use super::a::*; }\n\
         type Own = Own::Inner;\n\
         nix::ioctl_read!(get, b'x', 1, a::Arg);\n\
         nix::ioctl_read!(set, b'x', 2, Own::Inner);\n",
    )]);
    let said = read.said(ProblemKind::Incomplete);
    assert!(said.iter().any(|message| message.contains("`a::Arg` is unknown")), "{said:?}");
    assert!(said.iter().any(|message| message.contains("`Own::Inner` is unknown")), "{said:?}");
}

#[test]
fn a_module_with_a_body_may_say_where_its_files_are() {
    let read = read_files(&[
        ("Cargo.toml", "[package]\nname = \"p\"\nedition = \"2021\"\n"),
        ("src/lib.rs", "mod wire;\n#[path = \"other\"] mod named { mod near; }\n"),
        (
            "src/wire/mod.rs",
            "#[path = \".\"] mod raw { pub mod here; }\nmod plain { mod there; }\n",
        ),
        ("src/wire/here.rs", "nix::ioctl_none!(in_here, b'x', 1);\n"),
        ("src/wire/plain/there.rs", "nix::ioctl_none!(in_there, b'x', 2);\n"),
        ("src/other/near.rs", "nix::ioctl_none!(in_near, b'x', 3);\n"),
    ]);
    assert!(read.problems.is_empty(), "{:#?}", read.problems);
    let mut found = names(&read.interface);
    found.sort_unstable();
    assert_eq!(found, ["in_here", "in_near", "in_there"]);
}

#[test]
fn a_path_attribute_and_nested_inline_modules_lead_to_their_files() {
    let read = read_files(&[
        ("Cargo.toml", "[package]\nname = \"p\"\nedition = \"2021\"\n"),
        (
            "src/lib.rs",
            "mod outer { pub mod inner; #[path = \"other.rs\"] pub mod renamed; }\n#[path = \"elsewhere/far.rs\"] mod far;\n",
        ),
        ("src/outer/inner.rs", "nix::ioctl_none!(in_inner, b'x', 1);\n"),
        ("src/outer/other.rs", "nix::ioctl_none!(in_renamed, b'x', 2);\n"),
        ("src/elsewhere/far.rs", "mod near;\nnix::ioctl_none!(in_far, b'x', 3);\n"),
        ("src/elsewhere/near.rs", "nix::ioctl_none!(in_near, crate::nothing::AT_ALL, 4);\n"),
    ]);
    let mut found = names(&read.interface);
    found.sort_unstable();
    assert_eq!(found, ["in_far", "in_inner", "in_renamed"]);
    assert_eq!(
        read.said(ProblemKind::Incomplete),
        [
            "the number of `in_near` is unknown: what `nix::ioctl_none` is given cannot be worked out \
          from the source"
        ]
    );
}

#[test]
fn constants_are_worked_out() {
    let interface = read_text(
        "const A: u32 = 0x10; const B: u32 = (A << 1 | 0b11) as u32 & !1 ^ 0x2;\n\
         enum Nr { Zero, Five = 5, Six }\n\
         struct Holder; impl Holder { const NR: u8 = Nr::Six as u8 + 1; }\n\
         const fn twice(n: u32) -> u32 { n * 2 }\n\
         static LIST: [u8; 3] = [1, 2, 3];\n\
         nix::ioctl_none!(a, b'x', B);\n\
         nix::ioctl_none!(b, b'x', Nr::Six as u8);\n\
         nix::ioctl_none!(c, b'x', Holder::NR);\n\
         nix::ioctl_none!(d, b'x', twice(A) + { const LOCAL: u32 = 1; LOCAL });\n\
         nix::ioctl_none!(e, b'x', if A > 3 { u8::MAX } else { 0 });\n\
         nix::ioctl_none!(f, 'y' as u8, LIST.len() as u8);\n\
         nix::ioctl_none!(g, b\"z\".len(), 300u32 as u8);\n",
    );
    for (name, expected) in [
        ("a", 0x7820),
        ("b", 0x7806),
        ("c", 0x7807),
        ("d", 0x7821),
        ("e", 0x78ff),
        ("f", 0x7903),
        ("g", 0x012c),
    ] {
        assert_eq!(number(&interface, name, "x86_64"), expected, "{name}");
    }
}

#[test]
fn conditions_give_an_abi_its_own_definition() {
    let interface = read_text(
        "#[cfg(target_pointer_width = \"64\")] type Word = u64;\n\
         #[cfg(not(target_pointer_width = \"64\"))] type Word = u32;\n\
         #[repr(C)] pub struct Info { word: Word, #[cfg(target_endian = \"big\")] pad: u8 }\n\
         nix::ioctl_read!(info, b'x', 1, Info);\n\
         #[cfg(any(target_arch = \"x86\", target_arch = \"x86_64\"))] nix::ioctl_none!(x86, b'x', 2);\n\
         #[cfg(all(unix, target_os = \"linux\", not(windows)))] nix::ioctl_none!(linux, b'x', 3);\n\
         #[cfg(target_os = \"freebsd\")] nix::ioctl_none!(bsd, b'x', 4);\n\
         #[cfg(feature = \"absent\")] nix::ioctl_none!(absent, b'x', 5);\n\
         cfg_if::cfg_if! { if #[cfg(target_arch = \"mips\")] { const NR: u8 = 6; } else { const NR: u8 = 7; } }\n\
         nix::ioctl_none!(either, b'x', NR);\n\
         #[cfg(test)] mod tests { nix::ioctl_none!(test, b'x', 8); }\n",
    );
    let mut found = names(&interface);
    found.sort_unstable();
    assert_eq!(found, ["either", "info", "linux", "x86"]);
    assert_eq!(layout(&interface, "info", "x86_64").0, 8);
    assert_eq!(layout(&interface, "info", "i386").0, 4);
    assert_eq!(layout(&interface, "info", "sparc64").0, 16);
    assert_eq!(layout(&interface, "info", "m68k").0, 6);
    let of_x86 = command(&interface, "x86").variants.abis();
    assert_eq!(of_x86, AbiSet::of(|abi| abi.kernel_arch == "x86"));
    assert_eq!(command(&interface, "linux").variants.abis(), AbiSet::ALL);
    assert_eq!(number(&interface, "either", "mips_o32"), 0x2000_7806);
    assert_eq!(number(&interface, "either", "arm"), 0x7807);
}

#[test]
fn the_representation_may_depend_on_the_architecture() {
    let interface = read_text(
        "#[repr(C)] #[cfg_attr(any(target_arch = \"x86_64\"), repr(packed))] pub struct Event { a: u32, b: u64 }\n\
         nix::ioctl_read!(event, b'x', 1, Event);\n",
    );
    assert_eq!(layout(&interface, "event", "x86_64").0, 12);
    assert_eq!(layout(&interface, "event", "aarch64").0, 16);
}

#[test]
fn commands_are_named_by_what_is_around_them() {
    let interface = read_text(
        "use rustix::ioctl::{opcode, Opcode};\n\
         const DIRECT: Opcode = opcode::read::<u32>(b'x', 1);\n\
         struct Device; impl Device { const NAMED: Opcode = opcode::none(b'x', 2);\n\
             fn get(&self) -> u32 { const OPCODE: Opcode = opcode::read::<u8>(b'x', 3); 0 }\n\
             fn set(&self) { unsafe { libc::ioctl(3, libc::_IOW::<u64>(0x78, 4) as _, &5) }; } }\n\
         struct Get; unsafe impl rustix::ioctl::Ioctl for Get { const OPCODE: Opcode = opcode::write::<u16>(b'x', 5); }\n",
    );
    assert_eq!(names(&interface), ["DIRECT", "Device::NAMED", "Device::get", "Device::set", "Get"]);
}

#[test]
fn numbers_that_are_passed_to_a_call_are_kept_as_numbers() {
    let interface = read_text(
        "const TCGETS: libc::c_ulong = 0x5401;\nconst UNUSED: u32 = 0x5402;\n\
         const MADE: u32 = libc::_IO(0x54, 9) as u32;\n\
         fn a(fd: i32, parameter: u64) { unsafe {\n\
             libc::ioctl(fd, TCGETS, 0); libc::ioctl(fd, 0x5421, 0); libc::ioctl(fd, 21_531u32 as _, 0);\n\
             libc::ioctl(fd, MADE as _, 0); libc::ioctl(fd, parameter, 0); libc::ioctl(fd, libc::FIONBIO, 0);\n\
         } }\n\
         nix::ioctl_read_bad!(bad, 0x5413, u32);\nnix::ioctl_none_bad!(bad_macro, nix::request_code_none!(b'x', 3));\n",
    );
    let raw = interface
        .raw_numbers
        .iter()
        .map(|raw| (raw.name.as_str(), *raw.variants.get(abi("x86_64")).unwrap()));
    assert_eq!(
        raw.collect::<Vec<_>>(),
        [("TCGETS", 0x5401), ("0x5421", 0x5421), ("21_531u32", 21531), ("bad", 0x5413)]
    );
    assert_eq!(names(&interface), ["MADE", "bad_macro"]);
}

#[test]
fn what_depends_on_a_parameter_is_a_family() {
    let interface = read_text(
        "nix::ioctl_read_buf!(name, b'E', 0x06, u8);\n\
         unsafe fn bits(fd: i32, event: u32, buffer: &mut [u8]) {\n\
             libc::ioctl(fd, nix::request_code_read!(b'E', 0x20 + event, buffer.len()) as _, buffer);\n\
         }\n",
    );
    let families = interface.families.iter().map(|family| {
        (family.name.as_str(), family.parameters.join(","), family.expansion.as_str())
    });
    assert_eq!(
        families.collect::<Vec<_>>(),
        [
            ("name", "data".to_owned(), "nix::ioctl_read_buf!(name, b'E', 0x06, u8)"),
            (
                "bits",
                "event,buffer".to_owned(),
                "nix::request_code_read!(b'E', 0x20 + event, buffer.len())"
            ),
        ]
    );
    assert!(interface.commands.is_empty());
}

#[test]
fn the_derives_own_types_are_known() {
    let interface = read_text(
        "use ioctlkit::{Flexible, FlexibleArray, Ioctl, IoctlData, UserConstPtr}; use std::os::fd::BorrowedFd;\n\
         #[derive(IoctlData)] #[repr(C)]\n\
         pub struct List<'a> {\n\
             #[ioctl(count = len)] name: UserConstPtr<'a, u8>,\n\
             len: u32,\n\
             count: u32,\n\
             #[ioctl(count = count)] entries: FlexibleArray<u64>,\n\
         }\n\
         #[derive(Ioctl)] #[ioctl(type = b'E')]\n\
         pub enum EchoIoctl<'a> {\n\
             #[ioctl(nr = 1, read_write)] List(Flexible<List<'a>>),\n\
             #[ioctl(nr = 2, write, value)] Clone(BorrowedFd<'a>),\n\
             #[ioctl(nr = 3, read, encoded = c_long)] Flags(u32),\n\
         }\n",
    );
    for (name, expected) in [
        ("EchoIoctl::List", 0xc010_4501),
        ("EchoIoctl::Clone", 0x4004_4502),
        ("EchoIoctl::Flags", 0x8008_4503),
    ] {
        assert_eq!(number(&interface, name, "x86_64"), expected, "{name}");
    }
}

#[test]
fn the_derives_are_read_with_their_names_in_c() {
    let interface = read_text(
        "use ioctlkit::{Ioctl, IoctlData, Reserved, UserPtr}; use core::ffi::c_long;\n\
         #[derive(IoctlData)] #[repr(C)] #[ioctl(c = \"struct echo_config\")]\n\
         pub struct EchoConfig<'a> { flags: u32, _reserved0: Reserved<4>, buffer: UserPtr<'a, u8> }\n\
         #[derive(Ioctl)] #[ioctl(type = b'E', device = Echo, prefix = \"ECHO_\")]\n\
         pub enum EchoIoctl<'a> {\n\
             #[ioctl(nr = 0)] Reset,\n\
             #[ioctl(nr = 1, read)] GetConfig(EchoConfig<'a>),\n\
             #[ioctl(nr = 2, write, value, returns = u32)] SetMode(i32),\n\
             #[ioctl(nr = 0x40..=0x7f, read)] Channel(EchoConfig<'a>),\n\
             #[ioctl(nr = 6, read, buffer = u8)] Name,\n\
             #[ioctl(nr = 7, read, encoded = c_long)] Flags(u32),\n\
             #[ioctl(nr = 8, write, encoded(none), c = \"ECHO_ODD\")] Odd(u32),\n\
             #[ioctl(number(0x541b, \"mips\" = 0x467f), read)] Pending(i32),\n\
         }\n\
         #[derive(Ioctl)] #[repr(C)] #[ioctl(type = b'S', nr = 3, read_write)] pub struct SingleOne { a: u64 }\n",
    );
    let c_names = interface
        .commands
        .iter()
        .map(|command| (command.name.as_str(), command.c_name.as_deref().unwrap()));
    assert_eq!(
        c_names.collect::<Vec<_>>(),
        [
            ("EchoIoctl::Reset", "ECHO_RESET"),
            ("EchoIoctl::GetConfig", "ECHO_GET_CONFIG"),
            ("EchoIoctl::SetMode", "ECHO_SET_MODE"),
            ("EchoIoctl::Channel", "ECHO_CHANNEL"),
            ("EchoIoctl::Flags", "ECHO_FLAGS"),
            ("EchoIoctl::Odd", "ECHO_ODD"),
            ("SingleOne", "SINGLE_ONE"),
        ]
    );
    for (name, expected) in [
        ("EchoIoctl::Reset", 0x4500),
        ("EchoIoctl::GetConfig", 0x8010_4501),
        ("EchoIoctl::SetMode", 0x4004_4502),
        ("EchoIoctl::Channel", 0x8010_4540),
        ("EchoIoctl::Flags", 0x8008_4507),
        ("EchoIoctl::Odd", 0x4508),
        ("SingleOne", 0xc008_5303),
    ] {
        assert_eq!(number(&interface, name, "x86_64"), expected, "{name}");
    }
    assert_eq!(number(&interface, "EchoIoctl::Flags", "i386"), 0x8004_4507);
    let pending = &interface.raw_numbers[0];
    assert_eq!(pending.variants.get(abi("mips_n64")), Some(&0x467f));
    assert_eq!(pending.variants.get(abi("alpha")), Some(&0x541b));
    let families: Vec<&str> =
        interface.families.iter().map(|family| family.name.as_str()).collect();
    assert_eq!(families, ["EchoIoctl::Channel", "EchoIoctl::Name"]);
    let config = interface.records.iter().find(|record| record.c_name.is_some()).unwrap();
    assert_eq!(config.c_name.as_deref(), Some("struct echo_config"));
    assert_eq!(
        layout(&interface, "EchoIoctl::GetConfig", "i386").2,
        [(Some("flags".into()), 0), (Some("_reserved0".into()), 4), (Some("buffer".into()), 8)]
    );
}

#[test]
fn mistakes_in_a_derive_are_said_and_the_rest_is_read() {
    let read = read_files(&[(
        "lib.rs",
        "#[derive(Ioctl)] #[ioctl(type = b'E')] enum Bad { #[ioctl(nrr = 1)] A }\n\
         nix::ioctl_none!(good, b'x', 1);\n",
    )]);
    assert_eq!(names(&read.interface), ["good"]);
    let said = read.said(ProblemKind::Incomplete);
    assert!(said[0].contains("did you mean `nr`?"), "{said:?}");
    let span = read.problems[0].span.unwrap();
    assert_eq!(read.interface.sources.text(span), "nrr");
}

#[test]
fn spans_are_the_bytes_of_the_source_whatever_stands_before() {
    let interface = read_text(
        "#!/usr/bin/env run\n// Ünïcödé — ☃\nnix::ioctl_read! {\n    /// döc\n    größe, b'x', 1, Fünf\n}\n\
         #[repr(C)] pub struct Fünf { pub ä: [u32; 5] }\n",
    );
    let found = command(&interface, "größe");
    assert_eq!(interface.sources.text(found.span), "größe");
    let body = found.variants.first().unwrap();
    assert!(interface.sources.text(body.span).starts_with("nix::ioctl_read! {"));
    assert!(interface.sources.text(body.span).ends_with("Fünf\n}"));
    let record = &interface.records[0];
    assert_eq!(interface.sources.text(record.span), "Fünf");
    let member = &record.variants.first().unwrap().members[0];
    assert_eq!(interface.sources.text(member.span), "pub ä: [u32; 5]");
    assert_eq!(interface.sources.text(member.name_span), "ä");
    assert!(matches!(body.argument, Argument::Type(_)));
}

#[test]
fn a_length_may_be_a_constant_of_the_structure_itself() {
    let interface = read_text(
        "use nix::ioctl_read;\n#[repr(C)]\npub struct Log { addresses: [u8; Self::MOST] }\n\
         impl Log { pub const MOST: usize = 4; }\nioctl_read!(get_log, b'a', 3, Log);\n",
    );
    let number = ioctlkit_model::Layouts::new(&interface)
        .number(command(&interface, "get_log"), abi("x86_64"));
    assert_eq!(number.map(|numbered| numbered.number), Some(0x8004_6103));
}

#[test]
fn modules_of_another_system_are_left_out_with_all_their_files() {
    let read = read_files(&[
        (
            "Cargo.toml",
            "[package]\nname = \"foo\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n",
        ),
        ("src/lib.rs", "#[cfg(target_os = \"freebsd\")]\nmod freebsd;\nmod linux;\n"),
        ("src/freebsd/mod.rs", "mod sys;\n"),
        ("src/freebsd/sys.rs", "nix::ioctl_none!(elsewhere, b'x', 1);\n"),
        ("src/linux.rs", "nix::ioctl_none!(here, b'x', 1);\n"),
    ]);
    let names: Vec<&str> =
        read.interface.commands.iter().map(|command| command.name.as_str()).collect();
    assert_eq!(names, ["here"]);
}

#[test]
fn a_crate_of_another_system_is_left_out_with_all_its_files() {
    let read = read_files(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"*\"]\n"),
        ("other/Cargo.toml", "[package]\nname = \"other\"\nedition = \"2021\"\n"),
        ("other/src/lib.rs", "#![cfg(windows)]\nmod sys;\n"),
        ("other/src/sys.rs", "nix::ioctl_none!(elsewhere, b'x', 1);\n"),
        ("own/Cargo.toml", "[package]\nname = \"own\"\nedition = \"2021\"\n"),
        ("own/src/lib.rs", "nix::ioctl_none!(here, b'x', 1);\n"),
    ]);
    assert_eq!(names(&read.interface), ["here"]);
}

#[test]
fn files_beside_one_of_another_system_are_read() {
    let beside = |name: &str| {
        let read = read_files(&[
            ("Cargo.toml", "[package]\nname = \"p\"\nedition = \"2021\"\n"),
            ("src/lib.rs", "#[path = \"far.rs\"] mod far;\n"),
            ("src/far.rs", "#![cfg(windows)]\nmod deep;\n"),
            ("src/deep.rs", "nix::ioctl_none!(elsewhere, b'x', 1);\n"),
            (name, "#![cfg(windows)]\nmod own;\n"),
            ("src/own.rs", "nix::ioctl_none!(elsewhere_too, b'x', 2);\n"),
            ("src/left.rs", "nix::ioctl_none!(here, b'x', 3);\n"),
        ]);
        let mut found: Vec<String> =
            names(&read.interface).into_iter().map(str::to_owned).collect();
        found.sort_unstable();
        found
    };
    assert_eq!(beside("src/main.rs"), ["here"]);
    assert_eq!(beside("src/a_win.rs"), ["here"]);
}

#[test]
fn files_that_are_included_or_that_nothing_leads_to_have_their_modules_beside_them() {
    let read = read_files(&[
        ("Cargo.toml", "[package]\nname = \"p\"\nedition = \"2021\"\n"),
        ("src/lib.rs", "include!(\"parts/all.rs\");\n"),
        ("src/parts/all.rs", "mod one;\n"),
        ("src/parts/one.rs", "nix::ioctl_none!(in_one, b'x', 1);\n"),
        ("src/left.rs", "mod two;\n"),
        ("src/left/two.rs", "nix::ioctl_none!(in_two, b'x', 2);\n"),
    ]);
    assert_eq!(read.said(ProblemKind::Incomplete), [""; 0]);
    let mut found = names(&read.interface);
    found.sort_unstable();
    assert_eq!(found, ["in_one", "in_two"]);
}

#[test]
fn a_file_of_one_architecture_is_read_without_those_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("Cargo.toml", "[package]\nname = \"p\"\nversion = \"0.0.0\"\n[features]\nioctl = []\n"),
        (
            "src/lib.rs",
            "#[cfg(feature = \"ioctl\")] #[cfg(target_arch = \"x86_64\")] #[path = \"x86_64/ioctl.rs\"]\n\
             pub mod ioctl;\n\
             #[cfg(feature = \"ioctl\")] #[cfg(target_arch = \"arm\")] #[path = \"arm/ioctl.rs\"]\n\
             pub mod ioctl;\n\
             pub mod common;\n",
        ),
        ("src/x86_64/ioctl.rs", "nix::ioctl_read!(get, b'x', 1, crate::common::Arg);\n"),
        ("src/common.rs", "pub type Arg = u16;\n"),
    ];
    write(folder.path(), &files);
    // Whoever reads it says that it is no text.
    std::fs::create_dir(folder.path().join("src/arm")).unwrap();
    std::fs::write(folder.path().join("src/arm/ioctl.rs"), [0xff]).unwrap();
    let read = read_paths(&[&folder.path().join("src/x86_64/ioctl.rs")]);
    assert!(read.problems.is_empty(), "{:#?}", read.problems);
    let get = command(&read.interface, "get");
    assert_eq!(number(&read.interface, "get", "x86_64"), 0x8002_7801);
    assert!(get.variants.get(abi("arm")).is_none(), "it is x86's");
}
