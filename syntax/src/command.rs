//! One command, as its attributes define it.

use std::fmt;

use ioctlkit_abi::spelling::{is_c_name, is_capability};
use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, LitInt, LitStr, Token, Type, parenthesized};

use crate::attribute::{
    documentation, each_word, equals, named_once, spelled, text, unknown, value,
};
use crate::fragment::ungrouped;
use crate::range::operand;
use crate::{Errors, RangeInclusive, literal};

/// What the caller's argument is for, seen from user space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `_IO`.
    None,
    /// `_IOR`: the kernel writes.
    Read,
    /// `_IOW`: the kernel reads.
    Write,
    /// `_IOWR`.
    ReadWrite,
}

impl Direction {
    /// The word of the grammar.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
            Self::ReadWrite => "read_write",
        }
    }

    fn of_word(word: &Ident) -> Option<Self> {
        [Self::None, Self::Read, Self::Write, Self::ReadWrite]
            .into_iter()
            .find(|direction| word == direction.word())
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The number within the type.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "an interface has a few of them, once")]
pub enum Nr {
    /// One.
    One(Expr),
    /// A family: the index of a member is added to the first.
    Range(RangeInclusive),
}

/// What distinguishes a command from others.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "an interface has dozens, and syn decides the size")]
pub enum Identity {
    /// Type letter, nr, direction and size.
    Encoded(Nr),
    /// A whole number, that no macro made.
    Number {
        /// On every machine that has none of its own.
        general: Expr,
        /// On others.
        exceptions: Vec<NumberException>,
    },
}

/// The number on one architecture or ABI.
#[derive(Clone)]
pub struct NumberException {
    /// A name of the ABI table: an ABI, or an architecture of the kernel.
    pub machine: LitStr,
    /// The number there.
    pub number: Expr,
}

/// What the number says, where the header lies.
#[derive(Clone, Default)]
pub struct Encoded {
    /// Another direction.
    pub direction: Option<Direction>,
    /// Another type.
    pub ty: Option<Type>,
    /// Another size, in bytes.
    pub size: Option<LitInt>,
}

impl Encoded {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.direction.is_none() && self.ty.is_none() && self.size.is_none()
    }
}

/// The argument.
#[derive(Clone)]
pub enum Payload {
    /// None.
    None,
    /// The address of a value of this type.
    Pointer(Type),
    /// An integer of this type, itself.
    Value(Type),
    /// A slice of this type, whose length in bytes is in the number.
    Buffer(Type),
}

impl Payload {
    /// The type, if there is an argument.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::None => None,
            Self::Pointer(ty) | Self::Value(ty) | Self::Buffer(ty) => Some(ty),
        }
    }
}

/// Who may call: the generated module checks it.
#[derive(Clone, Default)]
pub struct Access {
    /// A capability by its name in C.
    pub capability: Option<LitStr>,
    /// The mode that the file must have been opened with.
    pub mode: Option<Direction>,
}

/// A command.
#[derive(Clone)]
pub struct Command {
    /// The variant's or structure's name.
    pub ident: Ident,
    /// The lines of its documentation.
    pub docs: Vec<String>,
    /// What distinguishes it from others.
    pub identity: Identity,
    /// Where `nr` or `number` stands.
    pub identity_span: Span,
    /// What the argument is for.
    pub direction: Direction,
    /// The argument.
    pub payload: Payload,
    /// What the number says, where that differs from `direction` and `payload`.
    pub encoded: Encoded,
    /// What the call returns; nothing where absent.
    pub returns: Option<Type>,
    /// The size in bytes of the argument's first version, where it may grow.
    pub min_size: Option<Expr>,
    /// Whether the argument's type is `long`, as C has it, on purpose.
    pub not_portable: bool,
    /// Whether over 8191 bytes are meant.
    pub large_argument: Option<Span>,
    /// Whether `EINTR` is answered with another call.
    pub retry_on_interrupt: bool,
    /// Whether the call has conditions of its own.
    pub unsafe_call: bool,
    /// The name in C, where it is not made from the variant's.
    pub c_name: Option<LitStr>,
    /// Who may call.
    pub access: Access,
}

/// The words of a command.
pub(crate) const WORDS: [&str; 20] = [
    "not_portable",
    "nr",
    "none",
    "read",
    "write",
    "read_write",
    "value",
    "buffer",
    "encoded",
    "number",
    "returns",
    "extensible",
    "large_argument",
    "retry_on_interrupt",
    "unsafe",
    "c",
    "capability",
    "mode",
    "type",
    "on",
];

