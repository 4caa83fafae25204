//! What will be generated, with everything decided: the templates only spell it out.

use serde::Serialize;

/// A module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The module's name, such as `echo`.
    pub name: String,
    /// The name in capitals.
    pub upper: String,
    /// One line for people.
    pub title: String,
    /// More of them.
    pub docs: Vec<String>,
    /// What `menuconfig` says, in lines.
    pub help: Vec<String>,
    /// How the files in `/dev` come about.
    pub device: Device,
    /// How many files in `/dev` there are.
    pub minors: u32,
    /// The UAPI header, where there is one already.
    pub header: Option<String>,
    /// The file's name in `/dev`, without a minor's number.
    pub node: String,
    /// The file that the test opens.
    pub test_path: String,
    /// Whether a handler makes a file of another interface.
    pub opens: bool,
    /// The structures of the UAPI header, each behind those that it holds.
    pub records: Vec<Record>,
    /// The interfaces, that of the files in `/dev` first.
    pub interfaces: Vec<Interface>,
    /// What the conformance test knows of structures.
    pub test_records: Vec<TestRecord>,
    /// What it knows of integers that are passed by address.
    pub test_scalars: Vec<TestScalar>,
    /// The ABI, line by line.
    pub abi: Vec<String>,
}

/// How the files in `/dev` come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// A `miscdevice`: one file.
    Misc,
    /// A character device with minors of its own.
    Cdev,
}

/// A structure or union of the UAPI header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// `struct echo_config`.
    pub r#type: String,
    /// What it is, in a line.
    pub summary: String,
    /// What else is to be said.
    pub details: Vec<String>,
    /// The macros in front of it.
    pub defines: Vec<Define>,
    /// The members.
    pub members: Vec<Member>,
    /// What `static_assert` holds.
    pub asserts: Vec<String>,
}

/// A macro.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Define {
    /// The name.
    pub name: String,
    /// The text.
    pub value: String,
}

/// A member of a structure in the UAPI header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The name.
    pub name: String,
    /// The declaration, without the semicolon.
    pub declaration: String,
    /// What it is, in a line.
    pub docs: String,
}

/// The commands of one kind of file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interface {
    /// What the C names begin with, such as `echo`.
    pub symbol: String,
    /// The same in capitals.
    pub upper: String,
    /// Whether its files are in `/dev`.
    pub path: bool,
    /// Which files these are, in words.
    pub r#where: String,
    /// The type letter, as C has it.
    pub type_letter: String,
    /// The commands by nr.
    pub commands: Vec<Command>,
    /// The structures whose members are checked, each behind those that it holds.
    pub checks: Vec<Check>,
    /// How 32-bit programs are served.
    pub compat: Compat,
    /// The structures that differ for them.
    pub translations: Vec<Translation>,
    /// The commands that have a function of their own for them.
    pub compat_commands: Vec<Command>,
    /// What the code needs.
    pub uses: Uses,
}

/// How programs of the 32-bit ABI are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compat {
    /// By `compat_ptr_ioctl`: each argument is an address, of the same layout and number.
    Pointer,
    /// By a table of their own.
    Table,
}

/// What the code of an interface needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[allow(clippy::struct_excessive_bools)]
pub struct Uses {
    /// `capable()`.
    pub capability: bool,
    /// New file descriptors.
    pub file: bool,
    /// Arrays of the caller.
    pub flexible: bool,
    /// Memory of any kind.
    pub heap: bool,
    /// Memory that may be more than a page.
    pub large_heap: bool,
    /// Numbers with any size.
    pub any_size: bool,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(clippy::struct_excessive_bools)]
