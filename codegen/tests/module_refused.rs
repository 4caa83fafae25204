//! What no module can be made of: each with a sentence that says what breaks, and nothing is written.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::process::Command;

/// Runs `ioctl-gen module` on a source; what it says, and whether it wrote anything.
fn said_of(file: &str, text: &str, more: &[&str]) -> (Option<i32>, String, bool) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file), text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .current_dir(folder.path())
        .args(["module", file, "-o", "driver"])
        .args(more)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said, folder.path().join("driver").exists())
}

#[track_caller]
fn refused(file: &str, text: &str, why: &str) {
    let (code, said, wrote) = said_of(file, text, &[]);
    assert!(said.contains(why), "{text}\n{said}");
    assert_eq!((code, wrote), (Some(2), false), "{said}");
}

/// A Rust interface with these items, and these commands.
fn rust(items: &str, commands: &str) -> String {
    format!(
        "use core::ffi::{{c_long, c_void}};\n\
         use ioctlkit::{{Flexible, FlexibleArray, Ioctl, IoctlData, OwnedFd, Reserved}};\n\
         {items}\n\
         #[derive(Ioctl)]\n\
         #[ioctl(type = b'x', device = Bell, unsafe(path = \"/dev/bell\"), prefix = \"BELL_\")]\n\
         pub enum BellIoctl {{ {commands} }}\n"
    )
}

/// A structure that derives `IoctlData`.
fn data(name: &str, more: &str, members: &str) -> String {
    format!("#[derive(IoctlData)]\n#[repr(C)]\n{more}\npub struct {name} {{ {members} }}\n")
}

/// A header with these definitions.
fn header(text: &str) -> String {
    format!("#include <linux/ioctl.h>\n#include <linux/types.h>\n{text}\n")
}

#[test]
fn numbers_that_no_dispatcher_can_tell() {
    for (commands, why) in [
        (
            "#[ioctl(nr = 1, read, buffer = u8)] Ring, #[ioctl(nr = 1, read)] Mute(u32),",
            "its number is that of `BellIoctl::Ring`, with nr 0x01",
        ),
        (
            "#[ioctl(nr = 1, read)] Ring(u32), #[ioctl(nr = 1, read, buffer = u8)] Mute,",
            "its number is that of `BellIoctl::Ring`, with nr 0x01",
        ),
        ("#[ioctl(nr = 0xf8..=0x103, read)] Ring(u32),", "an nr has 8 bits, 0 to 255"),
        ("#[ioctl(nr = 0xf8..=0x80 + 0x83, read)] Ring(u32),", "its last nr has more than 8 bits"),
        ("#[ioctl(nr = 0x80 + 0x81, read)] Ring(u32),", "has more than 8 bits"),
    ] {
        refused("lib.rs", &rust("", commands), why);
    }
    let differs = "#ifdef __x86_64__\n#define BELL_A _IOR('x', 1, __u32)\n#else\n\
                   #define BELL_A _IOR('x', 2, __u32)\n#endif\n#define BELL_B _IO('x', 3)";
    refused("bell.h", &header(differs), "its definition differs between machines");
    let twice = "#define BELL_A _IOR('x', 1, __u32)\n#define BELL_B _IOR('x', 1, __s32)";
    refused("bell.h", &header(twice), "its number is that of `BELL_A`, with nr 0x01");
    let on_some = "struct bell { long a; };\n#define BELL_A _IOR('x', 1, __u32)\n\
                   #define BELL_B _IOR('x', 1, struct bell)";
    refused("bell.h", &header(on_some), "its number is that of `BELL_A`, with nr 0x01");
}

