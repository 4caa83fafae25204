//! What a Rust definition accepts by name: `#[ioctl(not_portable)]` says that a structure mirrors an
//! existing interface, differences between machines included, or that a command passes a `long` on
//! purpose, and `encoded = c_long` that a number is made with one. Whether a definition says so is in
//! the model: the front end has parsed the attribute, and each finding has it from the definition that
//! it judges.

use ioctlkit_model::{Differences, Finding};

/// The rules about differences between machines.
const RULES: [&str; 13] = [
    "C001", "C002", "C003", "C004", "C005", "L001", "L002", "L004", "L012", "L013", "L017", "N016",
    "R002",
];

/// Whether a finding says of a definition what that says itself.
pub fn is_accepted(finding: &Finding) -> bool {
    finding.differences == Differences::Accepted && RULES.contains(&finding.rule.code)
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