pub struct Command {
    /// The member of the ops.
    pub op: String,
    /// The handler's name in the stub.
    pub handler: String,
    /// `ECHO_GET_CONFIG`.
    pub r#macro: String,
    /// The macro's parameter, of a family.
    pub macro_parameter: Option<String>,
    /// What the parameter is.
    pub macro_parameter_docs: String,
    /// The macro and its parameter.
    pub macro_head: String,
    /// The macro's text.
    pub define: String,
    /// Whether the macro fits on a line.
    pub define_fits: bool,
    /// The macro as the documentation names it, with its parameter.
    pub macro_use: String,
    /// What it does, in a line.
    pub summary: String,
    /// What else is to be said.
    pub details: Vec<String>,
    /// What the handler has to know, behind the macro's name.
    pub remark: String,
    /// The number, in the kernel; of a family, the first.
    pub number: String,
    /// The number that 32-bit programs have.
    pub compat_number: String,
    /// `do` or `compat_do`: which function serves them.
    pub compat_do: String,
    /// The place in the table.
    pub index: String,
    /// The first nr.
    pub first_nr: String,
    /// How many numbers of the family are behind the first, if it is one.
    pub family: Option<u32>,
    /// How the argument goes to the driver.
    pub kind: Kind,
    /// How it may grow.
    pub growth: Growth,
    /// What the call returns.
    pub returns: Returns,
    /// Whether the kernel reads the argument.
    pub reads: bool,
    /// Whether the kernel writes it.
    pub writes: bool,
    /// Whether the argument is an address.
    pub by_address: bool,
    /// Whether the number's size varies with the argument's.
    pub size_in_number: bool,
    /// Whether the number holds a size, though a member does, too.
    pub number_has_size: bool,
    /// Whether the table leaves the size to the function.
    pub any_size: bool,
    /// The type of the argument in the kernel; empty where there is none.
    pub r#type: String,
    /// What the address is declared to point to.
    pub user_type: String,
    /// Whether the argument is too large for the stack.
    pub heap: bool,
    /// `&` where the argument is on the stack.
    pub r#ref: String,
    /// `*` where it is not.
    pub star: String,
    /// `.` or `->`.
    pub dot: String,
    /// What to do with an error in `ret`.
    pub fail: String,
    /// Whether a value has fewer bits than `int`.
    pub narrow: bool,
    /// The macro of the first version's size.
    pub min_size: Option<String>,
    /// The member that holds the size.
    pub size_member: String,
    /// Whether the file must be open for reading.
    pub needs_read: bool,
    /// Whether it must be open for writing.
    pub needs_write: bool,
    /// The capability.
    pub capability: Option<String>,
    /// The function that checks the argument.
    pub check: Option<String>,
    /// The function that checks an element of the array.
    pub element_check: Option<String>,
    /// The member that counts the array's elements.
    pub count: String,
    /// Whether that member has 64 bits.
    pub wide_count: bool,
    /// The array.
    pub array: String,
    /// The type of its elements.
    pub element: String,
    /// The size of a buffer's element, in bytes.
    pub element_size: u64,
    /// The handler's arguments.
    pub arguments: String,
    /// The handler's parameters.
    pub parameters: String,
    /// What the handler returns, with the space behind it.
    pub result: String,
    /// The handler's declaration, in lines.
    pub stub: Vec<String>,
    /// The handler's head.
    pub stub_definition: String,
    /// The interface of the file that it makes.
    pub opens: Option<String>,
    /// How the argument is translated for 32-bit programs.
    pub translated: Option<Translated>,
    /// What the conformance test knows.
    pub test: TestCommand,
}

/// How an argument goes to the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// There is none.
    Nothing,
    /// Its address.
    Pointer,
    /// The address of one with an array at its end.
    Flexible,
    /// The address of an array, whose length is in the number.
    Buffer,
    /// Itself.
    Value,
}

/// How an argument may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Growth {
    /// Not at all.
    None,
    /// Its size is in the number.
    Number,
    /// Its size is in its first member.
    Member,
}

/// What a call returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Returns {
    /// Zero.
    Nothing,
    /// A number.
    Number,
    /// A new file descriptor.
    File,
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

/// A structure that is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The function.
    #[serde(rename = "check")]
    pub function: String,
    /// `struct echo_config`.
    pub r#type: String,
    /// Whether the function declares a counter.
    pub declares: bool,
    /// What is checked.
    pub rules: Vec<Rule>,
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
    },
    /// This must not hold.
    Condition {
        /// A condition of C.
        condition: String,
    },
    /// The member passes this check.
    Nested {
        /// The function.
        check: String,
        /// The member.
        place: String,
    },
    /// Each element of the member does.
    NestedArray {
        /// The function.
        check: String,
        /// The member.
        place: String,
    },
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
    /// Whether a command goes back.
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
    /// An object of the type.
    pub object: String,
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
    /// The member.
    pub place: String,
    /// The `enum rule`.
    pub rule: &'static str,
    /// What the rule needs.
    pub operand: String,
}
