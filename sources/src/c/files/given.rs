//! What the command line, the configuration or a compilation database says of includes and macros.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::c::Request;
use crate::c::driver::allowed::{AllowedArgument, sort_arguments};
use crate::c::lex::names::{NameSet, hash};

/// All of it, from whatever source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Given {
    /// Folders that are searched before all others.
    pub(crate) folders: Vec<PathBuf>,
    /// Headers that are included in front of each one, with the option that says so.
    pub(crate) includes: Vec<(&'static str, String)>,
    /// The names of macros that are defined.
    pub(crate) defined: HashSet<String>,
    /// The names of macros that are undefined.
    undefined: HashSet<String>,
}

/// Options behind `--` that name a folder and change nothing else that is asked about here.
const SYSTEM_ROOTS: [&str; 2] = ["--sysroot", "-isysroot"];

impl Given {
    /// Takes what is said out of a request and of what a database says besides.
    pub(crate) fn new(request: &Request, of_database: &[AllowedArgument]) -> Self {
        let mut given = Self { folders: request.search_dirs(), ..Self::default() };
        let configured = request.configured.defines.iter().chain(&request.configured.arguments);
        of_database.iter().chain(configured).for_each(|argument| given.add(argument));
        given.add_command_line(request);
        given
    }

    /// What whoever runs the program says alone.
    pub(crate) fn of_command_line(request: &Request) -> Self {
        let mut given = Self { folders: request.include_dirs.clone(), ..Self::default() };
        given.add_command_line(request);
        given
    }

    /// The folders that `--sysroot` and its like name behind `--`.
    pub(crate) fn system_roots(request: &Request) -> Vec<PathBuf> {
        let mut roots = Vec::new();
        let mut words = request.compiler_arguments.iter();
        while let Some(word) = words.next() {
            let Some(option) = SYSTEM_ROOTS.iter().find(|option| word.starts_with(**option)) else {
                continue;
            };
            let joined = word[option.len()..].trim_start_matches('=');
            let value = if joined.is_empty() { words.next().cloned() } else { Some(joined.into()) };
            roots.extend(value.map(PathBuf::from));
        }
        roots
    }

    /// The names that somebody defines or undefines.
    pub(crate) fn macros(&self) -> NameSet {
        self.defined.iter().chain(&self.undefined).map(|name| hash(name)).collect()
    }

    fn add_command_line(&mut self, request: &Request) {
        self.defined.extend(request.defines.iter().map(|text| name_of(text).to_owned()));
        // What is free behind `--` may be anything; what matters here is what is allowed elsewhere, too.
        let sorted = sort_arguments(&request.compiler_arguments, Path::new(""));
        sorted.allowed.iter().for_each(|argument| self.add(argument));
    }

    fn add(&mut self, argument: &AllowedArgument) {
        self.folders.extend(argument.folder().map(Path::to_owned));
        let header = argument.header();
        self.includes.extend(header.map(|(option, path)| (option, path.display().to_string())));
        let Some(name) = argument.macro_name() else { return };
        let names = match argument.definition() {
            Some(_) => &mut self.defined,
            None => &mut self.undefined,
        };
        names.insert(name.to_owned());
    }
}

/// The name in `NAME=VALUE` or `NAME(X)=VALUE`.
fn name_of(text: &str) -> &str {
    text.trim().split(['=', '(']).next().unwrap_or_default()
}
