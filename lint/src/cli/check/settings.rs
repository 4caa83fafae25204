//! `check --show-settings`: what holds for each path, as a configuration would say it. The severities are those of
//! the first path of each group.

use std::io::{self, Write};
use std::path::Path;

use ioctl_lint::docs::level_name;
use ioctl_lint::registry;
use ioctlkit_abi::AbiSet;
use ioctlkit_report::Style;
use ioctlkit_report::visible::ShownPath as _;

use super::{Prepared, Scope};
use crate::cli::terminal::bold;
use crate::cli::word;

/// Writes the settings of each group of paths with one configuration.
pub(super) fn write(
    prepared: &[Prepared],
    scope: &Scope,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (place, group) in prepared.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        write_group(group, scope, style, out)?;
    }
    Ok(())
}

fn write_group(
    prepared: &Prepared,
    scope: &Scope,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let config = prepared.group.config.as_ref();
    let paths = prepared.group.paths();
    let shown: Vec<String> = paths.iter().map(|path| path.shown()).collect();
    writeln!(out, "{}", bold(&format!("# {}", shown.join(" ")), style))?;
    match config {
        Some(config) => writeln!(out, "# configuration: {}", config.file.shown())?,
        None => writeln!(out, "# no configuration")?,
    }
    let profile = scope.profile.or(config.and_then(|config| config.profile)).unwrap_or_default();
    writeln!(out, "profile = {}", quoted(&word(&profile)))?;
    writeln!(out, "fail-on = {}", quoted(&word(&prepared.fail_on)))?;
    if let Some(baseline) = config.and_then(|config| config.baseline.as_deref()) {
        writeln!(out, "baseline = {}", quoted(&baseline.to_string_lossy()))?;
    }
    let abis = prepared.group.abis();
    if abis != AbiSet::ALL {
        let names: Vec<String> = abis.iter().map(|abi| abi.abi().name.to_owned()).collect();
        write_list("abis", &names, out)?;
    }
    for (key, values) in prepared.group.settings() {
        write_list(key, &values, out)?;
    }
    let headers = config.map(|config| &config.against[..]).unwrap_or_default();
    write_list("against", &[headers, &scope.against].concat(), out)?;
    writeln!(out, "\n[rules]")?;
    let at = paths.first().map_or(Path::new("."), |path| path.as_path());
    for rule in registry::all() {
        let level = level_name(prepared.levels.severity(rule, at));
        writeln!(out, "{} = {}  # {}", rule.slug, quoted(level), rule.code)?;
    }
    for path in config.map(|config| &config.paths[..]).unwrap_or_default() {
        writeln!(out, "\n[[path]]")?;
        write_list("globs", path.globs.patterns(), out)?;
        if let Some(profile) = path.profile {
            writeln!(out, "profile = {}", quoted(&word(&profile)))?;
        }
        write_list("against", &path.against, out)?;
        if !path.rules.is_empty() {
            writeln!(out, "[path.rules]")?;
        }
        for rule in &path.rules {
            writeln!(out, "{} = {}", rule.rule, quoted(&word(&rule.level)))?;
        }
    }
    Ok(())
}

fn write_list(key: &str, values: &[String], out: &mut dyn Write) -> io::Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    writeln!(out, "{key} = [{}]", values.join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
