//! What a written type means.

use std::sync::Arc;

use ioctlkit_model::{Constant, Type, TypedefBody, TypedefId};

use super::constants::{Bound, Env, constant};
use super::{Elsewhere, Evaluator};
use crate::rust::resolve::prelude;
use crate::rust::resolve::scopes::{Names, ScopeId, Target};
use crate::rust::syntax::item::{Generic, Item, Kind, Path, Place, Segment, Ty, TyKind};

/// A type as its author would write it, without lifetimes.
pub(crate) fn spell(ty: &Ty) -> String {
    match &ty.kind {
        TyKind::Path(path) => spell_path(path),
        TyKind::Projection(text) | TyKind::Other(text) => text.clone(),
        TyKind::Array(element, _) => format!("[{}; …]", spell(element)),
        TyKind::Slice(element) => format!("[{}]", spell(element)),
        TyKind::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(spell).collect();
            format!("({})", parts.join(", "))
        }
        TyKind::Reference { mutable, to } => {
            format!("&{}{}", if *mutable { "mut " } else { "" }, spell(to))
        }
        TyKind::Pointer(to) => format!("*mut {}", spell(to)),
        TyKind::Function => "fn".into(),
    }
}

fn spell_path(path: &Path) -> String {
    let segments: Vec<String> = path.segments.iter().map(spell_segment).collect();
    format!("{}{}", if path.global { "::" } else { "" }, segments.join("::"))
}

fn spell_segment(segment: &Segment) -> String {
    let arguments: Vec<String> = segment
        .arguments
        .iter()
        .map(|argument| match argument {
            Generic::Type(ty) => spell(ty),
            Generic::Constant(_) => "…".into(),
        })
        .collect();
    if arguments.is_empty() {
        segment.name.clone()
    } else {
        format!("{}<{}>", segment.name, arguments.join(", "))
    }
}

/// The last name of a path, with what stands in angle brackets.
pub(crate) fn spell_last(path: &Path) -> String {
    path.segments.last().map(spell_segment).unwrap_or_default()
}

/// A path with the last name that it has where it is from.
fn original(path: &Path, names: &[String]) -> Path {
    let mut path = path.clone();
    if let (Some(last), Some(name)) = (path.segments.last_mut(), names.last()) {
        last.name.clone_from(name);
    }
    path
}

