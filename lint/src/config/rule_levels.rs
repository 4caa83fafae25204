//! What a configuration says of rules.

use std::ops::Range;

use toml::Spanned;

use super::globs::PathGlobs;
use super::options::header_names;
use super::raw::{RawPath, RawRules};
use super::{ConfigError, PathSettings, RuleLevel};

pub(super) fn rule_levels(raw: RawRules) -> Vec<RuleLevel> {
    let mut rules: Vec<RuleLevel> = raw
        .into_iter()
        .map(|(rule, level)| RuleLevel { place: rule.span(), rule: rule.into_inner(), level })
        .collect();
    rules.sort_by_key(|rule| rule.place.start);
    rules
}

pub(super) fn path_settings(
    raw: RawPath,
    fail: impl Fn(Range<usize>, String, Option<String>) -> ConfigError,
) -> Result<PathSettings, ConfigError> {
    let place = raw.globs.span();
    let patterns = raw.globs.into_inner();
    if patterns.is_empty() {
        let help = "name at least one pattern, such as `globs = [\"drivers/**/*.h\"]`";
        return Err(fail(place, "a path entry without a pattern".into(), Some(help.into())));
    }
    let globs = PathGlobs::new(patterns.iter().map(|pattern| pattern.get_ref().as_str())).map_err(
        |(index, error)| {
            let message = format!("not a file pattern: {}", error.kind());
            fail(patterns.get(index).map_or(place, Spanned::span), message, None)
        },
    )?;
    let rules = rule_levels(raw.rules);
    let against = header_names(raw.against, fail)?;
    Ok(PathSettings { globs, profile: raw.profile, rules, against })
}
