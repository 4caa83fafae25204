//! Headers and C source.

use crate::harness::{LESS, Shape, each, last};

const TYPES: &str = "#include <linux/ioctl.h>\n#include <linux/types.h>\n";

fn check(text: &str) {
    Shape::new(&["check", "--no-config", "x.h"]).with("x.h", format!("{TYPES}{text}")).run();
}

/// A header that is nested deeper than a limit allows: it is left out, and the run says so.
fn refuse(text: &str) {
    Shape::new(&["check", "--no-config", "x.h"])
        .with("x.h", format!("{TYPES}{text}"))
        .refused("left out")
        .run();
}

fn refuse_members(members: &str) {
    refuse(&format!("struct x {{\n{members}}};\n#define X _IOW('x', 1, struct x)\n"));
}

/// A header with a command that takes a structure of these members.
fn check_members(members: &str) {
    check(&format!("struct x {{\n{members}}};\n#define X _IOW('x', 1, struct x)\n"));
}

macro_rules! shapes {
    ($($name:ident: $check:ident($text:expr);)*) => {
        $(
            #[test]
            fn $name() {
                $check(&$text);
            }
        )*
    };
}

shapes! {
    a_structure_of_members: check_members(each(50_000, |at| format!("long m{at};\n")));
    a_structure_of_bit_fields: check_members(each(50_000, |at| format!("int m{at}:3;\n")));
    a_structure_of_holes: check_members(each(20_000, |at| format!("__u8 a{at}; __u64 b{at};\n")));
    a_structure_of_structures: check_members(each(30_000, |at| format!("struct {{ long a; }} m{at};\n")));
    a_structure_of_arrays_without_elements: check_members(each(40_000, |at| format!("int m{at}[0];\n")));
    members_that_are_all_named_as_reserved: check_members(each(40_000, |at| format!("int reserved_{at};\n")));
    members_of_unknown_types: check_members(each(40_000, |at| format!("foo{at} m{at};\n")));
    members_under_conditions: check_members(each(16_000, |at| {
        format!("#ifdef __x86_64__\nint m{at};\n#endif\n")
    }));
    members_on_one_line: check_members(each(50_000, |at| format!("long m{at}; ")));
    alternatives_of_a_union: check_members(format!("union {{ {} }};", each(50_000, |at| format!("int m{at};"))));
    enumerations_of_members: check(format!(
        "{}struct x {{\n{}}};\n#define X _IOW('x', 1, struct x)\n",
        each(20_000, |at| format!("enum e{at} {{ A{at} }};\n")),
        each(20_000, |at| format!("enum e{at} m{at};\n"))
    ));
    structures_within_each_other: check_members(format!(
        "{}int a;{}",
        "struct {".repeat(50_000),
        each(50_000, |at| format!("}} m{at};"))
    ));
    a_chain_of_structures: check(format!(
        "struct s0 {{ long a; }};\n{}#define X _IOW('x', 1, struct s{})\n",
        each(20_000, |at| format!("struct s{} {{ struct s{at} a; }};\n", at + 1)),
        last(20_000)
    ));
    a_chain_of_structures_with_a_command_each: check(format!(
        "struct s0 {{ long a; }};\n{}",
        each(2_000, |at| format!(
            "struct s{} {{ struct s{at} a; }};\n#define X{at} _IOW('x', {}, struct s{at})\n",
            at + 1, at % 256
        ))
    ));
    structures_that_hold_the_one_before_twice: check(format!(
        "struct s0 {{ char a; }};\n{}#define X _IOW('x', 1, struct s13)\n",
        each(60 * LESS, |at| format!("struct s{} {{ struct s{at} a, b; }};\n", at + 1))
    ));
    sizes_of_the_structure_before: check(format!(
        "struct s0 {{ long a; }};\n{}#define X _IOW('x', 1, struct s{})\n",
        each(12_000, |at| format!("struct s{} {{ char a[sizeof(struct s{at})]; }};\n", at + 1)),
        last(12_000)
    ));
    structures_and_commands: check(each(13_500, |at| format!(
        "struct s{at} {{ long a; char b; }};\n#define A{at} _IOR({}, {}, struct s{at})\n", at / 256, at % 256
    )));
    arrays_of_arrays: check_members(format!("char a{};", "[1]".repeat(600)));
    arrays_of_too_many_arrays: refuse_members(format!("char a{};", "[1]".repeat(5_000)));
    pointers_to_pointers: refuse_members(format!("int {}a;", "*".repeat(5_000)));
    a_chain_of_typedefs: check(format!(
        "typedef int t0;\n{}#define X _IOW('x', 1, t{})\n",
        each(20_000, |at| format!("typedef t{at} t{};\n", at + 1)),
        last(20_000)
    ));
    a_chain_of_arrays: check(format!(
        "typedef char t0[1];\n{}struct x {{ t{} a; }};\n#define X _IOW('x', 1, struct x)\n",
        each(5_000, |at| format!("typedef t{at} t{}[1];\n", at + 1)),
        last(5_000)
    ));
    a_chain_of_typedefs_with_a_member_of_each: check(format!(
        "typedef long t0;\n{}struct x {{\n{}}};\n#define X _IOW('x', 1, struct x)\n",
        each(2_000, |at| format!("typedef t{at} t{};\n", at + 1)),
        each(2_000, |at| format!("t{at} m{at};\n"))
    ));
    macros_that_are_plain_numbers: check(each(50_000, |at| format!("#define M{at} {at}\n")));
    a_chain_of_macros: check(format!(
        "#define M0 _IO('x', 1)\n{}",
        each(40_000, |at| format!("#define M{} M{at}\n", at + 1))
    ));
    a_chain_of_macros_from_its_end: check(format!(
        "{}#define M0 _IO('x', 1)\n",
        each(40_000, |at| format!("#define M{} M{}\n", last(40_000) - at, last(40_000) - at - 1))
    ));
    a_chain_of_macros_in_parentheses: refuse(format!(
        "#define M0 _IO('x', 1)\n{}",
        each(40_000, |at| format!("#define M{} (M{at})\n", at + 1))
    ));
    a_chain_of_macros_that_asks_for_an_abi: check(format!(
        "{}#define M0 __BITS_PER_LONG\n",
        each(40_000, |at| format!("#define M{} M{}\n", last(40_000) - at, last(40_000) - at - 1))
    ));
    a_chain_of_macros_to_a_wrapper_that_nothing_defines: check(format!(
        "{}#define M0 FOO_IOWR('x', 1, int)\n",
        each(40_000, |at| format!("#define M{} M{}\n", last(40_000) - at, last(40_000) - at - 1))
    ));
    a_chain_of_macros_with_parameters: check(format!(
        "#define M0(a) _IO('x', a)\n{}#define X M{}(1)\n",
        each(20_000, |at| format!("#define M{}(a) M{at}(a)\n", at + 1)),
        last(20_000)
    ));
    macros_that_come_to_nothing_after_many_steps: check(format!(
        "#define E(x)\n#define M0 E(1) E(1)\n{}#define X (1 << 30 | 4 << 16 | 'x' << 8 | 1) M30\n",
        each(30 * LESS, |at| format!("#define M{} M{at} M{at}\n", at + 1))
    ));
    macros_with_parameters: check(each(35_000, |at| format!("#define P{at}(a) _IO('x', a)\n")));
    macros_that_paste: check(each(17_500, |at| {
        format!("#define P{at}(a) a##IO('x', {at})\n#define Q{at} P{at}(_)\n")
    }));
    names_that_may_be_pasted: check(format!(
        "{}{}",
        each(15_000, |at| format!("#define P{at}(a) _IO('x', a)\n")),
        each(15_000, |at| format!("#define Q{at}(a) x##P##a(1)\n"))
    ));
    macros_that_are_defined_anew: check(each(25_000, |at| {
        format!("#undef X\n#define X _IO('x', {})\n", at % 256)
    }));
    commands_of_a_macro_that_is_defined_anew: check(format!(
        "{}{}",
        each(20_000, |at| format!("#undef B\n#define B {at}\n")),
        each(10_000, |at| format!("#define X{at} _IO('x', B)\n"))
    ));
    numbers_that_shift_by_themselves: check(each(20_000, |at| {
        format!("#define X{at} (1<<30|4<<16|'x'<<8|{})\n", at % 256)
    }));
    numbers_of_an_encoder_of_the_headers_own: check(format!(
        "#define _IOC(a, b, c, d) ((a) << 30 | (b) << 8 | (c) | (d) << 16)\n{}",
        each(25_000, |at| format!("#define X{at} _IOC(1, 'x', {}, 4)\n", at % 256))
    ));
    conditions_after_each_other: check(format!(
        "#if A0\n{}#endif\n",
        each(60_000, |at| format!("#elif A{at}\n"))
    ));
    conditions_after_each_other_with_a_macro_each: check(format!(
        "#if A0\n{}#endif\n",
        each(30_000, |at| format!("#elif A{at}\n#define X{at} 1\n"))
    ));
    conditions_within_each_other: check(format!(
        "{}#define X _IO('x', 1)\n{}",
        each(20_000, |at| format!("#ifndef A{at}\n#define B{at} {at}\n")),
        each(20_000, |_| "#endif\n".to_owned())
    ));
    commands_of_one_name_under_conditions: check(each(20_000, |at| {
        format!("#ifdef A{at}\n#define X _IO('x', {})\n#endif\n", at % 256)
    }));
    parentheses_around_a_command: refuse(format!(
        "#define X {}_IO('x', 1){}\n", "(".repeat(400_000), ")".repeat(400_000)
    ));
    parentheses_around_a_bound: refuse_members(format!(
        "char a[{}1{}];", "(".repeat(100_000), ")".repeat(100_000)
    ));
    a_chain_of_enumerators: check(format!(
        "enum {{ E0 = _IO('x', 1),\n{}}};\n",
        each(30_000, |at| format!("E{} = E{at} + 1,\n", at + 1))
    ));
    enumerators_that_count_from_a_command: check(format!(
        "enum {{ E0 = _IO('x', 1),\n{}}};\n",
        each(50_000, |at| format!("E{},\n", at + 1))
    ));
    commands_on_one_line: check(format!(
        "enum {{ {} }};\n",
        each(30_000, |at| format!("A{at} = _IO('x', {}), ", at % 256))
    ));
    commands_of_one_number: check(each(39_000, |at| format!("#define A{at} _IO('x', 1)\n")));
    commands_of_one_nr: check(each(25_000, |at| {
        format!("#define A{at} _IOR('x', 1, char[{}])\n", at % 16_000 + 1)
    }));
    versions_of_one_command: check(each(12_000, |at| {
        format!("struct x_v{at} {{ int a; }};\n#define X_V{at} _IOW('x', 1, struct x_v{at})\n")
    }));
    commands_of_types_that_nothing_defines: check(each(20_000, |at| {
        format!("#define X{at} _IOW('x', {}, struct u{at})\n", at % 256)
    }));
    commands_of_names_that_nothing_defines: check(each(20_000, |at| {
        format!("#define X{at} _IOW('x', {}, u{at})\n", at % 256)
    }));
    declarations_of_unknown_types: check(each(40_000, |at| format!("foo{at} x{at};\n")));
    suppressions: check_members(each(20_000, |at| {
        format!("long m{at}; /* ioctl-lint: allow(L003) known */\n")
    }));
    suppressions_on_one_line: check("/* ioctl-lint: allow(L002) known */".repeat(25_000));
    comments_without_anything_else: check("//\n".repeat(300_000));
    includes_of_one_header: check("#include <linux/types.h>\n".repeat(40_000));
    includes_of_headers_that_are_not_there: check(each(40_000, |at| format!("#include <a{at}.h>\n")));
    packing_that_is_never_taken_back: check("#pragma pack(push, 1)\n".repeat(40_000));
    one_long_name: check_members(format!("int {};", "a".repeat(900_000)));
    one_long_name_of_a_command: check(format!("#define {} _IO('x', 1)\n", "A".repeat(900_000)));
    one_name_of_many_words: check(format!("#define {} _IO('x', 1)\n", "A_".repeat(450_000)));
    long_names: check_members(each(100, |at| format!("long {}{at};\n", "a".repeat(9_000))));
}

