//! `ioctl-lint.toml`: what it may say, where it is found, and what is wrong with it.
//!
//! Rules are named by code or slug and not looked up here: [`Levels`](crate::Levels) does that,
//! where the registry and the configuration meet.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ioctlkit_abi::{ABIS, Abi, AbiSet};
use ioctlkit_model::{Problem, ProblemKind, Severity, SourceMap, Span};
use ioctlkit_sources::c::{self, AllowedArgument};
use ioctlkit_sources::reading::{self, ReadError, limit};
use ioctlkit_sources::rust::{FeatureName, Features, Missing};
use serde::Deserialize;
use toml::Spanned;

use crate::files;
use crate::suggest::did_you_mean;

/// The name of the file.
pub const FILE_NAME: &str = "ioctl-lint.toml";

/// Which severities rules start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// An interface that nobody uses yet: everything can still be changed.
    #[default]
    New,
    /// An interface in use: only what breaks a user of it.
    Legacy,
}

/// What a configuration or a command line says of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Not reported.
    Off,
    /// Reported as worth knowing.
    Info,
    /// Reported as a warning.
    Warning,
    /// Reported as an error.
    Error,
}

impl Level {
    /// The severity, unless off.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// From which severity on a finding fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// Any finding.
    Info,
    /// A warning or an error.
    #[default]
    Warning,
    /// An error.
    Error,
    /// No finding.
    Never,
}

impl FailOn {
    /// Whether a finding of that severity fails the run.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Info => true,
            Self::Warning => severity >= Severity::Warning,
            Self::Error => severity >= Severity::Error,
            Self::Never => false,
        }
    }
}

/// A configuration. Paths in it are relative to the folder that it is in, and made absolute here
/// where that folder is.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file, as it is shown.
    pub file: PathBuf,
    /// The profile.
    pub profile: Option<Profile>,
    /// `[rules]`, in the order of the file.
    pub rules: Vec<RuleLevel>,
    /// `[[path]]`, in the order of the file: later ones win.
    pub paths: Vec<PathSettings>,
    /// The ABIs to look at.
    pub abis: Option<AbiSet>,
    /// Folders that are searched for included headers before all others.
    pub include_dirs: Vec<PathBuf>,
    /// Macros.
    pub defines: Vec<AllowedArgument>,
    /// Further arguments for the compiler.
    pub compiler_arguments: Vec<AllowedArgument>,
    /// The features that Rust packages are read with.
    pub features: Features,
    /// C headers that Rust sources are compared with, such as `linux/kvm.h`.
    pub against: Vec<String>,
    /// Findings that are accepted.
    pub baseline: Option<PathBuf>,
    /// What fails the run.
    pub fail_on: Option<FailOn>,
    text: Arc<str>,
}

/// One line of `[rules]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLevel {
    /// Code or slug, as written.
    pub rule: String,
    /// The level.
    pub level: Level,
    /// Where the name is written.
    place: Range<usize>,
}

/// One `[[path]]` table.
#[derive(Debug, Clone)]
pub struct PathSettings {
    /// The files that it is about.
    pub globs: PathGlobs,
    /// The profile there.
    pub profile: Option<Profile>,
    /// The rules there.
    pub rules: Vec<RuleLevel>,
    /// C headers that Rust sources there are compared with, besides those of the whole.
    pub against: Vec<String>,
}

/// Patterns for files, relative to the configuration's folder.
///
/// A pattern without a slash is compared with the file's name; one with a slash with the whole
/// relative path, where `*` stops at a slash and `**` does not. A pattern that names a folder
/// covers everything below it.
#[derive(Debug, Clone)]
pub struct PathGlobs {
    names: GlobSet,
    paths: GlobSet,
}

impl PathGlobs {
    /// Compiles patterns.
    ///
    /// # Errors
    /// The index of the pattern that is wrong, and why.
    pub fn new<'a>(
        patterns: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, (usize, globset::Error)> {
        let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        let mut last = 0;
        for (index, pattern) in patterns.into_iter().enumerate() {
            last = index;
            let glob = |pattern: &str| {
                GlobBuilder::new(pattern).literal_separator(true).build().map_err(|e| (index, e))
            };
            let path = pattern.trim_start_matches("./").trim_end_matches('/');
            if !pattern.contains('/') {
                names.add(glob(pattern)?);
            }
            paths.add(glob(path)?);
            paths.add(glob(&format!("{path}/**"))?);
        }
        let names = names.build().map_err(|error| (last, error))?;
        let paths = paths.build().map_err(|error| (last, error))?;
        Ok(Self { names, paths })
    }

