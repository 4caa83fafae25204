//! `A..=B`, which syn parses only with all of the language.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Expr, Token};

/// A range that includes its end.
#[derive(Clone)]
pub struct RangeInclusive {
    /// The first value.
    pub start: Expr,
    /// The last value.
    pub end: Expr,
}

impl Parse for RangeInclusive {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let start = operand(input)?;
        if input.peek(Token![..]) && !input.peek(Token![..=]) {
            return Err(input.error("write a range that includes its end: `A..=B`"));
        }
        input.parse::<Token![..=]>()?;
        Ok(Self { start, end: operand(input)? })
    }
}

impl ToTokens for RangeInclusive {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.start.to_tokens(tokens);
        <Token![..=]>::default().to_tokens(tokens);
        self.end.to_tokens(tokens);
    }
}

/// An expression up to the next `,` or `..`, so that a range does not depend on whether syn was
/// built with all of the language. Arrays and blocks are of that part: the compiler reads them.
pub(crate) fn operand(input: ParseStream<'_>) -> syn::Result<Expr> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) && !input.peek(Token![..]) {
        tokens.extend(std::iter::once(input.parse::<TokenTree>()?));
    }
    if tokens.is_empty() {
        return Err(input.error("an expression is missing"));
    }
    let one = |input: ParseStream<'_>| {
        let expression = input.parse()?;
        if input.is_empty() {
            Ok(expression)
        } else {
            Err(input.error("nothing more belongs to the value: write a comma before this"))
        }
    };
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::Parenthesis => {
            Ok(Expr::Verbatim(tokens))
        }
        _ => one.parse2(tokens),
    }
}
