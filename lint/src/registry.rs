//! Every rule by name: those that look at an interface, those about two versions, and those about
//! suppressions.

use std::sync::LazyLock;

use ioctlkit_model::RuleInfo;

use crate::diff;
use crate::rules::RULES;
use crate::suggest::nearest;
use crate::suppression;

/// Declares the list of rules, and a test per rule that runs its fixtures.
macro_rules! rules {
    ($rule_type:ty: $($module:ident::$rule:ident),* $(,)?) => {
        /// Every rule, by code.
        pub static RULES: &[&$rule_type] = &[$(&$module::$rule),*];

        #[cfg(test)]
        mod fixtures {
            $(
                #[test]
                fn $module() {
                    super::fixture_test::run(&super::$module::$rule);
                }
            )*
        }
    };
}
pub(crate) use rules;

/// Every rule that a finding can have, by code.
pub fn all() -> &'static [&'static RuleInfo] {
    static ALL: LazyLock<Vec<&'static RuleInfo>> = LazyLock::new(|| {
        let mut all = of_one_version();
        all.extend(diff::rules::RULES.iter().map(|rule| &rule.info));
        all.sort_by_key(|rule| rule.code);
        all
    });
    &ALL
}

/// Every rule that a finding of a check can have, by code; those about two versions are left out.
pub fn of_one_version() -> Vec<&'static RuleInfo> {
    let mut all: Vec<_> =
        RULES.iter().map(|rule| &rule.info).chain(suppression::RULES.iter().copied()).collect();
    all.sort_by_key(|rule| rule.code);
    all
}

/// The rule with that code or slug, in any case.
///
/// # Errors
/// [`UnknownRule`], with the nearest name.
pub fn by_name(name: &str) -> Result<&'static RuleInfo, UnknownRule> {
    let all = all();
    let found = all
        .iter()
        .find(|rule| rule.code.eq_ignore_ascii_case(name) || rule.slug.eq_ignore_ascii_case(name));
    found.copied().ok_or_else(|| {
        let names = all.iter().flat_map(|rule| [rule.code, rule.slug]);
        UnknownRule { name: name.to_owned(), nearest: nearest(name, names) }
    })
}

/// A name that no rule has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRule {
    /// The name.
    pub name: String,
    /// The code or slug that was probably meant.
    pub nearest: Option<&'static str>,
}

impl UnknownRule {
    /// What is wrong.
    pub fn message(&self) -> String {
        format!("unknown rule `{}`", self.name)
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self.nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "`ioctl-lint rules` lists them".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_slugs_are_unique_and_found_in_any_case() {
        let mut names: Vec<_> = all().iter().flat_map(|rule| [rule.code, rule.slug]).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(by_name("l001").unwrap().slug, "implicit-hole");
        assert_eq!(by_name("stale-suppression").unwrap().code, "S001");
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let unknown = by_name("implicit-whole").unwrap_err();
        assert_eq!(unknown.help(), "did you mean `implicit-hole`?");
        assert_eq!(by_name("zzzzzz").unwrap_err().help(), "`ioctl-lint rules` lists them");
    }
}
