//! Every file that the wanted headers reach, for each architecture, read once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{FileId, Include, NotRead, Problem, ProblemKind, SourceMap, Span};
use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

use crate::c::Request;
use crate::c::discover::{Asked, Tree, TreeHeaders, Wanted, is_c_source, lies_outside, unreadable};
use crate::c::driver::allowed::AllowedArgument;
use crate::c::driver::overlay;
use crate::c::lex::definitions_only::definitions_only;
use crate::c::lex::expression::Macro;
use crate::c::lex::scan::{self, ByName, Define, Scan};
use crate::c::look;
use crate::c::partition::Features;
use crate::c::uses::Uses;
use crate::c::weight::{TooMuch, too_much};
use crate::reach::Reach;
use crate::reading::{self, ReadError, limit};

/// A file's place in [`Files`].
pub(crate) type Index = usize;

/// A file that was read, or that stands in for one.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) path: PathBuf,
    pub(crate) id: FileId,
    pub(crate) text: Arc<str>,
    pub(crate) scan: Scan,
    pub(crate) features: Features,
    /// Whether the file exists only for the compiler.
    pub(crate) is_virtual: bool,
    /// What the compiler reads instead of the text: of C source, and of a driver's private headers,
    /// the definitions alone.
    pub(crate) instead: Option<String>,
    /// How the file came to be read.
    pub(crate) asked: Asked,
    /// The ABIs for which the file may be read.
    pub(crate) abis: AbiSet,
    /// The files that it includes, on any architecture.
    pub(crate) includes: BTreeSet<Index>,
    /// The ABIs for which it may not, because what it includes is not there.
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
#[derive(Debug)]
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
}

/// A definition, by its file and its place in the scan of that.
type Place = (Index, usize);

/// The definition of each macro.
#[derive(Debug, Default)]
struct Definitions {
    /// `None` where there are several texts.
    of_all: ByName<Option<Place>>,
    /// Of the macros with several texts, those of each file, likewise.
    of_file: HashMap<(Index, u64), Option<Place>, FxBuildHasher>,
}

/// What the command line, the configuration or a compilation database says of includes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Given {
    /// Folders that are searched before all others.
    pub(crate) folders: Vec<PathBuf>,
    /// Headers that are included in front of each one.
    pub(crate) includes: Vec<String>,
    /// The names of macros that are defined.
    pub(crate) defined: HashSet<String>,
}

impl Given {
    /// Takes what is said of includes out of a request and of what a database says besides.
    pub(crate) fn new(request: &Request, of_database: &[AllowedArgument]) -> Self {
        let mut given = Self { folders: request.search_dirs(), ..Self::default() };
        for argument in of_database.iter().chain(&request.configured.arguments) {
            given.folders.extend(argument.folder().map(Path::to_owned));
            let header = argument.header().map(|header| header.display().to_string());
            given.includes.extend(header);
            argument.definition().into_iter().for_each(|name| given.define(name));
        }
        let configured = request.configured.defines.iter().filter_map(AllowedArgument::definition);
        configured.for_each(|name| given.define(name));
        request.defines.iter().for_each(|definition| given.define(definition));
        given.add_free(&request.compiler_arguments);
        given
    }

    /// What whoever runs the program says alone.
    pub(crate) fn of_command_line(request: &Request) -> Self {
        let mut given = Self { folders: request.include_dirs.clone(), ..Self::default() };
        given.add_free(&request.compiler_arguments);
        given
    }

    /// Takes `-I`, `-isystem`, `-include` and `-D` out of arguments that were given behind `--`.
    fn add_free(&mut self, arguments: &[String]) {
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let flag = ["-isystem", "-include", "-I", "-D"]
                .into_iter()
                .find(|flag| word.starts_with(flag));
            let Some(flag) = flag else { continue };
            let value = match word[flag.len()..].trim() {
                "" => words.next().cloned(),
                value => Some(value.to_owned()),
            };
            match (flag, value) {
                ("-include", Some(value)) => self.includes.push(value),
                ("-D", Some(value)) => self.define(&value),
                (_, Some(value)) => self.folders.push(value.into()),
                (_, None) => {}
            }
        }
    }

    /// Notes a macro that is given as `NAME` or `NAME=VALUE`.
    pub(crate) fn define(&mut self, definition: &str) {
        let name = definition.split('=').next().unwrap_or(definition);
        self.defined.insert(name.to_owned());
    }
}

