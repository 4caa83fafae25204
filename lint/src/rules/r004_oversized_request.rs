//! R004 oversized-request.

use ioctlkit_abi::{AbiSet, Decoded, Encoding};
use ioctlkit_model::{Command, CommandBody, Finding, Fix, Safety, abi_words};

use crate::abis::by_value;
use crate::context::{Context, command_finding};
use crate::declare_rule;
use crate::numbering::{check_definitions, letter};
use crate::rust_source::{Packing, packing};

declare_rule! {
    /// argument that does not fit the number, which the crate's macro does not refuse
    ///
    /// # What
    /// The argument is larger than the size field of a number on some ABI: 16383 bytes, or 8191 where
    /// it has 13 bits. What the crates do with it:
    ///
    /// | crate | outcome |
    /// |---|---|
    /// | nix, rustix | the size is masked: the number of a smaller argument |
    /// | libc (`_IOR` and its kin) | a panic with debug assertions; else the size spills into the direction |
    /// | vmm-sys-util | 14 bits of size and the direction above them on every architecture: the size spills, or, where the kernel has 13 bits, the number has another size and direction |
    /// | uoctl, iocuddle, ioctlkit | the crate does not compile, so there is nothing to report |
    /// | linux-raw-sys | constants from the headers: right |
    ///
    /// # Why
    /// The driver does not know the number, or takes it for another command. The compiler does not
    /// complain.
    ///
    /// # Source
    /// nix 0.31 `sys::ioctl::ioc!`, rustix 1.1 `ioctl::linux::compose_opcode`, libc 0.2 `_IOC`,
    /// vmm-sys-util 0.15 `ioctl::ioctl_expr`; the kernel's `asm/ioctl.h`.
    ///
    /// # Example
    /// ```rust
    /// #[repr(C)]
    /// pub struct Firmware {
    ///     pub image: [u8; 20000],
    /// }
    /// // 0x4e20 bytes become 0x0e20: the number is 0x4e207801 instead of none.
    /// nix::ioctl_write_ptr!(load_firmware, b'x', 1, Firmware);
    /// ```
    ///
    /// # Fix
    /// Pass a small structure with the address of the data in a `u64` and its length. Where the
    /// command exists and is that large, write its number as the kernel's headers have it on the
    /// architectures that have it.
    OVERSIZED_REQUEST: "R004", "oversized-request", Error, legacy Error, for Rust;
}

/// What a crate does with a size that has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It takes the low bits, as many as the architecture has.
    Masks,
    /// It shifts all of it, as C's `_IOC` does.
    Spills,
    /// It shifts all of it, and has the generic encoding everywhere.
    SpillsAsGeneric,
}

impl Outcome {
    fn words(self) -> &'static str {
        match self {
            Self::Masks => "cuts off the size",
            Self::Spills | Self::SpillsAsGeneric => "lets the size spill into the direction",
        }
    }
}

fn outcome(through: &str) -> Option<Outcome> {
    match packing(through)? {
        Packing::Masked => Some(Outcome::Masks),
        Packing::Spilling => Some(Outcome::Spills),
        Packing::Generic => Some(Outcome::SpillsAsGeneric),
        Packing::Checked | Packing::GenericMasked => None,
    }
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    check_definitions(cx, findings, |command, on, body| {
        check_definition(cx, command, on, body, outcome(&body.through)?)
    });
}

