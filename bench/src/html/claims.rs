//! The articles' claims beside what was measured: a band and a dot.

use std::fmt::Write as _;

use ioctlkit_report::page::line;

use super::colour::Mechanism;
use super::scale::Scale;
use crate::articles::Row;

/// The plot; claims without a measurement have their band and no dot.
pub(super) fn plot(rows: &[Row]) -> String {
    let measured = || rows.iter().filter_map(|row| row.measured.as_ref().ok());
    let claimed = rows.iter().map(|row| row.claim);
    let least = claimed.clone().map(|claim| claim.low_ns).filter(|low| *low > 0.0);
    let least =
        least.chain(measured().map(|(estimate, _)| estimate.low.max(1.0))).fold(5.0, f64::min);
    let most = claimed.map(|claim| claim.high_ns);
    let most = most.chain(measured().map(|(estimate, _)| estimate.high)).fold(100.0, f64::max);
    let scale = Scale::new((least * 0.8, most * 1.3), (2.0, 98.0));
    let mut figure = String::from("<figure id=\"claims-plot\">\n");
    for row in rows {
        figure += &drawn(&scale, row);
    }
    let _ = writeln!(
        figure,
        "<div class=\"row\"><span></span>{}<span></span></div>\n<figcaption>Grey: what the article claims. Dot \
         and line: the time in batches and its interval (95 %), per message. Logarithmic axis.</figcaption>\n\
         </figure>",
        scale.labels()
    );
    figure
}

fn drawn(scale: &Scale, row: &Row) -> String {
    let start = scale.place(row.claim.low_ns);
    // A single figure is a line.
    let width = (scale.place(row.claim.high_ns) - start).max(0.4);
    let mechanism = row.counterpart.path.split('/').next().unwrap_or_default();
    let Mechanism { class, .. } = Mechanism::of(mechanism);
    let mut svg = format!(
        "<div class=\"row\"><span class=\"label\" title=\"{}\">{}: {}<br><span class=\"quiet\">{}</span></span>\n\
         <svg class=\"strip {class}\" width=\"100%\" height=\"24\" role=\"img\" aria-label=\"{}\">\n{}\
         <rect class=\"claim\" x=\"{start:.2}%\" y=\"4\" width=\"{width:.2}%\" height=\"16\"/>\n",
        line(row.counterpart.nearness),
        row.claim.article,
        line(row.claim.what),
        line(row.counterpart.path),
        line(row.claim.what),
        scale.grid(),
    );
    let words = match &row.measured {
        Ok((estimate, verdict)) => {
            let [low, value, high] =
                [estimate.low, estimate.value, estimate.high].map(|ns| scale.place(ns));
            let _ = writeln!(
                svg,
                "<line class=\"whisker\" x1=\"{low:.2}%\" x2=\"{high:.2}%\" y1=\"12\" y2=\"12\"/>\
                 <circle cx=\"{value:.2}%\" cy=\"12\" r=\"4\"/>",
            );
            verdict.words()
        }
        Err(_) => "not measured".to_owned(),
    };
    let _ = writeln!(svg, "</svg>\n<span class=\"value\">{}</span></div>", line(&words));
    svg
}
