//! The names that syzkaller knows numbers by: macros without a parameter.

use super::view::Viewed;
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
