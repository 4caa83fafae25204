//! Logarithmic axes.

use std::fmt::Write as _;

use crate::units;

/// From a range of values to a range of places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// For values from `low` to `high`, both above 0, drawn from `start` to `end`, in pixels or per cent.
    pub(super) fn new((low, high): (f64, f64), (start, end): (f64, f64)) -> Self {
        let low = low.max(1e-3);
        // A range of no width would have no scale.
        let high = high.max(low * 1.5);
        Self { from: low.log10(), to: high.log10(), start, end }
    }

    /// Where a value is, at an end if it is beyond.
    pub(super) fn place(&self, value: f64) -> f64 {
        let share = (value.max(1e-3).log10() - self.from) / (self.to - self.from);
        self.start + share.clamp(0.0, 1.0) * (self.end - self.start)
    }

    /// The logarithms of both ends.
    pub(super) fn decades(&self) -> (f64, f64) {
        (self.from, self.to)
    }

    /// The values to label: powers of ten, with 2 and 5 times those where the range is short.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let steps: &[f64] = if self.to - self.from < 1.6 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let decades = (self.from.floor() as i32)..=(self.to.ceil() as i32);
        let values =
            decades.flat_map(|decade| steps.iter().map(move |step| step * 10_f64.powi(decade)));
        let inside = |value: &f64| (self.from - 1e-9..=self.to + 1e-9).contains(&value.log10());
        values.filter(inside).collect()
    }

    /// The lines of a horizontal axis, over the whole height of a strip; places are per cent.
    pub(super) fn grid(&self) -> String {
        let mut svg = String::new();
        for tick in self.ticks() {
            let x = self.place(tick);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"0\" y2=\"100%\"/>"
            );
        }
        svg
    }

    /// The labels of a horizontal axis as a strip of its own; places are per cent.
    pub(super) fn labels(&self) -> String {
        let mut svg = String::from(
            "<svg class=\"labels\" width=\"100%\" height=\"18\" aria-hidden=\"true\">\n",
        );
        for tick in self.ticks() {
            let x = self.place(tick);
            // At an end the label stands inside.
            let anchor = match x {
                near if near < 6.0 => "start",
                far if far > 94.0 => "end",
                _ => "middle",
            };
            let _ = writeln!(
                svg,
                "<text x=\"{x:.2}%\" y=\"13\" text-anchor=\"{anchor}\">{}</text>",
                units::time(tick)
            );
        }
        svg + "</svg>\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decade_is_a_decade_wherever_it_is() {
        let scale = Scale::new((1.0, 1000.0), (0.0, 300.0));
        for (value, place) in [(0.1, 0.0), (1.0, 0.0), (10.0, 100.0), (1000.0, 300.0), (1e9, 300.0)]
        {
            assert!((scale.place(value) - place).abs() < 1e-9, "{value}");
        }
        assert_eq!(scale.ticks(), [1.0, 10.0, 100.0, 1000.0]);
    }

    #[test]
    fn a_single_value_has_a_scale_too() {
        let scale = Scale::new((30.0, 30.0), (0.0, 100.0));
        assert!(scale.place(30.0).is_finite());
        assert!(!Scale::new((0.0, 0.0), (0.0, 100.0)).place(0.0).is_nan());
    }
}
