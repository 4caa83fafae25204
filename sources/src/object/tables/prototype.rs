//! Whether a function has the type that a pointer asks for.

use std::collections::HashMap;

use crate::object::types::{Integer, IntegerKind, Ty, TypeId, Types, resolved};

/// The types of functions, by their names.
pub(super) struct Prototypes<'t> {
    types: &'t dyn Types,
    kernel: Option<&'t dyn Types>,
    known: HashMap<String, Vec<(From, TypeId)>>,
}

/// Where a type is from.
#[derive(Debug, Clone, Copy)]
enum From {
    Object,
    Kernel,
}

impl<'t> Prototypes<'t> {
    pub(super) fn new(types: &'t dyn Types, kernel: Option<&'t dyn Types>) -> Self {
        Self { types, kernel, known: HashMap::new() }
    }

    /// Whether a function of that name is of type `wanted` of `of`; `None` where its type is not
    /// told. Static functions of several files may share a name: one of them is enough.
    pub(super) fn is_of(&mut self, name: &str, of: &dyn Types, wanted: TypeId) -> Option<bool> {
        let (own, kernel) = (self.types, self.kernel);
        let of_name = self.known.entry(name.to_owned()).or_insert_with(|| {
            // A part that the compiler has split off or cloned: `name.isra.0`.
            let name = name.split('.').next().unwrap_or(name);
            let mut found: Vec<_> = functions(own, name).map(|id| (From::Object, id)).collect();
            if let Some(kernel) = kernel.filter(|_| found.is_empty()) {
                found = functions(kernel, name).map(|id| (From::Kernel, id)).collect();
            }
            found
        });
        if of_name.is_empty() {
            return None;
        }
        Some(of_name.iter().any(|(from, id)| match (from, kernel) {
            (From::Kernel, Some(kernel)) => same(kernel, *id, of, wanted, 0),
            _ => same(own, *id, of, wanted, 0),
        }))
    }
}

fn functions<'a>(types: &'a dyn Types, name: &str) -> impl Iterator<Item = TypeId> + use<'a> {
    types.named(name).into_iter().filter_map(|id| match types.get(id)? {
        Ty::Function { prototype, .. } => Some(prototype),
        _ => None,
    })
}

/// Whether two types are the same to a caller. Structures are compared by their tags: one side may
/// only declare them.
fn same(a: &dyn Types, a_id: TypeId, b: &dyn Types, b_id: TypeId, depth: u32) -> bool {
    /// Behind a pointer to a function that takes one, it is enough to know that it is one.
    const DEEPEST: u32 = 6;
    if depth > DEEPEST {
        return true;
    }
    let (Some((_, a_ty)), Some((_, b_ty))) = (resolved(a, a_id), resolved(b, b_id)) else {
        return false;
    };
    match (a_ty, b_ty) {
        (Ty::Void, Ty::Void) => true,
        (Ty::Integer(ours), Ty::Integer(theirs)) => same_integer(ours, theirs),
        (Ty::Enumeration(ours), Ty::Enumeration(theirs)) => ours.size == theirs.size,
        // A handler may take an enumeration as the integer that it is.
        (Ty::Enumeration(one), Ty::Integer(other)) | (Ty::Integer(other), Ty::Enumeration(one)) => {
            one.size == other.size
        }
        (Ty::Float { size, .. }, Ty::Float { size: other, .. }) => size == other,
        (Ty::Pointer(ours), Ty::Pointer(theirs)) => same(a, ours, b, theirs, depth + 1),
        (Ty::Array { element, .. }, Ty::Array { element: other, .. }) => {
            same(a, element, b, other, depth + 1)
        }
        (
            Ty::Prototype { returns, parameters },
            Ty::Prototype { returns: their_returns, parameters: theirs },
        ) => {
            parameters.len() == theirs.len()
                && same(a, returns, b, their_returns, depth + 1)
                && parameters
                    .iter()
                    .zip(&theirs)
                    .all(|(ours, theirs)| same(a, *ours, b, *theirs, depth + 1))
        }
        (ours, theirs) => match (tag(&ours), tag(&theirs)) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => false,
        },
    }
}

fn same_integer(a: Integer<'_>, b: Integer<'_>) -> bool {
    let is_signed = |one: Integer<'_>| one.kind == IntegerKind::Signed;
    a.size == b.size && is_signed(a) == is_signed(b)
}

fn tag<'a>(ty: &Ty<'a>) -> Option<&'a str> {
    match ty {
        Ty::Record(record) => Some(record.name),
        Ty::Declared { name, .. } => Some(name),
        _ => None,
    }
}
