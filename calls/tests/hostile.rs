//! Source that nobody meant to compile: it ends somewhere, nests without end, or leads in circles.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fmt::Write as _;
use std::path::Path;

use ioctlkit_calls::{Source, read};
use ioctlkit_model::{ProgramCode, SourceMap};

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn calls(texts: &[(&str, &str)]) -> ProgramCode {
    let mut sources = SourceMap::default();
    let files: Vec<Source<'_>> = texts
        .iter()
        .map(|(path, text)| Source {
            file: sources.add((*path).into(), (*text).into()),
            path,
            text,
            is_cpp: has_extension(path, "cpp"),
            is_header: has_extension(path, "h"),
        })
        .collect();
    read(&files)
}

const FIXTURES: [(&str, &str); 4] = [
    ("bad.c", include_str!("../../fixtures/rules/P001/bad.c")),
    ("good.c", include_str!("../../fixtures/rules/P001/good.c")),
    ("class.cpp", include_str!("../../fixtures/rules/P001/bad_class.cpp")),
    ("value.c", include_str!("../../fixtures/rules/P002/bad.c")),
];

#[test]
fn a_file_may_end_anywhere() {
    for (path, text) in FIXTURES {
        for end in (0..text.len()).step_by(3) {
            calls(&[(path, &text[..end])]);
        }
    }
}

#[test]
fn any_token_may_be_missing_or_be_another() {
    for (path, text) in FIXTURES {
        let words: Vec<&str> = text.split_inclusive(|c: char| !c.is_alphanumeric()).collect();
        for place in (0..words.len()).step_by(5) {
            for instead in ["", "(", "}", ",", "*", "#define ", "\"", "::", "<"] {
                let mut changed = words.clone();
                changed[place] = instead;
                calls(&[(path, &changed.concat())]);
            }
        }
    }
}

#[test]
fn what_nests_without_end_ends() {
    const DEEP: usize = 20_000;
    let call =
        |argument: &str| format!("void f(int fd) {{ int x; ioctl(fd, FIONREAD, {argument}); }}");
    for (open, close) in [
        ("(", ")"),
        ("*", ""),
        ("&", ""),
        ("(int)", ""),
        ("x ? ", " : x"),
        ("g(", ")"),
        ("-", ""),
        ("!", ""),
    ] {
        let argument = format!("{}x{}", open.repeat(DEEP), close.repeat(DEEP));
        calls(&[("a.c", &call(&argument)), ("a.cpp", &call(&argument))]);
    }
    for text in [
        "struct a { ",
        "namespace a { ",
        "class a { ",
        "{",
        "(",
        "[",
        "<",
        "a::",
        "#if 1\n",
        "int (*",
    ] {
        let text = text.repeat(DEEP);
        calls(&[("a.c", &text), ("b.cpp", &text), ("c.h", &text)]);
        calls(&[("a.cpp", &format!("void f() {{ ioctl(0, FIONREAD, {text}"))]);
    }
}

#[test]
fn macros_and_types_that_lead_in_circles_or_double_are_given_up() {
    let mut doubling = String::from("#define M0 x\n");
    for level in 1..64 {
        let before = level - 1;
        let _ = write!(
            doubling,
            "#define M{level} (M{before} + M{before})\n#define F{level}(a) F{before}(a) + F{before}(a)\n\
             #define R{level} (c ? R{before} : R{before})\n#define C{level}(x) C{before}(x) C{before}(x)\n"
        );
    }
    doubling.push_str(
        "#define C0(x) ioctl(0, FIONREAD, &x);\n#define R0 FIONREAD\n\
         void f(int fd, int c) { int x; ioctl(fd, M63, F63(x)); ioctl(fd, R63, M63); C63(x) }\n",
    );
    calls(&[("a.c", &doubling)]);
    let circle = "#define A B\n#define B A\n#define F(x) G(x)\n#define G(x) F(x)\n#define I(x) ioctl(0, A, I(x))\n\
                  typedef a b; typedef b a; struct s { struct s s; };\n\
                  void f(int fd) { b x; struct s s; ioctl(fd, A, F(x)); ioctl(fd, F(1), &s.s.s); I(x); ioctl(fd, FIONREAD, &x); }";
    let code =
        calls(&[("a.c", circle), ("a.h", "#include \"b.h\"\n"), ("b.h", "#include \"a.h\"\n")]);
    assert!(code.calls.len() + code.not_understood.len() >= 3, "{code:#?}");
}

#[test]
fn functions_that_pass_on_to_each_other_end() {
    let mut text = String::from("int f0(int fd, int r, void *p) { return ioctl(fd, r, p); }\n");
    for level in 1..200 {
        let _ = writeln!(
            text,
            "int f{level}(int fd, int r, void *p) {{ return f{}(fd, r, p) + f{level}(fd, r, p); }}",
            level - 1
        );
    }
    text.push_str("int g(int fd) { int x; return f3(fd, FIONREAD, &x); }\n");
    let code = calls(&[("a.c", &text)]);
    assert_eq!(code.calls.len(), 1, "{code:#?}");
}
