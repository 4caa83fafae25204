//! The distribution of each mechanism's calls: how many took how long, a row each, on one axis.

use std::fmt::Write as _;

use super::scale::{Scale, closed, opened};
use super::text::escaped;
use crate::Class;
use crate::results::{CaseResult, Measured, Summary};
use crate::units::{bytes, time};

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 230.0;
const RIGHT: f64 = 110.0;
const TOP: f64 = 12.0;
const ROW: f64 = 46.0;
/// How many steps a decade of times has.
const STEPS: f64 = 24.0;

/// The plot of a class; empty for no case.
pub(super) fn plot(class: Class, cases: &[&CaseResult]) -> String {
    let rows: Vec<(&CaseResult, &Measured, Summary)> = cases
        .iter()
        .filter_map(|case| case.measured().map(|measured| (*case, measured, measured.summary())))
        .collect();
    let least =
        rows.iter().filter_map(|(_, measured, _)| shortest(measured)).fold(f64::MAX, f64::min);
    let most = rows.iter().map(|(_, _, summary)| summary.p99).fold(0.0, f64::max);
    if rows.is_empty() || most <= 0.0 {
        return String::new();
    }
    let scale = Scale::new((least * 0.8, most * 1.5), (LEFT, WIDTH - RIGHT));
    let bottom = TOP + ROW * rows.len() as f64;
    let name = format!("distribution-{}", class.name());
    let title = format!("{}: distribution of the times of single calls", class.heading());
    let mut svg = opened(&name, &title, WIDTH, bottom + 26.0);
    svg += &scale.horizontal(TOP, bottom);
    for (index, (case, measured, summary)) in rows.iter().enumerate() {
        let base = TOP + ROW * (index + 1) as f64 - 4.0;
        let colour = if case.mechanism == "empty-timer" {
            "floor".to_owned()
        } else {
            format!("s{}", index % 8)
        };
        svg += &row(&scale, base, &colour, case, measured, summary);
    }
    svg += &closed(
        "Per message, on a logarithmic axis. The area shows how many calls took how long, each row to \
         its own height; the line is the median, the dot the 99th percentile. What is beyond the \
         axis is in the table. Grey: the empty timer, whose time is in all the others.",
    );
    svg
}

fn row(
    scale: &Scale,
    base: f64,
    colour: &str,
    case: &CaseResult,
    measured: &Measured,
    summary: &Summary,
) -> String {
    let mut svg = String::new();
    let label = match case.size {
        0 => case.path(),
        size => format!("{}, {}", case.path(), bytes(size)),
    };
    let _ = writeln!(
        svg,
        "<g class=\"row\"><title>{what}</title>\n\
         <text x=\"{:.1}\" y=\"{base:.1}\" text-anchor=\"end\">{label}</text>\n\
         <path class=\"area {colour}\" d=\"{}\"/>",
        LEFT - 10.0,
        area(scale, base, measured),
        what = escaped(&case.what),
        label = escaped(&label),
    );
    let (median, tail) = (scale.place(summary.p50.value), scale.place(summary.p99));
    let _ = writeln!(
        svg,
        "<line class=\"median {colour}\" x1=\"{median:.1}\" x2=\"{median:.1}\" y1=\"{:.1}\" y2=\"{base:.1}\"/>\n\
         <circle class=\"{colour}\" cx=\"{tail:.1}\" cy=\"{:.1}\" r=\"3\"/>\n\
         <text x=\"{:.1}\" y=\"{base:.1}\">{}</text></g>",
        base - ROW + 12.0,
        base - 3.0,
        WIDTH - RIGHT + 10.0,
        time(summary.p50.value),
    );
    svg
}

/// The outline of the counts in steps of equal logarithms, closed at the base.
fn area(scale: &Scale, base: f64, measured: &Measured) -> String {
    let (from, to) = scale.decades();
    let count = ((to - from) * STEPS).ceil().max(1.0) as usize;
    let mut steps = vec![0.0_f64; count + 1];
    let operations = f64::from(measured.operations.max(1));
    for &(ns, calls) in &measured.histogram {
        let at = ((ns.max(1) as f64 / operations).log10() - from) * STEPS;
        // What is beyond the axis is not drawn, rather than drawn at its end.
        if (0.0..=count as f64).contains(&at) {
            steps[(at as usize).min(count)] += calls as f64;
        }
    }
    let highest = steps.iter().copied().fold(1.0, f64::max);
    let left = scale.place(10_f64.powf(from));
    let mut path = format!("M{left:.1} {base:.1}");
    for (index, step) in steps.iter().enumerate() {
        let [start, end] =
            [index, index + 1].map(|at| scale.place(10_f64.powf(from + at as f64 / STEPS)));
        let y = base - step / highest * (ROW - 14.0);
        let _ = write!(path, "L{start:.1} {y:.1}L{end:.1} {y:.1}");
    }
    let right = scale.place(10_f64.powf(to));
    path + &format!("L{right:.1} {base:.1}Z")
}

fn shortest(measured: &Measured) -> Option<f64> {
    let &(ns, _) = measured.histogram.first()?;
    Some(ns.max(1) as f64 / f64::from(measured.operations.max(1)))
}
