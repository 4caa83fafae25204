use insta::assert_snapshot;

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
