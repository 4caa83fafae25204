//! Findings that follow from one another, and the edit that mends them together.

use serde_json::Value;

use crate::run::Folder;

/// Structures with mistakes in their layout, each with the rule that is the cause.
const STRUCTURES: [(&str, &str); 9] = [
    ("L012", "__u32 a, b, c;\n\t__u64 d;"),
    ("L012", "__u32 flags;\n\t__u64 buffer;\n\t__u32 length;"),
    ("L004", "__u32 a;\n\tvoid *p;\n\t__u32 b;"),
    ("L003", "__u8 a;\n\tlong n;\n\tunsigned long m[3];\n\t__u16 last;"),
    ("L004", "const char *a;\n\tsize_t length;\n\t__u8 tail[3];"),
    ("L012", "__u8 a; /* first */\n\t__s64 b;\n\t__u16 c;\n\t__s64 d;\n\t__u8 e;"),
    ("C001", "__u64 time;\n\t__u32 id;"),
    ("L005", "__u32 reserved0;\n\tsize_t size;\n\t__u32 reserved1;"),
    ("L012", "struct { __u32 x; } one;\n\t__u64 two[2];\n\t__u32 three;"),
];

const LAYOUT: &str = "C001,C002,C003,C004,L001,L002,L003,L004,L005,L012,L013,L017,N016";

fn header(members: &str) -> String {
    format!(
        "#include <linux/types.h>\n#include <linux/ioctl.h>\n#include <stddef.h>\n\nstruct foo {{\n\t{members}\n}};\n\
         #define FOO_GET _IOR(0xdc, 1, struct foo)\n#define FOO_SET _IOW(0xdc, 2, struct foo)\n"
    )
}

fn findings(folder: &Folder) -> Vec<Value> {
    let done =
        folder.run(&["check", "--no-config", "--select", LAYOUT, "--format", "json", "foo.h"]);
    let report: Value = serde_json::from_str(&done.stdout).expect(&done.stdout);
    report["findings"].as_array().unwrap().clone()
}

/// A text with a finding's edits carried out.
fn mended(text: &str, finding: &Value) -> String {
    let lines: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let number = |edit: &Value, key: &str| edit[key].as_u64().unwrap() as usize;
    let mut edits: Vec<(usize, usize, &str)> = finding["fix"]["edits"]
        .as_array()
        .expect("no edits")
        .iter()
        .map(|edit| {
            let at =
                |line: &str, column: &str| lines[number(edit, line) - 1] + number(edit, column) - 1;
            let replacement = edit["replacement"].as_str().unwrap();
            (at("line", "column"), at("end_line", "end_column"), replacement)
        })
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, replacement) in edits.into_iter().rev() {
        text.replace_range(start..end, replacement);
    }
    text
}

#[test]
fn each_structure_has_one_cause_with_one_edit_that_leaves_nothing_to_report() {
    for (code, members) in STRUCTURES {
        let text = header(members);
        let found = findings(&Folder::with("foo.h", &text));
        let causes: Vec<&Value> = found.iter().filter(|it| it["cause"].is_null()).collect();
        assert!(found.len() > 3, "{members}: {found:#?}");
        assert_eq!(causes.len(), 1, "{members}: {causes:#?}");
        assert_eq!(causes[0]["code"], code, "{members}");
        for finding in found.iter().filter(|it| !it["cause"].is_null()) {
            assert_eq!(finding["cause"], causes[0]["fingerprint"], "{members}");
        }
        let mended = mended(&text, causes[0]);
        let left = findings(&Folder::with("foo.h", &mended));
        assert!(left.is_empty(), "{mended}: {left:#?}");
    }
}

#[test]
fn what_packing_misaligns_and_the_packing_are_one_cause() {
    let followed = |members: &str, rest: &str| {
        let text = header(members).replace("};", rest);
        let folder = Folder::with("foo.h", &text);
        let select =
            ["check", "--no-config", "--select", "L004,L012,L015", "--format", "json", "foo.h"];
        let report: Value = serde_json::from_str(&folder.run(&select).stdout).unwrap();
        let found = report["findings"].as_array().unwrap().clone();
        let fingerprint = |code: &str| {
            let of_code = found.iter().find(|it| it["code"] == code);
            of_code.map_or(Value::Null, |it| it["fingerprint"].clone())
        };
        let packed = found.iter().find(|it| it["code"] == "L015").expect("no L015");
        let is_cause =
            |code: &&str| !packed["cause"].is_null() && packed["cause"] == fingerprint(code);
        let causes = ["L004", "L012"].into_iter().filter(is_cause);
        causes.collect::<Vec<_>>()
    };
    let packed = "} __attribute__((packed));";
    assert_eq!(followed("__u8 kind;\n\t__u64 time;", packed), ["L012"]);
    let own = "__u8 kind;\n\t__u64 time __attribute__((packed));";
    assert_eq!(followed(own, "};"), ["L012"]);
    // The member that is packed is not the one that lies wrong.
    let other = "__u32 kind;\n\t__u64 time;\n\t__u32 more __attribute__((packed));";
    assert_eq!(followed(other, "};"), [""; 0]);
    // Whoever mends the pointer leaves the packing.
    assert_eq!(followed("__u8 kind;\n\tvoid *p;\n\t__u64 time;", packed), [""; 0]);
}

