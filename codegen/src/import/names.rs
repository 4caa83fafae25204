//! What things of C are called in Rust.

use std::collections::{HashMap, HashSet};

use ioctlkit_abi::RecordKind;
use ioctlkit_model::{EnumId, Interface, Record, RecordId, Type};
use ioctlkit_syntax::{camel_case, screaming_snake_case, snake_case};
use proc_macro2::{Ident, Span};

use super::definition::numbered;

/// Names that mean something else where the module's items and the derives' output stand.
const TAKEN: [&str; 26] = [
    "Box",
    "Clone",
    "CompatI64",
    "CompatU64",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Err",
    "Flexible",
    "FlexibleArray",
    "From",
    "Into",
    "Ioctl",
    "IoctlData",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Reserved",
    "Result",
    "Self",
    "Send",
    "Some",
    "String",
    "Vec",
];

/// The names of the module's types.
#[derive(Debug)]
pub(crate) struct TypeNames {
    records: HashMap<RecordId, String>,
    enums: HashMap<EnumId, String>,
    used: HashSet<String>,
}

impl TypeNames {
    /// Names every type that has a name in C.
    pub(crate) fn of(interface: &Interface) -> Self {
        let used = TAKEN.iter().map(|name| (*name).to_owned()).collect();
        let mut names = Self { records: HashMap::new(), enums: HashMap::new(), used };
        for (index, record) in (0..).zip(&interface.records) {
            if let Some(name) = c_name(record) {
                let name = names.unique(&type_name(name));
                names.records.insert(RecordId(index), name);
            }
        }
        for (index, enumeration) in (0..).zip(&interface.enums) {
            if let Some(name) = &enumeration.name {
                let name = names.unique(&type_name(name));
                names.enums.insert(EnumId(index), name);
            }
        }
        // What has no name in C is called after the structure that it is a part of.
        for index in 0..interface.records.len() {
            let id = RecordId(index as u32);
            if names.records.contains_key(&id) {
                names.name_parts(interface, id);
            }
        }
        names
    }

    /// The name of a structure or union.
    pub(crate) fn record(&self, id: RecordId) -> Ident {
        ident(self.records.get(&id).map_or("Unnamed", String::as_str))
    }

    /// The name of the integer that stands for an enumeration.
    pub(crate) fn enumeration(&self, id: EnumId) -> Ident {
        ident(self.enums.get(&id).map_or("u32", String::as_str))
    }

    /// A name that no type has yet.
    pub(crate) fn unique(&mut self, wanted: &str) -> String {
        let mut count = 1;
        loop {
            let name = numbered(wanted, count);
            if self.used.insert(name.clone()) {
                return name;
            }
            count += 1;
        }
    }

    /// The wanted name, or with a suffix where a type has it already.
    pub(crate) fn free(&mut self, wanted: &str, suffix: &str) -> String {
        if self.used.contains(wanted) {
            self.unique(&format!("{wanted}{suffix}"))
        } else {
            self.unique(wanted)
        }
    }

    fn name_parts(&mut self, interface: &Interface, parent: RecordId) {
        let Some(parent_name) = self.records.get(&parent).cloned() else { return };
        for (_, body) in interface.record(parent).variants.iter() {
            let mut structures = 0;
            let mut unions = 0;
            for member in &body.members {
                let Type::Record(id) = member.ty.innermost_element() else { continue };
                if self.records.contains_key(id) {
                    continue;
                }
                let suffix = match (&member.name, interface.record(*id).kind) {
                    (Some(name), _) => type_name(name),
                    (None, RecordKind::Struct) => {
                        structures += 1;
                        numbered("Struct", structures)
                    }
                    (None, RecordKind::Union) => {
                        unions += 1;
                        numbered("Union", unions)
                    }
                };
                let name = self.unique(&format!("{parent_name}{suffix}"));
                self.records.insert(*id, name);
                self.name_parts(interface, *id);
            }
        }
    }
}

/// The tag or typedef of a structure.
pub(crate) fn c_name(record: &Record) -> Option<&str> {
    record.name.as_deref().or(record.typedef_name.as_deref())
}

/// `kvm_regs` as `KvmRegs`.
fn type_name(name: &str) -> String {
    let name = camel_case(name);
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        format!("T{name}")
    } else {
        name
    }
}

/// A name of C as one of Rust: keywords are written `r#type`.
pub(crate) fn ident(name: &str) -> Ident {
    if matches!(name, "self" | "Self" | "super" | "crate" | "_") {
        return Ident::new(&format!("{name}_"), Span::call_site());
    }
    match syn::parse_str::<Ident>(name) {
        Ok(ident) => ident,
        Err(_) => Ident::new_raw(name, Span::call_site()),
    }
}

/// What a variant is called in Rust, and whether its name in C has to be stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VariantName {
    /// The variant.
    pub(crate) name: String,
    /// Whether `prefix` and `name` do not yield the name in C.
    pub(crate) stated: bool,
}

