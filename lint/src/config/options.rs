//! What single options may say.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use ioctlkit_abi::{ABIS, Abi, AbiSet};
use ioctlkit_sources::c::{self, AllowedArgument};
use ioctlkit_sources::rust::{FeatureName, Features, Missing};
use toml::Spanned;

use super::ConfigError;
use super::raw::{AllFeatures, RawFeatures};
use crate::suggest::did_you_mean;

/// Folders beside the configuration. An empty name is none.
pub(super) fn include_dirs(names: &[PathBuf], folder: &Path) -> Vec<PathBuf> {
    let names = names.iter().filter(|name| !name.as_os_str().is_empty());
    names.map(|name| folder.join(name)).collect()
}

/// Macros. An empty text defines none.
pub(super) fn defines(
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

/// Further arguments for the compiler. A configuration comes with the tree that is checked, which may be
/// a stranger's, so it may not make the compiler run, load or write anything.
pub(super) fn compiler_arguments(
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
pub(super) fn header_names(
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

pub(super) fn features(
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

pub(super) fn abi_set(
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
