//! What the lock file's guard refuses: of a C header the same as `ioctl-lint diff` reports, and of a
//! definition in Rust what else callers rely on.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};

use ioctl_gen::module::{Lock, Options, plan};
use ioctl_lint::diff::{Version, Versions, every_change};
use ioctlkit_model::{Interface, Severity};
use ioctlkit_sources::{c, rust};

fn lock(interface: &Interface) -> Lock {
    let options = Options { name: Some("bell".into()), ..Options::default() };
    Lock::of(&plan(interface, &options).unwrap()).unwrap()
}

/// What the guard says of `new` in the place of `old`.
fn guarded(old: &Interface, new: &Interface) -> Vec<String> {
    let broken = lock(old).broken_by(&lock(new));
    broken.into_iter().map(|broken| broken.message).collect()
}

const HEADER: &str = "\
#ifndef BELL_H
#define BELL_H
#include <linux/ioctl.h>
#include <linux/types.h>
#define BELL_LOUD (1 << 0)
#define BELL_LONG (1 << 1)
#define BELL_ALL_FLAGS (BELL_LOUD | BELL_LONG)
#define BELL_NAME_LEN 16
#define BELL_API_VERSION 1
enum bell_tone {
	BELL_LOW,
	BELL_HIGH,
	BELL_TONE_MAX,
};
struct bell_ring {
	__u32 times;
	__u32 tone;
	__u64 reserved;
};
#define BELL_RING _IOW('b', 1, struct bell_ring)
#define BELL_STOP _IO('b', 2)
#endif
";

fn header(folder: &Path, text: &str) -> (PathBuf, Interface) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("bell.h"), text).unwrap();
    let request = c::Request {
        paths: vec![folder.join("bell.h")],
        all_definitions: true,
        raw_numbers: true,
        ..c::Request::default()
    };
    let (interface, problems) = c::read(&request);
    assert!(problems.is_empty(), "{problems:#?}");
    (folder.to_owned(), interface)
}

#[test]
fn the_guard_of_a_header_says_what_diff_says() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to, is_broken) in [
        // Values of constants.
        ("BELL_LOUD (1 << 0)", "BELL_LOUD (1 << 2)", true),
        (
            "BELL_LOUD (1 << 0)\n#define BELL_LONG (1 << 1)",
            "BELL_LOUD (1 << 1)\n#define BELL_LONG (1 << 0)",
            true,
        ),
        (
            "#define BELL_LONG (1 << 1)\n#define BELL_ALL_FLAGS (BELL_LOUD | BELL_LONG)",
            "#define BELL_ALL_FLAGS BELL_LOUD",
            true,
        ),
        ("BELL_NAME_LEN 16", "BELL_NAME_LEN 32", true),
        ("\tBELL_LOW,\n\tBELL_HIGH,", "\tBELL_HIGH,\n\tBELL_LOW,", true),
        ("\tBELL_LOW,\n", "\tBELL_LOWEST,\n\tBELL_LOW,\n", true),
        ("\tBELL_HIGH,\n", "", true),
        ("\tBELL_HIGH,\n", "\tBELL_HIGH,\n\tBELL_HIGHER,\n", false),
        ("BELL_LONG)", "BELL_LONG | 4)\n#define BELL_SOFT 4", false),
        ("BELL_API_VERSION 1", "BELL_API_VERSION 2", false),
        ("(1 << 0)", "0x1", false),
        // Commands.
        ("#define BELL_STOP _IO('b', 2)\n", "", true),
        ("BELL_STOP _IO('b', 2)", "BELL_HALT _IO('b', 2)", true),
        ("_IO('b', 2)", "_IO('b', 3)", true),
        ("_IOW('b', 1", "_IOWR('b', 1", true),
        ("_IO('b', 2)\n", "_IO('b', 2)\n#define BELL_MUTE _IO('b', 3)\n", false),
        // Members.
        ("\t__u32 times;\n\t__u32 tone;\n", "\t__u32 tone;\n\t__u32 times;\n", true),
        ("__u32 times", "__s32 times", true),
        ("__u32 times", "__u32 count", true),
        ("\t__u64 reserved;\n", "", true),
        ("__u64 reserved", "__u64 pitch", false),
    ] {
        let (old_root, old) = header(&folder.path().join("old"), HEADER);
        let changed = HEADER.replace(from, to);
        assert_ne!(changed, HEADER, "{from}");
        let (new_root, new) = header(&folder.path().join("new"), &changed);
        let said = guarded(&old, &new);
        let version =
            |interface, root| Version { interface, roots: vec![root], ..Version::default() };
        let findings = every_change(&Versions::new(version(old, old_root), version(new, new_root)));
        let reported: Vec<_> = findings
            .iter()
            .filter(|finding| finding.severity >= Severity::Warning)
            .map(|finding| (finding.rule.code, &finding.message))
            .collect();
        let said_by = (!said.is_empty(), !reported.is_empty());
        assert_eq!(said_by, (is_broken, is_broken), "{to}: {said:?} {reported:#?}");
    }
}

