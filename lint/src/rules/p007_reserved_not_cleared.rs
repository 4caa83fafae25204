//! P007 reserved-not-cleared.

use std::collections::BTreeSet;

use ioctlkit_model::kernel_copies::{Inputs, What, inputs};
use ioctlkit_model::{
    Finding, Fix, ProgramCall, ProgramObject, ProgramPart, ProgramState, ProgramValue, Safety,
    is_reserved_name,
};

use super::p006_other_structure::tagged;
use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::list;
use crate::program_calls::{Taken, call_finding, passes};

declare_rule! {
    /// structure passed without a value in a member that the kernel reads
    ///
    /// # What
    /// A call passes the address of a local structure without an initialiser, and every handler of the command
    /// reads members of it as the program gave them. The rule reports it where
    ///
    /// - nothing in front of the call names the structure, so that no member has a value; or
    /// - only members are named, and a reserved one that the handlers check is not among them.
    ///
    /// The rule says nothing where the structure itself is named before, as in `memset(&x, …)`, of commands
    /// whose handlers were not followed, and of those for which a subsystem clears what is reserved (V4L2).
    ///
    /// Off by default: of 114 calls that leave members of such a structure unset, one is wrong.
    ///
    /// # Why
    /// The kernel takes what was on the stack for the request. A reserved member that a handler checks makes
    /// the call fail with `EINVAL` on some runs, or asks for what a later kernel gives it as its meaning.
    ///
    /// # Source
    /// Kernel documentation, process/botching-up-ioctls.rst, "Basics": handlers check all unused fields and
    /// padding for 0. Which members are read comes from the handlers in the kernel's source.
    ///
    /// # Example
    /// ```c
    /// struct sync_merge_data merge;
    ///
    /// merge.fd2 = other;
    /// strcpy(merge.name, "merged");
    /// /* The kernel returns EINVAL where `merge.pad` is not 0. */
    /// ioctl(fence, SYNC_IOC_MERGE, &merge);
    /// ```
    ///
    /// # Fix
    /// Clear the structure where it is declared: `= { 0 }`.
    RESERVED_NOT_CLEARED: "P007", "reserved-not-cleared", Warning, when asked, for Program;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let calls = &cx.interface.program.calls;
    findings.extend(calls.iter().filter_map(|call| unset(cx, call)));
}

fn unset(cx: &Context<'_>, call: &ProgramCall) -> Option<Finding> {
    let argument = call.argument.as_ref()?;
    let ProgramValue::Address(object) = &argument.value else { return None };
    let ProgramPart::Variable(name) = &object.part else { return None };
    let read = read_of(call, object)?;
    let (message, label, members, note) = match &object.state {
        ProgramState::Set => return None,
        ProgramState::Unset => {
            let what = list(&read);
            let message = format!("{}, uninitialised", passes(call));
            (message, "no member has a value", read, format!("the kernel reads {what} of it"))
        }
        ProgramState::Members(set) => {
            let reserved = reserved(&read, set);
            let what = list(&reserved);
            let message = format!("{} without a value in {what}", passes(call));
            let note = format!("the kernel reads {what}: the call fails where it is not 0");
            (message, "not cleared", reserved, note)
        }
    };
    if members.is_empty() {
        return None;
    }
    let mut found = call_finding(cx, &RESERVED_NOT_CLEARED, call, argument.span, message);
    found.label = label.into();
    found.notes.push(note);
    found.record = Some(object.ty.spelled.clone());
    found.fix = Some(Fix {
        message: format!("clear `{name}` where it is declared: `= {{ 0 }}`"),
        edits: Vec::new(),
        safety: Safety::ChangesProgram,
    });
    Some(found)
}

/// The members of an object that each handler of a command reads.
fn read_of(call: &ProgramCall, object: &ProgramObject) -> Option<Vec<&'static str>> {
    let structure = tagged(&object.ty)?;
    let taken = Taken::by(&call.request);
    if !taken.is_pointer() {
        return None;
    }
    let read = taken.pointers.iter().map(|row| match row.read.as_ref()?.what {
        What::Members(members) => {
            Some(members.split(" .").map(|it| it.trim_start_matches('.')).collect())
        }
        _ => inputs(row.name).filter(|it| it.structure == structure).map(members),
    });
    let read: Option<Vec<BTreeSet<&str>>> = read.collect();
    let read = read?.into_iter().reduce(|one, other| &one & &other)?;
    Some(read.into_iter().collect())
}

fn members(inputs: &Inputs) -> BTreeSet<&'static str> {
    inputs.members.iter().copied().collect()
}

/// Those that are reserved and have no value.
fn reserved(read: &[&'static str], set: &BTreeSet<String>) -> Vec<&'static str> {
    let is_open = |name: &&str| is_reserved_name(name) && !set.contains(*name);
    read.iter().copied().filter(is_open).collect()
}
