//! Reads files, each once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Include, Problem, ProblemKind, SourceMap, Span};

use super::resolve::virtual_text;
use super::text::read_text;
use super::{Index, Loaded, Surroundings, absolute};
use crate::c::discover::Asked;
use crate::c::driver::overlay;
use crate::c::lex::scan::{self, Scan};
use crate::c::partition::Features;
use crate::c::weight::{TooMuch, too_much};
use crate::reading::{self, ReadError, limit};

pub(super) struct Loader<'a> {
    pub(super) around: Surroundings<'a>,
    sources: &'a mut SourceMap,
    pub(super) loaded: Vec<Loaded>,
    pub(super) by_path: HashMap<PathBuf, Index>,
    pub(super) resolved: HashMap<(String, Option<&'static str>), Option<PathBuf>>,
    /// Files that must not be opened, with the reason: for the compiler they are empty.
    refused: HashMap<PathBuf, String>,
    /// What led to them, once for each place.
    refusals: BTreeMap<(Option<(Index, u32)>, PathBuf), Problem>,
    /// What each file includes, once for each time, on the first architecture that has it.
    pub(super) includes: HashMap<Index, Vec<Index>>,
    /// How many of the loaded files have been followed, with the ABIs that they are for.
    pub(super) followed: usize,
}

impl<'a> Loader<'a> {
    /// With files that were loaded before.
    pub(super) fn new(
        around: Surroundings<'a>,
        sources: &'a mut SourceMap,
        loaded: Vec<Loaded>,
        by_path: HashMap<PathBuf, Index>,
    ) -> Self {
        Self {
            around,
            sources,
            followed: loaded.len(),
            loaded,
            by_path,
            resolved: HashMap::new(),
            refused: HashMap::new(),
            refusals: BTreeMap::new(),
            includes: HashMap::new(),
        }
    }
}

