//! The same command or structure in the other language: from Rust to the C header, and back.

use ioctl_lint::against::{Pairs, last_of_path, pair};
use ioctlkit_model::{Interface, Language, Record, Span};
use lsp_types::Location;

use super::analysis::{Analysis, Part, Places};
use super::uri;

/// What a word of a document names, and in which language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    /// The language that it is defined in.
    pub(super) language: Language,
    /// The word.
    pub(super) word: String,
    /// What it may be called in the other language, but for conventions of case.
    pub(super) names: Vec<String>,
    /// The type letters of the commands that have the name.
    pub(super) letters: Vec<char>,
}

/// What a word names; none where it is neither a command nor a structure.
pub(super) fn subject(analysis: &Analysis, word: &str) -> Option<Subject> {
    analysis.parts.iter().find_map(|part| {
        let language = language(part)?;
        let interface = &part.interface;
        let mut names = vec![word.to_owned()];
        let mut letters = Vec::new();
        for command in
            interface.commands.iter().filter(|it| is_named(it.c_name.as_deref(), &it.name, word))
        {
            names.extend(command.c_name.clone());
            let bodies = command.variants.iter().map(|(_, body)| body.type_letter);
            letters.extend(bodies.filter_map(|letter| u8::try_from(letter).ok()).map(char::from));
        }
        let records = interface.records.iter().filter(|record| is_record(record, word));
        let is_record = records.clone().next().is_some();
        names.extend(records.filter_map(|record| record.c_name.clone()));
        letters.sort_unstable();
        letters.dedup();
        (is_record || !letters.is_empty() || is_raw(interface, word)).then(|| Subject {
            language,
            word: word.to_owned(),
            names: names.iter().map(|name| last_of_path(bare(name)).to_owned()).collect(),
            letters,
        })
    })
}

/// Where another analysis has the counterpart of what a word of this one names.
pub(super) fn locations(own: &Analysis, subject: &Subject, other: &Analysis) -> Vec<Location> {
    let mut found = Vec::new();
    for ours in own.parts.iter().filter(|part| language(part) == Some(subject.language)) {
        for theirs in &other.parts {
            let spans = match (subject.language, language(theirs)) {
                (Language::Rust, Some(Language::C)) => {
                    in_c(&pair(&ours.interface, &theirs.interface), ours, theirs, &subject.word)
                }
                (Language::C, Some(Language::Rust)) => {
                    in_rust(&pair(&theirs.interface, &ours.interface), ours, theirs, &subject.word)
                }
                _ => continue,
            };
            let mut places = Places::new(&theirs.interface.sources);
            for span in spans {
                let (path, range) = places.of(span);
                let location = uri::of(path).map(|uri| Location { uri, range });
                found.extend(location.filter(|location| !found.contains(location)));
            }
        }
    }
    found
}

fn in_c(pairs: &Pairs<'_>, ours: &Part, theirs: &Part, word: &str) -> Vec<Span> {
    let commands =
        pairs.commands.iter().filter(|it| is_named(it.rust.c_name(), it.rust.name(), word));
    let commands = commands.map(|pair| pair.c.span());
    let records =
        pairs.records.iter().filter(|pair| is_record(ours.interface.record(pair.rust), word));
    commands.chain(records.map(|pair| theirs.interface.record(pair.c).span)).collect()
}

fn in_rust(pairs: &Pairs<'_>, ours: &Part, theirs: &Part, word: &str) -> Vec<Span> {
    let commands = pairs.commands.iter().filter(|it| is_named(it.c.c_name(), it.c.name(), word));
    let commands = commands.map(|pair| pair.rust.span());
    let records =
        pairs.records.iter().filter(|pair| is_record(ours.interface.record(pair.c), word));
    commands.chain(records.map(|pair| theirs.interface.record(pair.rust).span)).collect()
}

fn is_named(c_name: Option<&str>, name: &str, word: &str) -> bool {
    last_of_path(name) == word || c_name == Some(word)
}

fn is_raw(interface: &Interface, word: &str) -> bool {
    interface.raw_numbers.iter().any(|raw| raw.name == word)
}

fn is_record(record: &Record, word: &str) -> bool {
    let names = [&record.name, &record.typedef_name, &record.c_name];
    names.into_iter().flatten().any(|name| last_of_path(bare(name)) == word)
}

/// The name without the keyword.
fn bare(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

fn language(part: &Part) -> Option<Language> {
    let header = part.interface.headers.first()?;
    let language = part.interface.sources.file(header.file).language();
    matches!(language, Language::C | Language::Rust).then_some(language)
}
