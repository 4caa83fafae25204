//! What differs between ABIs, in few words: `8 (4 on i386 and 8 other ABIs)`.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::abi_words;

/// Values with the ABIs that have them.
#[derive(Debug, Clone)]
pub(super) struct PerAbi<T>(Vec<(T, AbiSet)>);

impl<T> Default for PerAbi<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> PerAbi<T> {
    pub(super) fn add(&mut self, value: T, abis: AbiSet) {
        match self.0.iter_mut().find(|(known, _)| *known == value) {
            Some((_, known)) => *known = known.union(abis),
            None => self.0.push((value, abis)),
        }
    }

    /// The value that `x86_64` has, or else most ABIs, and the others with theirs; none where there is no value.
    pub(super) fn words(&self, among: AbiSet, shown: impl Fn(&T) -> String) -> Option<String> {
        let known = AbiSet::of(|abi| abi.name == "x86_64");
        let is_known = |abis: &AbiSet| !abis.intersection(known).is_empty();
        // The first of equals.
        let in_order = self.0.iter().rev();
        let usual = in_order.max_by_key(|(_, abis)| (is_known(abis), abis.len()))?;
        let others: Vec<String> = self
            .0
            .iter()
            .filter(|(value, _)| *value != usual.0)
            .map(|(value, abis)| format!("{} {}", shown(value), abi_words::on(*abis, among)))
            .collect();
        let usual = shown(&usual.0);
        Some(if others.is_empty() { usual } else { format!("{usual} ({})", others.join(", ")) })
    }

    /// Each value with its ABIs, unless all have it; none where there is no value.
    pub(super) fn each(&self, among: AbiSet, shown: impl Fn(&T) -> String) -> Option<String> {
        let words = |(value, abis): &(T, AbiSet)| {
            if among.difference(*abis).is_empty() {
                shown(value)
            } else {
                format!("{} {}", shown(value), abi_words::on(*abis, among))
            }
        };
        let all: Vec<String> = self.0.iter().map(words).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }
}

/// `1 byte`, `4 bytes`.
pub(super) fn amount(count: u64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_value_comes_first_and_exceptions_have_names() {
        let only = |name: &str| AbiSet::of(|abi| abi.name == name);
        let mut values = PerAbi::default();
        assert_eq!(values.words(AbiSet::ALL, u64::to_string), None);
        values.add(4, only("i386"));
        values.add(8, AbiSet::ALL.difference(only("i386")));
        assert_eq!(values.words(AbiSet::ALL, u64::to_string).unwrap(), "8 (4 on i386)");
        assert_eq!(
            values.each(AbiSet::ALL, u64::to_string).unwrap(),
            "4 on i386, 8 on every ABI but i386"
        );
        // That of x86_64 goes before that of most.
        let mut rare = PerAbi::default();
        rare.add(8, AbiSet::ALL.difference(only("x86_64")));
        rare.add(4, only("x86_64"));
        let words = rare.words(AbiSet::ALL, u64::to_string).unwrap();
        assert_eq!(words, "4 (8 on every ABI but x86_64)");
        let mut same = PerAbi::default();
        same.add(4, AbiSet::ALL);
        assert_eq!(same.words(AbiSet::ALL, u64::to_string).unwrap(), "4");
        assert_eq!(same.each(AbiSet::ALL, u64::to_string).unwrap(), "4");
    }
}
