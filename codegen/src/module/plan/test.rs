//! What the conformance test knows.

use serde::Serialize;

/// What the conformance test knows of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TestCommand {
    /// The number, in user space.
    pub number: String,
    /// The `enum passing`.
    pub passing: &'static str,
    /// The size of the argument; empty where there is none.
    pub size: String,
    /// A valid argument; empty where there is none.
    pub valid: String,
    /// An object of the argument's type.
    pub object: String,
    /// The members.
    pub members: String,
}

/// What the conformance test knows of a structure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestRecord {
    /// `struct echo_config`.
    pub r#type: String,
    /// Whether an array is at its end.
    pub flexible: bool,
    /// The type of its elements.
    pub element: String,
    /// The name of a valid argument.
    pub valid: String,
    /// The name of the table of members.
    pub members_name: String,
    /// What a valid argument holds, where that is not zero.
    pub values: Vec<TestValue>,
    /// The members.
    pub members: Vec<TestMember>,
}

/// An integer that is passed by its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestScalar {
    /// `__u32`.
    pub r#type: String,
    /// The name of a valid argument.
    pub valid: String,
    /// The name of the table of members.
    pub members_name: String,
}

/// A value of a valid argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestValue {
    /// The member.
    pub place: String,
    /// Its value.
    pub value: String,
}

/// A row of the table of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestMember {
    /// What reports call it.
    pub name: String,
    /// Where it begins, in bytes.
    pub offset: String,
    /// How long it is, in bytes.
    pub size: String,
    /// The `enum rule`.
    pub rule: &'static str,
    /// What the rule needs.
    pub operand: String,
}
