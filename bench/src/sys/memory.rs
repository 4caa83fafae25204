//! Memory that several processes, or a process and the kernel, share.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

use super::checked;

/// A shared mapping, for as long as the value lives. A forked process keeps it.
#[derive(Debug)]
pub struct Shared {
    start: NonNull<u8>,
    bytes: usize,
    access: Access,
}

/// What may be done with a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reading only: a write ends in a panic, never in a fault.
    Read,
    /// Reading and writing.
    ReadWrite,
}

impl Shared {
    /// Zeroed memory that forked processes share, of a file that has no name (`memfd_create`) and
    /// can no longer change its size.
    ///
    /// # Errors
    /// What `memfd_create` or `mmap` says.
    pub fn new(bytes: usize) -> io::Result<Self> {
        let file = sealed_file(bytes)?;
        Self::of(&file, 0, bytes, Access::ReadWrite)
    }

    /// A part of what is behind a descriptor; `offset` is a multiple of the page size.
    ///
    /// # Errors
    /// What `mmap` says.
    pub fn of(fd: &impl AsFd, offset: u64, bytes: usize, access: Access) -> io::Result<Self> {
        let protection = match access {
            Access::Read => libc::PROT_READ,
            Access::ReadWrite => libc::PROT_READ | libc::PROT_WRITE,
        };
        let flags = libc::MAP_SHARED | libc::MAP_POPULATE;
        let offset = libc::off_t::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
        let fd = fd.as_fd().as_raw_fd();
        // SAFETY: no address is asked for, so no memory of this process is replaced.
        let start =
            unsafe { libc::mmap(std::ptr::null_mut(), bytes, protection, flags, fd, offset) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { start, bytes, access })
    }

    /// The number of bytes that are mapped.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The 32-bit cell at `offset`, in bytes.
    ///
    /// # Panics
    /// If the cell is not wholly inside, or not aligned.
    #[inline]
    pub fn cell32(&self, offset: usize) -> &AtomicU32 {
        assert!(offset.is_multiple_of(4) && offset + 4 <= self.bytes, "a cell outside the mapping");
        // SAFETY: inside the mapping and aligned, as just checked (a mapping starts at a page);
        // the memory lives as long as `self`, and whoever shares it uses atomic operations too.
        unsafe { AtomicU32::from_ptr(self.start.as_ptr().add(offset).cast()) }
    }

    /// The 64-bit cell at `offset`, in bytes.
    ///
    /// # Panics
    /// If the cell is not wholly inside, or not aligned.
    #[inline]
    pub fn cell64(&self, offset: usize) -> &AtomicU64 {
        assert!(offset.is_multiple_of(8) && offset + 8 <= self.bytes, "a cell outside the mapping");
        // SAFETY: as for `cell32`.
        unsafe { AtomicU64::from_ptr(self.start.as_ptr().add(offset).cast()) }
    }

    /// Copies `bytes` to `offset`. Whoever else uses that part has to be kept out meanwhile by a
    /// cell; if nobody keeps them out, bytes get mixed, and the payload's check finds that.
    ///
    /// # Panics
    /// If they do not fit, or the mapping is for reading only.
    #[inline]
    pub fn write(&self, offset: usize, bytes: &[u8]) {
        assert!(self.access == Access::ReadWrite, "a write to a mapping for reading");
        assert!(offset <= self.bytes && bytes.len() <= self.bytes - offset, "a write outside");
        // SAFETY: inside the mapping, as just checked; a mapping and a slice of Rust's never overlap,
        // as nobody is ever given a reference to the mapping's bytes.
        unsafe {
            let to = self.start.as_ptr().add(offset);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
    }

    /// Copies what is at `offset` into `bytes`.
    ///
    /// # Panics
    /// If as many are not there.
    #[inline]
    pub fn read(&self, offset: usize, bytes: &mut [u8]) {
        assert!(offset <= self.bytes && bytes.len() <= self.bytes - offset, "a read outside");
        // SAFETY: as for `write`.
        unsafe {
            let from = self.start.as_ptr().add(offset);
            std::ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), bytes.len());
        }
    }

    /// Copies within the mapping.
    ///
    /// # Panics
    /// If either part is not wholly inside, or they overlap, or the mapping is for reading only.
    #[inline]
    pub fn copy(&self, from: usize, to: usize, bytes: usize) {
        assert!(self.access == Access::ReadWrite, "a write to a mapping for reading");
        assert!(from.max(to) + bytes <= self.bytes, "a copy outside");
        assert!(from.abs_diff(to) >= bytes, "a copy onto itself");
        // SAFETY: both inside and apart, as just checked.
        unsafe {
            let start = self.start.as_ptr();
            std::ptr::copy_nonoverlapping(start.add(from), start.add(to), bytes);
        }
    }

    /// The byte at `offset`.
    ///
    /// # Panics
    /// If it is not inside.
    pub fn byte(&self, offset: usize) -> u8 {
        assert!(offset < self.bytes, "a byte outside the mapping");
        // SAFETY: inside the mapping, as just checked.
        unsafe { AtomicU8::from_ptr(self.start.as_ptr().add(offset)) }.load(Ordering::Relaxed)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's, and nothing refers to it any longer.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.bytes) };
    }
}

/// A file without a name, of this size for ever.
fn sealed_file(bytes: usize) -> io::Result<File> {
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    // SAFETY: the name is a C string.
    let fd = checked(unsafe { libc::memfd_create(c"ioctl-bench".as_ptr(), flags) })?;
    // SAFETY: the kernel has just made this descriptor for the caller.
    let file = File::from(unsafe { OwnedFd::from_raw_fd(fd) });
    file.set_len(bytes as u64)?;
    let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
    // SAFETY: the command takes a number.
    checked(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) })?;
    Ok(file)
}

/// Keeps every page that the process has now in memory.
///
/// # Errors
/// What `mlockall` says: usually that the limit (`ulimit -l`) is below what the process has.
pub fn lock() -> io::Result<()> {
    // SAFETY: the call takes a number.
    checked(unsafe { libc::mlockall(libc::MCL_CURRENT) }).map(drop)
}

/// The size of a page, in bytes.
pub fn page() -> usize {
    // SAFETY: the call takes a number.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_a_cell_sees_it() {
        let shared = Shared::new(4096).unwrap();
        shared.write(64, &[1, 2, 3, 4, 5, 6, 7, 8]);
        shared.copy(64, 128, 8);
        let mut back = [0; 8];
        shared.read(128, &mut back);
        assert_eq!(back, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(shared.cell64(128).load(Ordering::Relaxed), u64::from_ne_bytes(back));
        assert_eq!(shared.byte(129), 2);
    }

    #[test]
    #[should_panic(expected = "a write outside")]
    fn nothing_is_written_behind_the_end() {
        Shared::new(4096).unwrap().write(4090, &[0; 8]);
    }

    #[test]
    #[should_panic(expected = "a cell outside the mapping")]
    fn no_cell_is_behind_the_end() {
        Shared::new(4096).unwrap().cell32(4096);
    }
}
