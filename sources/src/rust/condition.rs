//! `#[cfg(…)]`: on which ABIs it holds.

use std::collections::BTreeSet;

use ioctlkit_abi::{Abi, ByteOrder};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Token, ext::IdentExt as _, parenthesized};

/// A condition of `cfg`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    /// `all(…)`.
    All(Vec<Condition>),
    /// `any(…)`.
    Any(Vec<Condition>),
    /// `not(…)`.
    Not(Box<Condition>),
    /// `unix`.
    Flag(String),
    /// `target_arch = "x86"`.
    Pair(String, String),
}

impl Parse for Condition {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?.unraw().to_string();
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            return Ok(Self::Pair(name, input.parse::<LitStr>()?.value()));
        }
        if !input.peek(syn::token::Paren) {
            return Ok(Self::Flag(name));
        }
        let inner;
        parenthesized!(inner in input);
        let list = Punctuated::<Self, Token![,]>::parse_terminated(&inner)?;
        let mut list: Vec<Self> = list.into_iter().collect();
        Ok(match (name.as_str(), list.len()) {
            ("all", _) => Self::All(list),
            ("any", _) => Self::Any(list),
            ("not", 1) => Self::Not(Box::new(list.remove(0))),
            _ => return Err(inner.error("no condition of this name")),
        })
    }
}

/// What a condition is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Build<'a> {
    /// The ABI that the code is compiled for.
    pub(crate) abi: &'static Abi,
    /// The features that are on.
    pub(crate) features: &'a BTreeSet<String>,
}

impl Condition {
    /// Whether it holds. What is set by a build script or on a command line counts as unset.
    pub(crate) fn holds(&self, build: Build<'_>) -> bool {
        match self {
            Self::All(list) => list.iter().all(|condition| condition.holds(build)),
            Self::Any(list) => list.iter().any(|condition| condition.holds(build)),
            Self::Not(condition) => !condition.holds(build),
            Self::Flag(name) => matches!(name.as_str(), "unix" | "linux_android" | "panic_unwind"),
            Self::Pair(name, value) if name == "feature" => build.features.contains(value),
            Self::Pair(name, value) => pair_holds(name, value, build.abi),
        }
    }

    /// The features that it names.
    pub(crate) fn collect_features(&self, features: &mut BTreeSet<String>) {
        match self {
            Self::All(list) | Self::Any(list) => {
                for condition in list {
                    condition.collect_features(features);
                }
            }
            Self::Not(condition) => condition.collect_features(features),
            Self::Pair(name, value) if name == "feature" => {
                features.insert(value.clone());
            }
            Self::Flag(_) | Self::Pair(..) => {}
        }
    }

    /// The pairs that ABIs may differ in.
    pub(crate) fn collect_pairs(&self, pairs: &mut BTreeSet<(String, String)>) {
        match self {
            Self::All(list) | Self::Any(list) => {
                for condition in list {
                    condition.collect_pairs(pairs);
                }
            }
            Self::Not(condition) => condition.collect_pairs(pairs),
            Self::Flag(_) => {}
            Self::Pair(name, value) => {
                if matches!(
                    name.as_str(),
                    "target_arch"
                        | "target_pointer_width"
                        | "target_endian"
                        | "target_abi"
                        | "target_has_atomic"
                ) {
                    pairs.insert((name.clone(), value.clone()));
                }
            }
        }
    }
}

/// Whether a pair holds for code compiled for an ABI of Linux.
pub(crate) fn pair_holds(name: &str, value: &str, abi: &Abi) -> bool {
    match name {
        "target_os" => value == "linux",
        "target_family" => value == "unix",
        // glibc is what most of these ABIs have, and what programs of them are built for.
        "target_env" => value == "gnu",
        "target_vendor" => value == "unknown",
        "target_arch" => abi.rust_archs.contains(&value),
        "target_pointer_width" => value.parse() == Ok(abi.pointer_size * 8),
        "target_endian" => match abi.byte_order {
            ByteOrder::Little => value == "little",
            ByteOrder::Big => value == "big",
        },
        "target_has_atomic" => match value {
            "64" => abi.is_64_bit() || abi.is_ilp32_on_64_bit(),
            "128" => false,
            _ => true,
        },
        "panic" => value == "unwind",
        _ => false,
    }
}