#[test]
fn arguments_that_no_driver_can_take() {
    let long = data("Long", "#[ioctl(not_portable = \"old\")]", "pub a: c_long, pub b: u64,");
    let grows = format!("{long}\n#[allow(unused)] type L = Long;");
    for (items, commands, why) in [
        (
            data("Large", "", "pub data: [u8; 9000],"),
            "#[ioctl(nr = 1, write, large_argument)] Ring(Large),",
            "its argument has 9000 bytes, but the number holds 8191 at most",
        ),
        (
            grows,
            "#[ioctl(nr = 1, write, extensible(min_size = 8))] Ring(Long),",
            "differs between 32-bit and 64-bit programs, and so cannot grow",
        ),
        (
            "#[derive(IoctlData, Clone, Copy)]\n#[repr(C)]\n\
             #[ioctl(not_portable = \"old\")]\npub union Either { pub a: c_long, pub b: u32 }"
                .to_owned(),
            "#[ioctl(nr = 1, write)] Ring(Either),",
            "nobody knows which of its members is in use",
        ),
        (String::new(), "#[ioctl(nr = 1, value)] Ring(u64),", "does not fit the argument"),
        (
            data("Sized", "", "pub a: u32, #[ioctl(size)] pub size: u32,"),
            "#[ioctl(nr = 1, write, extensible(min_size = 8))] Ring(Sized),",
            "`size` holds the size: it must be a u32, and come first",
        ),
        (
            data("Later", "", "pub a: u32, #[ioctl(range = 1..=2)] pub later: u32,"),
            "#[ioctl(nr = 1, write, extensible(min_size = 4))] Ring(Later),",
            "`later` came after the first version, but may not be 0",
        ),
        (
            data("Keyword", "", "pub int: u32,"),
            "#[ioctl(nr = 1, write)] Ring(Keyword),",
            "`int` is a keyword or a macro in C",
        ),
    ] {
        refused("lib.rs", &rust(&items, commands), why);
    }
}

#[test]
fn what_is_said_of_a_member_and_cannot_be() {
    let ring = "#[ioctl(nr = 1, read_write)] Ring(Data),";
    for (members, why) in [
        (
            "#[ioctl(flags = 0x10000)] pub a: u16, pub b: u16,",
            "`a` of `struct data` does not hold all values",
        ),
        ("#[ioctl(range = 0..=300)] pub a: u8,", "`a` of `struct data` does not hold all values"),
        ("#[ioctl(range = -1..=3)] pub a: u32,", "`a` of `struct data` does not hold all values"),
        ("#[ioctl(values(1, 300))] pub a: u8,", "`a` of `struct data` does not hold all values"),
        ("#[ioctl(range = 5..=3)] pub a: u32,", "`a` of `struct data` has no values"),
        (
            "#[ioctl(range = 1..=3, default = 9)] pub a: u32,",
            "`a` of `struct data` begins with a default",
        ),
        (
            "#[ioctl(flags = 1, default = 2)] pub a: u32,",
            "`a` of `struct data` begins with a default",
        ),
        (
            "#[ioctl(values(1, 2), default = 3)] pub a: u32,",
            "`a` of `struct data` begins with a default",
        ),
        ("#[ioctl(reserved, default = 3)] pub a: u32,", "`a` of `struct data` is reserved"),
        (
            "#[ioctl(size)] pub a: u32, #[ioctl(size)] pub b: u32,",
            "`b` of `struct data` is a second member",
        ),
        (
            "#[ioctl(size)] pub a: u16, pub b: u16,",
            "`a` of `struct data` holds the size of the structure: make it",
        ),
        (
            "#[ioctl(fd)] pub a: u32,",
            "`a` of `struct data` holds a file descriptor: make it an `i32`",
        ),
        (
            "#[ioctl(fd)] pub a: i64,",
            "`a` of `struct data` holds a file descriptor: make it an `i32`",
        ),
        (
            "#[ioctl(handle = cup)] pub a: i32,",
            "`a` of `struct data` holds a handle: make it a `u32`",
        ),
        ("#[ioctl(handle = Cup)] pub a: u32,", "`Cup` is no name for an object"),
        ("#[ioctl(handle = \"cup\")] pub a: u32,", "write the name without quotes"),
        (
            "#[ioctl(fd, handle = cup)] pub a: i32,",
            "contradicts an earlier attribute of the member",
        ),
        ("pub linux: u32,", "`linux` is a keyword or a macro in C"),
        ("pub current: u32,", "`current` is a keyword or a macro in C"),
        ("pub HZ: u32,", "`HZ` is a keyword or a macro in C"),
        ("pub errno: u32,", "`errno` is a keyword or a macro in C"),
    ] {
        refused("lib.rs", &rust(&data("Data", "", members), ring), why);
    }
    for members in [
        "#[ioctl(flags = 0xffff)] pub a: u16, pub b: u16,",
        "#[ioctl(range = 0..=255)] pub a: u8,",
        "#[ioctl(range = -128..=127)] pub a: i8,",
        "#[ioctl(flags = 0xffff_ffff)] pub a: i32,",
        "#[ioctl(range = 1..=3, default = 3)] pub a: u32,",
        "#[ioctl(fd)] pub a: i32,",
        // Macros with parameters stand for themselves here.
        "pub min: u32, pub max: u32,",
    ] {
        let (code, said, _) = said_of("lib.rs", &rust(&data("Data", "", members), ring), &[]);
        assert_eq!(code, Some(0), "{members}: {said}");
    }
}

