//! Passes of edits, until none is left.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ioctl_lint::fixes::proof::{Part, Reading, Violation, violations};
use ioctl_lint::fixes::{Key, Plan, Texts, Touched, Touching, choose, plans, target};
use ioctlkit_model::Safety;
use ioctlkit_sources::Overlay;

use super::options::Purpose;
use super::{Done, Fixed};
use crate::cli::check::{Arguments, Whole, checked};
use crate::cli::failure::Failure;

/// How many passes are made; edits that wait for each other this often are for another run.
const PASSES: usize = 100;

/// How many times files are read. Where every edit fails, each takes one.
const READINGS: usize = 1000;

/// Edits in the making.
pub(super) struct Session<'a> {
    arguments: &'a Arguments,
    purpose: Purpose,
    /// What is read: all that was named, or the headers alone that have something to edit.
    paths: Vec<PathBuf>,
    state: Rc<State>,
    texts: Texts,
    /// The files that may be edited.
    asked_for: HashSet<PathBuf>,
    /// Findings whose edits are not tried again.
    refused: HashSet<Key>,
    undone: Vec<Undone>,
    files: RefCell<HashMap<PathBuf, Permission>>,
    readings: usize,
    /// How many findings there were.
    found: usize,
    /// The edits that were made, in every pass.
    applied: Vec<Chosen>,
}

/// The files as they are, or would be.
pub(super) struct State {
    pub(super) whole: Whole,
    pub(super) parts: Vec<Part>,
}

/// Edits with what they may change.
type Chosen = (Plan, Touched);

/// What edits that prove themselves come to: what is read then, and the files.
type Proven = (State, Texts);

/// What came of an attempt.
struct Tried {
    files: (State, Texts),
    found: Vec<Violation>,
}

/// An edit that was tried, and what it would have done.
pub(super) struct Undone {
    pub(super) plan: Plan,
    pub(super) why: String,
}

/// Whether a file may be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Permission {
    Granted,
    NotNamed,
    OfSystem,
    Refused(String),
}

impl State {
    fn read(arguments: &Arguments, paths: &[PathBuf], texts: &Texts) -> Result<Self, Failure> {
        let mut overlay = Overlay::default();
        for (path, _, now) in texts.changed() {
            overlay.put(path, now);
        }
        let (whole, parts) = rayon::join(
            || checked(arguments, paths, &overlay),
            || arguments.scope.read_with_all_definitions(paths, &overlay),
        );
        Ok(Self { whole: whole?, parts: parts? })
    }

    pub(super) fn reading(&self) -> Reading<'_> {
        Reading { report: &self.whole.report, sources: &self.whole.sources, parts: &self.parts }
    }

    pub(super) fn text(&self, path: &Path) -> Option<String> {
        let mut files = self.whole.sources.iter();
        files.find(|(_, file)| file.path == path).map(|(_, file)| file.text.to_string())
    }
}

impl<'a> Session<'a> {
    pub(super) fn start(arguments: &'a Arguments, purpose: Purpose) -> Result<Self, Failure> {
        let paths = arguments.scope.paths.clone();
        let state = State::read(arguments, &paths, &Texts::default())?;
        let found = state.whole.report.findings.len();
        Ok(Self {
            arguments,
            purpose,
            paths,
            asked_for: state.whole.asked_for.clone(),
            state: Rc::new(state),
            texts: Texts::default(),
            refused: HashSet::new(),
            undone: Vec::new(),
            files: RefCell::default(),
            readings: 0,
            found,
            applied: Vec::new(),
        })
    }

    /// Makes edits until there is none left to make. The headers without anything to edit are read at the
    /// beginning and at the end; those in which an edit did harm are read in every pass of another attempt.
    pub(super) fn apply(&mut self) -> Result<(), Failure> {
        let start = Rc::clone(&self.state);
        let mut harmed: BTreeSet<PathBuf> = BTreeSet::new();
        while self.narrow(&harmed)? {
            self.make_passes()?;
            self.paths.clone_from(&self.arguments.scope.paths);
            let whole = State::read(self.arguments, &self.paths, &self.texts)?;
            let applied: Vec<(&Plan, &Touched)> =
                self.applied.iter().map(|(plan, touched)| (plan, touched)).collect();
            let found = violations(&start.reading(), &whole.reading(), &applied);
            if found.is_empty() {
                self.state = Rc::new(whole);
                break;
            }
            self.begin_again(&start);
            let (known, places) = (harmed.len(), found.into_iter().filter_map(|one| one.path));
            harmed.extend(places);
            if harmed.len() == known {
                break;
            }
        }
        // What needs several headers to be seen is left.
        self.make_passes()
    }

