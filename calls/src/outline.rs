//! What a file declares outside of functions, and where its functions are.

use std::cell::Cell;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::declare::{Declarator, Declaring, Member, Parameter, Record, RecordKey, Specifiers};
use crate::preprocess::Macro;
use crate::token::{Token, behind, is_at};
use crate::types::Type;

/// A function with a body.
#[derive(Debug, Clone)]
pub(crate) struct Function<'t> {
    pub(crate) name: &'t str,
    pub(crate) class: Option<&'t str>,
    pub(crate) parameters: Vec<Parameter<'t>>,
    pub(crate) is_variadic: bool,
    pub(crate) is_static: bool,
    /// The tokens between its braces.
    pub(crate) body: (usize, usize),
}

/// Names and what they stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Declared<'t> {
    pub(crate) typedefs: FxHashMap<&'t str, Type<'t>>,
    pub(crate) records: FxHashMap<RecordKey<'t>, Vec<Member<'t>>>,
    pub(crate) variables: FxHashMap<&'t str, Type<'t>>,
    /// What functions return.
    pub(crate) functions: FxHashMap<&'t str, Type<'t>>,
    pub(crate) enumerators: FxHashSet<&'t str>,
    pub(crate) macros: FxHashMap<&'t str, Macro<'t>>,
}

/// What a file declares, and its functions.
#[derive(Debug, Default)]
pub(crate) struct Outline<'t> {
    pub(crate) declared: Declared<'t>,
    pub(crate) functions: Vec<Function<'t>>,
}

/// How deep namespaces and classes may be inside each other.
const DEEPEST: usize = 32;

/// Reads what a file declares. `anonymous` is the first number for structures without a tag.
pub(crate) fn outline<'t>(tokens: &[Token<'t>], is_cpp: bool, anonymous: u32) -> Outline<'t> {
    let anonymous = Cell::new(anonymous);
    let declaring = Declaring { anonymous: &anonymous, is_cpp };
    let mut outlining = Outlining { tokens, declaring, outline: Outline::default() };
    outlining.walk((0, tokens.len()), None, 0);
    outlining.outline
}

struct Outlining<'a, 'c, 't> {
    tokens: &'a [Token<'t>],
    declaring: Declaring<'c>,
    outline: Outline<'t>,
}

impl<'t> Outlining<'_, '_, 't> {
    fn is(&self, at: usize, text: &str) -> bool {
        is_at(self.tokens, at, text)
    }

    fn walk(&mut self, (start, end): (usize, usize), class: Option<&'t str>, depth: usize) {
        let mut at = start;
        while at < end && depth < DEEPEST {
            at = self.item(at, end, class, depth).max(at + 1);
        }
    }

    /// One declaration. Gives the place behind it.
    fn item(&mut self, at: usize, end: usize, class: Option<&'t str>, depth: usize) -> usize {
        let is_label = self.is(at + 1, ":") && !self.is(at, ";");
        match self.tokens[at].text {
            "namespace" | "extern" if self.opens_scope(at, end).is_some() => {
                let open = self.opens_scope(at, end).unwrap_or(at);
                let close = behind(&self.tokens[..end], open);
                self.walk((open + 1, close.saturating_sub(1)), class, depth + 1);
                return close;
            }
            "extern" if self.tokens.get(at + 1).is_some_and(|next| next.text.starts_with('"')) => {
                return at + 2;
            }
            "template" if self.is(at + 1, "<") => {
                let close = self.tokens[at..end].iter().position(|token| token.is(">"));
                return close.map_or(at + 1, |close| at + close + 1);
            }
            "using" => {
                if let (Some(name), true) = (self.tokens.get(at + 1), self.is(at + 2, "="))
                    && let Some((specifiers, next)) =
                        self.declaring.specifiers(&self.tokens[..end], at + 3)
                {
                    let declarator =
                        self.declaring.declarator(&self.tokens[..end], next, &specifiers.ty);
                    let ty = declarator.map_or(specifiers.ty, |(found, _)| found.ty);
                    self.outline.declared.typedefs.insert(name.text, ty);
                }
                return self.rest(at, end);
            }
            "public" | "private" | "protected" if is_label => return at + 2,
            _ => {}
        }
        let tokens = &self.tokens[..end];
        let Some((specifiers, next)) = self.declaring.specifiers(tokens, at) else {
            return self.rest(at, end);
        };
        let ty = specifiers.ty.clone();
        self.take_in(&specifiers, depth);
        // A constructor, or a function without a type.
        if let (Type::Named(name), true) = (&ty, self.is(next, "(")) {
            let parameters = behind(tokens, next);
            let declarator = Declarator {
                name: Some(Token { text: name, ..self.tokens[next - 1] }),
                class: None,
                ty: Type::Function(Box::new(Type::Unknown)),
                is_reference: false,
                parameters: Some((next + 1, parameters.saturating_sub(1).max(next + 1))),
            };
            return match self.body(parameters, end) {
                Some(body) => self.function(&declarator, &specifiers, body, class),
                None => self.rest(at, end),
            };
        }
        self.declarators(next, end, &specifiers, class)
    }

