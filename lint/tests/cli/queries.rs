use insta::assert_snapshot;
use ioctlkit_report::visible::is_invisible;

use crate::run::{Folder, HOLE};

#[test]
fn explain_prints_a_page_and_suggests_the_nearest_name() {
    let folder = Folder::new();
    let page = folder.run(&["explain", "stale-suppression"]);
    assert_eq!(page.code, 0);
    assert!(page.stdout.starts_with("S001 stale-suppression: "), "{}", page.stdout);
    let unknown = folder.run(&["explain", "stale-supression"]);
    assert_eq!(unknown.code, 2);
    assert_snapshot!(unknown.seen());
}

#[test]
fn rules_are_listed_for_people_and_programs() {
    let folder = Folder::new();
    let table = folder.run(&["rules"]);
    let json = folder.run(&["rules", "--format", "json"]);
    let rules: Vec<serde_json::Value> = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(table.stdout.lines().count(), rules.len() + 1);
    let stale = rules.iter().find(|rule| rule["code"] == "S001").unwrap();
    assert_eq!(stale["slug"], "stale-suppression");
    assert_eq!(stale["new"], "warning");
}

#[test]
fn abis_are_listed_with_what_is_known_of_them() {
    let done = Folder::new().run(&["abis"]);
    let line = |name: &str| done.stdout.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(line("m68k ").contains("verified with gcc 12 (cpp-12-m68k-linux-gnu)"));
    assert!(line("csky ").contains("unverified: no compiler, from documents"));
}

#[test]
fn a_number_is_taken_apart_and_its_commands_named() {
    let folder = Folder::with("foo.h", HOLE);
    let done = folder.run(&["number", "0x80187801", "foo.h"]);
    assert_eq!(done.code, 0);
    assert_snapshot!(done.seen());
    let nobody = folder.run(&["number", "0x1234", "--abi", "x86_64", "foo.h"]);
    assert_snapshot!(nobody.seen());
}

#[test]
fn a_command_has_its_number_on_every_abi() {
    let folder = Folder::with("foo.h", HOLE);
    let done = folder.run(&["number", "FOO_GET", "foo.h"]);
    assert_eq!(done.code, 0);
    assert_snapshot!(done.seen());
    let unknown = folder.run(&["number", "FOO_GTE", "foo.h"]);
    assert_eq!(unknown.code, 2);
    assert_snapshot!(unknown.seen());
}

#[test]
fn a_number_is_made_from_a_macro_and_its_arguments() {
    let folder = Folder::new();
    let done = folder.run(&["number", "_IOWR('f', 11, 8192)"]);
    assert_eq!(done.code, 0);
    assert_snapshot!(done.seen());
    for wrong in ["_IOWR('f', 11, struct x)", "0x1234567890", "12ab", "_IOR("] {
        assert_eq!(folder.run(&["number", wrong]).code, 2, "{wrong}");
    }
}

#[test]
fn an_unknown_structure_is_answered_with_the_nearest() {
    let folder = Folder::with("foo.h", HOLE.replace("foo", "foo_request"));
    let done = folder.run(&["layout", "foo_reqest", "foo.h"]);
    assert_eq!(done.code, 2);
    assert_snapshot!(done.seen());
    assert_eq!(folder.run(&["layout", "struct foo_request", "foo.h"]).code, 0);
}

#[test]
fn a_structure_that_is_only_declared_is_named() {
    let header =
        "#include <linux/ioctl.h>\nstruct foo;\n#define FOO_GET _IOR('x', 1, struct foo)\n";
    let folder = Folder::with("foo.h", header);
    let done = folder.run(&["layout", "FOO_GET", "foo.h"]);
    assert_eq!(done.code, 2);
    assert_snapshot!(done.seen());
}

#[test]
fn dump_is_json_with_errors_in_it() {
    let folder = Folder::with("foo.h", HOLE);
    let done = folder.run(&["dump", "--abi", "x86_64,i386", "foo.h", "none.h"]);
    assert_eq!(done.code, 2);
    let value: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(value["version"], 2);
    assert_eq!(value["abis"], serde_json::json!(["x86_64", "i386"]));
    assert_eq!(value["commands"][0]["name"], "FOO_GET");
    let of_i386 = &value["commands"][0]["numbers"][1];
    assert_eq!(of_i386["size"], 20);
    let set = of_i386["abis"].as_u64().unwrap() as usize;
    assert_eq!(value["abi_sets"][set], serde_json::json!(["i386"]));
    assert_eq!(value["errors"].as_array().unwrap().len(), 1);
}

