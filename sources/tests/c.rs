//! Headers as they are written, through the front end: commands, types, and trouble.
#![cfg(feature = "c")]
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::PathBuf;

use ioctlkit_abi::{Abi, AbiSet, Direction};
use ioctlkit_model::{Argument, Command, Interface, Layouts, Problem, ProblemKind, RecordId, Type};
use ioctlkit_sources::c::{Request, read};
use tempfile::TempDir;

/// A folder with headers.
struct Headers(TempDir);

impl Headers {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn request(&self, names: &[&str]) -> Request {
        Request { paths: names.iter().map(|name| self.path(name)).collect(), ..Request::default() }
    }

    fn read(&self, names: &[&str]) -> (Interface, Vec<Problem>) {
        read(&self.request(names))
    }
}

/// One header by itself; it must give no problem.
fn one(text: &str) -> Interface {
    let text = format!("#include <linux/ioctl.h>\n#include <linux/types.h>\n{text}");
    let (interface, problems) = Headers::new(&[("x.h", &text)]).read(&["x.h"]);
    assert_eq!(problems, [], "{text}");
    interface
}

fn command<'a>(interface: &'a Interface, name: &str) -> &'a Command {
    let found = interface.commands.iter().find(|command| command.name == name);
    found.unwrap_or_else(|| panic!("no {name} among {:?}", names(interface)))
}

fn names(interface: &Interface) -> Vec<&str> {
    interface.commands.iter().map(|command| command.name.as_str()).collect()
}

fn number(interface: &Interface, name: &str, abi: &str) -> Option<u32> {
    let abi = Abi::by_name(abi).unwrap().id();
    Layouts::new(interface).number(command(interface, name), abi).map(|numbered| numbered.number)
}

