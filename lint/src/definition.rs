//! The text of a command's definition: the macro that it calls, its arguments, and the comments
//! that stand by it.

use ioctlkit_model::{Language, SourceFile, SourceMap, Span};

/// `_IOWR('x', 1, struct foo)` in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The macro's name.
    pub name: Span,
    /// Each argument, without the white space around it.
    pub arguments: Vec<Span>,
    /// From the macro's name to the closing parenthesis.
    pub span: Span,
}

/// The call that a definition in C consists of, or `None` where it consists of something else.
/// `definition` spans the defined name and its text.
pub fn call(sources: &SourceMap, definition: Span) -> Option<Call> {
    if sources.file(definition.file).language() == Language::Rust {
        return None;
    }
    let text = sources.text(definition);
    let start = skip_blank(text, identifier_end(text, 0)?);
    let start = text[start..].find(|c| c != '(' && c != ' ').map_or(start, |skip| start + skip);
    let name_end = identifier_end(text, start)?;
    let open = skip_blank(text, name_end);
    if !text[open..].starts_with('(') {
        return None;
    }
    let (arguments, close) = arguments(text, open)?;
    let span = |from: usize, to: usize| Span {
        file: definition.file,
        start: definition.start + from as u32,
        end: definition.start + to as u32,
    };
    Some(Call {
        name: span(start, name_end),
        arguments: arguments.into_iter().map(|(from, to)| span(from, to)).collect(),
        span: span(start, close),
    })
}

/// The name that a definition stands for where it is nothing but another name:
/// `#define TIOCINQ FIONREAD`, `const TIOCINQ: Ioctl = FIONREAD;`.
pub fn alias(sources: &SourceMap, definition: Span) -> Option<&str> {
    if sources.file(definition.file).language() == Language::Rust {
        let (_, value) = sources.text(definition).rsplit_once('=')?;
        let name = value.trim_end_matches(';').trim().rsplit("::").next()?.trim();
        return (identifier_end(name, 0)? == name.len()).then_some(name);
    }
    let text = replacement(sources, definition)?.trim_matches(|c: char| "() \t".contains(c));
    (identifier_end(text, 0)? == text.len()).then_some(text)
}

/// The literal that a definition consists of, as it is spelled.
pub fn hexadecimal_literal(sources: &SourceMap, definition: Span) -> Option<&str> {
    let text = replacement(sources, definition)?.trim_matches(|c: char| "() \t".contains(c));
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    let digits = digits.trim_end_matches(['u', 'U', 'l', 'L']);
    (!digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit())).then_some(text)
}

/// What stands behind the defined name, up to a comment.
fn replacement(sources: &SourceMap, definition: Span) -> Option<&str> {
    let text = sources.text(definition);
    let start = skip_blank(text, identifier_end(text, 0)?);
    let text = &text[start..];
    let end = [text.find("/*"), text.find("//")].into_iter().flatten().min();
    Some(text[..end.unwrap_or(text.len())].trim())
}

/// The comment that begins on the last line of a definition, without its marks.
pub fn comment_beside(file: &SourceFile, definition: Span) -> Option<String> {
    let last = file.position(definition.end.max(definition.start)).line;
    let line = file.line_range(last);
    let from = line.start.max(definition.start as usize);
    let rest = file.text.get(from..line.end)?;
    if let Some(at) = rest.find("/*") {
        let body = file.text.get(from + at + 2..)?;
        return Some(without_marks(&body[..body.find("*/")?]));
    }
    rest.find("//").map(|at| rest[at + 2..].trim().to_owned())
}

/// The comment that ends on the line above the directive at `definition`, without its marks. A
/// comment that trails a line of code belongs to that line and does not count.
pub fn comment_above(file: &SourceFile, definition: Span) -> Option<String> {
    let line = file.position(definition.start).line;
    let before = file.text.get(..file.line_range(line).start)?;
    let before = before.strip_suffix('\n')?.trim_end_matches([' ', '\t', '\r']);
    let inside = before.strip_suffix("*/")?;
    let open = inside.rfind("/*")?;
    let line_start = inside[..open].rfind('\n').map_or(0, |at| at + 1);
    inside[line_start..open].trim().is_empty().then(|| without_marks(&inside[open + 2..]))
}

/// The words of a comment on one line each, without the asterisks that begin its lines.
fn without_marks(comment: &str) -> String {
    let lines = comment.lines().map(|line| line.trim().trim_start_matches('*').trim());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn is_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn identifier_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let length = rest.find(|c| !is_identifier(c)).unwrap_or(rest.len());
    let first = rest.chars().next()?;
    (length > 0 && !first.is_ascii_digit()).then_some(start + length)
}

/// Skips white space, line continuations and comments.
fn skip_blank(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\\');
        at += rest.len() - trimmed.len();
        match trimmed.strip_prefix("/*").and_then(|comment| comment.find("*/")) {
            Some(end) => at += end + 4,
            None => return at,
        }
    }
}

