//! What the program does while its worker reads.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ioctlkit_model::{Interface, Problem, ProblemKind};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::limits::{self, Taken};
use super::protocol::{Answer, CargoSays, Incoming, Message, Work, send};
use super::serve::ARGUMENT;
use crate::c::look;
use crate::reach::Reach;
use crate::rust::{AskCargo, Cargo};
use crate::{c, object, rust};

/// What the kernel calls the file that this process runs.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// How often it is looked at what a worker takes.
const GLANCE: Duration = Duration::from_millis(50);

/// How many workers may die over one request.
const PATIENCE: usize = 24;

/// Variables that say where headers, crates and libraries are. A worker gets no others: what is not
/// there cannot be read.
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

/// Reads by worker processes, one for each request.
#[derive(Debug)]
pub struct Workers {
    /// What is started as a worker.
    program: PathBuf,
    /// Layers of confinement that are missing.
    lacks: Mutex<BTreeSet<String>>,
}

impl Default for Workers {
    fn default() -> Self {
        Self::of(PathBuf::from(THIS_PROGRAM))
    }
}

impl Workers {
    /// Of another program that calls [`serve_if_asked`](super::serve_if_asked).
    pub fn of(program: PathBuf) -> Self {
        Self { program, lacks: Mutex::default() }
    }

    /// What a worker on this machine is not kept from, each as a sentence; empty until something was
    /// read.
    pub fn lacks(&self) -> Vec<String> {
        self.lacks.lock().map(|lacks| lacks.iter().cloned().collect()).unwrap_or_default()
    }

    /// As [`c::read`], through a cache if there is one.
    pub fn read_c(
        &self,
        request: &c::Request,
        cache: Option<&c::Cache>,
    ) -> (Interface, Vec<Problem>) {
        let read = |request: &c::Request| {
            let Answer { interface, problems, looked } = self.read(Work::C(request.clone()));
            ((interface, problems), looked)
        };
        match cache {
            Some(cache) => cache.read_by(request, read),
            None => read(request).0,
        }
    }

    /// As [`rust::read`].
    pub fn read_rust(&self, request: &rust::Request) -> (Interface, Vec<Problem>) {
        let Answer { interface, problems, .. } = self.read(Work::Rust(request.clone()));
        (interface, problems)
    }

    /// As [`object::read`].
    pub fn read_objects(&self, request: &object::Request) -> (Interface, Vec<Problem>) {
        let Answer { interface, problems, .. } = self.read(Work::Objects(request.clone()));
        (interface, problems)
    }

    fn read(&self, mut work: Work) -> Answer {
        for _ in 0..PATIENCE {
            match self.attempt(&work) {
                Ok(answer) => return answer,
                Err(Ended::NotStarted(reason)) => {
                    self.lacking(format!("a process of its own: {reason}"));
                    return read_here(&work);
                }
                Err(Ended::Died { how, reading }) => match learn(&mut work, &how, &reading) {
                    Learned::More => {}
                    Learned::Nothing => return failed(&work, &how),
                },
            }
        }
        failed(&work, "too many files ended the process that read them")
    }

    fn lacking(&self, layer: String) {
        if let Ok(mut lacks) = self.lacks.lock() {
            lacks.insert(layer);
        }
    }

    fn attempt(&self, work: &Work) -> Result<Answer, Ended> {
        let mut worker = Worker::start(&self.program, work)?;
        loop {
            match worker.next()? {
                Message::Lacks(layers) => layers.into_iter().for_each(|layer| self.lacking(layer)),
                Message::Begins(number, files) => worker.began(number, files),
                Message::Ends(number) => worker.ended(number),
                Message::AsksCargo(manifests) => worker.tell(&ask_cargo(work, &manifests)),
                Message::Answers(answer) => return Ok(*answer),
            }
        }
    }
}

/// A program with no more of the environment than reading takes.
fn command_of(program: &Path) -> Command {
    let kept = VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut command = Command::new(program);
    command.env_clear().envs(kept);
    command
}

/// Why there is no answer.
enum Ended {
    /// There never was a worker.
    NotStarted(String),
    /// It died, or had to be ended, while it read these files: those of each piece of work.
    Died { how: String, reading: Vec<Vec<PathBuf>> },
}

/// What the death of a worker says of what to do next.
enum Learned {
    /// Something, which is in the work now.
    More,
    /// Nothing that was not known before.
    Nothing,
}

/// Works out from what a worker was reading when it died what the next one is not to read, or to
/// read by itself.
fn learn(work: &mut Work, how: &str, reading: &[Vec<PathBuf>]) -> Learned {
    let caution = work.caution();
    if let [files] = reading
        && let [only] = &files[..]
    {
        caution.avoided.insert(only.clone(), how.to_owned());
        return Learned::More;
    }
    let before = caution.alone.len();
    caution.alone.extend(reading.iter().flatten().cloned());
    if caution.alone.len() > before { Learned::More } else { Learned::Nothing }
}

