//! What a function does, in the order in which it is written.
mod shown;

use ioctlkit_handlers::parse::parse;
use shown::Shown;

#[track_caller]
fn body_of(source: &str, name: &str) -> String {
    let unit = parse(source);
    let shown = Shown(source);
    let function = shown.function(&unit, name);
    assert!(function.is_understood, "{source}: {:?}", unit.not_understood);
    shown.body(function)
}

#[track_caller]
fn is(text: &str, meaning: &str) {
    assert_eq!(body_of(&format!("long f(void)\n{{\n{text}\n}}\n"), "f"), meaning, "{text}");
}

#[test]
fn cases_are_statements_in_front_of_what_they_lead_to() {
    is(
        "switch (cmd) { default: a(); case B: case C ... D: c(); break; case E: { e(); } return 1; }",
        "switch cmd { default: a(); case B: case C...D: c(); break; case E: { e(); } return 1; }",
    );
    is(
        "switch (c) { case 'a'...'z': case 0 ... 0x1f: break; }",
        "switch c { case 'a'...'z': case 0...0x1f: break; }",
    );
    is("switch (c) { case A: if (x) case B: y(); }", "switch c { case A: if x { case B: y(); } }");
}

#[test]
fn labels_and_jumps_stay_in_order() {
    is(
        "if (a) goto out; b(); again: c(); out: free(p); return ret;",
        "if a goto out; b(); again: c(); out: free(p); return ret;",
    );
    is("out: { a(); }", "out: { a(); }");
    is("a: b: c();", "a: b: c();");
}

#[test]
fn an_assignment_in_a_condition_is_there() {
    is(
        "if ((ret = copy_from_user(&a, p, sizeof(a))) != 0) return ret;",
        "if ((ret = copy_from_user((&a), p, sizeof(a))) != 0) return ret;",
    );
    is("if (!(p = get())) return -ENOMEM;", "if (!(p = get())) return (-ENOMEM);");
    is(
        "return copy_to_user(p, &a, n) ? -EFAULT : 0;",
        "return (copy_to_user(p, (&a), n) ? (-EFAULT) : 0);",
    );
}

#[test]
fn loops_are_loops() {
    is("for (i = 0, j = 1; i < n; i++) a(i);", "for ((i = 0), (j = 1)); (i < n); (step i) a(i);");
    is("for (;;) { break; }", "for ; ;  { break; }");
    is("for (int i = 0; i < 3; ++i) continue;", "for int i = 0; (i < 3); (step i) continue;");
    is("do { a(); } while (b);", "do { a(); } while b;");
    is("while (a) b();", "while a b();");
}

#[test]
fn macros_that_head_a_loop_are_loops_with_the_call_as_condition() {
    is(
        "list_for_each_entry(a, &b->list, c) { d(a); }",
        "while list_for_each_entry(a, (&b->list), c) { d(a); }",
    );
    is("list_for_each_entry(a, b, c) d(a);", "while list_for_each_entry(a, b, c) d(a);");
    is("for_each_thing() { d(); }", "while for_each_thing() { d(); }");
    is(
        "for_each_set_bit(i, &m, 8) if (i) return i;",
        "while for_each_set_bit(i, (&m), 8) if i return i;",
    );
    is("scoped_guard(mutex, &lock) { a(); }", "while scoped_guard(mutex, (&lock)) { a(); }");
    is("if (a) for_each_x(b) c();", "if a while for_each_x(b) c();");
    is("guard(mutex)(&lock);", "guard(mutex)((&lock));");
    is("wait_event(q, a == b);", "wait_event(q, (a == b));");
}

#[test]
fn macros_without_a_semicolon_end_where_the_line_does() {
    is("\tDBG(a)\n\n\tb();", "DBG(a); b();");
    is("\tif (a)\n\t\tMACRO(b)\n\tc();", "if a MACRO(b); c();");
    is("\tDEBUG(a(); b();)\n\tc();", "{ a(); b(); } c();");
    is("\tDEBUG(a();)\n\tc();", "DEBUG(a()); c();");
    is("\tCRITFLAGS\n\n\tb();", "?; b();");
}

#[test]
fn declarations_of_macros_are_declarations() {
    is("static DEFINE_MUTEX(lock);\n\ta();", "DEFINE_MUTEX(lock); a();");
    is("struct foo *p __free(kfree) = NULL;", "struct foo* p = NULL;");
    is("__auto_type x = y;", "__auto_type x = y;");
    is("unsigned int a __maybe_unused, b[4] = { 0 };", "unsigned int a; unsigned int[] b = {0};");
    is(
        "static struct foo x = { .a.b = 1, [2] = { 3 }, c: 4 };",
        "static struct foo x = {.a.b = 1, [2] = {3}, .c = 4};",
    );
    is("int g(int); struct { int a; } x;", "struct { int a; } x;");
}

#[test]
fn annotations_leave_functions_whole() {
    let source = "static __always_inline int __must_check __attribute__((noinline, unused)) f(struct foo __user *p, \
                  int n) __must_hold(&p->lock)\n__acquires(x)\n{\n\treturn n;\n}\n";
    assert_eq!(body_of(source, "f"), "return n;");
    let unit = parse(source);
    let shown = Shown(source);
    assert_eq!(shown.parameters(&unit.functions[0]), "struct foo __user* p, int n");
    assert!(unit.functions[0].is_static);
}

