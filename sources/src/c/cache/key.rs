//! How an entry was made: everything besides files that what is read depends on.

use std::env;
use std::path::{Path, PathBuf};

use twox_hash::XxHash3_128;

use super::FORMAT;
use crate::c::Request;
use crate::c::driver::locate;
use crate::c::look::Stamp;

/// Variables by which a compiler finds other files, or reads its arguments otherwise. Nobody keeps
/// track of what they lead to.
const VARIABLES: [&str; 4] = ["CPATH", "C_INCLUDE_PATH", "CCC_OVERRIDE_OPTIONS", "SDKROOT"];

/// Options whose files the front end looks for by itself, so that they are on record.
const OPTIONS: [&str; 9] =
    ["-D", "-U", "-I", "-isystem", "-include", "-std=", "-W", "-f", "-nostdinc"];

/// The key of a request; none for one whose input cannot be kept track of.
pub(super) fn of(request: &Request) -> Option<String> {
    let is_known = |word: &String| !word.starts_with('-') || starts_with_any(word, &OPTIONS);
    if request.compile_commands.is_some()
        || !request.overlay.is_empty()
        || !request.compiler_arguments.iter().all(is_known)
        || request.compiler_arguments.iter().any(|word| word.starts_with('@'))
        || VARIABLES.iter().any(|name| env::var_os(name).is_some())
    {
        return None;
    }
    // The program itself stands for its version: one that was built anew may read otherwise.
    let program = of_file(&env::current_exe().ok()?)?;
    let libraries: Vec<(PathBuf, String)> = locate::libraries()
        .into_iter()
        .map(|library| of_file(&library).map(|file| (library, file)))
        .collect::<Option<_>>()?;
    // Where nothing is relative, all folders share an entry.
    let is_relative =
        request.paths.iter().chain(&request.search_dirs()).any(|path| path.is_relative());
    let has_arguments =
        !request.compiler_arguments.is_empty() || !request.configured.arguments.is_empty();
    let here = if is_relative || has_arguments { Some(env::current_dir().ok()?) } else { None };
    let made_by = (FORMAT, env!("CARGO_PKG_VERSION"), program, libraries);
    Some(format!("{:?}", (made_by, here, request)))
}

/// What tells a file from another version of it. A link more to it, as tools make for themselves, is
/// no other version.
fn of_file(path: &Path) -> Option<String> {
    let Stamp { device, inode, size, modified, .. } = Stamp::of(path)?;
    Some(format!("{device} {inode} {size} {modified:?}"))
}

fn starts_with_any(word: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| word.starts_with(start))
}

/// The name of the entry's file. Two keys of one name only cost each other their entries: the
/// whole key is in the entry.
pub(super) fn name(key: &str) -> PathBuf {
    Path::new(&format!("{:032x}", XxHash3_128::oneshot(key.as_bytes()))).to_owned()
}
