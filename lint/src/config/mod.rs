//! `ioctl-lint.toml`: what it may say, where it is found, and what is wrong with it.
//!
//! Rules are named by code or slug and not looked up here: [`Levels`](crate::Levels) does that,
//! where the registry and the configuration meet.

mod error;
mod globs;
mod options;
mod raw;
mod rule_levels;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::Severity;
use ioctlkit_sources::c::AllowedArgument;
use ioctlkit_sources::reading::{self, limit};
use ioctlkit_sources::rust::Features;
use serde::Deserialize;

use crate::files;
pub use error::ConfigError;
pub use globs::PathGlobs;
pub use options::abi_help;
use options::{abi_set, compiler_arguments, defines, features, header_names, include_dirs};
use raw::Raw;
use rule_levels::{path_settings, rule_levels};

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

#[cfg(test)]
mod tests;
