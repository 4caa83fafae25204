//! D012 constant-changed.

use std::collections::BTreeMap;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Breaks, Expected, FileId, Finding, Label, Severity, Span, abi_words};

use super::words::breaking;
use crate::declare_diff_rule;
use crate::diff::{Comparison, ConstantChange, ConstantFate, Parameters, Value, of_abis};

declare_diff_rule! {
    /// a constant that has another value than it had, or is gone
    ///
    /// # What
    /// A macro or an enumerator of the old version has another value in the new one, or is gone: a
    /// flag, a mode, an error, the length of a buffer, the result of a macro with arguments. A name may
    /// be a macro in one version and an enumerator in the other. Enumerators with other values are
    /// D006, commands D001 and D002.
    ///
    /// A constant that is gone, and a macro that takes other parameters, is a warning. Constants that change with every version are one finding
    /// for each header, with the severity info: a constant that counts others, by its name (D006 has
    /// the words), and grew; one whose name has the word `VERSION`, or ends in `MAJOR`, `MINOR` or the
    /// like; a mask (`…_MASK`, `…_ALL`, `…_FLAGS`) that has all the bits it had; and a mask of bits
    /// that are `RESERVED` which has fewer.
    ///
    /// # Why
    /// Existing programs contain the old value, which the new kernel takes for something else. Programs
    /// that use a name that is gone no longer compile.
    ///
    /// # Source
    /// Kernel documentation, dev-tools/checkuapi.rst.
    ///
    /// # Example
    /// ```c
    /// -#define FOO_F_SYNC  (1 << 0)
    /// +#define FOO_F_SYNC  (1 << 1)
    /// ```
    ///
    /// # Fix
    /// Give a new meaning a new name and a new value, and keep the old ones.
    CONSTANT_CHANGED: "D012", "constant-changed", Error, legacy Error;
}

fn check(comparison: &Comparison<'_>, findings: &mut Vec<Finding>) {
    let mut expected: BTreeMap<FileId, Vec<&ConstantChange<'_>>> = BTreeMap::new();
    for change in &comparison.constants {
        match &change.fate {
            ConstantFate::Changed { span, expected: Some(_), .. } => {
                expected.entry(span.file).or_default().push(change);
            }
            ConstantFate::Changed { .. } => findings.extend(changed(change)),
            ConstantFate::Gone => findings.extend(gone(comparison, change)),
            ConstantFate::Parameters { span, old, new } => {
                findings.push(other_parameters(change, *span, *old, *new));
            }
            ConstantFate::Unknown { .. } => {}
        }
    }
    findings.extend(expected.values().filter_map(|changes| of_header(changes)));
}

fn changed(change: &ConstantChange<'_>) -> Option<Finding> {
    let ConstantFate::Changed { span, old, new, .. } = &change.fate else { return None };
    let on = abi_words::on(change.abis, change.within);
    let (was, is) = in_words(old, new);
    let message = format!("`{}` was {was} and is {is} {on}", change.name);
    let mut finding = Finding::new(&CONSTANT_CHANGED.info, *span, change.abis, message);
    finding.member = Some(change.name.to_owned());
    finding.record = change.of.map(|tag| format!("enum {tag}"));
    finding.label = format!("{is} now");
    finding.related = vec![Label { span: change.old_span, text: format!("it was {was}") }];
    Some(breaking(finding, of_abis(change.abis, change.within)))
}

fn other_parameters(
    change: &ConstantChange<'_>,
    span: Span,
    old: Parameters,
    new: Parameters,
) -> Finding {
    let words = |parameters| match parameters {
        Parameters::None => "no parameters".to_owned(),
        Parameters::Some(0) => "empty parentheses".to_owned(),
        Parameters::Some(1) => "1 parameter".to_owned(),
        Parameters::Some(several) => format!("{several} parameters"),
    };
    let (was, is) = (words(old), words(new));
    let message =
        format!("`{}` had {was} and has {is}: programs that use it no longer compile", change.name);
    let mut finding = Finding::new(&CONSTANT_CHANGED.info, span, change.abis, message);
    finding.severity = Severity::Warning;
    finding.member = Some(change.name.to_owned());
    finding.label = format!("{is} now");
    finding.related = vec![Label { span: change.old_span, text: format!("it had {was}") }];
    breaking(finding, vec![Breaks::Source])
}

