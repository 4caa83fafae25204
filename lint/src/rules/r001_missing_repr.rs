//! R001 missing-repr.

use std::collections::BTreeSet;

use ioctlkit_abi::{AbiSet, RecordKind};
use ioctlkit_model::{
    Finding, Fix, Label, PassedArgument, Record, RecordId, Representation, Safety,
};

use crate::context::{ArgumentRecord, Context, finding};
use crate::declare_rule;
use crate::edits;

declare_rule! {
    /// an argument structure whose layout is the Rust compiler's choice
    ///
    /// # What
    /// A structure or union is a command's argument, a part of one, or passed to `ioctl` by its
    /// address, and has neither `#[repr(C)]` nor `#[repr(transparent)]`.
    ///
    /// # Why
    /// Without them the compiler may put the members in any order, and may choose another one in its
    /// next version. The kernel and the program then disagree about the members, often without a change
    /// of the size and the command's number.
    ///
    /// # Source
    /// The Rust reference, "Type layout": "The Rust representation".
    ///
    /// # Example
    /// ```rust
    /// pub struct Config {
    ///     pub flags: u8,
    ///     pub address: u64,
    ///     pub mode: u32,
    /// }
    /// nix::ioctl_write_ptr!(set_config, b'x', 1, Config);
    /// ```
    ///
    /// # Fix
    /// Add `#[repr(C)]`, or `#[repr(transparent)]` to a structure around one member.
    MISSING_REPR: "R001", "missing-repr", Error, legacy Error, for Rust;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut reported: BTreeSet<RecordId> = BTreeSet::new();
    for argument in cx.argument_records() {
        // Whatever a call is given of these was looked at here.
        reported.insert(argument.id);
        if let Some((abis, members)) = unspecified(argument.record) {
            findings.push(Finding {
                abis,
                fix: Some(fix(cx, argument.record, members)),
                ..report(argument)
            });
        }
    }
    for passed in &cx.interface.passed {
        let Some(ty) = passed.handed.pointee() else { continue };
        for id in cx.interface.records_within(ty) {
            let record = cx.interface.record(id);
            if let Some((abis, members)) = unspecified(record)
                && reported.insert(id)
            {
                let fix = Some(fix(cx, record, members));
                findings.push(Finding { abis, fix, ..report_passed(record, passed) });
            }
        }
    }
}

/// The ABIs on which the layout is the compiler's choice, and how many members it has there.
fn unspecified(record: &Record) -> Option<(AbiSet, usize)> {
    let (abis, body) = record
        .variants
        .iter()
        .find(|(_, body)| body.representation == Representation::Unspecified)?;
    (!body.members.is_empty()).then_some((abis, body.members.len()))
}

/// What the compiler may do to a structure or union.
fn harm(record: &Record) -> &'static str {
    match record.kind {
        RecordKind::Union => "the compiler may place its members at any offset",
        RecordKind::Struct => "the compiler may reorder its members",
    }
}

fn choice(record: &Record) -> &'static str {
    match record.kind {
        RecordKind::Union => "the compiler chooses the offset of each member",
        RecordKind::Struct => "the compiler chooses the order of the members",
    }
}

fn report_passed(record: &Record, passed: &PassedArgument) -> Finding {
    let name = record.name.clone().unwrap_or_else(|| record.display_name());
    let message = format!("`{name}` has no `#[repr(C)]`: {}", harm(record));
    let mut finding = finding(&MISSING_REPR, record.span, passed.abis, message);
    finding.record.clone_from(&record.name);
    finding.label = choice(record).into();
    let text = format!("`{}` passes it to `ioctl`", passed.function);
    finding.related = vec![Label { span: passed.span, text }];
    finding
}

fn report(argument: &ArgumentRecord<'_>) -> Finding {
    let record = argument.record;
    let message = format!("{} has no `#[repr(C)]`: {}", argument.words(), harm(record));
    let abis = argument.record.variants.abis();
    let mut finding = argument.finding(&MISSING_REPR, argument.record.span, abis, message);
    finding.label = choice(argument.record).into();
    finding
}

fn fix(cx: &Context<'_>, record: &Record, members: usize) -> Fix {
    let definition = cx.interface.definitions.of_record(record);
    let has_repr = definition.is_some_and(|definition| definition.attributes.has_repr);
    let edit = (!has_repr)
        .then(|| edits::attribute(&cx.interface.sources, record.span, "#[repr(C)]"))
        .flatten();
    Fix {
        message: match members {
            1 => "add `#[repr(transparent)]`, or `#[repr(C)]`".into(),
            _ => "add `#[repr(C)]`".into(),
        },
        edits: edit.into_iter().collect(),
        // What the kernel has always read does not change; what the program meant does.
        safety: Safety::ChangesAbi,
    }
}
