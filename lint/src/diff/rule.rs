//! How a rule about two versions is declared.

use ioctlkit_model::{Finding, RuleInfo};

use super::Comparison;

/// A rule about two versions: what it is, and how it is checked.
#[derive(Debug)]
pub struct DiffRule {
    /// Code, slug, severities and page.
    pub info: RuleInfo,
    /// Looks at what changed and adds what it finds.
    pub check: fn(&Comparison<'_>, &mut Vec<Finding>),
}

/// Declares a [`DiffRule`], as [`declare_rule!`](crate::declare_rule) does a rule about one version.
#[macro_export]
macro_rules! declare_diff_rule {
    (
        #[doc = $summary:literal]
        $(#[doc = $line:literal])*
        $name:ident: $code:literal, $slug:literal, $severity:ident, legacy $legacy:ident;
    ) => {
        #[doc = $summary]
        pub(crate) static $name: $crate::diff::DiffRule = $crate::diff::DiffRule {
            info: $crate::rule_info!(
                #[doc = $summary]
                $(#[doc = $line])*
                $code, $slug, $severity, legacy $legacy;
            ),
            check,
        };
    };
}
