//! What people have written of a driver, in a module's own folder.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::includes;
use super::kept::refuse_changed_by_mail;
use super::refusal::Refusal;
use crate::module::Header;
use crate::{describe, read_below};

/// The sources and hooks of a driver that people have written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The module's folder.
    pub(super) folder: PathBuf,
    /// Names and texts, by name. They take the places of ours.
    pub(super) files: Vec<(String, String)>,
    /// The hooks of the test.
    pub(super) hooks: Option<String>,
}

impl Written {
    /// Reads the sources next to a module's `gen/`, with their includes changed for a flat folder.
    ///
    /// # Errors
    /// A source that cannot be read or cannot go into the tree, and a missing `NAME_main.c`.
    pub fn read(module: &Path, name: &str) -> Result<Self, Refusal> {
        let mut files = Vec::new();
        for file in sources(module)? {
            let path = module.join(&file);
            let Some(text) = read(module, &path)? else { continue };
            files.push((file, moved(&path, &text, name)?));
        }
        let main = format!("{name}_main.c");
        if !files.iter().any(|(file, _)| *file == main) {
            return Err(Refusal::of(&module.join(&main), "is missing: it has the driver"));
        }
        let hooks = module.join(format!("tests/{name}_hooks.h"));
        let hooks = match read(module, &hooks)? {
            Some(text) => Some(moved(&hooks, &text, name)?),
            None => None,
        };
        Ok(Self { folder: module.to_owned(), files, hooks })
    }

    /// What kbuild makes of the sources: `echo_main.o`, which is the first.
    pub fn objects(&self, name: &str) -> Vec<String> {
        let stems = self.files.iter().filter_map(|(file, _)| file.strip_suffix(".c"));
        let mut objects: Vec<String> = stems.map(|stem| format!("{stem}.o")).collect();
        let main = format!("{name}_main.o");
        objects.sort_by_key(|object| *object != main);
        objects
    }
}

/// The names of the sources in a module's folder, sorted.
fn sources(module: &Path) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::new();
    for entry in fs::read_dir(module).map_err(|error| unreadable(module, &error))? {
        let name = entry.map_err(|error| unreadable(module, &error))?.file_name();
        let extension = Path::new(&name).extension().and_then(OsStr::to_str);
        // What kbuild leaves in a module's folder is none of its source.
        let is_of_kbuild = name.as_encoded_bytes().ends_with(b".mod.c");
        if !matches!(extension, Some("c" | "h")) || is_of_kbuild {
            continue;
        }
        let plain = name.to_str().filter(|name| is_plain(name)).ok_or_else(|| {
            let message = "a source of a driver is named with letters, digits, `_` and `-`";
            Refusal::of(&module.join(&name), message).help("rename it")
        })?;
        names.push(plain.to_owned());
    }
    names.sort();
    Ok(names)
}

/// Names stand in patches and in a Makefile.
fn is_plain(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    name.rsplit_once('.').is_some_and(|(stem, _)| !stem.is_empty() && stem.bytes().all(is_letter))
}

fn read(module: &Path, path: &Path) -> Result<Option<String>, Refusal> {
    let bytes = read_below(module, path).map_err(|error| unreadable(path, &error))?;
    let text = bytes.map(String::from_utf8).transpose();
    text.map_err(|_| Refusal::of(path, "is not UTF-8"))
}

/// The text as it goes into the tree.
fn moved(path: &Path, text: &str, name: &str) -> Result<String, Refusal> {
    refuse_changed_by_mail(path, text)?;
    if text.contains(&format!("gen/{name}_bench.h")) {
        let message = "includes the benchmark entry points, which do not belong in the kernel tree";
        return Err(Refusal::of(path, message)
            .help("leave out what has `bench` in its name, and its `#include`"));
    }
    let text = includes::flat(text);
    if let Some(line) = includes::left_in(&text) {
        let message =
            format!("line {line}: includes a file of `gen/`, which the kernel tree does not have");
        return Err(Refusal::of(path, message).help("spell it `#include \"gen/NAME.h\"`"));
    }
    Ok(text)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::of(path, format!("cannot read: {}", describe(error)))
}

/// Refuses a UAPI header that cannot go into the tree as it is.
///
/// # Errors
/// Carriage returns, a license that programs cannot use, and includes of headers that are not installed.
pub fn refuse_header(path: &Path, header: &Header) -> Result<(), Refusal> {
    let Header::Copied { text, beside } = header else { return Ok(()) };
    refuse_changed_by_mail(path, text)?;
    refuse_license(path, text)?;
    if beside.is_empty() {
        return Ok(());
    }
    let message = "includes other headers of the project, which the series does not install";
    let help = "move what it needs into this header, the only one that is installed";
    Err(Refusal::of(path, message).help(help))
}

/// `make headers_install` ends with an error where a header does not say that programs may use it.
fn refuse_license(header: &Path, text: &str) -> Result<(), Refusal> {
    let states = |line: &str| {
        line.contains("SPDX-License-Identifier:")
            && (!line.contains("GPL-") || line.contains("WITH Linux-syscall-note"))
    };
    if text.lines().any(states) {
        return Ok(());
    }
    let help =
        "begin it with `/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */`";
    let message = "the license of a UAPI header needs `WITH Linux-syscall-note`";
    Err(Refusal::of(header, message).help(help))
}