#[test]
fn the_edit_brings_the_header_that_declares_its_types() {
    let text = "#include <linux/ioctl.h>\n\nstruct foo {\n\tint id;\n\tlong n;\n\tint last;\n};\n\
                #define FOO_GET _IOR(0xdc, 1, struct foo)\n";
    let found = findings(&Folder::with("foo.h", text));
    let cause = found.iter().find(|it| it["cause"].is_null()).unwrap();
    let mended = mended(text, cause);
    assert!(mended.contains("#include <linux/types.h>\n"), "{mended}");
    assert!(mended.contains("__s64 n;"), "{mended}");
    let folder = Folder::with("foo.h", &mended);
    folder.and_compiles("mended.h", &mended);
    let left = findings(&folder);
    assert!(left.is_empty(), "{mended}: {left:#?}");
}

#[test]
fn an_edit_is_offered_only_where_the_whole_definition_is_plain() {
    for members in [
        "__u32 a : 3;\n\t__u64 b;",
        "__u32 a;\n\t__u64 b __attribute__((packed));\n\tlong c;",
        "__u64 n;\n\t__u8 more;\n\t__u8 data[];",
    ] {
        let text = header(members);
        let found = findings(&Folder::with("foo.h", &text));
        let cause = found.iter().find(|it| it["cause"].is_null()).unwrap();
        let message = cause["fix"]["message"].as_str().unwrap_or_default();
        assert!(!message.starts_with("make it the same"), "{members}: {message}");
    }
}

#[test]
fn people_see_the_cause_with_what_follows_and_formats_for_machines_have_each_finding() {
    let folder = Folder::with("foo.h", header(STRUCTURES[1].1));
    let run = |format: &str| {
        folder.run(&[
            "check",
            "--no-config",
            "--select",
            LAYOUT,
            "--abi",
            "x86_64,i386",
            "--format",
            format,
            "foo.h",
        ])
    };
    let full = run("full");
    assert_eq!(full.stdout.matches("error[").count(), 1, "{}", full.seen());
    assert!(!full.stdout.contains("warning["), "{}", full.seen());
    assert!(full.stdout.contains("hence C001, line 10: `FOO_GET`:"), "{}", full.seen());
    assert!(full.stderr.contains("1 error; 6 more follow from these"), "{}", full.seen());
    let concise = run("concise");
    assert_eq!(concise.stdout.matches("[C001]").count(), 2, "{}", concise.seen());
    let sarif = run("sarif");
    assert_eq!(sarif.stdout.matches("\"cause\":").count(), 6, "{}", sarif.seen());
}

#[test]
fn selection_and_suppression_of_a_cause_leave_what_follows_from_it() {
    let text =
        header("__u32 flags;\n\t__u64 buffer; /* ioctl-lint: allow(L012) mended in user space */");
    let folder = Folder::with("foo.h", &text);
    let found = findings(&folder);
    assert!(found.iter().all(|it| it["code"] != "L012"), "{found:#?}");
    let causes = found.iter().filter(|it| it["cause"].is_null()).count();
    assert_eq!(causes, 1, "{found:#?}");
    let only = folder.run(&["check", "--no-config", "--select", "N016", "foo.h"]);
    assert_eq!(only.stdout.matches("warning[N016]").count(), 2, "{}", only.seen());
}

#[test]
fn a_baseline_that_accepts_the_cause_alone_leaves_the_others_in_sight() {
    let folder = Folder::with("foo.h", header(STRUCTURES[1].1));
    let write =
        ["check", "--no-config", "--select", "L012", "--write-baseline", "base.json", "foo.h"];
    assert_eq!(folder.run(&write).code, 0);
    let done = folder.run(&["check", "--no-config", "--baseline", "base.json", "foo.h"]);
    assert_eq!(done.code, 1, "{}", done.seen());
    assert_eq!(done.stdout.matches("error[C001]").count(), 2, "{}", done.seen());
}

