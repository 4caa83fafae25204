//! Kinds of headers that others wrote and that were misread once, each in a few lines, with what gcc,
//! the kernel or a bug report says of it.

use crate::run::{Done, Folder};

/// The number of a command on an ABI, as `dump` has it.
fn number(folder: &Folder, file: &str, name: &str, abi: &str) -> Option<u64> {
    let done = folder.run(&["dump", "--abi", abi, file]);
    let dump: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let command = dump["commands"].as_array().unwrap().iter().find(|it| it["name"] == name)?;
    command["numbers"][0]["number"].as_u64()
}

fn check(text: &str, more: &[&str]) -> Done {
    let folder = Folder::with("it.h", text);
    folder.run(&[&["check", "--format", "concise", "it.h"], more].concat())
}

/// The codes of what was found, in order of place.
fn codes(done: &Done) -> Vec<&str> {
    done.stdout
        .lines()
        .filter_map(|line| line.split_once('[')?.1.split_once(']'))
        .map(|(code, _)| code)
        .collect()
}

const TYPES: &str = "#include <linux/ioctl.h>\n#include <linux/types.h>\n";

#[test]
fn a_name_that_the_preprocessor_puts_together_is_a_command() {
    let text = format!(
        "{TYPES}struct pen {{ __u64 ink; }};\n\
         #define PEN_NR_FILL 1\n\
         #define PEN_CALL(dir, name, arg) _IO##dir(0xdc, PEN_NR_##name, struct arg)\n\
         #define PEN_FILL PEN_CALL(WR, FILL, pen)\n"
    );
    let folder = Folder::with("it.h", text);
    assert_eq!(number(&folder, "it.h", "PEN_FILL", "x86_64"), Some(0xc008_dc01));
    assert_eq!(number(&folder, "it.h", "PEN_FILL", "powerpc"), Some(0xc008_dc01));
}

#[test]
fn a_condition_or_arithmetic_around_a_number_leaves_it_one() {
    let text = format!(
        "{TYPES}#define PICK(wide, nr) ((wide) ? _IOR(0xdc, nr, __u64) : _IOW(0xdc, nr, __u32))\n\
         #define WIDE PICK(1, 1)\n#define NARROW PICK(0, 2)\n\
         #define PLUS (_IO(0xdc, 3) + 1)\n"
    );
    let folder = Folder::with("it.h", text);
    let of = |name| number(&folder, "it.h", name, "x86_64");
    assert_eq!(of("WIDE"), Some(0x8008_dc01));
    assert_eq!(of("NARROW"), Some(0x4004_dc02));
    assert_eq!(of("PLUS"), Some(0xdc04));
}

#[test]
fn a_wrapper_that_nobody_defines_is_said_and_fails_the_run() {
    let done = check("struct a { int b; };\n#define A_GET VENDOR_IOWR(0x41, struct a)\n", &[]);
    assert_eq!(done.code, 2);
    assert_eq!(codes(&done), ["U001"]);
    assert!(done.stdout.contains("nothing defines `VENDOR_IOWR`"), "{}", done.stdout);
}

#[test]
fn an_encoder_of_the_headers_own_is_one_number_everywhere() {
    let text = "#define OWN(dir, nr, size) (((dir) << 30) | ((size) << 16) | (0xdc << 8) | (nr))\n\
                #define OWN_GET OWN(2U, 1, sizeof(int))\n";
    let folder = Folder::with("it.h", text);
    for abi in ["x86_64", "powerpc", "parisc"] {
        assert_eq!(number(&folder, "it.h", "OWN_GET", abi), Some(0x8004_dc01), "{abi}");
    }
    let done = folder.run(&["check", "--format", "concise", "it.h"]);
    assert!(codes(&done).contains(&"N018"), "{}", done.stdout);
}

#[test]
fn an_encoder_that_shifts_a_signed_number_yields_a_negative_one() {
    let text = "#define _IOC(a, b, c, d) (((a) << 30) | ((b) << 8) | (c) | ((d) << 16))\n\
                #define _IOR(a, b, c) _IOC(2, (a), (b), sizeof(c))\n\
                #define DISK_SIZE _IOR(0x12, 114, unsigned long)\n";
    let done = check(text, &["--select", "N018,N019"]);
    assert_eq!(codes(&done), ["N018", "N019"], "{}", done.stdout);
    assert!(done.stdout.contains("0xffffffff80081272"), "{}", done.stdout);
}

