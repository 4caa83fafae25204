//! What the unit test of a check does to a structure.

use serde::Serialize;

/// The test of the function that checks a structure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitTest {
    /// The function.
    pub function: String,
    /// What makes a structure of zeroes pass.
    pub filling: Vec<Filling>,
    /// What is done to each of its members.
    pub members: Vec<UnitMember>,
    /// Whether a member is tested bit by bit.
    pub has_flags: bool,
    /// Whether a member is tested byte by byte.
    pub has_reserved: bool,
    /// Whether elements of an array are filled in a loop.
    pub has_copies: bool,
}

/// What is done to a structure of zeroes before anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Filling {
    /// A member gets a value.
    Value {
        /// The member.
        place: String,
        /// The value, as C spells it.
        value: String,
    },
    /// Every element of an array becomes what the first one is.
    Copies {
        /// The array.
        place: String,
    },
}

/// A member, and what is done to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UnitMember {
    /// It gets values that pass, and values that do not.
    Values {
        /// The member.
        place: String,
        /// What it holds afterwards.
        valid: String,
        /// The values.
        tried: Vec<Tried>,
    },
    /// It gets each bit alone, of which those of a mask pass.
    Flags {
        /// The member.
        place: String,
        /// The mask, spelled as a number: the test does not trust the header's macro.
        mask: String,
    },
    /// Each of its bytes is set alone, and none passes.
    Reserved {
        /// The member.
        place: String,
    },
}

/// A value, and whether it passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// The value, as C spells it.
    pub value: String,
    /// Whether it passes.
    pub passes: bool,
}
