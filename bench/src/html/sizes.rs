//! Latency against size: the median call of every mechanism that has more than one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::scale::{Scale, closed, opened};
use super::text::escaped;
use crate::Class;
use crate::results::{CaseResult, Estimate};
use crate::units::bytes;

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 250.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 40.0;
/// The height of a line of text.
const LINE: f64 = 15.0;

/// A curve: its name, and a median for each size.
struct Curve {
    path: String,
    points: BTreeMap<usize, Estimate>,
}

/// The plot of a class; empty where no mechanism was measured in two sizes.
pub(super) fn plot(class: Class, cases: &[&CaseResult]) -> String {
    let curves = curves(cases);
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let (Some(smallest), Some(largest)) =
        (points().map(|(size, _)| *size).min(), points().map(|(size, _)| *size).max())
    else {
        return String::new();
    };
    let low = points().map(|(_, p50)| p50.low).fold(f64::MAX, f64::min);
    let high = points().map(|(_, p50)| p50.high).fold(0.0, f64::max);
    let across = Scale::new((smallest as f64, largest as f64), (LEFT + 10.0, WIDTH - RIGHT));
    let up = Scale::new((low * 0.8, high * 1.25), (HEIGHT - BOTTOM, TOP));
    let name = format!("sizes-{}", class.name());
    let title = format!("{}: median call against the payload's size", class.heading());
    let mut svg = opened(&name, &title, WIDTH, HEIGHT);
    svg += &up.vertical(LEFT, WIDTH - RIGHT);
    svg += &size_labels(&across, &curves);
    let labels = label_places(&curves, &up);
    for (index, (curve, label)) in curves.iter().zip(labels).enumerate() {
        svg += &drawn(curve, index, label, &across, &up);
    }
    svg += &closed(
        "The median call per message, with its interval (95 %), both axes logarithmic. A line joins \
         the sizes of one mechanism; between them nothing was measured.",
    );
    svg
}

fn curves(cases: &[&CaseResult]) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    for case in cases {
        let Some(measured) = case.measured() else { continue };
        let p50 = measured.summary().p50;
        match curves.iter_mut().find(|curve| curve.path == case.path()) {
            Some(curve) => {
                curve.points.insert(case.size, p50);
            }
            None => {
                curves
                    .push(Curve { path: case.path(), points: BTreeMap::from([(case.size, p50)]) });
            }
        }
    }
    curves.retain(|curve| curve.points.len() > 1);
    curves
}

fn size_labels(across: &Scale, curves: &[Curve]) -> String {
    let mut sizes: Vec<usize> =
        curves.iter().flat_map(|curve| curve.points.keys().copied()).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut svg = String::from("<g class=\"tick\">\n");
    for size in sizes {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            across.place(size as f64),
            HEIGHT - BOTTOM + 18.0,
            bytes(size)
        );
    }
    svg + "</g>\n"
}

/// Where the curves' names stand: as near to the ends as they can without one above another.
fn label_places(curves: &[Curve], up: &Scale) -> Vec<f64> {
    let ends = curves.iter().filter_map(|curve| curve.points.values().next_back());
    let mut places: Vec<(usize, f64)> = ends.map(|end| up.place(end.value)).enumerate().collect();
    places.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut lowest = f64::MIN;
    for (_, place) in &mut places {
        *place = place.max(lowest + LINE);
        lowest = *place;
    }
    // What was pushed below the axis moves up again, and what is above it with it.
    let mut highest = HEIGHT - BOTTOM + LINE;
    for (_, place) in places.iter_mut().rev() {
        *place = place.min(highest - LINE);
        highest = *place;
    }
    places.sort_by_key(|(index, _)| *index);
    places.into_iter().map(|(_, place)| place).collect()
}

fn drawn(curve: &Curve, index: usize, label: f64, across: &Scale, up: &Scale) -> String {
    let colour = format!("s{}", index % 8);
    let dashes = if index < 8 { "" } else { " stroke-dasharray=\"5 3\"" };
    let mut path = String::new();
    let mut marks = String::new();
    let mut end = (0.0, 0.0);
    for (size, p50) in &curve.points {
        let (x, y) = (across.place(*size as f64), up.place(p50.value));
        let command = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{command}{x:.1} {y:.1}");
        let _ = writeln!(
            marks,
            "<line class=\"whisker {colour}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\
             <circle class=\"{colour}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.6\"/>",
            up.place(p50.high),
            up.place(p50.low)
        );
        end = (x, y);
    }
    let text = WIDTH - RIGHT + 34.0;
    format!(
        "<g class=\"series\">\n<path class=\"curve {colour}\" d=\"{path}\"{dashes}/>\n{marks}\
         <line class=\"{colour}\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{:.1}\" y2=\"{label:.1}\" stroke-opacity=\"0.5\"/>\
         <text x=\"{text:.1}\" y=\"{:.1}\">{}</text>\n</g>\n",
        end.0 + 4.0,
        text - 4.0,
        end.1,
        label + 4.0,
        escaped(&curve.path)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_curves_that_end_together_do_not_cover_each_other() {
        let estimate = Estimate { value: 100.0, low: 90.0, high: 110.0 };
        let curve = |name: usize| Curve {
            path: name.to_string(),
            points: BTreeMap::from([(8, estimate), (64, estimate)]),
        };
        let curves: Vec<Curve> = (0..20).map(curve).collect();
        let up = Scale::new((10.0, 100.0), (HEIGHT - BOTTOM, TOP));
        let mut places = label_places(&curves, &up);
        places.sort_by(f64::total_cmp);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= LINE - 1e-9));
        assert!(places.last().is_some_and(|last| *last <= HEIGHT - BOTTOM));
    }
}