fn failed(work: &Work, how: &str) -> Answer {
    let problem = Problem {
        kind: ProblemKind::Failure,
        path: work.paths().first().cloned(),
        span: None,
        message: format!("{how}; nothing was read"),
        help: Some("name fewer files to find out which one it is".into()),
    };
    Answer { problems: vec![problem], ..Answer::default() }
}

fn read_here(work: &Work) -> Answer {
    let ((interface, problems), looked) = look::recording(|| match work {
        Work::C(request) => c::read(request),
        Work::Rust(request) => rust::read(request),
        Work::Objects(request) => object::read(request),
    });
    Answer { interface, problems, looked }
}

/// Asks cargo about manifests that a worker may read: what else it asks about is refused.
fn ask_cargo(work: &Work, manifests: &[PathBuf]) -> CargoSays {
    let reach = Reach::of(work.paths(), &[]);
    let is_ours =
        |path: &&PathBuf| path.ends_with("Cargo.toml") && reach.check(path.as_path()).is_ok();
    let (ours, _): (Vec<PathBuf>, Vec<PathBuf>) =
        manifests.iter().cloned().partition(|path| is_ours(&path));
    let mut said: BTreeMap<PathBuf, Result<Vec<u8>, String>> =
        ours.iter().cloned().zip(Cargo.metadata(&ours)).collect();
    let outside = || Err("the manifest lies outside of what is read".to_owned());
    manifests.iter().map(|path| said.remove(path).unwrap_or_else(outside)).collect()
}

/// A running worker. It ends with this value at the latest.
struct Worker {
    process: Child,
    to: ChildStdin,
    from: ChildStdout,
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

impl Drop for Worker {
    fn drop(&mut self) {
        // It is ours, and whether it still runs makes no difference.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Worker {
    fn start(program: &Path, work: &Work) -> Result<Self, Ended> {
        let not_started = |error: io::Error| Ended::NotStarted(error.to_string());
        let mut process = command_of(program)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(not_started)?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let Some((mut to, from)) = pipes else {
            return Err(Ended::NotStarted("there are no pipes to it".into()));
        };
        // One that is gone already shows where it is listened to.
        let _ = send(work, &mut to);
        let now = Instant::now();
        Ok(Self {
            process,
            to,
            from,
            incoming: Incoming::default(),
            reading: BTreeMap::new(),
            taken: Taken::default(),
            memory: limits::memory(work),
            heard: Taken::default(),
            alive: now,
            glanced: now,
        })
    }

    fn tell(&mut self, answer: &CargoSays) {
        let _ = send(answer, &mut self.to);
        // Cargo took its time, and not the worker.
        self.alive = Instant::now();
    }

    fn began(&mut self, number: u64, files: Vec<PathBuf>) {
        self.reading.insert(number, Piece { files, cpu: Duration::ZERO });
    }

    fn ended(&mut self, number: u64) {
        self.reading.remove(&number);
    }

    /// Waits for the next message.
    fn next(&mut self) -> Result<Message, Ended> {
        let mut piece = vec![0; 1 << 16];
        loop {
            match self.incoming.next() {
                Ok(Some(message)) => {
                    self.heard = self.taken;
                    return Ok(message);
                }
                Ok(None) => {}
                Err(_) => return Err(self.died("the process that reads answered nonsense")),
            }
            if self.waits() {
                match io::Read::read(&mut self.from, &mut piece) {
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

    /// Whether something arrived in the time between two glances.
    fn waits(&self) -> bool {
        let timeout = Timespec::try_from(GLANCE).ok();
        let mut from = [PollFd::new(&self.from, PollFlags::IN)];
        // What interrupts it is looked at like the end of the time.
        poll(&mut from, timeout.as_ref()).is_ok_and(|count| count > 0)
    }

    /// Looks whether the worker is within its limits.
    fn glance(&mut self) -> Result<(), Ended> {
        self.glanced = Instant::now();
        if let Some(taken) = Taken::of(self.process.id()) {
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
            return Err(self.died("reading it got nowhere"));
        }
        Ok(())
    }

    fn ended_itself(&mut self) -> Ended {
        let how = match self.process.wait() {
            Ok(status) => in_words(status),
            Err(error) => error.to_string(),
        };
        self.died(&format!("reading it ended the process that reads ({how})"))
    }

    fn died(&mut self, how: &str) -> Ended {
        let reading = std::mem::take(&mut self.reading).into_values().map(|piece| piece.files);
        Ended::Died { how: how.to_owned(), reading: reading.collect() }
    }
}

fn in_words(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(SIGSEGV), _) => "SIGSEGV".to_owned(),
        (Some(SIGABRT), _) => "SIGABRT".to_owned(),
        (Some(SIGKILL), _) => "SIGKILL".to_owned(),
        (Some(signal), _) => format!("signal {signal}"),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "unknown".to_owned(),
    }
}

// The same numbers on every architecture.
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;
