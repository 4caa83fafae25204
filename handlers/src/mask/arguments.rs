//! Arguments of macros that are neither expressions nor types: statements and operators.
use super::loops::starts_statement;
use super::names::{is_keyword, is_primitive};
use super::sink::{Mark, Sink};
use super::tokens::Kind;

/// Makes `DEBUG(a; b;)` a block, `DEBUG(a;)` a call, and a lone operator an argument.
pub(super) fn mend(sink: &mut Sink) {
    for (from, to) in sink.bodies() {
        for at in from..to {
            let spelled = sink.spelled(at);
            if !(sink.is_name(at) && sink.is(at + 1, b'('))
                || is_keyword(spelled)
                || is_primitive(spelled)
            {
                continue;
            }
            let Some(close) = sink.partner(at + 1) else { continue };
            if sink.is(close - 1, b',') {
                sink.remove(close - 1, close - 1);
            }
            // `thing (*)(int)` is a type.
            if !sink.is(close + 1, b'(') {
                mend_operators(sink, at + 1, close);
            }
            if let Some(semicolon) = find_semicolon(sink, at + 2, close) {
                mend_statements(sink, at, close, semicolon);
            }
        }
    }
}

/// The next semicolon that no other bracket encloses.
fn find_semicolon(sink: &Sink, mut at: usize, close: usize) -> Option<usize> {
    while at < close {
        match sink.kind(at) {
            Kind::Sign(b';') => return Some(at),
            Kind::Sign(b'(' | b'[' | b'{') => at = sink.partner(at)? + 1,
            _ => at += 1,
        }
    }
    None
}

fn mend_statements(sink: &mut Sink, name: usize, close: usize, semicolon: usize) {
    let open = name + 1;
    let is_one_call = semicolon + 1 == close
        && !(open + 1..semicolon).any(|at| is_statement_keyword(sink.spelled(at)));
    let starts = starts_statement(sink, name);
    if is_one_call && starts && !sink.is(close + 1, b';') {
        swap(sink, semicolon, close);
        return;
    }
    if is_one_call {
        sink.remove(semicolon, semicolon);
        return;
    }
    let is_ended = sink.is(close - 1, b';') || sink.is(close - 1, b'}');
    if !is_ended {
        return;
    }
    let comma = last_comma(sink, open, semicolon);
    let is_statement =
        starts && matches!(sink.kind(close + 1), Kind::Name | Kind::Sign(b';' | b'}'));
    match comma {
        Some(comma) if is_statement => make_loop(sink, name, comma, close),
        None if is_statement => {
            sink.remove(name, name);
            write_sign(sink, open, b'{');
            write_sign(sink, close, b'}');
        }
        _ => {
            // In an expression the statements get braces where there are blanks for them.
            let places =
                (blank_between(sink, comma.unwrap_or(open)), blank_between(sink, close - 1));
            if let (Some(start), Some(end)) = places {
                sink.write(start, b"{");
                sink.write(end, b"}");
            }
        }
    }
}

fn is_statement_keyword(spelled: &[u8]) -> bool {
    is_keyword(spelled) && spelled != b"sizeof"
}

fn write_sign(sink: &mut Sink, at: usize, sign: u8) {
    sink.write(sink.tokens[at].start, &[sign]);
    sink.tokens[at].kind = Kind::Sign(sign);
}

/// `DEBUG(a;)` becomes `DEBUG(a);`
fn swap(sink: &mut Sink, semicolon: usize, close: usize) {
    write_sign(sink, semicolon, b')');
    write_sign(sink, close, b';');
}

/// The last comma in front of a token that no bracket encloses.
fn last_comma(sink: &Sink, open: usize, end: usize) -> Option<usize> {
    let mut found = None;
    let mut at = open + 1;
    while at < end {
        match sink.kind(at) {
            Kind::Sign(b',') => found = Some(at),
            Kind::Sign(b'(' | b'[' | b'{') => at = sink.partner(at).unwrap_or(at),
            _ => {}
        }
        at += 1;
    }
    found
}

/// `wait(device, 2000, if (is_idle()) break;)` becomes `while(device, 2000) { if (is_idle()) break; }`.
fn make_loop(sink: &mut Sink, name: usize, comma: usize, close: usize) {
    let place = sink.place(name, name);
    let Some(brace) = blank_between(sink, comma) else { return };
    if place.end - place.start < 5 {
        return;
    }
    sink.blank(place);
    sink.write(place.start, b"while");
    sink.tokens[name].end = place.start + 5;
    sink.masked.marks.insert(place.start, Mark::Loop(place));
    write_sign(sink, comma, b')');
    sink.write(brace, b"{");
    write_sign(sink, close, b'}');
    // The opening brace has no token: its closing one must have none, either.
    sink.tokens[close].kind = Kind::Gone;
}

fn blank_between(sink: &Sink, token: usize) -> Option<u32> {
    let (from, to) = (sink.tokens[token].end, sink.tokens[token + 1].start);
    let between = sink.masked.text.get(from as usize..to as usize)?;
    between.iter().position(|byte| *byte == b' ').map(|blank| from + blank as u32)
}

/// `check(a, <=, b)`
fn mend_operators(sink: &mut Sink, open: usize, close: usize) {
    let mut at = open;
    while at < close {
        let is_start = at == open || sink.is(at, b',');
        let mut last = at + 1;
        while is_start && is_operator(sink, last) {
            last += 1;
        }
        if is_start
            && last > at + 1
            && (sink.is(last, b',') || last == close)
            && let Some(place) = sink.replace(at + 1, last - 1, b"_")
        {
            sink.masked.marks.insert(place, Mark::Operator);
        }
        at += 1;
        if sink.is(at, b'(') || sink.is(at, b'[') || sink.is(at, b'{') {
            at = sink.partner(at).unwrap_or(at);
        }
    }
}

fn is_operator(sink: &Sink, at: usize) -> bool {
    matches!(
        sink.kind(at),
        Kind::Sign(
            b'<' | b'>' | b'=' | b'!' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^'
        )
    )
}
