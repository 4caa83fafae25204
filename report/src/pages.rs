//! Where the rules' pages are.

use ioctlkit_model::RuleInfo;

/// The address of a rule's page.
pub fn rule_page(rule: &RuleInfo) -> String {
    format!("{}/blob/main/docs/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), rule.code)
}
