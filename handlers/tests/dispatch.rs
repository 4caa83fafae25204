//! Which commands a handler tells apart, and what it says to the others.
mod driver;

use driver::{command, copies, file, files, handler, handler_with, names, unknown};
use ioctlkit_model::{Copies, Serves};

#[test]
fn each_label_of_a_switch_is_a_command() {
    let found = handler(
        "switch (cmd) {\ncase FOO_A:\nreturn 0;\ncase FOO_B:\ncase FOO_C: {\nreturn 1;\n}\n\
         default:\nreturn -ENOTTY;\n}",
    );
    assert_eq!(names(&found), ["FOO_A", "FOO_B", "FOO_C"]);
    assert_eq!(unknown(&found), ["-ENOTTY"]);
    assert!(found.commands.iter().all(|it| !it.by_nr));
}

#[test]
fn a_chain_of_ifs_tells_commands_apart() {
    let found = handler(
        "if (cmd == FOO_A)\nreturn copy_to_user(argp, &a, sizeof(struct a)) ? -EFAULT : 0;\n\
         else if (FOO_B == cmd || cmd == FOO_C)\nreturn 0;\nif (cmd != FOO_D)\nreturn -EINVAL;\n\
         return copy_from_user(&d, argp, sizeof(struct d)) ? -EFAULT : 0;",
    );
    assert_eq!(names(&found), ["FOO_A", "FOO_B", "FOO_C", "FOO_D"]);
    assert_eq!(copies(command(&found, "FOO_A")), ["out whole struct a"]);
    assert_eq!(copies(command(&found, "FOO_B")), [""; 0]);
    assert_eq!(copies(command(&found, "FOO_D")), ["in whole struct d"]);
    assert_eq!(unknown(&found), ["-EINVAL"]);
}

#[test]
fn a_switch_over_the_nr_says_so() {
    let found = handler(
        "switch (_IOC_NR(cmd)) {\ncase _IOC_NR(FOO_A):\nreturn 0;\ncase 0x12:\nreturn 0;\n}\n\
         return -ENOTTY;",
    );
    assert_eq!(names(&found), ["FOO_A", "0x12"]);
    assert!(found.commands.iter().all(|it| it.by_nr));
    let masked = handler(
        "switch (cmd & ~IOCSIZE_MASK) {\ncase FOO_A & ~IOCSIZE_MASK:\nreturn 0;\n}\nreturn -ENOTTY;",
    );
    assert_eq!(names(&masked), ["FOO_A"]);
    assert!(masked.commands[0].by_nr);
}

#[test]
fn every_case_of_a_switch_over_a_global_variable_is_followed() {
    let found = handler(
        "switch (mode) {\ncase 1:\nif (cmd == FOO_A)\nreturn 0;\nbreak;\n}\nreturn -ENOTTY;",
    );
    assert_eq!(names(&found), ["FOO_A"]);
}

#[test]
fn a_gate_by_type_is_no_command() {
    let found = handler(
        "if (_IOC_TYPE(cmd) != FOO_MAGIC || _IOC_NR(cmd) > FOO_MAX)\nreturn -ENOTTY;\n\
         switch (cmd) {\ncase FOO_A:\nreturn 0;\n}\nreturn -EINVAL;",
    );
    assert_eq!(names(&found), ["FOO_A"]);
    assert!(unknown(&found).contains(&"-ENOTTY"), "{:?}", found.unknown);
}

#[test]
fn a_switch_in_a_case_is_followed_for_the_commands_of_that_case() {
    let found = handler(
        "switch (cmd) {\ncase FOO_A:\ncase FOO_B:\nif (copy_from_user(&x, argp, sizeof(struct x)))\n\
         return -EFAULT;\nswitch (cmd) {\ncase FOO_A:\nreturn 0;\ncase FOO_B:\n\
         return put_user(1, (int __user *)argp);\n}\nreturn 0;\ncase FOO_C:\nreturn 0;\n}\nreturn -ENOTTY;",
    );
    assert_eq!(names(&found), ["FOO_A", "FOO_B", "FOO_C"]);
    assert_eq!(copies(command(&found, "FOO_A")), ["in whole struct x"]);
    assert_eq!(copies(command(&found, "FOO_B")), ["in whole struct x", "out whole int"]);
    assert_eq!(copies(command(&found, "FOO_C")), [""; 0]);
    assert_eq!(unknown(&found), ["-ENOTTY"]);
}

