//! The constants of a header.

use std::collections::{HashMap, HashSet};

use ioctlkit_model::{EnumId, Interface};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::bindings::Bindings;
use super::comments::Comments;
use super::docs;

/// A constant of the module.
#[derive(Debug)]
pub(crate) struct Constant {
    /// The name, which is C's.
    pub(crate) name: String,
    /// The lines of its documentation.
    pub(crate) docs: Vec<String>,
    /// The enumeration that it belongs to, if that has a name.
    pub(crate) of: Option<EnumId>,
    /// The type, where it belongs to none.
    pub(crate) ty: TokenStream,
    /// The value.
    pub(crate) value: TokenStream,
}

/// The constants that the header defines itself, in its order: macros that bindgen knows the value
/// of, and the enumerators of `enums`. `is_wanted` is asked about each name.
pub(crate) fn of_header(
    interface: &Interface,
    bindings: &Bindings,
    comments: &[Comments<'_>],
    enums: &[EnumId],
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<Constant> {
    let mut enumerators: HashMap<&str, EnumId> = HashMap::new();
    for id in enums {
        for (_, body) in interface.enumeration(*id).variants.iter() {
            enumerators.extend(body.enumerators.iter().map(|one| (one.name.as_str(), *id)));
        }
    }
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for constant in &bindings.constants {
        let name = constant.name.as_str();
        let defined = comments.iter().find(|comments| comments.defines(name));
        let of = enumerators.get(name).copied();
        if (defined.is_none() && of.is_none()) || !is_wanted(name) || !seen.insert(name) {
            continue;
        }
        let body = defined.and_then(|comments| comments.body(name));
        let docs = match defined {
            Some(comments) if constant.docs.is_empty() => comments.of_define(name),
            _ => constant.docs.clone(),
        };
        let value =
            body.and_then(|body| as_written(body, constant.integer()?)).unwrap_or_else(|| {
                let value = &constant.value;
                constant.integer().map_or_else(|| quote!(#value), decimal)
            });
        let ty = &constant.ty;
        let named = of.filter(|id| interface.enumeration(*id).name.is_some());
        let ty = if of.is_some() { enum_integer(constant.integer()) } else { quote!(#ty) };
        found.push(Constant {
            name: name.to_owned(),
            docs: docs::plain(&docs),
            of: named,
            ty,
            value,
        });
    }
    found
}

/// The type of an enumerator without a named enumeration: an `int` in C, unless it is larger.
fn enum_integer(value: Option<i128>) -> TokenStream {
    match value {
        Some(value) if value < i128::from(i32::MIN) || value > i128::from(u32::MAX) => {
            if value < 0 { quote!(i64) } else { quote!(u64) }
        }
        Some(value) if value < 0 => quote!(i32),
        _ => quote!(u32),
    }
}

fn decimal(value: i128) -> TokenStream {
    let literal = Literal::i128_unsuffixed(value.abs());
    if value < 0 { quote!(-#literal) } else { quote!(#literal) }
}

/// A hexadecimal number, or one bit shifted, as the header writes it; anything else is shown by its
/// value.
fn as_written(body: &str, value: i128) -> Option<TokenStream> {
    let mut text = body.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        text = inner.trim();
    }
    if let Some((one, bit)) = text.split_once("<<") {
        let (one, bit) = (number(one)?, number(bit)?);
        if one != 1 || 1_i128.checked_shl(u32::try_from(bit).ok()?)? != value {
            return None;
        }
        let bit = Literal::i128_unsuffixed(bit);
        return Some(quote!(1 << #bit));
    }
    if !text.starts_with("0x") && !text.starts_with("0X") || number(text)? != value {
        return None;
    }
    hexadecimal(text)
}

/// A hexadecimal literal with the digits of the header.
fn hexadecimal(text: &str) -> Option<TokenStream> {
    let digits = text[2..].trim_end_matches(['u', 'U', 'l', 'L']).to_ascii_lowercase();
    syn::parse_str::<Literal>(&format!("0x{digits}")).ok().map(|literal| quote!(#literal))
}

/// The value of a literal of C.
pub(crate) fn number(text: &str) -> Option<i128> {
    let text = text.trim().trim_matches(['(', ')']);
    let text = text.trim_end_matches(['u', 'U', 'l', 'L']);
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return i128::from_str_radix(digits, 16).ok();
    }
    if let Some(letter) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        let mut letters = letter.chars();
        return match (letters.next(), letters.next()) {
            (Some(letter), None) if letter.is_ascii() => Some(i128::from(u32::from(letter))),
            _ => None,
        };
    }
    match text.strip_prefix('0').filter(|digits| !digits.is_empty()) {
        Some(digits) => i128::from_str_radix(digits, 8).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str, value: i128) -> Option<String> {
        as_written(body, value).map(|tokens| tokens.to_string())
    }

    #[test]
    fn a_constant_is_shown_as_the_header_writes_it_if_its_value_is_that() {
        assert_eq!(shown("0x4C00", 0x4c00).as_deref(), Some("0x4c00"));
        assert_eq!(shown("(0x0FUL)", 15).as_deref(), Some("0x0f"));
        assert_eq!(shown("(1 << 3)", 8).as_deref(), Some("1 << 3"));
        assert_eq!(shown("(1ULL << 40)", 1 << 40).as_deref(), Some("1 << 40"));
        assert_eq!(shown("0x10", 17), None);
        assert_eq!(shown("(A | B)", 3), None);
        assert_eq!(shown("(1 << 200)", 8), None);
    }

    #[test]
    fn literals_of_c_have_their_values() {
        for (text, value) in
            [("10", 10), ("010", 8), ("0", 0), ("0x1fULL", 31), ("'L'", 76), ("(7)", 7)]
        {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", "x", "'ab'", "0x", "'é'"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
