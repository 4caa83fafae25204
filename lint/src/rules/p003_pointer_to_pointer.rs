//! P003 pointer-to-pointer.

use ioctlkit_model::kernel_copies::{Row, What, size_in_number};
use ioctlkit_model::{
    Edit, Finding, Fix, ProgramKind, ProgramPart, ProgramType, ProgramValue, Safety, Span,
};

use crate::context::Context;
use crate::declare_rule;
use crate::program_calls::{Taken, call_finding, declared_structure, integer, passes, wide_abi};

declare_rule! {
    /// address of a pointer passed in place of the pointer
    ///
    /// # What
    /// A call passes `&p`, and `p` is a pointer to what the kernel copies for the command. The rule skips
    /// commands that carry a pointer, and those whose header gives a pointer as the type (`AGPIOC_INFO`):
    /// programs pass either to these.
    ///
    /// # Why
    /// The kernel overwrites the pointer, and often what is next to it in memory. What `p` points to stays
    /// as it was.
    ///
    /// # Source
    /// ioctl(2): "The third argument is an untyped pointer to memory".
    ///
    /// # Example
    /// ```c
    /// void sector_size(int fd, int *size)
    /// {
    ///         ioctl(fd, BLKSSZGET, &size);
    /// }
    /// ```
    ///
    /// # Fix
    /// Pass the pointer.
    POINTER_TO_POINTER: "P003", "pointer-to-pointer", Error, legacy Error, for Program;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for call in &cx.interface.program.calls {
        let Some(argument) = &call.argument else { continue };
        let ProgramValue::Address(object) = &argument.value else { continue };
        let (ProgramKind::Pointer(to), ProgramPart::Variable(name)) =
            (&object.ty.kind, &object.part)
        else {
            continue;
        };
        let taken = Taken::by(&call.request);
        let is_known = taken.is_pointer() && taken.pointers.iter().all(|row| is_meant(row, to));
        let is_declared = declared_structure(&call.request).is_some_and(|ty| **to == *ty);
        if !is_known && !is_declared {
            continue;
        }
        let message = format!("{}, which takes `{name}` itself", passes(call));
        let mut found = call_finding(cx, &POINTER_TO_POINTER, call, argument.span, message);
        found.label = format!("the address of `{}`", object.ty.spelled);
        found.record = Some(object.ty.spelled.clone());
        found.notes.push(format!(
            "the kernel copies from and to the pointer: what `{name}` points to stays as it was"
        ));
        found.fix = Some(edit(format!("pass `{name}`"), argument.span, name.clone()));
        findings.push(found);
    }
}

/// Whether what a pointer leads to is what a handler copies.
fn is_meant(row: &Row<'_>, to: &ProgramType) -> bool {
    let copied = row.written.as_ref().or(row.read.as_ref());
    let Some(abi) = wide_abi() else { return false };
    let Some(bytes) = copied.and_then(|extent| extent.bytes(abi)) else { return false };
    // The header gives a pointer as the type: its authors may have meant that.
    let says_pointer = row
        .number
        .is_some_and(|number| number >> 30 != 0 && size_in_number(number) == 8 && bytes != 8);
    let is_structure = copied.is_some_and(|extent| match extent.what {
        What::Type(ty) => ty == to.spelled || ty.ends_with(&format!(" {}", to.spelled)),
        _ => false,
    });
    let is_same_integer = integer(row).is_some() && to.size(abi) == Some(bytes);
    !says_pointer && (is_structure || is_same_integer)
}

/// Another argument.
pub(super) fn edit(message: String, span: Span, replacement: String) -> Fix {
    Fix { message, edits: vec![Edit { span, replacement }], safety: Safety::Safe }
}
