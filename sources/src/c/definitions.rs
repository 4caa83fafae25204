//! How definitions are spelled, the comments that stand by them, and which errors are the header's
//! own words.

use std::ops::Range;

use ioctlkit_model::{
    Call, Definition, Definitions, Interface, RecordBody, SourceFile, SourceMap, Span, Word,
    Written,
};

use super::lex::scan::{Token, tokens};

/// Adds what the text says of every command, number, structure and member, and of the errors.
pub(crate) fn read(interface: &mut Interface) {
    let sources = &interface.sources;
    let all = &mut interface.definitions;
    for (_, body) in interface.commands.iter().flat_map(|command| command.variants.iter()) {
        let file = sources.file(body.span.file);
        let definition = Definition {
            written: written(sources.text(body.span), body.span),
            comment_above: comment_above(file, line_above(file, body.span)),
            comment_beside: comment_beside(file, body.span),
            ..Definition::default()
        };
        all.add(body.span, definition);
    }
    for raw in &interface.raw_numbers {
        let file = sources.file(raw.span.file);
        let line = file.line_range(file.line(raw.span.start));
        let span = Span { end: line.end as u32, ..raw.span };
        let written = written(sources.text(span), span);
        all.add(raw.span, Definition { written, ..Definition::default() });
    }
    for (_, body) in interface.records.iter().flat_map(|record| record.variants.iter()) {
        add_structure(sources, body, all);
    }
    for error in interface.headers.iter_mut().flat_map(|header| &mut header.errors) {
        error.is_stated = error.span.is_some_and(|span| is_error_directive(sources, span));
    }
}

fn add_structure(sources: &SourceMap, body: &RecordBody, all: &mut Definitions) {
    let file = sources.file(body.span.file);
    let brace = sources.text(body.span).find('{').unwrap_or(0) as u32;
    let definition = Definition {
        head: Some(Span { end: body.span.start + brace, ..body.span }),
        comment_above: comment_above(file, before_structure(file, body.span)),
        ..Definition::default()
    };
    all.add(body.span, definition);
    for member in body.members.iter().filter(|member| member.name.is_some()) {
        let file = sources.file(member.span.file);
        let comment_beside = comment_behind(file, member.span);
        all.add(member.name_span, Definition { comment_beside, ..Definition::default() });
    }
}

/// Whether an error is about a line such as `#error "include the other header"`.
fn is_error_directive(sources: &SourceMap, span: Span) -> bool {
    let file = sources.file(span.file);
    let line = file.line_range(file.line(span.start));
    let directive = file.text.get(line).unwrap_or("").trim_start().strip_prefix('#');
    directive.is_some_and(|word| word.trim_start().starts_with("error"))
}

