//! Which headers are parsed together, for which ABI, and what becomes of the outcome.

use std::collections::{HashMap, HashSet};
use std::ffi::CString;
use std::path::{Path, PathBuf};

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{
    Command, Family, Header, HeaderError, Interface, Problem, ProblemKind, RawNumber, Span,
    Variants,
};
use rayon::prelude::*;

use super::clang::{Diagnostic, Library, TranslationUnit, VirtualFile};
use super::convert::{Answer, Arena, Converter, define_through};
use super::discover::{Group, Tree, discover};
use super::features::Classes;
use super::files::{Files, Index};
use super::macros::{Candidate, CandidateKind, Macros, spans};
use super::probe::{self, Probes};
use super::scan::words;
use super::{Request, arguments, database};

/// Headers parsed together at the most: small enough for every core to get its share.
const BATCH: usize = 220;

pub(crate) fn read(request: &Request) -> (Interface, Vec<Problem>) {
    let (groups, mut problems) = discover(&request.paths, request.abis);
    let mut arena = Arena::default();
    arena.interface.abis = request.abis;
    if groups.is_empty() {
        return (arena.interface, problems);
    }
    let library = match Library::load() {
        Ok(library) => library,
        Err(error) => {
            problems.push(no_libclang(&error));
            return (arena.interface, problems);
        }
    };
    for group in &groups {
        read_group(request, group, &library, &mut arena, &mut problems);
    }
    (arena.interface, problems)
}

fn no_libclang(error: &str) -> Problem {
    let first = error.lines().next().unwrap_or(error);
    Problem {
        kind: ProblemKind::Failure,
        path: None,
        span: None,
        message: format!("libclang could not be loaded, and C headers can't be read without it: {first}"),
        help: Some(
            "install it (Debian: `apt-get install libclang1-14`, Fedora: `dnf install clang-libs`), \
             or set LIBCLANG_PATH to the folder that holds libclang.so"
                .into(),
        ),
    }
}

/// A translation unit to be: `headers` are included, and of what they define only what stands in
/// `fresh` is new.
#[derive(Debug)]
struct Job {
    abi: AbiId,
    headers: Vec<Index>,
    fresh: HashSet<Index>,
    /// Whether the header is read by itself: what goes wrong then is the header's own fault.
    alone: bool,
}

/// A parsed job.
struct Parsed {
    job: Job,
    unit: TranslationUnit,
    probes: Probes,
}

/// What is the same for all jobs of a group.
struct Shared<'a> {
    request: &'a Request,
    tree: &'a Tree,
    extra: Vec<String>,
    files: &'a Files,
    macros: &'a Macros,
    classes: &'a Classes,
    library: &'a Library,
    /// The candidates of each file.
    by_file: HashMap<Index, Vec<usize>>,
}

fn read_group(
    request: &Request,
    group: &Group,
    library: &Library,
    arena: &mut Arena,
    problems: &mut Vec<Problem>,
) {
    let extra = match &request.compile_commands {
        Some(path) => {
            let first = group.headers.first().map(|header| header.path.as_path());
            database::arguments(path, first).unwrap_or_else(|problem| {
                problems.push(problem);
                Vec::new()
            })
        }
        None => Vec::new(),
    };
    let folders = search_first(request, &extra);
    let sources = &mut arena.interface.sources;
    let files = Files::load(group, &folders, request.abis, sources, problems);
    if files.wanted.is_empty() {
        return;
    }
    let wanted: HashSet<Index> = files.wanted.iter().copied().collect();
    let any_asm = files.wanted.iter().any(|index| is_asm(&files.loaded[*index].path));
    let macros = Macros::find(&files, request.raw_numbers, |index| {
        wanted.contains(&index) || (any_asm && is_asm(&files.loaded[index].path))
    });
    let classes = Classes::new(&group.tree);
    let mut by_file: HashMap<Index, Vec<usize>> = HashMap::new();
    for (at, candidate) in macros.candidates.iter().enumerate() {
        by_file.entry(candidate.file).or_default().push(at);
    }
    let shared = Shared {
        request,
        tree: &group.tree,
        extra,
        files: &files,
        macros: &macros,
        classes: &classes,
        library,
        by_file,
    };
    arena.begin_group(&files);
    let mut collected = Collected::default();
    let jobs = jobs(&shared, &wanted);
    let alone = convert_all(&shared, jobs, arena, &mut collected, problems);
    let left = convert_all(&shared, alone, arena, &mut collected, problems);
    debug_assert!(left.is_empty(), "a header that was read alone is not read again");
    collected.into_interface(&shared, arena);
}

