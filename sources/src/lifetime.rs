//! Processes that end with the one that started them, even where that one is killed and has no time to end
//! them.

use std::io;

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

/// Has the kernel kill this process when the thread that started it ends, and with it `parent` at the
/// latest. Whoever starts a process so has to wait for it in the same thread.
///
/// This may be called between fork and exec: it allocates nothing and takes no lock.
///
/// # Errors
/// Of kind `NotFound` if `parent` has ended already; otherwise what the system says.
pub(crate) fn end_with(parent: Pid) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // A parent that ended before has sent no signal. One outside of this process's namespace has no number.
    match getppid() {
        Some(now) if now != parent => Err(io::ErrorKind::NotFound.into()),
        _ => Ok(()),
    }
}
