//! Patches as `git am` takes them: mails, as `git format-patch` writes them. No time and no commit is in
//! them, so that the same interface makes the same series.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use super::author::Author;
use crate::module::docs::fill;

/// Columns of a mail's text.
const COLUMNS: usize = 72;

/// A file before and after a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// Below the tree's root.
    pub(super) path: String,
    /// Nothing where the file is new.
    pub(super) before: Option<String>,
    pub(super) after: String,
}

/// A patch that is not a mail yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) subject: String,
    /// The message's paragraphs.
    pub(super) message: Vec<String>,
    pub(super) edits: Vec<Edit>,
}

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// The name of its file, such as `0001-misc-echo-Add-the-driver.patch`.
    pub file: String,
    /// The mail.
    pub text: String,
}

/// The mails of a series.
pub(super) fn patches(changes: &[Change], author: &Author) -> Vec<Patch> {
    let count = changes.len();
    let mail = |(index, change)| patch(change, author, index + 1, count);
    changes.iter().enumerate().map(mail).collect()
}

fn patch(change: &Change, author: &Author, number: usize, count: usize) -> Patch {
    let zeros = "0".repeat(40);
    let mut text = format!(
        "From {zeros} Mon Sep 17 00:00:00 2001\n\
         From: {}\n\
         Subject: [PATCH {number}/{count}] {}\n\
         MIME-Version: 1.0\n\
         Content-Type: text/plain; charset=UTF-8\n\
         Content-Transfer-Encoding: 8bit\n\n",
        author.in_header(),
        change.subject
    );
    for line in fill(&change.message, COLUMNS) {
        // What ends a message, or begins a patch, is only said here.
        let ends = ["---", "diff ", "Index: ", "From ", ">From "]
            .iter()
            .any(|begin| line.starts_with(begin));
        let indent = if ends { " " } else { "" };
        let _ = writeln!(text, "{indent}{line}");
    }
    let _ = write!(text, "\nSigned-off-by: {author}\n---\n");
    let mut edits: Vec<&Edit> = change.edits.iter().collect();
    edits.sort_by(|a, b| a.path.cmp(&b.path));
    text.push_str(&summary(&edits));
    text.push('\n');
    for edit in edits {
        text.push_str(&diff(edit));
    }
    text.push('\n');
    let words = change
        .subject
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty());
    let file = format!("{number:04}-{}.patch", words.collect::<Vec<_>>().join("-"));
    Patch { file, text }
}

/// What `git diff --stat --summary` says.
fn summary(edits: &[&Edit]) -> String {
    let width = edits.iter().map(|edit| edit.path.len()).max().unwrap_or(0);
    let counts: Vec<(usize, usize)> = edits.iter().map(|edit| counts(edit)).collect();
    let most = counts.iter().map(|(added, removed)| added + removed).max().unwrap_or(0);
    let digits = most.to_string().len();
    let room = 79usize.saturating_sub(width + digits + 5).max(10);
    let mut text = String::new();
    for (edit, (added, removed)) in edits.iter().zip(&counts) {
        let scaled =
            |count: usize| if most <= room { count } else { (count * room).div_ceil(most) };
        let signs = "+".repeat(scaled(*added)) + &"-".repeat(scaled(*removed));
        let _ = writeln!(text, " {:width$} | {:digits$} {signs}", edit.path, added + removed);
    }
    let added: usize = counts.iter().map(|(added, _)| added).sum();
    let removed: usize = counts.iter().map(|(_, removed)| removed).sum();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let files = edits.len();
    let _ = write!(text, " {files} file{} changed", plural(files));
    if added > 0 || removed == 0 {
        let _ = write!(text, ", {added} insertion{}(+)", plural(added));
    }
    if removed > 0 {
        let _ = write!(text, ", {removed} deletion{}(-)", plural(removed));
    }
    text.push('\n');
    for edit in edits.iter().filter(|edit| edit.before.is_none()) {
        let _ = writeln!(text, " create mode 100644 {}", edit.path);
    }
    text
}

fn counts(edit: &Edit) -> (usize, usize) {
    let before = edit.before.as_deref().unwrap_or_default();
    let diff = TextDiff::from_lines(before, &edit.after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (count(ChangeTag::Insert), count(ChangeTag::Delete))
}

fn diff(edit: &Edit) -> String {
    let path = &edit.path;
    let mut text = format!("diff --git a/{path} b/{path}\n");
    let old = if edit.before.is_some() {
        format!("a/{path}")
    } else {
        text.push_str("new file mode 100644\n");
        "/dev/null".to_owned()
    };
    let before = edit.before.as_deref().unwrap_or_default();
    let hunks = TextDiff::from_lines(before, &edit.after);
    text + &hunks.unified_diff().header(&old, &format!("b/{path}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(message: &str) -> String {
        mail_of(message, "x\n", "x\ny\n")
    }

    fn mail_of(message: &str, before: &str, after: &str) -> String {
        let edit = Edit { path: "a".into(), before: Some(before.into()), after: after.into() };
        let change =
            Change { subject: "s: x".into(), message: vec![message.into()], edits: vec![edit] };
        patches(&[change], &Author::parse("J <j@x>").unwrap()).remove(0).text
    }

    #[test]
    fn a_message_can_neither_end_nor_begin_a_patch() {
        let long = "x".repeat(71);
        for begin in ["---", "diff --git a/x b/x", "From y Mon Sep 17 00:00:00 2001", "Index: x"] {
            let text = mail(&format!("{long} {begin} z"));
            let body =
                text.split_once("\n\n").unwrap().1.split_once("\n\nSigned-off-by").unwrap().0;
            assert!(body.lines().nth(1).unwrap().starts_with(' '), "{body}");
        }
    }

    /// As git has it.
    #[test]
    fn the_sum_of_a_patch_has_what_it_removes() {
        for (before, after, sum) in [
            ("x\nz\n", "x\ny\n", "1 file changed, 1 insertion(+), 1 deletion(-)\n"),
            ("x\ny\nz\n", "x\n", "1 file changed, 2 deletions(-)\n"),
            ("x\n", "x\ny\nz\n", "1 file changed, 2 insertions(+)\n"),
        ] {
            let text = mail_of("what", before, after);
            assert!(text.contains(&format!("\n {sum}")), "{text}");
        }
    }

    #[test]
    fn a_mail_has_what_checkpatch_and_git_look_for() {
        let text = mail("what and why");
        for part in [
            "Subject: [PATCH 1/1] s: x\n",
            "\n\nwhat and why\n\nSigned-off-by: J <j@x>\n---\n a | 1 +\n 1 file changed, 1 insertion(+)\n\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n x\n+y\n",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