    fn begin_again(&mut self, start: &Rc<State>) {
        self.state = Rc::clone(start);
        self.texts = Texts::default();
        self.applied.clear();
        self.refused.clear();
        self.undone.clear();
    }

    /// Makes edits until none is left. What was undone is tried again behind the edits of others, which may be
    /// what it lacked.
    fn make_passes(&mut self) -> Result<(), Failure> {
        loop {
            let made = self.applied.len();
            for _ in 0..PASSES {
                if !self.make_pass()? {
                    break;
                }
            }
            if self.applied.len() == made || self.undone.is_empty() || self.readings >= READINGS {
                return Ok(());
            }
            self.refused.clear();
            self.undone.clear();
        }
    }

    /// Reads less, if most headers have nothing to edit: the others, and those of `also`. Rust source is read
    /// as a crate. Answers whether it does.
    fn narrow(&mut self, also: &BTreeSet<PathBuf>) -> Result<bool, Failure> {
        let kinds = self.arguments.fixing.kinds().iter();
        let plans: Vec<Plan> = kinds.flat_map(|safety| self.candidates(*safety)).collect();
        let mut files: BTreeSet<&Path> = plans.iter().flat_map(Plan::files).collect();
        if files.is_empty() {
            return Ok(false);
        }
        files.extend(also.iter().map(PathBuf::as_path));
        let is_header = |path: &&Path| path.extension().is_some_and(|ending| ending == "h");
        let headers = self.state.whole.report.headers;
        if files.len() * 2 > headers || !files.iter().all(is_header) {
            return Ok(false);
        }
        self.paths = files.into_iter().map(Path::to_owned).collect();
        self.state = Rc::new(State::read(self.arguments, &self.paths, &self.texts)?);
        Ok(true)
    }

    /// Tries what can be edited at once; answers whether there was anything.
    fn make_pass(&mut self) -> Result<bool, Failure> {
        let kinds = self.arguments.fixing.kinds();
        let mut next = kinds.iter().map(|safety| self.candidates(*safety));
        let Some(plans) = next.find(|plans| !plans.is_empty()) else { return Ok(false) };
        let touching: Vec<Touching<'_>> =
            self.state.parts.iter().map(|part| Touching::of(&part.interface)).collect();
        let chosen = choose(&plans, &touching);
        let chosen: Vec<Chosen> = chosen
            .into_iter()
            .map(|plan| {
                let touched = Touched::by(&plan, &touching);
                (plan, touched)
            })
            .collect();
        drop(touching);
        self.settle(chosen)?;
        Ok(true)
    }

    /// The edits of one kind that may be tried.
    fn candidates(&self, safety: Safety) -> Vec<Plan> {
        let all = plans(&self.state.whole.report, &self.state.whole.sources);
        all.into_iter()
            .filter(|plan| plan.safety == safety && !self.refused.contains(&plan.key))
            .filter(|plan| plan.files().all(|path| self.permission(path) == Permission::Granted))
            .collect()
    }

    fn permission(&self, path: &Path) -> Permission {
        let mut files = self.files.borrow_mut();
        files.entry(path.to_owned()).or_insert_with(|| self.ask(path)).clone()
    }

    fn ask(&self, path: &Path) -> Permission {
        if !self.asked_for.contains(path) {
            return Permission::NotNamed;
        }
        if target::is_of_system(path) {
            return Permission::OfSystem;
        }
        let text = self.state.text(path).unwrap_or_default();
        let mut checked = target::check_unchanged(path, &text);
        if self.purpose == Purpose::Write {
            checked = checked.and_then(|()| target::check_writable(path));
        }
        checked.map_or_else(|left| Permission::Refused(left.to_string()), |()| Permission::Granted)
    }

