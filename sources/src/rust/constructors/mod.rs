//! What crates make the numbers of commands with: one table, a file for each crate.
//!
//! The table says what a crate's macros, functions and types are called, what they are given and what
//! becomes of it; nothing here reads source. What is looked for in a text, what a glob import brings in,
//! what a number is made of and how it is packed all follow from the table, so that a crate is added with
//! one file and its line in [`CRATES`].

use std::fmt;

use ioctlkit_abi::Direction;

mod ioctl_sys;
mod iocuddle;
mod libc;
mod nix;
mod rustix;
mod uoctl;
mod vmm_sys_util;

/// The crates that are known.
static CRATES: [&Crate; 7] = [
    &nix::CRATE,
    &rustix::CRATE,
    &libc::CRATE,
    &vmm_sys_util::CRATE,
    &uoctl::CRATE,
    &iocuddle::CRATE,
    &ioctl_sys::CRATE,
];

/// A crate that makes numbers.
pub struct Crate {
    /// The name that paths have for it.
    pub name: &'static str,
    /// What makes numbers.
    makers: &'static [Maker],
    /// Other types that belong to them.
    types: &'static [&'static str],
    /// Types that make a call of the number in their angle brackets.
    patterns: &'static [&'static str],
    /// The type of constants that hold a number, where it tells the argument.
    pub(crate) holder: Option<Holder>,
    /// How a version packs a number; of an unknown version, the newest.
    packing: fn(Option<&[u64]>) -> Packing,
    /// What packs a number in another way than the kernel, as it is shown.
    pub(crate) packer: &'static str,
    /// Its word for a direction.
    pub direction_word: fn(Direction) -> &'static str,
}

/// A macro, function, method or type that makes a number.
pub(crate) struct Maker {
    /// Its path within the crate.
    path: &'static str,
    /// What it is.
    pub(crate) kind: Kind,
    /// What it is given, in this order.
    pub(crate) takes: &'static [Takes],
    /// The direction, unless it is given.
    pub(crate) direction: Option<Direction>,
    /// What the number says of the argument.
    pub(crate) carries: Carries,
}

/// What a maker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A macro that defines a command: `m!(name, …)`.
    Definer,
    /// The same, with words in front of the name: `m!(read buf name with …; T)`.
    Sentence(&'static [&'static str]),
    /// A macro that yields a number.
    Macro,
    /// A function that yields a number.
    Function,
    /// A method of a group, which has the type letter.
    Method,
    /// A type with a number.
    Type,
}

/// What a maker is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// The name of what is defined.
    Name,
    /// The direction.
    Direction,
    /// The type letter.
    Letter,
    /// The nr.
    Nr,
    /// The size of the argument.
    Size,
    /// The type of the argument.
    Type,
    /// A whole number.
    Number,
}

/// What a number says of the argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carries {
    /// Nothing.
    Nothing,
    /// That it is an `int`.
    Int,
    /// The type that the maker is given.
    Type,
    /// The size that the maker is given.
    Size,
    /// The length of what the call is given under this name: a family of numbers.
    AnyLength(&'static str),
}

/// The type of a constant that holds a number.
pub(crate) struct Holder {
    /// Its name.
    pub(crate) name: &'static str,
    /// Which of its arguments tells the type of the command's.
    pub(crate) argument: usize,
    /// Whether that argument must be an address.
    pub(crate) is_address: bool,
}

/// How a crate puts a number together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As the kernel does; what does not fit does not compile.
    Checked,
    /// As the kernel does; what does not fit spills into the direction.
    Spilling,
    /// As the kernel does, but for what does not fit, which is cut off.
    Masked,
    /// With 14 bits of size and the generic directions on every architecture; what does not fit spills.
    Generic,
    /// The same, and what does not fit is cut off.
    GenericMasked,
}

impl Maker {
    /// The last name of its path.
    pub(crate) fn name(&self) -> &'static str {
        self.path.rsplit("::").next().unwrap_or(self.path)
    }

    /// The module or type that it belongs to, where it is not called by its name alone.
    pub(crate) fn within(&self) -> Option<&'static str> {
        self.path.rsplit("::").nth(1)
    }
}

impl Crate {
    /// How a version packs a number; of an unknown version, the newest.
    pub fn packing(&self, version: Option<&[u64]>) -> Packing {
        (self.packing)(version)
    }

    /// Whether it has a type of that name, as far as commands are concerned.
    pub(crate) fn has_type(&self, name: &str) -> bool {
        let mut makers = self.makers.iter();
        let is_type = |maker: &Maker| match maker.kind {
            Kind::Type => maker.name() == name,
            // `use krate::*` brings in what its functions are in.
            Kind::Function | Kind::Method => maker.within() == Some(name),
            _ => false,
        };
        makers.any(is_type) || self.types.contains(&name) || self.patterns.contains(&name)
    }

    /// Whether it has a function of that name that makes a number.
    pub(crate) fn has_function(&self, name: &str) -> bool {
        self.makers.iter().any(|maker| maker.kind == Kind::Function && maker.name() == name)
    }
}

/// What made a command's number.
#[derive(Clone, Copy)]
pub(crate) enum Constructor {
    /// `#[derive(Ioctl)]`.
    Derive,
    /// Shifts and ors that the crate spells out.
    Shifts,
    /// A maker of a crate that is known.
    Known(&'static Crate, &'static Maker),
}

/// The value of [`CommandBody::through`](ioctlkit_model::CommandBody::through).
impl fmt::Display for Constructor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Derive => f.write_str(ioctlkit_model::THROUGH_DERIVE),
            Self::Shifts => f.write_str("shifts"),
            Self::Known(krate, maker) => write!(f, "{}::{}", krate.name, maker.path),
        }
    }
}

