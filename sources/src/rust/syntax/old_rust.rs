//! What the editions of 2015 and 2018 allow and syn does not read: words that were names, and trait
//! objects without `dyn`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// No file has more trait objects without `dyn`; each is found by an attempt to read the file.
const MOST_ATTEMPTS: usize = 64;

/// Reads a file as the compiler of an older edition does.
///
/// # Errors
/// The first mistake, as the edition of today sees it.
pub(crate) fn parse(tokens: TokenStream) -> syn::Result<syn::File> {
    let first = match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => return Ok(file),
        Err(error) => error,
    };
    let mut tokens = with_names_of_2015(tokens);
    for _ in 0..MOST_ATTEMPTS {
        let error = match syn::parse2::<syn::File>(tokens.clone()) {
            Ok(file) => return Ok(file),
            Err(error) => error,
        };
        match with_dyn(tokens, error.span()) {
            Some(changed) => tokens = changed,
            None => break,
        }
    }
    Err(first)
}

/// The words that were names before the edition of 2018, as names.
fn with_names_of_2015(tokens: TokenStream) -> TokenStream {
    let name = |token| match token {
        TokenTree::Ident(word)
            if ["async", "await", "try", "gen"].iter().any(|known| word == known) =>
        {
            TokenTree::Ident(Ident::new_raw(&word.to_string(), word.span()))
        }
        TokenTree::Group(group) => rebuilt(&group, with_names_of_2015(group.stream())),
        token => token,
    };
    tokens.into_iter().map(name).collect()
}

/// With a `dyn` before the type that the mistake is in; nothing where there is no such type.
fn with_dyn(tokens: TokenStream, mistake: Span) -> Option<TokenStream> {
    let at = mistake.byte_range().start;
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let index = tokens.iter().position(|token| token.span().byte_range().end > at)?;
    if let TokenTree::Group(group) = &tokens[index]
        && group.span_open().byte_range().start < at
    {
        let inner = with_dyn(group.stream(), mistake)?;
        tokens[index] = rebuilt(group, inner);
        return Some(tokens.into_iter().collect());
    }
    let start = start_of_type(&tokens, index)?;
    let is_object = matches!(&tokens[start], TokenTree::Ident(word) if *word != "dyn");
    if !is_object {
        return None;
    }
    tokens.insert(start, TokenTree::Ident(Ident::new("dyn", tokens[start].span())));
    Some(tokens.into_iter().collect())
}

/// Where the path begins that stands before a token, or that the token is in: behind `<`, `,`, `&`,
/// `=`, `:`, `->` or the opening delimiter.
fn start_of_type(tokens: &[TokenTree], index: usize) -> Option<usize> {
    let mut start = index;
    let mut open = 0_u32;
    while start > 0 {
        match &tokens[start - 1] {
            TokenTree::Punct(mark) => match mark.as_char() {
                '>' if start > 1 && is_mark(&tokens[start - 2], '-') => break,
                '>' => open += 1,
                '<' if open > 0 => open -= 1,
                ',' if open > 0 => {}
                ':' if start > 1 && is_mark(&tokens[start - 2], ':') => start -= 1,
                ':' if is_mark(tokens.get(start)?, ':') => {}
                '<' | ',' | '&' | '=' | ':' => break,
                _ => return None,
            },
            TokenTree::Ident(word) if *word == "mut" || *word == "dyn" || *word == "impl" => break,
            TokenTree::Ident(_) => {}
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {}
            TokenTree::Group(_) | TokenTree::Literal(_) => return None,
        }
        start -= 1;
    }
    (start < tokens.len()).then_some(start)
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn rebuilt(group: &Group, inner: TokenStream) -> TokenTree {
    let mut rebuilt = Group::new(group.delimiter(), inner);
    rebuilt.set_span(group.span());
    TokenTree::Group(rebuilt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> bool {
        let tokens = text.parse().expect("tokens");
        parse(tokens).is_ok()
    }

    #[test]
    fn trait_objects_without_dyn_are_read() {
        for text in [
            "pub type A = Box<Fn(u8) + Send>;",
            "type A = Box<FnMut(&str) -> io::Result<u8> + Send + 'static>; type B = Rc<Any + Sync>;",
            "struct S { a: Vec<Box<std::error::Error + Send>>, b: &'static (Fn() + Sync) }",
            "fn f(x: &(Fn() + Send)) -> Box<Error + Send> { x }",
            "fn f() { let async = 1; let a: Box<Any + Send> = g(); }",
            "impl From<Box<Any + Send>> for E { fn from(e: Box<Any + Send>) -> E { E } }",
        ] {
            assert!(reads(text), "{text}");
        }
    }

    #[test]
    fn what_no_edition_allows_is_refused() {
        for text in ["struct S { a: }", "fn f( {", "let x = ;", "type A = Box<1 + Send>;"] {
            let tokens = text.parse::<TokenStream>();
            assert!(tokens.is_err() || parse(tokens.unwrap()).is_err(), "{text}");
        }
    }
}
