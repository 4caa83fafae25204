//! Which Rust name stands for which C name.

/// Whether a name in Rust is a name of C in another case: `KVM_GET_REGS`, `kvm_get_regs` and
/// `KvmGetRegs`.
pub fn same_name(rust: &str, c: &str) -> bool {
    folded(rust) == folded(c)
}

/// Whether a member of a Rust structure is a member of C by its name: as [`same_name`], and a
/// keyword of Rust may be evaded (`r#type`, `type_`, `typ`).
pub fn same_member(rust: &str, c: &str) -> bool {
    let (rust, c) = (folded(rust), folded(c));
    rust == c || (c == "type" && matches!(rust.as_str(), "typ" | "ty" | "kind"))
}

/// What a member of C may be called in Rust, each as [`folded`] has it.
pub(super) fn spellings(c: &str) -> Vec<String> {
    let name = folded(c);
    let instead: &[&str] = if name == "type" { &["typ", "ty", "kind"] } else { &[] };
    std::iter::once(name).chain(instead.iter().map(|name| (*name).to_owned())).collect()
}

/// A name without what the languages' conventions change: case, underscores, `r#`.
pub(super) fn folded(name: &str) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
    name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

/// The last name of a path: `GetRegs` of `Kvm::GetRegs`.
pub fn last_of_path(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

/// A type's name in C without `struct` or `union`.
pub(super) fn without_keyword(name: &str) -> &str {
    let name = name.trim();
    ["struct ", "union "].iter().find_map(|word| name.strip_prefix(word)).unwrap_or(name).trim()
}

/// The best of several C names for one Rust name: the same spelling, else the same but for the
/// case, else the only one.
pub(super) fn best<'n, T>(rust: &str, candidates: &'n [(String, T)]) -> Option<&'n T> {
    let by = |same: &dyn Fn(&str) -> bool| {
        let mut found = candidates.iter().filter(|(name, _)| same(name));
        match (found.next(), found.next()) {
            (Some((_, one)), None) => Some(one),
            _ => None,
        }
    };
    by(&|name| name == rust)
        .or_else(|| by(&|name| name.eq_ignore_ascii_case(rust)))
        .or_else(|| by(&|_| true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_has_the_case_of_its_language() {
        for rust in ["KVM_GET_REGS", "kvm_get_regs", "KvmGetRegs"] {
            assert!(same_name(rust, "KVM_GET_REGS"), "{rust}");
        }
        assert!(!same_name("KVM_GET_SREGS", "KVM_GET_REGS"));
    }

    #[test]
    fn keywords_of_rust_are_evaded_in_several_ways() {
        for rust in ["r#type", "type_", "typ", "ty", "kind"] {
            assert!(same_member(rust, "type"), "{rust}");
        }
        assert!(same_member("match_", "match"));
        assert!(!same_member("kind", "match"));
    }

    #[test]
    fn the_nearest_spelling_wins_and_a_tie_has_no_winner() {
        let named = |names: &[&str]| -> Vec<(String, usize)> {
            names.iter().enumerate().map(|(at, name)| ((*name).to_owned(), at)).collect()
        };
        assert_eq!(best("FOO_GET", &named(&["FOOGET", "FOO_GET"])), Some(&1));
        assert_eq!(best("foo_get", &named(&["FOOGET", "FOO_GET"])), Some(&1));
        assert_eq!(best("FooGet", &named(&["FOO_GET"])), Some(&0));
        assert_eq!(best("fo_oget", &named(&["FOOGET", "FOO_GET"])), None);
    }

    #[test]
    fn keywords_and_paths_are_taken_off() {
        assert_eq!(without_keyword("struct kvm_regs"), "kvm_regs");
        assert_eq!(without_keyword("union u"), "u");
        assert_eq!(without_keyword("structure"), "structure");
        assert_eq!(last_of_path("kvm::Kvm::GetRegs"), "GetRegs");
    }
}
