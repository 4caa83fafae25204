//! For which architectures a kernel builds a driver, by its Makefiles and files of Kconfig.

mod expression;
mod kconfig;
mod makefile;
mod symbols;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::overlay;
use crate::reach::{GIT, Reach};
use crate::reading::{limit, read_bytes};
use expression::Expression;
use kconfig::Statement;
use symbols::{Around, Definitions, Included, Symbols};

/// The architectures whose kernels run programs of two ABIs, as the folders below `arch` name them.
const ARCHITECTURES: [&str; 9] =
    ["arm64", "loongarch", "mips", "parisc", "powerpc", "riscv", "s390", "sparc", "x86"];

/// The file of Kconfig that leads to all others.
const FIRST: &str = "Kconfig";

/// What a kernel's architectures can have.
#[derive(Debug, Default)]
pub(super) struct Buildable {
    /// The architectures for which a file can be built. A file is left out where nothing decides.
    pub(super) files: BTreeMap<PathBuf, BTreeSet<String>>,
    /// The architectures that can have a symbol of the configuration.
    pub(super) symbols: BTreeMap<String, BTreeSet<String>>,
}

/// For which architectures a kernel can build files and have symbols.
pub(super) fn buildable(
    root: &Path,
    reach: &Reach,
    files: &BTreeSet<PathBuf>,
    wanted: &BTreeSet<String>,
) -> Buildable {
    let tree = Tree::of(root, reach);
    let mut makefiles = Makefiles { tree: &tree, known: BTreeMap::new() };
    let mut decided: Vec<_> =
        files.iter().map(|file| (file, arch_folder(root, file), makefiles.gates(file))).collect();
    decided.retain(|(_, folder, gates)| folder.is_some() || !gates.is_empty());
    if decided.is_empty() && wanted.is_empty() {
        return Buildable::default();
    }
    let statements = tree.statements();
    // A part of a kernel's source, without the file that all others hang on, decides nothing.
    if statements.values().all(Vec::is_empty) {
        return Buildable::default();
    }
    let present = |arch: &str| root.join("arch").join(arch).is_dir();
    let Some(first) = statements.keys().position(|path| path == FIRST) else {
        return Buildable::default();
    };
    let (definitions, sources) = indexed(&statements);
    let symbols: Vec<(&str, Symbols<'_>)> = ARCHITECTURES
        .iter()
        .enumerate()
        .filter(|(_, arch)| present(arch))
        .map(|(place, arch)| (*arch, Symbols::of(&definitions, included(&sources, first, place))))
        .collect();
    let where_on = |can: &dyn Fn(&str, &Symbols<'_>) -> bool| -> BTreeSet<String> {
        let on = symbols.iter().filter(|(arch, symbols)| can(arch, symbols));
        on.map(|(arch, _)| (*arch).to_owned()).collect()
    };
    let of_files = decided.into_iter().map(|(file, folder, gates)| {
        let opens = |gate: &Vec<String>, symbols: &Symbols<'_>| {
            gate.iter().any(|symbol| symbols.can(symbol, 0).be_on)
        };
        let builds = |arch: &str, symbols: &Symbols<'_>| {
            folder.as_deref().is_none_or(|folder| folder == arch)
                && gates.iter().all(|gate| opens(gate, symbols))
        };
        (file.clone(), where_on(&builds))
    });
    let of_symbols = wanted.iter().map(|symbol| {
        (symbol.clone(), where_on(&|_, symbols: &Symbols<'_>| symbols.can(symbol, 0).be_on))
    });
    Buildable { files: of_files.collect(), symbols: of_symbols.collect() }
}

/// The folder below `arch` that a file lies in.
fn arch_folder(root: &Path, file: &Path) -> Option<String> {
    let below = file.strip_prefix(root).ok()?.strip_prefix("arch").ok()?;
    below.components().next()?.as_os_str().to_str().map(str::to_owned)
}

/// A kernel's source.
struct Tree<'t> {
    root: &'t Path,
    reach: &'t Reach,
    /// Folders below the root that may be read and that no link leads to.
    plain: Mutex<HashSet<PathBuf>>,
}

/// What the files of Kconfig say, by their paths below the root.
type Statements = BTreeMap<String, Vec<Statement>>;

impl<'t> Tree<'t> {
    fn of(root: &'t Path, reach: &'t Reach) -> Self {
        let itself = reach.check(root).is_ok().then(PathBuf::new);
        Self { root, reach, plain: Mutex::new(itself.into_iter().collect()) }
    }

