//! C headers, read through libclang.
//!
//! The text is read first, which tells what each header includes, which of its
//! macros are commands, and what of an ABI its conditions ask for. One parse then serves all ABIs
//! that read a header alike, and most headers are read together in one translation unit. What
//! cannot be read together is read alone.

use std::ops::Range;
use std::path::PathBuf;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Interface, Problem};

use crate::Caution;
use crate::overlay::{self, Overlay};
use crate::reach::Reach;
use files::Given;

mod cache;
mod convert;
mod definitions;
mod discover;
pub(crate) mod driver;
mod elsewhere;
mod files;
mod invocation;
mod jobs;
pub(crate) mod lex;
pub(crate) mod look;
mod macros;
mod other_macros;
pub(crate) mod other_systems;
mod partition;
mod redefined;
mod sized;
mod unread;
mod uses;
mod weight;
mod wide_time;

pub use cache::Cache;
pub use driver::allowed::{AllowedArgument, Sorted, sort_arguments};
pub(crate) use driver::database;
pub use driver::database::is_kernels_own;
pub use invocation::{Invocation, invocation};

/// What to read, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Headers, folders of headers, or the root of a kernel source tree.
    pub paths: Vec<PathBuf>,
    /// The ABIs to look at.
    pub abis: AbiSet,
    /// `-I`: folders that are searched before all others.
    pub include_dirs: Vec<PathBuf>,
    /// `-D`: macros, as `NAME` or `NAME=VALUE`.
    pub defines: Vec<String>,
    /// Further arguments for the compiler, as given behind `--`. They can make it do anything, so only
    /// whoever runs the program may give them.
    pub compiler_arguments: Vec<String>,
    /// What a configuration adds.
    pub configured: Configured,
    /// A compilation database, or the folder that holds one.
    pub compile_commands: Option<PathBuf>,
    /// Whether commands that are plain numbers are wanted.
    pub raw_numbers: bool,
    /// Whether macros that are no commands are wanted, too, with what they come to, and the types of
    /// included files that nothing refers to.
    pub all_definitions: bool,
    /// What an earlier attempt has taught.
    pub caution: Caution,
    /// Texts that stand in for files.
    pub overlay: Overlay,
}

impl Request {
    /// How far reading may reach. What a configuration or a database names does not widen it, for these
    /// may be a stranger's; the tree around a database is the build's own.
    pub(crate) fn reach(&self) -> Reach {
        let Given { folders, includes, .. } = Given::of_command_line(self);
        let includes = includes.into_iter().map(|(_, name)| PathBuf::from(name));
        let given: Vec<PathBuf> =
            folders.into_iter().chain(includes).chain(Given::system_roots(self)).collect();
        let named: Vec<PathBuf> =
            self.paths.iter().chain(&self.compile_commands).cloned().collect();
        Reach::of(&named, &given)
    }
}

/// What a configuration says of reading headers. It may be a stranger's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configured {
    /// `-I`: folders that are searched behind those of the request.
    pub include_dirs: Vec<PathBuf>,
    /// Macros, in front of those of the request.
    pub defines: Vec<AllowedArgument>,
    /// Further arguments, in front of those of the request.
    pub arguments: Vec<AllowedArgument>,
}

impl Request {
    /// The folders that are searched before all others, in order.
    pub fn search_dirs(&self) -> Vec<PathBuf> {
        [self.include_dirs.as_slice(), &self.configured.include_dirs].concat()
    }
}

impl Default for Request {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            abis: AbiSet::ALL,
            include_dirs: Vec::new(),
            defines: Vec::new(),
            compiler_arguments: Vec::new(),
            configured: Configured::default(),
            compile_commands: None,
            raw_numbers: false,
            all_definitions: false,
            caution: Caution::default(),
            overlay: Overlay::default(),
        }
    }
}

pub(crate) use discover::is_kept;
pub use discover::is_kernel_root;
pub use discover::{HOLDS_NOTHING, asm_architecture, holds_header};

/// Reads what the request names. What can't be read becomes a [`Problem`]; the rest is complete.
pub fn read(request: &Request) -> (Interface, Vec<Problem>) {
    overlay::during(&request.overlay, || read_here(request))
}

fn read_here(request: &Request) -> (Interface, Vec<Problem>) {
    let (mut interface, problems) = jobs::session::read(request);
    definitions::read(&mut interface);
    interface.wide_time = wide_time::read(request, &interface).map(Box::new);
    (interface, problems)
}

/// Where the comments of a header are, delimiters included, in order.
pub fn comments(text: &str) -> Vec<Range<u32>> {
    lex::scan::scan(text).comments
}

/// What the libclang that is found says of itself.
///
/// # Errors
/// Why none can be loaded.
pub fn libclang_version() -> Result<String, String> {
    driver::clang::Library::load().map(driver::clang::Library::version)
}
