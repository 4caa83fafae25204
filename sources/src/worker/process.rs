//! A worker as a process: what it is given, what it says, and what it takes.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;

use super::limits::{self, Taken};
use super::protocol::{CargoSays, Incoming, Message, send};
use super::serve::ARGUMENT;
use super::stop;
use super::work::{First, Order};

/// How often the parent looks at what a worker has taken.
const GLANCE: Duration = Duration::from_millis(50);

/// How often it looks whether the answer is still wanted, where somebody may change their mind.
const SECOND_THOUGHT: Duration = Duration::from_millis(5);

/// Variables that say where headers, crates and libraries are. A worker gets no others, so that it cannot
/// give them away.
const VARIABLES: [&str; 13] = [
    "CARGO_HOME",
    "CPATH",
    "C_INCLUDE_PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "LIBCLANG_PATH",
    "LLVM_CONFIG_PATH",
    "PATH",
    "RAYON_NUM_THREADS",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "SDKROOT",
    "TMPDIR",
];

/// A command that runs a program with only those variables.
fn command_of(program: &Path) -> Command {
    let kept = VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut command = Command::new(program);
    command.env_clear().envs(kept);
    command
}

/// Why there is no answer.
pub(super) enum Ended {
    /// There never was a worker.
    NotStarted(String),
    /// Nobody wants the answer any more.
    Stopped,
    /// It died, or had to be ended, while it read these files: those of each piece of work.
    Died { how: String, reading: Vec<Vec<PathBuf>> },
}

/// A running worker. It ends with this value at the latest, or with the thread that started it.
pub(super) struct Worker {
    started: Started,
    incoming: Incoming,
    /// What it reads, with what it had taken when it began.
    reading: BTreeMap<u64, Piece>,
    taken: Taken,
    /// How much memory it may hold, in bytes.
    memory: u64,
    /// What it had taken when it was heard of last.
    heard: Taken,
    /// When it did anything at all.
    alive: Instant,
    glanced: Instant,
}

struct Piece {
    files: Vec<PathBuf>,
    /// Processor time that was its own since.
    cpu: Duration,
}

/// A process that has loaded what reading takes and waits for its order. It ends as a [`Worker`] does.
#[derive(Debug)]
pub(super) struct Spare(Started);

impl Spare {
    pub(super) fn start(program: &Path) -> Result<Self, Ended> {
        let mut started = Started::of(program)?;
        // If the process has died already, it will not be used.
        let _ = send(&First::Prepare, &mut started.to);
        Ok(Self(started))
    }

    /// Gives it the order; nothing if it has died.
    pub(super) fn told(mut self, order: &Order) -> Option<Worker> {
        let runs = self.0.process.try_wait().is_ok_and(|ended| ended.is_none());
        (runs && send(order, &mut self.0.to).is_ok()).then(|| Worker::of(self.0, order))
    }
}

/// A process with the pipes to it.
#[derive(Debug)]
struct Started {
    process: Child,
    to: ChildStdin,
    from: ChildStdout,
}

