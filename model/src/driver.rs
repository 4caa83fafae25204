//! What C source of drivers does with ioctl commands: who handles them, and what the handler copies.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::{FileId, Span};

/// What was read of a driver's C source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriverCode {
    /// The files that were parsed.
    pub files: Vec<FileId>,
    /// Headers beside the source that define commands which it names.
    pub declared_in: Vec<PathBuf>,
    /// The architectures that a kernel can build a file for, as its folders below `arch` are called, of
    /// those whose kernels of 64 bits run 32-bit programs. A file for which nothing decides is not in it.
    pub architectures: BTreeMap<FileId, BTreeSet<String>>,
    /// The architectures on which a kernel can have the symbols that [`Slot::needs`] names.
    pub symbols: BTreeMap<String, BTreeSet<String>>,
    /// Commands that no handler is known for, and the place of C source that names one of them first, as
    /// `file:line`.
    pub mentions: BTreeMap<String, String>,
    /// Whether all of a kernel was looked at: what no code names, nobody handles.
    pub is_whole_kernel: bool,
    /// The places at which functions become handlers.
    pub tables: Vec<OperationTable>,
    /// The functions that handle commands, each once.
    pub handlers: Vec<SourceHandler>,
    /// Functions, and other pieces of text, that were not understood, with the reason.
    pub not_understood: Vec<CodeNotUnderstood>,
    /// Calls of functions whose source was not read, with a pointer to the argument or to something that is
    /// copied: what these do is not known.
    pub unknown_calls: u32,
}

impl DriverCode {
    /// Whether there is no driver source at all.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.handlers.is_empty() && self.not_understood.is_empty()
    }

    /// Takes in what was read besides.
    pub(crate) fn append(&mut self, other: Self) {
        let before = self.handlers.len() as u32;
        // Each by its name, so that none is forgotten.
        let Self {
            files,
            declared_in,
            symbols,
            mentions,
            architectures,
            is_whole_kernel,
            mut tables,
            handlers,
            not_understood,
            unknown_calls,
        } = other;
        for table in &mut tables {
            for slot in [&mut table.native, &mut table.compat].into_iter().flatten() {
                slot.handler = slot.handler.map(|place| place + before);
            }
        }
        self.files.extend(files);
        self.declared_in.extend(declared_in);
        self.symbols.extend(symbols);
        self.mentions.extend(mentions);
        self.architectures.extend(architectures);
        self.is_whole_kernel |= is_whole_kernel;
        self.tables.extend(tables);
        self.handlers.extend(handlers);
        self.not_understood.extend(not_understood);
        self.unknown_calls += unknown_calls;
    }

    /// The tables that a handler stands in, by its place in [`DriverCode::handlers`].
    pub fn tables_with(&self, handler: usize) -> impl Iterator<Item = &OperationTable> {
        self.tables.iter().filter(move |table| {
            let slots = [&table.native, &table.compat];
            slots
                .into_iter()
                .flatten()
                .any(|slot| slot.handler.is_some_and(|place| place as usize == handler))
        })
    }
}

/// A piece of driver source that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeNotUnderstood {
    /// Where.
    pub span: Span,
    /// The function, where there is one.
    pub function: Option<String>,
    /// Why, as half a sentence.
    pub reason: String,
}

/// A structure of operations that a driver fills in, such as a `struct file_operations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationTable {
    /// The variable, or what is assigned to.
    pub name: String,
    /// The tag of the structure, such as `file_operations`.
    pub structure: String,
    /// The name in its definition, or the assignment.
    pub span: Span,
    /// The member for native programs.
    pub native: Option<Slot>,
    /// The member for 32-bit programs on a 64-bit kernel.
    pub compat: Option<Slot>,
}

/// A member of a structure of operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The member's name, such as `unlocked_ioctl`.
    pub member: String,
    /// The function's name.
    pub function: String,
    /// Where the table names it.
    pub span: Span,
    /// The symbol of the kernel's configuration without which the member is not set, without `CONFIG_`,
    /// where a macro says so: `KVM_COMPAT(f)`.
    pub needs: Option<String>,
    /// The function's place in [`DriverCode::handlers`], where its source was read.
    pub handler: Option<u32>,
}

/// For whom a handler works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Serves {
    /// Native programs alone.
    Native,
    /// 32-bit programs on a 64-bit kernel alone.
    Compat,
    /// Both.
    Both,
}

/// Who copies the argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Copies {
    /// The handler itself.
    Handler,
    /// The subsystem in front of it, which hands it a copy in the kernel: DRM, V4L2, media, iommufd.
    Core,
}

/// A function that handles ioctl commands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct SourceHandler {
    /// Its name.
    pub function: String,
    /// The name in its definition.
    pub span: Span,
    /// Whom it serves.
    pub serves: Serves,
    /// Who copies the argument.
    pub copies: Copies,
    /// The commands that it tells apart, in the order of the text.
    pub commands: Vec<HandledCommand>,
    /// What it does for 32-bit programs on a 64-bit kernel: the commands on whose paths it asks
    /// `in_compat_syscall()` or its like, also those that it then does not get to. For these,
    /// [`SourceHandler::commands`] has what it does for native programs.
    pub in_compat: Vec<HandledCommand>,
    /// What it returns for a command that it does not know; empty where that is not known.
    pub unknown: Vec<Answer>,
    /// Whether the argument of such a command goes to a function whose source was not read, other than a member
    /// for handlers, or may do so: that function may know the command.
    pub loses_unknown: bool,
    /// Whether the handler asks `in_compat_syscall()` or its like.
    pub asks_for_compat: bool,
    /// Whether it calls `compat_ptr()`.
    pub converts_pointer: bool,
    /// Whether it puts a number that it computes in place of the command's, as where the size is another.
    pub computes_number: bool,
    /// Why parts of it were not understood, as half a sentence.
    pub gave_up: Option<String>,
}

