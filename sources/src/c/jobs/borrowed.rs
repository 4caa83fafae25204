//! What a header uses and neither defines nor includes, while another header of the run does: it does
//! not compile by itself, whether or not it was read behind that other one.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use ioctlkit_model::{FileId, Interface, RecordId, Span, Type};

use super::collect::Collected;
use super::job::{Session, candidate_span};
use crate::c::driver::overlay;
use crate::c::files::{Files, Index, Loaded};
use crate::c::lex::names::hash;
use crate::c::lex::scan::{Token, tokens};
use crate::c::macros::{CandidateKind, is_ioctl_h};

/// A definition that a header borrows.
#[derive(Debug)]
pub(super) struct Borrowed {
    /// The header.
    pub(super) header: Index,
    /// The command that needs it, by its place among the candidates.
    pub(super) candidate: Option<usize>,
    /// What is borrowed, without `struct`.
    pub(super) name: String,
    /// What it is needed for and who defines it, as a sentence without its full stop.
    pub(super) message: String,
    pub(super) span: Span,
}

/// A name, as the compiler or the text has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    /// A structure or union, by its tag.
    Tag(String),
    /// A typedef.
    Typedef(String),
    /// A word of a command's text, which may be a macro.
    Word(String),
}

impl Name {
    fn text(&self) -> &str {
        match self {
            Self::Tag(name) | Self::Typedef(name) | Self::Word(name) => name,
        }
    }
}

/// Finds what the headers that were asked for borrow, in the order of the text.
pub(super) fn find(
    session: &Session<'_>,
    interface: &Interface,
    collected: &Collected,
) -> Vec<Borrowed> {
    let mut search = Search::new(session, interface);
    let mut found = Vec::new();
    for (at, variants) in collected.commands() {
        let candidate = &session.macros.candidates[at];
        let file = &session.files.loaded[candidate.file];
        if file.instead.is_some() || candidate.kind != CandidateKind::Command {
            continue;
        }
        let mut names = BTreeSet::new();
        for ty in variants.iter().filter_map(|(_, body)| body.argument.ty()) {
            needed(interface, ty, &mut names);
        }
        let define = candidate.define(session.files);
        // Of several definitions under conditions, the text does not say which one was used.
        if search.defines_once(candidate.file, define.hash) {
            let words = tokens(file.slice(&define.body));
            names.extend(words.filter_map(|(_, token)| match token {
                Token::Word(word) => Some(Name::Word(word.to_owned())),
                _ => None,
            }));
        }
        for (name, definer) in search.borrowed(candidate.file, names) {
            found.push(Borrowed {
                header: candidate.file,
                candidate: Some(at),
                message: sentence(session.files, &candidate.name, &name, definer),
                name: name.text().to_owned(),
                span: candidate_span(session, at),
            });
        }
    }
    let wanted: HashMap<FileId, Index> = session
        .files
        .wanted
        .iter()
        .map(|index| (session.files.loaded[*index].id, *index))
        .collect();
    for record in &interface.records {
        let Some(header) = wanted.get(&record.span.file).copied() else { continue };
        if session.files.loaded[header].instead.is_some() {
            continue;
        }
        let members = record.variants.iter().flat_map(|(_, body)| &body.members);
        let here = |member: &&ioctlkit_model::Member| member.name_span.file == record.span.file;
        // A record that no file of the run defines has no place.
        for member in
            members.filter(here).filter(|member| member.name_span.start < member.name_span.end)
        {
            let mut names = BTreeSet::new();
            needed(interface, &member.ty, &mut names);
            for (name, definer) in search.borrowed(header, names) {
                found.push(Borrowed {
                    header,
                    candidate: None,
                    message: sentence(session.files, &record.display_name(), &name, definer),
                    name: name.text().to_owned(),
                    span: member.name_span,
                });
            }
        }
    }
    found.sort_by(|a, b| (a.header, a.span, &a.name).cmp(&(b.header, b.span, &b.name)));
    found.dedup_by(|a, b| a.header == b.header && a.name == b.name);
    found
}

fn sentence(files: &Files, user: &str, name: &Name, definer: Index) -> String {
    let what = match name {
        Name::Tag(tag) => format!("struct {tag}"),
        Name::Typedef(name) | Name::Word(name) => name.clone(),
    };
    let path = &files.loaded[definer].path;
    if *path == Path::new(overlay::LIBC).join(overlay::KERNEL_TYPES) {
        return format!("`{user}` needs `{what}`, which only the kernel has");
    }
    format!("`{user}` needs `{what}`, which `{}` defines", shown(path))
}

/// A header as it is included: `linux/filter.h`, `sys/time.h`.
fn shown(path: &Path) -> String {
    if let Ok(name) = path.strip_prefix(overlay::LIBC) {
        return name.display().to_string();
    }
    let mut parts: Vec<String> =
        path.iter().rev().take(2).map(|part| part.to_string_lossy().into_owned()).collect();
    parts.reverse();
    parts.join("/")
}

/// The names that a type needs a definition of; what stands behind them is others' to define.
fn needed(interface: &Interface, ty: &Type, names: &mut BTreeSet<Name>) {
    let mut ty = ty;
    let mut by_value = true;
    loop {
        match ty {
            Type::Array(element, _) | Type::FlexibleArray(element) => ty = element,
            Type::Pointer(to) => {
                by_value = false;
                ty = to;
            }
            Type::Typedef(id) => {
                names.insert(Name::Typedef(interface.typedef(*id).name.clone()));
                return;
            }
            Type::Record(id) if by_value => {
                let record = interface.record(*id);
                if let (Some(tag), false) = (&record.name, record.variants.is_empty()) {
                    names.insert(Name::Tag(tag.clone()));
                }
                return;
            }
            _ => return,
        }
    }
}