#[test]
fn an_enumerator_that_is_inserted_is_one_finding_with_those_that_it_moves() {
    let header = |first: &str| {
        let names: Vec<String> = (0..12).map(|at| format!("\tFOO_{at},\n")).collect();
        let names = names.concat();
        format!(
            "#include <linux/ioctl.h>\nenum foo {{\n\tFOO_START,\n{first}{names}}};\n\
             struct foo_arg {{ enum foo foo; }};\n#define FOO_SET _IOW(0xdc, 1, struct foo_arg)\n"
        )
    };
    let folder = Folder::with("old.h", header("")).and("new.h", header("\tFOO_NEW,\n"));
    let full = folder.run(&["diff", "old.h", "new.h"]);
    assert_eq!(full.stdout.matches("error[D006]").count(), 1, "{}", full.seen());
    assert!(full.stdout.contains("11 enumerators behind it moved by +1, too"), "{}", full.seen());
    let words = "hence D006 for `FOO_1`, `FOO_2`, `FOO_3`, `FOO_4`, `FOO_5` and 6 more";
    assert!(full.stdout.contains(words), "{}", full.seen());
    let json = folder.run(&["diff", "--format", "json", "old.h", "new.h"]);
    let report: Value = serde_json::from_str(&json.stdout).expect(&json.stdout);
    let found = report["findings"].as_array().unwrap();
    assert_eq!(found.iter().filter(|it| it["code"] == "D006").count(), 12, "{found:#?}");
    let causes = found.iter().filter(|it| it["code"] == "D006" && it["cause"].is_null()).count();
    assert_eq!(causes, 1, "{found:#?}");
}

/// The findings of some rules in a header, with the code of the finding that each follows from.
fn followed(text: &str, of: &[&str]) -> Vec<(String, Option<String>)> {
    let folder = Folder::with("foo.h", text);
    let done = folder.run(&["check", "--no-config", "--format", "json", "foo.h"]);
    let report: Value = serde_json::from_str(&done.stdout).expect(&done.stdout);
    let findings = report["findings"].as_array().unwrap();
    let word = |finding: &Value, key: &str| finding[key].as_str().map(str::to_owned);
    let code_of = |fingerprint: String| {
        let of = |it: &&Value| it["fingerprint"] == fingerprint.as_str();
        findings.iter().find(of).and_then(|it| word(it, "code"))
    };
    findings
        .iter()
        .map(|it| (word(it, "code").unwrap(), word(it, "cause").and_then(code_of)))
        .filter(|(code, _)| of.contains(&&**code))
        .collect()
}

#[test]
fn commands_without_a_number_follow_from_the_header_that_does_not_compile() {
    let text = "#include <linux/ioctl.h>\n#include \"missing.h\"\n\
                struct foo { missing_t a; };\nstruct bar { missing_t b; };\n\
                #define FOO_GET _IOR(0xdc, 1, struct foo)\n\
                #define FOO_SET _IOW(0xdc, 2, struct bar)\n#define FOO_X _IOW(0xdc, 3, missing_t)\n";
    let found = followed(text, &["L019", "U001", "U002"]);
    let follow = found.iter().filter(|(_, cause)| cause.as_deref() == Some("L019")).count();
    assert_eq!((found.len(), follow), (4, 3), "{found:?}");
}

/// What identifies a finding has no file in it, and two headers may say the same.
#[test]
fn what_follows_from_a_header_that_does_not_compile_is_of_that_header() {
    let folder =
        Folder::with("a.h", "struct a { missing_t a; };\n#define A_GET _IOR(0xdc, 1, struct a)\n");
    let other = "struct b { missing_t b; };\n#define B_GET _IOR(0xdc, 2, struct b)\n";
    std::fs::write(folder.path("b.h"), other).unwrap();
    let done = folder.run(&["check", "--no-config", "--color", "never", "a.h", "b.h"]);
    let hence: Vec<&str> = done.stdout.lines().filter(|line| line.contains("hence U002")).collect();
    assert_eq!(hence.len(), 2, "{done:?}");
    assert!(hence[0].contains("`A_GET`") && hence[1].contains("`B_GET`"), "{hence:?}");
}

