//! `ioctl-lint handlers`.

use crate::run::Folder;

const SOURCE: &str = "\
#include <linux/ioctl.h>
#define FOO_GET _IOR(0xdc, 1, int)
#define FOO_SET _IO(0xdc, 2)
static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case FOO_GET:
		return put_user(1, (int __user *)arg);
	case FOO_SET:
		if (arg > 5)
			return -EINVAL;
		return 0;
	}
	return -ENOTTY;
}
static const struct file_operations foo_fops = { .unlocked_ioctl = foo_ioctl };
";

#[test]
fn a_handler_is_printed_with_its_table_its_commands_and_what_they_copy() {
    let folder = Folder::with("foo.c", SOURCE);
    let done = folder.run(&["handlers", "--no-config", "foo.c"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    let lines: Vec<&str> =
        done.stdout.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines,
        [
            "foo_ioctl (foo.c:4)",
            "in foo_fops (file_operations, foo.c:16); 32-bit programs: none",
            "an unknown command gets -ENOTTY",
            "FOO_GET  foo.c:7  out int",
            "FOO_SET  foo.c:9  takes a number",
        ]
    );
}

#[test]
fn a_folder_without_handlers_is_an_error_that_says_what_would_help() {
    let folder = Folder::with("foo/foo.c", "int x;\n");
    let done = folder.run(&["handlers", "--no-config", "foo"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stderr.contains("no function is the handler of a table there"), "{}", done.seen());
}

#[test]
fn source_without_a_header_and_without_commands_of_its_own_is_judged() {
    let source = SOURCE.replace("#define", "// #define");
    let folder = Folder::with("foo/foo.c", source.replace("-ENOTTY", "-EINVAL"));
    let done = folder.run(&["check", "--no-config", "--format", "concise", "foo"]);
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(done.stdout.contains("H005"), "{}", done.seen());
    assert!(!done.stderr.contains("holds no header"), "{}", done.seen());
}

#[test]
fn a_dump_has_the_handlers_that_were_read() {
    let folder = Folder::with("foo.c", SOURCE);
    let done = folder.run(&["dump", "--no-config", "--abi", "x86_64", "foo.c"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    let dump: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let handler = &dump["handlers"][0];
    assert_eq!(handler["function"], "foo_ioctl");
    assert_eq!(handler["tables"][0]["structure"], "file_operations");
    assert_eq!(handler["unknown"], serde_json::json!(["-ENOTTY"]));
    let access = &handler["commands"][0]["accesses"][0];
    assert_eq!(
        (&access["way"], &access["type"], &access["line"]),
        (&"out".into(), &"int".into(), &8.into())
    );
    assert_eq!(handler["commands"][1]["as_number"], true);
}

/// `FOO_GET` is another structure for 32-bit programs.
fn asking() -> String {
    let body = "if (in_compat_syscall())\n\t\t\treturn put_user(1, (u32 __user *)arg);\n\t\t\
                return put_user(1, (int __user *)arg);";
    SOURCE.replace("return put_user(1, (int __user *)arg);", body)
}

#[test]
fn what_a_handler_does_for_32_bit_programs_is_printed_beside_what_it_does_for_native_ones() {
    let folder = Folder::with("foo.c", asking());
    let done = folder.run(&["handlers", "--no-config", "foo.c"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    let lines: Vec<&str> =
        done.stdout.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines[3..],
        [
            "FOO_GET  foo.c:7   out int",
            "FOO_SET  foo.c:11  takes a number",
            "asks whether a 32-bit program calls, and for one does",
            "FOO_GET  foo.c:7  out u32",
        ]
    );
}

#[test]
fn a_dump_says_what_a_handler_does_for_32_bit_programs_where_it_asks() {
    let schema = include_str!("../../../schema/dump.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let handler = |source: &str| {
        let folder = Folder::with("foo.c", source);
        let done = folder.run(&["dump", "--no-config", "--abi", "x86_64", "foo.c"]);
        let dump: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        let complaints: Vec<_> = schema.iter_errors(&dump).map(|it| it.to_string()).collect();
        assert!(complaints.is_empty(), "{complaints:?}");
        dump["handlers"][0].clone()
    };
    let asking = handler(&asking());
    let native = &asking["commands"][0];
    let compat = &asking["in_compat"][0];
    assert_eq!((&native["name"], &compat["name"]), (&"FOO_GET".into(), &"FOO_GET".into()));
    let types = [native, compat].map(|command| command["accesses"][0]["type"].clone());
    assert_eq!(types, ["int", "u32"]);
    assert_eq!(asking["in_compat"].as_array().unwrap().len(), 1);
    assert_eq!(handler(SOURCE).get("in_compat"), None);
}

#[test]
fn a_function_that_was_not_followed_to_its_end_is_counted_whatever_rules_run() {
    let source = include_str!("../../../fixtures/rules/U005/bad.c");
    let folder = Folder::with("foo.c", source);
    let done = folder.run(&["check", "--no-config", "--select", "H005", "foo.c"]);
    assert!(done.stderr.contains("not understood"), "{}", done.seen());
}

#[test]
fn the_summary_counts_handlers_and_calls_that_were_not_followed() {
    let body = "return foo_pass_on(file, (void __user *)arg);";
    let source = SOURCE.replace("return put_user(1, (int __user *)arg);", body);
    let folder = Folder::with("foo.c", &source);
    let done = folder.run(&["check", "--no-config", "--abi", "x86_64", "foo.c"]);
    assert!(done.stderr.contains("2 commands, 1 handler, 1 ABI"), "{}", done.seen());
    assert!(
        done.stderr.contains("1 call of functions whose source was not read"),
        "{}",
        done.seen()
    );
}
