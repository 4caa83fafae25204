//! Which files the headers include, and for which ABIs all that a header needs is there.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{NotRead, Span};

use super::Index;
use super::loader::Loader;
use crate::c::discover::{Asked, Tree, architectures, is_c_source};
use crate::c::look;

impl Loader<'_> {
    /// Follows the includes of `wanted`, once for each architecture, and notes for which ABIs a file
    /// may be read.
    pub(super) fn follow(&mut self, wanted: &[Index], first: &[Index]) {
        // The ABIs for which each file is reached.
        let mut reached: HashMap<Index, AbiSet> = HashMap::new();
        let mut lacking: HashMap<Index, Vec<NotRead>> = HashMap::new();
        for arch in architectures() {
            let of_arch = self.around.abis.intersection(AbiSet::of(|abi| abi.kernel_arch == arch));
            let Some(abi) = of_arch.first() else { continue };
            let mut reader = OfArchitecture::default();
            let mut todo: Vec<Index> = wanted
                .iter()
                .chain(first)
                .copied()
                .filter(|index| !self.loaded[*index].abis.intersection(of_arch).is_empty())
                .collect();
            reader.seen.extend(&todo);
            while let Some(index) = todo.pop() {
                let on = reached.entry(index).or_default();
                *on = on.union(of_arch);
                todo.extend(self.follow_one(index, wanted, abi, &mut reader));
            }
            for (index, (missing, span)) in reader.lacking() {
                let known = lacking.entry(index).or_default();
                match known.iter_mut().find(|known| known.missing == missing && known.span == span)
                {
                    Some(known) => known.abis = known.abis.union(of_arch),
                    None => known.push(NotRead { missing, span, abis: of_arch }),
                }
            }
        }
        for (index, file) in self.loaded.iter_mut().enumerate().skip(self.followed) {
            let on = reached.get(&index).copied().unwrap_or_default();
            let lacking = lacking.remove(&index).unwrap_or_default();
            let not_read = lacking.iter().fold(AbiSet::EMPTY, |all, one| all.union(one.abis));
            let read = file.abis.intersection(on).difference(not_read);
            // In a kernel tree, what is not there does not exist, unless it is nowhere.
            if read.is_empty() || !matches!(self.around.tree, Tree::Kernel(_)) {
                file.not_read = lacking;
            }
            file.abis = read;
        }
        self.followed = self.loaded.len();
    }

    /// Looks at the includes of a file for an architecture. Answers those that were not seen before.
    fn follow_one(
        &mut self,
        index: Index,
        wanted: &[Index],
        abi: AbiId,
        reader: &mut OfArchitecture,
    ) -> Vec<Index> {
        let file = &self.loaded[index];
        let (from, id) = (file.path.clone(), file.id);
        let includes: Vec<(String, Span, bool, bool)> = file
            .scan
            .includes
            .iter()
            .map(|include| {
                let span = Span { file: id, start: include.at.start, end: include.at.end };
                (include.name.clone(), span, include.quoted, include.conditional)
            })
            .collect();
        // A driver's own file is read without what it lacks.
        let is_own =
            is_c_source(&from) || (wanted.contains(&index) && file.asked == Asked::IfItHasCommands);
        let mut new = Vec::new();
        let mut leads_to = Vec::new();
        for (name, span, quoted, conditional) in includes {
            let Some(path) = self.resolve(&name, quoted, &from, abi) else {
                if is_own {
                    reader.cut.insert(index);
                } else if name.starts_with("asm/") && !conditional {
                    reader.missing.entry(index).or_insert((name, span));
                }
                continue;
            };
            let Some(next) = self.load(&path) else { continue };
            self.note_refusal(&path, Some((index, span)), &format!("#include \"{name}\""));
            leads_to.push(next);
            self.loaded[index].includes.insert(next);
            if !conditional {
                reader.includers.entry(next).or_default().push((index, span));
            }
            if reader.seen.insert(next) {
                new.push(next);
            }
        }
        self.includes.entry(index).or_insert(leads_to);
        if is_c_source(&from) {
            reader.cut.insert(index);
        }
        new
    }

    /// The files of `-include` and `-imacros`, which every header has in front of it.
    pub(super) fn included_first(&mut self) -> Vec<Index> {
        let mut found = Vec::new();
        for abi in self.around.abis {
            for (option, name) in &self.around.given.includes {
                let here = Path::new(name);
                let path = if look::is_there(here) {
                    Some(here.to_owned())
                } else {
                    self.resolve(name, false, Path::new("."), abi)
                };
                let Some(path) = path else { continue };
                let Some(index) = self.load(&path) else { continue };
                self.note_refusal(&path, None, &format!("{option} {name}"));
                if !found.contains(&index) {
                    found.push(index);
                }
            }
        }
        found
    }
}

/// What following the includes for one architecture has come upon.
#[derive(Debug, Default)]
struct OfArchitecture {
    seen: HashSet<Index>,
    /// Who includes each file whatever the conditions, and where.
    includers: HashMap<Index, Vec<(Index, Span)>>,
    /// The first `asm/` header that each file includes and that is not here.
    missing: HashMap<Index, (String, Span)>,
    /// Files that are read without what they lack.
    cut: HashSet<Index>,
}

impl OfArchitecture {
    /// The files that cannot be read, with what is missing, and the include that leads to it: what a
    /// file needs, those need that include it.
    fn lacking(mut self) -> HashMap<Index, (String, Span)> {
        let mut open: Vec<Index> = self.missing.keys().copied().collect();
        open.sort_unstable();
        while let Some(index) = open.pop() {
            let Some((name, _)) = self.missing.get(&index).cloned() else { continue };
            for (includer, span) in self.includers.get(&index).into_iter().flatten() {
                if !self.cut.contains(includer) && !self.missing.contains_key(includer) {
                    self.missing.insert(*includer, (name.clone(), *span));
                    open.push(*includer);
                }
            }
        }
        self.missing
    }
}
