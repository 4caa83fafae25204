//! Macros, replaced by what they stand for.

use rustc_hash::FxHashMap;

use crate::preprocess::Macro;
use crate::token::{ELSEWHERE, Token, split};

/// No expansion is longer.
const LONGEST: usize = 20_000;

/// The tokens that a use of a macro stands for; `given` are the tokens between its parentheses. Nothing where
/// there are too many.
pub(crate) fn expanded<'t>(made: &Macro<'t>, given: &[Token<'t>]) -> Option<Vec<Token<'t>>> {
    let pieces = split(given);
    let mut arguments: FxHashMap<&str, &[Token<'t>]> = FxHashMap::default();
    for (place, name) in made.parameters.iter().flatten().enumerate() {
        let is_rest = *name == "__VA_ARGS__";
        let piece = match pieces.get(place) {
            Some(_) if is_rest => {
                let rest: usize = pieces[place..].iter().map(|piece| piece.len() + 1).sum();
                &given[given.len() + 1 - rest..]
            }
            Some(piece) => piece,
            None => &[],
        };
        arguments.insert(name, piece);
    }
    let mut tokens = Vec::with_capacity(made.body.len());
    for token in &made.body {
        match arguments.get(token.text).filter(|_| token.is_name()) {
            Some(piece) => tokens.extend_from_slice(piece),
            None => tokens.push(Token { at: ELSEWHERE, ..*token }),
        }
        if tokens.len() > LONGEST {
            return None;
        }
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tokens_of;

    fn text(parameters: &[&'static str], body: &'static str, given: &'static str) -> String {
        let made = Macro { parameters: Some(parameters.to_vec()), body: tokens_of(body, 0) };
        let tokens = expanded(&made, &tokens_of(given, 0)).unwrap();
        tokens.iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn parameters_are_replaced_and_the_rest_keeps_its_commas() {
        assert_eq!(text(&["a", "b"], "f(a, &b)", "fd, x.y"), "f ( fd , & x . y )");
        assert_eq!(
            text(&["a", "__VA_ARGS__"], "f(a, __VA_ARGS__)", "1, 2, g(3, 4)"),
            "f ( 1 , 2 , g ( 3 , 4 ) )"
        );
        assert_eq!(text(&["a", "__VA_ARGS__"], "f(a, __VA_ARGS__)", "1"), "f ( 1 , )");
    }
}