#[test]
fn completions_and_manual_pages_are_made() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        let done = folder.run(&["completions", shell]);
        assert!(done.stdout.contains("write-baseline"), "{shell}");
    }
    assert!(folder.run(&["man"]).stdout.contains(".TH ioctl-lint 1"));
    assert_eq!(folder.run(&["man", "--dir", "pages"]).code, 0);
    assert!(folder.read("pages/ioctl-lint-check.1").contains("baseline"));
}

#[test]
fn dump_lists_plain_numbers_that_are_commands_and_no_other_constants() {
    let text = "#include <linux/ioctl.h>\n#define FOO_GET _IOR('x', 1, int)\n\
                #define FOO_IOC_OLD 0x7802\n#define FOO_MASK 0x00ff\n#define FOO_VENDOR 0x1002\n";
    let folder = Folder::with("foo.h", text);
    let names = |arguments: &[&str]| -> Vec<String> {
        let done = folder.run(arguments);
        let dump: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        let raw = dump["raw_numbers"].as_array().unwrap();
        raw.iter().map(|raw| raw["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["dump", "--raw", "foo.h"]), ["FOO_IOC_OLD"]);
    assert_eq!(names(&["dump", "foo.h"]), Vec::<String>::new());
}

/// What moves a cursor, turns text around, begins a line of its own, and gives GitHub's runner a command.
const HOSTILE: &str = "\u{1b}[2J\n::error::forged\r\u{9b}\u{202e}\u{2066}##[x]";

#[test]
fn no_path_does_anything_to_a_terminal_or_a_ci_log_in_any_answer() {
    // A C header with a line break in its name is refused.
    let header = format!("a{}b.h", HOSTILE.replace(['\n', '\r'], ""));
    let folder = Folder::with(&header, HOLE).and("a\nb.h", HOLE).and("a\rb.h", HOLE);
    let folder = folder.and("trace", "ioctl(3, FOO_GET, 0x7ffc) = 0\n");
    for (arguments, code) in [
        (&["decode", "trace", "--abi", "x86_64", "--headers", &header][..], 0),
        (&["decode", &header, "--headers", &header], 0),
        (&["decode", "none\u{202e}\n::error::x", "--headers", &header], 2),
        (&["number", "FOO_GET", &header], 0),
        (&["number", "0x80187801", &header], 0),
        (&["number", "0x1234", "--abi", "x86_64", &header], 0),
        (&["layout", "struct foo", &header], 0),
        (&["layout", "struct foo", "a\nb.h"], 2),
        (&["number", "FOO_GET", "a\rb.h"], 2),
        (&["check", "a\nb.h", "a\rb.h"], 2),
        (&["layout", "struct\u{202e}x\n::error::x", &header], 2),
        (&["number", "X\u{202e}\n::error::x", &header], 2),
        (&["check", &header], 1),
        (&["check", "--statistics", &header], 1),
        (&["check", "--output", "none/\u{202e}\n::error::x", &header], 2),
        (&["check", "--write-baseline", "base\u{202e}\n::error::x", &header], 0),
        (&["baseline", "show", "--baseline", "none\u{202e}\n::error::x"], 2),
        (&["diff", &header, "none\u{202e}\n::error::x"], 2),
        (&["explain", "X\u{202e}\n::error::x"], 2),
        (&["check", "--config", "none\u{202e}\n::error::x", &header], 2),
    ] {
        let done = folder.run(arguments);
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
        for text in [&done.stdout, &done.stderr] {
            let unseen = text.chars().find(|c| is_invisible(*c) && !matches!(c, '\n' | '\t'));
            assert_eq!(unseen, None, "{arguments:?}: {text}");
            assert!(!gives_a_command(text), "{arguments:?}: {text}");
        }
    }
}

#[test]
fn what_a_trace_tells_does_nothing_to_a_terminal_or_a_ci_log() {
    let hostile = HOSTILE.replace('\n', "");
    let trace = format!(
        "ioctl(3, FOO_GET, {{{hostile}}}) = 0{hostile}\nioctl(3{hostile}, FOO_GET, 0x1) = 0\n\
         ioctl(3, FOO{hostile}_GET, 0x1) = 0\nioctl(3, 0x80187801, \"{hostile}\") = -1 E{hostile} (x)\n"
    );
    let folder = Folder::with("foo.h", HOLE).and("trace", trace);
    let done = folder.run(&["decode", "trace", "--abi", "x86_64", "--headers", "foo.h"]);
    let text = format!("{}{}", done.stdout, done.stderr);
    assert!(text.contains("\\u{202e}"), "{text}");
    let unseen = text.chars().find(|c| is_invisible(*c) && !matches!(c, '\n' | '\t'));
    assert_eq!(unseen, None, "{text}");
    assert!(!gives_a_command(&text), "{text}");
}

/// Whether GitHub's runner would obey a line.
fn gives_a_command(text: &str) -> bool {
    let is_command = |line: &str| {
        let rest = line.trim_start().strip_prefix("::");
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    text.contains("##[") || text.lines().any(is_command)
}

/// Commands whose numbers do not say what the kernel does, one whose number does, and one that has a name of
/// the kernel's and is another command.
const SAYS_LITTLE: &str = "\
#include <linux/ioctl.h>
#define TUNSETIFF _IOW('T', 202, int)
#define TUNGETFEATURES _IOR('T', 207, unsigned int)
#define TUNSETQUEUE _IOW('x', 1, int)
#define BLKGETSIZE64 _IOR(0x12, 114, unsigned long)
#define BLKGETSIZE _IO(0x12, 96)
#define EVIOCGRAB _IOW('E', 0x90, int)
";

#[test]
fn a_command_is_shown_with_what_the_kernel_copies_where_the_number_does_not_say_it() {
    let folder = Folder::with("foo.h", SAYS_LITTLE);
    let told = |arguments: &[&str]| {
        let done = folder.run(&[&["number"], arguments, &["foo.h"]].concat());
        assert_eq!(done.code, 0, "{}", done.stderr);
        let lines = done.stdout.lines().filter(|line| line.starts_with("  the kernel "));
        lines.map(|line| line.trim().to_owned()).collect::<Vec<String>>()
    };
    let kernel = ioctlkit_model::kernel_copies::kernel();
    let tun = format!(
        "the kernel reads and writes `struct ifreq`, 40 bytes on every 64-bit ABI and 32 bytes on \
         every 32-bit ABI, through the argument (drivers/net/tun.c, {kernel})"
    );
    assert!(told(&["TUNSETIFF"]).contains(&tun), "{:?}", told(&["TUNSETIFF"]));
    // The 8 bytes that the number says on x86-64 are those that are written there.
    assert_eq!(told(&["0x80081272", "--abi", "x86_64"]), [""; 0]);
    let size =
        format!("the kernel writes `u64`, 8 bytes, through the argument (block/ioctl.c, {kernel})");
    assert_eq!(told(&["BLKGETSIZE64"]), std::slice::from_ref(&size));
    assert_eq!(told(&["0x40041272", "--abi", "i386"]), [""; 0], "no command has that number");
    assert_eq!(told(&["0x80041272", "--abi", "i386"]), [size]);
    assert_eq!(
        told(&["BLKGETSIZE", "--abi", "x86_64"]),
        [format!(
            "the kernel writes `unsigned long`, 8 bytes, through the argument (block/ioctl.c, {kernel})"
        )]
    );
    assert_eq!(
        told(&["EVIOCGRAB"]),
        [format!(
            "the kernel takes the argument as a plain value (drivers/input/evdev.c, {kernel})"
        )]
    );
    assert_eq!(told(&["TUNGETFEATURES"]), [""; 0]);
    assert_eq!(told(&["TUNSETQUEUE"]), [""; 0]);
}

#[test]
fn a_call_in_a_trace_is_told_with_what_the_kernel_copies() {
    let folder = Folder::with("foo.h", SAYS_LITTLE).and(
        "calls.log",
        "ioctl(3, 0x400454ca, 0x7ffc) = 0\nioctl(3, TUNGETFEATURES, 0x7ffc) = 0\n",
    );
    let done = folder.run(&["decode", "--abi", "x86_64", "--headers", "foo.h", "calls.log"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let told = done.stdout.lines().filter(|line| line.starts_with("  the kernel "));
    let told: Vec<&str> = told.collect();
    assert!(
        told.iter().any(|line| line.starts_with(
            "  the kernel reads and writes `struct ifreq`, 40 bytes, through the argument"
        )),
        "{}",
        done.stdout
    );
    assert!(told.iter().all(|line| line.contains("drivers/net/")), "{}", done.stdout);
}