/// What stands behind the name with which a definition begins.
fn written(text: &str, at: Span) -> Written {
    let tokens: Vec<(usize, Token<'_>)> = tokens(text).collect();
    let Some(((_, Token::Word(_)), value)) = tokens.split_first() else {
        return Written::Otherwise;
    };
    let is_open = |token: &&(usize, Token<'_>)| token.1 == Token::Punctuation("(");
    let opened = value.iter().take_while(is_open).count();
    let value = &value[opened..];
    let word = |from: usize, to: usize| Word {
        spelling: text[from..to].to_owned(),
        span: Span { start: at.start + from as u32, end: at.start + to as u32, ..at },
    };
    match value {
        [(start, Token::Word(name)), (_, Token::Punctuation("(")), rest @ ..] => {
            let Some((arguments, end)) = arguments(rest) else { return Written::Otherwise };
            Written::Call(Call {
                name: word(*start, start + name.len()),
                arguments: arguments.into_iter().map(|(from, to)| word(from, to)).collect(),
                span: word(*start, end).span,
            })
        }
        [(_, Token::Word(name)), rest @ ..] if closes(rest, opened) => {
            Written::Name((*name).to_owned())
        }
        [(start, Token::Number(number)), rest @ ..]
            if closes(rest, opened) && is_hexadecimal(number) =>
        {
            Written::Hexadecimal(word(*start, start + number.len()))
        }
        _ => Written::Otherwise,
    }
}

/// Whether nothing follows but the parentheses that were opened.
fn closes(rest: &[(usize, Token<'_>)], opened: usize) -> bool {
    rest.len() == opened && rest.iter().all(|(_, token)| *token == Token::Punctuation(")"))
}

fn is_hexadecimal(number: &str) -> bool {
    let digits = number.strip_prefix("0x").or_else(|| number.strip_prefix("0X"));
    let digits = digits.map(|digits| digits.trim_end_matches(['u', 'U', 'l', 'L']));
    digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit()))
}

/// The ranges of the arguments behind an opening parenthesis, and the end of the call.
fn arguments(tokens: &[(usize, Token<'_>)]) -> Option<(Vec<(usize, usize)>, usize)> {
    let mut found = Vec::new();
    let mut depth = 1_u32;
    let mut open: Option<(usize, usize)> = None;
    for (at, token) in tokens {
        let end = at + token.text().len();
        match token {
            Token::Punctuation(")") if depth == 1 => {
                found.extend(open);
                return Some((found, end));
            }
            Token::Punctuation(",") if depth == 1 => {
                found.push(open.take().unwrap_or((*at, *at)));
                continue;
            }
            Token::Punctuation("(") => depth += 1,
            Token::Punctuation(")") => depth -= 1,
            _ => {}
        }
        open = Some((open.map_or(*at, |(start, _)| start), end));
    }
    None
}

/// The comment that begins on the last line of a definition.
fn comment_beside(file: &SourceFile, definition: Span) -> Option<String> {
    let last = file.line(definition.end.max(definition.start));
    let line = file.line_range(last);
    let from = line.start.max(definition.start as usize) as u32;
    let first = file.comments.partition_point(|comment| comment.start < from);
    let comment = file.comments.get(first)?;
    ((comment.start as usize) < line.end).then(|| words(file, comment)).flatten()
}

/// The comment right behind a member's semicolon.
fn comment_behind(file: &SourceFile, member: Span) -> Option<String> {
    let behind = file.text.get(member.end as usize..)?;
    let on_line = |c: char| c.is_whitespace() && c != '\n';
    let rest = behind.trim_start_matches(';').trim_start_matches(on_line);
    let at = member.end + (behind.len() - rest.len()) as u32;
    let index = file.comments.binary_search_by_key(&at, |comment| comment.start).ok()?;
    words(file, &file.comments[index])
}

/// The text above the line on which a definition begins.
fn line_above(file: &SourceFile, definition: Span) -> Option<&str> {
    let line = file.line(definition.start);
    let before = file.text.get(..file.line_range(line).start)?;
    Some(before.strip_suffix('\n')?.trim_end_matches([' ', '\t', '\r']))
}

/// The text before a structure and its `typedef`. Empty lines may part it from its comment.
fn before_structure(file: &SourceFile, body: Span) -> Option<&str> {
    let before = file.text.get(..body.start as usize)?.trim_end();
    Some(before.strip_suffix("typedef").unwrap_or(before).trim_end())
}

/// The comment with which the text before a definition ends. One that trails a line of code belongs to
/// that line and does not count.
fn comment_above(file: &SourceFile, before: Option<&str>) -> Option<String> {
    let before = before?;
    if !before.ends_with("*/") {
        return None;
    }
    let end = before.len() as u32;
    let index = file.comments.binary_search_by_key(&end, |comment| comment.end).ok()?;
    let comment = &file.comments[index];
    let line_start = before[..comment.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let is_alone = before[line_start..comment.start as usize].trim().is_empty();
    is_alone.then(|| words(file, comment)).flatten()
}

/// What a comment says.
fn words(file: &SourceFile, comment: &Range<u32>) -> Option<String> {
    let text = file.text.get(comment.start as usize..comment.end as usize)?;
    let inside = match text.strip_prefix("//") {
        Some(rest) => rest,
        None => text.strip_prefix("/*")?.strip_suffix("*/")?,
    };
    Some(without_marks(inside))
}

/// The words of a comment on one line each, without the asterisks that begin its lines.
fn without_marks(comment: &str) -> String {
    let lines = comment.lines().map(|line| line.trim().trim_start_matches('*').trim());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::lex::scan::scan;

    fn source(text: &str) -> (SourceMap, Span) {
        let mut sources = SourceMap::default();
        let file = sources.add("x.h".into(), text.into());
        sources.file_mut(file).comments = scan(text).comments;
        let start = text.find("#define ").unwrap() + 8;
        let end = text[start..].find(" /*").map_or(text.trim_end().len(), |at| start + at);
        (sources, Span { file, start: start as u32, end: end as u32 })
    }

    fn written_in(text: &str) -> Written {
        let (sources, span) = source(text);
        let written = written(sources.text(span), span);
        if let Written::Call(call) = &written {
            assert!(sources.text(call.span).ends_with(')'));
            for word in call.arguments.iter().chain([&call.name]) {
                assert_eq!(sources.text(word.span), word.spelling);
            }
        }
        written
    }

    fn arguments_of(text: &str) -> Vec<String> {
        let Written::Call(call) = written_in(text) else { panic!("{text}") };
        call.arguments.into_iter().map(|word| word.spelling).collect()
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
    fn what_is_neither_a_call_nor_a_name_nor_a_literal_is_something_else() {
        for text in
            ["#define A 21505\n", "#define A 0x5400 + 1\n", "#define A _IO('x', 1\n", "#define A"]
        {
            assert_eq!(written_in(text), Written::Otherwise, "{text}");
        }
    }

    #[test]
    fn an_alias_is_one_name() {
        let is = |text, name: &str| assert_eq!(written_in(text), Written::Name(name.into()));
        is("#define TIOCINQ\tFIONREAD\n", "FIONREAD");
        is("#define A (B)\n", "B");
        is("#define A B /* the old name */\n", "B");
    }

    #[test]
    fn literals_are_hexadecimal_and_alone() {
        let is = |text, literal| match written_in(text) {
            Written::Hexadecimal(word) => assert_eq!(word.spelling, literal),
            other => panic!("{text}: {other:?}"),
        };
        is("#define A 0x5401\n", "0x5401");
        is("#define A (0x5401U)\n", "0x5401U");
    }

    fn above(file: &SourceFile, span: Span) -> Option<String> {
        comment_above(file, line_above(file, span))
    }

    #[test]
    fn comments_belong_to_the_line_that_they_stand_by() {
        let text = "#define A _IO(1,2) /* get the\n * size */\n/*\n * of B\n */\n#define B 1\n";
        let (sources, span) = source(text);
        let file = sources.file(span.file);
        assert_eq!(comment_beside(file, span).as_deref(), Some("get the\nsize"));
        assert_eq!(above(file, span), None);
        let b =
            Span { start: text.find("B 1").unwrap() as u32, end: text.len() as u32 - 1, ..span };
        assert_eq!(above(file, b).as_deref(), Some("of B"));
        let trailing = "int a; /* of a */\n#define A 1\n";
        let (sources, span) = source(trailing);
        assert_eq!(above(sources.file(span.file), span), None);
    }

    #[test]
    fn a_structure_has_a_comment_above_a_typedef_or_an_empty_line() {
        let of = |text: &str| {
            let (sources, span) = source(&format!("{text} {{\n\t__u32 size;\n}};\n#define A\n"));
            let start = text.find("struct").unwrap() as u32;
            let file = sources.file(span.file);
            comment_above(file, before_structure(file, Span { start, ..span }))
        };
        assert_eq!(
            of("/**\n * @size: sizeof(x)\n */\nstruct x").as_deref(),
            Some("@size: sizeof(x)")
        );
        assert_eq!(of("/* of x */\n\ntypedef struct x").as_deref(), Some("of x"));
        assert_eq!(of("/* of y */\nint y;\nstruct x"), None);
    }

    #[test]
    fn a_member_has_the_comment_behind_its_semicolon() {
        let of = |text: &str| {
            let (sources, span) = source(&format!("{text}\n#define A\n"));
            let end = text.find([';', ',']).unwrap() as u32;
            comment_behind(sources.file(span.file), Span { start: 0, end, ..span })
        };
        assert_eq!(of("__u32 a;\t/* how\n * many */").as_deref(), Some("how\nmany"));
        assert_eq!(of("__u32 a; // how many").as_deref(), Some("how many"));
        assert_eq!(of("__u32 a, b; /* both */"), None);
        assert_eq!(of("__u32 a;\n/* of b */\n__u32 b;"), None);
    }

    #[test]
    fn an_error_directive_is_told_from_other_errors() {
        let mut sources = SourceMap::default();
        let text = "# error \"use x.h\"\nint error;\n";
        let file = sources.add("x.h".into(), text.into());
        let at = |start| Span { file, start, end: start + 1 };
        assert!(is_error_directive(&sources, at(2)));
        assert!(!is_error_directive(&sources, at(text.find("int").unwrap() as u32)));
    }
}
