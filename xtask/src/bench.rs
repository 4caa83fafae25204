//! How long the linter takes as a process, and how much memory.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use ioctlkit_oracle::kernel::Kernel;
use wait4::Wait4 as _;

use crate::{demo, machine, packages, run};

/// What one row of the table is about.
struct Case {
    what: String,
    paths: Vec<PathBuf>,
    target: &'static str,
}

/// One run of the linter.
#[derive(Debug, Clone, Copy)]
struct Sample {
    elapsed: Duration,
    /// Processor time, in the process and in the kernel for it.
    busy: Duration,
    /// Peak of the resident memory, in bytes.
    peak: u64,
}

/// Times the whole process on the installed headers, on one of them, and on a kernel's sources, and
/// prints a table for the README. What was measured stands beside what is aimed for, and decides
/// nothing: it is the machine's answer as much as the program's.
pub(crate) fn whole(runs: u16) -> Result<()> {
    packages::install(&packages::for_bench())?;
    let linter = run::release_build()?;
    let load = machine::load();
    let cases = cases()?;
    println!("| `ioctl-lint check`, every ABI, every rule | aim | wall (s) | CPU (s) | memory |");
    println!("|---|---|---|---|---|");
    for case in &cases {
        let samples =
            (0..runs).map(|_| sample(&linter, &case.paths)).collect::<Result<Vec<_>>>()?;
        println!("| {} | {} | {} |", case.what, case.target, Row::of(&samples)?);
    }
    println!(
        "\nFastest, median and slowest of {runs} runs, and the largest peak of the resident \
         memory.\n{}; load before: {load}.",
        machine::description()
    );
    Ok(())
}

/// The benchmarks of the linter's parts.
pub(crate) fn parts() -> Result<()> {
    run::succeed(run::cargo().args(["bench", "--workspace", "--benches"]))
}

fn cases() -> Result<Vec<Case>> {
    let installed = demo::installed_headers()?;
    let kernel = Kernel::unpacked(&run::root().join("target/bench"))?;
    Ok(vec![
        Case {
            what: format!("the {} installed headers", installed.len()),
            paths: installed,
            target: "1 s, 300 MB",
        },
        Case {
            what: "one header, `linux/vduse.h`".to_owned(),
            paths: vec!["/usr/include/linux/vduse.h".into()],
            target: "0.06 s",
        },
        Case {
            what: "the sources of Linux 6.12".to_owned(),
            paths: vec![kernel.root()],
            target: "2 s",
        },
        Case {
            what: "a crate of 20 000 lines of Rust".to_owned(),
            paths: vec![rust_crate()?],
            target: "0.2 s",
        },
    ])
}

/// A crate like those that wrap drivers: a fifth of it structures and commands, the rest code.
fn rust_crate() -> Result<PathBuf> {
    const MODULES: usize = 40;
    const LINES: usize = 500;
    let folder = run::root().join("target/bench/crate");
    fs::create_dir_all(folder.join("src"))?;
    let manifest =
        "[package]\nname = \"generated\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let mut root = String::new();
    for module in 0..MODULES {
        writeln!(root, "pub mod part{module};")?;
        fs::write(folder.join(format!("src/part{module}.rs")), rust_module(module, LINES)?)?;
    }
    fs::write(folder.join("src/lib.rs"), root)?;
    Ok(folder)
}

fn rust_module(module: usize, lines: usize) -> Result<String> {
    let mut text = String::from("use nix::{ioctl_read, ioctl_readwrite};\n");
    let mut index = 0;
    while text.lines().count() < lines {
        writeln!(
            text,
            "\n#[repr(C)]\npub struct Info{index} {{\n    pub flags: u32,\n    pub size: u32,\n    \
             pub address: u64,\n}}\n\nioctl_readwrite!(get{index}, b'x', {index}, Info{index});"
        )?;
        for function in 0..4 {
            writeln!(
                text,
                "\n/// Sums what is in a list, and says so.\npub fn work{index}_{function}(list: \
                 &[u32]) -> Result<u64, String> {{\n    let mut sum = 0_u64;\n    for (at, value) in \
                 list.iter().enumerate() {{\n        if *value > {function} && at % 2 == 0 {{\n            \
                 sum += u64::from(*value).wrapping_mul(at as u64);\n        }}\n    }}\n    \
                 println!(\"{{sum}} of module {module}\");\n    Ok(sum)\n}}"
            )?;
        }
        index += 1;
    }
    Ok(text)
}

fn sample(linter: &Path, paths: &[PathBuf]) -> Result<Sample> {
    let mut command = Command::new(linter);
    command.args(["check", "--format", "json"]).args(paths).stdout(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot run {}", linter.display()))?;
    let used = child.wait4()?;
    let elapsed = started.elapsed();
    // Findings are no failure, and neither is a header that needs what is not installed.
    if !matches!(used.status.code(), Some(0..=2)) {
        bail!("ioctl-lint ended with {}", used.status);
    }
    let busy = used.rusage.utime + used.rusage.stime;
    Ok(Sample { elapsed, busy, peak: used.rusage.maxrss })
}

/// The columns that were measured.
struct Row {
    wall: Spread,
    busy: Spread,
    peak: u64,
}

impl Row {
    fn of(samples: &[Sample]) -> Result<Self> {
        Ok(Self {
            wall: Spread::of(samples.iter().map(|sample| sample.elapsed))?,
            busy: Spread::of(samples.iter().map(|sample| sample.busy))?,
            peak: samples.iter().map(|sample| sample.peak).max().context("no run was made")?,
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {} MB", self.wall, self.busy, self.peak.div_ceil(1_000_000))
    }
}

/// Least, middle and most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spread(Duration, Duration, Duration);

impl Spread {
    fn of(durations: impl Iterator<Item = Duration>) -> Result<Self> {
        let mut sorted: Vec<Duration> = durations.collect();
        sorted.sort_unstable();
        match sorted[..] {
            [] => bail!("no run was made"),
            [least, .., most] => Ok(Self(least, sorted[sorted.len() / 2], most)),
            [only] => Ok(Self(only, only, only)),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = [self.0, self.1, self.2].map(|duration| duration.as_secs_f64());
        write!(f, "{:.3} / {:.3} / {:.3}", seconds[0], seconds[1], seconds[2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_extremes_the_median_and_the_largest_peak() {
        let run = |milliseconds, peak| Sample {
            elapsed: Duration::from_millis(milliseconds),
            busy: Duration::from_millis(milliseconds * 2),
            peak,
        };
        let row = Row::of(&[run(30, 1_000_000), run(10, 2_500_000), run(20, 500_000)]).unwrap();
        assert_eq!(row.to_string(), "0.010 / 0.020 / 0.030 | 0.020 / 0.040 / 0.060 | 3 MB");
    }
}
