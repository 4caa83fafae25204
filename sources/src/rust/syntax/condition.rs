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
    /// What the build script may set.
    pub(crate) script: Option<&'a Script>,
}

/// What the text of a condition comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    /// It is set where the crate is built, if at all.
    Either,
}

impl From<bool> for Answer {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Condition {
    /// Whether it holds, or may hold: of what a build script sets, both ways are read. What only a
    /// command line sets counts as unset.
    pub(crate) fn holds(&self, build: Build<'_>) -> bool {
        self.answer(build) != Answer::No
    }

    /// Whether it holds, or nothing where the build says so.
    pub(crate) fn is_certain(&self, build: Build<'_>) -> Option<bool> {
        match self.answer(build) {
            Answer::Yes => Some(true),
            Answer::No => Some(false),
            Answer::Either => None,
        }
    }

    /// Whether it may hold on an ABI, whatever else it depends on.
    pub(crate) fn may_hold(&self, abi: &Abi) -> bool {
        self.outcomes(abi).0
    }

    /// Whether it may hold, and whether it may not.
    fn outcomes(&self, abi: &Abi) -> (bool, bool) {
        match self {
            Self::All(list) => list.iter().fold((true, false), |(yes, no), condition| {
                let (may, may_not) = condition.outcomes(abi);
                (yes && may, no || may_not)
            }),
            Self::Any(list) => list.iter().fold((false, true), |(yes, no), condition| {
                let (may, may_not) = condition.outcomes(abi);
                (yes || may, no && may_not)
            }),
            Self::Not(condition) => {
                let (may, may_not) = condition.outcomes(abi);
                (may_not, may)
            }
            Self::Pair(name, value) if name == "target_arch" => {
                let holds = pair_holds(name, value, abi);
                (holds, !holds)
            }
            Self::Pair(..) | Self::Flag(_) => (true, true),
        }
    }

    fn answer(&self, build: Build<'_>) -> Answer {
        let answers = |list: &[Self]| -> Vec<Answer> {
            list.iter().map(|condition| condition.answer(build)).collect()
        };
        match self {
            Self::All(list) => {
                let answers = answers(list);
                if answers.contains(&Answer::No) {
                    Answer::No
                } else if answers.contains(&Answer::Either) {
                    Answer::Either
                } else {
                    Answer::Yes
                }
            }
            Self::Any(list) => {
                let answers = answers(list);
                if answers.contains(&Answer::Yes) {
                    Answer::Yes
                } else if answers.contains(&Answer::Either) {
                    Answer::Either
                } else {
                    Answer::No
                }
            }
            Self::Not(condition) => match condition.answer(build) {
                Answer::Yes => Answer::No,
                Answer::No => Answer::Yes,
                Answer::Either => Answer::Either,
            },
            Self::Flag(name) => match build.script {
                _ if is_of_compiler(name) => {
                    Answer::from(matches!(&**name, "unix" | "panic_unwind"))
                }
                Some(script) => script.flag(name),
                None => Answer::from(name == "linux_android"),
            },
            Self::Pair(name, value) if name == "feature" => {
                Answer::from(build.features.contains(value))
            }
            Self::Pair(name, value) => match build.script {
                Some(script) if !is_of_compiler(name) && script.may_set(name) => Answer::Either,
                _ => Answer::from(pair_holds(name, value, build.abi)),
            },
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
                        | WIDE_TIME
                ) {
                    pairs.insert((name.clone(), value.clone()));
                }
            }
        }
    }
}

/// Whether a name is one of the compiler's or of cargo's tools', which no build script sets.
fn is_of_compiler(name: &str) -> bool {
    name.starts_with("target_")
        || matches!(
            name,
            "unix"
                | "windows"
                | "test"
                | "doc"
                | "doctest"
                | "docsrs"
                | "miri"
                | "loom"
                | "clippy"
                | "rustfmt"
                | "debug_assertions"
                | "overflow_checks"
                | "proc_macro"
                | "panic"
                | "panic_unwind"
                | "panic_abort"
                | "feature"
        )
}

/// What a build script says of conditions.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// What `cfg_aliases!` defines.
    aliases: Vec<(String, Answer)>,
    /// The words of its text.
    words: BTreeSet<String>,
}

impl Script {
    /// Reads the text of a build script that runs for an ABI with these features.
    pub(crate) fn read(text: &str, abi: &'static Abi, features: &BTreeSet<String>) -> Self {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let words = text.split(|c| !is_part(c)).filter(|word| !word.is_empty());
        let words = words.map(str::to_owned).collect();
        let mut script = Self { aliases: Vec::new(), words };
        for (name, condition) in aliases(text).unwrap_or_default() {
            // An alias is made of those before it.
            let answer = condition.answer(Build { abi, features, script: Some(&script) });
            script.aliases.push((name, answer));
        }
        script
    }

    /// Whether it may set that name: it says it, says how it begins (`has_{feature}`), or asks autocfg,
    /// which makes names of what it looks for.
    fn may_set(&self, name: &str) -> bool {
        let begins =
            |part: &String| part.len() > 2 && part.ends_with('_') && name.starts_with(part);
        let by_autocfg = || {
            self.words.contains("autocfg")
                && ["has_", "rustc_"].iter().any(|start| name.starts_with(start))
        };
        self.words.contains(name) || self.words.iter().any(begins) || by_autocfg()
    }

