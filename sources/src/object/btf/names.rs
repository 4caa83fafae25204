//! Types by name, found by a hash of the name: sorting numbers is what makes it fast.

use super::{Btf, TypeId, kinds};

/// The named types of one section, by the hash of their names.
#[derive(Debug)]
pub(super) struct Names(Vec<(u32, TypeId)>);

impl Names {
    /// Hashes the name of every type that can be asked for.
    pub(super) fn of(btf: &Btf) -> Self {
        let mut names = Vec::with_capacity(btf.starts.len());
        for (index, start) in btf.starts.iter().enumerate() {
            let start = *start as usize;
            let is_named = btf.kind(start).is_some_and(kinds::is_found_by_name);
            let Some(offset) = btf.bytes.u32(start).filter(|offset| is_named && *offset != 0)
            else {
                continue;
            };
            names.push((hash(btf.string(offset)), btf.first + index as u32));
        }
        names.sort_unstable();
        Self(names)
    }

    /// The types of that name, in their order.
    pub(super) fn find(&self, btf: &Btf, name: &str) -> Vec<TypeId> {
        let wanted = hash(name);
        let from = self.0.partition_point(|(hash, _)| *hash < wanted);
        self.0[from..]
            .iter()
            .take_while(|(hash, _)| *hash == wanted)
            .map(|(_, id)| *id)
            .filter(|id| {
                let offset = btf.start(*id).and_then(|start| btf.bytes.u32(start));
                offset.is_some_and(|offset| btf.string(offset) == name)
            })
            .collect()
    }
}

/// FNV-1a.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
