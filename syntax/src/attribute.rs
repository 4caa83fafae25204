//! Reads `#[ioctl(…)]`, word by word.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Ident, LitStr, Token, parenthesized};

use crate::{Errors, command, data, interface, member};

/// The name of the attribute.
pub(crate) const NAME: &str = "ioctl";

/// Calls `word` for each comma-separated word of every `#[ioctl(…)]`, and returns whether all could
/// be read. A word that is not used up, and one that stands twice, is a mistake.
pub(crate) fn each_word(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut word: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) -> bool {
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut complete = true;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(NAME)) {
        let syn::Meta::List(list) = &attribute.meta else {
            errors.at(attribute, "write the words in parentheses: `#[ioctl(…)]`");
            complete = false;
            continue;
        };
        // Each word is read by itself, so that a mistake in one leaves the next to be read.
        for tokens in split_at_commas(list.tokens.clone()) {
            let read = |input: ParseStream<'_>| {
                let inner;
                parenthesized!(inner in input);
                if !inner.peek(Ident::peek_any) {
                    return Err(inner.error("write a word, such as `nr = 1`"));
                }
                let name = Ident::parse_any(&inner)?;
                let repeats = ["unsafe", "compat", "c"].iter().any(|word| name == word);
                if seen.insert(name.to_string(), name.span()).is_some() && !repeats {
                    return Err(syn::Error::new(name.span(), format!("`{name}` stands twice")));
                }
                word(&name, &inner)?;
                if inner.is_empty() {
                    Ok(())
                } else {
                    Err(inner.error(format!("nothing more belongs to `{name}`: write a comma")))
                }
            };
            complete &= errors.take(read.parse2(enclosed(tokens))).is_some();
        }
    }
    complete
}

/// The tokens in parentheses that stand where the first of them does: an error about what is
/// missing behind the last one is reported there.
fn enclosed(tokens: TokenStream) -> TokenStream {
    let first = tokens.clone().into_iter().next();
    let span = first.map_or_else(Span::call_site, |token| token.span());
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(span);
    TokenTree::Group(group).into()
}

fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut words = vec![TokenStream::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                words.push(TokenStream::new());
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
    equals(input)?;
    input.parse()
}

/// `=`, and something behind it.
pub(crate) fn equals(input: ParseStream<'_>) -> syn::Result<()> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(input.span(), "a value belongs to this word: write `= …`"));
    }
    let equals: Token![=] = input.parse()?;
    if input.is_empty() {
        return Err(syn::Error::new(equals.span, "the value is missing"));
    }
    Ok(())
}

/// `= NAME`.
pub(crate) fn name<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    equals(input)?;
    if input.peek(LitStr) {
        return Err(input.error("write the name without quotes"));
    }
    input.parse()
}

/// `= "TEXT"`, not empty.
pub(crate) fn text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    equals(input)?;
    if !input.peek(LitStr) {
        return Err(input.error("write a text in quotes"));
    }
    let text: LitStr = input.parse()?;
    if text.value().trim().is_empty() {
        return Err(syn::Error::new(text.span(), "the text is empty"));
    }
    Ok(text)
}

/// The text, if it is spelled so that it is nothing but a name in every language that it goes into.
///
/// # Errors
/// `wanted` at the text, which says what may stand there.
pub(crate) fn spelled(
    text: LitStr,
    is_valid: fn(&str) -> bool,
    wanted: &str,
) -> syn::Result<LitStr> {
    if is_valid(&text.value()) { Ok(text) } else { Err(syn::Error::new(text.span(), wanted)) }
}

/// Where words stand.
const PLACES: [(&str, &[&str]); 4] = [
    ("an interface", &interface::WORDS),
    ("a command", &command::WORDS),
    ("a structure or union", &data::WORDS),
    ("a member", &member::WORDS),
];

/// Sets a name in C. A structure with a command has two: its own, and the command's.
pub(crate) fn named_once(word: &Ident, name: &mut Option<LitStr>, new: LitStr) -> syn::Result<()> {
    if name.replace(new).is_some() {
        return Err(syn::Error::new(word.span(), "`c` stands twice"));
    }
    Ok(())
}

/// The error for a word that does not exist here, with the place where it does, or the word that
/// may be meant, or all that do.
pub(crate) fn unknown(name: &Ident, known: &[&str]) -> syn::Error {
    let spelled = name.to_string();
    let near = known.iter().min_by_key(|word| distance(&spelled, word));
    let message = if let Some((place, _)) =
        PLACES.iter().find(|(_, words)| words.contains(&spelled.as_str()))
    {
        format!("`{spelled}` is a word of {place}; known here: {}", known.join(", "))
    } else if let Some(word) =
        near.filter(|word| distance(&spelled, word) <= (word.len() / 4).max(1))
    {
        format!("unknown word `{spelled}`; did you mean `{word}`?")
    } else {
        format!("unknown word `{spelled}`; known here: {}", known.join(", "))
    };
    syn::Error::new(name.span(), message)
}

/// How many letters have to be changed, added, left out, or swapped with the next.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The text of `///` comments, line by line, without the space behind the slashes.
pub fn documentation(attributes: &[Attribute]) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_as_far_away_as_it_takes_to_type_it_right() {
        for (a, b, far) in
            [("read", "read", 0), ("raed", "read", 1), ("typ", "type", 1), ("nr", "fd", 2)]
        {
            assert_eq!(distance(a, b), far, "{a} {b}");
        }
    }
}
