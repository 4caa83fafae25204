//! Expressions, as far as their types are concerned.

use ioctlkit_model::ProgramKind;
use ioctlkit_model::abi::Scalar;

use crate::expand::expanded;
use crate::request::is_shouted;
use crate::scope::Scope;
use crate::token::{Kind, Token, behind, is_at, split};
use crate::types::{Type, Words, well_known};

/// What an expression comes to.
#[derive(Debug, Clone)]
pub(crate) struct Operand<'t> {
    pub(crate) ty: Type<'t>,
    /// The object that it names, if it is one.
    pub(crate) object: Option<Object<'t>>,
    /// The object whose address it is, if it is that.
    pub(crate) address_of: Option<Object<'t>>,
    /// Whether it is a number, or no address at all.
    pub(crate) is_constant: bool,
    /// Whether it was cast.
    pub(crate) is_cast: bool,
    /// The variable that it is, as it is or behind casts.
    pub(crate) variable: Option<&'t str>,
}

/// Something that has an address.
#[derive(Debug, Clone)]
pub(crate) struct Object<'t> {
    pub(crate) ty: Type<'t>,
    pub(crate) part: Part<'t>,
}

/// How much of a variable an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'t> {
    /// All of this one.
    Variable(&'t str),
    /// A member of a structure.
    Member,
    /// A member of a union: others give it room.
    Shared,
    /// An element of an array, or what a pointer leads to.
    Element,
    /// What has a value and no name.
    Literal,
}

impl<'t> Operand<'t> {
    fn value(ty: Type<'t>) -> Self {
        Self {
            ty,
            object: None,
            address_of: None,
            is_constant: false,
            is_cast: false,
            variable: None,
        }
    }

    fn unknown() -> Self {
        Self::value(Type::Unknown)
    }

    fn constant(scalar: Scalar) -> Self {
        Self { is_constant: true, ..Self::value(Type::Scalar(scalar)) }
    }

    fn of_object(ty: Type<'t>, part: Part<'t>) -> Self {
        let variable = match part {
            Part::Variable(name) => Some(name),
            _ => None,
        };
        let object = Some(Object { ty: ty.clone(), part });
        Self { object, variable, ..Self::value(ty) }
    }
}

/// How many steps an expression may take, those in macros included.
const STEPS: u32 = 20_000;
/// How deep it may be nested.
const DEEPEST: u32 = 64;

/// The type of an expression.
pub(crate) fn operand<'t>(scope: &Scope<'_, 't>, tokens: &[Token<'t>]) -> Operand<'t> {
    let mut steps = STEPS;
    Reader { scope, tokens, at: 0, steps: &mut steps, depth: 0 }.all()
}

