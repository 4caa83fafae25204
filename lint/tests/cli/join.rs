//! What driver source makes of commands that differ for 32-bit programs.

use crate::run::{Done, Folder};

/// Both have two numbers. In `FOO_GET` only the padding at the end differs, and in `FOO_MOVE` a member moves.
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
    let folder = kernel().and("linux/drivers/foo/foo.c", &source);
    let done = folder.run(&["check", "--no-config", "--format", "concise", "linux/drivers/foo"]);
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(done.stdout.contains("error[C001]"), "{}", done.seen());
    assert!(done.stdout.contains("linux/include/uapi/linux/foo.h:5"), "{}", done.seen());
    assert!(!done.stdout.contains("[L0"), "{}", done.seen());
}

/// The parts of a kernel's tree that a header needs, with [`HEADER`].
fn kernel() -> Folder {
    let numbers = "#define _IOC(dir, type, nr, size) (((dir) << 30) | ((size) << 16) | ((type) << 8) | (nr))\n\
                   #define _IOR(type, nr, argument) _IOC(2U, (type), (nr), sizeof(argument))\n\
                   #define _IOW(type, nr, argument) _IOC(1U, (type), (nr), sizeof(argument))\n";
    let types = "typedef unsigned int __u32;\ntypedef unsigned long long __u64;\n";
    Folder::with("linux/include/uapi/linux/foo.h", HEADER)
        .and("linux/include/uapi/linux/ioctl.h", "#include <asm/ioctl.h>\n")
        .and("linux/include/uapi/linux/types.h", types)
        .and("linux/include/uapi/asm-generic/ioctl.h", numbers)
        .and("linux/arch/x86/include/uapi/asm/ioctl.h", "#include <asm-generic/ioctl.h>\n")
        .and("linux/arch/arm64/include/uapi/asm/ioctl.h", "#include <asm-generic/ioctl.h>\n")
}

/// Checks a kernel with a driver that 32-bit programs of i386 would break, below `depends on` this.
fn built_where(depends: &str) -> Done {
    with_symbol(depends, ".compat_ioctl = compat_ptr_ioctl", "n")
}

/// Checks a kernel with a driver below `depends on` this, with this member for 32-bit programs, and a symbol
/// `FOO_COMPAT` that depends on something else.
fn with_symbol(depends: &str, member: &str, of_symbol: &str) -> Done {
    let source = format!(
        "#include <uapi/foo.h>\n{NATIVE}static const struct file_operations foo_fops = {{\n\
         \t.unlocked_ioctl = foo_ioctl,\n\t{member},\n}};\n"
    );
    let drivers = format!(
        "config FOO_COMPAT\n\tdef_bool y\n\tdepends on {of_symbol}\n\
         menu \"Drivers\"\nconfig FOO\n\ttristate \"Foo\"\n\tdepends on {depends}\n\thelp\n\t  depends \
         on luck.\nendmenu\n"
    );
    let folder = kernel()
        .and("linux/Kconfig", "source \"arch/$(SRCARCH)/Kconfig\"\nsource \"drivers/Kconfig\"\n")
        .and("linux/arch/x86/Kconfig", "config X86\n\tdef_bool y\n")
        .and(
            "linux/arch/arm64/Kconfig",
            "config ARM64\n\tdef_bool y\nconfig ARCH_FOO\n\tbool \"Foo\"\n",
        )
        .and("linux/drivers/Kconfig", &drivers)
        .and("linux/drivers/Makefile", "obj-y += foo/\n")
        .and("linux/drivers/foo/Makefile", "obj-$(CONFIG_FOO) += foo-mod.o\nfoo-mod-y := foo.o\n")
        .and("linux/drivers/foo/foo.c", &source);
    folder.run(&["check", "--no-config", "--select", "C001", "linux"])
}

#[test]
fn a_driver_that_no_x86_kernel_can_have_does_not_break_programs_of_i386() {
    for depends in ["ARCH_FOO || COMPILE_TEST", "!X86", "ARM64"] {
        let done = built_where(depends);
        assert_eq!(done.code, 0, "{depends}: {}", done.seen());
        let words = "never reached: by its Kconfig, a kernel that runs i386 programs on x86_64 cannot \
                     have the driver";
        assert_eq!(done.stdout.matches(words).count(), 2, "{depends}: {}", done.seen());
    }
    for depends in ["X86 || ARM64", "y", "!ARCH_FOO", "X86=y"] {
        let done = built_where(depends);
        assert_eq!(done.code, 1, "{depends}: {}", done.seen());
        assert_eq!(done.stdout.matches("note: broken:").count(), 2, "{depends}: {}", done.seen());
    }
}

