//! Reads `#[ioctl(…)]`, word by word.

use std::collections::HashMap;

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Ident, LitStr, Token};

use crate::Errors;

/// The name of the attribute.
pub(crate) const NAME: &str = "ioctl";

/// Calls `word` for each comma-separated word of every `#[ioctl(…)]`. A word that is not used up,
/// and one that stands twice, is a mistake.
pub(crate) fn each_word(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut word: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) {
    let mut seen: HashMap<String, Span> = HashMap::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(NAME)) {
        let list = match attribute.meta.require_list() {
            Ok(list) => list,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        // Each word is read by itself, so that a mistake in one leaves the next to be read.
        for tokens in split_at_commas(list.tokens.clone()) {
            let read = |input: ParseStream<'_>| {
                let name = Ident::parse_any(input)?;
                let repeats = name == "unsafe" || name == "compat";
                if seen.insert(name.to_string(), name.span()).is_some() && !repeats {
                    return Err(syn::Error::new(name.span(), format!("`{name}` stands twice")));
                }
                word(&name, input)?;
                if input.is_empty() {
                    Ok(())
                } else {
                    Err(input.error(format!("nothing more belongs to `{name}`; write a comma")))
                }
            };
            errors.take(read.parse2(tokens));
        }
    }
}

fn split_at_commas(tokens: proc_macro2::TokenStream) -> Vec<proc_macro2::TokenStream> {
    let mut words = vec![proc_macro2::TokenStream::new()];
    for token in tokens {
        match &token {
            proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ',' => {
                words.push(proc_macro2::TokenStream::new());
            }
            _ => {
                if let Some(last) = words.last_mut() {
                    last.extend(std::iter::once(token));
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `= VALUE`.
pub(crate) fn value<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `= "TEXT"`, not empty.
pub(crate) fn text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text: LitStr = value(input)?;
    if text.value().trim().is_empty() {
        return Err(syn::Error::new(text.span(), "the text is empty"));
    }
    Ok(text)
}

/// The error for a word that does not exist here, with those that do.
pub(crate) fn unknown(name: &Ident, known: &[&str]) -> syn::Error {
    let spelled = name.to_string();
    let near = known.iter().min_by_key(|word| distance(&spelled, word));
    let message = match near.filter(|word| distance(&spelled, word) <= 2) {
        Some(word) => format!("unknown word `{spelled}`; did you mean `{word}`?"),
        None => format!("unknown word `{spelled}`; known here: {}", known.join(", ")),
    };
    syn::Error::new(name.span(), message)
}

/// How many letters have to be changed, added or left out.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The text of `///` comments, line by line, without the space behind the slashes.
pub(crate) fn documentation(attributes: &[Attribute]) -> Vec<String> {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let syn::Meta::NameValue(pair) = &attribute.meta
            && let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value
        {
            for line in text.value().split('\n') {
                lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
            }
        }
    }
    lines
}
