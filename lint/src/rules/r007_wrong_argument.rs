//! R007 wrong-argument.

use std::collections::BTreeSet;

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{
    Argument, Finding, PassedArgument, RecordId, Representation, Requested, Type, abi_words,
};

use crate::abis::by_value;
use crate::context::{Context, finding};
use crate::declare_rule;
use crate::requested::{command, name_of, quoted, requested_size};
use crate::rust_calls::{mistaken, too_wide};
use crate::words::count;

declare_rule! {
    /// `ioctl` call that passes something other than the command's argument
    ///
    /// # What
    /// A call passes
    ///
    /// - the address of a variable or parameter that is smaller than the argument in the command's
    ///   definition, or than what the kernel copies for it; or of a structure with another layout than the
    ///   command's argument. Larger ones are not reported: some drivers copy as much as the program asks for.
    /// - the address of an integer that is wider than the integer that the kernel copies: a warning, since
    ///   it is wrong on big-endian machines only.
    /// - a `repr(C)` structure itself where the kernel takes its address, or the address of a pointer where it
    ///   takes the pointer.
    /// - the address of an integer where the kernel takes a plain value.
    /// - nothing to `libc::ioctl` where the kernel takes a pointer, or, as a warning, a plain value.
    ///
    /// The type that `nix::ioctl_read_bad!` and its like are given, or `Getter`, `Setter` and `Updater` of
    /// rustix, is held against their number in the same way.
    ///
    /// The request has to be a constant or a number. The function has to state the type of what it
    /// passes: in the declaration of the variable, parameter or member, or in the value that initializes
    /// it (`Winsize::default()`, `[0u8; 32]`, `0u32`, `mem::zeroed::<T>()`). The rule skips slices, generic
    /// parameters, pointers to bytes or to `c_void`, and an address that is cast to a pointer to another
    /// type; U006 lists these calls.
    ///
    /// # Why
    /// The compiler does not check the argument of `ioctl`. The kernel writes past the end of a
    /// variable that is too small, and reads the members of another layout from the wrong places.
    ///
    /// # Source
    /// ioctl(2): "The third argument is an untyped pointer to memory". What is copied for numbers that
    /// have no size comes from the handlers in the kernel's source, as `ioctl-lint number` shows it.
    ///
    /// # Example
    /// ```rust
    /// let mut bytes: u32 = 0;
    /// // The kernel writes a `u64`.
    /// unsafe { libc::ioctl(fd, libc::BLKGETSIZE64, &mut bytes) };
    /// ```
    ///
    /// # Fix
    /// Pass the type that the command carries.
    WRONG_ARGUMENT: "R007", "wrong-argument", Error, legacy Error, for Rust;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for passed in &cx.interface.passed {
        let Some(requested) = &passed.requested else { continue };
        // One call, one finding: what is no address has no size.
        if let Some(found) = mistaken(cx, &WRONG_ARGUMENT, passed, requested) {
            findings.push(found);
            continue;
        }
        findings.extend(too_small(cx, passed, requested));
        findings.extend(too_wide(cx, &WRONG_ARGUMENT, passed, requested));
        if let Requested::Command(name, Argument::Type(wanted)) = requested {
            findings.extend(laid_out_otherwise(cx, passed, name, wanted));
        }
    }
}

/// Reports what is smaller than what the kernel copies.
fn too_small(cx: &Context<'_>, passed: &PassedArgument, requested: &Requested) -> Option<Finding> {
    let ty = passed.handed.pointee()?;
    let sizes = by_value(passed.abis, |id| {
        let own = cx.layouts.type_size(ty, id).ok()?.size;
        let wanted = requested_size(cx, requested, id)?;
        (own < wanted).then_some((own, wanted))
    });
    let mut groups = sizes.iter();
    let (abis, &(own, wanted)) = groups.next()?;
    let name = name_of(requested);
    let message = format!(
        "`{}` passes {} to {}, which copies {wanted}{}",
        passed.function,
        count(own, "byte"),
        quoted(name),
        on(abis, passed.abis),
    );
    let mut finding = finding(&WRONG_ARGUMENT, passed.span, sizes.abis(), message);
    finding.label = format!("{} of {wanted}", count(own, "byte"));
    finding.notes.extend(groups.map(|(abis, (own, wanted))| {
        format!("{}, {} of {wanted}", abi_words::on(abis, passed.abis), count(*own, "byte"))
    }));
    finding.record = Some(cx.spelling.ty(ty));
    finding.command = command(name);
    Some(finding)
}

