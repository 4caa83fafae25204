//! N004 size-not-portable.

use ioctlkit_abi::{AbiSet, Encoding};
use ioctlkit_model::{Command, CommandBody, Finding, Fix, Safety, abi_words};

use super::n003_size_overflow::checks_size;
use crate::context::{Context, command_finding};
use crate::numbering::check_definitions;
use crate::{abis, declare_rule};

declare_rule! {
    /// an argument over 8191 bytes, which some ABIs can't express
    ///
    /// # What
    /// The argument has 8192 to 16383 bytes. That takes 14 bits of size, and numbers have only 13 on
    /// alpha, mips and powerpc. On sparc the 14th bit is shared with the direction, and the size fits.
    ///
    /// # Why
    /// On mips and powerpc the kernel does not build with the command (`_IOC_TYPECHECK`): a driver that
    /// may be built there has to leave it out, and programs there cannot use it. alpha has its own
    /// macros, which check nothing: the 14th bit ends up in the direction, and `_IOC_SIZE` yields a
    /// size that is 8192 bytes too small. In user space nothing checks the size, and programs get that
    /// number on all three.
    ///
    /// The kernel's check does not cover numbers made with `_IOC()`, some of which are in use with
    /// wrong bits. N003 reports these, and arguments over 16383 bytes.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions": a limit of 8191
    /// bytes; asm-generic/ioctl.h, and the asm/ioctl.h of alpha, mips, powerpc and sparc.
    ///
    /// # Example
    /// ```c
    /// /* 11144 bytes */
    /// #define SNDRV_COMPRESS_GET_CODEC_CAPS \
    ///         _IOWR('C', 0x11, struct snd_compr_codec_caps)
    /// ```
    ///
    /// # Fix
    /// Pass a small structure that holds the address of the data as a `__u64` and its length.
    SIZE_NOT_PORTABLE: "N004", "size-not-portable", Warning, legacy off, for C;
}

/// The largest size that every ABI's number can hold, in bytes.
const PORTABLE: u64 = Encoding::ThirteenBits.max_size() as u64;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    check_definitions(cx, findings, |command, on, body| {
        if checks_size(body) { check_definition(cx, command, on, body) } else { None }
    });
}

fn check_definition(
    cx: &Context<'_>,
    command: &Command,
    on: AbiSet,
    body: &CommandBody,
) -> Option<Finding> {
    let sizes = abis::by_value(on, |id| {
        let size = cx.layouts.body_number(body, id)?.size;
        let encoding = id.abi().encoding;
        let only_here = size > u64::from(encoding.max_size())
            && size <= u64::from(Encoding::Generic.max_size());
        only_here.then_some(size)
    });
    let size = sizes.first()?;
    let affected = sizes.abis();
    let mut finding = command_finding(
        &SIZE_NOT_PORTABLE,
        command,
        command.span,
        affected,
        format!(
            "{size} bytes do not fit the number, which holds {PORTABLE} at most {}",
            abi_words::on(affected, on),
        ),
    );
    finding.notes = harms(affected);
    finding.label = format!("{size} bytes");
    finding.record = body.argument.ty().map(|ty| cx.spelling.ty(ty));
    finding.fix = Some(Fix {
        message: "pass a small structure with the address of the data in a `__u64` and its length"
            .into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

/// What becomes of the command where the number is too small.
fn harms(affected: AbiSet) -> Vec<String> {
    let checked: AbiSet = affected.iter().filter(|id| id.abi().checks_command_size()).collect();
    let unchecked = affected.difference(checked);
    let mut notes = Vec::new();
    if !checked.is_empty() {
        notes.push(format!("{} kernels do not build with this command", kernels(checked)));
    }
    if !unchecked.is_empty() {
        notes.push(format!(
            "{} kernels build, and the top bit of the size ends up in the direction",
            kernels(unchecked)
        ));
    }
    notes
}

/// The architectures of a set, as the kernel calls them.
fn kernels(set: AbiSet) -> String {
    let mut names: Vec<&str> = set.iter().map(|id| id.abi().kernel_arch).collect();
    names.dedup();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}