#[test]
fn a_case_falls_through_to_the_next() {
    let found = handler(
        "switch (cmd) {\ncase FOO_A:\nif (copy_from_user(&x, argp, sizeof(struct x)))\nreturn -EFAULT;\n\
         fallthrough;\ncase FOO_B:\nreturn put_user(1, (int __user *)argp);\n}\nreturn -ENOTTY;",
    );
    assert_eq!(copies(command(&found, "FOO_A")), ["in whole struct x", "out whole int"]);
    assert_eq!(copies(command(&found, "FOO_B")), ["out whole int"]);
}

#[test]
fn default_may_be_the_first_label() {
    let found = handler(
        "int ret;\nswitch (cmd) {\ndefault:\nret = -ENOTTY;\nbreak;\ncase FOO_A:\nret = 0;\nbreak;\n}\nreturn ret;",
    );
    assert_eq!(names(&found), ["FOO_A"]);
    assert_eq!(unknown(&found), ["-ENOTTY"]);
}

#[test]
fn a_command_that_is_rewritten_reaches_the_case_of_the_other() {
    let found = handler(
        "if (cmd == FOO_OLD)\ncmd = FOO_NEW;\nswitch (cmd) {\ncase FOO_NEW:\n\
         return put_user(1, (int __user *)argp);\n}\nreturn -ENOTTY;",
    );
    assert_eq!(names(&found), ["FOO_OLD", "FOO_NEW"]);
    assert_eq!(copies(command(&found, "FOO_OLD")), ["out whole int"]);
    assert_eq!(copies(command(&found, "FOO_NEW")), ["out whole int"]);
    assert_eq!(unknown(&found), ["-ENOTTY"]);
}

/// Looks for the command in an array, as the floppy driver does, and takes the size from the number.
const LOOKS_UP: &str = "\
static unsigned int foo_ioctl_table[] = { FOO_A, FOO_B };
static int normalize(unsigned int *cmd, int *size)
{
	int i;
	for (i = 0; i < ARRAY_SIZE(foo_ioctl_table); i++) {
		if ((*cmd & 0xffff) == (foo_ioctl_table[i] & 0xffff)) {
			*size = _IOC_SIZE(*cmd);
			*cmd = foo_ioctl_table[i];
			return 0;
		}
	}
	return -EINVAL;
}";

#[test]
fn a_command_that_is_looked_up_in_an_array_reaches_its_case() {
    let body = "int size;\nstruct b b;\nif (!((cmd & 0xff00) == 0x0200))\nreturn -EINVAL;\n\
                if (normalize(&cmd, &size))\nreturn -EINVAL;\nswitch (cmd) {\n\
                case FOO_A:\nreturn put_user(1, (int __user *)argp);\n\
                case FOO_B:\nreturn copy_from_user(&b, argp, size) ? -EFAULT : 0;\n\
                case FOO_C:\nreturn put_user(1, (long __user *)argp);\n}\nreturn -ENOTTY;";
    let found = handler_with(LOOKS_UP, body);
    assert_eq!(names(&found), ["FOO_A", "FOO_B"], "FOO_C does not get through");
    assert_eq!(copies(command(&found, "FOO_A")), ["out whole int"]);
    assert_eq!(copies(command(&found, "FOO_B")), ["in whole _IOC_SIZE"]);
    assert_eq!(unknown(&found), ["-EINVAL"]);
    assert!(!found.computes_number);
}

