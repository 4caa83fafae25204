//! The run: what can be done side by side is.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use ioctlkit_vm::{Cache, Guest, Interruption, KvmMemory, Report, Script, Step, Verdict};

use super::built::{Modules, Programs};
use super::kernel::Target;
use super::needs::{self, Compilers};
use super::unit_tests::UnitTests;
use super::{COMMAND_LINE, KernelChoice, Ktap, Obstacle, Progress, Request, Sources};
use ioctlkit_report::visible::ShownPath as _;

/// What came of one kernel.
#[derive(Debug)]
pub struct Run {
    /// Its release, or how it was named where that is not known.
    pub kernel: String,
    /// The result.
    pub outcome: Outcome,
    /// How long what took.
    pub times: Times,
}

/// The result for one kernel.
#[derive(Debug)]
pub enum Outcome {
    /// The guest ran.
    Judged(Box<Report>),
    /// It could not be run.
    CannotRun(Obstacle),
}

/// How long what took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// To build the modules, with getting the kernel and its headers.
    pub modules: Duration,
    /// To build the tests.
    pub programs: Duration,
    /// From the command to the verdict; for a second kernel, from the verdict of the first.
    pub total: Duration,
}

/// A kernel with the modules for it.
struct Prepared {
    target: Target,
    modules: Modules,
    /// What prints the results of the modules' unit tests, where they have some.
    unit_tests: Option<UnitTests>,
    took: Duration,
}

/// Tests a module on every kernel that was asked for, one guest after the other.
///
/// # Errors
/// [`Obstacle`] for what concerns all kernels. What concerns one is in its [`Run`].
pub fn test<W: Write>(
    request: &Request,
    interruption: &Interruption,
    ktap: &mut Ktap<W>,
    progress: &mut Progress,
) -> Result<Vec<Run>, Obstacle> {
    let began = Instant::now();
    let sources = Sources::find(&request.folder)?;
    if request.folder.canonicalize().is_ok_and(|given| given != sources.folder) {
        progress.phase(format_args!("the module is in {}", sources.folder.shown()));
    }
    if sources.programs.is_empty() && request.programs.is_empty() {
        return Err(Obstacle::NoTests { folder: sources.folder });
    }
    let compilers = Compilers::with_all_that_is_needed(&request.bits)?;
    let cache = Cache::of_user()?.interrupted_by(interruption).telling(progress.downloads());
    let kernels = match request.kernels.as_slice() {
        [] => vec![KernelChoice::of(&sources)],
        chosen => chosen.to_vec(),
    };
    let names: Vec<String> = kernels.iter().map(ToString::to_string).collect();
    progress.phase(format_args!("building the module for {}, and its tests", names.join(", ")));
    thread::scope(|scope| {
        let programs = scope.spawn(|| {
            let began = Instant::now();
            Programs::build(&sources, &compilers, request.trust, interruption)
                .map(|programs| (programs, began.elapsed()))
        });
        let (sender, prepared) = mpsc::channel();
        let (sources, kernels, cache) = (&sources, &kernels, &cache);
        scope.spawn(move || {
            for choice in kernels {
                let prepared = prepare(request, sources, choice, cache, interruption);
                // Nobody listens any more if the run was given up.
                if sender.send((choice, prepared)).is_err() {
                    break;
                }
            }
        });
        // A thread that panics has said so.
        let (programs, took) = programs.join().unwrap_or(Err(Obstacle::Interrupted))?;
        ktap.begin(kernels.len());
        let mut since = began;
        let mut runs = Vec::new();
        for (choice, prepared) in prepared {
            let mut run = match prepared {
                Ok(prepared) => run(request, &prepared, &programs, interruption, ktap, progress),
                Err(obstacle) => cannot_run(choice.to_string(), obstacle, ktap),
            };
            run.times.programs = took;
            run.times.total = since.elapsed();
            since = Instant::now();
            runs.push(run);
            if interruption.is_set() {
                break;
            }
        }
        Ok(runs)
    })
}

fn prepare(
    request: &Request,
    sources: &Sources,
    choice: &KernelChoice,
    cache: &Cache,
    interruption: &Interruption,
) -> Result<Prepared, Obstacle> {
    let began = Instant::now();
    let target = Target::of(choice, request.headers.as_deref(), cache)?;
    if sources.has_rust && !target.has_rust() {
        return Err(Obstacle::WithoutRust { kernel: target.name });
    }
    if let Some(compiler) = target.headers.compiler() {
        needs::compiler_of_kernel(&compiler)?;
    }
    let modules = Modules::build(sources, &target, request.trust, interruption)?;
    let runs_unit_tests = target.has_kunit() && !sources.unit_tests.is_empty();
    let unit_tests = runs_unit_tests.then(UnitTests::new).transpose()?;
    Ok(Prepared { target, modules, unit_tests, took: began.elapsed() })
}

