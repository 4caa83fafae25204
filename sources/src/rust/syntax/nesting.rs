//! Text that is nested so deeply that reading it would take more stack than there is.

use proc_macro2::{TokenStream, TokenTree, token_stream::IntoIter};

/// What a pair of delimiters weighs against an operator: about the stack that each takes.
const DELIMITERS: u32 = 16;

/// What may be open at once.
const MOST: u32 = 8000;

/// Bytes of stack that reading takes at most, with what [`MOST`] allows. Only what is used takes
/// memory.
pub(crate) const STACK: usize =
    if cfg!(target_pointer_width = "64") { 512 << 20 } else { 64 << 20 };

/// Whether delimiters or operators are nested too deeply. Walks without recursion.
pub(crate) fn is_too_deep(tokens: &TokenStream) -> bool {
    struct Level {
        tokens: IntoIter,
        operators: u32,
    }
    let mut levels = vec![Level { tokens: tokens.clone().into_iter(), operators: 0 }];
    let mut weight = 0_u32;
    while let Some(level) = levels.last_mut() {
        match level.tokens.next() {
            None => {
                weight -= level.operators;
                weight = weight.saturating_sub(DELIMITERS);
                levels.pop();
            }
            Some(TokenTree::Group(group)) => {
                if group.delimiter() == proc_macro2::Delimiter::Brace {
                    weight -= level.operators;
                    level.operators = 0;
                }
                weight += DELIMITERS;
                levels.push(Level { tokens: group.stream().into_iter(), operators: 0 });
            }
            Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), ',' | ';') => {
                weight -= level.operators;
                level.operators = 0;
            }
            Some(TokenTree::Punct(_)) => {
                weight += 1;
                level.operators += 1;
            }
            Some(TokenTree::Ident(ident)) if nests(&ident) => {
                weight += 1;
                level.operators += 1;
            }
            Some(_) => {}
        }
        if weight > MOST {
            return true;
        }
    }
    false
}

/// Words that an expression of any length may stand behind.
fn nests(ident: &proc_macro2::Ident) -> bool {
    ["as", "return", "break", "move", "yield", "dyn", "const", "mut", "if", "else"]
        .iter()
        .any(|word| ident == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn too_deep(text: &str) -> bool {
        is_too_deep(&text.parse().unwrap())
    }

    #[test]
    fn depth_is_told_whatever_nests() {
        assert!(too_deep(&format!("{}{}", "(".repeat(10_000), ")".repeat(10_000))));
        assert!(too_deep(&"!".repeat(10_000)));
        assert!(too_deep(&"a + ".repeat(10_000)));
        assert!(too_deep(&"return ".repeat(10_000)));
        assert!(!too_deep(&"fn a() { (1 + 2) * 3; }\n".repeat(10_000)));
        assert!(!too_deep(&"0x1, ".repeat(100_000)));
        assert!(!too_deep(&format!("{}{}", "(".repeat(300), ")".repeat(300))));
    }
}