#[test]
fn a_command_that_stands_at_its_nr_in_an_array_reaches_its_case() {
    let array = "static const unsigned int foo_ioctl_numbers[] = { FOO_A, FOO_B };";
    let body = |array: &str| {
        format!(
            "unsigned int known, nr = _IOC_NR(cmd);\nif (nr >= ARRAY_SIZE({array}))\nreturn -ENOTTY;\n\
             nr = array_index_nospec(nr, ARRAY_SIZE({array}));\nknown = {array}[nr];\n\
             switch (known) {{\ncase FOO_A:\nreturn put_user(1, (int __user *)argp);\n\
             case FOO_B:\nreturn 0;\n}}\nreturn -EINVAL;"
        )
    };
    let found = handler_with(array, &body("foo_ioctl_numbers"));
    assert_eq!(names(&found), ["FOO_A", "FOO_B"]);
    assert_eq!(copies(command(&found, "FOO_A")), ["out whole int"]);
    assert!(found.commands.iter().all(|it| it.by_nr));
    // An array of something else tells no commands apart.
    let sizes = "static const unsigned int foo_ioctl_sizes[] = { FOO_A, sizeof(struct b) };";
    assert_eq!(names(&handler_with(sizes, &body("foo_ioctl_sizes"))), [""; 0]);
}

#[test]
fn what_another_function_and_another_file_do_counts() {
    let found = files(&[
        (
            "foo/main.c",
            "static int foo_set(struct foo *foo, void __user *p)\n{\n\
             return copy_from_user(&foo->x, p, sizeof(struct x)) ? -EFAULT : 0;\n}\n\
             static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{\n\
             if (cmd == FOO_A)\nreturn foo_set(file->private_data, (void __user *)arg);\n\
             return foo_more(file, cmd, arg);\n}\n\
             static const struct file_operations fops = { .unlocked_ioctl = foo_ioctl };\n",
        ),
        (
            "foo/more.c",
            "long foo_more(struct file *file, unsigned int cmd, unsigned long arg)\n{\n\
             switch (cmd) {\ncase FOO_B:\nreturn put_user(1, (int __user *)arg);\n}\nreturn -ENOTTY;\n}\n",
        ),
    ]);
    let [handler] = &found.handlers[..] else { panic!("{:?}", found.handlers) };
    assert_eq!(names(handler), ["FOO_A", "FOO_B"]);
    assert_eq!(copies(command(handler, "FOO_A")), ["in whole struct x"]);
    assert_eq!(copies(command(handler, "FOO_B")), ["out whole int"]);
    assert_eq!(unknown(handler), ["-ENOTTY"]);
}

#[test]
fn a_static_function_of_another_file_is_not_meant() {
    let main = "static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{\n\
                return foo_more(file, cmd, arg);\n}\n\
                static const struct file_operations fops = { .unlocked_ioctl = foo_ioctl };\n";
    let other = "static long foo_more(struct file *file, unsigned int cmd, unsigned long arg)\n{\n\
                 if (cmd == FOO_B)\nreturn 0;\nreturn -ENOTTY;\n}\n";
    let found = files(&[("a.c", main), ("b.c", other)]);
    assert_eq!(names(&found.handlers[0]), [""; 0]);
    let including = format!("#include \"b.c\"\n{main}");
    let found = files(&[("a.c", &including), ("b.c", other)]);
    assert_eq!(names(&found.handlers[0]), ["FOO_B"], "it is one file to the compiler");
}

#[test]
fn a_function_in_both_slots_serves_both() {
    let body = "{\nif (cmd == FOO_A)\nreturn 0;\nreturn -ENOTTY;\n}\n";
    let found = file(&format!(
        "static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{body}\
         static const struct file_operations fops = {{\n.unlocked_ioctl = foo_ioctl,\n\
         #ifdef CONFIG_COMPAT\n.compat_ioctl = foo_ioctl,\n#endif\n}};\n"
    ));
    let [handler] = &found.handlers[..] else { panic!("{:?}", found.handlers) };
    assert_eq!(handler.serves, Serves::Both);
    let [table] = &found.tables[..] else { panic!("{:?}", found.tables) };
    assert_eq!((table.name.as_str(), table.structure.as_str()), ("fops", "file_operations"));
    assert_eq!(table.compat.as_ref().map(|slot| slot.handler), Some(Some(0)));
    assert_eq!(table.native.as_ref().map(|slot| slot.handler), Some(Some(0)));
}

