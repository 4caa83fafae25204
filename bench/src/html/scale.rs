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
    /// For values from `low` to `high`, both above 0, drawn from `start` to `end`, in pixels.
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

    /// Lines and labels of a horizontal axis of times, from `top` to `bottom`.
    pub(super) fn horizontal(&self, top: f64, bottom: f64) -> String {
        let mut svg = String::from("<g class=\"tick\">\n");
        for tick in self.ticks() {
            let x = self.place(tick);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top:.1}\" y2=\"{bottom:.1}\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 16.0,
                units::time(tick)
            );
        }
        svg + "</g>\n"
    }

    /// Lines and labels of a vertical axis of times, from `left` to `right`.
    pub(super) fn vertical(&self, left: f64, right: f64) -> String {
        let mut svg = String::from("<g class=\"tick\">\n");
        for tick in self.ticks() {
            let y = self.place(tick);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{left:.1}\" x2=\"{right:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                left - 6.0,
                y + 4.0,
                units::time(tick)
            );
        }
        svg + "</g>\n"
    }
}

/// The head of a plot: `name` is unique in the page.
pub(super) fn opened(name: &str, title: &str, width: f64, height: f64) -> String {
    let title = super::text::escaped(title);
    format!(
        "<figure>\n<svg id=\"{name}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"{name}-title\">\n<title id=\"{name}-title\">{title}</title>\n"
    )
}

/// The end of a plot, with what it shows.
pub(super) fn closed(caption: &str) -> String {
    let caption = super::text::escaped(caption);
    format!("</svg>\n<figcaption>{caption}</figcaption>\n</figure>\n")
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
