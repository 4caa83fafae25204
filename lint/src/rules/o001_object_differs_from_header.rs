//! O001 object-differs-from-header.

use ioctlkit_model::{Finding, Fix, Label, Safety, Span};

use crate::against::{Fault, ObjectPairs, ObjectSource, Pair, Told};
use crate::context::{Context, finding};
use crate::declare_rule;
use crate::words::count;

declare_rule! {
    /// compiled object whose structure differs from the header's
    ///
    /// # What
    /// A structure or union in the types of a compiled object (BTF or DWARF) differs in its size or the
    /// place of a member from the one of the same name in a header that was given with `--header`.
    /// Where an object defines a name several times, as a whole kernel does, one of the definitions has
    /// to match. Objects that are found in a folder are compared only by what they define themselves,
    /// and not by what their kernel does.
    ///
    /// # Why
    /// Programs are compiled with the header and talk to the object: the driver reads members at the
    /// wrong offsets.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Structure layout"; dev-tools/checkuapi.rst.
    ///
    /// # Example
    /// ```text
    /// $ ioctl-lint check --header include/uapi/linux/foo.h foo.ko
    /// error[O001]: `struct foo_map` differs from linux/foo.h: 24 bytes instead of 16
    /// ```
    ///
    /// # Fix
    /// Build the object and install the header from the same sources.
    OBJECT_DIFFERS_FROM_HEADER: "O001", "object-differs-from-header", Error, legacy Error,
        for Object;
}

/// Differences that are reported one by one.
const TOLD: usize = 5;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(references) = cx.references else { return };
    for source in references.for_objects() {
        let pairs = ObjectPairs::new(cx.layouts, source);
        for object in &cx.interface.objects {
            let differing = pairs.differing(object);
            findings.extend(differing.iter().filter_map(|pair| report(source, pair)));
        }
    }
}

fn report(source: &ObjectSource, pair: &Pair) -> Option<Finding> {
    let (first, others) = pair.faults.split_first()?;
    let file = source.file_name(pair.c_span);
    let message = format!("`{}` differs from {file}: {}", pair.c_name, sentence(&first.fault));
    let (span, label) = in_object(pair, first);
    let mut finding = finding(&OBJECT_DIFFERS_FROM_HEADER, span, pair.differing(), message);
    finding.record = Some(pair.c_name.clone());
    finding.label = label;
    let (span, text) = in_source(pair, first);
    finding.related = vec![Label { span, text }];
    finding.notes = others.iter().take(TOLD).map(|told| sentence(&told.fault)).collect();
    if others.len() > TOLD {
        finding.notes.push(format!("and {} more", others.len() - TOLD));
    }
    finding.fix = Some(Fix {
        message: format!("build the object and install {file} from the same sources"),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

fn sentence(fault: &Fault) -> String {
    match fault {
        Fault::Size { rust, c } => format!("{} instead of {c}", count(*rust, "byte")),
        Fault::Place { member, rust, c, .. } => {
            format!("`{}` is {}", member.name, rust.instead_of(*c))
        }
        Fault::OnlyInRust { member, rust } => {
            format!("the header has no `{}`, here at {rust}", member.name)
        }
        Fault::OnlyInC { c_member, c } => {
            format!("`{}` is missing, in the header at {c}", c_member.name)
        }
        // Structures have no number.
        Fault::Number { rust, c, .. } => format!("{rust:#010x} instead of {c:#010x}"),
    }
}

fn in_object(pair: &Pair, told: &Told) -> (Span, String) {
    match &told.fault {
        Fault::Place { member, rust, .. } | Fault::OnlyInRust { member, rust } => {
            (member.span, format!("at {rust}"))
        }
        Fault::OnlyInC { c_member, .. } => (pair.span, format!("lacks `{}`", c_member.name)),
        Fault::Size { rust, .. } => (pair.span, count(*rust, "byte")),
        Fault::Number { .. } => (pair.span, String::new()),
    }
}

fn in_source(pair: &Pair, told: &Told) -> (Span, String) {
    match &told.fault {
        Fault::Place { c_member, c, .. } | Fault::OnlyInC { c_member, c } => {
            (c_member.span, format!("`{}` is at {c}", c_member.name))
        }
        Fault::Size { c, .. } => (pair.c_span, count(*c, "byte")),
        Fault::OnlyInRust { .. } | Fault::Number { .. } => (pair.c_span, "the header's".into()),
    }
}