/// The compat slot of a table that has it under this condition.
fn compat_under(condition: &str) -> Option<String> {
    let found = file(&format!(
        "static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{{\n\
         return -ENOTTY;\n}}\n\
         static const struct file_operations fops = {{\n.unlocked_ioctl = foo_ioctl,\n\
         {condition}\n.compat_ioctl = foo_ioctl,\n#endif\n}};\n"
    ));
    let [table] = &found.tables[..] else { panic!("{:?}", found.tables) };
    table.compat.as_ref().map(|slot| slot.function.clone())
}

#[test]
fn a_compat_slot_under_a_condition_that_may_hold_is_there() {
    for condition in [
        "#ifdef HAVE_COMPAT_IOCTL",
        "#if OWN_IS_X86_64 || OWN_IS_AARCH64",
        "#if OWN_IS_X86_64 && defined(HAVE_COMPAT_IOCTL)",
        "#if !defined(NO_COMPAT)",
        "#if OWN_VERSION > 0",
    ] {
        assert_eq!(compat_under(condition).as_deref(), Some("foo_ioctl"), "{condition}");
    }
    for condition in [
        "#if 0",
        "#ifndef CONFIG_COMPAT",
        "#if LINUX_VERSION_CODE < KERNEL_VERSION(2,6,11)",
        "#ifdef HAVE_OTHER\n.compat = 1,\n#endif\n#if 0",
    ] {
        assert_eq!(compat_under(condition), None, "{condition}");
    }
}

#[test]
fn an_operator_that_a_macro_is_given_ends_nothing() {
    let found = handler(
        "ASSERT3P(argp, !=, NULL);\nswitch (cmd) {\ncase FOO_A:\nreturn 0;\n}\nreturn -ENOTTY;",
    );
    assert_eq!(found.gave_up, None);
    assert_eq!(unknown(&found), ["-ENOTTY"]);
}

#[test]
fn a_null_pointer_that_a_macro_is_given_may_be_set() {
    let with = |allocate: &str| {
        let found = handler(&format!(
            "void *copy = NULL;\n{allocate};\nif (copy == NULL)\nreturn -ENOMEM;\n\
             switch (cmd) {{\ncase FOO_A:\nreturn 0;\n}}\nreturn -ENOTTY;"
        ));
        (names(&found).len(), unknown(&found).join(" "))
    };
    assert_eq!(with("ALLOCATE(copy, 8)"), (1, "-ENOTTY".to_owned()));
    // A function cannot set it, and so nothing behind the condition is reached.
    assert_eq!(with("allocate(copy, 8)"), (0, String::new()));
}

#[test]
fn a_compat_wrapper_with_compat_ptr_does_what_the_native_handler_does() {
    let found = file(
        "static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{\n\
         if (cmd == FOO_A)\nreturn put_user(1, (int __user *)arg);\nreturn -ENOTTY;\n}\n\
         static long foo_compat(struct file *file, unsigned int cmd, unsigned long arg)\n{\n\
         return foo_ioctl(file, cmd, (unsigned long)compat_ptr(arg));\n}\n\
         static const struct file_operations fops = {\n\
         .unlocked_ioctl = foo_ioctl, .compat_ioctl = foo_compat };\n",
    );
    let compat = found.handlers.iter().find(|it| it.function == "foo_compat").expect("the wrapper");
    assert_eq!(compat.serves, Serves::Compat);
    assert_eq!(copies(command(compat, "FOO_A")), ["out whole int"]);
    assert_eq!(unknown(compat), ["-ENOTTY"]);
}