/// Whether parentheses are those of a cast: `(type) x`.
pub(crate) fn is_cast(scope: &Scope<'_, '_>, tokens: &[Token<'_>], open: usize) -> bool {
    let close = behind(tokens, open);
    let inside = &tokens[open + 1..close.saturating_sub(1).max(open + 1)];
    let Some(next) = tokens.get(close) else { return false };
    let begins = matches!(next.kind, Kind::Name | Kind::Number | Kind::Quoted)
        || ["(", "&", "*", "-", "+", "~", "!", "{", "++", "--"].iter().any(|sign| next.is(sign));
    begins && is_type(scope, inside)
}

/// Whether tokens spell a type.
pub(crate) fn is_type(scope: &Scope<'_, '_>, tokens: &[Token<'_>]) -> bool {
    // `(type[2]) { … }`
    let bound = tokens.iter().position(|token| token.is("["));
    let tokens = match bound.filter(|_| tokens.last().is_some_and(|last| last.is("]"))) {
        Some(bound) => &tokens[..bound],
        None => tokens,
    };
    let Some(first) = tokens.first() else { return false };
    let words = ["struct", "union", "enum", "class", "const", "volatile", "unsigned", "typename"];
    if !tokens.iter().all(|token| {
        token.is_name() || ["*", "::", "<", ">", "&", ",", "[", "]"].iter().any(|it| token.is(it))
    }) || !(first.is_name() || first.is("::"))
    {
        return false;
    }
    if words.contains(&first.text)
        || Words::default().add(first.text)
        || tokens.last().is_some_and(|it| it.is("*"))
    {
        return true;
    }
    let Some(name) = tokens.iter().rev().find(|token| token.is_name()) else { return false };
    let is_path = tokens.iter().all(|token| token.is_name() || token.is("::"));
    is_path
        && scope.local(name.text).is_none()
        && (scope.typedef(name.text).is_some()
            || scope.has_record(name.text)
            || (scope.outer(name.text).is_none()
                && scope.returned(name.text).is_none()
                && scope.macro_of(name.text).is_none()
                && !scope.is_enumerator(name.text)))
}

/// The type that tokens spell.
pub(crate) fn spelled_type<'t>(tokens: &[Token<'t>]) -> Type<'t> {
    let anonymous = std::cell::Cell::new(u32::MAX);
    let declaring = crate::declare::Declaring { anonymous: &anonymous, is_cpp: true };
    let Some((specifiers, next)) = declaring.specifiers(tokens, 0) else { return Type::Unknown };
    match declaring.declarator(tokens, next, &specifiers.ty) {
        Some((found, _)) if found.name.is_none() => found.ty,
        Some(_) => Type::Unknown,
        None => specifiers.ty,
    }
}

struct Reader<'r, 's, 't> {
    scope: &'r Scope<'s, 't>,
    tokens: &'r [Token<'t>],
    at: usize,
    steps: &'r mut u32,
    depth: u32,
}

/// Operators between two operands whose result is a truth.
const COMPARING: [&str; 8] = ["==", "!=", "<", ">", "<=", ">=", "&&", "||"];
const COMPUTING: [&str; 10] = ["+", "-", "*", "/", "%", "<<", ">>", "|", "^", "&"];
const ASSIGNING: [&str; 11] = ["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="];

