//! The parsed files of a run, and which function a name leads to.

use std::sync::Arc;

use ioctlkit_model::{FileId, Span};
use rustc_hash::FxHashMap;

use crate::ast::{Function, Text, Unit};

/// A file of driver source.
#[derive(Debug)]
pub struct Source {
    /// Its place in the run.
    pub file: FileId,
    /// The folder that it is in.
    pub folder: String,
    /// Its text.
    pub text: Arc<str>,
    /// What is in it.
    pub unit: Unit,
}

impl Source {
    /// The text of a place.
    pub fn str(&self, at: Text) -> &str {
        self.text.get(at.start as usize..at.end as usize).unwrap_or_default()
    }

    /// A place as the model has it.
    pub fn span(&self, at: Text) -> Span {
        Span { file: self.file, start: at.start, end: at.end }
    }
}

/// A function of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId {
    /// The place of its file.
    pub source: usize,
    /// Its place in the file.
    pub index: usize,
}

/// Every file of a run.
#[derive(Debug, Default)]
pub struct Program {
    /// The files.
    pub sources: Vec<Source>,
    by_name: FxHashMap<String, Vec<FunctionId>>,
}

impl Program {
    /// Adds a file.
    pub fn add(&mut self, source: Source) {
        let place = self.sources.len();
        for (index, function) in source.unit.functions.iter().enumerate() {
            let name = source.str(function.name).to_owned();
            self.by_name.entry(name).or_default().push(FunctionId { source: place, index });
        }
        self.sources.push(source);
    }

    /// A function.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.sources[id.source].unit.functions[id.index]
    }

    /// The name of a function.
    pub fn name(&self, id: FunctionId) -> &str {
        self.sources[id.source].str(self.function(id).name)
    }

    /// The function that a name leads to in a file: one of the file, else the only one that other files
    /// can see, or the only such one of the same folder.
    pub fn resolve(&self, name: &str, from: usize) -> Option<FunctionId> {
        let named = self.by_name.get(name)?;
        if let Some(own) = named.iter().find(|id| id.source == from) {
            return Some(*own);
        }
        let mut seen = named.iter().filter(|id| !self.function(**id).is_static);
        if let (Some(only), None) = (seen.next(), seen.next()) {
            return Some(*only);
        }
        let folder = &self.sources[from].folder;
        let mut near = named.iter().filter(|id| {
            !self.function(**id).is_static && self.sources[id.source].folder == *folder
        });
        match (near.next(), near.next()) {
            (Some(only), None) => Some(*only),
            _ => None,
        }
    }

    /// Whether a function of this name is in the program.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }
}
