//! What driver source makes of commands that differ for 32-bit programs.

use crate::run::{Done, Folder};

/// `FOO_GET` has two numbers, as only the padding at the end differs; in `FOO_MOVE` a member moves and the
/// size is the same.
const HEADER: &str = "\
#include <linux/types.h>
#include <linux/ioctl.h>
struct foo_get { __u64 time; __u32 id; };
struct foo_move { __u32 id; __u64 time; __u32 more; };
#define FOO_GET _IOR(0xdc, 1, struct foo_get)
#define FOO_MOVE _IOW(0xdc, 2, struct foo_move)
";

const NATIVE: &str = "\
static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct foo_get get = {};
	struct foo_move move;

	switch (cmd) {
	case FOO_GET:
		return copy_to_user((void __user *)arg, &get, sizeof(get)) ? -EFAULT : 0;
	case FOO_MOVE:
		return copy_from_user(&move, (void __user *)arg, sizeof(move)) ? -EFAULT : 0;
	}
	return -ENOTTY;
}
";

/// What a check of the C rules says, of a driver with more functions and with these members in its table.
fn check(more: &str, members: &str) -> Done {
    let source = format!(
        "#include \"foo.h\"\n{NATIVE}{more}\
         static const struct file_operations foo_fops = {{\n\t.unlocked_ioctl = foo_ioctl,\n{members}}};\n"
    );
    let folder = Folder::with("foo/foo.h", HEADER).and("foo/foo.c", &source);
    folder.run(&["check", "--no-config", "--abi", "x86_64,i386", "--select", "C001", "foo"])
}

#[test]
fn a_whole_number_that_the_native_handler_does_not_know_is_an_error_with_what_a_program_sees() {
    let done = check("", "\t.compat_ioctl = compat_ptr_ioctl,\n");
    assert_eq!(done.code, 1, "{}", done.seen());
    // gcc -m32 says that `_IOR(0xdc, 1, char[12])` is this number.
    let words = "broken: i386 programs pass another number (0x800cdc01), which `foo_ioctl` does not know \
                 and get ENOTTY";
    assert!(done.stdout.contains(words), "{}", done.seen());
    assert!(done.stdout.contains("32-bit programs end up here"), "{}", done.seen());
    assert_eq!(done.stdout.matches("error[C001]").count(), 2, "{}", done.seen());
}

#[test]
fn a_command_of_its_own_for_32_bit_programs_translates_and_is_a_note() {
    let more = "\
struct foo_get32 { __u64 time; __u32 id; } __attribute__((packed));
#define FOO_GET32 _IOR(0xdc, 1, struct foo_get32)
static long foo_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct foo_get32 get = {};

	switch (cmd) {
	case FOO_GET32:
		return copy_to_user(compat_ptr(arg), &get, sizeof(get)) ? -EFAULT : 0;
	}
	return -ENOIOCTLCMD;
}
";
    let done = check(more, "\t.compat_ioctl = foo_compat_ioctl,\n");
    assert_eq!(done.code, 0, "{}", done.seen());
    assert!(
        done.stdout.contains("translated: `foo_compat_ioctl` has `FOO_GET32` for it"),
        "{}",
        done.seen()
    );
    let never =
        "never reached: `foo_compat_ioctl`, the handler for 32-bit programs, does not name it";
    assert!(done.stdout.contains(never), "{}", done.seen());
}

#[test]
fn a_gate_in_front_of_the_native_handler_counts() {
    let more = "\
static long foo_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case FOO_MOVE:
		return foo_ioctl(file, cmd, (unsigned long)compat_ptr(arg));
	}
	return -ENOTTY;
}
";
    let done = check(more, "\t.compat_ioctl = foo_compat_ioctl,\n");
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(done.stdout.contains("does not name it"), "{}", done.seen());
    assert!(done.stdout.contains("broken: i386 programs pass another number"), "{}", done.seen());
}

#[test]
fn without_a_handler_for_32_bit_programs_nothing_of_it_is_reached() {
    let done = check("", "");
    assert_eq!(done.code, 0, "{}", done.seen());
    let words = "never reached: `foo_fops` has no handler for 32-bit programs";
    assert_eq!(done.stdout.matches(words).count(), 2, "{}", done.seen());
    assert!(!done.stdout.contains("error["), "{}", done.seen());
}

#[test]
fn a_handler_of_unknown_source_leaves_the_finding_as_it_was_and_says_so() {
    let done = check("", "\t.compat_ioctl = bar_compat_ioctl,\n");
    assert_eq!(done.code, 1, "{}", done.seen());
    let words = "was not understood: the source of `bar_compat_ioctl` was not read";
    assert!(done.stdout.contains(words), "{}", done.seen());
}

#[test]
fn a_header_by_itself_is_judged_as_before() {
    let folder = Folder::with("foo.h", HEADER);
    let done =
        folder.run(&["check", "--no-config", "--abi", "x86_64,i386", "--select", "C001", "foo.h"]);
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(!done.stdout.contains("broken:"), "{}", done.seen());
}

#[test]
fn a_broken_command_of_a_header_that_nobody_named_is_reported_and_its_other_findings_are_not() {
    let source = format!(
        "#include <uapi/foo.h>\n{NATIVE}static const struct file_operations foo_fops = {{\n\
         \t.unlocked_ioctl = foo_ioctl,\n\t.compat_ioctl = compat_ptr_ioctl,\n}};\n"
    );
    let numbers = "#define _IOC(dir, type, nr, size) (((dir) << 30) | ((size) << 16) | ((type) << 8) | (nr))\n\
                   #define _IOR(type, nr, argument) _IOC(2U, (type), (nr), sizeof(argument))\n\
                   #define _IOW(type, nr, argument) _IOC(1U, (type), (nr), sizeof(argument))\n";
    let types = "typedef unsigned int __u32;\ntypedef unsigned long long __u64;\n";
    let folder = Folder::with("linux/include/uapi/linux/foo.h", HEADER)
        .and("linux/include/uapi/linux/ioctl.h", "#include <asm/ioctl.h>\n")
        .and("linux/include/uapi/linux/types.h", types)
        .and("linux/include/uapi/asm-generic/ioctl.h", numbers)
        .and("linux/arch/x86/include/uapi/asm/ioctl.h", "#include <asm-generic/ioctl.h>\n")
        .and("linux/drivers/foo/foo.c", &source);
    let done = folder.run(&["check", "--no-config", "--format", "concise", "linux/drivers/foo"]);
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(done.stdout.contains("error[C001]"), "{}", done.seen());
    assert!(done.stdout.contains("linux/include/uapi/linux/foo.h:5"), "{}", done.seen());
    assert!(!done.stdout.contains("[L0"), "{}", done.seen());
}
