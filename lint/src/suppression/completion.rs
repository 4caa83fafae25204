//! What may be written next in a suppression, while it is typed.

use ioctlkit_model::Comment;

use super::directive::MARK;

/// What may stand at the end of an unfinished suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// `allow(` or `allow-file(`.
    Scope,
    /// The code or the slug of a rule.
    Rule,
}

/// What may stand at a byte of the file in one of its comments, and the first byte of the word that is being typed
/// there.
pub fn expected_at(comment: Comment<'_>, offset: usize) -> Option<(Expected, usize)> {
    let before = comment.text.get(..offset.checked_sub(comment.start as usize)?)?;
    let line = before.rsplit('\n').next()?;
    let decoration = |c: char| c.is_whitespace() || matches!(c, '*' | '/' | '!');
    let rest = line.trim_start_matches(decoration).strip_prefix(MARK)?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let typed = rest.len() - rest.trim_end_matches(is_part).len();
    let start = offset - typed;
    let rest = &rest[..rest.len() - typed];
    if rest.trim().is_empty() {
        return Some((Expected::Scope, start));
    }
    let words = rest.trim_start();
    let list = words.strip_prefix("allow-file").or_else(|| words.strip_prefix("allow"))?;
    let list = list.trim_start().strip_prefix('(')?;
    let is_next = list.trim_end().is_empty() || list.trim_end().ends_with(',');
    (is_next && !list.contains(')')).then_some((Expected::Rule, start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is expected at the `|` of a text, which is one comment behind two bytes.
    fn at(marked: &str) -> Option<(Expected, usize)> {
        let offset = marked.find('|').unwrap() + 2;
        let text = marked.replace('|', "");
        expected_at(Comment { start: 2, text: &text }, offset)
    }

    #[test]
    fn scopes_come_first_and_rules_in_the_parentheses() {
        assert_eq!(at("/* ioctl-lint: |"), Some((Expected::Scope, 17)));
        assert_eq!(at("// ioctl-lint:al|"), Some((Expected::Scope, 16)));
        assert_eq!(at("/* ioctl-lint: allow(| */"), Some((Expected::Rule, 23)));
        assert_eq!(at("/**\n * ioctl-lint: allow-file(L0|"), Some((Expected::Rule, 32)));
        assert_eq!(at("// ioctl-lint: allow (L001, implicit-h|) why"), Some((Expected::Rule, 30)));
    }

    #[test]
    fn elsewhere_nothing_is_expected() {
        for marked in [
            "|// ioctl-lint: allow(",
            "// see ioctl-lint: allow(|",
            "// ioctl-lint: allow(L001) |",
            "// ioctl-lint: allow(L001 |",
            "// ioctl-lint: allow |",
            "// ioctl-lint: deny(|",
            "// ioctl-lint: allow(L001, é|",
            "// ioctl-lint|",
        ] {
            assert_eq!(at(marked), None, "{marked}");
        }
        assert_eq!(expected_at(Comment { start: 2, text: "//" }, 99), None);
        assert_eq!(expected_at(Comment { start: 2, text: "//" }, 0), None);
    }
}
