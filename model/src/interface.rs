//! What one run has read: commands, types, and the text they came from.

use std::collections::HashSet;
use std::fmt::Write as _;

use ioctlkit_abi::{AbiId, AbiSet, Direction};

use crate::{
    Constant, Contract, Definitions, Differences, DriverCode, Enum, EnumId, FileId, Group, NotRead,
    NotUnderstood, Object, ProgramCode, Record, RecordBody, RecordId, SourceMap, Span, Type,
    Typedef, TypedefId, Variants,
};

/// Everything that a front end found in its input.
#[derive(Debug, Clone, Default)]
pub struct Interface {
    /// The ABIs that the front end looked at.
    pub abis: AbiSet,
    /// The text.
    pub sources: SourceMap,
    /// The headers that were asked for, in order.
    pub headers: Vec<Header>,
    /// Commands with an exact number.
    pub commands: Vec<Command>,
    /// Commands that one definition holds together.
    pub groups: Vec<Group>,
    /// Function-like macros that yield a command for each argument, such as `EVIOCGBIT(ev, len)`.
    pub families: Vec<Family>,
    /// Commands spelled as a plain number, such as `TCGETS`.
    pub raw_numbers: Vec<RawNumber>,
    /// The other macros of the headers that were asked for, where a front end was asked for them.
    pub macros: Vec<Macro>,
    /// Integers that the source gives a name, where it defines an interface with the derives.
    pub constants: Vec<NamedConstant>,
    /// Structures and unions.
    pub records: Vec<Record>,
    /// Enumerations.
    pub enums: Vec<Enum>,
    /// Typedefs.
    pub typedefs: Vec<Typedef>,
    /// Compiled objects.
    pub objects: Vec<Object>,
    /// What calls of `ioctl` in Rust are given, where its type is known.
    pub passed: Vec<PassedArgument>,
    /// Calls of `ioctl` in Rust of which the request is known and what they are given is not.
    pub unknown_arguments: Vec<UnknownArgument>,
    /// What C source of drivers does with commands.
    pub code: DriverCode,
    /// What C and C++ source of programs passes to `ioctl`.
    pub program: ProgramCode,
    /// What the front end saw and did not understand, in no particular order.
    pub not_understood: Vec<NotUnderstood>,
    /// How definitions are spelled.
    pub definitions: Definitions,
    /// The same headers as programs with a 64-bit `time_t` see them, on ABIs where it has 32 bits by
    /// default; only headers with commands that depend on it, read by themselves. See
    /// [`WideTime`](crate::WideTime).
    pub wide_time: Option<Box<Interface>>,
}

/// What a call of `ioctl` is given behind its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedArgument {
    /// The argument in the call, or the call where it has none.
    pub span: Span,
    /// The function that the call is in.
    pub function: String,
    /// The ABIs that have the call.
    pub abis: AbiSet,
    /// What is passed.
    pub handed: Handed,
    /// What the call's request says that its argument is, where that is known and the type is all of what is
    /// passed.
    pub requested: Option<Requested>,
}

/// What stands behind the request of a call in Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// The address of a variable or a value of that type.
    Address(Type),
    /// A pointer or a reference to that type, which a variable holds.
    Pointer(Type),
    /// A variable of that type itself, which is neither an integer nor a pointer.
    Value(Type),
    /// Nothing: the function is variadic.
    Nothing,
}

impl Handed {
    /// The type that the kernel finds behind the argument.
    pub const fn pointee(&self) -> Option<&Type> {
        match self {
            Self::Address(ty) | Self::Pointer(ty) => Some(ty),
            Self::Value(_) | Self::Nothing => None,
        }
    }
}

/// What a call of `ioctl` is given behind its request, where the source does not say its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownArgument {
    /// The argument in the call.
    pub span: Span,
    /// The function that the call is in.
    pub function: String,
    /// The ABIs that have the call.
    pub abis: AbiSet,
    /// Why the type is not known, as a label of the argument.
    pub reason: String,
    /// What the call's request says that its argument is.
    pub requested: Requested,
}

/// What the request of a call says of its argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requested {
    /// A command of that name, whose definition says it.
    Command(String, Argument),
    /// A number under that name: what the kernel copies for it is known, if anything is.
    Number(String, Option<u32>),
}

