//! Declarations: their types and their names.

use std::cell::Cell;

use crate::token::{Kind, Token, behind, is_at, split};
use crate::types::{Type, Words, well_known};

/// What declarations share: the type in front of the names.
#[derive(Debug, Clone)]
pub(crate) struct Specifiers<'t> {
    pub(crate) ty: Type<'t>,
    pub(crate) is_typedef: bool,
    pub(crate) is_static: bool,
    pub(crate) is_extern: bool,
    /// The structures that it defines on its way.
    pub(crate) records: Vec<Record<'t>>,
    /// The constants of an enumeration that it defines.
    pub(crate) enumerators: Vec<&'t str>,
    /// Where the type is spelled, as places of tokens.
    pub(crate) spelled: (usize, usize),
}

/// A structure with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record<'t> {
    pub(crate) key: RecordKey<'t>,
    pub(crate) members: Vec<Member<'t>>,
    /// Where its body is, as places of tokens: functions of a class are in it.
    pub(crate) body: (usize, usize),
}

/// A member of a structure or union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member<'t> {
    pub(crate) name: &'t str,
    pub(crate) ty: Type<'t>,
    /// Whether others are at the same place, as in a union.
    pub(crate) is_shared: bool,
}

/// A tag, or the number of a structure without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum RecordKey<'t> {
    Tag(&'t str),
    Anonymous(u32),
}

/// A name that is declared.
#[derive(Debug, Clone)]
pub(crate) struct Declarator<'t> {
    pub(crate) name: Option<Token<'t>>,
    /// The class in front of the name, in C++.
    pub(crate) class: Option<&'t str>,
    pub(crate) ty: Type<'t>,
    /// Whether it is a reference, in C++.
    pub(crate) is_reference: bool,
    /// The parameters, as places of tokens, where it is a function.
    pub(crate) parameters: Option<(usize, usize)>,
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub(crate) struct Parameter<'t> {
    pub(crate) name: &'t str,
    pub(crate) ty: Type<'t>,
    pub(crate) is_reference: bool,
}

/// Words that begin no declaration.
const NO_TYPES: [&str; 30] = [
    "return",
    "goto",
    "else",
    "case",
    "default",
    "delete",
    "throw",
    "new",
    "sizeof",
    "using",
    "if",
    "while",
    "for",
    "do",
    "switch",
    "break",
    "continue",
    "namespace",
    "template",
    "public",
    "private",
    "protected",
    "operator",
    "this",
    "try",
    "catch",
    "co_return",
    "co_await",
    "not",
    "typename",
];

const QUALIFIERS: [&str; 26] = [
    "const",
    "volatile",
    "restrict",
    "__restrict",
    "__restrict__",
    "register",
    "inline",
    "__inline",
    "__inline__",
    "constexpr",
    "thread_local",
    "_Thread_local",
    "__thread",
    "mutable",
    "virtual",
    "explicit",
    "friend",
    "__extension__",
    "__const",
    "__volatile__",
    "_Atomic",
    "final",
    "override",
    "noexcept",
    "__user",
    "constinit",
];

fn is_qualifier(token: &Token<'_>) -> bool {
    token.is_name() && QUALIFIERS.contains(&token.text)
}

/// The place behind an attribute, if there is one.
fn behind_attribute(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let token = tokens.get(at)?;
    let is_word =
        ["__attribute__", "__attribute", "__declspec", "alignas", "_Alignas", "asm", "__asm__"]
            .contains(&token.text)
            && is_at(tokens, at + 1, "(");
    if is_word {
        return Some(behind(tokens, at + 1));
    }
    (token.is("[") && is_at(tokens, at + 1, "[")).then(|| behind(tokens, at))
}

/// The place behind `<…>`, if that is what template arguments look like.
fn behind_template(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (place, token) in tokens.iter().enumerate().skip(open).take(200) {
        match token.text {
            "<" => depth += 1,
            ">" => depth -= 1,
            ">>" => depth -= 2,
            ";" | "{" | "}" | "&&" | "||" | "=" if token.kind == Kind::Sign => return None,
            _ => {}
        }
        if depth <= 0 {
            return Some(place + 1);
        }
    }
    None
}

/// Reads declarations of a file.
#[derive(Debug)]
pub(crate) struct Declaring<'c> {
    /// The number of the next structure without a tag.
    pub(crate) anonymous: &'c Cell<u32>,
    pub(crate) is_cpp: bool,
}