#[test]
fn what_does_not_compile_has_no_number_and_the_reason_is_printed() {
    let cases = [
        ("struct s { nope_t a; };\n#define X _IOW(0xdc, 1, struct s)\n", "the type of `a`"),
        ("#define X _IOC(_IOC_READ, 0xdc, 1, sizeof(nope_t))\n", "nope_t"),
        ("struct s { int n[NOPE]; };\n#define X _IOW(0xdc, 1, struct s)\n", "`struct s`"),
        ("struct s { nope_t a; };\n#define X (_IOW(0xdc, 1, struct s) | 0)\n", "an error"),
    ];
    for (text, reason) in cases {
        let folder = Folder::with("it.h", format!("#include <linux/ioctl.h>\n{text}"));
        assert_eq!(number(&folder, "it.h", "X", "x86_64"), None, "{text}");
        let done = folder.run(&["number", "X", "it.h"]);
        assert_eq!(done.code, 2, "{}", done.seen());
        assert!(done.stdout.contains("no number: "), "{}", done.seen());
        assert!(done.stdout.contains(reason), "{}", done.seen());
    }
}

#[test]
fn a_header_given_with_include_is_there_on_every_abi() {
    let text = "struct t { __u32 a, b; };\n#define GET_T _IOR(0xdc, 1, struct t)\n";
    let folder = Folder::with("it.h", format!("#include <linux/ioctl.h>\n{text}"));
    let done = folder.run(&["number", "GET_T", "it.h", "--", "-include", "linux/types.h"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    assert!(!done.stdout.contains("no number"), "{}", done.stdout);
    assert!(!done.stdout.contains("no definition"), "{}", done.stdout);
}

#[test]
fn plain_numbers_are_listed_by_their_relatives_and_by_the_registry() {
    let folder = Folder::with("it.h", "#define LOOP_SET_FD 0x4C00\n#define LOOP_CTL_ADD 0x4C80\n");
    let done = folder.run(&["dump", "--raw", "it.h"]);
    let dump: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let names: Vec<&str> = dump["raw_numbers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["LOOP_SET_FD", "LOOP_CTL_ADD"]);
    let other = Folder::with("it.h", "#define LAMP_MASK 0x4C00\n#define SCREEN_ID 0x4C80\n");
    let done = other.run(&["dump", "--raw", "it.h"]);
    assert!(done.stdout.contains("\"raw_numbers\":[]"), "{}", done.stdout);
}

#[test]
fn an_edit_brings_the_header_that_declares_its_types() {
    // The first directive is a comment's, and declares nothing.
    let text = "/* as in\n#include <linux/types.h>\n*/\n#include <linux/ioctl.h>\nstruct ty { int x; };\n#define TY_GET _IOR(0xF7, 1, struct ty)\n";
    let folder = Folder::with("it.h", text);
    let done = folder.run(&["check", "--select", "L011", "--format", "json", "it.h"]);
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let mut edits: Vec<(u64, u64, u64, String)> = report["findings"][0]["fix"]["edits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let at = |key: &str| it[key].as_u64().unwrap();
            let text = it["replacement"].as_str().unwrap().to_owned();
            (at("line"), at("column"), at("end_column"), text)
        })
        .collect();
    edits.sort();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (line, column, end, replacement) in edits.into_iter().rev() {
        let line = &mut lines[line as usize - 1];
        line.replace_range(column as usize - 1..end as usize - 1, &replacement);
    }
    folder.and_compiles("fixed.h", &lines.join("\n"));
}

#[test]
fn free_numbers_that_are_offered_differ() {
    let text = format!(
        "{TYPES}#define A_ONE _IO(0xF7, 1)\n#define A_TWO _IOR(0xF7, 1, int)\n\
         #define A_THREE _IOW(0xF7, 1, int)\n"
    );
    let folder = Folder::with("it.h", text);
    let done = folder.run(&["check", "--select", "N009", "--format", "json", "it.h"]);
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let offered: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["fix"]["edits"][0]["replacement"].as_str())
        .collect();
    assert_eq!(offered, ["0x02", "0x03"]);
}

#[test]
fn structures_of_commands_without_a_size_get_the_rules_of_layouts() {
    let text = format!(
        "{TYPES}struct dev_map {{ __u32 id; __u64 addr; __u8 index; }};\n#define DEV_MAP _IO(0xfa, 13)\n\
         struct dev_list {{ __u32 count; __u32 pad; __u64 items[0]; }};\n#define DEV_LIST _IO(0xfa, 14)\n"
    );
    let done = check(&text, &["--select", "L,C", "--abi", "x86_64,i386"]);
    for code in ["L001", "L002", "L012", "L016", "C001"] {
        assert!(codes(&done).contains(&code), "{code}: {}", done.stdout);
    }
}

#[test]
fn a_first_member_size_needs_no_comment() {
    let text = format!(
        "{TYPES}struct hot {{ __u32 size; __u32 bar; __u64 length; }};\n#define HOT _IOWR(0xfa, 1, struct hot)\n"
    );
    assert!(codes(&check(&text, &["--select", "V001"])).contains(&"V001"));
}

#[test]
fn a_number_for_32_bit_programs_meets_its_twin() {
    // trapexit/mergerfs issue 90: the `switch` does not build on 32-bit machines.
    let text = "#include <linux/ioctl.h>\n#define MF_GETFLAGS _IOR('f', 1, long)\n\
                #define MF32_GETFLAGS _IOR('f', 1, int)\n";
    let done = check(text, &["--select", "N008"]);
    assert_eq!(codes(&done), ["N008"], "{}", done.stdout);
    assert!(done.stdout.contains("on every 32-bit ABI"), "{}", done.stdout);
}

#[test]
fn two_machines_without_a_common_kernel_are_compared_as_an_emulators() {
    // FEX-Emu/FEX issue 1241.
    let text = format!(
        "{TYPES}struct job {{ __u32 words[11]; __u64 handles; __u32 count; }};\n\
         #define JOB _IOW('d', 0x47, struct job)\n"
    );
    let done = check(&text, &["--select", "C001", "--abi", "i386,aarch64"]);
    assert_eq!(codes(&done), ["C001"], "{}", done.stdout);
    assert!(done.stdout.contains("emulated i386 programs"), "{}", done.stdout);
    let native = check(&text, &["--select", "C001", "--abi", "aarch64,arm"]);
    assert_eq!(codes(&native), [] as [&str; 0], "{}", native.stdout);
}

#[test]
fn signed_and_widened_numbers_are_the_32_bit_number() {
    let folder = Folder::with("it.h", "#include <linux/ioctl.h>\n#define GET _IOR('f', 1, int)\n");
    for text in ["0x80046601", "-2147195391", "0xffffffff80046601", "18446744071562356225"] {
        let done = folder.run(&["number", text, "it.h"]);
        assert_eq!(done.code, 0, "{}", done.seen());
        assert!(done.stdout.contains("GET  it.h:2"), "{text}: {}", done.seen());
        let call = folder.path("trace");
        std::fs::write(call, format!("ioctl(3, {text}, 0x1) = 0\n")).unwrap();
        let done = folder.run(&["decode", "trace", "--headers", "it.h", "--abi", "x86_64"]);
        assert!(done.stdout.starts_with("GET on 3, 0x80046601"), "{text}: {}", done.seen());
    }
    assert_eq!(folder.run(&["number", "0x100000000", "it.h"]).code, 2);
}

#[test]
fn an_abi_that_nothing_defines_a_command_for_is_named() {
    let text = "#include <linux/ioctl.h>\n#ifdef __powerpc__\n#define POWER _IO(0xdc, 1)\n#endif\n";
    let folder = Folder::with("it.h", text);
    let done = folder.run(&["number", "POWER", "it.h", "--abi", "powerpc,x86_64"]);
    assert!(done.stdout.contains("no definition in what was read\n    x86_64"), "{}", done.seen());
}

#[test]
fn a_comparison_that_compared_nothing_fails() {
    let folder = Folder::with("it.rs", "pub const SOMETHING_ELSE: u32 = 0x1234;\n")
        .and("it.h", "#include <linux/ioctl.h>\n#define FS_IOC_SETVERSION _IOW('v', 2, long)\n");
    let done = folder.run(&["check", "--against", "it.h", "it.rs"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.seen().contains("nothing was compared with it.h"), "{}", done.seen());
}

#[test]
fn programs_with_a_64_bit_time_have_numbers_of_their_own() {
    let text = "#include <linux/ioctl.h>\n#include <sys/time.h>\n\
                struct stamp { struct timeval when; };\n#define STAMP _IOR(0xdc, 1, struct stamp)\n";
    let folder = Folder::with("it.h", text);
    let done = folder.run(&["number", "STAMP", "it.h", "--abi", "i386,x86_64"]);
    assert!(
        done.stdout.contains(
            "0x8008dc01  8 bytes\n    i386\n  0x8010dc01  16 bytes, in programs with a 64-bit time_t\n    i386"
        ),
        "{}",
        done.seen()
    );
    std::fs::write(folder.path("trace"), "ioctl(3, 0x8010dc01, 0x1) = 0\n").unwrap();
    let decoded = folder.run(&["decode", "trace", "--headers", "it.h", "--abi", "i386"]);
    assert!(decoded.stdout.contains("from a program with a 64-bit time_t"), "{}", decoded.seen());
    let found = folder.run(&["check", "it.h", "--select", "L006", "--abi", "i386,x86_64"]);
    assert!(found.stdout.contains("pass 16 bytes with `STAMP`"), "{}", found.seen());
}

#[test]
fn a_number_of_another_abi_is_known_by_that_abi() {
    // vladimirvivien/go4vl issue 7: a 64-bit program with the number of 32-bit ones.
    let text = "#include <linux/ioctl.h>\nstruct fmt { void *clips; };\n\
                #define G_FMT _IOWR('V', 4, struct fmt)\n#define SUBDEV_G_FMT _IOWR('V', 4, int[3])\n";
    let folder = Folder::with("it.h", text);
    let trace = "ioctl(3, _IOC(_IOC_READ|_IOC_WRITE, 0x56, 0x4, 0x4), 0x1) = -1 ENOTTY\n";
    std::fs::write(folder.path("trace"), trace).unwrap();
    let done = folder.run(&["decode", "trace", "--headers", "it.h", "--abi", "x86_64"]);
    let expected = "no command has that number on x86_64; G_FMT has it on every 32-bit ABI";
    assert!(done.stdout.contains(expected), "{}", done.seen());
}

#[test]
fn what_was_not_understood_is_counted_whether_or_not_a_rule_reports_it() {
    let text = "#include <linux/ioctl.h>\nstruct s { nope_t a; };\n\
                #define NO_LAYOUT _IOW(0xdc, 1, struct s)\n#define NO_WRAPPER VENDOR_IOW(2, int)\n";
    let folder = Folder::with("it.h", text);
    for more in [&[][..], &["--ignore", "U"]] {
        let done = folder.run(&[&["check", "--format", "json", "it.h"], more].concat());
        let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        assert_eq!(report["summary"]["not_understood"], 2, "{}", done.seen());
    }
}

#[test]
fn where_not_all_commands_of_a_place_are_compared_that_is_said() {
    let define = |at: usize| format!("#define FOO_{at} _IOC(_IOC_READ, 0xdc, 1, {})\n", at + 1);
    let header = |count| -> String {
        let commands: String = (0..count).map(define).collect();
        format!("#include <linux/ioctl.h>\n{commands}")
    };
    let said = |count| {
        let folder = Folder::with("foo.h", header(count));
        let done = folder.run(&["check", "--format", "concise", "--select", "N009", "foo.h"]);
        done.stdout.lines().filter(|line| line.contains("from here on")).count()
    };
    assert_eq!((said(65), said(66)), (0, 1));
}

#[test]
fn of_many_commands_with_one_number_the_first_are_shown_and_the_others_are_counted() {
    let define = |at: usize| format!("#define C{at} _IO(0xdc, 1)\n");
    let commands: String = (0..12).map(define).collect();
    let folder = Folder::with("it.h", format!("{TYPES}{commands}"));
    let done = folder.run(&["check", "--format", "json", "--select", "N008", "it.h"]);
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let said = |name: &str| -> (usize, bool) {
        let mut findings = report["findings"].as_array().unwrap().iter();
        let finding = findings.find(|it| it["command"] == name).unwrap();
        let notes = finding["notes"].to_string();
        assert_eq!(notes.contains("also the number of 3 other commands before it"), name == "C11");
        (finding["related"].as_array().unwrap().len(), notes.contains("also the number of"))
    };
    assert_eq!(said("C1"), (1, false));
    assert_eq!(said("C8"), (8, false));
    assert_eq!(said("C9"), (8, true));
    assert_eq!(said("C11"), (8, true));
}
