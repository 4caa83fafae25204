//! Comments of C as documentation of Rust.

use std::collections::HashMap;

use crate::escape::rust_doc;

/// What a comment in the kernel's form (`struct x - summary`, `@member: text`) says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct TypeDocs {
    /// Of the type.
    pub(crate) own: Vec<String>,
    /// Of its members.
    pub(crate) members: HashMap<String, Vec<String>>,
}

/// Reads the comment of a structure or union.
pub(crate) fn of_type(raw: &[String]) -> TypeDocs {
    let mut docs = TypeDocs::default();
    let mut own = Vec::new();
    let mut member: Option<String> = None;
    for (at, line) in raw.iter().enumerate() {
        let text = line.trim();
        if let Some((name, rest)) = member_line(text) {
            docs.members.insert(name.to_owned(), vec![rest.to_owned()]);
            member = Some(name.to_owned());
        } else if text.is_empty() {
            member = None;
            own.push(String::new());
        } else if let Some(lines) = member.as_ref().and_then(|name| docs.members.get_mut(name)) {
            lines.push(text.to_owned());
        } else {
            let summary = if at == 0 { summary(text) } else { None };
            own.push(summary.map_or_else(|| line.clone(), str::to_owned));
        }
    }
    for lines in docs.members.values_mut() {
        *lines = plain(lines);
    }
    docs.own = plain(&own);
    docs
}

/// `@name: text`.
fn member_line(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix('@')?.split_once(':')?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ' ' | '[' | ']');
    let name = name.trim().trim_end_matches("[]");
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, rest.trim()))
}

/// The words behind `struct name - ` or `struct name: `.
fn summary(text: &str) -> Option<&str> {
    let kind = ["struct ", "union ", "enum "].into_iter().find(|kind| text.starts_with(kind))?;
    let rest = text[kind.len()..].trim_start();
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let words = rest[end..].trim_start().strip_prefix(['-', ':', '–'])?.trim();
    (!words.is_empty()).then_some(words)
}

/// The lines as Markdown that shows them as they stand.
pub(crate) fn plain(raw: &[String]) -> Vec<String> {
    let mut lines: Vec<String> =
        raw.iter().map(|line| rust_doc(&line.replace('\t', "        "))).collect();
    let lead = |line: &String| line.len() - line.trim_start().len();
    let shared = lines.iter().skip(1).filter(|line| !line.trim().is_empty()).map(lead).min();
    for (at, line) in lines.iter_mut().enumerate() {
        let cut = if at == 0 { lead(line) } else { lead(line).min(shared.unwrap_or(0)) };
        *line = line[cut..].trim_end().to_owned();
    }
    while lines.first().is_some_and(String::is_empty) {
        lines.remove(0);
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
    let paragraphs = lines.split(String::is_empty);
    paragraphs.map(shown).collect::<Vec<_>>().join(&String::new())
}

/// A paragraph, in a fence where part of it is indented: four spaces make a block of code, which
/// rustdoc would run as a test.
fn shown(lines: &[String]) -> Vec<String> {
    if !lines.iter().any(|line| line.starts_with("    ")) {
        return lines.iter().map(|line| escaped(line)).collect();
    }
    let shared = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines = lines.iter().map(|line| line[shared..].replace("```", "'''"));
    let fence = |text: &str| std::iter::once(text.to_owned());
    fence("```text").chain(lines).chain(fence("```")).collect()
}

/// A line without what Markdown would take for a link, a tag, a heading or code.
fn escaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    if line.starts_with(['#', '=']) || line.starts_with("```") {
        text.push('\\');
    }
    for letter in line.chars() {
        if matches!(letter, '[' | ']' | '<' | '>' | '*' | '`') {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_kernels_form_is_taken_apart_into_type_and_members() {
        let docs = of_type(&lines(
            " struct a_config - basic configuration\n @name: a name,\n\tover two lines\n @len: \
             its length\n @rest[]: more\n\n Structure used by A_CREATE.",
        ));
        assert_eq!(docs.own, ["basic configuration", "", "Structure used by A_CREATE."]);
        assert_eq!(docs.members["name"], ["a name,", "over two lines"]);
        assert_eq!(docs.members["len"], ["its length"]);
        assert_eq!(docs.members["rest"], ["more"]);
    }

    #[test]
    fn any_other_comment_is_kept_as_it_stands() {
        let docs = of_type(&lines(" Backwards compatibility version\n for <old> programs[1]"));
        assert_eq!(docs.own, ["Backwards compatibility version", "for \\<old\\> programs\\[1\\]"]);
        assert!(docs.members.is_empty());
        assert_eq!(of_type(&[]), TypeDocs::default());
    }

    #[test]
    fn what_is_indented_is_fenced_so_that_no_test_is_made_of_it() {
        let fenced = plain(&lines("The record is\n\tstruct {\n\t\tu32 a;\n\t};\n as above"));
        assert_eq!(fenced.first().map(String::as_str), Some("```text"));
        assert_eq!(fenced.last().map(String::as_str), Some("```"));
        let parts = plain(&lines("See <this>:\n\n\tcode();\n\n\nand that."));
        assert_eq!(parts, ["See \\<this\\>:", "", "```text", "code();", "```", "", "and that."]);
        assert_eq!(plain(&lines("    all alike\n    indented")), ["all alike", "indented"]);
    }
}
