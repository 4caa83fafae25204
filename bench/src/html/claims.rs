//! The articles' claims beside what was measured: a band and a dot.

use std::fmt::Write as _;

use super::scale::{Scale, closed, opened};
use super::text::escaped;
use crate::articles::Row;

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 330.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 12.0;
const LINE: f64 = 34.0;

/// The plot; claims without a measurement have their band and no dot.
pub(super) fn plot(rows: &[Row]) -> String {
    let measured = || rows.iter().filter_map(|row| row.measured.as_ref().ok());
    let claimed = rows.iter().map(|row| row.claim);
    let least = claimed.clone().map(|claim| claim.low_ns).filter(|low| *low > 0.0);
    let least =
        least.chain(measured().map(|(estimate, _)| estimate.low.max(1.0))).fold(5.0, f64::min);
    let most = claimed.map(|claim| claim.high_ns);
    let most = most.chain(measured().map(|(estimate, _)| estimate.high)).fold(100.0, f64::max);
    let scale = Scale::new((least * 0.8, most * 1.3), (LEFT, WIDTH - RIGHT));
    let bottom = TOP + LINE * rows.len() as f64;
    let mut svg = opened(
        "claims-plot",
        "The articles' claims beside what was measured",
        WIDTH,
        bottom + 26.0,
    );
    svg += &scale.horizontal(TOP, bottom);
    for (index, row) in rows.iter().enumerate() {
        svg += &drawn(&scale, TOP + LINE * index as f64, row);
    }
    svg += &closed(
        "Grey: what the article claims. Dot and line: the time in batches and its interval (95 %), per \
         message. Logarithmic axis.",
    );
    svg
}

fn drawn(scale: &Scale, top: f64, row: &Row) -> String {
    let middle = top + LINE / 2.0;
    let start = scale.place(row.claim.low_ns);
    // A single figure is a line.
    let width = (scale.place(row.claim.high_ns) - start).max(3.0);
    let mut svg = format!(
        "<g class=\"row\"><title>{}</title>\n\
         <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}: {}</text>\
         <text class=\"axis\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n\
         <rect class=\"claim\" x=\"{start:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\"/>\n",
        escaped(row.counterpart.nearness),
        middle - 2.0,
        row.claim.article,
        escaped(row.claim.what),
        middle + 12.0,
        escaped(row.counterpart.path),
        top + 6.0,
        LINE - 12.0,
        x = LEFT - 10.0,
    );
    let words = match &row.measured {
        Ok((estimate, verdict)) => {
            let _ = writeln!(
                svg,
                "<line class=\"whisker s0\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\"/>\
                 <circle class=\"s0\" cx=\"{:.1}\" cy=\"{middle:.1}\" r=\"4\"/>",
                scale.place(estimate.low),
                scale.place(estimate.high),
                scale.place(estimate.value)
            );
            verdict.words()
        }
        Err(_) => "not measured".to_owned(),
    };
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
        WIDTH - RIGHT + 10.0,
        middle + 4.0,
        escaped(&words)
    );
    svg
}