/// An error is not hidden behind what an interface in use gets away with.
#[test]
fn commands_without_a_number_stand_alone_where_the_header_is_only_warned_about() {
    let text = "#include <linux/ioctl.h>\nstruct foo { missing_t a; };\nstruct bar { int a; };\n\
                #define FOO_GET _IOR(0xdc, 1, struct foo)\n#define FOO_SET _IOW(0xdc, 2, struct bar)\n";
    let folder = Folder::with("foo.h", text);
    let check =
        |profile: &str| folder.run(&["check", "--no-config", "--profile", profile, "foo.h"]);
    let new = check("new");
    assert!(new.stdout.contains("error[L019]"), "{}", new.seen());
    assert!(new.stdout.contains("hence U002"), "{}", new.seen());
    assert!(!new.stdout.contains("error[U002]"), "{}", new.seen());
    let legacy = check("legacy");
    assert_eq!(legacy.code, 1, "{}", legacy.seen());
    assert!(legacy.stdout.contains("warning[L019]"), "{}", legacy.seen());
    assert!(legacy.stdout.contains("error[U002]"), "{}", legacy.seen());
}

#[test]
fn a_command_without_a_number_in_a_header_that_compiles_stands_alone() {
    let text = "#include <linux/ioctl.h>\nstruct foo;\n#define FOO _IOR('x', 1, struct foo)\n";
    assert_eq!(followed(text, &["U001", "U002"]), [("U002".to_owned(), None)]);
}

#[test]
fn what_a_command_with_a_word_or_a_pointer_does_to_others_follows_from_that() {
    let codes = ["L003", "N001", "N002", "C002", "N016"];
    for (cause, ty) in [("L003", "unsigned long"), ("N001", "size_t"), ("N002", "int *")] {
        let text = format!(
            "#include <stddef.h>\n#include <linux/ioctl.h>\n#define FOO _IOR(0xdc, 1, {ty})\n"
        );
        let found = followed(&text, &codes);
        let causes: Vec<_> = found.iter().filter(|(_, of)| of.is_none()).collect();
        assert_eq!(causes, [&(cause.to_owned(), None)], "{found:?}");
        assert!(found.contains(&("C002".to_owned(), Some(cause.to_owned()))), "{found:?}");
    }
    // Each command has its own.
    let text =
        "#include <linux/ioctl.h>\n#define A _IOR(0xdc, 1, long)\n#define B _IOR(0xdc, 2, long)\n";
    let found = followed(text, &codes);
    assert_eq!(found.iter().filter(|(_, of)| of.is_none()).count(), 2, "{found:?}");
}

#[test]
fn commands_of_one_header_that_cannot_grow_are_one_finding() {
    let plain = |name: &str, nr: u32| {
        format!(
            "struct {name} {{ __u32 a; __u32 b; }};\n#define {name}_SET _IOW(0xdc, {nr}, struct {name})\n"
        )
    };
    let head = "#include <linux/types.h>\n#include <linux/ioctl.h>\n";
    let text = format!("{head}{}{}{}", plain("one", 1), plain("two", 2), plain("three", 3));
    let found = followed(&text, &["V003"]);
    let follow = found.iter().filter(|(_, cause)| cause.as_deref() == Some("V003")).count();
    assert_eq!((found.len(), follow), (3, 2), "{found:?}");
    let folder = Folder::with("foo.h", &text);
    let done = folder.run(&["check", "--no-config", "foo.h"]);
    assert_eq!(done.stdout.matches("info[V003]").count(), 1, "{}", done.seen());
    assert!(done.stdout.contains("V003 for `two_SET`, `three_SET`, too"), "{}", done.seen());
    // Two headers have planned for themselves.
    let folder = Folder::with("foo.h", format!("{head}{}", plain("one", 1)).as_str())
        .and("bar.h", format!("{head}{}", plain("two", 2)).as_str());
    let done = folder.run(&["check", "--no-config", "."]);
    assert_eq!(done.stdout.matches("info[V003]").count(), 2, "{}", done.seen());
}

