//! Rust source.

use crate::harness::{Shape, each, last};

fn check(text: &str) {
    Shape::new(&["check", "--no-config", "x.rs"]).with("x.rs", text.to_owned()).run();
}

macro_rules! shapes {
    ($($name:ident: $text:expr;)*) => {
        $(
            #[test]
            fn $name() {
                check(&$text);
            }
        )*
    };
}

shapes! {
    modules_within_each_other: format!("{}{}", "mod a {".repeat(100_000), "}".repeat(100_000));
    parentheses_around_a_constant: format!(
        "const A: u32 = {}1{};", "(".repeat(400_000), ")".repeat(400_000)
    );
    references_to_references: format!("struct X {{ a: {}u8 }}", "&".repeat(500_000));
    tuples_within_each_other: format!(
        "struct X {{ a: {}u8{} }}", "(".repeat(200_000), ",)".repeat(200_000)
    );
    a_sum_of_ones: format!("const A: u32 = 0{};", " + 1".repeat(200_000));
    signs_before_a_constant: format!("const A: i32 = {}1;", "- ".repeat(300_000));
    a_macro_that_calls_itself: ["macro_rules! m { ($($x:tt)*) => { m!($($x)* $($x)*); } } m!(a);"].concat();
    a_macro_that_doubles: ["macro_rules! m {
        () => {};
        ($x:tt $($y:tt)*) => { m!($($y)*); m!($($y)*); }
    }
    m!(a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a);"].concat();
    a_chain_of_constants: format!(
        "const A0: u64 = 1;\n{}nix::ioctl_none!(x, b'x', A{});",
        each(20_000, |at| format!("const A{}: u64 = A{at} + 1;\n", at + 1)),
        last(20_000)
    );
    a_chain_of_constants_from_its_end: format!(
        "{}const A0: u64 = 1;\nnix::ioctl_none!(x, b'x', A{});",
        each(20_000, |at| format!(
            "const A{}: u64 = A{} + 1;\n", last(20_000) - at, last(20_000) - at - 1
        )),
        last(20_000)
    );
    a_chain_of_type_aliases: format!(
        "type T0 = u64;\n{}nix::ioctl_read!(x, b'x', 1, T{});",
        each(20_000, |at| format!("type T{} = T{at};\n", at + 1)),
        last(20_000)
    );
    a_chain_of_structures: format!(
        "#[repr(C)] struct S0 {{ a: u64 }}\n{}nix::ioctl_read!(x, b'x', 1, S{});",
        each(15_000, |at| format!("#[repr(C)] struct S{} {{ a: S{at} }}\n", at + 1)),
        last(15_000)
    );
    globs_of_each_other: each(10_000, |at| {
        format!("mod m{at} {{ pub use super::m{}::*; }} use m{at}::*;\n", at + 1)
    });
    renames_of_each_other: each(10_000, |at| {
        format!("mod m{at} {{ pub use super::m{}::A{} as A{at}; }}\n", at + 1, at + 1)
    });
    commands_of_one_number: each(20_000, |at| format!("nix::ioctl_none!(x{at}, b'x', 1);\n"));
    a_structure_of_fields: format!(
        "#[repr(C)] struct X {{\n{}}}\nnix::ioctl_read!(x, b'x', 1, X);",
        each(40_000, |at| format!("a{at}: usize,\n"))
    );
    variants_of_an_enumeration: format!(
        "#[repr(u32)] enum X {{\n{}}}\n#[repr(C)] struct Y {{ x: X }}\nnix::ioctl_write_ptr!(x, b'x', 1, Y);",
        each(60_000, |at| format!("A{at},\n"))
    );
    functions: each(20_000, |at| format!("fn f{at}() {{ g{}(); }}\n", at + 1));
    attributes_that_ask_for_targets: each(12_000, |at| {
        format!("#[cfg(target_arch = \"a{at}\")] const A: u32 = {at};\n")
    });
    comments: "// a\n".repeat(200_000);
}