impl Drop for Started {
    fn drop(&mut self) {
        // It is ours, and whether it still runs makes no difference.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Started {
    fn of(program: &Path) -> Result<Self, Ended> {
        let not_started = |error: io::Error| Ended::NotStarted(error.to_string());
        let mut process = command_of(program)
            .arg(ARGUMENT)
            .arg(std::process::id().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(not_started)?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let Some((to, from)) = pipes else {
            return Err(Ended::NotStarted("there are no pipes to it".into()));
        };
        Ok(Self { process, to, from })
    }
}

impl Worker {
    pub(super) fn start(program: &Path, order: &Order) -> Result<Self, Ended> {
        let mut started = Started::of(program)?;
        // If the worker has died already, reading its answer will say so.
        let _ = send(&First::Order(order.clone()), &mut started.to);
        Ok(Self::of(started, order))
    }

    fn of(started: Started, order: &Order) -> Self {
        let now = Instant::now();
        Self {
            started,
            incoming: Incoming::default(),
            reading: BTreeMap::new(),
            taken: Taken::default(),
            memory: limits::memory(order),
            heard: Taken::default(),
            alive: now,
            glanced: now,
        }
    }

    pub(super) fn tell(&mut self, answer: &CargoSays) {
        let _ = send(answer, &mut self.started.to);
        // Cargo took its time, and not the worker.
        self.alive = Instant::now();
    }

    pub(super) fn began(&mut self, number: u64, files: Vec<PathBuf>) {
        self.reading.insert(number, Piece { files, cpu: Duration::ZERO });
    }

    pub(super) fn ended(&mut self, number: u64) {
        self.reading.remove(&number);
    }

    /// Waits for the next message.
    pub(super) fn next(&mut self) -> Result<Message, Ended> {
        let mut piece = vec![0; 1 << 16];
        loop {
            match self.incoming.next() {
                Ok(Some(message)) => {
                    self.heard = self.taken;
                    return Ok(message);
                }
                Ok(None) => {}
                Err(_) => return Err(self.unexpected()),
            }
            if stop::came() {
                return Err(Ended::Stopped);
            }
            if self.waits() {
                match io::Read::read(&mut self.started.from, &mut piece) {
                    Ok(0) => return Err(self.ended_itself()),
                    Ok(count) => {
                        self.alive = Instant::now();
                        self.incoming.add(&piece[..count]);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => return Err(self.ended_itself()),
                }
            }
            if self.glanced.elapsed() >= GLANCE {
                self.glance()?;
            }
        }
    }

    /// Whether something arrived before it is time to look at something else.
    fn waits(&self) -> bool {
        let timeout = if stop::may_come() { SECOND_THOUGHT } else { GLANCE };
        let timeout = Timespec::try_from(timeout).ok();
        let mut from = [PollFd::new(&self.started.from, PollFlags::IN)];
        // What interrupts it is looked at like the end of the time.
        poll(&mut from, timeout.as_ref()).is_ok_and(|count| count > 0)
    }

    /// Looks whether the worker is within its limits.
    fn glance(&mut self) -> Result<(), Ended> {
        self.glanced = Instant::now();
        if let Some(taken) = Taken::of(self.started.process.id()) {
            let more = taken.cpu.saturating_sub(self.taken.cpu);
            self.taken = taken;
            if !more.is_zero() {
                self.alive = self.glanced;
            }
            // It is not known which of them took how much: each is charged its part.
            let share = more / u32::try_from(self.reading.len()).unwrap_or(u32::MAX).max(1);
            self.reading.values_mut().for_each(|piece| piece.cpu += share);
        }
        if self.taken.memory > self.memory {
            let limit = self.memory >> 20;
            return Err(self.died(&format!("reading it took more than {limit} MiB of memory")));
        }
        let is_over = |piece: &Piece| piece.cpu > limits::cpu_of(piece.files.len());
        if let Some(number) = self.reading.iter().find(|(_, it)| is_over(it)).map(|(it, _)| *it) {
            self.reading.retain(|known, _| *known == number);
            return Err(self.died("reading it took too much processor time"));
        }
        let between = self.taken.cpu.saturating_sub(self.heard.cpu);
        if self.reading.is_empty() && between > limits::CPU_BETWEEN {
            return Err(self.died("putting together what was read took too much processor time"));
        }
        if self.alive.elapsed() > limits::SILENCE {
            return Err(self.died("reading it made no progress"));
        }
        Ok(())
    }

    /// Ends a worker that sent a message nobody waits for.
    pub(super) fn unexpected(&mut self) -> Ended {
        self.died("the process that reads sent an unexpected message")
    }

    fn ended_itself(&mut self) -> Ended {
        let how = match self.started.process.wait() {
            Ok(status) => in_words(status),
            Err(error) => error.to_string(),
        };
        self.died(&format!("the process that read it died ({how})"))
    }

    fn died(&mut self, how: &str) -> Ended {
        let reading = std::mem::take(&mut self.reading).into_values().map(|piece| piece.files);
        Ended::Died { how: how.to_owned(), reading: reading.collect() }
    }
}

fn in_words(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) if signal == Signal::SEGV.as_raw() => "SIGSEGV".to_owned(),
        (Some(signal), _) if signal == Signal::ABORT.as_raw() => "SIGABRT".to_owned(),
        (Some(signal), _) if signal == Signal::KILL.as_raw() => "SIGKILL".to_owned(),
        (Some(signal), _) => format!("signal {signal}"),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "unknown".to_owned(),
    }
}
