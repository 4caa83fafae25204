//! The line in each generated file that says who made it, and whether it is still as it was made. It
//! says nothing of the other files, so that a change touches only those that it changes.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

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

/// The text with its stamp.
pub(crate) fn stamped(text: &str) -> String {
    let body = short(&text.replace(PLACEHOLDER, ""));
    let version = env!("CARGO_PKG_VERSION");
    let stamp = format!("{BEGINS}{version}: body {body}");
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

/// Whether a file is as this one was made, by whichever version.
pub(crate) fn is_same(found: &str, made: &str) -> bool {
    state(found) == State::Untouched && without_stamp(found) == without_stamp(made)
}

/// The text without the line that says who made it.
pub(crate) fn removed(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| stamp_of(line.trim_end()).is_none()).collect()
}

fn without_stamp(text: &str) -> Option<String> {
    let stamp = text.lines().find_map(stamp_of)?;
    Some(text.replacen(stamp, "", 1))
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
        let text = stamped(&format!("// line\n{PLACEHOLDER}\nint x;\n"));
        assert_eq!(state(&text), State::Untouched);
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let line = text.lines().nth(1).unwrap();
            let in_stamp = text.find(line).unwrap()..text.find(line).unwrap() + line.len();
            // What the stamp says of the version is no part of the body.
            if !in_stamp.contains(&at) {
                assert_ne!(state(&changed), State::Untouched, "byte {at}");
            }
        }
    }

    #[test]
    fn a_stamp_is_found_in_the_comments_of_each_language() {
        for comment in ["", "# ", ".\\\" "] {
            let text = stamped(&format!("first\n{comment}{PLACEHOLDER}\nlast\n"));
            assert_eq!(state(&text), State::Untouched, "{text}");
            assert_eq!(state(&text.replace("last", "least")), State::Edited, "{text}");
            assert_eq!(text.lines().count(), 3);
        }
    }

    #[test]
    fn another_version_s_file_of_the_same_body_is_the_same() {
        let made = stamped(&format!("{PLACEHOLDER}\nint x;\n"));
        let by_another = made.replace(env!("CARGO_PKG_VERSION"), "0.0.9");
        assert_ne!(by_another, made);
        assert!(is_same(&by_another, &made));
        assert!(!is_same(&by_another.replace("int x", "int y"), &made));
        assert!(!is_same(&stamped(&format!("{PLACEHOLDER}\nint y;\n")), &made));
        assert!(!is_same("int x;\n", &made));
    }

    #[test]
    fn a_file_without_a_stamp_is_foreign() {
        assert_eq!(state("int x;\n"), State::Foreign);
    }
}
