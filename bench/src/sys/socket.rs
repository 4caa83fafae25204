//! A pair of sockets, for what a packet sets off on its way.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixDatagram;

use super::checked;

/// Attaches a BPF program to a socket: it is run for each packet that comes in, and 0 drops it.
///
/// # Errors
/// What `setsockopt` says.
pub fn attach_filter(socket: &UnixDatagram, program: &OwnedFd) -> io::Result<()> {
    let program = program.as_raw_fd();
    let bytes =
        libc::socklen_t::try_from(size_of::<i32>()).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: the pointer is to as many bytes as are stated.
    checked(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_BPF,
            (&raw const program).cast(),
            bytes,
        )
    })
    .map(drop)
}

/// Gathers two buffers into one write, as `writev` does.
///
/// # Errors
/// What `writev` says.
#[inline]
pub fn write_two(fd: BorrowedFd, first: &[u8], second: &[u8]) -> io::Result<usize> {
    let parts = [
        libc::iovec { iov_base: first.as_ptr().cast_mut().cast(), iov_len: first.len() },
        libc::iovec { iov_base: second.as_ptr().cast_mut().cast(), iov_len: second.len() },
    ];
    // SAFETY: the kernel only reads the two slices, which live during the call.
    let written = unsafe { libc::writev(fd.as_raw_fd(), parts.as_ptr(), 2) };
    usize::try_from(written).map_err(|_| io::Error::last_os_error())
}