    /// Makes those of the edits that prove themselves: all at once where that goes well, else without those
    /// that are to blame.
    fn settle(&mut self, chosen: Vec<Chosen>) -> Result<(), Failure> {
        let (paths, base) = (self.paths.clone(), Rc::clone(&self.state));
        let tried = self.attempt(&paths, &base, &chosen)?;
        if tried.found.is_empty() {
            self.take(chosen, tried.files);
            return Ok(());
        }
        let rest = self.refuse_certain(chosen, &tried.found);
        let places: HashSet<PathBuf> =
            tried.found.iter().filter_map(|violation| violation.path.clone()).collect();
        let mut of_files: BTreeMap<PathBuf, Vec<Chosen>> = BTreeMap::new();
        for one in rest {
            of_files.entry(one.0.edits[0].path.clone()).or_default().push(one);
        }
        let mut good = Vec::new();
        for (file, plans) in of_files {
            // One file is read in no time.
            let sifted =
                if places.contains(&file) { self.sift_alone(&file, plans)? } else { plans };
            good.extend(sifted);
        }
        if let (accepted, Some(files)) = self.sift(&paths, &base, good)? {
            self.take(accepted, files);
        }
        Ok(())
    }

    fn take(&mut self, accepted: Vec<Chosen>, (state, texts): (State, Texts)) {
        self.applied.extend(accepted);
        self.state = Rc::new(state);
        self.texts = texts;
    }

    /// Those of a file's edits that prove themselves where nothing but the file is read; all of them where that
    /// says nothing.
    fn sift_alone(&mut self, file: &Path, plans: Vec<Chosen>) -> Result<Vec<Chosen>, Failure> {
        let paths = [file.to_owned()];
        let base = State::read(self.arguments, &paths, &self.texts)?;
        self.readings += 1;
        let sources = &base.whole.sources;
        let keys: HashSet<Key> =
            base.whole.report.findings.iter().map(|finding| Key::of(finding, sources)).collect();
        if plans.iter().any(|(plan, _)| !keys.contains(&plan.key)) {
            return Ok(plans);
        }
        Ok(self.sift(&paths, &base, plans)?.0)
    }

    /// Those of the edits that prove themselves, and the files with them, if there are any.
    fn sift(
        &mut self,
        paths: &[PathBuf],
        base: &State,
        chosen: Vec<Chosen>,
    ) -> Result<(Vec<Chosen>, Option<Proven>), Failure> {
        let mut accepted: Vec<Chosen> = Vec::new();
        let mut best = None;
        let mut open = VecDeque::from([chosen]);
        while let Some(chunk) = open.pop_front() {
            if chunk.is_empty() {
                continue;
            }
            if self.readings >= READINGS {
                self.refuse(chunk, "it was not tried, since too many others failed");
                continue;
            }
            let together = [accepted.as_slice(), &chunk].concat();
            let tried = self.attempt(paths, base, &together)?;
            let Some(first) = tried.found.first() else {
                accepted = together;
                best = Some(tried.files);
                continue;
            };
            if chunk.len() == 1 {
                self.refuse(chunk, &first.message);
                continue;
            }
            let rest = self.refuse_certain(chunk, &tried.found);
            let (suspects, others) = suspected(rest, &tried.found);
            open.push_front(suspects);
            open.push_front(others);
        }
        Ok((accepted, best))
    }

    /// Reads the files with edits made, and compares.
    fn attempt(
        &mut self,
        paths: &[PathBuf],
        base: &State,
        chosen: &[Chosen],
    ) -> Result<Tried, Failure> {
        self.readings += 1;
        let edits: Vec<Plan> = chosen.iter().map(|(plan, _)| plan.clone()).collect();
        let texts = self.texts.with(&edits, |path| self.state.text(path));
        let state = State::read(self.arguments, paths, &texts)?;
        let plans: Vec<(&Plan, &Touched)> =
            chosen.iter().map(|(plan, touched)| (plan, touched)).collect();
        let found = violations(&base.reading(), &state.reading(), &plans);
        Ok(Tried { files: (state, texts), found })
    }

    fn refuse(&mut self, plans: Vec<Chosen>, why: &str) {
        for (plan, _) in plans {
            self.refused.insert(plan.key.clone());
            self.undone.push(Undone { plan, why: why.to_owned() });
        }
    }

    /// Refuses edits of which it is certain that they are to blame; answers the others.
    fn refuse_certain(&mut self, plans: Vec<Chosen>, found: &[Violation]) -> Vec<Chosen> {
        let mut rest = plans;
        for violation in found {
            let is_to_blame = |(plan, touched): &Chosen| match &violation.by {
                Some(key) => plan.key == *key,
                None => violation.is_about(touched),
            };
            let mut blamed = rest.iter().enumerate().filter(|(_, plan)| is_to_blame(plan));
            if let (Some((at, _)), None) = (blamed.next(), blamed.next()) {
                let plan = rest.remove(at);
                self.refuse(vec![plan], &violation.message);
            }
        }
        rest
    }

