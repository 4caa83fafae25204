//! How long the linter takes as a process, and how much memory; then the benchmarks of its parts.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::{demo, packages, run};

/// Runs per row; the fastest is reported, as the least disturbed.
const RUNS: usize = 7;

/// One run of the linter.
#[derive(Debug, Clone, Copy)]
struct Sample {
    elapsed: Duration,
    /// Peak of the resident memory, in KiB.
    peak_kib: u64,
}

/// Times the whole process on the installed headers and on one of them, then runs `cargo bench`.
pub(crate) fn run() -> Result<()> {
    packages::install(&packages::for_demo())?;
    let linter = run::release_build()?;
    let all = demo::installed_headers()?;
    let one = [PathBuf::from("/usr/include/linux/btrfs.h")];
    println!("{:<40} {:>10} {:>10}", "", "seconds", "MiB");
    for (what, headers) in [("all headers of linux-libc-dev", &all[..]), ("linux/btrfs.h", &one)] {
        let best = best(&linter, headers)?;
        let mib = best.peak_kib / 1024;
        println!("{what:<40} {:>10.3} {mib:>10}", best.elapsed.as_secs_f64());
    }
    run::succeed(run::cargo().args(["bench", "--workspace", "--benches"]))
}

fn best(linter: &Path, headers: &[PathBuf]) -> Result<Sample> {
    let samples = (0..RUNS).map(|_| sample(linter, headers)).collect::<Result<Vec<_>>>()?;
    samples.into_iter().min_by_key(|sample| sample.elapsed).context("no run was made")
}

fn sample(linter: &Path, headers: &[PathBuf]) -> Result<Sample> {
    let mut command = Command::new(linter);
    command.args(["check", "--format", "json"]).args(headers).stdout(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot run {}", linter.display()))?;
    let mut peak_kib = 0;
    let status = loop {
        // The kernel keeps the peak itself, so that a look now and then is enough.
        peak_kib = peak_kib.max(peak_of(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("ioctl-lint ended with {status}");
    }
    Ok(Sample { elapsed: started.elapsed(), peak_kib })
}

fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
