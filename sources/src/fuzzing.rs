//! Entry points for the fuzz targets into code that is private otherwise. The module exists only with
//! `--cfg fuzzing`, which `fuzz/build.sh` and cargo-fuzz set.
#![allow(clippy::unwrap_used, reason = "a panic is how a fuzz target fails")]

use std::collections::HashMap;
use std::path::Path;

use ioctlkit_model::{Interface, Type};

use crate::c::driver::allowed::sort_arguments;
use crate::c::driver::database::Database;
use crate::c::lex::expression::{Macro, Names, is_conditional, parse_expression};
use crate::c::lex::scan::{Scan, scan, tokens};
use crate::c::lex::{condition, definitions_only, expand};
use crate::kept::{self, bytes};

/// Reads any bytes as a kept interface, and returns it if they hold one. Writing it and reading that again
/// must yield the same.
pub fn kept(mut bytes: &[u8]) -> Option<Interface> {
    let length = bytes.len() as u64;
    let mut reader = bytes::Reader::new(&mut bytes, length);
    let interface = kept::take(&mut reader)?;
    let written = written(&interface);
    let mut source = written.as_slice();
    let mut again = bytes::Reader::new(&mut source, written.len() as u64);
    let again = kept::take(&mut again).unwrap();
    assert!(self::written(&again) == written, "it is another when it is read again");
    Some(interface)
}

/// An interface as the bytes that [`kept`] reads.
pub fn written(interface: &Interface) -> Vec<u8> {
    let mut writer = bytes::Writer::default();
    kept::put(interface, &mut writer);
    writer.finish().unwrap()
}

/// Reads a text as a compilation database, and sorts its words as arguments. What is allowed must stay the
/// same when it is sorted again, and must not name an output file, a plugin or a file of arguments.
pub fn database(folder: &Path, text: &str) {
    let _ = std::fs::write(folder.join("compile_commands.json"), text);
    if let Ok(database) = Database::read(folder) {
        let _ = database.arguments(&folder.join("a.h"), &mut Vec::new());
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let sorted = sort_arguments(&words, Path::new("/base"));
    assert!(sorted.refused.iter().all(|at| *at < words.len()));
    for argument in sorted.allowed {
        let word = argument.word();
        let begins =
            ["-D", "-U", "-I", "-std=", "-f", "-m", "-W", "-w", "-i", "-n", "-u", "-a", "-p", "-t"];
        assert!(begins.iter().any(|begin| word.starts_with(begin)), "{word}");
        for taken in ["-fplugin", "-Xclang", "-load", "-imacros-", "-MF", "-Wp,", "-o", "@", "-B"] {
            assert!(!word.starts_with(taken), "{word}");
        }
        let again = sort_arguments(std::slice::from_ref(&word), Path::new("/base")).allowed;
        let again: Vec<String> = again.iter().map(|argument| argument.word()).collect();
        assert_eq!(again, [word]);
    }
}

/// Scans a text as a header. Places must lie within the text, evaluating conditions, constant expressions
/// and macros must end, and reducing the text to its definitions must keep its length.
pub fn header(text: &str) {
    let scan = scan(text);
    let mut end = 0;
    for (at, token) in tokens(text) {
        assert!(at >= end && text[at..].starts_with(token.text()));
        end = at + token.text().len();
    }
    for directive in &scan.directives {
        let _ = &text[directive.start as usize..directive.end as usize];
    }
    let holds = condition::holds(&scan, text, &|name| Some(name.len() % 2 == 0));
    assert_eq!(holds.len(), scan.regions.len());
    let kept = definitions_only::definitions_only(text, &scan, |name| name.len() % 2 == 0);
    assert_eq!(kept.len(), text.len());
    let names = Defined::of(text, &scan);
    for define in scan.defines.iter().chain(&scan.enumerators) {
        let body = &text[define.body.start as usize..define.body.end as usize];
        let _ = is_conditional(body);
        let _ = parse_expression(body, &names);
        let _ = expand::expand(body, &names);
    }
}

/// The macros of a text, each with its last definition.
struct Defined<'a>(HashMap<&'a str, (Option<&'a [String]>, &'a str)>);

impl<'a> Defined<'a> {
    fn of(text: &'a str, scan: &'a Scan) -> Self {
        let defined = scan.defines.iter().map(|define| {
            let body = &text[define.body.start as usize..define.body.end as usize];
            (define.name.as_str(), (define.parameters.as_deref(), body))
        });
        Self(defined.collect())
    }
}

impl Names for Defined<'_> {
    fn macro_named(&self, name: &str) -> Macro<'_> {
        match self.0.get(name) {
            None => Macro::None,
            Some((None, body)) => Macro::Object(body),
            Some((Some(parameters), body)) => Macro::Function(parameters, body),
        }
    }

    fn typedef(&self, name: &str) -> Option<Type> {
        name.ends_with("_t").then(|| Type::Unknown(name.into()))
    }

    fn record(&self, tag: &str) -> Option<Type> {
        Some(Type::Unknown(tag.into()))
    }
}
