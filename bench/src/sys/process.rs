//! A second process that answers the first, and never outlives it.

use std::io;

use super::{affinity, checked};

/// A forked process that runs a closure and ends. It is killed when this value is dropped, and by
/// the kernel when the process that started it ends.
#[derive(Debug)]
pub struct Peer {
    pid: libc::pid_t,
    has_ended: bool,
}

impl Peer {
    /// Forks a process, on processor `cpu` if one is given, that runs `answer` and ends.
    ///
    /// `answer` runs in a copy of this process with a single thread: it must not take locks that
    /// another thread may hold, and should do no more than atomic operations and system calls.
    ///
    /// # Errors
    /// What `fork` says.
    pub fn start(cpu: Option<usize>, answer: impl FnOnce() -> io::Result<()>) -> io::Result<Self> {
        // SAFETY: the call takes no arguments.
        let parent = unsafe { libc::getpid() };
        // SAFETY: the child runs what follows, which is stated to be fit for it, and leaves by
        // `_exit`, so nothing of the parent is run twice.
        match checked(unsafe { libc::fork() })? {
            0 => {
                let ended = follow(parent, cpu).and_then(|()| answer());
                // SAFETY: ends the child at once.
                unsafe { libc::_exit(i32::from(ended.is_err())) }
            }
            pid => Ok(Self { pid, has_ended: false }),
        }
    }

    /// Whether the process still runs.
    pub fn is_alive(&mut self) -> bool {
        if !self.has_ended {
            let mut status = 0;
            // SAFETY: the pointer is to an integer; the child is this value's alone.
            let waited = unsafe { libc::waitpid(self.pid, &raw mut status, libc::WNOHANG) };
            self.has_ended = waited != 0;
        }
        !self.has_ended
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if self.is_alive() {
            let mut status = 0;
            // SAFETY: the child was not waited for yet, so its number is still its own.
            unsafe {
                libc::kill(self.pid, libc::SIGKILL);
                libc::waitpid(self.pid, &raw mut status, 0);
            }
        }
    }
}

fn follow(parent: libc::pid_t, cpu: Option<usize>) -> io::Result<()> {
    die_with(parent)?;
    cpu.map_or(Ok(()), affinity::pin)
}

/// Asks the kernel to kill this process when its parent ends.
///
/// # Errors
/// What `prctl` says, or that `parent` has ended already.
pub fn die_with(parent: libc::pid_t) -> io::Result<()> {
    // SAFETY: the option takes a number.
    checked(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) })?;
    // SAFETY: the call takes no arguments.
    if unsafe { libc::getppid() } == parent { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// This process's parent.
pub fn parent() -> libc::pid_t {
    super::control::getppid()
}

/// Kills a process group that this process made.
pub fn kill_group(leader: u32) {
    if let Ok(group) = libc::pid_t::try_from(leader) {
        // SAFETY: the call takes two numbers; a group that is gone is an error that means nothing.
        unsafe { libc::kill(-group, libc::SIGKILL) };
    }
}
