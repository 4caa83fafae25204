//! H010 prefix-copied.

use ioctlkit_model::{Amount, Cleared, CopiedOut, Finding, Fix, Label, Safety};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding, names};
use crate::unset_bytes::unset;

declare_rule! {
    /// structure that is copied in partly and copied out with more
    ///
    /// # What
    /// The handler copies the first bytes of a structure from the program and does not set the rest.
    /// Then it copies more bytes back, some of them uninitialised.
    ///
    /// The rule says nothing where the structure was cleared, and where a function whose source was not
    /// read gets it.
    ///
    /// # Why
    /// The bytes after those copied in hold whatever was on the stack or the heap, and the program gets
    /// them.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Information leaks"; process/botching-up-ioctls.rst,
    /// "Basics": zero-extend where sizes differ.
    ///
    /// # Example
    /// ```c
    /// struct foo_info info;
    /// size_t size = offsetofend(struct foo_info, id);
    ///
    /// if (copy_from_user(&info, argp, size))
    ///         return -EFAULT;
    /// info.regions = foo->regions;
    /// if (copy_to_user(argp, &info, sizeof(info)))
    ///         return -EFAULT;
    /// ```
    ///
    /// # Fix
    /// ```c
    /// struct foo_info info = {};
    /// ```
    /// or `copy_struct_from_user()`, which clears what the program did not pass.
    PREFIX_COPIED: "H010", "prefix-copied", Error, legacy Error, for Driver;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let places = by_place(cx, |_, command| {
        let outs = command.copied_out.iter().filter(|out| leaves_rest(cx, out));
        outs.map(|out| (out.span, out)).collect()
    });
    for place in places {
        let out = place.what;
        let message = format!(
            "`{}` copies more of `{}` out than in: the rest is uninitialised",
            place.handler.function, out.ty,
        );
        let mut finding =
            code_finding(cx, &PREFIX_COPIED, place.handler, &place.commands, place.span, message);
        finding.record = Some(out.ty.clone());
        finding.label = "more than was copied in".into();
        finding.notes.push(format!(
            "for {}: {} in, {} out",
            names(&place.commands),
            out.copied_in.as_ref().map(words).unwrap_or_default(),
            words(&out.amount),
        ));
        let text = format!("`{}`, not cleared", out.object);
        finding.related.push(Label { span: out.declared, text });
        finding.fix = Some(Fix {
            message: "clear the structure first, or use copy_struct_from_user()".into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}

/// Whether less than the structure is copied in, and something that was not set is copied out.
fn leaves_rest(cx: &Context<'_>, out: &CopiedOut) -> bool {
    let Some(copied_in) = &out.copied_in else { return false };
    if out.cleared != Cleared::Nothing || !out.member.is_empty() || *copied_in == out.amount {
        return false;
    }
    let Some(id) = cx.declared().record(cx.interface, &out.ty) else { return false };
    cx.interface.abis.iter().any(|abi| {
        let Ok(layout) = cx.layouts.record(id, abi) else { return false };
        let begin = match copied_in {
            Amount::Bytes(bytes) => *bytes,
            Amount::Type(ty) => match cx.declared().size(cx.layouts, ty, abi) {
                Some(size) => size,
                None => return false,
            },
            Amount::Expression(text) => match prefix(cx, text, abi) {
                Some(size) => size,
                None => return false,
            },
            Amount::CommandSize | Amount::Unknown => return false,
        };
        let end = match &out.amount {
            Amount::Bytes(bytes) => *bytes,
            Amount::Type(ty) => match cx.declared().size(cx.layouts, ty, abi) {
                Some(size) => size,
                None => return false,
            },
            Amount::Expression(text) => prefix(cx, text, abi).unwrap_or(layout.size),
            Amount::CommandSize | Amount::Unknown => layout.size,
        };
        let missing = |offset: u64, size: u64| offset + size > begin && offset < end;
        begin < layout.size.min(end)
            && unset(cx, id, abi, &out.set).iter().any(|part| missing(part.offset, part.size))
    })
}

/// How many bytes `offsetof(struct x, m)` and `offsetofend(struct x, m)` come to.
fn prefix(cx: &Context<'_>, text: &str, abi: ioctlkit_abi::AbiId) -> Option<u64> {
    let (function, rest) = text.split_once('(')?;
    let (ty, member) = rest.trim_end_matches(')').split_once(',')?;
    let id = cx.declared().record(cx.interface, ty.trim())?;
    let body = cx.interface.body(id, abi)?;
    let index = body.members.iter().position(|m| m.name.as_deref() == Some(member.trim()))?;
    let placement = cx.layouts.record(id, abi).ok()?.members.get(index).copied()?;
    match function.trim() {
        "offsetof" => Some(placement.offset_bits / 8),
        "offsetofend" => Some(placement.end_bits() / 8),
        _ => None,
    }
}

fn words(amount: &Amount) -> String {
    match amount {
        Amount::Type(ty) => format!("`sizeof({ty})`"),
        Amount::CommandSize => "the size in the command's number".into(),
        Amount::Bytes(bytes) => crate::words::count(*bytes, "byte"),
        Amount::Expression(text) => format!("`{text}`"),
        Amount::Unknown => "a part".into(),
    }
}