/// Whether a header lies in `asm/` or `asm-generic/`.
fn is_asm(path: &Path) -> bool {
    path.parent()
        .and_then(Path::file_name)
        .is_some_and(|folder| folder == "asm" || folder == "asm-generic")
}

/// The folders given by hand or by the compilation database.
fn search_first(request: &Request, extra: &[String]) -> Vec<PathBuf> {
    let mut folders = request.include_dirs.clone();
    for given in [extra, &request.compiler_arguments] {
        let mut words = given.iter();
        while let Some(word) = words.next() {
            let rest = word.strip_prefix("-I").or_else(|| word.strip_prefix("-isystem"));
            match rest {
                Some("") => folders.extend(words.next().map(PathBuf::from)),
                Some(folder) => folders.push(PathBuf::from(folder.trim())),
                None => {}
            }
        }
    }
    folders
}

/// Plans the parses: for every file and every class of ABIs that read it alike, one parse has it.
fn jobs(shared: &Shared<'_>, wanted: &HashSet<Index>) -> Vec<Job> {
    let files = shared.files;
    let mut covered: Vec<AbiSet> = vec![AbiSet::EMPTY; files.loaded.len()];
    let mut jobs = Vec::new();
    for abi in shared.request.abis {
        let mut fresh: Vec<Index> = Vec::new();
        for (index, file) in files.loaded.iter().enumerate() {
            if !file.abis.contains(abi) || covered[index].contains(abi) {
                continue;
            }
            let alike = shared.classes.alike(file.features, abi, file.abis);
            covered[index] = covered[index].union(alike);
            fresh.push(index);
        }
        let (mut together, alone): (Vec<Index>, Vec<Index>) = fresh
            .iter()
            .filter(|index| wanted.contains(index))
            .partition(|index| !is_contested(shared, **index));
        // What the wanted headers bring along is read with them, or by itself if they are not.
        let brought: Vec<Index> =
            fresh.iter().copied().filter(|index| !wanted.contains(index)).collect();
        if together.is_empty() && !brought.is_empty() {
            together = brought.iter().copied().filter(|index| includable(shared, *index)).collect();
        } else if together.len() < wanted.len() {
            together.extend(brought.iter().copied().filter(|index| includable(shared, *index)));
        }
        let brought: HashSet<Index> = brought.into_iter().collect();
        let batches = together.len().div_ceil(BATCH).max(1);
        for batch in together.chunks(together.len().div_ceil(batches).max(1)) {
            let mut fresh: HashSet<Index> = batch.iter().copied().collect();
            fresh.extend(&brought);
            jobs.push(Job { abi, headers: batch.to_vec(), fresh, alone: false });
        }
        for index in alone {
            let fresh = brought.iter().copied().chain([index]).collect();
            jobs.push(Job { abi, headers: vec![index], fresh, alone: true });
        }
    }
    // The largest first, so that no core waits for a late one.
    jobs.sort_by_key(|job| std::cmp::Reverse(job.headers.len()));
    jobs
}

/// Whether another file defines a macro differently that this file's commands need.
fn is_contested(shared: &Shared<'_>, index: Index) -> bool {
    let file = &shared.files.loaded[index];
    shared.macros.contested.iter().any(|name| file.scan.mentions(*name))
        && shared.by_file.contains_key(&index)
}

/// Libc's stand-ins come along with whoever needs them; most do not stand alone.
fn includable(shared: &Shared<'_>, index: Index) -> bool {
    !shared.files.loaded[index].path.starts_with(super::overlay::LIBC)
}