#[test]
fn rows_of_tables_are_commands() {
    let function = |name: &str| {
        format!(
            "int {name}(struct drm_device *dev, void *data, struct drm_file *f)\n{{\nreturn 0;\n}}\n"
        )
    };
    let found = file(&format!(
        "{}{}{}{}\
         static const struct drm_ioctl_desc foo_ioctls[] = {{\n\
         DRM_IOCTL_DEF_DRV(FOO_A, foo_a, DRM_RENDER_ALLOW),\n\
         [DRM_IOCTL_NR(DRM_IOCTL_FOO_B)] = {{ .func = foo_b }},\n}};\n\
         static foo_fn *const by_nr_ioctls[] = {{ [_IOC_NR(FOO_C)] = foo_c }};\n\
         static const struct foo_ioctl rows[] = {{ {{ FOO_D, foo_d }}, }};\n",
        function("foo_a"),
        function("foo_b"),
        function("foo_c"),
        function("foo_d"),
    ));
    let all: Vec<&str> = found.handlers.iter().flat_map(names).collect();
    assert_eq!(all, ["DRM_IOCTL_FOO_A", "DRM_IOCTL_FOO_B", "FOO_C", "FOO_D"]);
    assert!(found.handlers.iter().all(|handler| handler.copies == Copies::Core));
}

#[test]
fn a_function_that_a_macro_makes_is_the_rows_and_the_one_that_prints_is_not() {
    let print = "static void foo_print(const void *arg)\n{\nconst struct foo *foo = arg;\n\
                 pr_info(\"%u\", foo->size);\n}\n\
                 static int foo_get(struct file *file, void *arg)\n{\nreturn 0;\n}\n";
    let found = file(&format!(
        "{print}static const struct ioctl_info infos[] = {{\n\
         IOCTL_INFO(FOO_A, foo_get, foo_print, 0),\nIOCTL_INFO(FOO_B, foo_stub_set, foo_print, 0),\n}};\n"
    ));
    let [handler] = &found.handlers[..] else { panic!("{:?}", found.handlers) };
    assert_eq!(names(handler), ["FOO_A", "FOO_B"]);
    assert!(!command(handler, "FOO_A").escapes);
    let made = command(handler, "FOO_B");
    assert!(made.escapes && made.copied_in.is_empty(), "{made:?}");
}

#[test]
fn a_table_by_nr_names_its_commands_by_number() {
    let found = file(
        "static int foo_get(struct client *client, union arg *arg)\n{\nreturn 0;\n}\n\
         static int foo_set(struct client *client, union arg *arg)\n{\nreturn 0;\n}\n\
         static int (* const ioctl_handlers[])(struct client *, union arg *) = {\n\
         [0x00] = foo_get,\n[0x01] = foo_set,\n};\n",
    );
    let [handler] = &found.handlers[..] else { panic!("{:?}", found.handlers) };
    assert_eq!(names(handler), ["0x00", "0x01"]);
    assert!(handler.commands.iter().all(|it| it.by_nr));
}

#[test]
fn a_handler_that_is_assigned_at_run_time_is_one() {
    let found = file(
        "static int foo_ioctl(struct net_device *dev, struct ifreq *ifr, void __user *data, int cmd)\n{\n\
         if (cmd == SIOCFOO)\nreturn 0;\nreturn -EOPNOTSUPP;\n}\n\
         void foo_setup(struct foo *foo)\n{\nfoo->ops.unlocked_ioctl = foo_ioctl;\n}\n",
    );
    let [table] = &found.tables[..] else { panic!("{:?}", found.tables) };
    let slot = table.native.as_ref().expect("a slot");
    assert_eq!((slot.member.as_str(), slot.handler), ("unlocked_ioctl", Some(0)));
    assert_eq!(names(&found.handlers[0]), ["SIOCFOO"]);
}

#[test]
fn a_gate_before_the_switch_that_answers_enotty_counts() {
    let found = handler(
        "if (_IOC_TYPE(cmd) != 'f')\nreturn -ENOTTY;\nswitch (cmd) {\ncase FOO_A:\nreturn 0;\n\
         default:\nreturn -EINVAL;\n}",
    );
    assert!(unknown(&found).contains(&"-ENOTTY"), "{:?}", found.unknown);
}

