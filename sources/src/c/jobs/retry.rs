//! Headers that do not include what their commands need: read once more with the file in front
//! that defines it, as their users have it.

use std::collections::{BTreeSet, HashMap, HashSet};

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::Interface;

use crate::c::convert::Wants;
use crate::c::driver::overlay;
use crate::c::files::{Index, Loaded};
use crate::c::jobs::collect::Collected;
use crate::c::jobs::job::{Job, Session};
use crate::c::lex::names::{NameSet, hash};
use crate::c::lex::scan::tokens;

/// Parses for headers whose commands need what they do not include: with the file that defines
/// it in front, as their users have it.
pub(crate) fn jobs(
    session: &Session<'_>,
    interface: &Interface,
    collected: &Collected,
) -> Vec<Job> {
    let mut definers = Definers::new(session);
    let mut helpers: HashMap<Index, Helpers> = HashMap::new();
    for (at, message) in collected.without_answer() {
        let Some(name) = message.split('\'').nth_back(1) else { continue };
        let name = name.rsplit(' ').next().unwrap_or(name);
        let user = session.macros.candidates[at].file;
        helpers.entry(user).or_default().add(name, || definers.of(user, name));
    }
    for (at, tag) in collected.of_declared_types(interface) {
        let user = session.macros.candidates[at].file;
        helpers.entry(user).or_default().add(tag, || definers.of(user, tag));
    }
    let mut jobs = Vec::new();
    for (user, Helpers { libc, definers }) in helpers {
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
            let wants = Wants { files: HashSet::from([user]), ..Wants::default() };
            let libc = libc.iter().copied().collect();
            jobs.push(Job { abi, libc, headers, wants, alone: true });
        }
    }
    jobs.sort_by_key(|job| (job.abi, job.headers.last().copied()));
    jobs
}

/// What is read in front of a header.
#[derive(Default)]
struct Helpers {
    libc: BTreeSet<&'static str>,
    /// For each name, the files that define it. Names that the same files define share them.
    definers: BTreeSet<Vec<Index>>,
}

impl Helpers {
    fn add(&mut self, name: &str, definers: impl FnOnce() -> Vec<Index>) {
        // Programs have libc's `struct timeval`, and not the one of linux/time.h.
        match overlay::libc_header_of(name) {
            Some(header) => _ = self.libc.insert(header),
            None => _ = self.definers.insert(definers()),
        }
    }
}

/// Which files define a name. What a file defines is looked up once, and only where it has the name.
struct Definers<'s> {
    files: &'s [Loaded],
    known: HashMap<Index, NameSet>,
}

impl<'s> Definers<'s> {
    fn new(session: &'s Session<'_>) -> Self {
        Self { files: &session.files.loaded, known: HashMap::new() }
    }

    /// The files that define what `user` does not include.
    fn of(&mut self, user: Index, name: &str) -> Vec<Index> {
        let name = hash(name);
        let files = self.files;
        let others = (0..files.len()).filter(|index| *index != user);
        let mentioning = others.filter(|index| files[*index].scan.mentions(name));
        let defines = |index: &Index| {
            let known = self.known.entry(*index).or_insert_with(|| defined(&files[*index]));
            known.contains(&name)
        };
        mentioning.filter(defines).collect()
    }
}

/// The macros without parameters, typedefs, structures and unions that a file defines.
fn defined(file: &Loaded) -> NameSet {
    let macros = file.scan.defines.iter().filter(|define| define.parameters.is_none());
    let mut found: NameSet = macros.map(|define| define.hash).collect();
    let typedefs: HashSet<&str> = file.text.lines().filter_map(typedef_of_line).collect();
    let mut before = ["", ""];
    for (_, token) in tokens(&file.text) {
        let [keyword, name] = before;
        let is_tag = matches!(keyword, "struct" | "union") && token.text() == "{";
        if is_tag || (token.text() == ";" && typedefs.contains(name)) {
            found.insert(hash(name));
        }
        before = [name, token.text()];
    }
    found
}

/// `x` of `typedef …x;`.
fn typedef_of_line(line: &str) -> Option<&str> {
    let (declaration, _) = line.trim_start().strip_prefix("typedef")?.rsplit_once(';')?;
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let before = declaration.trim_end_matches(is_of_word);
    Some(&declaration[before.len()..])
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

/// The ABIs that one parse with a header of libc serves: types of libc follow the width of words.
fn served(session: &Session<'_>, user: Index, abi: AbiId) -> AbiSet {
    let widths = |id: AbiId| (id.abi().pointer_size, id.abi().long_size);
    session.alike(user, abi).iter().filter(|other| widths(*other) == widths(abi)).collect()
}
