//! Small pieces of Rust: literals and documentation.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::commands::CommandEnum;

/// What an enum is for.
pub(crate) fn group_docs(group: &CommandEnum, header: &str) -> String {
    let letter = shown_letter(group.letter);
    if group.repeats {
        format!("Commands of `{header}`, type {letter}, that have the number of another one.")
    } else {
        format!("Commands of `{header}`, type {letter}.")
    }
}

/// A type letter as people write it.
fn shown_letter(letter: u8) -> String {
    if letter.is_ascii_graphic() && letter != b'`' {
        format!("`{}`", char::from(letter))
    } else {
        format!("{letter:#04x}")
    }
}

/// A type letter: as a character where it is one.
pub(crate) fn letter(letter: u8) -> TokenStream {
    if letter.is_ascii_graphic() {
        let literal = Literal::byte_character(letter);
        quote!(#literal)
    } else {
        hexadecimal(u32::from(letter), 2)
    }
}

/// A number with at least so many hexadecimal digits.
pub(crate) fn hexadecimal(number: u32, digits: usize) -> TokenStream {
    let text = format!("0x{number:0digits$x}");
    syn::parse_str::<Literal>(&text).map_or_else(
        |_| {
            let literal = Literal::u32_unsuffixed(number);
            quote!(#literal)
        },
        |literal| quote!(#literal),
    )
}

/// Lines as documentation.
pub(crate) fn doc(lines: &[String]) -> TokenStream {
    let lines =
        lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}