/// What every header sees.
struct Search<'a> {
    files: &'a Files,
    /// The `asm/` headers through which each one of `asm-generic/` is included.
    fronts: &'a HashMap<Index, Vec<Index>>,
    interface: &'a Interface,
    /// The files that one header includes, itself and through others, and itself: what is asked of one
    /// header is asked together.
    seen: Option<(Index, HashSet<Index>)>,
    by_id: HashMap<FileId, Index>,
    /// How often a file defines a macro, by the hash of its name.
    definitions: HashMap<(Index, u64), u32>,
    records: HashMap<&'a str, Vec<RecordId>>,
    typedefs: HashMap<&'a str, Vec<FileId>>,
    /// The files that define a macro of each name, but for those that the kernel's own header defines.
    macros: HashMap<&'a str, Vec<Index>>,
}

impl<'a> Search<'a> {
    fn new(session: &'a Session<'_>, interface: &'a Interface) -> Self {
        let files = session.files;
        let mut records: HashMap<&str, Vec<RecordId>> = HashMap::new();
        for (id, record) in (0..).zip(&interface.records) {
            if let Some(tag) = &record.name {
                records.entry(tag).or_default().push(RecordId(id));
            }
        }
        let mut typedefs: HashMap<&str, Vec<FileId>> = HashMap::new();
        for typedef in &interface.typedefs {
            typedefs.entry(&typedef.name).or_default().push(typedef.span.file);
        }
        let mut macros: HashMap<&str, Vec<Index>> = HashMap::new();
        let mut definitions: HashMap<(Index, u64), u32> = HashMap::new();
        for (index, file) in files.loaded.iter().enumerate() {
            for define in &file.scan.defines {
                let definers = macros.entry(&define.name).or_default();
                // A file may define a macro anew thousands of times.
                if definers.last() != Some(&index) {
                    definers.push(index);
                }
                *definitions.entry((index, define.hash)).or_default() += 1;
            }
        }
        // The kernel's `_IOR` and its kin are in front of every header.
        let is_kernels = |file: &Loaded| is_ioctl_h(file) || file.path.ends_with("linux/ioctl.h");
        macros
            .retain(|_, definers| !definers.iter().any(|index| is_kernels(&files.loaded[*index])));
        Self {
            files,
            fronts: &session.fronts,
            interface,
            seen: None,
            by_id: files.loaded.iter().map(|file| file.id).zip(0..).collect(),
            definitions,
            records,
            typedefs,
            macros,
        }
    }

    fn defines_once(&self, file: Index, hash: u64) -> bool {
        self.definitions.get(&(file, hash)) == Some(&1)
    }

    /// Those of the names that a header does not see, each with a file that defines it.
    fn borrowed(&mut self, header: Index, names: BTreeSet<Name>) -> Vec<(Name, Index)> {
        if names.is_empty() {
            return Vec::new();
        }
        let files = self.files;
        let seen = match self.seen.take() {
            Some((of, seen)) if of == header => seen,
            _ => {
                let fronts = self.fronts.get(&header).map_or(&[][..], Vec::as_slice);
                includes(files, header, fronts)
            }
        };
        let definer = |name: &Name| {
            let definers = self.definers(name);
            let is_seen = definers.iter().any(|index| seen.contains(index));
            // A typedef has a place for each architecture, of which one is known: whoever speaks of it
            // may be another.
            let may_be_seen = !matches!(name, Name::Word(_))
                && seen.iter().any(|index| {
                    *index != header && files.loaded[*index].scan.mentions(hash(name.text()))
                });
            definers.first().copied().filter(|_| !is_seen && !may_be_seen)
        };
        let found = names
            .into_iter()
            .filter_map(|name| definer(&name).map(|index| (name, index)))
            .collect();
        self.seen = Some((header, seen));
        found
    }

    /// The files that define what a name stands for.
    fn definers(&self, name: &Name) -> Vec<Index> {
        let by_id = |file: FileId| self.by_id.get(&file).copied();
        match name {
            Name::Tag(tag) => {
                let ids = self.records.get(tag.as_str()).into_iter().flatten();
                let bodies = ids.flat_map(|id| self.interface.record(*id).variants.iter());
                bodies.filter_map(|(_, body)| by_id(body.span.file)).collect()
            }
            Name::Typedef(name) => {
                let places = self.typedefs.get(name.as_str()).into_iter().flatten();
                places.filter_map(|file| by_id(*file)).collect()
            }
            Name::Word(word) => self.macros.get(word.as_str()).cloned().unwrap_or_default(),
        }
    }
}

/// A file with everything that it includes, on whatever architecture and condition, and what `-include`
/// or its `asm/` header puts in front of it.
fn includes(files: &Files, header: Index, fronts: &[Index]) -> HashSet<Index> {
    let first = files.first.iter().chain(fronts).copied();
    let mut seen: HashSet<Index> = first.chain([header]).collect();
    let mut open: Vec<Index> = seen.iter().copied().collect();
    while let Some(index) = open.pop() {
        for next in &files.loaded[index].includes {
            if seen.insert(*next) {
                open.push(*next);
            }
        }
    }
    seen
}