impl Evaluator<'_> {
    /// The type that is meant. What no source defines is [`Type::Unknown`], and said.
    pub(crate) fn ty(&mut self, ty: &Ty, env: &Env) -> Type {
        let found = self.ty_of(ty, env);
        if !matches!(found, Type::Unknown(_)) {
            let file = self.names.scope(env.scope).file;
            self.builder.settle(file, ty.place);
        }
        found
    }

    fn ty_of(&mut self, ty: &Ty, env: &Env) -> Type {
        let Some(env) = env.deeper() else { return Type::Unknown(spell(ty).into()) };
        match &ty.kind {
            TyKind::Path(path) => self.named_type(path, ty, &env),
            TyKind::Array(element, length) => {
                let element = self.ty(element, &env);
                match self.value(length, &env).and_then(constant) {
                    Some(length) => Type::Array(Box::new(element), length),
                    None => self.unknown(
                        ty,
                        &env,
                        "its length is not known before the program is compiled",
                    ),
                }
            }
            TyKind::Slice(element) => Type::FlexibleArray(Box::new(self.ty(element, &env))),
            TyKind::Tuple(parts) => self.tuple(parts, ty, &env),
            TyKind::Reference { to, .. } => self.address(&spell(ty), to, &env),
            TyKind::Pointer(to) => match &to.kind {
                TyKind::Slice(_) => self.address(&spell(ty), to, &env),
                _ => Type::Pointer(Box::new(self.pointee(to, &env))),
            },
            TyKind::Function => self.typedef_of("fn", Type::Pointer(Box::new(Type::Function))),
            TyKind::Projection(text) if text == "str" => {
                Type::FlexibleArray(Box::new(self.prelude("u8")))
            }
            TyKind::Projection(_) | TyKind::Other(_) => {
                self.unknown(ty, &env, "what it stands for depends on a trait")
            }
        }
    }

    /// What a type of no size is to C.
    pub(crate) fn nothing(&mut self) -> Type {
        Type::Array(Box::new(self.prelude("u8")), Constant::Known(0))
    }

    fn tuple(&mut self, parts: &[Ty], ty: &Ty, env: &Env) -> Type {
        if parts.is_empty() {
            let nothing = self.nothing();
            return self.typedef_of("()", nothing);
        }
        let file = self.names.scope(env.scope).file;
        self.tuple_record(file, parts, ty, env)
    }

    /// A type that Rust has a name for and C has not.
    pub(crate) fn typedef_of(&mut self, name: &str, ty: Type) -> Type {
        let file = self.names.sources.builtin();
        let id = self.builder.typedef(file, name, Place::default());
        let body = TypedefBody { ty, aligned: None };
        let abis = self.abis;
        self.builder.define_typedef(id, abis, body);
        Type::Typedef(id)
    }

    /// An address that is more than one to Rust: a reference, a `Box`.
    pub(crate) fn address(&mut self, name: &str, to: &Ty, env: &Env) -> Type {
        let unsized_ = match &to.kind {
            TyKind::Slice(_) => true,
            TyKind::Other(text) => text.starts_with("dyn "),
            TyKind::Path(path) => matches!(path.single(), Some("str" | "Path" | "OsStr" | "CStr")),
            _ => false,
        };
        let address = if unsized_ {
            Type::Array(Box::new(Type::Pointer(Box::new(Type::Void))), Constant::Known(2))
        } else {
            Type::Pointer(Box::new(self.pointee(to, env)))
        };
        self.typedef_of(name, address)
    }

    /// The type of what an address leads to, which may be the structure that holds the address.
    pub(crate) fn element(&mut self, ty: &Ty, env: &Env) -> Type {
        match self.pointee(ty, env) {
            Type::Unknown(_) => self.ty(ty, env),
            found => found,
        }
    }

    /// What a pointer points to: told where that is easy, as nothing's layout depends on it.
    fn pointee(&mut self, ty: &Ty, env: &Env) -> Type {
        let TyKind::Path(path) = &ty.kind else { return Type::Unknown(spell(ty).into()) };
        if path.last() == "c_void" {
            return Type::Void;
        }
        match self.names.resolve(env.scope, &path.names(), path.global, Names::Types) {
            Some(Target::Item(scope, item)) => {
                if let Kind::Data(data) = &item.kind
                    && path.arguments().is_empty()
                    && data.parameters.is_empty()
                {
                    return self.declared(scope, &item, data);
                }
            }
            None if path.single().is_some_and(|name| prelude::scalar(name).is_some()) => {
                return self.prelude(path.last());
            }
            // The integers of C, which `std` and `libc` have.
            Some(Target::External(..)) if path.last().starts_with("c_") => {
                return self.named_type(path, ty, env);
            }
            _ => {}
        }
        Type::Unknown(spell(ty).into())
    }

    fn named_type(&mut self, path: &Path, ty: &Ty, env: &Env) -> Type {
        if let Some(name) = path.single() {
            if let Some(Bound::Type(found)) = env.bound(name) {
                return found.clone();
            }
            if name == "Self"
                && let Some(this) = &env.this
            {
                return this.clone();
            }
        }
        // An associated constant may name the type that it belongs to.
        if let (Some("Self"), Some(own)) = (path.single(), &env.own)
            && let Some(Target::Item(scope, item)) =
                self.names.resolve(env.scope, &[own], false, Names::Types)
        {
            return self.item_type(scope, &item, path, ty, env);
        }
        // bindgen's own types mean the same wherever they are defined.
        if let Some(found) = self.bindgen_type(path, env) {
            return found;
        }
        match self.names.resolve(env.scope, &path.names(), path.global, Names::Types) {
            Some(Target::Item(scope, item)) => self.item_type(scope, &item, path, ty, env),
            Some(Target::External(krate, names)) => {
                // A `use` may have given it another name.
                let path = &original(path, &names);
                match self.well_known_type(&krate, path, env) {
                    Some(found) => found,
                    None if krate == "libc" => self.libc_type(&names, path, ty, env),
                    None => self.unknown(ty, env, "its source was not found"),
                }
            }
            Some(Target::Module(_) | Target::Variant(..)) => self.unknown(ty, env, "it is no type"),
            None => {
                let primitive = path.single().is_some_and(|name| {
                    prelude::scalar(name).is_some()
                        && !name.starts_with("c_")
                        && !name.starts_with("Compat")
                });
                let found = if primitive {
                    Some(self.prelude(path.last()))
                } else if path.single() == Some("str") {
                    Some(Type::FlexibleArray(Box::new(self.prelude("u8"))))
                } else {
                    {
                        let krate = if self.names.is_in_libc(env.scope) { "libc" } else { "" };
                        self.well_known_type(krate, path, env)
                    }
                };
                found.unwrap_or_else(|| self.unknown(ty, env, "its source was not found"))
            }
        }
    }

    /// A type that only the source of the `libc` crate tells.
    fn libc_type(&mut self, names: &[String], path: &Path, ty: &Ty, env: &Env) -> Type {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let root = match self.elsewhere {
            Elsewhere::Said | Elsewhere::Sought => self.names.libc_root(env.scope),
            Elsewhere::Left => None,
        };
        let found = root.and_then(|root| self.names.resolve(root, &names, false, Names::Types));
        match found {
            Some(Target::Item(scope, item)) => self.item_type(scope, &item, path, ty, env),
            _ => self.unknown(ty, env, "its source was not found"),
        }
    }

    fn item_type(
        &mut self,
        scope: ScopeId,
        item: &Arc<Item>,
        path: &Path,
        ty: &Ty,
        env: &Env,
    ) -> Type {
        if Some(scope) == self.names.builtin && prelude::scalar(&item.name).is_some() {
            return self.prelude(&item.name);
        }
        match &item.kind {
            Kind::Data(data) => {
                let arguments: Vec<Bound> =
                    path.arguments().iter().map(|generic| self.generic(generic, env)).collect();
                self.data(scope, item, data, arguments, env)
            }
            Kind::Enum(found) => match self.enumeration(scope, item, found, env) {
                Some(found) => found,
                None => self.unknown(ty, env, "its layout is the Rust compiler's affair"),
            },
            Kind::Alias(parameters, of) => {
                let mut bound = Vec::new();
                let mut arguments = path.arguments().iter();
                for parameter in parameters {
                    let value = match (arguments.next(), &parameter.default) {
                        (Some(generic), _) => self.generic(generic, env),
                        (None, Some(default)) => Bound::Type(self.ty(default, env)),
                        (None, None) => Bound::Unknown,
                    };
                    bound.push((parameter.name.clone(), value));
                }
                let generic = !bound.is_empty();
                let Some(inner) = env.step(scope, bound) else {
                    return Type::Unknown(spell(ty).into());
                };
                if generic {
                    return self.ty(of, &inner);
                }
                self.alias(scope, item, of, &inner)
            }
            _ => self.unknown(ty, env, "it is no type of data"),
        }
    }

    fn alias(&mut self, scope: ScopeId, item: &Item, of: &Ty, env: &Env) -> Type {
        let file = self.names.scope(scope).file;
        let id = self.builder.typedef(file, &item.name, item.name_place);
        if !self.builder.typedef_has(id, self.abis) {
            let ty = self.ty(of, env);
            // An alias of itself has no meaning.
            if ty == Type::Typedef(id) || self.leads_to(&ty, id) {
                return Type::Unknown(item.name.as_str().into());
            }
            let abis = self.abis;
            self.builder.define_typedef(id, abis, TypedefBody { ty, aligned: None });
        }
        Type::Typedef(id)
    }

    fn leads_to(&self, ty: &Type, id: TypedefId) -> bool {
        let Some(abi) = self.abis.first() else { return false };
        let mut at = ty;
        for _ in 0..=self.builder.interface.typedefs.len() {
            match at {
                Type::Typedef(found) if *found == id => return true,
                Type::Typedef(found) => {
                    match self.builder.interface.typedef(*found).variants.get(abi) {
                        Some(body) => at = &body.ty,
                        None => return false,
                    }
                }
                _ => return false,
            }
        }
        true
    }

    /// A type of the prelude by its name there.
    pub(crate) fn prelude(&mut self, name: &str) -> Type {
        let unknown = Type::Unknown(name.into());
        let Some(scope) = self.names.builtin else { return unknown };
        let Some(Target::Item(scope, item)) = self.names.lookup(scope, name, Names::Types) else {
            return unknown;
        };
        if let Some(scalar) = prelude::scalar(name) {
            let file = self.names.scope(scope).file;
            let id = self.builder.typedef(file, name, item.name_place);
            let aligned = prelude::alignment(name).map(Constant::Known);
            let abis = self.abis;
            self.builder.define_typedef(
                id,
                abis,
                TypedefBody { ty: Type::Scalar(scalar), aligned },
            );
            return Type::Typedef(id);
        }
        let segments = vec![Segment { name: name.to_owned(), arguments: Vec::new() }];
        let path = Path { global: false, segments };
        let ty = Ty { kind: TyKind::Path(path.clone()), place: item.name_place };
        self.item_type(scope, &item, &path, &ty, &Env::of(scope))
    }

    /// Says that a type is unknown, once, and yields it.
    pub(crate) fn unknown(&mut self, ty: &Ty, env: &Env, why: &str) -> Type {
        let spelling = spell(ty);
        if self.elsewhere == Elsewhere::Said {
            let file = self.names.scope(env.scope).file;
            let message = format!("the layout of `{spelling}` is unknown: {why}");
            let help = if self.names.sources.awaits_build(file) {
                "what holds it is checked as far as it goes; run `cargo build` before, as the build \
                 script may make it"
            } else {
                "what holds it is checked as far as it goes; name the source that defines it too, or \
                 run `cargo fetch` for that of a dependency"
            };
            self.builder.doubt(file, ty.place, message, help);
        }
        Type::Unknown(spelling.into())
    }
}