#[test]
fn first_versions_that_no_structure_had() {
    let members = data("Data", "", "pub a: u32, pub b: u32,");
    for (first, why) in [
        (0, "its first version would have no bytes"),
        (6, "its first version would end inside `b`"),
        (16, "its first version would have 16 bytes, and it has 8 today"),
    ] {
        let ring = format!("#[ioctl(nr = 1, write, extensible(min_size = {first}))] Ring(Data),");
        refused("lib.rs", &rust(&members, &ring), why);
    }
    for first in [4, 8] {
        let ring = format!("#[ioctl(nr = 1, write, extensible(min_size = {first}))] Ring(Data),");
        let (code, said, _) = said_of("lib.rs", &rust(&members, &ring), &[]);
        assert_eq!(code, Some(0), "{said}");
    }
}

#[test]
fn names_that_the_kernel_has() {
    let text = rust("", "#[ioctl(nr = 1)] Ring,");
    for node in ["null", "zero", "random", "tty", "tty1", "ttyS0", "console", "kvm"] {
        let text = text.replace("/dev/bell", &format!("/dev/{node}"));
        refused("lib.rs", &text, "is there already on every system");
    }
    for node in ["ttybell", "nullbell", "bell0"] {
        let text = text.replace("/dev/bell", &format!("/dev/{node}"));
        assert_eq!(said_of("lib.rs", &text, &[]).0, Some(0), "{node}");
    }
    for name in ["platform", "inode", "device", "module", "driver"] {
        let (code, said, wrote) = said_of("lib.rs", &text, &["--name", name]);
        assert!(said.contains("the kernel has names that begin so"), "{said}");
        assert_eq!((code, wrote), (Some(2), false), "{said}");
    }
    let bare = text.replace("prefix = \"BELL_\"", "prefix = \"PAGE_\"").replace("Ring", "Size");
    refused("lib.rs", &bare, "`PAGE_SIZE` is a macro of the kernel");
    refused("lib.rs", &rust("", ""), "an interface has commands: add a variant for each");
}

/// A handler is called through a member of a structure: a macro of that name would take it for its own.
#[test]
fn commands_with_the_names_of_macros_have_handlers_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let text = rust("", "#[ioctl(nr = 1)] Min, #[ioctl(nr = 2)] Current, #[ioctl(nr = 3)] Ring,");
    fs::write(folder.path().join("lib.rs"), text).unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .current_dir(folder.path())
        .args(["module", "lib.rs", "-o", "driver"])
        .status();
    assert!(made.unwrap().success());
    let header = fs::read_to_string(folder.path().join("driver/gen/bell_ioctl.h")).unwrap();
    for member in ["(*_min)", "(*_current)", "(*ring)"] {
        assert!(header.contains(member), "{header}");
    }
}

#[test]
fn structures_behind_addresses_that_cannot_be_copied_and_checked() {
    let checked = data("Note", "", "#[ioctl(flags = 1)] pub flags: u32, pub pitch: u32,");
    let play = |member: &str| {
        let members =
            format!("#[ioctl(count = count)] notes: UserConstPtr<'a, Note>, count: {member}");
        data("Play<'a>", "", &members)
    };
    for (items, commands, why) in [
        (
            format!("{checked}{}", play("i32, rest: u32,")),
            "#[ioctl(nr = 1, write)] Ring(Play<'a>),",
            "`count` counts elements: make it an unsigned integer",
        ),
        (
            format!("{checked}{}{}", play("u64,"), data("Outer<'a>", "", "pub first: Play<'a>,")),
            "#[ioctl(nr = 1, write)] Ring(Outer<'a>),",
            "the structures behind `notes` are checked, but only those behind an address in the argument",
        ),
        (
            format!(
                "{}{}",
                data("Note", "#[ioctl(not_portable = \"old\")]", "pub a: c_long,"),
                play("u64,")
            ),
            "#[ioctl(nr = 1, write)] Ring(Play<'a>),",
            "the structures behind `notes` differ between 32-bit and 64-bit programs",
        ),
    ] {
        let text = rust(&items, commands)
            .replace("Reserved}", "Reserved, UserConstPtr, UserPtr}")
            .replace("enum BellIoctl", "enum BellIoctl<'a>");
        refused("lib.rs", &text, why);
    }
}

