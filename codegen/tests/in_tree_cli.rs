//! `ioctl-gen module --in-tree` as people meet it: patches are printed, kept and written, and what is in a
//! tree already stays as it is.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
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
const KERNEL: [(&str, &str); 11] = [
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
    (
        "Documentation/userspace-api/index.rst",
        "Calls\n=====\n\n.. toctree::\n\n   b\n\nDevices and I/O\n===============\n\n.. toctree::\n\n   a\n",
    ),
    ("drivers/char/Kconfig", "menu \"x\"\nendmenu\n"),
    ("drivers/char/Makefile", "obj-y += a.o\n"),
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
        self.generate(&[&["--author", "J D <j@x>"], more].concat()).output().unwrap()
    }

    /// A run that does not say yet who signs off.
    fn generate(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"));
        let command_line = ["module", "bell.h", "--in-tree", "linux"];
        command.current_dir(self.folder.path()).args(command_line).args(more);
        command
    }

    /// Makes a module in a folder of its own, `driver`.
    fn make_driver(&self, more: &[&str]) {
        let made = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
            .current_dir(self.folder.path())
            .args(["module", "bell.h", "-o", "driver"])
            .args(more)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{file}: {text}");
        fs::write(self.path(file), text.replace(from, to)).unwrap();
    }

    /// Runs a command that has to fail without output or changes, and returns its stderr.
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
    bell.make_driver(&[]);
    fs::write(bell.path("driver/bell_clapper.c"), "#include \"gen/bell_ioctl.h\"\n").unwrap();
    bell.edit(
        "driver/bell_main.c",
        "#include <linux/module.h>",
        "#include <linux/module.h> // mine",
    );
    assert!(bell.run(&["--module", "driver", "-o", "patches"]).status.success());
    assert!(bell.run(&["--module", "driver", "--write"]).status.success());
    let written =
        |name: &str| fs::read_to_string(linux.join("drivers/misc/bell").join(name)).unwrap();
    assert!(written("bell_main.c").contains("// mine"));
    assert_eq!(written("bell_clapper.c"), "#include \"bell_ioctl.h\"\n");
    assert!(written("Makefile").contains("bell-y := bell_main.o bell_clapper.o\n"));
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
fn a_header_is_named_by_its_path() {
    let bell = Bell::new();
    fs::create_dir(bell.path("headers")).unwrap();
    fs::rename(bell.path("bell.h"), bell.path("headers/bell.h")).unwrap();
    let refused = || {
        let linux = bell.path("linux");
        let output = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
            .args(["module", "headers/bell.h", "--author", "J D <j@x>", "--in-tree"])
            .arg(linux)
            .current_dir(bell.folder.path())
            .output()
            .unwrap();
        assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    bell.edit(
        "headers/bell.h",
        "#include <linux/ioctl.h>",
        "#include <linux/ioctl.h>\n#include \"more.h\"",
    );
    fs::write(bell.path("headers/more.h"), "").unwrap();
    let said = refused();
    let message = "includes other headers of the project, which the series does not install";
    assert!(said.contains(message) && said.contains("--> headers/bell.h"), "{said}");
    bell.edit("headers/bell.h", " WITH Linux-syscall-note", "");
    let said = refused();
    let message = "the license of a UAPI header needs `WITH Linux-syscall-note`";
    assert!(said.contains(message) && said.contains("--> headers/bell.h"), "{said}");
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
}

#[test]
fn options_that_make_no_sense_are_told() {
    let folder = "expected a folder below the root of the tree, such as `drivers/misc`";
    let conflict = "cannot be used with";
    let author = &["--author", "J D <j@x>"][..];
    for (wrong, message) in [
        (&[author, &["--subsystem", "../misc"]].concat()[..], folder),
        (&[author, &["--subsystem", "/drivers/misc"]].concat(), folder),
        (&[author, &["--subsystem", "misc"]].concat(), folder),
        (&["--author", "J D"], "an author is a name and an address"),
        (&[author, &["--bench"]].concat(), conflict),
        (&[author, &["--check"]].concat(), conflict),
        (&[author, &["--write", "-o", "patches"]].concat(), conflict),
    ] {
        let bell = Bell::new();
        let before = tree(bell.folder.path());
        let output = bell.generate(wrong).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(said.contains(message), "{wrong:?}: {said}");
        assert_eq!(tree(bell.folder.path()), before);
    }
}

#[test]
fn names_of_the_interface_stay_what_they_are_in_the_test() {
    let bell = Bell::new();
    bell.edit("bell.h", "BELL_RING", "BELL_KTAP_RING");
    bell.edit("bell.h", "times", "ktap_id");
    let output = bell.run(&[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\"BELL_KTAP_RING\"") && text.contains("\"ktap_id\""), "{text}");
    assert!(!text.contains("BELL_KSFT_RING") && !text.contains("ksft_id"));
    assert!(text.contains("KSFT_FAIL") && text.contains("ksft_"));
}

#[test]
fn a_source_with_a_name_that_no_makefile_takes_is_refused() {
    for name in [&b"a b.c"[..], b"a\nb.h", b"a\"b.c", b"$(x).c", b"a.b.c", b"\xff.c", b".c.h"] {
        let bell = Bell::new();
        bell.make_driver(&[]);
        fs::write(bell.path("driver").join(OsStr::from_bytes(name)), "").unwrap();
        let said = bell.refused(&["--module", "driver"]);
        let message = "a source of a driver is named with letters, digits, `_` and `-`";
        assert!(said.contains(message), "{said}");
    }
    let bell = Bell::new();
    bell.make_driver(&[]);
    // These kbuild and editors leave behind.
    for name in ["bell.mod.c", ".bell.mod.o.cmd", "bell_main.o", "bell_main.c~"] {
        fs::write(bell.path("driver").join(name), "left\r\n").unwrap();
    }
    assert!(bell.run(&["--module", "driver"]).status.success());
}

#[test]
fn a_source_with_the_name_of_a_generated_file_is_refused() {
    for name in ["bell_ioctl.c", "bell_ioctl.h"] {
        let bell = Bell::new();
        bell.make_driver(&[]);
        fs::write(bell.path("driver").join(name), "").unwrap();
        let said = bell.refused(&["--module", "driver"]);
        let message = format!("`{name}` is also the name of a generated file: rename it");
        assert!(said.contains(&message) && said.contains(&format!("driver/{name}")), "{said}");
    }
}

#[test]
fn what_git_am_would_not_keep_is_refused() {
    for file in [
        "bell.h",
        "driver/bell_main.c",
        "driver/tests/bell_hooks.h",
        "linux/MAINTAINERS",
        "linux/drivers/misc/Kconfig",
    ] {
        let bell = Bell::new();
        bell.make_driver(&[]);
        let text = fs::read_to_string(bell.path(file)).unwrap();
        for (spoilt, message) in [
            (text.replacen('\n', "\r\n", 1), "has carriage returns, which `git am` does not keep"),
            (format!("{text}/* \0 */\n"), "has NUL characters"),
        ] {
            // What reads a header takes one with NUL characters for no text.
            if file == "bell.h" && spoilt.contains('\0') {
                continue;
            }
            fs::write(bell.path(file), spoilt).unwrap();
            let said = bell.refused(&["--module", "driver"]);
            let is_named = said.contains(file) && !said.contains("uapi");
            assert!(said.contains(message) && is_named, "{file}: {said}");
        }
        fs::write(bell.path(file), text).unwrap();
        assert!(bell.run(&["--module", "driver"]).status.success());
    }
}

#[test]
fn includes_of_generated_files_are_changed_or_refused() {
    let bell = Bell::new();
    bell.make_driver(&[]);
    bell.edit(
        "driver/bell_main.c",
        "#include \"gen/bell_ioctl.h\"",
        "# include  <gen/bell_ioctl.h>",
    );
    let output = bell.run(&["--module", "driver"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\n+# include  \"bell_ioctl.h\"\n"), "{text}");
    bell.edit("driver/bell_main.c", "<gen/bell_ioctl.h>", "\"../driver/gen/bell_ioctl.h\"");
    let said = bell.refused(&["--module", "driver"]);
    assert!(
        said.contains("driver/bell_main.c") && said.contains("includes a file of `gen/`"),
        "{said}"
    );
}

#[test]
fn an_entry_that_is_there_already_is_refused() {
    for (subsystem, file, from, to, message) in [
        (
            "drivers/misc",
            "drivers/misc/Makefile",
            "a.o",
            "bell/",
            "line 1: there is an object `bell/`",
        ),
        (
            "drivers/misc",
            "Documentation/misc-devices/index.rst",
            "   a",
            "   bell",
            "there is a page `bell`",
        ),
        (
            "drivers/char",
            "Documentation/userspace-api/index.rst",
            "Devices",
            "Things",
            "there is no heading",
        ),
    ] {
        let bell = Bell::new();
        bell.edit(&format!("linux/{file}"), from, to);
        let said = bell.refused(&["--subsystem", subsystem]);
        assert!(said.contains(file) && said.contains(message), "{said}");
    }
    let bell = Bell::new();
    let output = bell.run(&["--subsystem", "drivers/char"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\n    a\n+   bell\n"), "{text}");
}

/// Variables of git's that name another repository than the tree.
#[test]
fn the_author_is_whom_git_knows_for_the_tree() {
    let bell = Bell::new();
    for (folder, name) in [("linux", "Right"), ("other", "Wrong")] {
        let path = bell.path(folder);
        fs::create_dir_all(&path).unwrap();
        for arguments in
            [&["init", "-q"][..], &["config", "user.name", name], &["config", "user.email", "r@x"]]
        {
            let mut git = Command::new("git");
            let git = git.arg("-C").arg(&path).args(arguments);
            assert!(git.output().unwrap().status.success(), "{arguments:?}");
        }
    }
    let output = bell
        .generate(&[])
        .env("GIT_DIR", bell.path("other/.git"))
        .env("GIT_WORK_TREE", bell.path("other"))
        .env("GIT_CONFIG", bell.path("other/.git/config"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\nSigned-off-by: Right <r@x>\n"), "{text}");
}

#[test]
fn doors_for_benchmarks_stay_outside() {
    let bell = Bell::new();
    bell.make_driver(&["--bench"]);
    let said = bell.refused(&["--module", "driver"]);
    assert!(said.contains("includes the benchmark entry points"), "{said}");
    assert!(bell.refused(&["--module", "nowhere"]).contains("nowhere"));
}
