//! `ioctl-gen module`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ioctl_gen::module::{
    Bus, Change, Device, File, FileOperations, Header, Language, Lock, Options, Ownership, Plan,
    Step,
};
use ioctl_gen::module::{includes, left_out, plan, render, steps, symbol, userland};
use ioctl_gen::streams::{print, tell};
use ioctl_gen::{NewFile, WriteError, describe, read_below, write_together};
use ioctlkit_abi::spelling::is_module_name;
use ioctlkit_model::{Interface, NotUnderstood, Problem, ProblemKind, SourceMap};
use ioctlkit_sources::reading::{self, limit};
use ioctlkit_sources::rust;
use ioctlkit_sources::worker::Workers;

use super::beside::beside;
use super::headers::HeaderOptions;
use super::in_tree::{self, InTreeOptions};
use super::{Outcome, handlers, say, unprintable};
use ioctlkit_report::visible::ShownPath as _;

/// Make a kernel module of an interface, or bring one up to date
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-gen module examples/echo -o driver
  ioctl-gen module examples/echo -o driver --check
  ioctl-gen module src/lib.rs -o driver --dry-run --diff
  ioctl-gen module driver/include/uapi/linux/echo.h -o driver
  ioctl-gen module src/lib.rs --in-tree ~/linux --module driver -o patches

A header that is not in the module's folder is copied there, and the copy follows it. NAME_main.c and the files that build the module are written once and are yours from then on. All
others are made again each time; one that was changed by hand is not overwritten without `--force`.
NAME.abi remembers numbers, offsets, constants and who may call: what would break callers is refused.")]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Arguments {
    /// A crate or file of Rust with `#[derive(Ioctl)]`, or a C header
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<PathBuf>,

    /// The module's folder, or that of the patches
    #[arg(short, long, value_name = "DIR", required_unless_present = "in_tree")]
    output: Option<PathBuf>,

    /// What the module is called [default: as the names of its commands begin]
    #[arg(long, value_name = "NAME", value_parser = module_name)]
    name: Option<String>,

    /// Make only the interface of that name, such as `EchoIoctl`
    #[arg(long, value_name = "NAME")]
    interface: Option<String>,

    /// What the module is written in; Rust is for kernels from 7.2 on that are built with `CONFIG_RUST`
    /// [default: what it is written in already, or C]
    #[arg(long, value_enum, conflicts_with_all = ["module", "in_tree"])]
    language: Option<WrittenIn>,

    /// How the files in /dev come about
    #[arg(long, value_enum, default_value = "misc")]
    device: DeviceKind,

    /// The bus that the device is on; without one, it is there as long as the module is
    #[arg(long, value_enum, default_value = "none")]
    bus: BusKind,

    /// What a file can do beside its commands, for you to fill in
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "OPERATIONS",
        conflicts_with = "module"
    )]
    with: Vec<FileOperation>,

    /// How many files in /dev there are, with `--device cdev`
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=256))]
    minors: u32,

    /// Also make a tracepoint for each command; a module that has them keeps them
    #[arg(long)]
    trace: bool,

    /// Also make KUnit tests of what the commands accept in their arguments; a module that has them
    /// keeps them
    #[arg(long)]
    kunit: bool,

    /// Also put the handlers behind /proc/NAME and a netlink family, so that benchmarks can compare;
    /// a module that has them keeps them
    #[arg(long)]
    bench: bool,

    /// Write nothing, and fail if a file is not what would be written
    #[arg(long, conflicts_with_all = ["force", "write_missing", "dry_run"])]
    check: bool,

    /// Write nothing, and show what would be written
    #[arg(long)]
    dry_run: bool,

    /// Show the lines that change
    #[arg(long)]
    diff: bool,

    /// Write only files that are not there
    #[arg(long, conflicts_with = "force")]
    write_missing: bool,

    /// Overwrite generated files that were changed by hand
    #[arg(long)]
    force: bool,

    /// Take an ABI that breaks callers of the one before, and record what was
    #[arg(long)]
    break_abi: bool,

    #[command(flatten)]
    in_tree: InTreeOptions,

    #[command(flatten)]
    reading: HeaderOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum WrittenIn {
    /// C
    C,
    /// Rust
    Rust,
}

