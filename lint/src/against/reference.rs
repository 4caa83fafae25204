//! What the sources or the objects of a run are compared with: C headers, or the Rust source of an
//! object's interface.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use ioctlkit_model::{FileId, Interface, Layouts, Span};

use super::{Comparison, compare_architectures};

/// The headers of a run, each set with the Rust files that it is for, and the sources that the
/// run's objects are compared with.
#[derive(Debug, Default)]
pub struct References {
    headers: Vec<Reference>,
    of_objects: Vec<ObjectSource>,
}

/// What says how the interface of compiled objects should be.
#[derive(Debug)]
pub struct ObjectSource {
    /// The names that were asked for, such as `linux/vduse.h`.
    pub names: Vec<String>,
    interface: Interface,
}

/// Headers that were read together, and the files that are compared with them.
#[derive(Debug)]
pub struct Reference {
    /// The names that were asked for, such as `linux/kvm.h`.
    pub names: Vec<String>,
    interface: Interface,
    files: BTreeSet<FileId>,
    comparison: OnceLock<Comparison>,
}

impl References {
    /// Adds headers for some files of `rust`. The headers' files join those of `rust`, so that
    /// findings can point to them.
    pub fn add(
        &mut self,
        rust: &mut Interface,
        names: Vec<String>,
        headers: Interface,
        files: BTreeSet<FileId>,
    ) {
        rust.sources.append(headers.sources.clone());
        let comparison = OnceLock::new();
        self.headers.push(Reference { names, interface: headers, files, comparison });
    }

    /// Adds what the objects of a run are compared with. Its files join those of `objects`.
    pub fn add_for_objects(
        &mut self,
        objects: &mut Interface,
        names: Vec<String>,
        sources: Interface,
    ) {
        objects.sources.append(sources.sources.clone());
        self.of_objects.push(ObjectSource { names, interface: sources });
    }

    /// What the objects of the run are compared with.
    pub fn for_objects(&self) -> &[ObjectSource] {
        &self.of_objects
    }

    /// Each set of headers.
    pub fn iter(&self) -> impl Iterator<Item = &Reference> {
        self.headers.iter()
    }

    /// Whether there is nothing to compare with.
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty()
    }
}

impl ObjectSource {
    /// What it defines.
    pub fn interface(&self) -> &Interface {
        &self.interface
    }

    /// The file of a place as people write it: the end of its path that was asked for, else its
    /// name.
    pub fn file_name(&self, span: Span) -> String {
        let path = self.interface.sources.path(span);
        let asked_for = self.names.iter().find(|name| path.ends_with(name.as_str()));
        match (asked_for, path.file_name()) {
            (Some(name), _) => name.clone(),
            (None, Some(name)) => name.to_string_lossy().into_owned(),
            (None, None) => path.display().to_string(),
        }
    }
}

impl Reference {
    /// What the headers define.
    pub fn interface(&self) -> &Interface {
        &self.interface
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