fn run<W: Write>(
    request: &Request,
    prepared: &Prepared,
    programs: &Programs,
    interruption: &Interruption,
    ktap: &mut Ktap<W>,
    progress: &mut Progress,
) -> Run {
    let name = &prepared.target.name;
    if !prepared.modules.warnings.is_empty() {
        progress.note(&prepared.modules.warnings);
    }
    let script = script(request, prepared, programs);
    let guest = guest(request, prepared);
    ktap.kernel_begins(name, &script);
    progress.kernel_begins(name);
    let judged = guest.run(&script, interruption, &mut |event| {
        progress.event(&event);
        ktap.event(&event);
    });
    let mut run = match judged {
        Ok(report) => {
            ktap.kernel_ends(name, &report);
            let outcome = match report.verdict() {
                Verdict::Skipped => Outcome::CannotRun(Obstacle::AllSkipped),
                Verdict::Passed | Verdict::Failed => Outcome::Judged(Box::new(report)),
            };
            Run { kernel: name.clone(), outcome, times: Times::default() }
        }
        Err(error) => cannot_run(name.clone(), error.into(), ktap),
    };
    run.times.modules = prepared.took;
    run
}

fn cannot_run<W: Write>(kernel: String, obstacle: Obstacle, ktap: &mut Ktap<W>) -> Run {
    ktap.kernel_cannot_run(&kernel, &obstacle.in_words());
    Run { kernel, outcome: Outcome::CannotRun(obstacle), times: Times::default() }
}

/// By default, injected faults spare the allocations that may sleep, which are nearly all of a driver's
/// (`Documentation/fault-injection/fault-injection.rst`).
const FAULTS: &str = "mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null; \
    for kind in failslab fail_page_alloc; do \
    echo N >/sys/kernel/debug/$kind/ignore-gfp-wait || exit 1; done";

/// Each program finds the modules as they are after loading: a test may take the device away.
fn script(request: &Request, prepared: &Prepared, programs: &Programs) -> Script {
    let modules = &prepared.modules;
    let mut tests: Vec<Step> = Vec::new();
    let unit_tests = prepared.unit_tests.as_ref().map(UnitTests::program);
    tests.extend(unit_tests.map(|program| Step::test(program).within(request.test_limit)));
    for program in programs.files.iter().chain(&request.programs) {
        let test = Step::test(program).within(request.test_limit);
        let at_random = request.random.filter(|_| modules.are_called_at_random_by(program));
        tests.push(test.clone());
        tests.extend(at_random.map(|time| called_at_random(test, time)));
    }
    let faults = prepared.target.has_fault_injection();
    let faults = faults.then(|| Step::shell("let allocations that may sleep fail", FAULTS));
    let tests = tests.into_iter().flat_map(|test| loaded(request, modules, test));
    Script { steps: faults.into_iter().chain(tests).collect() }
}

/// The guest's clock may be slower than the program's work, and building up takes time, too.
fn called_at_random(test: Step, time: Duration) -> Step {
    let name = format!("{} at random", test.name);
    let limit = test.limit + time * 4;
    test.with("--random").with(time.as_secs().to_string()).named(name).within(limit)
}

/// A test between loading the modules and unloading them.
fn loaded(request: &Request, modules: &Modules, test: Step) -> Vec<Step> {
    let mut steps = Vec::new();
    let name = test.name.clone();
    for (path, _) in &modules.files {
        let load = request.parameters.iter().fold(Step::load(path), Step::with);
        let load_name = format!("{} for {name}", load.name);
        steps.push(load.named(load_name));
    }
    steps.push(test);
    for (_, info) in modules.files.iter().rev() {
        let unload = Step::unload(&info.name);
        let unload_name = format!("{} behind {name}", unload.name);
        steps.push(unload.named(unload_name));
    }
    steps
}

fn guest(request: &Request, prepared: &Prepared) -> Guest {
    let mut guest = Guest::new(prepared.target.kernel.clone());
    guest.command_line = format!("{COMMAND_LINE} {}", request.command_line);
    guest.memory = request.memory;
    guest.processors = request.processors;
    guest.acceleration = request.acceleration;
    guest.limit = request.time_limit;
    // Without a cache, KVM is tried each time.
    guest.kvm_memory = Cache::of_user().ok().map(|cache| KvmMemory::of(&cache));
    guest.log = request.log.as_deref().map(|log| {
        let is_one = request.kernels.len() == 1;
        if is_one { log.to_owned() } else { with_release(log, &prepared.target.name) }
    });
    guest
}

/// `guest.log` for a release is `guest-6.12.9-cloud-amd64.log`.
fn with_release(log: &Path, release: &str) -> PathBuf {
    let release = release.replace('/', "_");
    let stem = log.file_stem().unwrap_or_default().to_string_lossy();
    match log.extension() {
        Some(end) => log.with_file_name(format!("{stem}-{release}.{}", end.to_string_lossy())),
        None => log.with_file_name(format!("{stem}-{release}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_of_several_kernels_have_names_of_their_own() {
        let named = |log: &str| with_release(Path::new(log), "6.12.9+x");
        assert_eq!(named("out/guest.log"), Path::new("out/guest-6.12.9+x.log"));
        assert_eq!(named("guest"), Path::new("guest-6.12.9+x"));
    }
}
