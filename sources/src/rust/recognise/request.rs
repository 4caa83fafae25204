//! What an expression says of a command's number.

use ioctlkit_abi::{Direction, Encoding};
use ioctlkit_model::{
    Argument, BinaryOperator, Constant, Encoder, Expression, FamilyNumber, OwnEncoder, Type,
};
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

use super::collect::Collector;
use crate::own_encoder::{self, Size, take_apart};
use crate::rust::constructors::{self, through};
use crate::rust::evaluate::constants::{Bound, Env, constant, literal};
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
    Open(String),
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
    pub(crate) through: String,
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
    pub(crate) through: String,
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
            ExKind::Call(function, arguments) => {
                let ExKind::Path(path) = &function.kind else { return None };
                self.called_request(path, arguments, env, declared)
            }
            ExKind::Method { receiver, name, generics, arguments } => {
                self.iocuddle(receiver, name, generics, arguments, env, declared)
            }
            ExKind::Macro(call) => self.macro_request(call, env, declared),
            _ => None,
        }
    }

    /// The command that the parts make.
    pub(crate) fn encoded(&mut self, parts: Parts<'_>, env: &Env) -> Found {
        let through = parts.through;
        let type_letter =
            self.eval.number(parts.type_letter, env).and_then(|n| u32::try_from(n).ok());
        let nr = self.eval.number(parts.nr, env).and_then(|n| u32::try_from(n).ok());
        match (parts.direction, type_letter, nr, parts.argument) {
            (Some(direction), Some(type_letter), Some(nr), Some(argument)) => {
                let krate = self.eval.names.scope(env.scope).krate;
                let encoder =
                    self.encoder(krate, &through, (direction, type_letter, nr), &argument);
                Found::Command(Encoded { through, direction, type_letter, nr, argument, encoder })
            }
            _ => Found::Open(through),
        }
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
        };
        let encoded = Encoded {
            through: through::SHIFTS.to_owned(),
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
        let aloud = std::mem::replace(&mut self.eval.aloud, false);
        let computed = self.computed(ex, env);
        self.eval.aloud = aloud;
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
        let is_known = matches!(name, "ioctl_expr" | "classic" | "from_raw")
            || constructors::may_yield_number(Some("opcode"), name);
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
        match name {
            "none" | "read" | "write" | "read_write" | "from_components"
                if krate == "rustix" || path.before_last() == Some("opcode") =>
            {
                self.rustix(name, path, arguments, env)
            }
            "_IO" | "_IOR" | "_IOW" | "_IOWR" | "_IOC" | "_IOWINT" => {
                let declared = declared.filter(|ty| is_ioctl_type(ty));
                let is_uoctl = krate == "uoctl"
                    || krate.is_empty() && (declared.is_some() || name == "_IOWINT");
                let prefix = if is_uoctl { through::UOCTL } else { through::LIBC };
                self.c_like(prefix, name, path, arguments, env, declared)
            }
            "ioctl_expr" => self.vmm_parts("ioctl_expr", arguments, env),
            "classic" | "from_raw" if path.before_last() == Some("Ioctl") => {
                self.eval.number(arguments.first()?, env).map(Found::Number)
            }
            _ => None,
        }
    }

    fn rustix(&mut self, name: &str, path: &Path, arguments: &[Ex], env: &Env) -> Option<Found> {
        let through = format!("{}opcode::{name}", through::RUSTIX);
        if name == "from_components" {
            let [direction, group, nr, size] = arguments else { return None };
            let direction = self.direction(direction, env);
            let argument = self.size(size, env);
            return Some(
                self.encoded(Parts { through, direction, type_letter: group, nr, argument }, env),
            );
        }
        let [type_letter, nr] = arguments else { return None };
        let direction = Some(direction_of(name)?);
        let argument = if name == "none" {
            Some(Argument::None)
        } else {
            path.type_argument().map(|ty| Argument::Type(self.eval.ty(ty, env)))
        };
        Some(self.encoded(Parts { through, direction, type_letter, nr, argument }, env))
    }

    /// Functions named as C's macros.
    fn c_like(
        &mut self,
        prefix: &str,
        name: &str,
        path: &Path,
        arguments: &[Ex],
        env: &Env,
        declared: Option<&Ty>,
    ) -> Option<Found> {
        let through = format!("{prefix}{name}");
        if name == "_IOC" {
            let [direction, type_letter, nr, size] = arguments else { return None };
            let direction = self.direction(direction, env);
            let argument = self.size(size, env);
            return Some(
                self.encoded(Parts { through, direction, type_letter, nr, argument }, env),
            );
        }
        let [type_letter, nr] = arguments else { return None };
        let direction = Some(match name {
            "_IOR" => Direction::Read,
            "_IOW" => Direction::Write,
            "_IOWR" => Direction::ReadWrite,
            _ => Direction::None,
        });
        let argument = match name {
            "_IO" => Some(Argument::None),
            "_IOWINT" => Some(Argument::Type(self.eval.prelude("c_int"))),
            _ => {
                let ty =
                    path.type_argument().cloned().or_else(|| declared.and_then(uoctl_argument));
                ty.map(|ty| Argument::Type(self.eval.ty(&ty, env)))
            }
        };
        Some(self.encoded(Parts { through, direction, type_letter, nr, argument }, env))
    }

    /// `(direction, type, nr, size)` of vmm-sys-util.
    pub(crate) fn vmm_parts(&mut self, name: &str, arguments: &[Ex], env: &Env) -> Option<Found> {
        let [direction, type_letter, nr, size] = arguments else { return None };
        let through = format!("{}{name}", through::VMM_SYS_UTIL);
        let direction = self.direction(direction, env);
        let argument = self.size(size, env);
        Some(self.encoded(Parts { through, direction, type_letter, nr, argument }, env))
    }

    /// `GROUP.read(nr)`, with the type in angle brackets or in the constant's own type.
    fn iocuddle(
        &mut self,
        receiver: &Ex,
        name: &str,
        generics: &[Generic],
        arguments: &[Ex],
        env: &Env,
        declared: Option<&Ty>,
    ) -> Option<Found> {
        let direction = match name {
            "none" => Direction::None,
            "read" => Direction::Read,
            "write" => Direction::Write,
            "write_read" | "read_write" => Direction::ReadWrite,
            _ => return None,
        };
        let [nr] = arguments else { return None };
        let letter = self.group(receiver, env)?;
        let through = format!("{}Group::{name}", through::IOCUDDLE);
        let argument = if direction == Direction::None {
            Some(Argument::None)
        } else {
            let of_generics = generics.iter().find_map(|generic| match generic {
                Generic::Type(ty) => Some(ty.clone()),
                Generic::Constant(_) => None,
            });
            let ty = of_generics.or_else(|| declared.and_then(iocuddle_argument));
            ty.map(|ty| Argument::Type(self.eval.ty(&ty, env)))
        };
        Some(self.encoded(
            Parts { through, direction: Some(direction), type_letter: &letter, nr, argument },
            env,
        ))
    }

    /// The letter of a `Group`.
    fn group(&mut self, receiver: &Ex, env: &Env) -> Option<Ex> {
        match &receiver.bare().kind {
            ExKind::Call(function, arguments) => match &function.kind {
                ExKind::Path(path)
                    if path.last() == "new" && path.before_last() == Some("Group") =>
                {
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
                self.group(value, &env)
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
        let krate = self.eval.names.scope(env.scope).krate;
        if self.eval.names.own_macro(krate, &call.path).is_some() {
            let inner = self.eval.names.expand_expression(call, env.scope)?;
            return match self.request(&inner, env, declared) {
                Some(Found::Number(_)) => None,
                found => found.map(|found| found.packed_by(call.path.last())),
            };
        }
        let name = call.path.last();
        let (prefix, direction) = match name {
            "request_code_none" => (through::NIX, Some(Direction::None)),
            "request_code_read" => (through::NIX, Some(Direction::Read)),
            "request_code_write" | "request_code_write_int" => {
                (through::NIX, Some(Direction::Write))
            }
            "request_code_readwrite" => (through::NIX, Some(Direction::ReadWrite)),
            "io" => (through::IOCTL_SYS, Some(Direction::None)),
            "ior" => (through::IOCTL_SYS, Some(Direction::Read)),
            "iow" => (through::IOCTL_SYS, Some(Direction::Write)),
            "iorw" => (through::IOCTL_SYS, Some(Direction::ReadWrite)),
            "ioctl_expr" => {
                let arguments = expressions(call)?;
                return self.vmm_parts(name, &arguments, env);
            }
            _ => return None,
        };
        let arguments = expressions(call)?;
        let through = format!("{prefix}{name}");
        let (type_letter, nr, size) = match arguments.as_slice() {
            [type_letter, nr] => (type_letter, nr, None),
            [type_letter, nr, size] => (type_letter, nr, Some(size)),
            _ => return None,
        };
        let argument = match (size, name) {
            (Some(size), _) => self.size(size, env),
            (None, "request_code_write_int") => Some(Argument::Type(self.eval.prelude("c_int"))),
            (None, _) => Some(Argument::None),
        };
        Some(self.encoded(Parts { through, direction, type_letter, nr, argument }, env))
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
        let direction = match name {
            "NoneOpcode" => Direction::None,
            "ReadOpcode" => Direction::Read,
            "WriteOpcode" => Direction::Write,
            "ReadWriteOpcode" => Direction::ReadWrite,
            "BadOpcode" => {
                let value = literal(&self.generic_value(arguments.first()?, env)?)?;
                return Some(Found::Number(value));
            }
            _ => return None,
        };
        let through = format!("{}{name}", through::RUSTIX);
        let [group, nr, data] = arguments else { return Some(Found::Open(through)) };
        let group = self.generic_value(group, env).as_ref().and_then(literal);
        let nr = self.generic_value(nr, env).as_ref().and_then(literal);
        let argument = match data {
            Generic::Type(data) if is_unit(data) => Argument::None,
            Generic::Type(data) => Argument::Type(self.eval.ty(data, env)),
            Generic::Constant(_) => return None,
        };
        let small = |number: Option<i128>| number.and_then(|number| u32::try_from(number).ok());
        match (small(group), small(nr)) {
            (Some(type_letter), Some(nr)) => {
                let krate = self.eval.names.scope(env.scope).krate;
                let encoder =
                    self.encoder(krate, &through, (direction, type_letter, nr), &argument);
                Some(Found::Command(Encoded {
                    through,
                    direction,
                    type_letter,
                    nr,
                    argument,
                    encoder,
                }))
            }
            _ => Some(Found::Open(through)),
        }
    }

    fn generic_value(&mut self, generic: &Generic, env: &Env) -> Option<Expression> {
        match self.eval.generic(generic, env) {
            Bound::Value(value) => Some(value),
            Bound::Type(Type::Unknown(_) | _) | Bound::Unknown => None,
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

fn direction_of(name: &str) -> Option<Direction> {
    Some(match name {
        "none" => Direction::None,
        "read" => Direction::Read,
        "write" => Direction::Write,
        "read_write" => Direction::ReadWrite,
        _ => return None,
    })
}

fn is_unit(ty: &Ty) -> bool {
    matches!(&ty.kind, TyKind::Tuple(parts) if parts.is_empty())
}

fn is_ioctl_type(ty: &Ty) -> bool {
    ty.path().is_some_and(|path| path.last() == "Ioctl" && !path.arguments().is_empty())
}

/// `T` of `Ioctl<*mut T>`, `Ioctl<*const T>` and `Ioctl<T>`.
fn uoctl_argument(ty: &Ty) -> Option<Ty> {
    let Generic::Type(argument) = ty.path()?.arguments().first()? else { return None };
    Some(match &argument.kind {
        TyKind::Pointer(to) => (**to).clone(),
        _ => argument.clone(),
    })
}

/// `T` of `Ioctl<Read, &T>`.
fn iocuddle_argument(ty: &Ty) -> Option<Ty> {
    let Generic::Type(argument) = ty.path()?.arguments().get(1)? else { return None };
    match &argument.kind {
        TyKind::Reference { to, .. } => Some((**to).clone()),
        _ => None,
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
