//! How a rule is declared: one file holds its documentation, its metadata and its check.

use ioctlkit_model::{Finding, RuleInfo};

use crate::Context;

/// A rule: what it is, and how it is checked.
#[derive(Debug)]
pub struct Rule {
    /// Code, slug, severities and page.
    pub info: RuleInfo,
    /// Looks at everything that was read and adds what it finds.
    pub check: fn(&Context<'_>, &mut Vec<Finding>),
}

/// Declares a [`Rule`]. The first line of the documentation comment is the summary, and the whole
/// comment is the rule's page: `# What`, `# Why`, `# Source`, `# Example`, `# Fix`.
///
/// `legacy` is the severity in the profile for interfaces in use, or `off`. `when asked` is in its place
/// where no profile has the rule. A rule that has a meaning for one language only says so behind it:
/// `for C` or `for Rust`.
#[macro_export]
macro_rules! declare_rule {
    (
        #[doc = $summary:literal]
        $(#[doc = $line:literal])*
        $name:ident: $code:literal, $slug:literal, $severity:ident, $when:ident $how:ident
            $(, for $language:ident)?;
    ) => {
        #[doc = $summary]
        pub(crate) static $name: $crate::Rule = $crate::Rule {
            info: $crate::rule_info!(
                #[doc = $summary]
                $(#[doc = $line])*
                $code, $slug, $severity, $when $how $(, for $language)?;
            ),
            check,
        };
    };
}

/// The [`RuleInfo`] of a rule, as [`declare_rule!`] takes it.
#[macro_export]
macro_rules! rule_info {
    (
        #[doc = $summary:literal]
        $(#[doc = $line:literal])*
        $code:literal, $slug:literal, $severity:ident, $when:ident $how:ident
            $(, for $language:ident)?;
    ) => {
        ioctlkit_model::RuleInfo {
            code: $code,
            slug: $slug,
            severity: ioctlkit_model::Severity::$severity,
            profiles: $crate::rule_info!(@profiles $when $how),
            languages: $crate::rule_info!(@languages $($language)?),
            summary: $crate::rule::without_space($summary),
            documentation: concat!($summary, "\n", $($line, "\n"),*),
        }
    };
    (@languages) => { ioctlkit_model::Languages::Both };
    (@languages $language:ident) => { ioctlkit_model::Languages::$language };
    (@profiles when asked) => { ioctlkit_model::Profiles::Neither };
    (@profiles legacy off) => { ioctlkit_model::Profiles::New };
    (@profiles legacy $severity:ident) => {
        ioctlkit_model::Profiles::Both(ioctlkit_model::Severity::$severity)
    };
}

/// A line of a documentation comment without the space that follows `///`.
pub const fn without_space(line: &'static str) -> &'static str {
    match line.as_bytes() {
        [b' ', ..] => line.split_at(1).1,
        _ => line,
    }
}