impl fmt::Debug for Constructor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl PartialEq for Constructor {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Derive, Self::Derive) | (Self::Shifts, Self::Shifts) => true,
            (Self::Known(_, one), Self::Known(_, other)) => std::ptr::eq(*one, *other),
            _ => false,
        }
    }
}

/// The makers of that name and of a kind, with their crates.
pub(crate) fn makers<'n>(
    name: &'n str,
    is_wanted: impl Fn(Kind) -> bool + 'n,
) -> impl Iterator<Item = (&'static Crate, &'static Maker)> + 'n {
    let all = CRATES.iter().flat_map(|krate| krate.makers.iter().map(move |maker| (*krate, maker)));
    all.filter(move |(_, maker)| is_wanted(maker.kind) && maker.name() == name)
}

/// The crate of that name.
pub(crate) fn crate_named(name: &str) -> Option<&'static Crate> {
    CRATES.iter().find(|krate| krate.name == name).copied()
}

/// The crate whose macro, function or type
/// [`CommandBody::through`](ioctlkit_model::CommandBody::through) names.
pub fn crate_of(through: &str) -> Option<&'static Crate> {
    crate_named(through.split("::").next()?)
}

/// Functions that take a file and a request: those of libc, nix, rustix and vmm-sys-util.
pub(crate) fn is_ioctl_call(name: &str) -> bool {
    matches!(
        name,
        "ioctl"
            | "v4l2_ioctl"
            | "ioctl_readonly"
            | "ioctl_with_val"
            | "ioctl_with_ref"
            | "ioctl_with_mut_ref"
            | "ioctl_with_ptr"
            | "ioctl_with_mut_ptr"
            // Symbols of C libraries.
            | "__ioctl"
            | "__ioctl_time64"
    )
}

/// The function that takes a system call's number, and its arguments behind it.
pub(crate) const SYSTEM_CALL: &str = "syscall";

/// Whether a function may take a request, by its symbol.
pub(crate) fn takes_request(symbol: &str) -> bool {
    is_ioctl_call(symbol) || symbol == SYSTEM_CALL
}

/// Whether a function yields a number, by its name and the one before it.
pub(crate) fn may_yield_number(before: Option<&str>, name: &str) -> bool {
    makers(name, |kind| kind == Kind::Function)
        .filter(|(_, maker)| !maker.takes.contains(&Takes::Number))
        .any(|(_, maker)| maker.within().is_none_or(|within| before == Some(within)))
}

/// Whether a type holds a number.
pub(crate) fn is_opcode_type(name: &str) -> bool {
    makers(name, |kind| kind == Kind::Type).next().is_some()
}

/// Whether a crate of that name has types that hold numbers.
pub(crate) fn has_opcodes(krate: &str) -> bool {
    crate_named(krate)
        .is_some_and(|krate| krate.makers.iter().any(|maker| maker.kind == Kind::Type))
}

/// Whether a type makes a call of the number in its angle brackets.
pub(crate) fn is_pattern(name: &str) -> bool {
    CRATES.iter().any(|krate| krate.patterns.contains(&name))
}

/// Whether such a type passes the address of a value of its last argument.
pub(crate) fn passes_address(name: &str) -> bool {
    matches!(name, "Getter" | "Setter" | "Updater")
}

/// Words of which every definition of a command has one.
const WORDS: [&str; 6] = ["ioctl", "Ioctl", "IOCTL", "_IO", "opcode", "request_code"];

/// Whether a text may define a command.
pub(crate) fn may_define(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packing(krate: &str, version: Option<&[u64]>) -> Packing {
        crate_named(krate).expect(krate).packing(version)
    }

    #[test]
    fn a_crate_packs_as_its_version_does() {
        assert_eq!(packing("iocuddle", Some(&[0, 1, 1])), Packing::GenericMasked);
        assert_eq!(packing("iocuddle", Some(&[0, 3, 0])), Packing::Masked);
        assert_eq!(packing("iocuddle", Some(&[0, 4, 0])), Packing::Checked);
        assert_eq!(packing("iocuddle", None), Packing::Checked);
        assert_eq!(packing("rustix", Some(&[1, 1, 6])), Packing::Masked);
        assert_eq!(packing("vmm_sys_util", None), Packing::Generic);
    }

    #[test]
    fn each_maker_says_where_its_number_comes_from() {
        for krate in CRATES {
            for maker in krate.makers {
                let takes = |what| maker.takes.contains(&what);
                let path = maker.path;
                let has_letter = takes(Takes::Letter) || maker.kind == Kind::Method;
                assert_eq!(takes(Takes::Number), !(takes(Takes::Nr) && has_letter), "{path}");
                let knows_direction = takes(Takes::Direction) != maker.direction.is_some();
                assert_eq!(takes(Takes::Number), !knows_direction, "{path}");
                assert_eq!(takes(Takes::Size), maker.carries == Carries::Size, "{path}");
                if maker.kind == Kind::Definer {
                    assert_eq!(maker.takes[0], Takes::Name, "{path}");
                }
                let through = Constructor::Known(krate, maker).to_string();
                assert!(crate_of(&through).is_some_and(|found| std::ptr::eq(found, krate)));
            }
        }
    }

    #[test]
    fn a_function_in_a_module_is_known_with_it_alone() {
        assert!(may_yield_number(None, "_IOR") && may_yield_number(Some("libc"), "_IOR"));
        assert!(may_yield_number(Some("opcode"), "read"));
        assert!(!may_yield_number(None, "read") && !may_yield_number(Some("io"), "read"));
        assert!(!may_yield_number(Some("Ioctl"), "classic"), "a number needs no making");
    }
}
