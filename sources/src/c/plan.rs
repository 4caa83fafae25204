//! Which headers are parsed together, for which ABI, and what becomes of the outcome.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::{CString, OsStr};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Interface, Problem, ProblemKind, Span};

use super::clang::{Diagnostic, Library, TranslationUnit, VirtualFile};
use super::collect::Collected;
use super::convert::{Arena, Converter, Wants};
use super::discover::{Group, Tree, discover};
use super::features::Classes;
use super::files::{Files, Index};
use super::macros::{Macros, spans};
use super::probe::{self, Asked, Probes};
use super::{Request, arguments, database, helped, needs, overlay};

/// Headers parsed together at the most: small enough for every core to get its share.
const BATCH: usize = 220;

/// The virtual file that includes the headers of a job.
const MAIN: &std::ffi::CStr = c"/ioctlkit-main.c";

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
        read_group(request, group, library, &mut arena, &mut problems);
    }
    (arena.interface, problems)
}

fn no_libclang(error: &str) -> Problem {
    let first = error.lines().next().unwrap_or(error);
    Problem {
        kind: ProblemKind::Failure,
        path: None,
        span: None,
        message: format!(
            "libclang could not be loaded, and C headers can't be read without it: {first}"
        ),
        help: Some(
            "install it (Debian: `apt-get install libclang1-14`, Fedora: `dnf install clang-libs`), \
             or set LIBCLANG_PATH to the folder that holds libclang.so"
                .into(),
        ),
    }
}

/// A translation unit to be.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) abi: AbiId,
    /// Headers of libc that are included first.
    pub(crate) libc: Vec<&'static str>,
    /// What is included, in order.
    pub(crate) headers: Vec<Index>,
    /// What of it is new.
    pub(crate) wants: Wants,
    /// Whether the header is read by itself: what goes wrong then is the header's own fault.
    pub(crate) alone: bool,
}

/// A parsed job.
struct Parsed {
    job: Job,
    unit: TranslationUnit,
    probes: Probes,
}

/// What is the same for all jobs of a group.
pub(crate) struct Shared<'a> {
    pub(crate) request: &'a Request,
    tree: &'a Tree,
    extra: Vec<String>,
    pub(crate) files: &'a Files,
    pub(crate) macros: &'a Macros,
    pub(crate) classes: &'a Classes,
    library: Library,
    /// The candidates of each file.
    by_file: HashMap<Index, Vec<usize>>,
    /// Files whose include guard another file has too: read together, one would hide the other.
    hidden: HashSet<Index>,
    /// The `asm/` headers through which each one of `asm-generic/` is included.
    fronts: HashMap<Index, Vec<Index>>,
    /// Headers that are listed although nobody asked for them by name.
    pub(crate) brought: Vec<Index>,
}

impl Shared<'_> {
    /// The ABIs that read a file as `abi` does.
    pub(crate) fn alike(&self, file: Index, abi: AbiId) -> AbiSet {
        let file = &self.files.loaded[file];
        self.classes.alike(file.features, abi, file.abis).intersection(self.request.abis)
    }

    /// The `asm/` header through which an ABI has this one of `asm-generic/`: what it defines in
    /// front of that decides how it is read.
    fn front(&self, file: Index, abi: AbiId) -> Option<Index> {
        let fronts = self.fronts.get(&file)?;
        fronts.iter().copied().find(|front| self.files.loaded[*front].abis.contains(abi))
    }
}