    fn declarators(
        &mut self,
        start: usize,
        end: usize,
        specifiers: &Specifiers<'t>,
        class: Option<&'t str>,
    ) -> usize {
        let mut at = start;
        loop {
            let tokens = &self.tokens[..end];
            let Some((declarator, next)) = self.declaring.declarator(tokens, at, &specifiers.ty)
            else {
                return self.rest(at, end);
            };
            at = next;
            if declarator.parameters.is_some()
                && let Some(body) = self.body(next, end)
            {
                return self.function(&declarator, specifiers, body, class);
            }
            self.name(&declarator, specifiers, class);
            // Initialisers, bit-fields and whatever else there is.
            while at < end && !self.is(at, ",") && !self.is(at, ";") {
                let opens = ["(", "[", "{"].iter().any(|sign| self.is(at, sign));
                at = if opens { behind(tokens, at) } else { at + 1 };
            }
            if !self.is(at, ",") {
                return at + 1;
            }
            at += 1;
        }
    }

    fn name(
        &mut self,
        found: &Declarator<'t>,
        specifiers: &Specifiers<'t>,
        class: Option<&'t str>,
    ) {
        let Some(name) = found.name else { return };
        let declared = &mut self.outline.declared;
        let ty = found.ty.clone();
        if specifiers.is_typedef {
            declared.typedefs.insert(name.text, ty);
        } else if let Type::Function(returns) = ty {
            declared.functions.entry(name.text).or_insert(*returns);
        } else if class.is_none() {
            declared.variables.entry(name.text).or_insert(ty);
        }
    }

    /// The structures and constants that a declaration brings, and the functions of classes.
    fn take_in(&mut self, specifiers: &Specifiers<'t>, depth: usize) {
        let declared = &mut self.outline.declared;
        declared.enumerators.extend(&specifiers.enumerators);
        for Record { key, members, .. } in &specifiers.records {
            declared.records.entry(*key).or_insert_with(|| members.clone());
        }
        if self.declaring.is_cpp {
            for Record { key, body, .. } in &specifiers.records {
                if let RecordKey::Tag(tag) = key {
                    self.walk(*body, Some(tag), depth + 1);
                }
            }
        }
    }

    fn function(
        &mut self,
        declarator: &Declarator<'t>,
        specifiers: &Specifiers<'t>,
        open: usize,
        class: Option<&'t str>,
    ) -> usize {
        let close = behind(self.tokens, open);
        let (Some(name), Some(places)) = (declarator.name, declarator.parameters) else {
            return close;
        };
        let (mut parameters, is_variadic) = self.declaring.parameters(self.tokens, places);
        self.old_style((places.1 + 1, open), &mut parameters);
        if let Type::Function(returns) = &declarator.ty {
            self.outline.declared.functions.entry(name.text).or_insert_with(|| (**returns).clone());
        }
        self.outline.functions.push(Function {
            name: name.text,
            class: declarator.class.or(class),
            parameters,
            is_variadic,
            is_static: specifiers.is_static,
            body: (open + 1, close.saturating_sub(1).max(open + 1)),
        });
        close
    }

