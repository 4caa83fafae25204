//! `ioctl-bench run`.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::ValueEnum;

use super::{Ending, print, say, when};
use crate::guest::{self, KernelChoice, Wish};
use crate::plan::{Pace, Plan, Preset, Suite};
use crate::results::{Outcome, Results};
use crate::run::{self, Event, Launcher};
use crate::sys::signals;
use crate::{Error, files, machine, table};

/// Measures, prints a table, and writes the results as JSON
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where to measure: on this kernel, or in a guest with the generated module
    #[arg(long, value_enum, default_value_t)]
    suite: SuiteName,
    #[command(flatten)]
    what: What,
    /// Where to write the results; a file that is there is not replaced
    /// [default: ioctl-bench-SUITE-TIME.json]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    guest: GuestArguments,
}

/// What is measured.
#[derive(Debug, clap::Args)]
pub(super) struct What {
    /// The experiment of an article: article-000 or article-003
    #[arg(long, value_name = "NAME", conflicts_with = "sizes")]
    preset: Option<String>,
    /// Only these mechanisms (`shm-futex`) or variants (`shm-futex/wait`)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// The payloads, in bytes [default: 8,64,512,1024,4096, or 64,1024 with --quick]
    #[arg(long, value_name = "BYTES", value_delimiter = ',', value_parser = bytes)]
    sizes: Vec<usize>,
    /// A first look: less time for each case, two sizes, 2 to 5 restarts
    #[arg(long)]
    quick: bool,
    /// How often each case is measured, each time by a new process
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: Option<u32>,
    /// What the order is drawn with; the same number draws the same order
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

/// What else `--suite guest` can be told.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "With --suite guest")]
struct GuestArguments {
    /// This program, linked statically [default: the program itself]
    #[arg(long = "guest-program", value_name = "FILE")]
    program: Option<PathBuf>,
    /// How many processors the guest has; peers that do not sleep need two, and KVM
    #[arg(long = "guest-processors", value_name = "COUNT", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=64))]
    processors: u32,
    /// A kernel of your own, or `debian` [default: the small one that `cargo xtask kernel` builds,
    /// which has `user_events`, or else Debian's 6.12]
    #[arg(long = "guest-kernel", value_name = "FILE")]
    kernel: Option<PathBuf>,
    /// The headers to build the module for that kernel with
    #[arg(long = "guest-headers", value_name = "DIR", requires = "kernel")]
    headers: Option<PathBuf>,
}

impl GuestArguments {
    fn choice(&self) -> Result<KernelChoice, Error> {
        match (&self.kernel, &self.headers) {
            (Some(word), None) if word == Path::new("debian") => Ok(KernelChoice::Debian),
            (Some(image), Some(headers)) => {
                Ok(KernelChoice::Own { image: image.clone(), headers: headers.clone() })
            }
            (Some(image), None) => {
                let why = "takes --guest-headers, to build the module for that kernel with";
                Err(Error::File { path: image.display().to_string(), why: why.to_owned() })
            }
            (None, _) => Ok(KernelChoice::Best),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum SuiteName {
    #[default]
    Native,
    Guest,
}

fn bytes(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size @ 1..=1_048_576) => Ok(size),
        _ => Err("a number of bytes from 1 to 1048576".to_owned()),
    }
}

/// How long a measuring process may take: many times what it takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

pub(super) fn run(arguments: &Arguments) -> Result<Ending, Error> {
    let suite = match arguments.suite {
        SuiteName::Native => Suite::Native,
        SuiteName::Guest => Suite::Guest,
    };
    let plan = arguments.what.plan(suite)?;
    let output = output(arguments, suite)?;
    let mut progress = Progress::new();
    let mut save = |results: &Results| files::write(&output, &results.to_json()?);
    let results = match suite {
        Suite::Native => native(&plan, arguments.what.seed(), &mut progress, &mut save)?,
        Suite::Guest => in_a_guest(arguments, &mut progress, &mut save)?,
    };
    progress.clear();
    print(&format!("{}\nresults: {}\n", table::render(&results), output.display()))?;
    Ok(ending(&results))
}

type Save<'s> = &'s mut dyn FnMut(&Results) -> Result<(), Error>;

fn native(
    plan: &Plan,
    seed: u64,
    progress: &mut Progress,
    save: Save<'_>,
) -> Result<Results, Error> {
    signals::catch();
    let program = std::env::current_exe().map_err(Error::call("finding this program"))?;
    let launcher = Launcher { program, arguments: Vec::new(), limit: LIMIT };
    let mut on_event = |event: Event<'_>| progress.show(&event);
    run::run(plan, Suite::Native, seed, machine(), &launcher, &mut on_event, save)
}

fn in_a_guest(
    arguments: &Arguments,
    progress: &mut Progress,
    save: Save<'_>,
) -> Result<Results, Error> {
    let guest = &arguments.guest;
    let program = match &guest.program {
        Some(program) => program.clone(),
        None => std::env::current_exe().map_err(Error::call("finding this program"))?,
    };
    let wish = Wish {
        program,
        arguments: arguments.what.for_the_guest(),
        processors: guest.processors,
        kernel: guest.choice()?,
    };
    guest::run(&wish, &mut |line| progress.tell(line), save)
}

impl What {
    /// What is measured, how long and how often.
    pub(super) fn plan(&self, suite: Suite) -> Result<Plan, Error> {
        let pace = match suite {
            _ if self.quick => Pace::Quick,
            Suite::Native => Pace::Full,
            Suite::Guest => Pace::InGuest,
        };
        let mut plan = match &self.preset {
            Some(name) => {
                let preset = Preset::by_name(name);
                let unknown = || Error::Unexpected(format!("there is no experiment `{name}`"));
                Plan::of(preset.ok_or_else(unknown)?, pace, &self.only)?
            }
            None if self.sizes.is_empty() => Plan::new(pace, pace.sizes(), &self.only)?,
            None => Plan::new(pace, &self.sizes, &self.only)?,
        };
        if let Some(rounds) = self.rounds {
            plan.rounds.least = rounds;
            plan.rounds.most = rounds;
        }
        Ok(plan)
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| fastrand::u64(..1 << 32))
    }

