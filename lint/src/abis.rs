//! ABIs grouped by what holds on them, and who is hurt where ABIs of one machine disagree.

use ioctlkit_abi::{ABIS, AbiId, AbiSet};
use ioctlkit_model::{Variants, abi_words};

/// Up to this many ABIs of programs are named; more are described by what they have in common.
const NAMED: usize = 3;

/// Groups the ABIs of `within` by a value, in the table's order; those without one are left out.
pub fn by_value<T: PartialEq>(
    within: AbiSet,
    mut value: impl FnMut(AbiId) -> Option<T>,
) -> Variants<T> {
    let mut groups = Variants::default();
    for id in within {
        if let Some(value) = value(id) {
            groups.add(AbiSet::only(id), value);
        }
    }
    groups
}

/// A kernel's own ABI and another ABI whose programs it also runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compat {
    /// The 64-bit ABI of the kernel.
    pub kernel: AbiId,
    /// The 32-bit ABI of the programs.
    pub program: AbiId,
}

/// Every pair of a 64-bit kernel and the 32-bit programs that it runs.
pub fn compat_pairs() -> impl Iterator<Item = Compat> {
    ABIS.iter().flat_map(|kernel| {
        kernel.companions().map(|program| Compat { kernel: kernel.id(), program: program.id() })
    })
}

/// The pairs of a 64-bit kernel and 32-bit programs that do not agree on a grouped value.
pub fn disagreeing<T: PartialEq>(groups: &Variants<T>) -> Vec<Compat> {
    compat_pairs()
        .filter(|pair| match (groups.get(pair.kernel), groups.get(pair.program)) {
            (Some(kernel), Some(program)) => kernel != program,
            _ => false,
        })
        .collect()
}

/// Who is hurt where the pairs disagree: "32-bit programs on a 64-bit kernel" where most of them
/// do, else the pair by name: "i386 programs on an `x86_64` kernel".
pub fn victims(pairs: &[Compat]) -> Option<String> {
    let first = pairs.first()?;
    let programs: AbiSet = pairs.iter().map(|pair| pair.program).collect();
    if programs.len() > NAMED || pairs.iter().any(|pair| pair.kernel != first.kernel) {
        return Some("32-bit programs on a 64-bit kernel".into());
    }
    let kernel = first.kernel.abi().name;
    Some(format!(
        "{} programs on {} {kernel} kernel",
        abi_words::noun(programs, programs),
        article(kernel)
    ))
}

/// "a" or "an", by how an ABI's name is spoken: an `x86_64`, an `s390x`, a `sparc64`.
fn article(name: &str) -> &'static str {
    let mut letters = name.chars();
    let first = letters.next().unwrap_or(' ');
    let spelled_out = letters.next().is_none_or(|second| second.is_ascii_digit());
    let vowel = if spelled_out { "aefhilmnorsx" } else { "aeio" };
    if vowel.contains(first) { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_that_disagree_are_found_and_named() {
        let align = by_value(AbiSet::ALL, |id| Some(id.abi().under_aligns_64_bit()));
        let victims_of_align = victims(&disagreeing(&align));
        assert_eq!(victims_of_align.as_deref(), Some("i386 programs on an x86_64 kernel"));
        let long = by_value(AbiSet::ALL, |id| Some(id.abi().long_size));
        let victims_of_long = victims(&disagreeing(&long));
        assert_eq!(victims_of_long.as_deref(), Some("32-bit programs on a 64-bit kernel"));
        let order = by_value(AbiSet::ALL, |id| Some(id.abi().byte_order));
        assert_eq!(victims(&disagreeing(&order)), None);
    }

    #[test]
    fn every_abi_name_gets_the_article_that_it_is_spoken_with() {
        let kernels: Vec<_> = ABIS
            .iter()
            .filter(|abi| abi.companions().next().is_some())
            .map(|abi| format!("{} {}", article(abi.name), abi.name))
            .collect();
        assert_eq!(
            kernels,
            [
                "an x86_64",
                "an aarch64",
                "a riscv64",
                "a powerpc64",
                "a mips_n64",
                "a mipsel_n64",
                "an s390x",
                "a sparc64",
            ]
        );
    }
}