fn read_group(
    request: &Request,
    group: &Group,
    library: Library,
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
    // Commands of asm-generic/ belong to the architectures whose asm/ headers include them.
    let any_asm = files.wanted.iter().any(|index| files.loaded[*index].is_asm());
    let listed: HashSet<Index> = (0..files.loaded.len())
        .filter(|index| wanted.contains(index) || (any_asm && files.loaded[*index].is_asm()))
        .collect();
    let macros = Macros::find(&files, request.raw_numbers, |index| listed.contains(&index));
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
        hidden: hidden(&files, &listed),
        fronts: fronts(&files),
        brought: (0..files.loaded.len())
            .filter(|index| {
                let known = &files.loaded[*index];
                listed.contains(index) && !wanted.contains(index) && !known.is_virtual
            })
            .collect(),
    };
    arena.begin_group();
    let mut collected = Collected::default();
    let alone = convert_all(&shared, jobs(&shared, &listed), arena, &mut collected, problems);
    convert_all(&shared, alone, arena, &mut collected, problems);
    let helped = helped::jobs(&shared, &collected);
    convert_all(&shared, helped, arena, &mut collected, problems);
    // Types that other headers define may differ where the headers that use them do not.
    let mut asked = HashSet::new();
    for _ in 0..needs::ROUNDS {
        let jobs = needs::jobs(&shared, arena, &collected, &mut asked);
        if jobs.is_empty() {
            break;
        }
        convert_all(&shared, jobs, arena, &mut collected, problems);
    }
    collected.into_interface(&shared, &mut arena.interface, problems);
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

/// Plans the parses: for every listed file and every class of ABIs that read it alike, one parse
/// has it.
fn jobs(shared: &Shared<'_>, listed: &HashSet<Index>) -> Vec<Job> {
    let files = &shared.files.loaded;
    let mut order: Vec<Index> = listed.iter().copied().collect();
    order.sort_unstable();
    let mut covered: Vec<AbiSet> = vec![AbiSet::EMPTY; files.len()];
    let mut jobs = Vec::new();
    for abi in shared.request.abis {
        let mut together = Vec::new();
        let mut alone = Vec::new();
        for index in order.iter().copied() {
            if !files[index].abis.contains(abi) || covered[index].contains(abi) {
                continue;
            }
            covered[index] = covered[index].union(shared.alike(index, abi));
            if is_contested(shared, index) {
                alone.push(index);
            } else {
                together.push(index);
            }
        }
        let batches = together.len().div_ceil(BATCH).max(1);
        for batch in together.chunks(together.len().div_ceil(batches).max(1)) {
            jobs.push(Job::of(abi, batch.to_vec(), false));
        }
        jobs.extend(alone.into_iter().map(|index| Job::of(abi, vec![index], true)));
    }
    // The largest first, so that no core waits for a late one.
    jobs.sort_by_key(|job| std::cmp::Reverse(job.headers.len()));
    jobs
}

impl Job {
    fn of(abi: AbiId, headers: Vec<Index>, alone: bool) -> Self {
        let wants = Wants { files: headers.iter().copied().collect(), names: HashSet::new() };
        Self { abi, libc: Vec::new(), headers, wants, alone }
    }
}

/// The files that share their include guard with another one for the same ABI.
fn hidden(files: &Files, listed: &HashSet<Index>) -> HashSet<Index> {
    let mut by_guard: HashMap<&str, Vec<Index>> = HashMap::new();
    for index in listed {
        let scan = &files.loaded[*index].scan;
        if let Some(guard) = scan.regions.first().filter(|region| region.is_guard) {
            by_guard.entry(&guard.identifiers[0]).or_default().push(*index);
        }
    }
    let clash = |a: Index, b: Index| {
        a != b && !files.loaded[a].abis.intersection(files.loaded[b].abis).is_empty()
    };
    by_guard
        .into_values()
        .flat_map(|same| {
            let clashing: Vec<Index> = same
                .iter()
                .copied()
                .filter(|index| same.iter().any(|other| clash(*index, *other)))
                .collect();
            clashing
        })
        .collect()
}