#[test]
fn the_second_switch_answers_and_not_the_first() {
    let found = handler(
        "int ret = -EINVAL;\nswitch (cmd) {\ncase FOO_A:\nreturn 0;\ndefault:\nbreak;\n}\n\
         if (!file->private_data)\nreturn -ENODEV;\n\
         switch (cmd) {\ncase FOO_B:\nret = 0;\nbreak;\ndefault:\nret = -ENOTTY;\n}\nreturn ret;",
    );
    assert_eq!(names(&found), ["FOO_A", "FOO_B"]);
    // -ENODEV is of a device that is gone.
    assert_eq!(unknown(&found), ["-ENOTTY"]);
}

#[test]
fn the_initial_value_is_the_answer_where_no_case_sets_another() {
    let found = handler(
        "int ret = -EINVAL;\nswitch (cmd) {\ncase FOO_A:\nret = 0;\nbreak;\n}\nreturn ret;",
    );
    assert_eq!(unknown(&found), ["-EINVAL"]);
    let found = handler(
        "int ret = -EINVAL;\nret = foo_lock(file);\nif (ret)\nreturn ret;\n\
         switch (cmd) {\ncase FOO_A:\nbreak;\ndefault:\nret = -ENOTTY;\n}\nreturn ret;",
    );
    assert_eq!(unknown(&found), ["-ENOTTY"]);
}

#[test]
fn nothing_is_said_of_an_answer_that_somebody_else_gives() {
    let found = handler(
        "switch (cmd) {\ncase FOO_A:\nreturn 0;\ndefault:\nreturn foo_core(file, cmd, arg);\n}",
    );
    assert_eq!(unknown(&found), [""; 0]);
    let found = handler("if (cmd == FOO_A)\nreturn 0;\nreturn file->ops->ioctl(file, cmd, arg);");
    assert_eq!(unknown(&found), [""; 0]);
    let found = handler("return 0;");
    assert_eq!(unknown(&found), [""; 0]);
}

#[test]
fn the_answer_of_a_function_in_the_file_is_the_handlers() {
    let found = handler_with(
        "static long foo_more(struct file *file, unsigned int cmd, void __user *p)\n{\n\
         switch (cmd) {\ncase FOO_B:\nreturn 0;\ndefault:\nreturn -ENOIOCTLCMD;\n}\n}\n",
        "long ret = foo_more(file, cmd, argp);\nif (ret != -ENOIOCTLCMD)\nreturn ret;\n\
         switch (cmd) {\ncase FOO_A:\nreturn 0;\n}\nreturn -EINVAL;",
    );
    assert_eq!(names(&found), ["FOO_B", "FOO_A"]);
    assert_eq!(unknown(&found), ["-EINVAL"]);
}

#[test]
fn what_asks_for_32_bit_programs_is_said() {
    assert!(handler("if (in_compat_syscall())\nreturn 1;\nreturn -ENOTTY;").asks_for_compat);
    assert!(!handler("return -ENOTTY;").asks_for_compat);
}

#[test]
fn the_system_call_itself_is_a_handler_with_its_partner_for_32_bit_programs() {
    let code = file(
        "static int do_vfs_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{\n\
         switch (cmd) {\ncase FOO_A:\nreturn put_user(1, (int __user *)arg);\n}\n\
         return -ENOIOCTLCMD;\n}\n\
         SYSCALL_DEFINE3(ioctl, unsigned int, fd, unsigned int, cmd, unsigned long, arg)\n{\n\
         int error = security_file_ioctl(file, cmd, arg);\nif (error)\nreturn error;\n\
         return do_vfs_ioctl(file, cmd, arg);\n}\n\
         COMPAT_SYSCALL_DEFINE3(ioctl, unsigned int, fd, unsigned int, cmd,\n\
         compat_ulong_t, arg)\n{\nswitch (cmd) {\ncase FOO_B:\nreturn 0;\n}\nreturn -ENOTTY;\n}\n",
    );
    let [table] = &code.tables[..] else { panic!("one table, not {:?}", code.tables) };
    let handler_of = |slot: &Option<ioctlkit_model::Slot>| {
        let place = slot.as_ref().unwrap().handler.unwrap();
        &code.handlers[place as usize]
    };
    let (native, compat) = (handler_of(&table.native), handler_of(&table.compat));
    assert_eq!((&*native.function, native.serves), ("sys_ioctl", Serves::Native));
    assert_eq!((&*compat.function, compat.serves), ("compat_sys_ioctl", Serves::Compat));
    assert_eq!(names(native), ["FOO_A"]);
    assert_eq!(copies(command(native, "FOO_A")), ["out whole int"]);
    // A security module looks at the number of the command.
    assert!(!command(native, "FOO_A").escapes);
    assert_eq!(names(compat), ["FOO_B"]);
}

