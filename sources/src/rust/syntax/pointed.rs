//! What the argument of a call points at: the type of the variable or value whose address it is.

use std::fmt;

use quote::ToTokens as _;

use super::item::{Generic, Path, Segment, Ty, TyKind};
use super::lower::{Origin, member_name, name_of};

/// What an argument is, or is the address of.
#[derive(Debug, PartialEq)]
pub(crate) struct Pointed {
    of: Of,
    /// The members that lead from the variable to what is passed: `info` of `&mut self.info`.
    pub(crate) members: Vec<String>,
    reached: Reached,
    /// The type behind the pointer that the address is cast to.
    cast: Option<Ty>,
}

/// Why the function does not say what an argument points at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Unstated {
    /// It is a number or a null pointer: there is nothing that it points at.
    Nothing,
    NoType,
    Bytes,
    Cast,
    Parameter,
    Slice,
    Undefined,
}

impl fmt::Display for Unstated {
    /// What is to be said of the argument.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "passes no address",
            Self::NoType => "the function does not state its type",
            Self::Bytes => "a pointer to bytes or to `c_void`",
            Self::Cast => "cast to a pointer to another type",
            Self::Parameter => "its type is a generic parameter",
            Self::Slice => "a slice of any length",
            Self::Undefined => "the definition of its type was not found",
        })
    }
}

#[derive(Debug, PartialEq)]
enum Of {
    /// A variable, a parameter or a value of that type.
    Type(Ty),
    /// A variable that is declared around the macro that makes the call.
    Outer(String),
}

/// How the argument comes from the variable.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reached {
    /// `&mut x`.
    Address,
    /// `x`, which has to be an address itself.
    Itself,
    /// `x.as_mut_ptr()`.
    Within,
}

/// What is passed of a variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum How {
    /// Its address.
    Address,
    /// The pointer that it holds.
    Pointer,
    /// Itself, and it is neither a pointer nor a number.
    Value,
}

/// Variables, the innermost last, with their types where these are stated.
pub(crate) type Variables = Vec<(String, Option<Ty>)>;

/// What says of which type a variable is.
#[derive(Clone, Copy)]
pub(crate) enum Stated<'a> {
    /// Its declaration.
    Type(&'a syn::Type),
    /// What it is set to.
    Value(&'a syn::Expr),
    /// Nothing: a pattern binds it.
    Nothing,
}

impl Stated<'_> {
    /// The type.
    pub(crate) fn ty(self, origin: Origin<'_>) -> Option<Ty> {
        match self {
            Self::Type(ty) => Some(origin.ty(ty)),
            Self::Value(value) => type_of(origin, value),
            Self::Nothing => None,
        }
    }
}

/// A variable that can be seen.
pub(crate) type Visible<'a> = (&'a syn::Ident, Stated<'a>);

/// What is stated of the innermost variable of a name.
fn seen<'a>(visible: &[Visible<'a>], name: &str) -> Option<Stated<'a>> {
    visible.iter().rfind(|(known, _)| name_of(known) == name).map(|(_, stated)| *stated)
}

