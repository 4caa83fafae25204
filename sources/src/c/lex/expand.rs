//! Macros, expanded from their text as the preprocessor does: arguments, `##`, and macros in what
//! comes of it.

use super::expression::{Macro, Names};
use super::scan::{Token, tokens};

/// Macros nested deeper than this are taken for recursive.
const DEEPEST: u32 = 32;
/// Tokens past this are no expression that anybody wrote.
const LONGEST: usize = 10_000;

/// The tokens that a text comes to; `None` where that cannot be told: a macro with several texts,
/// one that uses itself, or an invocation without its end.
pub(crate) fn expand(text: &str, names: &dyn Names) -> Option<Vec<String>> {
    let words: Vec<String> = tokens(text).map(|(_, token)| token.text().to_owned()).collect();
    all(&words, names, 0)
}

fn all(words: &[String], names: &dyn Names, depth: u32) -> Option<Vec<String>> {
    if depth > DEEPEST {
        return None;
    }
    let mut expanded = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        at += 1;
        match names.macro_named(word) {
            Macro::None => expanded.push(word.clone()),
            Macro::Ambiguous => return None,
            Macro::Object(body) => {
                let body = tokens(body).map(|(_, token)| token.text().to_owned()).collect();
                expanded.extend(all(&pasted(body)?, names, depth + 1)?);
            }
            // Without parentheses it is no invocation.
            Macro::Function(..) if words.get(at).is_none_or(|next| next != "(") => {
                expanded.push(word.clone());
            }
            Macro::Function(parameters, body) => {
                let (arguments, end) = arguments(words, at)?;
                at = end;
                let body = substituted(body, parameters, &arguments, names, depth)?;
                expanded.extend(all(&body, names, depth + 1)?);
            }
        }
        if expanded.len() > LONGEST {
            return None;
        }
    }
    Some(expanded)
}

/// The arguments of an invocation whose parenthesis opens at `open`, and what follows it.
fn arguments(words: &[String], open: usize) -> Option<(Vec<Vec<String>>, usize)> {
    let mut found = vec![Vec::new()];
    let mut depth = 0;
    for (at, word) in words.iter().enumerate().skip(open) {
        match word.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        match (depth, word.as_str()) {
            (0, _) => return Some((found, at + 1)),
            (1, "(") if at == open => {}
            (1, ",") => found.push(Vec::new()),
            _ => found.last_mut()?.push(word.clone()),
        }
    }
    None
}

/// The body of a macro with its arguments in place: as they stand beside `##`, expanded elsewhere.
fn substituted(
    body: &str,
    parameters: &[String],
    arguments: &[Vec<String>],
    names: &dyn Names,
    depth: u32,
) -> Option<Vec<String>> {
    let body: Vec<Token<'_>> = tokens(body).map(|(_, token)| token).collect();
    let is_paste = |at: usize| body.get(at) == Some(&Token::Punctuation("##"));
    let mut words = Vec::new();
    for (at, token) in body.iter().enumerate() {
        let place = match token {
            Token::Word(word) => parameters.iter().position(|parameter| parameter == word),
            _ => None,
        };
        let Some(place) = place else {
            words.push(token.text().to_owned());
            continue;
        };
        let argument = arguments.get(place)?.clone();
        if is_paste(at + 1) || (at > 0 && is_paste(at - 1)) {
            words.extend(argument);
        } else {
            words.extend(all(&argument, names, depth + 1)?);
        }
    }
    pasted(words)
}

/// Joins what `##` stands between.
fn pasted(words: Vec<String>) -> Option<Vec<String>> {
    let mut joined: Vec<String> = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "##" {
            let next = words.next()?;
            joined.last_mut()?.push_str(&next);
        } else {
            joined.push(word);
        }
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use ioctlkit_model::Type;

    use super::*;

    struct Table(HashMap<&'static str, (Option<Vec<String>>, &'static str)>);

    impl Names for Table {
        fn macro_named(&self, name: &str) -> Macro<'_> {
            match self.0.get(name) {
                None => Macro::None,
                Some((None, body)) => Macro::Object(body),
                Some((Some(parameters), body)) => Macro::Function(parameters, body),
            }
        }
        fn typedef(&self, _: &str) -> Option<Type> {
            None
        }
        fn record(&self, _: &str) -> Option<Type> {
            None
        }
    }

    fn expanded(text: &str) -> Option<String> {
        let function = |parameters: &str, body| {
            (Some(parameters.split(' ').map(str::to_owned).collect()), body)
        };
        let table = Table(HashMap::from([
            ("ONE", (None, "1")),
            ("CALL", function("dir name", "IO ## dir(BASE + N_##name, struct s_ ## name)")),
            ("IOW", function("nr type", "w[nr, type]")),
            ("BASE", (None, "0x40")),
            ("N_PUT", (None, "2")),
            ("LOOP", (None, "LOOP + 1")),
            ("GROW", function("x", "x x x x")),
        ]));
        expand(text, &table).map(|words| words.join(" "))
    }

    #[test]
    fn arguments_are_expanded_but_for_those_that_are_pasted() {
        assert_eq!(expanded("CALL(W, PUT)").as_deref(), Some("w [ 0x40 + 2 , struct s_PUT ]"));
        assert_eq!(expanded("IOW(ONE, (a, b))").as_deref(), Some("w [ 1 , ( a , b ) ]"));
        assert_eq!(expanded("IOW").as_deref(), Some("IOW"));
    }

    #[test]
    fn what_cannot_be_expanded_is_refused_and_ends() {
        let grown = format!("{}1{}", "GROW(".repeat(30), ")".repeat(30));
        for text in ["LOOP", "IOW(1", "IOW(1)", &grown] {
            assert_eq!(expanded(text), None, "{text}");
        }
    }
}
