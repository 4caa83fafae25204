//! What `ioctl-lint dump` wrote, read back.
//!
//! A dump holds names, numbers and layouts, and no text: places are lines of the files that it
//! names, which are empty here. Types are taken from their spelling, so that what is read back has
//! the layouts that the dump was made from.

mod build;
mod groups;
mod raw;
mod spelled;

use std::path::Path;

use ioctlkit_model::{Interface, Problem, ProblemKind};

use crate::reading::{self, limit};

/// The versions of the format that are known.
const VERSIONS: std::ops::RangeInclusive<u32> = 1..=2;

/// Reads a dump.
///
/// # Errors
/// What is wrong with the file, with its path.
pub fn read(path: &Path) -> Result<(Interface, Vec<Problem>), Problem> {
    let failure = |message: String, help: &str| Problem {
        kind: ProblemKind::Failure,
        path: Some(path.to_owned()),
        span: None,
        message,
        help: Some(help.to_owned()),
    };
    let text = reading::read_text(path, limit::RECORDS)
        .map_err(|error| failure(format!("cannot read: {error}"), "check the path"))?;
    parse(&text).map_err(|message| failure(message, "`ioctl-lint dump` writes such a file"))
}

/// Reads the text of a dump.
///
/// # Errors
/// Why it is none.
pub fn parse(text: &str) -> Result<(Interface, Vec<Problem>), String> {
    let version: raw::Version = serde_json::from_str(text).map_err(|error| no_dump(&error))?;
    if !VERSIONS.contains(&version.version) {
        let (first, last) = (VERSIONS.start(), VERSIONS.end());
        return Err(format!(
            "the dump has version {}, and versions {first} to {last} are known",
            version.version
        ));
    }
    let mut raw: raw::Dump = serde_json::from_str(text).map_err(|error| no_dump(&error))?;
    let wide = raw.with_64_bit_time.take();
    let (mut interface, mut problems) = build::interface(&raw);
    if let Some(wide) = wide {
        let (wide, of_wide) = build::interface(&wide.into_dump(raw.abi_sets));
        problems
            .extend(of_wide.into_iter().filter(|one| !problems.contains(one)).collect::<Vec<_>>());
        interface.wide_time = Some(Box::new(wide));
    }
    Ok((interface, problems))
}

fn no_dump(error: &serde_json::Error) -> String {
    format!("no dump: {}", reading::json_place(error))
}
