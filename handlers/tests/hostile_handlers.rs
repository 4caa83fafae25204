//! Handlers that nobody wrote: the analysis ends, and says what it left out.
mod driver;

use driver::{file, names};
use ioctlkit_model::DriverCode;

/// Analyses in a thread with the stack that threads have, whatever the runner gives.
fn in_thread(text: String) -> DriverCode {
    let run = move || file(&text);
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread");
    thread.join().expect("no panic")
}

fn driver(more: &str, body: &str) -> DriverCode {
    in_thread(format!(
        "{more}\nstatic long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{{\n{body}\n}}\n\
         static const struct file_operations fops = {{ .unlocked_ioctl = foo_ioctl }};\n"
    ))
}

/// As many lines, each by its number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().concat()
}

/// Whether the handler, or its text, is said not to be understood.
fn is_said(code: &DriverCode) -> bool {
    !code.not_understood.is_empty() || code.handlers.iter().any(|it| it.gave_up.is_some())
}

#[test]
fn functions_that_call_each_other_end() {
    let code = driver(
        "static long b(unsigned int cmd, unsigned long arg);\n\
         static long a(unsigned int cmd, unsigned long arg)\n{\nif (cmd == FOO_A)\nreturn 0;\nreturn b(cmd, arg);\n}\n\
         static long b(unsigned int cmd, unsigned long arg)\n{\nif (cmd == FOO_B)\nreturn b(cmd, arg);\nreturn a(cmd, arg);\n}\n",
        "return a(cmd, arg) + foo_ioctl(file, cmd, arg);",
    );
    assert_eq!(names(&code.handlers[0]), ["FOO_A", "FOO_B"]);
}

#[test]
fn many_functions_that_each_call_all_end() {
    let all = lines(12, |i| {
        let calls = lines(12, |to| format!("f{to}(cmd, arg);\n"));
        format!("static long f{i}(unsigned int cmd, unsigned long arg)\n{{\n{calls}return 0;\n}}\n")
    });
    let code = driver(&all, "return f0(cmd, arg);");
    assert!(is_said(&code));
}

#[test]
fn deep_blocks_are_said_not_to_be_understood() {
    let n = 10_000;
    for body in [
        format!("{}return 0;", "if (cmd == FOO_A) return 1; else ".repeat(n)),
        format!("{}return 0;{}", "{".repeat(n), "}".repeat(n)),
        format!("{}return 0;", "if (arg) ".repeat(n)),
        format!("{}return 0;{}", "switch (cmd) { case FOO_A: ".repeat(n), "}".repeat(n)),
        format!("return {}cmd{};", "f(".repeat(n), ")".repeat(n)),
    ] {
        assert!(is_said(&driver("", &body)), "{}", &body[..40]);
    }
}

#[test]
fn nesting_that_the_parser_takes_is_walked() {
    for n in [20, 60, 100] {
        for body in [
            format!("{}return 0;", "if (cmd == FOO_A) return 1; else ".repeat(n)),
            format!("{}return 0;{}", "{".repeat(n), "}".repeat(n)),
            format!("{}return 0;", "while (arg) ".repeat(n)),
            format!("{}return 0;{}", "switch (cmd) { case FOO_A: ".repeat(n), "}".repeat(n)),
            format!("return {}cmd{};", "f(".repeat(n), ")".repeat(n)),
            format!("return {}1;", "arg ? 1 : ".repeat(n)),
            format!("return {}1;", "(arg && cmd) || ".repeat(n)),
        ] {
            driver("", &body);
        }
    }
}

#[test]
fn calls_into_each_other_from_deep_blocks_do_not_overflow_the_stack() {
    let shapes = [
        ("{ if (x) ", "}", 90),
        ("if (x) ", "", 180),
        ("switch (x) { case 1: ", "}", 60),
        ("for (;;) ", "", 180),
        ("x = g(", ");", 180),
        ("x = x ? 1 : ", ";", 180),
        ("x = x && (", ");", 180),
        ("x = (1 + ", ");", 180),
        ("x = -", ";", 180),
        ("x = x[", "];", 180),
        ("x = ({ ", "; });", 60),
    ];
    for (open, close, most) in shapes {
        // As deep as the parser takes it.
        let is_understood = |n: usize| chain(open, close, n).not_understood.is_empty();
        let n = (1..=most).rev().step_by(5).find(|&n| is_understood(n)).expect("one is read");
        let code = chain(open, close, n);
        assert_eq!(
            names(&code.handlers[0]),
            ["FOO_0", "FOO_1", "FOO_2", "FOO_3", "FOO_4"],
            "{open}"
        );
    }
}

