//! `cargo xtask`: what a fresh machine needs, the demo, the tests, the benchmark.
#![forbid(unsafe_code)]

mod bench;
mod bench_guest;
mod compile_time;
mod demo;
mod docs;
mod fresh;
mod kernel;
mod machine;
mod module_speed;
mod nightly;
mod packages;
mod run;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Set-up, demo, tests and benchmarks of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Lints the installed kernel headers, for every ABI, with every rule.
    Demo,
    /// Installs what the tests need and runs all of them.
    Test {
        /// Compares with gcc on every ABI and on many more types, runs Miri and checks other
        /// targets where nightly can: minutes instead of seconds.
        #[arg(long)]
        full: bool,
    },
    /// Installs the Debian packages that the demo and the tests need.
    Setup,
    /// Runs the README's two commands in a bare Debian root, in a clean clone of the last commit, with
    /// an empty home and no cache.
    ///
    /// It takes root, half an hour on two cores, and some 15 GB while it runs.
    Fresh(fresh::Arguments),
    /// Compares the layout engine with gcc.
    Oracle {
        /// Every ABI, and many more types: minutes instead of seconds.
        #[arg(long)]
        full: bool,
    },
    /// Writes or checks the rules' pages in `docs/rules/`.
    Docs {
        #[command(flatten)]
        mode: docs::ModeArguments,
    },
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
        Task::Demo => demo::run(),
        Task::Test { full } => test::workspace(effort(full)),
        Task::Setup => packages::install(&packages::for_tests()),
        Task::Fresh(arguments) => fresh::run(&arguments),
        Task::Oracle { full } => test::oracle(effort(full)),
        Task::Kernel(arguments) => kernel::run(&arguments),
        Task::BenchGuest { arguments } => bench_guest::run(&arguments),
        Task::Docs { mode } => docs::run(mode.mode()),
        Task::Bench { runs, other: Some(OtherBench::CompileTime), .. } => compile_time::run(runs),
        Task::Bench { runs, other: Some(OtherBench::Module), .. } => module_speed::run(runs),
        Task::Bench { runs, whole_only: true, .. } => bench::whole(runs),
        Task::Bench { runs, .. } => bench::whole(runs).and_then(|()| bench::parts()),
    }
}

fn effort(full: bool) -> test::Effort {
    if full { test::Effort::Full } else { test::Effort::Quick }
}
