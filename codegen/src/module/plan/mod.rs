//! What will be generated, with everything decided: the templates only spell it out.

mod checks;
mod command;
mod test;
mod unit_test;

use serde::Serialize;

pub use checks::{Check, Rule, Translated, TranslatedMember, Translation};
pub use command::{Command, CountedArray, Growth, Handle, Kind, Returns, Trace, TraceField};
pub use test::{TestCommand, TestMember, TestRecord, TestScalar, TestValue};
pub use unit_test::{Filling, Tried, UnitMember, UnitTest};

/// A module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a part that is there or not")]
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
    /// What the device is on.
    pub bus: Bus,
    /// What can be done with a file beside its commands.
    pub with: FileOperations,
    /// Whether each command has a tracepoint.
    pub trace: bool,
    /// Whether the kernel tests what arguments may hold, with KUnit.
    pub kunit: bool,
    /// How many files in `/dev` there are.
    pub minors: u32,
    /// What the templates of a module in Rust say besides; nothing for one in C.
    pub rust: Option<super::in_rust::View>,
    /// What the text of a driver in the kernel's tree says; nothing for one in a folder of its own.
    pub in_tree: Option<InTree>,
    /// The UAPI header, where there is one already.
    #[serde(skip)]
    pub header: Option<super::build::Header>,
    /// The file's name in `/dev`, without a minor's number.
    pub node: String,
    /// The file that the test opens.
    pub test_path: String,
    /// Whether a handler makes a file of another interface.
    pub opens: bool,
    /// Whether the handlers are behind a file of procfs and a netlink family as well.
    pub bench: bool,
    /// The macros at the head of the UAPI header.
    pub constants: Vec<Define>,
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
    /// What callers rely on beyond that: constants, and what each command asks of them, line by line.
    #[serde(skip)]
    pub promises: Vec<String>,
}

impl Plan {
    /// Whether the kernel has something to test by itself.
    pub fn has_unit_tests(&self) -> bool {
        self.kunit && self.interfaces.iter().any(|interface| !interface.checks.is_empty())
    }
}

/// What a module is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// C.
    #[default]
    C,
    /// Rust, for kernels with `CONFIG_RUST`.
    Rust,
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

/// The bus that a driver's device is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bus {
    /// None: the device is there as long as the module is.
    #[default]
    None,
    /// Devices of the board's firmware or of other drivers.
    Platform,
    /// PCI and PCI Express.
    Pci,
    /// An interface of a USB device.
    Usb,
    /// A client of an I2C adapter.
    I2c,
    /// A part of another driver's device.
    Auxiliary,
}

/// What can be done with an open file beside its commands, in a skeleton to be filled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FileOperations {
    /// It tells of events: `read()` counts them, and `poll()` waits for them.
    pub events: bool,
    /// Its memory can be mapped.
    pub mmap: bool,
}

impl Bus {
    /// Whether tests can make a device for it, without hardware.
    pub(crate) fn has_test_device(self) -> bool {
        matches!(self, Self::Platform | Self::Auxiliary)
    }
}

/// A driver in the kernel's tree. No generator is needed to change it, and its UAPI header has only what
/// programs need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InTree {
    /// `Name <mail>`.
    pub author: String,
    /// The driver's folder below the tree's root, such as `drivers/misc/echo/`.
    pub driver: String,
    /// The objects of the files that people write: `echo_main.o`.
    pub sources: String,
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
    /// The macros of the bits that members may have.
    pub masks: Vec<Define>,
    /// The macros of the sizes that it had.
    pub sizes: Vec<Define>,
    /// The members.
    pub members: Vec<Member>,
    /// What `static_assert` holds.
    pub asserts: Vec<Assert>,
}

/// What `static_assert` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assert {
    /// A condition of C.
    pub condition: String,
    /// What to say where it does not hold.
    pub message: String,
}

/// A macro.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Define {
    /// The name.
    pub name: String,
    /// The text.
    pub value: String,
    /// The comment in front of it, in lines.
    pub docs: Vec<String>,
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
    /// The command of the first interface whose files these are: its place among them.
    pub opener: Option<usize>,
    /// The commands by nr.
    pub commands: Vec<Command>,
    /// The objects that commands make and that handles stand for.
    pub objects: Vec<Object>,
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

/// A kind of object that an open file has, by handles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Object {
    /// `buffer`.
    pub name: String,
    /// `echo_buffer`: its tag, and what the names of its functions begin with.
    pub symbol: String,
    /// The macros of the commands that make one, in words: `ECHO_CREATE_BUFFER`.
    pub creators: String,
    /// The place of the first of them among the commands.
    pub creator: usize,
    /// Whether a command takes its handle.
    pub used: bool,
    /// Whether a command takes it away.
    pub destroyed: bool,
}

/// How programs of the 32-bit ABI are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compat {
    /// By `compat_ptr_ioctl`: each argument is an address, of the same layout and number.
    Pointer,
    /// By a function of their own, which translates what differs.
    Translated,
}

/// What the code of an interface needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[allow(clippy::struct_excessive_bools)]
pub struct Uses {
    /// `capable()`.
    pub capability: bool,
    /// New file descriptors.
    pub file: bool,
    /// Errors in pointers.
    pub errors: bool,
    /// Arrays of the caller.
    pub flexible: bool,
    /// Those that are behind addresses.
    pub arrays: bool,
    /// Memory of any kind.
    pub heap: bool,
    /// Memory that may be more than a page.
    pub large_heap: bool,
    /// Arguments that are addresses.
    pub address: bool,
    /// Arguments that are numbers.
    pub value: bool,
    /// Several numbers for one command.
    pub family: bool,
    /// Numbers with one size.
    pub one_size: bool,
    /// Numbers with any size.
    pub any_size: bool,
}