    /// Whether the file at `path`, relative to the configuration's folder, is meant.
    pub fn matches(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|name| self.names.is_match(name)) || self.paths.is_match(path)
    }
}

/// The file as serde sees it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Raw {
    profile: Option<Profile>,
    rules: RawRules,
    path: Vec<RawPath>,
    abis: Option<Vec<Spanned<String>>>,
    include_dirs: Vec<PathBuf>,
    defines: Vec<Spanned<String>>,
    compiler_arguments: Vec<Spanned<String>>,
    features: RawFeatures,
    default_features: Option<Spanned<bool>>,
    against: Vec<Spanned<String>>,
    baseline: Option<PathBuf>,
    fail_on: Option<FailOn>,
}

/// `"all"`, or a list of names.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`features` is \"all\" or a list of names")]
enum RawFeatures {
    Every(AllFeatures),
    Named(Vec<String>),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AllFeatures {
    All,
}

impl Default for RawFeatures {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawPath {
    globs: Spanned<Vec<Spanned<String>>>,
    profile: Option<Profile>,
    #[serde(default)]
    rules: RawRules,
    #[serde(default)]
    against: Vec<Spanned<String>>,
}

type RawRules = BTreeMap<Spanned<String>, Level>;

/// The configuration for a path: the nearest `ioctl-lint.toml` in its folder or one above it.
pub fn find(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let folder = if absolute.is_dir() { Some(absolute.as_path()) } else { absolute.parent() };
    // What has the name and is no file is not passed over: it would be another configuration that holds.
    let is_there = |file: &PathBuf| file.symlink_metadata().is_ok_and(|data| !data.is_dir());
    folder?.ancestors().map(|folder| folder.join(FILE_NAME)).find(is_there)
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let bytes = reading::stays_in_folder(file)
            .and_then(|()| reading::read_bytes(file, limit::CONFIGURATION))
            .map_err(|error| ConfigError::unreadable(file, &error))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            // What is before the place is valid, so the replacement starts at the same byte.
            ConfigError::at(file, text.into(), at..at, "a byte that is not UTF-8".into(), None)
        })?;
        Self::parse(file, text.into())
    }

    /// Parses a configuration; `file` is what relative paths in it are beside.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(file: &Path, text: Arc<str>) -> Result<Self, ConfigError> {
        let raw: Raw =
            toml::from_str(&text).map_err(|error| ConfigError::parse(file, &text, &error))?;
        let fail = |range, message, help| ConfigError::at(file, text.clone(), range, message, help);
        let folder = file.parent().unwrap_or(Path::new(""));
        let abis = raw.abis.map(|names| abi_set(&names, fail)).transpose()?;
        let paths = raw.path.into_iter().map(|path| path_settings(path, fail));
        let features = features(raw.features, raw.default_features.as_ref(), fail)?;
        Ok(Self {
            file: file.to_owned(),
            profile: raw.profile,
            rules: rule_levels(raw.rules),
            paths: paths.collect::<Result<_, _>>()?,
            abis,
            include_dirs: include_dirs(&raw.include_dirs, folder),
            defines: defines(&raw.defines, fail)?,
            compiler_arguments: compiler_arguments(&raw.compiler_arguments, folder, fail)?,
            features,
            against: header_names(raw.against, fail)?,
            baseline: raw.baseline.map(|baseline| folder.join(baseline)),
            fail_on: raw.fail_on,
            text,
        })
    }

    /// The folder that path patterns are relative to.
    pub fn folder(&self) -> &Path {
        let folder = self.file.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    /// The C headers that the Rust source at `file` is compared with, in the order of the file.
    pub fn headers_against(&self, file: &Path) -> Vec<&str> {
        let file = files::normalised(file);
        let folder = files::normalised(self.folder());
        let relative = file.strip_prefix(&folder).unwrap_or(&file);
        let there = self.paths.iter().filter(|path| path.globs.matches(relative));
        self.against
            .iter()
            .chain(there.flat_map(|path| &path.against))
            .map(String::as_str)
            .collect()
    }

    /// An error about a rule that the configuration names.
    pub fn rule_error(
        &self,
        rule: &RuleLevel,
        message: String,
        help: Option<String>,
    ) -> ConfigError {
        ConfigError::at(&self.file, self.text.clone(), rule.place.clone(), message, help)
    }
}

fn rule_levels(raw: RawRules) -> Vec<RuleLevel> {
    let mut rules: Vec<RuleLevel> = raw
        .into_iter()
        .map(|(rule, level)| RuleLevel { place: rule.span(), rule: rule.into_inner(), level })
        .collect();
    rules.sort_by_key(|rule| rule.place.start);
    rules
}

