//! Sets of ABIs as `cfg` predicates of Rust.

use ioctlkit_abi::{Abi, AbiId, AbiSet, ByteOrder};
use proc_macro2::TokenStream;
use quote::quote;

/// How Rust names the targets of an ABI.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    /// Values of `target_arch`.
    archs: &'static [&'static str],
    /// `target_pointer_width`.
    width: &'static str,
    /// `target_endian`.
    endian: &'static str,
}

/// The targets of an ABI; `None` where Rust has none.
fn target(abi: &Abi) -> Option<Target> {
    let archs = abi.rust_archs;
    if archs.is_empty() {
        return None;
    }
    let wide = abi.is_64_bit();
    let width = if wide { "64" } else { "32" };
    let endian = match abi.byte_order {
        ByteOrder::Little => "little",
        ByteOrder::Big => "big",
    };
    Some(Target { archs, width, endian })
}

/// The `#[cfg(…)]` that holds on the ABIs of `abis`, as far as Rust has targets for them; `None`
/// where it would always hold. A set without any target gives one that never holds.
pub(crate) fn attribute(abis: AbiSet) -> Option<TokenStream> {
    let known = AbiSet::of(|abi| target(abi).is_some());
    let meant = abis.intersection(known);
    if meant == known {
        return None;
    }
    let predicate = predicate(meant, known);
    Some(quote!(#[cfg(#predicate)]))
}

/// The shortest way to say it: by what all of them have in common, or all others have.
fn predicate(meant: AbiSet, known: AbiSet) -> TokenStream {
    let positive = shortest(meant, known);
    let negative = shortest(known.difference(meant), known);
    if negative.len() < positive.len() {
        let negative = any(&negative);
        quote!(not(#negative))
    } else {
        any(&positive)
    }
}

/// Predicates of which one holds on each of the ABIs, as few as can be: one for all targets of a
/// width or a byte order where the set has them, and one for each architecture of the rest.
fn shortest(meant: AbiSet, known: AbiSet) -> Vec<TokenStream> {
    let of = |same: &dyn Fn(&Target) -> bool| -> AbiSet {
        known.iter().filter(|id| target(id.abi()).is_some_and(|t| same(&t))).collect()
    };
    let classes = [
        (of(&|t| t.width == "32"), quote!(target_pointer_width = "32")),
        (of(&|t| t.width == "64"), quote!(target_pointer_width = "64")),
        (of(&|t| t.endian == "little"), quote!(target_endian = "little")),
        (of(&|t| t.endian == "big"), quote!(target_endian = "big")),
    ];
    let mut best = alternatives(meant, known);
    for (class, predicate) in classes.into_iter().filter(|(class, _)| class.is_subset(meant)) {
        let rest = alternatives(meant.difference(class), known);
        if rest.len() + 1 < best.len() {
            best = std::iter::once(predicate).chain(rest).collect();
        }
    }
    best
}

/// A predicate for each architecture, or for a part of one.
fn alternatives(meant: AbiSet, known: AbiSet) -> Vec<TokenStream> {
    let mut found = Vec::new();
    let mut left = meant;
    while let Some(id) = left.first() {
        let Some(own) = target(id.abi()) else {
            left = left.difference(AbiSet::only(id));
            continue;
        };
        let like = |same: &dyn Fn(&Target) -> bool| -> AbiSet {
            known.iter().filter(|id: &AbiId| target(id.abi()).is_some_and(|t| same(&t))).collect()
        };
        let arch = like(&|t| t.archs == own.archs);
        let width = like(&|t| t.archs == own.archs && t.width == own.width);
        let endian = like(&|t| t.archs == own.archs && t.endian == own.endian);
        let archs: Vec<TokenStream> =
            own.archs.iter().map(|arch| quote!(target_arch = #arch)).collect();
        if arch.is_subset(meant) {
            found.extend(archs);
            left = left.difference(arch);
            continue;
        }
        let named = any(&archs);
        let (bits, order) = (own.width, own.endian);
        let (covered, predicate) = if width.is_subset(meant) {
            (width, quote!(all(#named, target_pointer_width = #bits)))
        } else if endian.is_subset(meant) {
            (endian, quote!(all(#named, target_endian = #order)))
        } else {
            let one = like(&|t| *t == own);
            (one, quote!(all(#named, target_pointer_width = #bits, target_endian = #order)))
        };
        left = left.difference(covered);
        found.push(predicate);
    }
    found
}

fn any(predicates: &[TokenStream]) -> TokenStream {
    if let [only] = predicates { only.clone() } else { quote!(any(#(#predicates),*)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(holds: impl Fn(&Abi) -> bool) -> String {
        attribute(AbiSet::of(holds)).map_or_else(String::new, |tokens| tokens.to_string())
    }

    #[test]
    fn a_set_of_abis_is_the_shortest_predicate_that_holds_there() {
        assert_eq!(shown(|_| true), "");
        assert_eq!(shown(Abi::is_64_bit), "# [cfg (target_pointer_width = \"64\")]");
        assert_eq!(
            shown(|abi| abi.kernel_arch == "x86"),
            "# [cfg (any (target_arch = \"x86_64\" , target_arch = \"x86\"))]"
        );
        assert_eq!(
            shown(|abi| abi.kernel_arch != "m68k"),
            "# [cfg (not (target_arch = \"m68k\"))]"
        );
        assert_eq!(
            shown(Abi::is_ilp32_on_64_bit),
            "# [cfg (any (all (target_arch = \"x86_64\" , target_pointer_width = \"32\") , \
             all (any (target_arch = \"mips64\" , target_arch = \"mips64r6\") , \
             target_pointer_width = \"32\")))]"
        );
    }

    #[test]
    fn what_rust_has_no_target_for_never_holds() {
        assert_eq!(shown(|abi| abi.kernel_arch == "alpha"), "# [cfg (any ())]");
    }
}
