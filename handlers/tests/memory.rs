//! What a handler copies, and what is known of the bytes.
mod driver;

use driver::{case, case_with, command, copied_in, copied_out, copies, handler, noticed};
use ioctlkit_model::{Cleared, NoticedKind};

#[test]
fn whole_structures_members_and_pieces_are_told_apart() {
    let found = case("struct foo x;\nif (copy_from_user(&x, argp, sizeof(x)))\nreturn -EFAULT;");
    assert_eq!(copies(&found), ["in whole struct foo"]);
    let found = case(
        "struct foo __user *p = argp;\nif (copy_to_user(&p->a.b, &v, sizeof(v)))\nreturn -EFAULT;",
    );
    assert_eq!(copies(&found), ["out .a.b (sizeof(v))"]);
    let found = case(
        "struct foo x;\nif (copy_from_user(&x, argp, offsetofend(struct foo, b)))\nreturn -EFAULT;",
    );
    assert_eq!(copies(&found), ["in whole (offsetofend(struct foo, b))"]);
    let found = case("char x[64];\nif (copy_from_user(x, argp + 8, 64))\nreturn -EFAULT;");
    assert_eq!(copies(&found), ["in inside 64"]);
    let found = case("struct foo x[4];\nif (copy_from_user(x, argp, sizeof(x)))\nreturn -EFAULT;");
    assert_eq!(copies(&found), ["in whole (sizeof(x))"]);
}

#[test]
fn get_user_and_put_user_copy_what_the_pointer_points_to() {
    for (body, expected) in [
        ("int v;\nif (get_user(v, (int __user *)arg))\nreturn -EFAULT;", "in whole int"),
        ("u32 __user *p = argp;\nreturn put_user(ret, p);", "out whole u32"),
        ("return put_user(ret, (unsigned long __user *)argp);", "out whole unsigned long"),
        ("struct foo __user *p = argp;\nreturn put_user(ret, &p->a);", "out .a ?"),
    ] {
        assert_eq!(copies(&case(body)), [expected], "{body}");
    }
}

#[test]
fn a_member_that_the_handler_sets_before_it_reads_it_is_no_input() {
    let found = case(
        "struct foo x;\nif (copy_from_user(&x, argp, sizeof(x)))\nreturn -EFAULT;\nif (x.a)\nreturn -EINVAL;\n\
         x.b = 1;\nret = x.b;",
    );
    let names = |members: &std::collections::BTreeSet<String>| {
        members.iter().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&copied_in(&found).read), "a b");
    assert_eq!(names(&copied_in(&found).inputs), "a");
}

