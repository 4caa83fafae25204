//! Waiting for a word in memory that processes share, and waking who waits.

use std::io;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use super::checked_long;

/// Sleeps while the word is `expected`, until somebody wakes it or the time is up. It may return
/// for no reason, so the caller looks at the word and, if need be, waits again.
///
/// The futex is not private: a private one is found by its address in one process, and another
/// process that maps the same page never meets it.
///
/// # Errors
/// What the kernel says, but for an end of the wait: a changed word, a signal and a time that is up
/// are none.
pub fn wait(word: &AtomicU32, expected: u32, most: Duration) -> io::Result<()> {
    let time = libc::timespec {
        tv_sec: libc::time_t::try_from(most.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: libc::c_long::from(most.subsec_nanos().cast_signed()),
    };
    // SAFETY: the word and the time live during the call.
    let returned = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT,
            expected,
            &raw const time,
            std::ptr::null::<u32>(),
            0,
        )
    };
    match checked_long(returned) {
        Ok(_) => Ok(()),
        Err(error) => match error.raw_os_error() {
            Some(libc::EAGAIN | libc::EINTR | libc::ETIMEDOUT) => Ok(()),
            _ => Err(error),
        },
    }
}

/// Wakes one process that waits for the word.
///
/// # Errors
/// What the kernel says.
pub fn wake(word: &AtomicU32) -> io::Result<()> {
    // SAFETY: the word lives during the call.
    let returned = unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, 1) };
    checked_long(returned).map(drop)
}
