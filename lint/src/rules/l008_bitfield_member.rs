//! L008 bitfield-member.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Fix, RecordBody, Safety};

use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::words;

declare_rule! {
    /// a member that is a bit-field
    ///
    /// # What
    /// A structure has bit-fields. There is one finding for all that follow each other.
    ///
    /// # Why
    /// The byte order decides which bit comes first, and the ABI where a bit-field may cross a
    /// boundary. Languages other than C have no bit-fields, and bits that no field covers are never
    /// cleared.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout".
    ///
    /// # Example
    /// ```c
    /// struct floppy_drive_struct {            /* FDGETFDCSTAT's relative */
    ///         unsigned int rawcmd:2;
    ///         unsigned int has_fifo:1;
    /// };
    /// ```
    ///
    /// # Fix
    /// Use one `__u32` of flags, and a constant for each.
    BITFIELD_MEMBER: "L008", "bitfield-member", Warning, legacy off, for C;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        let mut seen = Vec::new();
        for (abis, body) in argument.record.variants.iter() {
            let mut behind = 0;
            for run in body.members.chunk_by(|a, b| a.bits.is_some() == b.bits.is_some()) {
                let start = behind;
                behind += run.len();
                let mut named = (start..).zip(run).filter(|(_, member)| member.name.is_some());
                let Some((index, first)) = named.next() else { continue };
                // The same text may be read for several classes of ABIs.
                if run[0].bits.is_some() && !seen.contains(&first.name_span) {
                    seen.push(first.name_span);
                    let others = named.map(|(index, _)| index).collect();
                    findings.push(report(cx, argument, abis, body, index, others));
                }
            }
        }
    }
}

fn report(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    abis: AbiSet,
    body: &RecordBody,
    first: usize,
    others: Vec<usize>,
) -> Finding {
    let name = |index| words::member(cx.interface, body, index);
    let names: Vec<String> = others.into_iter().map(name).collect();
    let subject = words::and_more(&name(first), &names);
    let (are, they_take) = if names.is_empty() {
        ("is a bit-field", "it takes")
    } else {
        ("are bit-fields", "they take")
    };
    let message =
        format!("{subject} {are}: which bits {they_take} depends on the byte order and the ABI");
    let mut finding =
        argument.member_finding(&BITFIELD_MEMBER, &body.members[first], abis, message);
    finding.notes.push("no other language can name such a member".into());
    finding.label = "the ABI chooses which bits".into();
    finding.fix = Some(Fix {
        message: "use one `__u32` of flags, and a constant for each".into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    finding
}
