//! L008 bitfield-member.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Fix, Member, RecordBody, Safety};

use crate::context::{ArgumentRecord, Context};
use crate::declare_rule;
use crate::words;

declare_rule! {
    /// a member that is a bit-field
    ///
    /// # What
    /// A structure has bit-fields. One finding speaks of all that follow each other.
    ///
    /// # Why
    /// Which bit comes first depends on the byte order, where a bit-field may cross a boundary on
    /// the ABI, and both are the implementation's to define. Languages other than C cannot name
    /// the bits, and bits that no field covers are never cleared.
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
            for run in body.members.chunk_by(|a, b| a.bits.is_some() == b.bits.is_some()) {
                let Some(first) = run.iter().find(|member| member.name.is_some()) else { continue };
                // The same text may be read for several classes of ABIs.
                if run[0].bits.is_some() && !seen.contains(&first.name_span) {
                    seen.push(first.name_span);
                    findings.push(report(cx, argument, abis, body, run, first));
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
    run: &[Member],
    first: &Member,
) -> Finding {
    let place = |wanted: &Member| body.members.iter().position(|member| member == wanted);
    let names: Vec<String> = run
        .iter()
        .filter(|member| member.name.is_some() && *member != first)
        .filter_map(|member| Some(words::member(cx.interface, body, place(member)?)))
        .collect();
    let subject = place(first).map(|index| words::member(cx.interface, body, index));
    let subject = words::and_more(&subject.unwrap_or_default(), &names);
    let (are, they_take) = if names.is_empty() {
        ("is a bit-field", "it takes")
    } else {
        ("are bit-fields", "they take")
    };
    let message = format!(
        "{subject} {are}: which bits {they_take} depends on the byte order and the ABI, and no other language can name that"
    );
    let mut finding = argument.member_finding(&BITFIELD_MEMBER, first, abis, message);
    finding.label = "the ABI chooses which bits".into();
    finding.fix = Some(Fix {
        message: "use one `__u32` of flags, and a constant for each".into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    finding
}
