//! Times as people read them.

/// Nanoseconds, with three digits and a unit.
pub(crate) fn time(ns: f64) -> String {
    let (value, unit) = match ns.abs() {
        below if below < 999.5 => (ns, "ns"),
        below if below < 999.5e3 => (ns / 1e3, "µs"),
        below if below < 999.5e6 => (ns / 1e6, "ms"),
        _ => (ns / 1e9, "s"),
    };
    format!("{} {unit}", three_digits(value))
}

/// A number with three digits at least, and none behind the point for a whole one below 1000.
fn three_digits(value: f64) -> String {
    let digits = match value.abs() {
        below if below < 9.995 => 2,
        below if below < 99.95 => 1,
        _ => 0,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A number of bytes.
pub(crate) fn bytes(size: usize) -> String {
    match size {
        0 => "–".to_owned(),
        _ => format!("{size} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_the_unit_that_suits_them() {
        for (ns, text) in [
            (0.0, "0 ns"),
            (1.237, "1.24 ns"),
            (23.0, "23 ns"),
            (999.4, "999 ns"),
            (999.6, "1 µs"),
            (1270.0, "1.27 µs"),
            (12_345_678.0, "12.3 ms"),
            (2.5e9, "2.5 s"),
            (-40.0, "-40 ns"),
        ] {
            assert_eq!(time(ns), text);
        }
    }
}
