//! `ioctl-gen module --in-tree` as people meet it: patches are printed, kept and written, and what is in a
//! tree already stays as it is.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HEADER: &str = "\
/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_BELL_H
#define _UAPI_LINUX_BELL_H
#include <linux/ioctl.h>
#include <linux/types.h>
struct bell_ring {
	__u32 times;
	__u32 pitch;
};
#define BELL_RING _IOWR(0xe9, 1, struct bell_ring)
#define BELL_STOP _IO(0xe9, 2)
#endif
";

/// As little of a kernel as a series needs.
const KERNEL: [(&str, &str); 8] = [
    (
        "MAINTAINERS",
        "Maintainers List\n----------------\n\nA DRIVER\nM:\tA <a@b>\nF:\ta\n\nTHE REST\nM:\tA <a@b>\nF:\t*\n",
    ),
    ("Kbuild", ""),
    ("include/uapi/linux/ioctl.h", ""),
    (
        "Documentation/userspace-api/ioctl/ioctl-number.rst",
        "====  =====  ======================= ====\n\
         Code  Seq#    Include File           Comments\n\
         ====  =====  ======================= ====\n\
         0xE8  all    linux/gong.h            x\n\
         ====  =====  ======================= ====\n",
    ),
    ("Documentation/misc-devices/index.rst", ".. toctree::\n\n   a\n"),
    ("drivers/misc/Kconfig", "menu \"x\"\nendmenu\n"),
    ("drivers/misc/Makefile", "obj-y += a.o\n"),
    ("tools/testing/selftests/Makefile", "TARGETS += a\n"),
];

struct Bell {
    folder: tempfile::TempDir,
}

