//! `ioctl-lint rules`.

use clap::{Args, ValueEnum};
use ioctl_lint::docs::level_name;
use ioctl_lint::registry;
use serde::Serialize;

use super::failure::Failure;
use super::terminal::Terminal;
use super::{Outcome, table};

/// List every rule
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How to list them
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: ListFormat,
}

/// How to list things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ListFormat {
    /// A line each
    #[default]
    Table,
    /// An array of objects
    Json,
}

#[derive(Serialize)]
struct Entry {
    code: &'static str,
    slug: &'static str,
    new: &'static str,
    legacy: &'static str,
    summary: &'static str,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let entries: Vec<Entry> = registry::all()
        .iter()
        .map(|rule| Entry {
            code: rule.code,
            slug: rule.slug,
            new: level_name(rule.new_severity()),
            legacy: level_name(rule.legacy_severity()),
            summary: rule.summary,
        })
        .collect();
    terminal.print(|out, style| match arguments.format {
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &entries)?;
            writeln!(out)
        }
        ListFormat::Table => {
            let rows: Vec<[String; 5]> = entries
                .iter()
                .map(|rule| {
                    [rule.code, rule.slug, rule.new, rule.legacy, rule.summary].map(str::to_owned)
                })
                .collect();
            table::write(out, style, ["code", "slug", "new", "legacy", "what"], &rows)
        }
    })?;
    Ok(Outcome::Clean)
}
