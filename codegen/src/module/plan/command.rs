//! A command.

use serde::Serialize;

use super::{TestCommand, Translated};

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
    /// The last of a family.
    pub last_number: String,
    /// The number that 32-bit programs have; of a family, the first.
    pub compat_number: String,
    /// The last of a family.
    pub last_compat_number: String,
    /// `do` or `compat_do`: which function serves them.
    pub compat_do: String,
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
    /// The object that the handler makes.
    pub created: Option<Handle>,
    /// The objects that it works on, in the argument's order.
    pub handles: Vec<Handle>,
    /// Whether one of them is gone afterwards.
    pub destroys: bool,
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
    /// Whether the size in the number is for the command's function to judge.
    pub any_size: bool,
    /// Whether the command's function needs the number.
    pub by_number: bool,
    /// The type of the argument in the kernel; empty where there is none.
    pub r#type: String,
    /// What the address is declared to point to.
    pub user_type: String,
    /// Whether the argument is too large for the stack.
    pub heap: bool,
    /// Whether one call allocates and copies the argument.
    pub copied_whole: bool,
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
    /// Structures behind addresses in the argument, which are copied in with it.
    pub arrays: Vec<CountedArray>,
    /// Whether elements of these are checked.
    pub checks_elements: bool,
    /// Whether memory is given back at the end.
    pub cleans: bool,
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
    /// Its tracepoint, where there are any.
    pub trace: Trace,
    /// Whether its handler can be behind the doors for benchmarks.
    pub is_door: bool,
    /// What the conformance test knows.
    pub test: TestCommand,
}

/// Structures behind an address in the argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountedArray {
    /// The member that holds the address.
    pub member: String,
    /// The handler's parameter.
    pub parameter: String,
    /// The copy, in the command's function.
    pub copy: String,
    /// The type of an element.
    pub r#type: String,
    /// The member that counts the elements.
    pub count: String,
    /// Whether that member has 64 bits.
    pub wide_count: bool,
    /// The function that checks an element.
    pub check: Option<String>,
    /// What the conformance test knows: a valid element, and the table of its members.
    pub valid: String,
    /// That table.
    pub members: String,
    /// The smallest valid count but 0.
    pub some: String,
    /// Whether one more is valid, too.
    pub more: bool,
    /// Whether the count may be any number.
    pub any: bool,
}

/// What a tracepoint records, and how it gets it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// The parameters, each with a comma behind it.
    pub parameters: String,
    /// Their names.
    pub names: String,
    /// What is passed for them.
    pub arguments: String,
    /// What it records.
    pub fields: Vec<TraceField>,
    /// How that is printed.
    pub format: String,
}

/// What a tracepoint records of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceField {
    /// The type.
    pub r#type: String,
    /// The name.
    pub name: String,
    /// Where the value is.
    pub value: String,
}

impl Trace {
    /// Passes something on, with a parameter of that declaration.
    pub(crate) fn pass(&mut self, parameter: &str, argument: &str) {
        let name = parameter.rsplit([' ', '*']).next().unwrap_or_default();
        self.parameters.extend([parameter, ", "]);
        self.names.extend([name, ", "]);
        self.arguments.extend([argument, ", "]);
    }

    /// Records a value of that type under a name.
    pub(crate) fn record(&mut self, r#type: &str, name: &str, value: &str, format: &str) {
        let field = TraceField { r#type: r#type.into(), name: name.into(), value: value.into() };
        self.fields.push(field);
        self.format.extend([name, "=", format, " "]);
    }
}

/// A member of the argument that stands for an object of the open file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Handle {
    /// The member.
    pub member: String,
    /// What the names of the object's functions begin with: `echo_buffer`, which is its tag, too.
    pub symbol: String,
    /// The kind of object: `buffer`.
    pub object: String,
    /// The handler's parameter.
    pub parameter: String,
    /// Whether the handle is gone afterwards.
    pub destroys: bool,
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
    /// Zero: the handler makes an object, whose handle goes into the argument.
    Object,
}
