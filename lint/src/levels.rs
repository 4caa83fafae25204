//! How bad each rule's findings are, by the file that they are in: where the registry, the
//! configuration and the command line meet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ioctlkit_model::{Finding, RuleInfo, Severity};

use crate::config::{Config, ConfigError, Level, PathGlobs, Profile, RuleLevel};
use crate::files::normalised;
use crate::registry::{self, UnknownRule};

/// What the command line says of rules. It goes before every configuration.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    profile: Option<Profile>,
    /// Empty where all rules are wanted.
    groups: Vec<String>,
    named: Vec<&'static RuleInfo>,
    ignored: Vec<&'static RuleInfo>,
    levels: Levelled,
}

type Levelled = BTreeMap<&'static str, Level>;

impl Selection {
    /// Uses `profile` wherever the configuration says another.
    pub fn set_profile(&mut self, profile: Profile) {
        self.profile = Some(profile);
    }

    /// Reports only rules that were selected. `name` is a code, a slug, or the beginning of codes
    /// such as `L` or `N01`. A rule that is named in full is on even where the profile leaves it
    /// off, but not where the configuration turns it off.
    ///
    /// # Errors
    /// [`UnknownRule`] where no rule is meant.
    pub fn select(&mut self, name: &str) -> Result<(), UnknownRule> {
        match registry::by_name(name) {
            Ok(rule) => self.named.push(rule),
            Err(_) if !group(name).is_empty() => self.groups.push(name.to_ascii_uppercase()),
            Err(unknown) => return Err(unknown),
        }
        Ok(())
    }

    /// Does not report a rule; `name` is as for [`Selection::select`].
    ///
    /// # Errors
    /// [`UnknownRule`] where no rule is meant.
    pub fn ignore(&mut self, name: &str) -> Result<(), UnknownRule> {
        match registry::by_name(name) {
            Ok(rule) => self.ignored.push(rule),
            Err(unknown) => match group(name) {
                none if none.is_empty() => return Err(unknown),
                rules => self.ignored.extend(rules),
            },
        }
        Ok(())
    }

    /// Gives a rule a level everywhere.
    ///
    /// # Errors
    /// [`UnknownRule`] where no rule has that code or slug.
    pub fn set_level(&mut self, name: &str, level: Level) -> Result<(), UnknownRule> {
        self.levels.insert(registry::by_name(name)?.code, level);
        Ok(())
    }

    fn has(&self, rule: &RuleInfo) -> bool {
        let anything_goes = self.groups.is_empty() && self.named.is_empty();
        let wanted = anything_goes
            || self.is_named(rule)
            || self.groups.iter().any(|group| rule.code.starts_with(group));
        wanted && !self.ignored.iter().any(|ignored| ignored.code == rule.code)
    }

    fn is_named(&self, rule: &RuleInfo) -> bool {
        self.named.iter().any(|named| named.code == rule.code)
    }
}

/// Sets the severity that the configuration gives a finding's rule in its file; false where the rule is
/// off there. A rule may have found something less bad than it usually is, and no configuration makes
/// that worse.
pub(crate) fn apply(finding: &mut Finding, configured: Option<Severity>) -> bool {
    let Some(configured) = configured else { return false };
    let is_less = finding.severity < finding.rule.severity;
    finding.severity = if is_less { finding.severity.min(configured) } else { configured };
    true
}

/// The severity that a profile gives a rule.
fn by_default(rule: &RuleInfo, profile: Profile) -> Option<Severity> {
    match profile {
        Profile::New => rule.new_severity(),
        Profile::Legacy => rule.legacy_severity(),
    }
}

/// The rules whose codes begin with `prefix`.
fn group(prefix: &str) -> Vec<&'static RuleInfo> {
    if prefix.is_empty() {
        return Vec::new();
    }
    let prefix = prefix.to_ascii_uppercase();
    registry::all().iter().copied().filter(|rule| rule.code.starts_with(&prefix)).collect()
}

/// The severity of every rule in every file.
///
/// From the weakest to the strongest: the profile, `[rules]`, each `[[path]]` that matches in the
/// order of the file, and the command line.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    profile: Profile,
    rules: Levelled,
    folder: PathBuf,
    paths: Vec<PathLevels>,
    selection: Selection,
}

#[derive(Debug, Clone)]
struct PathLevels {
    globs: PathGlobs,
    profile: Option<Profile>,
    rules: Levelled,
}

impl Levels {
    /// What holds without a configuration.
    pub fn of_selection(selection: Selection) -> Self {
        Self { selection, ..Self::default() }
    }

