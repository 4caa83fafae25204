//! The numbers for syzkaller, so that nobody has to build a kernel for each architecture to
//! extract them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ioctlkit_abi::Abi;

use super::names::{numbers, of_values, value};
use super::view::View;
use crate::module::stamp::PLACEHOLDER;

/// syzkaller's names of Linux architectures, sorted, and the ABI of each.
const ARCHES: [(&str, &str); 9] = [
    ("386", "i386"),
    ("amd64", "x86_64"),
    ("arm", "arm"),
    ("arm64", "aarch64"),
    ("loong64", "loongarch64"),
    ("mips64le", "mipsel_n64"),
    ("ppc64le", "powerpc64le"),
    ("riscv64", "riscv64"),
    ("s390x", "s390x"),
];

/// The file, in the form of `syz-extract`.
pub(super) fn file(view: &View<'_>) -> String {
    let abis = view.layouts.interface().abis;
    let arches: Vec<_> = ARCHES
        .into_iter()
        .filter_map(|(arch, abi)| Some((arch, Abi::by_name(abi)?.id())))
        .filter(|(_, abi)| abis.contains(*abi))
        .collect();
    let mut values: BTreeMap<String, Vec<(&str, u64)>> = BTreeMap::new();
    for command in view.commands() {
        for number in numbers(command) {
            let of = |abi| view.number(command, number.index, abi);
            let known = arches.iter().filter_map(|(arch, abi)| Some((*arch, of(*abi)?)));
            let known = known.map(|(arch, number)| (arch, u64::from(number)));
            values.insert(number.name, known.collect());
        }
    }
    for id in view.records() {
        for (_, member, _) in view.members(id) {
            for constant in of_values(view.layouts.interface(), member) {
                // syzkaller's numbers have 64 bits, and no sign.
                let Ok(value) = u64::try_from(value(constant) & i128::from(u64::MAX)) else {
                    continue;
                };
                let known = arches.iter().map(|(arch, _)| (*arch, value));
                values.insert(constant.name.clone(), known.collect());
            }
        }
    }
    let names: Vec<&str> = arches.iter().map(|(arch, _)| *arch).collect();
    let mut text = format!("# {PLACEHOLDER}\narches = {}\n", names.join(", "));
    for (name, numbers) in values {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name} = {}", spelled(&numbers));
    }
    text
}

/// `3, mips64le:ppc64le:5`: the number of most, and those of others with their architectures.
fn spelled(numbers: &[(&str, u64)]) -> String {
    let mut by_number: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for (arch, number) in numbers {
        by_number.entry(*number).or_default().push(arch);
    }
    let most = by_number.iter().max_by_key(|(number, arches)| (arches.len(), !**number));
    let Some(most) = most.map(|(number, _)| *number) else { return "???".into() };
    let mut parts = vec![most.to_string()];
    let mut others: Vec<_> = by_number.iter().filter(|(number, _)| **number != most).collect();
    others.sort_by_key(|(_, arches)| arches.first().copied());
    parts.extend(
        others.into_iter().map(|(number, arches)| format!("{}:{number}", arches.join(":"))),
    );
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_most_comes_first_and_stands_for_them() {
        assert_eq!(spelled(&[("386", 3), ("amd64", 3)]), "3");
        assert_eq!(
            spelled(&[
                ("386", 4),
                ("amd64", 3),
                ("arm64", 3),
                ("mips64le", 5),
                ("ppc64le", 5),
                ("s390x", 3)
            ]),
            "3, 386:4, mips64le:ppc64le:5"
        );
        assert_eq!(spelled(&[]), "???");
    }
}
