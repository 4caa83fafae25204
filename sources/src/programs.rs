//! Other programs (git, cargo), run over files that strangers may have made: with an end, with a limit
//! of what they answer, and with nothing left behind.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, getpid, getrlimit, kill_process_group,
    setrlimit, waitid,
};

use crate::lifetime;

/// The process groups that run, for [`end_all`].
static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// The most bytes of an answer that is taken as a whole. What git lists of a kernel's tree is a twentieth
/// of it.
const LONGEST_ANSWER: u64 = 256 << 20;

/// The most bytes of an error that anybody reads.
const LONGEST_ERROR: u64 = 64 << 10;

/// The most bytes of memory that a process may allocate: files that are only mapped do not count. A file
/// without an end that somebody put into a tree ends whoever reads it, and not the machine.
const MEMORY: u64 = 2 << 30;

/// Why a program gave no answer.
#[derive(Debug)]
pub enum RunError {
    /// It could not be started, or talked to.
    System(io::Error),
    /// It did not come to an end in this time, and was ended.
    TooSlow(Duration),
    /// Its answer has more bytes than this.
    TooLong(u64),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => error.fmt(f),
            Self::TooSlow(time) => {
                write!(f, "it did not end within {} s and was stopped", time.as_secs())
            }
            Self::TooLong(limit) => {
                write!(f, "its answer is larger than {}", crate::reading::Size(*limit))
            }
        }
    }
}

impl std::error::Error for RunError {}

/// What a program answered.
#[derive(Debug)]
pub struct Answer {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// The beginning of what it wrote to standard error.
    pub stderr: Vec<u8>,
}

/// Runs a program that reads nothing, for no longer than `time`.
///
/// # Errors
/// [`RunError`].
pub fn answer(command: &mut Command, time: Duration) -> Result<Answer, RunError> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command, time)?;
    let stderr = running.child.stderr.take();
    let errors = std::thread::spawn(move || stderr.map(said).unwrap_or_default());
    let mut stdout = Vec::new();
    let read = match running.stdout() {
        Some(out) => out.take(LONGEST_ANSWER + 1).read_to_end(&mut stdout),
        None => Ok(0),
    };
    let is_too_long = stdout.len() as u64 > LONGEST_ANSWER;
    if is_too_long {
        running.end();
    }
    let status = running.finish()?;
    let stderr = errors.join().unwrap_or_default();
    if is_too_long {
        return Err(RunError::TooLong(LONGEST_ANSWER));
    }
    read.map_err(RunError::System)?;
    Ok(Answer { status, stdout, stderr })
}

/// The beginning of what is said; the rest is read all the same, so that nobody waits to say it.
fn said(mut from: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = from.by_ref().take(LONGEST_ERROR).read_to_end(&mut bytes);
    let _ = io::copy(&mut from, &mut io::sink());
    bytes
}

/// A program that runs, in a process group of its own. When this is dropped, the group is ended; the
/// program itself also ends with the thread that started it, if that is killed.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Pid,
    time: Duration,
    watch: Option<Watch>,
}

/// A thread that ends a group when its time is up.
#[derive(Debug)]
struct Watch {
    /// Dropped when the group has come to its end by itself.
    done: Sender<()>,
    thread: JoinHandle<()>,
    was_late: Arc<AtomicBool>,
}

