//! A case's guest: what goes into it, its steps, and what its programs print.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use ioctlkit_vm::{
    Acceleration, Event, ExtraFile, Guest, Interruption, PackagedKernel, Report, Script, Step,
    StepOutcome, VmError,
};
use tempfile::TempDir;

use crate::case::{Case, Image, Width};
use crate::programs::compile;
use crate::verdict::{Seen, Verdict, judge};

/// The guest's memory in MiB: the kernel of Debian's for PCs, a file system's image, and room.
const MEMORY: u32 = 1024;
/// How long a set-up or a program may take, by the guest's clock.
const LIMIT: Duration = Duration::from_secs(60);

/// How a case ended, and what its programs printed.
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) seen: Vec<Seen>,
}

/// Runs cases on a kernel, each in a guest of its own.
pub(crate) struct Runner {
    kernel: PackagedKernel,
    interruption: Interruption,
    /// Emulation from then on where virtualisation has failed once.
    acceleration: Acceleration,
}

impl Runner {
    pub(crate) fn new(kernel: PackagedKernel, interruption: Interruption) -> Self {
        Self { kernel, interruption, acceleration: Acceleration::Best }
    }

    /// The kernel's release.
    pub(crate) fn release(&self) -> &str {
        self.kernel.release()
    }

    /// Runs a case.
    pub(crate) fn run(&mut self, case: &Case, log: Option<&Path>) -> Result<Outcome> {
        let folder = tempfile::tempdir().context("there is no room for temporary files")?;
        let mut names = Vec::new();
        for name in &case.data.modules_if_any {
            if self.kernel.has_module(name)? {
                names.push(name.clone());
            }
        }
        names.extend(case.data.modules.iter().cloned());
        let modules = match self.kernel.modules(&names, folder.path()) {
            Ok(modules) => modules,
            Err(VmError::NoModule { module, release }) => {
                let why = format!("the kernel {release} has no module {module}");
                return Ok(Outcome { verdict: Verdict::CouldNotRun { why }, seen: Vec::new() });
            }
            Err(error) => return Err(error.into()),
        };
        let script = script(case, &modules, &folder)?;
        let mut guest = Guest::new(self.kernel.kernel().clone());
        guest.memory = MEMORY;
        guest.acceleration = self.acceleration;
        guest.log = log.map(Path::to_owned);
        if let Some(image) = &case.data.image {
            let source = made(image, folder.path())?;
            guest.files.push(ExtraFile { source, path: "image".to_owned() });
        }
        let report = guest.run(&script, &self.interruption, &mut |event| tell(&event))?;
        if self.interruption.is_set() {
            bail!("interrupted");
        }
        if report.fallback.is_some() {
            self.acceleration = Acceleration::Emulated;
        }
        let seen = seen(&report);
        let verdict = match failed_step(&report) {
            Some(why) => Verdict::CouldNotRun { why },
            None => judge(&case.data, &seen),
        };
        // A log that nobody asked for is kept for what cannot be explained without it.
        if let (None, Some(path)) = (log, &report.log) {
            match verdict {
                Verdict::CouldNotRun { .. } => println!("  the guest's log: {}", path.display()),
                _ => std::fs::remove_file(path).context("cannot remove the guest's log")?,
            }
        }
        Ok(Outcome { verdict, seen })
    }
}

fn script(case: &Case, modules: &[PathBuf], folder: &TempDir) -> Result<Script> {
    let mut script = Script::new();
    for module in modules {
        script = script.then(Step::load(module));
    }
    if let Some(setup) = &case.data.setup {
        script = script.then(Step::shell(SETUP, setup).within(LIMIT));
    }
    for width in Width::BOTH {
        let program = compile(case, width, folder.path())?;
        script = script.then(Step::program(program).named(width.to_string()).within(LIMIT));
    }
    Ok(script)
}

const SETUP: &str = "the set-up";

/// Makes an image of a file system.
fn made(image: &Image, folder: &Path) -> Result<PathBuf> {
    let path = folder.join("image");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    file.set_len(image.mebibytes << 20).with_context(|| path.display().to_string())?;
    let (program, arguments) = image.make.split_first().context("no command makes the image")?;
    // Such programs are for root, and lie where only root looks.
    let found = ["/usr/sbin", "/sbin", "/usr/bin"].map(|place| Path::new(place).join(program));
    let program = found.into_iter().find(|path| path.is_file());
    let program = program.with_context(|| format!("install {}", image.package))?;
    let mut make = Command::new(program);
    make.args(arguments).arg(&path);
    let output = make.output().with_context(|| xtask::run::shown(&make))?;
    if !output.status.success() {
        bail!("{} failed:\n{}", xtask::run::shown(&make), String::from_utf8_lossy(&output.stderr));
    }
    Ok(path)
}

/// Says what a person has to know while the guest runs.
fn tell(event: &Event<'_>) {
    if matches!(event, Event::Started { .. } | Event::FellBack { .. } | Event::Trouble(_)) {
        println!("  {event}");
    }
}

/// A step before the programs that failed, or a guest that did not come to its end.
fn failed_step(report: &Report) -> Option<String> {
    let is_program = |name: &str| Width::BOTH.iter().any(|width| width.to_string() == name);
    let failed = report
        .steps
        .iter()
        .find(|step| matches!(step.outcome, StepOutcome::Failed(_)) && !is_program(&step.name));
    if let Some(step) = failed
        && let StepOutcome::Failed(failure) = &step.outcome
    {
        let said = step.tail.join("; ");
        return Some(format!("{}: {failure}: {said}", step.name));
    }
    match &report.ending {
        ioctlkit_vm::Ending::Finished => None,
        ending => Some(format!("the guest ended early: {ending:?}")),
    }
}

fn seen(report: &Report) -> Vec<Seen> {
    let of = |width: Width| {
        let step = report.steps.iter().find(|step| step.name == width.to_string())?;
        let failure = match &step.outcome {
            StepOutcome::Passed => None,
            StepOutcome::Failed(failure) => Some(failure.to_string()),
            StepOutcome::Skipped { .. } => Some("ended with status 4".to_owned()),
            StepOutcome::NotRun => return None,
        };
        Some(Seen { width, lines: step.tail.clone(), failure })
    };
    Width::BOTH.into_iter().filter_map(of).collect()
}
