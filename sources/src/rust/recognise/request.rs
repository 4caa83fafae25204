//! What an expression says of a command's number.

use ioctlkit_abi::{Direction, Encoding};
use ioctlkit_model::{
    Argument, BinaryOperator, Constant, Encoder, Expression, FamilyNumber, OwnEncoder,
};
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

use super::collect::Collector;
use super::given::Given;
use crate::own_encoder::{self, Size, take_apart};
use crate::rust::constructors::{self, Carries, Constructor, Crate, Kind as Made, Maker, makers};
use crate::rust::evaluate::Elsewhere;
use crate::rust::evaluate::constants::{Env, constant};
use crate::rust::resolve::scopes::{Names, Target};
use crate::rust::syntax::item::{Ex, ExKind, Generic, Kind, MacroCall, Path, Ty, TyKind};
use crate::rust::syntax::lower::Origin;
use crate::rust::syntax::nesting::is_too_deep;

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// A command.
    Command(Encoded),
    /// A number that nothing is known of.
    Number(i128),
    /// A command whose number depends on what is not known.
    Open(Constructor),
}

impl Found {
    /// Names the macro or function that packs the number, unless one within it does.
    fn packed_by(mut self, name: &str) -> Self {
        if let Self::Command(Encoded { encoder: Encoder::Own(own), .. }) = &mut self
            && own.name.is_empty()
        {
            name.clone_into(&mut own.name);
        }
        self
    }
}

/// What a number is made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Encoded {
    pub(crate) constructor: Constructor,
    pub(crate) direction: Direction,
    pub(crate) type_letter: u32,
    pub(crate) nr: u32,
    pub(crate) argument: Argument,
    pub(crate) encoder: Encoder,
}

impl Encoded {
    /// What commands share that differ in their sizes only.
    pub(crate) fn shared(&self) -> Option<FamilyNumber> {
        let type_letter = u8::try_from(self.type_letter).ok()?;
        let nr = u8::try_from(self.nr).ok()?;
        Some(FamilyNumber { direction: self.direction, type_letter, nr })
    }
}

/// What a number is made of, before it is worked out.
pub(crate) struct Parts<'a> {
    pub(crate) constructor: Constructor,
    pub(crate) direction: Option<Direction>,
    pub(crate) type_letter: &'a Ex,
    pub(crate) nr: &'a Ex,
    pub(crate) argument: Option<Argument>,
}

