//! What a handler takes its argument for: a pointer, a plain value, or nothing; and whether it was followed
//! everywhere.
mod driver;

use std::collections::BTreeMap;

use driver::{case, case_with, command, copies, handler_with, program};
use ioctlkit_handlers::Analyser;

#[test]
fn a_size_that_is_handed_to_a_function_is_that_of_its_type() {
    let found = case_with(
        "static long foo_get(void __user *argp, int size)\n{\nstruct foo foo;\n\
         if (copy_from_user(&foo, argp, size))\nreturn -EFAULT;\nreturn 0;\n}\n",
        "return foo_get(argp, sizeof(struct foo));",
    );
    assert_eq!(copies(&found), ["in whole struct foo"]);
    let two = case(
        "size_t size = sizeof(struct foo);\nif (foo_is_old())\nsize = sizeof(struct bar);\n\
                    return copy_to_user(argp, &foo, size) ? -EFAULT : 0;",
    );
    assert_eq!(copies(&two), ["out whole (size)"], "it is one of two");
}

#[test]
fn functions_that_copy_a_structure_of_their_own_are_known() {
    let found = case("get_user_ifreq(&ifr, NULL, argp);\nput_timespec64(&ts, argp);");
    assert_eq!(copies(&found), ["in whole struct ifreq", "out whole struct __kernel_timespec"]);
}

#[test]
fn an_element_at_a_variable_index_lies_inside() {
    let found = case(
        "int i;\nfor (i = 0; i < 4; i++)\nif (get_user(ret, &((int __user *)argp)[i]))\n\
                      return -EFAULT;",
    );
    assert_eq!(copies(&found), ["in inside int"]);
}

#[test]
fn an_argument_that_decides_something_by_itself_is_no_pointer() {
    let tested = "static int foo_grab(int on)\n{\nreturn on ? grab() : release();\n}\n";
    for (more, body) in [
        ("", "ret = arg ? 1 : 0;"),
        ("", "if (argp)\nret = 1;"),
        (tested, "ret = foo_grab(arg);"),
        ("", "int on = arg;\nret = on;"),
        ("", "struct file *file = fget(arg);\nif (!file)\nreturn -EBADF;"),
        ("", "CLASS(fd, f)(arg);\nret = fd_empty(f);"),
    ] {
        let found = case_with(more, body);
        assert!(found.as_truth.is_some() && found.accesses.is_empty(), "{body}");
    }
    for body in ["ret = 1;", "return copy_to_user(argp, &foo, sizeof(struct foo)) ? -EFAULT : 0;"] {
        assert_eq!(case(body).as_truth, None, "{body}");
    }
}

#[test]
fn a_command_that_is_named_to_be_refused_only_fails() {
    assert!(case("return -ENOTTY;").only_fails);
    assert!(!case("return 0;").only_fails);
    assert!(!case("ret = foo_do();").only_fails, "nobody knows what it returns");
}

#[test]
fn an_argument_that_goes_to_the_next_layer_is_not_lost() {
    let layered = case("return file->ops->ioctl(file, cmd, arg);");
    assert!(layered.escapes && !layered.is_lost);
    let lost = case("return foo_unknown(arg);");
    assert!(lost.escapes && lost.is_lost);
    let both = case("foo_unknown(arg);\nreturn file->ops->ioctl(file, cmd, arg);");
    assert!(both.is_lost);
}

#[test]
fn flags_that_the_file_defines_decide_what_is_copied() {
    let found = handler_with(
        "#define FOO_OLD BIT(0)\n#define FOO_NEW 2\n\
         static int foo_set(void __user *argp, int how)\n{\nstruct foo foo;\n\
         if (how & FOO_OLD)\nreturn copy_from_user(&foo, argp, sizeof(struct old)) ? -EFAULT : 0;\n\
         return copy_from_user(&foo, argp, sizeof(struct foo)) ? -EFAULT : 0;\n}\n",
        "switch (cmd) {\ncase FOO_A:\nreturn foo_set(argp, FOO_OLD | 4);\n\
         case FOO_B:\nreturn foo_set(argp, FOO_NEW);\n}\nreturn -ENOTTY;",
    );
    assert_eq!(copies(command(&found, "FOO_A")), ["in whole struct old"]);
    assert_eq!(copies(command(&found, "FOO_B")), ["in whole struct foo"]);
}

/// A range of numbers and a type letter, with and without the numbers of the commands.
#[test]
fn the_numbers_of_commands_decide_what_a_range_and_a_type_let_through() {
    const TEXT: &str = "static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{\n\
        void __user *argp = (void __user *)arg;\n\
        if (cmd >= FOO_FIRST && cmd <= 0x8bff) {\n\
        if (copy_from_user(&w, argp, sizeof(struct wireless)))\nreturn -EFAULT;\n\
        if (cmd == FOO_W)\nreturn 0;\n}\n\
        if (_IOC_TYPE(cmd) == 'M' || ((cmd >> 8) & 0xff) == 'N') {\n\
        if (copy_from_user(&m, argp, sizeof(struct mixer)))\nreturn -EFAULT;\n\
        if (cmd == FOO_M || cmd == FOO_N)\nreturn 0;\n}\n\
        switch (cmd) {\ncase FOO_A:\nreturn put_user(1, (int __user *)argp);\n}\n\
        return -ENOTTY;\n}\n\
        static const struct file_operations fops = { .unlocked_ioctl = foo_ioctl };\n";
    let seen = |numbers: &[(&str, u32)]| -> BTreeMap<String, Vec<String>> {
        let mut program = program(&[("foo.c", TEXT)]);
        program.numbers =
            numbers.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect();
        let code = Analyser::default().analyse(&program).code;
        let commands = code.handlers[0].commands.iter();
        commands.map(|command| (command.name.clone(), copies(command))).collect()
    };
    let known = seen(&[
        ("FOO_FIRST", 0x8b00),
        ("FOO_A", 0x4601),
        ("FOO_W", 0x8b01),
        ("FOO_M", 0x4d02),
        ("FOO_N", 0x4e02),
    ]);
    assert_eq!(known["FOO_A"], ["out whole int"]);
    assert_eq!(known["FOO_W"], ["in whole struct wireless"]);
    assert_eq!(known["FOO_M"], ["in whole struct mixer"]);
    assert_eq!(known["FOO_N"], ["in whole struct mixer"]);
    let unknown = seen(&[]);
    assert_eq!(
        unknown["FOO_A"],
        ["in whole struct wireless", "in whole struct mixer", "out whole int"],
        "without the numbers everything is let through"
    );
}
