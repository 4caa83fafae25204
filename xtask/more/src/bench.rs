//! How long the linter takes as a process, and how much memory.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use ioctlkit_oracle::kernel::Kernel;
use wait4::Wait4 as _;

use xtask::{demo, packages, run};

use crate::machine;

mod extremes;

/// What one row of a table is about.
struct Case {
    what: String,
    arguments: Vec<OsString>,
    aim: &'static str,
}

impl Case {
    fn check(what: String, paths: &[PathBuf], aim: &'static str) -> Self {
        let options = ["check", "--no-cache", "--format", "json"].map(OsString::from);
        let paths = paths.iter().map(|path| path.clone().into_os_string());
        Self { what, arguments: options.into_iter().chain(paths).collect(), aim }
    }

    /// A look-up in the installed headers.
    fn look_up(what: &str, arguments: &[&str], aim: &'static str) -> Self {
        Self {
            what: what.to_owned(),
            arguments: arguments.iter().map(OsString::from).collect(),
            aim,
        }
    }
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
/// prints tables for the README. What was measured stands beside what is aimed for, and decides
/// nothing: it is the machine's answer as much as the program's.
pub(crate) fn whole(runs: u16) -> Result<()> {
    packages::install(&packages::for_bench())?;
    let linter = run::release_build()?;
    let load = machine::load();
    let folder = run::root().join("target/bench");
    let tables = [
        ("`ioctl-lint check`, every ABI, every rule", cases()?),
        (
            "the same, of headers far larger than any in use",
            extremes::cases(&folder.join("extremes"))?,
        ),
        ("a look-up in the installed headers", look_ups()),
    ];
    for (title, cases) in &tables {
        println!("| {title} | aim | wall (s) | CPU (s) | memory |");
        println!("|---|---|---|---|---|");
        for case in cases {
            let samples =
                (0..runs).map(|_| sample(&linter, case, &folder)).collect::<Result<Vec<_>>>()?;
            println!("| {} | {} | {} |", case.what, case.aim, Row::of(&samples)?);
        }
        println!();
    }
    println!(
        "Fastest, median and slowest of {runs} runs, and the largest peak of the resident \
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
    let mut cases = vec![
        Case::check(
            format!("the {} installed headers", installed.len()),
            &installed,
            "0.5 s, 300 MB",
        ),
        Case::check(
            "one header, `linux/vduse.h`".to_owned(),
            &["/usr/include/linux/vduse.h".into()],
            "0.025 s",
        ),
        Case::check("the sources of Linux 6.12".to_owned(), &[kernel.root()], "1.5 s"),
    ];
    cases.push(rust_crate()?);
    Ok(cases)
}

/// A crate of about 20 000 lines that defines commands, as cargo unpacks it.
const RUST_CRATE: (&str, &str) = ("sev", "8.0.0");

fn rust_crate() -> Result<Case> {
    let (name, version) = RUST_CRATE;
    let folder = run::root().join("target/bench/crate");
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(folder.join("src/lib.rs"), "")?;
    let manifest = format!(
        "[package]\nname = \"bench\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\n{name} = {{ version = \"={version}\", default-features = false }}\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    let platform = "x86_64-unknown-linux-gnu";
    run::succeed(run::cargo().args(["fetch", "--target", platform]).current_dir(&folder))?;
    let metadata = run::cargo()
        .args(["metadata", "--offline", "--format-version", "1", "--filter-platform", platform])
        .current_dir(&folder)
        .output()
        .context("cannot run cargo")?;
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo told of no packages")?;
    let package = packages.iter().find(|package| package["name"] == name);
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    let manifest = manifest.with_context(|| format!("cargo did not get {name}"))?;
    let path = Path::new(manifest).parent().context("a manifest without a folder")?.to_owned();
    let what = format!("the crate `{name}` {version}, {} lines", lines(&path)?);
    Ok(Case::check(what, &[path], "0.2 s"))
}

/// The cache that they find is that of the runs before.
fn look_ups() -> Vec<Case> {
    let by_number = ["number", "0xc020660b"];
    vec![
        Case::look_up("`number 0xc020660b`", &by_number, "0.05 s"),
        Case::look_up("`number FS_IOC_FIEMAP`", &["number", "FS_IOC_FIEMAP"], "0.05 s"),
        Case::look_up("`decode` of nothing", &["decode", "/dev/null"], "0.05 s"),
        Case::look_up(
            "`number --no-cache 0xc020660b`",
            &["number", "--no-cache", by_number[1]],
            "",
        ),
    ]
}

/// The lines of Rust below a folder.
fn lines(folder: &Path) -> Result<usize> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sum += lines(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sum += std::fs::read_to_string(&path)?.lines().count();
        }
    }
    Ok(sum)
}

fn sample(linter: &Path, case: &Case, cache: &Path) -> Result<Sample> {
    let mut command = Command::new(linter);
    command.args(&case.arguments).env("XDG_CACHE_HOME", cache).stdout(Stdio::null());
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
