//! Paths as editors name them.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// What of a path is written as it is.
const ESCAPED: AsciiSet =
    NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'+');

/// The absolute path that a URI names; none for what is no file of this machine.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let rest = rest.split(['?', '#']).next()?;
    let bytes: Vec<u8> = percent_decode_str(rest).collect();
    let path = PathBuf::from(OsString::from_vec(bytes));
    (path.is_absolute() && !path.as_os_str().as_bytes().contains(&0)).then_some(path)
}

/// The URI of an absolute path.
pub(super) fn of(path: &Path) -> Option<Uri> {
    let escaped = percent_encode(path.as_os_str().as_bytes(), &ESCAPED);
    Uri::from_str(&format!("file://{escaped}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_of(uri: &str) -> Option<PathBuf> {
        path(&Uri::from_str(uri).unwrap())
    }

    #[test]
    fn a_path_comes_back_whatever_bytes_it_has() {
        for name in ["/a/b.h", "/ä b/100%.h", "/a/c++?#.h", "/x/'\"[]{}|\\^`.h"] {
            assert_eq!(path(&of(Path::new(name)).unwrap()), Some(name.into()), "{name}");
        }
        let raw = PathBuf::from(OsString::from_vec(b"/a/\xff\xfe.h".to_vec()));
        assert_eq!(path(&of(&raw).unwrap()), Some(raw));
    }

    #[test]
    fn what_is_no_file_of_this_machine_has_no_path() {
        assert_eq!(path_of("file:///a%20b/c.h"), Some("/a b/c.h".into()));
        assert_eq!(path_of("file://localhost/c.h"), Some("/c.h".into()));
        for uri in ["untitled:Untitled-1", "file://host/c.h", "file:///a%00b", "git:/a.h?x"] {
            assert_eq!(path_of(uri), None, "{uri}");
        }
    }
}
