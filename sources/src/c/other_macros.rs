//! Macros that are no commands: constants, and whatever else a header gives a name.

use std::collections::HashMap;

use ioctlkit_model::{Interface, Macro, MacroValue, Variants};

use crate::c::files::{Files, Index, Loaded};
use crate::c::lex::names::{NameSet, hash};
use crate::c::lex::scan::{Define, Token, tokens};
use crate::c::macros::{CandidateKind, Macros, ROOTS, is_ioctl_h, reach, spans};

/// A macro with more parameters is not called.
const MOST_PARAMETERS: usize = 8;

/// A macro that is no command.
#[derive(Debug)]
pub(crate) struct OtherMacro {
    pub(crate) name: String,
    pub(crate) file: Index,
    /// The place of its first definition in the scan of its file.
    define: usize,
    /// The texts of its definitions.
    text: String,
    /// What the compiler is asked about it.
    pub(crate) asked: AskedAs,
    /// Whether it depends on a name that files define differently: only a header that is read by itself
    /// has its own.
    pub(crate) is_contested: bool,
}

/// What the compiler is asked about a macro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AskedAs {
    /// Whether it is defined.
    Defined,
    /// The value of an expression.
    Integer(String),
    /// The arguments of the `_IOC` behind an expression.
    Command(String),
}

/// What is known of them so far, by their places among the macros.
pub(crate) type Known = HashMap<usize, Variants<MacroValue>>;

/// Finds the macros of the files.
pub(crate) fn find(files: &Files, macros: &Macros) -> Vec<OtherMacro> {
    let contested = reach(files, differing(files));
    let mut of_files: HashMap<Index, NameSet> = HashMap::new();
    for candidate in macros.candidates.iter().filter(|one| one.kind != CandidateKind::RawNumber) {
        of_files.entry(candidate.file).or_default().insert(candidate.define(files).hash);
    }
    let commands = reach(files, ROOTS.iter().map(|name| hash(name)).collect());
    let mut found: Vec<OtherMacro> = Vec::new();
    for (index, file) in files.loaded.iter().enumerate() {
        if is_ioctl_h(file) || file.is_virtual || file.instead.is_some() {
            continue;
        }
        let known = of_files.get(&index);
        let guard = file.scan.guard();
        let mut places: HashMap<u64, usize> = HashMap::new();
        for (at, define) in file.scan.defines.iter().enumerate() {
            let is_guard = guard.as_ref().is_some_and(|guard| guard.contains(&define.at.start));
            if is_guard || known.is_some_and(|known| known.contains(&define.hash)) {
                continue;
            }
            let text = spelled(file, define);
            if let Some(place) = places.get(&define.hash) {
                found[*place].text += "\n";
                found[*place].text += &text;
                let is_integer = may_be_integer(file.slice(&define.body), &define.name);
                if matches!(found[*place].asked, AskedAs::Integer(_)) && !is_integer {
                    found[*place].asked = AskedAs::Defined;
                }
                continue;
            }
            places.insert(define.hash, found.len());
            let is_command = define.words.iter().any(|word| commands.contains(word));
            found.push(OtherMacro {
                name: define.name.clone(),
                file: index,
                define: at,
                text,
                asked: asked(file, define, is_command),
                is_contested: contested.contains(&define.hash),
            });
        }
    }
    found
}

/// Files what is known of them.
pub(crate) fn put(files: &Files, all: &[OtherMacro], mut known: Known, interface: &mut Interface) {
    for (at, found) in all.iter().enumerate() {
        let file = &files.loaded[found.file];
        let mut values = known.remove(&at).unwrap_or_default();
        if found.is_contested {
            // Where nobody was asked, it may be defined or not.
            values.add(file.abis.difference(values.abis()), MacroValue::Other);
        }
        if values.is_empty() {
            continue;
        }
        interface.macros.push(Macro {
            name: found.name.clone(),
            span: spans(file, &file.scan.defines[found.define]).0,
            definition: found.text.clone(),
            values,
        });
    }
}

/// The tokens of a definition, and its parameters.
fn spelled(file: &Loaded, define: &Define) -> String {
    let body = tokens(file.slice(&define.body)).map(|(_, token)| token.text());
    let body = body.collect::<Vec<_>>().join(" ");
    match &define.parameters {
        Some(parameters) => format!("({}) {body}", parameters.join(", ")),
        None => body,
    }
}

fn asked(file: &Loaded, define: &Define, is_command: bool) -> AskedAs {
    let text = file.slice(&define.body);
    let call = match &define.parameters {
        None => define.name.clone(),
        Some(parameters) => {
            let is_variadic = parameters.iter().any(|one| one.contains("..."));
            if is_variadic || parameters.len() > MOST_PARAMETERS {
                return AskedAs::Defined;
            }
            let arguments: Vec<String> =
                (1..=parameters.len()).map(|number| number.to_string()).collect();
            format!("{}({})", define.name, arguments.join(", "))
        }
    };
    match (is_command, &define.parameters) {
        (true, Some(_)) => AskedAs::Command(call),
        _ if may_be_integer(text, &define.name) => AskedAs::Integer(call),
        _ => AskedAs::Defined,
    }
}

/// Whether a text may be an integer. For any other, asking the compiler would only yield an error.
fn may_be_integer(text: &str, name: &str) -> bool {
    const NEVER: [&str; 24] = [
        "__attribute__",
        "__inline__",
        "asm",
        "auto",
        "const",
        "do",
        "enum",
        "extern",
        "for",
        "goto",
        "if",
        "inline",
        "register",
        "restrict",
        "return",
        "static",
        "struct",
        "switch",
        "typedef",
        "union",
        "volatile",
        "while",
        "_Static_assert",
        "__extension__",
    ];
    let mut some = false;
    // The operand of `sizeof` may be a type, which any of these words can be part of.
    let has_sizeof = text.contains("sizeof");
    for (_, token) in tokens(text) {
        let is_possible = match token {
            Token::Quoted(quoted) => quoted.starts_with('\''),
            Token::Word(word) => has_sizeof || !NEVER.contains(&word),
            Token::Punctuation(mark) => {
                !matches!(mark, "{" | "}" | ";" | "." | "->" | "=" | "#" | "##")
            }
            Token::Number(_) => true,
        };
        if !is_possible {
            return false;
        }
        some = true;
    }
    some && text.trim() != name
}

/// Names that files define with different texts.
fn differing(files: &Files) -> NameSet {
    let mut texts: HashMap<u64, (Index, &str)> = HashMap::new();
    let mut differing = NameSet::default();
    for (index, file) in files.loaded.iter().enumerate() {
        for define in &file.scan.defines {
            let text = file.slice(&define.body);
            let (first, known) = texts.entry(define.hash).or_insert((index, text));
            if *first != index && *known != text {
                differing.insert(define.hash);
            }
        }
    }
    differing
}