#[test]
fn another_system_call_is_no_handler() {
    let code = file(
        "SYSCALL_DEFINE3(fcntl, unsigned int, fd, unsigned int, cmd, unsigned long, arg)\n{\n\
         switch (cmd) {\ncase FOO_A:\nreturn 0;\n}\nreturn -EINVAL;\n}\n",
    );
    assert!(code.tables.is_empty() && code.handlers.is_empty());
}

#[test]
fn the_command_is_known_by_its_name_where_its_type_is_not() {
    let parameters = [
        "unsigned int cmd, unsigned long arg",
        "u_int cmd, u_long arg",
        "foo_u32 cmd, unsigned long arg",
        "unsigned long request, unsigned long arg",
        "uint x, unsigned long y",
    ];
    for list in parameters {
        let [cmd, arg] = [0, 1].map(|place| {
            let parameter = list.split(", ").nth(place).unwrap_or_default();
            parameter.rsplit(' ').next().unwrap_or_default()
        });
        let found = file(&format!(
            "static long foo_ioctl(struct file *file, {list})\n{{\nswitch ({cmd}) {{\ncase FOO_A:\n\
             return put_user(1, (int __user *){arg});\n}}\nreturn -ENOTTY;\n}}\n\
             static const struct file_operations fops = {{ .unlocked_ioctl = foo_ioctl }};\n"
        ));
        let [handler] = &found.handlers[..] else { panic!("{list}: {:?}", found.handlers) };
        assert_eq!(names(handler), ["FOO_A"], "{list}");
        assert_eq!(copies(command(handler, "FOO_A")), ["out whole int"], "{list}");
    }
}

#[test]
fn a_function_that_is_given_to_a_relay_is_followed() {
    let found = handler_with(
        "static long foo_do(struct file *file, unsigned int cmd, void *arg)\n{\nswitch (cmd) {\n\
         case FOO_A:\nreturn 0;\ndefault:\nreturn -ENOTTY;\n}\n}\n\
         static unsigned int translated(unsigned int cmd)\n{\nswitch (cmd) {\ncase FOO_OLD:\nreturn FOO_A;\n\
         }\nreturn cmd;\n}\n\
         static long relay(struct file *file, unsigned int cmd, unsigned long arg, long (*func)(struct file *,\
         unsigned int, void *))\n{\nchar buffer[128];\ncmd = translated(cmd);\n\
         if (copy_from_user(buffer, (void __user *)arg, _IOC_SIZE(cmd)))\nreturn -EFAULT;\n\
         return func(file, cmd, buffer);\n}",
        "return relay(file, cmd, arg, foo_do);",
    );
    assert_eq!(names(&found), ["FOO_OLD", "FOO_A"]);
    assert_eq!(copies(command(&found, "FOO_A")), ["in whole _IOC_SIZE"]);
}

