//! Macros that are the head of a loop or of a block.
use super::names::is_keyword;
use super::sink::{Mark, Sink};
use super::tokens::Kind;

/// Makes `list_for_each_entry(a, b, c) {` a `while`.
pub(super) fn mark(sink: &mut Sink) {
    for (from, to) in sink.bodies() {
        for at in from..to {
            if !(sink.is_name(at) && sink.is(at + 1, b'(')) {
                continue;
            }
            let Some(close) = sink.partner(at + 1) else { continue };
            if is_loop(sink, at, close) {
                write(sink, at, close);
            }
        }
    }
}

fn is_loop(sink: &Sink, at: usize, close: usize) -> bool {
    let name = sink.spelled(at);
    if name.len() < 6 || is_keyword(name) || !starts_statement(sink, at) {
        return false;
    }
    if sink.is(close + 1, b'{') {
        return true;
    }
    let is_named_so = memchr::memmem::find(name, b"for_each").is_some()
        || memchr::memmem::find(name, b"foreach").is_some()
        || memchr::memmem::find(name, b"FOR_EACH").is_some()
        || memchr::memmem::find(name, b"FOREACH").is_some()
        || name.ends_with(b"scoped_guard")
        || name == b"scoped_cond_guard";
    let next = sink.kind(close + 1);
    is_named_so && matches!(next, Kind::Name | Kind::Sign(b'*' | b';' | b'+' | b'-'))
}

/// Whether a token is the first one of a statement, as far as that can be told.
pub(super) fn starts_statement(sink: &Sink, at: usize) -> bool {
    let Some(before) = sink.before(at) else { return false };
    match sink.kind(before) {
        Kind::Sign(b';' | b'{' | b'}' | b':') => true,
        Kind::Name => matches!(sink.spelled(before), b"else" | b"do"),
        Kind::Sign(b')') => {
            // Behind the head of an `if` or a loop, and not behind a cast.
            let head = sink.partner(before).and_then(|open| sink.before(open));
            head.is_some_and(|head| {
                sink.is_name(head)
                    && (matches!(sink.spelled(head), b"if" | b"while" | b"for" | b"switch")
                        || sink.starts_line(at))
            })
        }
        _ => false,
    }
}

fn write(sink: &mut Sink, at: usize, close: usize) {
    let name = sink.place(at, at);
    sink.blank(name);
    if close == at + 2 {
        // The call has no room for a condition behind its name.
        sink.blank(sink.place(at + 1, close));
        sink.write(name.start, b"while(0)");
        sink.tokens[at].end = name.start + 5;
        for (token, start) in [(at + 1, 5), (close, 7)] {
            sink.tokens[token].start = name.start + start;
            sink.tokens[token].end = name.start + start + 1;
        }
        sink.masked.marks.insert(name.start, Mark::EmptyLoop(name));
        return;
    }
    sink.write(name.start, b"while");
    sink.tokens[at].end = name.start + 5;
    sink.masked.marks.insert(name.start, Mark::Loop(name));
}