impl Running {
    /// Starts a program, which is ended after `time`.
    ///
    /// # Errors
    /// [`RunError::System`].
    pub fn start(command: &mut Command, time: Duration) -> Result<Self, RunError> {
        let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
        let parent = getpid();
        // SAFETY: between fork and exec, both only make system calls, which allocate nothing and take no
        // lock.
        unsafe {
            command.pre_exec(move || limit_memory().and_then(|()| lifetime::end_with(parent)))
        };
        let child = command.process_group(0).spawn().map_err(RunError::System)?;
        let group = Pid::from_child(&child);
        groups.insert(group.as_raw_pid());
        drop(groups);
        let (done, is_done) = mpsc::channel::<()>();
        let was_late = Arc::new(AtomicBool::new(false));
        let late = Arc::clone(&was_late);
        let thread = std::thread::spawn(move || {
            if is_done.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                late.store(true, Ordering::SeqCst);
                let _ = kill_process_group(group, Signal::KILL);
            }
        });
        Ok(Self { child, group, time, watch: Some(Watch { done, thread, was_late }) })
    }

    /// Where it reads from, once, and if that is a pipe.
    pub fn stdin(&mut self) -> Option<impl Write + Send + use<>> {
        let stdin: Option<ChildStdin> = self.child.stdin.take();
        stdin
    }

    /// Where it writes to, once, and if that is a pipe.
    pub fn stdout(&mut self) -> Option<impl Read + Send + use<>> {
        let stdout: Option<ChildStdout> = self.child.stdout.take();
        stdout
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// [`RunError::TooSlow`], [`RunError::System`].
    pub fn finish(mut self) -> Result<ExitStatus, RunError> {
        // It stays a zombie until nobody can end its group any more: the number is not another's.
        let pid = WaitId::Pid(self.group);
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(pid.clone(), options), Err(rustix::io::Errno::INTR)) {}
        let was_late = self.forget();
        let status = self.child.wait().map_err(RunError::System)?;
        if was_late { Err(RunError::TooSlow(self.time)) } else { Ok(status) }
    }

    /// Ends it, and all that it has started in its group.
    fn end(&self) {
        let _ = kill_process_group(self.group, Signal::KILL);
    }

    /// Nobody ends the group from now on. Tells whether its time was up.
    fn forget(&mut self) -> bool {
        let Some(Watch { done, thread, was_late }) = self.watch.take() else { return false };
        drop(done);
        let _ = thread.join();
        // What it may have left running would hold nothing of ours, and is nobody's any more.
        self.end();
        let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
        groups.remove(&self.group.as_raw_pid());
        was_late.load(Ordering::SeqCst)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.watch.is_some() {
            self.end();
            self.forget();
            let _ = self.child.wait();
        }
    }
}

/// Limits what this process allocates. A limit that is narrower already stays as it is.
fn limit_memory() -> io::Result<()> {
    let known = getrlimit(Resource::Data);
    let limit = [known.current, known.maximum].into_iter().flatten().fold(MEMORY, u64::min);
    setrlimit(Resource::Data, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    Ok(())
}

/// Ends every program that runs: for whoever is about to end the process.
pub fn end_all() {
    let groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
    for group in groups.iter().filter_map(|group| Pid::from_raw(*group)) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn an_answer_has_both_streams_and_the_status() {
        let answer = answer(&mut sh("echo out; echo err >&2; exit 3"), LONG).unwrap();
        assert_eq!(answer.stdout, b"out\n");
        assert_eq!(answer.stderr, b"err\n");
        assert_eq!(answer.status.code(), Some(3));
    }

    #[test]
    fn one_that_hangs_is_ended_with_what_it_started() {
        // The inner shell holds the pipe open until it is ended, too.
        let begun = Instant::now();
        let failed = answer(&mut sh("sh -c 'sleep 600' & sleep 600"), Duration::from_millis(50));
        assert!(matches!(failed, Err(RunError::TooSlow(_))), "{failed:?}");
        assert!(begun.elapsed() < LONG);
    }

    #[test]
    fn one_that_closes_its_output_and_hangs_is_ended() {
        let failed = answer(&mut sh("exec >&- 2>&-; sleep 600"), Duration::from_millis(50));
        assert!(matches!(failed, Err(RunError::TooSlow(_))), "{failed:?}");
    }

    #[test]
    fn one_without_an_end_of_its_answer_is_ended() {
        let failed = answer(&mut Command::new("yes"), LONG);
        assert!(matches!(failed, Err(RunError::TooLong(LONGEST_ANSWER))), "{failed:?}");
    }

    #[test]
    fn errors_are_cut_off_and_never_waited_for() {
        let answer = answer(&mut sh("yes | head -c 1000000 >&2; echo done"), LONG).unwrap();
        assert_eq!(answer.stdout, b"done\n");
        assert_eq!(answer.stderr.len() as u64, LONGEST_ERROR);
    }

    #[test]
    fn none_may_allocate_more_than_the_limit() {
        let answer = answer(&mut sh("ulimit -d"), LONG).unwrap();
        let kibibytes: u64 = String::from_utf8(answer.stdout).unwrap().trim().parse().unwrap();
        assert!(kibibytes <= MEMORY >> 10, "{kibibytes}");
    }

    #[test]
    fn one_that_is_dropped_is_ended() {
        let mut running = Running::start(sh("sleep 600").stdout(Stdio::piped()), LONG).unwrap();
        let mut stdout = running.stdout().unwrap();
        drop(running);
        // The end of the pipe is the end of whoever had it open.
        assert_eq!(stdout.read(&mut [0; 1]).unwrap(), 0);
    }
}
