use std::process::Command;

use insta::assert_snapshot;

use crate::run::{Done, Folder};

/// What a driver takes from the kernel.
const KERNEL: &str = include_str!("../../../fixtures/rules/kernel.h");

const HEADER: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>

struct foo_map {
	__u64 start;
	__u32 flags;
};

#define FOO_MAP _IOW('f', 1, struct foo_map)
";

const DRIVER: &str = r#"
#include "kernel.h"

struct foo_map {
	__u64 start;
	__u32 flags;
} map;

static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return -25;
}

static const struct file_operations foo_fops = {
	.owner = &__this_module,
	.unlocked_ioctl = foo_ioctl,
	COMPAT
};

const void *used = &foo_fops;
const char info[] __attribute__((section(".modinfo"))) = "name=NAME\0vermagic=0.0.0 SMP";
"#;

fn module(folder: Folder, name: &str, compat: &str) -> Folder {
    compiled(folder, name, compat, &["-g"])
}

/// Compiles a driver, with that compat handler, as the module of that name.
pub(crate) fn compiled(folder: Folder, name: &str, compat: &str, options: &[&str]) -> Folder {
    let source = DRIVER.replace("COMPAT", compat).replace("NAME", name);
    let folder = folder.and("kernel.h", KERNEL).and("driver.c", source);
    let object = folder.path(&format!("modules/{name}.ko"));
    std::fs::create_dir_all(object.parent().unwrap()).unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-c", "-O1", "-fno-pic", "-fcf-protection=none"]).args(options);
    gcc.arg("-o").arg(object);
    assert!(gcc.arg(folder.path("driver.c")).status().unwrap().success());
    folder
}

fn two_modules() -> Folder {
    let folder = Folder::with("foo.h", HEADER);
    let folder = module(folder, "bare", "");
    module(folder, "converting", ".compat_ioctl = compat_ptr_ioctl,")
}

/// Without notes on where a machine has no kernel of version 0.0.0.
fn check(folder: &Folder, arguments: &[&str]) -> Done {
    folder.run(&[&["check"], arguments].concat())
}

#[test]
fn a_table_is_shown_as_it_stands_in_the_object() {
    let done = check(&two_modules(), &["modules/bare.ko"]);
    assert_eq!(done.code, 1);
    assert_snapshot!(done.seen());
}

#[test]
fn a_folder_of_modules_ends_in_a_table_by_module() {
    let done = check(&two_modules(), &["--format", "concise", "modules"]);
    assert_eq!(done.code, 1);
    assert_snapshot!(done.seen());
}

#[test]
fn a_header_tells_whether_converting_the_pointer_is_enough() {
    let folder = two_modules();
    let arguments = ["--header", "foo.h", "--format", "concise", "modules/converting.ko"];
    let done = check(&folder, &arguments);
    assert_snapshot!(done.seen());
    let portable = HEADER.replace("flags;", "flags, reserved;");
    std::fs::write(folder.path("foo.h"), portable).unwrap();
    let done = check(&folder, &arguments);
    assert_eq!(done.code, 0, "a reserved member where the module has padding: {}", done.stdout);
    let moved = HEADER.replace("__u64 start;", "__u32 mode;\n\t__u64 start;");
    std::fs::write(folder.path("foo.h"), moved).unwrap();
    let done = check(&folder, &arguments);
    assert_eq!(done.code, 1);
    assert!(done.stdout.contains("O001"), "{}", done.stdout);
}

#[test]
fn every_format_takes_objects() {
    let folder = two_modules();
    for format in ["json", "sarif", "github", "gitlab", "junit", "html"] {
        let done = check(&folder, &["--format", format, "modules"]);
        assert_eq!(done.code, 1, "{format}");
        assert!(done.stdout.contains("O002"), "{format}: {}", done.stdout);
        assert!(!done.stdout.contains("native as compat"), "{format} has no table for people");
    }
    let sarif = check(&folder, &["--format", "sarif", "modules/bare.ko"]);
    assert!(!sarif.stdout.contains("startLine"), "an object has no lines: {}", sarif.stdout);
}

#[test]
fn a_header_without_an_object_is_a_mistake() {
    let done = check(&two_modules(), &["--header", "foo.h", "foo.h"]);
    assert_eq!(done.code, 2);
    let done = check(&two_modules(), &["--header", "nowhere.h", "modules/bare.ko"]);
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains("there is no such header"), "{}", done.stdout);
}

#[test]
fn what_cannot_be_read_fails_the_run_and_the_rest_is_reported() {
    let folder = two_modules();
    let whole = std::fs::read(folder.path("modules/bare.ko")).unwrap();
    let folder = folder.and("modules/cut.ko", &whole[..whole.len() / 2]);
    let done = check(&folder, &["--format", "concise", "modules", "absent.ko"]);
    assert_eq!(done.code, 2);
    assert_snapshot!(done.seen());
}

#[test]
fn a_structure_of_an_object_can_be_laid_out_and_dumped() {
    let folder = two_modules();
    let done = folder.run(&["layout", "foo_map", "modules/bare.ko"]);
    assert_snapshot!(done.seen());
    let done = folder.run(&["dump", "modules/bare.ko"]);
    assert_eq!(done.code, 0);
    assert!(done.stdout.contains("\"struct foo_map\"") || done.stdout.contains("foo_map"));
}

