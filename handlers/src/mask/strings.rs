//! Strings that are put together of several ones and of macros.
use super::names::is_keyword;
use super::sink::Sink;
use super::tokens::Kind;

/// Leaves one string of each row of strings and macros: `KERN_INFO PFX "a" __stringify(B) "c"`.
pub(super) fn join(sink: &mut Sink) {
    let mut at = 0;
    while at < sink.tokens.len() {
        if sink.kind(at) != Kind::String {
            if starts_row(sink, at) {
                sink.remove(at, at);
            }
            at += 1;
            continue;
        }
        let mut first = at;
        while let Some(before) = part_before(sink, first) {
            first = before;
        }
        if first < at {
            sink.remove(first, at - 1);
        }
        let mut last = at;
        while let Some(end) = part_behind(sink, last) {
            last = end;
        }
        if last > at {
            sink.remove(at + 1, last);
        }
        at = last + 1;
    }
}

/// The macro in front of a string.
fn part_before(sink: &Sink, first: usize) -> Option<usize> {
    let before = first.checked_sub(1)?;
    if sink.is_name(before) {
        return is_macro(sink, before).then_some(before);
    }
    let open = sink.is(before, b')').then(|| sink.partner(before)).flatten()?;
    let name = open.checked_sub(1)?;
    (sink.is_name(name) && is_macro(sink, name)).then_some(name)
}

/// The string or the macro behind a string.
fn part_behind(sink: &Sink, last: usize) -> Option<usize> {
    let next = last + 1;
    match sink.kind(next) {
        Kind::String => Some(next),
        Kind::Name if is_macro(sink, next) => {
            if sink.is(next + 1, b'(') {
                return sink.partner(next + 1);
            }
            Some(next)
        }
        _ => None,
    }
}

/// Whether a name starts a row of macros only, as in `printk(KERN_INFO VERSION)`.
fn starts_row(sink: &Sink, at: usize) -> bool {
    let is_shouted =
        |at: usize| sink.is_name(at) && !sink.spelled(at).iter().any(u8::is_ascii_lowercase);
    at > 0
        && is_shouted(at)
        && is_shouted(at + 1)
        && matches!(sink.kind(at - 1), Kind::Sign(b'(' | b',') | Kind::Gone)
        && matches!(sink.kind(at + 2), Kind::Sign(b',' | b')' | b'(') | Kind::Name)
}

fn is_macro(sink: &Sink, at: usize) -> bool {
    let spelled = sink.spelled(at);
    !is_keyword(spelled)
        && !matches!(spelled, b"extern" | b"asm" | b"__asm__" | b"__asm" | b"volatile")
}