    /// What holds with one.
    ///
    /// # Errors
    /// Every rule that the configuration names and nobody knows.
    pub fn new(config: &Config, selection: Selection) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let rules = levelled(config, &config.rules, &mut errors);
        let mut paths = Vec::new();
        for path in &config.paths {
            paths.push(PathLevels {
                globs: path.globs.clone(),
                profile: path.profile,
                rules: levelled(config, &path.rules, &mut errors),
            });
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let profile = config.profile.unwrap_or_default();
        Ok(Self { profile, rules, folder: normalised(config.folder()), paths, selection })
    }

    /// The severity of a rule's findings in a file, or `None` where it is off.
    pub fn severity(&self, rule: &RuleInfo, file: &Path) -> Option<Severity> {
        if !self.selection.has(rule) {
            return None;
        }
        if let Some(level) = self.selection.levels.get(rule.code) {
            return level.severity();
        }
        let (level, profile) = self.configured(rule, file);
        match (level, self.selection.profile.unwrap_or(profile)) {
            (Some(level), _) => level.severity(),
            (None, _) if self.selection.is_named(rule) => Some(rule.severity),
            (None, profile) => by_default(rule, profile),
        }
    }

    /// The rule's own level in a file, and the profile that holds there.
    fn configured(&self, rule: &RuleInfo, file: &Path) -> (Option<Level>, Profile) {
        let mut profile = self.profile;
        let mut level = self.rules.get(rule.code);
        if !self.paths.is_empty() {
            let file = normalised(file);
            let relative = file.strip_prefix(&self.folder).unwrap_or(&file);
            for path in self.paths.iter().filter(|path| path.globs.matches(relative)) {
                profile = path.profile.unwrap_or(profile);
                level = path.rules.get(rule.code).or(level);
            }
        }
        (level.copied(), profile)
    }

    /// Whether a rule is on in any file that there could be.
    pub fn may_report(&self, rule: &RuleInfo) -> bool {
        if !self.selection.has(rule) {
            return false;
        }
        if let Some(level) = self.selection.levels.get(rule.code) {
            return *level != Level::Off;
        }
        let forced = self.selection.profile;
        let profiles = self.paths.iter().filter_map(|path| path.profile).chain([self.profile]);
        let on_by_profile = profiles
            .map(|profile| forced.unwrap_or(profile))
            .any(|profile| by_default(rule, profile).is_some());
        let mut levels =
            self.paths.iter().map(|path| &path.rules).filter_map(|rules| rules.get(rule.code));
        let everywhere = self.rules.get(rule.code);
        let by_itself = on_by_profile || self.selection.is_named(rule);
        everywhere.map_or(by_itself, |level| *level != Level::Off)
            || levels.any(|level| *level != Level::Off)
    }
}

