//! A folder of files, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A structure with a hole on some ABIs: one finding of L001.
pub(crate) const HOLE: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>

struct foo {
	__u32 a;
	__u64 b;
	__u32 c;
	__u32 reserved;
};

#define FOO_GET _IOR('x', 1, struct foo)
";

/// Nothing for L001 to find.
pub(crate) const CLEAN: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>

struct bar {
	__u64 a;
};

#define BAR_GET _IOR('x', 2, struct bar)
";

/// A folder of its own for a test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With one file.
    pub(crate) fn with(name: &str, contents: impl AsRef<[u8]>) -> Self {
        Self::new().and(name, contents)
    }

    /// With one more file.
    pub(crate) fn and(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
        self
    }

    /// Writes a header and has gcc compile it by itself.
    pub(crate) fn and_compiles(&self, name: &str, contents: &str) {
        let path = self.path(name);
        std::fs::write(&path, contents).unwrap();
        let done = Command::new("gcc").args(["-fsyntax-only", "-xc"]).arg(&path).output().unwrap();
        assert!(done.status.success(), "{contents}\n{}", String::from_utf8_lossy(&done.stderr));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program, about to be run in the folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ioctl-lint"));
        command.args(arguments).current_dir(self.0.path());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LIBCLANG_PATH"] {
            command.env_remove(name);
        }
        command.env("IOCTLKIT_NO_CACHE", "1");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        Done::of(self.command(arguments).output().unwrap(), self.0.path())
    }

    /// `check` with L001 and the rules about suppressions alone, so that other rules do not matter to the test.
    pub(crate) fn check(&self, arguments: &[&str]) -> Done {
        self.run(&[&["check", "--select", "L001,S"], arguments].concat())
    }
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    pub(crate) fn of(output: Output, folder: &Path) -> Self {
        let folder = folder.display().to_string();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&folder, "FOLDER");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// What is said besides findings: other tests hold their words.
    pub(crate) fn besides_findings(self) -> String {
        let end = self.stdout.find("warning[L001]").unwrap_or(self.stdout.len());
        Self { stdout: self.stdout[..end].to_owned(), ..self }.seen()
    }

    /// Everything that a person sees, without how long it took.
    pub(crate) fn seen(&self) -> String {
        let mut stderr = String::new();
        for line in self.stderr.lines() {
            let end = line
                .find(" s: ")
                .filter(|_| line.starts_with("checked ") || line.starts_with("compared "));
            let begin = end.and_then(|end| line[..end].rfind(' '));
            match (begin, end) {
                (Some(begin), Some(end)) => {
                    stderr = format!("{stderr}{} TIME{}", &line[..begin], &line[end..]);
                }
                _ => stderr += line,
            }
            stderr.push('\n');
        }
        format!("{}---- exit code {}\n{stderr}", self.stdout, self.code)
    }
}