/// How deep structures may be inside each other.
const DEEPEST: usize = 32;

impl Declaring<'_> {
    /// The type at a place, and the place behind it; nothing where no declaration begins.
    pub(crate) fn specifiers<'t>(
        &self,
        tokens: &[Token<'t>],
        start: usize,
    ) -> Option<(Specifiers<'t>, usize)> {
        self.specifiers_at(tokens, start, 0)
    }

    fn specifiers_at<'t>(
        &self,
        tokens: &[Token<'t>],
        start: usize,
        depth: usize,
    ) -> Option<(Specifiers<'t>, usize)> {
        let mut found = Specifiers {
            ty: Type::Unknown,
            is_typedef: false,
            is_static: false,
            is_extern: false,
            records: Vec::new(),
            enumerators: Vec::new(),
            spelled: (start, start),
        };
        let (mut at, mut words, mut has_type, mut is_auto) =
            (start, Words::default(), false, false);
        let mut first = None;
        while let Some(token) = tokens.get(at) {
            if let Some(behind) = behind_attribute(tokens, at) {
                at = behind;
                continue;
            }
            if !token.is_name() {
                let is_global = token.is("::") && !has_type && !words.has_any();
                if is_global && tokens.get(at + 1).is_some_and(Token::is_name) {
                    at += 1;
                    continue;
                }
                break;
            }
            match token.text {
                "typedef" => found.is_typedef = true,
                "static" => found.is_static = true,
                "extern" => found.is_extern = true,
                "auto" | "__auto_type" => is_auto = true,
                _ if is_qualifier(token) => {}
                "struct" | "union" | "class" if !has_type => {
                    first.get_or_insert(at);
                    at = self.record(tokens, at + 1, &mut found, depth)?;
                    has_type = true;
                    found.spelled = (first.unwrap_or(at), at);
                    continue;
                }
                "enum" if !has_type => {
                    first.get_or_insert(at);
                    at = enumeration(tokens, at + 1, &mut found);
                    has_type = true;
                    found.spelled = (first.unwrap_or(at), at);
                    continue;
                }
                "typename" if !has_type => {}
                "typeof" | "__typeof__" | "__typeof" | "decltype" if is_at(tokens, at + 1, "(") => {
                    at = behind(tokens, at + 1);
                    has_type = true;
                    continue;
                }
                word if !has_type && words.add(word) => {
                    first.get_or_insert(at);
                    found.spelled = (first.unwrap_or(at), at + 1);
                }
                word => {
                    if has_type || words.has_any() || is_auto || NO_TYPES.contains(&word) {
                        break;
                    }
                    if is_annotation(tokens, at) {
                        at = if is_at(tokens, at + 1, "(") {
                            behind(tokens, at + 1)
                        } else {
                            at + 1
                        };
                        continue;
                    }
                    first = Some(at);
                    let (ty, behind) = path(tokens, at);
                    found.ty = ty;
                    has_type = true;
                    at = behind;
                    found.spelled = (first.unwrap_or(at), at);
                    continue;
                }
            }
            at += 1;
        }
        if words.has_any() {
            found.ty = words.ty();
        } else if is_auto && !has_type {
            found.ty = Type::Unknown;
        } else if !has_type {
            return None;
        }
        Some((found, at))
    }

    /// A structure behind its keyword.
    fn record<'t>(
        &self,
        tokens: &[Token<'t>],
        start: usize,
        found: &mut Specifiers<'t>,
        depth: usize,
    ) -> Option<usize> {
        let mut at = start;
        let is_union = is_at(tokens, start.wrapping_sub(1), "union");
        while let Some(behind) = behind_attribute(tokens, at) {
            at = behind;
        }
        let mut tag = None;
        while let Some(token) = tokens.get(at).filter(|token| token.is_name()) {
            // An annotation may be in front of the tag.
            let is_tag = tag.is_none()
                || tokens.get(at + 1).is_some_and(|next| next.is("{") || next.is(":"));
            if !is_tag || is_qualifier(token) {
                break;
            }
            tag = Some(token.text);
            at += 1;
            while is_at(tokens, at, "::") {
                tag = tokens.get(at + 1).map(|token| token.text);
                at += 2;
            }
            if is_at(tokens, at, "<") && self.is_cpp {
                at = behind_template(tokens, at)?;
            }
        }
        while let Some(behind) = behind_attribute(tokens, at) {
            at = behind;
        }
        if is_at(tokens, at, ":") && self.is_cpp {
            let brace = tokens[at..].iter().position(|token| token.is("{") || token.is(";"));
            at += brace?;
        }
        let key = match tag {
            Some(tag) => RecordKey::Tag(tag),
            None => RecordKey::Anonymous(self.anonymous.get()),
        };
        found.ty = match tag {
            Some(tag) => Type::Record(tag),
            None => Type::Anonymous(self.anonymous.replace(self.anonymous.get().wrapping_add(1))),
        };
        if !is_at(tokens, at, "{") {
            return Some(at);
        }
        let end = behind(tokens, at);
        let body = (at + 1, end.saturating_sub(1).max(at + 1));
        if depth < DEEPEST {
            let mut members = self.members(tokens, body, found, depth + 1);
            for member in members.iter_mut().filter(|_| is_union) {
                member.is_shared = true;
            }
            found.records.push(Record { key, members, body });
        }
        Some(end)
    }

    fn members<'t>(
        &self,
        tokens: &[Token<'t>],
        (start, end): (usize, usize),
        found: &mut Specifiers<'t>,
        depth: usize,
    ) -> Vec<Member<'t>> {
        let mut members = Vec::new();
        let inside = &tokens[..end];
        let mut at = start;
        while at < end {
            let is_label = inside.get(at).is_some_and(Token::is_name)
                && is_at(inside, at + 1, ":")
                && ["public", "private", "protected", "signals", "Q_SIGNALS"]
                    .contains(&inside[at].text);
            if is_label {
                at += 2;
                continue;
            }
            if let Some((specifiers, behind)) = self.specifiers_at(inside, at, depth) {
                at = self.member(inside, behind, &specifiers, &mut members);
                found.records.extend(specifiers.records);
                found.enumerators.extend(specifiers.enumerators);
            }
            // Whatever is left of it.
            while at < end && !is_at(inside, at, ";") && !is_at(inside, at, "}") {
                let is_body = is_at(inside, at, "{");
                at = if is_body || is_at(inside, at, "(") { behind(inside, at) } else { at + 1 };
                if is_body && !is_at(inside, at, ";") && !is_at(inside, at, ",") {
                    break;
                }
            }
            while at < end && (is_at(inside, at, ";") || is_at(inside, at, "}")) {
                at += 1;
            }
        }
        members
    }

    fn member<'t>(
        &self,
        inside: &[Token<'t>],
        start: usize,
        specifiers: &Specifiers<'t>,
        members: &mut Vec<Member<'t>>,
    ) -> usize {
        let mut at = start;
        if let (Type::Anonymous(number), true) = (&specifiers.ty, is_at(inside, at, ";")) {
            // Its members are those of the structure around it.
            let inner =
                specifiers.records.iter().find(|it| it.key == RecordKey::Anonymous(*number));
            members.extend(inner.into_iter().flat_map(|inner| inner.members.iter().cloned()));
            return at;
        }
        loop {
            let Some((declarator, behind)) = self.declarator(inside, at, &specifiers.ty) else {
                return at;
            };
            at = behind;
            if let (Some(name), false) = (declarator.name, specifiers.is_typedef) {
                members.push(Member { name: name.text, ty: declarator.ty, is_shared: false });
            }
            if is_at(inside, at, ":") {
                while at < inside.len() && !is_at(inside, at, ",") && !is_at(inside, at, ";") {
                    at += 1;
                }
            }
            if !is_at(inside, at, ",") {
                return at;
            }
            at += 1;
        }
    }

    /// A name with what belongs to it, and the place behind; nothing where there is none.
    pub(crate) fn declarator<'t>(
        &self,
        tokens: &[Token<'t>],
        start: usize,
        base: &Type<'t>,
    ) -> Option<(Declarator<'t>, usize)> {
        self.declarator_at(tokens, start, base, 0)
    }

    fn declarator_at<'t>(
        &self,
        tokens: &[Token<'t>],
        start: usize,
        base: &Type<'t>,
        depth: usize,
    ) -> Option<(Declarator<'t>, usize)> {
        if depth > DEEPEST {
            return None;
        }
        let mut found = Declarator {
            name: None,
            class: None,
            ty: base.clone(),
            is_reference: false,
            parameters: None,
        };
        let (mut at, mut pointers) = (start, 0);
        let mut inner = None;
        while let Some(token) = tokens.get(at) {
            if let Some(behind) = behind_attribute(tokens, at) {
                at = behind;
            } else if token.is("*") {
                // Nobody means more than a few.
                pointers += 1;
                if pointers <= DEEPEST {
                    found.ty = found.ty.pointer();
                }
                at += 1;
            } else if (token.is("&") || token.is("&&")) && self.is_cpp {
                found.is_reference = true;
                at += 1;
            } else if is_qualifier(token) {
                at += 1;
            } else if token.is("(") && inner.is_none() && found.name.is_none() {
                let close = behind(tokens, at);
                let is_nested = tokens.get(at + 1).is_some_and(|next| next.is("*") || next.is("("))
                    || (tokens.get(at + 1).is_some_and(Token::is_name)
                        && is_at(tokens, close, "("));
                if !is_nested {
                    break;
                }
                inner = Some((at + 1, close.saturating_sub(1)));
                at = close;
                break;
            } else if token.is_name() {
                if found.name.is_some()
                    || NO_TYPES.contains(&token.text) && token.text != "operator"
                {
                    break;
                }
                // `int UNUSED x`: the last of several names is the one.
                let is_annotation =
                    tokens.get(at + 1).is_some_and(|next| next.is_name() && !is_qualifier(next))
                        && behind_attribute(tokens, at + 1).is_none();
                if is_annotation {
                    at += 1;
                    continue;
                }
                found.name = Some(*token);
                at += 1;
                while is_at(tokens, at, "::") {
                    found.class = found.name.map(|name| name.text);
                    at += 1;
                    if is_at(tokens, at, "~") {
                        at += 1;
                    }
                    found.name = tokens.get(at).copied();
                    at += 1;
                }
            } else {
                break;
            }
            if found.name.is_some() {
                break;
            }
        }
        at = suffixes(tokens, at, &mut found, inner.is_some());
        if let Some((from, to)) = inner {
            let (outer, parameters) = (found.ty.clone(), found.parameters.take());
            let (of_inner, _) = self.declarator_at(&tokens[..to], from, &outer, depth + 1)?;
            // `int (f)(int x)` is a function, `int (*f)(int x)` is none.
            let is_function = matches!(of_inner.ty, Type::Function(_));
            let parameters = of_inner.parameters.or(parameters.filter(|_| is_function));
            found = Declarator { parameters, ..of_inner };
        }
        if found.name.is_none() && at == start {
            return None;
        }
        Some((found, at))
    }

    /// The parameters between these places, and whether any number of arguments follow.
    pub(crate) fn parameters<'t>(
        &self,
        tokens: &[Token<'t>],
        (start, end): (usize, usize),
    ) -> (Vec<Parameter<'t>>, bool) {
        let mut parameters = Vec::new();
        let mut is_variadic = false;
        for piece in split(&tokens[start..end.max(start)]) {
            if piece.first().is_some_and(|token| token.is("...")) {
                is_variadic = true;
                continue;
            }
            let default = piece.iter().position(|token| token.is("=")).unwrap_or(piece.len());
            let piece = &piece[..default];
            let Some((specifiers, behind)) = self.specifiers(piece, 0) else { continue };
            let declarator = self.declarator(piece, behind, &specifiers.ty);
            let (name, ty, is_reference) = match declarator {
                Some((found, _)) => (found.name, found.ty, found.is_reference),
                None => (None, specifiers.ty, false),
            };
            if piece.len() == 1 && ty == Type::Void {
                continue;
            }
            let (name, ty) = match (name, &ty) {
                // A name alone, of an old-style definition.
                (None, Type::Named(name)) if piece.len() == 1 => (*name, Type::Unknown),
                (name, _) => (name.map_or("", |name| name.text), ty),
            };
            parameters.push(Parameter { name, ty: ty.decayed(), is_reference });
        }
        (parameters, is_variadic)
    }
}

