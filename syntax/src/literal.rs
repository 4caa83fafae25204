//! Literals that do not fit where they stand: what has them says why, where the compiler would
//! speak of integers.

use syn::{Error, Expr, Lit, Result};

/// The value, unless it is a literal that is no nr.
pub(crate) fn nr(value: Expr) -> Result<Expr> {
    let message = "an nr has 8 bits, 0 to 255: a second type letter has room for more commands";
    of_bits(value, 8, message)
}

/// The value, unless it is a literal that is no command's whole number.
pub(crate) fn number(value: Expr) -> Result<Expr> {
    of_bits(value, 32, "a command's number has 32 bits: 0 to 0xffffffff")
}

/// The value, unless it is a literal that is no type letter.
pub(crate) fn letter(value: Expr) -> Result<Expr> {
    let text = match literal(&value) {
        Some(Lit::Char(letter)) => letter.value().to_string(),
        Some(Lit::Str(text)) => text.value(),
        Some(Lit::ByteStr(text)) => String::from_utf8_lossy(&text.value()).into_owned(),
        _ => return of_bits(value, 8, "a type letter has 8 bits: 0 to 255"),
    };
    let message = match text.as_bytes() {
        [letter] if letter.is_ascii_graphic() => {
            format!("a type letter is a byte: write `b{:?}`", char::from(*letter))
        }
        _ => "a type letter is one byte of ASCII, such as `b'N'`, or a number".to_owned(),
    };
    Err(Error::new_spanned(value, message))
}

fn of_bits(value: Expr, bits: u32, message: &str) -> Result<Expr> {
    let fits = |digits: &str| digits.parse::<u64>().is_ok_and(|number| number >> bits == 0);
    match literal(&value) {
        Some(Lit::Int(number)) if !fits(number.base10_digits()) => {
            Err(Error::new_spanned(value, message))
        }
        _ => Ok(value),
    }
}

fn literal(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(found) => Some(&found.lit),
        Expr::Paren(inner) => literal(&inner.expr),
        Expr::Group(inner) => literal(&inner.expr),
        _ => None,
    }
}
