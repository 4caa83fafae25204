//! The line in each generated file that says who made it, from what, and whether it is still as it
//! was made.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::plan::Plan;

/// What templates have in the stamp's place: with a character that no text of an interface brings
/// into a file, for each is shown before it gets there.
pub(crate) const PLACEHOLDER: &str = "\u{1}stamp\u{1}";
const BEGINS: &str = "Made by ioctl-gen ";
/// What begins a comment in the languages of generated files but C.
const COMMENTS: [&str; 2] = ["# ", ".\\\" "];

/// What a stamp says, compared with the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The file is as it was made.
    Untouched,
    /// Somebody has changed it.
    Edited,
    /// There is no stamp: another has made it.
    Foreign,
}

/// The hash of the ABI: numbers, layouts and limits.
pub(crate) fn schema_hash(plan: &Plan) -> String {
    short(&plan.abi.join("\n"))
}

/// The text with its stamp.
pub(crate) fn stamped(text: &str, schema: &str) -> String {
    let body = short(&text.replace(PLACEHOLDER, ""));
    let version = env!("CARGO_PKG_VERSION");
    let stamp = format!("{BEGINS}{version}: schema {schema}, body {body}");
    let is_within_comment =
        COMMENTS.iter().any(|begin| text.contains(&format!("{begin}{PLACEHOLDER}")));
    // As long as the kernel's lines may be, so that it stays one.
    let stamp = if is_within_comment { stamp } else { format!("/* {stamp} */") };
    text.replace(PLACEHOLDER, &stamp)
}

/// Whether a file is as it was made.
pub fn state(text: &str) -> State {
    let Some(stamp) = text.lines().find_map(stamp_of) else { return State::Foreign };
    let Some(body) = stamp.split("body ").nth(1).and_then(|rest| rest.split(' ').next()) else {
        return State::Edited;
    };
    let without = text.replacen(stamp, "", 1);
    if short(&without) == body { State::Untouched } else { State::Edited }
}

/// What of a line took the placeholder's place.
fn stamp_of(line: &str) -> Option<&str> {
    if line.strip_prefix("/* ").is_some_and(|rest| rest.starts_with(BEGINS)) {
        return Some(line);
    }
    let within = COMMENTS.iter().find_map(|begin| line.strip_prefix(begin))?;
    within.starts_with(BEGINS).then_some(within)
}

/// 12 digits of SHA-256: enough to tell an edit, and to read aloud.
fn short(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut text = String::new();
    for byte in digest.iter().take(6) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_of_a_file_is_noticed() {
        let text = stamped(&format!("// line\n{PLACEHOLDER}\nint x;\n"), "abc");
        assert_eq!(state(&text), State::Untouched);
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let line = text.lines().nth(1).unwrap();
            let in_stamp = text.find(line).unwrap()..text.find(line).unwrap() + line.len();
            // What the stamp says of version and schema is compared with what would be written.
            if !in_stamp.contains(&at) {
                assert_ne!(state(&changed), State::Untouched, "byte {at}");
            }
        }
    }

    #[test]
    fn a_stamp_is_found_in_the_comments_of_each_language() {
        for comment in ["", "# ", ".\\\" "] {
            let text = stamped(&format!("first\n{comment}{PLACEHOLDER}\nlast\n"), "abc");
            assert_eq!(state(&text), State::Untouched, "{text}");
            assert_eq!(state(&text.replace("last", "least")), State::Edited, "{text}");
            assert_eq!(text.lines().count(), 3);
        }
    }

    #[test]
    fn a_file_without_a_stamp_is_foreign() {
        assert_eq!(state("int x;\n"), State::Foreign);
    }
}
