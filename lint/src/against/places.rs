//! Places in a structure, kept so that what overlaps one of thousands of members is found without looking
//! at all of them.

use super::Extent;

/// Some members' places.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// In the order of where they begin, each with the member's index.
    all: Vec<(Extent, usize)>,
    /// The furthest end of any up to and with each of these.
    reach: Vec<u64>,
    /// What they cover together: where each stretch begins and ends.
    covered: Vec<(u64, u64)>,
}

impl Places {
    pub(crate) fn of(extents: impl Iterator<Item = (usize, Extent)>) -> Self {
        let mut all: Vec<(Extent, usize)> =
            extents.map(|(index, extent)| (extent, index)).collect();
        all.sort_unstable();
        let mut places = Self { all, ..Self::default() };
        let mut reach = 0;
        for (extent, _) in &places.all {
            let (start, end) = (extent.offset_bits, extent.end_bits());
            match places.covered.last_mut().filter(|(_, until)| start <= *until) {
                Some((_, until)) => *until = end.max(*until),
                None => places.covered.push((start, end)),
            }
            reach = end.max(reach);
            places.reach.push(reach);
        }
        places
    }

    /// The members that have a bit in common with a place, in no order.
    pub(crate) fn overlapping(&self, place: Extent) -> impl Iterator<Item = usize> {
        let behind = self.all.partition_point(|(extent, _)| extent.offset_bits < place.end_bits());
        let before = self.all[..behind].iter().zip(&self.reach[..behind]).rev();
        before
            .take_while(move |(_, reach)| **reach > place.offset_bits)
            .filter(move |((extent, _), _)| extent.end_bits() > place.offset_bits)
            .map(|((_, index), _)| *index)
    }

    /// Whether they cover a place together without a gap.
    pub(crate) fn cover(&self, place: Extent) -> bool {
        let begun = self.covered.partition_point(|(start, _)| *start <= place.offset_bits);
        self.covered[..begun].last().is_some_and(|(_, end)| *end >= place.end_bits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(offset_bits: u64, size_bits: u64) -> Extent {
        Extent { offset_bits, size_bits }
    }

    #[test]
    fn what_overlaps_is_found_and_what_touches_is_not() {
        let places = [bits(0, 64), bits(32, 8), bits(64, 8), bits(80, 8), bits(84, 0)];
        let places = Places::of(places.into_iter().enumerate());
        let overlapping = |place| {
            let mut found: Vec<usize> = places.overlapping(place).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(overlapping(bits(32, 8)), [0, 1]);
        assert_eq!(overlapping(bits(40, 24)), [0]);
        assert_eq!(overlapping(bits(72, 8)), [0; 0]);
        assert_eq!(overlapping(bits(60, 25)), [0, 2, 3, 4]);
        assert!(places.cover(bits(8, 64)));
        assert!(!places.cover(bits(64, 24)) && !places.cover(bits(72, 8)));
    }
}