/// Reports a structure with another layout than the argument, on the ABIs where it is not too small already.
fn laid_out_otherwise(
    cx: &Context<'_>,
    passed: &PassedArgument,
    name: &str,
    wanted: &Type,
) -> Option<Finding> {
    let (own, wanted) = (record_of(cx, passed.handed.pointee()?)?, record_of(cx, wanted)?);
    let is_c = |id: RecordId| {
        let record = cx.interface.record(id);
        record.variants.iter().all(|(_, body)| body.representation == Representation::C)
    };
    // R001 reports structures that rustc lays out as it likes.
    if own == wanted || !is_c(own) || !is_c(wanted) {
        return None;
    }
    let differs = |id: AbiId| -> Option<bool> {
        let (own, wanted) = (edges(cx, own, id)?, edges(cx, wanted, id)?);
        let is_smaller = own.last() < wanted.last();
        Some(!is_smaller && !wanted.is_subset(&own))
    };
    let abis: AbiSet = passed.abis.iter().filter(|id| differs(*id) == Some(true)).collect();
    if abis.is_empty() {
        return None;
    }
    let spelled = |id| cx.spelling.ty(&Type::Record(id));
    let message = format!(
        "`{}` passes `{}` to {}, which takes `{}`: the layouts differ{}",
        passed.function,
        spelled(own),
        quoted(name),
        spelled(wanted),
        on(abis, passed.abis),
    );
    let mut finding = finding(&WRONG_ARGUMENT, passed.span, abis, message);
    finding.label = format!("{} takes `{}`", quoted(name), spelled(wanted));
    finding.record = Some(spelled(own));
    finding.command = command(name);
    Some(finding)
}

fn record_of(cx: &Context<'_>, ty: &Type) -> Option<RecordId> {
    match ty {
        Type::Record(id) => Some(*id),
        Type::Typedef(id) => record_of(cx, &cx.interface.typedef(*id).variants.first()?.ty),
        _ => None,
    }
}

/// Structures in which members begin and end at more offsets than this are not compared.
const MOST_EDGES: usize = 1 << 16;

/// Where members begin and end, those of inner structures and elements of arrays included, in bits;
/// `None` where that is not known.
fn edges(cx: &Context<'_>, id: RecordId, abi: AbiId) -> Option<BTreeSet<u64>> {
    let mut edges = BTreeSet::from([cx.layouts.record(id, abi).ok()?.size * 8]);
    for (member, place) in cx.layouts.members(id, abi) {
        edges.insert(place.end_bits());
        add_edges(cx, &member.ty, place.offset() * 8, abi, &mut edges)?;
    }
    Some(edges)
}

fn add_edges(
    cx: &Context<'_>,
    ty: &Type,
    start: u64,
    abi: AbiId,
    edges: &mut BTreeSet<u64>,
) -> Option<()> {
    edges.insert(start);
    if edges.len() > MOST_EDGES {
        return None;
    }
    if let Some(inner) = record_of(cx, ty) {
        edges.extend(self::edges(cx, inner, abi)?.into_iter().map(|at| start + at));
    }
    if let Type::Array(element, count) = ty {
        let size = cx.layouts.type_size(element, abi).ok()?.size * 8;
        let count = cx.layouts.constant(count, abi).ok()?;
        for index in (0..count).take_while(|_| size > 0) {
            add_edges(cx, element, start + index * size, abi, edges)?;
        }
    }
    Some(())
}

fn on(abis: AbiSet, within: AbiSet) -> String {
    if abis == within { String::new() } else { format!(" {}", abi_words::on(abis, within)) }
}