const RUST: &str = "\
use ioctlkit::{Ioctl, IoctlData, OwnedFd};
pub const BELL_LOUD: u32 = 1;
pub const BELL_LONG: u32 = 2;
pub const BELL_TIMES: u32 = 16;
pub const BELL_LOW: u32 = 0;
pub const BELL_HIGH: u32 = 1;
#[derive(IoctlData)]
#[repr(C)]
pub struct Ring {
    #[ioctl(flags = BELL_LOUD | BELL_LONG)]
    pub flags: u32,
    #[ioctl(range = 1..=BELL_TIMES)]
    pub times: u32,
    #[ioctl(values(BELL_LOW, BELL_HIGH))]
    pub tone: u32,
    pub pitch: u32,
}
#[derive(Ioctl)]
#[ioctl(type = b'x', device = Bell, unsafe(path = \"/dev/bell\"), prefix = \"BELL_\")]
pub enum BellIoctl {
    #[ioctl(nr = 1, write, mode = write, capability = \"CAP_SYS_ADMIN\")]
    Ring(Ring),
    #[ioctl(nr = 2)]
    Stop,
    #[ioctl(nr = 3, write, extensible(min_size = 8))]
    Chime(Ring),
}
";

fn definition(folder: &Path, text: &str) -> Interface {
    fs::write(folder.join("lib.rs"), text).unwrap();
    let paths = vec![folder.join("lib.rs")];
    let (interface, problems) = rust::read(&rust::Request { paths, ..rust::Request::default() });
    assert!(problems.is_empty(), "{problems:#?}");
    interface
}

#[test]
fn the_guard_of_a_definition_names_what_callers_lose() {
    let folder = tempfile::tempdir().unwrap();
    let old = definition(folder.path(), RUST);
    for (from, to, said) in [
        ("BELL_LOUD: u32 = 1;", "BELL_LOUD: u32 = 4;", "`BELL_LOUD` was 1, and would be 4"),
        (
            "pub const BELL_LOW: u32 = 0;\npub const BELL_HIGH: u32 = 1;",
            "pub const BELL_LOW: u32 = 1;\npub const BELL_HIGH: u32 = 0;",
            "`BELL_HIGH` was 1, and would be 0",
        ),
        (
            "BELL_LOUD | BELL_LONG",
            "BELL_LOUD",
            "`flags` of `struct ring` took the bits 0x3, and would take the bits 0x1",
        ),
        ("1..=BELL_TIMES", "1..=8", "`times` of `struct ring` took 1 to 16, and would take 1 to 8"),
        (
            "    pub pitch",
            "    #[ioctl(range = 0..=9)]\n    pub pitch",
            "`pitch` of `struct ring` took any value, and would take 0 to 9",
        ),
        ("values(BELL_LOW, BELL_HIGH)", "values(BELL_LOW)", "took 0, 1, and would take 0"),
        (
            ", capability = \"CAP_SYS_ADMIN\"",
            "",
            "`BELL_RING` needed `CAP_SYS_ADMIN`, and would need no capability",
        ),
        (
            "#[ioctl(nr = 2)]",
            "#[ioctl(nr = 2, capability = \"CAP_NET_ADMIN\")]",
            "`BELL_STOP` needed no capability, and would need `CAP_NET_ADMIN`",
        ),
        (
            "mode = write, ",
            "",
            "`BELL_RING` was for files that are open for writing, and would be for every file",
        ),
        (
            "#[ioctl(nr = 2)]",
            "#[ioctl(nr = 2, mode = read)]",
            "`BELL_STOP` was for every file, and would be for files that are open for reading",
        ),
        (
            "    #[ioctl(nr = 2)]\n    Stop,\n",
            "",
            "`BELL_STOP`, which is `BELL_STOP none 0x78 0x02 0 nothing`, would be gone",
        ),
        (
            "min_size = 8",
            "min_size = 12",
            "`BELL_CHIME` took 8 bytes or more, and would take 12 or more",
        ),
        (
            "nr = 2)",
            "nr = 2, returns = u32)",
            "`BELL_STOP` returned nothing, and would return a number",
        ),
        // What widens breaks nobody.
        ("BELL_LOUD | BELL_LONG", "BELL_LOUD | BELL_LONG | 4", ""),
        ("1..=BELL_TIMES", "0..=64", ""),
        ("values(BELL_LOW, BELL_HIGH)", "values(BELL_LOW, BELL_HIGH, 2)", ""),
        ("    #[ioctl(nr = 2)]", "    #[ioctl(nr = 4)]\n    Mute,\n    #[ioctl(nr = 2)]", ""),
        ("pub const BELL_LOW", "pub const BELL_MUTED: u32 = 7;\npub const BELL_LOW", ""),
    ] {
        let changed = RUST.replace(from, to);
        assert_ne!(changed, RUST, "{from}");
        let told = guarded(&old, &definition(folder.path(), &changed));
        let is_told = |message: &String| message.contains(said);
        assert_eq!(told.is_empty(), said.is_empty(), "{to}: {told:?}");
        assert!(said.is_empty() || told.iter().any(is_told), "{to}: {told:?}");
    }
}