    fn text(&self, below: &Path) -> Option<String> {
        let path = self.root.join(below);
        if !self.is_plain(below) {
            self.reach.check(&path).ok()?;
        }
        let bytes = read_bytes(&path, limit::SOURCE).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Whether a path below the root goes through no link, so that it leads nowhere else. That is faster to
    /// see than where links lead.
    fn is_plain(&self, below: &Path) -> bool {
        let is_itself = |path: &&Path| {
            !path.ends_with(GIT)
                && self.root.join(path).symlink_metadata().is_ok_and(|data| !data.is_symlink())
        };
        let mut new = Vec::new();
        for folder in below.ancestors().skip(1) {
            if self.plain.lock().unwrap_or_else(PoisonError::into_inner).contains(folder) {
                break;
            }
            new.push(folder);
        }
        let is_below_plain = new.last().is_none_or(|folder| !folder.as_os_str().is_empty());
        if !is_below_plain || !new.iter().chain([&below]).all(is_itself) {
            return false;
        }
        let new = new.into_iter().map(Path::to_owned);
        self.plain.lock().unwrap_or_else(PoisonError::into_inner).extend(new);
        true
    }

    /// Of every file that the first one leads to, for any architecture.
    fn statements(&self) -> Statements {
        let mut statements = Statements::new();
        let mut wanted: BTreeSet<String> = BTreeSet::from([FIRST.to_owned()]);
        while !wanted.is_empty() {
            let read: Vec<(String, Vec<Statement>)> = std::mem::take(&mut wanted)
                .into_par_iter()
                .map(overlay::carried(|path: String| {
                    let text = self.text(Path::new(&path)).unwrap_or_default();
                    let statements = kconfig::parse(&text);
                    (path, statements)
                }))
                .collect();
            for (path, entries) in read {
                let sources = entries.iter().flat_map(|entry| match entry {
                    Statement::Source { path, .. } => on_each(path),
                    Statement::Symbol(_) => Vec::new(),
                });
                wanted.extend(sources);
                statements.insert(path, entries);
            }
            wanted.retain(|path| !statements.contains_key(path));
        }
        statements
    }
}

/// A path, for each architecture where it depends on that.
fn on_each(path: &str) -> Vec<String> {
    if path.contains("$(SRCARCH)") {
        ARCHITECTURES.iter().filter_map(|arch| on(path, arch)).collect()
    } else {
        on(path, "").into_iter().collect()
    }
}

/// A path on an architecture; nothing where it leads out of the tree or depends on something else.
fn on(path: &str, arch: &str) -> Option<String> {
    let path = path.replace("$(SRCARCH)", arch).replace("$(srctree)/", "");
    let is_plain = Path::new(&path).components().all(|part| {
        matches!(part, std::path::Component::Normal(name) if !name.to_string_lossy().contains('$'))
    });
    is_plain.then_some(path)
}

/// A file that another one includes.
struct Source<'s> {
    when: &'s Expression,
    /// The place of the file among all, on each of the [`ARCHITECTURES`].
    file: [Option<usize>; ARCHITECTURES.len()],
}

/// What the files define, and what each of them includes.
fn indexed(statements: &Statements) -> (Definitions<'_>, Vec<Vec<Source<'_>>>) {
    let places: FxHashMap<&str, usize> =
        statements.keys().enumerate().map(|(place, path)| (path.as_str(), place)).collect();
    let place_of = |path: &str, arch| on(path, arch).and_then(|it| places.get(&*it).copied());
    let on_each = |path: &str| {
        if path.contains("$(SRCARCH)") {
            ARCHITECTURES.map(|arch| place_of(path, arch))
        } else {
            [place_of(path, ""); ARCHITECTURES.len()]
        }
    };
    let mut definitions = Definitions::default();
    let mut sources: Vec<Vec<Source<'_>>> = Vec::new();
    for (place, entries) in statements.values().enumerate() {
        let mut included = Vec::new();
        for entry in entries {
            match entry {
                Statement::Symbol(symbol) => definitions.add(place, symbol),
                Statement::Source { path, when } => {
                    included.push(Source { when, file: on_each(path) });
                }
            }
        }
        sources.push(included);
    }
    (definitions, sources)
}

/// The files that one of the [`ARCHITECTURES`] includes.
fn included<'s>(sources: &[Vec<Source<'s>>], first: usize, arch: usize) -> Included<'s> {
    let mut included = Included::none_of(sources.len());
    let mut open = vec![(first, Around::default())];
    while let Some((file, around)) = open.pop() {
        if !included.add(file, &around) {
            continue;
        }
        for Source { when, file } in &sources[file] {
            open.extend(file[arch].map(|file| (file, around.clone().and(when))));
        }
    }
    included
}

struct Makefiles<'t> {
    tree: &'t Tree<'t>,
    /// By folder below the root; empty where there is none.
    known: BTreeMap<PathBuf, Arc<str>>,
}

impl Makefiles<'_> {
    /// The symbols of which one has to be on, for the file and for each folder around it.
    fn gates(&mut self, file: &Path) -> Vec<Vec<String>> {
        let Ok(below) = file.strip_prefix(self.tree.root) else { return Vec::new() };
        let Some(stem) = below.file_stem().and_then(|stem| stem.to_str()) else {
            return Vec::new();
        };
        let mut gates = Vec::new();
        let mut name = format!("{stem}.o");
        for folder in below.ancestors().skip(1) {
            let text = self.text(folder);
            gates.extend(makefile::symbols(&text, &name).filter(|symbols| !symbols.is_empty()));
            // A folder may be named from further above: `amd/amdgpu/`.
            let last = folder.file_name().and_then(|last| last.to_str()).unwrap_or_default();
            let is_found = !text.is_empty() || !name.ends_with('/');
            name = if is_found { format!("{last}/") } else { format!("{last}/{name}") };
        }
        gates
    }

    fn text(&mut self, folder: &Path) -> Arc<str> {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let names = ["Kbuild", "Makefile"];
        let text = names.iter().find_map(|name| self.tree.text(&folder.join(name)));
        let text: Arc<str> = text.unwrap_or_default().into();
        self.known.insert(folder.to_owned(), text.clone());
        text
    }
}
