//! Modules of headers as out-of-tree drivers have them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const COMMANDS: &str = "\
#define BELL_RING _IOWR('b', 1, bell_ring_t)
#define BELL_STOP _IO('b', 2)
";

const TYPES: &str = "\
typedef struct {
	__u32 times;
	__u32 pitch;
} bell_ring_t;
";

fn module(folder: &Path, header: &str, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .current_dir(folder)
        .args(["module", header, "-o", "driver"])
        .args(more)
        .output()
        .unwrap()
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// The programs of a module are compiled: they include its header before anything that defines its types.
#[track_caller]
fn is_made(files: &[(&str, &str)], header: &str, more: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let output = module(folder.path(), header, more);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let driver = folder.path().join("driver");
    for program in ["tests/bell_test.c", "tools/bell_decode.c"] {
        let output = Command::new("gcc")
            .current_dir(driver.join(program).parent().unwrap())
            .args([
                "-std=gnu11",
                "-Wall",
                "-Werror",
                "-fsyntax-only",
                "-I../include/uapi",
                "-D__user=",
            ])
            .arg(driver.join(program))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let output = module(folder.path(), header, &[more, &["--check"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

#[test]
fn a_structure_without_a_tag_is_known_by_its_typedef() {
    let text = format!("#include <linux/ioctl.h>\n#include <linux/types.h>\n{TYPES}{COMMANDS}");
    let folder = is_made(&[("bell.h", &text)], "bell.h", &[]);
    let lock = folder.path().join("driver/bell.abi");
    assert!(fs::read_to_string(&lock).unwrap().contains("\ntypedef bell_ring_t 8\n"));
    fs::write(folder.path().join("bell.h"), text.replace("__u32 pitch", "__s32 pitch")).unwrap();
    let said = module(folder.path(), "bell.h", &[]);
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("`pitch` of `typedef bell_ring_t` was `__u32` at 4"), "{said}");
    assert_eq!(module(folder.path(), "bell.h", &["--break-abi"]).status.code(), Some(0));
    assert_eq!(module(folder.path(), "bell.h", &[]).status.code(), Some(0));
}

#[test]
fn a_header_that_includes_nothing_gets_what_it_needs_from_those_who_include_it() {
    let text = format!(
        "struct bell_ring {{ unsigned int times; int pitch; }};\n{}",
        COMMANDS.replace("bell_ring_t", "struct bell_ring")
    );
    is_made(&[("bell.h", &text)], "bell.h", &[]);
}

#[test]
fn a_header_called_ioctl_makes_a_module_that_is_called_as_its_commands_begin() {
    let text = format!("#include <linux/ioctl.h>\n#include <linux/types.h>\n{TYPES}{COMMANDS}");
    let folder = is_made(&[("ioctl.h", &text)], "ioctl.h", &[]);
    assert!(folder.path().join("driver/include/uapi/linux/bell.h").exists());
    assert!(!folder.path().join("driver/include/uapi/linux/ioctl.h").exists());
}

#[test]
fn headers_of_the_project_go_along() {
    let text = format!("#include \"bell_types.h\"\n#include <project/limits.h>\n{COMMANDS}");
    let types = format!("#include <linux/types.h>\n#include \"detail/pitch.h\"\n{TYPES}");
    let files = [
        ("bell.h", text.as_str()),
        ("bell_types.h", &types),
        ("detail/pitch.h", "#include \"more.h\"\n"),
        ("detail/more.h", "#include \"../bell_types.h\"\n#include <linux/ioctl.h>\n"),
        ("inc/project/limits.h", "#define BELL_TIMES 3\n"),
    ];
    let guarded: Vec<(&str, String)> =
        files.iter().map(|(path, text)| (*path, format!("#pragma once\n{text}"))).collect();
    let guarded: Vec<(&str, &str)> =
        guarded.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let folder = is_made(&guarded, "bell.h", &["-I", "inc"]);
    let uapi = folder.path().join("driver/include/uapi");
    for path in
        ["linux/bell_types.h", "linux/detail/pitch.h", "linux/detail/more.h", "project/limits.h"]
    {
        let text = fs::read_to_string(uapi.join(path)).unwrap();
        assert!(text.contains("Made by ioctl-gen"), "{path}: {text}");
    }
    fs::write(uapi.join("project/limits.h"), "#define BELL_TIMES 4\n").unwrap();
    assert_eq!(module(folder.path(), "bell.h", &["-I", "inc"]).status.code(), Some(2));
}

#[test]
fn a_header_that_has_no_place_beside_the_copy_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("#include <linux/ioctl.h>\n#include \"../bell_types.h\"\n{COMMANDS}");
    write(
        folder.path(),
        &[
            ("include/bell.h", &text),
            ("bell_types.h", &format!("#include <linux/types.h>\n{TYPES}")),
        ],
    );
    let output = module(folder.path(), "include/bell.h", &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("includes `../bell_types.h`, which has no place"), "{said}");
    assert!(!folder.path().join("driver").exists());
}

#[test]
fn a_member_without_a_name_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let text = "#include <linux/ioctl.h>\n#include <linux/types.h>\nstruct bell {\n\t__u32 kind;\n\
                \tunion {\n\t\t__u32 a;\n\t\t__u32 b;\n\t};\n};\n\
                #define BELL_SET _IOW('b', 1, struct bell)\n";
    write(folder.path(), &[("bell.h", text)]);
    let output = module(folder.path(), "bell.h", &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("a member has no name (an anonymous union or structure"), "{said}");
    assert!(said.contains("bell.h:5:"), "{said}");
}
