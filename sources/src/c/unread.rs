//! Commands that are in the text and that the compiler was not asked about, or has never seen: those that a
//! macro defines, those that a function makes, and those under a condition that held for nobody.

use std::collections::HashSet;
use std::ops::Range;

use crate::c::files::{Files, Index, Loaded};
use crate::c::lex::condition;
use crate::c::lex::names::{ByName, NameSet, hash};
use crate::c::lex::scan::{Define, Readers, Token, tokens};

/// Something that looks like a command, or like several.
#[derive(Debug, Clone)]
pub(crate) struct Unread {
    pub(crate) name: String,
    pub(crate) file: Index,
    pub(crate) at: Range<u32>,
    /// Why, as the end of a sentence.
    pub(crate) reason: String,
}

/// Invocations that define commands whose names only the preprocessor knows: `LIST(X)` in an enumeration,
/// `COMMAND(ONE, 1, int)` at a file's scope. `makers` are the function-like macros that come to commands.
pub(crate) fn by_macros(index: Index, file: &Loaded, makers: &HashSet<&str>) -> Vec<Unread> {
    let defines_commands = |at: &&Range<u32>| {
        makers.contains(file.slice(at)) || is_given_a_maker(&file.text[at.end as usize..], makers)
    };
    let mut known: HashSet<&str> = HashSet::new();
    let invocations = file.scan.invocations.iter().filter(defines_commands);
    invocations
        .filter(|at| known.insert(file.slice(at)))
        .map(|at| Unread {
            name: file.slice(at).to_owned(),
            file: index,
            at: at.clone(),
            reason: "the commands that it defines have their names from a macro".to_owned(),
        })
        .collect()
}

/// Whether the arguments that a text begins with have the name of a macro that makes commands, which is
/// not invoked there.
fn is_given_a_maker(text: &str, makers: &HashSet<&str>) -> bool {
    let mut depth = 0_u32;
    let mut last = "";
    for (_, token) in tokens(text) {
        match token.text() {
            "(" => depth += 1,
            "," | ")" if makers.contains(last) => return true,
            ")" if depth <= 1 => return false,
            ")" => depth -= 1,
            _ => {}
        }
        last = token.text();
    }
    false
}

/// The function that a macro calls, if it calls nothing else: `make(1, sizeof(struct s))`.
pub(crate) fn callee<'f>(file: &'f Loaded, define: &Define) -> Option<&'f str> {
    let text = file.slice(&define.body).trim_start_matches(['(', ' ']);
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c: char| !is_of_name(c))?;
    let (name, rest) = text.split_at(end);
    let is_call = rest.trim_start().starts_with('(') && is_one_group(rest);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (is_call && is_name && !KEYWORDS.contains(&name)).then_some(name)
}

/// What stands in front of parentheses and is no function.
const KEYWORDS: [&str; 7] = ["if", "for", "while", "switch", "return", "sizeof", "typeof"];

/// Whether nothing stands behind the parenthesis that closes the first one, but for those that close what is
/// around the call.
fn is_one_group(text: &str) -> bool {
    let mut tokens = tokens(text).map(|(_, token)| token);
    skip_group(&mut tokens);
    tokens.all(|token| token == Token::Punctuation(")"))
}

/// Those of `names` that are functions which put a command's number together: by `_IOC` or one of `reached`,
/// or by shifts of which one is that of a direction.
pub(crate) fn encoders<'n>(
    files: &Files,
    names: &HashSet<&'n str>,
    reached: &NameSet,
) -> HashSet<&'n str> {
    let defines_some = |file: &&Loaded| {
        file.text.contains("inline") && names.iter().any(|name| file.scan.mentions(hash(name)))
    };
    files
        .loaded
        .iter()
        .filter(defines_some)
        .flat_map(|file| encoders_in(&file.text, names, reached))
        .collect()
}

/// The same in one text.
fn encoders_in<'n>(text: &str, names: &HashSet<&'n str>, reached: &NameSet) -> HashSet<&'n str> {
    let mut found = HashSet::new();
    let mut tokens = tokens(text).map(|(_, token)| token).peekable();
    while let Some(token) = tokens.next() {
        let Token::Word(word) = token else { continue };
        let Some(name) = names.get(word) else { continue };
        if tokens.peek() != Some(&Token::Punctuation("(")) {
            continue;
        }
        skip_group(&mut tokens);
        if tokens.peek() == Some(&Token::Punctuation("{")) && packs(&mut tokens, reached) {
            found.insert(*name);
        }
    }
    found
}

