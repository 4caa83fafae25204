//! What a front end saw and could not make sense of.

use ioctlkit_abi::AbiSet;

use crate::Span;

/// Something that may be part of an ioctl interface and was not understood. A run that is silent
/// about an input holds none of these for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood {
    /// What it is.
    pub subject: Subject,
    /// Where it is.
    pub span: Span,
    /// The ABIs on which it was not understood.
    pub abis: AbiSet,
    /// Why, as the end of a sentence: "nothing defines `DRM_IOWR`".
    pub reason: String,
}

/// What was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A macro or an enumerator that looks like a command, by its name.
    Command(String),
    /// A structure or union, as C spells it, whose layout is unknown.
    Record(String),
    /// A file.
    File,
}
