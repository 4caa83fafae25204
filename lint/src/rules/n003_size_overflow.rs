//! N003 size-overflow.

use ioctlkit_abi::{AbiSet, Decoded, Encoding};
use ioctlkit_model::{Command, CommandBody, Finding, Fix, Numbered, Safety, abi_words};

use crate::context::{Context, command_finding};
use crate::numbering::check_definitions;
use crate::{abis, declare_rule};

declare_rule! {
    /// an argument, a type or an nr too large for its field, so that its bits spill into the next one
    ///
    /// # What
    /// The argument has more than 16383 bytes; or it has more than 8191, which is all that the 13 size
    /// bits of some ABIs hold, and the number is made with `_IOC()`, which checks nothing. Or the type or
    /// the nr is over 255: `'ab'` is a number of 16 bits.
    ///
    /// # Why
    /// The macros or the size into the number without a mask. What does not fit ends up in the
    /// direction bits: the number decodes to another direction and a shorter argument, and may be the
    /// number of another command. Code that trusts `_IOC_SIZE` or `_IOC_DIR` copies too little, or the
    /// wrong way. A type spills into the size, and an nr into the type, which may be another driver's.
    ///
    /// N004 reports `_IOR`, `_IOW` and `_IOWR` with 8192 to 16383 bytes: most kernels with 13 size bits
    /// do not build with these.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions"; `_IOC_SIZEBITS`
    /// and `_IOC_TYPECHECK` of asm-generic/ioctl.h.
    ///
    /// # Example
    /// ```c
    /// /* 12306 bytes: 14 bits */
    /// #define SNDRV_SB_CSP_IOCTL_LOAD_CODE \
    ///         _IOC(_IOC_WRITE, 'H', 0x11, sizeof(struct snd_sb_csp_microcode))
    /// ```
    ///
    /// # Fix
    /// Pass a small structure that holds the address of the data as a `__u64` and its length. Use one
    /// character as the type, and another type for more than 256 commands.
    SIZE_OVERFLOW: "N003", "size-overflow", Error, legacy Error, for C;
}

/// The largest size that any ABI's number can hold, in bytes.
const LARGEST: u64 = Encoding::Generic.max_size() as u64;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    check_definitions(cx, findings, |command, on, body| check_definition(cx, command, on, body));
    check_definitions(cx, findings, |command, on, body| check_bytes(cx, command, on, body));
}

/// A type or an nr that a byte does not hold.
fn check_bytes(
    cx: &Context<'_>,
    command: &Command,
    on: AbiSet,
    body: &CommandBody,
) -> Option<Finding> {
    let is_byte = |value: u32| u8::try_from(value).is_ok();
    let (field, value, next) = match (is_byte(body.type_letter), is_byte(body.nr)) {
        (true, true) => return None,
        (false, _) => ("type", body.type_letter, "size"),
        (true, false) => ("nr", body.nr, "type"),
    };
    let message = format!("{field} {value:#06x} has more than 8 bits, which spill into the {next}");
    let mut finding = command_finding(&SIZE_OVERFLOW, command, command.span, on, message);
    finding.label = format!("{field} {value:#06x}");
    if let Some(abi) = on.first()
        && let Some(numbered) = cx.layouts.body_number(body, abi)
    {
        let Decoded { type_letter, nr, size, .. } = abi.abi().encoding.decode(numbered.number);
        finding.notes.push(format!(
            "{:#010x} on {} decodes to type {}, nr {nr:#04x} and {size} bytes",
            numbered.number,
            abi.abi().name,
            letter(type_letter),
        ));
    }
    Some(finding)
}

fn check_definition(
    cx: &Context<'_>,
    command: &Command,
    on: AbiSet,
    body: &CommandBody,
) -> Option<Finding> {
    let unchecked = !checks_size(body);
    let overflows = |numbered: &Numbered, limit: u64| {
        numbered.size > limit && (unchecked || numbered.size > LARGEST)
    };
    let spilled = abis::by_value(on, |id| {
        let encoding = id.abi().encoding;
        let numbered = cx.layouts.body_number(body, id)?;
        overflows(&numbered, u64::from(encoding.max_size()))
            .then(|| (numbered, becomes(body, numbered, encoding)))
    });
    let (numbered, _) = spilled.first()?;
    let affected = spilled.abis();
    let limit = affected.iter().map(|id| id.abi().encoding.max_size()).max().unwrap_or_default();
    let mut finding = command_finding(
        &SIZE_OVERFLOW,
        command,
        command.span,
        affected,
        format!(
            "{} bytes do not fit the number, which holds {limit} at most {}",
            numbered.size,
            abi_words::on(affected, on),
        ),
    );
    finding.label = format!("{} bytes", numbered.size);
    finding.record = body.argument.ty().map(|ty| cx.spelling.ty(ty));
    finding.notes = spilled
        .iter()
        .map(|(within, (numbered, outcome))| {
            format!("{:#010x} {} {outcome}", numbered.number, abi_words::on(within, on))
        })
        .collect();
    finding.fix = Some(Fix {
        message: "pass a small structure with the address of the data in a `__u64` and its length"
            .into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

/// Whether the kernel's build fails for a size that does not fit. `_IOC` itself checks nothing.
pub(super) fn checks_size(body: &CommandBody) -> bool {
    body.through != "_IOC" && !body.through.ends_with("_BAD")
}

/// What the spilled number says.
fn becomes(body: &CommandBody, numbered: Numbered, encoding: Encoding) -> String {
    let Decoded { direction, type_letter, nr, size } = encoding.decode(numbered.number);
    let letter = letter(type_letter);
    match direction {
        Some(direction) if direction == body.direction => {
            format!("decodes to {size} bytes")
        }
        Some(direction) => format!(
            "decodes to `{}({letter}, {nr:#04x}, …)` with {size} bytes",
            direction.macro_name()
        ),
        None => format!("decodes to an invalid direction and {size} bytes"),
    }
}

/// A type as it is written.
fn letter(type_letter: u8) -> String {
    if type_letter.is_ascii_graphic() {
        format!("'{}'", char::from(type_letter))
    } else {
        format!("{type_letter:#04x}")
    }
}
