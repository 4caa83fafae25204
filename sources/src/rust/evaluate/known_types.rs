//! Types of the standard library and of other crates, by their names.

use ioctlkit_model::{Constant, Type};

use super::Evaluator;
use super::constants::{Bound, Env, constant};
use super::types::spell_last;
use crate::rust::resolve::prelude;
use crate::rust::syntax::item::{Path, TyKind};

impl Evaluator<'_> {
    /// The types that bindgen puts into what it makes.
    pub(crate) fn bindgen_type(&mut self, path: &Path, env: &Env) -> Option<Type> {
        match path.last() {
            "__IncompleteArrayField" => {
                Some(Type::FlexibleArray(Box::new(self.argument(path, env)?)))
            }
            "__BindgenBitfieldUnit" => self.argument(path, env),
            "__BindgenUnionField" => {
                Some(Type::Array(Box::new(self.argument(path, env)?), Constant::Known(0)))
            }
            _ => None,
        }
    }

    /// The first type in angle brackets.
    fn argument(&mut self, path: &Path, env: &Env) -> Option<Type> {
        let ty = path.type_argument()?;
        Some(self.ty(ty, env))
    }

    pub(crate) fn well_known_type(&mut self, krate: &str, path: &Path, env: &Env) -> Option<Type> {
        let name = path.last();
        match name {
            "PhantomData" | "PhantomPinned" => return Some(self.nothing()),
            "MaybeUninit" | "ManuallyDrop" | "UnsafeCell" | "Cell" | "Wrapping" | "NonZero"
            | "SyncUnsafeCell" => {
                let inner = self.argument(path, env)?;
                return Some(self.typedef_of(&spell_last(path), inner));
            }
            "Box" | "NonNull" | "Rc" | "Arc" | "Unique" => {
                let to = path.type_argument()?.clone();
                return Some(self.address(&spell_last(path), &to, env));
            }
            "Option" => return self.option(path, env),
            "Reserved" if matches!(krate, "ioctlkit" | "") => {
                let Bound::Value(length) = self.generic(path.arguments().first()?, env) else {
                    return None;
                };
                let byte = self.prelude("u8");
                return Some(Type::Array(Box::new(byte), constant(length)?));
            }
            "FlexibleArray" if matches!(krate, "ioctlkit" | "") => {
                return Some(Type::FlexibleArray(Box::new(self.argument(path, env)?)));
            }
            // The number is that of the structure, whatever is behind it.
            "Flexible" if matches!(krate, "ioctlkit" | "") => {
                return self.argument(path, env);
            }
            "UserPtr" | "UserConstPtr" | "Ptr" | "PtrMut" if krate != "libc" => {
                let address = self.prelude("u64");
                return Some(self.typedef_of(name, address));
            }
            _ => {}
        }
        if krate == "zerocopy" {
            let bytes = integer_behind(name, "U")
                .or_else(|| integer_behind(name, "I"))?
                .trim_start_matches(['u', 'i'])
                .parse::<u64>()
                .ok()?
                / 8;
            let byte = self.prelude("u8");
            return Some(
                self.typedef_of(name, Type::Array(Box::new(byte), Constant::Known(bytes))),
            );
        }
        for prefix in ["NonZero", "Atomic"] {
            if let Some(integer) = integer_behind(name, prefix) {
                let inner = self.prelude(&integer);
                return Some(self.typedef_of(name, inner));
            }
        }
        let known = matches!(
            krate,
            "std" | "core" | "alloc" | "libc" | "cty" | "nix" | "rustix" | "ioctlkit" | "iocuddle"
        );
        (known && prelude::has_type(name)).then(|| self.prelude(name))
    }

    /// `Option` of what is never zero is as large as that.
    fn option(&mut self, path: &Path, env: &Env) -> Option<Type> {
        let ty = path.type_argument()?;
        let is_never_zero = match &ty.kind {
            TyKind::Reference { .. } | TyKind::Function => true,
            TyKind::Path(inner) => {
                matches!(inner.last(), "Box" | "NonNull" | "Rc" | "Arc" | "OwnedFd" | "BorrowedFd")
                    || inner.last().starts_with("NonZero")
            }
            TyKind::Other(text) => text.contains("fn("),
            _ => false,
        };
        if !is_never_zero {
            return None;
        }
        let inner = match &ty.kind {
            TyKind::Other(_) => Type::Pointer(Box::new(Type::Function)),
            _ => self.ty(ty, env),
        };
        Some(self.typedef_of(&spell_last(path), inner))
    }
}

/// `NonZeroU32` is of `u32`.
fn integer_behind(name: &str, prefix: &str) -> Option<String> {
    let rest = name.strip_prefix(prefix)?;
    if prefix.len() == 1 {
        let letter = prefix.to_ascii_lowercase();
        return matches!(rest, "16" | "32" | "64" | "128").then(|| format!("{letter}{rest}"));
    }
    let integer = rest.to_ascii_lowercase();
    let starts_big = rest.starts_with(|c: char| c.is_ascii_uppercase());
    (starts_big && prelude::scalar(&integer).is_some()).then_some(integer)
}
