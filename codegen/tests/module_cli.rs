//! `ioctl-gen module` as people meet it: files are written, kept, compared and refused.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HEADER: &str = "\
#ifndef BELL_H
#define BELL_H
#include <linux/ioctl.h>
#include <linux/types.h>
struct bell_ring {
	__u32 times;
	__u32 pitch;
};
#define BELL_RING _IOWR('b', 1, struct bell_ring)
#define BELL_STOP _IO('b', 2)
#endif
";

struct Bell {
    folder: tempfile::TempDir,
}

impl Bell {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("bell.h"), HEADER).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("driver").join(name)
    }

    fn run(&self, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
            .current_dir(self.folder.path())
            .args(["module", "bell.h", "-o", "driver"])
            .args(more)
            .output()
            .unwrap()
    }

    fn code(&self, more: &[&str]) -> i32 {
        let output = self.run(more);
        output.status.code().unwrap_or_else(|| panic!("{output:?}"))
    }

    fn redefine(&self, from: &str, to: &str) {
        let changed = HEADER.replace(from, to);
        assert_ne!(changed, HEADER);
        fs::write(self.folder.path().join("bell.h"), changed).unwrap();
    }
}

/// Every file below a folder, with its text and the time of its last change.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let changed = fs::metadata(&path).unwrap().modified().unwrap();
                found.push((path.clone(), fs::read(&path).unwrap(), changed));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_second_run_writes_nothing() {
    let bell = Bell::new();
    assert_eq!(bell.code(&[]), 0);
    let before = tree(&bell.path(""));
    assert_eq!(bell.code(&[]), 0);
    assert_eq!(bell.code(&["--check"]), 0);
    assert_eq!(tree(&bell.path("")), before);
}

#[test]
fn a_change_touches_the_files_that_it_changes_and_no_others() {
    let bell = Bell::new();
    assert_eq!(bell.code(&[]), 0);
    let before = tree(&bell.path(""));
    bell.redefine("times", "strokes");
    assert_eq!(bell.code(&["--break-abi"]), 0);
    let after = tree(&bell.path(""));
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after);
    let changed: Vec<String> = changed
        .map(|(_, (path, ..))| path.strip_prefix(bell.path("")).unwrap().display().to_string())
        .collect();
    let names_members = |path: &String| {
        ["bell.abi", "gen/", "include/", "man/", "syzkaller/", "tests/bell_test.c", "tools/"]
            .iter()
            .any(|begin| path.starts_with(begin))
    };
    assert!(!changed.is_empty() && changed.iter().all(names_members), "{changed:?}");
}

#[test]
fn check_notices_a_flipped_byte_of_any_generated_file() {
    let bell = Bell::new();
    assert_eq!(bell.code(&[]), 0);
    let once = [
        "Kbuild",
        "Kconfig",
        "Makefile",
        "dkms.conf",
        "bell_main.c",
        "tests/Makefile",
        "tests/bell_hooks.h",
    ]
    .map(Path::new);
    for (path, text, _) in tree(&bell.path("")) {
        let is_theirs = once.contains(&path.strip_prefix(bell.path("")).unwrap());
        for at in [0, text.len() / 3, text.len() - 1] {
            let mut changed = text.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).unwrap();
            let noticed = bell.code(&["--check"]) != 0;
            assert_eq!(noticed, !is_theirs, "{}: byte {at}", path.display());
        }
        fs::write(&path, &text).unwrap();
    }
    assert_eq!(bell.code(&["--check"]), 0);
}

#[test]
fn a_copy_of_a_header_follows_it_and_is_refused_once_it_was_edited() {
    let bell = Bell::new();
    assert_eq!(bell.code(&[]), 0);
    let copy = bell.path("include/uapi/linux/bell.h");
    assert!(fs::read_to_string(&copy).unwrap().starts_with(HEADER));
    bell.redefine("#endif", "#define BELL_MUTE _IO('b', 3)\n#endif");
    assert_eq!(bell.code(&["--check"]), 1);
    assert_eq!(bell.code(&[]), 0);
    let text = fs::read_to_string(&copy).unwrap();
    assert!(text.contains("BELL_MUTE"), "{text}");
    fs::write(&copy, text.replace("times", "strokes")).unwrap();
    let refused = bell.run(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stdout).contains("-\t__u32 strokes;"));
}

