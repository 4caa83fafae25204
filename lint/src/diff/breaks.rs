//! Whom a change breaks, by the ABIs that it shows on.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::Breaks;

use crate::abis::compat_pairs;

/// Whom a change of what programs and kernel exchange breaks, where it shows on these ABIs and on
/// no other.
///
/// A 32-bit program on a 64-bit kernel is served by that kernel's idea of the 32-bit layout, so a
/// change on its ABI reaches it there. Where the 64-bit ABI did not change, the native programs
/// are fine and the compat path alone is in question.
pub fn of_abis(changed: AbiSet, within: AbiSet) -> Vec<Breaks> {
    if changed.is_empty() {
        return Vec::new();
    }
    let programs: AbiSet = compat_pairs()
        .filter(|pair| within.contains(pair.kernel) && changed.contains(pair.program))
        .map(|pair| pair.program)
        .collect();
    // With the two halves of a pair now apart, 32-bit programs depend on a translation that the
    // kernel did not need before.
    let torn = compat_pairs().any(|pair| {
        within.contains(pair.program)
            && changed.contains(pair.kernel)
            && !changed.contains(pair.program)
    });
    let mut breaks = Vec::new();
    if !changed.is_subset(programs) {
        breaks.push(Breaks::Binary);
    }
    if !programs.is_empty() || torn {
        breaks.push(Breaks::Binary32);
    }
    breaks
}

/// As [`of_abis`], for a number that is no more: on an ABI that shares its numbers with every
/// other, nobody has it.
pub fn of_numbers(gone: AbiSet, within: AbiSet) -> Vec<Breaks> {
    let mut breaks = vec![Breaks::Source];
    breaks.extend(of_abis(gone, within));
    breaks
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::AbiSet;

    use super::*;

    #[test]
    fn a_change_on_every_abi_breaks_native_and_32_bit_programs() {
        assert_eq!(of_abis(AbiSet::ALL, AbiSet::ALL), [Breaks::Binary, Breaks::Binary32]);
        assert_eq!(of_abis(AbiSet::EMPTY, AbiSet::ALL), []);
    }

    #[test]
    fn a_change_on_one_half_of_a_pair_breaks_32_bit_programs() {
        let pair = compat_pairs().next().unwrap();
        let (kernel, program) = (AbiSet::only(pair.kernel), AbiSet::only(pair.program));
        assert_eq!(of_abis(program, AbiSet::ALL), [Breaks::Binary32]);
        assert_eq!(of_abis(kernel, AbiSet::ALL), [Breaks::Binary, Breaks::Binary32]);
        assert_eq!(of_abis(kernel, kernel), [Breaks::Binary]);
    }

    #[test]
    fn an_abi_without_a_64_bit_kernel_has_native_programs_only() {
        let alone = AbiSet::of(|abi| !abi.is_64_bit() && abi.hosts().next().is_none());
        assert_eq!(of_abis(alone, AbiSet::ALL), [Breaks::Binary]);
    }
}
