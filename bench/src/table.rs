//! Results as tables for a terminal, a class each.

use std::fmt::Write as _;

use ioctlkit_report::visible::on_one_line;

use crate::articles::{self, net_batch};
use crate::results::{CaseResult, Estimate, Outcome, Results, Summary};
use crate::units::{bytes, time};
use crate::{Class, results};

/// The whole report.
pub fn render(results: &Results) -> String {
    let mut text = heading(results);
    for class in Class::ALL {
        let measured = of_class(results, class);
        if !measured.is_empty() {
            let _ = write!(text, "\n{}: {}\n\n", class.heading(), class.what());
            text += &table(&measured_rows(results, &measured));
        }
    }
    let rows = articles::beside(results);
    if !rows.is_empty() {
        text += "\nThe articles' claims, beside the time in batches\n\n";
        text += &table(&claim_rows(&rows));
    }
    let absent = absent_rows(results);
    if absent.len() > 1 {
        text += "\nNot measured\n\n";
        text += &table(&absent);
    }
    text
}

/// The lines above the tables: where and how it ran, and what to mind.
fn heading(results: &Results) -> String {
    let machine = &results.machine;
    let mut text = format!(
        "{} suite, Linux {} on {} ({} processors), accelerator: {}\n{} rounds in {:.0} s, clock: {}\n",
        on_one_line(&results.suite),
        on_one_line(&machine.kernel),
        on_one_line(&machine.processor),
        machine.processors,
        on_one_line(&machine.accelerator),
        results.rounds,
        results.seconds,
        on_one_line(machine.clock_source.as_deref().unwrap_or("unknown")),
    );
    for caution in cautions(results) {
        let _ = writeln!(text, "note: {caution}");
    }
    text
}

/// What a reader has to mind.
pub(crate) fn cautions(results: &Results) -> Vec<String> {
    let mut cautions = Vec::new();
    if results.interrupted {
        cautions.push("the run was stopped before its end".to_owned());
    }
    if !results.optimised {
        cautions
            .push("the program was built without optimisation: build it with --release".to_owned());
    }
    if results.quick {
        cautions.push("a quick run: few restarts, so the intervals say little".to_owned());
    }
    if let Some(load) = results.machine.load_hundredths
        && load as usize > results.machine.processors * 50
    {
        let load = f64::from(load) / 100.0;
        cautions.push(format!(
            "the machine was busy (load {load:.2}): tails are those of a busy machine"
        ));
    }
    if results.machine.is_emulated() {
        cautions.push("emulation distorts ratios as well as speed: compare with other runs of this suite only".to_owned());
    }
    cautions
}

/// The cases of a class that were measured.
pub(crate) fn of_class(results: &Results, class: Class) -> Vec<&CaseResult> {
    let of_it = results.cases.iter().filter(|case| case.class == class.name());
    of_it.filter(|case| case.measured().is_some()).collect()
}

/// The titles of [`figures`].
pub(crate) const FIGURES: [&str; 8] =
    ["size", "in batches", "p50", "95 %", "p90", "p99", "p99.9", "max"];

/// What is given of a case that was measured.
pub(crate) fn figures(case: &CaseResult, summary: &Summary) -> [String; FIGURES.len()] {
    [
        bytes(case.size),
        time(summary.batch.value),
        time(summary.p50.value),
        span(summary.p50),
        time(summary.p90),
        time(summary.p99),
        time(summary.p999),
        time(summary.max),
    ]
}

fn measured_rows(results: &Results, cases: &[&CaseResult]) -> Vec<Vec<String>> {
    let titles = [&["mechanism"], &FIGURES[..], &[""]].concat();
    let mut rows = vec![titles.into_iter().map(str::to_owned).collect()];
    for case in cases {
        let Some(measured) = case.measured() else { continue };
        let summary = measured.summary();
        let remarks = remarks(results, case, measured, &summary);
        rows.push([&[case.path()], &figures(case, &summary)[..], &[remarks]].concat());
    }
    rows
}