#[test]
fn two_names_of_letters_that_stand_for_directions() {
    let [one, other] = ["R", "W"].map(|end| format!("X_{}{end}", "R".repeat(400_000)));
    check(&format!("#define {one} _IO('x', 1)\n#define {other} _IOR('x', 1, int)\n"));
}

#[test]
fn a_chain_of_typedefs_of_an_included_header() {
    let typedefs = each(20_000, |at| format!("typedef t{at} t{};\n", at + 1));
    let user = format!("{TYPES}#include \"y.h\"\n#define X _IOW('x', 1, t{})\n", last(20_000));
    Shape::new(&["check", "--no-config", "x.h"])
        .with("x.h", user)
        .with("y.h", format!("typedef int t0;\n{typedefs}"))
        .run();
}

#[test]
fn types_that_another_header_mentions_and_does_not_define() {
    let users = each(20_000, |at| format!("#define X{at} _IOW('x', {}, u{at})\n", at % 256));
    let mentions = each(20_000, |at| format!("#define U{at} u{at}\n"));
    Shape::new(&["check", "--no-config", "x.h", "y.h"])
        .with("x.h", format!("{TYPES}{users}"))
        .with("y.h", mentions)
        .run();
}

#[test]
fn source_of_a_driver() {
    let functions = each(14_000, |at| {
        format!("#define X{at} _IO('x', {})\nint f{at}(void) {{ return 1; }}\n", at % 256)
    });
    Shape::new(&["check", "--no-config", "x.c"]).with("x.c", format!("{TYPES}{functions}")).run();
}

#[test]
fn source_of_a_driver_on_one_line() {
    let text = format!("#define X _IO('x', 1)\n{}", "a # ".repeat(250_000));
    Shape::new(&["check", "--no-config", "x.c"]).with("x.c", text).run();
}

#[test]
fn source_of_a_driver_whose_definitions_never_end() {
    for word in ["const ", "define "] {
        let text = format!("int ioctl;\n{}", word.repeat(140_000));
        Shape::new(&["check", "--no-config", "."]).with("x.c", text).run();
    }
}