impl Pointed {
    /// Of an argument.
    ///
    /// # Errors
    /// Where the function does not say what it points at, why.
    pub(crate) fn of(
        origin: Origin<'_>,
        argument: &syn::Expr,
        visible: &[Visible<'_>],
    ) -> Result<Self, Unstated> {
        if let Some(argument) = without_macro(argument) {
            return Self::of(origin, &argument, visible);
        }
        let Some((inner, reached, cast)) = taken_off(origin, argument) else {
            return Err(if is_value(argument) { Unstated::Nothing } else { Unstated::NoType });
        };
        if reached == Reached::Itself && is_value(inner) {
            return Err(Unstated::Nothing);
        }
        let (variable, members) = members_of(inner);
        let of = match variable {
            syn::Expr::Path(path) => {
                let name = name_of(path.path.get_ident().ok_or(Unstated::NoType)?);
                match seen(visible, &name) {
                    Some(stated) => Of::Type(stated.ty(origin).ok_or(Unstated::NoType)?),
                    // Whether `self` is a reference is of no matter to its members.
                    None if name == "self" && reached == Reached::Address && members.is_empty() => {
                        return Err(Unstated::NoType);
                    }
                    None if name == "self" => {
                        let place = origin.place(syn::spanned::Spanned::span(path));
                        let to = Box::new(Ty { kind: named_alone("Self"), place });
                        Of::Type(Ty { kind: TyKind::Reference { mutable: true, to }, place })
                    }
                    None => Of::Outer(name),
                }
            }
            value if reached == Reached::Address && members.is_empty() => {
                Of::Type(type_of(origin, value).ok_or(Unstated::NoType)?)
            }
            _ => return Err(Unstated::NoType),
        };
        Ok(Self { of, members, reached, cast })
    }

    /// The type of the variable. `outer` has the variables around the macro that the call is from.
    ///
    /// # Errors
    /// Where nothing states it.
    pub(crate) fn variable<'t>(&'t self, outer: &'t Variables) -> Result<&'t Ty, Unstated> {
        match &self.of {
            Of::Type(ty) => Ok(ty),
            Of::Outer(name) => {
                let known = outer.iter().rfind(|(known, _)| known == name);
                known.and_then(|(_, ty)| ty.as_ref()).ok_or(Unstated::NoType)
            }
        }
    }

    /// How it is passed, and the type of what is, where the variable or the member has the type `ty`.
    ///
    /// # Errors
    /// Where the declaration does not say it, why.
    pub(crate) fn passed<'t>(&self, ty: &'t Ty) -> Result<(How, &'t Ty), Unstated> {
        let reached = match self.reached {
            Reached::Address => ty,
            Reached::Itself if is_number(ty) => return Err(Unstated::Nothing),
            Reached::Itself => match behind(ty) {
                Some(ty) if is_telling(ty) => ty,
                Some(_) => return Err(Unstated::Bytes),
                None if self.cast.is_none() && ty.path().is_some() => return Ok((How::Value, ty)),
                None => return Err(Unstated::NoType),
            },
            Reached::Within => match behind(ty).unwrap_or(ty) {
                array @ Ty { kind: TyKind::Array(..), .. } => array,
                slice @ Ty { kind: TyKind::Slice(_), .. } => slice,
                uninit if is_uninit(uninit) => uninit,
                _ => return Err(Unstated::NoType),
            },
        };
        let found = initialised(reached).ok_or(Unstated::NoType)?;
        // Whoever names another type knows more of the object than its declaration tells.
        let is_other = self.cast.as_ref().is_some_and(|cast| !is_same(cast, found));
        let how = if self.reached == Reached::Address { How::Address } else { How::Pointer };
        if is_other { Err(Unstated::Cast) } else { Ok((how, found)) }
    }
}

