//! `check --fix` and `--diff`: what they write, what they leave alone, and what they report.

use std::process::Command;

use serde_json::Value;

use crate::run::{Done, Folder, HOLE};

/// A member that is safe to edit, and a hole that is not.
const ENUM_AND_HOLE: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>

enum kind { FIRST, SECOND };

struct foo {
	enum kind kind;
	__u64 b;
	__u32 c;
	__u32 reserved;
};

#define FOO_GET _IOR('x', 1, struct foo)
";

const RULES: [&str; 3] = ["--no-config", "--select", "L001,L002,L004,L007,L012,C,N009,N016,S"];

fn fix(folder: &Folder, arguments: &[&str]) -> Done {
    folder.run(&[&["check"], RULES.as_slice(), arguments].concat())
}

fn mode(folder: &Folder, name: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(folder.path(name)).unwrap().permissions().mode() & 0o777
}

fn set_mode(folder: &Folder, name: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Fails unless gcc compiles a header by itself.
#[track_caller]
fn assert_compiles(folder: &Folder, name: &str) {
    folder.and_compiles(name, &folder.read(name));
}

#[test]
fn a_safe_edit_is_written_and_what_is_left_is_reported() {
    let folder = Folder::with("foo.h", ENUM_AND_HOLE);
    let before = fix(&folder, &["foo.h"]);
    assert!(
        before.stderr.contains("1 can be fixed with --fix, 1 more with --unsafe-fixes\n"),
        "{}",
        before.seen()
    );
    let done = fix(&folder, &["--fix", "foo.h"]);
    assert_eq!(done.code, 1, "{}", done.seen());
    assert_eq!(folder.read("foo.h"), ENUM_AND_HOLE.replace("enum kind kind;", "__u32 kind;"));
    assert!(!done.stdout.contains("L007"), "{}", done.seen());
    assert!(done.stdout.contains("[L012]"), "{}", done.seen());
    assert!(done.stderr.contains("fixed 1 finding in 1 file\n"), "{}", done.seen());
    assert!(
        done.stderr.contains("1 more can be fixed with --unsafe-fixes, which changes the ABI\n"),
        "{}",
        done.seen()
    );
}

#[test]
fn an_unsafe_edit_leaves_nothing_to_report_and_a_second_run_changes_nothing() {
    let folder = Folder::with("foo.h", ENUM_AND_HOLE);
    let done = fix(&folder, &["--fix", "--unsafe-fixes", "foo.h"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
    let mended = folder.read("foo.h");
    assert!(mended.contains("__u32 kind;\n\t__u32 reserved0;\n\t__u64 b;\n"), "{mended}");
    assert_compiles(&folder, "foo.h");
    let again = fix(&folder, &["--fix", "--unsafe-fixes", "foo.h"]);
    assert_eq!(again.code, 0, "{}", again.seen());
    assert!(again.stderr.contains("fixed nothing\n"), "{}", again.seen());
    assert_eq!(folder.read("foo.h"), mended);
}

#[test]
fn a_patch_is_what_fix_would_write_and_git_applies_it() {
    let folder = Folder::with("foo.h", ENUM_AND_HOLE).and("in/bar.h", HOLE);
    let paths = ["--unsafe-fixes", "foo.h", "in"];
    let done = fix(&folder, &[&["--diff"], paths.as_slice()].concat());
    assert_eq!(done.code, 1, "{}", done.seen());
    assert_eq!(folder.read("foo.h"), ENUM_AND_HOLE, "--diff wrote");
    assert!(done.stdout.contains("--- a/foo.h\n+++ b/foo.h\n"), "{}", done.stdout);
    assert!(done.stderr.contains("would fix 3 findings"), "{}", done.seen());
    let patch = folder.path("patch");
    std::fs::write(&patch, &done.stdout).unwrap();
    let mut git = Command::new("git");
    let git = git.arg("apply").arg(&patch).current_dir(folder.path("")).output().unwrap();
    assert!(git.status.success(), "{git:?}\n{}", done.stdout);
    let patched = [folder.read("foo.h"), folder.read("in/bar.h")];

    let folder = Folder::with("foo.h", ENUM_AND_HOLE).and("in/bar.h", HOLE);
    fix(&folder, &[&["--fix"], paths.as_slice()].concat());
    assert_eq!(patched, [folder.read("foo.h"), folder.read("in/bar.h")]);
    let clean = fix(&folder, &[&["--diff"], paths.as_slice()].concat());
    assert_eq!((clean.code, clean.stdout.as_str()), (0, ""), "{}", clean.seen());
}

#[test]
fn what_a_comment_or_a_baseline_accepts_is_not_edited() {
    let allowed = HOLE.replace("__u64 b;", "__u64 b; /* ioctl-lint: allow(L001) in use */");
    let arguments = ["check", "--no-config", "--select", "L001,S", "--fix", "--unsafe-fixes"];
    let folder = Folder::with(
        "foo.h",
        allowed.replace("__u32 a;", "__u32 a; /* ioctl-lint: allow(L001) in use */"),
    );
    let text = folder.read("foo.h");
    let done = folder.run(&[arguments.as_slice(), &["foo.h"]].concat());
    assert!(done.stderr.contains("fixed nothing"), "{}", done.seen());
    assert_eq!(folder.read("foo.h"), text);

    let folder = Folder::with("foo.h", HOLE);
    folder.check(&["--no-config", "--write-baseline", "known.json", "foo.h"]);
    let done = folder.run(&[arguments.as_slice(), &["--baseline", "known.json", "foo.h"]].concat());
    assert_eq!(done.code, 0, "{}", done.seen());
    assert_eq!(folder.read("foo.h"), HOLE);
}

#[test]
fn the_choice_of_rules_is_a_choice_of_edits() {
    let folder = Folder::with("foo.h", ENUM_AND_HOLE);
    let run = |choice: [&str; 2]| {
        let options = ["check", "--no-config", "--fix", "--unsafe-fixes"];
        folder.run(&[&options, choice.as_slice(), &["foo.h"]].concat())
    };
    run(["--select", "L001"]);
    assert!(folder.read("foo.h").contains("enum kind kind;\n\t__u32 reserved0;"));
    run(["--ignore", "L007"]);
    assert!(folder.read("foo.h").contains("enum kind kind;"));
    run(["--select", "L007"]);
    assert!(folder.read("foo.h").contains("__u32 kind;\n\t__u32 reserved0;"));
}

#[test]
fn the_findings_of_one_cause_go_with_its_edit() {
    let text = "\
#include <linux/ioctl.h>
#include <linux/types.h>

struct foo_read {
	__u32 flags;
	__u64 buffer;
	__u32 length;
};

#define FOO_READ _IOWR('x', 1, struct foo_read)
";
    let folder = Folder::with("foo.h", text);
    let done = fix(&folder, &["--fix", "--unsafe-fixes", "foo.h"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
    assert!(done.stderr.contains("fixed 1 finding, and "), "{}", done.seen());
    assert_compiles(&folder, "foo.h");
}

#[test]
fn an_edit_that_breaks_what_uses_the_member_is_undone_and_the_others_are_made() {
    let text = "\
#include <linux/ioctl.h>
#include <linux/types.h>

struct used {
	int *data;
};

static inline int first(struct used *used)
{
	return *used->data;
}

struct plain {
	int *data;
};

#define USED _IOW('x', 1, struct used)
#define PLAIN _IOW('x', 2, struct plain)
";
    let folder = Folder::with("foo.h", text);
    let done = fix(&folder, &["--fix", "--unsafe-fixes", "foo.h"]);
    let mended = folder.read("foo.h");
    assert!(mended.contains("struct used {\n\tint *data;\n};"), "{mended}");
    assert!(mended.contains("struct plain {\n\t__u64 data;\n};"), "{mended}");
    assert_compiles(&folder, "foo.h");
    let told = "the edit of L004 at line 5 was undone: it would no longer compile: ";
    assert!(done.stdout.contains(told), "{}", done.seen());
    assert!(done.stderr.contains("fixed 1 finding"), "{}", done.seen());
    let done = fix(&folder, &["--fix", "--unsafe-fixes", "--format", "json", "foo.h"]);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    assert!(report["problems"].to_string().contains("was undone"), "{report:#}");
}

#[test]
fn an_edit_that_gives_another_structure_a_hole_is_undone() {
    let text = "\
#include <linux/ioctl.h>
#include <linux/types.h>

struct inner {
	__u32 a;
	__u64 b;
	__u32 c;
};

struct outer {
	struct inner inner __attribute__((aligned(4)));
	__u8 rest[24 - sizeof(struct inner)];
};

#define INNER _IOW('x', 1, struct inner)
#define OUTER _IOW('x', 2, struct outer)
";
    let folder = Folder::with("foo.h", text);
    let before = fix(&folder, &["--format", "json", "foo.h"]);
    fix(&folder, &["--fix", "--unsafe-fixes", "foo.h"]);
    let after = fix(&folder, &["--format", "json", "foo.h"]);
    let known = fingerprints(&before);
    for fingerprint in fingerprints(&after) {
        assert!(known.contains(&fingerprint), "{fingerprint} is new: {}", folder.read("foo.h"));
    }
    assert_compiles(&folder, "foo.h");
}

fn fingerprints(done: &Done) -> Vec<String> {
    let report: Value = serde_json::from_str(&done.stdout).expect(&done.stdout);
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn no_two_commands_are_given_the_same_nr() {
    let header = |prefix: &str| {
        format!(
            "#include <linux/ioctl.h>\n#include <linux/types.h>\n\n\
             #define {prefix}_START _IO('x', 1)\n#define {prefix}_LENGTH _IOR('x', 1, __u32)\n\
             #define {prefix}_COLOUR _IOW('x', 1, __u64)\n#define {prefix}_NEXT _IO('x', 2)\n"
        )
    };
    let folder = Folder::with("one.h", header("ONE")).and("two.h", header("TWO"));
    let done = folder.run(&[
        "check",
        "--no-config",
        "--select",
        "N009",
        "--fix",
        "--unsafe-fixes",
        "one.h",
        "two.h",
    ]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
    let dump = folder.run(&["dump", "--no-config", "--abi", "x86_64", "one.h", "two.h"]);
    let dump: Value = serde_json::from_str(&dump.stdout).unwrap();
    let nrs = dump["commands"].as_array().unwrap().iter().map(|command| command["nr"].as_u64());
    let mut nrs: Vec<u64> = nrs.flatten().collect();
    nrs.sort_unstable();
    // 1 and 2 are in both headers, as they were.
    assert_eq!(nrs[..4], [1, 1, 2, 2], "{nrs:?}");
    let given = &nrs[4..];
    assert!(given.len() == 4 && given[0] > 2, "{nrs:?}");
    assert!(given.windows(2).all(|pair| pair[0] < pair[1]), "{nrs:?}");
}

#[test]
fn the_header_that_several_edits_need_is_included_once() {
    let text = "\
#include <sys/ioctl.h>

enum kind { FIRST };
struct one { enum kind kind; };
struct two { enum kind kind; };
#define ONE _IOR('x', 1, struct one)
#define TWO _IOR('x', 2, struct two)
";
    let folder = Folder::with("foo.h", text);
    let done = fix(&folder, &["--fix", "foo.h"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
    let mended = folder.read("foo.h");
    assert_eq!(mended.matches("#include <linux/types.h>").count(), 1, "{mended}");
    assert_eq!(mended.matches("__u32 kind;").count(), 2, "{mended}");
    assert_compiles(&folder, "foo.h");
}

#[test]
fn an_included_header_that_was_not_named_is_left_alone() {
    let main = "#include \"types.h\"\n#define FOO_GET _IOR('x', 1, struct foo)\n";
    let types = &ENUM_AND_HOLE[..ENUM_AND_HOLE.find("#define").unwrap()];
    let folder = Folder::with("foo.h", main).and("types.h", types);
    let done = folder.run(&["check", "--no-config", "--fix", "--unsafe-fixes", "foo.h"]);
    assert_eq!(folder.read("types.h"), types);
    assert!(done.stderr.contains("in files that were not named"), "{}", done.seen());
    let done = fix(&folder, &["--fix", "--unsafe-fixes", "foo.h", "types.h"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
}

#[test]
fn line_endings_and_permissions_stay() {
    let text = ENUM_AND_HOLE.replace('\n', "\r\n");
    let folder = Folder::with("foo.h", &text);
    set_mode(&folder, "foo.h", 0o640);
    let done = fix(&folder, &["--fix", "--unsafe-fixes", "foo.h"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    let mended = folder.read("foo.h");
    assert_eq!(mended.matches('\n').count(), mended.matches("\r\n").count(), "{mended:?}");
    assert_eq!(mended.matches('\n').count(), text.matches('\n').count() + 1);
    assert_eq!(mode(&folder, "foo.h"), 0o640);
}

#[test]
fn a_file_that_nobody_may_write_is_left_alone_and_said_so() {
    let folder = Folder::with("foo.h", ENUM_AND_HOLE).and("ok.h", HOLE);
    set_mode(&folder, "foo.h", 0o444);
    let done = fix(&folder, &["--fix", "--unsafe-fixes", "foo.h", "ok.h"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stdout.contains("not edited: the file is read-only"), "{}", done.seen());
    assert_eq!(folder.read("foo.h"), ENUM_AND_HOLE);
    assert!(folder.read("ok.h").contains("reserved0"));
    // A patch is for whoever may.
    let done = fix(&folder, &["--diff", "foo.h"]);
    assert_eq!(done.code, 1, "{}", done.seen());
}

#[test]
fn a_link_is_left_alone_and_said_so() {
    let folder = Folder::with("tree/foo.h", ENUM_AND_HOLE);
    std::os::unix::fs::symlink("foo.h", folder.path("tree/link.h")).unwrap();
    let done = fix(&folder, &["--fix", "tree/link.h"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stdout.contains("is a symbolic link"), "{}", done.seen());
    assert_eq!(folder.read("tree/foo.h"), ENUM_AND_HOLE);
}

#[test]
fn a_file_that_is_no_utf_8_is_left_as_it_is() {
    let mut bytes = ENUM_AND_HOLE.as_bytes().to_vec();
    bytes.extend(b"/* Andr\xe9 */\n");
    let folder = Folder::with("foo.h", &bytes).and("ok.h", HOLE);
    let done = fix(&folder, &["--fix", "--unsafe-fixes", "foo.h", "ok.h"]);
    assert!(done.stdout.contains("not valid UTF-8"), "{}", done.seen());
    assert_eq!(std::fs::read(folder.path("foo.h")).unwrap(), bytes);
    assert!(folder.read("ok.h").contains("reserved0"));
}

#[test]
fn rust_is_edited_as_c_is() {
    let text = "\
pub mod raw {
    pub type Word = u32;
}

#[repr(C)]
pub struct foo {
    pub a: u32,
    pub b: u64,
    pub c: u32,
    pub reserved: raw::Word,
}

pub struct bar {
    pub a: u64,
}

nix::ioctl_read!(foo_get, b'x', 1, foo);
nix::ioctl_read!(bar_get, b'x', 2, bar);
";
    let folder = Folder::with("src/lib.rs", text);
    let done = folder.run(&[
        "check",
        "--no-config",
        "--select",
        "L,R001,C",
        "--fix",
        "--unsafe-fixes",
        "src",
    ]);
    let mended = folder.read("src/lib.rs");
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}{mended}", done.seen());
    assert!(
        mended.contains("    pub a: u32,\n    pub _reserved0: [u8; 4],\n    pub b: u64,\n"),
        "{mended}"
    );
    assert!(mended.contains("#[repr(C)]\npub struct bar {"), "{mended}");
    let own = mended.replace("nix::", "// nix::");
    std::fs::write(folder.path("own.rs"), own).unwrap();
    let mut rustc = Command::new("rustc");
    rustc.args(["--crate-type", "lib", "--emit", "metadata", "--out-dir"]).arg(folder.path(""));
    let rustc = rustc.arg(folder.path("own.rs")).output().unwrap();
    assert!(rustc.status.success(), "{}", String::from_utf8_lossy(&rustc.stderr));
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let folder = Folder::with("foo.h", HOLE);
    for options in [
        ["--unsafe-fixes", "foo.h"].as_slice(),
        &["--fix", "--diff", "foo.h"],
        &["--diff", "--format", "json", "foo.h"],
        &["--fix", "--write-baseline", "b.json", "foo.h"],
    ] {
        let done = fix(&folder, options);
        assert_eq!(done.code, 2, "{}", done.seen());
        assert_eq!(folder.read("foo.h"), HOLE);
    }
}

/// An edit would write it anew, and there is no way to write these bytes as they were.
#[test]
fn a_header_with_bytes_that_are_not_utf_8_is_left_as_it_is() {
    let mut latin = b"/* Andr\xe9 */\n".to_vec();
    latin.extend(ENUM_AND_HOLE.as_bytes());
    let folder = Folder::with("latin.h", &latin).and("foo.h", ENUM_AND_HOLE);
    let done = fix(&folder, &["--fix", "latin.h", "foo.h"]);
    assert_eq!(std::fs::read(folder.path("latin.h")).unwrap(), latin, "{}", done.seen());
    assert!(done.seen().contains("latin.h"), "{}", done.seen());
    assert_ne!(folder.read("foo.h"), ENUM_AND_HOLE, "{}", done.seen());
}

/// Of many headers, those alone are read in each pass that have something to edit; what the edits do to the others
/// is looked at in the end.
#[test]
fn a_header_that_includes_an_edited_one_is_looked_at_too() {
    let types = "#include <linux/types.h>\n#include <linux/ioctl.h>\n";
    let clean = |nr: u32| {
        format!(
            "{types}struct c{nr} {{ __u32 flags; }};\n#define C{nr} _IOW(0xdc, {nr}, struct c{nr})\n"
        )
    };
    let inner = "struct a { __u32 x; __u64 y; };\n#define A _IOW(0xdc, 1, struct a)\n";
    let outer =
        "#include \"a.h\"\nstruct b { struct a a; __u64 z; };\n#define B _IOW(0xdc, 2, struct b)\n";
    let folder = Folder::with("a.h", format!("{types}{inner}"))
        .and("b.h", outer)
        .and("c.h", clean(3))
        .and("d.h", clean(4))
        .and("e.h", clean(5))
        .and("f.h", clean(6));
    let check = |options: &[&str]| {
        let select = "L001,L002,L012,L013,C001,L017,N016";
        folder.run(&[&["check", "--no-config", "--select", select, "."], options].concat())
    };
    assert!(check(&[]).stdout.contains("b.h"), "{}", check(&[]).seen());
    let done = check(&["--fix", "--unsafe-fixes"]);
    assert!(!done.stderr.contains("was undone"), "{}", done.seen());
    assert!(folder.read("a.h").contains("reserved"), "{}", folder.read("a.h"));
    assert_eq!(check(&[]).code, 0, "{}", check(&[]).seen());
}
