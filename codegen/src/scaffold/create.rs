//! The files of a workspace are all made before the first one is written.

use std::error;
use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use ioctlkit_model::{Problem, ProblemKind};
use ioctlkit_sources::{programs, rust};

use super::files::Scaffold;
use crate::files::Signals;
use crate::module::{Language, Lock, Options, plan, render_with_handlers, userland};
use crate::{NewFile, WriteError, describe, write_together};

/// What the module does for the first commands, in the words of its own templates.
const HANDLERS: &str = include_str!("../../scaffold-template/handlers.c");
const HANDLERS_IN_RUST: &str = include_str!("../../scaffold-template/handlers.rs.in");

/// The file that the module is made of.
const INTERFACE: &str = "interface/src/lib.rs";

/// Why there is no workspace.
#[derive(Debug)]
pub enum Error {
    /// The folder holds something already.
    Occupied(PathBuf),
    /// A folder cannot be looked at.
    Read(PathBuf, io::Error),
    /// The files were not written.
    Write(WriteError),
    /// What was made is not what the generator reads: a mistake of this program.
    Refused(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(_) => f.write_str("is there already, and is not an empty folder"),
            Self::Read(_, error) => write!(f, "cannot read: {}", describe(error)),
            Self::Write(error) => error.fmt(f),
            Self::Refused(reason) => write!(f, "a template is not right: {reason}"),
        }
    }
}

impl error::Error for Error {}

impl Error {
    fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Read(path, error)
    }
}

/// Makes the workspace in `folder`, which must not be there or be empty, and returns the paths of
/// its files in it, sorted. Rust files are laid out by `rustfmt`, where that can be run. A signal that
/// asks to stop leaves nothing.
///
/// # Errors
/// [`Error`]; then there is nothing in `folder`, but for what [`WriteError::NotUndone`] names.
pub fn create(scaffold: &Scaffold, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    // From here on, so that none leaves the temporary folder that the interface is read from.
    let _signals = Signals::listen().map_err(Error::read(folder))?;
    refuse_occupied(folder)?;
    let mut files = Vec::new();
    let refused = |error| Error::Refused(format!("{error:#}"));
    for (path, text) in scaffold.files().map_err(refused)? {
        let path = PathBuf::from(path);
        let is_rust = path.extension().is_some_and(|end| end == "rs");
        let formatted = is_rust.then(|| formatted(&text, folder)).flatten();
        files.push((path, formatted.unwrap_or(text)));
    }
    let interface = files.iter().find(|(path, _)| path == Path::new(INTERFACE));
    let interface = interface.map_or("", |(_, text)| text);
    for (path, text) in module(scaffold, interface)? {
        files.push((Path::new("module").join(path), text));
    }
    files.sort();
    let places: Vec<PathBuf> = files.iter().map(|(path, _)| folder.join(path)).collect();
    let new = places.iter().zip(&files).map(|(path, (_, text))| {
        let (path, text) = (path.as_path(), text.as_str());
        NewFile { path, text, replaces: None }
    });
    write_together(folder, &new.collect::<Vec<_>>()).map_err(Error::Write)?;
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// Only an empty folder may be there.
fn refuse_occupied(folder: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::Read(folder.to_owned(), error)),
        Ok(_) => {}
    }
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        _ => Err(Error::Occupied(folder.to_owned())),
    }
}

/// How long rustfmt may take. It takes a tenth of a second.
const LONGEST: Duration = Duration::from_secs(60);