#[test]
fn each_architectures_own_function_is_followed_and_two_of_one_are_not() {
    let generic = "static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{\n\
                   return foo_arch_ioctl(file, cmd, arg);\n}\n\
                   static const struct file_operations fops = { .unlocked_ioctl = foo_ioctl };\n";
    let own = |name: &str, errno: &str| {
        format!(
            "long foo_arch_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{{\n\
             struct foo_{name} x;\nif (cmd == {name})\n\
             return copy_from_user(&x, (void __user *)arg, sizeof(x)) ? -EFAULT : 0;\nreturn {errno};\n}}\n"
        )
    };
    let (arm, x86) = (own("FOO_ARM", "-EINVAL"), own("FOO_X86", "-ENOTTY"));
    let code = files(&[
        ("virt/foo.c", generic),
        ("linux/arch/arm64/foo/arm.c", &arm),
        ("linux/arch/x86/foo/x86.c", &x86),
    ]);
    assert_eq!(names(&code.handlers[0]), ["FOO_ARM", "FOO_X86"]);
    let copied = copies(command(&code.handlers[0], "FOO_X86"));
    assert_eq!(copied, ["in whole struct foo_FOO_X86"]);
    let twice =
        files(&[("virt/foo.c", generic), ("arch/arm64/a.c", &arm), ("arch/arm64/b.c", &x86)]);
    assert_eq!(names(&twice.handlers[0]), [""; 0]);

    // A weak one is there for the other architectures, in whichever file it is.
    let weak = own("FOO_ANY", "-ENXIO").replace("long foo_arch", "long __weak foo_arch");
    let with_own = format!("{weak}{generic}");
    for rest in [&[("virt/foo.c", &*with_own)][..], &[("virt/foo.c", generic), ("b.c", &weak)]] {
        let code = files(&[&[("linux/arch/x86/foo/x86.c", &*x86)], rest].concat());
        let mut found = names(&code.handlers[0]);
        found.sort_unstable();
        assert_eq!(found, ["FOO_ANY", "FOO_X86"]);
    }
    let alone = files(&[("virt/foo.c", &with_own)]);
    assert_eq!(names(&alone.handlers[0]), ["FOO_ANY"]);
    let strong = files(&[("virt/foo.c", generic), ("a.c", &x86), ("arch/x86/b.c", &arm)]);
    assert_eq!(names(&strong.handlers[0]), [""; 0]);
}

#[test]
fn a_macro_on_both_sides_of_a_comparison_hides_no_command() {
    let found = handler(
        "switch (FOO_MASK_SIZE(cmd)) {\ncase FOO_MASK_SIZE(FOO_A):\nreturn 0;\n\
         case FOO_MASK_SIZE(FOO_NAME(0)):\nreturn 1;\n}\nreturn -ENOTTY;",
    );
    assert_eq!(names(&found), ["FOO_A", "FOO_NAME"]);
    assert!(found.commands.iter().all(|it| it.by_nr));
}

#[test]
fn tables_that_a_function_declares_and_functions_that_it_registers_have_handlers() {
    let body = |name: &str| {
        format!(
            "static int {name}_ioctl(struct snd_card *card, unsigned int cmd, unsigned long arg)\n{{\n\
             return cmd == {name} ? 0 : -ENOTTY;\n}}\n"
        )
    };
    let code = file(&format!(
        "{}{}static int foo_init(void)\n{{\nstatic const struct snd_hwdep_ops ops = {{\n.ioctl  = FOO_A_ioctl,\n}};\n\
         snd_ctl_register_ioctl(FOO_B_ioctl);\nsnd_ctl_unregister_ioctl(FOO_C_ioctl);\n}}\n",
        body("FOO_A"),
        body("FOO_B")
    ));
    let found: Vec<&str> = code.handlers.iter().flat_map(names).collect();
    assert_eq!(found, ["FOO_A", "FOO_B"]);
    assert_eq!(code.tables[1].structure, "snd_hwdep_ops");
}

#[test]
fn a_row_by_a_macro_of_the_file_has_the_name_that_it_makes() {
    let code = file(
        "#define FOO_IOCTL(n, f, flags) \\\n\tDRM_IOCTL_DEF_DRV(FOO_##n, foo_ioctl_##f, flags)\n\
         static int foo_ioctl_vm_create(struct drm_device *dev, void *data, struct drm_file *file)\n{\n\
         return 0;\n}\n\
         static const struct drm_ioctl_desc foo_ioctls[] = {\nFOO_IOCTL(VM_CREATE, vm_create, 0),\n};\n",
    );
    assert_eq!(names(&code.handlers[0]), ["DRM_IOCTL_FOO_VM_CREATE"]);
}