#[test]
fn structures_that_the_header_cannot_spell() {
    let packed =
        "#[derive(IoctlData)]\n#[repr(C, packed)]\npub struct Packed { pub a: u8, pub b: u32 }";
    refused(
        "lib.rs",
        &rust(packed, "#[ioctl(nr = 1, write)] Ring(Packed),"),
        "is packed or aligned: spell its padding out",
    );
    let twins = "mod a { use ioctlkit::IoctlData; #[derive(IoctlData)] #[repr(C)] pub struct Same { pub a: u32 } }\n\
                 mod b { use ioctlkit::IoctlData; #[derive(IoctlData)] #[repr(C)] pub struct Same { pub b: u64 } }";
    refused(
        "lib.rs",
        &rust(
            twins,
            "#[ioctl(nr = 1, write)] Ring(a::Same), #[ioctl(nr = 2, write)] Mute(b::Same),",
        ),
        "the header would define `struct same` twice",
    );
}

#[test]
fn headers_that_leave_open_what_a_driver_must_know() {
    for (text, why) in [
        ("#define BELL_A _IOC(_IOC_READ, 'x', 1, 64)", "its number has a size but no type"),
        (
            "struct bell { __u32 count; __u32 data[]; };\n#define BELL_A _IOW('x', 1, struct bell)",
            "nothing says who counts its elements",
        ),
        ("#define BELL_A _IOW('x', 1, char[32])", "neither a structure nor an integer"),
        (
            "struct bell { int a : 3; int b : 5; long c; };\n\
             #define BELL_A _IOW('x', 1, struct bell)",
            "has a member without a name, or a bit-field",
        ),
        (
            "struct bell { long c; union { long a; __u32 b; }; };\n\
             #define BELL_A _IOW('x', 1, struct bell)",
            "nobody knows which of its members is in use",
        ),
        ("#define BELL_A 0x1234", "there is no command"),
    ] {
        refused("bell.h", &header(text), why);
    }
}

