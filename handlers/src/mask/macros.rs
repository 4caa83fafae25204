//! Functions whose heads are macros.
use super::sink::{Mark, Sink};
use super::tokens::Kind;
use crate::ast::Text;

/// Makes a function of `MACRO(…) {`: `SYSCALL_DEFINE2(name, type, parameter, type, parameter)` gets its
/// parameters, and others that are given a name get that name. Gives the name, unless that is impossible.
pub(super) fn make_function(sink: &mut Sink, name: usize) -> Option<Text> {
    let open = name + 1;
    let close = sink.partner(open)?;
    let spelled = sink.spelled(name);
    let is_system_call = memchr::memmem::find(spelled, b"SYSCALL").is_some()
        || spelled.starts_with(b"BPF_CALL_")
        || spelled.starts_with(b"COMPAT_SYSCALL");
    let has_name = sink.is_name(open + 1) && (sink.is(open + 2, b',') || sink.is(open + 2, b')'));
    if is_system_call && has_name && sink.is(open + 2, b',') {
        let place = sink.place(open + 1, open + 1);
        spread_parameters(sink, name, open, close);
        return Some(place);
    }
    let is_shouted = !spelled.iter().any(u8::is_ascii_lowercase);
    let inner = if is_shouted && has_name { open + 1 } else { name };
    if !is_shouted && close > open + 1 && !(sink.spelled(open + 1) == b"void" && close == open + 2)
    {
        // A function without a type whose parameters may be declared in its head.
        return None;
    }
    let place = sink.place(inner, inner);
    let whole = sink.place(name, close);
    let line = &sink.masked.text[whole.start as usize..whole.end as usize];
    if memchr::memchr(b'\n', line).unwrap_or(line.len()) < 7 {
        return None;
    }
    sink.blank(whole);
    sink.write(whole.start, b"int f()");
    sink.masked.marks.insert(whole.start + 4, Mark::Name(place));
    for at in name..=close {
        sink.tokens[at].kind = Kind::Gone;
    }
    Some(place)
}

/// `(name, type, parameter, …)` becomes `name(type parameter, …)`.
fn spread_parameters(sink: &mut Sink, name: usize, open: usize, close: usize) {
    let head = sink.place(name, open);
    sink.blank(head);
    sink.write(head.start, b"int");
    sink.tokens[open].kind = Kind::Gone;
    sink.tokens[name].end = head.start + 3;
    let mut commas = 0;
    let mut at = open + 2;
    while at < close {
        if sink.is(at, b',') {
            let place = sink.tokens[at].start;
            if commas == 0 {
                sink.write(place, b"(");
                sink.tokens[at].kind = Kind::Sign(b'(');
            } else if commas % 2 == 1 {
                sink.remove(at, at);
            }
            commas += 1;
        } else if sink.is(at, b'(') {
            at = sink.partner(at).unwrap_or(at);
        }
        at += 1;
    }
}
