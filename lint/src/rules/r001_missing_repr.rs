//! R001 missing-repr.

use ioctlkit_model::{Finding, Fix, Representation, Safety};

use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::edits;

declare_rule! {
    /// an argument structure whose layout is the Rust compiler's choice
    ///
    /// # What
    /// A structure or union goes through an ioctl, as a command's argument or inside one, and has
    /// neither `#[repr(C)]` nor `#[repr(transparent)]`.
    ///
    /// # Why
    /// Without them the compiler may put the members in any order, and may choose another one in
    /// its next version. The kernel then reads and writes other members than the program does. The
    /// size, and with it the command's number, is often the same all the same.
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
    for argument in cx.argument_records() {
        let unspecified = argument
            .record
            .variants
            .iter()
            .find(|(_, body)| body.representation == Representation::Unspecified);
        if let Some((abis, body)) = unspecified
            && !body.members.is_empty()
        {
            findings.push(Finding {
                abis,
                fix: Some(fix(cx, argument, body.members.len())),
                ..report(argument)
            });
        }
    }
}

fn report(argument: &ArgumentRecord<'_>) -> Finding {
    let message = format!(
        "{} has no `#[repr(C)]`: the Rust compiler orders its members as it likes, and the kernel \
         reads and writes others than the program",
        argument.words(),
    );
    let abis = argument.record.variants.abis();
    let mut finding = argument.finding(&MISSING_REPR, argument.record.span, abis, message);
    finding.label = "laid out as the compiler likes".into();
    finding
}

fn fix(cx: &Context<'_>, argument: &ArgumentRecord<'_>, members: usize) -> Fix {
    let definition = cx.interface.definitions.of_record(argument.record);
    let has_repr = definition.is_some_and(|definition| definition.attributes.has_repr);
    let edit = (!has_repr)
        .then(|| edits::attribute(&cx.interface.sources, argument.record.span, "#[repr(C)]"))
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