/// The `asm/` headers that always include their namesakes in `asm-generic/`, by these.
fn fronts(files: &Files) -> HashMap<Index, Vec<Index>> {
    let generic: HashMap<&OsStr, Index> = (0..)
        .zip(&files.loaded)
        .filter(|(_, file)| {
            file.path.parent().is_some_and(|folder| folder.ends_with("asm-generic"))
        })
        .filter_map(|(index, file)| Some((file.path.file_name()?, index)))
        .collect();
    let mut fronts: HashMap<Index, Vec<Index>> = HashMap::new();
    for (index, file) in files.loaded.iter().enumerate() {
        let Some(name) = file.path.file_name() else { continue };
        let Some(behind) = generic.get(name).copied().filter(|behind| *behind != index) else {
            continue;
        };
        let generic_name = format!("asm-generic/{}", name.to_string_lossy());
        let mut includes = file.scan.includes.iter();
        // One that includes it under a condition has something else in its place otherwise.
        if file.is_asm() && includes.any(|one| one.name == generic_name && !one.conditional) {
            fronts.entry(behind).or_default().push(index);
        }
    }
    fronts
}

/// Whether another file defines a macro differently that this file's commands need.
fn is_contested(shared: &Shared<'_>, index: Index) -> bool {
    let file = &shared.files.loaded[index];
    if shared.hidden.contains(&index) || file.scan.open_braces != 0 {
        return true;
    }
    shared.macros.contested.iter().any(|name| file.scan.mentions(*name))
        && shared.by_file.contains_key(&index)
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
    parse_all(shared, jobs, |parsed| match parsed {
        Ok(parsed) => alone.extend(file(shared, parsed, arena, collected)),
        Err(problem) => problems.push(problem),
    });
    alone
}

