//! Which header includes which, as far as both were read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ioctlkit_model::{FileId, Include, Interface};

/// The `#include` directives of the headers that define commands.
#[derive(Debug)]
pub struct Includes {
    /// For each header the files that it includes, directly or through others of these headers.
    reached: BTreeMap<FileId, BTreeSet<FileId>>,
}

impl Includes {
    /// Follows the directives of every header that defines a command or a raw number.
    pub fn new(interface: &Interface) -> Self {
        let mut by_name: BTreeMap<&str, Vec<FileId>> = BTreeMap::new();
        for (id, file) in interface.sources.iter() {
            if let Some(name) = file.path.file_name().and_then(|name| name.to_str()) {
                by_name.entry(name).or_default().push(id);
            }
        }
        let commands = interface.commands.iter().map(|command| command.span.file);
        let raw = interface.raw_numbers.iter().map(|raw| raw.span.file);
        let headers: BTreeSet<FileId> = commands.chain(raw).collect();
        let direct: BTreeMap<FileId, BTreeSet<FileId>> = headers
            .iter()
            .map(|id| {
                let file = interface.sources.file(*id);
                let found = file.includes.iter().filter_map(|Include { name, .. }| {
                    let candidates = by_name.get(name.rsplit('/').next()?)?;
                    candidates.iter().copied().find(|candidate| {
                        interface.sources.file(*candidate).path.ends_with(Path::new(name))
                    })
                });
                (*id, found.filter(|found| found != id).collect())
            })
            .collect();
        let reached = headers.iter().map(|id| (*id, reach(&direct, *id))).collect();
        Self { reached }
    }

    /// Whether two headers belong to one interface: they lie in one folder, one includes the
    /// other, and their names begin with the same word (`rdma_user_ioctl.h` and
    /// `rdma_user_ioctl_cmds.h`, but not `btrfs.h` and `fs.h`).
    pub fn one_interface(&self, interface: &Interface, a: FileId, b: FileId) -> bool {
        if a == b {
            return true;
        }
        let folder = |id: FileId| interface.sources.file(id).path.parent();
        let first_word = |id: FileId| {
            let stem = interface.sources.file(id).path.file_stem()?.to_str()?;
            stem.split(['_', '-']).next()
        };
        folder(a) == folder(b)
            && first_word(a) == first_word(b)
            && (self.includes(a, b) || self.includes(b, a))
    }

    /// Whether `a` includes `b`.
    pub fn includes(&self, a: FileId, b: FileId) -> bool {
        self.reached.get(&a).is_some_and(|reached| reached.contains(&b))
    }

    /// The files that both headers include.
    pub fn shared(&self, a: FileId, b: FileId) -> impl Iterator<Item = FileId> {
        let of = |id| self.reached.get(&id).into_iter().flatten().copied();
        let other: BTreeSet<FileId> = of(b).collect();
        of(a).filter(move |id| other.contains(id))
    }
}

fn reach(direct: &BTreeMap<FileId, BTreeSet<FileId>>, from: FileId) -> BTreeSet<FileId> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        for next in direct.get(&id).into_iter().flatten() {
            if reached.insert(*next) {
                open.push(*next);
            }
        }
    }
    reached
}
