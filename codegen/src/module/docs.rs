//! Documentation of Rust items, as C comments have it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ioctlkit_model::{Interface, RecordId};
use ioctlkit_syntax::snake_case;
use regex::{Captures, Regex};

use super::command::macro_name;
use super::shape::{record_tag, record_type};

/// Links of rustdoc, with and without a target, and code.
static LINK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\[`?([^\]`]+)`?\](?:\([^)]*\))?|`([^`]+)`").ok());

/// The interface with families by length among its commands, and with documentation as C has it.
pub(crate) fn prepared(model: &Interface) -> Interface {
    let mut model = model.clone();
    let of_any_length = model.families.iter_mut().filter_map(|family| family.of_any_length.take());
    model.commands.extend(of_any_length.map(|command| *command));
    resolve(&mut model);
    model
}

/// The documentation with what only rustdoc can follow spelled as C has it: `[Echo::reset]` becomes
/// the command's macro, `[EchoConfig]` the structure.
fn resolve(model: &mut Interface) {
    let names = names(model);
    let resolve = |docs: &mut Vec<String>| {
        for line in docs {
            *line = plain(line, &names);
        }
    };
    for group in &mut model.groups {
        resolve(&mut group.docs);
    }
    for contract in model.commands.iter_mut().filter_map(|command| command.contract.as_mut()) {
        resolve(&mut contract.docs);
    }
    for constant in &mut model.constants {
        resolve(&mut constant.docs);
    }
    for record in &mut model.records {
        resolve(&mut record.docs);
        let variants = std::mem::take(&mut record.variants);
        for (abis, mut body) in variants {
            for member in &mut body.members {
                resolve(&mut member.purpose.docs);
            }
            record.variants.add(abis, body);
        }
    }
}

/// What rustdoc calls things, and C.
fn names(model: &Interface) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for group in &model.groups {
        let Some(device) = &group.device else { continue };
        let of_group = model.commands.iter().filter(|c| group.commands.contains(&c.name));
        for command in of_group {
            if let Some(contract) = &command.contract {
                let name = macro_name(command, contract, &group.prefix);
                names.insert(format!("{device}::{}", snake_case(&contract.name)), name);
            }
        }
    }
    for (index, record) in model.records.iter().enumerate() {
        let id = RecordId(index as u32);
        let (Some(name), tag) = (&record.name, record_tag(model, id)) else { continue };
        names.insert(name.clone(), record_type(model, id));
        for (_, body) in record.variants.iter() {
            for member in body.members.iter().filter_map(|member| member.name.as_deref()) {
                names.insert(format!("{name}::{member}"), format!("{tag}.{member}"));
            }
        }
    }
    names
}

/// The first sentence or line, without its full stop, and the rest in lines, with an empty one
/// between paragraphs.
pub(crate) fn summary_and_details(docs: &[String], otherwise: &str) -> (String, Vec<String>) {
    let mut paragraphs = paragraphs(docs).into_iter();
    let first = paragraphs.next().unwrap_or_default();
    // Dots that stand for what is left out end no sentence.
    let mut ends = first.match_indices(". ").map(|(at, _)| at);
    let (summary, more) = match ends.find(|at| !first[..*at].ends_with('.')) {
        Some(at) => (first[..at].to_owned(), first[at + 2..].to_owned()),
        None => (first.trim_end_matches('.').to_owned(), String::new()),
    };
    let mut details = Vec::new();
    for paragraph in std::iter::once(more).filter(|more| !more.is_empty()).chain(paragraphs) {
        if !details.is_empty() {
            details.push(String::new());
        }
        details.push(paragraph);
    }
    let summary = if summary.is_empty() { otherwise.to_owned() } else { lower(&summary) };
    (summary, details)
}

/// The paragraphs, each in a line. A heading is put in front of what it is the heading of, as
/// kernel-doc has its sections.
pub(crate) fn paragraphs(docs: &[String]) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut current = String::new();
    for line in docs.iter().map(|line| line.trim()) {
        if let Some(heading) = line.strip_prefix('#') {
            if !current.is_empty() {
                paragraphs.push(std::mem::take(&mut current));
            }
            current = format!("{}:", heading.trim_start_matches('#').trim());
        } else if line.is_empty() {
            if !current.is_empty() && !current.ends_with(':') {
                paragraphs.push(std::mem::take(&mut current));
            }
        } else {
            // Each point of a list is a paragraph of its own.
            if line.starts_with("- ") && !current.is_empty() {
                paragraphs.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(line);
        }
    }
    if !current.is_empty() {
        paragraphs.push(current);
    }
    paragraphs
}

/// A comment's lines, for what stands in front of a macro.
pub(crate) fn comment(docs: &[String]) -> Vec<String> {
    fill(&paragraphs(docs), 76).into_iter().filter(|line| !line.is_empty()).collect()
}

/// The lines of paragraphs, none longer than `columns` where words allow it.
pub(crate) fn fill(paragraphs: &[String], columns: usize) -> Vec<String> {
    let mut filled: Vec<String> = Vec::new();
    for paragraph in paragraphs.iter().filter(|paragraph| !paragraph.is_empty()) {
        if !filled.is_empty() {
            filled.push(String::new());
        }
        let mut current = String::new();
        for word in paragraph.split_whitespace() {
            if !current.is_empty() && current.len() + 1 + word.len() > columns {
                filled.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        filled.push(current);
    }
    filled
}

/// All of it on one line.
pub(crate) fn one_line(docs: &[String], otherwise: &str) -> String {
    let (summary, details) = summary_and_details(docs, otherwise);
    if details.is_empty() {
        return summary;
    }
    let details: Vec<&str> = details.iter().map(String::as_str).filter(|l| !l.is_empty()).collect();
    format!("{summary}. {}", details.join(" "))
}

/// Without the `%` that kernel-doc has in front of constants.
pub(crate) fn without_marks(text: &str) -> String {
    let mut kept = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_mark = letters.peek().is_some_and(|next| next.is_ascii_alphabetic() || *next == '_');
        if letter != '%' || !is_mark {
            kept.push(letter);
        }
    }
    kept
}

/// Without what only rustdoc understands, without what would end the comment, and without what the kernel's
/// documentation, which takes in the header's comments, would do: `.. include::` shows a file, and
/// ``:download:`x` `` copies one.
fn plain(line: &str, names: &BTreeMap<String, String>) -> String {
    let text = match LINK.as_ref() {
        Some(pattern) => pattern
            .replace_all(line, |found: &Captures<'_>| {
                let linked = found.get(1).map(|part| part.as_str());
                let text = linked.or_else(|| found.get(2).map(|part| part.as_str()));
                let text = text.unwrap_or_default();
                let path = text.strip_prefix("crate::").unwrap_or(text);
                match names.get(path).filter(|_| linked.is_some()) {
                    Some(name) => name.clone(),
                    None => path.to_owned(),
                }
            })
            .into_owned(),
        None => line.to_owned(),
    };
    let text = text.replace("*/", "* /").replace("/*", "/ *").replace('`', "'");
    if text.split_whitespace().any(|word| word == "..") {
        let words = text.split_whitespace().map(|word| if word == ".." { "-" } else { word });
        return words.collect::<Vec<_>>().join(" ");
    }
    text
}

/// `Reads it` as `reads it`, `ECHO_FLAG` and `I` as they are.
pub(crate) fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || (first == 'A' && second == ' ') => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn links_become_names_of_c_and_headings_sections() {
        let names = BTreeMap::from([("Echo::x".to_owned(), "ECHO_X".to_owned())]);
        let docs =
            lines("Reads [`Echo::x`](crate::Echo), or `y`. More\nof it.\n\n# Errors\n`EBUSY`.");
        let docs: Vec<String> = docs.iter().map(|line| plain(line, &names)).collect();
        let (summary, details) = summary_and_details(&docs, "");
        assert_eq!(summary, "reads ECHO_X, or y");
        assert_eq!(details, ["More of it.", "", "Errors: EBUSY."]);
    }

    #[test]
    fn no_documentation_can_end_a_comment() {
        assert_eq!(plain("a */ b /* c", &BTreeMap::new()), "a * / b / * c");
        assert_eq!(one_line(&[], "no text"), "no text");
    }

    #[test]
    fn no_documentation_is_a_directive_or_a_role_of_the_kernels() {
        let plain = |line| plain(line, &BTreeMap::new());
        assert_eq!(plain(".. include:: /etc/passwd"), "- include:: /etc/passwd");
        assert_eq!(plain("from 1 ..\u{b}2"), "from 1 - 2");
        assert_eq!(plain("1..2, ... and ../x"), "1..2, ... and ../x");
        let told = summary_and_details(&["... include:: x. More.".into()], "");
        assert_eq!(told, ("... include:: x".into(), vec!["More.".into()]));
        // What begins on a line may end on the next one.
        assert_eq!(plain(":download:`text"), ":download:'text");
        assert_eq!(plain("a`b`c`d"), "abc'd");
    }
}
