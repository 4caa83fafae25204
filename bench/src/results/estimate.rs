//! Medians with their intervals, by the bootstrap: what the restarts scatter is what another run
//! would scatter.

/// A value with its interval, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The median.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// And its upper end.
    pub high: f64,
}

/// The share of the draws that an interval holds, unless something else is said.
pub const SHARE: f64 = 0.95;
/// How often is drawn.
const DRAWS: usize = 2000;
/// What is drawn with: the same restarts give the same interval.
const SEED: u64 = 0x0069_6f63_746c;

impl Estimate {
    /// The median of what the restarts gave, with the interval that holds the median of 95 % of the
    /// draws. `None` for no restart; an interval of no width says nothing where there are few.
    pub fn of(restarts: &[f64]) -> Option<Self> {
        let value = median(restarts)?;
        let mut random = fastrand::Rng::with_seed(SEED);
        let draws = (0..DRAWS).filter_map(|_| median(&drawn(restarts, &mut random))).collect();
        let (low, high) = interval(draws, SHARE)?;
        Some(Self { value, low, high })
    }

    /// Divided by a number of messages.
    pub fn per(self, operations: f64) -> Self {
        let Self { value, low, high } = self;
        Self { value: value / operations, low: low / operations, high: high / operations }
    }
}

/// By how much the medians of two cases differ, second less first, with the interval that holds this
/// share of the draws.
pub fn difference(first: &[f64], second: &[f64], share: f64) -> Option<Estimate> {
    let value = median(second)? - median(first)?;
    let mut random = fastrand::Rng::with_seed(SEED);
    let draws = (0..DRAWS).filter_map(|_| {
        Some(median(&drawn(second, &mut random))? - median(&drawn(first, &mut random))?)
    });
    let (low, high) = interval(draws.collect(), share)?;
    Some(Estimate { value, low, high })
}

/// The middle value, or the mean of the two in the middle; `None` for no value.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(sorted[middle - 1], upper))
}

fn drawn(values: &[f64], random: &mut fastrand::Rng) -> Vec<f64> {
    (0..values.len()).map(|_| values[random.usize(..values.len())]).collect()
}

fn interval(mut draws: Vec<f64>, share: f64) -> Option<(f64, f64)> {
    draws.sort_by(f64::total_cmp);
    let at = |quantile: f64| {
        let index = quantile * (draws.len().checked_sub(1)?) as f64;
        draws.get(index.round() as usize).copied()
    };
    Some((at((1.0 - share) / 2.0)?, at(1.0 - (1.0 - share) / 2.0)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers around a centre, from a generator with that seed.
    fn restarts(centre: f64, spread: f64, count: usize, seed: u64) -> Vec<f64> {
        let mut random = fastrand::Rng::with_seed(seed);
        let noise = |random: &mut fastrand::Rng| (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        (0..count).map(|_| centre + spread * noise(&mut random)).collect()
    }

    #[test]
    fn the_interval_holds_the_true_median_about_as_often_as_it_says() {
        let holds = (0..200).filter(|seed| {
            let estimate = Estimate::of(&restarts(1000.0, 50.0, 20, *seed)).unwrap();
            (estimate.low..=estimate.high).contains(&1000.0)
        });
        let holds = holds.count();
        assert!((176..=200).contains(&holds), "{holds} of 200");
    }

    #[test]
    fn equal_runs_rarely_differ_and_different_ones_always() {
        let differs = |shift: f64| {
            let differs = |seed: &u64| {
                let first = restarts(1000.0, 20.0, 20, *seed);
                let second = restarts(1000.0 + shift, 20.0, 20, seed + 1000);
                let difference = difference(&first, &second, 0.99).unwrap();
                difference.low > 0.0 || difference.high < 0.0
            };
            (0..200).filter(differs).count()
        };
        assert!(differs(0.0) <= 8, "{} of 200", differs(0.0));
        assert_eq!(differs(100.0), 200);
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert!(Estimate::of(&[]).is_none());
        let one = Estimate::of(&[7.0]).unwrap();
        assert_eq!(one, Estimate { value: 7.0, low: 7.0, high: 7.0 });
    }
}
