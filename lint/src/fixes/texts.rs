//! What files become.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::plan::{Plan, PlannedEdit};

/// Files with other texts than they have on disk.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    texts: BTreeMap<PathBuf, Text>,
}

/// A file's text before all edits, and behind them.
#[derive(Debug, Clone)]
struct Text {
    before: String,
    now: String,
}

impl Texts {
    /// The same files with edits made. `on_disk` tells the text of a file that has not been edited so far.
    ///
    /// An edit that is none of its file's text is left out.
    pub fn with(&self, plans: &[Plan], on_disk: impl Fn(&Path) -> Option<String>) -> Self {
        let mut edits: BTreeMap<&Path, BTreeSet<&PlannedEdit>> = BTreeMap::new();
        for edit in plans.iter().flat_map(|plan| &plan.edits) {
            edits.entry(&edit.path).or_default().insert(edit);
        }
        let mut edited = self.clone();
        for (path, edits) in edits {
            if !edited.texts.contains_key(path) {
                let Some(before) = on_disk(path) else { continue };
                edited.texts.insert(path.to_owned(), Text { now: before.clone(), before });
            }
            if let Some(text) = edited.texts.get_mut(path) {
                text.now = applied(&text.now, edits.into_iter());
            }
        }
        edited
    }

    /// Each file that differs: its path, its text on disk, and its new one.
    pub fn changed(&self) -> impl Iterator<Item = (&Path, &str, &str)> {
        let all = self.texts.iter().map(|(path, text)| (&**path, &*text.before, &*text.now));
        all.filter(|(_, before, now)| before != now)
    }
}

/// A text with edits made, which are in order. New lines end as the line does that they are put into.
fn applied<'e>(text: &str, edits: impl DoubleEndedIterator<Item = &'e PlannedEdit>) -> String {
    let mut edited = text.to_owned();
    for edit in edits.rev() {
        let Some(replacement) = edit.replacement_in(&edited) else { continue };
        edited.replace_range(edit.range(), &replacement);
    }
    edited
}

#[cfg(test)]
mod tests {
    use super::super::plan::of_edits as plan;
    use super::*;

    fn edited(text: &str, plans: &[Plan]) -> String {
        let texts = Texts::default().with(plans, |_| Some(text.to_owned()));
        texts.changed().map(|(_, _, now)| now.to_owned()).collect()
    }

    #[test]
    fn only_what_an_edit_names_changes_and_the_same_edit_counts_once() {
        let include = (0, 0, "#include <x>\n");
        let plans = [plan(&[include, (2, 3, "u32")]), plan(&[include, (6, 6, ", d")])];
        assert_eq!(edited("a b c  \n", &plans), "#include <x>\na u32 c , d \n");
    }

    #[test]
    fn new_lines_end_as_the_line_does_that_they_are_put_into() {
        let text = "a;\r\nb;\n";
        assert_eq!(edited(text, &[plan(&[(2, 2, "\nr;")])]), "a;\r\nr;\r\nb;\n");
        assert_eq!(edited(text, &[plan(&[(6, 6, "\nr;")])]), "a;\r\nb;\nr;\n");
    }

    #[test]
    fn an_edit_outside_of_the_text_is_left_out() {
        assert_eq!(edited("é\n", &[plan(&[(1, 1, "x"), (9, 9, "x")])]), "");
    }
}