    fn flag(&self, name: &str) -> Answer {
        match self.aliases.iter().find(|(alias, _)| alias == name) {
            Some((_, answer)) => *answer,
            None if self.may_set(name) => Answer::Either,
            None => Answer::No,
        }
    }
}

/// No condition that anybody writes has more characters.
const LONGEST: usize = 4096;

/// The conditions of `cfg!(…)` in a text.
pub(crate) fn in_expressions(text: &str) -> impl Iterator<Item = Condition> + '_ {
    text.match_indices("cfg!(").filter_map(|(at, opening)| {
        let rest = &text[at + opening.len()..];
        let rest = rest.char_indices().nth(LONGEST).map_or(rest, |(end, _)| &rest[..end]);
        let tokens: proc_macro2::TokenStream = balanced(rest, ('(', ')'))?.parse().ok()?;
        (!super::nesting::is_too_deep(&tokens)).then(|| syn::parse2(tokens).ok())?
    })
}

/// `cfg_aliases! { bsd: { any(target_os = "freebsd", apple) }, … }`.
fn aliases(text: &str) -> Option<Vec<(String, Condition)>> {
    let (_, rest) = text.split_once("cfg_aliases!")?;
    let tokens: proc_macro2::TokenStream =
        balanced(rest.trim_start().strip_prefix('{')?, ('{', '}'))?.parse().ok()?;
    if super::nesting::is_too_deep(&tokens) {
        return None;
    }
    let list = |input: ParseStream<'_>| {
        let mut aliases = Vec::new();
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?.to_string();
            input.parse::<Token![:]>()?;
            let inner;
            syn::braced!(inner in input);
            aliases.push((name, inner.parse::<Condition>()?));
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(aliases)
    };
    syn::parse::Parser::parse2(list, tokens).ok()
}

/// The text up to the sign that closes the group whose opening sign is in front of it.
fn balanced(text: &str, (opening, closing): (char, char)) -> Option<&str> {
    let mut open = 1_u32;
    let end = text.find(|c| {
        if c == opening {
            open += 1;
        } else if c == closing {
            open -= 1;
        }
        open == 0
    })?;
    text.get(..end)
}

/// A condition of the prelude's own: where `time_t` is 64 bits wide and `long` is not. That is x32; riscv32's
/// is taken as C headers here have it.
pub(crate) const WIDE_TIME: &str = "ioctlkit_time_width";

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
        WIDE_TIME => {
            value == "64" && abi.is_ilp32_on_64_bit() && abi.rust_archs.contains(&"x86_64")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str, script: Option<&str>) -> bool {
        let condition: Condition = syn::parse_str(condition).expect(condition);
        let abi = Abi::by_name("x86_64").expect("an ABI");
        let features = BTreeSet::new();
        let script = script.map(|text| Script::read(text, abi, &features));
        condition.holds(Build { abi, features: &features, script: script.as_ref() })
    }

    #[test]
    fn of_what_a_build_script_sets_both_ways_hold() {
        let script = Some(r#"fn main() { println!("cargo:rustc-cfg=has_x"); }"#);
        assert!(holds("has_x", script) && holds("not(has_x)", script));
        assert!(!holds("has_y", script) && holds("not(has_y)", script));
        assert!(!holds("has_x", None));
        assert!(!holds("all(has_x, windows)", script));
    }

    #[test]
    fn a_build_script_may_put_a_name_together() {
        for script in [
            r#"fn main() { for v in VERSIONS { println!("cargo::rustc-cfg=linux_{v}"); } }"#,
            r#"fn main() { println!("cargo:rustc-cfg={}", concat!("linux_", "6")); }"#,
        ] {
            let script = Some(script);
            assert!(holds("linux_6", script) && holds("not(linux_6)", script));
            assert!(!holds("windows_6", script) && !holds("linux", script));
        }
        let script = Some("fn main() { autocfg::new().emit_has_type(\"u128\"); }");
        assert!(holds("has_u128", script) && holds("not(has_u128)", script));
        assert!(!holds("with_u128", script));
    }

    #[test]
    fn what_an_architecture_rules_out_may_not_hold() {
        let may_hold = |text: &str| {
            let condition: Condition = syn::parse_str(text).expect(text);
            condition.may_hold(Abi::by_name("x86_64").expect("an ABI"))
        };
        assert!(may_hold("all(feature = \"a\", not(feature = \"b\"), target_arch = \"x86_64\")"));
        assert!(!may_hold("all(feature = \"a\", target_arch = \"arm\")"));
        assert!(may_hold("any(feature = \"a\", target_arch = \"arm\")"));
        assert!(may_hold("not(all(feature = \"a\", target_arch = \"x86_64\"))"));
        assert!(!may_hold("not(target_arch = \"x86_64\")"));
    }

    #[test]
    fn an_alias_is_what_it_stands_for() {
        let script = Some(
            r#"cfg_aliases! { apple: { target_os = "macos" }, bsd: { any(target_os = "freebsd", apple) },
               here: { all(unix, not(bsd)) } }"#,
        );
        assert!(!holds("bsd", script) && holds("not(bsd)", script));
        assert!(holds("here", script) && !holds("not(here)", script));
    }
}
