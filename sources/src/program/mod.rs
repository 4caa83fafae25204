//! C and C++ source of programs: what they pass to `ioctl`. Nothing is compiled.
//!
//! A file is parsed if it speaks of ioctl, or calls a function of the program that passes on to it; and so are
//! the program's own headers, for what they declare. Installed headers are not read: what their commands take
//! is known without them.

mod find;

use std::path::PathBuf;
use std::sync::Arc;

use ioctlkit_abi::AbiSet;
use ioctlkit_calls::Source;
use ioctlkit_model::{FileId, Interface, Problem, ProblemKind};
use rayon::prelude::*;

use crate::c::lex::scan::scan;
use crate::caution::Caution;
use crate::overlay::{self, Overlay};
use crate::reach::Reach;
use crate::watch;

pub use find::{holds_calls, is_program};

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Files of C or C++, or folders of them.
    pub paths: Vec<PathBuf>,
    /// The ABIs that the programs are for.
    pub abis: AbiSet,
    /// Folders that are searched for headers of the program, besides those around the source.
    pub include_dirs: Vec<PathBuf>,
    /// A compilation database, or the folder that holds one: the folders that it names are searched, too.
    pub compile_commands: Option<PathBuf>,
    /// What an earlier attempt has taught.
    pub caution: Caution,
    /// Texts that stand in for files.
    pub overlay: Overlay,
}

impl Request {
    /// How far reading may reach.
    pub(crate) fn reach(&self) -> Reach {
        let named: Vec<PathBuf> =
            self.paths.iter().chain(&self.compile_commands).cloned().collect();
        Reach::of(&named, &self.include_dirs)
    }
}

/// Reads what the request names. What can't be read becomes a [`Problem`]; the rest is complete.
pub fn read(request: &Request) -> (Interface, Vec<Problem>) {
    overlay::during(&request.overlay, || read_here(request))
}

fn read_here(request: &Request) -> (Interface, Vec<Problem>) {
    let (found, mut problems) = find::find(request, &request.reach());
    let mut interface = Interface { abis: request.abis, ..Interface::default() };
    let mut files: Vec<(FileId, Arc<str>, bool, bool)> = Vec::new();
    for file in found {
        if let Some(problem) = request.caution.avoids(&file.path) {
            problems.push(problem);
            continue;
        }
        let text: Arc<str> = file.text.into();
        let id = interface.sources.add(file.path, text.clone());
        files.push((id, text, file.is_cpp, file.is_header));
    }
    let paths = || files.iter().map(|(id, ..)| interface.sources.file(*id).path.clone()).collect();
    let shown: Vec<String> = files
        .iter()
        .map(|(id, ..)| interface.sources.file(*id).path.display().to_string())
        .collect();
    let sources: Vec<Source<'_>> = files
        .iter()
        .zip(&shown)
        .map(|((file, text, is_cpp, is_header), path)| Source {
            file: *file,
            path,
            text,
            is_cpp: *is_cpp,
            is_header: *is_header,
        })
        .collect();
    interface.program = watch::during(paths, || ioctlkit_calls::read(&sources));
    let program = &interface.program;
    let calls = program.calls.iter().map(|call| call.span.file);
    let lost = program.not_understood.iter().map(|call| call.span.file);
    let needed: std::collections::BTreeSet<FileId> =
        program.files.iter().copied().chain(calls).chain(lost).collect();
    interface.sources.retain(|file| needed.contains(&file));
    let comments: Vec<_> = files
        .par_iter()
        .filter(|(file, ..)| needed.contains(file))
        .map(|(file, text, ..)| (*file, scan(text).comments))
        .collect();
    for (file, comments) in comments {
        interface.sources.file_mut(file).comments = comments;
    }
    (interface, problems)
}

fn failure(path: &std::path::Path, message: String) -> Problem {
    Problem { kind: ProblemKind::Failure, path: Some(path.into()), span: None, message, help: None }
}
