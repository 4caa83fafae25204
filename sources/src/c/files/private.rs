//! What the compiler reads of files that only a kernel can compile.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ioctlkit_abi::AbiId;

use super::Index;
use super::loader::Loader;
use crate::c::discover::{Asked, is_c_source};
use crate::c::driver::overlay;
use crate::c::lex::definitions_only::definitions_only;
use crate::c::lex::names;

impl Loader<'_> {
    /// Leaves of C source and of a driver's private headers what the compiler can make sense of
    /// without the kernel's own headers.
    pub(super) fn cut_private(&mut self, wanted: &[Index]) {
        let Some(abi) = self.around.abis.first() else { return };
        let private = self.private(wanted, abi);
        if private.is_empty() {
            return;
        }
        let types = Path::new(overlay::LIBC).join(overlay::KERNEL_TYPES);
        if let Some(types) = self.load(&types) {
            self.follow(&[types], &[]);
        }
        for index in private {
            let file = &self.loaded[index];
            let (path, text) = (file.path.clone(), Arc::clone(&file.text));
            let includes: Vec<(String, bool)> =
                file.scan.includes.iter().map(|one| (one.name.clone(), one.quoted)).collect();
            let mut found = HashSet::new();
            for (name, quoted) in includes {
                if self.resolve(&name, quoted, &path, abi).is_some() {
                    found.insert(name);
                }
            }
            self.loaded[index].instead =
                Some(definitions_only(&text, &self.loaded[index].scan, |name| {
                    found.contains(name)
                }));
        }
    }

    /// C source, and the headers of a driver's folder that only the kernel can compile: they include
    /// what no program has, or expect whoever includes them to have done so.
    fn private(&mut self, wanted: &[Index], abi: AbiId) -> HashSet<Index> {
        /// The kernel's names for integers, and those that its `linux/types.h` adds to C's.
        const KERNEL_TYPES: [&str; 7] =
            ["u8", "u16", "u32", "u64", "uint8_t", "uint16_t", "uint32_t"];
        let mut private = HashSet::new();
        let mut includes: Vec<(Index, Vec<Index>)> = Vec::new();
        for index in wanted {
            let file = &self.loaded[*index];
            if file.asked != Asked::IfItHasCommands && !is_c_source(&file.path) {
                continue;
            }
            let path = file.path.clone();
            let named: Vec<(String, bool)> = file
                .scan
                .includes
                .iter()
                .filter(|one| !one.conditional)
                .map(|one| (one.name.clone(), one.quoted))
                .collect();
            let expects_types = named.is_empty()
                && KERNEL_TYPES.iter().any(|name| file.scan.mentions(names::hash(name)));
            let found: Vec<Option<PathBuf>> = named
                .iter()
                .map(|(name, quoted)| self.resolve(name, *quoted, &path, abi))
                .collect();
            if is_c_source(&path) || expects_types || found.iter().any(Option::is_none) {
                private.insert(*index);
            }
            let found = found.iter().flatten().filter_map(|path| self.by_path.get(path).copied());
            includes.push((*index, found.collect()));
        }
        // What includes a private header is private itself.
        loop {
            let before = private.len();
            for (index, included) in &includes {
                if included.iter().any(|one| private.contains(one)) {
                    private.insert(*index);
                }
            }
            if private.len() == before {
                return private;
            }
        }
    }
}