struct Loader<'a> {
    tree: &'a Tree,
    include_folders: &'a [PathBuf],
    sources: &'a mut SourceMap,
    loaded: Vec<Loaded>,
    by_path: HashMap<PathBuf, Index>,
    resolved: HashMap<(String, Option<&'static str>), Option<PathBuf>>,
    reach: &'a Reach,
    /// Files that must not be opened, with the reason: for the compiler they are empty.
    refused: HashMap<PathBuf, String>,
    /// What each file includes, once for each time, on the first architecture that has it.
    includes: HashMap<Index, Vec<Index>>,
    /// How many of the loaded files have been followed, with the ABIs that they are for.
    followed: usize,
}

impl Files {
    /// Reads the group's headers and everything that they include.
    pub(crate) fn load(
        group: &TreeHeaders,
        (given, reach): (&Given, &Reach),
        abis: AbiSet,
        sources: &mut SourceMap,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut loader = Loader {
            tree: &group.tree,
            include_folders: &given.folders,
            sources,
            loaded: Vec::new(),
            by_path: HashMap::new(),
            resolved: HashMap::new(),
            reach,
            refused: HashMap::new(),
            includes: HashMap::new(),
            followed: 0,
        };
        // They are read by other threads.
        for header in &group.headers {
            look::note(&header.path);
        }
        let read = |header: &Wanted| {
            // A header that was named by a link is asked about here; those of folders were before.
            reach.check(&header.path).map_err(|outside| lies_outside(&header.path, &outside))?;
            read_text(&header.path)
        };
        let read: Vec<_> = group.headers.par_iter().map(read).collect();
        let mut wanted = Vec::new();
        for (header, text) in group.headers.iter().zip(read) {
            match text {
                Ok((text, scan)) => {
                    let index = loader.insert(&header.path, text, scan, header.abis, false);
                    loader.loaded[index].asked = header.asked;
                    wanted.push(index);
                }
                Err(problem) => problems.push(problem),
            }
        }
        let first = loader.included_first(&given.includes, abis);
        loader.follow(&wanted, &first, abis);
        problems.extend(loader.refusals());
        loader.cut_private(&wanted, abis);
        for (index, reason) in too_much(&loader.loaded, &loader.includes) {
            wanted.retain(|wanted| *wanted != index);
            problems.push(left_out(&mut loader.loaded[index], &reason));
        }
        let by_absolute = loader
            .by_path
            .iter()
            .filter_map(|(path, index)| Some((std::path::absolute(path).ok()?, *index)))
            .collect();
        let mut files = Self {
            macros: Definitions::of(&loader.loaded),
            uses: Uses::of(&loader.loaded),
            loaded: loader.loaded,
            by_path: loader.by_path,
            by_absolute,
            wanted,
            first,
            defined: given.defined.clone(),
        };
        for index in &files.wanted {
            let file = &mut files.loaded[*index];
            file.owns_names = !file.is_asm();
        }
        crate::c::partition::assign(&mut files, &group.tree);
        files
    }

    /// Reads further headers of the tree, and what they include: for what they define alone.
    pub(crate) fn load_more(
        &mut self,
        paths: &[PathBuf],
        (group, given, reach): (&TreeHeaders, &Given, &Reach),
        abis: AbiSet,
        sources: &mut SourceMap,
    ) {
        let loaded = std::mem::take(&mut self.loaded);
        let mut reader = Loader {
            tree: &group.tree,
            include_folders: &given.folders,
            sources,
            followed: loaded.len(),
            loaded,
            by_path: std::mem::take(&mut self.by_path),
            resolved: HashMap::new(),
            reach,
            refused: HashMap::new(),
            includes: HashMap::new(),
        };
        let more: Vec<Index> = paths.iter().filter_map(|path| reader.load(path)).collect();
        reader.follow(&more, &[], abis);
        for (index, reason) in too_much(&reader.loaded, &reader.includes) {
            // Nobody asked for it, and whatever lacks its types says so.
            left_out(&mut reader.loaded[index], &reason);
        }
        let by_absolute = reader
            .by_path
            .iter()
            .filter_map(|(path, index)| Some((std::path::absolute(path).ok()?, *index)))
            .collect();
        self.macros = Definitions::of(&reader.loaded);
        self.uses = Uses::of(&reader.loaded);
        self.loaded = reader.loaded;
        self.by_path = reader.by_path;
        self.by_absolute = by_absolute;
        crate::c::partition::assign(self, &group.tree);
    }