/// Parses the jobs and files what they hold. Answers the jobs for headers that have to be read
/// alone.
fn convert_all(
    shared: &Shared<'_>,
    jobs: Vec<Job>,
    arena: &mut Arena,
    collected: &mut Collected,
    problems: &mut Vec<Problem>,
) -> Vec<Job> {
    let mut alone = Vec::new();
    let parsed: Vec<Result<Parsed, Problem>> =
        jobs.into_par_iter().map(|job| parse(shared, job)).collect();
    shared.library.enter();
    for parsed in parsed {
        match parsed {
            Ok(parsed) => alone.extend(file(shared, parsed, arena, collected, problems)),
            Err(problem) => problems.push(problem),
        }
    }
    alone
}

fn parse(shared: &Shared<'_>, job: Job) -> Result<Parsed, Problem> {
    shared.library.enter();
    let loaded = &shared.files.loaded;
    let headers = job.headers.iter().map(|index| {
        let path = &loaded[*index].path;
        std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string()
    });
    let mut asked: Vec<usize> = job
        .fresh
        .iter()
        .flat_map(|index| shared.by_file.get(index).into_iter().flatten().copied())
        .collect();
    asked.sort_unstable();
    let names = asked.iter().map(|at| (*at, shared.macros.candidates[*at].name.as_str()));
    let probes = probe::text(headers, names);
    let main = CString::from(c"/ioctlkit-main.c");
    let mut virtual_files: Vec<VirtualFile> = shared
        .files
        .virtual_files()
        .filter_map(|file| {
            let path = CString::new(file.path.to_str()?).ok()?;
            Some(VirtualFile { path, text: file.text.to_string() })
        })
        .collect();
    if !virtual_files.iter().any(|file| file.path.to_bytes().ends_with(b"/asm/ioctl.h")) {
        virtual_files.extend(stand_in_for_ioctl_h());
    }
    virtual_files.push(VirtualFile { path: main.clone(), text: probes.text.clone() });
    let arguments = arguments::arguments(shared.request, shared.tree, &shared.extra, job.abi);
    let unit =
        TranslationUnit::parse(&main, &arguments, &virtual_files).map_err(|message| Problem {
            kind: ProblemKind::Failure,
            path: job.headers.first().map(|index| loaded[*index].path.clone()),
            span: None,
            message,
            help: Some("check the compiler arguments behind `--`".into()),
        })?;
    Ok(Parsed { job, unit, probes })
}

fn stand_in_for_ioctl_h() -> Option<VirtualFile> {
    let (name, text) =
        super::overlay::ASM_HEADERS.iter().find(|(name, _)| *name == "asm/ioctl.h")?;
    let path = CString::new(format!("{}/{name}", super::overlay::ASM)).ok()?;
    Some(VirtualFile { path, text: (*text).to_owned() })
}

/// Files what a unit holds, but for headers that did not go together with the others.
fn file(
    shared: &Shared<'_>,
    parsed: Parsed,
    arena: &mut Arena,
    collected: &mut Collected,
    problems: &mut Vec<Problem>,
) -> Vec<Job> {
    let Parsed { mut job, unit, probes } = parsed;
    let errors: Vec<Diagnostic> = unit.errors();
    let mut troubled: HashSet<Index> = HashSet::new();
    let mut unanswered: HashMap<usize, String> = HashMap::new();
    for error in &errors {
        let Some(place) = &error.place else { continue };
        let path = place.file.path();
        if path == Path::new("/ioctlkit-main.c") {
            if let Some(at) = probes.at_line(place.line) {
                unanswered.entry(at).or_insert_with(|| error.message.clone());
                troubled.insert(shared.macros.candidates[at].file);
            }
            continue;
        }
        let index = shared.files.by_path(&path);
        if let Some(index) = index {
            troubled.insert(index);
        }
    }
    if job.alone {
        let header = job.headers[0];
        for error in &errors {
            let (span, in_main) = match &error.place {
                Some(place) => {
                    let path = place.file.path();
                    let index = shared.files.by_path(&path);
                    let span = index.map(|index| {
                        let file = shared.files.loaded[index].id;
                        Span { file, start: place.offset, end: place.offset + 1 }
                    });
                    (span, path == Path::new("/ioctlkit-main.c"))
                }
                None => (None, false),
            };
            if !in_main {
                let abis = shared.classes.alike(
                    shared.files.loaded[header].features,
                    job.abi,
                    shared.files.loaded[header].abis,
                );
                collected.error(header, abis, &error.message, span);
            }
        }
        for (at, message) in unanswered {
            let candidate = &shared.macros.candidates[at];
            let file = &shared.files.loaded[candidate.file];
            let (name, _) = spans(file, &file.scan.defines[candidate.defines[0]]);
            problems.push(Problem {
                kind: ProblemKind::Incomplete,
                path: Some(file.path.clone()),
                span: Some(name),
                message: format!("`{}` cannot be worked out: {message}", candidate.name),
                help: None,
            });
        }
        problems.dedup();
    } else {
        job.fresh.retain(|index| !troubled.contains(index));
    }
    let mut converter =
        Converter::new(arena, shared.files, shared.classes, job.abi, shared.request.abis);
    let answers = converter.run(&unit, &job.fresh);
    for (at, answer) in answers {
        let candidate = &shared.macros.candidates[at];
        if job.fresh.contains(&candidate.file) {
            collected.answer(shared, at, candidate, &job, answer);
        }
    }
    if job.alone {
        return Vec::new();
    }
    job.headers
        .iter()
        .filter(|index| troubled.contains(index))
        .map(|index| Job {
            abi: job.abi,
            headers: vec![*index],
            fresh: HashSet::from([*index]),
            alone: true,
        })
        .collect()
}

