//! What is elsewhere from one strip to the next, with nothing joined twice.

use std::ops::Range;

use super::blocks::Block;

/// A range of bits in one strip, and where the next strip has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) was: Range<u64>,
    pub(super) is: Range<u64>,
}

impl Move {
    /// Nothing for what stays where it is.
    pub(super) fn of(was: &Block<'_>, is: &Block<'_>) -> Option<Self> {
        let range = |block: &Block<'_>| block.offset_bits..block.offset_bits + block.bits;
        let (was, is) = (range(was), range(is));
        (was != is).then_some(Self { was, is })
    }

    fn shift(&self) -> (u64, u64) {
        (self.is.start.wrapping_sub(self.was.start), self.is.end.wrapping_sub(self.was.end))
    }

    fn holds(&self, other: &Self) -> bool {
        let within = |inner: &Range<u64>, outer: &Range<u64>| {
            outer.start <= inner.start && inner.end <= outer.end
        };
        within(&other.was, &self.was) && within(&other.is, &self.is)
    }
}

/// How many of the last ones a move may be a part of: alternatives that are drawn side by side are few.
const NEAR: usize = 16;

/// The moves with those in one that move along with it: alternatives of a union lie over each other, and so
/// would their bands.
pub(super) fn merged(mut moves: Vec<Move>) -> Vec<Move> {
    moves.sort_by_key(|one| (one.was.start, std::cmp::Reverse(one.was.end)));
    let mut merged: Vec<Move> = Vec::new();
    for one in moves {
        if merged.iter().rev().take(NEAR).any(|known| known.holds(&one)) {
            continue;
        }
        match merged.last_mut() {
            Some(last)
                if last.shift().0 == last.shift().1
                    && last.shift() == one.shift()
                    && one.was.start <= last.was.end =>
            {
                last.was.end = last.was.end.max(one.was.end);
                last.is.end = last.is.end.max(one.is.end);
            }
            _ => merged.push(one),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(was: Range<u64>, is: Range<u64>) -> Move {
        Move { was, is }
    }

    #[test]
    fn alternatives_that_move_together_are_one() {
        let alternatives =
            vec![moved(64..96, 32..64), moved(64..128, 32..96), moved(64..80, 32..48)];
        assert_eq!(merged(alternatives), [moved(64..128, 32..96)]);
    }

    #[test]
    fn neighbours_that_move_alike_are_one_and_others_stay_apart() {
        let moves = vec![moved(64..96, 32..64), moved(96..128, 64..96), moved(192..224, 128..160)];
        assert_eq!(merged(moves), [moved(64..128, 32..96), moved(192..224, 128..160)]);
    }

    #[test]
    fn what_shrinks_is_no_part_of_what_moves() {
        let moves = vec![moved(64..128, 64..96), moved(128..160, 96..128)];
        assert_eq!(merged(moves.clone()), moves);
    }
}
