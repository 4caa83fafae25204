//! The one place where git is run. A repository may be a stranger's, with its configuration: git runs
//! no other program, fetches nothing, asks nobody, and comes to an end.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use ioctlkit_sources::programs::{self, Answer, RunError, Running};

use crate::cli::failure::Failure;

/// How long one run of git may take. To list a kernel's tree and to write its exported headers takes
/// two seconds from a cold disk.
const LONGEST: Duration = Duration::from_secs(120);

/// Settings by which a repository's own would run programs, in front of those. Protocols that have a
/// setting by their own name are named: it counts before `protocol.allow`.
const SETTINGS: [&str; 21] = [
    "safe.bareRepository=explicit",
    "core.alternateRefsCommand=false",
    "core.askPass=false",
    "core.editor=false",
    "core.fsmonitor=false",
    "core.gitProxy=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.sshCommand=false",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "gpg.program=false",
    "maintenance.auto=false",
    "protocol.allow=never",
    "protocol.ext.allow=never",
    "protocol.file.allow=never",
    "protocol.git.allow=never",
    "protocol.http.allow=never",
    "protocol.https.allow=never",
    "protocol.ssh.allow=never",
];

/// Variables that hold whatever a repository's configuration says. No protocol is named in the second,
/// so none is allowed, and that cannot be overruled.
const VARIABLES: [(&str, &str); 9] = [
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_ASKPASS", "false"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_SSH_COMMAND", "false"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("SSH_ASKPASS", "false"),
    ("LC_ALL", "C"),
];

/// What of git's variables is the user's own say about configuration, such as which folders are safe.
const KEPT: [&str; 4] =
    ["GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"];

/// How git is run.
#[derive(Debug, Clone)]
pub(super) struct Git {
    folder: PathBuf,
    /// Whether the folder is the repository itself.
    is_bare: bool,
    time: Duration,
}

impl Git {
    /// In a folder.
    pub(super) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), is_bare: false, time: LONGEST }
    }

    /// In a folder that is a repository without a work tree.
    pub(super) fn at_bare(folder: &Path) -> Self {
        Self { is_bare: true, ..Self::at(folder) }
    }

    #[cfg(test)]
    fn for_no_longer_than(self, time: Duration) -> Self {
        Self { time, ..self }
    }

    /// What git answers.
    pub(super) fn output(&self, arguments: &[&str]) -> Result<String, Failure> {
        let Answer { status, stdout, stderr } =
            programs::answer(self.command().args(arguments), self.time)
                .map_err(|error| failed(arguments, error))?;
        if status.success() {
            return String::from_utf8(stdout)
                .map_err(|_| Failure::new("git names a path that is not UTF-8"));
        }
        Err(refused(arguments, &String::from_utf8_lossy(&stderr)))
    }

    /// Starts git, to be talked to.
    pub(super) fn start(&self, arguments: &[&str]) -> Result<Running, Failure> {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        Running::start(&mut command, self.time).map_err(|error| failed(arguments, error))
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_repository(name)) {
            command.env_remove(name);
        }
        command.envs(VARIABLES);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.arg("--no-pager").arg("-C").arg(&self.folder);
        if self.is_bare {
            // Git takes one that is only come upon for a stranger's.
            command.arg("--git-dir=.");
        }
        command
    }
}

/// Whether a variable may lead git to another repository, to programs, or to files to write.
fn is_of_repository(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("GIT_") && !KEPT.iter().any(|kept| name.starts_with(kept))
}

/// What went wrong with running git.
pub(super) fn failed(arguments: &[&str], error: RunError) -> Failure {
    let what = arguments.first().unwrap_or(&"");
    match error {
        RunError::System(error) => Failure::of_io("cannot run git", &error)
            .help("install git, or name two folders instead"),
        other => Failure::new(format!("`git {what}` gave no answer: {other}"))
            .help("look at the repository, or name two folders instead"),
    }
}

/// What git says about itself, and of the repository no more than its path: it quotes files whose form
/// it does not understand.
fn refused(arguments: &[&str], said: &str) -> Failure {
    const KNOWN: [&str; 4] = [
        "fatal: not a git repository",
        "fatal: detected dubious ownership in repository",
        "fatal: cannot use bare repository",
        "fatal: this operation must be run in a work tree",
    ];
    let what = arguments.first().unwrap_or(&"");
    let line = said.lines().find(|line| KNOWN.iter().any(|known| line.starts_with(known)));
    match line.map(|line| line.trim_start_matches("fatal: ").trim_end_matches(':')) {
        Some(line) => Failure::new(format!("git {what}: {line}")),
        None => Failure::new(format!("`git {what}` failed")).help(
            "run it by hand to see why; nothing is fetched here that a shallow or partial clone lacks",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_that_makes_git_wait_ends_the_run_with_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let init = Git::at(folder.path()).output(&["init", "--quiet"]);
        assert!(init.is_ok(), "{init:?}");
        let head = folder.path().join(".git/HEAD");
        std::fs::remove_file(&head).unwrap();
        let made = Command::new("mkfifo").arg(&head).status().unwrap();
        assert!(made.success());
        let git = Git::at(folder.path()).for_no_longer_than(Duration::from_secs(1));
        let told = format!("{:?}", git.output(&["rev-parse", "--verify", "HEAD"]).unwrap_err());
        assert!(
            told.contains("`git rev-parse` gave no answer: it did not end within 1 s"),
            "{told}"
        );
    }

    #[test]
    fn variables_that_lead_elsewhere_are_not_passed_on() {
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_EXTERNAL_DIFF", "GIT_TRACE", "GIT_SSH"] {
            assert!(is_of_repository(OsStr::new(name)), "{name}");
        }
        for name in ["GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_EXEC_PATH", "PATH", "HOME"] {
            assert!(!is_of_repository(OsStr::new(name)), "{name}");
        }
    }
}