/// What a row's figures have to be read with.
pub(crate) fn remarks(
    results: &Results,
    case: &CaseResult,
    measured: &results::Measured,
    summary: &Summary,
) -> String {
    let mut remarks = Vec::new();
    if measured.operations > 1 {
        remarks.push(format!("each of {}", measured.operations));
    }
    if case.trigger.is_some()
        && let Some(net) = net_batch(results, case)
    {
        remarks.push(format!("{} without the trigger ({})", time(net.value), span(net)));
    }
    if summary.lost > 0 {
        remarks.push(format!("{} records lost", summary.lost));
    }
    if summary.cold > 0 {
        remarks.push(format!("{} of {} restarts not settled", summary.cold, summary.restarts));
    }
    remarks.join("; ")
}

/// An interval.
pub(crate) fn span(estimate: Estimate) -> String {
    format!("{} – {}", time(estimate.low), time(estimate.high))
}

fn claim_rows(rows: &[articles::Row]) -> Vec<Vec<String>> {
    let titles = ["article", "claim", "", "measured", "", "95 %", ""];
    let mut table = vec![titles.map(str::to_owned).to_vec()];
    for row in rows {
        let mut cells = vec![
            row.claim.article.to_owned(),
            row.claim.what.to_owned(),
            claimed(row.claim),
            row.counterpart.path.to_owned(),
        ];
        match &row.measured {
            Ok((estimate, verdict)) => {
                cells.extend([time(estimate.value), span(*estimate), verdict.words()]);
            }
            Err(_) => cells.extend(["–".to_owned(), String::new(), "not measured".to_owned()]),
        }
        table.push(cells);
    }
    table
}

/// A claim's figure.
pub(crate) fn claimed(claim: &articles::Claim) -> String {
    match (time(claim.low_ns), time(claim.high_ns)) {
        (low, high) if low == high => low,
        (_, high) if claim.low_ns <= 0.0 => format!("below {high}"),
        (low, high) => format!("{low} – {high}"),
    }
}

fn absent_rows(results: &Results) -> Vec<Vec<String>> {
    let mut rows = vec![vec!["mechanism".to_owned(), "sizes".to_owned(), "why".to_owned()]];
    rows.extend(absent(results).into_iter().map(|absent| {
        vec![absent.path, absent.sizes.join(", "), format!("{}: {}", absent.word, absent.reason)]
    }));
    rows
}

/// A case that has no figures, for some sizes.
pub(crate) struct Absent {
    pub(crate) path: String,
    pub(crate) sizes: Vec<String>,
    pub(crate) word: &'static str,
    pub(crate) reason: String,
}

/// Every case without figures, those of one reason together.
pub(crate) fn absent(results: &Results) -> Vec<Absent> {
    let mut found: Vec<Absent> = Vec::new();
    for case in &results.cases {
        let (word, reason) = match &case.outcome {
            Outcome::Measured(_) => continue,
            Outcome::Skipped { reason } => ("skipped", reason.clone()),
            Outcome::Failed { reason } => ("failed", reason.clone()),
            Outcome::NotReached => ("not reached", "the run was stopped before".to_owned()),
        };
        let path = case.path();
        let same = |known: &&mut Absent| known.path == path && known.reason == reason;
        match found.iter_mut().find(same) {
            Some(known) => known.sizes.push(bytes(case.size)),
            None => found.push(Absent { path, sizes: vec![bytes(case.size)], word, reason }),
        }
    }
    found
}

/// Lines with the columns below each other: the first column to the left, times to the right.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let shown = |cell: &String| on_one_line(cell).into_owned();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::from(" ");
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let is_figure =
                rows.iter().skip(1).filter_map(|row| row.get(column)).any(|cell| {
                    cell.ends_with(" ns") || cell.ends_with(" µs") || cell.ends_with(" B")
                });
            let is_last = column + 1 == columns;
            match (is_last, is_figure) {
                (true, _) => line += &format!(" {cell}"),
                (false, true) => line += &format!(" {cell:>width$} "),
                (false, false) => line += &format!(" {cell:<width$} "),
            }
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_right_and_names_left() {
        let rows = [["name", "p50"], ["a", "5 ns"], ["longer", "1.25 µs"]];
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        assert_eq!(table(&rows), "  name    p50\n  a       5 ns\n  longer  1.25 µs\n");
        let wide: Vec<Vec<String>> =
            rows.iter().map(|row| [&row[..], &["x".into()]].concat()).collect();
        assert_eq!(
            table(&wide),
            "  name        p50  x\n  a          5 ns  x\n  longer  1.25 µs  x\n"
        );
    }
}
