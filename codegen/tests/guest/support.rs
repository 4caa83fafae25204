//! Runs the program, and takes apart what it says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctlkit_vm::ktap::{self, Document, Test};
use tempfile::TempDir;

/// Whether the tests that take longer are wanted.
pub(crate) fn is_full() -> bool {
    ["IOCTLKIT_VM", "IOCTLKIT_ORACLE"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| value == "full"))
}

/// The program, with the cache that the tests of `ioctlkit-vm` have.
pub(crate) fn ioctl_gen() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"));
    command.env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
    command
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The results. A program may print its plan last or not at all, which is no matter here.
    pub(crate) fn results(&self) -> Document {
        let mut document = ktap::parse(&self.out);
        document.problems.retain(|problem| problem.kind != ktap::ProblemKind::NoPlan);
        document
    }

    /// Where the log is that was kept.
    pub(crate) fn log(&self) -> Option<PathBuf> {
        let (_, path) = self.err.split_once("the log is ")?;
        path.lines().next().map(PathBuf::from)
    }

    /// Removes the log that was kept, and returns what it held.
    pub(crate) fn take_log(&self) -> String {
        let log = self.log().unwrap_or_else(|| panic!("no log:\n{}", self.err));
        let text = fs::read_to_string(&log).unwrap();
        fs::remove_file(log).unwrap();
        text
    }
}

/// Runs `ioctl-gen test` over a folder.
pub(crate) fn tested(folder: &Path, arguments: &[&str]) -> Said {
    Said::of(ioctl_gen().arg("test").arg(folder).args(arguments))
}

/// The results of the step of that name.
pub(crate) fn step<'d>(kernel: &'d Test, name: &str) -> &'d Test {
    let found = kernel.subtests.iter().find(|step| step.name == name);
    found.unwrap_or_else(|| panic!("no step {name}: {kernel:#?}"))
}

/// A copy of the driver that has every defect, with the named test programs.
pub(crate) fn faulty(programs: &[&str]) -> TempDir {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest/faulty");
    let folder = tempfile::tempdir().unwrap();
    let copy = |name: &str| {
        fs::copy(source.join(name), folder.path().join(name)).unwrap();
    };
    fs::create_dir(folder.path().join("tests")).unwrap();
    ["Kbuild", "faulty.c", "faulty.h", "tests/Makefile", "tests/test.h"].into_iter().for_each(copy);
    for program in programs {
        copy(&format!("tests/{program}_test.c"));
    }
    folder
}
