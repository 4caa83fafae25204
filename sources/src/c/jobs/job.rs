//! What a translation unit is to hold, and what all units of a session share.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::Span;

use super::probe::Probes;
use crate::c::Request;
use crate::c::convert::Wants;
use crate::c::discover::Tree;
use crate::c::driver::allowed::AllowedArgument;
use crate::c::driver::clang::{Library, TranslationUnit};
use crate::c::files::{Files, Index};
use crate::c::macros::{Macros, spans};
use crate::c::other_macros::OtherMacro;
use crate::c::partition::AbiPartition;

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

impl Job {
    pub(super) fn of(abi: AbiId, headers: Vec<Index>, alone: bool) -> Self {
        let files = headers.iter().copied().collect();
        let wants = Wants { files, ..Wants::default() };
        Self { abi, libc: Vec::new(), headers, wants, alone }
    }
}

/// A parsed job.
pub(super) struct Parsed {
    pub(super) job: Job,
    pub(super) unit: TranslationUnit,
    pub(super) probes: Probes,
}

/// What is the same for all jobs of a group.
pub(crate) struct Session<'a> {
    pub(crate) request: &'a Request,
    pub(super) tree: &'a Tree,
    pub(super) extra: Vec<AllowedArgument>,
    pub(crate) files: &'a Files,
    /// Those that are read for themselves.
    pub(super) wanted: HashSet<Index>,
    pub(crate) macros: &'a Macros,
    /// Macros that are no commands, where these are wanted.
    pub(crate) others: Vec<OtherMacro>,
    pub(crate) partition: &'a AbiPartition,
    pub(super) library: Library,
    /// The candidates of each file.
    pub(super) by_file: HashMap<Index, Vec<usize>>,
    /// Files whose include guard another file has too: read together, one would hide the other.
    pub(super) hidden: HashSet<Index>,
    /// The `asm/` headers through which each one of `asm-generic/` is included.
    pub(super) fronts: HashMap<Index, Vec<Index>>,
    /// Headers that are listed although nobody asked for them by name.
    pub(crate) brought: Vec<Index>,
}

impl Session<'_> {
    /// The paths of files.
    pub(super) fn paths_of(&self, files: &[Index]) -> Vec<PathBuf> {
        files.iter().map(|index| self.files.loaded[*index].path.clone()).collect()
    }

    /// Whether a file is read for itself, and not only where others include it.
    pub(super) fn is_wanted(&self, index: Index) -> bool {
        self.wanted.contains(&index)
    }

    /// The ABIs that read a file as `abi` does.
    pub(crate) fn alike(&self, file: Index, abi: AbiId) -> AbiSet {
        let file = &self.files.loaded[file];
        self.partition.alike(file.features, abi, file.abis).intersection(self.request.abis)
    }

    /// The `asm/` header through which an ABI has this one of `asm-generic/`: what it defines in
    /// front of that decides how it is read.
    pub(super) fn front(&self, file: Index, abi: AbiId) -> Option<Index> {
        let fronts = self.fronts.get(&file)?;
        fronts.iter().copied().find(|front| self.files.loaded[*front].abis.contains(abi))
    }
}

/// The place of a candidate's name.
pub(crate) fn candidate_span(session: &Session<'_>, at: usize) -> Span {
    let candidate = &session.macros.candidates[at];
    let file = &session.files.loaded[candidate.file];
    spans(file, candidate.define(session.files)).0
}
