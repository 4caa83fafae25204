//! What only a compiled object shows: where its compiler put things, and which functions answer
//! which calls.

use ioctlkit_abi::{AbiId, Placement};

use crate::{FileId, Span};

/// Where a compiler has put the members of a structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes: as stated, else the largest that the members' types ask for and that
    /// their places keep.
    pub align: u64,
    /// Where each member is, in the order of the definition.
    pub members: Vec<Placement>,
}

/// A compiled object that was asked for.
#[derive(Debug, Clone)]
pub struct Object {
    /// The file, whose text is a listing of what was read.
    pub file: FileId,
    /// The ABI that it was compiled for.
    pub abi: AbiId,
    /// The module's name, where it is a module of the kernel.
    pub module: Option<String>,
    /// Whether somebody named this very file, rather than a folder that it is in.
    pub named: bool,
    /// Whether it tells types of its own: without them nothing is known of its structures.
    pub has_types: bool,
    /// Whether its kernel runs programs of 32-bit ABIs, where its types tell.
    pub runs_32_bit: Option<bool>,
    /// Names of the structures and unions that the object defines for itself, of those that were
    /// asked about.
    pub own_records: Vec<String>,
    /// The tables of handlers with a handler for ioctls.
    pub tables: Vec<HandlerTable>,
    /// What the generator of the module says of its interface.
    pub record: Option<AbiRecord>,
}

/// A structure of function pointers, one of which the kernel calls for an ioctl.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HandlerStructure {
    /// `struct file_operations`: what a file does.
    FileOperations,
    /// `struct proc_ops`: what a file below `/proc` does.
    ProcOps,
    /// `struct block_device_operations`.
    BlockDeviceOperations,
    /// `struct v4l2_file_operations`: what a video device does, behind the core's own table.
    V4l2FileOperations,
    /// `struct proto_ops`: what a socket of a protocol does, behind the socket layer.
    ProtoOps,
    /// `struct tty_operations`: what a serial driver does, behind the tty layer.
    TtyOperations,
}

impl HandlerStructure {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::FileOperations,
        Self::ProcOps,
        Self::BlockDeviceOperations,
        Self::V4l2FileOperations,
        Self::ProtoOps,
        Self::TtyOperations,
    ];

    /// The structure's tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::FileOperations => "file_operations",
            Self::ProcOps => "proc_ops",
            Self::BlockDeviceOperations => "block_device_operations",
            Self::V4l2FileOperations => "v4l2_file_operations",
            Self::ProtoOps => "proto_ops",
            Self::TtyOperations => "tty_operations",
        }
    }

    /// The member that the kernel calls for a program of its own ABI.
    pub const fn native_member(self) -> &'static str {
        match self {
            Self::FileOperations | Self::V4l2FileOperations => "unlocked_ioctl",
            Self::ProcOps => "proc_ioctl",
            Self::BlockDeviceOperations | Self::ProtoOps | Self::TtyOperations => "ioctl",
        }
    }

    /// The member that it calls for a 32-bit program.
    pub const fn compat_member(self) -> &'static str {
        match self {
            Self::ProcOps => "proc_compat_ioctl",
            Self::V4l2FileOperations => "compat_ioctl32",
            Self::FileOperations
            | Self::BlockDeviceOperations
            | Self::ProtoOps
            | Self::TtyOperations => "compat_ioctl",
        }
    }

    /// The layer that hands the commands which it knows itself to the native handler, also for a
    /// 32-bit program, in words; `None` where such a program reaches the compat handler only.
    pub const fn layer(self) -> Option<&'static str> {
        match self {
            Self::FileOperations | Self::ProcOps | Self::BlockDeviceOperations => None,
            Self::V4l2FileOperations => Some("video core"),
            Self::ProtoOps => Some("socket layer"),
            Self::TtyOperations => Some("tty layer"),
        }
    }
}

/// One table of handlers in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerTable {
    /// What it is a table of.
    pub structure: HandlerStructure,
    /// The variable's name, with the way to the table where it is a part of the variable.
    pub name: String,
    /// The name in the listing.
    pub span: Span,
    /// What is called for a program of the kernel's own ABI.
    pub native: Option<Handler>,
    /// What is called for a 32-bit program.
    pub compat: Option<Handler>,
}

impl HandlerTable {
    /// Whether one function answers both kinds of programs.
    pub fn shares_handler(&self) -> bool {
        matches!((&self.native, &self.compat), (Some(native), Some(compat)) if native.is(compat))
    }
}

/// A function in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// The function's name.
    pub function: String,
    /// Where it is in the object; `None` for a function of the kernel or of another module.
    pub address: Option<Address>,
    /// Whether its own code calls a function of the kernel that reads or writes a program's memory.
    /// What it leaves to other functions does not show.
    pub touches_user_memory: bool,
    /// The member's line in the listing.
    pub span: Span,
}

impl Handler {
    fn is(&self, other: &Self) -> bool {
        match (self.address, other.address) {
            (Some(ours), Some(theirs)) => ours == theirs,
            (None, None) => self.function == other.function,
            _ => false,
        }
    }

    /// Whether it is a function of that name outside the object.
    pub fn is_imported(&self, name: &str) -> bool {
        self.address.is_none() && self.function == name
    }
}

/// A place in an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The section's index.
    pub section: u32,
    /// The distance from the section's start, in bytes.
    pub offset: u64,
}

/// The ABI that a generated module states in a note: what `ioctl-gen` wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbiRecord {
    /// Its place in the listing.
    pub span: Span,
    /// The commands.
    pub commands: Vec<RecordedCommand>,
    /// The structures and unions.
    pub records: Vec<RecordedRecord>,
}

/// A command of an [`AbiRecord`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCommand {
    /// The name in C.
    pub name: String,
    /// The direction in the number.
    pub direction: ioctlkit_abi::Direction,
    /// The type letter.
    pub type_letter: u32,
    /// The number within the type, or the first of a family.
    pub nr: u32,
    /// The last nr of a family.
    pub last_nr: Option<u32>,
    /// The size in the number, in bytes; `None` where it varies between ABIs.
    pub size: Option<u64>,
    /// The line in the listing.
    pub span: Span,
}

/// A structure or union of an [`AbiRecord`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRecord {
    /// `struct x` or `union x`.
    pub name: String,
    /// The size in bytes; `None` where it varies between ABIs.
    pub size: Option<u64>,
    /// The members.
    pub members: Vec<RecordedMember>,
    /// The line in the listing.
    pub span: Span,
}

/// A member of a [`RecordedRecord`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedMember {
    /// The name.
    pub name: String,
    /// The offset in bytes; `None` where it varies between ABIs.
    pub offset: Option<u64>,
    /// The line in the listing.
    pub span: Span,
}
