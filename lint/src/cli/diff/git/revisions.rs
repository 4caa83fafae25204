//! What `--rev` may say.

use super::Repository;
use crate::cli::failure::Failure;

/// The two sides of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli::diff) struct Revisions {
    pub(in crate::cli::diff) old: Old,
    /// The new revision, or nothing for the files as they are.
    pub(in crate::cli::diff) new: Option<String>,
}

/// The old side.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli::diff) enum Old {
    /// A revision.
    Revision(String),
    /// Where a revision and the new one parted.
    MergeBase(String),
}

impl Revisions {
    /// `OLD`, `OLD..NEW` or `OLD...NEW`, as git has them: what is left out is `HEAD`.
    pub(in crate::cli::diff) fn parse(text: &str) -> Self {
        let head = |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
        if let Some((old, new)) = text.split_once("...") {
            return Self { old: Old::MergeBase(head(old)), new: Some(head(new)) };
        }
        match text.split_once("..") {
            Some((old, new)) => Self { old: Old::Revision(head(old)), new: Some(head(new)) },
            None => Self { old: Old::Revision(head(text)), new: None },
        }
    }
}

impl Repository {
    /// The revision of the old side, and what it is shown as.
    pub(in crate::cli::diff) fn old_revision(
        &self,
        revisions: &Revisions,
    ) -> Result<(String, String), Failure> {
        let old = match &revisions.old {
            Old::Revision(name) => return Ok((name.clone(), name.clone())),
            Old::MergeBase(name) => name,
        };
        let new = revisions.new.as_deref().unwrap_or("HEAD");
        let (a, b) = (self.commit(old)?, self.commit(new)?);
        let base = self.git().output(&["merge-base", &a, &b]).map_err(|_| {
            Failure::new(format!("`{old}` and `{new}` have no common ancestor"))
                .help("compare them with two dots; a shallow clone lacks what came before")
        })?;
        let base = base.lines().next().unwrap_or_default().to_owned();
        let short = base.chars().take(SHORT).collect();
        Ok((base, short))
    }
}

/// How many digits of a commit are shown.
const SHORT: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_written_as_git_writes_them() {
        let of = |text| {
            let Revisions { old, new } = Revisions::parse(text);
            let (kind, name) = match old {
                Old::Revision(name) => ("it", name),
                Old::MergeBase(name) => ("base", name),
            };
            format!("{kind} {name} {}", new.as_deref().unwrap_or("files"))
        };
        assert_eq!(of("v1"), "it v1 files");
        assert_eq!(of("v1..v2"), "it v1 v2");
        assert_eq!(of("v1.."), "it v1 HEAD");
        assert_eq!(of("..v2"), "it HEAD v2");
        assert_eq!(of("main...topic"), "base main topic");
        assert_eq!(of("main..."), "base main HEAD");
    }
}
