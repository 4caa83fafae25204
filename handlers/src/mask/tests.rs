//! What is true of each masked text; what it means is tested where it is parsed.
use super::mask;

/// Masks a text and compares it with the original.
#[track_caller]
fn check(text: &str) {
    let masked = mask(text);
    assert_eq!(masked.text.len(), text.len());
    assert!(masked.text.is_ascii());
    for (at, (new, old)) in masked.text.iter().zip(text.bytes()).enumerate() {
        assert_eq!(*new == b'\n', old == b'\n', "byte {at} of {text:?}");
    }
    for piece in &masked.pieces {
        assert!(
            piece.at.start <= piece.body
                && piece.body < piece.at.end
                && piece.at.end as usize <= text.len()
        );
    }
    assert!(masked.users.is_sorted());
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

#[test]
fn length_and_newlines_stay_whatever_the_text_is() {
    let parts = [
        "a",
        "foo_t",
        "u8",
        "__user",
        "__init",
        "__printf(",
        "struct",
        "enum",
        "typeof(",
        "sizeof(",
        "sizeof",
        "case",
        "...",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ";",
        ",",
        "=",
        "*",
        "-",
        "+",
        "!",
        "&",
        ":",
        "\"",
        "'",
        "\\",
        "\n",
        "\n",
        " ",
        "\t",
        "\r\n",
        "\\\n",
        "/*",
        "*/",
        "//",
        "#if 1\n",
        "\n#else",
        "\n#endif\n",
        "\n#define X 1",
        "list_for_each(",
        "DEBUG(",
        "DEFINE_X(",
        "SYSCALL_DEFINE2(",
        "static",
        "int",
        "if",
        "return",
        "1",
        "0x",
        "5a",
        "\u{e9}",
        "\u{1F600}",
        "\0",
        "asm(",
        "typedef",
        ")\n{",
        "FOO\n",
        "volatile",
        "?",
        "#",
        "extern \"C\" {",
        "case 1...2:",
        "\n{",
        "x = ",
        "do",
        "while",
        ".b",
        "->c",
        "(int)",
        "for_each_x()",
        "0",
        "L\"",
        "NULL",
        "(u8)",
        "'a'",
        "\"s\"",
    ];
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for _ in 0..6_000 {
        let count = chance.below(60);
        let text: String = (0..count).map(|_| parts[chance.below(parts.len())]).collect();
        check(&text);
        check(&format!("int f(void)\n{{\n\t{text}\n}}\n"));
    }
}

#[test]
fn places_of_user_pointers_are_those_of_the_original() {
    let text = "int f(void __user *p, const char __user * __user *q);";
    let masked = mask(text);
    let expected: Vec<u32> = text.match_indices("__user").map(|(at, _)| at as u32).collect();
    assert_eq!(masked.users, expected);
}
