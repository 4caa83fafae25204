//! Builds of strangers' sources. A makefile runs what it likes, so that what it may reach is taken
//! from it before make starts: it reads the toolchain and the kernel's headers, writes in its own
//! folder, and has neither network nor environment.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctlkit_sandbox::{Calls, ClosedGroup, Confinement, Files, Missing};

use crate::error::VmError;

/// Whose makefiles a folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The user's own: they may do what the user may.
    Trusted,
    /// A stranger's: they are run where they can neither write elsewhere nor reach the network.
    Confined,
}

/// What toolchains consist of. `/etc` holds secrets besides.
const READABLE: [&str; 21] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/gnu/store",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/group",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/version",
    "/proc/sys/kernel",
];

/// What a shell redirects to and from.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// What of the environment is kept: where programs are. What belongs to the build is set beside it.
const KEPT: [&str; 1] = ["PATH"];

impl Trust {
    /// Takes from a command what it shall not have. `temporary` becomes its folder for temporary
    /// files, and its home.
    ///
    /// # Errors
    /// [`VmError::NoConfinement`] on a machine that cannot.
    pub(crate) fn prepare(self, command: &mut Command, temporary: &Path) -> Result<(), VmError> {
        command.env("TMPDIR", temporary);
        if self == Self::Trusted {
            return Ok(());
        }
        let kept: Vec<(&str, OsString)> =
            KEPT.iter().filter_map(|name| Some((*name, env::var_os(name)?))).collect();
        command.env_clear().envs(kept).env("LC_ALL", "C");
        command.env("TMPDIR", temporary).env("HOME", temporary);
        let group = ClosedGroup::new().map_err(refused)?;
        // SAFETY: between fork and exec, nothing is allocated and no lock is taken. `apply_filter` of
        // seccompiler 0.5 makes two system calls with a program that exists already, and its errors
        // are numbers; look at it again before a newer seccompiler is used.
        unsafe {
            command.pre_exec(move || group.enter());
        }
        Ok(())
    }

    /// Confines this thread, and all that it starts, for good.
    ///
    /// # Errors
    /// [`VmError::NoConfinement`] on a kernel that cannot.
    pub(crate) fn enter(self, headers: Option<&Path>, writable: &[&Path]) -> Result<(), VmError> {
        if self == Self::Trusted {
            return Ok(());
        }
        let mut readable: Vec<PathBuf> = READABLE.iter().map(PathBuf::from).collect();
        readable.extend(toolchains(
            &env::var_os("PATH").unwrap_or_default(),
            env::var_os("HOME").map(PathBuf::from).as_deref(),
        ));
        readable.extend(headers.into_iter().flat_map(of_headers));
        let files = Files {
            readable,
            listable: Vec::new(),
            writable: writable.iter().map(|&folder| folder.to_owned()).collect(),
            devices: DEVICES.iter().map(PathBuf::from).collect(),
        };
        let confinement = Confinement { files, calls: Calls::Building, address_space: None };
        confinement.enter().into_iter().next().map_or(Ok(()), |missing| Err(refused(missing)))
    }

    /// A failure of a build, with what on this machine may be behind it.
    pub(crate) fn explained(self, error: VmError) -> VmError {
        match self {
            Self::Trusted => error,
            Self::Confined => with_note(error, ioctlkit_sandbox::refuses_changes()),
        }
    }
}

fn with_note(error: VmError, note: Option<String>) -> VmError {
    match (error, note) {
        (VmError::Failed { command, status, output }, Some(note)) => {
            let output = format!("{}\nnote: {note}", output.trim_end());
            VmError::Failed { command, status, output }
        }
        (error, _) => error,
    }
}

fn refused(Missing { layer, reason }: Missing) -> VmError {
    VmError::NoConfinement { layer, reason }
}

/// Folders of programs that the user has put elsewhere, with what belongs to them: `/opt/x` for
/// `/opt/x/bin`, but never a home, nor what holds homes.
fn toolchains(path: &OsStr, home: Option<&Path>) -> Vec<PathBuf> {
    // A folder may be reached by other names than the home's own.
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let home = home.map(real);
    let holds_home = |folder: &Path| {
        let is_above = |home: &PathBuf| home.starts_with(folder);
        folder == Path::new("/") || folder == Path::new("/home") || home.iter().any(is_above)
    };
    let mut folders = Vec::new();
    for programs in env::split_paths(path).filter(|folder| folder.is_absolute()) {
        let programs = real(&programs);
        let prefix = programs.parent().filter(|_| programs.ends_with("bin"));
        let is_in_home = home.as_ref().is_some_and(|home| programs.starts_with(home));
        let prefix = prefix.filter(|prefix| prefix.starts_with("/opt") && !is_in_home);
        folders.extend(prefix.map(Path::to_owned));
        folders.push(programs);
    }
    folders.retain(|folder| !holds_home(folder));
    folders
}

/// The folder of headers with what it refers to: Debian's are in several folders below one `usr`,
/// and a kernel that was built outside of its sources has a link to them.
fn of_headers(headers: &Path) -> Vec<PathBuf> {
    let mut folders = vec![headers.to_owned()];
    folders.extend(headers.canonicalize());
    folders.extend(headers.join("source").canonicalize());
    let above: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| folder.ancestors())
        .filter(|folder| folder.ends_with("usr"))
        .map(Path::to_owned)
        .collect();
    folders.extend(above);
    folders
}

#[cfg(test)]
mod tests {
    use std::process::ExitStatus;

    use super::*;

    #[test]
    fn what_hinders_builds_on_this_machine_is_said_where_one_fails() {
        let failed = || VmError::Failed {
            command: "make".into(),
            status: ExitStatus::default(),
            output: "chmod: Operation not permitted\n".into(),
        };
        let said = with_note(failed(), Some("modes cannot be changed".into())).to_string();
        let end = "chmod: Operation not permitted\nnote: modes cannot be changed";
        assert!(said.ends_with(end), "{said}");
        assert_eq!(with_note(failed(), None).to_string(), failed().to_string());
    }

    #[test]
    fn a_path_through_a_home_or_what_holds_homes_opens_neither() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().canonicalize().unwrap();
        let home = place.join("user");
        std::fs::create_dir_all(home.join("bin")).unwrap();
        std::os::unix::fs::symlink(&home, place.join("link")).unwrap();
        let above = place.parent().unwrap().to_owned();
        let through = [
            Path::new("/"),
            Path::new("/home"),
            &above,
            &place,
            &home,
            &place.join("link"),
            &home.join("bin"),
            Path::new("bin"),
            Path::new(""),
            Path::new("/opt/tool/bin"),
        ];
        let path = env::join_paths(through).unwrap();
        let expected = ["/opt/tool".into(), "/opt/tool/bin".into()];
        let mut opened = toolchains(&path, Some(&place.join("link")));
        assert_eq!(opened.remove(0), home.join("bin"));
        assert_eq!(opened, expected.map(|path: PathBuf| path));
    }
}