/// The argument with `&raw mut x` in place of `addr_of_mut!(x)`, where it has the latter.
fn without_macro(argument: &syn::Expr) -> Option<syn::Expr> {
    let mut whole = argument.clone();
    let mut at = &mut whole;
    loop {
        at = match at {
            syn::Expr::Paren(inner) => &mut inner.expr,
            syn::Expr::Group(inner) => &mut inner.expr,
            syn::Expr::Cast(cast) => &mut cast.expr,
            syn::Expr::MethodCall(call) => &mut call.receiver,
            syn::Expr::Macro(call) => {
                let last = call.mac.path.segments.last()?;
                if last.ident != "addr_of_mut" && last.ident != "addr_of" {
                    return None;
                }
                let place: syn::Expr = call.mac.parse_body().ok()?;
                *at = syn::parse_quote!(&raw mut (#place));
                return Some(whole);
            }
            _ => return None,
        };
    }
}

/// Takes off what makes an address of something: `ptr::from_mut(&mut x) as *mut T`.
fn taken_off<'e>(
    origin: Origin<'_>,
    argument: &'e syn::Expr,
) -> Option<(&'e syn::Expr, Reached, Option<Ty>)> {
    match argument {
        syn::Expr::Paren(inner) => taken_off(origin, &inner.expr),
        syn::Expr::Group(inner) => taken_off(origin, &inner.expr),
        syn::Expr::Cast(cast) => {
            let (inner, reached, within) = taken_off(origin, &cast.expr)?;
            Some((inner, reached, named(&origin.ty(&cast.ty)).or(within)))
        }
        syn::Expr::Reference(reference) => addressed(&reference.expr),
        syn::Expr::RawAddr(address) => addressed(&address.expr),
        syn::Expr::MethodCall(call) if call.args.is_empty() => match name_of(&call.method).as_str()
        {
            "cast" => {
                let (inner, reached, within) = taken_off(origin, &call.receiver)?;
                let cast = call.turbofish.as_ref().and_then(|list| match list.args.first() {
                    Some(syn::GenericArgument::Type(ty)) => Some(origin.ty(ty)),
                    _ => None,
                });
                Some((inner, reached, cast.filter(is_telling).or(within)))
            }
            "as_ptr" | "as_mut_ptr" => {
                Some((without_parens(&call.receiver), Reached::Within, None))
            }
            _ => None,
        },
        syn::Expr::Call(call) => match (without_parens(&call.func), call.args.first()) {
            (syn::Expr::Path(function), Some(of)) if call.args.len() == 1 => {
                let name = name_of(&function.path.segments.last()?.ident);
                matches!(&*name, "from_mut" | "from_ref").then(|| taken_off(origin, of))?
            }
            _ => None,
        },
        syn::Expr::Path(_) | syn::Expr::Field(_) => Some((argument, Reached::Itself, None)),
        _ => None,
    }
}

/// What `&` and its like stand before: `&mut *x` is `x` again.
fn addressed(of: &syn::Expr) -> Option<(&syn::Expr, Reached, Option<Ty>)> {
    match without_parens(of) {
        syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
            let inner = without_parens(&unary.expr);
            let is_place = matches!(inner, syn::Expr::Path(_) | syn::Expr::Field(_));
            is_place.then_some((inner, Reached::Itself, None))
        }
        inner => Some((inner, Reached::Address, None)),
    }
}

fn without_parens(value: &syn::Expr) -> &syn::Expr {
    match value {
        syn::Expr::Paren(inner) => without_parens(&inner.expr),
        syn::Expr::Group(inner) => without_parens(&inner.expr),
        _ => value,
    }
}

/// The type behind the pointer that a cast makes; `None` for `*mut c_void`, `*mut _` and what is no pointer.
fn named(cast: &Ty) -> Option<Ty> {
    behind(cast).filter(|ty| is_telling(ty)).cloned()
}

/// Whether a type behind a pointer says what is there: a byte or `c_void` does not.
fn is_telling(ty: &Ty) -> bool {
    match &ty.kind {
        TyKind::Path(path) => {
            !matches!(path.last(), "c_void" | "c_char" | "c_uchar" | "c_schar" | "u8" | "i8")
        }
        TyKind::Other(text) => text != "_",
        _ => true,
    }
}

/// What stands for an element of an array among the members that lead on from a variable.
pub(crate) const ELEMENT: &str = "[]";

/// The variable of `x.a.b`, and the members that lead on from it.
fn members_of(place: &syn::Expr) -> (&syn::Expr, Vec<String>) {
    match without_parens(place) {
        syn::Expr::Field(field) => {
            let (variable, mut members) = members_of(&field.base);
            members.push(member_name(&field.member));
            (variable, members)
        }
        syn::Expr::Index(index) => {
            let (variable, mut members) = members_of(&index.expr);
            members.push(ELEMENT.to_owned());
            (variable, members)
        }
        variable => (variable, Vec::new()),
    }
}

