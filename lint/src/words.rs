//! Members and numbers in words.

use ioctlkit_abi::RecordKind;
use ioctlkit_model::{Interface, Member, RecordBody, Type, Variants, abi_words};

use crate::abis::{by_value, disagreeing, victims};
use crate::spelling::Spelling;

/// A member as a sentence speaks of it: "`a`", or by its place where it has no name: "the
/// anonymous union after `x`", "the unnamed bit-field at the start".
pub fn member(interface: &Interface, body: &RecordBody, index: usize) -> String {
    let Some(member) = body.members.get(index) else { return "the end".into() };
    if let Some(name) = &member.name {
        return format!("`{name}`");
    }
    let before = body.members[..index].iter().rev().find_map(|member| member.name.as_ref());
    match before {
        Some(name) => format!("{} after `{name}`", unnamed(interface, member)),
        None => format!("{} at the start", unnamed(interface, member)),
    }
}

fn unnamed(interface: &Interface, member: &Member) -> &'static str {
    if member.bits.is_some() {
        return "the unnamed bit-field";
    }
    match &member.ty {
        Type::Record(id) => match interface.record(*id).kind {
            RecordKind::Struct => "the anonymous structure",
            RecordKind::Union => "the anonymous union",
        },
        _ => "the unnamed member",
    }
}

/// A number of things: "1 byte", "4 bytes".
pub fn count(number: u64, thing: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{s}")
}

/// Names in a note, the first of them one by one: "`A`, `B` and 3 more".
pub fn names(names: &[&str], one_by_one: usize) -> String {
    let (shown, more) = names.split_at(names.len().min(one_by_one));
    let shown: Vec<String> = shown.iter().map(|name| format!("`{name}`")).collect();
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    format!("{}{more}", shown.join(", "))
}

/// How wide something is that has several sizes: "4 or 8 bytes, depending on the ABI". Nothing where
/// it has one.
pub fn widths(sizes: &Variants<u64>) -> Option<String> {
    let mut all: Vec<u64> = sizes.iter().map(|(_, bytes)| *bytes).collect();
    all.sort_unstable();
    let (last, others) = all.split_last()?;
    if others.is_empty() {
        return None;
    }
    let others: Vec<String> = others.iter().map(u64::to_string).collect();
    Some(format!("{} or {last} bytes, depending on the ABI", others.join(", ")))
}

/// A type's sizes: "4 bytes on every 32-bit ABI and 8 bytes on every 64-bit ABI"; `None` where it
/// has one size.
pub fn sizes(sizes: &Variants<u64>) -> Option<String> {
    let within = sizes.abis();
    let mut groups: Vec<_> = sizes.iter().collect();
    if groups.len() < 2 {
        return None;
    }
    groups.sort_by_key(|(_, bytes)| **bytes);
    let parts: Vec<_> = groups
        .into_iter()
        .map(|(abis, bytes)| format!("{} {}", count(*bytes, "byte"), abi_words::on(abis, within)))
        .collect();
    let (last, others) = parts.split_last()?;
    Some(format!("{} and {last}", others.join(", ")))
}

/// The type of one element as it is spelled, with what stands behind a typedef where that is the
/// same everywhere: "`unsigned long`", "`snd_pcm_uframes_t` (`unsigned long`)".
pub fn spelled(spelling: Spelling<'_>, types: &Variants<&Type>) -> String {
    let interface = spelling.interface();
    let Some(element) = types.first().map(|ty| ty.innermost_element()) else {
        return "nothing".into();
    };
    let name = spelling.ty(element);
    let behind =
        by_value(types.abis(), |abi| interface.resolved(types.get(abi)?.innermost_element(), abi));
    let behind = if behind.len() == 1 { behind.first().copied() } else { None };
    match (element, behind.map(Type::innermost_element)) {
        // An enumeration without a tag goes by its typedef.
        (Type::Typedef(_), Some(Type::Enum(id))) if interface.enumeration(*id).name.is_none() => {
            format!("`{name}`")
        }
        (Type::Typedef(_), Some(behind @ (Type::Scalar(_) | Type::Pointer(_) | Type::Enum(_)))) => {
            match spelling.behind(element, behind) {
                Some(behind) => format!("`{name}` (`{behind}`)"),
                None => format!("`{name}`"),
            }
        }
        (Type::Enum(id), _) if interface.enumeration(*id).name.is_none() => {
            "an anonymous enumeration".into()
        }
        _ => format!("`{name}`"),
    }
}

/// Who is hurt where a type has these sizes.
pub fn victims_of_sizes(sizes: &Variants<u64>) -> String {
    victims(&disagreeing(sizes)).unwrap_or_else(|| "programs of another ABI".into())
}

/// A type with its article: "a `u64`", "an `i64`".
pub fn with_article(ty: &str) -> String {
    let article = if ty.starts_with('i') { "an" } else { "a" };
    format!("{article} `{ty}`")
}

/// A first thing and how many come with it: "`a`", "`a` and `b`", "`a` and 3 more".
pub fn and_more(first: &str, others: &[String]) -> String {
    match others {
        [] => first.into(),
        [other] => format!("{first} and {other}"),
        _ => format!("{first} and {} more", others.len()),
    }
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::AbiSet;

    use super::*;

    #[test]
    fn one_thing_has_no_s() {
        assert_eq!(count(1, "byte"), "1 byte");
        assert_eq!(count(4, "byte"), "4 bytes");
    }

    #[test]
    fn the_first_names_are_shown_and_the_others_counted() {
        assert_eq!(names(&["A", "B"], 2), "`A`, `B`");
        assert_eq!(names(&["A", "B", "C", "D"], 2), "`A`, `B` and 2 more");
    }

    #[test]
    fn sizes_are_grouped_by_abi() {
        let long = by_value(AbiSet::ALL, |id| Some(u64::from(id.abi().long_size)));
        assert_eq!(
            sizes(&long).unwrap(),
            "4 bytes on every 32-bit ABI and 8 bytes on every 64-bit ABI"
        );
        assert_eq!(victims_of_sizes(&long), "32-bit programs on a 64-bit kernel");
        assert_eq!(sizes(&Variants::one(AbiSet::ALL, 4)), None);
    }

    #[test]
    fn many_things_are_counted() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(and_more("`a`", &names(&[])), "`a`");
        assert_eq!(and_more("`a`", &names(&["`b`"])), "`a` and `b`");
        assert_eq!(and_more("`a`", &names(&["`b`", "`c`"])), "`a` and 2 more");
    }
}
