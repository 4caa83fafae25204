//! H015 direction-contradicts.

use std::collections::BTreeMap;

use ioctlkit_abi::Direction;
use ioctlkit_model::{
    Access, Finding, Fix, HandledCommand, Label, Part, Safety, Severity, SourceHandler, Span, Way,
};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{code_finding, declaration, gets_argument, names};

declare_rule! {
    /// handler that copies in the opposite direction to the command's number
    ///
    /// # What
    /// For an `_IOR` the handler reads the argument from the program, or for an `_IOW` it writes to it.
    /// With the severity info: it copies at all for an `_IO`, or one way only for an `_IOWR`.
    ///
    /// Copies that depend on the direction in the number are left out. For an `_IOWR` the rule says
    /// nothing where a function whose source was not read gets the argument.
    ///
    /// # Why
    /// Tools go by the number: for an `_IOR`, strace prints, valgrind checks and wine or qemu translate
    /// the argument only after the call. Under valgrind or qemu-user the kernel then reads bytes that
    /// were never passed, or its results are lost.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions".
    ///
    /// # Example
    /// ```c
    /// #define FOO_SET_SPEED _IOR('f', 1, __u32)
    ///
    /// case FOO_SET_SPEED:
    ///         if (get_user(speed, (__u32 __user *)arg))
    ///                 return -EFAULT;
    /// ```
    ///
    /// # Fix
    /// ```c
    /// #define FOO_SET_SPEED _IOW('f', 1, __u32)
    /// ```
    /// In an interface in use the number stays: add a command with the right one, and serve both.
    DIRECTION_CONTRADICTS: "H015", "direction-contradicts", Warning, legacy Info, for Driver;
}

/// How a handler and a number disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Contradiction {
    ReadsOfRead,
    WritesOfWrite,
    CopiesOfNone,
    OnlyReads,
    OnlyWrites,
}

impl Contradiction {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::ReadsOfRead => {
                ("reads the argument of", "an `_IOR` says that only the kernel writes it")
            }
            Self::WritesOfWrite => {
                ("writes to the argument of", "an `_IOW` says that the kernel only reads it")
            }
            Self::CopiesOfNone => {
                ("copies the argument of", "an `_IO` says that there is nothing to copy")
            }
            Self::OnlyReads => {
                ("only reads the argument of", "an `_IOWR` says that it writes it, too")
            }
            Self::OnlyWrites => {
                ("only writes the argument of", "an `_IOWR` says that it reads it, too")
            }
        }
    }

    fn severity(self) -> Severity {
        match self {
            Self::ReadsOfRead | Self::WritesOfWrite => Severity::Warning,
            _ => Severity::Info,
        }
    }
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // A function that several handlers call says the same for each.
    let mut said: Vec<(&str, Span)> = Vec::new();
    for handler in &cx.interface.code.handlers {
        if !gets_argument(cx, handler) {
            continue;
        }
        let mut found: BTreeMap<Contradiction, Vec<(&HandledCommand, &Access)>> = BTreeMap::new();
        for command in &handler.commands {
            if let Some((contradiction, access)) = contradiction(cx, command)
                && !said.contains(&(command.name.as_str(), access.span))
            {
                said.push((&command.name, access.span));
                found.entry(contradiction).or_default().push((command, access));
            }
        }
        for (contradiction, concerned) in found {
            findings.extend(report(cx, handler, contradiction, &concerned));
        }
    }
}

fn report(
    cx: &Context<'_>,
    handler: &SourceHandler,
    contradiction: Contradiction,
    concerned: &[(&HandledCommand, &Access)],
) -> Option<Finding> {
    let (_, first) = concerned.first()?;
    let commands: Vec<&HandledCommand> = concerned.iter().map(|(command, _)| *command).collect();
    let (does, says) = contradiction.words();
    let message = format!("`{}` {does} {}: {says}", handler.function, names(&commands));
    let mut finding =
        code_finding(cx, &DIRECTION_CONTRADICTS, handler, &commands, first.span, message);
    finding.severity = contradiction.severity();
    finding.label = match first.way {
        Way::In => "copied from the program".into(),
        Way::Out => "copied to the program".into(),
    };
    for (command, access) in concerned {
        if access.span != first.span {
            let text = format!("for `{}`", command.name);
            finding.related.push(Label { span: access.span, text });
        }
        finding.related.extend(cx.declared().command(&command.name).map(declaration));
    }
    finding.fix = Some(Fix {
        message: "declare the command with the direction of what the handler does".into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

/// How a command's accesses disagree with its declaration, and the access that shows it.
fn contradiction<'a>(
    cx: &Context<'_>,
    command: &'a HandledCommand,
) -> Option<(Contradiction, &'a Access)> {
    let declared = cx.declared().command(&command.name)?;
    let direction = declared.variants.first()?.direction;
    let going = |way: Way| {
        command
            .accesses
            .iter()
            .find(move |access| access.way == way && !access.guarded && access.part != Part::Inside)
    };
    let (reads, writes) = (going(Way::In), going(Way::Out));
    let any = |way: Way| command.accesses.iter().any(|access| access.way == way);
    match direction {
        Direction::Read => Some((Contradiction::ReadsOfRead, reads?)),
        Direction::Write => Some((Contradiction::WritesOfWrite, writes?)),
        Direction::None => Some((Contradiction::CopiesOfNone, reads.or(writes)?)),
        Direction::ReadWrite if command.escapes => None,
        Direction::ReadWrite => match (reads, writes) {
            (Some(access), None) if !any(Way::Out) => Some((Contradiction::OnlyReads, access)),
            (None, Some(access)) if !any(Way::In) => Some((Contradiction::OnlyWrites, access)),
            _ => None,
        },
    }
}