/// Whether an argument is a number or a null pointer, as its spelling says.
fn is_value(argument: &syn::Expr) -> bool {
    match argument {
        syn::Expr::Paren(inner) => is_value(&inner.expr),
        syn::Expr::Group(inner) => is_value(&inner.expr),
        syn::Expr::Cast(cast) => is_value(&cast.expr),
        syn::Expr::Unary(unary) => is_value(&unary.expr),
        syn::Expr::Binary(binary) => is_value(&binary.left) && is_value(&binary.right),
        syn::Expr::Lit(_) => true,
        syn::Expr::Path(path) => is_constant(&path.path),
        syn::Expr::Call(call) => matches!(without_parens(&call.func), syn::Expr::Path(function)
        if function.path.segments.last().is_some_and(|last| {
            matches!(name_of(&last.ident).as_str(), "null" | "null_mut")
        })),
        _ => false,
    }
}

/// Whether a path is spelled as a constant's.
fn is_constant(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| {
        let name = name_of(&last.ident);
        name.starts_with(char::is_uppercase) && !name.contains(char::is_lowercase)
    })
}

/// Whether a type is an integer or `bool`.
pub(crate) fn is_number(ty: &Ty) -> bool {
    ty.path().is_some_and(|path| {
        let name = path.last();
        let is_rust = matches!(name, "bool" | "usize" | "isize")
            || name.strip_prefix(['u', 'i']).is_some_and(|bits| bits.parse::<u16>().is_ok());
        is_rust
            || matches!(name, "c_int" | "c_uint" | "c_long" | "c_ulong" | "c_short" | "c_ushort")
    })
}

/// Whether two types are spelled alike, but for the modules that they are in.
fn is_same(one: &Ty, other: &Ty) -> bool {
    match (&one.kind, &other.kind) {
        (TyKind::Path(one), TyKind::Path(other)) => {
            let is_alike = |(one, other): (&Generic, &Generic)| match (one, other) {
                (Generic::Type(one), Generic::Type(other)) => is_same(one, other),
                _ => false,
            };
            let (ones, others) = (one.arguments(), other.arguments());
            one.last() == other.last()
                && ones.len() == others.len()
                && ones.iter().zip(others).all(is_alike)
        }
        (TyKind::Array(one, _), TyKind::Array(other, _)) => is_same(one, other),
        _ => false,
    }
}

/// What a pointer or a reference leads to.
pub(crate) fn behind(ty: &Ty) -> Option<&Ty> {
    match &ty.kind {
        TyKind::Reference { to, .. } | TyKind::Pointer(to) => Some(to),
        _ => None,
    }
}

fn is_uninit(ty: &Ty) -> bool {
    ty.path().is_some_and(|path| path.last() == "MaybeUninit")
}

/// `T` of `MaybeUninit<T>`.
fn initialised(ty: &Ty) -> Option<&Ty> {
    if is_uninit(ty) { ty.path()?.type_argument() } else { Some(ty) }
}

