//! C source of drivers: which functions handle ioctl commands, and what they do. Nothing is compiled, and
//! no configuration is needed.
//!
//! A file is parsed if it makes a function the handler of something, or if such a function leads there.
//! That is worked out in rounds: what a handler calls and gives the argument to is looked for by name.

mod declaring;
mod find;
mod kbuild;
mod mentions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ioctlkit_handlers::{Analyser, Analysis, Program, Source};
use ioctlkit_model::{DriverCode, FileId, Interface, Problem, ProblemKind};
use rayon::prelude::*;

pub use find::{has_handlers, holds_driver};

use crate::c::is_kernel_root;
use crate::c::lex::scan::comments;
use crate::overlay::{self, Overlay};
use crate::reach::Reach;
use crate::{Caution, watch};

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Files of C, or folders of them.
    pub paths: Vec<PathBuf>,
    /// Folders that are searched for the headers that declare commands, besides those around the source.
    pub include_dirs: Vec<PathBuf>,
    /// A compilation database, or the folder that holds one: the folders that it names are searched, too.
    pub compile_commands: Option<PathBuf>,
    /// What an earlier attempt has taught.
    pub caution: Caution,
    /// Numbers of commands and of other macros, on x86-64, with which it is decided what a range of numbers
    /// or a type letter lets through. Without them, everything is let through.
    pub numbers: Vec<Known>,
    /// Texts that stand in for files.
    pub overlay: Overlay,
}

/// A macro whose number is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: u32,
}

impl Request {
    /// How far reading may reach.
    pub(crate) fn reach(&self) -> Reach {
        let named: Vec<PathBuf> =
            self.paths.iter().chain(&self.compile_commands).cloned().collect();
        Reach::of(&named, &self.include_dirs)
    }
}

/// How many times what is missing is looked for.
const ROUNDS: usize = 3;

/// Reads what the request names. What can't be read becomes a [`Problem`]; the rest is complete.
pub fn read(request: &Request) -> (Interface, Vec<Problem>) {
    overlay::during(&request.overlay, || read_here(request))
}

fn read_here(request: &Request) -> (Interface, Vec<Problem>) {
    let (found, mut problems) = find::find(request, &request.reach());
    let mut reading = Reading::default();
    let numbers = request.numbers.iter().map(|known| (known.name.clone(), known.number));
    reading.program.numbers = numbers.collect();
    let first = found.iter().filter(|file| file.has_handlers);
    reading.parse(request, first.map(|file| file.path.clone()).collect());
    let mut analyser = Analyser::default();
    let mut analysis = analyser.analyse(&reading.program);
    let mut looked_for: BTreeSet<String> = BTreeSet::new();
    for _ in 0..ROUNDS {
        let wanted: Vec<String> = analysis.missing.difference(&looked_for).cloned().collect();
        let paths = find::defining(&wanted, &found, &reading.folders);
        looked_for.extend(wanted);
        let new: Vec<PathBuf> = paths.difference(&reading.known).cloned().collect();
        if new.is_empty() {
            break;
        }
        reading.parse(request, new);
        analysis = analyser.analyse(&reading.program);
    }
    problems.append(&mut reading.problems);
    let Analysis { mut code, .. } = analysis;
    code.files = reading.program.sources.iter().map(|source| source.file).collect();
    let of_headers = || {
        let declared_in = declaring::headers(request, &code, &mut problems);
        let mentions = mentions::mentions(request, &found, &code, &declared_in);
        (declared_in, mentions)
    };
    let overlay = &request.overlay;
    let ((declared_in, mentions), built) = rayon::join(
        || overlay::during(overlay, of_headers),
        || overlay::during(overlay, || where_built(request, &code, &reading.interface)),
    );
    code.declared_in = declared_in;
    code.mentions = mentions;
    code.architectures = built.files;
    code.symbols = built.symbols;
    code.is_whole_kernel = request.paths.iter().any(|path| is_kernel_root(path));
    (Interface { code, ..reading.interface }, problems)
}

