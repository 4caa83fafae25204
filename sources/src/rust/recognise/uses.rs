//! What calls of `ioctl` are given: the requests, followed to where they are made, and the arguments.

use std::collections::HashSet;
use std::sync::Arc;

use super::calls::{is_number_of_ioctl, name_of};
use super::collect::Collector;
use super::commands::at_site;
use super::request::{Found, expressions};
use crate::rust::constructors;
use crate::rust::evaluate::build::Named;
use crate::rust::evaluate::constants::{self, Called, Env};
use crate::rust::resolve::prelude;
use crate::rust::resolve::scopes::{Names, ScopeId, Target};
use crate::rust::resolve::sources::FileIndex;
use crate::rust::syntax::item::{
    Ex, ExKind, Function, Generic, Item, Kind, MacroCall, Path, Place, Site, Ty,
};
use crate::rust::syntax::pointed::Variables;
use crate::rust::syntax::words::mentions;

/// A request that cannot be worked out.
#[derive(Debug)]
pub(crate) struct Unknown {
    file: FileIndex,
    /// The function that passes it.
    name: String,
    place: Place,
    why: Why,
}

/// Why a request cannot be worked out.
#[derive(Debug, Clone)]
pub(crate) enum Why {
    /// Nothing defines its name: on the ABIs of another class something may.
    Undefined,
    /// A function of that name yields it, which a macro may have defined.
    Yielded(String),
    /// What the end of a sentence says.
    Other(String),
}

/// Variables and branches are followed so far.
const DEEPEST: u8 = 32;

const AT_RUN_TIME: &str = "it is known only when the program runs";

/// The function that a place is in.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) file: FileIndex,
    pub(crate) name: &'a str,
    pub(crate) function: &'a Function,
}

/// The function that an expression calls.
fn called(ex: &Ex) -> Option<&Path> {
    let ExKind::Call(function, _) = &ex.kind else { return None };
    match &function.kind {
        ExKind::Path(path) => Some(path),
        _ => None,
    }
}

/// The expression without what makes an integer of another width of it.
fn uncast(ex: &Ex) -> &Ex {
    match &ex.kind {
        ExKind::Cast(inner, _) => uncast(inner),
        ExKind::Block(items, inner) if items.is_empty() => uncast(inner),
        ExKind::Method { receiver, name, arguments, .. }
            if arguments.is_empty() && matches!(&**name, "into" | "try_into" | "unwrap") =>
        {
            uncast(receiver)
        }
        _ => ex,
    }
}

/// Whether a method yields the elements of a list.
fn is_of_elements(name: &str) -> bool {
    matches!(name, "iter" | "into_iter" | "copied" | "cloned" | "as_slice" | "to_vec")
}

/// The values of which an expression is one.
fn leaves<'e>(ex: &'e Ex, values: &mut Vec<&'e Ex>) {
    match &ex.kind {
        ExKind::Block(items, value) if items.is_empty() => leaves(value, values),
        ExKind::If(_, then, otherwise) => {
            leaves(then, values);
            leaves(otherwise, values);
        }
        ExKind::Match(_, arms) => arms.iter().for_each(|(_, value)| leaves(value, values)),
        _ => values.push(ex),
    }
}

/// Whether what an expression comes to depends on a parameter of the function that it is in.
fn depends(ex: &Ex, env: &Env) -> bool {
    match &ex.kind {
        ExKind::Path(path) => {
            path.single().is_some_and(|name| name != "self" && env.bound(name).is_some())
        }
        ExKind::Unary(_, inner) | ExKind::Cast(inner, _) | ExKind::Field(inner, _) => {
            depends(inner, env)
        }
        ExKind::Binary(_, left, right) => depends(left, env) || depends(right, env),
        ExKind::Call(function, arguments) => {
            depends(function, env) || arguments.iter().any(|argument| depends(argument, env))
        }
        ExKind::Method { receiver, arguments, .. } => {
            depends(receiver, env) || arguments.iter().any(|argument| depends(argument, env))
        }
        ExKind::Macro(call) => env.bound.iter().any(|(name, _)| mentions(&call.text, name)),
        _ => false,
    }
}

