//! Ways in which a macro comes to a command's number. Each number is what gcc says with `-m64` and `-m32`.
#![cfg(feature = "c")]
#![allow(missing_docs, clippy::unwrap_used)]

use ioctlkit_abi::Abi;
use ioctlkit_model::{Interface, Layouts};
use ioctlkit_sources::c::{Request, read};

/// What a header's types are in each of these tests.
const TYPES: &str = "#include <linux/ioctl.h>\n#include <linux/types.h>\n\
    struct s { __u32 a; __u64 b; };\nstruct l { __u64 a; long b; };\nstruct pair { __u32 a, b; };\n";

fn header(text: &str) -> Interface {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("x.h");
    std::fs::write(&path, format!("{TYPES}{text}\n")).unwrap();
    let (interface, problems) = read(&Request { paths: vec![path], ..Request::default() });
    assert_eq!(problems, [], "{text}");
    interface
}

fn number(interface: &Interface, name: &str, abi: &str) -> Option<u32> {
    let command = interface.commands.iter().find(|command| command.name == name)?;
    let abi = Abi::by_name(abi).unwrap().id();
    Layouts::new(interface).number(command, abi).map(|numbered| numbered.number)
}

/// The numbers of `X` on `x86_64` and `i386`.
fn numbers(text: &str) -> [Option<u32>; 2] {
    let interface = header(text);
    ["x86_64", "i386"].map(|abi| number(&interface, "X", abi))
}

#[track_caller]
fn is(text: &str, x86_64: u32, i386: u32) {
    let found = numbers(text);
    assert_eq!(found, [Some(x86_64), Some(i386)], "{text}: {found:#010x?}");
}

#[test]
fn a_size_is_that_of_each_abi_however_it_is_asked_for() {
    for (definition, x86_64, i386) in [
        ("_IOC(_IOC_READ, 'x', 1, sizeof(struct s) + sizeof(int))", 0x8014_7801, 0x8010_7801),
        ("_IOC(_IOC_READ | _IOC_WRITE, 'x', 1, (sizeof(long) * 2))", 0xc010_7801, 0xc008_7801),
        ("_IOC(_IOC_READ, 'x', 1, (sizeof(struct s) + 7) & ~7)", 0x8010_7801, 0x8010_7801),
        ("_IOR('x', 1, char[sizeof(struct s)])", 0x8010_7801, 0x800c_7801),
        ("_IOC(_IOC_READ, 'x', 1, sizeof(struct s[2]))", 0x8020_7801, 0x8018_7801),
    ] {
        is(&format!("#define X {definition}"), x86_64, i386);
    }
    is(
        "#define SIZE(t) sizeof(t)\n#define X (_IOC(2, 'x', 1, SIZE(struct s) + SIZE(int)))",
        0x8014_7801,
        0x8010_7801,
    );
}

#[test]
fn a_choice_by_type_is_made_on_each_abi() {
    for (definition, x86_64, i386) in [
        (
            "(sizeof(long) == 8 ? _IOR('x', 1, struct l) : _IOR('x', 2, struct s))",
            0x8010_7801,
            0x800c_7802,
        ),
        (
            "__builtin_choose_expr(sizeof(long) == 8, _IOR('x', 1, struct l), _IOR('x', 2, __u32))",
            0x8010_7801,
            0x8004_7802,
        ),
        ("__builtin_choose_expr(1, _IOW('x', 1, long), 0)", 0x4008_7801, 0x4004_7801),
        (
            "_Generic((struct s){0}, struct s: _IOR('x', 1, struct s), default: _IO('x', 2))",
            0x8010_7801,
            0x800c_7801,
        ),
        ("_Generic((long *)0, long *: _IO('x', 1), default: _IO('x', 2))", 0x7801, 0x7801),
        ("({ _IOW('x', 1, long); })", 0x4008_7801, 0x4004_7801),
    ] {
        is(&format!("#define X {definition}"), x86_64, i386);
    }
}

#[test]
fn a_structure_that_the_command_itself_defines_exists_on_every_abi() {
    is("#define X _IOR('x', 1, struct { int a; long b; })", 0x8010_7801, 0x8008_7801);
    let interface = header(
        "#define X _IOR('x', 1, struct { int a; long b; })\n\
         #define Y _IOR('x', 2, union { int a; __u64 b[3]; })",
    );
    assert_eq!(number(&interface, "Y", "arm"), Some(0x8018_7802));
    let record = interface.records.iter().find(|record| record.name.is_none()).unwrap();
    assert_eq!(interface.sources.text(record.span), "X", "it is shown where its command is");
}

#[test]
fn a_bound_by_an_enumerator_that_is_a_size_is_worked_out_for_each_abi() {
    let text = "enum { SIZE = sizeof(struct s), NEXT };\n\
         struct room { char a[SIZE]; char b[NEXT - 1]; };\n#define X ";
    is(&format!("{text}_IOR('x', 1, struct room)"), 0x8020_7801, 0x8018_7801);
    is(&format!("{text}_IOR('x', 1, char[SIZE])"), 0x8010_7801, 0x800c_7801);
    is(&format!("{text}_IOC(_IOC_READ, 'x', 1, 2 * SIZE)"), 0x8020_7801, 0x8018_7801);
}

#[test]
fn what_uses_an_enumerator_with_a_command_is_one_with_its_type() {
    let interface = header(
        "enum cmds { GET = _IOR('x', 1, struct s), SET = _IOW('x', 4, int), NEXT };\n\
         #define GET GET\n#define X GET\n#define AFTER (NEXT + 1)\n#define LAST AFTER",
    );
    assert_eq!(number(&interface, "X", "x86_64"), Some(0x8010_7801));
    assert_eq!(number(&interface, "X", "i386"), Some(0x800c_7801));
    assert_eq!(number(&interface, "NEXT", "i386"), Some(0x4004_7805));
    assert_eq!(number(&interface, "AFTER", "i386"), Some(0x4004_7806));
    assert_eq!(number(&interface, "LAST", "mips_o32"), Some(0x8004_7806));
    assert_eq!(interface.commands.len(), 6);
}

#[test]
fn enumerators_and_constants_that_shifts_make_are_commands() {
    for text in [
        "enum { X = (2u << 30) | (8 << 16) | ('x' << 8) | 1 };",
        "static const __u32 X = (2u << 30) | (8 << 16) | ('x' << 8) | 1;",
    ] {
        is(text, 0x8008_7801, 0x8008_7801);
    }
    let interface =
        header("enum { FLAG = (1 << 30) | (1 << 16) | (1 << 8), VERSION = 6 << 16 | 1 };");
    assert!(interface.commands.is_empty(), "flags are none");
}
