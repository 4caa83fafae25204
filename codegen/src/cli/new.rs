//! `ioctl-gen new`.

use std::path::{Path, PathBuf};

use clap::Args;
use ioctl_gen::module::Language;
use ioctl_gen::scaffold::{Dependency, Error, Name, Scaffold, TypeLetter, create, parse_letter};
use ioctl_gen::streams::print;
use ioctlkit_model::{Problem, ProblemKind, SourceMap};

use super::module::{BusKind, DeviceKind, FileOperation, WrittenIn, file_operations, only_in_c};
use super::{Outcome, say, unprintable};
use ioctlkit_report::visible::ShownPath as _;

/// Make a workspace for a new driver: its interface, its kernel module, and their tests
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-gen new echo
  ioctl-gen new gas_meter --type 0xe9 --device cdev --path ~/gas-meter

The interface has three commands to begin with. What is made passes `cargo test`,
`ioctl-lint check .` and `ioctl-gen module … --check`, and the module builds without a warning.

ioctlkit is not on crates.io yet: unless `--ioctlkit` says otherwise, the new workspace takes it
from the sources that this program was built from, by a line in .cargo/config.toml.")]
pub(super) struct Arguments {
    /// What the driver is called: `echo` for /dev/echo and echo.ko
    name: Name,

    /// The new folder [default: the driver's name]
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,

    /// The type letter of its commands, a character or `0xe9` [default: one that is free]
    #[arg(long = "type", value_name = "CHAR", value_parser = parse_letter)]
    type_letter: Option<u8>,

    /// The first of the 32 nr that it takes, such as `0x40`, beside another driver of the same type
    #[arg(long, value_name = "NR", default_value = "0", value_parser = nr, requires = "type_letter")]
    first_nr: u8,

    /// What the module is written in; Rust is for kernels from 7.2 on that are built with `CONFIG_RUST`
    #[arg(long, value_enum, default_value = "c")]
    language: WrittenIn,

    /// How the file in /dev comes about
    #[arg(long, value_enum, default_value = "misc")]
    device: DeviceKind,

    /// The bus that the device is on; without one, it is there as long as the module is
    #[arg(long, value_enum, default_value = "none")]
    bus: BusKind,

    /// What a file can do beside its commands, for you to fill in
    #[arg(long, value_enum, value_delimiter = ',', value_name = "OPERATIONS")]
    with: Vec<FileOperation>,

    /// The folder of the ioctlkit crate, or of its repository
    #[arg(long, value_name = "DIR")]
    ioctlkit: Option<PathBuf>,
}

fn nr(text: &str) -> Result<u8, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.map_err(|_| "an nr has 8 bits: `64` or `0x40`".into())
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let name = &arguments.name;
    let folder = arguments.path.clone().unwrap_or_else(|| name.as_str().into());
    let scaffold = match scaffold(arguments) {
        Ok(scaffold) => scaffold,
        Err(problem) => return failed(problem, Outcome::Failed),
    };
    match create(&scaffold, &folder) {
        Ok(files) => match print(&told(&scaffold, &folder, &files)) {
            Ok(()) => Outcome::Done,
            Err(error) => {
                let message = format!("the workspace is made, but {}", unprintable(&error));
                failed(problem(Some(&folder), message, None), Outcome::Failed)
            }
        },
        Err(error) => {
            let outcome = match &error {
                Error::Write(error) => Outcome::of(error),
                _ => Outcome::Failed,
            };
            failed(failure(&folder, &error), outcome)
        }
    }
}

fn failed(problem: Problem, outcome: Outcome) -> Outcome {
    say(vec![problem], &SourceMap::default());
    outcome
}

fn scaffold(arguments: &Arguments) -> Result<Scaffold, Problem> {
    let shape = (arguments.device, arguments.bus, arguments.with.as_slice());
    if arguments.language == WrittenIn::Rust
        && let Some((message, help)) = only_in_c(shape, &[])
    {
        return Err(problem(None, message, Some(help)));
    }
    let type_letter = match arguments.type_letter {
        Some(letter) => TypeLetter::new(letter, arguments.first_nr)
            .map_err(|message| problem(None, message, None))?,
        None => TypeLetter::free_for(arguments.name.as_str()),
    };
    let dependency = match &arguments.ioctlkit {
        Some(folder) => {
            Dependency::in_folder(folder).map_err(|message| problem(Some(folder), message, None))?
        }
        None => Dependency::as_built(),
    };
    Ok(Scaffold {
        name: arguments.name.clone(),
        type_letter,
        language: arguments.language.into(),
        device: arguments.device.into(),
        bus: arguments.bus.into(),
        with: file_operations(&arguments.with),
        dependency,
    })
}

fn failure(folder: &Path, error: &Error) -> Problem {
    let (path, help) = match error {
        Error::Occupied(path) => (path.as_path(), Some("name another folder with `--path`")),
        Error::Read(path, _) => (path.as_path(), None),
        Error::Write(error) => (error.path().unwrap_or(folder), None),
        Error::Refused(_) => (folder, Some("this is a mistake of ioctl-gen: please report it")),
    };
    problem(Some(path), error.to_string(), help)
}

fn problem(path: Option<&Path>, message: String, help: Option<&str>) -> Problem {
    Problem {
        kind: ProblemKind::Failure,
        path: path.map(Path::to_owned),
        span: None,
        message,
        help: help.map(str::to_owned),
    }
}

/// What was made, and what to do with it.
fn told(scaffold: &Scaffold, folder: &Path, files: &[PathBuf]) -> String {
    let name = &scaffold.name;
    let dependency = match &scaffold.dependency {
        Dependency::Registry => String::new(),
        Dependency::Folder(path) => {
            format!(".cargo/config.toml takes ioctlkit from {}\n", path.shown())
        }
    };
    let make = match scaffold.language {
        Language::C => "make -C module          # for the running kernel\n  ",
        Language::Rust => "",
    };
    format!(
        "{}: {} files, for /dev/{name} with commands of type {}\n\
         {dependency}\n\
         Next:\n  \
         cd {}\n  \
         cargo test\n  \
         ioctl-lint check .\n  \
         {make}ioctl-gen test module   # in a guest, no root needed\n\n\
         After a change of interface/src/lib.rs:\n  \
         {}\n",
        folder.shown(),
        files.len(),
        scaffold.type_letter,
        folder.shown(),
        scaffold.regenerate()
    )
}
