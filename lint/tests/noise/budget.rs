//! The committed budget: for each rule and corpus, the most findings for 100 commands.

use std::collections::BTreeMap;

use crate::said::Said;

const COMMITTED: &str = include_str!("budget.tsv");

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Corpus {
    Headers,
    Drivers,
    Crates,
}

/// By the code of the rule: what it may say of headers, drivers and crates, in tenths.
pub(crate) struct Budget(BTreeMap<String, [u64; 3]>);

impl Budget {
    pub(crate) fn committed() -> Self {
        Self::read(COMMITTED)
    }

    pub(crate) fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(lines.map(|line| row(line).unwrap_or_else(|| panic!("{line:?}"))).collect())
    }

    pub(crate) fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The rules that said more than they may, in words.
    pub(crate) fn exceeded_by(&self, corpus: Corpus, said: &Said) -> Vec<String> {
        said.tenths()
            .filter_map(|(code, has)| {
                let may = self.0.get(code).map_or(0, |row| row[corpus as usize]);
                let words = |tenths: u64| format!("{}.{}", tenths / 10, tenths % 10);
                (has > may)
                    .then(|| format!("{code} has {}, and may have {}", words(has), words(may)))
            })
            .collect()
    }
}

fn row(line: &str) -> Option<(String, [u64; 3])> {
    let mut fields = line.split('\t');
    let code = fields.next()?.to_owned();
    let row = [fields.next()?, fields.next()?, fields.next()?];
    let tenths = |field: &str| {
        let (whole, tenth) = field.split_once('.').unwrap_or((field, "0"));
        Some(whole.parse::<u64>().ok()? * 10 + tenth.parse::<u64>().ok()?)
    };
    Some((code, [tenths(row[0])?, tenths(row[1])?, tenths(row[2])?]))
}
