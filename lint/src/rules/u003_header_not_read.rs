//! U003 header-not-read.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Header, NotRead, Severity};

use crate::context::{Context, finding};
use crate::declare_rule;

declare_rule! {
    /// a header that was not read for some architectures, or for none
    ///
    /// # What
    /// The header includes, directly or indirectly, a header of `asm/` that is missing for some of the
    /// architectures that the run looks at. It was not read for these, and no rule has looked at its
    /// commands there. For a header without anything that looks like a command, the finding is an info.
    /// A header that no architecture can read makes the run exit with 2 if it has commands.
    ///
    /// In a kernel tree, every architecture's headers are there: one that lacks a header does not have
    /// the interface, and nothing is reported.
    ///
    /// # Why
    /// A machine usually has the `asm/` headers of its own architecture only. A run without findings
    /// means that the commands are fine on every ABI that it looked at; this rule says which are
    /// missing.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst: its rules about 32-bit programs and alignment are
    /// about all architectures.
    ///
    /// # Example
    /// ```c
    /// #include <asm/kvm.h>        /* of x86 alone, on a PC */
    /// ```
    ///
    /// # Fix
    /// Install the kernel headers of the other architectures (Debian: `linux-libc-dev-arm64-cross` and
    /// its like), or check a kernel source tree. If the interface is only for some ABIs, name these
    /// with `--abi`.
    HEADER_NOT_READ: "U003", "header-not-read", Warning, legacy Warning, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let with_commands = cx.interface.files_with_commands();
    for header in &cx.interface.headers {
        findings.extend(of_header(header, with_commands.contains(&header.file)));
    }
}

fn of_header(header: &Header, has_commands: bool) -> Option<Finding> {
    let (first, others) = header.not_read.split_first()?;
    let abis = header.not_read.iter().fold(AbiSet::EMPTY, |all, lack| all.union(lack.abis));
    let missing = &first.missing;
    let message = match (header.is_unread(), has_commands) {
        (true, true) => {
            format!("not checked: no architecture has `{missing}`")
        }
        (true, false) => format!("not read: no architecture has `{missing}`"),
        (false, true) => format!("not checked for {}", first.words()),
        (false, false) => format!("not read for {}", first.words()),
    };
    let mut report = finding(&HEADER_NOT_READ, first.span, abis, message);
    report.label = format!("needs `{missing}`");
    if !header.is_unread() {
        report.notes.push(format!("these are {}", first.architectures().join(", ")));
    }
    report.notes.extend(others.iter().map(NotRead::sentence));
    report.notes.push(NotRead::REMEDY.into());
    if !has_commands {
        report.notes.insert(0, "nothing in it looks like a command".into());
        report.severity = Severity::Info;
    }
    Some(report)
}