/// A file that was asked for.
#[derive(Debug, Clone)]
pub struct Header {
    /// The file.
    pub file: FileId,
    /// The ABIs that it is meant for: those of one architecture for `asm/` headers, else all.
    pub abis: AbiSet,
    /// What the compiler said of it, read by itself.
    pub errors: Vec<HeaderError>,
    /// Why some ABIs that were asked for are not among `abis`, where a folder of installed headers lacks
    /// files of their architectures. No ABI is in two entries.
    pub not_read: Vec<NotRead>,
}

impl Header {
    /// Whether it could not be read for any ABI, because files of `asm/` that it needs are not there.
    pub fn is_unread(&self) -> bool {
        self.abis.is_empty() && !self.not_read.is_empty()
    }
}

/// An error that the compiler reports for a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderError {
    /// The compiler's sentence.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
    /// The ABIs for which it was seen.
    pub abis: AbiSet,
    /// Whether the header says so itself, with `#error`.
    pub is_stated: bool,
    /// Whether the header compiles, and a command of it does not: whoever uses that meets the error.
    pub in_command: bool,
}

/// An ioctl command.
#[derive(Debug, Clone)]
pub struct Command {
    /// The name of the macro, or of the Rust item.
    pub name: String,
    /// The name of the same command in C, where Rust source states it.
    pub c_name: Option<String>,
    /// The name in its definition.
    pub span: Span,
    /// What it is, on each ABI that has it.
    pub variants: Variants<CommandBody>,
    /// What the definition says of the call beyond the number.
    pub contract: Option<Contract>,
    /// What the definition says of differences between machines.
    pub differences: Differences,
}

/// What a command is on some ABIs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandBody {
    /// From the macro's name to the end of its text.
    pub span: Span,
    /// The macro that the text uses, such as `_IOWR`, `DRM_IOWR` or `_IOC`.
    pub through: String,
    /// The direction.
    pub direction: Direction,
    /// The type letter. More than 8 bits spill into the size, as in C.
    pub type_letter: u32,
    /// The number within the type. More than 8 bits spill into the type, as in C.
    pub nr: u32,
    /// The argument.
    pub argument: Argument,
    /// What packs the parts above into the number.
    pub encoder: Encoder,
}

/// What packs direction, type letter, nr and size into a command's number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Encoder {
    /// The kernel's `_IOC` of each ABI.
    #[default]
    Kernel,
    /// As the kernel's, but what does not fit into its field is cut off instead of spilling into the
    /// next one: nix, rustix, iocuddle before 0.4.
    Masked,
    /// Code of the header's or crate's own, which knows one architecture's encoding.
    Own(OwnEncoder),
}

/// An encoder that is not the kernel's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnEncoder {
    /// What the number comes to, of which the low 32 bits count.
    pub number: Constant,
    /// Whether the number is negative as an integer of C, so that a 64-bit program that keeps it
    /// in an `unsigned long` has 32 one bits in front of it.
    pub sign_extends: bool,
    /// The name of the encoder: the macro or function that shifts, or nothing where the command shifts
    /// itself.
    pub name: String,
}

/// What the number says of the argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// `_IO`: nothing.
    None,
    /// A type: its size is in the number.
    Type(Type),
    /// `_IOR(…, sizeof(x))`: an expression where a type belongs. The number holds the size of the
    /// expression's own type, `size_t`; the type here is the `x` that was meant.
    SizeOfType(Type),
    /// A size that no type gives, in bytes.
    Size(Constant),
}

impl Argument {
    /// The type that the author meant.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Type(ty) | Self::SizeOfType(ty) => Some(ty),
            Self::None | Self::Size(_) => None,
        }
    }

    /// The type of what a call passes.
    pub fn carried(&self) -> Option<&Type> {
        self.ty().map(Type::carried)
    }
}

/// A function-like macro that yields commands.
#[derive(Debug, Clone)]
pub struct Family {
    /// The macro's name.
    pub name: String,
    /// The name in its definition.
    pub span: Span,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// The text that it expands to, on one line.
    pub expansion: String,
    /// What each of its commands is but for its length, where the definition says so. The number's
    /// argument is [`Argument::None`].
    pub of_any_length: Option<Box<Command>>,
    /// What the numbers of all its commands share, where only the size differs.
    pub number: Option<FamilyNumber>,
}

/// A command's number but for its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyNumber {
    /// The direction.
    pub direction: Direction,
    /// The type letter.
    pub type_letter: u8,
    /// The number within the type.
    pub nr: u8,
}

