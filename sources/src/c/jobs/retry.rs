//! Headers that do not include what their commands need: read once more with the file in front
//! that defines it, as their users have it.

use std::collections::{HashMap, HashSet};

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::Interface;

use crate::c::convert::Wants;
use crate::c::driver::overlay;
use crate::c::files::{Index, Loaded};
use crate::c::jobs::collect::Collected;
use crate::c::jobs::job::{Job, Session};
use crate::c::lex::scan;

/// Parses for headers whose commands need what they do not include: with the file that defines
/// it in front, as their users have it.
pub(crate) fn jobs(
    session: &Session<'_>,
    interface: &Interface,
    collected: &Collected,
) -> Vec<Job> {
    let mut helpers: HashMap<Index, (Vec<&'static str>, Vec<Vec<Index>>)> = HashMap::new();
    for (at, message) in collected.without_answer() {
        let Some(name) = message.split('\'').nth_back(1) else { continue };
        let name = name.rsplit(' ').next().unwrap_or(name);
        let user = session.macros.candidates[at].file;
        let (libc, definers) = helpers.entry(user).or_default();
        match overlay::libc_header_of(name) {
            Some(header) if libc.contains(&header) => {}
            Some(header) => libc.push(header),
            None => definers.push(definers_of(session, user, name)),
        }
    }
    for (at, tag) in collected.of_declared_types(interface) {
        let user = session.macros.candidates[at].file;
        let (libc, definers) = helpers.entry(user).or_default();
        // Programs have libc's `struct timeval`, and not the one of linux/time.h.
        match overlay::libc_header_of(tag) {
            Some(header) if libc.contains(&header) => {}
            Some(header) => libc.push(header),
            None => definers.push(definers_of(session, user, tag)),
        }
    }
    let mut jobs = Vec::new();
    for (user, (libc, definers)) in helpers {
        let mut left = session.files.loaded[user].abis.intersection(session.request.abis);
        while let Some(abi) = left.first() {
            left = left.difference(served(session, user, abi)).difference(AbiSet::only(abi));
            let mut headers: Vec<Index> = Vec::new();
            for definer in definers.iter().filter_map(|of_name| for_abi(session, of_name, abi)) {
                if !headers.contains(&definer) {
                    headers.push(definer);
                }
            }
            if libc.is_empty() && headers.is_empty() {
                continue;
            }
            headers.push(user);
            let wants = Wants { files: HashSet::from([user]), names: HashSet::new() };
            jobs.push(Job { abi, libc: libc.clone(), headers, wants, alone: true });
        }
    }
    jobs.sort_by_key(|job| (job.abi, job.headers.last().copied()));
    jobs
}

/// The files that define what `user` does not include.
fn definers_of(session: &Session<'_>, user: Index, name: &str) -> Vec<Index> {
    let files = &session.files.loaded;
    (0..files.len()).filter(|index| *index != user && defines(&files[*index], name)).collect()
}

/// The definition that an ABI sees: its own architecture's before one for all.
fn for_abi(session: &Session<'_>, definers: &[Index], abi: AbiId) -> Option<Index> {
    let abis = |index: Index| session.files.loaded[index].abis;
    definers
        .iter()
        .copied()
        .filter(|index| abis(*index).contains(abi))
        .min_by_key(|index| abis(*index).len())
}

/// Whether a file defines a macro, a typedef, a structure or a union of that name.
fn defines(file: &Loaded, name: &str) -> bool {
    if !file.scan.mentions(scan::hash(name)) {
        return false;
    }
    if file.scan.defines.iter().any(|define| define.name == name && define.parameters.is_none()) {
        return true;
    }
    let text = &file.text;
    let mut words = scan::tokens(text).map(|(_, token)| token.text()).collect::<Vec<_>>();
    words.push("");
    words.windows(3).any(|window| {
        (matches!(window[0], "struct" | "union") && window[1] == name && window[2] == "{")
            || (window[1] == name && window[2] == ";" && is_typedef_of(text, name))
    })
}

fn is_typedef_of(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        line.starts_with("typedef")
            && line.trim_end_matches(|c: char| c != ';').trim_end_matches(';').ends_with(name)
    })
}

/// The ABIs that one parse with a header of libc serves: types of libc follow the width of words.
fn served(session: &Session<'_>, user: Index, abi: AbiId) -> AbiSet {
    let widths = |id: AbiId| (id.abi().pointer_size, id.abi().long_size);
    session.alike(user, abi).iter().filter(|other| widths(*other) == widths(abi)).collect()
}