    /// The same, for the program in the guest.
    fn for_the_guest(&self) -> Vec<String> {
        let mut arguments = vec!["inside".to_owned()];
        if self.quick {
            arguments.push("--quick".to_owned());
        }
        let mut option = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                arguments.extend([format!("--{name}"), value]);
            }
        };
        option("preset", self.preset.clone());
        let only = self.only.join(",");
        option("only", (!only.is_empty()).then_some(only));
        let sizes: Vec<String> = self.sizes.iter().map(ToString::to_string).collect();
        option("sizes", (!sizes.is_empty()).then(|| sizes.join(",")));
        option("rounds", self.rounds.map(|rounds| rounds.to_string()));
        // Drawn here: the guest has nothing to draw from.
        option("seed", Some(self.seed().to_string()));
        arguments
    }
}

/// The file to write, which must not exist yet.
fn output(arguments: &Arguments, suite: Suite) -> Result<PathBuf, Error> {
    let path = arguments.output.clone().unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        format!("ioctl-bench-{}-{}.json", suite.name(), when::compact(now.as_secs())).into()
    });
    // A dangling link counts as existing.
    if path.symlink_metadata().is_ok() {
        let why =
            "already exists and is not overwritten: remove it, or name another file".to_owned();
        return Err(Error::File { path: path.display().to_string(), why });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let path = folder.display().to_string();
        return Err(Error::File {
            path,
            why: "is not a folder, so results cannot be written there".to_owned(),
        });
    }
    Ok(path)
}

fn ending(results: &Results) -> Ending {
    let failed = results.cases.iter().any(|case| matches!(case.outcome, Outcome::Failed { .. }));
    match (results.interrupted, failed) {
        (true, _) => Ending::Interrupted,
        (false, true) => Ending::SomethingFailed,
        (false, false) => Ending::Well,
    }
}

/// Shows progress in one line that is overwritten; failures stay.
struct Progress {
    on_terminal: bool,
    round: String,
}

impl Progress {
    fn new() -> Self {
        Self { on_terminal: std::io::stderr().is_terminal(), round: String::new() }
    }

    fn show(&mut self, event: &Event<'_>) {
        match event {
            Event::Round(number, most, cases) => {
                self.round = format!("round {number} of {most}");
                if !self.on_terminal {
                    say(&format!("{}: {cases} cases\n", self.round));
                }
            }
            Event::Case(case) if self.on_terminal => {
                self.clear();
                say(&format!("{}: {case}", self.round));
            }
            Event::Case(_) => {}
            Event::Failed(case, reason) => {
                self.clear();
                say(&format!("ioctl-bench: {case} failed: {reason}\n"));
            }
        }
    }

    /// Prints a line that stays.
    fn tell(&mut self, line: &str) {
        self.clear();
        say(&format!("{line}\n"));
    }

    fn clear(&self) {
        if self.on_terminal {
            // The only control sequence that this program sends to a terminal.
            let _ = std::io::stderr().write_all(b"\r\x1b[K");
        }
    }
}
