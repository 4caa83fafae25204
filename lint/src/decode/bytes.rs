//! Bytes as people and tracers write them.

/// The bytes of a text, or `None` where it is none of these: `"\x01\x02"` with the escapes of C and
/// strace, `010203` with spaces or colons anywhere between, or `[0x01, 0x02]` with two digits each.
pub fn parse(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if let Some(quoted) = text.strip_prefix('"') {
        // strace puts dots behind what it cut off.
        let end = quoted.rfind('"')?;
        return matches!(&quoted[end + 1..], "" | "...").then(|| escaped(&quoted[..end])).flatten();
    }
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .or_else(|| text.strip_prefix('{').and_then(|text| text.strip_suffix('}')));
    if let Some(list) = inner {
        // Without `0x`, a list is one of decimal numbers, as tracers print them.
        let parts = list.split(',').map(|part| part.trim().strip_prefix("0x").and_then(byte));
        return parts.collect();
    }
    let runs = text.split([' ', ':', '\t']).filter(|part| !part.is_empty());
    let mut bytes = Vec::new();
    for run in runs {
        bytes.extend(self::run(run)?);
    }
    (!bytes.is_empty()).then_some(bytes)
}

/// `01`.
fn byte(digits: &str) -> Option<u8> {
    let is_hex = digits.len() == 2 && digits.bytes().all(|c| c.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// `010203`. With `0x` in front it is a number, which has no order of bytes.
fn run(text: &str) -> Option<Vec<u8>> {
    let is_even = text.len().is_multiple_of(2);
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| byte(std::str::from_utf8(pair).ok()?))
        .collect::<Option<_>>()
        .filter(|_| is_even)
}

fn escaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        if *first != b'\\' {
            bytes.push(*first);
            rest = behind;
            continue;
        }
        let (kind, behind) = behind.split_first()?;
        let (byte, length) = match kind {
            b'x' => hexadecimal(behind)?,
            b'0'..=b'7' => octal(*kind, behind)?,
            b'n' => (b'\n', 0),
            b't' => (b'\t', 0),
            b'r' => (b'\r', 0),
            b'v' => (0x0b, 0),
            b'f' => (0x0c, 0),
            b'a' => (0x07, 0),
            b'b' => (0x08, 0),
            b'\\' | b'"' | b'\'' => (*kind, 0),
            _ => return None,
        };
        bytes.push(byte);
        rest = behind.get(length..)?;
    }
    Some(bytes)
}

/// Up to two hexadecimal digits, and how many they are.
fn hexadecimal(text: &[u8]) -> Option<(u8, usize)> {
    let length = text.iter().take(2).take_while(|c| c.is_ascii_hexdigit()).count();
    let digits = std::str::from_utf8(text.get(..length)?).ok()?;
    Some((u8::from_str_radix(digits, 16).ok()?, length))
}

/// Up to three octal digits, the first of which is there already, and how many follow it.
fn octal(first: u8, text: &[u8]) -> Option<(u8, usize)> {
    let more = text.iter().take(2).take_while(|c| (b'0'..=b'7').contains(c)).count();
    let mut value = u32::from(first - b'0');
    for digit in text.get(..more)? {
        value = value * 8 + u32::from(digit - b'0');
    }
    Some((u8::try_from(value).ok()?, more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_three_bytes() {
        for text in [
            "0102ff",
            "01 02 ff",
            "01:02:FF",
            "0102 ff",
            "[0x01, 0x02, 0xff]",
            "{0x01,0x02,0xff}",
            r#""\x01\x02\xff""#,
            r#""\1\2\377""#,
            r#""\1\2\377"..."#,
        ] {
            assert_eq!(parse(text), Some(vec![1, 2, 0xff]), "{text}");
        }
        assert_eq!(parse(r#""a\tb\\\"""#), Some(b"a\tb\\\"".to_vec()));
    }

    #[test]
    fn what_is_no_bytes_is_none() {
        for text in [
            "",
            "123",
            "0x7ffe3666b940",
            "{start=0, len=0}",
            "[10, 20]",
            "0x01 0x02",
            "0102 f",
            "\"\\q\"",
            "\"a",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
