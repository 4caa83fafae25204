//! The file as serde sees it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::{FailOn, Level, Profile};

/// The file as serde sees it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Raw {
    pub(super) profile: Option<Profile>,
    pub(super) rules: RawRules,
    pub(super) path: Vec<RawPath>,
    pub(super) abis: Option<Vec<Spanned<String>>>,
    pub(super) include_dirs: Vec<PathBuf>,
    pub(super) defines: Vec<Spanned<String>>,
    pub(super) compiler_arguments: Vec<Spanned<String>>,
    pub(super) features: RawFeatures,
    pub(super) default_features: Option<Spanned<bool>>,
    pub(super) against: Vec<Spanned<String>>,
    pub(super) baseline: Option<PathBuf>,
    pub(super) fail_on: Option<FailOn>,
}

/// `"all"`, or a list of names.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`features` is \"all\" or a list of names")]
pub(super) enum RawFeatures {
    Every(AllFeatures),
    Named(Vec<String>),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AllFeatures {
    All,
}

impl Default for RawFeatures {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawPath {
    pub(super) globs: Spanned<Vec<Spanned<String>>>,
    pub(super) profile: Option<Profile>,
    #[serde(default)]
    pub(super) rules: RawRules,
    #[serde(default)]
    pub(super) against: Vec<Spanned<String>>,
}

pub(super) type RawRules = BTreeMap<Spanned<String>, Level>;
