//! H013 positive-return.

use std::collections::BTreeMap;

use ioctlkit_model::{Answer, Finding, HandledCommand, Span};

use crate::context::Context;
use crate::declare_rule;
use crate::driver_code::{by_place, code_finding, names};

declare_rule! {
    /// positive return value of a command
    ///
    /// # What
    /// The handler returns a positive number that is written in the source. New file descriptors and
    /// computed numbers are left out.
    ///
    /// # Why
    /// A positive value is possible but not recommended: programs that compare with 0 take it for a
    /// failure, and where errors are recognised by their range, a large one looks like an error.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Return code".
    ///
    /// # Example
    /// ```c
    /// case FOO_IS_READY:
    ///         return foo->ready ? 1 : 0;
    /// ```
    ///
    /// # Fix
    /// Return the value in the argument, and return 0.
    POSITIVE_RETURN: "H013", "positive-return", Info, legacy off, for Driver;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let places = by_place(cx, |_, command| {
        let answers = command.returns.iter().filter(|answer| is_positive(&answer.value));
        answers.map(|answer| (answer.span, answer)).collect()
    });
    // The same commands may be answered in several places; the first is enough to speak of.
    let mut first: BTreeMap<(Span, Vec<&str>), Span> = BTreeMap::new();
    for place in places {
        let commands: Vec<&str> =
            place.commands.iter().map(|command: &&HandledCommand| command.name.as_str()).collect();
        let key = (place.handler.span, commands);
        if *first.entry(key).or_insert(place.span) != place.span {
            continue;
        }
        let answer: &Answer = place.what;
        let message = format!(
            "`{}` returns {} for {}: a program that compares with 0 takes it for a failure",
            place.handler.function,
            answer.value,
            names(&place.commands),
        );
        let mut finding =
            code_finding(cx, &POSITIVE_RETURN, place.handler, &place.commands, place.span, message);
        finding.label = "positive".into();
        findings.push(finding);
    }
}

/// Whether a value is a positive number as C spells it.
fn is_positive(value: &str) -> bool {
    let digits = value.trim_end_matches(['u', 'U', 'l', 'L']);
    let number = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    number.is_ok_and(|number| number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_above_0_are_positive() {
        for value in ["1", "0x10", "2UL"] {
            assert!(is_positive(value), "{value}");
        }
        for value in ["0", "-1", "-EINVAL", "fd", "FOO_ONE", "0x0"] {
            assert!(!is_positive(value), "{value}");
        }
    }
}
