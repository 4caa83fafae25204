//! The functions and variables of a file's scope, each of which is parsed by itself.
use super::macros;
use super::names::{is_primitive, is_qualifier, is_storage, is_tag};
use super::sink::Sink;
use super::tokens::Kind;
use super::variables;
use crate::ast::Text;

/// How deep brackets may be nested.
const MAX_DEPTH: u32 = 120;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A function with a body.
    Function,
    /// Variables with an initialiser.
    Variable,
    /// What has an unbalanced or too deeply nested bracket.
    Broken,
}

/// A piece of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    pub(crate) kind: PieceKind,
    pub(crate) at: Text,
    /// Where the body or the initialiser starts.
    pub(crate) body: u32,
    /// The name of the function, where it is known.
    pub(crate) name: Option<Text>,
}

/// What ends a piece.
struct End {
    /// The token behind it.
    next: usize,
    /// The opening brace or the equals sign, and what it opens.
    body: Option<(PieceKind, usize)>,
}

/// Splits the file.
pub(super) fn split(sink: &mut Sink) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < sink.tokens.len() {
        let end = find_end(sink, at);
        debug_assert!(end.next > at);
        if let Some((kind, body)) = end.body {
            pieces.push(piece(sink, kind, at, body, end.next));
        }
        at = end.next;
    }
    pieces
}

/// Looks for the end of the piece that starts with a token.
fn find_end(sink: &mut Sink, start: usize) -> End {
    let mut at = start;
    let mut assignment = None;
    let mut is_parameterised = false;
    while at < sink.tokens.len() {
        let next = at + 1;
        match sink.kind(at) {
            Kind::Sign(b';') => {
                return End { next, body: assignment.map(|at| (PieceKind::Variable, at)) };
            }
            Kind::Sign(b'}') => return End { next, body: None },
            Kind::Sign(b'=') => {
                assignment = assignment.or(Some(at));
                at = next;
            }
            Kind::Sign(b'{') => {
                let Some(close) = sink.partner(at) else { return broken(sink, start, at) };
                if assignment.is_some() {
                    at = close + 1;
                } else if is_parameterised {
                    return End { next: close + 1, body: Some((PieceKind::Function, at)) };
                } else if at > start && sink.kind(at - 1) == Kind::String {
                    // `extern "C" {`
                    return End { next, body: None };
                } else {
                    return End { next: close + 1, body: None };
                }
            }
            Kind::Sign(b'(') => {
                let Some(close) = sink.partner(at) else { return broken(sink, start, at) };
                let is_declared =
                    (start..at.saturating_sub(1)).all(|at| is_storage(sink.spelled(at)));
                if assignment.is_none()
                    && at > start
                    && sink.is_name(at - 1)
                    && is_declared
                    && sink.is(close + 1, b'=')
                {
                    variables::declare(sink, at - 1, close);
                } else if assignment.is_none() && at > start && sink.is_name(at - 1) {
                    is_parameterised = true;
                    match behind_parameters(sink, start, at, close) {
                        Behind::Same => {}
                        Behind::Other => return End { next: close + 1, body: None },
                        Behind::OldStyle(brace) => {
                            let Some(close) = sink.partner(brace) else {
                                return broken(sink, start, brace);
                            };
                            return End {
                                next: close + 1,
                                body: Some((PieceKind::Function, brace)),
                            };
                        }
                    }
                } else if assignment.is_none() && at > start && sink.is(at - 1, b')') {
                    is_parameterised = true;
                }
                at = close + 1;
            }
            Kind::Sign(b'[') => {
                let Some(close) = sink.partner(at) else { return broken(sink, start, at) };
                at = close + 1;
            }
            _ => at = next,
        }
    }
    End { next: at, body: None }
}

/// What stands behind `name(…)`.
enum Behind {
    /// What belongs to the same piece.
    Same,
    /// The next piece: the call was a macro that has its own semicolon.
    Other,
    /// Declarations of the parameters, and then the brace that is the token of this number.
    OldStyle(usize),
}

