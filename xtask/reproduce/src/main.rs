//! `cargo xtask reproduce`: defects of drivers that the linter found, shown in a guest by a 32-bit and
//! a 64-bit program. A case is a folder of `fixtures/reproduce`.
#![forbid(unsafe_code)]

mod case;
mod guest;
mod programs;
mod verdict;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use ioctlkit_vm::{Archive, Cache, Interruption, PackagedKernel};
use xtask::packages;

use crate::case::Case;
use crate::guest::Runner;

/// Shows defects of drivers that the linter found, in a guest.
///
/// Each case has a program that calls the driver, and runs compiled for 64 bits and for 32 bits. The
/// command ends with 0 if every defect was seen, with 1 if the kernel lacks one, or has a part of it
/// only, with 3 if a case could not be run, so that nothing is known of it, and with 2 after any other error.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask reproduce", bin_name = "cargo xtask reproduce")]
struct Arguments {
    /// The cases, or `all`.
    #[arg(required_unless_present = "list")]
    names: Vec<String>,
    /// Lists the cases and runs nothing.
    #[arg(long)]
    list: bool,
    /// The series of the kernel.
    #[arg(long, default_value = "6.12", conflicts_with_all = ["suite", "folder"])]
    series: String,
    /// Takes the newest kernel of a suite of Debian's, such as `sid`, whatever this machine's is.
    #[arg(long, conflicts_with = "folder")]
    suite: Option<String>,
    /// Takes the kernel below this folder, into which its packages were unpacked.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Keeps the logs of the guests in this folder.
    #[arg(long)]
    logs: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs the cases that are asked for. The answer is the exit code.
fn run(arguments: &Arguments) -> Result<u8> {
    if arguments.list {
        list()?;
        return Ok(0);
    }
    let cases = Case::named(&case::root(), &arguments.names)?;
    packages::install(&needs(&cases))?;
    let interruption = Interruption::on_signals()?;
    let cache = Cache::of_user()?.interrupted_by(&interruption);
    let cache = cache.telling(|package| println!("downloading {package}"));
    let kernel = kernel(arguments, &cache)?;
    if let Some(logs) = &arguments.logs {
        std::fs::create_dir_all(logs).with_context(|| logs.display().to_string())?;
    }
    let mut runner = Runner::new(kernel, interruption);
    let mut worst = 0;
    let mut summary = Vec::new();
    for case in &cases {
        println!("{}: {}", case.name, case.data.title);
        println!(
            "  {} ({}), Linux {}",
            case.data.source,
            case.data.found_by.join(", "),
            runner.release()
        );
        let log = arguments.logs.as_ref().map(|logs| logs.join(format!("{}.log", case.name)));
        let outcome = runner.run(case, log.as_deref())?;
        for program in &outcome.seen {
            println!("  {}", program.width);
            for line in &program.lines {
                println!("    {line}");
            }
        }
        println!("  {}\n", outcome.verdict);
        worst = worst.max(outcome.verdict.exit_code());
        summary.push(format!("{:<20} {}", case.name, outcome.verdict));
    }
    if let [_, _, ..] = summary[..] {
        println!("Linux {}", runner.release());
        for line in &summary {
            println!("  {line}");
        }
    }
    Ok(worst)
}

fn list() -> Result<()> {
    for case in Case::all(&case::root())? {
        println!("{:<20} {}", case.name, case.data.title);
    }
    Ok(())
}

fn needs(cases: &[Case]) -> Vec<packages::Need> {
    let mut needs = packages::for_reproductions();
    let images = cases.iter().filter_map(|case| case.data.image.as_ref());
    let mut names: Vec<&str> = images.map(|image| image.package.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    needs.extend(names.into_iter().map(packages::for_an_image));
    needs
}

fn kernel(arguments: &Arguments, cache: &Cache) -> Result<PackagedKernel> {
    if let Some(folder) = &arguments.folder {
        return Ok(PackagedKernel::at(folder)?);
    }
    if let Some(suite) = &arguments.suite {
        return Ok(PackagedKernel::newest("", &Archive::of_suite(suite, cache)?, cache)?);
    }
    if arguments.series.is_empty() {
        bail!("--series takes the numbers of a series, such as 6.12");
    }
    match PackagedKernel::kept(&arguments.series, cache)? {
        Some(kernel) => Ok(kernel),
        None => Ok(PackagedKernel::newest(&arguments.series, &Archive::configured(), cache)?),
    }
}