/// [`CommandBody::through`] and [`RawNumber::through`] of what `#[derive(Ioctl)]` states.
pub const THROUGH_DERIVE: &str = "derive(Ioctl)";

/// [`RawNumber::through`] of a definition that asks a condition and comes to a plain number, such as
/// `SIOCGSTAMP`.
pub const THROUGH_CONDITION: &str = "?:";

/// [`RawNumber::through`] of a constant in Rust that no call uses as its request.
pub const THROUGH_CONSTANT: &str = "const";

/// [`RawNumber::through`] of a request that a crate takes from `linux-raw-sys`, whose constants are
/// those of the kernel's headers.
pub const THROUGH_LINUX_RAW_SYS: &str = "linux_raw_sys";

/// A command that is a plain number in the source.
#[derive(Debug, Clone)]
pub struct RawNumber {
    /// The macro's name.
    pub name: String,
    /// The name in its definition.
    pub span: Span,
    /// The number on each ABI that has it.
    pub variants: Variants<u32>,
    /// What states it beyond the number, as in [`CommandBody::through`]; empty for a bare literal.
    pub through: String,
}

/// A macro of a header that is no command.
#[derive(Debug, Clone)]
pub struct Macro {
    /// Its name.
    pub name: String,
    /// The name in its first definition.
    pub span: Span,
    /// The texts of all its definitions in the file, each with one space between tokens; of a function-like
    /// macro with its parameters in front.
    pub definition: String,
    /// What it comes to on each ABI where it is defined.
    pub values: Variants<MacroValue>,
}

/// What a macro comes to. A function-like one was given 1, 2, 3 and so on as its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MacroValue {
    /// An integer.
    Integer(i128),
    /// A command.
    Command(CommandBody),
    /// No integer, or one that could not be worked out: a string, a type, a statement.
    Other,
}

/// A public integer constant.
#[derive(Debug, Clone)]
pub struct NamedConstant {
    /// The name.
    pub name: String,
    /// The name in its definition.
    pub span: Span,
    /// The width of its type in bits: 8, 16, 32 or 64.
    pub bits: u8,
    /// Whether its type has a sign.
    pub signed: bool,
    /// The value on each ABI that has it.
    pub variants: Variants<i128>,
    /// The documentation, line by line.
    pub docs: Vec<String>,
}

impl Interface {
    /// The files in which something is, or looks like, a command.
    pub fn files_with_commands(&self) -> HashSet<FileId> {
        let commands = self.commands.iter().map(|command| command.span);
        let families = self.families.iter().map(|family| family.span);
        let raw = self.raw_numbers.iter().map(|raw| raw.span);
        let unknown = self.not_understood.iter().map(|unknown| unknown.span);
        commands.chain(families).chain(raw).chain(unknown).map(|span| span.file).collect()
    }

    /// The structure or union.
    pub fn record(&self, id: RecordId) -> &Record {
        &self.records[id.index()]
    }

    /// The definition of a structure on an ABI.
    pub fn body(&self, id: RecordId, abi: AbiId) -> Option<&RecordBody> {
        self.record(id).variants.get(abi)
    }

    /// The enumeration.
    pub fn enumeration(&self, id: EnumId) -> &Enum {
        &self.enums[id.index()]
    }

    /// The typedef.
    pub fn typedef(&self, id: TypedefId) -> &Typedef {
        &self.typedefs[id.index()]
    }

    /// The type with typedefs taken off the outside, as the ABI sees it; `None` where a typedef
    /// does not exist there.
    pub fn resolved<'a>(&'a self, ty: &'a Type, abi: AbiId) -> Option<&'a Type> {
        let mut ty = ty;
        // No chain of typedefs is longer than the number of typedefs.
        for _ in 0..=self.typedefs.len() {
            let Type::Typedef(id) = ty else {
                return Some(ty);
            };
            ty = &self.typedef(*id).variants.get(abi)?.ty;
        }
        None
    }

    /// What stands behind the typedefs on the outside of a type, by the first definition of each;
    /// for a question whose answer is the same on every ABI.
    pub fn behind_typedefs<'a>(&'a self, ty: &'a Type) -> Option<&'a Type> {
        let mut ty = ty;
        // No chain of typedefs is longer than the number of typedefs.
        for _ in 0..=self.typedefs.len() {
            let Type::Typedef(id) = ty else {
                return Some(ty);
            };
            ty = &self.typedef(*id).variants.first()?.ty;
        }
        None
    }

