//! What a call of `ioctl` is given behind its request.

use ioctlkit_model::{Requested, Type};

use super::collect::Collector;
use super::request::Found;
use super::uses::Around;
use crate::rust::evaluate::constants::Env;
use crate::rust::resolve::scopes::{Names, Target};
use crate::rust::syntax::item::{Call, Ex, ExKind, Kind, Ty, TyKind};

impl Collector<'_> {
    /// Files what a call is given behind its request, which is the argument of that index.
    pub(crate) fn argument(&mut self, around: Around<'_>, call: &Call, index: usize, env: &Env) {
        let Around { file, name, function } = around;
        let (Some(request), Some(argument)) =
            (call.arguments.get(index), call.arguments.get(index + 1))
        else {
            return;
        };
        let pointed = call.pointed.get(index + 1).and_then(Option::as_ref);
        let Some(ty) = pointed.and_then(|pointed| pointed.pointee(&function.around)) else {
            return;
        };
        // Of a slice, as many are passed as the program has.
        let (ty, is_whole) = match &ty.kind {
            TyKind::Slice(element) => (&**element, false),
            _ => (ty, true),
        };
        if is_parameter(ty, env) {
            return;
        }
        // What nothing is known of is nobody's matter here.
        let aloud = std::mem::replace(&mut self.eval.aloud, false);
        let ty = self.eval.ty(ty, env);
        self.eval.aloud = aloud;
        if matches!(ty.innermost_element(), Type::Unknown(_) | Type::Void | Type::Function) {
            return;
        }
        let requested = if is_whole { self.requested(request, env) } else { None };
        let abis = self.eval.abis;
        self.eval.builder.passed((file, argument.place), name, abis, ty, requested);
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
}

/// Whether a type is a parameter of the function, or holds one in an array.
fn is_parameter(ty: &Ty, env: &Env) -> bool {
    match &ty.kind {
        TyKind::Path(path) => path.single().is_some_and(|name| env.bound(name).is_some()),
        TyKind::Array(element, _) => is_parameter(element, env),
        _ => false,
    }
}
