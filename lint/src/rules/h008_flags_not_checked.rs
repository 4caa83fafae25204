//! H008 flags-not-checked.

use std::collections::BTreeSet;

use ioctlkit_abi::{AbiId, Direction};
use ioctlkit_model::{
    Access, Cleared, CopiedIn, CopiedOut, Copies, Finding, Fix, HandledCommand, Label, Member,
    Part, Safety, Type, Way,
};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding, list, names};
use crate::growth::is_flags;

declare_rule! {
    /// flags or a reserved member that the handler ignores
    ///
    /// # What
    /// The handler copies the structure of an `_IOW` or `_IOWR` from the program, reads members of it,
    /// and never reads its flags, or a member named `reserved`, `pad` or the like.
    ///
    /// The rule says nothing where a function whose source was not read gets the structure or the argument,
    /// where the argument is kept for later, and where the handler copies it a second time into something
    /// larger, whose size the first copy told. In an `_IOWR`, a member that the handler sets before it
    /// copies the structure back is a result and not a request; so is the whole structure where the
    /// handler clears it first, or where a subsystem copies it back.
    ///
    /// # Why
    /// Programs that pass garbage there work today. If a bit got a meaning, they would break, so no bit
    /// ever can.
    ///
    /// # Source
    /// Kernel documentation, process/botching-up-ioctls.rst, "Basics": check all unused fields, flags and
    /// padding for 0.
    ///
    /// # Example
    /// ```c
    /// if (copy_from_user(&config, argp, sizeof(config)))
    ///         return -EFAULT;
    /// return foo_set_speed(foo, config.speed);
    /// ```
    ///
    /// # Fix
    /// ```c
    /// if (config.flags & ~FOO_KNOWN_FLAGS || config.reserved)
    ///         return -EINVAL;
    /// ```
    FLAGS_NOT_CHECKED: "H008", "flags-not-checked", Warning, legacy off, for Driver;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let places = by_place(cx, |handler, command| {
        let structures = command.copied_in.iter();
        structures
            .filter_map(|copied| {
                let ignored = ignored(cx, handler.copies, command, copied);
                (!ignored.is_empty()).then_some((copied.span, (copied, ignored)))
            })
            .collect()
    });
    for place in places {
        let (copied, ignored) = place.what;
        let members: Vec<&str> =
            ignored.iter().filter_map(|member| member.name.as_deref()).collect();
        let message = format!(
            "`{}` ignores {} of `{}` for {}",
            place.handler.function,
            list(&members),
            copied.ty,
            names(&place.commands),
        );
        let mut finding = code_finding(
            cx,
            &FLAGS_NOT_CHECKED,
            place.handler,
            &place.commands,
            place.span,
            message,
        );
        finding.record = Some(copied.ty.clone());
        finding.label = "copied in here".into();
        let harm = "programs may pass any value, so no bit can get a meaning later";
        finding.notes.push(harm.into());
        finding.related.extend(
            ignored
                .iter()
                .map(|member| Label { span: member.name_span, text: "never read".into() }),
        );
        finding.fix = Some(Fix {
            message: "fail with EINVAL if a bit without a meaning is set".into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}

/// Whether the argument is copied from its first byte once more, into something that no structure of its own
/// stands for: a header that was read for the size of the whole.
fn is_fetched_again(command: &HandledCommand, copied: &CopiedIn) -> bool {
    let has_own = |span| command.copied_in.iter().any(|other| other.span == span);
    command.accesses.iter().any(|access| {
        access.way == Way::In
            && access.part == Part::Whole
            && access.span != copied.span
            && !has_own(access.span)
    })
}

/// The flags and reserved members of a command's argument that are neither read nor an answer.
fn ignored<'a>(
    cx: &Context<'a>,
    who: Copies,
    command: &HandledCommand,
    copied: &CopiedIn,
) -> Vec<&'a Member> {
    let Some(declared) = cx.declared().command(&command.name) else { return Vec::new() };
    // The code of one architecture is about the structure as it is there.
    let built = cx.interface.code.architectures.get(&copied.span.file);
    let is_built = |abi: &AbiId| built.is_none_or(|on| on.contains(abi.abi().kernel_arch));
    let mut variants = declared.variants.iter();
    let of_built = variants.find_map(|(abis, body)| Some((abis.iter().find(is_built)?, body)));
    let any = || {
        let (abis, body) = declared.variants.iter().next()?;
        Some((abis.first()?, body))
    };
    let Some((abi, body)) = of_built.or_else(any) else { return Vec::new() };
    let argument = body.argument.ty().and_then(|ty| cx.interface.resolved(ty, abi).zip(Some(abi)));
    let Some((Type::Record(id), abi)) = argument else { return Vec::new() };
    let is_looked_into = body.direction.kernel_reads()
        && !copied.escapes
        && !copied.read.is_empty()
        && !copied.read.contains("")
        && !command.escapes
        && !is_fetched_again(command, copied)
        && cx.declared().record(cx.interface, &copied.ty) == Some(*id);
    let Some(record) = cx.interface.body(*id, abi).filter(|_| is_looked_into) else {
        return Vec::new();
    };
    let outs = command.copied_out.iter().filter(|out| out.ty == copied.ty);
    let answers: BTreeSet<&str> =
        outs.clone().flat_map(|out| &out.set).map(String::as_str).collect();
    // What is cleared after it was copied in, or what a core copies back, holds an answer.
    let is_cleared = |out: &CopiedOut| out.cleared == Cleared::All && out.copied_in.is_none();
    let is_query = outs.clone().any(is_cleared) || who == Copies::Core;
    if body.direction == Direction::ReadWrite && is_query {
        return Vec::new();
    }
    // What only comes back is asked for without being looked at.
    let gets = body.direction == Direction::ReadWrite && outs.count() > 0;
    let is_written = |access: &Access, name: &str| {
        access.way == Way::Out && access.part == Part::Member(name.to_owned())
    };
    let known = |name: &str| {
        let is_part = |path: &str| {
            path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        copied.read.iter().any(|path| is_part(path))
            || command.accesses.iter().any(|access| is_written(access, name))
            || gets && (answers.contains("") || answers.iter().any(|path| is_part(path)))
    };
    let asks = |member: &&Member| {
        let named = member.name.as_deref();
        named.is_some_and(|name| (is_flags(member) || member.is_reserved()) && !known(name))
    };
    record.members.iter().filter(asks).collect()
}
