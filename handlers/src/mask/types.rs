//! Types: the bodies of structures, `typeof`, and types that macros are given.
use super::names::{Names, is_keyword, is_primitive, is_qualifier, is_tag};
use super::sink::{Mark, Sink};
use super::tokens::Kind;
use crate::ast::{Text, TypeName};

/// Blanks the bodies of structures, unions and enumerations. One without a tag gets a name.
pub(super) fn blank_bodies(sink: &mut Sink) {
    for at in 0..sink.tokens.len() {
        if !(sink.is_name(at) && is_tag(sink.spelled(at))) {
            continue;
        }
        let has_tag = sink.is_name(at + 1);
        let mut open = at + 1 + usize::from(has_tag);
        if sink.is(open, b':') && sink.is_name(open + 1) {
            open += 2;
        }
        let Some(close) = sink.is(open, b'{').then(|| sink.partner(open)).flatten() else {
            continue;
        };
        if has_tag {
            sink.remove(at + 2, close);
            continue;
        }
        let base = sink.place(at, close);
        if sink.replace(open, close, b"_").is_some() {
            sink.masked
                .marks
                .insert(base.start, Mark::Type(TypeName { base, ..TypeName::default() }));
        }
    }
}

/// Replaces `typeof(x)` by `int`.
pub(super) fn blank_typeof(sink: &mut Sink) {
    for at in 0..sink.tokens.len() {
        if !(sink.is_name(at) && sink.is(at + 1, b'(')) {
            continue;
        }
        if !matches!(
            sink.spelled(at),
            b"typeof"
                | b"__typeof__"
                | b"__typeof"
                | b"typeof_member"
                | b"__unqual_scalar_typeof"
                | b"typeof_unqual"
        ) {
            continue;
        }
        let Some(close) = sink.partner(at + 1) else { continue };
        let base = sink.place(at, close);
        if let Some(place) = sink.replace(at, close, b"int") {
            sink.masked.marks.insert(place, Mark::Type(TypeName { base, ..TypeName::default() }));
        }
    }
}

/// Makes each argument that is a type a name.
pub(super) fn join_arguments(sink: &mut Sink, names: &Names) {
    for (from, to) in sink.bodies() {
        for at in from..to {
            if !(sink.is_name(at) && sink.is(at + 1, b'(')) {
                continue;
            }
            let is_marked = sink.masked.marks.contains_key(&sink.tokens[at].start);
            if !is_marked && (is_keyword(sink.spelled(at)) || is_primitive(sink.spelled(at))) {
                continue;
            }
            let Some(close) = sink.partner(at + 1) else { continue };
            join_types(sink, names, at + 2, close);
        }
    }
}

fn join_types(sink: &mut Sink, names: &Names, mut first: usize, close: usize) {
    while first < close {
        let mut last = first;
        while last < close && !sink.is(last, b',') {
            last = if sink.is(last, b'(') || sink.is(last, b'[') || sink.is(last, b'{') {
                sink.partner(last).unwrap_or(last)
            } else {
                last
            } + 1;
        }
        if last > first
            && last <= close
            && let Some(ty) = type_name(sink, first, last - 1)
            && is_surely_type(sink, names, first, ty)
            && let Some(place) = join(sink, first, last - 1)
        {
            sink.masked.marks.insert(place, Mark::Type(ty));
        }
        first = last + 1;
    }
}

/// Whether tokens that can be a type can be nothing else.
fn is_surely_type(sink: &Sink, names: &Names, first: usize, ty: TypeName) -> bool {
    let spelled = sink.spelled(first);
    let is_spelled_so = is_primitive(spelled) || is_tag(spelled) || is_qualifier(spelled);
    is_spelled_so || (ty.pointers > 0 && !ty.is_array) || (!ty.is_array && names.is_type(spelled))
}

/// Replaces the tokens by a name; `_` stands for what no name has.
fn join(sink: &mut Sink, first: usize, last: usize) -> Option<u32> {
    let place = sink.place(first, last);
    let old = &sink.masked.text[place.start as usize..place.end as usize];
    let line = old.split(|byte| *byte == b'\n').max_by_key(|line| line.len())?;
    let mut name = vec![b'_'; line.len()];
    name[0] = b'T';
    sink.replace(first, last, &name)
}

/// Reads tokens as a type without a name. All of them have to belong to it.
pub(super) fn type_name(sink: &Sink, first: usize, last: usize) -> Option<TypeName> {
    let mut ty = TypeName::default();
    let mut base: Option<Text> = None;
    let mut is_primitive_base = false;
    let mut at = first;
    while at <= last {
        match sink.kind(at) {
            Kind::Gone => {}
            Kind::Name => {
                let spelled = sink.spelled(at);
                let token = sink.place(at, at);
                if is_qualifier(spelled) {
                    at += 1;
                    continue;
                }
                if ty.pointers > 0 || ty.is_array || is_keyword(spelled) {
                    return None;
                }
                if let Some(Mark::Type(known)) = sink.masked.marks.get(&token.start) {
                    if base.is_some() {
                        return None;
                    }
                    base = Some(known.base);
                    at += usize::from(is_tag(spelled));
                } else if is_tag(spelled) {
                    if base.is_some() || !sink.is_name(at + 1) || at == last {
                        return None;
                    }
                    base = Some(sink.place(at, at + 1));
                    at += 1;
                } else if is_primitive(spelled) && (base.is_none() || is_primitive_base) {
                    is_primitive_base = true;
                    base =
                        Some(base.map_or(token, |base| Text { start: base.start, end: token.end }));
                } else if base.is_none() {
                    base = Some(token);
                } else {
                    return None;
                }
            }
            Kind::Sign(b'*') if base.is_some() && !ty.is_array => {
                ty.pointers = ty.pointers.saturating_add(1);
            }
            Kind::Sign(b'[') if base.is_some() => {
                ty.is_array = true;
                at = sink.partner(at)?;
            }
            Kind::Sign(b'(')
                if base.is_some() && sink.is(at + 1, b'*') && sink.is(at + 2, b')') =>
            {
                if !sink.is(at + 3, b'(') || sink.partner(at + 3)? != last {
                    return None;
                }
                ty.is_function = true;
                at = last;
            }
            _ => return None,
        }
        at += 1;
    }
    ty.base = base?;
    ty.is_user = sink.has_user(sink.place(first, last));
    Some(ty)
}
