//! What a single line is.

use super::result::{Outcome, Plan, Version};

/// A line, without its indentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line<'t> {
    Version(Version),
    Plan(Plan),
    Result {
        number: u64,
        name: String,
        outcome: Outcome,
    },
    /// `# Subtest: NAME`, which `KUnit` prints behind the version line.
    Subtest(&'t str),
    BailOut(&'t str),
    /// `# text`, and everything else.
    Text(&'t str),
    Empty,
}

/// The number of spaces in front, and what stands behind them.
pub(super) fn classify(line: &str) -> (usize, Line<'_>) {
    let line = line.trim_end();
    let text = line.trim_start_matches(' ');
    (line.len() - text.len(), kind(text))
}

fn kind(text: &str) -> Line<'_> {
    if text.is_empty() {
        return Line::Empty;
    }
    if let Some(name) = text.strip_prefix("# Subtest:") {
        return Line::Subtest(name.trim());
    }
    if let Some(reason) = text.strip_prefix("Bail out!") {
        return Line::BailOut(reason.trim());
    }
    let read = version(text).or_else(|| plan(text)).or_else(|| result(text));
    read.unwrap_or_else(|| Line::Text(text.strip_prefix("# ").unwrap_or(text)))
}

fn version(text: &str) -> Option<Line<'_>> {
    let number = |prefix: &str| text.strip_prefix(prefix)?.trim().parse().ok();
    let ktap = number("KTAP version ").map(Version::Ktap);
    ktap.or_else(|| number("TAP version ").map(Version::Tap)).map(Line::Version)
}

fn plan(text: &str) -> Option<Line<'_>> {
    let rest = text.strip_prefix("1..")?;
    let (count, behind) = rest.split_once('#').unwrap_or((rest, ""));
    let count = count.trim_end().parse().ok()?;
    let skipped = match directive(behind) {
        (word, reason) if word == "SKIP" => Some(reason.to_owned()),
        _ => None,
    };
    Some(Line::Plan(Plan { count, skipped }))
}

fn result(text: &str) -> Option<Line<'_>> {
    let (is_ok, rest) = match text.strip_prefix("not ok ") {
        Some(rest) => (false, rest),
        None => (true, text.strip_prefix("ok ")?),
    };
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = rest.split_at(digits);
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let number = number.parse().ok()?;
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('-') {
        Some(behind) if behind.is_empty() || behind.starts_with(' ') => behind.trim_start(),
        _ => rest,
    };
    let (name, behind) = split_at_directive(rest);
    Some(Line::Result { number, name: unescaped(name), outcome: outcome(is_ok, behind) })
}

/// Splits at the first `#` that stands alone before a directive and is not escaped.
fn split_at_directive(text: &str) -> (&str, &str) {
    let mut places = text.match_indices('#').map(|(place, _)| place);
    let starts = |place: &usize| text[..*place].is_empty() || text[..*place].ends_with(' ');
    match places.find(starts) {
        Some(place) => (text[..place].trim_end(), &text[place + 1..]),
        None => (text, ""),
    }
}

fn unescaped(name: &str) -> String {
    name.replace(r"\#", "#")
}

fn outcome(is_ok: bool, behind: &str) -> Outcome {
    let (word, reason) = directive(behind);
    let reason = reason.to_owned();
    match word.as_str() {
        "SKIP" => Outcome::Skipped { reason },
        "XFAIL" | "TODO" => Outcome::ExpectedFailure { reason },
        "TIMEOUT" | "ERROR" => {
            Outcome::Failed { reason: format!("{word} {reason}").trim_end().to_owned() }
        }
        _ if is_ok => Outcome::Passed,
        // Not a directive: words of the program's own.
        _ => Outcome::Failed { reason: behind.trim().to_owned() },
    }
}

/// The first word in capitals, and what follows.
fn directive(text: &str) -> (String, &str) {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word.to_ascii_uppercase(), rest.trim_start_matches([':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result_of(text: &str) -> (u64, String, Outcome) {
        match classify(text).1 {
            Line::Result { number, name, outcome } => (number, name, outcome),
            other => panic!("{text}: {other:?}"),
        }
    }

    fn failed(reason: &str) -> Outcome {
        Outcome::Failed { reason: reason.to_owned() }
    }

    #[test]
    fn names_are_read_with_and_without_a_dash() {
        for text in ["ok 7 a name", "ok 7 - a name", "  ok 7 a name  ", "ok 7 a name\r"] {
            assert_eq!(result_of(text), (7, "a name".to_owned(), Outcome::Passed), "{text}");
        }
        assert_eq!(result_of("ok 7").1, "");
        assert_eq!(result_of("ok 7 -").1, "");
        assert_eq!(result_of("ok 7 -1 is refused").1, "-1 is refused");
    }

    #[test]
    fn a_hash_inside_a_name_belongs_to_it() {
        assert_eq!(result_of("ok 1 C#minor").1, "C#minor");
        assert_eq!(result_of(r"ok 1 a \# b").1, "a # b");
        assert_eq!(result_of("ok 1 first # second").1, "first");
    }

    #[test]
    fn directives_decide_over_ok_and_not_ok() {
        let skipped = Outcome::Skipped { reason: "no device".to_owned() };
        assert_eq!(result_of("ok 1 x # SKIP no device").2, skipped);
        assert_eq!(result_of("not ok 1 x # skip: no device").2, skipped);
        let expected = |reason: &str| Outcome::ExpectedFailure { reason: reason.to_owned() };
        assert_eq!(result_of("not ok 1 x # TODO later").2, expected("later"));
        assert_eq!(result_of("ok 1 x # XFAIL").2, expected(""));
        assert_eq!(result_of("not ok 1 x # TIMEOUT").2, failed("TIMEOUT"));
        assert_eq!(result_of("ok 1 x # ERROR no memory").2, failed("ERROR no memory"));
        assert_eq!(result_of("not ok 1 x").2, failed(""));
        assert_eq!(result_of("not ok 1 x # exit=1").2, failed("exit=1"));
        assert_eq!(result_of("ok 1 x # SKIPPING is fun").2, Outcome::Passed);
    }

    #[test]
    fn sentences_that_begin_with_ok_are_text() {
        for text in ["ok", "ok then", "okay 1", "ok 1x", "not ok", "not ok yet", "ok -1 x"] {
            assert_eq!(classify(text).1, Line::Text(text), "{text}");
        }
    }

    #[test]
    fn plans_and_versions_are_read() {
        let plan = |count, skipped: Option<&str>| {
            Line::Plan(Plan { count, skipped: skipped.map(str::to_owned) })
        };
        assert_eq!(classify("  1..12"), (2, plan(12, None)));
        assert_eq!(classify("1..0 # SKIP no device").1, plan(0, Some("no device")));
        assert_eq!(classify("1..0 # Skipped: no device").1, plan(0, None));
        assert_eq!(classify("1..many").1, Line::Text("1..many"));
        assert_eq!(classify("KTAP version 1").1, Line::Version(Version::Ktap(1)));
        assert_eq!(classify("TAP version 13").1, Line::Version(Version::Tap(13)));
        assert_eq!(classify("    # Subtest: suite"), (4, Line::Subtest("suite")));
    }
}