/// Parses on every core, and hands over each outcome, in the order of the jobs, as soon as it is
/// there: a unit takes much memory, and is not needed once it is converted.
fn parse_all(shared: &Shared<'_>, jobs: Vec<Job>, mut take: impl FnMut(Result<Parsed, Problem>)) {
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get).min(jobs.len());
    let jobs = Mutex::new(jobs.into_iter().enumerate());
    let (send, outcomes) = sync_channel(1);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let send = send.clone();
            let next = || jobs.lock().ok()?.next();
            scope.spawn(move || {
                while let Some((at, job)) = next() {
                    if send.send((at, parse(shared, job))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (at, outcome) in outcomes {
            early.insert(at, outcome);
            while let Some(outcome) = early.remove(&due) {
                take(outcome);
                due += 1;
            }
        }
    });
}

fn parse(shared: &Shared<'_>, job: Job) -> Result<Parsed, Problem> {
    let loaded = &shared.files.loaded;
    let fronted = |index: &Index| shared.front(*index, job.abi).into_iter().chain([*index]);
    let headers = job.headers.iter().flat_map(fronted).map(|index| {
        let path = &loaded[index].path;
        std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string()
    });
    let headers = job.libc.iter().map(|name| format!("{}/{name}", overlay::LIBC)).chain(headers);
    let mut asked: Vec<usize> = job
        .wants
        .files
        .iter()
        .flat_map(|index| shared.by_file.get(index).into_iter().flatten().copied())
        .collect();
    asked.sort_unstable();
    let questions: Vec<(usize, Asked)> = asked
        .into_iter()
        .map(|at| (at, shared.macros.candidates[at].asked(shared.files)))
        .collect();
    let probes = probe::text(headers, &questions, job.alone);
    let mut virtual_files: Vec<VirtualFile> = shared
        .files
        .virtual_files()
        .filter_map(|file| {
            let path = CString::new(file.path.to_str()?).ok()?;
            Some(VirtualFile { path, text: file.text.to_string() })
        })
        .collect();
    if !job.libc.is_empty() {
        virtual_files.extend(overlay::LIBC_HEADERS.iter().filter_map(|(name, text)| {
            let path = CString::new(format!("{}/{name}", overlay::LIBC)).ok()?;
            Some(VirtualFile { path, text: (*text).to_owned() })
        }));
    }
    if !virtual_files.iter().any(|file| file.path.to_bytes().ends_with(b"/asm/ioctl.h")) {
        virtual_files.extend(stand_in_for_ioctl_h());
    }
    virtual_files.push(VirtualFile { path: MAIN.to_owned(), text: probes.text.clone() });
    let arguments = arguments::arguments(shared.request, shared.tree, &shared.extra, job.abi);
    let unit = TranslationUnit::parse(shared.library, MAIN, &arguments, &virtual_files).map_err(
        |message| Problem {
            kind: ProblemKind::Failure,
            path: job.headers.first().map(|index| loaded[*index].path.clone()),
            span: None,
            message,
            help: Some("check the compiler arguments behind `--`".into()),
        },
    )?;
    Ok(Parsed { job, unit, probes })
}

fn stand_in_for_ioctl_h() -> Option<VirtualFile> {
    let (name, text) = overlay::ASM_HEADERS.iter().find(|(name, _)| *name == "asm/ioctl.h")?;
    let path = CString::new(format!("{}/{name}", overlay::ASM)).ok()?;
    Some(VirtualFile { path, text: (*text).to_owned() })
}

/// Files what a unit holds, but for headers that did not go together with the others.
fn file(
    shared: &Shared<'_>,
    parsed: Parsed,
    arena: &mut Arena,
    collected: &mut Collected,
) -> Vec<Job> {
    let Parsed { mut job, unit, probes } = parsed;
    let errors = unit.errors();
    let troubled = troubled(shared, &errors, &probes);
    if job.alone {
        note_errors(shared, &job, &errors, &probes, collected);
    } else {
        job.wants.files.retain(|index| !troubled.contains(index));
    }
    let mut converter =
        Converter::new(arena, shared.files, shared.classes, job.abi, shared.request.abis)
            .with_errors(&errors);
    let answers = converter.run(&unit, &job.wants);
    for (at, answer) in answers {
        collected.answer(shared, &arena.interface, at, &job, answer);
    }
    if job.alone {
        return Vec::new();
    }
    let again = job.headers.iter().copied().filter(|index| troubled.contains(index));
    again.map(|index| Job::of(job.abi, vec![index], true)).collect()
}

fn is_main(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes() == MAIN.to_bytes()
}

/// The files in which, or in whose commands, the compiler met an error.
fn troubled(shared: &Shared<'_>, errors: &[Diagnostic], probes: &Probes) -> HashSet<Index> {
    let mut troubled = HashSet::new();
    for place in errors.iter().filter_map(|error| error.place.as_ref()) {
        let path = place.file.path();
        if is_main(&path) {
            let candidate = probes.at_line(place.line);
            troubled.extend(candidate.map(|at| shared.macros.candidates[at].file));
        } else {
            troubled.extend(shared.files.by_path(&path));
        }
    }
    troubled
}

/// Keeps the errors of a header that was read by itself.
fn note_errors(
    shared: &Shared<'_>,
    job: &Job,
    errors: &[Diagnostic],
    probes: &Probes,
    collected: &mut Collected,
) {
    let ([header], []) = (&job.headers[..], &job.libc[..]) else { return };
    let header = *header;
    let abis = shared.alike(header, job.abi);
    for error in errors {
        let Some(place) = &error.place else {
            collected.error(header, abis, &error.message, None);
            continue;
        };
        let path = place.file.path();
        if is_main(&path) {
            match probes.at_line(place.line) {
                Some(at) => collected.unanswered(at, &error.message),
                // What the header left open: a brace, a comment, a condition.
                None => collected.error(header, abis, &error.message, None),
            }
            continue;
        }
        let span = shared.files.by_path(&path).map(|index| {
            let file = shared.files.loaded[index].id;
            Span { file, start: place.offset, end: place.offset + 1 }
        });
        collected.error(header, abis, &error.message, span);
    }
}

/// The place of a candidate's name.
pub(crate) fn candidate_span(shared: &Shared<'_>, at: usize) -> Span {
    let candidate = &shared.macros.candidates[at];
    let file = &shared.files.loaded[candidate.file];
    spans(file, candidate.define(shared.files)).0
}
