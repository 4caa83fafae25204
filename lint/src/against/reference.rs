//! C headers that the Rust sources of a run are compared with.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use ioctlkit_model::{FileId, FileShift, Interface, Layouts, Span};

use super::{Comparison, compare_architectures};

/// The headers of a run, each set with the Rust files that it is for.
#[derive(Debug, Default)]
pub struct References(Vec<Reference>);

/// Headers that were read together, and the files that are compared with them.
#[derive(Debug)]
pub struct Reference {
    /// The names that were asked for, such as `linux/kvm.h`.
    pub names: Vec<String>,
    interface: Interface,
    shift: FileShift,
    files: BTreeSet<FileId>,
    comparison: OnceLock<Comparison>,
}

impl References {
    /// Adds headers for some files of `rust`. The headers' text joins that of `rust`, so that
    /// findings can point to it: what moves their spans is yielded.
    pub fn add(
        &mut self,
        rust: &mut Interface,
        names: Vec<String>,
        headers: Interface,
        files: BTreeSet<FileId>,
    ) -> FileShift {
        let shift = rust.sources.append(headers.sources.clone());
        let comparison = OnceLock::new();
        self.0.push(Reference { names, interface: headers, shift, files, comparison });
        shift
    }

    /// Each set of headers.
    pub fn iter(&self) -> impl Iterator<Item = &Reference> {
        self.0.iter()
    }

    /// Whether there is nothing to compare with.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Reference {
    /// What the headers define. Its spans are those of its own sources: [`Reference::span`] moves
    /// them.
    pub fn interface(&self) -> &Interface {
        &self.interface
    }

    /// A place in the headers, in the sources of the run.
    pub fn span(&self, span: Span) -> Span {
        self.shift.span(span)
    }

    /// Whether a file is compared with these headers.
    pub fn is_for(&self, file: FileId) -> bool {
        self.files.contains(&file)
    }

    /// Compares the files that these headers are for, once: with the interface that the headers
    /// were added to.
    pub fn compare(&self, rust: &Layouts<'_>) -> &Comparison {
        self.comparison.get_or_init(|| {
            let mut comparison = compare_architectures(rust, &Layouts::new(&self.interface));
            comparison.pairs.retain(|pair| self.is_for(pair.span.file));
            comparison.alone.retain(|alone| self.is_for(alone.span.file));
            comparison
        })
    }

    /// What the comparison came to, if a rule asked for it.
    pub fn compared(&self) -> Option<&Comparison> {
        self.comparison.get()
    }
}
