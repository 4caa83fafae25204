//! Command numbers as people and programs print them.

use std::fmt;

/// Why a text is no command number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotARequest {
    /// It does not spell an integer; the parser's sentence.
    NoInteger(String),
    /// It needs more than 32 bits, and the upper ones are no copy of its sign.
    TooWide,
}

impl fmt::Display for NotARequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInteger(why) => write!(f, "is no number: {why}"),
            Self::TooWide => f.write_str(
                "has more than the 32 bits of a command number, and those above are not a copy of \
                 its sign",
            ),
        }
    }
}

/// Reads a command number: hexadecimal with `0x`, or decimal. A program that keeps the number in
/// an `int` prints it negative (`-2147200301`); one that widens that `int` prints 64 bits, of which
/// the upper half is ones (`0xffffffff80046601`). Both are the 32-bit number.
///
/// # Errors
/// [`NotARequest`].
pub fn parse(text: &str) -> Result<u32, NotARequest> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let magnitude = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) if !digits.starts_with('+') => u64::from_str_radix(digits, 16),
        _ => digits.parse(),
    };
    let magnitude = magnitude.map_err(|error| NotARequest::NoInteger(error.to_string()))?;
    let value = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    // The sign of a 64-bit number, where it is printed as one without.
    let signed = if value > i128::from(i64::MAX) { value - (1 << 64) } else { value };
    let as_int = i32::try_from(signed).ok().filter(|value| *value < 0).map(i32::cast_unsigned);
    u32::try_from(value).ok().or(as_int).ok_or(NotARequest::TooWide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_five_spellings() {
        for text in [
            "0x80046601",
            "0X80046601",
            "2147771905",
            "-2147195391",
            "0xffffffff80046601",
            "18446744071562356225",
        ] {
            assert_eq!(parse(text), Ok(0x8004_6601), "{text}");
        }
        assert_eq!(parse("-0x7ffb99ff"), Ok(0x8004_6601));
        assert_eq!(parse("0"), Ok(0));
        assert_eq!(parse("-1"), Ok(u32::MAX));
    }

    #[test]
    fn other_upper_halves_are_no_sign() {
        for text in ["0x100000000", "0xffffffff00046601", "0xfffffffe80046601", "-2147483649"] {
            assert_eq!(parse(text), Err(NotARequest::TooWide), "{text}");
        }
        assert_eq!(parse("-18446744073709551615"), Err(NotARequest::TooWide));
    }

    #[test]
    fn what_spells_no_integer_is_none() {
        for text in ["", "-", "0x", "0x+1", "0xzz", "12a", "99999999999999999999"] {
            assert!(matches!(parse(text), Err(NotARequest::NoInteger(_))), "{text}");
        }
    }
}
