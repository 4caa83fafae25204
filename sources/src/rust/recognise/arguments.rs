//! What a call of `ioctl` is given behind its request.

use ioctlkit_model::{Handed, Requested, Type};

use super::collect::Collector;
use super::request::Found;
use super::uses::Around;
use crate::rust::constructors;
use crate::rust::evaluate::Elsewhere;
use crate::rust::evaluate::constants::Env;
use crate::rust::resolve::scopes::{Names, Target};
use crate::rust::resolve::sources::FileIndex;
use crate::rust::syntax::item::{Call, Ex, ExKind, Field, Generic, Kind, Place, Ty, TyKind};
use crate::rust::syntax::pointed::{ELEMENT, How, Unstated, behind};

impl Collector<'_> {
    /// Files what a call is given behind its request, which is the argument of that index.
    pub(crate) fn argument(&mut self, around: Around<'_>, call: &Call, index: usize, env: &Env) {
        let Around { file, name, function } = around;
        let Some(request) = call.arguments.get(index) else { return };
        let requested = self.requested(request, env);
        let abis = self.eval.abis;
        let Some(argument) = call.arguments.get(index + 1) else {
            if requested.is_some() && self.is_variadic(call, env) {
                let at = (file, call.place);
                self.eval.builder.passed(at, name, abis, Handed::Nothing, requested);
            }
            return;
        };
        let pointed = call.pointed.get(index + 1).map(Result::as_ref);
        let elsewhere = if requested.is_some() { Elsewhere::Sought } else { Elsewhere::Left };
        let known = match pointed {
            Some(Ok(pointed)) => pointed
                .variable(&function.around)
                .and_then(|ty| self.member(ty, &pointed.members, env))
                .and_then(|(ty, env)| {
                    let (how, ty) = pointed.passed(&ty)?;
                    self.given(ty, elsewhere, &env).and_then(|given| handed(how, given))
                }),
            Some(Err(why)) => Err(*why),
            None => Err(Unstated::NoType),
        };
        match known {
            Ok((handed, is_whole)) => {
                let (requested, unknown) =
                    if is_whole { (requested, None) } else { (None, requested) };
                self.not_stated(around, call, index, Unstated::Slice, unknown);
                self.eval.builder.passed((file, argument.place), name, abis, handed, requested);
            }
            Err(why) => self.not_stated(around, call, index, why, requested),
        }
    }

    /// Files what a type of rustix that makes a call passes: `u32` of `Getter<OPCODE, u32>`.
    pub(crate) fn pattern_argument(
        &mut self,
        around: Around<'_>,
        pattern: &Ty,
        opcode: &Ex,
        env: &Env,
    ) {
        let Some(path) = pattern.path() else { return };
        let mut types = path.arguments().iter().filter_map(|argument| match argument {
            Generic::Type(ty) => Some(ty),
            Generic::Constant(_) => None,
        });
        let Some(ty) = types.next_back().filter(|_| constructors::passes_address(path.last()))
        else {
            return;
        };
        let requested = self.requested(opcode, env);
        self.passes_type((around.file, ty.place), around.name, ty, requested, env);
    }

    /// Files that what a function does passes the address of a value of a type.
    pub(crate) fn passes_type(
        &mut self,
        at: (FileIndex, Place),
        name: &str,
        ty: &Ty,
        requested: Option<Requested>,
        env: &Env,
    ) {
        if requested.is_none() {
            return;
        }
        if let Ok((ty, true)) = self.given(ty, Elsewhere::Sought, env) {
            let abis = self.eval.abis;
            self.eval.builder.passed(at, name, abis, Handed::Address(ty), requested);
        }
    }

    /// The type of a member of a variable of the type `ty`, and where its names are looked up.
    fn member(&mut self, ty: &Ty, members: &[String], env: &Env) -> Result<(Ty, Env), Unstated> {
        let mut at = (ty.clone(), env.clone());
        for member in members {
            let (ty, env) = &at;
            // `x.a` of a reference is a member of what it leads to.
            let of = match &ty.kind {
                TyKind::Slice(element) => element,
                _ => behind(ty).unwrap_or(ty),
            };
            // Behind an element are those that follow it.
            if member == ELEMENT {
                let element = match &of.kind {
                    TyKind::Array(element, _) | TyKind::Slice(element) => element.clone(),
                    _ => return Err(Unstated::NoType),
                };
                at = (Ty { kind: TyKind::Slice(element), place: of.place }, env.clone());
                continue;
            }
            let of = of.path().ok_or(Unstated::NoType)?;
            let names = env.names(of);
            let found = self.eval.names.resolve(env.scope, &names, of.global, Names::Types);
            let Some(Target::Item(scope, item)) = found else { return Err(Unstated::Undefined) };
            let Kind::Data(data) = &item.kind else { return Err(Unstated::NoType) };
            // Of two, each has its own condition.
            let mut fields = data.fields.iter().filter(|field| field.name == *member);
            let (Some(Field { ty, .. }), None) = (fields.next(), fields.next()) else {
                return Err(Unstated::NoType);
            };
            let inner = env.step(scope, Vec::new()).ok_or(Unstated::NoType)?;
            at = (ty.clone(), inner.of_type(&item.name).with_parameters(&data.parameters));
        }
        Ok(at)
    }

    /// The type that a call is given, and whether it is all of what is passed.
    fn given(
        &mut self,
        ty: &Ty,
        elsewhere: Elsewhere,
        env: &Env,
    ) -> Result<(Type, bool), Unstated> {
        // Of a slice, as many are passed as the program has.
        let (ty, is_whole) = match &ty.kind {
            TyKind::Slice(element) => (&**element, false),
            _ => (ty, true),
        };
        if is_parameter(ty, env) {
            return Err(Unstated::Parameter);
        }
        let ty = &of_itself(ty, env);
        let before = std::mem::replace(&mut self.eval.elsewhere, elsewhere);
        let ty = self.eval.ty(ty, env);
        self.eval.elsewhere = before;
        match ty.innermost_element() {
            Type::Unknown(_) => Err(Unstated::Undefined),
            Type::Void | Type::Function => Err(Unstated::Bytes),
            _ => Ok((ty, is_whole)),
        }
    }

    /// Files an argument that cannot be compared with what its request says.
    fn not_stated(
        &mut self,
        around: Around<'_>,
        call: &Call,
        index: usize,
        why: Unstated,
        requested: Option<Requested>,
    ) {
        let Around { file, name, .. } = around;
        // What a function of the crate's own takes besides may be anything.
        if why == Unstated::Nothing || call.arguments.len() != index + 2 {
            return;
        }
        let Some(requested) = requested else { return };
        let argument = &call.arguments[index + 1];
        let abis = self.eval.abis;
        self.eval.builder.unknown_argument(
            (file, argument.place),
            name,
            abis,
            why.to_string(),
            requested,
        );
    }

    /// What a request says of its argument, where it is a constant or a number.
    pub(crate) fn requested(&mut self, request: &Ex, env: &Env) -> Option<Requested> {
        let request = request.bare();
        let of = |name: &str, found: Option<Found>| match found? {
            Found::Command(encoded) => Some(Requested::Command(name.to_owned(), encoded.argument)),
            Found::Number(number) => {
                Some(Requested::Number(name.to_owned(), Some(u32::try_from(number).ok()?)))
            }
            Found::Open(_) => None,
        };
        // vmm-sys-util's macros define a function that yields the number.
        if let ExKind::Call(function, arguments) = &request.kind
            && let (ExKind::Path(path), []) = (&function.kind, arguments.as_slice())
            && path.arguments().is_empty()
        {
            let found = self.request(request, env, None);
            let of_name = || Some(Requested::Number(path.last().to_owned(), None));
            return of("", found).or_else(of_name);
        }
        let ExKind::Path(path) = &request.kind else {
            let found = self.request(request, env, None);
            return of("", found);
        };
        if path.single().is_some_and(|name| env.bound(name).is_some()) {
            return None;
        }
        let names = env.names(path);
        match self.eval.names.resolve(env.scope, &names, path.global, Names::Values)? {
            Target::External(_, names) => Some(Requested::Number(names.last()?.clone(), None)),
            Target::Item(scope, item) => {
                let Kind::Constant(_, Some(value), _) = &item.kind else { return None };
                let inner = env.step(scope, Vec::new())?;
                let found = self.passed_request(value, &inner);
                of(&item.name, found)
            }
            Target::Module(_) | Target::Variant(..) => None,
        }
    }
}

/// The type by its own name, where it is `Self`.
fn of_itself(ty: &Ty, env: &Env) -> Ty {
    let mut ty = ty.clone();
    if let (TyKind::Path(path), Some(own)) = (&mut ty.kind, &env.own)
        && let [segment] = path.segments.as_mut_slice()
        && segment.name == "Self"
    {
        segment.name = own.to_string();
    }
    ty
}

/// Whether a type is a parameter of the function, or holds one in an array.
fn is_parameter(ty: &Ty, env: &Env) -> bool {
    match &ty.kind {
        TyKind::Path(path) => path.single().is_some_and(|name| env.bound(name).is_some()),
        TyKind::Array(element, _) => is_parameter(element, env),
        _ => false,
    }
}

/// What is passed in terms of the model, and whether its type is all of it.
fn handed(how: How, (ty, is_whole): (Type, bool)) -> Result<(Handed, bool), Unstated> {
    let handed = match how {
        How::Address => Handed::Address(ty),
        How::Pointer => Handed::Pointer(ty),
        // An alias may be a pointer's or a number's.
        How::Value if !matches!(ty, Type::Record(_)) => return Err(Unstated::NoType),
        How::Value => Handed::Value(ty),
    };
    Ok((handed, is_whole))
}
