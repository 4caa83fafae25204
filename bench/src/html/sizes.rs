//! Latency against size: a small panel for each mechanism, with all others faint behind it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ioctlkit_report::page::line;

use super::colour::Mechanism;
use super::scale::Scale;
use crate::Class;
use crate::results::{CaseResult, Estimate};
use crate::units::{bytes, time};

const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 130.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 22.0;

/// A curve: its name, and a median for each size.
struct Curve {
    path: String,
    mechanism: Mechanism,
    points: BTreeMap<usize, Estimate>,
}

/// Both axes, the same for all panels of a class.
struct Axes {
    across: Scale,
    up: Scale,
    sizes: (usize, usize),
}

/// The panels of a class; empty where no mechanism was measured in two sizes.
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
    let axes = Axes {
        across: Scale::new((smallest as f64, largest as f64), (LEFT + 6.0, WIDTH - RIGHT)),
        up: Scale::new((low * 0.8, high * 1.25), (HEIGHT - BOTTOM, TOP)),
        sizes: (smallest, largest),
    };
    let mut figure = format!(
        "<h3>How the size of the payload matters</h3>\n<figure id=\"sizes-{}\">\n<div class=\"panels\">\n",
        class.name()
    );
    for curve in &curves {
        figure += &panel(curve, &curves, &axes);
    }
    figure
        + "</div>\n<figcaption>The median call per message, with its interval (95 %), against the size, both \
           axes logarithmic and the same in all panels. Faint: the others of this class. Between the dots \
           nothing was measured.</figcaption>\n</figure>\n"
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
            None => curves.push(Curve {
                path: case.path(),
                mechanism: Mechanism::of(&case.mechanism),
                points: BTreeMap::from([(case.size, p50)]),
            }),
        }
    }
    curves.retain(|curve| curve.points.len() > 1);
    curves
}

fn panel(curve: &Curve, all: &[Curve], axes: &Axes) -> String {
    let mut panel = format!(
        "<div class=\"panel\"><b>{}</b><span class=\"quiet\">{}</span>\n\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\n",
        line(&curve.path),
        ends(curve),
        line(&curve.path)
    );
    panel += &frame(axes);
    for other in all.iter().filter(|other| other.path != curve.path) {
        let _ = writeln!(panel, "<path class=\"faint\" d=\"{}\"/>", course(other, axes));
    }
    let _ = writeln!(
        panel,
        "<g class=\"{}\"><path class=\"curve\" d=\"{}\"/>{}</g>\n</svg></div>",
        curve.mechanism.class,
        course(curve, axes),
        marks(curve, axes)
    );
    panel
}

/// The first and the last median, in words.
fn ends(curve: &Curve) -> String {
    let (first, last) = (curve.points.first_key_value(), curve.points.last_key_value());
    let words =
        |(size, p50): (&usize, &Estimate)| format!("{} at {}", time(p50.value), bytes(*size));
    first.into_iter().chain(last).map(words).collect::<Vec<_>>().join(", ")
}

/// The lines and labels of both axes.
fn frame(axes: &Axes) -> String {
    let mut svg = String::new();
    // In a range of several decades the powers of ten are enough, and fit one above the other.
    for tick in axes.up.ticks() {
        let y = axes.up.place(tick);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT + 6.0,
            LEFT - 4.0,
            (y + 4.0).max(10.0),
            time(tick)
        );
    }
    let (smallest, largest) = axes.sizes;
    for (size, anchor) in [(smallest, "start"), (largest, "end")] {
        let x = axes.across.place(size as f64);
        let x = if anchor == "end" { WIDTH - 4.0 } else { x - 4.0 };
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            HEIGHT - 6.0,
            bytes(size)
        );
    }
    svg
}

fn course(curve: &Curve, axes: &Axes) -> String {
    let mut path = String::new();
    for (size, p50) in &curve.points {
        let command = if path.is_empty() { 'M' } else { 'L' };
        let (x, y) = (axes.across.place(*size as f64), axes.up.place(p50.value));
        let _ = write!(path, "{command}{x:.1} {y:.1}");
    }
    path
}

fn marks(curve: &Curve, axes: &Axes) -> String {
    let mut marks = String::new();
    for (size, p50) in &curve.points {
        let x = axes.across.place(*size as f64);
        let [y, high, low] = [p50.value, p50.high, p50.low].map(|ns| axes.up.place(ns));
        let _ = write!(
            marks,
            "<line class=\"whisker\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{high:.1}\" y2=\"{low:.1}\"/>\
             <circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.6\"><title>{}: {}</title></circle>",
            bytes(*size),
            time(p50.value)
        );
    }
    marks
}