/// The type that a value names: `T { … }`, `T::default()`, `zeroed::<T>()`, `MaybeUninit::<T>::uninit()`,
/// `[0u8; 32]`, `0u32`, `x as T`.
fn type_of(origin: Origin<'_>, value: &syn::Expr) -> Option<Ty> {
    let place = || origin.place(syn::spanned::Spanned::span(value));
    let of_kind = |kind| Ty { kind, place: place() };
    match value {
        syn::Expr::Paren(inner) => type_of(origin, &inner.expr),
        syn::Expr::Group(inner) => type_of(origin, &inner.expr),
        syn::Expr::Unsafe(block) => type_of(origin, last(&block.block)?),
        syn::Expr::Block(block) => type_of(origin, last(&block.block)?),
        syn::Expr::Cast(cast) => Some(origin.ty(&cast.ty)).filter(|ty| {
            // `as _` is whatever the variable is used as.
            !matches!(&ty.kind, TyKind::Other(text) if text == "_")
        }),
        syn::Expr::Struct(made) => Some(of_kind(TyKind::Path(origin.path(&made.path)))),
        syn::Expr::Lit(literal) => {
            let name = match &literal.lit {
                syn::Lit::Int(number) if !number.suffix().is_empty() => number.suffix(),
                syn::Lit::Bool(_) => "bool",
                _ => return None,
            };
            Some(of_kind(named_alone(name)))
        }
        syn::Expr::Binary(binary) if is_comparison(binary.op) => Some(of_kind(named_alone("bool"))),
        syn::Expr::Repeat(repeat) => {
            let element = type_of(origin, &repeat.expr)?;
            Some(of_kind(TyKind::Array(Box::new(element), Box::new(origin.ex(&repeat.len)))))
        }
        syn::Expr::MethodCall(call) if call.method == "assume_init" => {
            let ty = type_of(origin, &call.receiver)?;
            is_uninit(&ty).then(|| initialised(&ty).cloned())?
        }
        syn::Expr::Call(call) => {
            let syn::Expr::Path(function) = without_parens(&call.func) else { return None };
            made_by(&origin.path(&function.path)).map(of_kind)
        }
        syn::Expr::Macro(call) if call.mac.path.is_ident("vec") => {
            let elements: syn::Expr = syn::parse2(bracketed(&call.mac.tokens)).ok()?;
            let element = match &elements {
                syn::Expr::Repeat(repeat) => type_of(origin, &repeat.expr)?,
                syn::Expr::Array(array) => type_of(origin, array.elems.first()?)?,
                _ => return None,
            };
            Some(of_kind(TyKind::Slice(Box::new(element))))
        }
        _ => None,
    }
}

/// A type of one name.
fn named_alone(name: &str) -> TyKind {
    let segment = Segment { name: name.to_owned(), arguments: Vec::new() };
    TyKind::Path(Path { global: false, segments: vec![segment] })
}

fn bracketed(tokens: &proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    proc_macro2::Group::new(proc_macro2::Delimiter::Bracket, tokens.clone()).into_token_stream()
}

fn is_comparison(operator: syn::BinOp) -> bool {
    use syn::BinOp::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
    matches!(operator, And(_) | Or(_) | Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_))
}

/// The type that a call of a function makes a value of.
fn made_by(function: &Path) -> Option<TyKind> {
    let (last, before) = function.segments.split_last()?;
    if let ("zeroed", Some(ty)) = (&*last.name, function.type_argument()) {
        return Some(ty.kind.clone());
    }
    let makes_itself =
        matches!(&*last.name, "default" | "new" | "zeroed" | "new_zeroed" | "uninit");
    // `Wrapper(value)` is a structure; `Some(value)` and its like, and variants of the crate's own, are none.
    let is_structure = last.name.starts_with(char::is_uppercase)
        && last.name.contains(char::is_lowercase)
        && !matches!(&*last.name, "Some" | "Ok" | "Err")
        && before.last().is_none_or(|before| before.name.starts_with(char::is_lowercase));
    if is_structure {
        return Some(TyKind::Path(function.clone()));
    }
    // `mem::zeroed()` and `Default::default()` say nothing.
    let is_type = before.last().is_some_and(|ty| {
        ty.name.starts_with(char::is_uppercase) && ty.name != "Default" || !ty.arguments.is_empty()
    });
    (makes_itself && is_type)
        .then(|| TyKind::Path(Path { global: function.global, segments: before.to_vec() }))
}

/// The value of a block.
fn last(block: &syn::Block) -> Option<&syn::Expr> {
    match block.stmts.last()? {
        syn::Stmt::Expr(value, None) => Some(value),
        _ => None,
    }
}
