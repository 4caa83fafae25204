//! What a front end saw and could not make sense of.

use ioctlkit_abi::{AbiId, AbiSet, LayoutError};

use crate::{CommandBody, Interface, Layouts, Problem, ProblemKind, Span, Type};

/// A macro, an enumerator or a constant that looks like a command and was not understood. A command that was, and
/// whose argument has no layout, is among the commands: see [`Layouts::why_no_number`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub span: Span,
    /// The ABIs on which it was not understood.
    pub abis: AbiSet,
    /// Why, as the end of a sentence: "nothing defines `DRM_IOWR`".
    pub reason: String,
}

/// A file that a header needs and that is not there for some ABIs: the header was not read for these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRead {
    /// What is missing, as it is included: `asm/kvm.h`.
    pub missing: String,
    /// The `#include` of the header that asks for it, or for what asks for it.
    pub span: Span,
    /// The ABIs.
    pub abis: AbiSet,
}

impl NotRead {
    /// What is missing where, as a sentence without its full stop: "not read for 2 architectures,
    /// whose `asm/kvm.h` is not installed: arm64, riscv".
    pub fn sentence(&self) -> String {
        if self.abis == AbiSet::ALL {
            return format!("not read, since no architecture has `{}`", self.missing);
        }
        format!("not read for {}: {}", self.words(), self.architectures().join(", "))
    }

    /// How many architectures, and what is missing: "2 architectures, whose `asm/kvm.h` is not installed".
    pub fn words(&self) -> String {
        let count = self.architectures().len();
        let noun = if count == 1 { "architecture" } else { "architectures" };
        format!("{count} {noun}, whose `{}` is not installed", self.missing)
    }

    /// The architectures, as the kernel calls them.
    pub fn architectures(&self) -> Vec<&'static str> {
        let mut archs: Vec<&str> = self.abis.iter().map(|id| id.abi().kernel_arch).collect();
        archs.dedup();
        archs
    }

    /// The same as a note, for whoever reports no findings.
    pub fn as_note(&self) -> Problem {
        Problem {
            kind: ProblemKind::Note,
            path: None,
            span: Some(self.span),
            message: self.sentence(),
            help: Some(Self::REMEDY.into()),
        }
    }

    /// What brings the missing file.
    pub const REMEDY: &str = "install the kernel headers of these architectures (Debian: \
        linux-libc-dev-arm64-cross and its like), check a kernel source tree, or name with --abi those that \
        matter";
}

impl NotUnderstood {
    /// Whether it is no command but one of the macros that make them: `_IOC`, `_IOR`.
    pub fn is_encoder(&self) -> bool {
        matches!(
            self.name.as_str(),
            "_IOC" | "_IO" | "_IOR" | "_IOW" | "_IOWR" | "_IOR_BAD" | "_IOW_BAD" | "_IOWR_BAD"
        )
    }

    /// The same as a problem of the input, for whoever cannot do without what was not understood.
    pub fn as_failure(&self) -> Problem {
        Problem {
            kind: ProblemKind::Failure,
            path: None,
            span: Some(self.span),
            message: format!("`{}` has no number: {}", self.name, self.reason),
            help: Some("name the folder of the header that defines what is missing with -I".into()),
        }
    }
}

impl Interface {
    /// What was not read of the headers that were asked for, as notes.
    pub fn not_read(&self) -> impl Iterator<Item = Problem> {
        self.headers.iter().flat_map(|header| &header.not_read).map(NotRead::as_note)
    }

    /// The first thing in a type that has no size on `abis`, as a sentence without its full stop:
    /// "the type of `b` in `struct outer` is unknown". `None` where nothing of the kind is in it.
    pub fn without_size(&self, ty: &Type, abis: AbiSet) -> Option<String> {
        let never_defined = |id| {
            let record = self.record(id);
            let empty = record.variants.is_empty();
            empty.then(|| format!("`{}` is never defined", record.display_name()))
        };
        if let Type::Record(id) = ty.innermost_element()
            && let Some(sentence) = never_defined(*id)
        {
            return Some(sentence);
        }
        self.records_within(ty).into_iter().find_map(|id| {
            let record = self.record(id);
            let here = record.variants.iter().filter(|(on, _)| !on.intersection(abis).is_empty());
            let member = here
                .flat_map(|(_, body)| &body.members)
                .find(|member| matches!(member.ty.innermost_element(), Type::Unknown(_)))?;
            Some(match &member.name {
                Some(name) => {
                    format!("the type of `{name}` in `{}` is unknown", record.display_name())
                }
                None => format!("`{}` has a member that does not compile", record.display_name()),
            })
        })
    }
}

impl Layouts<'_> {
    /// Why a command has no number on an ABI, as a sentence without its full stop; `None` where it
    /// has one.
    pub fn why_no_number(&self, body: &CommandBody, abi: AbiId) -> Option<String> {
        let error = self.argument_size(&body.argument, abi).err()?;
        let by_type = match (error, body.argument.ty()) {
            (LayoutError::Unknown | LayoutError::Incomplete, Some(ty)) => {
                self.interface().without_size(ty, AbiSet::only(abi))
            }
            _ => None,
        };
        Some(by_type.unwrap_or_else(|| error.to_string()))
    }
}