fn behind_parameters(sink: &mut Sink, start: usize, open: usize, close: usize) -> Behind {
    let next = close + 1;
    if !sink.is_name(next) {
        return Behind::Same;
    }
    let is_typed = (start..open - 1).any(|at| !is_storage(sink.spelled(at)));
    if is_typed && let Some(brace) = old_style_body(sink, open, close) {
        return Behind::OldStyle(brace);
    }
    if !is_typed && sink.starts_line(next) {
        return Behind::Other;
    }
    if !is_typed {
        // A macro in front of a declaration says something about it.
        sink.remove(open - 1, close);
        return Behind::Same;
    }
    if sink.starts_line(next) && starts_declaration(sink, next) {
        return Behind::Other;
    }
    // An annotation that nobody knows.
    let end = if sink.is(next + 1, b'(') { sink.partner(next + 1).unwrap_or(next) } else { next };
    sink.remove(next, end);
    Behind::Same
}

fn starts_declaration(sink: &Sink, at: usize) -> bool {
    let spelled = sink.spelled(at);
    is_storage(spelled)
        || is_primitive(spelled)
        || is_tag(spelled)
        || is_qualifier(spelled)
        || sink.is_name(at + 1)
}

/// The brace behind the declarations of parameters that are named only in the parentheses.
fn old_style_body(sink: &Sink, open: usize, close: usize) -> Option<usize> {
    let are_names = (open + 1..close).all(|at| sink.is_name(at) || sink.is(at, b','));
    if !are_names || close == open + 1 {
        return None;
    }
    let mut at = close + 1;
    while at < sink.tokens.len() && at < close + 400 {
        match sink.kind(at) {
            Kind::Sign(b'{') => return sink.is(at - 1, b';').then_some(at),
            Kind::Name | Kind::Number | Kind::Sign(b'*' | b',' | b';') => at += 1,
            Kind::Sign(b'[' | b'(') => at = sink.partner(at)? + 1,
            _ => return None,
        }
    }
    None
}

/// A piece that a bracket without a partner breaks: it ends where the next function starts at the first
/// column, or with the file.
fn broken(sink: &Sink, start: usize, bracket: usize) -> End {
    let next = next_function(sink, bracket + 1).unwrap_or(sink.tokens.len());
    End { next: next.max(start + 1), body: Some((PieceKind::Broken, bracket)) }
}

/// The first token of the line at whose first column the next function starts.
fn next_function(sink: &Sink, from: usize) -> Option<usize> {
    let text = &sink.masked.text;
    let is_first = |at: usize| {
        let start = sink.tokens[at].start as usize;
        start == 0 || text[start - 1] == b'\n'
    };
    let mut line = None;
    for at in from..sink.tokens.len() {
        if sink.is_name(at) && is_first(at) {
            line = Some(at);
        }
        if sink.is(at, b'{')
            && is_first(at)
            && at > 0
            && sink.is(at - 1, b')')
            && sink.partner(at).is_some()
            && line.is_some()
        {
            return line;
        }
    }
    None
}

fn piece(sink: &mut Sink, kind: PieceKind, start: usize, body: usize, next: usize) -> Piece {
    let place = sink.place(start, next - 1);
    let body_place = sink.tokens[body].start;
    let mut name = None;
    let mut is_broken = depth(sink, start, next) > MAX_DEPTH;
    match kind {
        PieceKind::Variable => clean_variable(sink, start, body),
        _ => name = function_name(sink, start, body).map(|name| sink.place(name, name)),
    }
    if kind == PieceKind::Function {
        let head = clean_function(sink, start, body);
        is_broken |= head.is_none();
        name = head.flatten().or(name);
    }
    let kind = if is_broken { PieceKind::Broken } else { kind };
    Piece { kind, at: place, body: body_place, name }
}

