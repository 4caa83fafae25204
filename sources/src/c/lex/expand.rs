//! Macros, expanded from their text as the preprocessor does: arguments, `##`, and macros in what
//! comes of it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::expression::{Macro, Names};
use super::scan::{Token, tokens};

/// Macros nested deeper than this are taken for recursive.
const DEEPEST: u32 = 32;
/// Tokens past this are no expression that anybody wrote.
const LONGEST: usize = 10_000;
/// Macros may double what they are given, and come to nothing in the end: so many tokens are looked at.
const MOST: usize = 10 * LONGEST;

/// A token, which may have been put together.
pub(crate) type Word<'a> = Cow<'a, str>;

/// The tokens that a text comes to; `None` where that cannot be told: a macro with several texts,
/// one that uses itself, or an invocation without its end.
pub(crate) fn expand<'a>(text: &'a str, names: &'a dyn Names) -> Option<Vec<Word<'a>>> {
    Expansion { names, left: MOST }.all(&words(text), 0)
}

fn words(text: &str) -> Vec<Word<'_>> {
    tokens(text).map(|(_, token)| Cow::Borrowed(token.text())).collect()
}

struct Expansion<'a> {
    names: &'a dyn Names,
    /// How many tokens may still be looked at.
    left: usize,
}

impl<'a> Expansion<'a> {
    fn all(&mut self, words: &[Word<'a>], depth: u32) -> Option<Vec<Word<'a>>> {
        if depth > DEEPEST {
            return None;
        }
        let mut expanded = Vec::new();
        let mut at = 0;
        while at < words.len() {
            self.left = self.left.checked_sub(1)?;
            let word = &words[at];
            at += 1;
            match self.names.macro_named(word) {
                Macro::None => expanded.push(word.clone()),
                Macro::Ambiguous => return None,
                Macro::Object(body) => {
                    expanded.extend(self.all(&pasted(self::words(body))?, depth + 1)?);
                }
                // Without parentheses it is no invocation.
                Macro::Function(..) if words.get(at).is_none_or(|next| next != "(") => {
                    expanded.push(word.clone());
                }
                Macro::Function(parameters, body) => {
                    let (arguments, end) = arguments(words, at)?;
                    at = end;
                    let body = self.substituted(body, parameters, &arguments, depth)?;
                    expanded.extend(self.all(&body, depth + 1)?);
                }
            }
            if expanded.len() > LONGEST {
                return None;
            }
        }
        Some(expanded)
    }

    /// The body of a macro with its arguments in place: as they stand beside `##`, expanded elsewhere.
    fn substituted(
        &mut self,
        body: &'a str,
        parameters: &[String],
        arguments: &[&[Word<'a>]],
        depth: u32,
    ) -> Option<Vec<Word<'a>>> {
        let places: HashMap<&str, usize> =
            (0..parameters.len()).rev().map(|place| (parameters[place].as_str(), place)).collect();
        let body: Vec<Token<'a>> = tokens(body).map(|(_, token)| token).collect();
        let is_paste = |at: usize| body.get(at) == Some(&Token::Punctuation("##"));
        let mut words = Vec::new();
        for (at, token) in body.iter().enumerate() {
            let place = match token {
                Token::Word(word) => places.get(word),
                _ => None,
            };
            let Some(place) = place else {
                words.push(Cow::Borrowed(token.text()));
                continue;
            };
            let argument = *arguments.get(*place)?;
            if is_paste(at + 1) || (at > 0 && is_paste(at - 1)) {
                self.left = self.left.checked_sub(argument.len())?;
                words.extend_from_slice(argument);
            } else {
                words.extend(self.all(argument, depth + 1)?);
            }
        }
        pasted(words)
    }
}

/// The arguments of an invocation whose parenthesis opens at `open`, and what follows it.
fn arguments<'w, 'a>(words: &'w [Word<'a>], open: usize) -> Option<(Vec<&'w [Word<'a>]>, usize)> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut start = open + 1;
    for (at, word) in words.iter().enumerate().skip(open) {
        match &**word {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "," if depth == 1 => {
                found.push(&words[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        if depth == 0 {
            found.push(&words[start..at]);
            return Some((found, at + 1));
        }
    }
    None
}

/// Joins what `##` stands between.
fn pasted(words: Vec<Word<'_>>) -> Option<Vec<Word<'_>>> {
    if words.iter().all(|word| word != "##") {
        return Some(words);
    }
    let mut joined: Vec<Word<'_>> = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "##" {
            let next = words.next()?;
            joined.last_mut()?.to_mut().push_str(&next);
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

    struct Table<'t>(HashMap<&'t str, (Option<Vec<String>>, &'t str)>);

    impl Names for Table<'_> {
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
    fn what_comes_to_nothing_after_many_steps_is_refused() {
        let names: Vec<String> = (0..=30).map(|at| format!("M{at}")).collect();
        let texts: Vec<String> = names.iter().map(|name| format!("{name} {name}")).collect();
        let mut table = HashMap::from([("M0", (Some(vec![]), ""))]);
        for (name, text) in names[1..].iter().zip(&texts) {
            table.insert(name.as_str(), (None, text.as_str()));
        }
        let text = texts[0].replace("M0", "M0()");
        table.insert("M1", (None, text.as_str()));
        assert_eq!(expand("M3", &Table(table.clone())), Some(Vec::new()));
        assert_eq!(expand("M30", &Table(table)), None);
    }

    #[test]
    fn what_cannot_be_expanded_is_refused_and_ends() {
        let grown = format!("{}1{}", "GROW(".repeat(30), ")".repeat(30));
        for text in ["LOOP", "IOW(1", "IOW(1)", &grown] {
            assert_eq!(expanded(text), None, "{text}");
        }
    }
}
