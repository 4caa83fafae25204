//! Which headers go into one translation unit.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;

use ioctlkit_abi::AbiSet;

use super::job::{Job, Session};
use crate::c::files::{Files, Index};
use crate::c::lex::names::ByName;
use crate::c::macros::CandidateKind;

/// Headers parsed together at the most: small enough for every core to get its share.
const BATCH: usize = 220;

/// Plans the parses: for every listed file and every class of ABIs that read it alike, one parse
/// has it.
pub(super) fn jobs(session: &Session<'_>, listed: &HashSet<Index>) -> Vec<Job> {
    let files = &session.files.loaded;
    let mut order: Vec<Index> = listed.iter().copied().collect();
    order.sort_unstable();
    let mut covered: Vec<AbiSet> = vec![AbiSet::EMPTY; files.len()];
    let mut jobs = Vec::new();
    for abi in session.request.abis {
        let mut together = Vec::new();
        let mut alone = Vec::new();
        for index in order.iter().copied() {
            if !files[index].abis.contains(abi) || covered[index].contains(abi) {
                continue;
            }
            covered[index] = covered[index].union(session.alike(index, abi));
            if is_contested(session, index) {
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

/// The files that share their include guard with another one for the same ABI.
pub(super) fn hidden(files: &Files, listed: &HashSet<Index>) -> HashSet<Index> {
    let mut by_guard: ByName<Vec<Index>> = ByName::default();
    for index in listed {
        let scan = &files.loaded[*index].scan;
        if let Some(guard) = scan.regions.first().filter(|region| region.is_guard) {
            by_guard.entry(guard.identifiers[0]).or_default().push(*index);
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
pub(super) fn fronts(files: &Files) -> HashMap<Index, Vec<Index>> {
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

/// Whether a file is read by itself: because another one defines a macro differently that its commands
/// need, or because they are asked for by their values.
fn is_contested(session: &Session<'_>, index: Index) -> bool {
    let file = &session.files.loaded[index];
    let candidates = session.by_file.get(&index).into_iter().flatten();
    let packs_itself = candidates
        .into_iter()
        .any(|at| matches!(session.macros.candidates[*at].kind, CandidateKind::OwnEncoder { .. }));
    if session.request.caution.alone.contains(&file.path)
        || file.instead.is_some()
        || session.hidden.contains(&index)
        || file.scan.open_braces != 0
        || packs_itself
    {
        return true;
    }
    session.by_file.contains_key(&index)
        && session.macros.contested.iter().any(|name| file.scan.mentions(*name))
}
