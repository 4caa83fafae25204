//! L016 fake-flexible-array.

use ioctlkit_abi::{AbiSet, RecordKind, Scalar};
use ioctlkit_model::{Constant, Finding, Fix, Language, Member, RecordBody, Safety, Type};

use crate::context::{ArgumentRecord, Context};
use crate::{declare_rule, edits, words};

declare_rule! {
    /// array of 0 or 1 elements used as a flexible array
    ///
    /// # What
    /// The last member of a structure is an array `[0]`; or it is an array `[1]` of structures,
    /// integers or bytes, and an integer before it is named like a count (`count`, `num_…`, `nr_…`,
    /// `n…s`, `…_len`, `size`). A real array of one element has no count. Reserved members are left
    /// out, and so are arrays in a union, which `__DECLARE_FLEX_ARRAY()` keeps for old programs.
    ///
    /// # Why
    /// Compilers take the bound at its word: with `-fstrict-flex-arrays`, and where user space is built
    /// with bounds checks (`_FORTIFY_SOURCE=3`), an access past it is cut off or aborts the program.
    /// The element of `[1]` also counts in `sizeof`, so that programs allocate one element too many or
    /// too few.
    ///
    /// # Source
    /// Kernel documentation, process/deprecated.rst, "Zero-length and one-element arrays";
    /// dev-tools/checkuapi.rst, on what may follow a flexible array.
    ///
    /// # Example
    /// ```c
    /// struct kvm_msr_list {
    ///         __u32 nmsrs;
    ///         __u32 indices[0];
    /// };
    /// ```
    ///
    /// # Fix
    /// Use `[]`, which has the layout of `[0]`. Where a `[1]` is in use already,
    /// `__DECLARE_FLEX_ARRAY()` in a union with it keeps `sizeof`.
    FAKE_FLEXIBLE_ARRAY: "L016", "fake-flexible-array", Warning, legacy off;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for argument in cx.argument_records() {
        if argument.record.kind == RecordKind::Union {
            continue;
        }
        let mut seen = Vec::new();
        for (abis, body) in argument.record.variants.iter() {
            let Some((last, before)) = body.members.split_last() else { continue };
            // The same text may be read for several classes of ABIs.
            if seen.contains(&last.name_span) || last.is_reserved() {
                continue;
            }
            seen.push(last.name_span);
            match &last.ty {
                // In Rust, that is how a flexible array is declared.
                Type::Array(_, Constant::Known(0)) if cx.spelling.language() == Language::C => {
                    findings.push(zero(cx, argument, abis, body, last));
                }
                Type::Array(_, Constant::Known(1)) => {
                    if let Some(count) = before.iter().rev().find(|one| is_count(cx, one, abis)) {
                        findings.push(one(cx, argument, abis, last, count));
                    }
                }
                _ => {}
            }
        }
    }
}

fn zero(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    abis: AbiSet,
    body: &RecordBody,
    last: &Member,
) -> Finding {
    let message = format!(
        "{} is an array of no elements",
        words::member(cx.interface, body, body.members.len() - 1)
    );
    let mut finding = argument.member_finding(&FAKE_FLEXIBLE_ARRAY, last, abis, message);
    finding.label = "meant as an array of any length".into();
    finding.notes.push("programs built with bounds checks cannot reach what follows".into());
    // C allows no flexible array in a structure without other members.
    let may_be_empty = body.members.len() > 1;
    let edit = may_be_empty.then(|| edits::empty_bound(&cx.interface.sources, last)).flatten();
    finding.fix = Some(Fix {
        message: "make it `[]`".into(),
        edits: edit.into_iter().collect(),
        safety: Safety::Safe,
    });
    finding
}

fn one(
    cx: &Context<'_>,
    argument: &ArgumentRecord<'_>,
    abis: AbiSet,
    last: &Member,
    count: &Member,
) -> Finding {
    let name = |member: &Member| member.name.clone().unwrap_or_default();
    let message = format!("`{}` has one element, but `{}` counts more", name(last), name(count));
    let mut finding = argument.member_finding(&FAKE_FLEXIBLE_ARRAY, last, abis, message);
    finding.label = "meant as an array of any length".into();
    finding.notes.push("programs built with bounds checks cannot reach the others".into());
    finding.notes.push(format!("`{}` counts one that may not be there", cx.spelling.size_of()));
    finding.fix = Some(Fix {
        message: cx.spelling.instead_of_one_element(argument.record).into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    finding
}

/// Whether a member is an integer and named like a count of elements.
fn is_count(cx: &Context<'_>, member: &Member, abis: AbiSet) -> bool {
    const WORDS: [&str; 13] = [
        "count", "cnt", "num", "nr", "number", "len", "length", "size", "nelems", "entries",
        "total", "max", "n",
    ];
    let Some(name) = &member.name else { return false };
    let ty = abis.first().and_then(|abi| cx.interface.resolved(&member.ty, abi));
    let integer = matches!(
        ty,
        Some(Type::Scalar(scalar)) if !scalar.is_float() && !matches!(scalar, Scalar::Bool)
    );
    let name = name.to_ascii_lowercase();
    let counts = name.split('_').any(|word| {
        WORDS.iter().any(|known| *known == word || (known.len() > 2 && word.contains(known)))
    }) || (name.len() > 2 && name.starts_with('n') && name.ends_with('s'));
    integer && counts
}