/// Whether the name at a place only annotates the declaration behind it: `_cleanup_free_ char *x`.
fn is_annotation(tokens: &[Token<'_>], at: usize) -> bool {
    let mut next = at + 1;
    if is_at(tokens, next, "(") {
        // `MACRO(x) int y`, but a call is no annotation.
        next = behind(tokens, next);
        return tokens.get(next).is_some_and(|token| token.is_name() && begins_type(token.text));
    }
    let Some(token) = tokens.get(next).filter(|token| token.is_name()) else { return false };
    if begins_type(token.text) {
        return true;
    }
    let is_shouted =
        |text: &str| text.starts_with('_') || !text.bytes().any(|byte| byte.is_ascii_lowercase());
    let third = tokens.get(at + 2);
    let follows = third.is_some_and(|third| third.is_name() || third.is("*"));
    // `__u64 __bitwise x` has the type in front.
    let is_type = well_known(tokens[at].text).is_some();
    follows && is_shouted(tokens[at].text) && !is_type && !is_qualifier(token)
}

fn begins_type(word: &str) -> bool {
    Words::default().add(word)
        || ["struct", "union", "enum", "class", "static", "extern", "typedef"].contains(&word)
        || ["const", "volatile", "inline"].contains(&word)
}

/// A name, perhaps with namespaces in front and template arguments behind.
fn path<'t>(tokens: &[Token<'t>], start: usize) -> (Type<'t>, usize) {
    let mut at = start;
    let mut name = tokens[start].text;
    loop {
        at += 1;
        if is_at(tokens, at, "<")
            && let Some(behind) = behind_template(tokens, at)
            && tokens.get(behind).is_some_and(|next| {
                next.is_name() || ["::", "*", "&", "(", "{"].iter().any(|sign| next.is(sign))
            })
        {
            at = behind;
            if !is_at(tokens, at, "::") {
                return (Type::Unknown, at);
            }
        }
        match tokens.get(at + 1) {
            Some(next) if is_at(tokens, at, "::") && next.is_name() => {
                name = next.text;
                at += 1;
            }
            _ => return (Type::Named(name), at),
        }
    }
}