#[test]
fn a_folder_of_installed_modules_is_read_for_modules_and_one_of_sources_for_sources() {
    let folder = two_modules().and("modules/modules.order", "").and("modules/build/foo.h", HEADER);
    let done = check(&folder, &["--format", "concise", "modules"]);
    assert!(done.stdout.contains("O002") && !done.stdout.contains("foo.h"), "{}", done.stdout);
    let done = check(&folder, &["--format", "concise", "."]);
    assert!(done.stdout.contains("foo.h") && !done.stdout.contains("O002"), "{}", done.stdout);
}

#[test]
fn a_structure_that_grew_between_two_objects_is_told() {
    let folder = Folder::with("foo.h", HEADER);
    for (name, members) in [("old", "__u32 a;"), ("new", "__u32 a, b;")] {
        let source =
            format!("typedef unsigned int __u32;\nstruct foo_wait {{ {members} }} wait;\n");
        std::fs::write(folder.path(&format!("{name}.c")), source).unwrap();
        let mut gcc = Command::new("gcc");
        gcc.args(["-c", "-g", "-o"]).arg(folder.path(&format!("{name}.o")));
        assert!(gcc.arg(folder.path(&format!("{name}.c"))).status().unwrap().success());
    }
    assert_snapshot!(folder.run(&["diff", "old.o", "new.o"]).seen());
}

/// Neither DWARF nor BTF tells the option by which the old one was packed.
#[test]
fn dumps_of_objects_differ_as_the_objects_do() {
    const SOURCE: &str = "\
struct inner { char a; int b; };
struct foo_state {
	char mode;
	long long when;
	int narrow : 3;
	unsigned wide : 17;
	struct inner inner[2];
	union { char c; short s; } either;
	char rest[];
} state;
";
    let folder = Folder::with("types.c", SOURCE);
    for (name, option) in [("old", "-fpack-struct=2"), ("new", "-fpack-struct=8")] {
        let object = folder.path(&format!("{name}.o"));
        let mut gcc = Command::new("gcc");
        gcc.args(["-c", "-g", option, "-o"]).arg(object).arg(folder.path("types.c"));
        assert!(gcc.status().unwrap().success());
        let dump = folder.run(&["dump", &format!("{name}.o")]);
        assert_eq!(dump.code, 0);
        std::fs::write(folder.path(&format!("{name}.json")), dump.stdout).unwrap();
    }
    let findings = |old: &str, new: &str| -> Vec<serde_json::Value> {
        let done = folder.run(&["diff", "--format", "json", old, new]);
        let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        let found = report["findings"].as_array().unwrap().iter();
        let keys = ["code", "type", "member", "message", "label", "notes", "breaks"];
        found.map(|one| keys.map(|key| one[key].clone()).into()).collect()
    };
    let of_objects = findings("old.o", "new.o");
    let of_foo = |one: &&serde_json::Value| one[1] == "struct foo_state";
    let told = of_objects.iter().find(of_foo).expect("it was packed").to_string();
    assert!(told.contains("`when` moved from byte 2 to byte 8"), "{told}");
    assert_eq!(findings("old.json", "new.json"), of_objects);
    assert_eq!(findings("old.json", "new.o"), of_objects);
    assert_eq!(findings("old.json", "old.o"), Vec::<serde_json::Value>::new());
}

#[test]
fn json_lists_the_objects_with_their_tables() {
    let done = check(&two_modules(), &["--format", "json", "modules"]);
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let table = |compat: serde_json::Value| {
        serde_json::json!([{
            "structure": "file_operations", "name": "foo_fops", "native": "foo_ioctl", "compat": compat,
        }])
    };
    let object = |name: &str, compat| {
        serde_json::json!({
            "file": format!("modules/{name}.ko"), "abi": "x86_64", "module": name,
            "tables": table(compat),
        })
    };
    let expected = [object("bare", ().into()), object("converting", "compat_ptr_ioctl".into())];
    assert_eq!(report["objects"], serde_json::Value::from(expected.to_vec()));
}

/// A kernel is linked: its tables hold addresses, and no relocation says whose.
#[test]
fn a_table_of_a_linked_kernel_is_found() {
    const REST: &str = "
long compat_ptr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return foo_ioctl(file, cmd, arg);
}

static const struct file_operations converting_fops = {
	.unlocked_ioctl = foo_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

const void *both[] = { &foo_fops, &converting_fops };
";
    let driver = DRIVER.split("const char info").next().unwrap().replace("COMPAT", "");
    let source = driver.replace(".owner = &__this_module,", "") + REST;
    let folder = Folder::with("kernel.h", KERNEL).and("kernel.c", source);
    let mut gcc = Command::new("gcc");
    gcc.args(["-O1", "-g", "-static", "-no-pie", "-nostdlib", "-fno-pic", "-Wl,-e,0", "-o"]);
    let linked = gcc.arg(folder.path("vmlinux")).arg(folder.path("kernel.c")).status().unwrap();
    assert!(linked.success());
    let done = check(&folder, &["--format", "json", "vmlinux"]);
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let table = |name: &str, compat: serde_json::Value| {
        serde_json::json!({
            "structure": "file_operations", "name": name, "native": "foo_ioctl", "compat": compat,
        })
    };
    let mut tables = report["objects"][0]["tables"].as_array().unwrap().clone();
    tables.sort_by_key(|table| table["name"].to_string());
    let expected =
        [table("converting_fops", "compat_ptr_ioctl".into()), table("foo_fops", ().into())];
    assert_eq!(tables, expected, "{}", done.stdout);
    assert_eq!(done.code, 1, "one of them lacks a compat handler");
}