/// For which architectures kernels build something.
struct Built {
    files: BTreeMap<FileId, BTreeSet<String>>,
    symbols: BTreeMap<String, BTreeSet<String>>,
}

/// For which architectures the kernel around the source builds the files that fill in tables and name
/// commands.
fn where_built(request: &Request, code: &DriverCode, interface: &Interface) -> Built {
    let tables = code.tables.iter().map(|table| table.span.file);
    let commands = code.handlers.iter().flat_map(|handler| &handler.commands);
    let files: BTreeSet<FileId> = tables.chain(commands.map(|it| it.span.file)).collect();
    let slots = code.tables.iter().filter_map(|table| table.compat.as_ref());
    let symbols: BTreeSet<String> = slots.filter_map(|slot| slot.needs.clone()).collect();
    let path = |file: &FileId| overlay::canonicalize(&interface.sources.file(*file).path).ok();
    let by_path: BTreeMap<PathBuf, FileId> =
        files.iter().filter_map(|file| Some((path(file)?, *file))).collect();
    let reach = request.reach();
    let mut roots: Vec<PathBuf> = request
        .paths
        .iter()
        .filter_map(|path| declaring::kernel_around(path, &overlay::canonicalize(path).ok()?))
        .filter_map(|root| root.canonicalize().ok())
        .collect();
    roots.sort();
    roots.dedup();
    let mut built = Built { files: BTreeMap::new(), symbols: BTreeMap::new() };
    for root in roots {
        let inside = by_path.keys().filter(|path| path.starts_with(&root)).cloned().collect();
        let known = kbuild::buildable(&root, &reach, &inside, &symbols);
        built.files.extend(known.files.into_iter().map(|(path, on)| (by_path[&path], on)));
        built.symbols.extend(known.symbols);
    }
    built
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    program: Program,
    interface: Interface,
    known: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
    problems: Vec<Problem>,
}

impl Reading {
    fn parse(&mut self, request: &Request, paths: Vec<PathBuf>) {
        self.known.extend(paths.iter().cloned());
        let one = |path: PathBuf| {
            let read = match request.caution.avoids(&path) {
                Some(problem) => Err(problem),
                None => watch::during(|| vec![path.clone()], || parsed(&path)),
            };
            (path, read)
        };
        let parsed: Vec<(PathBuf, Result<Parsed, Problem>)> = if request.caution.is_slow() {
            paths.into_iter().map(one).collect()
        } else {
            paths.into_par_iter().map(overlay::carried(one)).collect()
        };
        // Their places in the run are known in the order of the paths alone.
        let mut texts = Vec::new();
        for (path, read) in parsed {
            match read {
                Ok(Parsed { text, comments }) => {
                    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
                    let file = self.interface.sources.add(path.clone(), text.clone());
                    self.interface.sources.file_mut(file).comments = comments;
                    texts.push((path, file, text));
                    self.folders.insert(folder);
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        let outlined = |(path, file, text): (PathBuf, FileId, Arc<str>)| {
            let shown = path.display().to_string();
            watch::during(|| vec![path], || Source::new(file, &shown, text))
        };
        let sources: Vec<Source> = if request.caution.is_slow() {
            texts.into_iter().map(outlined).collect()
        } else {
            texts.into_par_iter().map(outlined).collect()
        };
        for source in sources {
            self.program.add(source);
        }
    }
}

/// A file that was read.
struct Parsed {
    text: Arc<str>,
    comments: Vec<std::ops::Range<u32>>,
}

fn parsed(path: &Path) -> Result<Parsed, Problem> {
    let text: Arc<str> = find::text_of(path)?.into();
    let comments = comments(&text);
    Ok(Parsed { text, comments })
}

fn failure(path: &Path, message: String) -> Problem {
    Problem { kind: ProblemKind::Failure, path: Some(path.into()), span: None, message, help: None }
}
