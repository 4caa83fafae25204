//! N019 sign-extended-number.

use std::collections::HashSet;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Encoder, Finding, Fix, Safety};

use crate::context::{Context, command_finding};
use crate::declare_rule;

declare_rule! {
    /// a command number that is a negative `int`
    ///
    /// # What
    /// The number has its highest bit set, and the header computes it with signed integers (`2 << 30`).
    /// In a 64-bit variable the upper 32 bits are all ones.
    ///
    /// # Why
    /// `ioctl()` of some C libraries takes the command as an `unsigned long`. A filter, a tracer or a
    /// dispatcher that compares 64 bits finds 0xffffffff80081272 where it looks for 0x80081272.
    /// Shifting a one into the sign bit is also undefined in C.
    ///
    /// # Source
    /// C11 6.5.7 (a shift of a signed integer beyond its range is undefined); asm-generic/ioctl.h
    /// shifts `unsigned` values (`_IOC_READ` is `2U`).
    ///
    /// # Example
    /// ```c
    /// #define FOO_IOR(type, nr, t) ((2 << 30) | (sizeof(t) << 16) | ((type) << 8) | (nr))
    /// ```
    ///
    /// # Fix
    /// Write the direction as an unsigned number (`2U`), or use the kernel's macros.
    SIGN_EXTENDED_NUMBER: "N019", "sign-extended-number", Warning, legacy Warning, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut reported = HashSet::new();
    for command in &cx.interface.commands {
        let Some((abis, own)) = command.variants.iter().find_map(|(abis, body)| {
            let Encoder::Own(own) = &body.encoder else { return None };
            own.sign_extends.then_some((abis, own))
        }) else {
            continue;
        };
        let wide: AbiSet = abis.iter().filter(|id| id.abi().long_size == 8).collect();
        let Some(first) = wide.first() else { continue };
        let Some(number) = cx.layouts.number(command, first) else { continue };
        // The encoder is what is wrong: once for each header that has it.
        if !own.name.is_empty() && !reported.insert((command.span.file, own.name.as_str())) {
            continue;
        }
        let by = match own.name.as_str() {
            "" => "the definition".to_owned(),
            name => format!("`{name}`"),
        };
        let message = format!(
            "{by} computes a negative number, which is 0xffffffff{:08x} in an `unsigned long`",
            number.number
        );
        let mut finding =
            command_finding(&SIGN_EXTENDED_NUMBER, command, command.span, wide, message);
        finding.label = "negative".into();
        finding.fix = Some(Fix {
            message: "write the direction as an unsigned number (`2U`)".into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}
