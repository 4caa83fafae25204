//! L019 not-self-contained.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Label, Span};

use crate::context::{Context, finding};
use crate::declare_rule;

declare_rule! {
    /// a header that does not compile by itself
    ///
    /// # What
    /// A header, read with nothing before it, has errors: it uses a type that no header of its own
    /// declares, or one that exists in the kernel only (`u32`, `bool` without an include). Or it
    /// compiles, and a command in it needs a type or a macro of a header that it does not include.
    /// There is one finding for all errors of a header. A header that uses `#error` to refuse being
    /// included alone is left out.
    ///
    /// # Why
    /// A program that includes the header fails to build, or builds only if another header happens to
    /// declare what is missing.
    ///
    /// # Source
    /// The kernel's build checks the headers that it exports the same way
    /// (`CONFIG_UAPI_HEADER_TEST`, usr/include/Makefile).
    ///
    /// # Example
    /// ```c
    /// #include <linux/ioctl.h>
    /// struct foo {
    ///         u32 value;              /* unknown in user space */
    /// };
    /// ```
    ///
    /// # Fix
    /// Include `<linux/types.h>` and use its names.
    NOT_SELF_CONTAINED: "L019", "not-self-contained", Error, legacy Warning, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for header in &cx.interface.headers {
        // A header that says so itself, with `#error`, is not meant to be included alone.
        let mut errors: Vec<_> = header.errors.iter().filter(|error| !error.is_stated).collect();
        // What is wrong in the header itself comes before what is wrong in one that it includes.
        errors.sort_by_key(|error| {
            (error.span.is_some_and(|span| span.file != header.file), error.in_command)
        });
        let Some((first, others)) = errors.split_first() else { continue };
        let abis = errors.iter().fold(AbiSet::EMPTY, |all, error| all.union(error.abis));
        // An error without a place of its own is the whole header's.
        let start = Span { file: header.file, start: 0, end: 0 };
        let (what, harm) = if first.in_command {
            (
                "a command needs another header",
                "a program that includes this header alone cannot use it",
            )
        } else {
            (
                "this header does not compile by itself",
                "programs that include it alone fail to build",
            )
        };
        let message = format!("{what}: {}", first.message);
        let own = first.span.filter(|span| span.file == header.file);
        let mut report = finding(&NOT_SELF_CONTAINED, own.unwrap_or(start), abis, message);
        report.label.clone_from(&first.message);
        report.notes.push(harm.into());
        let elsewhere = own.is_none().then_some(first);
        report.related = others
            .iter()
            .chain(elsewhere)
            .filter_map(|error| Some(Label { span: error.span?, text: error.message.clone() }))
            .collect();
        findings.push(report);
    }
}
