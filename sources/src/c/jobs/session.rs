//! One tree's headers from their paths to the interface: what is parsed, in which order.

use std::collections::{HashMap, HashSet};

use ioctlkit_model::{Interface, Problem, ProblemKind};

use super::collect::Collected;
use super::job::{Job, Session};
use super::outcome::file;
use super::parse::parse_all;
use super::schedule::{fronts, hidden, jobs};
use super::{missing_types, retry};
use crate::c::Request;
use crate::c::convert::Arena;
use crate::c::discover::{Asked, TreeHeaders, discover};
use crate::c::driver::allowed::AllowedArgument;
use crate::c::driver::clang::Library;
use crate::c::driver::database::Database;
use crate::c::elsewhere;
use crate::c::files::{Files, Given, Index, Surroundings};
use crate::c::macros::Macros;
use crate::c::other_macros;
use crate::c::partition::AbiPartition;
use crate::reach::Reach;
use crate::watch;

pub(crate) fn read(request: &Request) -> (Interface, Vec<Problem>) {
    let reach = request.reach();
    let (groups, mut problems) = discover(&request.paths, request.abis, &reach);
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
        read_group((request, &reach), group, library, &mut arena, &mut problems);
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

fn read_group(
    (request, reach): (&Request, &Reach),
    group: &TreeHeaders,
    library: Library,
    arena: &mut Arena,
    problems: &mut Vec<Problem>,
) {
    let extra = of_database(request, group, problems);
    let given = Given::new(request, &extra);
    let sources = &mut arena.interface.sources;
    let around = Surroundings {
        tree: &group.tree,
        given: &given,
        reach,
        caution: &request.caution,
        abis: request.abis,
    };
    let mut files = Files::load(&group.headers, around, sources, problems);
    if files.wanted.is_empty() {
        return;
    }
    let wanted: HashSet<Index> = files.wanted.iter().copied().collect();
    // Commands of asm-generic/ belong to the architectures whose asm/ headers include them.
    let any_asm = files.wanted.iter().any(|index| files.loaded[*index].is_asm());
    let listed: HashSet<Index> = (0..files.loaded.len())
        .filter(|index| wanted.contains(index) || (any_asm && files.loaded[*index].is_asm()))
        .collect();
    let given_macros = given.macros();
    let is_listed = |index| listed.contains(&index);
    let mut macros = Macros::find(&files, request.raw_numbers, &given_macros, is_listed);
    let lacking = elsewhere::undefined(&files, &macros);
    let mut more = elsewhere::definers(&group.tree, &lacking);
    more.extend(elsewhere::stand_ins(&files, &macros));
    if !more.is_empty() {
        files.load_more(&more, around, sources);
        macros = Macros::find(&files, request.raw_numbers, &given_macros, is_listed);
    }
    let partition = AbiPartition::new(&group.tree);
    let mut by_file: HashMap<Index, Vec<usize>> = HashMap::new();
    for (at, candidate) in macros.candidates.iter().enumerate() {
        by_file.entry(candidate.file).or_default().push(at);
    }
    let session = Session {
        request,
        tree: &group.tree,
        extra,
        files: &files,
        // A header of a driver's folder without commands counts where one with commands includes it.
        wanted: wanted
            .iter()
            .copied()
            .filter(|index| {
                files.loaded[*index].asked == Asked::Whole || by_file.contains_key(index)
            })
            .collect(),
        macros: &macros,
        others: if request.all_definitions {
            other_macros::find(&files, &macros)
        } else {
            Vec::new()
        },
        partition: &partition,
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
    // What a driver's folder holds besides the definitions of commands is the kernel's own.
    let parsed: HashSet<Index> = listed
        .iter()
        .copied()
        .filter(|index| {
            files.loaded[*index].asked == Asked::Whole
                || !wanted.contains(index)
                || session.by_file.contains_key(index)
        })
        .collect();
    let alone = convert_all(&session, jobs(&session, &parsed), arena, &mut collected, problems);
    convert_all(&session, alone, arena, &mut collected, problems);
    let helped = retry::jobs(&session, &arena.interface, &collected);
    convert_all(&session, helped, arena, &mut collected, problems);
    // Types that other headers define may differ where the headers that use them do not.
    let mut asked = HashSet::new();
    for _ in 0..missing_types::ROUNDS {
        let jobs = missing_types::jobs(&session, arena, &collected, &mut asked);
        if jobs.is_empty() {
            break;
        }
        convert_all(&session, jobs, arena, &mut collected, problems);
    }
    collected.into_interface(&session, arena);
}

/// What the request's compilation database says of a group's headers.
fn of_database(
    request: &Request,
    group: &TreeHeaders,
    problems: &mut Vec<Problem>,
) -> Vec<AllowedArgument> {
    let Some(path) = &request.compile_commands else { return Vec::new() };
    let Some(first) = group.headers.first() else { return Vec::new() };
    match Database::read(path) {
        Ok(database) => database.arguments(&first.path, problems),
        Err(problem) => {
            problems.push(problem);
            Vec::new()
        }
    }
}

/// Parses the jobs and files what they hold. Answers the jobs for headers that have to be read
/// alone.
fn convert_all(
    session: &Session<'_>,
    jobs: Vec<Job>,
    arena: &mut Arena,
    collected: &mut Collected,
    problems: &mut Vec<Problem>,
) -> Vec<Job> {
    let mut alone = Vec::new();
    parse_all(session, jobs, |parsed| match parsed {
        Ok(parsed) => {
            let headers = parsed.job.headers.clone();
            let files = || session.paths_of(&headers);
            alone.extend(watch::during(files, || file(session, parsed, arena, collected)));
        }
        Err(problem) => problems.push(problem),
    });
    alone
}
