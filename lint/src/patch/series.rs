//! What the files of a tree were before a patch, and are after it, whichever of both the tree has.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fit::{Budget, Fitted, fit};
use super::{Change, Content, Hunk, Kind, PatchLine, Side};

/// A text, or that there is no such file.
pub type Text = Option<Arc<[u8]>>;

/// A change of a patch, with the names that its files have in the tree.
#[derive(Debug)]
pub struct Step<'p> {
    /// What the patch says.
    pub change: &'p Change,
    /// What the file was called; none if it is new.
    pub old: Option<PathBuf>,
    /// What it is called; none if it is deleted.
    pub new: Option<PathBuf>,
}

/// What a patch makes of a tree.
#[derive(Debug, Default)]
pub struct Settled {
    /// Each file with its text before and after.
    pub files: BTreeMap<PathBuf, Sides>,
    /// What fits neither.
    pub misfits: Vec<Misfit>,
}

/// A file's text on both sides of a patch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sides {
    /// Without the patch.
    pub before: Text,
    /// With it.
    pub after: Text,
}

/// A hunk, or a whole change, that the tree has neither before nor behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Where it is in the patch.
    pub place: PatchLine,
    /// The file.
    pub path: PathBuf,
    /// Why it does not fit.
    pub why: Why,
}

/// Why something does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The hunk's lines are not in the file.
    NoSuchLines,
    /// The file is not in the tree.
    NoSuchFile,
    /// The file is new, or to be deleted, and the tree has it with another text.
    Exists,
    /// It took too long to look for.
    TooMuch,
}

/// How often a series may change the same files and still be split into what the tree has and what not.
const LONGEST_SPLIT: usize = 24;

/// Works out what the files were before the steps, and are after them. `on_disk` has their texts as they are.
pub fn settle(steps: &[Step<'_>], on_disk: &mut dyn FnMut(&Path) -> Text) -> Settled {
    let mut settled = Settled::default();
    let mut budget = Budget::default();
    for thread in threads(steps) {
        let steps: Vec<&Step<'_>> = thread.into_iter().map(|index| &steps[index]).collect();
        settle_thread(&steps, on_disk, &mut budget, &mut settled);
    }
    if budget.is_spent() {
        settled.misfits.iter_mut().for_each(|misfit| misfit.why = Why::TooMuch);
    }
    settled.misfits.sort_by_key(|misfit| misfit.place.line);
    settled
}

/// Steps that have files in common, in order.
fn threads(steps: &[Step<'_>]) -> Vec<Vec<usize>> {
    let mut parents: Vec<usize> = (0..steps.len()).collect();
    let root = |parents: &mut Vec<usize>, mut at: usize| {
        while parents[at] != at {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        at
    };
    let mut first: HashMap<&Path, usize> = HashMap::new();
    for (index, step) in steps.iter().enumerate() {
        for path in step.paths() {
            let known = *first.entry(path).or_insert(index);
            let (one, other) = (root(&mut parents, known), root(&mut parents, index));
            parents[one.max(other)] = one.min(other);
        }
    }
    let mut threads: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..steps.len() {
        threads.entry(root(&mut parents, index)).or_default().push(index);
    }
    threads.into_values().collect()
}

impl Step<'_> {
    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.old.iter().chain(&self.new).map(PathBuf::as_path)
    }

    fn hunks(&self) -> &[Hunk] {
        match &self.change.content {
            Content::Hunks(hunks) => hunks,
            Content::Binary | Content::NoFile => &[],
        }
    }
}

/// Files on one side of steps.
type State = HashMap<PathBuf, Text>;

/// How far steps fit a tree.
#[derive(Debug, Default)]
struct Score {
    fits: usize,
    distance: usize,
    evidence: usize,
    misfits: Vec<Misfit>,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.fits += other.fits;
        self.distance = self.distance.saturating_add(other.distance);
        self.evidence += other.evidence;
        self.misfits.extend(other.misfits);
    }

    fn is_better_than(&self, other: &Self) -> bool {
        let key = |it: &Self| {
            (
                std::cmp::Reverse(it.misfits.len()),
                it.fits,
                std::cmp::Reverse(it.distance),
                it.evidence,
            )
        };
        key(self) > key(other)
    }
}

