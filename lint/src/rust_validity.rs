//! Which Rust types do not accept every pattern of bits.

use std::collections::BTreeSet;

use ioctlkit_abi::{RecordKind, Scalar};
use ioctlkit_model::{Command, CommandBody, Interface, RecordId, Type};

/// Why some patterns of bits are no value of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// `bool`: 0 and 1 only.
    Bool,
    /// `char`: no surrogates, nothing past the last code point.
    Char,
    /// `NonZeroU32` and its kin: not zero.
    NonZero,
    /// An enumeration: its variants only.
    Enum,
    /// A reference, a `Box`, a function: a valid address of a valid value.
    Reference,
}

impl Invalid {
    /// What must not be written: "a byte other than 0 and 1".
    pub fn words(&self) -> &'static str {
        match self {
            Self::Bool => "a byte other than 0 and 1",
            Self::Char => "a value that is not a `char`",
            Self::NonZero => "zero",
            Self::Enum => "a value without a variant",
            Self::Reference => "an invalid address",
        }
    }
}

/// Why not every pattern of bits is a value of a type; `None` where every one is, and for
/// structures, whose members are asked one by one. Arrays are what their elements are.
pub fn invalid(interface: &Interface, ty: &Type) -> Option<Invalid> {
    let mut ty = ty.innermost_element();
    // No chain of typedefs of a type that exists is longer than their number.
    for _ in 0..=interface.typedefs.len() {
        match ty {
            Type::Typedef(id) => {
                let typedef = interface.typedef(*id);
                match by_name(&typedef.name) {
                    ByName::Valid => return None,
                    ByName::Invalid(why) => return Some(why),
                    ByName::Silent => {}
                }
                ty = typedef.variants.first()?.ty.innermost_element();
            }
            Type::Unknown(name) => return by_name(name).invalid(),
            Type::Scalar(Scalar::Bool) => return Some(Invalid::Bool),
            Type::Enum(_) => return Some(Invalid::Enum),
            Type::Pointer(to) if **to == Type::Function => return Some(Invalid::Reference),
            _ => return None,
        }
    }
    None
}

/// What a name alone says of a type's bits.
#[derive(Debug, PartialEq, Eq)]
enum ByName {
    /// Every pattern is a value.
    Valid,
    /// Not every one.
    Invalid(Invalid),
    /// Nothing.
    Silent,
}

impl ByName {
    fn invalid(self) -> Option<Invalid> {
        match self {
            Self::Invalid(why) => Some(why),
            Self::Valid | Self::Silent => None,
        }
    }
}

/// What the name says of a type of the language, or of one with parameters.
fn by_name(name: &str) -> ByName {
    let plain = name.split('<').next().unwrap_or(name).rsplit("::").next().unwrap_or(name).trim();
    let parameter = || name.split_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    match plain {
        "bool" => ByName::Invalid(Invalid::Bool),
        "char" => ByName::Invalid(Invalid::Char),
        "Box" | "NonNull" | "Rc" | "Arc" => ByName::Invalid(Invalid::Reference),
        _ if name.starts_with('&') => ByName::Invalid(Invalid::Reference),
        _ if plain.starts_with("NonZero") => ByName::Invalid(Invalid::NonZero),
        // No bits are invalid in what may be uninitialised, and `None` takes the one that is
        // missing in a `NonZero`.
        "MaybeUninit" => ByName::Valid,
        "Option" => match parameter().and_then(|name| by_name(name).invalid()) {
            None | Some(Invalid::NonZero) => ByName::Valid,
            Some(other) => ByName::Invalid(other),
        },
        _ => ByName::Silent,
    }
}

/// The structures whose members must accept what the kernel writes: those that a command carries
/// out of the kernel. What lies in a union may be anything until somebody reads it.
pub fn written(interface: &Interface) -> BTreeSet<RecordId> {
    let mut found = BTreeSet::new();
    for command in &interface.commands {
        let bodies = command.variants.iter().map(|(_, body)| body);
        for ty in bodies.filter(|body| is_written(command, body)).filter_map(|b| b.argument.ty()) {
            collect(interface, ty, &mut found);
        }
    }
    found
}

