//! `ioctl`, and the calls that are measured as floors.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use super::{checked, checked_long};

/// Calls `ioctl` with a pointer to `argument`.
///
/// The kernel may read and write as many bytes as the command says: that is the caller's promise,
/// which is why `least` is compared with the buffer's length.
///
/// # Errors
/// What the driver says; `InvalidInput` for a buffer below `least` bytes.
#[inline]
#[allow(clippy::cast_lossless, reason = "the type of commands differs between libcs")]
pub fn ioctl(fd: BorrowedFd, command: u32, argument: &mut [u8], least: usize) -> io::Result<i32> {
    if argument.len() < least {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the descriptor is open, and the buffer is writable for as many bytes as the caller
    // states for this command.
    checked(unsafe { libc::ioctl(fd.as_raw_fd(), command as _, argument.as_mut_ptr()) })
}

/// Calls `ioctl` with no argument.
///
/// # Errors
/// What the driver says.
#[inline]
#[allow(clippy::cast_lossless, reason = "the type of commands differs between libcs")]
pub fn ioctl_without_argument(fd: BorrowedFd, command: u32) -> io::Result<i32> {
    // SAFETY: the descriptor is open, and a null pointer is refused by the kernel where a driver
    // takes it for one.
    checked(unsafe { libc::ioctl(fd.as_raw_fd(), command as _, std::ptr::null_mut::<u8>()) })
}

/// The parent's process id, by the system call.
#[inline]
pub fn getppid() -> i32 {
    // SAFETY: the call takes no arguments and cannot fail.
    unsafe { libc::getppid() }
}

/// A descriptor for this process.
///
/// # Errors
/// What `pidfd_open` says.
pub fn pidfd_of_self() -> io::Result<OwnedFd> {
    // SAFETY: the call takes two numbers.
    let fd = checked_long(unsafe { libc::syscall(libc::SYS_pidfd_open, libc::getpid(), 0) })?;
    let fd = i32::try_from(fd).map_err(|_| io::ErrorKind::InvalidData)?;
    // SAFETY: the kernel has just made this descriptor for the caller.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// A pipe: the end to read from, and the end to write to.
///
/// # Errors
/// What `pipe2` says.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [-1; 2];
    // SAFETY: the pointer is to two integers.
    checked(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    // SAFETY: the kernel has just made these descriptors for the caller.
    Ok(unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) })
}