/// The names of an interface's commands, given in order; the methods that are made of them are
/// unlike any of `methods`, which they join.
pub(crate) fn variants(
    names: &[&str],
    prefix: &str,
    methods: &mut HashSet<String>,
) -> Vec<VariantName> {
    let mut given: HashMap<&str, VariantName> = HashMap::new();
    names
        .iter()
        .map(|name| {
            // One command that differs between machines is several variants of one name.
            if let Some(known) = given.get(name) {
                return known.clone();
            }
            let found = variant(name, prefix, methods);
            given.insert(name, found.clone());
            found
        })
        .collect()
}

fn variant(name: &str, prefix: &str, methods: &mut HashSet<String>) -> VariantName {
    let short = name.strip_prefix(prefix).unwrap_or(name);
    let plain = [camel_case(short), camel_case(name)];
    let longer = plain.iter().map(|name| format!("{name}Command"));
    for candidate in plain.iter().cloned().chain(longer) {
        if is_variant(&candidate) && methods.insert(snake_case(&candidate)) {
            let stated = format!("{prefix}{}", screaming_snake_case(&candidate)) != name;
            return VariantName { name: candidate, stated };
        }
    }
    let mut count = 2;
    loop {
        let candidate = format!("{}Command{count}", type_name(name));
        if methods.insert(snake_case(&candidate)) {
            return VariantName { name: candidate, stated: true };
        }
        count += 1;
    }
}

/// Whether a variant can be called so: the constant of its number is in capitals, and must not be
/// the variant itself.
fn is_variant(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    begins && !TAKEN.contains(&name) && screaming_snake_case(name) != name
}

/// What most of the names begin with, up to an underscore; empty where they have nothing in common.
pub(crate) fn prefix<'n>(names: &[&'n str]) -> &'n str {
    let first_word = |name: &&'n str| name.split_inclusive('_').next().unwrap_or("");
    let begins_so = |word: &str| names.iter().filter(|name| name.starts_with(word)).count();
    let words = names.iter().map(first_word).filter(|word| word.len() > 1 && word.ends_with('_'));
    let Some(word) = words.max_by_key(|word| (begins_so(word), *word)) else { return "" };
    // A few strays, such as retired commands, do not lengthen all others.
    if begins_so(word) * 3 < names.len() * 2 {
        return "";
    }
    let alike: Vec<&'n str> = names.iter().copied().filter(|name| name.starts_with(word)).collect();
    let leaves_names = |prefix: &str| {
        alike.iter().all(|name| name[prefix.len()..].starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    let mut prefix = shared_beginning(&alike);
    while !prefix.is_empty() && !leaves_names(prefix) {
        let shorter = prefix.trim_end_matches('_').rfind('_').map_or(0, |at| at + 1);
        prefix = &prefix[..shorter];
    }
    prefix
}

/// What all names begin with, up to the last underscore that they share.
fn shared_beginning<'n>(names: &[&'n str]) -> &'n str {
    let Some(first) = names.first() else { return "" };
    let shared = names.iter().fold(first.len(), |length, name| {
        let same = first.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        length.min(same)
    });
    let shared = first.get(..shared).unwrap_or("");
    &shared[..shared.rfind('_').map_or(0, |at| at + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_ends_with_a_word_and_leaves_a_name() {
        assert_eq!(prefix(&["VDUSE_GET_API", "VDUSE_SET_API"]), "VDUSE_");
        assert_eq!(prefix(&["KVM_GET_A", "KVM_GET_B"]), "KVM_GET_");
        assert_eq!(prefix(&["A_1", "A_B"]), "");
        assert_eq!(prefix(&["FIFREEZE", "FITHAW"]), "");
        assert_eq!(prefix(&["A_B"]), "A_");
        assert_eq!(prefix(&["__OLD_GET_A", "A_GET", "A_SET", "A_RUN"]), "A_");
        assert_eq!(prefix(&["A_GET", "B_GET"]), "");
        assert_eq!(prefix(&[]), "");
    }

    #[test]
    fn variants_are_unique_and_state_their_name_in_c_where_it_cannot_be_made() {
        let mut methods = HashSet::new();
        let names = ["A_GET", "A_GET_X86", "A_S", "A_get2", "A_GET"];
        let found = variants(&names, "A_", &mut methods);
        let shown: Vec<(&str, bool)> = found.iter().map(|v| (v.name.as_str(), v.stated)).collect();
        let expected =
            [("Get", false), ("GetX86", false), ("SCommand", true), ("Get2", true), ("Get", false)];
        assert_eq!(shown, expected);
        let others = variants(&["B_GET"], "B_", &mut methods);
        assert_eq!(others, [VariantName { name: "BGet".into(), stated: true }]);
    }

    #[test]
    fn keywords_and_names_that_cannot_be_raw_are_still_names() {
        assert_eq!(ident("type").to_string(), "r#type");
        assert_eq!(ident("self").to_string(), "self_");
        assert_eq!(ident("flags").to_string(), "flags");
    }
}
