//! Which argument of a call is the request that reaches `ioctl`: of the function itself, and of those
//! of the crate's own that pass one on.

use std::collections::HashMap;
use std::sync::Arc;

use super::collect::Collector;
use crate::rust::constructors;
use crate::rust::evaluate::constants::Env;
use crate::rust::resolve::scopes::{Names, ScopeId, Target};
use crate::rust::syntax::item::{Call, Callee, Ex, ExKind, Function, Item, Kind, Path, Site, Ty};

/// Functions that pass a request on are followed through so many others: more than anybody has, and
/// less than the stack holds.
const DEEPEST: u16 = 256;

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

/// What a call is of, where a variable holds the function: `let call = libc::ioctl; call(fd, …)`.
pub(crate) fn behind_variable<'c>(function: &'c Function, call: &'c Call) -> Option<&'c Path> {
    let Callee::Function(path) = &call.callee else { return None };
    let name = path.single()?;
    let (_, value) = function.variables.iter().find(|(variable, _)| variable == name)?;
    match &value.bare().kind {
        ExKind::Path(held) if held.single() != Some(name) => Some(held),
        _ => None,
    }
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
                if is_number_of_ioctl(path.last()))
        })
}

/// Whether a constant is the number of the system call, as libc and the crates around `syscall!` name it.
pub(crate) fn is_number_of_ioctl(name: &str) -> bool {
    matches!(name, "SYS_ioctl" | "__NR_ioctl" | "IOCTL")
}

/// The parameter of a function that reaches `ioctl` as its request, of which `self` is one, by the
/// function's place in memory: the item beside it stays there as long as this does.
pub(crate) type Passing = HashMap<*const Item, (Arc<Item>, Option<usize>)>;

impl Collector<'_> {
    /// Which argument of a call in a function reaches `ioctl` as its request.
    pub(crate) fn request_of_call(
        &mut self,
        function: &Function,
        call: &Call,
        env: &Env,
    ) -> Option<usize> {
        self.request_index(function, call, env, 0)
    }

    /// Whether a call is of C's own function, which takes any number of arguments.
    pub(crate) fn is_variadic(&mut self, call: &Call, env: &Env) -> bool {
        let Callee::Function(path) = &call.callee else { return false };
        let names = env.names(path);
        match self.eval.names.resolve(env.scope, &names, path.global, Names::Values) {
            Some(Target::Item(_, item)) => matches!(item.kind, Kind::Foreign(_)),
            Some(Target::External(krate, _)) => krate == "libc",
            Some(Target::Module(_) | Target::Variant(..)) => false,
            None => path.before_last() == Some("libc"),
        }
    }

    fn request_index(
        &mut self,
        function: &Function,
        call: &Call,
        env: &Env,
        depth: u16,
    ) -> Option<usize> {
        match &call.callee {
            Callee::Function(path) if is_system_call(path.last(), &call.arguments) => Some(2),
            Callee::Function(path) => {
                let path = behind_variable(function, call).unwrap_or(path);
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
            let index = self.request_index(function, call, &env, depth + 1);
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
