//! The guest suite: builds the module for benchmarks, boots a guest, runs this program in it, and takes
//! the results back over the guest's console.

mod kernel;
mod module;
mod transport;

use std::path::PathBuf;
use std::time::Duration;

use ioctlkit_vm::{
    Accelerator, Cache, Event, ExtraFile, Guest, Interruption, Kernel, Script, Step, Trust,
    Verdict, VmError,
};

use crate::Error;
use crate::results::Results;

pub use kernel::KernelChoice;
pub use transport::{Collector, print};

/// What the guest's kernel is told besides: nothing that would slow down what is measured.
const COMMAND_LINE: &str = "panic_on_warn=1";
/// What an emulated guest with one processor has for a clock (see the crate `ioctlkit-vm`).
const COUNTS: &str = ", whose clock counts instructions";
/// How long the measuring may take, by the guest's clock.
const LIMIT: Duration = Duration::from_secs(3600);

/// What is asked of the guest.
#[derive(Debug, Clone)]
pub struct Wish {
    /// This program, linked statically.
    pub program: PathBuf,
    /// What it is started with.
    pub arguments: Vec<String>,
    /// How many processors the guest has.
    pub processors: u32,
    /// Which kernel it runs.
    pub kernel: KernelChoice,
}

/// Boots, measures, and returns what came. `on_line` hears what goes on, `save` gets the results so far
/// after each round.
///
/// # Errors
/// [`Error::Unexpected`] with what kept the guest from measuring.
pub fn run(
    wish: &Wish,
    on_line: &mut dyn FnMut(&str),
    save: &mut dyn FnMut(&Results) -> Result<(), Error>,
) -> Result<Results, Error> {
    let interruption = Interruption::on_signals().map_err(vm)?;
    let cache = Cache::of_user().map_err(vm)?;
    let chosen = wish.kernel.in_cache(&cache);
    on_line(&chosen.words());
    let (kernel, headers) = chosen.with_headers(&cache).map_err(vm)?;
    on_line("building the module");
    let folder = tempfile::tempdir().map_err(Error::call("making a folder"))?;
    module::write(folder.path())?;
    let options = ["CONFIG_IOCTL_BENCH=m"];
    let built = headers.build(folder.path(), &options, Trust::Trusted, &interruption);
    let modules = built.map_err(vm)?.modules.files;
    let [module] = modules.as_slice() else {
        return Err(Error::Unexpected(format!("make built {} modules", modules.len())));
    };
    let measuring = wish.arguments.iter().fold(Step::program(&wish.program), Step::with);
    let script = Script::new()
        .then(Step::load(module))
        .then(measuring.named("measure").within(LIMIT))
        .then(Step::unload("ioctl_bench"));
    let mut guest = Guest::new(kernel);
    guest.command_line.push_str(COMMAND_LINE);
    guest.processors = wish.processors;
    guest.limit = LIMIT;
    guest.files = configuration(&guest.kernel);
    let mut collector = Collector::default();
    let mut saved = Ok(());
    let mut counts = false;
    let report = guest.run(&script, &interruption, &mut |event| match &event {
        Event::Started { accelerator, .. } => {
            counts = *accelerator == Accelerator::Emulation && wish.processors == 1;
            on_line(&event.to_string());
        }
        Event::OutputLine(line) => match collector.take(line) {
            Some(results) => saved = save(&labelled(results.clone(), counts)),
            None if !transport::is_part(line) => on_line(line),
            None => {}
        },
        Event::KernelLine(_) => {}
        other => on_line(&other.to_string()),
    });
    let report = report.map_err(vm)?;
    saved?;
    let stopped = interruption.is_set();
    match collector.into_results() {
        Some(results) if stopped => {
            let results = Results { interrupted: true, ..labelled(results, counts) };
            save(&results)?;
            Ok(results)
        }
        Some(results) if report.verdict() == Verdict::Passed => Ok(labelled(results, counts)),
        _ => {
            let failures: Vec<String> = report.failures().iter().map(ToString::to_string).collect();
            Err(Error::Unexpected(format!("the guest did not measure: {}", failures.join("; "))))
        }
    }
}

/// Says of the accelerator what the guest cannot know.
fn labelled(mut results: Results, counts: bool) -> Results {
    if counts {
        results.machine.accelerator += COUNTS;
    }
    results
}

/// The kernel's configuration, for its hash, where it lies beside the kernel as distributions have it.
fn configuration(kernel: &Kernel) -> Vec<ExtraFile> {
    let name = kernel.release().map(|release| format!("config-{release}"));
    let beside = name.and_then(|name| Some((kernel.image().parent()?.join(&name), name)));
    beside
        .filter(|(source, _)| source.is_file())
        .map(|(source, name)| ExtraFile { source, path: format!("/boot/{name}") })
        .into_iter()
        .collect()
}

fn vm(error: VmError) -> Error {
    match error {
        VmError::Dynamic { path, .. } => Error::File {
            path: path.display().to_string(),
            why: "is not linked statically, and the guest has no libraries: build it with \
                  `cargo xtask bench-guest`, or with RUSTFLAGS='-C target-feature=+crt-static'"
                .to_owned(),
        },
        other => Error::Unexpected(other.to_string()),
    }
}