fn argument(interface: &Interface, name: &str) -> String {
    match &command(interface, name).variants.first().unwrap().argument {
        Argument::Type(ty) => interface.type_name(ty),
        Argument::SizeOfType(ty) => format!("sizeof({})", interface.type_name(ty)),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_command_is_found_however_its_macro_is_wrapped() {
    let interface = one("struct box { __u32 a; };\n\
         #define BASE 0x40\n\
         #define BOX_IOWR(nr, type) _IOWR('b', nr, type)\n\
         #define PLAIN _IOR('b', 1, struct box)\n\
         #define WRAPPED BOX_IOWR(BASE + 2, struct box)\n\
         #define SPELLED_OUT _IOC(_IOC_READ | _IOC_WRITE, 'b', 3, sizeof(struct box))\n\
         #define ARRAY _IOW('b', 4, struct box[4])\n\
         #define ALIAS PLAIN\n\
         #define CAST ((int)_IOW('b', 5, __u64))\n\
         #define BY_SIZE _IOC(_IOC_WRITE, 'b', 6, 12)\n\
         #define NONE _IO('b', 7)\n\
         #define NOT_A_COMMAND _IOC_NR(PLAIN)\n");
    assert_eq!(
        names(&interface),
        ["PLAIN", "WRAPPED", "SPELLED_OUT", "ARRAY", "ALIAS", "CAST", "BY_SIZE", "NONE"]
    );
    for (name, x86, powerpc) in [
        ("PLAIN", 0x8004_6201, 0x4004_6201),
        ("WRAPPED", 0xc004_6242, 0xc004_6242),
        ("SPELLED_OUT", 0xc004_6203, 0xc004_6203),
        ("ARRAY", 0x4010_6204, 0x8010_6204),
        ("ALIAS", 0x8004_6201, 0x4004_6201),
        ("CAST", 0x4008_6205, 0x8008_6205),
        ("BY_SIZE", 0x400c_6206, 0x800c_6206),
        ("NONE", 0x6207, 0x2000_6207),
    ] {
        assert_eq!(number(&interface, name, "x86_64"), Some(x86), "{name}");
        assert_eq!(number(&interface, name, "powerpc"), Some(powerpc), "{name}");
    }
    assert_eq!(argument(&interface, "WRAPPED"), "struct box");
    assert_eq!(argument(&interface, "SPELLED_OUT"), "struct box");
    assert_eq!(argument(&interface, "ARRAY"), "struct box[4]");
    assert_eq!(argument(&interface, "CAST"), "__u64");
}

#[test]
fn a_size_where_a_type_belongs_keeps_the_type_that_was_meant() {
    let interface = one("#define WRONG _IOR(0x12, 112, sizeof(int))\n\
         #define RIGHT _IOR(0x12, 113, size_t)\n");
    assert_eq!(argument(&interface, "WRONG"), "sizeof(int)");
    assert_eq!(number(&interface, "WRONG", "x86_64"), Some(0x8008_1270));
    assert_eq!(number(&interface, "WRONG", "i386"), Some(0x8004_1270));
}

#[test]
fn families_and_plain_numbers_are_listed_apart() {
    let headers = Headers::new(&[(
        "ioctls.h",
        "#include <linux/ioctl.h>\n\
         #define NAME(len) _IOC(_IOC_READ, 'E', 0x06, len)\n\
         #define USED(nr) _IO('E', nr)\n#define ONE USED(1)\n\
         #define OLD 0x5401\n#define MASK 0xff\n#define COUNT 12\n",
    )]);
    let mut request = headers.request(&["ioctls.h"]);
    let (without, _) = read(&request);
    assert_eq!(without.raw_numbers.len(), 0);
    request.raw_numbers = true;
    let (interface, problems) = read(&request);
    assert_eq!(problems, []);
    assert_eq!(names(&interface), ["ONE"]);
    let families: Vec<_> =
        interface.families.iter().map(|f| (f.name.as_str(), f.parameters.join(","))).collect();
    assert_eq!(families, [("NAME", "len".to_owned())]);
    let raw: Vec<_> = interface
        .raw_numbers
        .iter()
        .map(|raw| (raw.name.as_str(), *raw.variants.first().unwrap()))
        .collect();
    assert_eq!(raw, [("OLD", 0x5401)]);
}

#[test]
fn typedef_names_survive_and_attributes_are_read() {
    let interface = one("struct inner { __aligned_u64 at; } __attribute__((packed));\n\
         struct outer {\n\t__u64 user_ptr;\n\t__kernel_size_t length;\n\tstruct inner in;\n\
         \tchar name[16];\n\t__u8 tail[];\n} __attribute__((aligned(sizeof(__u64))));\n\
         #define X _IOW('x', 1, struct outer)\n");
    let outer = interface.records.iter().find(|r| r.name.as_deref() == Some("outer")).unwrap();
    let body = outer.variants.first().unwrap();
    let types: Vec<String> = body.members.iter().map(|m| interface.type_name(&m.ty)).collect();
    assert_eq!(types, ["__u64", "__kernel_size_t", "struct inner", "char[16]", "__u8[]"]);
    assert!(body.aligned.is_some() && !body.packed);
    let Type::Record(inner) = body.members[2].ty else { panic!() };
    assert!(interface.record(inner).variants.first().unwrap().packed);
    let text = |span| interface.sources.text(span);
    assert_eq!(text(body.members[3].span), "char name[16]");
    assert_eq!(text(body.members[3].name_span), "name");
}

#[test]
fn bounds_with_sizeof_are_worked_out_for_each_abi() {
    let interface = one("#define WORDS (64 / sizeof(unsigned long))\n\
         struct padded { unsigned long a[WORDS]; char pad[128 - 2 * sizeof(long)][2]; };\n\
         #define X _IOW('x', 1, struct padded)\n");
    // 64 + 2 * (128 - 16), and 64 + 2 * (128 - 8).
    assert_eq!(number(&interface, "X", "x86_64"), Some(0x4120_7801));
    assert_eq!(number(&interface, "X", "i386"), Some(0x4130_7801));
}

#[test]
fn bounds_that_a_macro_writes_are_worked_out_for_each_abi_too() {
    let interface = one("#define BITS(n, b) unsigned long n[(b) / (sizeof(unsigned long) * 8)]\n\
         struct code { BITS(valid, 0x200); };\n#define X _IOW('x', 1, struct code)\n");
    assert_eq!(number(&interface, "X", "x86_64"), Some(0x4040_7801));
    assert_eq!(number(&interface, "X", "i386"), Some(0x4040_7801));
}

#[test]
fn a_typedef_of_a_structure_without_a_tag_lends_it_no_tag() {
    let interface = one("typedef struct { __u8 b[16]; } box_t;\n#define X _IOW('x', 1, box_t)\n");
    let record = interface.records.iter().find(|r| r.typedef_name.is_some()).unwrap();
    assert_eq!((record.name.as_deref(), record.display_name().as_str()), (None, "box_t"));
}

#[test]
fn enumerators_with_the_value_of_a_command_are_commands() {
    let interface = one("struct box { long b; };\n\
         enum box_ioctls {\n\tBOX_GET = _IOR('b', 1, /* in\n\tlines */ struct box),\n\
         \tBOX_SET = _IOW('b', 2, __u32),\n#define BOX_SET BOX_SET\n\tBOX_SIZE = sizeof(long),\n\
         \tBOX_FLAG = 1 << 3,\n};\n");
    assert_eq!(names(&interface), ["BOX_GET", "BOX_SET"]);
    // The compiler's own value is that of its target.
    assert_eq!(number(&interface, "BOX_GET", "x86_64"), Some(0x8008_6201));
    assert_eq!(number(&interface, "BOX_GET", "i386"), Some(0x8004_6201));
    assert_eq!(number(&interface, "BOX_SET", "mips_o32"), Some(0x8004_6202));
    let get = command(&interface, "BOX_GET");
    assert_eq!(interface.sources.text(get.span), "BOX_GET");
    assert_eq!(argument(&interface, "BOX_GET"), "struct box");
    assert_eq!(get.variants.first().unwrap().through, "_IOR");
}

#[test]
fn constants_with_the_value_of_a_command_are_commands() {
    let interface = one("struct box { long b; };\n\
         static const unsigned int BOX_GET = _IOR('b', 1, struct box);\n\
         static const __u32 BOX_SET = _IOW('b', 2, __u32), BOX_RUN = _IO('b', 3), BOX_MOST = 4;\n\
         #if 0\nstatic const unsigned int BOX_OLD = _IO('b', 5);\n#endif\n\
         static inline unsigned int size_of(unsigned int dir)\n{\n\
         \tconst unsigned int all = _IOC(dir, 1, 2, 3);\n\treturn all;\n}\n");
    assert_eq!(names(&interface), ["BOX_GET", "BOX_SET", "BOX_RUN"]);
    // The compiler's own value is that of its target.
    assert_eq!(number(&interface, "BOX_GET", "x86_64"), Some(0x8008_6201));
    assert_eq!(number(&interface, "BOX_GET", "i386"), Some(0x8004_6201));
    assert_eq!(number(&interface, "BOX_SET", "mips_o32"), Some(0x8004_6202));
    assert_eq!(argument(&interface, "BOX_GET"), "struct box");
    assert!(interface.not_understood.is_empty());
}

#[test]
fn a_bound_that_cannot_be_worked_out_leaves_its_member_without_a_type() {
    let (interface, _) = Headers::new(&[(
        "x.h",
        "#include <linux/types.h>\nstruct x { __u8 a; __u8 rest[sizeof(struct nowhere) - 1]; };\n",
    )])
    .read(&["x.h"]);
    let x = interface.records.iter().position(|r| r.name.as_deref() == Some("x")).unwrap();
    let members = &interface.records[x].variants.first().unwrap().members;
    assert!(matches!(members[1].ty, Type::Unknown(_)), "{:?}", members[1].ty);
    let abi = Abi::by_name("x86_64").unwrap().id();
    assert!(Layouts::new(&interface).record(RecordId(x as u32), abi).is_err());
}

#[test]
fn a_member_of_an_unknown_type_is_not_taken_for_an_int() {
    let (interface, _) = Headers::new(&[(
        "x.h",
        "#include <linux/ioctl.h>\nstruct x { domid_t who; int what; };\n\
         #define X _IOW('x', 1, struct x)\n",
    )])
    .read(&["x.h"]);
    let record = interface.records.iter().find(|r| r.name.as_deref() == Some("x")).unwrap();
    let members = &record.variants.first().unwrap().members;
    assert!(matches!(members[0].ty, Type::Unknown(_)), "{:?}", members[0].ty);
    assert!(matches!(members[1].ty, Type::Scalar(_)));
    assert_eq!(number(&interface, "X", "x86_64"), None);
}

#[test]
fn members_under_a_condition_differ_by_abi_and_say_so() {
    let interface = one("#include <asm/byteorder.h>\nstruct c {\n#ifdef __BIG_ENDIAN_BITFIELD\n\
         \t__u32 high : 4, low : 28;\n#else\n\t__u32 low : 28, high : 4;\n#endif\n\
         #if __BITS_PER_LONG == 64\n\t__u64 wide;\n#else\n\t__u32 narrow;\n#endif\n};\n\
         #define X _IOW('x', 1, struct c)\n");
    let record = interface.records.iter().find(|r| r.name.as_deref() == Some("c")).unwrap();
    let members = |abi: &str| -> Vec<_> {
        let body = record.variants.get(Abi::by_name(abi).unwrap().id()).unwrap();
        body.members.iter().map(|m| m.name.clone().unwrap()).collect()
    };
    assert_eq!(members("x86_64"), ["low", "high", "wide"]);
    assert_eq!(members("i386"), ["low", "high", "narrow"]);
    assert_eq!(members("s390x"), ["high", "low", "wide"]);
    assert_eq!(members("m68k"), ["high", "low", "narrow"]);
    let first = &record.variants.first().unwrap().members[0];
    assert_eq!(first.condition.as_ref().unwrap().text, "#else");
    assert_eq!(number(&interface, "X", "x86_64"), Some(0x4010_7801));
}

#[test]
fn anonymous_members_bit_fields_and_packing_keep_their_place() {
    let interface =
        one("#pragma pack(push, 2)\nstruct p {\n\t__u8 a;\n\tunion { __u64 b; __u32 c; };\n\
         \tstruct { __u16 d; } e;\n\tint f : 3, : 0, g : 5;\n};\n#pragma pack(pop)\n\
         #define X _IOW('x', 1, struct p)\n");
    let record = interface.records.iter().find(|r| r.name.as_deref() == Some("p")).unwrap();
    let body = record.variants.first().unwrap();
    assert_eq!(body.pack, Some(2));
    let shape: Vec<_> = body.members.iter().map(|m| (m.name.as_deref(), m.bits)).collect();
    assert_eq!(
        shape,
        [
            (Some("a"), None),
            (None, None),
            (Some("e"), None),
            (Some("f"), Some(3)),
            (None, Some(0)),
            (Some("g"), Some(5))
        ]
    );
}

#[test]
fn anonymous_structures_of_one_macro_are_told_apart() {
    let interface =
        one("#define FLEX(TYPE, NAME) struct { struct { } empty_ ## NAME; TYPE NAME[]; }\n\
         struct list { __u32 count; FLEX(__u32, indices); };\n\
         #define LIST _IOR('f', 1, struct list)\n");
    assert_eq!(number(&interface, "LIST", "x86_64"), Some(0x8004_6601));
}

#[test]
fn headers_that_cannot_stand_together_are_both_read() {
    let struct_x = |ty: &str, letter: char| {
        format!(
            "#ifndef SAME_GUARD\n#define SAME_GUARD\n#include <linux/ioctl.h>\n\
             #include <linux/types.h>\n#define LETTER '{letter}'\nstruct x {{ {ty} a; }};\n\
             #define X_{letter} _IOR(LETTER, 1, struct x)\n#endif\n"
        )
    };
    let headers =
        Headers::new(&[("a.h", &struct_x("__u32", 'a')), ("b.h", &struct_x("__u64", 'b'))]);
    let (interface, problems) = headers.read(&["a.h", "b.h"]);
    assert_eq!(problems, []);
    assert_eq!(number(&interface, "X_a", "x86_64"), Some(0x8004_6101));
    assert_eq!(number(&interface, "X_b", "x86_64"), Some(0x8008_6201));
    assert!(interface.headers.iter().all(|header| header.errors.is_empty()));
}

#[test]
fn headers_that_include_each_other_through_their_parent_are_read_once() {
    let part = "#pragma once\n#include \"../../root.h\"\n#include <linux/ioctl.h>\n";
    let headers = Headers::new(&[
        (
            "root.h",
            "#pragma once\n#include \"a/x/a.h\"\n#include \"b/x/b.h\"\n#include \"c/x/c.h\"\n\
             #define ROOT _IOR('x', 1, int)\n",
        ),
        ("a/x/a.h", part),
        ("b/x/b.h", part),
        ("c/x/c.h", part),
    ]);
    let (interface, problems) = headers.read(&["root.h"]);
    assert_eq!(problems, []);
    assert_eq!(names(&interface), ["ROOT"]);
    let own = interface.sources.iter().filter(|(_, file)| file.path.starts_with(headers.0.path()));
    assert!(own.count() <= 4, "each file has one path");
}

#[test]
fn folders_and_macros_given_by_hand_and_by_a_database_are_used() {
    let headers = Headers::new(&[
        ("include/size.h", "#define SIZE 8\n"),
        (
            "driver/x.h",
            "#include <linux/ioctl.h>\n#include <size.h>\n\
             #define X _IOW(LETTER, 1, char[SIZE])\n",
        ),
        ("driver/x.c", "\n"),
    ]);
    let expected = Some(0x4008_7101);

    let mut request = headers.request(&["driver/x.h"]);
    request.include_dirs = vec![headers.path("include")];
    request.defines = vec!["LETTER='q'".into()];
    assert_eq!(number(&read(&request).0, "X", "x86_64"), expected);

    let mut request = headers.request(&["driver/x.h"]);
    let include = format!("-I{}", headers.path("include").display());
    request.compiler_arguments = vec![include, "-DLETTER='q'".into()];
    assert_eq!(number(&read(&request).0, "X", "x86_64"), expected);

    let database = format!(
        r#"[{{"directory": {:?}, "file": "x.c",
             "arguments": ["gcc", "-I../include", "-DLETTER='q'", "-c", "x.c"]}}]"#,
        headers.path("driver")
    );
    std::fs::write(headers.path("compile_commands.json"), database).unwrap();
    let mut request = headers.request(&["driver/x.h"]);
    request.compile_commands = Some(headers.path("compile_commands.json"));
    assert_eq!(number(&read(&request).0, "X", "x86_64"), expected);
}

