//! H016 size-contradicts.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{
    Access, Amount, Argument, Command, Finding, Fix, HandledCommand, Part, RecordId, Safety,
    SourceHandler, Type,
};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding, declarations, gets_argument, names};

declare_rule! {
    /// handler that copies another size than the command's number says
    ///
    /// # What
    /// The handler copies the whole argument at once, and the number of bytes differs from the size of the
    /// declared type on every ABI, or is that of another structure with the same size.
    ///
    /// The rule says nothing where members are copied one by one, where a size or the first member is
    /// read first, where the declaration of what is copied was not read, and for handlers of 32-bit
    /// programs only. N002 reports pointers as types, and N001 reports `sizeof`.
    ///
    /// # Why
    /// A program passes the type that the header declares. If the handler copies more, it reads or
    /// overwrites what follows the program's variable. strace, valgrind, qemu and sanitizers go by the
    /// size in the number.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions".
    ///
    /// # Example
    /// ```c
    /// #define FOO_GET_SIZE _IOR('f', 1, __u32)
    ///
    /// case FOO_GET_SIZE:
    ///         return put_user(foo->size, (__u64 __user *)arg);
    /// ```
    ///
    /// # Fix
    /// ```c
    /// #define FOO_GET_SIZE _IOR('f', 1, __u64)
    /// ```
    /// In an interface in use the number stays: say in a comment what is really passed.
    SIZE_CONTRADICTS: "H016", "size-contradicts", Error, legacy Info, for Driver;
}

/// What the handler copies, and what the command declares.
#[derive(Debug)]
struct Contradiction {
    copied: String,
    declared: String,
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let places = by_place(cx, |handler, command| {
        contradiction(cx, handler, command)
            .map(|(access, contradiction)| (access.span, contradiction))
            .into_iter()
            .collect()
    });
    for place in places {
        let Contradiction { copied, declared } = &place.what;
        let message = format!(
            "`{}` copies {copied} for {}, but the number says {declared}",
            place.handler.function,
            names(&place.commands),
        );
        let mut finding = code_finding(
            cx,
            &SIZE_CONTRADICTS,
            place.handler,
            &place.commands,
            place.span,
            message,
        );
        finding.label = format!("copies {copied}");
        finding.related = declarations(cx, &place.commands);
        finding.fix = Some(Fix {
            message: "declare the type that the handler copies".into(),
            edits: Vec::new(),
            safety: Safety::ChangesAbi,
        });
        findings.push(finding);
    }
}

fn contradiction<'a>(
    cx: &Context<'a>,
    handler: &SourceHandler,
    command: &'a HandledCommand,
) -> Option<(&'a Access, Contradiction)> {
    if !gets_argument(cx, handler) {
        return None;
    }
    let access = only_whole(command)?;
    let declared = cx.declared().command(&command.name)?;
    let mut sizes = Vec::new();
    for abi in abis_of_interest(cx).filter(|abi| declared.variants.get(*abi).is_some()) {
        sizes.push(sizes_on(cx, declared, access, abi)?);
    }
    if copies_first_member(cx, declared, access) {
        return None;
    }
    let ty = argument(declared)?;
    let name = cx.interface.type_name(ty);
    let (copied, declared_size) = *sizes.first()?;
    if sizes.iter().all(|(copied, declared)| copied != declared) {
        let copied = match &access.amount {
            Amount::Type(ty) => format!("`{ty}` ({})", crate::words::count(copied, "byte")),
            _ => crate::words::count(copied, "byte"),
        };
        let declared = format!("`{name}` ({})", crate::words::count(declared_size, "byte"));
        return Some((access, Contradiction { copied, declared }));
    }
    let is_same = sizes.iter().all(|(copied, declared)| copied == declared);
    let (Amount::Type(spelled), true) = (&access.amount, is_same) else { return None };
    let copied = cx.declared().record(cx.interface, spelled)?;
    let meant = record(cx, declared)?;
    if copied == meant || same_members(cx, copied, meant) {
        return None;
    }
    let contradiction =
        Contradiction { copied: format!("`{spelled}`"), declared: format!("`{name}`") };
    Some((access, contradiction))
}

/// The access of the whole argument, where all of them are of the same amount and nothing else of it is
/// copied.
fn only_whole(command: &HandledCommand) -> Option<&Access> {
    let (first, others) = command.accesses.split_first()?;
    let alike = |access: &Access| access.part == Part::Whole && access.amount == first.amount;
    let one_each_way =
        others.iter().all(|other| other.way != first.way || other.span == first.span);
    let is_known = matches!(first.amount, Amount::Type(_) | Amount::Bytes(_));
    (is_known
        && first.part == Part::Whole
        && one_each_way
        && others.iter().all(alike)
        && !command.escapes)
        .then_some(first)
}

fn abis_of_interest(cx: &Context<'_>) -> impl Iterator<Item = AbiId> {
    cx.interface.abis.iter()
}

/// What is copied and what is declared, in bytes; nothing where one of them is not known.
fn sizes_on(
    cx: &Context<'_>,
    command: &Command,
    access: &Access,
    abi: AbiId,
) -> Option<(u64, u64)> {
    let Argument::Type(ty) = &command.variants.get(abi)?.argument else { return None };
    if matches!(cx.interface.resolved(ty, abi)?, Type::Pointer(_)) {
        return None;
    }
    let declared = cx.layouts.type_size(ty, abi).ok()?.size;
    let copied = match &access.amount {
        Amount::Type(spelled) => cx.declared().size(cx.layouts, spelled, abi)?,
        Amount::Bytes(bytes) => *bytes,
        _ => return None,
    };
    Some((copied, declared))
}

/// Whether what is copied is the first member of what is declared: the rest follows when that is known.
fn copies_first_member(cx: &Context<'_>, declared: &Command, access: &Access) -> bool {
    let Amount::Type(spelled) = &access.amount else { return false };
    let first = || {
        let body = cx.interface.record(record(cx, declared)?).variants.first()?;
        match cx.interface.behind_typedefs(&body.members.first()?.ty)? {
            Type::Record(id) => Some(*id),
            _ => None,
        }
    };
    let copied = cx.declared().record(cx.interface, spelled);
    copied.is_some() && copied == first()
}

fn argument(command: &Command) -> Option<&Type> {
    command.variants.first()?.argument.ty()
}

fn record(cx: &Context<'_>, command: &Command) -> Option<RecordId> {
    match cx.interface.behind_typedefs(argument(command)?)? {
        Type::Record(id) => Some(*id),
        _ => None,
    }
}

/// Whether two structures have the same members, under two names.
fn same_members(cx: &Context<'_>, one: RecordId, other: RecordId) -> bool {
    let members = |id: RecordId| {
        let body = cx.interface.record(id).variants.first()?;
        Some(body.members.iter().map(|member| member.name.as_deref()).collect::<Vec<_>>())
    };
    members(one) == members(other)
}
