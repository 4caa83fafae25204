//! Annotations of declarations, from a table, and assembly.
use super::sink::{Mark, Sink};
use super::tokens::Kind;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Each annotation, and whether it has arguments.
static ANNOTATIONS: LazyLock<FxHashMap<&'static [u8], bool>> = LazyLock::new(|| {
    include_str!("annotations.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| (line.trim_end_matches('(').as_bytes(), line.ends_with('(')))
        .collect()
});

/// Blanks annotations, and replaces assembly by a name.
pub(super) fn blank(sink: &mut Sink) {
    let mut at = 0;
    while at < sink.tokens.len() {
        if !sink.is_name(at) {
            at += 1;
            continue;
        }
        let spelled = sink.spelled(at);
        if is_assembly(spelled) {
            at = blank_assembly(sink, at);
            continue;
        }
        // All annotations but these start so.
        let may_be = matches!(spelled[0], b'_' | b'n' | b'a' | b'f' | b'i' | b'S' | b'I');
        let Some(&has_arguments) = may_be.then(|| ANNOTATIONS.get(spelled)).flatten() else {
            at += 1;
            continue;
        };
        // A macro of that name which the file calls is none.
        let is_called = !has_arguments && sink.is(at + 1, b'(') && at > 0 && !sink.is_name(at - 1);
        if is_called && !sink.is(at + 2, b'*') {
            at += 1;
            continue;
        }
        if spelled == b"__user" {
            let place = sink.tokens[at].start;
            sink.masked.users.push(place);
        }
        let last = if has_arguments && sink.is(at + 1, b'(') {
            sink.partner(at + 1).unwrap_or(at)
        } else {
            at
        };
        sink.remove(at, last);
        at = last + 1;
    }
}

fn is_assembly(spelled: &[u8]) -> bool {
    matches!(spelled, b"asm" | b"__asm__" | b"__asm" | b"asm_inline" | b"asm_volatile_goto")
}

/// Assembly in a function becomes a name; behind the name of a declaration it is blank.
fn blank_assembly(sink: &mut Sink, at: usize) -> usize {
    let mut open = at + 1;
    while sink.is_name(open)
        && matches!(
            sink.spelled(open),
            b"volatile" | b"__volatile__" | b"__volatile" | b"inline" | b"goto" | b"__inline__"
        )
    {
        open += 1;
    }
    let Some(close) = sink.is(open, b'(').then(|| sink.partner(open)).flatten() else {
        return at + 1;
    };
    let is_behind_name =
        at > 0 && sink.is_name(at - 1) && !matches!(sink.spelled(at - 1), b"else" | b"do");
    if is_behind_name {
        sink.remove(at, close);
    } else if let Some(place) = sink.replace(at, close, b"asm_") {
        sink.masked.marks.insert(place, Mark::Opaque);
        debug_assert_eq!(sink.kind(at), Kind::Name);
    }
    close + 1
}