fn depth(sink: &Sink, from: usize, to: usize) -> u32 {
    let (mut depth, mut deepest) = (0u32, 0);
    for at in from..to {
        match sink.kind(at) {
            Kind::Sign(b'(' | b'[' | b'{') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            Kind::Sign(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The name in front of the first parenthesis.
fn function_name(sink: &Sink, start: usize, body: usize) -> Option<usize> {
    let mut open = (start..body.min(sink.tokens.len())).find(|&at| sink.is(at, b'('))?;
    // A function that returns a pointer to an array or to a function has its name in parentheses.
    if sink.is(open + 1, b'*') {
        open = (open + 1..body).find(|&at| sink.is(at, b'('))?;
    }
    open.checked_sub(1).filter(|&name| name >= start && sink.is_name(name))
}

/// Leaves one type in front of the name of a function, and nothing between its parameters and its body.
/// Gives the name where that is clear by now, and nothing where that makes no function.
#[expect(clippy::option_option, reason = "a function without a clear name is one")]
fn clean_function(sink: &mut Sink, start: usize, body: usize) -> Option<Option<Text>> {
    let Some(name) = function_name(sink, start, body) else {
        // A function that returns a pointer to a function, or something else altogether.
        return (start..body).any(|at| sink.is(at, b'(')).then_some(None);
    };
    let place = sink.place(name, name);
    if clean_type(sink, start, name) || (start..name).any(|at| sink.is(at, b'*')) {
        return Some(Some(place));
    }
    macros::make_function(sink, name).map(Some)
}

/// Blanks annotations that nobody knows in front of a variable and behind it.
fn clean_variable(sink: &mut Sink, start: usize, assignment: usize) {
    // The first name is the one that the type stands in front of.
    let comma = (start..assignment).find(|&at| sink.is(at, b','));
    let mut name = comma.unwrap_or(assignment);
    while name > start {
        name -= 1;
        match sink.kind(name) {
            Kind::Sign(b']' | b')') => name = sink.partner(name).unwrap_or(name),
            Kind::Name => {
                let is_annotation = name > start
                    && (sink.is(name - 1, b']')
                        || (sink.is_name(name - 1)
                            && is_shouted(sink.spelled(name))
                            && sink.is(name + 1, b'=')));
                if !is_annotation || !has_words(sink, start, name) {
                    break;
                }
                sink.remove(name, name);
            }
            _ => break,
        }
    }
    if name > start && sink.is_name(name) {
        clean_type(sink, start, name);
    }
}

/// Whether there are a type and a name in front of a token.
fn has_words(sink: &Sink, start: usize, at: usize) -> bool {
    let mut words = 0;
    let mut has_primitive = false;
    for next in (start..at).filter(|&next| sink.is_name(next)) {
        let spelled = sink.spelled(next);
        if is_primitive(spelled) {
            has_primitive = true;
        } else if !is_storage(spelled) && !is_qualifier(spelled) && !is_tag(spelled) {
            words += 1;
        }
    }
    words + u32::from(has_primitive) >= 2
}

fn is_shouted(name: &[u8]) -> bool {
    name.starts_with(b"__") || !name.iter().any(u8::is_ascii_lowercase)
}

/// Leaves one type among the names in front of a name. Gives whether there is one.
fn clean_type(sink: &mut Sink, start: usize, name: usize) -> bool {
    let mut others = Vec::new();
    let mut has_type = false;
    let mut at = start;
    while at < name {
        if sink.is_name(at) {
            let spelled = sink.spelled(at);
            if is_tag(spelled) {
                has_type = true;
                at += 1;
            } else if is_primitive(spelled) {
                has_type = true;
            } else if !is_storage(spelled) && !is_qualifier(spelled) {
                others.push(at);
            }
        } else if sink.is(at, b'(') {
            // `DECLARE(x) name`: the parser knows types that are calls.
            return true;
        }
        at += 1;
    }
    if has_type {
        for other in others {
            sink.remove(other, other);
        }
        return true;
    }
    let Some(&last) = others.last() else { return false };
    let kept = others
        .iter()
        .copied()
        .find(|&at| sink.is(at + 1, b'*') || sink.spelled(at).ends_with(b"_t"));
    let kept = kept
        .or_else(|| others.iter().copied().find(|&at| !is_shouted(sink.spelled(at))))
        .unwrap_or(last);
    for other in others {
        if other != kept {
            sink.remove(other, other);
        }
    }
    true
}
