//! Plain numbers as Go, Python, C and tables write them.

/// Why a value is no plain number.
pub(super) const NOT_A_NUMBER: &str = "its value is not a plain number";
const TOO_LARGE: &str = "its value has more than 32 bits";

/// Whether a number that begins with a 0 is octal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeadingZero {
    /// As in C and Go.
    Octal,
    /// As in Python and in tables, where nobody means anything by it.
    Refused,
}

/// The 32 bits of a literal: `0x5401`, `0o17`, `0b1`, `1_000`, `21505u`, `(-1)`. A negative one is what the
/// same bits are as an `unsigned int`.
pub(super) fn parse(text: &str, zero: LeadingZero) -> Result<u32, &'static str> {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        text = inner.trim();
    }
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text.to_ascii_lowercase();
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        Some("0b") => (&text[2..], 2),
        _ => (text.as_str(), 10),
    };
    let digits = digits.trim_end_matches(['u', 'l']);
    let (digits, radix) = match digits.strip_prefix('0').filter(|rest| !rest.is_empty()) {
        Some(_) if radix != 10 => (digits, radix),
        Some(rest) if zero == LeadingZero::Octal => (rest, 8),
        Some(_) => return Err(NOT_A_NUMBER),
        None => (digits, radix),
    };
    // `_` stands between digits, or behind the base.
    if digits.ends_with('_') || digits.contains("__") || (radix == 10 && digits.starts_with('_')) {
        return Err(NOT_A_NUMBER);
    }
    let digits = digits.replace('_', "");
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(NOT_A_NUMBER);
    }
    let value = i64::from_str_radix(&digits, radix).map_err(|_| TOO_LARGE)?;
    if is_negative {
        let value = i32::try_from(-value).map_err(|_| TOO_LARGE)?;
        return Ok(value.cast_unsigned());
    }
    u32::try_from(value).map_err(|_| TOO_LARGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_numbers_in_its_way() {
        for (text, number) in [
            ("0x5401", 0x5401),
            ("0X54_01", 0x5401),
            ("21505", 21505),
            ("0o52001", 21505),
            ("052001", 21505),
            ("0b101", 5),
            ("0x80086601UL", 0x8008_6601),
            ("5u", 5),
            ("((0x5401))", 0x5401),
            ("-1", 0xffff_ffff),
            ("-0x7ff79aff", 0x8008_6501),
            ("0", 0),
            ("0x0", 0),
            (" 1_000 ", 1000),
        ] {
            assert_eq!(parse(text, LeadingZero::Octal), Ok(number), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_plain_number() {
        for text in [
            "",
            "x",
            "0x",
            "1 << 2",
            "_IO('x', 1)",
            "\"5\"",
            "1.5",
            "1_",
            "_1",
            "1__0",
            "0xg",
            "-",
            "é",
            "()",
        ] {
            assert_eq!(parse(text, LeadingZero::Octal), Err(NOT_A_NUMBER), "{text}");
        }
        for text in ["0x100000000", "0xffffffffffffffffff", "-0x80000001"] {
            assert_eq!(parse(text, LeadingZero::Octal), Err(TOO_LARGE), "{text}");
        }
        assert_eq!(parse("017", LeadingZero::Refused), Err(NOT_A_NUMBER));
    }
}