#[test]
fn a_header_in_its_place_is_left_alone() {
    let bell = Bell::new();
    let place = bell.path("include/uapi/linux/bell.h");
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(&place, HEADER).unwrap();
    let run = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
            .current_dir(bell.folder.path())
            .args(["module", "driver/include/uapi/linux/bell.h", "-o", "driver"])
            .args(more)
            .output()
            .unwrap();
        output.status.code()
    };
    assert_eq!((run(&[]), run(&["--check"])), (Some(0), Some(0)));
    assert_eq!(fs::read_to_string(&place).unwrap(), HEADER);
    assert!(bell.path("gen/bell_ioctl.c").exists());
}

#[test]
fn an_edited_file_is_refused_with_a_diff_until_it_is_forced() {
    let bell = Bell::new();
    assert_eq!(bell.code(&[]), 0);
    let path = bell.path("gen/bell_ioctl.c");
    let text = fs::read_to_string(&path).unwrap();
    let edited = text.replace("return -ENOTTY;", "return -EINVAL;");
    fs::write(&path, &edited).unwrap();
    let refused = bell.run(&[]);
    assert_eq!(refused.status.code(), Some(2));
    let diff = String::from_utf8_lossy(&refused.stdout);
    assert!(diff.contains("-\t\treturn -EINVAL;\n+\t\treturn -ENOTTY;"), "{diff}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("changed by hand"));
    assert_eq!(fs::read_to_string(&path).unwrap(), edited);
    assert_eq!(bell.code(&["--force"]), 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn what_people_wrote_survives_and_what_they_removed_comes_back_alone() {
    let bell = Bell::new();
    assert_eq!(bell.code(&[]), 0);
    let main = bell.path("bell_main.c");
    fs::write(&main, "/* work of months */\n").unwrap();
    bell.redefine("#define BELL_STOP", "#define BELL_MUTE _IOW('b', 3, __u32)\n#define BELL_STOP");
    fs::remove_file(bell.path("tests/ktap.h")).unwrap();
    let ioctl = fs::read_to_string(bell.path("gen/bell_ioctl.c")).unwrap();
    assert_eq!(bell.code(&["--write-missing"]), 0);
    assert!(bell.path("tests/ktap.h").exists());
    assert_eq!(fs::read_to_string(bell.path("gen/bell_ioctl.c")).unwrap(), ioctl);
    assert_eq!(bell.code(&[]), 0);
    assert!(fs::read_to_string(bell.path("gen/bell_ioctl.h")).unwrap().contains("(*mute)"));
    assert_eq!(fs::read_to_string(&main).unwrap(), "/* work of months */\n");
}

#[test]
fn a_number_that_was_given_away_is_not_given_to_another() {
    let bell = Bell::new();
    assert_eq!(bell.code(&[]), 0);
    bell.redefine("#define BELL_STOP _IO('b', 2)", "#define BELL_HALT _IO('b', 2)");
    let refused = bell.run(&[]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("`BELL_HALT` would have the nr that `BELL_STOP` had"), "{said}");
    bell.redefine("#define BELL_STOP _IO('b', 2)", "#define BELL_HALT _IO('b', 3)");
    let refused = bell.run(&[]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    let gone = "`BELL_STOP`, which is `BELL_STOP none 0x62 0x02 0 nothing`, would be gone";
    assert!(said.contains(gone), "{said}");
    assert_eq!(bell.code(&["--break-abi"]), 0);
    let lock = fs::read_to_string(bell.path("bell.abi")).unwrap();
    assert!(lock.contains("retired BELL_STOP none 0x62 0x02 0 nothing\n"), "{lock}");
}

#[test]
fn what_was_accepted_is_recorded_and_lasts() {
    for (from, to, was) in [
        (
            "BELL_STOP _IO('b', 2)",
            "BELL_HALT _IO('b', 2)",
            "retired BELL_STOP none 0x62 0x02 0 nothing\n",
        ),
        (
            "BELL_RING _IOWR('b', 1, struct bell_ring)",
            "BELL_RING _IOW('b', 1, struct bell_ring)",
            "was command BELL_RING read_write 0x62 0x01 8 pointer struct bell_ring\n",
        ),
        ("__u32 pitch", "__s32 pitch", "was member struct bell_ring 4 pitch __u32\n"),
        ("\t__u32 pitch;\n", "", "was struct bell_ring 8\n"),
    ] {
        let bell = Bell::new();
        assert_eq!(bell.code(&[]), 0);
        bell.redefine(from, to);
        assert_eq!(bell.code(&[]), 2, "{to}");
        assert_eq!(bell.code(&["--check"]), 2, "{to}");
        assert_eq!(bell.code(&["--break-abi"]), 0, "{to}");
        let lock = fs::read_to_string(bell.path("bell.abi")).unwrap();
        assert!(lock.contains(was), "{to}: {lock}");
        let before = tree(&bell.path(""));
        for more in [&[][..], &["--check"], &["--break-abi"], &[]] {
            assert_eq!(bell.code(more), 0, "{to}: {more:?}");
        }
        assert_eq!(tree(&bell.path("")), before, "{to}");
    }
}

const CRATE: &str = "\
use ioctlkit::{Ioctl, IoctlData, OwnedFd};
#[derive(Ioctl)]
#[ioctl(type = b'x', device = Bell, unsafe(path = \"/dev/bell\"), prefix = \"BELL_\")]
pub enum BellIoctl {
    #[ioctl(nr = 1)]
    Ring,
}
";

const SECOND: &str = "\
#[derive(Ioctl)]
#[ioctl(type = b'x', device = Clapper, prefix = \"CLAPPER_\")]
pub enum ClapperIoctl {
    #[ioctl(nr = 0x10)]
    Swing,
}
";

#[test]
fn what_a_second_interface_needs_by_hand_is_told_until_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("lib.rs");
    let run = || {
        let output = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
            .current_dir(folder.path())
            .args(["module", "lib.rs", "-o", "driver"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    fs::write(&source, CRATE).unwrap();
    assert!(!run().contains("nothing answers"));
    let opens = "    #[ioctl(nr = 2, returns = Clapper)]\n    Open,\n}\n";
    let both = format!("{}{opens}{SECOND}", CRATE.trim_end_matches("}\n"));
    fs::write(&source, both).unwrap();
    for _ in 0..2 {
        let said = run();
        for wanted in [
            "driver/Kbuild: add `bell-y += gen/clapper_ioctl.o`",
            "driver/bell_main.c: nothing answers the commands of `clapper` yet",
            "#include \"gen/clapper_ioctl.h\"",
            "const struct clapper_ops clapper_ops = {",
            ".unlocked_ioctl = clapper_ioctl,",
            "anon_inode_getfile(\"[clapper]\", &clapper_fops, NULL, O_RDWR)",
        ] {
            assert!(said.contains(wanted), "{wanted}: {said}");
        }
    }
    let kbuild = folder.path().join("driver/Kbuild");
    let text = fs::read_to_string(&kbuild).unwrap();
    fs::write(&kbuild, text + "bell-y += clapper.o gen/clapper_ioctl.o\n").unwrap();
    let clapper = folder.path().join("driver/clapper.c");
    fs::write(clapper, "#include \"gen/clapper_ioctl.h\"\n").unwrap();
    let said = run();
    assert!(!said.contains("nothing answers") && !said.contains("Kbuild"), "{said}");
    // Where nothing is there yet, both are made.
    fs::remove_dir_all(folder.path().join("driver")).unwrap();
    let said = run();
    assert!(!said.contains("nothing answers") && !said.contains("Kbuild: add"), "{said}");
}

#[test]
fn a_dry_run_writes_nothing_and_says_what_it_would() {
    let bell = Bell::new();
    let output = bell.run(&["--dry-run", "--diff"]);
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("driver/gen/bell_ioctl.c: new"), "{said}");
    assert!(said.contains("+\tswitch (cmd) {"), "{said}");
    assert!(!bell.path("").exists());
}

#[test]
fn a_header_and_a_generated_file_without_an_end_are_refused() {
    let bell = Bell::new();
    assert_eq!(bell.code(&[]), 0);
    let refused = |why: &str| {
        let output = bell.run(&[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(why), "{said}");
    };
    let abi = bell.path("bell.abi");
    fs::File::create(&abi).unwrap().set_len(1 << 40).unwrap();
    refused("cannot read: it is larger than 64 MiB");
    fs::remove_file(&abi).unwrap();
    let header = bell.folder.path().join("bell.h");
    fs::File::create(&header).unwrap().set_len(1 << 40).unwrap();
    refused("cannot read: it is larger than 64 MiB");
    fs::remove_file(&header).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &header).unwrap();
    refused("cannot read: it is a device, not a regular file");
}
