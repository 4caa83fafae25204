//! Every file that the wanted headers reach, for each architecture, read once.

mod definitions;
mod follow;
mod given;
mod loader;
mod private;
mod resolve;
mod text;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{FileId, NotRead, Problem, SourceMap};
use rayon::prelude::*;

use crate::Caution;
use crate::c::discover::{Asked, Tree, Wanted, lies_outside};
use crate::c::lex::expression::Macro;
use crate::c::lex::names;
use crate::c::lex::scan::{Define, Scan};
use crate::c::look;
use crate::c::other_systems;
use crate::c::partition::Features;
use crate::c::sized::SizedEnumerators;
use crate::c::uses::Uses;
use crate::overlay;
use crate::reach::Reach;
use crate::watch;
use definitions::Definitions;
pub(crate) use given::Given;
use loader::Loader;
pub(crate) use resolve::search_folders;
use text::read_text;

/// A file's place in [`Files`].
pub(crate) type Index = usize;

/// A file that was read, or our substitute for one that is missing.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) path: PathBuf,
    pub(crate) id: FileId,
    pub(crate) text: Arc<str>,
    pub(crate) scan: Scan,
    pub(crate) features: Features,
    /// Whether the file exists only for the compiler.
    pub(crate) is_virtual: bool,
    /// Whether the text is not the one on disk.
    pub(crate) is_unsaved: bool,
    /// What the compiler reads in place of the text: C source and a driver's private headers are reduced
    /// to their definitions.
    pub(crate) instead: Option<String>,
    /// How the file came to be read.
    pub(crate) asked: Asked,
    /// The ABIs for which the file may be read.
    pub(crate) abis: AbiSet,
    /// The files that it includes, on any architecture.
    pub(crate) includes: BTreeSet<Index>,
    /// The ABIs for which it cannot be read, because a file that it includes is missing.
    pub(crate) not_read: Vec<NotRead>,
    /// Whether names belong to this file alone: it was asked for, and is no `asm/` header, of
    /// which each architecture has its own with the same names.
    pub(crate) owns_names: bool,
}

impl Loaded {
    /// The text of a range.
    pub(crate) fn slice(&self, range: &std::ops::Range<u32>) -> &str {
        self.text.get(range.start as usize..range.end as usize).unwrap_or("")
    }

    /// Whether the file lies in `asm/` or `asm-generic/`.
    pub(crate) fn is_asm(&self) -> bool {
        let folder = self.path.parent().and_then(Path::file_name);
        folder.is_some_and(|folder| folder == "asm" || folder == "asm-generic")
    }
}

/// The files of a group of headers.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) loaded: Vec<Loaded>,
    by_path: HashMap<PathBuf, Index>,
    by_absolute: HashMap<PathBuf, Index>,
    /// The files of the wanted headers that could be read, in order.
    pub(crate) wanted: Vec<Index>,
    /// What `-include` puts in front of every header.
    pub(crate) first: Vec<Index>,
    /// The names of macros that the command line defines.
    pub(crate) defined: HashSet<String>,
    macros: Definitions,
    pub(crate) uses: Uses,
    pub(crate) sized: SizedEnumerators,
}

/// What decides which files are found, and which of them are opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) given: &'a Given,
    pub(crate) reach: &'a Reach,
    pub(crate) caution: &'a Caution,
    /// The ABIs that files are read for.
    pub(crate) abis: AbiSet,
}

/// The other system that a header of a driver's folder is for. One that was named is read.
fn other_system(header: &Wanted, scan: &Scan) -> Option<&'static str> {
    match header.asked {
        Asked::Whole => None,
        Asked::IfItHasCommands if other_systems::is_for_linux(scan) => None,
        Asked::IfItHasCommands => header.system.or_else(|| other_systems::by_includes(scan)),
    }
}