    /// The file that a path means, however it is spelled.
    pub(crate) fn by_path(&self, path: &Path) -> Option<Index> {
        self.by_path.get(path).or_else(|| self.by_absolute.get(path)).copied()
    }

    /// What a name means to the preprocessor in a file: what the file itself defines, where others
    /// define it otherwise.
    pub(crate) fn macro_named(&self, name: &str, home: Option<Index>) -> Macro<'_> {
        let hash = scan::hash(name);
        let Some(known) = self.macros.of_all.get(&hash) else { return Macro::None };
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
        self.macros.of_all.contains_key(&scan::hash(name))
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
            None => file.is_virtual.then(|| (file.path.clone(), &*file.text)),
        })
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

impl Definitions {
    fn of(loaded: &[Loaded]) -> Self {
        let mut found = Self::default();
        let all = || {
            loaded.iter().enumerate().flat_map(|(index, file)| {
                (0..).zip(&file.scan.defines).map(move |(at, define)| (index, at, define))
            })
        };
        let mut several = false;
        for (index, at, define) in all() {
            let place = found.of_all.entry(define.hash).or_insert(Some((index, at)));
            let text = loaded[index].slice(&define.body);
            let same_text = place.is_some_and(|(index, at): Place| {
                let first = &loaded[index];
                let known = &first.scan.defines[at];
                known.parameters == define.parameters && first.slice(&known.body) == text
            });
            if !same_text {
                *place = None;
                several = true;
            }
        }
        for (index, at, define) in all().filter(|_| several) {
            if found.of_all[&define.hash].is_none() {
                let own = found.of_file.entry((index, define.hash));
                own.and_modify(|place| *place = None).or_insert(Some((index, at)));
            }
        }
        found
    }
}

/// The text of a file, or the problem with it.
fn read_text(path: &Path) -> Result<(Arc<str>, Scan), Problem> {
    // Such a path cannot stand in an `#include`, which is how the compiler is told of it.
    if path.to_str().is_none_or(|path| path.contains(['"', '\n', '\0'])) {
        let message = "the path has a quotation mark, a line break, or bytes that are not UTF-8";
        return Err(Problem {
            help: Some("rename the file or the folder".into()),
            ..not_text(path, message)
        });
    }
    let bytes = look::read(path).map_err(|error| unreadable(path, &error))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            if bytes.contains(&0) {
                return Err(not_text(path, "the file is binary, not a header"));
            }
            let line = bytes[..valid].split(|byte| *byte == b'\n').count();
            return Err(not_text(path, &format!("line {line} is not valid UTF-8")));
        }
    };
    if u32::try_from(text.len()).is_err() {
        return Err(not_text(path, "the file is larger than 4 GiB"));
    }
    if text.contains('\0') {
        return Err(not_text(path, "the file is binary, not a header"));
    }
    let scan = scan::scan(&text);
    Ok((text.into(), scan))
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

fn not_text(path: &Path, message: &str) -> Problem {
    Problem {
        kind: ProblemKind::Failure,
        path: Some(path.to_owned()),
        span: None,
        message: message.to_owned(),
        help: Some("convert it to UTF-8, or leave it out".into()),
    }
}