#[test]
fn unknown_annotations_leave_functions_whole() {
    for head in [
        "STATIC_FOO int f(int a)",
        "static int FOO_API f(int a)",
        "static u32 FOO f(int a)",
        "int f(int a) FOO(x)",
        "static struct bar *FOO f(int a)",
    ] {
        let source = format!("{head}\n{{\n\treturn a;\n}}\n");
        assert_eq!(body_of(&source, "f"), "return a;", "{head}");
    }
}

#[test]
fn system_calls_are_functions() {
    let source = "SYSCALL_DEFINE3(ioctl, unsigned int, fd, unsigned int, cmd, void __user *, arg)\n{\n\treturn do_it(fd);\n}\n\
                  SYSCALL_DEFINE0(sync)\n{\n\treturn 0;\n}\n";
    let unit = parse(source);
    let shown = Shown(source);
    assert_eq!(
        shown.parameters(shown.function(&unit, "ioctl")),
        "unsigned int fd, unsigned int cmd, void __user* arg"
    );
    assert_eq!(body_of(source, "sync"), "return 0;");
}

#[test]
fn old_style_functions_have_their_types() {
    let source = "int f(a, b)\n\tint a;\n\tstruct x *b;\n{\n\treturn a;\n}\n";
    let unit = parse(source);
    let shown = Shown(source);
    assert_eq!(shown.parameters(shown.function(&unit, "f")), "int a, struct x* b");
    assert_eq!(body_of(source, "f"), "return a;");
}

#[test]
fn macros_at_the_file_scope_do_not_hide_functions() {
    let source = "MODULE_LICENSE(\"GPL\")\nDEFINE_THING(a, struct b)\nstatic DEFINE_MUTEX(m);\nEXPORT_SYMBOL(x);\n\
                  module_init(y)\nint f(void) { return 1; }\nMODULE_AUTHOR(\"me\");\n";
    assert_eq!(body_of(source, "f"), "return 1;");
    assert!(parse(source).not_understood.is_empty());
}

#[test]
fn tables_keep_their_items() {
    let source = "static const struct file_operations fops = {\n\t.owner = THIS_MODULE,\n#ifdef CONFIG_COMPAT\n\t.compat_ioctl = c,\n#endif\n\t\
                  .unlocked_ioctl = u,\n};\nint other, n = 3;\nstatic struct t tab[] __initdata = { T(A, struct b, 1), [X] = { f } };\n\
                  static DEFINE_PER_CPU(struct s, v) = { .a = 1 };\n";
    let unit = parse(source);
    let shown = Shown(source);
    let all: Vec<String> = unit
        .variables
        .iter()
        .map(|it| {
            format!("{} {} = {}", shown.ty(it.ty), shown.text(it.name), shown.expression(&it.value))
        })
        .collect();
    assert_eq!(
        all,
        [
            "struct file_operations fops = {.owner = THIS_MODULE, .compat_ioctl = c, .unlocked_ioctl = u}",
            "int n = 3",
            "struct t[] tab = {T(A, <struct b>, 1), [X] = {f}}",
            "struct s v = {.a = 1}",
        ]
    );
    assert_eq!(
        unit.variables.iter().map(|it| it.is_static).collect::<Vec<_>>(),
        [true, false, true, true]
    );
    assert!(unit.not_understood.is_empty(), "{:?}", unit.not_understood);
}

#[test]
fn functions_that_return_functions_and_arrays_have_their_names() {
    assert_eq!(
        body_of("static const u16 (*f(struct x *p))[3][4]\n{\n\treturn 0;\n}\n", "f"),
        "return 0;"
    );
    assert_eq!(body_of("void (*f(int a))(int)\n{\n\treturn 0;\n}\n", "f"), "return 0;");
}

#[test]
fn an_outline_names_functions_and_reads_the_wanted_ones() {
    use ioctlkit_handlers::parse::{Outline, Outlined};
    let source = "static int a(void)\n{\n\treturn 1;\n}\nint v = 1;\nSYSCALL_DEFINE1(b, int, x)\n{\n\treturn 2;\n}\nCALLBACK(c)\n{\n}\n";
    let outline = Outline::new(source);
    let shown = Shown(source);
    let names: Vec<&str> = outline
        .items()
        .map(|item| match item {
            Outlined::Function(Some(name)) => shown.text(name),
            Outlined::Function(None) => "?",
            Outlined::Variables => "variables",
        })
        .collect();
    assert_eq!(names, ["a", "variables", "b", "c"]);
    let unit = outline
        .read(|item| matches!(item, Outlined::Function(Some(name)) if shown.text(name) == "b"));
    assert_eq!(unit.functions.len(), 1);
    assert_eq!(shown.body(shown.function(&unit, "b")), "return 2;");
    assert!(unit.variables.is_empty());
    assert_eq!(parse(source).functions.len(), 3);
}
