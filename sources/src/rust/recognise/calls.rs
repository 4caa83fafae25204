//! Which argument of a call is the request that reaches `ioctl`: of the function itself, and of those
//! of the crate's own that pass one on.

use std::collections::HashMap;
use std::sync::Arc;

use ioctlkit_model::{Requested, Type};

use super::collect::Collector;
use super::request::Found;
use super::uses::Around;
use crate::rust::constructors;
use crate::rust::evaluate::constants::Env;
use crate::rust::resolve::prelude;
use crate::rust::resolve::scopes::{Names, ScopeId, Target};
use crate::rust::resolve::sources::FileIndex;
use crate::rust::syntax::body::{is_address, pointed_at};
use crate::rust::syntax::item::{
    Call, Callee, Ex, ExKind, Function, Generic, Item, Kind, Path, Site, Ty, TyKind,
};

/// Functions that pass a request on are followed through so many others: more than anybody has, and
/// less than the stack holds.
const DEEPEST: u16 = 256;

/// `T` of `&mut T`, `*mut T`, `&mut [T; 2]` and `&mut MaybeUninit<T>`.
fn behind_pointers(ty: &Ty) -> &Ty {
    match &ty.kind {
        TyKind::Reference { to, .. } | TyKind::Pointer(to) => behind_pointers(to),
        TyKind::Array(element, _) | TyKind::Slice(element) => behind_pointers(element),
        TyKind::Path(path) if path.last() == "MaybeUninit" => path.type_argument().unwrap_or(ty),
        _ => ty,
    }
}

/// Whether a value is a `MaybeUninit`.
fn makes_uninit(value: &Ex) -> bool {
    match &value.bare().kind {
        ExKind::Call(function, _) => match &function.kind {
            ExKind::Path(path) => path.before_last() == Some("MaybeUninit"),
            _ => false,
        },
        _ => false,
    }
}

/// The type that an expression names: `T { … }`, `T::default()`, `zeroed::<T>()`,
/// `MaybeUninit::<T>::uninit()`.
fn type_of_value(value: &Ex) -> Option<Ty> {
    let path = match &value.bare().kind {
        ExKind::Struct(path, _) => path.clone(),
        ExKind::Call(function, _) => {
            let ExKind::Path(path) = &function.kind else { return None };
            let (last, before) = path.segments.split_last()?;
            if matches!(&*last.name, "zeroed" | "uninit")
                && let Some(ty) = before.last().into_iter().chain([last]).find_map(|segment| {
                    segment.arguments.iter().find_map(|argument| match argument {
                        Generic::Type(ty) => Some(ty.clone()),
                        Generic::Constant(_) => None,
                    })
                })
            {
                return Some(ty);
            }
            if !matches!(&*last.name, "default" | "new" | "zeroed" | "new_zeroed") {
                return None;
            }
            Path { global: path.global, segments: before.to_vec() }
        }
        _ => return None,
    };
    if path.segments.is_empty() {
        return None;
    }
    Some(Ty { kind: TyKind::Path(path), place: value.place })
}

/// The parameter that an argument is, by itself or through variables.
fn parameter_behind(function: &Function, argument: &Ex) -> Option<usize> {
    let mut at = argument;
    // Variables that are set to each other lead to no parameter.
    for _ in 0..=function.variables.len() {
        let name = name_of(at)?;
        let set = function.variables.iter().find(|(variable, _)| variable == name);
        match set.map(|(_, value)| value) {
            Some(value) if name_of(value) != Some(name) => at = value,
            // A parameter, or `let request = request as _;`.
            _ => return function.parameters.iter().position(|parameter| parameter == name),
        }
    }
    None
}

/// The name that an expression is.
pub(crate) fn name_of(ex: &Ex) -> Option<&str> {
    match &ex.bare().kind {
        ExKind::Path(path) => path.single(),
        _ => None,
    }
}

/// Which argument of a function of C is the request.
fn request_of(symbol: &str, arguments: &[Ex]) -> Option<usize> {
    if is_system_call(symbol, arguments) {
        return Some(2);
    }
    (constructors::is_ioctl_call(symbol) && arguments.len() >= 2).then_some(1)
}

/// Whether a call is `syscall(SYS_ioctl, fd, request, …)`.
fn is_system_call(function: &str, arguments: &[Ex]) -> bool {
    function == constructors::SYSTEM_CALL
        && arguments.first().is_some_and(|number| {
            matches!(&number.bare().kind, ExKind::Path(path)
                if matches!(path.last(), "SYS_ioctl" | "__NR_ioctl"))
        })
}

