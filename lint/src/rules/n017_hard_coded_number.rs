//! N017 hard-coded-number.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Edit, Finding, Fix, Label, Safety, abi_words};

use crate::context::{Context, finding};
use crate::raw_commands::{RawCommand, Validity};
use crate::{abis, declare_rule};

declare_rule! {
    /// a command's number spelled as a literal that is right on some ABIs only
    ///
    /// # What
    /// A macro is a literal, and either a command that was read in the same run has this number
    /// on some ABIs and another on the rest, or the literal holds a direction and a size while
    /// the ABIs that have the macro encode those in several ways.
    ///
    /// N007 reports literals that are right everywhere.
    ///
    /// # Why
    /// alpha, mips, powerpc and sparc use other bits for the direction, parisc swaps two of them, and a
    /// `long` in the argument changes the size. There the program asks for a command that the kernel
    /// does not have, or for another one.
    ///
    /// # Source
    /// asm-generic/ioctl.h and the asm/ioctl.h of alpha, mips, parisc, powerpc and sparc.
    ///
    /// # Example
    /// ```c
    /// #define MY_KVM_CREATE_VM 0xAE01         /* 0x2000AE01 on mips and powerpc */
    /// ```
    ///
    /// # Fix
    /// Include the header and use its name, or use the macros.
    HARD_CODED_NUMBER: "N017", "hard-coded-number", Warning, legacy Warning, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for command in cx.raw_commands() {
        let found = match command.validity {
            Validity::Everywhere => continue,
            Validity::WrongOn(known, wrong) => {
                let number = wrong.first().and_then(|id| cx.layouts.number(known, id));
                let number = number.map_or_else(String::new, |known| {
                    format!(": the number is {:#010x} there", known.number)
                });
                let mut found = report(
                    command,
                    wrong,
                    format!("not `{}` {}{number}", known.name, abi_words::on(wrong, command.abis)),
                );
                let text = format!("`{}` has the right number on every ABI", known.name);
                found.related = vec![Label { span: known.span, text }];
                found.fix = Some(Fix {
                    message: format!("use `{}`", known.name),
                    edits: (known.name != command.raw.name)
                        .then(|| Edit { span: command.literal, replacement: known.name.clone() })
                        .into_iter()
                        .collect(),
                    safety: Safety::ChangesAbi,
                });
                found
            }
            Validity::OneEncoding => {
                let (message, others) = several_meanings(command);
                let mut found = report(command, command.abis, message);
                found.notes = others;
                found.fix = Some(Fix {
                    message: "use `_IOR`, `_IOW` or `_IOWR`, which know each ABI's encoding".into(),
                    edits: Vec::new(),
                    safety: Safety::ChangesAbi,
                });
                found
            }
        };
        findings.push(found);
    }
}

fn report(command: &RawCommand<'_>, on: AbiSet, message: String) -> Finding {
    let mut finding = finding(&HARD_CODED_NUMBER, command.literal, on, message);
    finding.command = Some(command.raw.name.clone());
    finding.label = "right on some ABIs only".into();
    finding
}

/// What the number says in one encoding, and in the others.
fn several_meanings(command: &RawCommand<'_>) -> (String, Vec<String>) {
    let meanings = abis::by_value(command.abis, |id| {
        let decoded = id.abi().encoding.decode(command.number);
        Some((decoded.direction, decoded.size))
    });
    let mut words = meanings.iter().map(|(on, (direction, size))| {
        let where_ = abi_words::on(on, command.abis);
        match direction {
            Some(direction) => format!("{} with {size} bytes {where_}", direction.macro_name()),
            None => format!("no command at all {where_}"),
        }
    });
    let first = words.next().unwrap_or_default();
    (format!("the literal means {first} only"), words.collect())
}
