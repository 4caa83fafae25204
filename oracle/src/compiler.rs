//! Runs the compiler proper of an ABI.

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ioctlkit_abi::{ABIS, Abi, Provenance};

/// Options that every compilation gets: say nothing but errors, each at the line that it was
/// caused by, and put all data where it can be read as it was written.
const OPTIONS: [&str; 6] = [
    "-quiet",
    "-w",
    "-ftrack-macro-expansion=0",
    "-fno-zero-initialized-in-bss",
    "-fno-section-anchors",
    "-fno-common",
];

/// The `cc1` of an ABI.
#[derive(Debug, Clone)]
pub struct Compiler {
    abi: &'static Abi,
    cc1: &'static str,
    flags: &'static [&'static str],
}

/// Why a compiler gave no answer.
#[derive(Debug)]
pub enum CompilerError {
    /// The ABI's row was read in documents: nothing to compare with.
    NoCompiler(&'static Abi),
    /// The package is not installed.
    NotInstalled {
        /// The ABI.
        abi: &'static Abi,
        /// Where the compiler should be.
        cc1: &'static str,
        /// The Debian package that holds it.
        package: &'static str,
    },
    /// The compiler could not be run.
    Run(std::io::Error),
    /// The compiler refused the source; its words.
    Refused(String),
    /// The assembly does not say what was asked for.
    Unreadable(String),
}

impl fmt::Display for CompilerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCompiler(abi) => write!(f, "Debian has no compiler for {}", abi.name),
            Self::NotInstalled { abi, cc1, package } => write!(
                f,
                "{}: {cc1} is missing; `cargo xtask setup` or `apt-get install {package}` \
                 installs it",
                abi.name
            ),
            Self::Run(error) => write!(f, "the compiler could not be run: {error}"),
            Self::Refused(words) => write!(f, "the compiler refused the source:\n{words}"),
            Self::Unreadable(what) => write!(f, "the assembly could not be read: {what}"),
        }
    }
}

impl std::error::Error for CompilerError {}

impl Compiler {
    /// The compiler of an ABI.
    ///
    /// # Errors
    /// [`CompilerError::NoCompiler`] and [`CompilerError::NotInstalled`].
    pub fn of(abi: &'static Abi) -> Result<Self, CompilerError> {
        let Provenance::Gcc { package, cc1, flags } = abi.provenance else {
            return Err(CompilerError::NoCompiler(abi));
        };
        if !Path::new(cc1).exists() {
            return Err(CompilerError::NotInstalled { abi, cc1, package });
        }
        Ok(Self { abi, cc1, flags })
    }

    /// The compilers of every ABI that Debian has one for.
    ///
    /// # Errors
    /// [`CompilerError::NotInstalled`] for the first that is missing: a comparison that skips an
    /// ABI in silence proves nothing.
    pub fn all() -> Result<Vec<Self>, CompilerError> {
        ABIS.iter()
            .filter(|abi| matches!(abi.provenance, Provenance::Gcc { .. }))
            .map(Self::of)
            .collect()
    }

    /// The ABI.
    pub fn abi(&self) -> &'static Abi {
        self.abi
    }

    /// Compiles C text to assembly. `include_dirs` are the only places where headers are found.
    ///
    /// # Errors
    /// [`CompilerError::Run`], and [`CompilerError::Refused`] with what the compiler said.
    pub fn assembly(
        &self,
        source: &str,
        include_dirs: &[PathBuf],
    ) -> Result<String, CompilerError> {
        self.run(source, include_dirs, &[])
    }

    /// Runs the preprocessor.
    ///
    /// # Errors
    /// As [`Compiler::assembly`].
    pub fn preprocessed(
        &self,
        source: &str,
        include_dirs: &[PathBuf],
        options: &[&str],
    ) -> Result<String, CompilerError> {
        self.run(source, include_dirs, &[&["-E", "-P"], options].concat())
    }

    /// The macros that are defined before the first line, as `NAME` and text.
    ///
    /// # Errors
    /// As [`Compiler::assembly`].
    pub fn predefined(&self) -> Result<Vec<(String, String)>, CompilerError> {
        Ok(self
            .run("", &[], &["-E", "-dM"])?
            .lines()
            .filter_map(|line| line.strip_prefix("#define "))
            .map(|definition| match definition.split_once(' ') {
                Some((name, text)) => (name.to_owned(), text.to_owned()),
                None => (definition.to_owned(), String::new()),
            })
            .collect())
    }

    fn run(
        &self,
        source: &str,
        include_dirs: &[PathBuf],
        options: &[&str],
    ) -> Result<String, CompilerError> {
        let mut command = Command::new(self.cc1);
        command.args(OPTIONS).args(self.flags).args(options).arg("-nostdinc");
        for folder in include_dirs {
            command.arg("-isystem").arg(folder);
        }
        command.args(["-", "-o", "-"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(CompilerError::Run)?;
        let mut input = child.stdin.take();
        let output = std::thread::scope(|scope| {
            // A thread of its own, so that neither side waits for the other's full pipe. The
            // compiler closes its input early where it gives up: its words say more than that.
            scope.spawn(move || input.take().map(|mut pipe| pipe.write_all(source.as_bytes())));
            child.wait_with_output()
        })
        .map_err(CompilerError::Run)?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(CompilerError::Refused(words));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
