//! The distribution of each mechanism's calls: how many took how long, a row each, on one axis.

use std::fmt::Write as _;

use ioctlkit_report::page::line;

use super::colour::Mechanism;
use super::scale::Scale;
use crate::Class;
use crate::results::{CaseResult, Measured, Summary};
use crate::units::{bytes, time};

/// The places across and down in which an outline is given.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;
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
    let scale = Scale::new((least * 0.8, most * 1.5), (0.0, 100.0));
    let mut figure = format!(
        "<h3>How long single calls took</h3>\n<figure id=\"distribution-{}\">\n",
        class.name()
    );
    for (case, measured, summary) in &rows {
        figure += &row(&scale, case, measured, summary);
    }
    let _ = writeln!(
        figure,
        "<div class=\"row\"><span></span>{}<span></span></div>\n<figcaption>Per message, on a logarithmic axis. \
         The area shows how many calls took how long, each row to its own height; the line is the median, the \
         short one the 99th percentile. What is beyond the axis is in the table.</figcaption>\n</figure>",
        scale.labels()
    );
    figure
}

fn row(scale: &Scale, case: &CaseResult, measured: &Measured, summary: &Summary) -> String {
    let Mechanism { class, .. } = Mechanism::of(&case.mechanism);
    let label = match case.size {
        0 => case.path(),
        size => format!("{}, {}", case.path(), bytes(size)),
    };
    let (median, tail) = (scale.place(summary.p50.value), scale.place(summary.p99));
    format!(
        "<div class=\"row\"><span class=\"label\" title=\"{}\">{}</span>\n\
         <svg class=\"strip {class}\" width=\"100%\" height=\"32\" role=\"img\" aria-label=\"{}\">\n{}\
         <svg width=\"100%\" height=\"100%\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\">\
         <path class=\"area\" d=\"{}\"/></svg>\n\
         <line class=\"median\" x1=\"{median:.2}%\" x2=\"{median:.2}%\" y1=\"0\" y2=\"100%\"/>\
         <line class=\"tail\" x1=\"{tail:.2}%\" x2=\"{tail:.2}%\" y1=\"60%\" y2=\"100%\"/></svg>\n\
         <span class=\"value\">{}</span></div>\n",
        line(&case.what),
        line(&label),
        line(&label),
        scale.grid(),
        area(scale, measured),
        time(summary.p50.value),
    )
}

/// The outline of the counts in steps of equal logarithms, closed at the base.
fn area(scale: &Scale, measured: &Measured) -> String {
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
    let across = |decade: f64| scale.place(10_f64.powf(decade)) / 100.0 * WIDTH;
    let mut path = format!("M0 {HEIGHT:.0}");
    for (index, step) in steps.iter().enumerate() {
        let [start, end] = [index, index + 1].map(|at| across(from + at as f64 / STEPS));
        let y = HEIGHT - step / highest * (HEIGHT - 8.0);
        let _ = write!(path, "L{start:.1} {y:.1}L{end:.1} {y:.1}");
    }
    path + &format!("L{WIDTH:.0} {HEIGHT:.0}Z")
}

fn shortest(measured: &Measured) -> Option<f64> {
    let &(ns, _) = measured.histogram.first()?;
    Some(ns.max(1) as f64 / f64::from(measured.operations.max(1)))
}