impl Collector<'_> {
    /// What the expression is; `None` where it has nothing to do with a command. `declared` is the
    /// type of the constant that it is the value of.
    pub(crate) fn request(&mut self, ex: &Ex, env: &Env, declared: Option<&Ty>) -> Option<Found> {
        let env = &env.deeper()?;
        let direct = declared.filter(|_| is_passed_directly(ex)).map(behind_addresses);
        let declared = direct.as_ref().or(declared);
        let ex = ex.bare();
        let known = self.known_request(ex, env, declared);
        let may_compute = matches!(
            ex.kind,
            ExKind::Call(..) | ExKind::Method { .. } | ExKind::Macro(_) | ExKind::Binary(..)
        );
        match known {
            None if may_compute => self.computed_for_certain(ex, env),
            known => known,
        }
    }

    /// What the expression is, where the code of a crate that everybody knows makes it.
    fn known_request(&mut self, ex: &Ex, env: &Env, declared: Option<&Ty>) -> Option<Found> {
        match &ex.kind {
            ExKind::Integer(value) => Some(Found::Number(*value)),
            ExKind::Block(items, value) => {
                let scope = self.eval.names.enter_block(env.scope, items, "");
                self.request(value, &Env { scope, ..env.clone() }, declared)
            }
            // `if cfg!(target_os = "freebsd") { … } else { … }`.
            ExKind::If(condition, then, otherwise) => {
                let holds = self.eval.number(condition, env)? != 0;
                self.request(if holds { then } else { otherwise }, env, declared)
            }
            ExKind::Call(function, arguments) => {
                let ExKind::Path(path) = &function.kind else { return None };
                self.called_request(path, arguments, env, declared)
            }
            ExKind::Method { receiver, name, generics, arguments } => {
                self.method_request(receiver, name, generics, arguments, env, declared)
            }
            ExKind::Macro(call) => self.macro_request(call, env, declared),
            _ => None,
        }
    }

    /// The command that the parts make.
    pub(crate) fn encoded(&mut self, parts: Parts<'_>, env: &Env) -> Found {
        let constructor = parts.constructor;
        let mut small =
            |ex: &Ex| self.eval.number(ex, env).and_then(|number| u32::try_from(number).ok());
        let (type_letter, nr) = (small(parts.type_letter), small(parts.nr));
        match (parts.direction, type_letter, nr, parts.argument) {
            (Some(direction), Some(type_letter), Some(nr), Some(argument)) => {
                let krate = self.eval.names.scope(env.scope).krate;
                let encoder =
                    self.encoder(krate, constructor, (direction, type_letter, nr), &argument);
                Found::Command(Encoded {
                    constructor,
                    direction,
                    type_letter,
                    nr,
                    argument,
                    encoder,
                })
            }
            _ => Found::Open(constructor),
        }
    }

    /// What a maker of a known crate makes of what it is given; `None` where it is given something else
    /// than it takes.
    pub(crate) fn made(
        &mut self,
        (krate, maker): (&'static Crate, &'static Maker),
        given: &Given,
        env: &Env,
    ) -> Option<Found> {
        if let Some(number) = &given.number {
            return self.eval.number(number, env).map(Found::Number);
        }
        let constructor = Constructor::Known(krate, maker);
        let direction = match &given.direction {
            Some(direction) => self.direction(direction, env),
            None => maker.direction,
        };
        let argument = match maker.carries {
            Carries::Nothing | Carries::AnyLength(_) => Some(Argument::None),
            Carries::Int => Some(Argument::Type(self.eval.prelude("c_int"))),
            Carries::Type => match &given.ty {
                Some(ty) if is_unit(ty) => Some(Argument::None),
                Some(ty) => Some(Argument::Type(self.eval.ty(ty, env))),
                None => None,
            },
            Carries::Size => self.size(given.size.as_ref()?, env),
        };
        let (type_letter, nr) = (given.letter.as_ref()?, given.nr.as_ref()?);
        Some(self.encoded(Parts { constructor, direction, type_letter, nr, argument }, env))
    }

    /// A command whose number code of the crate's own puts together.
    fn computed(&mut self, ex: &Ex, env: &Env) -> Option<(Encoded, usize)> {
        let expression = self.eval.value(ex, env)?;
        // Where no ABI of the class has another, a direction without a shift is of that encoding.
        let mut encodings = self.eval.abis.iter().map(|id| id.abi().encoding);
        let first = encodings.next()?;
        let assumed = if encodings.all(|other| other == first) { first } else { Encoding::Generic };
        let own_encoder::Parts { direction, type_letter, nr, size, terms } =
            take_apart(&expression, assumed)?;
        let argument = match size {
            Size::None => Argument::None,
            Size::Type(ty) => Argument::Type(ty),
            Size::Bytes(size) => Argument::Size(Constant::Known(size)),
            Size::Expression(size) => Argument::Size(Constant::Expression(Box::new(size))),
        };
        let encoded = Encoded {
            constructor: Constructor::Shifts,
            direction,
            type_letter: u32::from(type_letter),
            nr: u32::from(nr),
            argument,
            encoder: Encoder::Own(OwnEncoder {
                number: Constant::Expression(Box::new(expression)),
                sign_extends: false,
                name: encoder_name(ex),
            }),
        };
        Some((encoded, terms))
    }

    /// As [`Collector::computed`], of an expression that nothing uses as a request yet: one of so many
    /// parts is no set of flags.
    fn computed_for_certain(&mut self, ex: &Ex, env: &Env) -> Option<Found> {
        // What is no command may have types of which nothing is known, and that is nobody's matter.
        let before = std::mem::replace(&mut self.eval.elsewhere, Elsewhere::Left);
        let computed = self.computed(ex, env);
        self.eval.elsewhere = before;
        computed?;
        let (encoded, terms) = self.computed(ex, env)?;
        let is_telling = matches!(encoded.argument, Argument::Type(_))
            || (terms >= 3 && encoded.type_letter >= u32::from(b' '));
        is_telling.then_some(Found::Command(encoded))
    }

    /// What an expression is that a call passes as its request.
    pub(crate) fn passed_request(&mut self, ex: &Ex, env: &Env) -> Option<Found> {
        match self.request(ex, env, None) {
            None | Some(Found::Number(_)) => {
                if let Some((encoded, _)) = self.computed(ex, env) {
                    return Some(Found::Command(encoded));
                }
                self.eval.number(ex, env).map(Found::Number)
            }
            found => found,
        }
    }

    fn called_request(
        &mut self,
        path: &Path,
        arguments: &[Ex],
        env: &Env,
        declared: Option<&Ty>,
    ) -> Option<Found> {
        let name = path.last();
        let is_function = |kind| kind == Made::Function;
        let is_known = makers(name, is_function).next().is_some();
        let is_own =
            || self.eval.names.crates.iter().any(|krate| krate.const_functions.contains(name));
        if !is_known && !is_own() {
            return None;
        }
        let krate =
            match self.eval.names.resolve(env.scope, &path.names(), path.global, Names::Values) {
                Some(Target::External(krate, _)) => krate,
                Some(Target::Item(scope, item)) => {
                    // A function of the crate's own: what it comes to.
                    let Kind::Function(called) = &item.kind else { return None };
                    let value = called.value.as_ref()?;
                    let inner =
                        self.eval.within(scope, called, arguments, path.arguments(), env)?;
                    return match self.request(value, &inner, None) {
                        Some(Found::Number(_)) | None => None,
                        found => found.map(|found| found.packed_by(name)),
                    };
                }
                Some(_) => return None,
                None => String::new(),
            };
        let declared = declared.and_then(|ty| Some((ty, ty.path()?.last())));
        let all = || makers(name, is_function);
        let fits =
            |maker: &Maker| maker.within().is_none_or(|within| path.before_last() == Some(within));
        // The crate that the path leads to; else the one that the constant's type is of; else any.
        let own = || all().find(|(known, _)| known.name == krate);
        let by_type = || {
            let is_holder = |known: &Crate| {
                known
                    .holder
                    .as_ref()
                    .zip(declared)
                    .is_some_and(|(holder, (_, name))| holder.name == name)
            };
            all().find(|(known, maker)| krate.is_empty() && fits(maker) && is_holder(known))
        };
        let any = || all().find(|(_, maker)| fits(maker));
        let (known, maker) = own().or_else(by_type).or_else(any)?;
        let mut given = Given::of(maker.takes, arguments)?;
        let of_constant = || held_type(known, declared?.0);
        given.ty = path.type_argument().cloned().or_else(of_constant);
        self.made((known, maker), &given, env)
    }

    /// `GROUP.read(nr)`, with the type in angle brackets or in the constant's own type.
    fn method_request(
        &mut self,
        receiver: &Ex,
        name: &str,
        generics: &[Generic],
        arguments: &[Ex],
        env: &Env,
        declared: Option<&Ty>,
    ) -> Option<Found> {
        let (known, maker) = makers(name, |kind| kind == Made::Method).next()?;
        let mut given = Given::of(maker.takes, arguments)?;
        given.letter = Some(self.group(receiver, maker.within()?, env)?);
        let of_generics = generics.iter().find_map(|generic| match generic {
            Generic::Type(ty) => Some(ty.clone()),
            Generic::Constant(_) => None,
        });
        given.ty = of_generics.or_else(|| held_type(known, declared?));
        self.made((known, maker), &given, env)
    }

    /// The letter of a group, which is of that type.
    fn group(&mut self, receiver: &Ex, group: &str, env: &Env) -> Option<Ex> {
        match &receiver.bare().kind {
            ExKind::Call(function, arguments) => match &function.kind {
                ExKind::Path(path) if path.last() == "new" && path.before_last() == Some(group) => {
                    // Worked out here, where its names mean something.
                    let value = self.eval.number(arguments.first()?, env)?;
                    Some(Ex { kind: ExKind::Integer(value), place: receiver.place })
                }
                _ => None,
            },
            ExKind::Path(path) => {
                let found = self.eval.names.resolve(
                    env.scope,
                    &path.names(),
                    path.global,
                    Names::Values,
                )?;
                let Target::Item(scope, item) = found else { return None };
                let Kind::Constant(_, Some(value), _) = &item.kind else { return None };
                let env = env.step(scope, Vec::new())?;
                self.group(value, group, &env)
            }
            _ => None,
        }
    }

    fn macro_request(
        &mut self,
        call: &MacroCall,
        env: &Env,
        declared: Option<&Ty>,
    ) -> Option<Found> {
        if self.eval.names.macro_text(env.scope, call).is_some() {
            let inner = self.eval.names.expand_expression(call, env.scope)?;
            return match self.request(&inner, env, declared) {
                Some(Found::Number(_)) => None,
                found => found.map(|found| found.packed_by(call.path.last())),
            };
        }
        let (known, maker) = makers(call.path.last(), |kind| kind == Made::Macro).next()?;
        let given = Given::of(maker.takes, &expressions(call)?)?;
        self.made((known, maker), &given, env)
    }

    /// What a size says of the argument: the type that it is the size of.
    pub(crate) fn size(&mut self, ex: &Ex, env: &Env) -> Option<Argument> {
        match self.eval.value(ex.bare(), env)? {
            Expression::SizeOf(ty) => Some(Argument::Type(ty)),
            Expression::Literal(0) => Some(Argument::None),
            other => constant(other).map(Argument::Size),
        }
    }

    /// A direction by its name, or its number in the generic encoding.
    pub(crate) fn direction(&mut self, ex: &Ex, env: &Env) -> Option<Direction> {
        let ex = ex.bare();
        match &ex.kind {
            ExKind::Binary(BinaryOperator::Or, left, right) => {
                let both = (self.direction(left, env)?, self.direction(right, env)?);
                Some(match both {
                    (a, b) if a == b => a,
                    (Direction::None, other) | (other, Direction::None) => other,
                    _ => Direction::ReadWrite,
                })
            }
            ExKind::Path(path) => {
                let name = path.last();
                let word = name
                    .trim_start_matches("_IOC_")
                    .trim_start_matches("IOC_")
                    .to_ascii_uppercase();
                match word.replace('_', "").as_str() {
                    "NONE" | "VOID" => Some(Direction::None),
                    "READ" | "OUT" => Some(Direction::Read),
                    "WRITE" | "IN" => Some(Direction::Write),
                    "READWRITE" | "INOUT" => Some(Direction::ReadWrite),
                    _ => generic_direction(self.eval.number(ex, env)?),
                }
            }
            _ => generic_direction(self.eval.number(ex, env)?),
        }
    }

    /// A type that holds a number: `ReadOpcode<b'x', 1, T>`.
    pub(crate) fn type_request(&mut self, ty: &Ty, env: &Env) -> Option<Found> {
        let path = ty.path()?;
        let name = path.last();
        let arguments = path.arguments();
        if constructors::is_pattern(name) {
            return match arguments.first()? {
                Generic::Constant(value) => self.request(value, env, None),
                // A constant's name looks like a type's.
                Generic::Type(ty) => self.type_request(ty, env).or_else(|| {
                    let value = ExKind::Path(ty.path()?.clone());
                    self.passed_request(&Ex { kind: value, place: ty.place }, env)
                }),
            };
        }
        let (known, maker) = makers(name, |kind| kind == Made::Type).next()?;
        match Given::of_generics(maker.takes, arguments) {
            Some(given) => self.made((known, maker), &given, env),
            None => Some(Found::Open(Constructor::Known(known, maker))),
        }
    }
}

