//! The tables of the page.

use super::text::escaped;
use crate::articles::Row;
use crate::results::{CaseResult, Results};
use crate::table::{FIGURES, absent as absent_cases, claimed, figures, remarks, span};
use crate::units::{bytes, time};

/// Where and how it ran.
pub(super) fn machine(results: &Results) -> String {
    let machine = &results.machine;
    let unknown = || "unknown".to_owned();
    let mitigations: Vec<String> = machine
        .mitigations
        .iter()
        .filter(|(_, state)| state.as_str() != "Not affected")
        .map(|(name, state)| format!("{name}: {state}"))
        .collect();
    let facts = [
        ("accelerator", machine.accelerator.clone()),
        ("kernel", format!("{} ({})", machine.kernel, machine.architecture)),
        ("configuration", machine.config_sha256.clone().unwrap_or_else(unknown)),
        ("processor", format!("{}, {} of them", machine.processor, machine.processors)),
        ("clock", machine.clock_source.clone().unwrap_or_else(unknown)),
        ("governor", machine.governor.clone().unwrap_or_else(unknown)),
        ("mitigations", if mitigations.is_empty() { unknown() } else { mitigations.join("; ") }),
        (
            "load at the start",
            machine
                .load_hundredths
                .map_or_else(unknown, |load| format!("{:.2}", f64::from(load) / 100.0)),
        ),
        ("root", if machine.root { "yes" } else { "no" }.to_owned()),
        ("experiment", results.preset.clone().unwrap_or_else(|| "all".to_owned())),
        (
            "rounds",
            format!("{} in {:.0} s, drawn with {}", results.rounds, results.seconds, results.seed),
        ),
        ("program", results.tool.clone()),
    ];
    let rows: String = facts
        .iter()
        .map(|(name, fact)| format!("<dt>{name}</dt><dd>{}</dd>\n", escaped(fact)))
        .collect();
    format!("<dl class=\"machine\">\n{rows}</dl>\n")
}

/// The figures of a class.
pub(super) fn measured(results: &Results, cases: &[&CaseResult]) -> String {
    let mut table = String::from("<div class=\"wide\"><table>\n<thead><tr><th>mechanism</th>");
    for title in FIGURES.iter().chain(&["calls"]) {
        table += &format!("<th class=\"n\">{title}</th>");
    }
    table += "<th>what one call is</th></tr></thead>\n<tbody>\n";
    for case in cases {
        let Some(measured) = case.measured() else { continue };
        let summary = measured.summary();
        let remarks = remarks(results, case, measured, &summary);
        let what = if remarks.is_empty() {
            case.what.clone()
        } else {
            format!("{} ({remarks})", case.what)
        };
        table += &format!("<tr><td class=\"name\">{}</td>", escaped(&case.path()));
        let calls = summary.calls.to_string();
        for figure in figures(case, &summary).iter().chain([&calls]) {
            table += &format!("<td class=\"n\">{}</td>", escaped(figure));
        }
        table += &format!("<td>{}</td></tr>\n", escaped(&what));
    }
    table + "</tbody></table></div>\n"
}

/// The claims, and how they stand.
pub(super) fn claims(rows: &[Row]) -> String {
    let mut table = String::from(
        "<div class=\"wide\"><table>\n<thead><tr><th>article</th><th>claim</th><th class=\"n\"></th>\
         <th>measured</th><th class=\"n\">size</th><th class=\"n\">in batches</th><th class=\"n\">95 %</th>\
         <th></th></tr></thead>\n<tbody>\n",
    );
    for row in rows {
        let (mean, interval, words) = match &row.measured {
            Ok((estimate, verdict)) => (time(estimate.value), span(*estimate), verdict.words()),
            Err(reason) => ("–".to_owned(), String::new(), format!("not measured: {reason}")),
        };
        table += &format!(
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td>{}: {}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
            row.claim.article,
            escaped(row.claim.what),
            escaped(&claimed(row.claim)),
            escaped(row.counterpart.path),
            escaped(row.counterpart.nearness),
            bytes(row.size),
            escaped(&mean),
            escaped(&interval),
            escaped(&words)
        );
    }
    table + "</tbody></table></div>\n"
}

/// What was not measured, and why; empty if everything was.
pub(super) fn absent(results: &Results) -> String {
    let rows: String = absent_cases(results)
        .iter()
        .map(|absent| {
            format!(
                "<tr><td class=\"name\">{}</td><td>{}</td><td>{}: {}</td></tr>\n",
                escaped(&absent.path),
                escaped(&absent.sizes.join(", ")),
                absent.word,
                escaped(&absent.reason)
            )
        })
        .collect();
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<section id=\"absent\">\n<h2>Not measured</h2>\n<div class=\"wide\"><table>\n<thead><tr>\
         <th>mechanism</th><th>sizes</th><th>why</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n\
         </section>\n"
    )
}