fn levelled(config: &Config, rules: &[RuleLevel], errors: &mut Vec<ConfigError>) -> Levelled {
    let mut levels = Levelled::new();
    for line in rules {
        match registry::by_name(&line.rule) {
            Ok(rule) => {
                levels.insert(rule.code, line.level);
            }
            Err(unknown) => {
                errors.push(config.rule_error(line, unknown.message(), Some(unknown.help())));
            }
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        Config::parse(Path::new("/project/ioctl-lint.toml"), text.into()).unwrap()
    }

    fn levels(text: &str) -> Levels {
        Levels::new(&config(text), Selection::default()).unwrap()
    }

    fn severity(levels: &Levels, rule: &str, file: &str) -> Option<Severity> {
        let rule = registry::by_name(rule).unwrap();
        let severity = levels.severity(rule, Path::new(file));
        assert!(severity.is_none() || levels.may_report(rule));
        severity
    }

    // L001 is a warning in `new` and off in `legacy`.
    const RULE: &str = "L001";

    #[test]
    fn a_profile_is_the_weakest_and_a_later_path_entry_stronger_than_an_earlier() {
        let text = r#"
            profile = "legacy"
            [rules]
            S001 = "error"
            [[path]]
            globs = ["new/**"]
            profile = "new"
            [[path]]
            globs = ["new/odd.h"]
            rules = { implicit-hole = "info" }
        "#;
        let levels = levels(text);
        assert_eq!(severity(&levels, RULE, "/project/old/a.h"), None);
        assert_eq!(severity(&levels, RULE, "/project/new/a.h"), Some(Severity::Warning));
        assert_eq!(severity(&levels, RULE, "/project/new/x/../odd.h"), Some(Severity::Info));
        assert_eq!(severity(&levels, RULE, "/elsewhere/new/a.h"), None);
        assert_eq!(severity(&levels, "S001", "/project/old/a.h"), Some(Severity::Error));
    }

    #[test]
    fn the_command_line_goes_before_the_configuration() {
        let text = "profile = \"new\"\n[rules]\nL001 = \"error\"\nS001 = \"off\"\n";
        let with = |change: &dyn Fn(&mut Selection)| {
            let mut selection = Selection::default();
            change(&mut selection);
            Levels::new(&config(text), selection).unwrap()
        };
        let file = "/project/a.h";
        let ignored = with(&|s| s.ignore("implicit-hole").unwrap());
        assert_eq!(severity(&ignored, RULE, file), None);
        assert!(!ignored.may_report(registry::by_name(RULE).unwrap()));
        let levelled = with(&|s| s.set_level("L001", Level::Info).unwrap());
        assert_eq!(severity(&levelled, RULE, file), Some(Severity::Info));
        let others = with(&|s| s.select("S").unwrap());
        assert_eq!(severity(&others, RULE, file), None);
        assert_eq!(severity(&others, "S001", file), None, "a group does not wake what is off");
        let named = with(&|s| s.select("S001").unwrap());
        assert_eq!(severity(&named, "S001", file), None, "nor does a full name");
        let group = with(&|s| s.select("l0").unwrap());
        assert_eq!(severity(&group, RULE, file), Some(Severity::Error));
    }

    #[test]
    fn a_profile_of_the_command_line_replaces_every_profile() {
        let mut selection = Selection::default();
        selection.set_profile(Profile::Legacy);
        let text = "[[path]]\nglobs = [\"a.h\"]\nprofile = \"new\"\n";
        let levels = Levels::new(&config(text), selection.clone()).unwrap();
        assert_eq!(severity(&levels, RULE, "/project/a.h"), None);
        selection.select(RULE).unwrap();
        let named = Levels::new(&config(text), selection).unwrap();
        let woken = severity(&named, RULE, "/project/a.h");
        assert_eq!(woken, Some(Severity::Warning), "a full name wakes what a profile leaves off");
    }

    #[test]
    fn a_rule_that_no_profile_has_is_asked_for_by_its_name_or_given_a_level() {
        // P006 is a warning where it is on.
        let rule = registry::by_name("P006").unwrap();
        let selected = |names: &[&str]| {
            let mut selection = Selection::default();
            for name in names {
                selection.select(name).unwrap();
            }
            Levels::of_selection(selection)
        };
        for profile in ["new", "legacy"] {
            let levels = levels(&format!("profile = \"{profile}\"\n"));
            assert_eq!(severity(&levels, "P006", "/project/a.c"), None);
            assert!(!levels.may_report(rule));
        }
        assert_eq!(severity(&selected(&["P"]), "P006", "/project/a.c"), None, "a group is no name");
        let named = selected(&["P", "other-structure"]);
        assert_eq!(severity(&named, "P006", "/project/a.c"), Some(Severity::Warning));
        let configured = levels("[rules]\nP006 = \"error\"\n");
        assert_eq!(severity(&configured, "P006", "/project/a.c"), Some(Severity::Error));
    }

    #[test]
    fn unknown_rules_are_all_reported_with_their_places() {
        let text =
            "[rules]\nL0O1 = \"off\"\n[[path]]\nglobs = [\"x\"]\nrules = { nope = \"off\" }\n";
        let errors = Levels::new(&config(text), Selection::default()).unwrap_err();
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(texts.join("\n\n"));
    }

    #[test]
    fn a_rule_that_is_off_everywhere_does_not_run() {
        let rule = registry::by_name(RULE).unwrap();
        assert!(!levels("[rules]\nL001 = \"off\"\n").may_report(rule));
        assert!(!levels("profile = \"legacy\"\n").may_report(rule));
        let one_path = "[rules]\nL001 = \"off\"\n[[path]]\nglobs=[\"a\"]\nrules.L001 = \"info\"\n";
        assert!(levels(one_path).may_report(rule));
    }

    #[test]
    fn selecting_nothing_that_exists_is_an_error() {
        let mut selection = Selection::default();
        assert_eq!(selection.select("Q").unwrap_err().name, "Q");
        assert_eq!(selection.ignore("").unwrap_err().name, "");
        assert_eq!(selection.set_level("L", Level::Off).unwrap_err().name, "L");
    }
}