fn settle_thread(
    steps: &[&Step<'_>],
    on_disk: &mut dyn FnMut(&Path) -> Text,
    budget: &mut Budget,
    settled: &mut Settled,
) {
    let paths: BTreeSet<&Path> = steps.iter().flat_map(|step| step.paths()).collect();
    let disk: State = paths.iter().map(|path| (path.to_path_buf(), on_disk(path))).collect();
    let patches = patches(steps);
    // The tree has the first so many of the patches.
    let mut had = |count: usize| {
        let (mut before, mut after) = (disk.clone(), disk.clone());
        let mut score = Score::default();
        for patch in patches[..count].iter().rev() {
            score.add(go(patch, &mut before, Side::New, budget));
        }
        for patch in &patches[count..] {
            score.add(go(patch, &mut after, Side::Old, budget));
        }
        (score, before, after)
    };
    let mut best = had(0);
    let all = had(patches.len());
    if all.0.is_better_than(&best.0) {
        best = all;
    }
    if !best.0.misfits.is_empty() && patches.len() <= LONGEST_SPLIT {
        for count in 1..patches.len() {
            let some = had(count);
            if some.0.is_better_than(&best.0) {
                best = some;
            }
        }
    }
    let (score, mut before, mut after) = best;
    settled.misfits.extend(score.misfits);
    for path in paths {
        let take = |state: &mut State| state.remove(path).flatten();
        let sides = Sides { before: take(&mut before), after: take(&mut after) };
        settled.files.insert(path.to_path_buf(), sides);
    }
}

/// Steps that belong to one patch of the series, which all are made from the same files: one that is copied
/// and changed is copied as it was. None of them has two changes of one file.
fn patches<'s, 'p>(steps: &'s [&'s Step<'p>]) -> Vec<&'s [&'s Step<'p>]> {
    let mut patches = Vec::new();
    let mut begin = 0;
    let mut seen: HashSet<&Path> = HashSet::new();
    for (at, step) in steps.iter().enumerate() {
        let is_copy = step.change.kind == Kind::Copied;
        let changed = || step.paths().skip(usize::from(is_copy)).collect::<BTreeSet<_>>();
        if changed().into_iter().any(|path| seen.contains(path))
            && !is_swap(step, &steps[begin..at])
        {
            patches.push(&steps[begin..at]);
            begin = at;
            seen.clear();
        }
        seen.extend(changed());
    }
    patches.push(&steps[begin..]);
    patches
}

/// Whether a step puts a file where another one of the same patch has taken one away, or the other way round.
fn is_swap(step: &Step<'_>, earlier: &[&Step<'_>]) -> bool {
    let is_renamed = step.change.kind == Kind::Renamed;
    is_renamed
        && earlier.iter().all(|other| {
            let both = other.paths().any(|path| step.paths().any(|own| own == path));
            !both || (other.old != step.old && other.new != step.new && other.old != other.new)
        })
}

/// What one step makes of the files on one side.
#[derive(Default)]
struct Made<'s> {
    score: Score,
    gone: Option<&'s Path>,
    there: Option<(&'s Path, Vec<u8>)>,
}

/// Goes from one side of a patch to the other.
fn go(patch: &[&Step<'_>], state: &mut State, from: Side, budget: &mut Budget) -> Score {
    let made: Vec<Made<'_>> =
        patch.iter().map(|step| make(step, state, patch, from, budget)).collect();
    let mut score = Score::default();
    for path in made.iter().filter_map(|made| made.gone) {
        state.insert(path.to_owned(), None);
    }
    for Made { score: of_step, there, .. } in made {
        if let Some((path, text)) = there {
            state.insert(path.to_owned(), Some(text.into()));
        }
        score.add(of_step);
    }
    score
}

fn make<'s>(
    step: &'s Step<'_>,
    state: &State,
    patch: &[&Step<'_>],
    from: Side,
    budget: &mut Budget,
) -> Made<'s> {
    let (source, target) = match from {
        Side::Old => (&step.old, &step.new),
        Side::New => (&step.new, &step.old),
    };
    let (source, target) = (source.as_deref(), target.as_deref());
    let misfit = |path: &Path, why| Made { score: whole(step, path, why), ..Made::default() };
    if budget.is_spent() {
        return misfit(source.or(target).unwrap_or(Path::new("")), Why::TooMuch);
    }
    let text = |path: &Path| state.get(path).cloned().flatten();
    // The copy goes, and what it was made of stays as it is.
    let is_copy_to_undo = step.change.kind == Kind::Copied && from == Side::New;
    let target = target.filter(|_| !is_copy_to_undo);
    if let Some(target) = target.filter(|target| source != Some(*target)) {
        let leaves = |other: &&Step<'_>| {
            let left = if from == Side::Old { &other.old } else { &other.new };
            left.as_deref() == Some(target) && other.change.kind == Kind::Renamed
        };
        // An empty file is where none was for a diff that cannot tell.
        let is_made = source.is_none() && !step.hunks().is_empty();
        let is_taken = text(target).is_some_and(|text| !is_made || !text.is_empty());
        if is_taken && !patch.iter().any(leaves) {
            return misfit(target, Why::Exists);
        }
    }
    let Some(source) = source else {
        let Fitted { text, fits, .. } = fit(&[], step.hunks(), &step.change.text, from, budget);
        let score = Score { fits: 1 + fits, ..Score::default() };
        return Made { score, there: target.map(|target| (target, text)), ..Made::default() };
    };
    let Some(text) = text(source) else { return misfit(source, Why::NoSuchFile) };
    let Fitted { text: made, misfits, fits, distance, evidence } =
        fit(&text, step.hunks(), &step.change.text, from, budget);
    let Some(target) = target else {
        // A deletion may come without the text.
        let is_whole = made.is_empty() || step.hunks().is_empty() || is_copy_to_undo;
        if !misfits.is_empty() || !is_whole {
            return misfit(source, Why::Exists);
        }
        let score = Score { fits: 1 + fits, distance, evidence, ..Score::default() };
        return Made { score, gone: Some(source), there: None };
    };
    let misfits = misfits.into_iter().map(|hunk| Misfit {
        place: step.hunks()[hunk].place.clone(),
        path: source.to_owned(),
        why: Why::NoSuchLines,
    });
    let moves = target != source;
    let fits = fits + usize::from(moves);
    let score = Score { fits, distance, evidence, misfits: misfits.collect() };
    let gone = Some(source).filter(|_| moves && step.change.kind != Kind::Copied);
    Made { score, gone, there: Some((target, made)) }
}

/// That nothing of a step fits.
fn whole(step: &Step<'_>, path: &Path, why: Why) -> Score {
    let misfit = Misfit { place: step.change.place.clone(), path: path.to_owned(), why };
    Score { misfits: vec![misfit], ..Score::default() }
}
