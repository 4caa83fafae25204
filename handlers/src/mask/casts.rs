//! Casts, and parentheses that look like casts. Without a table of types `(a) - 1` is a cast of `-1`.
use super::names::{Names, is_keyword, is_primitive, is_qualifier, is_tag};
use super::sink::{Mark, Sink};
use super::tokens::Kind;
use super::types::type_name;
use crate::ast::TypeName;

/// Makes each cast one that cannot be read in another way, and each other pair of parentheses no cast.
pub(super) fn mark(sink: &mut Sink, names: &Names) {
    for (from, to) in sink.bodies() {
        // The parenthesis that closes the cast read last.
        let mut cast_end = None;
        for at in from..to {
            if sink.is_name(at) && sink.is(at + 1, b'(') {
                rename_operator(sink, at);
            }
            if !sink.is(at, b'(') || !is_operand(sink, at, cast_end) {
                continue;
            }
            let Some(close) = sink.partner(at) else { continue };
            if mark_group(sink, names, at, close) {
                cast_end = Some(close);
            }
        }
    }
}

/// Gives `sizeof(…)` and its like names of functions.
fn rename_operator(sink: &mut Sink, at: usize) {
    let place = sink.tokens[at].start;
    match sink.spelled(at) {
        b"sizeof" => {
            let Some(close) = sink.partner(at + 1) else { return };
            if sink.is(close + 1, b'[')
                || sink.is(close + 1, b'.')
                || sink.is(close + 1, b'{')
                || is_arrow(sink, close + 1)
            {
                return;
            }
            sink.write(place, b"S");
            sink.masked.marks.insert(place, Mark::SizeOf);
        }
        b"offsetof" | b"alignof" | b"_Alignof" | b"__alignof__" | b"__alignof" | b"_alignof" => {
            sink.write(place, b"O");
        }
        _ => {}
    }
}

fn is_arrow(sink: &Sink, at: usize) -> bool {
    sink.is(at, b'-') && sink.is(at + 1, b'>') && sink.tokens[at].end == sink.tokens[at + 1].start
}

/// Whether a parenthesis stands where an operand starts, and calls nothing.
fn is_operand(sink: &Sink, at: usize, cast_end: Option<usize>) -> bool {
    let Some(before) = sink.before(at) else { return false };
    match sink.kind(before) {
        Kind::Name => matches!(sink.spelled(before), b"return" | b"case" | b"else" | b"do"),
        Kind::Sign(b')') => cast_end == Some(before),
        Kind::Sign(b']') | Kind::Number | Kind::String | Kind::Character => false,
        _ => true,
    }
}

/// Gives whether the group is a cast that stays one.
fn mark_group(sink: &mut Sink, names: &Names, open: usize, close: usize) -> bool {
    if close == open + 1 || !sink.is_name(open + 1) {
        return false;
    }
    let first = sink.spelled(open + 1);
    if is_primitive(first) || is_tag(first) || is_qualifier(first) || sink.is(close - 1, b'*') {
        return type_name(sink, open + 1, close - 1).is_some();
    }
    let next = sink.kind(close + 1);
    let is_single = close == open + 2;
    let is_prefix_only = match next {
        Kind::Name => {
            !is_keyword(sink.spelled(close + 1))
                || sink.spelled(close + 1) == b"Sizeof"
                || sink.spelled(close + 1) == b"sizeof"
        }
        Kind::Number | Kind::String | Kind::Character | Kind::Sign(b'~') => true,
        Kind::Sign(b'!') => !sink.is(close + 2, b'='),
        _ => false,
    };
    let is_ambiguous = matches!(next, Kind::Sign(b'*' | b'&' | b'-' | b'+' | b'('));
    if is_single && names.is_type(first) && (is_ambiguous || is_prefix_only) {
        let base = sink.place(open + 1, open + 1);
        let ty = TypeName {
            base,
            is_user: sink.has_user(sink.place(open, close)),
            ..TypeName::default()
        };
        let start = sink.tokens[open].start;
        sink.remove(open, close);
        sink.write(start, b"!");
        sink.masked.marks.insert(start, Mark::Cast(ty));
        sink.tokens[open].kind = Kind::Sign(b'!');
        sink.tokens[open].end = start + 1;
        return false;
    }
    if is_prefix_only {
        return is_single;
    }
    if is_ambiguous && is_postfix_chain(sink, open + 1, close) {
        for at in [open, close] {
            sink.remove(at, at);
        }
    }
    false
}

/// Whether tokens are a name with calls, indices and members behind it.
fn is_postfix_chain(sink: &Sink, name: usize, end: usize) -> bool {
    let mut at = name + 1;
    while at < end {
        if sink.is(at, b'(') || sink.is(at, b'[') {
            let Some(close) = sink.partner(at) else { return false };
            at = close + 1;
        } else if sink.is(at, b'.') && sink.is_name(at + 1) {
            at += 2;
        } else if is_arrow(sink, at) && sink.is_name(at + 2) {
            at += 3;
        } else {
            return false;
        }
    }
    at == end
}