fn path_settings(
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

/// Folders beside the configuration. An empty name is none.
fn include_dirs(names: &[PathBuf], folder: &Path) -> Vec<PathBuf> {
    let names = names.iter().filter(|name| !name.as_os_str().is_empty());
    names.map(|name| folder.join(name)).collect()
}

/// Macros. An empty text defines none.
fn defines(
    texts: &[Spanned<String>],
    fail: impl Fn(Range<usize>, String, Option<String>) -> ConfigError,
) -> Result<Vec<AllowedArgument>, ConfigError> {
    let texts = texts.iter().filter(|text| !text.get_ref().trim().is_empty());
    texts
        .map(|text| {
            AllowedArgument::define(text.get_ref()).ok_or_else(|| {
                let message = format!("`{}` defines no macro", text.get_ref().escape_debug());
                let help = "write `NAME`, `NAME=VALUE` or `NAME(PARAMETERS)=VALUE`";
                fail(text.span(), message, Some(help.into()))
            })
        })
        .collect()
}

/// What the compiler is told besides. A configuration comes with the tree that is checked, which may be
/// a stranger's, so it may not make the compiler run, load or write anything.
fn compiler_arguments(
    words: &[Spanned<String>],
    folder: &Path,
    fail: impl Fn(Range<usize>, String, Option<String>) -> ConfigError,
) -> Result<Vec<AllowedArgument>, ConfigError> {
    let texts: Vec<String> = words.iter().map(|word| word.get_ref().clone()).collect();
    let sorted = c::sort_arguments(&texts, folder);
    let Some(refused) = sorted.refused.first().and_then(|at| words.get(*at)) else {
        return Ok(sorted.allowed);
    };
    let text = refused.get_ref();
    let message = if TAKES_VALUE.contains(&text.as_str()) {
        format!("`{text}` has no value that it can take")
    } else {
        format!("a configuration may not pass `{}` to the compiler", text.escape_debug())
    };
    Err(fail(refused.span(), message, Some(MAY_PASS.into())))
}

/// The options that need a value.
const TAKES_VALUE: [&str; 8] =
    ["-D", "-U", "-I", "-isystem", "-iquote", "-idirafter", "-include", "-imacros"];

const MAY_PASS: &str = "`-D`, `-U`, `-I`, `-isystem`, `-iquote`, `-idirafter`, `-include`, `-imacros`, \
    `-std=`, and whether `char` is signed may stand here; give anything else on the command line, \
    behind `--`";

/// Headers by the names that includes have for them: a path may lead anywhere.
fn header_names(
    names: Vec<Spanned<String>>,
    fail: impl Fn(Range<usize>, String, Option<String>) -> ConfigError,
) -> Result<Vec<String>, ConfigError> {
    let is_name = |name: &str| {
        let mut parts = Path::new(name).components();
        parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
    };
    names
        .into_iter()
        .map(|name| {
            if is_name(name.get_ref()) {
                return Ok(name.into_inner());
            }
            let message = "a header to compare with is named as an include names it".to_owned();
            let help = "put its folder into `include-dirs`, or name it with `--against`";
            Err(fail(name.span(), message, Some(help.into())))
        })
        .collect()
}

fn features(
    raw: RawFeatures,
    default: Option<&Spanned<bool>>,
    fail: impl Fn(Range<usize>, String, Option<String>) -> ConfigError,
) -> Result<Features, ConfigError> {
    match (raw, default) {
        (RawFeatures::Every(AllFeatures::All), Some(default)) if !default.get_ref() => {
            let message = "the default features are among all of them";
            let help = "leave `default-features` out, or list the features that are wanted";
            Err(fail(default.span(), message.into(), Some(help.into())))
        }
        (RawFeatures::Every(AllFeatures::All), _) => Ok(Features::All),
        (RawFeatures::Named(names), default) => {
            let name = |name| FeatureName { name, missing: Missing::Said };
            Ok(Features::Chosen {
                names: names.into_iter().map(name).collect(),
                default: default.is_none_or(|default| *default.get_ref()),
            })
        }
    }
}

fn abi_set(
    names: &[Spanned<String>],
    fail: impl Fn(Range<usize>, String, Option<String>) -> ConfigError,
) -> Result<AbiSet, ConfigError> {
    let mut set = AbiSet::EMPTY;
    for name in names {
        let Some(abi) = Abi::by_name(name.get_ref()) else {
            let message = format!("unknown ABI `{}`", name.get_ref());
            return Err(fail(name.span(), message, Some(abi_help(name.get_ref()))));
        };
        set.insert(abi.id());
    }
    Ok(set)
}

/// What to say about an ABI's name that is in no row.
pub fn abi_help(name: &str) -> String {
    did_you_mean(name, ABIS.iter().map(|abi| abi.name))
        .unwrap_or_else(|| "`ioctl-lint abis` lists their names".into())
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    file: PathBuf,
    message: String,
    help: Option<String>,
    place: Option<(Arc<str>, Range<usize>)>,
}

impl ConfigError {
    fn at(
        file: &Path,
        text: Arc<str>,
        range: Range<usize>,
        message: String,
        help: Option<String>,
    ) -> Self {
        Self { file: file.to_owned(), message, help, place: Some((text, range)) }
    }

    fn unreadable(file: &Path, error: &ReadError) -> Self {
        let message = format!("cannot read the configuration: {error}");
        let help = match error {
            ReadError::Outside => Some("put a file there, or name another one with `--config`"),
            _ => None,
        };
        Self { file: file.to_owned(), message, help: help.map(str::to_owned), place: None }
    }

    fn parse(file: &Path, text: &Arc<str>, error: &toml::de::Error) -> Self {
        // serde's words are a programmer's. toml says the first where an enum's name is expected and, say, a number stands.
        let message = match error.message() {
            "wanted string or table" => "a name in quotation marks belongs here".into(),
            message => message
                .replace('\n', ", ")
                .replacen("unknown field", UNKNOWN_OPTION, 1)
                .replacen("unknown variant", UNKNOWN_VALUE, 1),
        };
        let help = help_for_parse_error(&message);
        // Without a place, such as for a missing field, the file as a whole is meant.
        let place = error.span().map(|range| (text.clone(), range));
        Self { file: file.to_owned(), message, help, place }
    }

    /// As a problem of the run, with the file's text added to `sources` so that the line can be
    /// shown.
    pub fn into_problem(self, sources: &mut SourceMap) -> Problem {
        let span = self.place.map(|(text, range)| {
            let file = sources.add(self.file.clone(), text);
            Span { file, start: range.start as u32, end: range.end as u32 }
        });
        Problem {
            kind: ProblemKind::Failure,
            path: Some(self.file),
            span,
            message: self.message,
            help: self.help,
        }
    }
}

const UNKNOWN_OPTION: &str = "unknown option";
const UNKNOWN_VALUE: &str = "unknown value";

/// serde quotes the name that it met first, and then those that it knows.
fn help_for_parse_error(message: &str) -> Option<String> {
    if !message.starts_with(UNKNOWN_OPTION) && !message.starts_with(UNKNOWN_VALUE) {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    did_you_mean(unknown, quoted)
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sources = SourceMap::default();
        let problem = self.clone().into_problem(&mut sources);
        write!(f, "{}", self.file.display())?;
        if let Some(span) = problem.span {
            let at = sources.position(span);
            write!(f, ":{}:{}", at.line, at.column)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(span) = problem.span {
            let file = sources.file(span.file);
            let at = sources.position(span);
            let line = file.text.get(file.line_range(at.line)).unwrap_or("");
            write!(f, "\n    {}", line.trim_end())?;
        }
        match &self.help {
            Some(help) => write!(f, "\n    help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(Path::new("/project/ioctl-lint.toml"), text.into())
    }

    fn error(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn every_option_is_read() {
        let config = parse(
            r#"
            profile = "legacy"
            abis = ["x86_64", "i386"]
            include-dirs = ["include", "/usr/include"]
            defines = ["A", "B=1"]
            compiler-arguments = ["-std=gnu11"]
            baseline = "ci/baseline.json"
            fail-on = "error"
            against = ["linux/kvm.h"]

            [rules]
            unfixed-integer = "off"
            L001 = "error"

            [[path]]
            globs = ["new/*.h"]
            profile = "new"
            rules = { L011 = "info" }
            against = ["asm/kvm.h"]
            "#,
        )
        .unwrap();
        assert_eq!(config.profile, Some(Profile::Legacy));
        assert_eq!(config.abis, Some(AbiSet::of(|abi| ["x86_64", "i386"].contains(&abi.name))));
        assert_eq!(
            config.include_dirs,
            [PathBuf::from("/project/include"), PathBuf::from("/usr/include")]
        );
        let passed = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            c::sort_arguments(&words, Path::new("/project")).allowed
        };
        assert_eq!(config.defines, passed(&["-DA", "-DB=1"]));
        assert_eq!(config.compiler_arguments, passed(&["-std=gnu11"]));
        assert_eq!(config.baseline, Some("/project/ci/baseline.json".into()));
        assert_eq!(config.fail_on, Some(FailOn::Error));
        assert_eq!(config.headers_against(Path::new("/project/a.rs")), ["linux/kvm.h"]);
        let new = config.headers_against(Path::new("/project/x/../new/a.h"));
        assert_eq!(new, ["linux/kvm.h", "asm/kvm.h"]);
        let rules: Vec<_> = config.rules.iter().map(|r| (r.rule.as_str(), r.level)).collect();
        assert_eq!(rules, [("unfixed-integer", Level::Off), ("L001", Level::Error)]);
        let path = &config.paths[0];
        assert!(path.globs.matches(Path::new("new/a.h")));
        assert!(!path.globs.matches(Path::new("old/a.h")));
        assert_eq!(path.profile, Some(Profile::New));
        assert_eq!(path.rules[0].rule, "L011");
    }

    #[test]
    fn an_empty_file_says_nothing() {
        let config = parse("").unwrap();
        assert_eq!(config.profile, None);
        assert!(config.rules.is_empty() && config.paths.is_empty());
    }

    #[test]
    fn errors_name_the_place_and_what_was_meant() {
        let texts = [
            "profle = \"new\"\n",
            "\nprofile = \"newer\"\n",
            "[rules]\nL001 = \"warn\"\n",
            "[rules]\nL001 = 1\n",
            "abis = [\"x86_64\", \"x86_46\"]\n",
            "abis = [\"vax\"]\n",
            "[[path]]\nglobs = [\"a.h\", \"[\"]\n",
            "[[path]]\nglobs = []\n",
            "[[path]]\nprofile = \"new\"\n",
            "[[path]]\nglob = [\"x\"]\n",
            "include_dirs = [\"x\"]\n",
            "fail-on = \"erorr\"\n",
            "profile = \n",
            "[rules\n",
            "L001 = \"off\"\nL001 = \"off\"\n",
        ];
        let errors: Vec<String> = texts.iter().map(|text| error(text)).collect();
        insta::assert_snapshot!(errors.join("\n\n"));
    }

    #[test]
    fn what_is_not_text_is_an_error_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE_NAME);
        std::fs::write(&file, b"profile = \"new\"\n# \xff\n").unwrap();
        let text = Config::read(&file).unwrap_err().to_string();
        assert!(text.contains(":2:3: a byte that is not UTF-8"), "{text}");
        let missing = Config::read(&folder.path().join("none.toml")).unwrap_err().to_string();
        assert!(missing.contains("cannot read the configuration"), "{missing}");
    }

    #[test]
    fn the_nearest_file_above_a_path_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(inner.join("x.h"), "").unwrap();
        let outer_file = folder.path().join(FILE_NAME);
        std::fs::write(&outer_file, "").unwrap();
        assert_eq!(find(&inner.join("x.h")), Some(outer_file.clone()));
        assert_eq!(find(&inner), Some(outer_file.clone()));
        let nearer = folder.path().join("a").join(FILE_NAME);
        std::fs::write(&nearer, "").unwrap();
        assert_eq!(find(&inner.join("x.h")), Some(nearer));
        assert_eq!(find(folder.path()), Some(outer_file));
    }

    #[test]
    fn patterns_mean_names_paths_and_folders() {
        let matches =
            |pattern: &str, path: &str| PathGlobs::new([pattern]).unwrap().matches(Path::new(path));
        assert!(matches("*.h", "a/b/c.h"));
        assert!(matches("kvm.h", "linux/kvm.h"));
        assert!(!matches("linux/*.h", "linux/dvb/x.h"));
        assert!(matches("linux/**/*.h", "linux/dvb/x.h"));
        assert!(matches("linux/**/*.h", "linux/x.h"));
        assert!(matches("linux", "linux/dvb/x.h"));
        assert!(matches("./linux/dvb/", "linux/dvb/x.h"));
        assert!(!matches("linux/dvb", "linux/dvbx/x.h"));
        assert!(PathGlobs::new(["a", "["]).is_err_and(|(index, _)| index == 1));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            let _ = parse(&text).map_err(|error| error.to_string());
        }

        #[test]
        fn no_text_of_toml_pieces_makes_the_parser_panic(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("[rules]\n"), Just("[[path]]\n"), Just("globs"), Just(" = "), Just("["),
                    Just("]"), Just("\"é*\""), Just("\"{\""), Just("L001"), Just("profile"),
                    Just("\"new\""), Just("abis"), Just("\n"), Just(","), Just("'"), Just("\\"),
                ],
                0..24,
            )
        ) {
            let _ = parse(&pieces.concat()).map_err(|error| error.to_string());
        }
    }
}
