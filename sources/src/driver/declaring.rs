//! Which headers define the commands that driver source names, where nobody named these headers.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ioctlkit_model::{DriverCode, Problem};
use rayon::prelude::*;

use super::Request;
use crate::c::database::{self, Database};
use crate::c::is_kernel_root;
use crate::overlay;
use crate::reading::{limit, read_bytes};
use crate::walk::{Step, is_hidden, walk};

/// Where kernel headers are installed, as distributions do.
const INSTALLED: [&str; 8] =
    ["linux", "drm", "misc", "mtd", "rdma", "scsi", "sound", "asm-generic"];

/// The headers of the kernel tree around the source, else the installed ones, and those in folders that its
/// build searches, that define a command which the source names. A database that cannot be used becomes a
/// problem.
pub(super) fn headers(
    request: &Request,
    code: &DriverCode,
    problems: &mut Vec<Problem>,
) -> Vec<PathBuf> {
    let labels = code.handlers.iter().flat_map(|handler| &handler.commands);
    let names: HashSet<&[u8]> = labels.map(|command| command.name.as_bytes()).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let reach = request.reach();
    let mut headers: Vec<PathBuf> = Vec::new();
    for folder in folders(request, problems) {
        let _ = walk(
            &folder,
            &reach,
            |folder| !is_hidden(folder),
            |step| {
                if let Step::File(path) = step
                    && path.extension().is_some_and(|extension| extension == "h")
                {
                    headers.push(path.to_owned());
                }
                ControlFlow::Continue(())
            },
        );
    }
    let mut seen = HashSet::new();
    headers.retain(|path| seen.insert(path.clone()));
    let declares = |path: PathBuf| {
        let text = read_bytes(&path, limit::SOURCE).ok()?;
        defines_one(&text, &names).then_some(path)
    };
    headers.into_par_iter().filter_map(overlay::carried(declares)).collect()
}

fn folders(request: &Request, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut folders = searched_by_build(request, problems);
    // A build that names the kernel's exported headers means these, and not the installed ones.
    let names_exported = folders.iter().any(|folder| folder.ends_with("uapi"));
    for path in &request.paths {
        let Ok(absolute) = overlay::canonicalize(path) else { continue };
        if is_kernel_root(&absolute) {
            // Its headers are read as they are.
            continue;
        }
        if overlay::is_file(&absolute)
            && let Some(folder) = path.parent()
        {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            folders.push(folder.to_owned());
        }
        if let Some(root) = kernel_around(path, &absolute) {
            folders.push(root.join("include/uapi"));
        } else if !names_exported {
            let include = Path::new("/usr/include");
            folders.extend(INSTALLED.iter().map(|name| include.join(name)));
        }
    }
    folders.sort();
    folders.dedup();
    folders
}

/// Folders that the source's build searches for headers. Of a kernel, only what it exports declares commands.
fn searched_by_build(request: &Request, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let (given, database) = (&request.include_dirs, request.compile_commands.as_deref());
    let mut folders = Database::folders(given, database, &request.paths, problems);
    folders.retain(|folder| !database::is_kernels_own(folder));
    folders
}

/// The kernel tree that a path lies in, spelled as the path is where that can be.
pub(super) fn kernel_around(path: &Path, absolute: &Path) -> Option<PathBuf> {
    let is_root = |above: &&Path| {
        let is_here = above.as_os_str().is_empty();
        is_kernel_root(if is_here { Path::new(".") } else { above })
    };
    let root = path.ancestors().find(is_root).or_else(|| absolute.ancestors().find(is_root));
    root.map(Path::to_owned)
}

/// Whether a text has `#define NAME` for one of the names.
fn defines_one(text: &[u8], names: &HashSet<&[u8]>) -> bool {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let behind_blanks = |text: &'_ [u8]| text.iter().take_while(|byte| is_blank(byte)).count();
    memchr::memchr_iter(b'#', text).any(|at| {
        let in_front = text[..at].iter().rev().find(|byte| !is_blank(byte));
        if in_front.is_some_and(|byte| *byte != b'\n') {
            return false;
        }
        let directive = &text[at + 1..];
        let directive = &directive[behind_blanks(directive)..];
        let Some(rest) = directive.strip_prefix(b"define") else { return false };
        let rest = &rest[behind_blanks(rest)..];
        let end = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))
            .unwrap_or(rest.len());
        names.contains(&rest[..end])
    })
}