    /// Types of parameters between the head and the body.
    fn old_style(&self, (start, end): (usize, usize), parameters: &mut [Parameter<'t>]) {
        let tokens = &self.tokens[..end];
        let mut at = start;
        while at < end {
            let Some((specifiers, next)) = self.declaring.specifiers(tokens, at) else { return };
            at = next;
            while let Some((found, next)) = self.declaring.declarator(tokens, at, &specifiers.ty) {
                let named =
                    |it: &&mut Parameter<'t>| found.name.is_some_and(|name| name.text == it.name);
                if let Some(parameter) = parameters.iter_mut().find(named) {
                    parameter.ty = found.ty.decayed();
                }
                at = next + 1;
                if !is_at(tokens, next, ",") {
                    break;
                }
            }
        }
    }

    /// The brace that opens the body of a function whose parameters end in front of `at`.
    fn body(&self, at: usize, end: usize) -> Option<usize> {
        let mut at = at;
        let mut is_old_style = false;
        while at < end {
            let token = &self.tokens[at];
            if token.is("{") {
                return Some(at);
            }
            if token.is(";") {
                // Types of parameters follow the head of an old-style definition.
                is_old_style &=
                    self.tokens.get(at + 1).is_some_and(|next| next.is_name() || next.is("{"));
                if !is_old_style {
                    return None;
                }
            } else if token.is("=") || (token.is(",") && !is_old_style) || token.is("}") {
                return None;
            } else if token.is(":") && self.declaring.is_cpp {
                return self.behind_initialisers(at + 1, end);
            } else if token.is("(") || token.is("[") {
                at = behind(&self.tokens[..end], at);
                continue;
            } else if token.is_name() {
                let begins = self.declaring.specifiers(&self.tokens[..end], at);
                let declares = begins.is_some_and(|(_, next)| {
                    let name = self.tokens.get(next);
                    name.is_some_and(|name| name.is_name() || name.is("*"))
                });
                is_old_style |= declares && !self.declaring.is_cpp;
            }
            at += 1;
        }
        None
    }

    /// `: a(1), b{2} {`
    fn behind_initialisers(&self, start: usize, end: usize) -> Option<usize> {
        let mut at = start;
        while at < end {
            let is_member = self.tokens[at].is_name()
                || self.is(at, "::")
                || self.is(at, "<")
                || self.is(at, ">");
            let opens = self.is(at, "(") || self.is(at, "{");
            if is_member {
                at += 1;
            } else if opens {
                let is_value = at > start && self.tokens[at - 1].is_name();
                if self.is(at, "{") && !is_value {
                    return Some(at);
                }
                at = behind(&self.tokens[..end], at);
                if !self.is(at, ",") {
                    return self.is(at, "{").then_some(at);
                }
                at += 1;
            } else {
                return None;
            }
        }
        None
    }

    /// The brace of `namespace x {` or `extern "C" {`.
    fn opens_scope(&self, at: usize, end: usize) -> Option<usize> {
        let is_linkage = self.is(at, "extern")
            && self.tokens.get(at + 1).is_some_and(|next| next.text.starts_with('"'));
        if is_linkage {
            return self.is(at + 2, "{").then_some(at + 2);
        }
        if !self.is(at, "namespace") {
            return None;
        }
        let mut next = at + 1;
        while next < end && (self.tokens[next].is_name() || self.is(next, "::")) {
            next += 1;
        }
        self.is(next, "{").then_some(next)
    }

    /// Behind what makes no sense: its semicolon, or the braces that end it.
    fn rest(&self, start: usize, end: usize) -> usize {
        let mut at = start;
        while at < end {
            if self.is(at, ";") {
                return at + 1;
            }
            if self.is(at, "{") {
                return behind(&self.tokens[..end], at);
            }
            let opens = self.is(at, "(") || self.is(at, "[");
            at = if opens { behind(&self.tokens[..end], at) } else { at + 1 };
        }
        end
    }
}
