//! Input that is broken, or meant to break.

use std::fmt::Write as _;

use ioctlkit_model::{Layouts, ProblemKind};
use proptest::prelude::*;

use crate::support::{abi, names, read_files, read_paths, write};

#[test]
fn a_file_that_is_no_rust_is_told_with_its_line_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("broken.rs", "fn a() {}\nstruct {\n"),
            ("unclosed.rs", "fn a() {\n"),
            ("good.rs", "nix::ioctl_none!(good, b'x', 1);\n"),
        ],
    );
    std::fs::write(folder.path().join("bytes.rs"), b"// \xff\xfe\n").unwrap();
    let read = read_paths(&[folder.path()]);
    assert_eq!(names(&read.interface), ["good"]);
    let said = read.said(ProblemKind::Failure);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said.contains(&"cannot read: not UTF-8 at byte 3"), "{said:?}");
    let broken = read.problems.iter().find(|problem| {
        problem.span.is_some_and(|span| read.interface.sources.path(span).ends_with("broken.rs"))
    });
    let at = read.interface.sources.position(broken.unwrap().span.unwrap());
    assert_eq!(at.line, 2);
}

#[test]
fn what_leads_back_to_itself_ends() {
    let read = read_files(&[
        (
            "lib.rs",
            "mod a; mod b; use a::*; use b::*; use self::a as b2; use b2 as a2; pub use crate::*;\n\
             const A: u32 = B; const B: u32 = A; type T = U; type U = T; type V = [V; 2];\n\
             const fn f(n: u32) -> u32 { f(n) }\n\
             #[repr(C)] struct S { s: S } #[repr(C)] struct X { y: [Y; 2] } #[repr(C)] struct Y { x: X }\n\
             #[repr(transparent)] struct Thin(Thin);\n\
             #[repr(C)] struct List { next: *mut List, other: &'static List }\n\
             #[repr(C)] struct G<T> { g: *mut G<G<T>>, t: T } #[repr(C)] struct H<T> { h: Option<Box<H<H<T>>>>, t: T }\n\
             nix::ioctl_none!(a, b'x', A); nix::ioctl_read!(b, b'x', 1, T); nix::ioctl_read!(c, b'x', 2, S);\n\
             nix::ioctl_read!(d, b'x', 3, X); nix::ioctl_read!(e, b'x', 4, Thin); nix::ioctl_read!(f, b'x', 5, List);\n\
             nix::ioctl_none!(g, b'x', f(1)); nix::ioctl_none!(h, b'x', a2::b2::NOT); nix::ioctl_read!(i, b'x', 6, V);\n\
             nix::ioctl_read!(j, b'x', 7, G<u8>); nix::ioctl_read!(k, b'x', 8, H<u8>);\n",
        ),
        (
            "a.rs",
            "pub use super::b::*; pub use crate::a::c::d; #[path = \"lib.rs\"] mod again; mod gone;\n",
        ),
        ("b.rs", "pub use super::a::*; pub use super::b::*; include!(\"b.rs\");\n"),
    ]);
    assert!(names(&read.interface).contains(&"f"));
    let layouts = Layouts::new(&read.interface);
    for command in &read.interface.commands {
        let _ = layouts.number(command, abi("x86_64"));
    }
    let said = read.said(ProblemKind::Incomplete);
    assert!(said.iter().any(|message| message.contains("module `gone`")), "{said:?}");
}

#[test]
fn a_structure_that_grows_with_each_use_of_itself_ends() {
    let read = read_files(&[(
        "lib.rs",
        "#[repr(C)] struct G<T> { g: H<(T, T)>, t: T } #[repr(C)] struct H<T> { h: G<[T; 2]> }\n\
         nix::ioctl_read!(g, b'x', 7, G<u8>);\n",
    )]);
    assert!(read.interface.records.len() < 1000);
}

