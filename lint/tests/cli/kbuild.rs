//! What a build says about the source: Kbuild's `CHECK`, and a compilation database.

use std::process::Command;

use ioctlkit_vm::{Cache, Headers, Release};

use crate::run::Folder;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ioctl-lint");

const HEADER: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>
struct foo_reply { __u64 serial; __u32 flags; __u32 reserved; };
#define FOO_REPLY _IOR('f', 2, struct foo_reply)
";

const SOURCE: &str = r#"#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include "foo.h"
static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct foo_reply reply = { .serial = 1 };

	switch (cmd) {
	case FOO_REPLY:
		return copy_to_user((void __user *)arg, &reply, sizeof(reply)) ? -EFAULT : 0;
	default:
		return -EINVAL;
	}
}
static const struct file_operations foo_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = foo_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
static struct miscdevice foo_misc = {
	.minor = MISC_DYNAMIC_MINOR, .name = "foo", .fops = &foo_fops,
};
module_misc_device(foo_misc);
MODULE_DESCRIPTION("foo");
MODULE_LICENSE("GPL");
"#;

/// Without any handler.
const OTHER: &str = r#"#include <linux/module.h>
MODULE_DESCRIPTION("bar");
MODULE_LICENSE("GPL");
"#;

#[test]
fn a_build_of_a_module_checks_each_file_and_goes_on() {
    let cache = Cache::of_user().unwrap();
    let headers = Headers::of(&Release::newest("6.12", &cache).unwrap(), &cache).unwrap();
    let folder = Folder::with("module/Kbuild", "obj-m := foo.o bar.o\nccflags-y := -I$(src)/inc\n")
        .and("module/foo.c", SOURCE)
        .and("module/bar.c", OTHER)
        .and("module/inc/foo.h", HEADER);
    let built = |check: &str| {
        Command::new("make")
            .args(["C=2", &format!("CHECK={PROGRAM} kbuild {check}"), "modules"])
            .arg(format!("M={}", folder.path("module").display()))
            .arg("-C")
            .arg(headers.folder())
            .env("IOCTLKIT_NO_CACHE", "1")
            .output()
            .unwrap()
    };
    let done = built("");
    let (out, said) = (lossy(&done.stdout), lossy(&done.stderr));
    assert!(done.status.success(), "{out}{said}");
    assert!(folder.path("module/foo.ko").is_file(), "{out}{said}");
    let findings: Vec<&str> = said.lines().filter(|line| line.contains("foo.c:")).collect();
    assert!(findings.len() == 1 && findings[0].contains("foo.c:14:10: error[H005]"), "{out}{said}");
    assert!(!said.contains("bar.c"), "{out}{said}");
    let stopped = built("--fail-on error");
    assert!(!stopped.status.success(), "{}", lossy(&stopped.stderr));
    assert!(lossy(&stopped.stderr).contains("H005"), "{}", lossy(&stopped.stderr));
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn commands_are_found_in_the_folders_that_the_build_searches() {
    let folder = Folder::with("driver/foo.c", SOURCE).and("elsewhere/inc/foo.h", HEADER);
    let known = |words: &[&str]| {
        let done = folder.run(&[&["handlers"], words, &["driver/foo.c"]].concat());
        assert_eq!(done.code, 0, "{}", done.stderr);
        !done.stdout.contains("FOO_REPLY?")
    };
    let write = |text: &str| std::fs::write(folder.path("compile_commands.json"), text).unwrap();
    assert!(!known(&[]), "nothing says where the header is");
    assert!(known(&["-I", "elsewhere/inc"]));
    let entry = |word: &str| {
        format!(
            r#"[{{"directory": "{}", "file": "driver/foo.c", "arguments": ["cc", "{word}", "-c", "driver/foo.c"]}}]"#,
            folder.path("").display()
        )
    };
    write(&entry("-Ielsewhere/inc"));
    assert!(known(&["--compile-commands", "compile_commands.json"]));
    write(&entry("-Ielsewhere"));
    assert!(known(&["--compile-commands", "."]), "headers lie below such a folder, too");
    write("{");
    let done = folder.run(&["handlers", "--compile-commands", ".", "driver/foo.c"]);
    assert_eq!(done.code, 2, "{}{}", done.stdout, done.stderr);
    assert_eq!(done.stderr.matches("not a compilation database").count(), 1, "{}", done.stderr);
    assert!(done.stdout.contains("FOO_REPLY"), "what was good is reported: {}", done.stdout);
    write(r#"[{"directory": ".", "file": "driver/foo.c", "command": "cc -c driver/foo.c"}]"#);
    let done = folder.run(&["handlers", "--compile-commands", ".", "driver/foo.c"]);
    assert_eq!(done.code, 2, "{}{}", done.stdout, done.stderr);
    assert_eq!(done.stderr.matches("that is not absolute").count(), 1, "{}", done.stderr);
}