/// The text as rustfmt lays it out in that folder: how long a name is decides where lines break. Without
/// rustfmt they stay as the templates have them, which compiles as well.
fn formatted(text: &str, folder: &Path) -> Option<String> {
    let mut command = Command::new("rustfmt");
    command
        .args(["--edition", "2024", "--emit", "stdout"])
        // The folder around may be a stranger's: rustup runs the rustfmt that a toolchain file there names.
        .current_dir("/")
        .env("RUSTUP_AUTO_INSTALL", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(style) = style_of(folder) {
        command.arg("--config-path").arg(style);
    }
    let mut running = programs::Running::start(&mut command, LONGEST).ok()?;
    let (mut stdin, stdout) = (running.stdin()?, running.stdout()?);
    let written = text.to_owned();
    // In a thread: neither pipe holds a whole file.
    let writer = thread::spawn(move || stdin.write_all(written.as_bytes()));
    let mut formatted = String::new();
    let read = stdout.take(LARGEST).read_to_string(&mut formatted);
    let status = running.finish().ok()?;
    let is_whole = status.success() && read.is_ok() && writer.join().is_ok_and(|end| end.is_ok());
    is_whole.then_some(formatted)
}

/// The most bytes of a formatted file that are taken; each has some thousand.
const LARGEST: u64 = 1 << 20;

/// The file with the style that `cargo fmt` will find for files in a folder.
fn style_of(folder: &Path) -> Option<PathBuf> {
    let folder = std::path::absolute(folder).ok()?;
    let names = [".rustfmt.toml", "rustfmt.toml"];
    let above = folder.ancestors().flat_map(|above| names.map(|name| above.join(name)));
    above.into_iter().find(|path| path.is_file())
}

/// The module's files as `ioctl-gen module` makes them from the interface.
fn module(scaffold: &Scaffold, interface: &str) -> Result<Vec<(String, String)>, Error> {
    let temporary = tempfile::tempdir().map_err(Error::read(&std::env::temp_dir()))?;
    let path = temporary.path().join("lib.rs");
    fs::write(&path, interface).map_err(Error::read(&path))?;
    let (interface, problems) =
        rust::read(&rust::Request { paths: vec![path], ..rust::Request::default() });
    let failed = |problems: Vec<Problem>| {
        let messages = problems.iter().map(|problem| problem.message.as_str());
        Error::Refused(messages.collect::<Vec<_>>().join("; "))
    };
    if problems.iter().any(|problem| problem.kind == ProblemKind::Failure) {
        return Err(failed(problems));
    }
    let options = Options {
        name: Some(scaffold.name.as_str().to_owned()),
        language: scaffold.language,
        device: scaffold.device,
        bus: scaffold.bus,
        with: scaffold.with,
        ..Options::default()
    };
    let plan = plan(&interface, &options).map_err(failed)?;
    let handlers = match scaffold.language {
        Language::C => HANDLERS,
        Language::Rust => HANDLERS_IN_RUST,
    };
    let files = render_with_handlers(&plan, handlers)
        .and_then(|module| Ok([module, userland(&interface, &plan)?].concat()));
    let files = files.map_err(|error| Error::Refused(format!("{error:#}")))?;
    let lock = Lock::of(&plan);
    let lock = lock.map_err(|line| Error::Refused(format!("line {line} of the ABI")))?;
    let mut files: Vec<_> = files.into_iter().map(|file| (file.path, file.text)).collect();
    files.push((format!("{}.abi", plan.name), Lock::default().followed_by(&lock)));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::{Bus, Device, FileOperations};
    use crate::scaffold::{Dependency, TypeLetter};

    fn scaffold(name: &str) -> Scaffold {
        Scaffold {
            name: name.parse().unwrap(),
            type_letter: TypeLetter::free_for(name),
            language: Language::C,
            device: Device::Misc,
            bus: Bus::None,
            with: FileOperations::default(),
            dependency: Dependency::Registry,
        }
    }

    #[test]
    fn a_workspace_is_whole_or_not_there() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/bell");
        let files = create(&scaffold("bell"), &folder).unwrap();
        for path in ["Cargo.toml", "interface/src/lib.rs", "module/bell_main.c", "module/bell.abi"]
        {
            assert!(files.contains(&path.into()), "{path}");
            assert!(folder.join(path).is_file(), "{path}");
        }
        assert!(!folder.join(".cargo").exists(), "crates.io needs no word of cargo's");
        assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn an_empty_folder_is_filled_and_any_other_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        create(&scaffold("bell"), folder.path()).unwrap();
        assert!(folder.path().join(".gitignore").is_file());
        let before = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(before, 7, "nothing that is not the workspace's");
        let again = create(&scaffold("pulse"), folder.path());
        assert!(matches!(again, Err(Error::Occupied(_))), "{again:?}");
        let file = folder.path().join("Cargo.toml");
        let again = create(&scaffold("pulse"), &file);
        assert!(matches!(again, Err(Error::Occupied(_))), "{again:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before);
    }
}
