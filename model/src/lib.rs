//! The nouns of the project: an [`Interface`] has [`Command`]s, whose arguments are [`Type`]s
//! built from [`Record`]s with [`Member`]s.
//!
//! Types stay symbolic (`long` is [`Scalar::Long`], never 8 bytes) and keep their typedef names.
//! What they come to on an ABI is a query: [`Layouts`]. Nothing here parses, serialises or opens
//! a file.
//!
//! [`Scalar::Long`]: ioctlkit_abi::Scalar::Long
#![forbid(unsafe_code)]

pub mod abi_words;
mod account;
mod constant;
mod contract;
mod definition;
mod driver;
mod expected;
mod finding;
mod interface;
pub mod kernel_copies;
mod layout;
mod merge;
pub mod number_registry;
mod object;
mod program;
mod rule;
mod source;
mod spelled;
mod types;
mod variants;
mod wide_time;

pub use account::{NotRead, NotUnderstood};
pub use constant::{BinaryOperator, Constant, Expression, UnaryOperator};
pub use contract::{
    Contract, Differences, Group, HandlePurpose, Passing, PointsTo, Purpose, Returns, Role, Values,
};
pub use definition::{Attributes, Call, Definition, Definitions, Word, Written};
pub use driver::{
    Access, Amount, Answer, Cleared, CodeNotUnderstood, CopiedIn, CopiedOut, Copies, DriverCode,
    HandledCommand, Noticed, NoticedKind, OperationTable, Part, Serves, Slot, SourceHandler, Way,
};
pub use expected::{Among, Expected, expected};
pub use finding::{
    Breaks, Consequences, Edit, Finding, Fix, Label, Problem, ProblemKind, Report, Safety,
};
pub use interface::{
    Argument, Command, CommandBody, Encoder, Family, FamilyNumber, Handed, Header, HeaderError,
    Interface, Macro, MacroValue, NamedConstant, OwnEncoder, PassedArgument, RawNumber, Requested,
    THROUGH_CONDITION, THROUGH_CONSTANT, THROUGH_DERIVE, THROUGH_LINUX_RAW_SYS, UnknownArgument,
};
pub use layout::{Gap, Layout, Layouts, Numbered, TypeSize};
pub use object::{
    AbiRecord, Address, Handler, HandlerStructure, HandlerTable, Object, Observed, RecordedCommand,
    RecordedMember, RecordedRecord,
};
pub use program::{
    CallNotUnderstood, ProgramArgument, ProgramCall, ProgramCode, ProgramKind, ProgramObject,
    ProgramPart, ProgramRequest, ProgramState, ProgramType, ProgramValue,
};
pub use rule::{Languages, Profiles, RuleInfo, Severity};
pub use source::{Comment, FileId, Include, Language, Position, SourceFile, SourceMap, Span};
pub use spelled::{Capability, DriverPath};
pub use types::{
    Condition, Enum, EnumBody, EnumId, Enumerator, Member, Record, RecordBody, RecordId,
    Representation, Type, Typedef, TypedefBody, TypedefId, is_reserved_name,
};
pub use variants::Variants;
pub use wide_time::WideTime;

pub use ioctlkit_abi as abi;
