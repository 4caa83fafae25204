//! What Rust in the kernel calls things.

use ioctlkit_syntax::camel_case;

/// Words that are no names, as of the edition of 2021, and those that the trait has already.
const WORDS: [&str; 54] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "handles", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "Self", "self", "static", "struct", "super", "trait", "true", "try", "type",
    "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// A member's or method's name.
pub(crate) fn identifier(name: &str) -> String {
    if WORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// The type that C in the kernel spells so: `struct echo_config`, `u32`, `unsigned long`; what is no
/// type of C is the name of one, such as a driver's.
pub(crate) fn type_name(c: &str) -> String {
    match c {
        "s8" | "s16" | "s32" | "s64" => c.replace('s', "i"),
        "u8" | "u16" | "u32" | "u64" => c.to_owned(),
        "char" => "u8".to_owned(),
        "long" => "isize".to_owned(),
        "unsigned long" => "usize".to_owned(),
        tag => camel_case(tag.strip_prefix("struct ").unwrap_or(tag)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_that_the_kernel_has_for_what_c_calls_so() {
        for (c, rust) in [
            ("struct echo_config", "EchoConfig"),
            ("echo", "Echo"),
            ("s32", "i32"),
            ("u8", "u8"),
            ("unsigned long", "usize"),
        ] {
            assert_eq!(type_name(c), rust);
        }
    }

    #[test]
    fn a_word_of_the_language_gets_an_underscore() {
        assert_eq!(identifier("type"), "type_");
        assert_eq!(identifier("kind"), "kind");
    }
}
