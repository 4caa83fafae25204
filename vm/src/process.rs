//! A child process that does not outlive its parent, and the programs that prepare a guest.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process_group, set_parent_process_death_signal, waitid,
};

use crate::error::VmError;
use crate::interruption::Interruption;

/// How often a waiting thread looks whether it was interrupted.
pub(crate) const LOOK: Duration = Duration::from_millis(100);

/// The most bytes that are kept of what a program prints on a stream: the last ones.
const KEPT: usize = 16 << 20;

/// A child in a process group of its own. The group is killed when this is dropped, and the child
/// when the thread that started it ends, however that happens.
#[derive(Debug)]
pub(crate) struct Guarded {
    child: Child,
    status: Option<ExitStatus>,
}

impl Guarded {
    pub(crate) fn spawn(command: &mut Command) -> std::io::Result<Self> {
        command.process_group(0);
        // SAFETY: between fork and exec only the system call `prctl` is made, which allocates
        // nothing and takes no lock.
        unsafe {
            command.pre_exec(|| {
                set_parent_process_death_signal(Some(Signal::KILL)).map_err(Into::into)
            });
        }
        let child = command.spawn()?;
        Ok(Self { child, status: None })
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The status, if the child has ended.
    pub(crate) fn ended(&mut self) -> std::io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.child.try_wait()?;
        }
        Ok(self.status)
    }

    /// Whether the child still runs. It is not waited for: its number stays its own.
    fn runs(&self) -> std::io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let child = WaitId::Pid(Pid::from_child(&self.child));
        match waitid(child, options) {
            Ok(status) => Ok(status.is_none()),
            Err(Errno::INTR) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Kills the group, waits for the child, and returns its status.
    fn end(&mut self) -> std::io::Result<ExitStatus> {
        if let Some(status) = self.status {
            return Ok(status);
        }
        // The child has not been waited for, so its pid has not been reused. Killing fails only if the
        // whole group has ended by itself.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let status = self.child.wait()?;
        self.status = Some(status);
        Ok(status)
    }

    /// Kills the group, and waits for the child.
    pub(crate) fn kill(&mut self) {
        // Waiting fails only if the child is no longer ours. Then there is nothing left to end.
        let _ = self.end();
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What a program printed.
#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a program to its end, without input, and returns what it printed if it succeeded.
/// `remedy` says what to do if the program does not exist.
pub(crate) fn output(command: &mut Command, remedy: &str) -> Result<Printed, VmError> {
    finished(command, remedy, &Interruption::none())
}

/// Like [`output`], for what takes long.
pub(crate) fn finished(
    command: &mut Command,
    remedy: &str,
    interruption: &Interruption,
) -> Result<Printed, VmError> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut guarded = started(command, remedy)?;
    let (out, err) = (guarded.child().stdout.take(), guarded.child().stderr.take());
    let out = std::thread::spawn(move || text(out));
    let err = std::thread::spawn(move || text(err));
    let start = |source| VmError::Start { program: program.clone(), source };
    let interrupted_while = |waits: &dyn Fn() -> std::io::Result<bool>| loop {
        match waits() {
            Ok(true) if interruption.is_set() => return Err(VmError::Interrupted),
            Ok(true) => std::thread::park_timeout(LOOK / 10),
            Ok(false) => return Ok(()),
            Err(source) => return Err(start(source)),
        }
    };
    interrupted_while(&|| guarded.runs())?;
    // What it left running in its group would go on with nobody to wait for it.
    let status = guarded.end().map_err(start)?;
    interrupted_while(&|| Ok(!(out.is_finished() && err.is_finished())))?;
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    if status.success() {
        return Ok(Printed { out, err });
    }
    Err(VmError::Failed { command: shown(command), status, output: tail(&format!("{out}{err}")) })
}

/// Runs a program to its end, without input; `on_line` hears what comes on both of its streams.
pub(crate) fn streamed(
    mut command: Command,
    remedy: &str,
    interruption: &Interruption,
    on_line: &mut dyn FnMut(&str),
) -> Result<ExitStatus, VmError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let start = |source| VmError::Start { program: program.clone(), source };
    let (reader, writer) = std::io::pipe().map_err(start)?;
    command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(start)?).stderr(writer);
    let mut guarded = started(&mut command, remedy)?;
    // It holds the pipe's other end, which has to be closed for the lines to end.
    drop(command);
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    loop {
        if interruption.is_set() {
            return Err(VmError::Interrupted);
        }
        match lines.recv_timeout(LOOK) {
            Ok(line) => on_line(&line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = guarded.child().wait().map_err(start)?;
    guarded.status = Some(status);
    Ok(status)
}

/// Starts a program; `remedy` says what to do if it does not exist.
fn started(command: &mut Command, remedy: &str) -> Result<Guarded, VmError> {
    let program = command.get_program().to_string_lossy().into_owned();
    Guarded::spawn(command).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => VmError::Missing { program, remedy: remedy.to_owned() },
        _ => VmError::Start { program, source },
    })
}

/// The end of a stream.
fn text(stream: Option<impl std::io::Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What was read before an error is what there is to show.
        while let Ok(1..) = stream.by_ref().take(KEPT as u64).read_to_end(&mut bytes) {
            bytes.drain(..bytes.len().saturating_sub(KEPT));
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The last lines: a compiler's first error may be far above, so there are many.
pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