fn check_definition(
    cx: &Context<'_>,
    command: &Command,
    on: AbiSet,
    body: &CommandBody,
    outcome: Outcome,
) -> Option<Finding> {
    let numbers = by_value(on, |id| {
        let size = cx.layouts.argument_size(&body.argument, id).ok()?;
        let encoding = id.abi().encoding;
        let number = number(body, size, encoding, outcome);
        let fits = size <= u64::from(limit(encoding, outcome));
        (!fits).then(|| (size, number, meaning(body, number, encoding)))
    });
    let (size, ..) = numbers.first()?;
    let affected = numbers.abis();
    let limits = by_value(affected, |id| Some(limit(id.abi().encoding, outcome)));
    let limit = limits.iter().map(|(_, limit)| *limit).max().unwrap_or_default();
    let message = format!(
        "{size} bytes do not fit the number, which holds {limit} at most {}",
        abi_words::on(affected, on),
    );
    let mut finding = command_finding(&OVERSIZED_REQUEST, command, command.span, affected, message);
    finding.label = format!("{size} bytes");
    finding.record = body.argument.ty().map(|ty| cx.spelling.ty(ty));
    finding.notes.push(format!("`{}` {}", body.through, outcome.words()));
    finding.notes.extend(numbers.iter().map(|(within, (_, number, meaning))| {
        format!("{number:#010x} {}, {meaning}", abi_words::on(within, on))
    }));
    finding.notes.extend(
        (outcome == Outcome::Spills)
            .then(|| "with debug assertions, the program panics instead".to_owned()),
    );
    finding.fix = Some(Fix {
        message: "pass a small structure with the address of the data in a `u64` and its length"
            .into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

/// The largest size that ends up in the number as it is, in bytes.
fn limit(encoding: Encoding, outcome: Outcome) -> u16 {
    match outcome {
        // sparc's 14th bit is no part of the mask.
        Outcome::Masks => (1 << encoding.size_bits()) - 1,
        Outcome::Spills | Outcome::SpillsAsGeneric => encoding.max_size(),
    }
}

/// The number that the crate yields.
fn number(body: &CommandBody, size: u64, encoding: Encoding, outcome: Outcome) -> u32 {
    let (encoding, size) = match outcome {
        Outcome::Masks => (encoding, size & u64::from(limit(encoding, outcome))),
        Outcome::Spills => (encoding, size),
        Outcome::SpillsAsGeneric => (Encoding::Generic, size),
    };
    encoding.encode_as_c(body.direction, body.type_letter, body.nr, size)
}

/// What the kernel takes a number for.
fn meaning(body: &CommandBody, number: u32, encoding: Encoding) -> String {
    let Decoded { direction, type_letter, nr, size } = encoding.decode(number);
    match direction {
        Some(direction) if direction == body.direction => {
            format!("a command of {size} bytes")
        }
        Some(direction) => format!(
            "which is {}({}, {nr:#04x}) of {size} bytes",
            direction.macro_name(),
            letter(type_letter.into())
        ),
        None => format!("with an invalid direction and {size} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::Direction;
    use ioctlkit_model::Argument;

    use super::*;

    fn body(direction: Direction) -> CommandBody {
        let mut sources = ioctlkit_model::SourceMap::default();
        let file = sources.add("x.rs".into(), "".into());
        CommandBody {
            span: ioctlkit_model::Span { file, start: 0, end: 0 },
            through: "nix::ioctl_readwrite".into(),
            direction,
            type_letter: u32::from(b'k'),
            nr: 1,
            argument: Argument::None,
            encoder: ioctlkit_model::Encoder::Kernel,
        }
    }

    // The numbers are those that the crates themselves yield on x86_64.
    #[test]
    fn each_crate_has_its_own_wrong_number() {
        let both = body(Direction::ReadWrite);
        let read = body(Direction::Read);
        let generic = Encoding::Generic;
        assert_eq!(number(&both, 20_000, generic, Outcome::Masks), 0xce20_6b01);
        assert_eq!(number(&read, 20_000, generic, Outcome::Spills), 0xce20_6b01);
        assert_eq!(number(&read, 20_000, generic, Outcome::SpillsAsGeneric), 0xce20_6b01);
        let other = Encoding::ThirteenBits;
        assert_eq!(number(&read, 10_000, other, Outcome::Masks), 0x4710_6b01);
        assert_eq!(number(&read, 10_000, other, Outcome::SpillsAsGeneric), 0xa710_6b01);
        assert_eq!(meaning(&read, 0xa710_6b01, other), "with an invalid direction and 1808 bytes");
    }
}