#[test]
fn several_interfaces_without_a_way_to_each_others_files() {
    let other = |attributes: &str| {
        format!(
            "#[derive(Ioctl)]\n#[ioctl(type = b'y', device = Other, prefix = \"OTHER_\"{attributes})]\n\
             pub enum OtherIoctl {{ #[ioctl(nr = 1)] Strike, }}"
        )
    };
    refused(
        "lib.rs",
        &rust(&other(""), "#[ioctl(nr = 1)] Ring,"),
        "no command of `bell` opens the files of `OtherIoctl`",
    );
    refused(
        "lib.rs",
        &rust(&other(", unsafe(path = \"/dev/other\")"), "#[ioctl(nr = 1)] Ring,"),
        "`BellIoctl` would be a second one at /dev/bell",
    );
    let both = rust(&other(""), "#[ioctl(nr = 1, returns = Other)] Ring,");
    assert_eq!(said_of("lib.rs", &both, &[]).0, Some(0));
    let apart = rust(&other(""), "#[ioctl(nr = 1)] Ring,");
    assert_eq!(said_of("lib.rs", &apart, &["--interface", "OtherIoctl"]).0, Some(0));
    let (code, said, _) = said_of("lib.rs", &apart, &["--interface", "Third"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("there is: OtherIoctl, BellIoctl"), "{said}");
}

#[test]
fn what_is_left_out_is_said() {
    let text = "#define BELL_OLD 0x1234\n#define BELL_NAME(len) _IOC(_IOC_READ, 'x', 9, len)\n\
                #define BELL_A _IO('x', 1)";
    let (code, said, _) = said_of("bell.h", &header(text), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("`BELL_NAME` is left out: how many commands"), "{said}");
}

#[test]
fn names_that_no_module_can_have() {
    for (arguments, file) in [(["--name", "Bell"], "bell.h"), (["--name", "1bell"], "bell.h")] {
        let text = header("#define BELL_A _IO('x', 1)");
        let (code, said, wrote) = said_of(file, &text, &arguments);
        assert_eq!((code, wrote), (Some(2), false), "{said}");
    }
    let text = header("#define BELL_A _IO('x', 1)");
    let (code, said, wrote) = said_of("my-bell.h", &text, &[]);
    assert!(said.contains("is no name for a module"), "{said}");
    assert_eq!((code, wrote), (Some(2), false), "{said}");
}

#[test]
fn an_interface_of_which_the_derive_refuses_an_item() {
    let fine = rust("", "#[ioctl(nr = 1)] Ring,");
    let refused_by_the_derive = fine.replace("BellIoctl", "GongIoctl").replace("nr = 1", "no = 2");
    refused("lib.rs", &format!("{fine}{refused_by_the_derive}"), "the derive refuses it too");
    refused("lib.rs", &rust("", "#[ioctl(nr = 1)] Ring, #[ioctl(nr = 2)] Mute(u32),"), "direction");
}

#[test]
fn objects_that_no_handle_can_stand_for() {
    let new = data("New", "", "#[ioctl(creates = cup)] pub cup: u32, pub _r: Reserved<4>,");
    let old = data("Old", "", "#[ioctl(handle = cup)] pub cup: u32,");
    let make = "#[ioctl(nr = 1, read_write)] Make(New),";
    for (items, commands, why) in [
        (new.clone(), "#[ioctl(nr = 1, write)] Make(New),", "the caller does not get the argument"),
        (
            new.clone(),
            "#[ioctl(nr = 1, read_write, returns = u32)] Make(New),",
            "it creates an object, and so returns nothing else",
        ),
        (old.clone(), "#[ioctl(nr = 1, write)] Use(Old),", "no command makes one"),
        (
            format!("{new}{old}"),
            "#[ioctl(nr = 1, read_write)] Make(New), #[ioctl(nr = 2, read)] Use(Old),",
            "the kernel does not read the argument",
        ),
        (
            data("New", "", "#[ioctl(creates = device)] pub device: u32,"),
            make,
            "the driver has another use for the name `device`",
        ),
        (
            data("New", "#[ioctl(c = \"struct bell_cup\")]", "#[ioctl(creates = cup)] pub a: u32,"),
            make,
            "`struct bell_cup` is what the driver has for the object `cup`",
        ),
        (
            data(
                "New",
                "",
                "#[ioctl(creates = cup)] pub a: u32, #[ioctl(creates = mug)] pub b: u32,",
            ),
            make,
            "it creates two objects",
        ),
        (
            format!(
                "{new}{}",
                data(
                    "Two",
                    "",
                    "#[ioctl(destroys = cup)] pub a: u32, #[ioctl(destroys = cup)] pub b: u32,"
                )
            ),
            "#[ioctl(nr = 1, read_write)] Make(New), #[ioctl(nr = 2, write)] Drop(Two),",
            "it destroys two objects",
        ),
        (
            data(
                "New",
                "",
                "#[ioctl(creates = cup)] pub a: u32, #[ioctl(handle = cup)] pub b: u32,",
            ),
            make,
            "it makes a cup of objects that cannot be there before",
        ),
        (
            format!("{new}{old}{}", data("Outer", "", "pub old: Old,")),
            "#[ioctl(nr = 1, read_write)] Make(New), #[ioctl(nr = 2, write)] Use(Outer),",
            "only those in the argument itself are looked up",
        ),
        (
            format!("{new}{old}"),
            "#[ioctl(nr = 1, read_write)] Make(New), #[ioctl(nr = 2, write, buffer = Old)] Use,",
            "a handle in an array",
        ),
        (
            format!(
                "{new}{}",
                data("Grown", "", "pub a: u32, #[ioctl(handle = cup)] pub cup: u32,")
            ),
            "#[ioctl(nr = 1, read_write)] Make(New), \
             #[ioctl(nr = 2, write, extensible(min_size = 4))] Use(Grown),",
            "`cup` is a handle and came after the first version",
        ),
    ] {
        refused("lib.rs", &rust(&items, commands), why);
    }
    let files = "#[derive(Ioctl)]\n#[ioctl(type = b'y', device = File, prefix = \"FILE_\")]\n\
                 pub enum FileIoctl { #[ioctl(nr = 1, read_write)] Make(New), }";
    let commands = "#[ioctl(nr = 1, returns = File)] Open,";
    refused(
        "lib.rs",
        &rust(&format!("{new}{files}"), commands),
        "only a file in `/dev` keeps objects",
    );
}