#[test]
fn a_compat_member_that_a_macro_makes_is_there_only_where_its_symbol_can_be_on() {
    let done = with_symbol("y", "FOO_COMPAT(foo_ioctl)", "COMPAT && !X86");
    let words = "never reached: a kernel for x86 cannot have CONFIG_FOO_COMPAT, which its compat handler needs";
    assert_eq!(done.stdout.matches(words).count(), 2, "{}", done.seen());
    let done = with_symbol("y", "FOO_COMPAT(foo_ioctl)", "COMPAT");
    assert_eq!(done.stdout.matches("note: broken:").count(), 2, "{}", done.seen());
}

#[test]
fn a_native_handler_that_asks_for_32_bit_programs_translates_only_what_it_then_copies() {
    let ask = |what: &str| {
        let native = NATIVE.replace("	switch (cmd) {", what);
        let source = format!(
            "#include \"foo.h\"\nstruct foo_get32 {{ __u64 time; __u32 id; }} __attribute__((packed));\n\
             #define FOO_GET32 _IOR(0xdc, 1, struct foo_get32)\n{native}\
             static const struct file_operations foo_fops = {{\n\t.unlocked_ioctl = foo_ioctl,\n\
             \t.compat_ioctl = compat_ptr_ioctl,\n}};\n"
        );
        let folder = Folder::with("foo/foo.h", HEADER).and("foo/foo.c", &source);
        folder.run(&["check", "--no-config", "--abi", "x86_64,i386", "--select", "C001", "foo"])
    };
    let translates = ask("	if (in_compat_syscall()) {
		struct foo_get32 get32 = {};

		switch (cmd) {
		case FOO_GET32:
			return copy_to_user((void __user *)arg, &get32, sizeof(get32)) ? -EFAULT : 0;
		case FOO_MOVE:
			return -ENOTTY;
		}
		return -ENOTTY;
	}
	switch (cmd) {");
    let words = "translated: `foo_ioctl` takes `FOO_GET32` from 32-bit programs";
    assert!(translates.stdout.contains(words), "{}", translates.seen());
    let words = "never reached: `foo_ioctl` copies nothing for 32-bit programs";
    assert!(translates.stdout.contains(words), "{}", translates.seen());
    assert_eq!(translates.code, 0, "{}", translates.seen());
    // It asks, and copies the same.
    let asks = ask("	if (in_compat_syscall())
		foo_count++;
	switch (cmd) {");
    assert_eq!(asks.stdout.matches("note: broken:").count(), 2, "{}", asks.seen());
}

#[test]
fn a_command_that_native_programs_get_nothing_but_an_error_for_breaks_nobody() {
    let with = |body: &str| {
        let case = format!("	switch (cmd) {{\n	case FOO_OLD:\n{body}");
        let native = NATIVE.replace("	switch (cmd) {", &case);
        let header = format!("{HEADER}#define FOO_OLD _IOR(0xdc, 3, struct foo_get)\n");
        let source = format!(
            "#include \"foo.h\"\n{native}static const struct file_operations foo_fops = {{\n\
             \t.unlocked_ioctl = foo_ioctl,\n\t.compat_ioctl = compat_ptr_ioctl,\n}};\n"
        );
        let folder = Folder::with("foo/foo.h", &header).and("foo/foo.c", &source);
        folder.run(&["check", "--no-config", "--abi", "x86_64,i386", "--select", "C001", "foo"])
    };
    let refused = with("		return -EIO;");
    let words = "harmless: native programs get EIO, too";
    assert!(refused.stdout.contains(words), "{}", refused.seen());
    let served = with("		if (!file)\n			return -EIO;\n		return foo_reset(file);");
    assert!(!served.stdout.contains(words), "{}", served.seen());
}

#[test]
fn a_narrower_pointer_at_the_same_place_of_a_union_is_not_said_to_break_little_endian_programs() {
    let header = "\
#include <linux/types.h>
#include <linux/ioctl.h>
struct foo_args { __u64 flags; union { void *more; __u64 unused[4]; }; };
#define FOO_MAKE _IOW(0xdc, 1, struct foo_args)
";
    let source = "\
#include \"foo.h\"
static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct foo_args args;

	switch (cmd) {
	case FOO_MAKE:
		return copy_from_user(&args, (void __user *)arg, sizeof(args)) ? -EFAULT : 0;
	}
	return -ENOTTY;
}
static const struct file_operations foo_fops = {
	.unlocked_ioctl = foo_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
";
    let folder = Folder::with("foo/foo.h", header).and("foo/foo.c", source);
    let on = |abis: &str| {
        folder.run(&["check", "--no-config", "--abi", abis, "--select", "C002", "foo"])
    };
    let little = on("x86_64,i386");
    let words = "the kernel reads 4 bytes more of `more` than i386 programs write";
    assert!(little.stdout.contains(words), "{}", little.seen());
    let big = on("s390x,s390");
    assert!(big.stdout.contains("broken: s390 programs pass the same number"), "{}", big.seen());
}

#[test]
fn a_member_that_differs_and_that_the_handler_does_not_read_breaks_nobody() {
    let header = "\
#include <linux/types.h>
#include <linux/ioctl.h>
struct foo_args { __u64 flags; union { void *more; __u64 unused[4]; }; __u64 id; };
#define FOO_MAKE _IOW(0xdc, 1, struct foo_args)
";
    let says = |reads: &str| {
        let source = format!(
            "#include \"foo.h\"
static long foo_make(struct foo *foo, void __user *argp)
{{
	struct foo_args args;

	if (copy_from_user(&args, argp, sizeof(args)))
		return -EFAULT;
	{reads}
	return 0;
}}
static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{{
	switch (cmd) {{
	case FOO_MAKE:
		return foo_make(file->private_data, (void __user *)arg);
	}}
	return -ENOTTY;
}}
static const struct file_operations foo_fops = {{
	.unlocked_ioctl = foo_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
}};
"
        );
        let folder = Folder::with("foo/foo.h", header).and("foo/foo.c", &source);
        let select = ["--select", "C002", "foo"];
        folder.run(&[&["check", "--no-config", "--abi", "s390x,s390"], &select[..]].concat())
    };
    let unread = says("foo->id = args.id;\n\tfoo->flags = args.flags;");
    let words = "harmless: the handler reads nothing of `more`";
    assert!(unread.stdout.contains(words), "{}", unread.seen());
    let broken = "broken: s390 programs pass the same number";
    for reads in [
        "foo->id = args.id;\n\tif (args.flags & FOO_MORE)\n\t\tfoo->more = args.more;",
        "foo->id = args.id;\n\tfoo_keep(foo, &args);",
        "foo->id = args.id;\n\tfoo->args = args;",
        "foo->id = args.id;\n\tif (copy_to_user(argp, &args, sizeof(args)))\n\t\treturn -EFAULT;",
    ] {
        let read = says(reads);
        assert!(read.stdout.contains(broken), "{reads}: {}", read.seen());
    }
}

#[test]
fn in_a_whole_kernel_a_command_that_no_c_file_names_is_never_reached_and_one_that_is_named_is_open()
{
    let other = "static const struct file_operations bar_fops = { .unlocked_ioctl = bar_ioctl };\n";
    let named = |source: &str| {
        let folder =
            kernel().and("linux/drivers/bar/bar.c", other).and("linux/drivers/foo/foo.c", source);
        folder.run(&["check", "--no-config", "--select", "C001", "linux"])
    };
    let unnamed = named("/* FOO_GET */ int ioctl;\n");
    let words = "never reached: no C file of this kernel that speaks of ioctl names it";
    assert_eq!(unnamed.stdout.matches(words).count(), 2, "{}", unnamed.seen());
    let open = named("int ioctl;\nint x[] = { FOO_GET, FOO_MOVE };\n");
    let words = "linux/drivers/foo/foo.c:2 names the command, in no handler that was followed";
    assert_eq!(open.stdout.matches(words).count(), 2, "{}", open.seen());
    let pairs = named(
        "int ioctl;\n#define FOO_GET32 _IOR(0xdc, 1, char[12])\nint x[][2] = { { FOO_GET32, FOO_GET } };\n",
    );
    let words = "translated: linux/drivers/foo/foo.c:3 has `FOO_GET32` for it";
    assert!(pairs.stdout.contains(words), "{}", pairs.seen());
}

#[test]
fn rows_by_nr_alone_are_the_commands_of_the_type_that_the_dispatcher_compares() {
    let source = "\
#include \"foo.h\"
static int foo_get(struct foo *foo, union ioctl_arg *arg) { return 0; }
static int foo_move(struct foo *foo, union ioctl_arg *arg) { return 0; }
static int (* const ioctl_handlers[])(struct foo *, union ioctl_arg *) = {
	[0x01] = foo_get,
	[0x02] = foo_move,
};
static int dispatch(struct foo *foo, unsigned int cmd)
{
	if (_IOC_TYPE(cmd) != 0xdc || _IOC_NR(cmd) >= ARRAY_SIZE(ioctl_handlers))
		return -ENOTTY;
	return ioctl_handlers[_IOC_NR(cmd)](foo, &arg);
}
";
    let folder = Folder::with("foo/foo.h", HEADER).and("foo/foo.c", source);
    let done = folder.run(&["handlers", "--no-config", "foo"]);
    for name in ["FOO_GET", "FOO_MOVE"] {
        assert!(done.stdout.contains(name), "{}", done.seen());
    }
}

/// As drivers/misc/phantom.c and drivers/pps/pps.c do.
#[test]
fn a_compat_handler_that_computes_the_native_number_translates() {
    let with = |lines: &str| {
        let more = format!(
            "static long foo_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{{\n\
             {lines}\treturn foo_ioctl(file, cmd, (unsigned long)compat_ptr(arg));\n}}\n"
        );
        check(&more, "\t.compat_ioctl = foo_compat_ioctl,\n")
    };
    let masked = "\tif (_IOC_SIZE(cmd) == 12) {\n\t\tcmd &= ~(_IOC_SIZEMASK << _IOC_SIZESHIFT);\n\
                  \t\tcmd |= sizeof(struct foo_get) << _IOC_SIZESHIFT;\n\t}\n";
    let made =
        "\tcmd = _IOC(_IOC_DIR(cmd), _IOC_TYPE(cmd), _IOC_NR(cmd), sizeof(struct foo_get));\n";
    let words = "translated: `foo_compat_ioctl` computes another number from the one that it gets";
    for lines in [masked, made] {
        let done = with(lines);
        assert!(done.stdout.contains(words), "{}", done.seen());
    }
    let passed_on = with("");
    assert!(!passed_on.stdout.contains("computes another number"), "{}", passed_on.seen());
}

/// As `FDGETMEDIAPRM` stands for `FDGETPRM`, and `VIDIOC_SUBDEV_S_EDID` for `VIDIOC_S_EDID`.
#[test]
fn a_command_with_two_names_is_judged_by_the_one_that_the_handler_knows() {
    let source = format!(
        "#include \"foo.h\"\n{NATIVE}\
         #define FOO_GET32 _IOR(0xdc, 1, char[12])\n\
         static long foo_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n\
         {{\n\tchar get[12] = {{}};\n\n\tswitch (cmd) {{\n\tcase FOO_GET32:\n\
         \t\treturn copy_to_user(compat_ptr(arg), get, 12) ? -EFAULT : 0;\n\t}}\n\treturn -ENOIOCTLCMD;\n}}\n\
         static const struct file_operations foo_fops = {{\n\t.unlocked_ioctl = foo_ioctl,\n\
         \t.compat_ioctl = foo_compat_ioctl,\n}};\n"
    );
    let with = |other: &str| {
        let header = format!("{HEADER}{other}");
        let folder = Folder::with("foo/foo.h", &header).and("foo/foo.c", &source);
        let c001 = ["check", "--no-config", "--abi", "x86_64,i386", "--select", "C001", "foo"];
        folder.run(&c001)
    };
    let words = "translated: `foo_compat_ioctl` has `FOO_GET32` for it";
    for other in ["#define FOO_PEEK FOO_GET\n", "#define FOO_PEEK _IOR(0xdc, 1, struct foo_get)\n"]
    {
        let done = with(other);
        assert!(done.stdout.contains("FOO_PEEK"), "{}", done.seen());
        assert_eq!(done.stdout.matches(words).count(), 2, "{}", done.seen());
    }
    let broken = |other: &str| {
        let header = format!("{HEADER}struct bar {{ __u64 time; __u32 id; }};\n{other}");
        let source = format!(
            "#include \"foo.h\"\n{NATIVE}static const struct file_operations foo_fops = {{\n\
             \t.unlocked_ioctl = foo_ioctl,\n\t.compat_ioctl = compat_ptr_ioctl,\n}};\n"
        );
        let folder = Folder::with("foo/foo.h", &header).and("foo/foo.c", &source);
        let c001 = ["check", "--no-config", "--abi", "x86_64,i386", "--select", "C001", "foo"];
        folder.run(&c001).stdout.matches("broken: i386 programs pass another number").count()
    };
    assert_eq!(broken("#define FOO_PEEK _IOR(0xdc, 1, struct foo_get)\n"), 3);
    assert_eq!(broken("#define FOO_PEEK _IOR(0xdc, 1, struct bar)\n"), 2);
}

/// `v4l2_compat_ioctl32()` gives what the video core knows to the native handler, which translates it, and
/// asks `compat_ioctl32` about the rest alone.
#[test]
fn a_command_of_the_video_core_does_not_need_the_drivers_compat_handler() {
    let with_letter = |letter: &str| {
        let header = HEADER.replace("FOO_", "VIDIOC_FOO_");
        let header = header.replace("_IOR(0xdc, 1,", &format!("_IOR({letter}, 1,"));
        let native = NATIVE.replace("FOO_", "VIDIOC_FOO_");
        let source = format!(
            "#include \"foo.h\"\n{native}\
             #define VIDIOC_FOO_GET32 _IOR({letter}, 1, char[12])\n\
             static unsigned int translate(unsigned int cmd)\n\
             {{\n\treturn cmd == VIDIOC_FOO_GET32 ? VIDIOC_FOO_GET : cmd;\n}}\n\
             static long foo_compat_ioctl32(struct file *file, unsigned int cmd, unsigned long arg)\n\
             {{\n\treturn -ENOIOCTLCMD;\n}}\n\
             static const struct v4l2_file_operations foo_fops = {{\n\t.unlocked_ioctl = foo_ioctl,\n\
             \t.compat_ioctl32 = foo_compat_ioctl32,\n}};\n"
        );
        let folder = Folder::with("foo/foo.h", &header).and("foo/foo.c", &source);
        folder.run(&["check", "--no-config", "--abi", "x86_64,i386", "--select", "C001", "foo"])
    };
    let translated = "has `VIDIOC_FOO_GET32` for it";
    let never =
        "never reached: `foo_compat_ioctl32`, the handler for 32-bit programs, does not name it";
    // One of the two commands is the core's, by its type letter.
    let done = with_letter("'V'");
    assert!(done.stdout.contains(translated), "{}", done.seen());
    assert_eq!(done.stdout.matches(never).count(), 1, "{}", done.seen());
    // A driver's own are not, whatever their names: the core asks `compat_ioctl32` about both.
    let done = with_letter("0xdc");
    assert!(!done.stdout.contains(translated), "{}", done.seen());
    assert_eq!(done.stdout.matches(never).count(), 2, "{}", done.seen());
}

/// As `drivers/platform/x86/intel/speed_select_if` and `drivers/gpu/drm/amd/amdkfd` are.
#[test]
fn a_device_that_32_bit_programs_cannot_use_at_all_is_never_reached() {
    let c001 = ["check", "--no-config", "--abi", "x86_64,i386", "--select", "C001", "foo"];
    let callback = format!(
        "#include \"foo.h\"\n{NATIVE}\
         static const struct isst_if_cmd_cb foo_cb = {{\n\t.def_ioctl = foo_ioctl,\n}};\n"
    );
    let done = Folder::with("foo/foo.h", HEADER).and("foo/foo.c", &callback).run(&c001);
    let words = "never reached: `foo_cb` has no handler for 32-bit programs";
    assert_eq!(done.stdout.matches(words).count(), 2, "{}", done.seen());
    let table = format!(
        "#include \"foo.h\"\n{NATIVE}static const struct file_operations foo_fops = {{\n\
         \t.unlocked_ioctl = foo_ioctl,\n\t.compat_ioctl = compat_ptr_ioctl,\n}};\n"
    );
    let named = |text: &str| text.replace("FOO_", "AMDKFD_IOC_");
    let folder = Folder::with("foo/foo.h", named(HEADER)).and("foo/foo.c", named(&table));
    let done = folder.run(&c001);
    let words = "never reached: `kfd_open` does not open the device for 32-bit programs";
    assert_eq!(done.stdout.matches(words).count(), 2, "{}", done.seen());
}

/// net/atm/ioctl.c has a table of pairs behind a first attempt that answers every number, so the table is
/// never asked.
#[test]
fn a_pair_that_the_compat_handler_was_not_seen_to_get_to_does_not_translate() {
    let source = "\
#include \"foo.h\"
static long foo_any(unsigned int cmd, void __user *argp)
{
	switch (cmd) {
	case FOO_GET:
	case FOO_MOVE:
		return device_ioctl(cmd, argp);
	}
	return -EINVAL;
}
static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return foo_any(cmd, (void __user *)arg);
}
#define FOO_GET32 _IOR(0xdc, 1, char[12])
static const struct { unsigned int cmd32, cmd; } foo_pairs[] = { { FOO_GET32, FOO_GET } };
static long foo_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	int error = foo_any(cmd, compat_ptr(arg));

	if (error != -ENOIOCTLCMD)
		return error;
	for (int i = 0; i < ARRAY_SIZE(foo_pairs); i++)
		if (cmd == foo_pairs[i].cmd32)
			return foo_any(foo_pairs[i].cmd, compat_ptr(arg));
	return -EINVAL;
}
static const struct file_operations foo_fops = {
	.unlocked_ioctl = foo_ioctl,
	.compat_ioctl = foo_compat_ioctl,
};
";
    let folder = Folder::with("foo/foo.h", HEADER).and("foo/foo.c", source);
    let c001 = ["check", "--no-config", "--abi", "x86_64,i386", "--select", "C001", "foo"];
    let done = folder.run(&c001);
    let words = "was not understood: `foo_compat_ioctl` passes the argument on";
    assert_eq!(done.stdout.matches(words).count(), 1, "{}", done.seen());
    // The other one has no pair, so that its number is unknown whoever is asked.
    let words = "(0x4010dc02), which `foo_compat_ioctl` does not know and get EINVAL";
    assert_eq!(done.stdout.matches(words).count(), 1, "{}", done.seen());
}

/// `KVM_MEMORY_ENCRYPT_OP`, and `ATM_GETLECSADDR` behind the members of other modules: the native number is passed
/// on to nobody knows whom, and 32-bit programs pass another one.
#[test]
fn what_the_native_number_leads_to_is_nothing_to_programs_that_pass_another_one() {
    let check = |first: &str, unknown: &str| {
        let source = format!(
            "#include \"foo.h\"\nstatic long foo_any(unsigned int cmd, void __user *argp)\n{{\n\
             \tint error = -ENOIOCTLCMD;\n\n{first}\tif (error != -ENOIOCTLCMD)\n\t\treturn error;\n\
             \tswitch (cmd) {{\n\tcase FOO_GET:\n\tcase FOO_MOVE:\n\t\treturn device_command(cmd, argp);\n\t}}\n\
             \treturn {unknown};\n}}\n\
             static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{{\n\
             \treturn foo_any(cmd, (void __user *)arg);\n}}\n\
             static long foo_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{{\n\
             \treturn foo_any(cmd, compat_ptr(arg));\n}}\n\
             static const struct file_operations foo_fops = {{\n\t.unlocked_ioctl = foo_ioctl,\n\
             \t.compat_ioctl = foo_compat_ioctl,\n}};\n"
        );
        let folder = Folder::with("foo/foo.h", HEADER).and("foo/foo.c", &source);
        folder.run(&["check", "--no-config", "--abi", "x86_64,i386", "--select", "C001", "foo"])
    };
    for first in ["", "\terror = module->ioctl(cmd, argp);\n"] {
        let done = check(first, "-ENOTTY");
        let broken = "which `foo_compat_ioctl` does not know and get ENOTTY";
        assert_eq!(done.stdout.matches(broken).count(), 2, "{}", done.seen());
    }
    for first in ["\terror = other_commands(cmd, argp);\n", "\terror = others[0](cmd, argp);\n"] {
        let done = check(first, "-ENOTTY");
        assert!(!done.stdout.contains("does not know"), "{}", done.seen());
    }
    assert!(!check("", "other_commands(cmd, argp)").stdout.contains("does not know"));
}
