//! Moves what the guest prints into the session until the guest has ended, or has to be ended.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::error::VmError;
use crate::guest::Guest;
use crate::interruption::Interruption;
use crate::process::LOOK;
use crate::qemu::{Accelerator, Running};
use crate::report::Ending;
use crate::script::Script;
use crate::session::{Phase, Session};

/// How long after a step's limit the guest must have ended it, or have said that it cannot.
const GRACE: Duration = Duration::from_secs(20);
/// An emulated guest has a clock of its own, which is slower than this machine's when that is busy.
const SLOWEST: u32 = 4;
/// How long may pass between steps, and behind the last one, where the guest looks for errors.
const PAUSE: Duration = Duration::from_secs(120);
/// How long the kernel's stream may take to catch up with the steps' at the end.
const CATCH_UP: Duration = Duration::from_secs(5);
/// With virtualisation, a kernel prints its first line at once, or never.
const FIRST_LINE: Duration = Duration::from_secs(10);

/// When a run has taken too long, or said too much.
pub(crate) struct Limits {
    accelerator: Accelerator,
    boot: Instant,
    first_line: Instant,
    all: Instant,
    steps: Vec<Duration>,
    /// Bytes.
    log: u64,
}

/// How a run ended.
pub(crate) enum End {
    Ended(Ending),
    /// Virtualisation failed before the kernel printed a line.
    NeverAlive(String),
}

impl Limits {
    pub(crate) fn new(
        guest: &Guest,
        script: &Script,
        accelerator: Accelerator,
        began: Instant,
    ) -> Self {
        Self {
            accelerator,
            boot: began + guest.boot_limit,
            first_line: began + FIRST_LINE,
            all: began + guest.limit,
            steps: script.steps.iter().map(|step| step.limit).collect(),
            log: guest.log_limit,
        }
    }

    /// The next moment at which a run in this state has to be ended, and how it has ended then.
    fn next(&self, session: &Session<'_>) -> (Instant, Ending) {
        let (moment, ending) = match session.phase {
            Phase::Booting => (self.boot, Ending::BootLimit),
            Phase::Between => (session.since + PAUSE, Ending::Stuck),
            Phase::Step(index) => {
                let limit = self.steps.get(index).copied().unwrap_or_default();
                let limit = match self.accelerator {
                    Accelerator::Kvm => limit + GRACE,
                    Accelerator::Emulation => limit.saturating_add(GRACE).saturating_mul(SLOWEST),
                };
                (session.since + limit, Ending::StepLimit { index })
            }
            Phase::Finished => (session.since + CATCH_UP, Ending::Finished),
        };
        if moment <= self.all { (moment, ending) } else { (self.all, Ending::TimeLimit) }
    }

    fn is_silent(&self, session: &Session<'_>, now: Instant) -> bool {
        self.accelerator == Accelerator::Kvm && !session.is_alive() && now >= self.first_line
    }
}

/// Reads until the end.
pub(crate) fn run(
    running: &mut Running,
    session: &mut Session<'_>,
    limits: &Limits,
    interruption: &Interruption,
) -> Result<End, VmError> {
    let mut words = String::new();
    loop {
        let (deadline, ending) = limits.next(session);
        let now = Instant::now();
        if interruption.is_set() {
            return Ok(End::Ended(Ending::Interrupted));
        }
        if now >= deadline {
            session.rest()?;
            return Ok(End::Ended(ending));
        }
        if limits.is_silent(session, now) {
            return Ok(End::NeverAlive("the guest printed nothing with it".to_owned()));
        }
        wait(running, LOOK.min(deadline - now)).map_err(VmError::Console)?;
        let is_over = running.process.ended().map_err(VmError::Console)?;
        read(running, session, &mut words)?;
        if session.log.bytes() > limits.log {
            return Ok(End::Ended(Ending::TooMuchOutput));
        }
        if let Some(index) = session.stuck {
            session.rest()?;
            return Ok(End::Ended(Ending::StepLimit { index }));
        }
        if session.phase == Phase::Finished && session.kernel_finished {
            return Ok(End::Ended(Ending::Finished));
        }
        let stands_still = words.contains("KVM internal error");
        if is_over.is_some() || stands_still {
            session.rest()?;
            let status = is_over.map_or("stopped by KVM".to_owned(), |status| status.to_string());
            return Ok(over(session, limits.accelerator, status, &words));
        }
    }
}

fn over(session: &Session<'_>, accelerator: Accelerator, status: String, words: &str) -> End {
    if session.phase == Phase::Finished {
        return End::Ended(Ending::Finished);
    }
    if accelerator == Accelerator::Kvm && !session.is_alive() {
        let first = words.lines().find(|line| !line.trim().is_empty()).unwrap_or(&status);
        return End::NeverAlive(first.to_owned());
    }
    End::Ended(Ending::Died { status, words: words.trim_end().to_owned() })
}

/// Waits until there is something to read, or the time is over.
fn wait(running: &Running, time: Duration) -> io::Result<()> {
    let mut streams = vec![running.console.as_fd(), running.steps.as_fd()];
    streams.extend(running.errors.as_ref().map(AsFd::as_fd));
    let mut streams: Vec<PollFd<'_>> =
        streams.iter().map(|stream| PollFd::new(stream, PollFlags::IN)).collect();
    let time = Timespec::try_from(time).map_err(io::Error::other)?;
    match poll(&mut streams, Some(&time)) {
        // A signal: the flag it set is looked at next.
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Takes what there is. What the steps printed is read before and told after what the kernel
/// printed, so that the log has cause before effect.
fn read(
    running: &mut Running,
    session: &mut Session<'_>,
    words: &mut String,
) -> Result<(), VmError> {
    let output = available(&mut running.steps).map_err(VmError::Console)?;
    let console = available(&mut running.console).map_err(VmError::Console)?;
    session.console_bytes(&console)?;
    session.output_bytes(&output)?;
    let mut errors_end = false;
    if let Some(errors) = &mut running.errors
        && is_readable(errors).map_err(VmError::Console)?
    {
        let mut bytes = [0; 4096];
        let count = errors.read(&mut bytes).map_err(VmError::Console)?;
        words.push_str(&String::from_utf8_lossy(&bytes[..count]));
        errors_end = count == 0;
    }
    if errors_end {
        running.errors = None;
    }
    Ok(())
}

fn is_readable(stream: &impl AsFd) -> io::Result<bool> {
    let mut streams = [PollFd::new(stream, PollFlags::IN)];
    Ok(poll(&mut streams, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? > 0)
}

/// Everything that a stream holds now, up to a mebibyte. The stream does not block.
fn available(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut found = Vec::new();
    let mut bytes = [0; 16 << 10];
    while found.len() < 1 << 20 {
        match stream.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => found.extend_from_slice(&bytes[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::ConnectionReset
                ) =>
            {
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