impl<'t> Reader<'_, '_, 't> {
    fn all(&mut self) -> Operand<'t> {
        let mut found = self.assigned();
        while self.eat(",") {
            found = self.assigned();
        }
        if self.at < self.tokens.len() { Operand::unknown() } else { found }
    }

    fn is(&self, text: &str) -> bool {
        is_at(self.tokens, self.at, text)
    }

    fn eat(&mut self, text: &str) -> bool {
        let is_there = self.is(text);
        self.at += usize::from(is_there);
        is_there
    }

    /// Reads other tokens in the same way.
    fn inside(&mut self, tokens: &[Token<'t>]) -> Operand<'t> {
        if self.depth >= DEEPEST {
            return Operand::unknown();
        }
        let depth = self.depth + 1;
        Reader { scope: self.scope, tokens, at: 0, steps: self.steps, depth }.all()
    }

    fn assigned(&mut self) -> Operand<'t> {
        if self.depth >= DEEPEST {
            return self.give_up();
        }
        self.depth += 1;
        let found = self.assigned_inside();
        self.depth -= 1;
        found
    }

    fn assigned_inside(&mut self) -> Operand<'t> {
        let target = self.conditional();
        if ASSIGNING.iter().any(|sign| self.is(sign)) {
            self.at += 1;
            let value = self.assigned();
            return Operand { is_constant: value.is_constant, ..Operand::value(target.ty) };
        }
        target
    }

    fn conditional(&mut self) -> Operand<'t> {
        let condition = self.computed();
        if !self.eat("?") {
            return condition;
        }
        let then = if self.is(":") { condition } else { self.assigned() };
        if !self.eat(":") {
            return Operand::unknown();
        }
        let otherwise = self.assigned();
        match (then.is_constant, otherwise.is_constant) {
            (true, true) => then,
            // Either may be passed; only where they are alike is it known what that is.
            (true, false) => Operand { object: None, variable: None, ..otherwise },
            (false, true) => Operand { object: None, variable: None, ..then },
            (false, false) if then.ty == otherwise.ty => Operand::value(then.ty),
            _ => Operand::unknown(),
        }
    }

    fn computed(&mut self) -> Operand<'t> {
        let mut left = self.unary();
        loop {
            let Some(token) = self.tokens.get(self.at) else { return left };
            let compares = COMPARING.iter().any(|sign| token.is(sign));
            if !compares && !COMPUTING.iter().any(|sign| token.is(sign)) {
                return left;
            }
            self.at += 1;
            let right = self.unary();
            let is_constant = left.is_constant && right.is_constant;
            let ty = match (self.computed_from(left.ty), self.computed_from(right.ty)) {
                _ if compares => Type::Scalar(Scalar::Int),
                (Type::Pointer(_), Type::Pointer(_)) => Type::Scalar(Scalar::Long),
                (pointer @ Type::Pointer(_), _) | (_, pointer @ Type::Pointer(_)) => pointer,
                (Type::Scalar(one), Type::Scalar(other)) => Type::Scalar(one.max(other)),
                (Type::Scalar(one), _) if is_constant => Type::Scalar(one),
                _ => Type::Unknown,
            };
            left = Operand { is_constant, ..Operand::value(ty) };
        }
    }

    /// What an operand of a computation counts as.
    fn computed_from(&self, ty: Type<'t>) -> Type<'t> {
        match ty.resolved(self.scope).decayed() {
            Type::Named(name) => match well_known(name) {
                Some(ProgramKind::Scalar(scalar) | ProgramKind::Varying(scalar)) => {
                    Type::Scalar(scalar)
                }
                _ => Type::Named(name),
            },
            other => other,
        }
    }

    fn unary(&mut self) -> Operand<'t> {
        let Some(left) = self.steps.checked_sub(1) else { return self.give_up() };
        *self.steps = left;
        if self.depth >= DEEPEST {
            return self.give_up();
        }
        let Some(token) = self.tokens.get(self.at).copied() else { return Operand::unknown() };
        self.depth += 1;
        let found = self.prefixed(token);
        self.depth -= 1;
        found
    }

    fn give_up(&mut self) -> Operand<'t> {
        self.at = self.tokens.len();
        Operand::unknown()
    }

    fn prefixed(&mut self, token: Token<'t>) -> Operand<'t> {
        match token.text {
            _ if token.kind == Kind::Quoted => self.postfix(),
            "&" => {
                self.at += 1;
                let of = self.unary();
                address_of(of)
            }
            "*" => {
                self.at += 1;
                let of = self.unary();
                if let Some(object) = of.address_of {
                    return Operand::of_object(object.ty.clone(), object.part);
                }
                match of.ty.resolved(self.scope).decayed() {
                    Type::Pointer(to) => Operand::of_object(*to, Part::Element),
                    _ => Operand::unknown(),
                }
            }
            "-" | "+" | "~" | "++" | "--" => {
                self.at += 1;
                let of = self.unary();
                Operand { is_constant: of.is_constant, ..Operand::value(of.ty) }
            }
            "!" => {
                self.at += 1;
                self.unary();
                Operand::value(Type::Scalar(Scalar::Int))
            }
            "sizeof" | "alignof" | "_Alignof" | "__alignof__" => {
                self.at += 1;
                if self.is("(") {
                    self.at = behind(self.tokens, self.at);
                } else {
                    self.unary();
                }
                Operand::constant(Scalar::UnsignedLong)
            }
            "new" => {
                self.at = self.tokens.len();
                Operand::value(Type::Unknown.pointer())
            }
            "(" if is_cast(self.scope, self.tokens, self.at) => self.cast(),
            _ => self.postfix(),
        }
    }

    fn cast(&mut self) -> Operand<'t> {
        let close = behind(self.tokens, self.at);
        let ty = spelled_type(&self.tokens[self.at + 1..close - 1]);
        self.at = close;
        if self.is("{") {
            self.at = behind(self.tokens, self.at);
            return Operand::of_object(ty, Part::Literal);
        }
        let of = self.unary();
        as_cast(ty, of)
    }

    fn postfix(&mut self) -> Operand<'t> {
        let mut found = self.primary();
        loop {
            if self.is("(") {
                // What a pointer to a function or a method returns.
                self.at = behind(self.tokens, self.at);
                found = match found.ty.resolved(self.scope) {
                    Type::Function(returns) => Operand::value(*returns),
                    Type::Pointer(to) => match *to {
                        Type::Function(returns) => Operand::value(*returns),
                        _ => Operand::unknown(),
                    },
                    _ => Operand::unknown(),
                };
            } else if self.is("[") {
                self.at = behind(self.tokens, self.at);
                found = match found.ty.resolved(self.scope).decayed() {
                    Type::Pointer(to) => Operand::of_object(*to, Part::Element),
                    _ => Operand::unknown(),
                };
            } else if self.is(".") || self.is("->") {
                let is_arrow = self.is("->");
                let name = self.tokens.get(self.at + 1).map(|name| name.text).unwrap_or_default();
                self.at += 2;
                let of = found.ty.resolved(self.scope);
                let of = match of {
                    Type::Pointer(to) if is_arrow => to.resolved(self.scope),
                    // An array is a pointer to its first element.
                    Type::Array(to) if is_arrow => to.resolved(self.scope),
                    other => other,
                };
                found = match self.scope.member(&of, name) {
                    Some(member) => {
                        let part = if member.is_shared { Part::Shared } else { Part::Member };
                        Operand::of_object(member.ty.clone(), part)
                    }
                    None => Operand::unknown(),
                };
            } else if self.is("++") || self.is("--") {
                self.at += 1;
                found = Operand::value(found.ty);
            } else {
                return found;
            }
        }
    }

    fn primary(&mut self) -> Operand<'t> {
        let Some(token) = self.tokens.get(self.at).copied() else { return Operand::unknown() };
        self.at += 1;
        match token.kind {
            Kind::Number => {
                let is_long = token.text.ends_with(['l', 'L']);
                Operand::constant(if is_long { Scalar::Long } else { Scalar::Int })
            }
            Kind::Quoted if token.text.starts_with('\'') => Operand::constant(Scalar::Int),
            Kind::Quoted => {
                while self.tokens.get(self.at).is_some_and(|next| next.kind == Kind::Quoted) {
                    self.at += 1;
                }
                Operand::value(Type::Array(Box::new(Type::Scalar(Scalar::Char))))
            }
            Kind::Sign if token.is("(") => {
                let close = behind(self.tokens, self.at - 1);
                let inside = &self.tokens[self.at..close.saturating_sub(1).max(self.at)];
                self.at = close;
                if inside.first().is_some_and(|first| first.is("{")) {
                    return Operand::unknown();
                }
                self.inside(inside)
            }
            Kind::Sign if token.is("::") => match self.tokens.get(self.at).copied() {
                Some(name) if name.is_name() => {
                    self.at += 1;
                    self.named(name)
                }
                _ => self.give_up(),
            },
            Kind::Sign => self.give_up(),
            Kind::Name => self.named(token),
        }
    }

    fn named(&mut self, token: Token<'t>) -> Operand<'t> {
        let name = token.text;
        if let Some(local) = self.scope.local(name) {
            return Operand::of_object(local.ty.clone(), Part::Variable(name));
        }
        match name {
            "NULL" | "nullptr" => {
                return Operand { is_constant: true, ..Operand::value(Type::Void.pointer()) };
            }
            "this" => {
                let class = self.scope.class.map_or(Type::Unknown, Type::Record);
                return Operand::value(class.pointer());
            }
            "true" | "false" => return Operand::constant(Scalar::Int),
            "reinterpret_cast" | "static_cast" | "const_cast" | "dynamic_cast" => {
                return self.named_cast();
            }
            "addressof" if self.is("(") => {
                let close = behind(self.tokens, self.at);
                let inside = &self.tokens[self.at + 1..close - 1];
                self.at = close;
                let of = self.inside(inside);
                return address_of(of);
            }
            _ => {}
        }
        if self.is("::") {
            // The last name of a path is the one.
            while self.is("::") && self.tokens.get(self.at + 1).is_some_and(Token::is_name) {
                self.at += 2;
            }
            let last = self.tokens[self.at - 1];
            return if last.is_name() && !self.is("::") {
                self.named(last)
            } else {
                self.give_up()
            };
        }
        if let Some(made) = self.scope.macro_of(name) {
            let is_used = made.parameters.is_none() || self.is("(");
            if is_used {
                let given = if made.parameters.is_some() {
                    let close = behind(self.tokens, self.at);
                    let given = &self.tokens[self.at + 1..close.saturating_sub(1).max(self.at + 1)];
                    self.at = close;
                    given
                } else {
                    &[]
                };
                return match expanded(made, given) {
                    Some(tokens) => {
                        *self.steps = self.steps.saturating_sub(tokens.len() as u32);
                        self.inside(&tokens)
                    }
                    None => Operand::unknown(),
                };
            }
        }
        if self.is("(") {
            let close = behind(self.tokens, self.at);
            if let Some(returns) = self.scope.returned(name) {
                self.at = close;
                return Operand::value(returns);
            }
            if self.scope.typedef(name).is_some() || Words::default().add(name) {
                // `int(x)` of C++.
                self.at = close;
                return Operand::value(Type::Named(name));
            }
        }
        if let Some(ty) = self.scope.outer(name) {
            return Operand::of_object(ty, Part::Variable(name));
        }
        // A constant of an installed header.
        if self.scope.is_enumerator(name) || (is_shouted(name) && !self.is("(")) {
            return Operand::constant(Scalar::Int);
        }
        Operand::unknown()
    }

    /// `static_cast<type>(x)`
    fn named_cast(&mut self) -> Operand<'t> {
        let open = self.tokens[self.at..].iter().position(|token| token.is("("));
        let Some(open) = open.map(|open| self.at + open) else { return self.give_up() };
        if !self.is("<") || open < self.at + 2 {
            return self.give_up();
        }
        let ty = spelled_type(&self.tokens[self.at + 1..open - 1]);
        let close = behind(self.tokens, open);
        let inside = &self.tokens[open + 1..close.saturating_sub(1).max(open + 1)];
        self.at = close;
        let of = self.inside(inside);
        as_cast(ty, of)
    }
}

fn address_of(of: Operand<'_>) -> Operand<'_> {
    match of.object {
        Some(object) => {
            let ty = object.ty.clone().pointer();
            Operand { address_of: Some(object), ..Operand::value(ty) }
        }
        None => Operand::value(of.ty.pointer()),
    }
}

/// A cast changes what a value is, but not whose address it is.
fn as_cast<'t>(ty: Type<'t>, of: Operand<'t>) -> Operand<'t> {
    let is_same = ty == of.ty;
    // An array or a pointer stays one, whatever it is called.
    let keeps = is_same || of.address_of.is_some();
    Operand {
        ty: if keeps { of.ty } else { ty },
        object: None,
        address_of: of.address_of,
        is_constant: of.is_constant,
        is_cast: !is_same,
        variable: of.variable,
    }
}

/// The pieces of a call's arguments.
pub(crate) fn arguments<'a, 't>(tokens: &'a [Token<'t>], open: usize) -> Vec<&'a [Token<'t>]> {
    let close = behind(tokens, open);
    split(&tokens[open + 1..close.saturating_sub(1).max(open + 1)])
}
