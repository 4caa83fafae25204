//! `compile_commands.json`: how a header's neighbours are compiled.

use std::path::{Path, PathBuf};

use ioctlkit_model::{Problem, ProblemKind};
use serde::Deserialize;

/// One entry of a compilation database (clang's "JSON Compilation Database Format").
#[derive(Debug, Deserialize)]
struct Entry {
    directory: PathBuf,
    file: PathBuf,
    #[serde(default)]
    command: Option<String>,
    #[serde(default)]
    arguments: Option<Vec<String>>,
}

/// The arguments that matter to a header in `folder`: those of the file in the database that lies
/// closest to it.
pub(crate) fn arguments(database: &Path, header: Option<&Path>) -> Result<Vec<String>, Problem> {
    let path = if database.is_dir() {
        database.join("compile_commands.json")
    } else {
        database.to_owned()
    };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| crate::c::discover::unreadable(&path, &error))?;
    let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| Problem {
        kind: ProblemKind::Failure,
        path: Some(path.clone()),
        span: None,
        message: format!("not a compilation database: {error}"),
        help: Some("generate it anew, for example with `make compile_commands.json`".into()),
    })?;
    let wanted = header.and_then(|header| std::path::absolute(header).ok()).unwrap_or_default();
    let closest = entries.iter().max_by_key(|entry| {
        let file = entry.directory.join(&entry.file);
        file.components().zip(wanted.components()).take_while(|(a, b)| a == b).count()
    });
    Ok(closest.map(relevant).unwrap_or_default())
}

/// The search folders and macros of an entry, with folders made absolute. Those of the kernel's
/// own side are left out: a UAPI header is read as user space reads it.
fn relevant(entry: &Entry) -> Vec<String> {
    let words = match (&entry.arguments, &entry.command) {
        (Some(arguments), _) => arguments.clone(),
        (None, Some(command)) => shlex::split(command).unwrap_or_default(),
        (None, None) => Vec::new(),
    };
    let mut kept = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let flag = ["-isystem", "-iquote", "-include", "-I", "-D", "-U"]
            .into_iter()
            .find(|flag| word.starts_with(flag));
        let Some(flag) = flag else { continue };
        let value = if word.len() > flag.len() {
            word[flag.len()..].to_owned()
        } else {
            match words.next() {
                Some(value) => value,
                None => break,
            }
        };
        if matches!(flag, "-D" | "-U") {
            if value != "__KERNEL__" && !value.starts_with("__KERNEL__=") {
                kept.push(format!("{flag}{value}"));
            }
            continue;
        }
        let folder = entry.directory.join(&value);
        let text = folder.display().to_string();
        let kernel_side = text.contains("/include") && !text.contains("uapi") && {
            folder.ancestors().any(|above| above.join("include/uapi/linux").is_dir())
        };
        if !kernel_side {
            kept.push(flag.to_owned());
            kept.push(text);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_folders_and_macros_are_kept_and_the_kernel_side_is_not() {
        let entry = Entry {
            directory: "/src".into(),
            file: "a.c".into(),
            command: Some("gcc -Iinc -I /abs -DX=1 -D__KERNEL__ -O2 -isystem sys -c a.c".into()),
            arguments: None,
        };
        assert_eq!(
            relevant(&entry),
            ["-I", "/src/inc", "-I", "/abs", "-DX=1", "-isystem", "/src/sys"]
        );
    }
}
