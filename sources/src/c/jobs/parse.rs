//! Translation units are made and parsed, on every core.

use std::collections::{BTreeMap, HashSet};
use std::ffi::CString;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use ioctlkit_model::{Problem, ProblemKind};

use super::job::{Job, Parsed, Session};
use super::probe::{self, Behind, MAIN, Question, Values};
use crate::c::convert::Wants;
use crate::c::driver::clang::{TranslationUnit, VirtualFile};
use crate::c::driver::{arguments, overlay};
use crate::c::files::{Index, absolute};
use crate::c::macros::CandidateKind;
use crate::c::other_macros::OtherMacro;
use crate::watch;

/// Parses on every core, and hands over each outcome, in the order of the jobs, as soon as it is
/// there: a unit takes much memory, and is not needed once it is converted.
pub(super) fn parse_all(
    session: &Session<'_>,
    jobs: Vec<Job>,
    mut take: impl FnMut(Result<Parsed, Problem>),
) {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let workers = if session.request.caution.is_slow() { 1 } else { processors.min(jobs.len()) };
    let jobs = Mutex::new(jobs.into_iter().enumerate());
    let (send, outcomes) = sync_channel(1);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let send = send.clone();
            let next = || jobs.lock().ok()?.next();
            scope.spawn(move || {
                while let Some((at, job)) = next() {
                    let headers = job.headers.clone();
                    let files = || session.paths_of(&headers);
                    let parsed = watch::during(files, || parse(session, job));
                    if send.send((at, parsed)).is_err() {
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

fn parse(session: &Session<'_>, mut job: Job) -> Result<Parsed, Problem> {
    if session.request.all_definitions {
        job.wants.included = included(session, &job);
    }
    let loaded = &session.files.loaded;
    let fronted = |index: &Index| session.front(*index, job.abi).into_iter().chain([*index]);
    let headers = job
        .headers
        .iter()
        .flat_map(fronted)
        .map(|index| absolute(&loaded[index].path).display().to_string());
    // The kernel's own source has the kernel's own types.
    let is_private = job.headers.iter().any(|index| loaded[*index].instead.is_some());
    let libc: Vec<&str> =
        is_private.then_some(overlay::KERNEL_TYPES).into_iter().chain(job.libc.clone()).collect();
    let headers = libc.iter().map(|name| format!("{}/{name}", overlay::LIBC)).chain(headers);
    let mut asked: Vec<usize> = job
        .wants
        .files
        .iter()
        .flat_map(|index| session.by_file.get(index).into_iter().flatten().copied())
        .collect();
    asked.sort_unstable();
    let questions: Vec<Question> = asked.into_iter().map(|at| question(session, at)).collect();
    let values = if job.alone { Values::Wanted } else { Values::Unwanted };
    // One that packs numbers by itself would lose its `#ifndef _IOC` to the kernel's.
    let packs_itself = job.headers.iter().any(|index| session.macros.redefined.holds_in(*index));
    let ioctl_h = (!packs_itself).then_some("asm/ioctl.h");
    let others = others(session, &job);
    let probes = probe::text(ioctl_h, headers, &questions, &others, values);
    let mut virtual_files: Vec<VirtualFile> = session
        .files
        .virtual_files()
        .filter_map(|(path, text)| {
            let path = CString::new(path.to_str()?).ok()?;
            Some(VirtualFile { path, text: text.to_owned() })
        })
        .collect();
    // The compiler would find on disk what is not to be there.
    let gone = session.request.overlay.gone().filter_map(|path| path.to_str());
    virtual_files.extend(gone.filter_map(|path| {
        let path = CString::new(path).ok()?;
        Some(VirtualFile { path, text: "#error \"file not found\"\n".to_owned() })
    }));
    if !libc.is_empty() {
        virtual_files.extend(overlay::LIBC_HEADERS.iter().filter_map(|(name, text)| {
            let path = CString::new(format!("{}/{name}", overlay::LIBC)).ok()?;
            Some(VirtualFile { path, text: (*text).to_owned() })
        }));
    }
    if !virtual_files.iter().any(|file| file.path.to_bytes().ends_with(b"/asm/ioctl.h")) {
        virtual_files.extend(stand_in_for_ioctl_h());
    }
    virtual_files.push(VirtualFile { path: MAIN.to_owned(), text: probes.text.clone() });
    let mut arguments =
        arguments::arguments(session.request, session.tree, &session.extra, job.abi);
    if is_private {
        // What a driver has for 32-bit programs it has under this condition.
        arguments.insert(0, c"-DCONFIG_COMPAT=1".to_owned());
    }
    let unit = TranslationUnit::parse(session.library, MAIN, &arguments, &virtual_files).map_err(
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

fn question(session: &Session<'_>, number: usize) -> Question {
    let candidate = &session.macros.candidates[number];
    let encoder = match &candidate.kind {
        CandidateKind::OwnEncoder { operands, .. } => Behind::Shifts(operands.clone()),
        _ => Behind::Ioc,
    };
    Question { number, asked: candidate.asked(session.files), encoder }
}

/// The other macros that a job's files define.
fn others<'a>(session: &'a Session<'_>, job: &Job) -> Vec<(usize, &'a OtherMacro)> {
    let Wants { files, included, .. } = &job.wants;
    let is_asked = |file: &Index| files.contains(file) || included.contains(file);
    let is_readable = |other: &OtherMacro| !other.is_contested || job.headers.len() == 1;
    let all = session.others.iter().enumerate();
    all.filter(|(_, other)| is_asked(&other.file) && is_readable(other)).collect()
}

/// The files that nobody asked for and that a job's files include.
fn included(session: &Session<'_>, job: &Job) -> HashSet<Index> {
    let mut reached = HashSet::new();
    let mut open: Vec<Index> = job.wants.files.iter().copied().collect();
    while let Some(index) = open.pop() {
        let next = session.files.loaded[index].includes.iter().copied();
        open.extend(next.filter(|next| !session.is_wanted(*next) && reached.insert(*next)));
    }
    reached
}

fn stand_in_for_ioctl_h() -> Option<VirtualFile> {
    let (name, text) = overlay::ASM_HEADERS.iter().find(|(name, _)| *name == "asm/ioctl.h")?;
    let path = CString::new(format!("{}/{name}", overlay::ASM)).ok()?;
    Some(VirtualFile { path, text: (*text).to_owned() })
}
