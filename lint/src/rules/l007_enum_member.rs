//! L007 enum-member.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{EnumId, Finding, Fix, Safety};

use crate::classify::{self, Class, ClassifiedMember};
use crate::context::{ArgumentRecord, Context, command_finding};
use crate::declare_rule;
use crate::{edits, words};

declare_rule! {
    /// a member whose type is an enumeration
    ///
    /// # What
    /// A member, or a command's whole argument, is an enumeration or a typedef of one.
    ///
    /// # Why
    /// The compiler chooses an enumeration's width and sign, from its values and its options
    /// (`-fshort-enums`), so a new enumerator may change the structure. In C++ and Rust, a value that
    /// the header does not have yet is not a valid value of the type.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout".
    ///
    /// # Example
    /// ```c
    /// struct dvb_frontend_info {      /* FE_GET_INFO */
    ///         char name[128];
    ///         enum fe_type type;
    /// };
    /// ```
    ///
    /// # Fix
    /// Keep the enumeration for its constants, and make the member a `__u32` (`__s32` where a
    /// value is negative). No offset changes.
    ENUM_MEMBER: "L007", "enum-member", Warning, legacy off, for C;
}

const CHANGED: &str = "a program built with other options, or a value added later";

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        for found in classify::members(cx, argument) {
            if let Class::Enum(id) = found.class
                && found.subject.member.bits.is_none()
            {
                findings.push(member(cx, argument, found, id));
            }
        }
    }
    for found in classify::commands(cx) {
        let Class::Enum(id) = found.class else { continue };
        let message = format!(
            "`{}` takes {}, whose width the compiler chooses",
            found.subject.command.name,
            found.spelled(cx.spelling),
        );
        let mut finding = command_finding(
            &ENUM_MEMBER,
            found.subject.command,
            found.subject.body.span,
            found.abis,
            message,
        );
        finding.notes.push(format!("{CHANGED}, changes its number"));
        finding.fix = Some(Fix {
            message: format!("use `{}`", fixed(cx, id, found.abis)),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        findings.push(finding);
    }
}

fn member(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    found: &ClassifiedMember<'_>,
    id: EnumId,
) -> Finding {
    let message = format!(
        "{} is {}, whose width and sign the compiler chooses",
        words::member(cx.interface, found.subject.body, found.subject.index),
        found.spelled(cx.spelling),
    );
    let mut finding =
        argument.member_finding(&ENUM_MEMBER, found.subject.member, found.abis, message);
    finding.label = "the compiler chooses how wide".into();
    let differs = format!("lays out {} differently", argument.words());
    finding.notes.push(format!("{CHANGED}, {differs}"));
    let fixed = fixed(cx, id, found.abis);
    finding.fix = Some(Fix {
        message: format!("make it a `{fixed}`, and keep the enumeration for its constants"),
        edits: edits::retype(&cx.interface.sources, found.subject.member, fixed)
            .into_iter()
            .collect(),
        safety: Safety::Safe,
    });
    finding
}

/// The fixed-width type that an enumeration has anyway on these ABIs.
fn fixed(cx: &Context<'_>, id: EnumId, abis: AbiSet) -> &'static str {
    let bodies = || cx.interface.enumeration(id).variants.iter().map(|(_, body)| body);
    let negative = bodies().flat_map(|body| &body.enumerators).any(|one| one.value < 0);
    let wide = bodies().any(|body| {
        abis.iter().any(|abi| abi.abi().size_of(body.underlying).is_some_and(|size| size > 4))
    });
    match (negative, wide) {
        (false, false) => "__u32",
        (true, false) => "__s32",
        (false, true) => "__u64",
        (true, true) => "__s64",
    }
}
