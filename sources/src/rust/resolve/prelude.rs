//! Names whose meaning no source tells: Rust's own types, and those of crates that everyone uses.

use ioctlkit_abi::Scalar;

use super::scopes::Names;
use crate::rust::constructors;

/// The text of the file that defines them. They have a place in it, as all types have one.
pub(crate) const TEXT: &str = include_str!("prelude/types.rs");

/// The name of that file, where it is shown.
pub(crate) const PATH: &str = "<rust>";

/// The fundamental types of the text.
const SCALARS: [(&str, Scalar); 21] = [
    ("u8", Scalar::UnsignedChar),
    ("u16", Scalar::UnsignedShort),
    ("u32", Scalar::UnsignedInt),
    ("u64", Scalar::UnsignedLongLong),
    ("u128", Scalar::UnsignedInt128),
    // On all of Linux's ABIs, `long` is as wide as an address.
    ("usize", Scalar::UnsignedLong),
    ("i8", Scalar::SignedChar),
    ("i16", Scalar::Short),
    ("i32", Scalar::Int),
    ("i64", Scalar::LongLong),
    ("i128", Scalar::Int128),
    ("isize", Scalar::Long),
    ("f32", Scalar::Float),
    ("f64", Scalar::Double),
    ("bool", Scalar::Bool),
    ("char", Scalar::UnsignedInt),
    ("c_char", Scalar::Char),
    ("c_long", Scalar::Long),
    ("c_ulong", Scalar::UnsignedLong),
    ("CompatU64", Scalar::UnsignedLongLong),
    ("CompatI64", Scalar::LongLong),
];

/// What a fundamental type is.
pub(crate) fn scalar(name: &str) -> Option<Scalar> {
    SCALARS.iter().find(|(known, _)| *known == name).map(|(_, scalar)| *scalar)
}

/// The alignment that a fundamental type of the text has by itself, in bytes.
pub(crate) fn alignment(name: &str) -> Option<u64> {
    matches!(name, "CompatU64" | "CompatI64").then_some(4)
}

/// Crates whose source is not read, because what their names mean is known.
pub(crate) fn is_known_crate(name: &str) -> bool {
    matches!(
        name,
        "std"
            | "core"
            | "alloc"
            | "ioctlkit"
            | "zerocopy"
            | "bytemuck"
            | "bitflags"
            | "cfg_if"
            | "cty"
    ) || constructors::crate_named(name).is_some()
}

/// Whether a known crate has a type of that name among those of the text.
pub(crate) fn has_type(name: &str) -> bool {
    // Each is defined on a line of its own, behind a keyword.
    ["pub type ", "pub struct ", "pub enum "].iter().any(|keyword| {
        TEXT.match_indices(keyword).any(|(at, _)| {
            TEXT[at + keyword.len()..]
                .strip_prefix(name)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    })
}

/// Whether `use krate::…::*` brings in that name.
pub(crate) fn has(krate: &str, name: &str, kind: Names) -> bool {
    let maker = constructors::crate_named(krate);
    match kind {
        Names::Types => match krate {
            "std" | "core" | "alloc" | "libc" | "cty" | "linux_raw_sys" => has_type(name),
            "ioctlkit" => {
                matches!(
                    name,
                    "UserPtr"
                        | "UserConstPtr"
                        | "Reserved"
                        | "FlexibleArray"
                        | "Flexible"
                        | "CompatU64"
                        | "CompatI64"
                )
            }
            _ => maker.is_some_and(|maker| maker.has_type(name)),
        },
        Names::Values => maker.is_some_and(|maker| maker.has_function(name)),
    }
}
