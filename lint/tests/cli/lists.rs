//! Lists of numbers against a header.

use crate::run::Folder;

const HEADER: &str = "#include <linux/types.h>\n#include <linux/ioctl.h>\n\
    struct x { __u32 a; __u32 b; };\n#define X_GET _IOR(0xdc, 1, struct x)\n\
    #define X_SET _IOW(0xdc, 2, struct x)\n#define X_RESET 0xdc03\n";

/// On most ABIs, and with the three bits of a direction that mips and others have.
const GET: u32 = 0x8008_dc01;
const SET: u32 = 0x4008_dc02;
const GET_OF_MIPS: u32 = 0x4008_dc01;

/// A list in each format that has these two numbers, and a third that no header has.
fn lists(get: u32, set: u32) -> [(&'static str, String, u32); 8] {
    let constants = format!("\tX_GET = {get:#x}\n\tX_SET = {set:#x} // set\n\tX_OTHER = 7\n");
    let rows = format!(
        "[{{\"name\": \"X_GET\", \"number\": {get}}},\n{{\"name\": \"X_SET\", \"number\": \
         \"{set:#x}\"}},\n{{\"name\": \"X_OTHER\", \"number\": 7}}]\n"
    );
    [
        ("x.go", format!("package x\n\nconst (\n{constants})\n"), 4),
        ("x.py", format!("X_GET = {get:#x}\nX_SET: int = {set}\nX_OTHER = 7\n"), 1),
        ("x.csv", format!("X_GET,{get:#x}\nX_SET,{set}\nX_OTHER,7\n"), 1),
        ("x.txt", format!("X_GET {get:#x}\nX_SET\t{set}\nX_OTHER 7\n"), 1),
        ("x.json", format!("{{\"X_GET\": {get}, \"X_SET\": \"{set:#x}\", \"X_OTHER\": 7}}\n"), 1),
        ("rows.json", rows, 1),
        ("x.pyi", format!("class X:\n    X_GET = {get}\n    X_SET = {set}\n    X_OTHER = 7\n"), 2),
        (
            "numbers.h",
            format!("#define X_GET {get:#x}U\n#define X_SET {set}\n#define X_OTHER 7\n"),
            1,
        ),
    ]
}

fn of(text: &str, name: &str) -> Folder {
    Folder::with("linux/x.h", HEADER).and(name, text)
}

const AGAINST: [&str; 6] = ["check", "--no-config", "--abi", "x86_64", "--against", "linux/x.h"];

fn check(folder: &Folder, name: &str) -> crate::run::Done {
    folder.run(&[&AGAINST[..], &[name]].concat())
}

#[test]
fn numbers_that_the_header_has_are_right_in_each_format() {
    for (name, text, _) in lists(GET, SET) {
        let done = check(&of(&text, name), name);
        assert_eq!(done.code, 0, "{name}: {}", done.seen());
        assert!(done.stderr.contains("checked 1 list of 3 numbers, 1 ABI"), "{}", done.seen());
        assert!(done.stderr.contains("compared 2 commands"), "{}", done.seen());
        assert!(done.stderr.contains("1 definition has no counterpart"), "{}", done.seen());
    }
}

#[test]
fn another_number_is_reported_at_its_name_in_each_format() {
    for (name, text, line) in lists(0x8004_dc01, SET) {
        let done = check(&of(&text, name), name);
        assert_eq!(done.code, 1, "{name}: {}", done.seen());
        let at = text.lines().nth(line as usize - 1).unwrap().find("X_GET").unwrap() + 1;
        assert!(done.stdout.contains(&format!("{name}:{line}:{at}\n")), "{}", done.seen());
        for words in ["0x8004dc01 instead of 0x8008dc01", "the argument has 4 bytes instead of 8"] {
            assert!(done.stdout.contains(words), "{}", done.seen());
        }
        assert_eq!(done.stdout.matches("error[R005]").count(), 1, "{}", done.seen());
    }
}

#[test]
fn a_plain_number_of_the_header_is_compared() {
    let done = check(&of("X_RESET = 0xdc04\n", "x.py"), "x.py");
    assert!(done.stdout.contains("the nr is 0x04 instead of 0x03"), "{}", done.seen());
}

#[test]
fn a_go_file_is_compared_on_its_own_architecture() {
    let of_go = |number: u32, name: &str| {
        let text = format!("package x\n\nconst X_GET = {number:#x}\n");
        let folder = of(&text, name);
        folder.run(&["check", "--no-config", "--against", "linux/x.h", name]).code
    };
    assert_eq!(of_go(GET, "x_linux_amd64.go"), 0);
    assert_eq!(of_go(GET_OF_MIPS, "x_linux_amd64.go"), 1);
    assert_eq!(of_go(GET_OF_MIPS, "x_linux_mips64le.go"), 0);
    assert_eq!(of_go(GET, "x_linux_mips64le.go"), 1);
}

#[test]
fn the_numbers_of_one_architecture_are_one_finding() {
    let folder = of(&format!("X_GET = {GET:#x}\nX_SET = {SET:#x}\nX_RESET = 0xdc03\n"), "x.py");
    let done = folder.run(&["check", "--no-config", "--against", "linux/x.h", "x.py"]);
    assert_eq!(done.stdout.matches("error[R005]").count(), 1, "{}", done.seen());
    for words in ["`X_GET` differs", "the same holds for `X_SET`", "the number is right", "`--abi`"]
    {
        assert!(done.stdout.contains(words), "{words}: {}", done.seen());
    }
    let done = folder.run(&[
        "check",
        "--no-config",
        "--abi",
        "mips_o32",
        "--against",
        "linux/x.h",
        "x.py",
    ]);
    assert_eq!(done.stdout.matches("error[R005]").count(), 2, "{}", done.seen());
}

#[test]
fn a_command_with_a_value_that_is_no_number_is_named_with_its_place() {
    let text = format!("X_GET = _IOR(0xdc, 1, 8)\nOTHER = f()\nX_SET = {SET:#x}\n");
    let done = check(&of(&text, "x.py"), "x.py");
    assert_eq!(done.code, 0, "{}", done.seen());
    let seen = done.seen();
    assert!(seen.contains("`X_GET` was not compared: its value is not a plain number"), "{seen}");
    assert!(seen.contains("x.py:1:1"), "{seen}");
    assert!(seen.contains("1 definition could not be worked out"), "{seen}");
    assert!(!seen.contains("OTHER"), "it is no command: {seen}");
}

#[test]
fn what_was_not_compared_fails_the_run() {
    let folder = of(&format!("X_GET = {GET:#x}\n"), "x.py");
    let done = folder.run(&["check", "--no-config", "x.py"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.seen().contains("name the header that defines the commands with `--against`"));
    let done = check(&of("A = 1\n", "x.py"), "x.py");
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stderr.contains("nothing was compared with linux/x.h"), "{}", done.seen());
}

#[test]
fn a_file_that_is_no_list_fails_the_run() {
    for (name, text, words) in [
        ("x.py", "import os\n", "no name in it is given a plain number"),
        ("x.go", "package x\n", "no name in it is given a plain number"),
        ("x.json", "{\"X_GET\": ", "no JSON list of numbers"),
        ("x.json", "7", "no JSON list of numbers"),
        ("x.csv", "", "no name in it is given a plain number"),
    ] {
        let done = check(&of(text, name), name);
        assert_eq!(done.code, 2, "{name}: {}", done.seen());
        assert!(done.seen().contains(words), "{name}: {}", done.seen());
    }
}

#[test]
fn a_configuration_names_the_header_of_a_list() {
    let folder = of(&format!("X_GET = {SET:#x}\n"), "x.py")
        .and("ioctl-lint.toml", "abis = [\"x86_64\"]\nagainst = [\"linux/x.h\"]\n");
    let done = folder.run(&["check", "x.py"]);
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(done.stdout.contains("error[R005]"), "{}", done.seen());
}

#[test]
fn a_header_of_numbers_is_a_header_where_it_is_compared_with_nothing() {
    let folder = of("#define X_GET 0x8008dc01\n", "numbers.h");
    let done = folder.run(&["check", "--no-config", "numbers.h"]);
    assert!(done.stderr.contains("checked 1 header"), "{}", done.seen());
}
