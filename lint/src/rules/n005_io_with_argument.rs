//! N005 io-with-argument.

use ioctlkit_abi::Direction;
use ioctlkit_model::{CommandBody, Finding, Fix, Safety};

use crate::context::{Context, command_finding};
use crate::declare_rule;
use crate::numbering::defined;

declare_rule! {
    /// `_IO` for a command that takes a pointer
    ///
    /// # What
    /// The number says that there is no argument, and the header says that there is one. The number
    /// alone cannot show it, so the rule goes by what is next to the command, and the finding names it:
    ///
    /// - a structure that has the name of the command, that no other command takes, and that is
    ///   not described as mapped (`struct kvm_run`);
    /// - a comment beside the command or above it that names such a structure, a type with an
    ///   asterisk, or the number with another macro (`_IOWR(…)`);
    /// - a name with `GET` and a comment beside it that begins with "get", unless the comment says
    ///   that the value is returned.
    ///
    /// # Why
    /// Neither size nor direction of the argument are in the number: the structure can't grow by
    /// a new number, strace and checkers don't see the data, and a kernel that runs 32-bit
    /// programs can't tell which commands pass a pointer (s390 must convert it).
    ///
    /// An integer passed by value has no place in the number, so `/* int */` is no evidence. A
    /// structure whose first member is its own size (`argsz`, `size`) has been made to grow without the
    /// number: this is the convention of VFIO and iommufd, and the rule does not report it.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions": only use `_IO`
    /// for commands without arguments, and use pointers for passing data.
    ///
    /// # Example
    /// ```c
    /// #define FIGETBSZ _IO(0x00, 2)   /* get the block size used for bmap */
    /// ```
    ///
    /// # Fix
    /// Use `_IOR`, `_IOW` or `_IOWR` with the type.
    IO_WITH_ARGUMENT: "N005", "io-with-argument", Warning, legacy off, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for command in defined(cx) {
        let Some(evidence) = cx.unstated.of(command).filter(|evidence| !evidence.grows) else {
            continue;
        };
        let none = |body: &CommandBody| body.direction == Direction::None;
        let Some((on, _)) = command.variants.iter().find(|(_, body)| none(body)) else { continue };
        let mut finding = command_finding(
            &IO_WITH_ARGUMENT,
            command,
            command.span,
            on,
            format!("the number has no argument, but {}", evidence.sentence),
        );
        finding.label = "no direction and no size".into();
        finding.related.extend(evidence.at.clone());
        let ty = evidence.ty.as_deref().map_or("the type".to_owned(), |ty| format!("`{ty}`"));
        finding.fix = Some(Fix {
            message: format!("use `_IOR`, `_IOW` or `_IOWR` with {ty}"),
            edits: Vec::new(),
            safety: Safety::ChangesAbi,
        });
        findings.push(finding);
    }
}
