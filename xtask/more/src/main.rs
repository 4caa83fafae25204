//! The tasks that need other crates of the workspace. `cargo xtask` builds and runs this for them.
#![forbid(unsafe_code)]

mod alone;
mod bench;
mod bench_guest;
mod book;
mod compile_time;
mod copies;
mod docs;
mod kernel;
mod machine;
mod module_speed;
mod package;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Benchmarks, pages and the small kernel of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Writes or checks the rules' pages in `docs/rules/`.
    Docs {
        #[command(flatten)]
        mode: docs::ModeArguments,
    },
    /// Writes or checks the tables of what the kernel copies, `model/data/kernel-*.tsv`: some three
    /// minutes.
    Copies(copies::Arguments),
    /// Times the linter as a whole, and its parts; or what the derives cost to compile.
    Bench {
        /// How often each case is run.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
        runs: u16,
        /// Leaves out the benchmarks of the parts.
        #[arg(long)]
        whole_only: bool,
        /// Times something else.
        #[command(subcommand)]
        other: Option<OtherBench>,
    },
    /// Builds the small kernel of the guest suite, with `CONFIG_USER_EVENTS`, which Debian's lack.
    ///
    /// It takes some ten minutes and 2 GB, of which 71 MB are kept in the cache
    /// (`$XDG_CACHE_HOME/ioctlkit`). Where it is there already, its place is printed.
    Kernel(kernel::Arguments),
    /// Packs every crate that is to be published, and tests, installs and uses the packages outside of
    /// this workspace: some ten minutes. Nothing is published.
    Alone(alone::Arguments),
    /// Makes the book of the pages in `docs/`, in `target/book`, with mdBook, which it installs.
    Book,
    /// Makes what people install who have no Rust: a wheel, a Debian package and a tarball, in
    /// `target/package`: some ten minutes. Nothing is published.
    Package(package::Arguments),
    /// Measures the mechanisms of ioctl-bench in a guest, with the generated module: on the small
    /// kernel where `cargo xtask kernel` has built it, or else on Debian's.
    BenchGuest {
        /// For `ioctl-bench run`, such as `--quick`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

#[derive(Subcommand)]
enum OtherBench {
    /// What the derives cost to compile, against zerocopy's on the same structures.
    CompileTime,
    /// What it takes to make a kernel module of a large interface.
    Module,
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Task::Kernel(arguments) => kernel::run(&arguments),
        Task::Alone(arguments) => alone::run(&arguments),
        Task::Book => book::run(),
        Task::Package(arguments) => package::run(&arguments),
        Task::BenchGuest { arguments } => bench_guest::run(&arguments),
        Task::Copies(arguments) => copies::run(&arguments),
        Task::Docs { mode } => docs::run(mode.mode()),
        Task::Bench { runs, other: Some(OtherBench::CompileTime), .. } => compile_time::run(runs),
        Task::Bench { runs, other: Some(OtherBench::Module), .. } => module_speed::run(runs),
        Task::Bench { runs, whole_only: true, .. } => bench::whole(runs),
        Task::Bench { runs, .. } => bench::whole(runs).and_then(|()| bench::parts()),
    }
}

#[cfg(test)]
mod tests {
    use xtask::packages::KERNEL_SOURCES;

    #[test]
    fn the_sources_that_are_installed_are_those_that_are_unpacked() {
        assert_eq!(KERNEL_SOURCES, ioctlkit_oracle::kernel::PACKAGE);
        assert_eq!(KERNEL_SOURCES, ioctlkit_vm::Sources::PACKAGE);
    }
}