impl Loader<'_> {
    pub(super) fn insert(
        &mut self,
        path: &Path,
        text: Arc<str>,
        mut scan: Scan,
        abis: AbiSet,
        is_virtual: bool,
    ) -> Index {
        if let Some(known) = self.by_path.get(path) {
            return *known;
        }
        let id = self.sources.add(path.to_owned(), text.clone());
        let file = self.sources.file_mut(id);
        file.includes = scan.includes.iter().map(include).collect();
        file.guard = scan.guard();
        file.comments = std::mem::take(&mut scan.comments);
        let index = self.loaded.len();
        let abis = self.narrow(path, abis);
        self.loaded.push(Loaded {
            path: path.to_owned(),
            id,
            text,
            scan,
            features: Features::default(),
            is_virtual,
            is_unsaved: !is_virtual && crate::overlay::at(path).is_some(),
            instead: None,
            asked: Asked::IfItHasCommands,
            abis,
            includes: BTreeSet::new(),
            not_read: Vec::new(),
            owns_names: false,
        });
        self.by_path.insert(path.to_owned(), index);
        index
    }

    /// Takes out the ABIs whose architecture has another file of that name, which is not here.
    fn narrow(&self, path: &Path, abis: AbiSet) -> AbiSet {
        let Some(generic) = self.around.tree.generic() else { return abis };
        if path.parent() != Some(generic.as_path()) {
            return abis;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let replaced = AbiSet::of(|abi| {
            !self.around.tree.has_asm_of(abi.kernel_arch)
                && overlay::replaces_generic(abi.kernel_arch, &name)
        });
        abis.difference(replaced)
    }

    pub(super) fn load(&mut self, path: &Path) -> Option<Index> {
        if let Some(known) = self.by_path.get(path) {
            return Some(*known);
        }
        // Headers that include each other through `..` would have a longer path each time. What must not be
        // opened is kept from the compiler under each of its paths.
        if let Some(plain) = without_detours(path)
            && self.refusal(path).is_none()
        {
            let index = self.load(&plain)?;
            self.by_path.insert(path.to_owned(), index);
            return Some(index);
        }
        if let Some(behind) = self.around.tree.behind_own_asm(path) {
            // The compiler would look for a relative path beside this file, which is nowhere.
            let text = format!("#include \"{}\"\n", absolute(&behind).display());
            let scan = scan::scan(&text);
            return Some(self.insert(path, text.into(), scan, AbiSet::ALL, true));
        }
        if let Some(text) = virtual_text(path) {
            let scan = scan::scan(&text);
            return Some(self.insert(path, text.into(), scan, AbiSet::ALL, true));
        }
        if let Some(reason) = self.refusal(path) {
            self.refused.insert(path.to_owned(), reason);
            let index = self.insert(path, "".into(), Scan::default(), AbiSet::ALL, false);
            self.loaded[index].instead = Some(String::new());
            return Some(index);
        }
        // An included file that is no text is the compiler's to complain about.
        let (text, scan) = read_text(path).ok()?;
        Some(self.insert(path, text, scan, AbiSet::ALL, false))
    }

    /// Why an included file must not be opened, by us or by the compiler: it lies outside of what may
    /// be read, or reading it may have no end.
    fn refusal(&self, path: &Path) -> Option<String> {
        if let Some(reason) = self.around.caution.avoided.get(path) {
            return Some(format!("leads to a file that was left out ({reason})"));
        }
        if let Err(outside) = self.around.reach.check(path) {
            return Some(outside.to_string());
        }
        match reading::check(path, limit::SOURCE) {
            Ok(()) | Err(ReadError::System(_)) => None,
            Err(error) => Some(format!("cannot be read: {error}")),
        }
    }

    /// Notes what leads to a file, if that was refused.
    pub(super) fn note_refusal(&mut self, path: &Path, from: Option<(Index, Span)>, what: &str) {
        let Some(reason) = self.refused.get(path) else { return };
        let place = from.map(|(index, span)| (index, span.start));
        let includer = from.map(|(index, _)| self.loaded[index].path.clone());
        let problem = Problem {
            kind: ProblemKind::Failure,
            path: Some(includer.unwrap_or_else(|| path.to_owned())),
            span: from.map(|(_, span)| span),
            message: format!("`{what}` {reason}; it was not read"),
            help: Some("if the file belongs to the interface, give its folder with `-I`".into()),
        };
        self.refusals.insert((place, path.to_owned()), problem);
    }

    /// What led to files that were refused.
    pub(super) fn refusals(&mut self) -> impl Iterator<Item = Problem> + use<> {
        std::mem::take(&mut self.refusals).into_values()
    }

    /// Leaves empty what would become too much for the compiler.
    pub(super) fn leave_out_too_much(&mut self) -> Vec<(Index, Problem)> {
        let found = too_much(&self.loaded, &self.includes);
        let left_out = found
            .into_iter()
            .map(|(index, reason)| (index, left_out(&mut self.loaded[index], &reason)));
        left_out.collect()
    }
}

/// Leaves a file empty for the compiler.
fn left_out(file: &mut Loaded, reason: &TooMuch) -> Problem {
    file.instead = Some(String::new());
    Problem {
        kind: ProblemKind::Failure,
        path: Some(file.path.clone()),
        span: None,
        message: format!("{reason}; the file was left out"),
        help: Some("the largest of the kernel's own headers stay far below this limit".into()),
    }
}

/// What the model knows of an `#include`.
fn include(include: &scan::Include) -> Include {
    Include {
        name: include.name.clone(),
        at: include.at.clone(),
        conditional: include.conditional,
        kernel_only: include.kernel_only,
    }
}

/// A path without `folder/..`, where it has some and leads to the same file: a folder may be a link.
fn without_detours(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    let mut is_shorter = false;
    for part in path.components() {
        let is_folder = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        if part == Component::ParentDir && is_folder {
            plain.pop();
            is_shorter = true;
        } else {
            plain.push(part);
        }
    }
    let is_same =
        || plain.canonicalize().ok().is_some_and(|it| path.canonicalize().ok() == Some(it));
    (is_shorter && is_same()).then_some(plain)
}