impl From<WrittenIn> for Language {
    fn from(language: WrittenIn) -> Self {
        match language {
            WrittenIn::C => Self::C,
            WrittenIn::Rust => Self::Rust,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DeviceKind {
    /// A miscdevice
    Misc,
    /// A character device with minors of its own
    Cdev,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BusKind {
    /// No bus
    None,
    /// Devices of the board's firmware or of other drivers
    Platform,
    /// PCI and PCI Express
    Pci,
    /// An interface of a USB device
    Usb,
    /// A client of an I2C adapter, from Linux 6.3 on
    I2c,
    /// A part of another driver's device
    Auxiliary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FileOperation {
    /// A read gets the number of events, and a poll waits for them
    Read,
    /// The same: what a poll waits for, a read takes
    Poll,
    /// A mapping shows the device's memory
    Mmap,
}

/// The operations that were asked for.
pub(super) fn file_operations(asked: &[FileOperation]) -> FileOperations {
    FileOperations {
        events: asked.iter().any(|one| matches!(one, FileOperation::Read | FileOperation::Poll)),
        mmap: asked.contains(&FileOperation::Mmap),
    }
}

impl From<BusKind> for Bus {
    fn from(kind: BusKind) -> Self {
        match kind {
            BusKind::None => Self::None,
            BusKind::Platform => Self::Platform,
            BusKind::Pci => Self::Pci,
            BusKind::Usb => Self::Usb,
            BusKind::I2c => Self::I2c,
            BusKind::Auxiliary => Self::Auxiliary,
        }
    }
}

impl From<DeviceKind> for Device {
    fn from(kind: DeviceKind) -> Self {
        match kind {
            DeviceKind::Misc => Self::Misc,
            DeviceKind::Cdev => Self::Cdev,
        }
    }
}

fn module_name(text: &str) -> Result<String, String> {
    is_module_name(text).then(|| text.to_owned()).ok_or_else(|| {
        "a module's name begins with a small letter and has those, digits and `_`, at most 55, and is \
         no word of C: `echo`"
            .into()
    })
}

impl Arguments {
    /// The module's folder, which only patches for a tree go without.
    fn output(&self) -> &Path {
        self.output.as_deref().unwrap_or(Path::new(""))
    }
}

/// Why nothing was done.
pub(super) struct Failure {
    problems: Vec<Problem>,
    sources: SourceMap,
    outcome: Outcome,
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self { problems, sources: SourceMap::default(), outcome: Outcome::Failed }
    }
}

impl Failure {
    /// What an interface's source has that no module can be made of.
    pub(super) fn in_source(problems: Vec<Problem>, interface: &Interface) -> Self {
        Self { sources: interface.sources.clone(), ..Self::from(problems) }
    }

    pub(super) fn of(path: &Path, message: String, help: Option<&str>) -> Self {
        let problem = Problem {
            kind: ProblemKind::Failure,
            path: Some(path.to_owned()),
            span: None,
            message,
            help: help.map(str::to_owned),
        };
        Self { problems: vec![problem], ..Self::from(Vec::new()) }
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    match done(arguments) {
        Ok(outcome) => outcome,
        Err(failure) => {
            say(failure.problems, &failure.sources);
            failure.outcome
        }
    }
}

fn done(arguments: &Arguments) -> Result<Outcome, Failure> {
    let (mut interface, mut options) = read(arguments)?;
    choose(arguments, &mut interface)?;
    say(left_out(&interface), &interface.sources);
    options.language = language(arguments)?;
    options.device = arguments.device.into();
    options.bus = arguments.bus.into();
    options.with = file_operations(&arguments.with);
    options.minors = arguments.minors;
    let module = arguments.in_tree.module.as_deref().unwrap_or(arguments.output());
    options.trace = arguments.trace || has_generated(module, "_trace.h");
    options.kunit = arguments.kunit || has_generated(module, "_kunit.c");
    if let Some(linux) = &arguments.in_tree.in_tree {
        let source = arguments.sources.first().map_or(Path::new(""), PathBuf::as_path);
        let output = arguments.output.as_deref();
        return in_tree::run(&arguments.in_tree, linux, source, output, &interface, options);
    }
    options.bench = arguments.bench || has_generated(arguments.output(), "_bench.c");
    if options.language == Language::Rust {
        refuse_in_rust(arguments)?;
    }
    let plan = plan(&interface, &options).map_err(|problems| Failure {
        sources: interface.sources.clone(),
        ..Failure::from(problems)
    })?;
    let (module, userland) = rayon::join(|| render(&plan), || userland(&interface, &plan));
    let mut files = Vec::new();
    for part in [module, userland] {
        files.extend(part.map_err(|error| {
            let message = format!("a template cannot be rendered: {error:#}");
            Failure::of(arguments.output(), message, None)
        })?);
    }
    let Locked { file: lock, now: lock_now, gone } = lock(arguments, &plan)?;
    let lock_path = arguments.output().join(&lock.path);
    files.retain(|file| file.path != lock.path);
    let steps = steps(arguments.output(), &files)
        .map_err(|(path, error)| Failure::of(&path, unreadable(&error), None))?;
    let lock_changes = lock_now.as_deref() != Some(lock.text.as_bytes());
    if arguments.diff {
        for step in steps.iter().filter(|step| step.change != Change::None) {
            shown(&step.diff())?;
        }
    }
    if arguments.check {
        return Ok(check(&steps, lock_changes.then_some(lock_path.as_path())));
    }
    let chosen: Vec<&Step> = steps
        .iter()
        .filter(|step| match step.change {
            Change::None => false,
            Change::Create => true,
            Change::Update | Change::Edited => !arguments.write_missing,
        })
        .collect();
    if arguments.dry_run {
        for step in &chosen {
            shown(&format!("{}: {}\n", step.path.shown(), word(step.change)))?;
        }
        return Ok(Outcome::Done);
    }
    refuse_edited(arguments, &chosen)?;
    let mut written: Vec<NewFile<'_>> = chosen.iter().map(|step| step.new_file()).collect();
    if lock_changes && !(arguments.write_missing && lock_now.is_some()) {
        let replaces = lock_now.as_deref();
        written.push(NewFile { path: &lock_path, text: &lock.text, replaces });
    }
    if !written.is_empty() {
        write_together(arguments.output(), &written)
            .map_err(|error| unwritable(arguments.output(), &error))?;
    }
    for step in &chosen {
        tell(format_args!("{}: {}", step.path.shown(), word(step.change)));
    }
    handlers::tell(arguments.output(), &plan, &chosen, &gone);
    if !arguments.with.is_empty() {
        handlers::keeps_main(arguments.output(), &plan, &steps);
    }
    Ok(Outcome::Done)
}

/// Prints what was asked for.
fn shown(text: &str) -> Result<(), Failure> {
    print(text).map_err(|error| unprintable_problem(&error))
}

/// What was asked for cannot be printed.
pub(super) fn unprintable_problem(error: &io::Error) -> Failure {
    let problem = Problem {
        kind: ProblemKind::Failure,
        path: None,
        span: None,
        message: unprintable(error),
        help: None,
    };
    vec![problem].into()
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot read: {}", describe(error))
}

pub(super) fn unwritable(output: &Path, error: &WriteError) -> Failure {
    let failure = Failure::of(error.path().unwrap_or(output), error.to_string(), None);
    Failure { outcome: Outcome::of(error), ..failure }
}

/// Whether the module has a generated file already whose name ends so.
fn has_generated(output: &Path, end: &str) -> bool {
    let files = fs::read_dir(output.join("gen")).into_iter().flatten().flatten();
    files.into_iter().any(|file| file.file_name().to_string_lossy().ends_with(end))
}

/// What of these only a module in C can be, with what to do; `others` are options with whether they were
/// given.
pub(super) fn only_in_c(
    (device, bus, with): (DeviceKind, BusKind, &[FileOperation]),
    others: &[(&str, bool)],
) -> Option<(String, &'static str)> {
    let shape = [
        ("--device cdev", device == DeviceKind::Cdev),
        ("--bus", bus != BusKind::None),
        ("--with", !with.is_empty()),
    ];
    let mut all = shape.iter().chain(others);
    let (option, _) = all.find(|(_, is_asked)| *is_asked)?;
    let message = format!("`{option}` is for modules in C: one in Rust is a misc device");
    Some((message, "leave it out, or make the module in C"))
}

/// Refuses what only a module in C can be.
fn refuse_in_rust(arguments: &Arguments) -> Result<(), Failure> {
    let others =
        [("--trace", arguments.trace), ("--kunit", arguments.kunit), ("--bench", arguments.bench)];
    let shape = (arguments.device, arguments.bus, arguments.with.as_slice());
    match only_in_c(shape, &others) {
        None => Ok(()),
        Some((message, help)) => Err(Failure::of(arguments.output(), message, Some(help))),
    }
}

/// What the module is written in: what it was before, unless nothing is there.
fn language(arguments: &Arguments) -> Result<Language, Failure> {
    let output = arguments.output();
    let found = if has_generated(output, "_ioctl.rs") {
        Some(Language::Rust)
    } else {
        has_generated(output, "_ioctl.c").then_some(Language::C)
    };
    let asked = arguments.language.map(Language::from);
    match (asked, found) {
        (Some(asked), Some(found)) if asked != found => {
            let written = if found == Language::C { "C" } else { "Rust" };
            let message = format!("the module there is written in {written}");
            Err(Failure::of(output, message, Some("give the other one a folder of its own")))
        }
        (asked, found) => Ok(asked.or(found).unwrap_or_default()),
    }
}

/// Leaves only the interface that was asked for.
fn choose(arguments: &Arguments, interface: &mut Interface) -> Result<(), Failure> {
    let Some(name) = &arguments.interface else { return Ok(()) };
    if !interface.groups.iter().any(|group| group.name == *name) {
        let known: Vec<&str> = interface.groups.iter().map(|group| group.name.as_str()).collect();
        let path = arguments.sources.first().cloned().unwrap_or_default();
        let help = match known.as_slice() {
            [] => "the source has none that `#[derive(Ioctl)]` makes".to_owned(),
            known => format!("there is: {}", known.join(", ")),
        };
        return Err(Failure::of(&path, format!("there is no interface `{name}`"), Some(&help)));
    }
    interface.groups.retain(|group| group.name == *name);
    let kept: Vec<String> =
        interface.groups.iter().flat_map(|group| group.commands.clone()).collect();
    interface.commands.retain(|command| kept.contains(&command.name));
    Ok(())
}

fn read(arguments: &Arguments) -> Result<(Interface, Options), Failure> {
    let options = Options { name: arguments.name.clone(), ..Options::default() };
    let is_header = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "h");
    let (interface, problems) = match arguments.sources.as_slice() {
        [header] if is_header(header) => {
            let text = reading::read_text(header, limit::SOURCE)
                .map_err(|error| Failure::of(header, format!("cannot read: {error}"), None))?;
            let mut request = arguments.reading.request(header.clone());
            // Constants are a part of what callers rely on.
            request.all_definitions = true;
            let stem = header.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let (interface, mut problems) = Workers::default().read_c(&request, None);
            // Beside the module's sources, a header called `ioctl.h` would be the kernel's.
            let of_commands = symbol(&interface).filter(|_| includes(stem));
            let name = options.name.clone().or(of_commands).unwrap_or_else(|| stem.to_owned());
            problems.extend(interface.not_read());
            // A command that was not understood would be missing from the driver.
            problems.extend(interface.not_understood.iter().map(NotUnderstood::as_failure));
            let place = arguments.output().join(format!("include/uapi/linux/{name}.h"));
            let is_in_place = arguments.in_tree.in_tree.is_none() && is_same_file(header, &place);
            let found = if is_in_place {
                Header::InPlace
            } else {
                let beside = beside(header, &text, &arguments.reading.include_dirs)
                    .map_err(|(path, message)| Failure::of(&path, message, None))?;
                Header::Copied { text, beside }
            };
            let options = Options { header: Some(found), name: Some(name), ..options };
            return finished(interface, problems).map(|interface| (interface, options));
        }
        sources => {
            if let Some(header) = sources.iter().find(|path| is_header(path)) {
                let help = "give the header alone, or the Rust source without it";
                return Err(Failure::of(
                    header,
                    "a C header is not the only source".into(),
                    Some(help),
                ));
            }
            if !arguments.reading.is_empty() {
                let help = "leave out `-I`, `-D` and what is behind `--`";
                let message = "these options are for C headers, and this is Rust source";
                let path = sources.first().map_or(Path::new(""), PathBuf::as_path);
                return Err(Failure::of(path, message.into(), Some(help)));
            }
            let request = rust::Request { paths: sources.to_vec(), ..rust::Request::default() };
            let (interface, mut problems) = Workers::default().read_rust(&request);
            // An item that the derive refuses would be missing from the driver.
            for problem in &mut problems {
                if problem.kind == ProblemKind::Incomplete {
                    problem.kind = ProblemKind::Failure;
                }
            }
            (interface, problems)
        }
    };
    finished(interface, problems).map(|interface| (interface, options))
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn finished(interface: Interface, problems: Vec<Problem>) -> Result<Interface, Failure> {
    if problems.iter().any(|problem| problem.kind == ProblemKind::Failure) {
        return Err(Failure { sources: interface.sources, ..Failure::from(problems) });
    }
    // What the source does not say as a whole, the module may lack.
    say(problems, &interface.sources);
    Ok(interface)
}

/// The lock file, which records the ABI.
struct Locked {
    /// The file as it will be written.
    file: File,
    /// What it holds now. It is read only once, so that the text compared is the text replaced.
    now: Option<Vec<u8>>,
    /// Commands that the lock file has and the definition no longer does.
    gone: Vec<String>,
}

/// Prepares the lock file, unless the new ABI breaks callers of the recorded one.
fn lock(arguments: &Arguments, plan: &Plan) -> Result<Locked, Failure> {
    let path = format!("{}.abi", plan.name);
    let full = arguments.output().join(&path);
    let broken_line = |line: usize| {
        let help = "restore the file from version control, or remove it to record the ABI anew";
        Failure::of(
            &full,
            format!("line {line} does not belong in a file that records an ABI"),
            Some(help),
        )
    };
    let next = Lock::of(plan).map_err(broken_line)?;
    let now = read_below(arguments.output(), &full)
        .map_err(|error| Failure::of(&full, unreadable(&error), None))?;
    let known = match &now {
        Some(text) => Lock::parse(String::from_utf8_lossy(text).lines()).map_err(broken_line)?,
        None => Lock::default(),
    };
    let broken = known.broken_by(&next);
    if !broken.is_empty() && !arguments.break_abi {
        let help = "add a command or a member, and leave these as they were; `--break-abi` takes \
                    the change where nobody uses the ABI yet";
        let problems = broken
            .into_iter()
            .map(|broken| Failure::of(&full, broken.message, Some(help)).problems)
            .collect::<Vec<_>>()
            .concat();
        return Err(problems.into());
    }
    let gone = known.gone_from(&next);
    let text = known.followed_by(&next);
    Ok(Locked { file: File { path, ownership: Ownership::Generated, text }, now, gone })
}

fn check(steps: &[Step], lock: Option<&Path>) -> Outcome {
    let mut outcome = Outcome::Done;
    let stale = steps.iter().filter(|step| step.change != Change::None);
    for path in stale.map(|step| step.path.as_path()).chain(lock) {
        tell(format_args!(
            "{}: not what the definition comes to; run without `--check`",
            path.shown()
        ));
        outcome = Outcome::Differs;
    }
    outcome
}

fn refuse_edited(arguments: &Arguments, chosen: &[&Step]) -> Result<(), Failure> {
    let edited: Vec<&&Step> =
        chosen.iter().filter(|step| step.change == Change::Edited && !arguments.force).collect();
    if edited.is_empty() {
        return Ok(());
    }
    let help = "move the change to the definition or to a file that is yours, or overwrite it with \
                `--force`";
    let mut problems = Vec::new();
    for step in edited {
        if !arguments.diff {
            shown(&step.diff())?;
        }
        let message = "was changed by hand, or is not by ioctl-gen: nothing was written";
        problems.extend(Failure::of(&step.path, message.into(), Some(help)).problems);
    }
    Err(problems.into())
}

fn word(change: Change) -> &'static str {
    match change {
        Change::None => "as it was",
        Change::Create => "new",
        Change::Update => "changed",
        Change::Edited => "overwritten",
    }
}
