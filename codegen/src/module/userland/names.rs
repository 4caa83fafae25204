//! The names that syzkaller knows numbers by: macros without a parameter, and constants.

use ioctlkit_model::{Interface, Member, NamedConstant, Values};

use super::view::Viewed;
use crate::module::names::named;
use crate::module::plan::Kind;

/// A number, and how C says it.
pub(super) struct Numbered {
    /// `ECHO_CHANNEL_0`.
    pub(super) name: String,
    /// `ECHO_CHANNEL(0)`, where that is not the name.
    pub(super) expression: Option<String>,
    /// Which of a family.
    pub(super) index: u32,
}

/// The numbers of a command.
pub(super) fn numbers(command: &Viewed<'_>) -> Vec<Numbered> {
    let name = &command.plan.r#macro;
    let with = |parameter: u64, index: u32| Numbered {
        name: format!("{name}_{parameter}"),
        expression: Some(format!("{name}({parameter})")),
        index,
    };
    match (command.plan.kind, command.plan.family) {
        (Kind::Buffer, _) => vec![with(command.buffer_bytes(), 0)],
        (_, Some(last)) => (0..=last).map(|index| with(index.into(), index)).collect(),
        _ => vec![Numbered { name: name.clone(), expression: None, index: 0 }],
    }
}

/// The constants that a member's values are.
pub(super) fn of_values<'a>(interface: &'a Interface, member: &Member) -> Vec<&'a NamedConstant> {
    let constants = member.purpose.constants.iter().filter_map(|name| named(interface, name));
    let constants: Vec<_> = constants.collect();
    match &member.purpose.values {
        // Some of the bits would be worse than all of them by their numbers.
        Values::Flags(mask) => {
            let union = constants.iter().fold(0, |union, constant| union | value(constant));
            if union == i128::from(*mask) { constants } else { Vec::new() }
        }
        Values::Listed(values) => {
            constants.into_iter().filter(|constant| values.contains(&value(constant))).collect()
        }
        Values::Any | Values::Range { .. } => Vec::new(),
    }
}

/// The value of a constant.
pub(super) fn value(constant: &NamedConstant) -> i128 {
    constant.variants.first().copied().unwrap_or_default()
}
