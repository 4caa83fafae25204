//! Macros that bring their own semicolon, and ranges of cases.
use super::loops::starts_statement;
use super::names::is_keyword;
use super::sink::{Mark, Sink};
use super::tokens::Kind;

/// Writes the semicolon, or in an initialiser the comma, that a macro without one has in itself.
pub(super) fn add(sink: &mut Sink) {
    for (from, to) in sink.bodies() {
        // Whether each open brace is that of an initialiser.
        let mut braces: Vec<bool> = Vec::new();
        for at in from..to {
            match sink.kind(at) {
                Kind::Sign(b'{') => {
                    let is_value = sink.before(at).is_some_and(|before| match sink.kind(before) {
                        Kind::Sign(b'=' | b',') => true,
                        Kind::Sign(b'{') => braces.last().copied().unwrap_or(false),
                        _ => false,
                    });
                    braces.push(is_value);
                }
                Kind::Sign(b'}') => {
                    braces.pop();
                }
                Kind::Name if sink.is(at + 1, b'(') => {
                    let Some(close) = sink.partner(at + 1).filter(|&close| close + 1 < to) else {
                        continue;
                    };
                    if is_keyword(sink.spelled(at)) {
                        continue;
                    }
                    match braces.last() {
                        Some(true) => separate_items(sink, at, close),
                        Some(false) => end_statement(sink, at, close),
                        None => {}
                    }
                }
                Kind::Name if at > from && sink.starts_line(at + 1) => {
                    if let Some(&is_value) = braces.last() {
                        end_name(sink, at, is_value);
                    }
                }
                _ => {}
            }
        }
    }
}

/// A macro without arguments gives its last letter for its semicolon or comma.
fn end_name(sink: &mut Sink, at: usize, is_value: bool) {
    let spelled = sink.spelled(at);
    let is_shouted = spelled.len() >= 4 && !spelled.iter().any(u8::is_ascii_lowercase);
    if !is_shouted || is_keyword(spelled) {
        return;
    }
    let before = sink.before(at).map_or(Kind::Gone, |before| sink.kind(before));
    let place = sink.tokens[at].start;
    let last = sink.tokens[at].end - 1;
    if is_value {
        if matches!(before, Kind::Sign(b'}')) {
            sink.remove(at, at);
        } else if matches!(before, Kind::Sign(b'{' | b','))
            && matches!(sink.kind(at + 1), Kind::Name | Kind::Sign(b'{' | b'['))
        {
            sink.write(last, b",");
            sink.masked.marks.insert(place, Mark::Opaque);
        }
    } else if starts_statement(sink, at)
        && matches!(sink.kind(at + 1), Kind::Name | Kind::Sign(b'}'))
        && !matches!(sink.kind(at + 2), Kind::Sign(b';' | b',' | b'=' | b'['))
    {
        sink.write(last, b";");
        sink.masked.marks.insert(place, Mark::Opaque);
    }
}

fn separate_items(sink: &mut Sink, at: usize, close: usize) {
    let starts_item = sink
        .before(at)
        .is_some_and(|before| matches!(sink.kind(before), Kind::Sign(b'{' | b',' | b')' | b'}')));
    let is_next_item = matches!(sink.kind(close + 1), Kind::Name | Kind::Sign(b'{' | b'['));
    if starts_item && is_next_item {
        write_behind(sink, close, b",");
    }
}

fn end_statement(sink: &mut Sink, at: usize, close: usize) {
    if !starts_statement(sink, at) {
        return;
    }
    let is_ended = match sink.kind(close + 1) {
        Kind::Name => {
            sink.starts_line(close + 1)
                || sink.is(close + 2, b'(')
                || sink.spelled(close + 1) == b"else"
        }
        Kind::Sign(b'}') => true,
        _ => false,
    };
    if is_ended {
        write_behind(sink, close, b";");
    }
}

/// Writes a sign at the first blank behind a token, if there is one.
fn write_behind(sink: &mut Sink, token: usize, sign: &[u8]) {
    let from = sink.tokens[token].end;
    let to = sink.tokens[token + 1].start;
    let between = &sink.masked.text[from as usize..to as usize];
    if let Some(blank) = between.iter().position(|byte| *byte == b' ') {
        sink.write(from + blank as u32, sign);
    }
}

/// Makes the `...` of `case A ... B:` an operator.
pub(super) fn mark_ranges(sink: &mut Sink) {
    for (from, to) in sink.bodies() {
        for at in from..to {
            if !(sink.is_name(at) && sink.spelled(at) == b"case") {
                continue;
            }
            let dots = (at + 1..to.min(at + 64)).take_while(|&next| !sink.is(next, b':'));
            let Some(dots) =
                dots.into_iter().find(|&next| (0..3).all(|more| sink.is(next + more, b'.')))
            else {
                continue;
            };
            let place = sink.tokens[dots].start;
            if sink.tokens[dots + 2].end == place + 3 {
                sink.remove(dots, dots + 2);
                sink.write(place, b"||");
                sink.masked.marks.insert(place, Mark::Range);
            }
        }
    }
}