/// Whether the kernel writes the argument: as the definition says where it says more than the
/// number, else as the number says.
pub fn is_written(command: &Command, body: &CommandBody) -> bool {
    let stated = command.contract.as_ref().map(|contract| contract.direction);
    stated.unwrap_or(body.direction).kernel_writes()
}

fn collect(interface: &Interface, ty: &Type, found: &mut BTreeSet<RecordId>) {
    match ty.innermost_element() {
        Type::Typedef(id) if by_name(&interface.typedef(*id).name) == ByName::Silent => {
            for (_, body) in interface.typedef(*id).variants.iter() {
                // A typedef that names itself ends here: only structures are looked into.
                if let Some(behind) = interface.behind_typedefs(&body.ty)
                    && !matches!(behind, Type::Typedef(_))
                {
                    collect(interface, behind, found);
                }
            }
        }
        Type::Record(id)
            if interface.record(*id).kind == RecordKind::Struct && found.insert(*id) =>
        {
            for member in interface.record(*id).variants.iter().flat_map(|(_, body)| &body.members)
            {
                collect(interface, &member.ty, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::{AbiSet, Direction};

    use super::*;
    use crate::testing::{Build, U32};

    const BOOL: Type = Type::Scalar(Scalar::Bool);

    #[test]
    fn names_say_which_bits_are_valid() {
        let invalid = |name: &str| invalid(&Interface::default(), &Type::Unknown(name.into()));
        assert_eq!(invalid("NonZeroU32"), Some(Invalid::NonZero));
        assert_eq!(invalid("core::num::NonZero<u32>"), Some(Invalid::NonZero));
        assert_eq!(invalid("Option<NonZeroU32>"), None, "zero is None");
        assert_eq!(invalid("Option<&Foo>"), Some(Invalid::Reference));
        assert_eq!(invalid("Option<Box<Foo>>"), Some(Invalid::Reference));
        assert_eq!(invalid("Option<bool>"), Some(Invalid::Bool));
        assert_eq!(invalid("&'a mut Foo"), Some(Invalid::Reference));
        assert_eq!(invalid("MaybeUninit<bool>"), None);
        assert_eq!(invalid("AtomicU32"), None);
    }

    #[test]
    fn an_alias_is_what_it_stands_for() {
        let mut build = Build::new();
        let flag = build.typedef("Flag", &[(AbiSet::ALL, BOOL)]);
        let letter = build.typedef("char", &[(AbiSet::ALL, U32)]);
        let alias = build.typedef("Letter", &[(AbiSet::ALL, letter)]);
        assert_eq!(invalid(&build.interface, &flag), Some(Invalid::Bool));
        assert_eq!(invalid(&build.interface, &alias), Some(Invalid::Char));
        assert_eq!(invalid(&build.interface, &U32), None);
    }

    #[test]
    fn what_the_kernel_writes_is_found_through_structures_and_not_through_unions() {
        let mut build = Build::new();
        let inner = build.structure("Inner", &[("on", BOOL)]);
        let either = build.record(RecordKind::Union, "Either", &[("inner", Type::Record(inner))]);
        let outer = build.structure("Outer", &[("either", Type::Record(either))]);
        let plain = build.structure("Plain", &[("inner", Type::Record(inner))]);
        build.command("get_outer", Direction::Read, Type::Record(outer));
        build.command("set_plain", Direction::Write, Type::Record(plain));
        assert_eq!(written(&build.interface), BTreeSet::from([outer]));
        build.command("get_plain", Direction::ReadWrite, Type::Record(plain));
        assert_eq!(written(&build.interface), BTreeSet::from([inner, outer, plain]));
    }
}