/// The constants that are right are one habit; what is wrong with another one is not among them.
#[test]
fn numbers_that_are_right_are_one_finding_and_each_wrong_one_is_seen() {
    let fixture = |name: &str| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/rules/R006/");
        std::fs::read_to_string(format!("{path}{name}")).unwrap()
    };
    let header = fixture("bad_header.h") + "#define FOO_START 0x7a05\n";
    let calls = "    unsafe {\n        libc::ioctl(fd, FOO_START, 0);";
    let source = format!("{}const FOO_START: libc::c_ulong = 0x7a05;\n", fixture("bad_header.rs"))
        .replace("    unsafe {", calls);
    let folder = Folder::with("foo.h", &header).and("foo.rs", &source);
    for profile in ["new", "legacy"] {
        let done = folder.run(&[
            "check",
            "--no-config",
            "--profile",
            profile,
            "--select",
            "R006",
            "--against",
            "foo.h",
            "foo.rs",
        ]);
        assert!(done.stdout.contains("0x00006a04 on mips_n64"), "{}", done.seen());
        assert_eq!(done.stdout.matches("warning[R006]").count(), 3, "{}", done.seen());
        assert_eq!(done.stdout.matches("info[R006]").count(), 1, "{}", done.seen());
        assert!(done.stdout.contains("`FOO_START`"), "{}", done.seen());
    }
}

/// The findings of a rule in a header, each as `(command or type, cause, has edits)`.
fn of_rule(text: &str, rule: &str) -> Vec<(String, bool, bool)> {
    let folder = Folder::with("foo.h", text);
    let done = folder.run(&["check", "--no-config", "--select", rule, "--format", "json", "foo.h"]);
    let report: Value = serde_json::from_str(&done.stdout).expect(&done.stdout);
    let findings = report["findings"].as_array().unwrap().iter();
    let row = |finding: &Value| {
        let about = if rule == "L011" { "type" } else { "command" };
        let edits = finding["fix"]["edits"].as_array().is_some_and(|edits| !edits.is_empty());
        (finding[about].as_str().unwrap().to_owned(), finding["cause"].is_null(), edits)
    };
    findings.map(row).collect()
}

#[test]
fn integers_of_a_header_are_one_finding_and_each_structure_has_its_edit() {
    let text = "#include <linux/ioctl.h>\nstruct foo { int a; };\nstruct bar { unsigned int b; };\n\
        #define FOO_A _IOW(0xdc, 1, struct foo)\n#define FOO_B _IOW(0xdc, 2, struct bar)\n";
    let row = |name: &str, is_cause| (name.to_owned(), is_cause, true);
    assert_eq!(of_rule(text, "L011"), [row("struct foo", true), row("struct bar", false)]);
    let folder = Folder::with("foo.h", text);
    folder.run(&["check", "--no-config", "--select", "L011", "--fix", "foo.h"]);
    let edited = folder.read("foo.h");
    assert!(edited.contains("__s32 a;") && edited.contains("__u32 b;"), "{edited}");
}

#[test]
fn an_nr_that_many_commands_of_a_header_share_is_shared_on_purpose() {
    let header = |pairs: u32| {
        let pair = |nr| {
            format!(
                "#define FOO_SEND{nr}X _IOW(0xdc, {nr}, int)\n#define FOO_WAIT{nr}Y _IOR(0xdc, {nr}, long)\n"
            )
        };
        "#include <linux/ioctl.h>\n".to_owned() + &(1..=pairs).map(pair).collect::<String>()
    };
    let few = of_rule(&header(3), "N009");
    assert!(
        few.len() == 3 && few.iter().all(|(_, is_cause, edits)| *is_cause && *edits),
        "{few:?}"
    );
    let many = of_rule(&header(4), "N009");
    let causes: Vec<bool> = many.iter().map(|(_, is_cause, _)| *is_cause).collect();
    assert_eq!(causes, [true, false, false, false], "{many:?}");
    assert!(many.iter().all(|(.., edits)| !edits), "{many:?}");
}

#[test]
fn commands_that_lack_the_same_thing_are_one_cause() {
    let text = "#include <linux/ioctl.h>\n#define A_ONE DRM_IOWR(0x41, int)\n#define A_TWO DRM_IOWR(0x42, int)\n\
                #ifdef CONFIG_A\n#define A_THREE _IO('a', 3)\n#define A_FOUR _IO('a', 4)\n#endif\n";
    let folder = Folder::with("a.h", text);
    let done = folder.run(&["check", "--no-config", "--select", "U001", "--format", "json", "a.h"]);
    let report: Value = serde_json::from_str(&done.stdout).expect(&done.stdout);
    let findings = report["findings"].as_array().unwrap();
    let causes: Vec<&str> = findings
        .iter()
        .filter(|it| it["cause"].is_null())
        .map(|it| it["command"].as_str().unwrap())
        .collect();
    assert_eq!((findings.len(), causes), (4, vec!["A_ONE", "A_THREE"]), "{}", done.stdout);
}
