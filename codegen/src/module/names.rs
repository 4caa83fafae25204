//! Names that C code is given: which are possible, and which stand for a number.

use ioctlkit_abi::spelling::is_c_name;
use ioctlkit_model::{Interface, Member, NamedConstant};

use super::checks::{literal, mask_literal};
use super::plan::Define;
use super::shape::Refusal;

/// Refuses what C cannot be called.
pub(crate) fn possible(name: &str) -> Result<(), Refusal> {
    if is_c_name(name) {
        return Ok(());
    }
    if name.is_empty() {
        return Err("a member has no name (an anonymous union or structure, or a bit-field that \
                    pads), and checks and tests are made by name: give it one"
            .to_owned());
    }
    Err(format!("`{name}` is no name in C: give it another, or state one with `c = \"…\"`"))
}

/// The constants that the header defines: those with one value, and the prefix of an interface.
pub(crate) fn exported(interface: &Interface) -> impl Iterator<Item = &NamedConstant> {
    interface.constants.iter().filter(|constant| {
        let mut prefixes = interface.groups.iter().map(|group| group.prefix.as_str());
        let is_ours = |prefix: &str| !prefix.is_empty() && constant.name.starts_with(prefix);
        constant.variants.len() == 1 && is_c_name(&constant.name) && prefixes.any(is_ours)
    })
}

/// A constant of the header, by its name.
pub(crate) fn named<'a>(interface: &'a Interface, name: &str) -> Option<&'a NamedConstant> {
    exported(interface).find(|constant| constant.name == name)
}

/// The constants that the definition of a member's values names.
fn of_member<'a>(
    interface: &'a Interface,
    member: &'a Member,
) -> impl Iterator<Item = &'a NamedConstant> {
    member.purpose.constants.iter().filter_map(|name| named(interface, name))
}

fn value_of(constant: &NamedConstant) -> i128 {
    constant.variants.first().copied().unwrap_or_default()
}

/// A value of a member: by its name where the definition has one for it.
pub(crate) fn value(
    interface: &Interface,
    member: &Member,
    value: i128,
    bits: u8,
    signed: bool,
) -> String {
    for constant in of_member(interface, member) {
        let known = value_of(constant);
        if known == value {
            return constant.name.clone();
        }
        // The negative of an unsigned constant is a large number.
        if constant.signed && known == -value {
            return format!("-{}", constant.name);
        }
    }
    literal(value, bits, signed)
}

/// The bits of a member, by their names where these are all of them.
pub(crate) fn mask(interface: &Interface, member: &Member, mask: u64, bits: u8) -> String {
    let mut names = Vec::new();
    let mut union = 0;
    for constant in of_member(interface, member) {
        names.push(constant.name.as_str());
        union |= value_of(constant);
    }
    match names.as_slice() {
        [name] if union == i128::from(mask) => (*name).to_owned(),
        [_, ..] if union == i128::from(mask) => format!("({})", names.join(" | ")),
        _ => mask_literal(mask, bits),
    }
}

/// The macro of a constant.
pub(crate) fn define(constant: &NamedConstant, is_mask: bool) -> Define {
    let value = value_of(constant);
    let text = match u64::try_from(value) {
        Ok(mask) if is_mask => mask_literal(mask, constant.bits),
        _ => literal(value, constant.bits, constant.signed),
    };
    // A minus in front would bind to what is in front of the macro.
    let text = if text.starts_with('-') { format!("({text})") } else { text };
    Define { name: constant.name.clone(), value: text, docs: super::docs::comment(&constant.docs) }
}