/// Whether the body that begins with the next token puts a number together.
fn packs<'t>(tokens: &mut impl Iterator<Item = Token<'t>>, reached: &NameSet) -> bool {
    let (mut shifts, mut has_direction, mut uses_ioc) = (0, false, false);
    let mut depth = 0_u32;
    for token in tokens {
        match token {
            Token::Punctuation("{") => depth += 1,
            Token::Punctuation("}") if depth <= 1 => break,
            Token::Punctuation("}") => depth -= 1,
            Token::Punctuation("<<") => shifts += 1,
            Token::Number("29" | "30") => has_direction = true,
            Token::Word(word) => uses_ioc |= reached.contains(&hash(word)),
            _ => {}
        }
    }
    uses_ioc || (shifts > 1 && has_direction)
}

/// Skips what stands in parentheses, which open with the next token.
fn skip_group<'t>(tokens: &mut impl Iterator<Item = Token<'t>>) {
    let mut depth = 0_u32;
    for token in tokens {
        match token.text() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// The conditions of a file.
pub(crate) struct Conditions<'f> {
    file: &'f Loaded,
    /// Whether each region is read, as far as the text tells.
    holds: Vec<Option<bool>>,
    /// The definitions of each macro.
    definitions: ByName<Vec<&'f Define>>,
}

impl<'f> Conditions<'f> {
    pub(crate) fn of(files: &Files, file: &'f Loaded) -> Self {
        let is_defined = |name: &str| files.defined.contains(name).then_some(true);
        let holds = condition::holds(&file.scan, &file.text, &is_defined);
        let mut definitions: ByName<Vec<&Define>> = ByName::default();
        for define in &file.scan.defines {
            definitions.entry(define.hash).or_default().push(define);
        }
        Self { file, holds, definitions }
    }

    /// The condition that keeps a macro from being defined for any program of any ABI, where it is one that
    /// may hold for somebody.
    pub(crate) fn around(&self, define: &Define) -> Option<String> {
        self.definitions.get(&define.hash)?.iter().find_map(|one| self.may_hold(one))
    }

    /// The innermost condition of a definition; none where it cannot hold on Linux, and where it makes the
    /// definition the kernel's own, that of its 32-bit layer, or that of C++.
    fn may_hold(&self, define: &Define) -> Option<String> {
        let mut innermost = None;
        let mut next = define.region;
        while let Some(at) = next {
            let region = &self.file.scan.regions[at];
            let text = self.file.slice(&region.directive);
            if self.holds[at] == Some(false)
                || region.readers == Readers::Kernel
                || ["__cplusplus", "__ASSEMBL", "CONFIG_COMPAT", "CONFIG_64BIT"]
                    .iter()
                    .any(|word| text.contains(word))
            {
                return None;
            }
            if innermost.is_none() && !region.is_guard && self.holds[at].is_none() {
                innermost = Some(short(text));
            }
            next = region.parent;
        }
        innermost
    }
}

/// A directive, as far as a message has room for it.
fn short(directive: &str) -> String {
    const LONGEST: usize = 40;
    let text = directive.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            format!("{} …", text[..end].rsplit_once(' ').map_or(&text[..end], |it| it.0))
        }
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_that_packs_a_number_is_told_from_others() {
        let reached: NameSet = [hash("_IOC")].into_iter().collect();
        for (text, expected) in [
            ("static inline u32 f(u32 n) { return _IOC(2, 'x', n, 4); }", true),
            (
                "static inline u32 f(u32 d, u32 n) { if (d) { } return d << 30 | 'x' << 8 | n; }",
                true,
            ),
            ("u32 f(u32 n); u32 f(u32 n) { return n << 30 | 1 << 8; }", true),
            ("static inline u32 f(u32 a, u32 b) { return a << 16 | b << 8; }", false),
            (
                "static inline u32 f(u32 a) { return a << 30; } u32 g(u32 a) { return _IOC(a); }",
                false,
            ),
            ("u32 f(u32 n);", false),
            ("static inline u32 f(u32 n) {", false),
            ("f(", false),
        ] {
            let found = encoders_in(text, &HashSet::from(["f"]), &reached);
            assert_eq!(!found.is_empty(), expected, "{text}");
        }
    }
}
