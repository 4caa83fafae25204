//! What is on standard input, judged as if it were a file.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ioctlkit_sources::Overlay;
use ioctlkit_sources::reading::{Size, limit};

use crate::cli::failure::Failure;

/// The path that stands for standard input.
const ITSELF: &str = "-";

/// The paths with the file's name in place of `-`, and the overlay in which that file has the text that is on
/// standard input.
pub(super) fn in_place(
    paths: &[PathBuf],
    name: Option<&Path>,
) -> Result<(Vec<PathBuf>, Overlay), Failure> {
    let mut overlay = Overlay::default();
    let is_asked_for = paths.iter().any(|path| is_standard_input(path));
    match (is_asked_for, name) {
        (false, None) => {}
        (false, Some(_)) => {
            return Err(Failure::new(
                "`--stdin-filename` names a file, and nothing reads standard input",
            )
            .help("give the path `-` as well"));
        }
        (true, None) => {
            return Err(Failure::new("nothing says what file standard input is")
                .help("name it with `--stdin-filename include/uapi/linux/foo.h`: its folder decides which \
                    headers and which configuration are found; a patch is read with `--patch -`"));
        }
        (true, Some(name)) => overlay.put(name, read(limit::SOURCE)?),
    }
    let name_of = |path: &PathBuf| match name {
        Some(name) if is_standard_input(path) => name.to_owned(),
        _ => path.clone(),
    };
    Ok((paths.iter().map(name_of).collect(), overlay))
}

pub(super) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == ITSELF
}

/// All of standard input, if that is no more than so many bytes.
pub(super) fn read(limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::of_io("cannot read standard input", &error))?;
    if bytes.len() as u64 > limit {
        return Err(Failure::new(format!("standard input is larger than {}", Size(limit))));
    }
    Ok(bytes)
}
