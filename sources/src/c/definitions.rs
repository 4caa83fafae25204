//! How definitions are spelled, and the comments that stand by them.

use ioctlkit_model::{Call, Definition, Definitions, Interface, SourceFile, Span, Word, Written};

use super::lex::scan::{Token, tokens};

/// What the text says of the definition of every command, number and structure.
pub(crate) fn read(interface: &Interface) -> Definitions {
    let mut all = Definitions::default();
    let sources = &interface.sources;
    for body in interface.commands.iter().flat_map(|command| command.variants.iter()) {
        let (_, body) = body;
        let file = sources.file(body.span.file);
        let definition = Definition {
            written: written(sources.text(body.span), body.span),
            comment_above: comment_above(file, body.span),
            comment_beside: comment_beside(file, body.span),
        };
        all.add(body.span, definition);
    }
    for raw in &interface.raw_numbers {
        let file = sources.file(raw.span.file);
        let line = file.line_range(file.position(raw.span.start).line);
        let span = Span { end: line.end as u32, ..raw.span };
        let written = written(sources.text(span), span);
        all.add(raw.span, Definition { written, ..Definition::default() });
    }
    for record in &interface.records {
        let comment_above = comment_above(sources.file(record.span.file), record.span);
        all.add(record.span, Definition { comment_above, ..Definition::default() });
    }
    all
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
        text: text[from..to].to_owned(),
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

/// The comment that begins on the last line of a definition, without its marks.
fn comment_beside(file: &SourceFile, definition: Span) -> Option<String> {
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
fn comment_above(file: &SourceFile, definition: Span) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use ioctlkit_model::SourceMap;

    use super::*;

    fn source(text: &str) -> (SourceMap, Span) {
        let mut sources = SourceMap::default();
        let file = sources.add("x.h".into(), text.into());
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
                assert_eq!(sources.text(word.span), word.text);
            }
        }
        written
    }

    fn arguments_of(text: &str) -> Vec<String> {
        let Written::Call(call) = written_in(text) else { panic!("{text}") };
        call.arguments.into_iter().map(|word| word.text).collect()
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
            Written::Hexadecimal(word) => assert_eq!(word.text, literal),
            other => panic!("{text}: {other:?}"),
        };
        is("#define A 0x5401\n", "0x5401");
        is("#define A (0x5401U)\n", "0x5401U");
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