/// Whether what an argument is named for has one meaning in its function.
fn is_set_once(function: &Function, argument: &Ex) -> bool {
    let Some(name) = name_of(pointed_at(argument)) else { return true };
    let declared = function.types.iter().filter(|(known, _)| known == name).count();
    let set = function.variables.iter().filter(|(known, _)| known == name).count();
    declared <= 1 && set <= 1
}

/// Whether an argument is declared as elements, one of which is what is passed.
fn is_of_elements(function: &Function, argument: &Ex) -> bool {
    fn has_elements(ty: &Ty) -> bool {
        match &ty.kind {
            TyKind::Reference { to, .. } | TyKind::Pointer(to) => has_elements(to),
            TyKind::Array(..) | TyKind::Slice(_) => true,
            TyKind::Path(path) => {
                path.last() == "MaybeUninit" && path.type_argument().is_some_and(has_elements)
            }
            _ => false,
        }
    }
    let name = name_of(pointed_at(argument));
    let declared = function.types.iter().rfind(|(known, _)| Some(&**known) == name);
    declared.is_some_and(|(_, ty)| has_elements(ty))
}

/// The parameter of a function that reaches `ioctl` as its request, of which `self` is one, by the
/// function's place in memory: the item beside it stays there as long as this does.
pub(crate) type Passing = HashMap<*const Item, (Arc<Item>, Option<usize>)>;

