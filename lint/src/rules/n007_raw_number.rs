//! N007 raw-number.

use ioctlkit_model::{Edit, Finding, Fix, Safety, Span};

use crate::context::{Context, finding};
use crate::declare_rule;
use crate::numbering::letter;
use crate::raw_commands::Validity;

declare_rule! {
    /// a hexadecimal literal in place of the `_IO` macros
    ///
    /// # What
    /// A command is defined as a literal. The number is the same on every ABI that has the definition;
    /// N017 reports literals that are right on some ABIs only.
    ///
    /// A four-digit constant counts as a command if the kernel's registry gives its type and nr to this
    /// header, or if the header uses the type letter in other commands and the name is that of a
    /// command (`IOC`, `GET`, `SET`). An eight-digit one must hold a direction, a plausible size, and a
    /// type letter of this header.
    ///
    /// # Why
    /// The number says neither direction nor size, so generic code and tools can't know what is passed;
    /// and people who look for a free number do not find the type letter and nr in a literal.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions": the four macros
    /// should be used for all new commands; userspace-api/ioctl/ioctl-number.rst.
    ///
    /// # Example
    /// ```c
    /// #define TCGETS 0x5401
    /// ```
    ///
    /// # Fix
    /// Use `_IOR('T', 1, struct termios)` for a new command. For one in use the number must stay.
    RAW_NUMBER: "N007", "raw-number", Info, legacy off, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for command in cx.raw_commands() {
        if !matches!(command.validity, Validity::Everywhere) {
            continue;
        }
        let (type_letter, nr) = (command.number >> 8 & 0xff, command.number & 0xff);
        let mut finding = finding(
            &RAW_NUMBER,
            command.literal,
            command.abis,
            format!(
                "type {} and nr {nr:#04x} as a literal: the number does not say what is passed",
                letter(type_letter)
            ),
        );
        finding.command = Some(command.raw.name.clone());
        finding.label = "one of the `_IO` macros belongs here".into();
        finding.fix = Some(fix(command.number, command.literal));
        findings.push(finding);
    }
}

fn fix(number: u32, literal: Span) -> Fix {
    let (type_letter, nr) = (number >> 8 & 0xff, number & 0xff);
    let replacement = format!("_IO({}, {nr:#04x})", letter(type_letter));
    Fix {
        message: format!("write `{replacement}`, or `_IOR`, `_IOW` or `_IOWR` with the type"),
        edits: if number <= 0xffff {
            vec![Edit { span: literal, replacement }]
        } else {
            Vec::new()
        },
        safety: Safety::ChangesAbi,
    }
}