fn gone(comparison: &Comparison<'_>, change: &ConstantChange<'_>) -> Option<Finding> {
    let versions = comparison.versions;
    // D009 reports the header that is gone, and with it what it defined.
    if !versions.has(versions.old_path(change.old_span.file)) {
        return None;
    }
    let on = if change.abis == change.within {
        String::new()
    } else {
        format!(" {}", abi_words::on(change.abis, change.within))
    };
    let message = format!("`{}` is gone{on}: programs that name it no longer compile", change.name);
    let span = change.old_span;
    let mut finding = Finding::new(&CONSTANT_CHANGED.info, span, change.abis, message);
    finding.severity = Severity::Warning;
    finding.member = Some(change.name.to_owned());
    finding.record = change.of.map(|tag| format!("enum {tag}"));
    finding.label = "defined here before".into();
    Some(breaking(finding, vec![Breaks::Source]))
}

/// One finding for what changes with every version of a header.
fn of_header(changes: &[&ConstantChange<'_>]) -> Option<Finding> {
    let said = |change: &ConstantChange<'_>| {
        let ConstantFate::Changed { old, new, expected, .. } = &change.fate else { return None };
        let why = match (*expected)? {
            Expected::Counts => "counts others",
            Expected::Version => "states a version",
            Expected::Mask => "gained bits",
            Expected::Reserved => "reserves bits",
        };
        let (was, is) = in_words(old, new);
        Some(format!("`{}`, which {why}, was {was} and is {is}", change.name))
    };
    let (first, others) = changes.split_first()?;
    let ConstantFate::Changed { span, .. } = &first.fate else { return None };
    let abis = changes.iter().fold(AbiSet::EMPTY, |all, change| all.union(change.abis));
    let mut finding = Finding::new(&CONSTANT_CHANGED.info, *span, abis, said(first)?);
    finding.severity = Severity::Info;
    finding.member = Some(first.name.to_owned());
    finding.record = first.of.map(|tag| format!("enum {tag}"));
    finding.label = "another value".into();
    finding.related = vec![Label { span: first.old_span, text: "before".into() }];
    finding.notes = others.iter().filter_map(|change| said(change)).take(NOTES).collect();
    if others.len() > NOTES {
        finding.notes.push(format!("and {} more", others.len() - NOTES));
    }
    Some(finding)
}

/// How many constants of a header are noted with their values.
const NOTES: usize = 8;

/// Two values, in a way that shows how they differ.
fn in_words(old: &Value, new: &Value) -> (String, String) {
    match (old, new) {
        (Value::Integer(was), Value::Integer(is)) => {
            // Bits are read in hexadecimal, and counts in decimal.
            let is_large = |value: i128| !(-255..256).contains(&value);
            if is_large(*was) || is_large(*is) {
                (hexadecimal(*was), hexadecimal(*is))
            } else {
                (was.to_string(), is.to_string())
            }
        }
        _ => (part(old), part(new)),
    }
}

fn hexadecimal(value: i128) -> String {
    if value < 0 { value.to_string() } else { format!("{value:#x}") }
}

fn part(value: &Value) -> String {
    match value {
        Value::Integer(value) => value.to_string(),
        Value::Command { direction, type_letter, nr, size } => {
            let letter = crate::numbering::letter(*type_letter);
            let size = size.map_or_else(String::new, |size| format!(", {size}"));
            format!("{}({letter}, {nr:#04x}{size})", direction.macro_name())
        }
    }
}
