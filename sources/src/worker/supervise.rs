//! What the program does while its worker reads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use ioctlkit_model::{Interface, Problem, ProblemKind};

use super::process::{Ended, Spare, Worker};
use super::protocol::{CargoSays, Message};
use super::stop;
use super::work::{Answer, Order, Parsing, Work};
use crate::rust::{AskCargo, Cargo};
use crate::{c, driver, object, program, rust};

/// What the kernel calls the file that this process runs.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// How work ends that nobody wants any more.
const STOPPED: &str = "reading it was stopped";

/// How many workers may die over one request.
const PATIENCE: usize = 24;

/// Reads by worker processes, one for each request.
#[derive(Debug)]
pub struct Workers {
    /// What is started as a worker.
    program: PathBuf,
    /// Layers of confinement that are missing.
    lacks: Mutex<BTreeSet<String>>,
    /// Whether anything was to be read.
    have_read: AtomicBool,
    /// A process that waits for its order.
    spare: Mutex<Option<Spare>>,
}

impl Default for Workers {
    fn default() -> Self {
        Self::of(PathBuf::from(THIS_PROGRAM))
    }
}

impl Workers {
    /// Of another program that calls [`serve_if_asked`](super::serve_if_asked).
    pub fn of(program: PathBuf) -> Self {
        Self {
            program,
            lacks: Mutex::default(),
            have_read: AtomicBool::new(false),
            spare: Mutex::default(),
        }
    }

    /// Starts a process that the next request will be read by, and that has loaded by then what takes time to
    /// load. It ends with the thread that calls this.
    pub fn prepare(&self) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.is_none() {
            // Where none can be started, the request will say so.
            *spare = Spare::start(&self.program).ok();
        }
    }

    /// What a worker on this machine is not kept from, each as a sentence; empty until something was
    /// read.
    pub fn lacks(&self) -> Vec<String> {
        self.lacks.lock().map(|lacks| lacks.iter().cloned().collect()).unwrap_or_default()
    }

    /// Whether anything was read by a worker, or in its place.
    pub fn have_read(&self) -> bool {
        self.have_read.load(Ordering::Relaxed)
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

    /// As [`driver::read`].
    pub fn read_drivers(&self, request: &driver::Request) -> (Interface, Vec<Problem>) {
        let Answer { interface, problems, .. } = self.read(Work::Drivers(request.clone()));
        (interface, problems)
    }

    /// As [`program::read`].
    pub fn read_programs(&self, request: &program::Request) -> (Interface, Vec<Problem>) {
        let Answer { interface, problems, .. } = self.read(Work::Programs(request.clone()));
        (interface, problems)
    }

    fn read(&self, mut work: Work) -> Answer {
        self.have_read.store(true, Ordering::Relaxed);
        for _ in 0..PATIENCE {
            if stop::came() {
                return failed(&work, STOPPED);
            }
            match self.attempt(&work) {
                Ok(answer) => return answer,
                Err(Ended::NotStarted(reason)) => {
                    self.lacking(format!("a process of its own: {reason}"));
                    return work.read(&Cargo);
                }
                Err(Ended::Stopped) => return failed(&work, STOPPED),
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
        let order = Order::Read(work.clone());
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut worker = match spare.and_then(|spare| spare.told(&order)) {
            Some(worker) => worker,
            None => Worker::start(&self.program, &order)?,
        };
        loop {
            match self.next(&mut worker)? {
                Message::AsksCargo(manifests) => worker.tell(&ask_cargo(work, &manifests)),
                Message::Answers(answer) => return Ok(*answer),
                _ => return Err(worker.unexpected()),
            }
        }
    }

    /// The next message that asks for something or answers. The others are noted.
    fn next(&self, worker: &mut Worker) -> Result<Message, Ended> {
        loop {
            match worker.next()? {
                Message::Lacks(layers) => layers.into_iter().for_each(|layer| self.lacking(layer)),
                Message::Begins(number, files) => worker.began(number, files),
                Message::Ends(number) => worker.ended(number),
                other => return Ok(other),
            }
        }
    }

    /// Has the program's own [`Parser`](super::Parser) parse something in a confined process, which
    /// may read what reading `request` may.
    ///
    /// # Errors
    /// [`NotParsed`].
    pub fn parse(&self, request: &c::Request, input: Vec<u8>) -> Result<Vec<u8>, NotParsed> {
        let order = Order::Parse(Parsing { request: request.clone(), input });
        self.parsed(&order).map_err(|ended| match ended {
            Ended::NotStarted(reason) => {
                self.lacking(format!("a process of its own: {reason}"));
                NotParsed::NoProcess
            }
            Ended::Stopped => NotParsed::Died(STOPPED.into()),
            Ended::Died { how, .. } => NotParsed::Died(how),
        })
    }

    fn parsed(&self, order: &Order) -> Result<Vec<u8>, Ended> {
        let mut worker = Worker::start(&self.program, order)?;
        match self.next(&mut worker)? {
            Message::Parsed(output) => Ok(output),
            _ => Err(worker.unexpected()),
        }
    }
}

/// Why the program's own parser did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotParsed {
    /// There is no process: this one may do it.
    NoProcess,
    /// The process ended, or had to be ended, in this way.
    Died(String),
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
        let known = caution.avoided.insert(only.clone(), how.to_owned());
        return if known.is_none() { Learned::More } else { Learned::Nothing };
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

/// Asks cargo about manifests that a worker may read: what else it asks about is refused.
fn ask_cargo(work: &Work, manifests: &[PathBuf]) -> CargoSays {
    let reach = work.reach();
    let is_ours = |path: &&PathBuf| path.ends_with("Cargo.toml") && reach.check(path).is_ok();
    let ours: Vec<PathBuf> = manifests.iter().filter(is_ours).cloned().collect();
    let mut said: BTreeMap<PathBuf, Result<Vec<u8>, String>> =
        ours.iter().cloned().zip(Cargo.metadata(&ours)).collect();
    let outside = || Err("the manifest lies outside of what is read".to_owned());
    manifests.iter().map(|path| said.remove(path).unwrap_or_else(outside)).collect()
}