/// A value that a handler returns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The value as it is spelled, such as `-EINVAL`.
    pub value: String,
    /// Where it is returned, or assigned to what is returned.
    pub span: Span,
}

/// What a handler does for a command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct HandledCommand {
    /// The command's name.
    pub name: String,
    /// The label, comparison or row of a table that leads to it.
    pub span: Span,
    /// Whether only the nr, and not the whole number, is compared.
    pub by_nr: bool,
    /// What is copied from and to the argument, in the order in which it is done.
    pub accesses: Vec<Access>,
    /// Where the argument is used as a number.
    pub as_number: Option<Span>,
    /// Where it decides something by being zero or not, goes into a variable that no pointer fits in, or is
    /// the number of an open file: if nothing is copied, it is a plain value.
    pub as_truth: Option<Span>,
    /// Whether the argument is given to a function whose source was not read.
    pub escapes: bool,
    /// Whether that function is another than a member for handlers (`ops->ioctl`), which have tables of their own.
    pub is_lost: bool,
    /// The structures that are copied in, and what is read of them.
    pub copied_in: Vec<CopiedIn>,
    /// The structures that are copied out, and what is known of their bytes.
    pub copied_out: Vec<CopiedOut>,
    /// What else was noticed.
    pub noticed: Vec<Noticed>,
    /// What it returns, where that is a constant.
    pub returns: Vec<Answer>,
    /// Whether it returns nothing but error numbers: it names the command in order to refuse it.
    pub only_fails: bool,
}

/// Which way a copy goes, as the program sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// From the program to the kernel.
    In,
    /// From the kernel to the program.
    Out,
}

/// Which part of the argument is copied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// From its first byte on.
    Whole,
    /// A member.
    Member(String),
    /// From somewhere inside.
    Inside,
}

/// How many bytes are copied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Amount {
    /// As many as a type has, as it is spelled.
    Type(String),
    /// As many as the number of the command says.
    CommandSize,
    /// A number, in bytes.
    Bytes(u64),
    /// What an expression says.
    Expression(String),
    /// A string or something else that ends by itself.
    Unknown,
}

/// A copy from or to the argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Where.
    pub span: Span,
    /// The way.
    pub way: Way,
    /// The part.
    pub part: Part,
    /// How much.
    pub amount: Amount,
    /// Whether it is done only where the direction in the number says so.
    pub guarded: bool,
}

/// A structure that is copied in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedIn {
    /// Its type, as it is spelled.
    pub ty: String,
    /// Where it is copied.
    pub span: Span,
    /// The members that are read.
    pub read: BTreeSet<String>,
    /// Those that are read as the program gave them: nothing had set them before.
    pub inputs: BTreeSet<String>,
    /// Whether all of it is given to something whose source was not read.
    pub escapes: bool,
}

/// How much of an object was cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cleared {
    /// Nothing.
    Nothing,
    /// Every member, by an initialiser that names some; C leaves the padding open.
    Members,
    /// Every byte.
    All,
}

/// A structure that is copied out, as it is on the path on which the least is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedOut {
    /// Its type, as it is spelled.
    pub ty: String,
    /// The variable.
    pub object: String,
    /// Where it is copied.
    pub span: Span,
    /// Where it is declared or allocated.
    pub declared: Span,
    /// The part of it that is copied: empty for all of it.
    pub member: String,
    /// What was cleared.
    pub cleared: Cleared,
    /// The members that were set on every path.
    pub set: BTreeSet<String>,
    /// Whether some member was set on some path: if none was, something that was not seen fills it.
    pub is_touched: bool,
    /// How much was copied in before.
    pub copied_in: Option<Amount>,
    /// How much is copied out.
    pub amount: Amount,
}

/// Something that a handler does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// What.
    pub kind: NoticedKind,
    /// Where.
    pub span: Span,
    /// What else is concerned: the copy whose count is returned, the first of two fetches.
    pub related: Option<Span>,
}

/// What a handler may do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticedKind {
    /// It returns the number of bytes that `function` did not copy.
    ReturnsCount {
        /// The function, such as `copy_to_user`.
        function: String,
    },
    /// It multiplies a number that the program chose, and allocates or copies as much.
    UnboundedProduct {
        /// The structure that the number is in, as it is spelled, or the type of the variable.
        ty: String,
        /// The member.
        member: String,
        /// What it is multiplied with, as it is spelled.
        factor: String,
        /// The function that takes the size.
        function: String,
    },
    /// It fetches a part of the argument that it has fetched and looked at before.
    FetchesAgain {
        /// The member; empty where it is all of the argument.
        member: String,
    },
    /// It makes a pointer of a member by way of `unsigned long`.
    CastsMember {
        /// The structure.
        ty: String,
        /// The member.
        member: String,
    },
}
