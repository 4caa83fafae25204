//! What may be written at a place in the attributes of the derives, while they are typed: the text around it may be
//! no Rust yet.

use ioctlkit_syntax::words::{DERIVES, Target, all, words_of};

use super::syntax::comments::code;

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The first byte of the word that is being typed there.
    pub start: usize,
    /// The words that the grammar has there.
    pub words: Vec<&'static str>,
}

/// The words that may stand at a byte of a Rust source, where that is in `#[ioctl(…)]` or in `#[derive(…)]`.
pub fn expected_at(text: &str, offset: usize) -> Option<Expected> {
    let code = code(text);
    let before = code.get(..offset)?;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let typed = before.iter().rev().take_while(|byte| is_part(byte)).count();
    let start = offset - typed;
    let lists = open_lists(&before[..start])?;
    let words = match lists.as_slice() {
        [("derive", _)] => DERIVES.to_vec(),
        [("ioctl", list)] => match value_of(&before[*list..start]) {
            Some(word) => words_of(word).to_vec(),
            None => place(&code, offset).map_or_else(all, Target::words),
        },
        [("ioctl", _), (word, list)] if value_of(&before[*list..start]).is_none() => {
            words_of(word).to_vec()
        }
        _ => return None,
    };
    (!words.is_empty()).then_some(Expected { start, words })
}

/// The lists that the end of a text is in, within an attribute: the word before each parenthesis, and the first byte
/// behind that.
fn open_lists(text: &[u8]) -> Option<Vec<(&str, usize)>> {
    let mut depth = 0_usize;
    let mut lists = Vec::new();
    for (at, byte) in text.iter().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' if depth > 0 => depth -= 1,
            b'(' => lists.push((last_word(&text[..at])?, at + 1)),
            b'[' if depth == 0 => {
                let before = text[..at].trim_ascii_end();
                lists.reverse();
                return before.ends_with(b"#").then_some(lists);
            }
            b'{' | b'}' | b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The word that a text ends with.
fn last_word(text: &[u8]) -> Option<&str> {
    let text = text.trim_ascii_end();
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let length = text.iter().rev().take_while(is_part).count();
    std::str::from_utf8(&text[text.len() - length..]).ok().filter(|word| !word.is_empty())
}

/// The word whose value the end of a list is: `mode = `.
fn value_of(list: &[u8]) -> Option<&str> {
    let item = list.rsplit(|byte| *byte == b',').next()?;
    last_word(item.trim_ascii_end().strip_suffix(b"=")?)
}

/// What the attribute around a place stands on.
fn place(code: &[u8], offset: usize) -> Option<Target> {
    match item_behind(code, offset) {
        Some("enum") => Some(Target::Interface),
        Some("struct" | "union") => Some(Target::Structure),
        _ => match item_around(code, offset)? {
            "enum" => Some(Target::Variant),
            "struct" | "union" => Some(Target::Member),
            _ => None,
        },
    }
}

/// The keyword of the item that the attribute belongs to, if it is not one within an item.
fn item_behind(code: &[u8], offset: usize) -> Option<&str> {
    let mut rest = &code[offset..];
    // What is open at the place, to the end of the attribute.
    let end = rest.iter().position(|byte| matches!(byte, b']' | b'{' | b';'))?;
    rest = rest[end..].strip_prefix(b"]")?.trim_ascii_start();
    while let Some(attribute) = rest.strip_prefix(b"#[") {
        let end = attribute.iter().position(|byte| *byte == b']')?;
        rest = attribute[end + 1..].trim_ascii_start();
    }
    let head = rest.split(|byte| matches!(byte, b'{' | b';' | b'=' | b':' | b',')).next()?;
    keyword(head)
}

/// The keyword of the item in whose braces a place is.
fn item_around(code: &[u8], offset: usize) -> Option<&str> {
    let mut depth = 0_usize;
    let open = code[..offset].iter().rposition(|byte| match byte {
        b'}' => {
            depth += 1;
            false
        }
        b'{' if depth > 0 => {
            depth -= 1;
            false
        }
        byte => *byte == b'{',
    })?;
    let head = code[..open].rsplit(|byte| matches!(byte, b'{' | b'}' | b';')).next()?;
    // Attributes stand before the item.
    keyword(head.rsplit(|byte| *byte == b']').next()?)
}

fn keyword(head: &[u8]) -> Option<&str> {
    let head = std::str::from_utf8(head).ok()?;
    head.split_whitespace().find(|word| matches!(*word, "enum" | "struct" | "union"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is expected at the `|` of a text.
    fn at(marked: &str) -> Option<Expected> {
        let offset = marked.find('|').unwrap();
        expected_at(&marked.replace('|', ""), offset)
    }

    fn words(marked: &str) -> Vec<&'static str> {
        at(marked).unwrap_or_else(|| panic!("{marked}")).words
    }

    #[test]
    fn the_item_decides_which_words_there_are() {
        for (marked, place) in [
            ("#[derive(Ioctl)]\n#[ioctl(|)]\npub enum E {}", Target::Interface),
            ("#[ioctl(type = b'x', |)]\n#[allow(x)] // struct\nenum E {}", Target::Interface),
            ("#[ioctl(\"]\", |)] enum E {}", Target::Interface),
            ("enum E {\n    #[ioctl(n|)]\n    A(u32),\n}", Target::Variant),
            ("enum E { #[ioctl(nr = 1)] A { x: u32 }, #[ioctl(|", Target::Variant),
            ("#[ioctl(|)] pub struct S;", Target::Structure),
            ("#[ioctl(|)] union S {}", Target::Structure),
            ("#[x] pub struct S {\n #[ioctl(|)]\n a: u32,\n}\nstruct T;", Target::Member),
        ] {
            assert_eq!(words(marked), place.words(), "{marked}");
        }
        // Nothing says what it is on.
        assert_eq!(words("#[ioctl(|"), all());
    }

    #[test]
    fn words_have_words_of_their_own_and_derives_their_names() {
        assert_eq!(
            words("enum E { #[ioctl(nr = 1, mode = |)] A }"),
            ["read", "write", "read_write"]
        );
        assert_eq!(words("enum E { #[ioctl(encoded(re|, u32))] A }")[1], "read");
        assert_eq!(words("#[ioctl(unsafe(|))] enum E {}"), ["path", "verify"]);
        assert_eq!(words("#[derive(Clone, |)] enum E {}"), ["Ioctl", "IoctlData"]);
        assert_eq!(at("#[ioctl(read, wri|)]").unwrap().start, 14);
    }

    #[test]
    fn elsewhere_nothing_is_expected() {
        for marked in [
            "|",
            "ioctl(|)",
            "// #[ioctl(|)]",
            "let x = \"#[ioctl(|)]\";",
            "#[ioctl(nr = |)]",
            "#[ioctl(number(\"mips\" = |))]",
            "#[ioctl(read)] |",
            "#[serde(|)]",
            "#[ioctl(unsafe(path = |",
            "fn f() { x[ioctl(|) }",
        ] {
            assert_eq!(at(marked), None, "{marked}");
        }
        assert_eq!(expected_at("a", 7), None);
    }
}