    /// The names of the typedefs on the outside of a type, outermost first.
    pub fn typedef_names(&self, ty: &Type) -> Vec<&str> {
        let mut names = Vec::new();
        let mut ty = ty;
        while let Type::Typedef(id) = ty {
            if names.len() > self.typedefs.len() {
                break;
            }
            let typedef = self.typedef(*id);
            names.push(typedef.name.as_str());
            match typedef.variants.first() {
                Some(body) => ty = &body.ty,
                None => break,
            }
        }
        names
    }

    /// The type as C spells it, without a declarator: `struct x`, `__u64`, `char [16]`.
    pub fn type_name(&self, ty: &Type) -> String {
        match ty {
            Type::Void => "void".into(),
            Type::Scalar(scalar) => scalar.c_name().into(),
            Type::Pointer(to) => {
                let name = self.type_name(to);
                let space = if name.ends_with('*') { "" } else { " " };
                format!("{name}{space}*")
            }
            Type::Function => "void (void)".into(),
            Type::Array(..) | Type::FlexibleArray(_) => {
                let mut bounds = String::new();
                let mut element = ty;
                loop {
                    match element {
                        Type::Array(inner, Constant::Known(count)) => {
                            let _ = write!(bounds, "[{count}]");
                            element = inner;
                        }
                        Type::Array(inner, Constant::Expression(_)) => {
                            bounds.push_str("[…]");
                            element = inner;
                        }
                        Type::FlexibleArray(inner) => {
                            bounds.push_str("[]");
                            element = inner;
                        }
                        _ => break,
                    }
                }
                format!("{}{bounds}", self.type_name(element))
            }
            Type::Record(id) => self.record(*id).display_name(),
            Type::Enum(id) => match &self.enumeration(*id).name {
                Some(name) => format!("enum {name}"),
                None => "enum (anonymous)".into(),
            },
            Type::Typedef(id) => self.typedef(*id).name.clone(),
            Type::Unknown(spelling) => spelling.to_string(),
        }
    }

    /// The structures and unions that a type is, itself or behind typedefs and arrays, on any ABI.
    pub fn records_directly_within(&self, ty: &Type) -> Vec<RecordId> {
        let mut found = Vec::new();
        let mut typedefs = HashSet::new();
        let mut open = vec![ty];
        while let Some(ty) = open.pop() {
            match ty.innermost_element() {
                Type::Typedef(id) if typedefs.insert(*id) => {
                    open.extend(self.typedef(*id).variants.iter().map(|(_, body)| &body.ty));
                }
                Type::Record(id) => found.push(*id),
                _ => {}
            }
        }
        found
    }

    /// The structures and unions that a type holds by value, or that the addresses in it point to as far as
    /// the definition says, in order of appearance.
    pub fn records_reached(&self, ty: &Type) -> Vec<RecordId> {
        let mut found = self.records_within(ty);
        let mut place = 0;
        while let Some(id) = found.get(place).copied() {
            place += 1;
            let members = self.record(id).variants.iter().flat_map(|(_, body)| &body.members);
            for to in members.filter_map(|member| member.purpose.points_to.as_ref()) {
                for inner in self.records_within(&to.element) {
                    if !found.contains(&inner) {
                        found.push(inner);
                    }
                }
            }
        }
        found
    }

    /// The structures and unions that a type holds by value, in order of appearance, the outer
    /// before the inner.
    pub fn records_within(&self, ty: &Type) -> Vec<RecordId> {
        // With a stack of its own: types may be nested deeper than a thread's would hold.
        let mut found = Vec::new();
        let (mut records, mut typedefs) = (HashSet::new(), HashSet::new());
        let mut open = vec![ty];
        while let Some(ty) = open.pop() {
            let before = open.len();
            match ty.innermost_element() {
                Type::Typedef(id) if typedefs.insert(*id) => {
                    open.extend(self.typedef(*id).variants.iter().map(|(_, body)| &body.ty));
                }
                Type::Record(id) if records.insert(*id) => {
                    found.push(*id);
                    let bodies = self.record(*id).variants.iter();
                    let members = bodies.flat_map(|(_, body)| &body.members);
                    open.extend(members.map(|member| &member.ty));
                }
                _ => {}
            }
            // What was added last is taken first.
            open[before..].reverse();
        }
        found
    }
}
