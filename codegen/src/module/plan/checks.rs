//! What arguments must hold, and how they are translated for 32-bit programs.

use serde::Serialize;

use super::{Define, UnitTest};

/// A structure that is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The function.
    #[serde(rename = "check")]
    pub function: String,
    /// `struct echo_config`.
    pub r#type: String,
    /// The macros of the bits that its members may have.
    pub masks: Vec<Define>,
    /// Whether the function declares a counter.
    pub declares: bool,
    /// What is checked.
    pub rules: Vec<Rule>,
    /// How that is tested.
    pub test: UnitTest,
}

/// Something that an argument must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rule {
    /// All bytes of this are zero.
    ReservedBytes {
        /// Its address.
        place: String,
        /// The member.
        whole: String,
        /// Its name.
        member: String,
    },
    /// This must not hold.
    Condition {
        /// A condition of C.
        condition: String,
        /// The same of Rust, within a method of the structure.
        in_rust: String,
    },
    /// The member passes this check.
    Nested {
        /// The function.
        check: String,
        /// The member.
        place: String,
        /// Its name.
        member: String,
    },
    /// Each element of the member does.
    NestedArray {
        /// The function.
        check: String,
        /// The member.
        place: String,
        /// Its name.
        member: String,
    },
}

/// The functions for an argument that 32-bit programs lay out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Translated {
    /// `struct echo_legacy32`.
    pub r#type: String,
    /// From theirs to the kernel's.
    pub from: String,
    /// Back.
    pub to: String,
}

/// A structure that 32-bit programs lay out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Translation {
    /// `struct echo_legacy`.
    pub native: String,
    /// `echo_legacy32`.
    pub tag: String,
    /// The function from theirs to the kernel's.
    pub from: String,
    /// The function back.
    pub to: String,
    /// Whether a command takes it.
    pub taken: bool,
    /// Whether a command gives it back.
    pub returned: bool,
    /// Whether a member is an array that takes a loop.
    pub loops: bool,
    /// Its size on i386, in bytes.
    pub i386_size: u64,
    /// The members.
    pub members: Vec<TranslatedMember>,
}

/// A member of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranslatedMember {
    /// The name.
    pub name: String,
    /// The declaration in the 32-bit structure, without the semicolon.
    pub declaration: String,
    /// `copy`, `pointer`, `bytes`, `array` or `nested`.
    pub kind: &'static str,
    /// Whether the kernel's type holds more than theirs.
    pub narrows: bool,
    /// The functions of a nested structure.
    pub from: String,
    /// And back.
    pub to: String,
}