    /// What it all came to.
    pub(super) fn finish(self) -> Done {
        let mut fixed = Fixed {
            findings: self.applied.len(),
            files: self.texts.changed().count(),
            ..Fixed::default()
        };
        let now = self.state.whole.report.findings.len();
        fixed.followed = self.found.saturating_sub(now).saturating_sub(self.applied.len());
        let mut left = BTreeMap::new();
        let kinds = self.arguments.fixing.kinds();
        let all = plans(&self.state.whole.report, &self.state.whole.sources);
        for plan in all.iter().filter(|plan| !self.refused.contains(&plan.key)) {
            if !kinds.contains(&plan.safety) {
                fixed.more +=
                    usize::from(plan.files().all(|it| self.permission(it) == Permission::Granted));
                continue;
            }
            for path in plan.files() {
                match self.permission(path) {
                    Permission::Granted => {}
                    Permission::NotNamed => fixed.not_named += 1,
                    Permission::OfSystem => fixed.of_system += 1,
                    Permission::Refused(why) => {
                        left.insert(path.to_owned(), why);
                    }
                }
            }
        }
        let whole = Rc::into_inner(self.state).map(|state| state.whole).unwrap_or_default();
        Done { whole, texts: self.texts, fixed, undone: self.undone, left }
    }
}

/// The edits among which the fault is, and those that are not known to have any part in it. Where the
/// places of the fault do not tell them apart, one half of them is looked at before the other.
fn suspected(plans: Vec<Chosen>, found: &[Violation]) -> (Vec<Chosen>, Vec<Chosen>) {
    let places: HashSet<&Path> = found.iter().filter_map(|one| one.path.as_deref()).collect();
    let is_there = |(plan, _): &Chosen| plan.files().any(|path| places.contains(path));
    let (suspects, others): (Vec<_>, Vec<_>) = plans.into_iter().partition(is_there);
    match (suspects.is_empty(), others.is_empty()) {
        (true, _) => halves(others),
        (_, true) => halves(suspects),
        (false, false) => (suspects, others),
    }
}

fn halves(mut plans: Vec<Chosen>) -> (Vec<Chosen>, Vec<Chosen>) {
    let second = plans.split_off(plans.len() / 2);
    (plans, second)
}

#[cfg(test)]
mod tests {
    use ioctl_lint::fixes::PlannedEdit;
    use ioctlkit_model::Severity;

    use super::*;

    fn edit_of(path: &str) -> Chosen {
        let edit = PlannedEdit { path: path.into(), start: 0, end: 0, replacement: "x".into() };
        let plan = Plan {
            key: Key { path: path.into(), code: "L001", fingerprint: path.into() },
            line: 1,
            severity: Severity::Error,
            safety: Safety::ChangesAbi,
            edits: vec![edit],
            record: None,
            command: None,
        };
        (plan, Touched::default())
    }

    fn harm_in(path: &str) -> Violation {
        Violation {
            message: "it would".into(),
            by: None,
            path: Some(path.into()),
            record: None,
            command: None,
            others: Vec::new(),
        }
    }

    fn files((suspects, others): (Vec<Chosen>, Vec<Chosen>)) -> [Vec<String>; 2] {
        [suspects, others].map(|plans| {
            plans.iter().map(|(plan, _)| plan.key.path.display().to_string()).collect()
        })
    }

    #[test]
    fn edits_of_the_file_in_which_harm_shows_are_suspected() {
        let plans = ["a.h", "b.h", "c.h"].map(edit_of).to_vec();
        assert_eq!(files(suspected(plans, &[harm_in("b.h")])), [vec!["b.h"], vec!["a.h", "c.h"]]);
    }

    #[test]
    fn where_places_tell_nothing_apart_each_attempt_has_fewer_edits() {
        for harm in ["other.h", "a.h"] {
            let plans = vec![edit_of("a.h"); 5];
            let (suspects, others) = suspected(plans, &[harm_in(harm)]);
            assert_eq!((suspects.len(), others.len()), (2, 3), "{harm}");
        }
    }
}
