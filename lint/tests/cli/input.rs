use insta::assert_snapshot;

use crate::run::{CLEAN, Done, Folder, HOLE};

#[test]
fn a_missing_file_is_named_and_the_others_are_checked() {
    let folder = Folder::with("foo.h", HOLE);
    let done = folder.check(&["none.h", "foo.h"]);
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains("[L001]"), "{}", done.seen());
    assert_snapshot!(done.besides_findings());
}

#[test]
fn a_folder_without_headers_is_named() {
    let folder = Folder::with("empty/readme.txt", "");
    let done = folder.check(&["empty"]);
    assert_eq!(done.code, 2);
    assert_snapshot!(done.seen());
}

#[test]
fn a_binary_file_is_named_and_the_others_are_checked() {
    let folder = Folder::with("foo.h", HOLE).and("object.h", b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe");
    let done = folder.check(&["."]);
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains("[L001]"), "{}", done.seen());
    assert_snapshot!(done.besides_findings());
}

#[test]
fn a_byte_of_latin_1_in_a_comment_does_not_matter() {
    let mut text = b"/* Andr\xe9 */\n".to_vec();
    text.extend(HOLE.as_bytes());
    let folder = Folder::with("latin.h", &text);
    let done = folder.check(&["."]);
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(done.stdout.contains("[L001]"), "{}", done.seen());
    assert!(!done.stdout.contains("UTF-8"), "{}", done.seen());
}

#[test]
fn headers_of_other_systems_are_told_and_no_reason_to_fail() {
    let bsd = "#include <sys/ioccom.h>\n#define FOO_GET _IOR('x', 1, struct missing)\n";
    let folder = Folder::with("bsd.h", bsd).and("linux.h", CLEAN);
    let done = folder.check(&["."]);
    assert_eq!(done.code, 0, "{}", done.seen());
    assert!(done.stdout.contains("not read: this is a BSD header"), "{}", done.seen());
    assert!(done.stdout.contains("bsd.h"), "{}", done.seen());
    assert!(!done.stdout.contains("[L019]"), "{}", done.seen());
}

#[test]
fn invalid_utf_8_in_the_code_is_named_with_its_line() {
    let folder = Folder::with("latin.h", b"#define A 1\nint caf\xe9;\n").and("foo.h", HOLE);
    let done = folder.check(&["."]);
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains("[L001]"), "{}", done.seen());
    assert_snapshot!(done.besides_findings());
}

#[test]
fn without_libclang_it_says_how_to_get_it() {
    let folder = Folder::with("foo.h", HOLE);
    let mut command = folder.command(&["check", "foo.h"]);
    let output = command.env("LIBCLANG_PATH", folder.path("nowhere")).output().unwrap();
    let done = Done::of(output, &folder.path(""));
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains("error: libclang"), "{}", done.stdout);
    assert!(done.stdout.contains("LIBCLANG_PATH"), "{}", done.stdout);
    assert!(done.stdout.contains("apt-get install"), "{}", done.stdout);
}

#[cfg(unix)]
#[test]
fn an_unreadable_folder_is_named_and_the_others_are_checked() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::with("foo.h", HOLE).and("closed/bar.h", CLEAN);
    let closed = folder.path("closed");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read_dir(&closed).is_ok() {
        // The superuser reads every folder.
        eprintln!("skipped: this user may read every folder");
        return;
    }
    let done = folder.check(&["closed", "foo.h"]);
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains("closed"), "{}", done.stdout);
    assert!(done.stdout.contains("[L001]"), "{}", done.stdout);
}

/// What a folder that refuses to be read does, for the superuser too: a link to itself.
#[cfg(unix)]
#[test]
fn a_path_that_cannot_be_opened_is_named_and_the_others_are_checked() {
    let folder = Folder::with("foo.h", HOLE);
    std::os::unix::fs::symlink("loop", folder.path("loop")).unwrap();
    let done = folder.check(&["loop", "foo.h"]);
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains("loop"), "{}", done.stdout);
    assert!(done.stdout.contains("[L001]"), "{}", done.stdout);
}

#[test]
fn wrong_words_on_the_command_line_are_answered_with_right_ones() {
    let folder = Folder::with("foo.h", HOLE);
    let lines: [&[&str]; 8] = [
        &["check", "--select", "implicit-whole", "foo.h"],
        &["check", "--ignore", "Q", "foo.h"],
        &["check", "--severity", "L0O1=off", "foo.h"],
        &["check", "--severity", "L001=warn", "foo.h"],
        &["check", "--abi", "x86-64", "foo.h"],
        &["check", "--format", "xml", "foo.h"],
        &["check", "--statistics", "--format", "json", "foo.h"],
        &["chek", "foo.h"],
    ];
    let mut seen = String::new();
    for line in lines {
        let done = folder.run(line);
        assert_eq!(done.code, 2, "{line:?}");
        seen = format!("{seen}$ ioctl-lint {}\n{}\n", line.join(" "), done.stderr);
    }
    assert_snapshot!(seen);
}

#[test]
fn arguments_for_the_compiler_reach_it() {
    let header = "#ifdef WANTED\n#include \"inner.h\"\n#endif\n";
    let folder = Folder::with("foo.h", header).and("include/inner.h", HOLE);
    assert_eq!(folder.check(&["foo.h"]).code, 0);
    let done = folder.check(&["-D", "WANTED", "-I", "include", "--format", "json", "foo.h"]);
    assert!(done.stdout.contains("\"L001\""), "{}", done.seen());
    let done = folder.check(&["--format", "json", "foo.h", "--", "-DWANTED", "-Iinclude"]);
    assert!(done.stdout.contains("\"L001\""), "{}", done.seen());
}
