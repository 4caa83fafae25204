//! A driver's folder: what of it is read, and what is left alone.

use crate::run::Folder;

const PRIVATE: &str = "\
#include <linux/mutex.h>
#include <linux/ioctl.h>
struct state { struct mutex lock; u32 users; };
struct window { u32 id; u64 start; };
#define FOO_WINDOW _IOW(0xdc, 1, struct window)
";

const SOURCE: &str = "\
#include <linux/module.h>
#include \"private.h\"
struct reply { u64 serial; u64 flags; };
#define FOO_REPLY _IOR(0xdc, 2, struct reply)
static long answer(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct reply reply = { 1 };
	return copy_to_user((void __user *)arg, &reply, sizeof(reply)) ? -EFAULT : 0;
}
static const struct file_operations operations = { .unlocked_ioctl = answer };
MODULE_LICENSE(\"GPL\");
";

fn driver() -> Folder {
    // No command is reachable from the last two.
    Folder::with("driver/private.h", PRIVATE)
        .and("driver/main.c", SOURCE)
        .and("driver/registers.h", "#define FOO_REG 4\nstruct regs { no_such_type x; };\n")
        .and("driver/queue.h", "#include <linux/list.h>\nstruct queue { struct list_head l; };\n")
}

#[test]
fn commands_of_private_headers_and_sources_are_found() {
    let folder = driver();
    let dump = folder.run(&["dump", "--abi", "x86_64", "driver"]);
    assert_eq!(dump.code, 0, "{}", dump.stderr);
    let dump: serde_json::Value = serde_json::from_str(&dump.stdout).unwrap();
    let numbers: Vec<(&str, u64)> = dump["commands"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["name"].as_str().unwrap(), it["numbers"][0]["number"].as_u64().unwrap()))
        .collect();
    // gcc says the same of `_IOW(0xdc, 1, char[16])` and `_IOR(0xdc, 2, char[16])`.
    assert_eq!(numbers, [("FOO_REPLY", 0x8010_dc02), ("FOO_WINDOW", 0x4010_dc01)]);
}

#[test]
fn what_the_kernel_alone_compiles_is_not_told_to_be_self_contained() {
    let folder = driver();
    let done = folder.run(&["check", "--format", "concise", "driver"]);
    assert!(!done.stdout.contains("L019"), "{}", done.stdout);
    assert!(done.stdout.contains("driver/private.h:4"), "{}", done.stdout);
    assert!(!done.stdout.contains("U00"), "{}", done.stdout);
}

#[test]
fn a_header_that_somebody_names_is_read_whatever_it_holds() {
    let folder = driver();
    let done = folder.run(&["check", "--format", "concise", "driver/registers.h"]);
    assert!(done.stdout.contains("L019"), "{}", done.stdout);
}

#[test]
fn a_source_can_be_named() {
    let folder = driver();
    let done = folder.run(&["number", "FOO_REPLY", "driver/main.c", "--abi", "x86_64"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("0x8010dc02"), "{}", done.stdout);
}

#[test]
fn a_folder_of_programs_without_commands_holds_nothing() {
    let folder = Folder::with("programs/main.c", "int main(void) { return 0; }\n");
    let done = folder.run(&["check", "programs"]);
    assert_eq!(done.code, 2);
    assert!(done.seen().contains("no C source that defines commands"), "{}", done.seen());
}