/// Enough headers that the two are not in one translation unit by chance.
#[test]
fn what_an_architecture_defines_in_front_of_a_generic_header_holds_for_it() {
    let many: Vec<(String, String)> = (0..300)
        .map(|n| (format!("include/uapi/linux/h{n:03}.h"), format!("struct s{n} {{ int a; }};\n")))
        .collect();
    let mut files = vec![
        ("include/uapi/linux/types.h", "typedef unsigned int __u32;\n"),
        (
            "include/uapi/asm-generic/state.h",
            "#ifndef STATE_H\n#define STATE_H\n#ifndef ARCH_PACK\n#define ARCH_PACK\n#endif\n\
             struct state { int a; long long b; } ARCH_PACK;\n#endif\n",
        ),
        (
            "arch/x86/include/uapi/asm/state.h",
            "#define ARCH_PACK __attribute__((packed))\n#include <asm-generic/state.h>\n",
        ),
        ("arch/arm64/include/uapi/asm/state.h", "#include <asm-generic/state.h>\n"),
    ];
    files.extend(many.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let (interface, problems) = Headers::new(&files).read(&[""]);
    assert_eq!(problems, []);
    let of = |abi: &str| {
        let id = interface.records.iter().position(|one| one.name.as_deref() == Some("state"));
        let abi = Abi::by_name(abi).unwrap().id();
        Layouts::new(&interface).record(RecordId(id.unwrap() as u32), abi).unwrap().size
    };
    assert_eq!((of("x86_64"), of("i386"), of("aarch64")), (12, 12, 16));
    let errors = interface.headers.iter().flat_map(|header| &header.errors);
    assert_eq!(errors.count(), 0);
}

#[test]
fn a_kernel_tree_is_known_by_its_root_and_gives_each_architecture_its_own() {
    let headers = Headers::new(&[
        ("include/uapi/linux/types.h", "typedef unsigned int __u32;\n"),
        ("include/uapi/linux/ioctl.h", "#include <asm/ioctl.h>\n"),
        ("include/uapi/asm-generic/ioctl.h", "#define _IOC(d,t,n,s) 0\n#define _IOR(t,n,s) 0\n"),
        (
            "include/uapi/linux/vm.h",
            "#include <linux/ioctl.h>\n#include <asm/vm.h>\n\
             #define GET_REGS _IOR('v', 1, struct regs)\n",
        ),
        ("arch/x86/include/uapi/asm/vm.h", "struct regs { int a[2]; };\n"),
        ("arch/arm64/include/uapi/asm/vm.h", "struct regs { int a[3]; };\n"),
    ]);
    let (interface, problems) = headers.read(&[""]);
    assert_eq!(problems, []);
    assert_eq!(number(&interface, "GET_REGS", "x86_64"), Some(0x8008_7601));
    assert_eq!(number(&interface, "GET_REGS", "aarch64"), Some(0x800c_7601));
    assert_eq!(number(&interface, "GET_REGS", "s390x"), None, "s390 has no asm/vm.h");
}

/// The commands that were not understood, with the reasons.
fn not_understood(interface: &Interface) -> Vec<(&str, &str)> {
    interface.not_understood.iter().map(|it| (it.name.as_str(), it.reason.as_str())).collect()
}

const GOOD: &str = "#include <linux/ioctl.h>\n#define GOOD _IO('g', 1)\n";

/// The bad header's errors; the good one beside it must be read all the same.
fn errors_beside_good(bad: &str) -> Vec<String> {
    let headers = Headers::new(&[("bad.h", bad), ("good.h", GOOD)]);
    let (interface, _) = headers.read(&["bad.h", "good.h"]);
    assert!(names(&interface).contains(&"GOOD"), "{bad}");
    assert_eq!(interface.headers.len(), 2);
    let errors = interface.headers[0].errors.iter();
    errors.map(|error| error.message.clone()).collect()
}

#[test]
fn a_header_that_does_not_compile_says_why_and_loses_no_other() {
    let has = |errors: Vec<String>, words: &str| {
        assert!(errors.iter().any(|error| error.contains(words)), "{errors:?}");
    };
    has(errors_beside_good("struct { int a\n"), "expected");
    has(errors_beside_good("#include <no/such/file.h>\n"), "file not found");
    has(errors_beside_good("struct r { struct r again; };\n"), "incomplete type");
    has(errors_beside_good("unknown_t x;\n"), "unknown type name");
}

#[test]
fn absurd_types_are_read_without_overflow_or_panic() {
    let interface = one("struct big { char a[0x7fffffff]; };\n\
         #define BIG _IOR('x', 1, struct big)\n\
         struct fwd;\n#define FORWARD _IOR('x', 2, struct fwd)\n\
         #define LETTER _IO(0x1234, 0x5678)\n");
    assert_eq!(number(&interface, "FORWARD", "x86_64"), None);
    let abi = Abi::by_name("x86_64").unwrap().id();
    let big = Layouts::new(&interface).number(command(&interface, "BIG"), abi).unwrap();
    assert_eq!((big.size, big.fits), (0x7fff_ffff, false));
}

#[test]
fn input_that_is_no_header_is_a_failure_and_loses_no_other() {
    let headers = Headers::new(&[("good.h", GOOD)]);
    std::fs::write(headers.path("latin1.h"), b"/* caf\xe9 */\nint caf\xe9;\n").unwrap();
    std::fs::write(headers.path("binary.h"), b"\x7fELF\0\0\0\xff").unwrap();
    std::fs::create_dir(headers.path("empty")).unwrap();
    let (interface, problems) =
        headers.read(&["latin1.h", "binary.h", "missing.h", "empty", "good.h"]);
    assert_eq!(names(&interface), ["GOOD"]);
    let mut messages: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
    messages.sort_unstable();
    assert_eq!(
        messages,
        [
            "cannot read: no such file or directory",
            "line 2 has invalid UTF-8 outside comments and strings",
            "the file is binary, not a header",
            "the folder holds no header, and no C source that defines commands",
        ]
    );
    assert!(problems.iter().all(|p| p.kind == ProblemKind::Failure && p.help.is_some()));
}

#[test]
fn bytes_of_another_encoding_in_comments_and_strings_do_not_matter() {
    let headers = Headers::new(&[("included.h", ""), ("plain.h", "")]);
    let text = |name: &str| {
        let mut text = b"/* Andr\xe9 M\xfcller */\n#define AUTHOR \"Andr\xe9\" // \xa9\n".to_vec();
        text.extend(format!("struct {name} {{ unsigned a; /* \u{b5}s */ }};\n").bytes());
        text
    };
    std::fs::write(headers.path("included.h"), text("inner")).unwrap();
    let mut outer = b"#include <linux/ioctl.h>\n#include \"included.h\"\n".to_vec();
    outer.extend(text("outer"));
    outer.extend(b"#define A _IOR('x', 1, struct outer)\n#define B _IOR('x', 2, struct inner)\n");
    std::fs::write(headers.path("latin1.h"), outer).unwrap();
    let (interface, problems) = headers.read(&["latin1.h"]);
    assert_eq!(problems, []);
    let numbers = ["A", "B"].map(|name| number(&interface, name, "x86_64"));
    assert_eq!(numbers, [Some(0x8004_7801), Some(0x8004_7802)]);
    // Each thing is where it is in the file.
    let at = interface.sources.position(command(&interface, "A").span);
    assert_eq!((at.line, at.column), (6, 9));
    assert!(interface.headers.iter().all(|header| header.errors.is_empty()));
}

#[test]
fn headers_of_other_systems_are_left_out_of_a_folder_and_counted() {
    let headers = Headers::new(&[
        ("lib/os/freebsd/foo.h", "#include <sys/ioccom.h>\n#define BSD _IOR('x', 1, int)\n"),
        ("lib/os/linux/foo.h", "#include <linux/ioctl.h>\n#define LINUX _IOR('x', 1, int)\n"),
        ("lib/os/windows/none.h", "#define NO_COMMAND 1\n"),
        ("lib/os/windows/port.h", "#include <linux/ioctl.h>\n#define PORT _IOR('x', 4, int)\n"),
        (
            "lib/dev.h",
            "#include <dev/x.h>\n#include <linux/ioctl.h>\n#define DEV _IOR('x', 5, int)\n",
        ),
        ("lib/mac.h", "#include <IOKit/IOKitLib.h>\n#define MAC _IOR('x', 2, int)\n"),
        (
            "lib/both.h",
            "#ifdef _WIN32\n#include <windows.h>\n#else\n#include <linux/ioctl.h>\n#endif\n\
             #define BOTH _IOR('x', 3, int)\n",
        ),
    ]);
    let (interface, problems) = headers.read(&["lib"]);
    assert_eq!(names(&interface), ["BOTH", "DEV", "LINUX", "PORT"]);
    let [note] = &*problems else { panic!("{problems:?}") };
    assert_eq!(note.kind, ProblemKind::Note);
    let message = &note.message;
    assert!(message.starts_with("3 headers for other systems were not read: "), "{message}");
    assert!(message.contains("mac.h (macOS)") && message.contains("foo.h (FreeBSD)"), "{message}");
    assert!(message.contains("none.h (Windows)"), "{message}");
    assert_eq!(note.path, None);
    // Whoever names one, or its folder, wants it.
    let (interface, problems) = headers.read(&["lib/os/freebsd/foo.h"]);
    assert!(problems.iter().all(|one| one.kind != ProblemKind::Note), "{problems:?}");
    assert_eq!(interface.headers.len(), 1);
    let (interface, _) = headers.read(&["lib/mac.h"]);
    assert_eq!(interface.headers.len(), 1);
}

#[test]
fn a_command_that_needs_another_header_is_worked_out_with_it_and_the_header_is_told() {
    let headers = Headers::new(&[
        ("major.h", "#define MAJOR 9\n"),
        ("user.h", "#include <linux/ioctl.h>\n#define RUN _IO(MAJOR, 0x30)\n"),
    ]);
    let (interface, problems) = headers.read(&["major.h", "user.h"]);
    assert_eq!(problems, []);
    assert_eq!(number(&interface, "RUN", "x86_64"), Some(0x930));
    let (alone, problems) = headers.read(&["user.h"]);
    assert_eq!(problems, []);
    assert_eq!(names(&alone), Vec::<&str>::new());
    assert_eq!(
        not_understood(&alone),
        [("RUN", "the compiler says: use of undeclared identifier 'MAJOR'")]
    );
}

#[test]
fn what_only_the_compiler_can_work_out_is_not_guessed_for_other_abis() {
    let interface = one("struct foo { __u8 a; __u64 b; };\n\
         struct e { __u32 x[__builtin_offsetof(struct foo, b)]; };\n\
         #define E _IOW('x', 1, struct e)\n");
    assert_eq!(number(&interface, "E", "x86_64"), Some(0x4020_7801));
    assert_eq!(number(&interface, "E", "m68k"), None);
}

#[test]
fn a_bound_is_the_same_whatever_other_headers_are_read() {
    let headers = Headers::new(&[
        ("a.h", "#define LEN 4\n"),
        (
            "b.h",
            "#include <linux/ioctl.h>\n#include <linux/types.h>\n#define LEN 8\n\
             struct b { __u8 x[LEN * sizeof(__u32)]; };\n#define B _IOW('q', 2, struct b)\n",
        ),
    ]);
    let (alone, _) = headers.read(&["b.h"]);
    let (both, _) = headers.read(&["a.h", "b.h"]);
    assert_eq!(number(&alone, "B", "x86_64"), Some(0x4020_7102));
    assert_eq!(number(&both, "B", "x86_64"), Some(0x4020_7102));
}

#[test]
fn a_pragma_under_a_condition_that_does_not_hold_packs_nothing() {
    let interface = one("#ifdef _MSC_VER\n#pragma pack(push, 1)\n#endif\n\
         struct p { __u8 a; __u64 b; };\n#define P _IOW('x', 1, struct p)\n");
    assert_eq!(number(&interface, "P", "x86_64"), Some(0x4010_7801));
}

#[test]
fn an_argument_that_is_never_defined_has_no_number_and_an_open_brace_is_an_error() {
    let interface = one("struct y;\n#define X _IOR('x', 1, struct y)\n");
    assert_eq!(number(&interface, "X", "x86_64"), None);
    assert_eq!(interface.commands[0].name, "X");
    // What is defined nowhere is no fault of the header's includes.
    assert_eq!(interface.headers[0].errors, []);
    let errors = errors_beside_good("struct x { int a;\n");
    assert!(errors.iter().any(|error| error.contains("expected")), "{errors:?}");
}

#[test]
fn a_byte_order_mark_hides_no_command() {
    let headers = Headers::new(&[("x.h", "\u{feff}#define Q _IOW(1, 1, long)\n")]);
    assert_eq!(names(&headers.read(&["x.h"]).0), ["Q"]);
}

#[test]
fn a_path_that_no_include_can_name_is_refused() {
    let headers = Headers::new(&[("q\"d/x.h", GOOD), ("good.h", GOOD)]);
    let (interface, problems) = headers.read(&["q\"d/x.h", "good.h"]);
    assert_eq!(interface.headers.len(), 1);
    assert!(problems[0].message.contains("quotation mark"), "{problems:?}");
    assert_eq!(problems[0].kind, ProblemKind::Failure);
}

#[test]
fn only_the_wanted_abis_are_looked_at() {
    let headers = Headers::new(&[("good.h", GOOD)]);
    let m68k = AbiSet::of(|abi| abi.name == "m68k");
    let (interface, _) = read(&Request { abis: m68k, ..headers.request(&["good.h"]) });
    assert_eq!(command(&interface, "GOOD").variants.abis(), m68k);
    let direction = command(&interface, "GOOD").variants.first().unwrap().direction;
    assert_eq!(direction, Direction::None);
}

#[test]
fn the_asm_folder_that_was_exported_for_one_architecture_is_no_others() {
    let headers = Headers::new(&[
        ("linux/ioctl.h", "#include <asm/ioctl.h>\n"),
        ("linux/types.h", "#include <asm/types.h>\n"),
        ("asm-generic/ioctl.h", "#ifndef G\n#define G\n#define _IOC(d, t, n, s) 0\n#endif\n"),
        ("asm-generic/int-ll64.h", "typedef unsigned int __u32;\n"),
        ("asm/vm86.h", "\n"),
        ("asm/x.h", "struct x { __u32 eax; };\n"),
        (
            "linux/own.h",
            "#include <linux/types.h>\n#include <asm/x.h>\nstruct y { struct x x; };\n",
        ),
    ]);
    let (interface, problems) = headers.read(&["linux/own.h"]);
    let x86 = AbiSet::of(|abi| abi.kernel_arch == "x86");
    assert_eq!(interface.headers[0].abis, x86);
    assert_eq!(problems, []);
    let [not_read] = &interface.headers[0].not_read[..] else { panic!("{:?}", interface.headers) };
    assert_eq!(
        (not_read.missing.as_str(), not_read.abis),
        ("asm/x.h", AbiSet::ALL.difference(x86))
    );
    assert!(interface.sources.text(not_read.span).contains("<asm/x.h>"));
    let x = interface.records.iter().find(|record| record.name.as_deref() == Some("x")).unwrap();
    assert_eq!(x.variants.abis(), x86);
}

#[test]
fn a_header_of_a_kernel_tree_is_read_with_the_tree_whichever_way_it_is_named() {
    let headers = Headers::new(&[
        ("include/uapi/linux/ioctl.h", "\n"),
        ("include/uapi/linux/types.h", "typedef unsigned int __u32;\n"),
        ("include/uapi/asm-generic/ioctl.h", "\n"),
        ("include/uapi/linux/own.h", "#include <linux/types.h>\n#include <asm/x.h>\n"),
        ("arch/x86/include/uapi/asm/x.h", "struct x { __u32 eax; };\n"),
        ("arch/arm64/include/uapi/asm/x.h", "struct x { __u32 x0; };\n"),
    ]);
    let (interface, problems) = headers.read(&["include/uapi/linux/own.h"]);
    assert_eq!(problems, []);
    let two = AbiSet::of(|abi| matches!(abi.kernel_arch, "x86" | "arm64"));
    assert_eq!(interface.headers[0].abis, two);
}

#[test]
fn what_tools_hide_in_a_folder_is_not_of_the_folder() {
    let header = "#define FOO _IO('x', 1)\n";
    let headers = Headers::new(&[
        ("kept/foo.h", header),
        ("kept/.pc/first.patch/foo.h", header),
        (".named/foo.h", header),
    ]);
    let (interface, problems) = headers.read(&["kept"]);
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(interface.commands.len(), 1);
    // A folder that is named is read, whatever its name is.
    let (interface, _) = headers.read(&[".named"]);
    assert_eq!(interface.commands.len(), 1);
}

#[cfg(feature = "program")]
#[test]
fn what_tools_hide_is_not_of_a_program() {
    let program = "int main(void) { int half; return ioctl(0, FIONREAD, &half); }\n";
    let sources = Headers::new(&[("kept/run.c", program), ("kept/.pc/first.patch/run.c", program)]);
    let request = ioctlkit_sources::program::Request {
        paths: vec![sources.path("kept")],
        ..ioctlkit_sources::program::Request::default()
    };
    let (interface, _) = ioctlkit_sources::program::read(&request);
    assert_eq!(interface.program.calls.len(), 1);
}