/// Answers as they come in, by candidate.
#[derive(Debug, Default)]
struct Collected {
    commands: HashMap<usize, Variants<ioctlkit_model::CommandBody>>,
    numbers: HashMap<usize, Variants<u32>>,
    errors: HashMap<Index, Vec<HeaderError>>,
}

impl Collected {
    fn answer(
        &mut self,
        shared: &Shared<'_>,
        at: usize,
        candidate: &Candidate,
        job: &Job,
        answer: Answer,
    ) {
        let file = &shared.files.loaded[candidate.file];
        let abis = shared
            .classes
            .alike(file.features, job.abi, file.abis)
            .intersection(shared.request.abis);
        match (candidate.kind, answer) {
            (CandidateKind::RawNumber, Answer::Number(number)) => {
                self.numbers.entry(at).or_default().add(abis, number);
            }
            (CandidateKind::Command, answer) => {
                let define = &file.scan.defines[candidate.defines[0]];
                let (_, whole) = spans(file, define);
                let through = define_through(file, define.body.clone());
                if let Some(body) = answer.body(whole, through) {
                    self.commands.entry(at).or_default().add(abis, body);
                }
            }
            (CandidateKind::RawNumber, _) => {}
        }
    }

    fn error(&mut self, header: Index, abis: AbiSet, message: &str, span: Option<Span>) {
        let errors = self.errors.entry(header).or_default();
        match errors.iter_mut().find(|known| known.message == message && known.span == span) {
            Some(known) => known.abis = known.abis.union(abis),
            None => errors.push(HeaderError { message: message.to_owned(), span, abis }),
        }
    }

    fn into_interface(mut self, shared: &Shared<'_>, arena: &mut Arena) {
        let interface = &mut arena.interface;
        for index in &shared.files.wanted {
            let file = &shared.files.loaded[*index];
            let errors = self.errors.remove(index).unwrap_or_default();
            interface.headers.push(Header { file: file.id, abis: file.abis, errors });
        }
        for (at, candidate) in shared.macros.candidates.iter().enumerate() {
            let file = &shared.files.loaded[candidate.file];
            let (span, _) = spans(file, &file.scan.defines[candidate.defines[0]]);
            let name = candidate.name.clone();
            if let Some(variants) = self.commands.remove(&at) {
                interface.commands.push(Command { name, span, variants });
            } else if let Some(variants) = self.numbers.remove(&at) {
                interface.raw_numbers.push(RawNumber { name, span, variants });
            }
        }
        for family in &shared.macros.families {
            let file = &shared.files.loaded[family.file];
            let define = &file.scan.defines[family.define];
            let (span, _) = spans(file, define);
            let body = &file.text[define.body.start as usize..define.body.end as usize];
            debug_assert!(words(body).iter().any(|word| shared.macros.reaches(word)));
            interface.families.push(Family {
                name: define.name.clone(),
                span,
                parameters: define.parameters.clone().unwrap_or_default(),
                expansion: body
                    .replace("\\\n", " ")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" "),
            });
        }
    }
}