impl Loader<'_> {
    fn insert(
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

    /// Leaves of C source and of a driver's private headers what the compiler can make sense of
    /// without the kernel's own headers.
    fn cut_private(&mut self, wanted: &[Index], abis: AbiSet) {
        let Some(abi) = abis.first() else { return };
        let private = self.private(wanted, abi);
        if private.is_empty() {
            return;
        }
        let types = Path::new(overlay::LIBC).join(overlay::KERNEL_TYPES);
        if let Some(types) = self.load(&types) {
            self.follow(&[types], &[], abis);
        }
        for index in private {
            let file = &self.loaded[index];
            let (path, text) = (file.path.clone(), Arc::clone(&file.text));
            let includes: Vec<(String, bool)> =
                file.scan.includes.iter().map(|one| (one.name.clone(), one.quoted)).collect();
            let mut found = HashSet::new();
            for (name, quoted) in includes {
                if self.resolve(&name, quoted, &path, abi).is_some() {
                    found.insert(name);
                }
            }
            self.loaded[index].instead =
                Some(definitions_only(&text, &self.loaded[index].scan, |name| {
                    found.contains(name)
                }));
        }
    }

    /// C source, and the headers of a driver's folder that only the kernel can compile: they include
    /// what no program has, or expect whoever includes them to have done so.
    fn private(&mut self, wanted: &[Index], abi: AbiId) -> HashSet<Index> {
        /// The kernel's names for integers, and those that its `linux/types.h` adds to C's.
        const KERNEL_TYPES: [&str; 7] =
            ["u8", "u16", "u32", "u64", "uint8_t", "uint16_t", "uint32_t"];
        let mut private = HashSet::new();
        let mut includes: Vec<(Index, Vec<Index>)> = Vec::new();
        for index in wanted {
            let file = &self.loaded[*index];
            if file.asked != Asked::IfItHasCommands && !is_c_source(&file.path) {
                continue;
            }
            let path = file.path.clone();
            let named: Vec<(String, bool)> = file
                .scan
                .includes
                .iter()
                .filter(|one| !one.conditional)
                .map(|one| (one.name.clone(), one.quoted))
                .collect();
            let expects_types = named.is_empty()
                && KERNEL_TYPES.iter().any(|name| file.scan.mentions(scan::hash(name)));
            let found: Vec<Option<PathBuf>> = named
                .iter()
                .map(|(name, quoted)| self.resolve(name, *quoted, &path, abi))
                .collect();
            if is_c_source(&path) || expects_types || found.iter().any(Option::is_none) {
                private.insert(*index);
            }
            let found = found.iter().flatten().filter_map(|path| self.by_path.get(path).copied());
            includes.push((*index, found.collect()));
        }
        // What includes a private header is private itself.
        loop {
            let before = private.len();
            for (index, included) in &includes {
                if included.iter().any(|one| private.contains(one)) {
                    private.insert(*index);
                }
            }
            if private.len() == before {
                return private;
            }
        }
    }

    /// Takes out the ABIs whose architecture has another file of that name, which is not here.
    fn narrow(&self, path: &Path, abis: AbiSet) -> AbiSet {
        let Some(generic) = self.tree.generic() else { return abis };
        if path.parent() != Some(generic.as_path()) {
            return abis;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let replaced = AbiSet::of(|abi| {
            !self.tree.has_asm_of(abi.kernel_arch)
                && overlay::replaces_generic(abi.kernel_arch, &name)
        });
        abis.difference(replaced)
    }

    /// Follows the includes of `wanted`, once for each architecture, and notes for which ABIs a file
    /// may be read.
    fn follow(&mut self, wanted: &[Index], first: &[Index], abis: AbiSet) {
        // The ABIs for which each file is reached.
        let mut reached: HashMap<Index, AbiSet> = HashMap::new();
        let mut lacking: HashMap<Index, Vec<NotRead>> = HashMap::new();
        for arch in crate::c::discover::architectures() {
            let of_arch = abis.intersection(AbiSet::of(|abi| abi.kernel_arch == arch));
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
            if read.is_empty() || !matches!(self.tree, Tree::Kernel(_)) {
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

    /// The files of `-include`, which every header has in front of it.
    fn included_first(&mut self, names: &[String], abis: AbiSet) -> Vec<Index> {
        let mut found = Vec::new();
        for abi in abis {
            for name in names {
                let here = Path::new(name);
                let path = if look::is_file(here) {
                    Some(here.to_owned())
                } else {
                    self.resolve(name, false, Path::new("."), abi)
                };
                let index = path.and_then(|path| self.load(&path));
                found.extend(index.filter(|index| !found.contains(index)));
            }
        }
        found
    }

    fn load(&mut self, path: &Path) -> Option<Index> {
        if let Some(known) = self.by_path.get(path) {
            return Some(*known);
        }
        if let Some(behind) = self.tree.behind_own_asm(path) {
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
        if let Err(outside) = self.reach.check(path) {
            return Some(outside.to_string());
        }
        match reading::check(path, limit::SOURCE) {
            Ok(()) | Err(ReadError::System(_)) => None,
            Err(error) => Some(format!("cannot be read: {error}")),
        }
    }

    /// Says which includes lead to files that were not opened.
    fn refusals(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        for file in self.loaded.iter().filter(|file| !file.is_virtual) {
            for include in &file.scan.includes {
                let sibling = file.path.parent().map(|folder| folder.join(&include.name));
                let folders = self.include_folders.iter().map(|folder| folder.join(&include.name));
                let mut leads_to =
                    sibling.into_iter().chain(folders).chain([PathBuf::from(&include.name)]);
                let refused = leads_to.find_map(|path| self.refused.get(&path));
                found.extend(refused.map(|reason| Problem {
                    kind: ProblemKind::Failure,
                    path: Some(file.path.clone()),
                    span: None,
                    message: format!("`#include \"{}\"` {reason}; it was not read", include.name),
                    help: Some(
                        "if the file belongs to the interface, give its folder with `-I`".into(),
                    ),
                }));
            }
        }
        found
    }

    /// The file that an include means, as the compiler will find it.
    fn resolve(&mut self, name: &str, quoted: bool, from: &Path, abi: AbiId) -> Option<PathBuf> {
        if let Some(behind) = self.tree.behind_own_asm(from) {
            return Some(behind);
        }
        if quoted && Path::new(name).is_absolute() {
            return Some(PathBuf::from(name));
        }
        if quoted {
            let sibling = from.parent()?.join(name);
            if look::is_there(&sibling) {
                return Some(sibling);
            }
        }
        let arch = name.starts_with("asm/").then_some(abi.abi().kernel_arch);
        let key = (name.to_owned(), arch);
        if let Some(known) = self.resolved.get(&key) {
            return known.clone();
        }
        let found = self.search(name, abi);
        self.resolved.insert(key, found.clone());
        found
    }

    fn search(&self, name: &str, abi: AbiId) -> Option<PathBuf> {
        let folders = search_folders(self.tree, self.include_folders, abi);
        for folder in folders {
            if name.starts_with("asm/") && self.tree.has_asm_of_another(&folder, abi.abi()) {
                continue;
            }
            let path = folder.join(name);
            let found = if folder == Path::new(overlay::ASM) {
                overlay::ASM_HEADERS.iter().any(|(known, _)| *known == name)
                    || (name.starts_with("asm/") && self.generic_of(name).is_some())
                    || is_generated(name)
            } else if folder.starts_with(overlay::OWN_ASM) {
                name.starts_with("asm/") && self.tree.behind_own_asm(&path).is_some()
            } else if folder == Path::new(overlay::LIBC) {
                overlay::LIBC_HEADERS.iter().any(|(known, _)| *known == name)
            } else {
                look::is_there(&path)
            };
            if found {
                return Some(path);
            }
        }
        None
    }

    fn generic_of(&self, name: &str) -> Option<PathBuf> {
        let generic = self.tree.generic()?.join(name.strip_prefix("asm/")?);
        look::is_file(&generic).then_some(generic)
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

/// Tables of system calls, which a kernel's build generates and no argument needs.
fn is_generated(name: &str) -> bool {
    name.starts_with("asm/unistd_") || name.starts_with("asm/unistd-")
}

/// The text of a stand-in.
fn virtual_text(path: &Path) -> Option<String> {
    if let Ok(name) = path.strip_prefix(overlay::LIBC) {
        let name = name.to_str()?;
        return text_of(overlay::LIBC_HEADERS, name);
    }
    let name = path.strip_prefix(overlay::ASM).ok()?.to_str()?;
    if is_generated(name) {
        return Some("\n".into());
    }
    text_of(overlay::ASM_HEADERS, name).or_else(|| {
        let generic = name.strip_prefix("asm/")?;
        Some(format!("#include <asm-generic/{generic}>\n"))
    })
}

fn text_of(headers: &[(&str, &str)], name: &str) -> Option<String> {
    headers.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
}

/// The path that the compiler gets for a file.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The folders that the compiler searches, in order.
pub(crate) fn search_folders(tree: &Tree, include_folders: &[PathBuf], abi: AbiId) -> Vec<PathBuf> {
    let mut folders = include_folders.to_vec();
    folders.push(PathBuf::from(overlay::LIBC));
    folders.extend(tree.include_folders(abi.abi()));
    folders
}