impl Bell {
    fn new() -> Self {
        let bell = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(bell.path("bell.h"), HEADER).unwrap();
        for (path, text) in KERNEL {
            let path = bell.path("linux").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        bell
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
            .current_dir(self.folder.path())
            .args(["module", "bell.h", "--in-tree", "linux", "--author", "J D <j@x>"])
            .args(more)
            .output()
            .unwrap()
    }

    /// What is said of a series that is not made; nothing was printed or written.
    fn refused(&self, more: &[&str]) -> String {
        let before = tree(&self.path("linux"));
        let output = self.run(more);
        assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
        assert_eq!(tree(&self.path("linux")), before);
        String::from_utf8(output.stderr).unwrap()
    }
}

fn tree(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path.clone());
            }
            found.push((path.clone(), fs::read(&path).ok()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_series_is_printed_and_the_tree_stays_as_it_was() {
    let bell = Bell::new();
    let before = tree(&bell.path("linux"));
    let output = bell.run(&[]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for number in 1..=4 {
        assert!(text.contains(&format!("Subject: [PATCH {number}/4] ")), "{text}");
    }
    assert_eq!(text.matches("\nSigned-off-by: J D <j@x>\n").count(), 4);
    assert!(
        text.contains("\n+/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */\n")
    );
    assert_eq!(tree(&bell.path("linux")), before);
    assert_eq!(bell.run(&[]).stdout, text.as_bytes(), "the second time");
}

#[test]
fn what_is_written_is_what_the_patches_bring() {
    let bell = Bell::new();
    let linux = bell.path("linux");
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C").arg(&linux).args(["-c", "user.name=X", "-c", "user.email=x@x"]);
        assert!(git.args(arguments).output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "base"]);
    assert!(bell.run(&["-o", "patches"]).status.success());
    assert!(bell.run(&["--write"]).status.success());
    git(&["add", "-A"]);
    git(&["commit", "-qm", "written"]);
    git(&["tag", "written"]);
    git(&["reset", "-q", "--hard", "HEAD~1"]);
    let mut patches: Vec<String> = fs::read_dir(bell.path("patches"))
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .collect();
    patches.sort();
    git(&[&["am", "-q"][..], &patches.iter().map(String::as_str).collect::<Vec<_>>()].concat());
    git(&["diff", "--exit-code", "written"]);
}

#[test]
fn what_is_there_already_is_refused_and_named() {
    for (path, is_folder) in [
        ("include/uapi/linux/bell.h", false),
        ("drivers/misc/bell", true),
        ("tools/testing/selftests/bell", true),
        ("Documentation/misc-devices/bell.rst", false),
    ] {
        let bell = Bell::new();
        let full = bell.path("linux").join(path);
        if is_folder {
            fs::create_dir(full).unwrap();
        } else {
            fs::write(full, "work of months").unwrap();
        }
        for options in [&[][..], &["--write"], &["-o", "patches"]] {
            let said = bell.refused(options);
            assert!(said.contains(path) && said.contains("is there already"), "{said}");
        }
        assert!(!bell.path("patches").exists());
    }
    let bell = Bell::new();
    assert!(bell.run(&["-o", "patches"]).status.success());
    let said = bell.refused(&["-o", "patches"]);
    assert!(said.contains("0001-misc-bell") && said.contains("is there already"), "{said}");
}

#[test]
fn names_and_numbers_that_others_have_are_refused() {
    let bell = Bell::new();
    for (file, from, to, message) in [
        (
            "linux/drivers/misc/Kconfig",
            "menu",
            "config BELL\nmenu",
            "there is a `config BELL` already",
        ),
        (
            "linux/tools/testing/selftests/Makefile",
            "+= a",
            "+= bell",
            "there is a target `bell` already",
        ),
        ("linux/MAINTAINERS", "A DRIVER", "BELL DRIVER", "there is an entry `BELL DRIVER` already"),
        ("bell.h", "0xe9", "0xe8", "nr 0x00 to 0xff of type 0xE8 are taken, by linux/gong.h"),
        ("bell.h", "WITH Linux-syscall-note", "", "WITH Linux-syscall-note"),
    ] {
        let text = fs::read_to_string(bell.path(file)).unwrap();
        fs::write(bell.path(file), text.replace(from, to)).unwrap();
        let said = bell.refused(&[]);
        assert!(said.contains(message), "{said}");
        fs::write(bell.path(file), text).unwrap();
    }
    assert!(bell.run(&[]).status.success());
}

#[test]
fn no_link_of_a_tree_is_followed() {
    for path in
        ["MAINTAINERS", "drivers/misc/Kconfig", "Documentation/misc-devices", "drivers/misc"]
    {
        let bell = Bell::new();
        let full = bell.path("linux").join(path);
        let elsewhere = bell.path("elsewhere");
        fs::rename(&full, &elsewhere).unwrap();
        symlink(&elsewhere, &full).unwrap();
        let said = bell.refused(&["--write"]);
        assert!(said.contains("link"), "{path}: {said}");
    }
    let bell = Bell::new();
    symlink(bell.path("elsewhere"), bell.path("linux/include/uapi/linux/bell.h")).unwrap();
    assert!(bell.refused(&["--write"]).contains("is there already"));
    assert!(!bell.path("elsewhere").exists());
}

#[test]
fn a_folder_that_is_no_kernel_and_files_that_are_no_text_are_told() {
    let bell = Bell::new();
    fs::write(bell.path("linux/drivers/misc/Makefile"), [0xff, 0xfe]).unwrap();
    assert!(bell.refused(&[]).contains("is not UTF-8"));
    fs::remove_file(bell.path("linux/drivers/misc/Makefile")).unwrap();
    assert!(bell.refused(&[]).contains("drivers/misc/Makefile"));
    fs::remove_file(bell.path("linux/Kbuild")).unwrap();
    assert!(bell.refused(&[]).contains("is no kernel's source: Kbuild is missing"));
    for wrong in [
        &["--subsystem", "../misc"][..],
        &["--subsystem", "/drivers/misc"],
        &["--subsystem", "misc"],
        &["--author", "J D"],
        &["--bench"],
        &["--check"],
    ] {
        assert_eq!(bell.run(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn doors_for_benchmarks_stay_outside() {
    let bell = Bell::new();
    let made = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .current_dir(bell.folder.path())
        .args(["module", "bell.h", "-o", "driver", "--bench"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let said = bell.refused(&["--module", "driver"]);
    assert!(said.contains("doors for benchmarks"), "{said}");
    assert!(bell.refused(&["--module", "nowhere"]).contains("nowhere"));
}
