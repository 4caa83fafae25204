//! Arrays of any length at the end of a structure, and the members that count their elements.

use ioctlkit_abi::Scalar;
use ioctlkit_model::RecordId;

use super::definition::{Definition, Definitions};
use super::rust_type::RustType;

/// Whether a structure ends in an array that one of its members counts, in every definition.
pub(crate) fn is_counted(definitions: &Definitions<'_>, id: RecordId) -> bool {
    let known = definitions.of(id);
    !known.is_empty() && known.iter().all(|one| counting_member(definitions, id, one).is_some())
}

/// The index of the member that holds the length of the array at the end: the one that the header
/// names with `__counted_by`, or the only one that is named as one.
pub(crate) fn counting_member(
    definitions: &Definitions<'_>,
    id: RecordId,
    definition: &Definition,
) -> Option<usize> {
    let (tail, others) = definition.members.split_last()?;
    let RustType::Flexible(element) = &tail.ty else { return None };
    let integers = || {
        others.iter().enumerate().filter(|(_, member)| {
            matches!(&member.ty, RustType::Scalar(scalar)
                if !scalar.is_word_sized() && *scalar != Scalar::Pointer)
        })
    };
    if let Some(named) = counted_by(definitions, id, &tail.name) {
        let found = integers().find(|(_, member)| member.name == named);
        return found.map(|(index, _)| index);
    }
    let is_bytes = element.element() == &RustType::Scalar(Scalar::UnsignedChar);
    let mut found = integers().filter(|(_, member)| counts(&member.name, &tail.name, is_bytes));
    let first = found.next()?;
    found.next().is_none().then_some(first.0)
}

/// What `__counted_by(…)` in the member's declaration says.
fn counted_by(definitions: &Definitions<'_>, id: RecordId, tail: &str) -> Option<String> {
    let interface = definitions.interface();
    let (_, body) = interface.record(id).variants.iter().next()?;
    let member = body.members.iter().find(|member| member.name.as_deref() == Some(tail))?;
    let file = interface.sources.file(member.span.file);
    // The attribute may stand behind what the compiler takes for the declaration.
    let rest = file.text.get(member.span.start as usize..)?;
    let declaration = rest.get(..rest.find(';')?)?;
    let (_, behind) = declaration.split_once("__counted_by")?;
    let (_, behind) = behind.split_once('(')?;
    let (name, _) = behind.split_once(')')?;
    Some(name.trim().to_owned())
}

/// Whether a member is named as the length of `array`. A size in bytes counts only bytes.
fn counts(name: &str, array: &str, is_bytes: bool) -> bool {
    let name = name.trim_start_matches('_');
    let array = array.trim_start_matches('_');
    let singular = array.strip_suffix('s').unwrap_or(array);
    let of_array =
        |name: &str| name == array || name == singular || array.starts_with(name) && name.len() > 1;
    if matches!(name, "count" | "nr" | "num" | "cnt" | "n" | "nent") || is_number_of(name) {
        return true;
    }
    let before = ["n_", "nr_", "num_", "n"].iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|rest| {
            of_array(rest) || rest == "entries" && matches!(array, "entries" | "entry")
        })
    });
    let behind = ["_count", "_cnt", "_nr", "_num"]
        .iter()
        .any(|suffix| name.strip_suffix(suffix).is_some_and(of_array));
    let by_bytes = is_bytes
        && (matches!(name, "len" | "length")
            || ["_len", "_size", "_length", "len"]
                .iter()
                .any(|suffix| name.strip_suffix(suffix).is_some_and(of_array)));
    before || behind || by_bytes
}

/// Names such as `nmsrs`: an n before a plural that no word begins with.
fn is_number_of(name: &str) -> bool {
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | '_');
    name.strip_prefix('n').is_some_and(|rest| rest.ends_with('s') && !rest.starts_with(vowel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_counts_the_array_that_it_is_named_for() {
        for (name, array) in [
            ("nmsrs", "entries"),
            ("nent", "entries"),
            ("num_regions", "regions"),
            ("nr_entries", "entries"),
            ("count", "data"),
            ("region_count", "regions"),
        ] {
            assert!(counts(name, array, false), "{name} {array}");
        }
        assert!(!counts("names", "entries", false));
        assert!(!counts("nodes", "entries", false));
        assert!(counts("config_size", "config", true));
        assert!(!counts("config_size", "config", false));
        assert!(!counts("flags", "data", true));
        assert!(!counts("size", "data", true));
    }
}
