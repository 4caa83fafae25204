//! The text of a header, and what is wrong with one that has none.

use std::path::Path;
use std::sync::Arc;

use ioctlkit_model::{Problem, ProblemKind};

use crate::c::discover::unreadable;
use crate::c::lex::scan::{self, Scan};
use crate::c::look;

/// The text of a file, or the problem with it.
pub(super) fn read_text(path: &Path) -> Result<(Arc<str>, Scan), Problem> {
    // Such a path cannot stand in an `#include`, which is how the compiler is told of it.
    if path.to_str().is_none_or(|path| path.contains(['"', '\n', '\r', '\0'])) {
        let message = "the path has a quotation mark, a line break, or bytes that are not UTF-8";
        return Err(Problem {
            help: Some("rename the file or the folder".into()),
            ..not_text(path, message)
        });
    }
    let bytes = look::read(path).map_err(|error| unreadable(path, &error))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            if bytes.contains(&0) {
                return Err(not_text(path, "the file is binary, not a header"));
            }
            let line = bytes[..valid].split(|byte| *byte == b'\n').count();
            return Err(not_text(path, &format!("line {line} is not valid UTF-8")));
        }
    };
    if text.contains('\0') {
        return Err(not_text(path, "the file is binary, not a header"));
    }
    let scan = scan::scan(&text);
    Ok((text.into(), scan))
}

fn not_text(path: &Path, message: &str) -> Problem {
    Problem {
        kind: ProblemKind::Failure,
        path: Some(path.to_owned()),
        span: None,
        message: message.to_owned(),
        help: Some("convert it to UTF-8, or leave it out".into()),
    }
}
