//! Items as text.

use proc_macro2::TokenStream;
use syn::File;

use crate::escape::rust_doc;

/// What names and comments of C would be warned of.
const ALLOWED: &str = "\
#![allow(missing_docs, non_snake_case, non_upper_case_globals)]
#![allow(clippy::doc_lazy_continuation)]

";

/// The text of a module: its documentation, what it imports, and its items, formatted, with a line
/// between those that are more than a line.
///
/// # Errors
/// Where the items are no Rust.
pub(crate) fn write(
    head: &[String],
    imports: &[TokenStream],
    items: &[TokenStream],
) -> Result<String, String> {
    let mut text = String::new();
    for line in head {
        text.push_str(if line.is_empty() { "//!" } else { "//! " });
        text.push_str(&rust_doc(line));
        text.push('\n');
    }
    text.push_str(ALLOWED);
    let mut before_is_line = true;
    for (index, tokens) in imports.iter().chain(items).enumerate() {
        let file = parse(tokens)?;
        // In attributes, tokens are printed as they come.
        let shown = prettyplease::unparse(&file).replace("..= ", "..=");
        let is_line = shown.lines().count() == 1;
        if !text.ends_with("\n\n") && (!is_line || !before_is_line || index == imports.len()) {
            text.push('\n');
        }
        text.push_str(&shown);
        before_is_line = is_line;
    }
    Ok(text)
}

fn parse(tokens: &TokenStream) -> Result<File, String> {
    syn::parse2(tokens.clone())
        .map_err(|error| format!("what was made of the header is no Rust: {error}: {tokens}"))
}
