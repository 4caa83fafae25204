//! `cargo xtask`: what a fresh machine needs, the demo, the tests. It depends on little, so that it
//! speaks soon on a machine where nothing is built yet; other tasks are those of `xtask-more`.
#![forbid(unsafe_code)]

mod fresh;
mod fuzz;
mod new_rule;
mod nightly;
mod reproduce;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::{demo, packages, run};

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
        /// Compares with gcc on every ABI and on many more types, gives optimised code inputs of a megabyte,
        /// checks the fuzz targets, runs Miri and checks other targets where nightly can: minutes instead of
        /// seconds.
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
    /// Makes the files of a new rule of the linter, and registers it.
    NewRule(new_rule::Arguments),
    /// Compares the layout engine with gcc.
    Oracle {
        /// Every ABI, and many more types: minutes instead of seconds.
        #[arg(long)]
        full: bool,
    },
    /// Writes or checks the rules' pages in `docs/rules/`.
    #[command(disable_help_flag = true)]
    Docs(Others),
    /// Writes or checks the tables of what the kernel copies, `model/data/kernel-*.tsv`.
    #[command(disable_help_flag = true)]
    Copies(Others),
    /// Times the linter as a whole, and its parts; or what the derives cost to compile.
    #[command(disable_help_flag = true)]
    Bench(Others),
    /// Builds the small kernel of the guest suite, with `CONFIG_USER_EVENTS`, which Debian's lack.
    #[command(disable_help_flag = true)]
    Kernel(Others),
    /// Packs every crate that is to be published, and tests, installs and uses the packages outside of
    /// this workspace.
    #[command(disable_help_flag = true)]
    Alone(Others),
    /// Makes the book of the pages in `docs/`.
    #[command(disable_help_flag = true)]
    Book(Others),
    /// Makes a wheel, a Debian package and a tarball of the programs, for those who have no Rust.
    #[command(disable_help_flag = true)]
    Package(Others),
    /// Measures the mechanisms of ioctl-bench in a guest, with the generated module.
    #[command(disable_help_flag = true)]
    BenchGuest(Others),
    /// Shows defects of drivers that the linter found, in a guest.
    #[command(disable_help_flag = true)]
    Reproduce(Others),
}

/// Arguments that another program reads.
#[derive(clap::Args)]
struct Others {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Task::Demo => demo::run(),
        Task::Test { full } => test::workspace(effort(full)),
        Task::Setup => packages::install(&packages::for_tests()),
        Task::Fresh(arguments) => fresh::run(&arguments),
        Task::NewRule(arguments) => new_rule::run(&arguments),
        Task::Oracle { full } => test::oracle(effort(full)),
        Task::Docs(others) => more("docs", &others),
        Task::Copies(others) => more("copies", &others),
        Task::Bench(others) => more("bench", &others),
        Task::Kernel(others) => more("kernel", &others),
        Task::Alone(others) => more("alone", &others),
        Task::Book(others) => more("book", &others),
        Task::Package(others) => more("package", &others),
        Task::BenchGuest(others) => more("bench-guest", &others),
        Task::Reproduce(others) => reproduce::run(&others.arguments),
    }
}

fn effort(full: bool) -> test::Effort {
    if full { test::Effort::Full } else { test::Effort::Quick }
}

/// Builds the program with the tasks that need the rest of the workspace, and runs it.
fn more(task: &str, others: &Others) -> Result<()> {
    let mut command = run::cargo();
    command.args(["run", "--package", "xtask-more", "--", task]).args(&others.arguments);
    run::succeed(&mut command)
}