/// The ranges of the arguments behind the parenthesis at `open`, and the end of the call.
fn arguments(text: &str, open: usize) -> Option<(Vec<(usize, usize)>, usize)> {
    let mut found = Vec::new();
    let mut depth = 0_u32;
    let mut start = open + 1;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < open) {
        if quoted {
            quoted = escaped || c != '\'';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '\'' => quoted = true,
            '(' => depth += 1,
            ')' if depth == 1 => {
                found.push(trimmed(text, start, at));
                return Some((found, at + 1));
            }
            ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 1 => {
                found.push(trimmed(text, start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn trimmed(text: &str, start: usize, end: usize) -> (usize, usize) {
    let start = skip_blank(&text[..end], start);
    let length = text[start..end].trim_end_matches(|c: char| c.is_ascii_whitespace() || c == '\\');
    (start, start + length.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> (SourceMap, Span) {
        let mut sources = SourceMap::default();
        let file = sources.add("x.h".into(), text.into());
        let start = text.find("#define ").unwrap() + 8;
        let end = text[start..].find(" /*").map_or(text.trim_end().len(), |at| start + at);
        (sources, Span { file, start: start as u32, end: end as u32 })
    }

    fn arguments_of(text: &str) -> Vec<String> {
        let (sources, span) = source(text);
        let call = call(&sources, span).unwrap();
        call.arguments.iter().map(|span| sources.text(*span).to_owned()).collect()
    }

    #[test]
    fn arguments_are_split_at_the_commas_of_the_outer_call() {
        assert_eq!(
            arguments_of("#define A _IOC(_IOC_READ|F(1,2), ',', \\\n\t0x01, sizeof(struct x))\n"),
            ["_IOC_READ|F(1,2)", "','", "0x01", "sizeof(struct x)"]
        );
        assert_eq!(arguments_of("#define A (_IO('(', 1))\n"), ["'('", "1"]);
        assert_eq!(arguments_of("#define A _IO('\\'', 1)\n"), ["'\\''", "1"]);
    }

    #[test]
    fn what_is_no_call_is_none() {
        for text in ["#define A 0x1234\n", "#define A B\n", "#define A _IO('x', 1\n", "#define A"] {
            let (sources, span) = source(text);
            assert_eq!(call(&sources, span), None, "{text}");
        }
    }

    #[test]
    fn an_alias_is_one_name() {
        let alias_of = |text| {
            let (sources, span) = source(text);
            alias(&sources, span).map(ToOwned::to_owned)
        };
        assert_eq!(alias_of("#define TIOCINQ\tFIONREAD\n").as_deref(), Some("FIONREAD"));
        assert_eq!(alias_of("#define A (B)\n").as_deref(), Some("B"));
        assert_eq!(alias_of("#define A B /* the old name */\n").as_deref(), Some("B"));
        assert_eq!(alias_of("#define A _IO('x', 1)\n"), None);
        assert_eq!(alias_of("#define A 0x5401\n"), None);
    }

    #[test]
    fn an_alias_in_rust_is_a_constant_that_is_one_name() {
        let alias_of = |text: &str| {
            let mut sources = SourceMap::default();
            let file = sources.add("x.rs".into(), text.into());
            alias(&sources, Span { file, start: 0, end: text.len() as u32 }).map(ToOwned::to_owned)
        };
        assert_eq!(alias_of("pub const A: Ioctl = libc::FIONREAD;").as_deref(), Some("FIONREAD"));
        assert_eq!(alias_of("pub const A: u32 = 0x5401;"), None);
        assert_eq!(alias_of("GetConfig(EchoConfig)"), None);
        assert_eq!(alias_of("#[ioctl(nr = 1)]\nGetConfig(EchoConfig)"), None);
        assert_eq!(alias_of("const A: u32 = _IOR::<u32>(b'x', 1);"), None);
    }

    #[test]
    fn literals_are_hexadecimal_and_alone() {
        let literal = |text| {
            let (sources, span) = source(text);
            hexadecimal_literal(&sources, span).map(ToOwned::to_owned)
        };
        assert_eq!(literal("#define A 0x5401\n").as_deref(), Some("0x5401"));
        assert_eq!(literal("#define A (0x5401U)\n").as_deref(), Some("0x5401U"));
        assert_eq!(literal("#define A 21505\n"), None);
        assert_eq!(literal("#define A 0x5400 + 1\n"), None);
    }

    #[test]
    fn comments_belong_to_the_line_that_they_stand_by() {
        let text = "#define A _IO(1,2) /* get the\n * size */\n/*\n * of B\n */\n#define B 1\n";
        let (sources, span) = source(text);
        let file = sources.file(span.file);
        assert_eq!(comment_beside(file, span).as_deref(), Some("get the\nsize"));
        assert_eq!(comment_above(file, span), None);
        let b =
            Span { start: text.find("B 1").unwrap() as u32, end: text.len() as u32 - 1, ..span };
        assert_eq!(comment_above(file, b).as_deref(), Some("of B"));
        let trailing = "int a; /* of a */\n#define A 1\n";
        let (sources, span) = source(trailing);
        assert_eq!(comment_above(sources.file(span.file), span), None);
    }
}
