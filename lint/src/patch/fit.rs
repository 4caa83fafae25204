//! Where hunks fit in a text, and what they make of it.

use std::collections::HashMap;

use super::{Hunk, Line, Side};

/// How many more lines are copied and compared. Files and patch may be a stranger's, and made so that every
/// line could be the right one, or every change rewrites the same file.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Default for Budget {
    /// A second or two. A thousand changes of the kernel's longest file take a fifth of it.
    fn default() -> Self {
        Self(100_000_000)
    }
}

impl Budget {
    /// Takes what some lines cost; nothing once too little is left.
    fn spend(&mut self, lines: usize) -> Option<()> {
        let left = self.0.checked_sub(lines);
        self.0 = left.unwrap_or(0);
        left.map(drop)
    }

    /// Whether there is nothing left, so that what was not found may be there.
    pub(super) fn is_spent(&self) -> bool {
        self.0 == 0
    }
}

/// What hunks make of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fitted {
    /// The text with the hunks that fit.
    pub(super) text: Vec<u8>,
    /// Those that do not, by their place among all.
    pub(super) misfits: Vec<usize>,
    /// How many fit.
    pub(super) fits: usize,
    /// By how many lines all of them are off together.
    pub(super) distance: usize,
    /// How many lines of the text were found to be what they should.
    pub(super) evidence: usize,
}

/// Replaces the lines that hunks have of one side by those of the other.
pub(super) fn fit(
    text: &[u8],
    hunks: &[Hunk],
    patch: &[u8],
    from: Side,
    budget: &mut Budget,
) -> Fitted {
    let mut fitted = Fitted::default();
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    if budget.spend(lines.len()).is_none() {
        return Fitted { misfits: (0..hunks.len()).collect(), ..fitted };
    }
    let mut searched = Searched { lines, places: None };
    let mut out = Out { text: Vec::with_capacity(text.len()), is_ended: true };
    // The first line that no hunk has taken, and by how much hunks are off.
    let (mut free, mut shift) = (0_usize, 0_isize);
    for (index, hunk) in hunks.iter().enumerate() {
        let wanted: Vec<&Line> = hunk.lines.iter().filter(|line| from.has(line.sign)).collect();
        let stated = hunk.starts[match from {
            Side::Old => 0,
            Side::New => 1,
        }];
        // A hunk without lines of this side stands behind the line that it names.
        let stated = if wanted.is_empty() { stated } else { stated.saturating_sub(1) };
        let near = stated.saturating_add_signed(shift);
        let Some(at) = searched.find(&wanted, patch, (free, near), budget) else {
            fitted.misfits.push(index);
            continue;
        };
        fitted.fits += 1;
        fitted.evidence += wanted.len();
        fitted.distance = fitted.distance.saturating_add(at.abs_diff(near));
        shift = at.cast_signed() - stated.cast_signed();
        searched.lines[free..at].iter().for_each(|line| out.own(line));
        replace(hunk, patch, from, &searched.lines[at..at + wanted.len()], &mut out);
        free = at + wanted.len();
    }
    searched.lines[free..].iter().for_each(|line| out.own(line));
    fitted.text = out.text;
    fitted
}

fn replace(hunk: &Hunk, patch: &[u8], from: Side, own: &[&[u8]], out: &mut Out) {
    // Files with line ends of two bytes keep them.
    let is_crlf = own.iter().chain(own.first()).any(|line| line.ends_with(b"\r\n"));
    let mut own = own.iter();
    for line in &hunk.lines {
        let line_of_file = if from.has(line.sign) { own.next() } else { None };
        match line_of_file {
            Some(line_of_file) if from.other().has(line.sign) => out.own(line_of_file),
            Some(_) => {}
            None => out.patch(bare(&patch[line.at.clone()]), is_crlf, line.is_unended),
        }
    }
}

/// The text as it will be.
struct Out {
    text: Vec<u8>,
    is_ended: bool,
}

impl Out {
    /// A line of the file.
    fn own(&mut self, line: &[u8]) {
        self.end();
        self.text.extend_from_slice(line);
        self.is_ended = line.ends_with(b"\n");
    }

    /// A line of the patch.
    fn patch(&mut self, line: &[u8], is_crlf: bool, is_unended: bool) {
        self.end();
        self.text.extend_from_slice(line);
        self.is_ended = !is_unended;
        if !is_unended {
            self.text.extend_from_slice(if is_crlf { b"\r\n" } else { b"\n" });
        }
    }

    /// Ends a last line that has become one among others.
    fn end(&mut self) {
        if !self.is_ended {
            self.text.push(b'\n');
        }
    }
}

/// A line without its end, of one or two bytes.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The lines of a text, and where each of them is.
struct Searched<'t> {
    /// With their ends.
    lines: Vec<&'t [u8]>,
    /// Made when the first hunk is not where it says.
    places: Option<HashMap<&'t [u8], Vec<usize>>>,
}

impl Searched<'_> {
    /// The place of the wanted lines that is nearest to where they should be, at or behind the line `free`.
    fn find(
        &mut self,
        wanted: &[&Line],
        patch: &[u8],
        (free, near): (usize, usize),
        budget: &mut Budget,
    ) -> Option<usize> {
        let last = self.lines.len().checked_sub(wanted.len())?;
        let is_possible = |at: usize| at >= free && at <= last;
        if is_possible(near) && is_at(&self.lines, wanted, patch, near, budget)? {
            return Some(near);
        }
        // Every place has the rarest of the lines. Without any, nothing says where it belongs but its number.
        let places = self.places.get_or_insert_with(|| {
            let mut places: HashMap<&[u8], Vec<usize>> = HashMap::new();
            for (at, line) in self.lines.iter().enumerate() {
                places.entry(bare(line)).or_default().push(at);
            }
            places
        });
        let mut rarest: Option<(usize, &Vec<usize>)> = None;
        for (offset, line) in wanted.iter().enumerate() {
            let there = places.get(bare(&patch[line.at.clone()]))?;
            if rarest.is_none_or(|(_, known)| there.len() < known.len()) {
                rarest = Some((offset, there));
            }
        }
        let (offset, there) = rarest?;
        // Outwards from where it should be.
        let aim = near.saturating_add(offset);
        let middle = there.partition_point(|at| *at < aim);
        let mut above = there[..middle].iter().rev().peekable();
        let mut below = there[middle..].iter().peekable();
        loop {
            let is_above = match (above.peek(), below.peek()) {
                (None, None) => return None,
                (Some(up), Some(down)) => aim.abs_diff(**up) <= aim.abs_diff(**down),
                (up, _) => up.is_some(),
            };
            let next = if is_above { above.next() } else { below.next() };
            budget.spend(1)?;
            let at = next.and_then(|at| at.checked_sub(offset)).filter(|at| is_possible(*at));
            if let Some(at) = at
                && is_at(&self.lines, wanted, patch, at, budget)?
            {
                return Some(at);
            }
        }
    }
}

/// Whether the wanted lines are at a place; nothing once the budget is spent.
fn is_at(
    lines: &[&[u8]],
    wanted: &[&Line],
    patch: &[u8],
    at: usize,
    budget: &mut Budget,
) -> Option<bool> {
    for (line, wanted) in lines.get(at..)?.iter().zip(wanted) {
        budget.spend(1)?;
        let is_ended_after_all = wanted.is_unended && line.ends_with(b"\n");
        if is_ended_after_all || bare(line) != bare(&patch[wanted.at.clone()]) {
            return Some(false);
        }
    }
    Some(true)
}