#[test]
fn nesting_of_any_kind_and_depth_is_read_or_refused() {
    let depth = 10_000;
    let nested =
        |open: &str, close: &str| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let mut files = Vec::new();
    for (name, value) in [
        ("parens", nested("(", ")")),
        ("blocks", nested("{", "}")),
        ("not", nested("!", "")),
        ("minus", nested("- ", "")),
        ("references", nested("&", "")),
        ("sum", nested("1 + ", "")),
        ("calls", nested("f(", ")")),
        ("closures", nested("|x| ", "")),
        ("casts", format!("1{}", " as u8".repeat(depth))),
        ("methods", format!("a{}", ".b()".repeat(depth))),
        ("conditions", format!("if a {{}}{}", " else if a {}".repeat(depth))),
    ] {
        files.push((format!("{name}.rs"), format!("const A: u32 = {value};\n")));
    }
    files.push((
        "types.rs".into(),
        format!("type A = {}u8{};\n", "Box<".repeat(depth), ">".repeat(depth)),
    ));
    files.push(("pointers.rs".into(), format!("type A = {}u8;\n", "*const ".repeat(depth))));
    files.push(("modules.rs".into(), format!("{}{}", "mod a {".repeat(depth), "}".repeat(depth))));
    files
        .push(("uses.rs".into(), format!("use {}b{};\n", "a::{".repeat(depth), "}".repeat(depth))));
    files.push(("path.rs".into(), format!("use {}b;\n", "a::".repeat(depth))));
    files.push((
        "cfg.rs".into(),
        format!("#[cfg({}unix{})] struct A;\n", "not(".repeat(depth), ")".repeat(depth)),
    ));
    files.push(("macro.rs".into(), format!("nix::ioctl_none!(a, b'x', {});\n", nested("(", ")"))));
    let mut long = String::new();
    for index in 0..depth {
        let _ = writeln!(long, "const A{index}: u32 = A{} + 1;", index + 1);
    }
    long.push_str("nix::ioctl_none!(long, b'x', A0);\n");
    files.push(("long.rs".into(), long));
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let read = read_files(&files);
    assert!(names(&read.interface).is_empty());
    assert!(!read.problems.is_empty());
}

/// Pieces of source, as people who write ioctls use them.
const PIECES: [&str; 48] = [
    "nix::ioctl_read!",
    "ioctl_none!",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    ",",
    ";",
    ":",
    "::",
    "=",
    "=>",
    "$",
    "$(",
    ")*",
    "#[repr(C)]",
    "#[derive(Ioctl)]",
    "#[ioctl(type = b'x', nr = 1)]",
    "#[cfg(",
    "any(",
    "target_arch = \"arm\"",
    "struct S",
    "union",
    "enum E",
    "const A: u32",
    "type T",
    "mod a",
    "use a::*",
    "macro_rules! m",
    "m!",
    "b'x'",
    "0x80046b01",
    "u32",
    "S",
    "A",
    "T",
    "self",
    "opcode::read::<S>",
    "libc::ioctl",
    "unsafe",
    "fn f",
    "impl S",
    "é",
    "\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn pieces_in_any_order_make_no_panic(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60)) {
        let text = pieces.join(" ");
        let read = read_files(&[("lib.rs", &text)]);
        let layouts = Layouts::new(&read.interface);
        for command in &read.interface.commands {
            let _ = layouts.number(command, abi("m68k"));
        }
    }

    #[test]
    fn any_text_makes_no_panic(text in any::<String>(), macro_text in "[ -~]{0,40}") {
        read_files(&[("lib.rs", &text), ("m.rs", &format!("nix::ioctl_read!({macro_text});\n"))]);
    }

    /// A prefix of what is well-formed ends in the middle of anything.
    #[test]
    fn source_that_ends_early_makes_no_panic(end in 0_usize..2000) {
        let whole = include_str!("definitions/nix.rs");
        let text: String = whole.chars().take(end).collect();
        read_files(&[("lib.rs", &text)]);
    }
}

#[test]
fn what_is_no_file_is_not_read_and_told() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[(
            "lib.rs",
            "#[path = \"zero.rs\"] mod zero;\n#[path = \"pipe.rs\"] mod pipe;\nmod sparse;\n\
                      include!(\"more.rs\");\nnix::ioctl_none!(good, b'x', 1);\n",
        )],
    );
    let at = |name: &str| folder.path().join(name);
    for (name, to) in [("zero.rs", "/dev/zero"), ("more.rs", "/dev/zero")] {
        std::os::unix::fs::symlink(to, at(name)).unwrap();
    }
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, at("pipe.rs"), fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    std::fs::File::create(at("sparse.rs")).unwrap().set_len(1 << 40).unwrap();
    let read = read_paths(&[&at("lib.rs")]);
    assert_eq!(names(&read.interface), ["good"]);
    let told = format!("{:?}", read.problems);
    for words in [
        "/dev/zero, outside of what may be read",
        "a pipe, not a regular file",
        "larger than 64 MiB",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}