/// The words of a direction.
pub(crate) const DIRECTIONS: [&str; 4] = [
    Direction::None.word(),
    Direction::Read.word(),
    Direction::Write.word(),
    Direction::ReadWrite.word(),
];

/// The words behind `mode =`.
pub(crate) const MODES: [&str; 3] =
    [Direction::Read.word(), Direction::Write.word(), Direction::ReadWrite.word()];

/// The words in `extensible(…)`.
pub(crate) const EXTENSIBLE: [&str; 1] = ["min_size"];

/// The words of a command that is a variant: its enum says the others.
pub(crate) fn words_of_variant() -> Vec<&'static str> {
    WORDS.into_iter().filter(|word| !matches!(*word, "type" | "on")).collect()
}

/// Whether every word of a command could be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Read {
    /// All were.
    #[default]
    Whole,
    /// One was not.
    InPart,
}

impl Read {
    pub(crate) const fn of(complete: bool) -> Self {
        if complete { Self::Whole } else { Self::InPart }
    }
}

/// What the words of a command have said so far.
#[derive(Default)]
pub(crate) struct CommandWords {
    /// Whether one that is missing may be one that could not be read.
    pub(crate) read: Read,
    nr: Option<(Nr, Span)>,
    number: Option<(Expr, Vec<NumberException>, Span)>,
    direction: Option<(Direction, Span)>,
    by_value: Option<Span>,
    buffer: Option<Type>,
    encoded: Encoded,
    returns: Option<Type>,
    min_size: Option<Expr>,
    not_portable: bool,
    large_argument: Option<Span>,
    retry_on_interrupt: bool,
    unsafe_call: bool,
    c_name: Option<LitStr>,
    access: Access,
}