impl Collector<'_> {
    /// What stands for what within an implementation of rustix's `Ioctl`, where a function is part
    /// of one.
    pub(crate) fn inside_ioctl(
        &self,
        scope: ScopeId,
        item: &Arc<Item>,
        within: &str,
        env: &Env,
    ) -> Option<Env> {
        let krate = self.eval.names.krate(self.eval.names.scope(scope).krate);
        krate.implementations.get(within)?.iter().find_map(|(_, block)| {
            let Kind::Implementation(block) = &block.kind else { return None };
            let has_it = block.items.iter().any(|inner| Arc::ptr_eq(inner, item));
            (has_it && block.of_trait.as_deref() == Some("Ioctl"))
                .then(|| env.with_parameters(&block.parameters))
        })
    }

    /// The opcode in the angle brackets of a type that makes a call of it: one of rustix's, or one of
    /// the crate's own that implements its `Ioctl`.
    fn pattern_opcode(&mut self, ty: &Ty, env: &Env) -> Option<Ex> {
        let path = ty.path()?;
        let is_pattern = if self.is_of_opcodes(ty, env) {
            constructors::is_pattern(path.last())
        } else {
            self.implements_ioctl(path, env)
        };
        let mut arguments = path.arguments().iter().filter(|_| is_pattern);
        arguments.find_map(|argument| match argument {
            Generic::Constant(value) => Some(value.clone()),
            // A constant's name looks like a type's.
            Generic::Type(ty) => {
                let path = ty.path()?;
                let found = self.eval.names.resolve(
                    env.scope,
                    &path.names(),
                    path.global,
                    Names::Values,
                )?;
                let is_constant = matches!(&found, Target::Item(_, item)
                    if matches!(item.kind, Kind::Constant(..)));
                let kind = ExKind::Path(path.clone());
                is_constant.then_some(Ex { kind, place: ty.place })
            }
        })
    }

    fn implements_ioctl(&mut self, path: &Path, env: &Env) -> bool {
        let found = self.eval.names.resolve(env.scope, &path.names(), path.global, Names::Types);
        let Some(Target::Item(scope, item)) = found else { return false };
        let krate = self.eval.names.krate(self.eval.names.scope(scope).krate);
        let blocks = krate.implementations.get(&item.name).into_iter().flatten();
        blocks
            .filter_map(|(_, block)| match &block.kind {
                Kind::Implementation(block) => Some(block),
                _ => None,
            })
            .any(|block| block.of_trait.as_deref() == Some("Ioctl"))
    }

    /// What `opcode()` of an implementation of rustix's `Ioctl` yields.
    pub(crate) fn opcode(&mut self, named: &Named<'_>, value: &Ex, env: &Env) {
        match self.passed_request(value, env) {
            Some(Found::Number(number)) => {
                self.raw(named.file, named.name, named.name_place, number);
            }
            None if depends(value.bare(), env) => {}
            None => {
                let why = "what `opcode` yields cannot be worked out";
                self.unknown_request(
                    named.file,
                    named.name,
                    named.name_place,
                    Why::Other(why.into()),
                );
            }
            found => self.add(named, found, &[]),
        }
    }

    pub(crate) fn site(&mut self, around: Around<'_>, site: &Site, env: &Env) {
        let Around { file, name, function } = around;
        match site {
            Site::Call(call) => {
                let index = self.request_of_call(function, call, env);
                if let Some(index) = index.filter(|index| *index < call.arguments.len()) {
                    self.used(around, &call.arguments[index], env, 0);
                    self.argument(around, call, index, env);
                }
            }
            Site::Number(ex) => {
                let found = self.request(ex, env, None);
                if !matches!(found, Some(Found::Number(_))) {
                    let at = at_site(file, name, ex.bare().place);
                    self.add(&at, found, &function.parameters);
                }
            }
            Site::Macro(call, given) => self.macro_site(around, call, given, env),
            Site::Type(ty) => {
                if let Some(opcode) = self.pattern_opcode(ty, env) {
                    self.used(around, &opcode, env, 0);
                    self.pattern_argument(around, ty, &opcode, env);
                    return;
                }
                // Other crates have types of these names, too.
                if !self.is_of_opcodes(ty, env) {
                    return;
                }
                let found = self.type_request(ty, env);
                let at = at_site(file, name, ty.place);
                match found {
                    Some(Found::Number(number)) => {
                        let spelling = self.eval.names.sources.spelling(file, ty.place);
                        self.raw(file, &spelling, ty.place, number);
                    }
                    found => self.add(&at, found, &function.parameters),
                }
            }
        }
    }

    fn macro_site(&mut self, around: Around<'_>, call: &MacroCall, given: &Variables, env: &Env) {
        let Around { file, name, function } = around;
        if self.eval.names.macro_text(env.scope, call).is_none() {
            self.macro_command(env.scope, call);
        }
        let ex = Ex { kind: ExKind::Macro(call.clone()), place: call.place };
        let found = self.request(&ex, env, None);
        if found.is_some() {
            if !matches!(found, Some(Found::Number(_))) {
                self.add(&at_site(file, name, call.place), found, &function.parameters);
            }
            return;
        }
        // A macro of the crate's own may call `ioctl`.
        let Some(expanded) = self.eval.names.expand_body(call, env.scope) else {
            return self.system_call(around, call, env);
        };
        let Some(inner) = env.deeper() else { return };
        // A variable is one of the macro's, or of the function that it is used in.
        let mut both = expanded.variables.clone();
        both.extend(function.variables.iter().cloned());
        let mut outer = function.around.clone();
        outer.extend(given.iter().cloned());
        let parameters = function.parameters.clone();
        let whole = Function { parameters, variables: both, around: outer, ..Function::default() };
        for site in &expanded.sites {
            self.site(Around { function: &whole, ..around }, site, &inner);
        }
    }

    /// `syscall!(IOCTL, fd, request, …)` of a crate whose macro is not read.
    fn system_call(&mut self, around: Around<'_>, call: &MacroCall, env: &Env) {
        let Some(arguments) = expressions(call) else { return };
        let [number, _, request, ..] = arguments.as_slice() else { return };
        let is_ioctl = matches!(&number.bare().kind, ExKind::Path(path)
            if is_number_of_ioctl(path.last()));
        if is_ioctl {
            // rustix wraps each argument in what says its width: `c_uint(TIOCGPTN)`.
            let request = match &request.bare().kind {
                ExKind::Call(_, of) if of.len() == 1 => &of[0],
                _ => request,
            };
            self.used(around, request, env, 0);
        }
    }

    /// What a call of `ioctl` is given as its request.
    fn used(&mut self, around: Around<'_>, ex: &Ex, env: &Env, depth: u8) {
        let Around { file, name, function } = around;
        let bare = ex.bare();
        if depth > DEEPEST {
            let why = format!("it stands behind more than {DEEPEST} variables and branches");
            return self.unknown_request(file, name, bare.place, Why::Other(why));
        }
        // A method of the crate's own may be called as one of those that change nothing.
        let method = uncast(ex);
        if matches!(method.kind, ExKind::Method { .. }) {
            if self.each_yielded(around, method, env, depth) {
                return;
            }
            if name_of(bare).is_some_and(|own| env.bound(own).is_some()) {
                let why = Why::Other(AT_RUN_TIME.into());
                return self.unknown_request(file, name, method.place, why);
            }
        }
        match &bare.kind {
            ExKind::Path(path) => {
                if let Some(own) = path.single() {
                    let mut is_variable = false;
                    for (_, value) in function.variables.iter().filter(|(set, _)| set == own) {
                        // `let request = request as _;`
                        if name_of(value) == Some(own) {
                            continue;
                        }
                        is_variable = true;
                        self.used(around, value, env, depth + 1);
                    }
                    if own == "self" && self.each_variant(around, bare, env) {
                        return;
                    }
                    // The callers of the function say what a parameter is.
                    if is_variable || env.bound(own).is_some() {
                        return;
                    }
                }
                self.used_constant(file, path, bare, env, name);
            }
            ExKind::Integer(value) => {
                let spelling = self.eval.names.sources.spelling(file, bare.place);
                self.raw(file, &spelling, bare.place, *value);
            }
            ExKind::If(_, then, otherwise) => {
                self.used(around, then, env, depth + 1);
                self.used(around, otherwise, env, depth + 1);
            }
            ExKind::Match(_, arms) => {
                for (_, value) in arms {
                    self.used(around, value, env, depth + 1);
                }
            }
            ExKind::List(elements) => {
                for element in elements {
                    self.used(around, element, env, depth + 1);
                }
            }
            ExKind::Index(list, _) => self.used(around, list, env, depth + 1),
            ExKind::Method { receiver, name, arguments, .. }
                if arguments.is_empty() && is_of_elements(name) =>
            {
                self.used(around, receiver, env, depth + 1);
            }
            ExKind::Field(of, member) if self.each_member(around, of, member, env, depth) => {}
            ExKind::Call(..) | ExKind::Method { .. }
                if self.each_yielded(around, bare, env, depth) => {}
            _ => match self.passed_request(bare, env) {
                Some(Found::Number(number)) => {
                    let spelling = self.eval.names.sources.spelling(file, bare.place);
                    self.raw(file, &spelling, bare.place, number);
                }
                None => {
                    let why = match called(bare) {
                        Some(path) => Why::Yielded(path.last().to_owned()),
                        None => Why::Other(AT_RUN_TIME.into()),
                    };
                    self.unknown_request(file, name, bare.place, why);
                }
                found => {
                    self.add(&at_site(file, name, bare.place), found, &function.parameters);
                }
            },
        }
    }

    /// The variants of the enumeration that `self` is, whose values are requests.
    fn each_variant(&mut self, around: Around<'_>, ex: &Ex, env: &Env) -> bool {
        let Some(own) = &env.own else { return false };
        let found = self.eval.names.resolve(env.scope, &[own], false, Names::Types);
        let Some(Target::Item(scope, item)) = found else { return false };
        let Kind::Enum(found) = &item.kind else { return false };
        if found.variants.iter().any(|variant| variant.holds_data) {
            return false;
        }
        for (index, variant) in found.variants.iter().enumerate() {
            let Some(value) = &variant.value else { continue };
            let number = self.eval.variant_value(scope, &item, index, env);
            if let Some(number) = number.as_ref().and_then(constants::literal) {
                let home = self.eval.names.scope(scope).file;
                let at = if self.eval.names.asked_for(home) {
                    (home, value.place)
                } else {
                    (around.file, ex.place)
                };
                self.raw(at.0, &variant.name, at.1, number);
            }
        }
        true
    }

    /// A member of the elements of a table: `for entry in TABLE { ioctl(fd, entry.request) }`.
    fn each_member(
        &mut self,
        around: Around<'_>,
        base: &Ex,
        member: &str,
        env: &Env,
        depth: u8,
    ) -> bool {
        let mut list = base.bare();
        for _ in 0..=around.function.variables.len() {
            list = match &list.kind {
                ExKind::Index(list, _) => list.bare(),
                ExKind::Method { receiver, name, arguments, .. }
                    if arguments.is_empty() && is_of_elements(name) =>
                {
                    receiver.bare()
                }
                ExKind::Path(path) => {
                    let mut set = around.function.variables.iter();
                    match set.find(|(name, _)| path.single() == Some(name)) {
                        Some((_, value)) => value.bare(),
                        None => break,
                    }
                }
                _ => break,
            };
        }
        let Some((elements, inner)) = self.eval.list(list, env) else { return false };
        let values: Option<Vec<&Ex>> = elements
            .iter()
            .map(|element| match &element.bare().kind {
                ExKind::Struct(_, members) => {
                    members.iter().find(|(name, _)| name == member).map(|(_, value)| value)
                }
                _ => None,
            })
            .collect();
        let Some(values) = values else { return false };
        let file = self.eval.names.scope(inner.scope).file;
        let nothing = Function::default();
        let function = if inner.scope == env.scope { around.function } else { &nothing };
        for value in values {
            self.used(Around { file, function, ..around }, value, &inner, depth + 1);
        }
        true
    }

    /// The requests of which a function of the crate's own yields one.
    fn each_yielded(&mut self, around: Around<'_>, call: &Ex, env: &Env, depth: u8) -> bool {
        let Some((body, inner)) = self.body_of(call, env) else { return false };
        let mut values = Vec::new();
        leaves(&body, &mut values);
        if values.len() < 2 {
            return false;
        }
        let is_known = |world: &mut Self, value: &Ex| match &value.bare().kind {
            ExKind::Path(path) => path.single().is_none_or(|name| inner.bound(name).is_none()),
            _ => world.passed_request(value, &inner).is_some(),
        };
        if !values.iter().all(|value| is_known(self, value)) {
            return false;
        }
        let file = self.eval.names.scope(inner.scope).file;
        let function = &Function::default();
        for value in values {
            self.used(Around { file, function, ..around }, value, &inner, depth + 1);
        }
        true
    }

    /// The body of the function that is called, and what stands for what in it.
    fn body_of(&mut self, call: &Ex, env: &Env) -> Option<(Ex, Env)> {
        match &call.kind {
            ExKind::Call(function, arguments) => {
                let ExKind::Path(path) = &function.kind else { return None };
                let Called::Function(scope, item) = self.eval.callee(path, env)? else {
                    return None;
                };
                let Kind::Function(called) = &item.kind else { return None };
                let value = called.value.clone()?;
                let inner = self.eval.within(scope, called, arguments, path.arguments(), env)?;
                Some((value, inner))
            }
            ExKind::Method { receiver, name, generics, arguments } => {
                self.eval.own_method(receiver, name, generics, arguments, env)
            }
            _ => None,
        }
    }

    /// A constant that is used as a command: a plain number, unless its definition says more. `by` is
    /// the function that passes it.
    pub(crate) fn used_constant(
        &mut self,
        file: FileIndex,
        path: &Path,
        ex: &Ex,
        env: &Env,
        by: &str,
    ) {
        if path.single().is_some_and(|name| env.bound(name).is_some()) {
            return;
        }
        let names = env.names(path);
        let found = self.eval.names.resolve(env.scope, &names, path.global, Names::Values);
        let unknown = |world: &mut Self, why: &str| {
            world.unknown_request(file, by, ex.place, Why::Other(why.to_owned()));
        };
        let (scope, item) = match found {
            Some(Target::Item(scope, item)) => (scope, item),
            // The numbers of these are the kernel's, and no definition of this crate.
            Some(Target::External(krate, _))
                if prelude::is_known_crate(&krate) || krate == "linux_raw_sys" =>
            {
                return;
            }
            Some(Target::External(krate, _)) => {
                return unknown(self, &format!("the source of `{krate}` was not found"));
            }
            Some(Target::Variant(scope, item, index)) => {
                let value = self.eval.variant_value(scope, &item, index, env);
                match value.as_ref().and_then(constants::literal) {
                    Some(number) => self.raw(file, path.last(), ex.place, number),
                    None => unknown(self, "the value of the variant cannot be worked out"),
                }
                return;
            }
            Some(Target::Module(_)) | None => {
                // A pattern binds it: of a loop, a `match`, a closure.
                let is_local = path.single().is_some_and(|name| !name.contains(char::is_uppercase));
                let why = if is_local { Why::Other(AT_RUN_TIME.into()) } else { Why::Undefined };
                self.unknown_request(file, by, ex.place, why);
                return;
            }
        };
        self.eval.builder.settle(file, ex.place);
        let Kind::Constant(_, Some(value), _) = &item.kind else {
            return unknown(self, AT_RUN_TIME);
        };
        let Some(inner) = env.step(scope, Vec::new()) else {
            return unknown(self, AT_RUN_TIME);
        };
        match self.request(value, &inner, None) {
            // The constant's own definition is a command.
            Some(Found::Command(_) | Found::Open(_)) => return,
            Some(Found::Number(_)) | None => {}
        }
        let home = self.eval.names.scope(scope).file;
        if self.eval.names.is_of_kernel(scope) && !self.eval.names.asked_for(home) {
            if let Some(number) = self.eval.number(value, &inner) {
                self.of_kernel(file, &item.name, ex.place, number);
            }
            return;
        }
        let (at, place) = if self.eval.names.asked_for(home) {
            (home, self.named(scope, &item, &item.name).name_place)
        } else {
            (file, ex.place)
        };
        match self.passed_request(value, &inner) {
            Some(Found::Number(number)) => self.raw(at, &item.name.clone(), place, number),
            Some(found) => {
                let constant =
                    Named { file: at, name: &item.name, c_name: None, name_place: place, place };
                self.add(&constant, Some(found), &[]);
            }
            // `const OWN: c_ulong = libc::NAME as _;`
            None => match &value.bare().kind {
                ExKind::Path(path) => self.used_constant(home, path, value.bare(), &inner, by),
                ExKind::List(_) => {
                    let function = &Function::default();
                    let around = Around { file: at, name: by, function };
                    self.used(around, value, &inner, inner.depth.min(DEEPEST.into()) as u8);
                }
                _ => unknown(self, "what its constant is cannot be worked out"),
            },
        }
    }

    /// A request that a function passes and that cannot be worked out.
    pub(crate) fn unknown_request(&mut self, file: FileIndex, name: &str, place: Place, why: Why) {
        self.unknown.push(Unknown { file, name: name.to_owned(), place, why });
    }

    /// Says which requests are unknown, when all commands are known.
    pub(crate) fn say_unknown(&mut self) {
        let unknown = std::mem::take(&mut self.unknown);
        if unknown.is_empty() {
            return;
        }
        let defined: HashSet<String> = self.eval.builder.defined().map(str::to_owned).collect();
        let abis = self.eval.abis;
        for Unknown { file, name, place, why } in unknown {
            let reason = match why {
                Why::Undefined => {
                    self.eval.builder.undefined((file, place), &name, abis);
                    continue;
                }
                Why::Yielded(maker) if defined.contains(&maker) => continue,
                Why::Yielded(_) => AT_RUN_TIME.to_owned(),
                Why::Other(reason) => reason,
            };
            self.eval.builder.not_understood((file, place), &name, abis, &reason);
        }
    }
}
