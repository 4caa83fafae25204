//! What a Rust definition accepts by name: `#[ioctl(not_portable)]` says that a structure mirrors an
//! existing interface, differences between machines included, or that a command passes a `long` on
//! purpose, and `encoded = c_long` that a number is made with one.

use std::collections::HashSet;

use ioctlkit_model::{Finding, Interface, Language};

use crate::rust_source::attributes;
use crate::spelling::Spelling;

/// The rules about differences between machines.
const RULES: [&str; 13] = [
    "C001", "C002", "C003", "C004", "C005", "L001", "L002", "L004", "L012", "L013", "L017", "N016",
    "R002",
];

/// What the definitions of an interface accept.
#[derive(Debug)]
pub struct Accepted {
    records: HashSet<String>,
    commands: HashSet<String>,
}

impl Accepted {
    /// Reads the attributes of every definition.
    pub fn new(interface: &Interface) -> Self {
        let spelling = Spelling::of(interface);
        if spelling.language() == Language::C {
            return Self { records: HashSet::new(), commands: HashSet::new() };
        }
        let says = |span, word| {
            let attributes = attributes(&interface.sources, span);
            attributes.contains("ioctl") && attributes.contains(word)
        };
        let records = interface.records.iter().filter(|it| says(it.span, "not_portable"));
        let commands = interface
            .commands
            .iter()
            .filter(|it| says(it.span, "encoded") || says(it.span, "not_portable"));
        Self {
            records: records.map(|record| spelling.record(record)).collect(),
            commands: commands.map(|command| command.name.clone()).collect(),
        }
    }

    /// Whether a finding says of a definition what that says itself.
    pub fn covers(&self, finding: &Finding) -> bool {
        let of_record = finding.record.as_ref().is_some_and(|name| self.records.contains(name));
        let of_command = finding.record.is_none()
            && finding.command.as_ref().is_some_and(|name| self.commands.contains(name));
        (of_record || of_command) && RULES.contains(&finding.rule.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    #[test]
    fn the_rules_exist() {
        for code in RULES {
            assert_eq!(registry::by_name(code).map(|rule| rule.code), Ok(code));
        }
    }
}