#[test]
fn memdup_user_copies_in_and_names_the_variable() {
    let found = case(
        "struct foo *x = memdup_user(argp, sizeof(*x));\nif (IS_ERR(x))\nreturn PTR_ERR(x);\nret = x->a;\nkfree(x);",
    );
    assert_eq!(copies(&found), ["in whole struct foo"]);
    assert_eq!(copied_in(&found).ty, "struct foo");
    assert_eq!(copied_in(&found).read.iter().map(String::as_str).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn the_size_in_the_number_is_a_size() {
    let found = case("char b[64];\nif (copy_from_user(b, argp, _IOC_SIZE(cmd)))\nreturn -EFAULT;");
    assert_eq!(copies(&found), ["in whole _IOC_SIZE"]);
    let found = case(
        "char b[64];\nunsigned int size = _IOC_SIZE(cmd);\nif (_IOC_DIR(cmd) & _IOC_WRITE)\n\
         if (copy_from_user(b, argp, size))\nreturn -EFAULT;",
    );
    assert_eq!(copies(&found), ["in whole _IOC_SIZE guarded"]);
}

fn returns_count(body: &str) -> bool {
    noticed(&case(body)).iter().any(|kind| matches!(kind, NoticedKind::ReturnsCount { .. }))
}

#[test]
fn a_count_of_missing_bytes_that_is_returned_is_noticed() {
    for body in [
        "return copy_to_user(argp, &x, sizeof(x));",
        "ret = copy_from_user(&x, argp, sizeof(x));",
        "ret = copy_from_user(&x, argp, sizeof(x));\nif (ret)\nreturn ret;",
        "ret = copy_from_user(&x, argp, sizeof(x));\nif (ret)\ngoto out;\nret = 0;\nout:",
        "ret |= copy_to_user(argp, &x, sizeof(x));",
        "ret = copy_to_user(argp, &x, sizeof(x));\nif (ret < 0)\nreturn -EFAULT;",
        "return clear_user(argp, 8);",
    ] {
        assert!(returns_count(body), "{body}");
    }
}

#[test]
fn what_only_looks_like_the_count_is_not_noticed() {
    for body in [
        "return 64 - copy_to_user(argp, &x, 64);",
        "ret = copy_from_user(&x, argp, sizeof(x));\nif (ret)\nret = -EFAULT;",
        "ret = copy_from_user(&x, argp, sizeof(x));\nif (ret != 0)\nreturn -EFAULT;",
        "ret = copy_from_user(&x, argp, sizeof(x));\nif (ret > 0)\nreturn -EFAULT;",
        "if ((ret = copy_from_user(&x, argp, sizeof(x))))\nreturn -EFAULT;",
        "ret = copy_to_user(argp, &x, sizeof(x)) ? -EFAULT : 0;",
        "return copy_to_user(argp, &x, sizeof(x)) ? -EFAULT : 0;",
        "ret |= get_user(v, (int __user *)arg);\nret |= put_user(v, (int __user *)arg);",
        "if (copy_to_user(argp, &x, sizeof(x)))\nret = -EFAULT;",
        "ret = -EFAULT;\nif (!copy_to_user(argp, &x, sizeof(x)))\nret = 0;",
        "return !!copy_to_user(argp, &x, sizeof(x));",
        // include/linux/uaccess.h: these two answer 0 or -EFAULT.
        "return copy_from_user_nofault(&x, argp, sizeof(x));",
        "return copy_to_user_nofault(argp, &x, sizeof(x));",
        "ret = 0;\nif (ret || copy_to_user(argp, &x, sizeof(x)))\nreturn -EFAULT;",
    ] {
        assert!(!returns_count(body), "{body}");
    }
}

const SEND: &str = "if (copy_to_user(argp, &x, sizeof(x)))\nreturn -EFAULT;";

/// What is known of `x` where it is copied out: what was cleared, and the members that were set.
fn sent(body: &str) -> (Cleared, Vec<String>) {
    let found = case(&format!("{body}\n{SEND}"));
    let out = copied_out(&found);
    assert_eq!((out.ty.as_str(), out.object.as_str()), ("struct foo", "x"));
    (out.cleared, out.set.iter().cloned().collect())
}

#[test]
fn the_argument_is_found_where_each_function_has_it() {
    for (body, expected) in [
        ("ret = strncpy_from_user(name, argp, 8);", "in whole ?"),
        ("ret = strnlen_user(argp, 8);", "in whole ?"),
        (
            "struct ifreq x;\nvoid __user *data;\nret = get_user_ifreq(&x, &data, argp);",
            "in whole struct ifreq",
        ),
        ("struct ifreq x;\nret = put_user_ifreq(&x, argp);", "out whole struct ifreq"),
    ] {
        assert_eq!(copies(&case(body)), [expected], "{body}");
    }
}

#[test]
fn clearing_counts_and_so_do_members_one_by_one() {
    let none = Vec::<String>::new();
    let ab = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(sent("struct foo x;"), (Cleared::Nothing, none.clone()));
    assert_eq!(sent("struct foo x;\nmemset(&x, 0, sizeof(x));"), (Cleared::All, none.clone()));
    assert_eq!(sent("struct foo x = {};"), (Cleared::All, none.clone()));
    assert_eq!(sent("struct foo x = { 0 };"), (Cleared::All, none));
    assert_eq!(sent("struct foo x = { .a = 1, .b = 2 };"), (Cleared::Members, ab.clone()));
    assert_eq!(sent("struct foo x;\nx.a = 1;\nx.b = ret;"), (Cleared::Nothing, ab.clone()));
    assert_eq!(
        sent("struct foo x;\nstruct foo *p = &x;\np->a = 1;\nstrscpy(p->b, name, 4);"),
        (Cleared::Nothing, ab)
    );
}

#[test]
fn of_two_paths_the_one_that_sets_less_counts() {
    let a = vec!["a".to_owned()];
    let (cleared, set) = sent("struct foo x;\nx.a = 1;\nif (file->f_flags)\nx.b = 1;");
    assert_eq!((cleared, set), (Cleared::Nothing, a.clone()));
    let (cleared, set) =
        sent("struct foo x;\nx.a = 1;\nif (file->f_flags)\nmemset(&x, 0, sizeof(x));");
    assert_eq!((cleared, set), (Cleared::Nothing, a));
}

#[test]
fn a_function_that_fills_is_followed_and_one_that_is_not_there_is_trusted() {
    let more = "static void fill(struct foo *it)\n{\nit->a = 1;\nit->c.d = 2;\n}\n";
    let found = case_with(more, &format!("struct foo x;\nfill(&x);\n{SEND}"));
    let set: Vec<&str> = copied_out(&found).set.iter().map(String::as_str).collect();
    assert_eq!(set, ["a", "c.d"]);
    let found = case(&format!("struct foo x;\nelsewhere(&x);\n{SEND}"));
    assert_eq!(found.copied_out, []);
    let found = case(&format!("struct foo x;\nfile->ops->fill(file, &x);\n{SEND}"));
    assert_eq!(found.copied_out, []);
    let found = case(&format!("struct foo x;\nx = *other;\n{SEND}"));
    assert_eq!(found.copied_out, []);
}

#[test]
fn an_allocated_object_has_the_name_and_type_of_its_variable() {
    for (allocation, cleared) in [
        ("kmalloc(sizeof(*it), GFP_KERNEL)", Cleared::Nothing),
        ("kzalloc(sizeof(*it), GFP_KERNEL)", Cleared::All),
        ("kmalloc(sizeof(*it), GFP_KERNEL | __GFP_ZERO)", Cleared::All),
    ] {
        let found = case(&format!(
            "struct foo *it;\nit = {allocation};\nif (!it)\nreturn -ENOMEM;\nit->a = 1;\n\
             if (copy_to_user(argp, it, sizeof(*it)))\nret = -EFAULT;\nkfree(it);"
        ));
        let out = copied_out(&found);
        assert_eq!((out.object.as_str(), out.ty.as_str()), ("it", "struct foo"));
        assert_eq!(out.cleared, cleared);
        assert!(out.set.contains("a"));
    }
}

#[test]
fn what_was_copied_in_before_is_known_where_it_is_copied_out() {
    let found = case(&format!(
        "struct foo x;\nif (copy_from_user(&x, argp, offsetofend(struct foo, a)))\nreturn -EFAULT;\n\
         x.b = 1;\n{SEND}"
    ));
    let amount = copied_out(&found).copied_in.as_ref().map(driver::amount);
    assert_eq!(amount.as_deref(), Some("(offsetofend(struct foo, a))"));
}

const FETCH: &str = "struct foo x;\nif (copy_from_user(&x, argp, sizeof(x)))\nreturn -EFAULT;\n";

fn products(body: &str) -> usize {
    let found = case(&format!("{FETCH}{body}"));
    let all = noticed(&found);
    all.iter().filter(|kind| matches!(kind, NoticedKind::UnboundedProduct { .. })).count()
}

#[test]
fn a_product_with_a_number_of_the_programs_is_noticed_unless_it_is_bounded() {
    let product = "p = kmalloc(x.n * sizeof(struct bar), GFP_KERNEL);";
    assert_eq!(products(product), 1);
    assert_eq!(products("size_t size = sizeof(u32) * x.n;\np = vmalloc(size);"), 1);
    assert_eq!(products("u32 n = x.n;\np = vmalloc(n * 8);"), 1);
    for bounded in [
        format!("if (x.n > MAX)\nreturn -EINVAL;\n{product}"),
        "p = kcalloc(x.n, sizeof(struct bar), GFP_KERNEL);".to_owned(),
        "p = kmalloc(array_size(x.n, 8), GFP_KERNEL);".to_owned(),
        "p = kmalloc(file->n * 8, GFP_KERNEL);".to_owned(),
        "x.n = 4;\np = kmalloc(x.n * 8, GFP_KERNEL);".to_owned(),
        format!("x.n = min(x.n, MAX);\n{product}"),
    ] {
        assert_eq!(products(&bounded), 0, "{bounded}");
    }
}

fn fetches_again(body: &str) -> bool {
    let found = case(body);
    noticed(&found).iter().any(|kind| matches!(kind, NoticedKind::FetchesAgain { .. }))
}

#[test]
fn a_second_fetch_is_noticed_unless_it_is_compared_or_overwritten() {
    let size = "struct foo __user *p = argp;\nu32 n;\nstruct foo x;\nif (get_user(n, &p->n))\nreturn -EFAULT;\n\
                if (n > 64)\nreturn -EINVAL;\nif (copy_from_user(&x, argp, sizeof(x)))\nreturn -EFAULT;\n";
    assert!(fetches_again(&format!("{size}ret = use(x.n);")));
    assert!(!fetches_again(&format!("{size}if (x.n != n)\nreturn -EINVAL;\nret = use(x.n);")));
    assert!(!fetches_again(&format!("{size}x.n = n;\nret = use(x.n);")));
    assert!(!fetches_again(&format!("{size}ret = use(x.other);")));
    let header = "struct head h;\nstruct foo x;\nif (copy_from_user(&h, argp, sizeof(h)))\nreturn -EFAULT;\n\
                  if (h.n > 64)\nreturn -EINVAL;\nif (copy_from_user(&x, argp, sizeof(x)))\nreturn -EFAULT;\n";
    assert!(fetches_again(&format!("{header}ret = use(x.h.n);")));
    assert!(!fetches_again(&format!("{header}ret = use(x.other);")));
    let start = "u32 n;\nstruct foo x;\nif (get_user(n, (u32 __user *)arg))\nreturn -EFAULT;\n\
                 if (n > 64)\nreturn -EINVAL;\nif (copy_from_user(&x, argp, sizeof(x)))\nreturn -EFAULT;\n";
    assert!(fetches_again(&format!("{start}ret = use(x.n);")));
    assert!(!fetches_again(&format!("{start}ret = use(x.other);")));
    // The second value is used, or checked for itself, or only kept.
    for used in [
        "for (i = 0; i < x.n; i++)\nstep(i);",
        "u32 m = x.n;\nret = use(m);",
        "switch (x.n) {\ncase 1:\nret = 1;\n}",
        "if (x.n & 4)\nret = 1;",
        "if (x.n)\nret = 1;",
        "ret = table[x.n];",
        "file->n = x.n;",
        "if (use(x.n) < 0)\nret = 1;",
        "p = kmalloc(x.n, GFP_KERNEL);",
    ] {
        assert!(fetches_again(&format!("{size}{used}")), "{used}");
    }
    for not_used in [
        "u32 m = x.n;\nif (m > 64)\nreturn -EINVAL;\nret = use(m);",
        "if (x.n + 1 > 64)\nreturn -EINVAL;\nret = use(x.n);",
        "struct foo y;\ny.n = x.n;\nif (y.n != n)\nreturn -EINVAL;\nret = use(y.n);",
        "ret = use(min(x.n, 64));",
        "u32 m = x.n;",
        "do {\nn = x.n;\n} while (x.n != n);\nret = use(x.n);",
        "while (x.n != n)\nn = next(n);",
    ] {
        assert!(!fetches_again(&format!("{size}{not_used}")), "{not_used}");
    }
    // The value of the first one decides nothing.
    let blind = "struct foo __user *p = argp;\nu32 n;\nstruct foo x;\nif (get_user(n, &p->n))\nreturn -EFAULT;\n\
                 if (copy_from_user(&x, argp, sizeof(x)))\nreturn -EFAULT;\nret = use(x.n);";
    assert!(!fetches_again(blind));
}

#[test]
fn the_cast_of_a_member_by_way_of_a_word_is_noticed() {
    let casts = |body: &str| {
        let found = case(&format!("{FETCH}{body}"));
        noticed(&found).into_iter().find(|kind| matches!(kind, NoticedKind::CastsMember { .. }))
    };
    let expected =
        NoticedKind::CastsMember { ty: "struct foo".to_owned(), member: "ptr".to_owned() };
    assert_eq!(casts("use((void __user *)(unsigned long)x.ptr);"), Some(expected.clone()));
    assert_eq!(casts("u8 __user *q = (u8 __user *)(uintptr_t)x.ptr;"), Some(expected));
    assert_eq!(casts("use(u64_to_user_ptr(x.ptr));"), None);
    assert_eq!(casts("use((void __user *)(unsigned long)file->ptr);"), None);
    assert_eq!(casts("use((void *)(unsigned long)x.ptr);"), None);
}

#[test]
fn an_argument_that_is_a_number_is_told_from_a_pointer() {
    for body in [
        "if (arg > 4)\nreturn -EINVAL;",
        "file->mode = arg;",
        "ret = arg & 1;",
        "if (arg == 0)\nreturn -EINVAL;",
        "switch (arg) {\ncase 1:\nbreak;\n}",
    ] {
        assert!(case(body).as_number.is_some(), "{body}");
    }
    for body in [
        "if (!argp)\nreturn -EINVAL;",
        SEND,
        "use(argp);",
        "return put_user(1, (int __user *)arg);",
    ] {
        assert!(case(body).as_number.is_none(), "{body}");
    }
}

#[test]
fn a_pointer_that_is_kept_for_later_is_no_number() {
    for body in [
        "foo->vector.base = (void __user *)arg;",
        "foo->user = argp;",
        "void __user *user = argp;\nfoo->user = user;",
    ] {
        let kept = case(body);
        assert!(kept.escapes && kept.as_number.is_none(), "{body}");
    }
    let number = case("foo->mask = arg;");
    assert!(!number.escapes && number.as_number.is_some());
}

#[test]
fn what_is_given_to_a_function_that_is_not_there_is_unknown() {
    let found = case("ret = elsewhere(file, argp);");
    assert!(found.escapes);
    let found = case(&format!("{FETCH}elsewhere(&x);"));
    assert!(copied_in(&found).escapes);
    let found = case(&format!("{FETCH}ret = x.flags;\nelsewhere(x.mode);"));
    assert!(!copied_in(&found).escapes);
    let read: Vec<&str> = copied_in(&found).read.iter().map(String::as_str).collect();
    assert_eq!(read, ["flags", "mode"]);
}

#[test]
fn loops_are_walked_and_left() {
    let found = handler(
        "switch (cmd) {\ncase FOO_A:\nwhile (more(file))\nif (copy_to_user(argp, &v, 4))\nreturn -EFAULT;\n\
         for (i = 0; i < 4; i++) {\nif (i == 2)\ncontinue;\nif (copy_from_user(&v, argp, 4))\nbreak;\n}\n\
         return 0;\n}\nreturn -ENOTTY;",
    );
    assert_eq!(copies(command(&found, "FOO_A")), ["out whole 4", "in whole 4"]);
}

#[test]
fn a_count_is_returned_also_where_other_paths_of_the_function_return_something_unknown() {
    let found = case_with(
        "static int foo_get(void __user *argp)\n{\nstruct foo f = {};\nint ret;\nret = more();\n\
         if (ret && ret != -ENODEV)\nreturn ret;\nreturn copy_to_user(argp, &f, sizeof(f));\n}\n",
        "return foo_get(argp);",
    );
    let counts =
        |it: &&ioctlkit_model::Noticed| matches!(it.kind, NoticedKind::ReturnsCount { .. });
    assert_eq!(found.noticed.iter().filter(counts).count(), 1, "{:?}", found.noticed);
}

#[test]
fn a_count_is_returned_where_paths_with_an_error_meet_it_and_not_where_it_is_tested_in_between() {
    let with = |tail: &str| {
        case(&format!(
            "struct foo f = {{}};\nint ret;\nif (gone) {{\nret = -ENODEV;\ngoto out;\n}}\n\
             ret = copy_to_user(argp, &f, sizeof(f));\nout:\nunlock();\n{tail}"
        ))
    };
    let counts =
        |it: &&ioctlkit_model::Noticed| matches!(it.kind, NoticedKind::ReturnsCount { .. });
    assert_eq!(with("return ret;").noticed.iter().filter(counts).count(), 1);
    for tested in ["return ret ? -EFAULT : 0;", "if (ret)\nret = -EFAULT;\nreturn ret;"] {
        assert_eq!(with(tested).noticed.iter().filter(counts).count(), 0, "{tested}");
    }
}

#[test]
fn a_size_that_a_variable_holds_is_what_the_structure_gives() {
    let found = case(
        "unsigned long minsz;\nminsz = offsetofend(struct foo, b);\n\
         if (copy_from_user(&foo, argp, minsz))\nreturn -EFAULT;",
    );
    assert_eq!(copies(&found), ["in whole (offsetofend(struct foo, b))"]);
}

#[test]
fn an_object_that_is_copied_in_on_one_path_is_judged_by_the_other() {
    let found = case(
        "struct foo f;\nif (mode) {\nif (copy_from_user(&f, argp, sizeof(f)))\nreturn -EFAULT;\n} else {\n\
         f.a = 1;\n}\nif (mode)\nreturn copy_to_user(argp, &f, sizeof(f)) ? -EFAULT : 0;",
    );
    assert!(found.copied_out.iter().all(|out| out.copied_in.is_some()), "{:?}", found.copied_out);
}

#[test]
fn paths_are_kept_apart_by_the_variable_that_says_what_was_filled() {
    for (body, expected) in [
        // kernel/seccomp.c, seccomp_notify_recv
        (
            "if (!file->list) {\nret = -ENOENT;\ngoto out;\n}\nx.a = 1;\nx.b = 2;\nret = 0;\nout:\nunlock();\n\
             if (ret == 0 && copy_to_user(argp, &x, sizeof(x)))\nret = -EFAULT;",
            &["a", "b"][..],
        ),
        (
            "int err = find(file);\nif (!err) {\nx.a = 1;\nx.b = 2;\n}\nunlock();\n\
             if (!err && copy_to_user(argp, &x, sizeof(x)))\nret = -EFAULT;",
            &["a", "b"],
        ),
        (
            "int err = find(file);\nif (err < 0)\ngoto out;\nx.a = 1;\nerr = 0;\nout:\nif (err)\nreturn err;\n\
             if (copy_to_user(argp, &x, sizeof(x)))\nret = -EFAULT;",
            &["a"],
        ),
        // drivers/block/loop.c, loop_get_status: one path fails with what a function said, another with a number.
        (
            "int err = get(file, &x);\nif (!err && copy_to_user(argp, &x, sizeof(x)))\nret = -EFAULT;",
            &["a", "b"],
        ),
        // drivers/mtd/mtdchar.c, shrink_ecclayout: nobody gives it a null pointer.
        ("guarded(file->dev, &x);\nif (copy_to_user(argp, &x, sizeof(x)))\nret = -EFAULT;", &["a"]),
        // Nothing tells the paths apart.
        ("if (file->list)\nx.a = 1;\nif (copy_to_user(argp, &x, sizeof(x)))\nret = -EFAULT;", &[]),
    ] {
        let get = "static int get(struct file *file, struct foo *it)\n{\nint ret = mutex_lock_killable(&file->lock);\n\
                   if (ret)\nreturn ret;\nif (!file->list) {\nunlock();\nreturn -ENXIO;\n}\nit->a = 1;\nit->b = 2;\n\
                   return 0;\n}\n\
                   static int guarded(struct dev *dev, struct foo *it)\n{\nif (!dev || !it)\nreturn -EINVAL;\n\
                   it->a = 1;\nreturn 0;\n}\n";
        let found = case_with(get, &format!("struct foo x;\n{body}"));
        let out = copied_out(&found);
        let set: Vec<&str> = out.set.iter().map(String::as_str).collect();
        assert_eq!(set, expected, "{body}");
        assert!(out.is_touched, "{body}");
    }
}

#[test]
fn a_list_that_is_assigned_sets_members_and_leaves_padding_as_it_was() {
    // sound/core/pcm_compat.c, snd_pcm_status_user_compat64
    let ab = vec!["a".to_owned(), "b".to_owned()];
    let list = "x = (struct foo) {\n.a = 1,\n.b = ret,\n};";
    assert_eq!(sent(&format!("struct foo x;\n{list}")), (Cleared::Members, ab.clone()));
    let cleared = format!("struct foo x;\nmemset(&x, 0, sizeof(x));\n{list}");
    assert_eq!(sent(&cleared), (Cleared::All, ab));
}

#[test]
fn an_operator_that_changes_a_member_does_not_set_it() {
    // drivers/gpu/drm/xe/xe_oa.c, xe_oa_status_locked
    let a = vec!["a".to_owned()];
    for change in ["x.b |= LOST;", "x.b++;", "if (file->list)\nx.b |= LOST;"] {
        assert_eq!(
            sent(&format!("struct foo x;\nx.a = 1;\n{change}")),
            (Cleared::Nothing, a.clone())
        );
    }
    let both = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(sent("struct foo x;\nx.a = 1;\nx.b = 0;\nx.b |= LOST;"), (Cleared::Nothing, both));
}

#[test]
fn an_operator_that_changes_a_member_reads_it() {
    let found = case(&format!("{FETCH}x.flags &= KNOWN;\nx.mode = 0;"));
    let read: Vec<&str> = copied_in(&found).read.iter().map(String::as_str).collect();
    assert_eq!(read, ["flags"]);
}
