//! Variables that macros declare.
use super::loops::starts_statement;
use super::names::{is_primitive, is_storage, is_tag};
use super::sink::{Mark, Sink};
use super::tokens::Kind;
use crate::ast::TypeName;

/// Leaves `DEFINE_SPINLOCK(x);` of `static DEFINE_SPINLOCK(x);` in functions, and makes
/// `DECLARE_BITMAP(x, 9) = {};` a declaration.
pub(super) fn mend(sink: &mut Sink) {
    for (from, to) in sink.bodies() {
        for at in from..to {
            if !(sink.is_name(at) && sink.is(at + 1, b'(')) || is_primitive(sink.spelled(at)) {
                continue;
            }
            let Some(close) = sink.partner(at + 1) else { continue };
            let mut first = at;
            while first > from && sink.is_name(first - 1) && is_storage(sink.spelled(first - 1)) {
                first -= 1;
            }
            if !starts_statement(sink, first) {
                continue;
            }
            if sink.is(close + 1, b'=') && (sink.is(close + 2, b'{') || first < at) {
                declare(sink, at, close);
            } else if first < at && sink.is(close + 1, b';') {
                sink.remove(first, at - 1);
            }
        }
    }
}

/// Makes `MACRO(name, size)` or `MACRO(type, name)` in front of an equals sign a declaration.
pub(super) fn declare(sink: &mut Sink, macro_name: usize, close: usize) {
    let open = macro_name + 1;
    let is_bitmap = sink.is_name(open + 1) && (sink.is(open + 2, b',') || open + 2 == close);
    let last = close - 1;
    let is_name_last = sink.is_name(last) && last > open + 1 && (sink.is(last - 1, b','));
    let is_type_first = is_tag(sink.spelled(open + 1))
        || is_primitive(sink.spelled(open + 1))
        || memchr::memmem::find(sink.spelled(macro_name), b"PER_CPU").is_some();
    if is_name_last && is_type_first {
        sink.remove(macro_name, open);
        sink.remove(last - 1, last - 1);
        sink.remove(close, close);
    } else if is_bitmap && sink.spelled(macro_name).len() >= 3 {
        let place = sink.place(macro_name, macro_name);
        sink.blank(sink.place(macro_name, open));
        sink.write(place.start, b"int");
        sink.tokens[open].kind = Kind::Gone;
        sink.tokens[macro_name].end = place.start + 3;
        sink.masked
            .marks
            .insert(place.start, Mark::Type(TypeName { base: place, ..TypeName::default() }));
        if open + 2 == close {
            sink.remove(close, close);
        } else {
            for (sign, bracket) in [(open + 2, b'['), (close, b']')] {
                let at = sink.tokens[sign].start;
                sink.write(at, &[bracket]);
                sink.tokens[sign].kind = Kind::Sign(bracket);
            }
        }
    }
}
