//! `ioctl-lint kbuild`: what `make C=1 CHECK=…` runs for each source file of a kernel or a module.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use ioctl_lint::config::FailOn;
use ioctlkit_model::SourceMap;
use ioctlkit_report::Format;
use ioctlkit_sources::{c, driver};

use super::Outcome;
use super::check::{self, Scope, Whole};
use super::failure::{Failure, outcome_of};
use super::reading::ReadOptions;
use super::rule_choice::{RULES, RuleChoice};
use super::terminal::Terminal;

/// Check a source file as part of a kernel build: `make C=1 CHECK="ioctl-lint kbuild"`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  make C=1 CHECK=\"ioctl-lint kbuild\" drivers/vdpa/
  make C=2 CHECK=\"ioctl-lint kbuild\" M=$PWD -C /lib/modules/$(uname -r)/build
  make C=1 CHECK=\"ioctl-lint kbuild --fail-on error\"

Kbuild appends the compiler's options and the name of the file. Of these the folders that are searched
for headers matter: the commands that the file handles are looked for there. Findings go to standard
error, a line each, as a compiler's do. `ioctl-lint check FOLDER` sees more: functions of a driver's
other files, and its headers.

Exit codes:
  0  no finding at or above --fail-on
  1  findings at or above --fail-on, which stops the build
  2  the file could not be used")]
pub(super) struct Arguments {
    #[command(flatten)]
    choice: RuleChoice,

    /// Exit with 1 if anything of this severity or above is found
    #[arg(
        long, value_enum, hide_possible_values = true, value_name = "error|warning|info|never",
        default_value = "never", help_heading = RULES
    )]
    fail_on: FailOn,

    /// Use this configuration instead of the nearest ioctl-lint.toml at or above the file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The compiler's options, and the file
    #[arg(
        value_name = "COMPILER ARGUMENTS",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    words: Vec<OsString>,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let Compiled { file, include_dirs } = Compiled::of(&arguments.words)?;
    // Most files of a kernel handle no command; a build of it has no time for more than a look at these.
    let unreadable = |problem| Failure::of_problems(vec![problem], SourceMap::default());
    if !driver::has_handlers(&file).map_err(unreadable)? {
        return Ok(Outcome::Clean);
    }
    let reading = ReadOptions::of_build(include_dirs, arguments.config.clone());
    let whole = check::find(&Scope::of_file(file, arguments.choice.clone(), reading))?;
    let Whole { report, sources, .. } = &whole;
    terminal.say(|out, style| Format::Concise.render(report, sources, style, out));
    let fails = report.findings.iter().any(|finding| arguments.fail_on.fails(finding.severity));
    let findings = if fails { Outcome::Findings } else { Outcome::Clean };
    Ok(findings.max(outcome_of(&report.problems)))
}

/// The file that Kbuild compiles, and the folders where the compiler searches for headers.
#[derive(Debug, PartialEq, Eq)]
struct Compiled {
    file: PathBuf,
    include_dirs: Vec<PathBuf>,
}

impl Compiled {
    fn of(words: &[OsString]) -> Result<Self, Failure> {
        let is_source = |path: &&Path| path.extension().is_some_and(|extension| extension == "c");
        // Kbuild has the file behind all options.
        let file = words.iter().rev().map(Path::new).find(is_source).ok_or_else(|| {
            Failure::new("no `.c` file is among the compiler's arguments")
                .help("Kbuild names it: `make C=1 CHECK=\"ioctl-lint kbuild\"`; to check files by name, use `ioctl-lint check`")
        })?;
        let text: Vec<String> =
            words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let sorted = c::sort_arguments(&text, Path::new(""));
        // Commands are declared for programs, which a kernel's other headers are not for.
        let folders = sorted.allowed.iter().filter_map(|argument| argument.folder());
        let folders = folders.filter(|folder| !c::is_kernels_own(folder)).map(Path::to_owned);
        Ok(Self { file: file.to_owned(), include_dirs: folders.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(line: &str) -> Compiled {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        Compiled::of(&words).unwrap()
    }

    #[test]
    fn the_file_and_the_folders_are_taken_from_what_kbuild_says() {
        // As `make V=1 C=1` shows it, without most of its options.
        let line = "-D__linux__ -Dlinux -D__STDC__ -Wbitwise -m64 -Wp,-MMD,drivers/.a.o.d -nostdinc \
            -I./arch/x86/include -I ./include/uapi -include ./include/linux/kconfig.h -D__KERNEL__ \
            -isystem /opt/sdk -DKBUILD_MODNAME=\"a\" drivers/a.c";
        assert_eq!(
            compiled(line),
            Compiled {
                file: "drivers/a.c".into(),
                include_dirs: ["./arch/x86/include", "./include/uapi", "/opt/sdk"]
                    .map(PathBuf::from)
                    .to_vec(),
            }
        );
    }

    #[test]
    fn without_a_file_the_message_says_how_kbuild_names_it() {
        let failure = Compiled::of(&["-DX".into(), "x.S".into()]).unwrap_err();
        assert!(format!("{failure:?}").contains("make C=1"), "{failure:?}");
    }
}