/// The function or macro that an expression uses to put a number together.
fn encoder_name(ex: &Ex) -> String {
    match &ex.bare().kind {
        ExKind::Call(function, _) => match &function.kind {
            ExKind::Path(path) => path.last().to_owned(),
            _ => String::new(),
        },
        ExKind::Macro(call) => call.path.last().to_owned(),
        ExKind::Method { name, .. } => name.clone(),
        _ => String::new(),
    }
}

pub(crate) fn generic_direction(number: i128) -> Option<Direction> {
    Some(match number {
        0 => Direction::None,
        1 => Direction::Write,
        2 => Direction::Read,
        3 => Direction::ReadWrite,
        _ => return None,
    })
}

fn is_unit(ty: &Ty) -> bool {
    matches!(&ty.kind, TyKind::Tuple(parts) if parts.is_empty())
}

/// Whether a number is made as that of a pointer's command, whose constant then takes the argument itself:
/// `_IOW(b'U', 108).with_direct_arg()`.
fn is_passed_directly(ex: &Ex) -> bool {
    match &ex.kind {
        ExKind::Cast(inner, _) => is_passed_directly(inner),
        ExKind::Block(items, inner) if items.is_empty() => is_passed_directly(inner),
        ExKind::Method { receiver, name, .. } => {
            name == "with_direct_arg" || is_passed_directly(receiver)
        }
        _ => false,
    }
}

