//! The committed budget: for each rule and corpus, the most findings for 100 commands, and the least findings.

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

impl Corpus {
    /// The least commands that are read of it: a little below what was measured.
    pub(crate) const fn least_commands(self) -> u64 {
        match self {
            Self::Headers => 2300,
            Self::Drivers => 240,
            Self::Crates => 105,
        }
    }
}

/// What a rule may say of headers, drivers and crates.
struct Row {
    /// For 100 commands, in tenths.
    most: [u64; 3],
    /// In findings. A rule that says less has gone silent about something.
    least: [u64; 3],
}

/// By the code of the rule.
pub(crate) struct Budget(BTreeMap<String, Row>);

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

    /// The rules that said more than they may, or less than they have to, in words.
    pub(crate) fn missed_by(&self, corpus: Corpus, said: &Said) -> Vec<String> {
        let over = said.tenths().filter_map(|(code, has)| {
            let may = self.0.get(code).map_or(0, |row| row.most[corpus as usize]);
            let words = |tenths: u64| format!("{}.{}", tenths / 10, tenths % 10);
            (has > may).then(|| format!("{code} has {}, and may have {}", words(has), words(may)))
        });
        let under = self.0.iter().filter_map(|(code, row)| {
            let (has, least) = (said.findings(code), row.least[corpus as usize]);
            (has < least).then(|| format!("{code} has {has} findings, and should have {least}"))
        });
        over.chain(under).collect()
    }
}

fn row(line: &str) -> Option<(String, Row)> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [code, most @ .., headers, drivers, crates] = fields.as_slice() else { return None };
    let [in_headers, in_drivers, in_crates] = most else { return None };
    let tenths = |field: &str| {
        let (whole, tenth) = field.split_once('.').unwrap_or((field, "0"));
        Some(whole.parse::<u64>().ok()? * 10 + tenth.parse::<u64>().ok()?)
    };
    let row = Row {
        most: [tenths(in_headers)?, tenths(in_drivers)?, tenths(in_crates)?],
        least: [headers.parse().ok()?, drivers.parse().ok()?, crates.parse().ok()?],
    };
    Some(((*code).to_owned(), row))
}