impl Files {
    /// Reads headers and everything that they include.
    pub(crate) fn load(
        headers: &[Wanted],
        around: Surroundings<'_>,
        sources: &mut SourceMap,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut loader = Loader::new(around, sources, Vec::new(), HashMap::new());
        // They are read by other threads.
        for header in headers {
            look::note(&header.path);
        }
        let read = |header: &Wanted| {
            // A header that was named by a link is asked about here; those of folders were before.
            around
                .reach
                .check(&header.path)
                .map_err(|outside| lies_outside(&header.path, &outside))?;
            around.caution.avoids(&header.path).map_or(Ok(()), Err)?;
            watch::during(|| vec![header.path.clone()], || read_text(&header.path))
        };
        let read: Vec<_> = headers.par_iter().map(overlay::carried(read)).collect();
        let mut wanted = Vec::new();
        let mut of_other_systems = Vec::new();
        for (header, text) in headers.iter().zip(read) {
            match text {
                Ok((text, scan)) => {
                    if let Some(system) = other_system(header, &scan) {
                        of_other_systems.push((header.path.clone(), system));
                        continue;
                    }
                    let index = loader.insert(&header.path, text, scan, header.abis, false);
                    loader.loaded[index].asked = header.asked;
                    wanted.push(index);
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems.extend(other_systems::note(&of_other_systems));
        let first = loader.included_first();
        loader.follow(&wanted, &first);
        problems.extend(loader.refusals());
        loader.cut_private(&wanted);
        for (index, problem) in loader.leave_out_too_much() {
            wanted.retain(|wanted| *wanted != index);
            problems.push(problem);
        }
        let defined = around.given.defined.clone();
        let mut files = Self { wanted, first, defined, ..Self::default() };
        files.take(loader);
        for index in &files.wanted {
            let file = &mut files.loaded[*index];
            file.owns_names = !file.is_asm();
        }
        crate::c::partition::assign(&mut files, around.tree);
        files
    }

    /// Reads further headers of the tree, and what they include: for what they define alone.
    pub(crate) fn load_more(
        &mut self,
        paths: &[PathBuf],
        around: Surroundings<'_>,
        sources: &mut SourceMap,
    ) {
        let before = std::mem::take(&mut self.loaded);
        let mut loader = Loader::new(around, sources, before, std::mem::take(&mut self.by_path));
        let more: Vec<Index> = paths.iter().filter_map(|path| loader.load(path)).collect();
        loader.follow(&more, &[]);
        // Nobody asked for what is left out of these, and whatever lacks its types says so.
        loader.leave_out_too_much();
        self.take(loader);
        crate::c::partition::assign(self, around.tree);
    }

    fn take(&mut self, loader: Loader<'_>) {
        let absolute =
            |(path, index): (&PathBuf, &Index)| Some((std::path::absolute(path).ok()?, *index));
        self.by_absolute = loader.by_path.iter().filter_map(absolute).collect();
        self.macros = Definitions::of(&loader.loaded);
        self.uses = Uses::of(&loader.loaded);
        self.sized = SizedEnumerators::of(&loader.loaded, &self.uses);
        self.loaded = loader.loaded;
        self.by_path = loader.by_path;
    }

    /// The file that a path means, however it is spelled.
    pub(crate) fn by_path(&self, path: &Path) -> Option<Index> {
        let known = self.by_path.get(path).or_else(|| self.by_absolute.get(path));
        // The compiler names what it finds in the folder that the run started in with a dot.
        known.or_else(|| self.by_path.get(path.strip_prefix(".").ok()?)).copied()
    }

    /// What a name means to the preprocessor in a file, where an enumerator that asks for a size is a macro: what the file itself defines, where others
    /// define it otherwise.
    pub(crate) fn macro_named(&self, name: &str, home: Option<Index>) -> Macro<'_> {
        let hash = names::hash(name);
        let Some(known) = self.macros.of_all.get(&hash) else {
            return self.sized.text(hash).map_or(Macro::None, Macro::Object);
        };
        let own = || self.macros.of_file.get(&(home?, hash)).copied().flatten();
        let Some((index, define)) = known.or_else(own) else { return Macro::Ambiguous };
        self.macro_at(index, define)
    }

    /// The one text of a macro, with its place, if it has one wherever it is defined.
    pub(crate) fn only_definition(&self, hash: u64) -> Option<(&Loaded, &Define)> {
        let (index, at) = self.macros.of_all.get(&hash).copied().flatten()?;
        let file = &self.loaded[index];
        Some((file, &file.scan.defines[at]))
    }

    /// Whether any file defines a macro of that name.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.macros.of_all.contains_key(&names::hash(name))
    }

    /// What a definition says.
    pub(crate) fn macro_at(&self, index: Index, define: usize) -> Macro<'_> {
        let file = &self.loaded[index];
        let define = &file.scan.defines[define];
        let text = file.slice(&define.body);
        match &define.parameters {
            Some(parameters) => Macro::Function(parameters, text),
            // `#define X X` is for those who ask whether there is an X.
            None if text.is_empty() || text == define.name => Macro::None,
            None => Macro::Object(text),
        }
    }

    /// What the compiler does not find on disk: stand-ins, and what it reads instead of a file.
    pub(crate) fn virtual_files(&self) -> impl Iterator<Item = (PathBuf, &str)> {
        self.loaded.iter().filter_map(|file| match &file.instead {
            Some(text) => Some((absolute(&file.path), text.as_str())),
            None if file.is_unsaved => Some((absolute(&file.path), &*file.text)),
            None => file.is_virtual.then(|| (file.path.clone(), &*file.text)),
        })
    }
}

/// The path that the compiler gets for a file.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
