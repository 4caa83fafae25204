//! What `macro_rules!` hands on as a fragment: `$ty` in an item that it makes is one group, whatever stands in it.

use syn::Type;

/// The type, without the groups around it and around what it is an array of or points to.
pub(crate) fn ungrouped(ty: Type) -> Type {
    match ty {
        Type::Group(group) => ungrouped(*group.elem),
        Type::Array(mut array) => {
            *array.elem = ungrouped(*array.elem);
            Type::Array(array)
        }
        Type::Ptr(mut pointer) => {
            *pointer.elem = ungrouped(*pointer.elem);
            Type::Ptr(pointer)
        }
        other => other,
    }
}