/// What is behind the name of a declarator: bounds of arrays, and parameters.
fn suffixes(
    tokens: &[Token<'_>],
    start: usize,
    found: &mut Declarator<'_>,
    is_nested: bool,
) -> usize {
    let mut at = start;
    let mut arrays = 0_u32;
    loop {
        if let Some(behind) = behind_attribute(tokens, at) {
            at = behind;
        } else if is_at(tokens, at, "[") {
            arrays += 1;
            at = behind(tokens, at);
        } else if is_at(tokens, at, "(")
            && found.parameters.is_none()
            && (found.name.is_some() || is_nested)
        {
            let end = behind(tokens, at);
            found.parameters = Some((at + 1, end.saturating_sub(1).max(at + 1)));
            at = end;
        } else {
            break;
        }
    }
    let ty = std::mem::replace(&mut found.ty, Type::Unknown);
    found.ty = if found.parameters.is_some() { Type::Function(Box::new(ty)) } else { ty };
    for _ in 0..arrays.min(8) {
        let ty = std::mem::replace(&mut found.ty, Type::Unknown);
        found.ty = Type::Array(Box::new(ty));
    }
    at
}

/// An enumeration behind its keyword.
fn enumeration<'t>(tokens: &[Token<'t>], start: usize, found: &mut Specifiers<'t>) -> usize {
    let mut at = start;
    let mut words = Words::default();
    while let Some(token) = tokens.get(at) {
        let is_first =
            at == start || ["class", "struct"].iter().any(|word| tokens[at - 1].is(word));
        if token.is(":")
            || token.is("::")
            || (token.is_name()
                && (is_first
                    || words.add(token.text)
                    || is_at(tokens, at - 1, ":")
                    || is_at(tokens, at - 1, "::")))
        {
            if is_at(tokens, at - 1, ":") && !words.has_any() {
                words.add(token.text);
            }
            at += 1;
        } else {
            break;
        }
    }
    found.ty = if words.has_any() { words.ty() } else { Type::Enum };
    if is_at(tokens, at, "{") {
        let end = behind(tokens, at);
        let inside = &tokens[at + 1..end.saturating_sub(1).max(at + 1)];
        let names = split(inside).into_iter().filter_map(|piece| piece.first());
        found.enumerators.extend(names.filter(|name| name.is_name()).map(|name| name.text));
        at = end;
    }
    at
}
