//! Options about reading C headers, the same wherever one is read.

use std::path::PathBuf;

use clap::Args;
use ioctlkit_sources::c;

/// How to read headers.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct HeaderOptions {
    /// Search this folder for headers before all others
    #[arg(short = 'I', long = "include-dir", value_name = "DIR")]
    pub(super) include_dirs: Vec<PathBuf>,

    /// Define a macro
    #[arg(short = 'D', long = "define", value_name = "NAME[=VALUE]")]
    pub(super) defines: Vec<String>,

    /// Further arguments for the compiler, passed on as they are: some make it run programs or write files
    #[arg(last = true, value_name = "COMPILER ARGUMENTS")]
    pub(super) for_compiler: Vec<String>,
}

impl HeaderOptions {
    /// A request for one header.
    pub(super) fn request(&self, header: PathBuf) -> c::Request {
        c::Request {
            paths: vec![header],
            include_dirs: self.include_dirs.clone(),
            defines: self.defines.clone(),
            compiler_arguments: self.for_compiler.clone(),
            ..c::Request::default()
        }
    }

    /// Whether none was given.
    pub(super) fn is_empty(&self) -> bool {
        self.include_dirs.is_empty() && self.defines.is_empty() && self.for_compiler.is_empty()
    }
}
