//! What the text says beside syn's tree: where an item begins, its attributes and comments included,
//! and what the comments above members say.

use ioctlkit_model::{Definition, Definitions, Interface, SourceFile, SourceMap, Span};

/// Adds the heads of structures and commands, and the comments above members.
pub(crate) fn complete(interface: &mut Interface) {
    let sources = &interface.sources;
    let all = &mut interface.definitions;
    for (_, body) in interface.records.iter().flat_map(|record| record.variants.iter()) {
        let brace = sources.text(body.span).find('{').unwrap_or(0) as u32;
        add_head(sources, all, body.span, body.span.start, body.span.start + brace);
        for member in body.members.iter().filter(|member| member.name.is_some()) {
            let (file, name) = (sources.file(member.name_span.file), member.name_span);
            let start = item_start(&file.text, name.start as usize) as u32;
            let head = Span { start, end: name.start, ..name };
            let comment_above = comments_in(file, head);
            let definition =
                Definition { head: Some(head), comment_above, ..Definition::default() };
            all.add(name, definition);
        }
    }
    for command in &interface.commands {
        for (_, body) in command.variants.iter() {
            // The name of a macro that is used stands before that of the command.
            let keyword = body.span.start.min(command.span.start);
            add_head(sources, all, body.span, keyword, command.span.start);
        }
    }
}

fn add_head(sources: &SourceMap, all: &mut Definitions, of: Span, keyword: u32, end: u32) {
    let start = item_start(&sources.file(of.file).text, keyword as usize) as u32;
    let known = all.get(of).cloned().unwrap_or_default();
    all.add(of, Definition { head: Some(Span { start, end, ..of }), ..known });
}

/// What the comments in a head say, those of documentation and others.
fn comments_in(file: &SourceFile, head: Span) -> Option<String> {
    let first = file.comments.partition_point(|comment| comment.start < head.start);
    let mark = |c: char| matches!(c, '/' | '*' | '!') || c.is_whitespace();
    let lines: Vec<&str> = file.comments[first..]
        .iter()
        .take_while(|comment| comment.end <= head.end)
        .filter_map(|comment| file.text.get(comment.start as usize..comment.end as usize))
        .flat_map(str::lines)
        .map(|line| line.trim_matches(mark))
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Where an item begins whose name, or keyword, is at `at`: at its first attribute or comment.
fn item_start(text: &str, at: usize) -> usize {
    let line_start = |at: usize| text.get(..at).and_then(|before| before.rfind('\n'));
    let mut start = line_start(at).map_or(0, |newline| newline + 1);
    while start > 0 {
        let above_start = line_start(start - 1).map_or(0, |newline| newline + 1);
        let above = text.get(above_start..start).unwrap_or("").trim();
        let other_item = above.is_empty()
            || (above.ends_with([';', '{', '}']) && !above.starts_with("//"))
            || (above.ends_with(',') && !above.starts_with('#') && is_member(above));
        if other_item {
            break;
        }
        start = above_start;
    }
    start
}

/// Whether a line that ends in a comma is a member or a variant, and not the middle of an
/// attribute.
fn is_member(line: &str) -> bool {
    let opened = line.matches(['(', '[', '<']).count();
    let closed = line.matches([')', ']', '>']).count();
    opened == closed && (line.contains(':') || line.ends_with("),"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start_of<'t>(text: &'t str, name: &str) -> &'t str {
        &text[item_start(text, text.find(name).unwrap())..]
    }

    #[test]
    fn an_item_begins_at_its_first_attribute() {
        let text = "struct A { a: u8 }\n\n// c\n#[repr(C)]\nstruct Name;";
        assert!(start_of(text, "Name").starts_with("// c\n"));
        let text = "enum E {\n    A,\n    B(X),\n    #[ioctl(nr = 1)]\n    Name(X),\n}";
        assert!(start_of(text, "Name").starts_with("    #[ioctl"));
        let text =
            "struct Other;\n#[derive(\n    Clone,\n    Copy,\n)]\n/// doc;\npub struct Name;";
        assert!(start_of(text, "Name").starts_with("#[derive"));
        let text = "#[x]\nstruct Other {\n    a: u8,\n}\nstruct Name;";
        assert!(start_of(text, "Name").starts_with("struct Name"));
    }

    #[test]
    fn comments_above_a_member_are_its_own() {
        let text = "struct A {\n    /// of a\n    a: u8,\n    /// of\n    // this\n    #[x]\n    b: u8,\n}";
        let mut sources = SourceMap::default();
        let file = sources.add("x.rs".into(), text.into());
        sources.file_mut(file).comments = crate::rust::comments(text);
        let of = |name| {
            let end = text.find(name).unwrap();
            let start = item_start(text, end) as u32;
            comments_in(sources.file(file), Span { file, start, end: end as u32 })
        };
        assert_eq!(of("a: u8").as_deref(), Some("of a"));
        assert_eq!(of("b: u8").as_deref(), Some("of\nthis"));
    }
}
