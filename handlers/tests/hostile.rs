//! Input that no compiler takes: nothing crashes, and what was lost is reported.
mod shown;

use ioctlkit_handlers::parse::{MAX_LENGTH, parse};
use shown::Shown;

/// Parses in a thread with the stack that threads have, whatever the runner gives.
fn parse_in_thread(text: String) -> (usize, usize) {
    let run = move || {
        let unit = parse(&text);
        (unit.functions.iter().filter(|it| it.is_understood).count(), unit.not_understood.len())
    };
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .expect("a thread")
        .join()
        .expect("no panic")
}

fn in_function(text: &str) -> String {
    format!("int f(void)\n{{\n{text}\n}}\nint g(void)\n{{\n\treturn 1;\n}}\n")
}

#[test]
fn deep_nesting_is_reported_and_the_next_function_is_read() {
    let n = 10_000;
    for text in [
        format!("x = {}1{};", "(".repeat(n), ")".repeat(n)),
        format!("{}{}", "{".repeat(n), "}".repeat(n)),
        format!("x = {}1;", "!".repeat(n)),
        format!("x = {}1;", "- ".repeat(n)),
        format!("x = {}1;", "*".repeat(n)),
        format!("x = {}1;", "(int)".repeat(n)),
        format!("x = {}1;", "(u8)".repeat(n)),
        format!("x = {}1;", "a = ".repeat(n)),
        format!("x = {}1;", "a + ".repeat(n)),
        format!("x = {}1;", "a ? b : ".repeat(n)),
        format!("x = {}1{};", "a[".repeat(n), "]".repeat(n)),
        format!("x = {}1{};", "f(".repeat(n), ")".repeat(n)),
        format!("x = a{};", ".b".repeat(n)),
        format!("x = a{};", "(1)".repeat(n)),
        format!("x = a{};", "++".repeat(n)),
        format!("{};", "if (a) ".repeat(n)),
        format!("{};", "if (a) b(); else ".repeat(n)),
        format!("{};", "while (a) ".repeat(n)),
        format!("x = {}1;", "sizeof ".repeat(n)),
    ] {
        let (understood, lost) = parse_in_thread(in_function(&text));
        assert_eq!((understood, lost), (1, 1), "{}", &text[..40]);
    }
}

#[test]
fn long_lists_are_read() {
    let n = 10_000;
    for text in [
        format!("f({}1);", "a, ".repeat(n)),
        format!("x = ({}1);", "a, ".repeat(n)),
        format!("{}a();", "l: ".repeat(n)),
        format!("switch (c) {{ {} }}", "case 1: ".repeat(n)),
        "a();".repeat(n),
        format!("p({});", "\"a\" B ".repeat(n)),
        format!("int {}b;", "a, ".repeat(n)),
        format!("int x[] = {{ {} }};", "1, ".repeat(n)),
    ] {
        let (understood, lost) = parse_in_thread(in_function(&text));
        assert_eq!((understood, lost), (2, 0), "{}", &text[..20]);
    }
}

#[test]
fn ten_thousand_conditionals_are_read() {
    let n = 10_000;
    let nested = format!("{}a();{}", "\n#if 1\n".repeat(n), "\n#endif\n".repeat(n));
    assert_eq!(parse_in_thread(in_function(&nested)), (2, 0));
    assert_eq!(parse_in_thread(in_function(&"\n#endif\n#else\n#elif 1\n".repeat(n))), (2, 0));
    let condition = format!("\n#if {}1{}\na();\n#endif\n", "(".repeat(n), ")".repeat(n));
    assert_eq!(parse_in_thread(in_function(&condition)), (2, 0));
    let grown: String =
        (0..60).fold(String::new(), |all, i| all + &format!("#define M{} (M{i} + M{i})\n", i + 1));
    assert_eq!(parse_in_thread(in_function(&format!("\n{grown}#if M60\na();\n#endif\n"))), (2, 0));
}

#[test]
fn an_unbalanced_brace_costs_one_function() {
    let source = "int f(void)\n{\n\tif (a) {\n\treturn 1;\n}\n\nint g(void)\n{\n\treturn 2;\n}\n";
    let unit = parse(source);
    let shown = Shown(source);
    assert_eq!(shown.body(shown.function(&unit, "g")), "return 2;");
    assert_eq!(unit.not_understood.len(), 1);
    assert_eq!(unit.not_understood[0].function.map(|name| shown.text(name)), Some("f"));
    assert_eq!(parse_in_thread(source.replace("if (a) {", "}")).0, 2);
    assert_eq!(parse_in_thread(source.replace("if (a) {", "x = (1;")).0, 1);
}

#[test]
fn what_is_not_c_is_reported_by_the_name_of_its_function() {
    let source = "int f(void)\n{\n\tint = = 3 @ ;\n}\nint g(void)\n{\n\treturn 2;\n}\n";
    let unit = parse(source);
    let shown = Shown(source);
    assert_eq!(unit.not_understood.len(), 1);
    assert_eq!(unit.not_understood[0].function.map(|name| shown.text(name)), Some("f"));
    assert!(!shown.function(&unit, "f").is_understood);
    assert!(shown.function(&unit, "g").is_understood);
}

#[test]
fn cut_files_and_odd_bytes_do_not_crash() {
    let source = "/* \u{e9} */ static long f(struct x __user *p, unsigned cmd)\n{\n\tchar c = '\\'';\n\tswitch (cmd) {\n\tcase A ... B:\n\t\t\
                  list_for_each_entry(a, b, c) { x = \"s\\\n t\\\"\"; }\n\t\treturn (u32)-1;\n\t}\n#if X\n#endif\n}\n\
                  SYSCALL_DEFINE1(a, int, b) { asm(\"x\"); }\nstatic DEFINE_PER_CPU(int, \u{fc}) = { 1 };\n";
    for end in (0..=source.len()).filter(|&end| source.is_char_boundary(end)).step_by(3) {
        parse(&source[..end]);
        parse(&source[end..]);
        for piece in [
            "\"",
            "'",
            "(",
            "}",
            "{",
            "\\\n",
            "/*",
            "\n#if 1\n",
            "\u{1F600}",
            "\0",
            "#",
            "...",
            "__user",
            "sizeof(",
        ] {
            parse(&format!("{}{piece}{}", &source[..end], &source[end..]));
        }
    }
}

#[test]
fn unterminated_text_does_not_hang() {
    for text in [
        "/*",
        "\"",
        "'",
        "\\",
        "#define A \\",
        "//\\\n",
        "a(",
        "struct {",
        "int f(void) {",
        "\"\\",
        "'\\",
        "#if (",
        "0x",
        "case",
    ] {
        parse(&text.repeat(5_000));
        parse(&format!("int f(void) {{ {text} }}"));
        parse(text);
    }
}

#[test]
fn a_long_line_is_read_and_a_longer_file_is_refused() {
    let line = format!("int f(void) {{ {} }}", "a(b, c + 1); ".repeat(20_000));
    assert_eq!(parse_in_thread(line), (1, 0));
    assert_eq!(parse_in_thread(" ".repeat(MAX_LENGTH + 1)), (0, 1));
    assert_eq!(parse_in_thread("x".repeat(1 << 20)), (0, 0));
    assert_eq!(parse_in_thread("(".repeat(1 << 20)).0, 0);
}