/// A handler that calls one function from another, each time in something that is nested `n` times.
fn chain(open: &str, close: &str, n: usize) -> DriverCode {
    let (first, open) = open.split_once("= ").map_or(("", open), |(_, rest)| ("x = ", rest));
    let (close, last) = close.strip_suffix(';').map_or((close, ""), |close| (close, ";"));
    let end = if first.is_empty() { ";" } else { "" };
    let all = lines(5, |i| {
        let i = 4 - i;
        let nested =
            format!("{first}{}f{}(cmd, arg){end}{}{last}", open.repeat(n), i + 1, close.repeat(n));
        format!(
            "static long f{i}(unsigned int cmd, unsigned long arg)\n{{\nif (cmd == FOO_{i})\nreturn 0;\n\
                 {nested}\nreturn 0;\n}}\n"
        )
    });
    driver(&all, "return f0(cmd, arg);")
}

#[test]
fn thousands_of_cases_end() {
    let cases: String =
        lines(5_000, |i| format!("case FOO_{i}:\nreturn put_user({i}, (int __user *)arg);\n"));
    let code = driver("", &format!("switch (cmd) {{\n{cases}}}\nreturn -ENOTTY;"));
    assert_eq!(names(&code.handlers[0]).len(), 5_000);
}

#[test]
fn a_path_that_knows_much_is_not_copied_without_end() {
    let variables = lines(10_000, |i| format!("int y{i} = {i};\n"));
    let ifs = lines(10_000, |i| format!("if (x{i})\ny{i} = 1;\n"));
    assert!(is_said(&driver("", &format!("{variables}{ifs}return 0;"))));
    let cases = lines(10_000, |i| format!("case FOO_{i}:\nbreak;\n"));
    assert!(is_said(&driver("", &format!("{variables}switch (cmd) {{\n{cases}}}\nreturn 0;"))));
    let members = lines(10_000, |i| format!("s.m{i} = 1;\n"));
    assert!(is_said(&driver("", &format!("struct foo s;\n{members}{ifs}return 0;"))));
}

#[test]
fn a_long_function_ends() {
    let text = lines(50_000, |i| format!("x{} = arg + {i};\n", i % 500));
    driver("", &format!("{text}return -ENOTTY;"));
    let text = lines(50_000, |i| format!("int y{i} = {i};\n"));
    driver("", &format!("{text}if (cmd == FOO_A)\nreturn 0;\nreturn -ENOTTY;"));
}

#[test]
fn goto_backwards_ends() {
    let code = driver(
        "",
        "again:\nif (cmd == FOO_A)\ngoto again;\nif (cmd == FOO_B)\ngoto out;\ngoto again;\nout:\nreturn 0;",
    );
    assert_eq!(names(&code.handlers[0]), ["FOO_A", "FOO_B"]);
    let labels: String =
        lines(2_000, |i| format!("l{i}: if (arg == {i}) goto l{};\n", (i * 7) % 2_000));
    driver("", &format!("{labels}return 0;"));
}

#[test]
fn unbalanced_conditionals_and_cut_text_do_not_crash() {
    let body = "struct foo x = { .a = 1 };\n#ifdef A\nswitch (cmd) {\n#else\nif (cmd == FOO_B) {\n#endif\n\
                case FOO_A ... FOO_C:\nif (copy_from_user(&x, (void __user *)arg, sizeof(x)))\nreturn -EFAULT;\n\
                break;\ndefault:\n({ x.a; }) ? : x.b;\n}\nreturn ((struct foo){ 1 }).a;";
    for end in (0..=body.len()).step_by(2) {
        driver("", &body[..end]);
        driver("", &body[end..]);
    }
    for text in
        ["#endif", "#if", "#else\n#else", "break;", "continue;", "case 1:", "default:", "goto x;"]
    {
        driver("", text);
        driver(text, "return 0;");
    }
}
