//! The tables of the page: a line of text for each row, and what is long below them.

use std::fmt::Write as _;

use ioctlkit_report::page::line;

use crate::articles::Row;
use crate::results::{CaseResult, Results};
use crate::table::{FIGURES, claimed, figures, remarks, span};
use crate::units::{bytes, time};

/// The figures of a class.
pub(super) fn measured(results: &Results, cases: &[&CaseResult]) -> String {
    let mut table =
        String::from("<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr><th>mechanism</th>");
    for title in FIGURES.iter().chain(&["calls"]) {
        let _ = write!(table, "<th class=\"n\">{title}</th>");
    }
    table += "<th></th></tr></thead>\n<tbody>\n";
    for case in cases {
        let Some(measured) = case.measured() else { continue };
        let summary = measured.summary();
        let _ = write!(table, "<tr><td class=\"name\">{}</td>", line(&case.path()));
        let calls = summary.calls.to_string();
        for figure in figures(case, &summary).iter().chain([&calls]) {
            let _ = write!(table, "<td class=\"n\">{}</td>", line(figure));
        }
        let remarks = remarks(results, case, measured, &summary);
        let _ = writeln!(table, "<td>{}</td></tr>", line(&remarks));
    }
    table + "</tbody></table></div>\n" + &meanings(cases)
}

/// What one call of each is.
fn meanings(cases: &[&CaseResult]) -> String {
    let mut html = String::from("<details><summary>What one call of each is</summary><dl>\n");
    let mut last = String::new();
    for case in cases {
        let path = case.path();
        if path != last {
            let _ = writeln!(html, "<dt>{}</dt><dd>{}</dd>", line(&path), line(&case.what));
        }
        last = path;
    }
    html + "</dl></details>\n"
}

/// The claims, and how they stand.
pub(super) fn claims(rows: &[Row]) -> String {
    let mut table = String::from(
        "<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr><th>article</th><th>claim</th><th class=\"n\"></th>\
         <th>measured</th><th class=\"n\">size</th><th class=\"n\">in batches</th><th class=\"n\">95 %</th>\
         <th></th></tr></thead>\n<tbody>\n",
    );
    let mut notes = String::new();
    for row in rows {
        let (mean, interval, words) = match &row.measured {
            Ok((estimate, verdict)) => (time(estimate.value), span(*estimate), verdict.words()),
            Err(_) => ("–".to_owned(), String::new(), "not measured".to_owned()),
        };
        let _ = writeln!(
            table,
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>",
            row.claim.article,
            line(row.claim.what),
            line(&claimed(row.claim)),
            line(row.counterpart.path),
            bytes(row.size),
            line(&mean),
            line(&interval),
            line(&words)
        );
        let reason = row.measured.as_ref().err();
        let reason = reason.map(|reason| format!("; not measured: {}", line(reason)));
        let _ = writeln!(
            notes,
            "<dt>{}</dt><dd>{}{}</dd>",
            line(row.counterpart.path),
            line(row.counterpart.nearness),
            reason.unwrap_or_default()
        );
    }
    format!(
        "{table}</tbody></table></div>\n<details><summary>How near each counterpart is</summary><dl>\n{notes}</dl>\
         </details>\n"
    )
}