impl CommandWords {
    /// Takes a word in, if it is one of a command.
    pub(crate) fn word(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
        if let Some(direction) = Direction::of_word(name) {
            if let Some((known, _)) = self.direction {
                let message = format!("the direction is `{known}` already");
                return Err(syn::Error::new(name.span(), message));
            }
            self.direction = Some((direction, name.span()));
            return Ok(true);
        }
        match name.to_string().as_str() {
            "nr" => self.nr = Some((nr(input)?, name.span())),
            "number" => {
                let (general, exceptions) = self.number.take().map_or_else(
                    || number(name, input),
                    |_| Err(syn::Error::new(name.span(), "`number` stands twice")),
                )?;
                self.number = Some((general, exceptions, name.span()));
            }
            "value" => self.by_value = Some(name.span()),
            "buffer" => self.buffer = Some(ungrouped(value(input)?)),
            "encoded" => self.encoded = encoded(input)?,
            "returns" => self.returns = Some(ungrouped(value(input)?)),
            "extensible" => {
                let inner;
                parenthesized!(inner in input);
                let word = inner.parse::<Ident>()?;
                if !EXTENSIBLE.iter().any(|known| word == known) {
                    return Err(unknown(&word, &EXTENSIBLE));
                }
                self.min_size = Some(value(&inner)?);
            }
            "not_portable" => self.not_portable = true,
            "large_argument" => self.large_argument = Some(name.span()),
            "retry_on_interrupt" => self.retry_on_interrupt = true,
            "unsafe" => self.unsafe_call = true,
            "c" => {
                let wanted = "a macro's name in C has ASCII letters, digits and `_`, no digit in \
                              front, and is no keyword: `ECHO_RESET`";
                let new = spelled(text(input)?, is_c_name, wanted)?;
                named_once(name, &mut self.c_name, new)?;
            }
            "capability" => {
                let wanted = "the kernel has no such capability: linux/capability.h lists them, \
                              such as `CAP_SYS_ADMIN`";
                let capability = spelled(text(input)?, is_capability, wanted)?;
                self.access.capability = Some(capability);
            }
            "mode" => {
                equals(input)?;
                let word = Ident::parse_any(input)?;
                let mode = Direction::of_word(&word).filter(|mode| MODES.contains(&mode.word()));
                self.access.mode = Some(mode.ok_or_else(|| {
                    syn::Error::new(word.span(), "write `read`, `write` or `read_write`")
                })?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The command that the words make of an item with this payload.
    pub(crate) fn finish(
        self,
        ident: &Ident,
        attributes: &[Attribute],
        payload: Option<Type>,
        errors: &mut Errors,
    ) -> Option<Command> {
        let docs = documentation(attributes);
        let identity = self.identity(ident, errors);
        let payload = self.payload(ident, payload, errors);
        let direction = self.direction(ident, payload.as_ref(), errors);
        let (identity, identity_span) = identity?;
        Some(Command {
            ident: ident.clone(),
            docs,
            identity,
            identity_span,
            direction: direction?,
            payload: payload?,
            encoded: self.encoded,
            returns: self.returns,
            min_size: self.min_size,
            not_portable: self.not_portable,
            large_argument: self.large_argument,
            retry_on_interrupt: self.retry_on_interrupt,
            unsafe_call: self.unsafe_call,
            c_name: self.c_name,
            access: self.access,
        })
    }

    fn identity(&self, ident: &Ident, errors: &mut Errors) -> Option<(Identity, Span)> {
        match (&self.nr, &self.number) {
            (Some((nr, span)), None) => Some((Identity::Encoded(nr.clone()), *span)),
            (None, Some((general, exceptions, span))) => {
                if !self.encoded.is_empty() {
                    let message = "`number` is the whole number: `encoded` has no part in it";
                    errors.push(syn::Error::new(*span, message));
                }
                let (general, exceptions) = (general.clone(), exceptions.clone());
                Some((Identity::Number { general, exceptions }, *span))
            }
            (Some(_), Some((_, _, span))) => {
                let message = "`number` is the whole number, `nr` a part of one: write one of them";
                errors.push(syn::Error::new(*span, message));
                None
            }
            (None, None) if self.read == Read::InPart => None,
            (None, None) => {
                errors.at(ident, format!("`{ident}` has no number: add `#[ioctl(nr = …)]`"));
                None
            }
        }
    }

    fn payload(
        &self,
        ident: &Ident,
        payload: Option<Type>,
        errors: &mut Errors,
    ) -> Option<Payload> {
        match (payload, self.by_value, &self.buffer) {
            (None, None, None) => Some(Payload::None),
            (None, None, Some(element)) => Some(Payload::Buffer(element.clone())),
            (Some(ty), None, None) => Some(Payload::Pointer(ty)),
            (Some(ty), Some(_), None) => Some(Payload::Value(ty)),
            (None, Some(span), None) => {
                let message = format!("`value` passes an integer: write its type, `{ident}(u32)`");
                errors.push(syn::Error::new(span, message));
                None
            }
            (_, Some(span), Some(_)) => {
                let message = "a buffer is passed by its address: leave `value` out";
                errors.push(syn::Error::new(span, message));
                None
            }
            (Some(ty), None, Some(_)) => {
                errors.at(ty, "`buffer` names the type already: remove this one");
                None
            }
        }
    }

    fn direction(
        &self,
        ident: &Ident,
        payload: Option<&Payload>,
        errors: &mut Errors,
    ) -> Option<Direction> {
        let Some(payload) = payload else {
            // The mistake in the payload has been said; what follows from it is noise.
            return self.direction.map(|(direction, _)| direction);
        };
        let word = self.direction;
        match payload {
            Payload::None => match word {
                None | Some((Direction::None, _)) => Some(Direction::None),
                Some((direction, span)) => {
                    let message = format!(
                        "`{direction}` moves an argument, and `{ident}` has none: write its type, \
                         `{ident}(Type)`"
                    );
                    errors.push(syn::Error::new(span, message));
                    None
                }
            },
            Payload::Value(_) => Some(word.map_or(Direction::None, |(direction, _)| direction)),
            Payload::Pointer(ty) | Payload::Buffer(ty) => match word {
                Some((Direction::None, span)) => {
                    let message = "the argument would never move: write `read` (the kernel writes \
                                   it), `write` (the kernel reads it) or `read_write`; where the \
                                   header says `_IO` all the same, add `encoded(none)`";
                    errors.push(syn::Error::new(span, message));
                    None
                }
                Some((direction, _)) => Some(direction),
                None if self.read == Read::InPart => None,
                None => {
                    let message = "the direction is missing: write `read` (the kernel writes the \
                                   argument), `write` (the kernel reads it) or `read_write`";
                    errors.at(ty, message);
                    None
                }
            },
        }
    }
}

/// Reads the words of a variant.
pub(crate) fn variant(variant: &syn::Variant, errors: &mut Errors) -> Option<Command> {
    let mut words = CommandWords::default();
    let known = words_of_variant();
    let complete = each_word(&variant.attrs, errors, |name, input| {
        if words.word(name, input)? { Ok(()) } else { Err(unknown(name, &known)) }
    });
    words.read = Read::of(complete);
    if let Some((_, discriminant)) = &variant.discriminant {
        errors.at(discriminant, "a command's number is `#[ioctl(nr = …)]`, not a discriminant");
        words.read = Read::InPart;
    }
    let name = variant.ident.to_string();
    if crate::screaming_snake_case(&name) == name {
        let camel = crate::camel_case(&name);
        let better = if camel == name { format!("{name}Command") } else { camel };
        let message = format!(
            "the constant with the number of this command is named `{name}`, too: write `{better}`"
        );
        errors.at(&variant.ident, message);
        return None;
    }
    let payload = match &variant.fields {
        syn::Fields::Unit => None,
        syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            fields.unnamed.first().map(|field| ungrouped(field.ty.clone()))
        }
        fields => {
            let message = "a command has one argument: put the members into a structure that \
                           derives `IoctlData`";
            errors.at(fields, message);
            return None;
        }
    };
    words.finish(&variant.ident, &variant.attrs, payload, errors)
}

fn nr(input: ParseStream<'_>) -> syn::Result<Nr> {
    equals(input)?;
    let fork = input.fork();
    operand(&fork)?;
    if !fork.peek(Token![..]) {
        return literal::nr(operand(input)?).map(Nr::One);
    }
    let RangeInclusive { start, end } = input.parse()?;
    Ok(Nr::Range(RangeInclusive { start: literal::nr(start)?, end: literal::nr(end)? }))
}

fn number(name: &Ident, input: ParseStream<'_>) -> syn::Result<(Expr, Vec<NumberException>)> {
    if input.peek(Token![=]) {
        return Ok((literal::number(value(input)?)?, Vec::new()));
    }
    let inner;
    parenthesized!(inner in input);
    let mut general = None;
    let mut exceptions = Vec::new();
    while !inner.is_empty() {
        if inner.peek(LitStr) {
            let machine: LitStr = inner.parse()?;
            equals(&inner)?;
            if exceptions
                .iter()
                .any(|known: &NumberException| known.machine.value() == machine.value())
            {
                let message = format!("`{}` has a number already", machine.value());
                return Err(syn::Error::new(machine.span(), message));
            }
            let number = literal::number(operand(&inner)?)?;
            exceptions.push(NumberException { machine, number });
        } else if general.is_some() {
            let message = "one number is for all machines without their own: write the others as \
                           `\"mips\" = 0x467f`";
            return Err(inner.error(message));
        } else {
            general = Some(literal::number(operand(&inner)?)?);
        }
        if !inner.is_empty() {
            inner.parse::<Token![,]>()?;
        }
    }
    let missing =
        "the number of all other machines is missing: `number(0x541b, \"mips\" = 0x467f)`";
    Ok((general.ok_or_else(|| syn::Error::new(name.span(), missing))?, exceptions))
}

fn encoded(input: ParseStream<'_>) -> syn::Result<Encoded> {
    let mut encoded = Encoded::default();
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        encoded_part(input, &mut encoded)?;
        return Ok(encoded);
    }
    let inner;
    parenthesized!(inner in input);
    loop {
        encoded_part(&inner, &mut encoded)?;
        if inner.is_empty() {
            return Ok(encoded);
        }
        inner.parse::<Token![,]>()?;
    }
}

fn encoded_part(input: ParseStream<'_>, encoded: &mut Encoded) -> syn::Result<()> {
    if input.peek(LitInt) {
        encoded.size = Some(input.parse()?);
        return Ok(());
    }
    let fork = input.fork();
    if let Ok(word) = fork.parse::<Ident>()
        && let Some(direction) = Direction::of_word(&word)
        && !fork.peek(Token![::])
    {
        input.parse::<Ident>()?;
        encoded.direction = Some(direction);
        return Ok(());
    }
    encoded.ty = Some(ungrouped(input.parse()?));
    Ok(())
}

/// Comma-separated expressions in parentheses, at least one.
pub(crate) fn expressions(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    let inner;
    parenthesized!(inner in input);
    let list = |input: ParseStream<'_>| Punctuated::<Expr, Token![,]>::parse_terminated(input);
    let span = inner.span();
    let found: Vec<Expr> = list.parse2(inner.parse()?)?.into_iter().collect();
    if found.is_empty() { Err(syn::Error::new(span, "no value is listed")) } else { Ok(found) }
}
