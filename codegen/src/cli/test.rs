//! `ioctl-gen test`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use ioctl_gen::guest::{Bits, KernelChoice, Ktap, Obstacle, Outcome, Progress, Request, Run, test};
use ioctl_gen::streams::{results, tell};
use ioctlkit_report::visible::ShownPath as _;
use ioctlkit_vm::ktap::Counts;
use ioctlkit_vm::{Acceleration, Failure, Interruption, Report, StepOutcome, Trust, Verdict};

/// How many failures are printed; the log has all of them.
const SHOWN: usize = 12;
/// How many lines of the log are shown with each.
const EXCERPT: usize = 24;

/// Build a kernel module, and run its tests in a guest that boots for it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-gen test driver
  ioctl-gen test driver --kernel 6.1 --kernel 6.12
  ioctl-gen test driver --kernel ~/linux/arch/x86/boot/bzImage --time-limit 120

The module is built in a copy of FOLDER, and so are its tests: for each NAME.c in tests/ that has
a main, tests/Makefile makes NAME and, for 32 bits, NAME32. The guest loads the module, runs them and unloads it.

This runs the makefiles of FOLDER on this machine, and they may run any program. They do so in a
sandbox (Landlock and seccomp): they write nowhere but in the copy, read the toolchain, the kernel's
headers and the copy, and have neither network nor your environment but for PATH. Where the
kernel cannot do that, nothing is built unless you say `--no-sandbox`.

Standard output is KTAP. No root is needed, nor KVM; it takes qemu, busybox, make and gcc
(Debian: qemu-system-x86 busybox-static make gcc-12 gcc-multilib). Debian's kernels and headers
are downloaded into the cache where they are not installed, about 50 MB each.

Exit codes:
  0    every test passed, and the kernel reported nothing
  1    a test failed, the kernel reported a defect (panic, oops, warning, lockdep, KASAN, a
       damaged slab object, ...), or the guest hung or died; the path of the log is printed
  2    there is no verdict: the module does not build, or the guest cannot be started
  130  interrupted")]
pub(super) struct Arguments {
    /// The module's folder, or one with the module in `module/`
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,

    /// A kernel to test on: a series of Debian's kernels for virtual machines, one of their
    /// releases, the path of an image (bzImage), or `rust` or `kasan` for a small kernel that
    /// `cargo xtask kernel` has built with that option; may be given several times [default: 6.12, or
    /// rust for a module in Rust]
    #[arg(long = "kernel", value_name = "VERSION|PATH|rust|kasan")]
    kernels: Vec<KernelChoice>,

    /// Build against these headers, or this build folder of a kernel, and not against those that
    /// belong to the kernel
    #[arg(long, value_name = "DIR")]
    headers: Option<PathBuf>,

    /// For which word sizes the tests are built
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["64", "32"])]
    bits: Vec<WordSize>,

    /// Run this program, too, which is linked statically and prints KTAP; may be given several
    /// times
    #[arg(long = "program", value_name = "FILE")]
    programs: Vec<PathBuf>,

    /// Pass a parameter to the module; may be given several times
    #[arg(long = "parameter", value_name = "NAME=VALUE")]
    parameters: Vec<String>,

    /// Append parameters to the kernel's command line, such as `panic_on_warn`
    #[arg(long, value_name = "PARAMETERS", default_value = "", allow_hyphen_values = true)]
    append: String,

    /// What runs the guest
    #[arg(long, value_enum, default_value = "auto")]
    accelerator: AcceleratorChoice,

    /// How many processors the guest has; with one, an emulated guest is the same on every machine
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    processors: u32,

    /// The guest's memory in MiB
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(128..=65536))]
    memory: u32,

    /// How many seconds each guest may run
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    time_limit: u32,

    /// How many seconds by the guest's clock each program may run
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    test_limit: u32,

    /// Also call at random for that many seconds, with each conformance test that `ioctl-gen
    /// module` made; with `--processors 2` it finds more
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    random: Option<u32>,

    /// Write what the guest prints to this file, and not to a temporary one that is kept after a
    /// failure; with several kernels, the release is added to the name
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// Let the folder's makefiles do all that you may do: they read your files, write elsewhere and
    /// reach the network
    #[arg(long)]
    no_sandbox: bool,

    /// Print no KTAP, only what failed and the sum
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WordSize {
    /// 64 bits, as the kernel
    #[value(name = "64")]
    Bits64,
    /// 32 bits, through the module's compat code
    #[value(name = "32")]
    Bits32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AcceleratorChoice {
    /// KVM where it works, emulation elsewhere
    Auto,
    /// KVM, or nothing
    Kvm,
    /// Emulation, also where KVM works
    Tcg,
}

/// How the program ends: see the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Passed,
    Failed,
    NoVerdict,
    Interrupted,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let end = tested(arguments).unwrap_or_else(|obstacle| {
        tell(format_args!("error: {}", obstacle.in_words()));
        match obstacle {
            Obstacle::Interrupted => End::Interrupted,
            _ => End::NoVerdict,
        }
    });
    ExitCode::from(match end {
        End::Passed => 0,
        End::Failed => 1,
        End::NoVerdict => 2,
        End::Interrupted => 130,
    })
}

