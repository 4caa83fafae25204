//! `ioctl-gen import`.

use std::path::{Path, PathBuf};

use clap::Args;
use ioctl_gen::import::{Bindgen, Failure, Imported, Request, import_by, is_made_by_import};
use ioctl_gen::streams::{print_exactly, tell};
use ioctl_gen::{NewFile, describe, read_below, write_alone};
use ioctlkit_abi::spelling::is_type_name;
use ioctlkit_model::{Problem, ProblemKind};
use ioctlkit_sources::c;
use ioctlkit_sources::worker::Workers;
use regex::Regex;

use super::headers::HeaderOptions;
use super::{Outcome, say, unprintable};
use ioctlkit_report::visible::ShownPath as _;

/// Make a Rust module of a C header
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-gen import linux/vduse.h -o src/vduse.rs
  ioctl-gen import include/uapi/linux/echo.h --interface-name Echo
  ioctl-gen import linux/kvm.h --allow '^KVM_(GET|SET)_REGS$'
  ioctl-gen import foo.h -o src/foo.rs -- -include linux/if.h

The module uses the crate `ioctlkit`; where structures end in an array, with its feature `alloc`.")]
pub(super) struct Arguments {
    /// A header: a path, or a name below an include folder such as `linux/vduse.h`
    #[arg(value_name = "HEADER")]
    header: PathBuf,

    /// Write to this file instead of standard output; a file that `ioctl-gen` did not write is left alone
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write nothing, and fail if the file is not what would be written
    #[arg(long, requires = "output")]
    check: bool,

    /// Replace the file whoever wrote it
    #[arg(long, requires = "output", conflicts_with = "check")]
    force: bool,

    /// What the device is called [default: after the header]
    #[arg(long, value_name = "NAME", value_parser = type_name)]
    interface_name: Option<String>,

    /// Import only what this regular expression matches, by its name in C, and what that needs; may
    /// be given several times
    #[arg(long, value_name = "REGEX")]
    allow: Vec<Regex>,

    /// Make members of the padding that C leaves unnamed, where it is the same on every ABI
    #[arg(long)]
    explicit_padding: bool,

    #[command(flatten)]
    reading: HeaderOptions,
}

fn type_name(text: &str) -> Result<String, String> {
    if is_type_name(text) {
        Ok(text.to_owned())
    } else {
        Err("a type's name is a capital and at most 254 letters and digits behind it: `Echo`"
            .into())
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    match done(arguments) {
        Ok(outcome) => outcome,
        Err(failure) => {
            say(failure.problems, &failure.sources);
            Outcome::Failed
        }
    }
}

fn done(arguments: &Arguments) -> Result<Outcome, Failure> {
    let workers = Workers::default();
    let read = |header: &c::Request| workers.read_c(header, None);
    let imported =
        import_by(&request(arguments)?, read, |bindgen: &Bindgen| bindgen.run_by(&workers))?;
    let Some(file) = &arguments.output else {
        print_exactly(&imported.text).map_err(|error| failure(None, &unprintable(&error), None))?;
        return Ok(Outcome::Done);
    };
    let known = read_below(file, file).map_err(|error| {
        failure(Some(file), &format!("cannot read: {}", describe(&error)), None)
    })?;
    if arguments.check {
        return Ok(check(file, known.as_deref(), &imported));
    }
    let is_ours = |bytes: &[u8]| is_made_by_import(&String::from_utf8_lossy(bytes));
    if known.as_deref().is_some_and(|bytes| !is_ours(bytes)) && !arguments.force {
        let message = "`ioctl-gen import` did not write this file, and leaves it alone";
        let help = "name another file with `--output`, or replace it with `--force`";
        return Err(failure(Some(file), message, Some(help)));
    }
    let new = NewFile { path: file, text: &imported.text, replaces: known.as_deref() };
    if let Err(error) = write_alone(new) {
        let failure = failure(error.path().or(Some(file)), &error.to_string(), None);
        say(failure.problems, &failure.sources);
        return Ok(Outcome::of(&error));
    }
    let left_out = match imported.left_out.len() {
        0 => String::new(),
        count => format!("; {count} left out, as its head says"),
    };
    tell(format_args!("{}: {} commands{left_out}", file.shown(), imported.commands));
    Ok(Outcome::Done)
}

fn check(file: &Path, known: Option<&[u8]>, imported: &Imported) -> Outcome {
    if known == Some(imported.text.as_bytes()) {
        return Outcome::Done;
    }
    let message =
        if known.is_some() { "the file is not" } else { "there is no file, which is not" };
    tell(format_args!(
        "{}: {message} what the header comes to; run without `--check`",
        file.shown()
    ));
    Outcome::Differs
}

fn request(arguments: &Arguments) -> Result<Request, Failure> {
    let header = find(&arguments.header, &arguments.reading.include_dirs).ok_or_else(|| {
        let help = "check the spelling, or name its folder with `-I`";
        failure(Some(&arguments.header), "cannot read: no such file or directory", Some(help))
    })?;
    Ok(Request {
        header,
        shown: arguments.header.shown(),
        interface_name: arguments.interface_name.clone(),
        include_dirs: arguments.reading.include_dirs.clone(),
        defines: arguments.reading.defines.clone(),
        compiler_arguments: arguments.reading.for_compiler.clone(),
        allow: arguments.allow.clone(),
        explicit_padding: arguments.explicit_padding,
    })
}

/// The header at that path, or of that name below a folder that is searched.
fn find(header: &Path, include_dirs: &[PathBuf]) -> Option<PathBuf> {
    if header.exists() {
        return Some(header.to_owned());
    }
    let system = PathBuf::from("/usr/include");
    let folders = include_dirs.iter().chain([&system]);
    folders.map(|folder| folder.join(header)).find(|path| path.exists())
}

fn failure(path: Option<&Path>, message: &str, help: Option<&str>) -> Failure {
    let problem = Problem {
        kind: ProblemKind::Failure,
        path: path.map(Path::to_owned),
        span: None,
        message: message.to_owned(),
        help: help.map(str::to_owned),
    };
    Failure { problems: vec![problem], ..Failure::default() }
}