impl Collector<'_> {
    /// The argument of a call that reaches `ioctl` as its request, and the one behind it.
    pub(crate) fn passed<'c>(
        &mut self,
        call: &'c Call,
        env: &Env,
    ) -> Option<(&'c Ex, Option<&'c Ex>)> {
        let index = self.request_index(call, env, 0)?;
        Some((call.arguments.get(index)?, call.arguments.get(index + 1)))
    }

    /// The type of a structure that an argument is, or is the address of, as far as the function says.
    pub(crate) fn passed_type(
        &mut self,
        function: &Function,
        argument: &Ex,
        env: &Env,
    ) -> Option<Type> {
        let value = pointed_at(argument);
        let of_method = matches!(
            &argument.bare().kind,
            ExKind::Method { name, .. } if is_address(name)
        );
        let ty = match &value.kind {
            ExKind::Path(path) => {
                let name = path.single()?;
                let declared = function.types.iter().rfind(|(known, _)| known == name);
                if let Some((_, ty)) = declared {
                    let is_uninit = ty.path().is_some_and(|path| path.last() == "MaybeUninit");
                    if of_method && !is_uninit {
                        return None;
                    }
                    behind_pointers(ty).clone()
                } else {
                    let set = function.variables.iter().rfind(|(known, _)| known == name);
                    let (_, value) = set?;
                    if of_method && !makes_uninit(value) {
                        return None;
                    }
                    type_of_value(value)?
                }
            }
            _ => type_of_value(value)?,
        };
        // What is no structure of this source is nobody's matter here.
        let path = ty.path()?;
        let found = self.eval.names.resolve(env.scope, &path.names(), path.global, Names::Types)?;
        let Target::Item(_, item) = found else { return None };
        if !matches!(item.kind, Kind::Data(_)) {
            return None;
        }
        let aloud = std::mem::replace(&mut self.eval.aloud, false);
        let ty = self.eval.ty(&ty, env);
        self.eval.aloud = aloud;
        Some(ty)
    }

    /// Files what a call is given behind its request.
    pub(crate) fn argument(&mut self, around: Around<'_>, request: &Ex, argument: &Ex, env: &Env) {
        let Around { file, name, function } = around;
        let is_one = is_set_once(function, argument);
        let (ty, is_whole) = match self.passed_type(function, argument, env) {
            Some(ty) => (ty, !is_of_elements(function, argument)),
            None => match self.passed_number(file, function, argument, env) {
                Some(ty) => (ty, true),
                None => return,
            },
        };
        let requested = if is_one && is_whole { self.requested(request, env) } else { None };
        let abis = self.eval.abis;
        self.eval.builder.passed((file, argument.place), name, abis, ty, requested);
    }

    /// The type of a number whose address is passed: `&mut n`, where `n` is declared with a type.
    fn passed_number(
        &mut self,
        file: FileIndex,
        function: &Function,
        argument: &Ex,
        env: &Env,
    ) -> Option<Type> {
        let spelling = self.eval.names.sources.spelling(file, argument.place);
        let name = name_of(argument).filter(|_| spelling.starts_with('&'))?;
        let (_, ty) = function.types.iter().rfind(|(known, _)| known == name)?;
        prelude::scalar(ty.path()?.last())?;
        let aloud = std::mem::replace(&mut self.eval.aloud, false);
        let found = self.eval.ty(ty, env);
        self.eval.aloud = aloud;
        Some(found)
    }

    /// What a request says of its argument, where it is a constant or a number.
    fn requested(&mut self, request: &Ex, env: &Env) -> Option<Requested> {
        let request = request.bare();
        let of = |name: &str, found: Option<Found>| match found? {
            Found::Command(encoded) => Some(Requested::Command(name.to_owned(), encoded.argument)),
            Found::Number(number) => {
                Some(Requested::Number(name.to_owned(), Some(u32::try_from(number).ok()?)))
            }
            Found::Open(_) => None,
        };
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

    fn request_index(&mut self, call: &Call, env: &Env, depth: u16) -> Option<usize> {
        match &call.callee {
            Callee::Function(path) if is_system_call(path.last(), &call.arguments) => Some(2),
            Callee::Function(path) => {
                let names = env.names(path);
                let found = self.eval.names.resolve(env.scope, &names, path.global, Names::Values);
                match found {
                    Some(Target::Item(scope, item)) => match &item.kind {
                        Kind::Foreign(symbol) => request_of(symbol, &call.arguments),
                        _ => self.passes(scope, &item, depth),
                    },
                    Some(Target::External(krate, names)) => {
                        let name = names.last()?;
                        // Such a function takes a value whose type has the number.
                        let is_ioctl =
                            constructors::is_ioctl_call(name) && !constructors::has_opcodes(&krate);
                        (is_ioctl && call.arguments.len() >= 2).then_some(1)
                    }
                    Some(Target::Module(_) | Target::Variant(..)) => None,
                    None => {
                        let takes_request = call.arguments.len() >= 3
                            || call.arguments.len() == 2 && path.before_last() != Some("ioctl");
                        let is_ioctl = constructors::is_ioctl_call(path.last());
                        (is_ioctl && takes_request).then_some(1)
                    }
                }
            }
            Callee::Method(name) => {
                // Which type a value has is not known: the types that have such a method must agree.
                let krate = self.eval.names.scope(env.scope).krate;
                let known =
                    self.eval.names.krate(krate).methods.get(name).cloned().unwrap_or_default();
                let passing = known
                    .iter()
                    .filter_map(|method| self.passes(method.scope, &method.item, depth));
                let mut passing = passing.collect::<Vec<usize>>().into_iter();
                let first = passing.next()?;
                passing.all(|other| other == first).then(|| first.checked_sub(1))?
            }
        }
    }

    /// The parameter of a function that reaches `ioctl` as its request.
    fn passes(&mut self, scope: ScopeId, item: &Arc<Item>, depth: u16) -> Option<usize> {
        let Kind::Function(function) = &item.kind else { return None };
        if depth > DEEPEST || function.parameters.is_empty() {
            return None;
        }
        let key = Arc::as_ptr(item);
        if let Some((_, known)) = self.passing.get(&key) {
            return *known;
        }
        // Until it is known: a function that calls itself passes what its other calls pass.
        self.passing.insert(key, (item.clone(), None));
        let found = self.passes_now(scope, function, depth);
        self.passing.insert(key, (item.clone(), found));
        found
    }

    fn passes_now(&mut self, scope: ScopeId, function: &Function, depth: u16) -> Option<usize> {
        let env = Env::inside(scope, function);
        for site in &function.sites {
            let Site::Call(call) = site else { continue };
            let index = self.request_index(call, &env, depth + 1);
            let Some(request) = index.and_then(|index| call.arguments.get(index)) else { continue };
            let parameter = parameter_behind(function, request);
            if parameter.is_some() {
                return parameter;
            }
        }
        None
    }

    /// Whether a type is of a crate whose types hold numbers.
    pub(crate) fn is_of_opcodes(&mut self, ty: &Ty, env: &Env) -> bool {
        let Some(path) = ty.path() else { return false };
        match self.eval.names.resolve(env.scope, &path.names(), path.global, Names::Types) {
            Some(Target::External(krate, _)) => constructors::has_opcodes(&krate),
            Some(_) => false,
            // Without its package's manifest a crate is known by nothing else.
            None => constructors::is_opcode_type(path.last()) || path.names().contains(&"ioctl"),
        }
    }
}