fn tested(arguments: &Arguments) -> Result<End, Obstacle> {
    let interruption = Interruption::on_signals()?;
    let mut progress = Progress::new();
    let out: Box<dyn Write> =
        if arguments.quiet { Box::new(io::sink()) } else { Box::new(results()) };
    let mut ktap = Ktap::new(progress.beside(out));
    let runs = test(&request(arguments), &interruption, &mut ktap, &mut progress);
    progress.finish();
    ktap.finish().and_then(|mut out| out.flush()).map_err(Obstacle::Output)?;
    let end = runs?.iter().map(told).max().unwrap_or(End::NoVerdict);
    Ok(if interruption.is_set() { End::Interrupted } else { end })
}

fn request(arguments: &Arguments) -> Request {
    let bits = |size: &WordSize| match size {
        WordSize::Bits64 => Bits::Bits64,
        WordSize::Bits32 => Bits::Bits32,
    };
    let seconds = |count: u32| Duration::from_secs(count.into());
    Request {
        folder: arguments.folder.clone(),
        trust: if arguments.no_sandbox { Trust::Trusted } else { Trust::Confined },
        kernels: arguments.kernels.clone(),
        headers: arguments.headers.clone(),
        bits: arguments.bits.iter().map(bits).collect(),
        programs: arguments.programs.clone(),
        parameters: arguments.parameters.clone(),
        command_line: arguments.append.clone(),
        acceleration: match arguments.accelerator {
            AcceleratorChoice::Auto => Acceleration::Best,
            AcceleratorChoice::Kvm => Acceleration::Kvm,
            AcceleratorChoice::Tcg => Acceleration::Emulated,
        },
        processors: arguments.processors,
        memory: arguments.memory,
        time_limit: seconds(arguments.time_limit),
        test_limit: seconds(arguments.test_limit),
        random: arguments.random.map(seconds),
        log: arguments.log.clone(),
    }
}

/// Tells what came of a kernel, on standard error.
fn told(run: &Run) -> End {
    let report = match &run.outcome {
        Outcome::Judged(report) => report,
        Outcome::CannotRun(obstacle) => {
            tell(format_args!("error: {}: {}", run.kernel, obstacle.in_words()));
            return End::NoVerdict;
        }
    };
    let failures = report.failures();
    failures.iter().take(SHOWN).for_each(|failure| told_failure(&run.kernel, failure));
    if failures.len() > SHOWN {
        tell(format_args!("{}: {} more failures", run.kernel, failures.len() - SHOWN));
    }
    if let Some(log) = &report.log {
        tell(format_args!("{}: the log is {}", run.kernel, log.shown()));
    }
    for step in &report.steps {
        if let StepOutcome::Skipped { reason } = &step.outcome {
            tell(format_args!("{}: {} was skipped: {reason}", run.kernel, step.name));
        }
    }
    tell(format_args!("{}: {}", run.kernel, sum(run, report)));
    match report.verdict() {
        Verdict::Failed => End::Failed,
        Verdict::Passed | Verdict::Skipped => End::Passed,
    }
}

fn told_failure(kernel: &str, failure: &Failure) {
    tell(format_args!("{kernel}: {failure}"));
    failure.excerpt.iter().take(EXCERPT).for_each(|line| tell(format_args!("    {line}")));
}

/// The counts and the seconds.
fn sum(run: &Run, report: &Report) -> String {
    let mut counts = Counts::default();
    let documents = report.steps.iter().filter_map(|step| step.ktap.as_ref());
    for of_program in documents.map(ioctlkit_vm::ktap::Document::counts) {
        counts.passed += of_program.passed;
        counts.failed += of_program.failed;
        counts.skipped += of_program.skipped;
        counts.expected_failures += of_program.expected_failures;
    }
    let word = match report.verdict() {
        Verdict::Failed => "FAILED",
        Verdict::Passed | Verdict::Skipped => "ok",
    };
    let times = &run.times;
    let seconds = |time: Duration| time.as_secs_f64();
    let boot = report.boot.unwrap_or(report.total);
    format!(
        "{word}, {counts}; {:.1} s: module built in {:.1}, tests built in {:.1} beside it, booted \
         in {:.1}, tested in {:.1} ({})",
        seconds(times.total),
        seconds(times.modules),
        seconds(times.programs),
        seconds(boot),
        seconds(report.total.saturating_sub(boot)),
        report.accelerator.name()
    )
}
