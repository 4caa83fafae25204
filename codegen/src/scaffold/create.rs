//! The workspace is made beside the place where it goes, and put there when it is whole.

use std::error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ioctlkit_model::{Problem, ProblemKind};
use ioctlkit_sources::{programs, rust};

use super::files::Scaffold;
use crate::describe;
use crate::module::{Lock, Options, plan, render_with_handlers, userland};

/// What the module does for the first commands, in the words of its own templates.
const HANDLERS: &str = include_str!("../../scaffold-template/handlers.c");

/// Why there is no workspace.
#[derive(Debug)]
pub enum Error {
    /// The folder holds something already.
    Occupied(PathBuf),
    /// A file or folder could not be made.
    Write(PathBuf, io::Error),
    /// What was made is not what the generator reads: a mistake of this program.
    Refused(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(_) => f.write_str("is there already, and is not an empty folder"),
            Self::Write(_, error) => write!(f, "cannot write: {}", describe(error)),
            Self::Refused(reason) => write!(f, "a template is not right: {reason}"),
        }
    }
}

impl error::Error for Error {}

/// Makes the workspace in `folder`, which must not be there or be empty, and returns the paths of
/// its files in it, sorted. Rust files are laid out by `rustfmt`, where that can be run.
///
/// # Errors
/// [`Error`]; then there is nothing in `folder`.
pub fn create(scaffold: &Scaffold, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let write = |path: &Path| {
        let path = path.to_owned();
        move |error| Error::Write(path, error)
    };
    let is_there = is_empty_folder(folder)?;
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    let parent = if is_there { folder } else { above.unwrap_or(Path::new(".")) };
    fs::create_dir_all(parent).map_err(write(parent))?;
    let beside = tempfile::Builder::new().prefix(".ioctl-gen-").tempdir_in(parent);
    let beside = beside.map_err(write(parent))?;
    let whole = beside.path().join("new");
    fs::create_dir(&whole).map_err(write(folder))?;

    let mut files: Vec<PathBuf> = Vec::new();
    for (path, text) in scaffold.files().map_err(|error| Error::Refused(format!("{error:#}")))? {
        put(&whole, path, &text).map_err(write(&folder.join(path)))?;
        files.push(path.into());
    }
    format_rust(&whole, &files);
    for (path, text) in module(scaffold, &whole.join("interface/src/lib.rs"))? {
        let path = format!("module/{path}");
        put(&whole, &path, &text).map_err(write(&folder.join(&path)))?;
        files.push(path.into());
    }
    files.sort();

    if is_there {
        for entry in fs::read_dir(&whole).map_err(write(folder))? {
            let entry = entry.map_err(write(folder))?;
            let path = folder.join(entry.file_name());
            fs::rename(entry.path(), &path).map_err(write(&path))?;
        }
    } else {
        fs::rename(&whole, folder).map_err(write(folder))?;
    }
    Ok(files)
}

/// Whether there is an empty folder; nothing else may be there.
fn is_empty_folder(folder: &Path) -> Result<bool, Error> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Error::Write(folder.to_owned(), error)),
        Ok(_) => {}
    }
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(true),
        _ => Err(Error::Occupied(folder.to_owned())),
    }
}

fn put(whole: &Path, path: &str, text: &str) -> io::Result<()> {
    let path = whole.join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// How long rustfmt may take. It takes a tenth of a second.
const LONGEST: Duration = Duration::from_secs(60);

/// How long a name is decides where lines break. Without rustfmt they stay as the templates have
/// them, which compiles as well.
fn format_rust(whole: &Path, files: &[PathBuf]) {
    let Ok(whole) = std::path::absolute(whole) else { return };
    let rust = files.iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let mut command = Command::new("rustfmt");
    command
        .args(["--edition", "2024"])
        .args(rust.map(|path| whole.join(path)))
        // The folder around may be a stranger's: rustup runs the rustfmt that a toolchain file there names.
        .current_dir("/")
        .env("RUSTUP_AUTO_INSTALL", "0");
    let _ = programs::answer(&mut command, LONGEST);
}

/// The module's files as `ioctl-gen module` makes them from the interface that was just written.
fn module(scaffold: &Scaffold, interface: &Path) -> Result<Vec<(String, String)>, Error> {
    let request = rust::Request { paths: vec![interface.to_owned()], ..rust::Request::default() };
    let (interface, problems) = rust::read(&request);
    let failed = |problems: Vec<Problem>| {
        let messages = problems.iter().map(|problem| problem.message.as_str());
        Error::Refused(messages.collect::<Vec<_>>().join("; "))
    };
    if problems.iter().any(|problem| problem.kind == ProblemKind::Failure) {
        return Err(failed(problems));
    }
    let options = Options {
        name: Some(scaffold.name.as_str().to_owned()),
        device: scaffold.device,
        ..Options::default()
    };
    let plan = plan(&interface, &options).map_err(failed)?;
    let files = render_with_handlers(&plan, HANDLERS)
        .and_then(|module| Ok([module, userland(&interface, &plan)?].concat()));
    let files = files.map_err(|error| Error::Refused(format!("{error:#}")))?;
    let lock = Lock::parse(plan.abi.iter().map(String::as_str));
    let lock = lock.map_err(|line| Error::Refused(format!("line {line} of the ABI")))?;
    let mut files: Vec<_> = files.into_iter().map(|file| (file.path, file.text)).collect();
    files.push((format!("{}.abi", plan.name), Lock::default().followed_by(&plan.abi, &lock)));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::Device;
    use crate::scaffold::{Dependency, TypeLetter};

    fn scaffold(name: &str) -> Scaffold {
        Scaffold {
            name: name.parse().unwrap(),
            type_letter: TypeLetter::free_for(name),
            device: Device::Misc,
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