/// A type with addresses of its arguments in their place: `Ioctl<*const T>` of `Ioctl<T>`.
fn behind_addresses(holder: &Ty) -> Ty {
    let mut holder = holder.clone();
    if let TyKind::Path(path) = &mut holder.kind
        && let Some(last) = path.segments.last_mut()
    {
        for argument in &mut last.arguments {
            if let Generic::Type(ty) = argument {
                let to = Box::new(ty.clone());
                *ty = Ty { kind: TyKind::Pointer(to), place: ty.place };
            }
        }
    }
    holder
}

/// The command's argument, where the type of a constant that holds its number tells it: `T` of
/// `Ioctl<*mut T>`.
fn held_type(known: &Crate, declared: &Ty) -> Option<Ty> {
    let holder = known.holder.as_ref()?;
    let path = declared.path().filter(|path| path.last() == holder.name)?;
    let Generic::Type(argument) = path.arguments().get(holder.argument)? else { return None };
    match &argument.kind {
        TyKind::Pointer(to) | TyKind::Reference { to, .. } => Some((**to).clone()),
        _ => (!holder.is_address).then(|| argument.clone()),
    }
}

/// The arguments of a macro that takes expressions.
pub(crate) fn expressions(call: &MacroCall) -> Option<Vec<Ex>> {
    let tokens: proc_macro2::TokenStream = call.text.parse().ok()?;
    if is_too_deep(&tokens) {
        return None;
    }
    let list = |input: ParseStream<'_>| Punctuated::<Expr, Token![,]>::parse_terminated(input);
    let list = list.parse2(tokens).ok()?;
    let origin = origin_of(call);
    Some(list.iter().map(|value| origin.ex(value)).collect())
}

/// Where a macro's text stands.
pub(crate) fn origin_of(call: &MacroCall) -> Origin<'_> {
    match call.text_start {
        Some(start) => Origin::File { text: &call.text, start },
        None => Origin::Macro(call.place),
    }
}
