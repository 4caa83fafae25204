//! What would change, as a patch.

use std::io::{self, Write};
use std::path::Path;

use similar::TextDiff;

/// Lines around a change.
const CONTEXT: usize = 3;

/// Writes a unified diff of one file, which `git apply` and `patch -p1` take where the path is relative.
///
/// # Errors
/// Those of `out`.
pub fn write_unified(path: &Path, old: &str, new: &str, out: &mut dyn Write) -> io::Result<()> {
    let shown = path.display();
    let (before, after) = if path.is_absolute() {
        (shown.to_string(), shown.to_string())
    } else {
        (format!("a/{shown}"), format!("b/{shown}"))
    };
    let diff = TextDiff::from_lines(old, new);
    write!(out, "{}", diff.unified_diff().context_radius(CONTEXT).header(&before, &after))
}
