//! An `io_uring` for messages to other rings.

use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

use io_uring::squeue::Flags;
use io_uring::types::{Fd, SubmitArgs, Timespec};
use io_uring::{IoUring, opcode};

/// What another ring sent: 96 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// The completion's `user_data`.
    pub data: u64,
    /// The completion's `res`.
    pub result: i32,
}

/// A ring that sends messages to others and reaps what comes. It may be used on both sides of a
/// `fork`, by one process at a time.
pub struct Ring(IoUring);

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Ring").field(&self.number()).finish()
    }
}

impl Ring {
    /// A ring with room for `entries` messages in each direction.
    ///
    /// # Errors
    /// What `io_uring_setup` says: that this kernel has none, or that it is switched off.
    pub fn new(entries: u32) -> io::Result<Self> {
        let ring = IoUring::builder().setup_cqsize(entries * 2).build(entries)?;
        Ok(Self(ring))
    }

    /// Whether this kernel knows `MSG_RING` (from 5.18 on).
    ///
    /// # Errors
    /// What the kernel says.
    pub fn can_send(&self) -> io::Result<bool> {
        let mut probe = io_uring::Probe::new();
        self.0.submitter().register_probe(&mut probe)?;
        Ok(probe.is_supported(opcode::MsgRingData::CODE))
    }

    /// The number that other rings of processes with this descriptor send to.
    pub fn number(&self) -> i32 {
        self.0.as_raw_fd()
    }

    /// Puts a message to ring `to` into the queue. A message that cannot be delivered becomes a
    /// completion of this ring, with an error as its result; one that is delivered leaves nothing.
    ///
    /// # Errors
    /// `WouldBlock` if the queue is full.
    #[inline]
    pub fn queue(&mut self, to: i32, message: Message) -> io::Result<()> {
        let entry = opcode::MsgRingData::new(Fd(to), message.result, message.data, None)
            .build()
            .flags(Flags::SKIP_SUCCESS)
            .user_data(u64::MAX);
        // SAFETY: the entry points to no memory.
        unsafe { self.0.submission().push(&entry) }.map_err(|_| io::ErrorKind::WouldBlock.into())
    }

    /// Hands what is queued to the kernel, with one system call.
    ///
    /// # Errors
    /// What `io_uring_enter` says.
    #[inline]
    pub fn submit(&mut self) -> io::Result<usize> {
        self.0.submit()
    }

    /// The next message, if there is one.
    #[inline]
    pub fn reap(&mut self) -> Option<Message> {
        let next = self.0.completion().next()?;
        Some(Message { data: next.user_data(), result: next.result() })
    }

    /// Sleeps until there is a message, or the time is up.
    ///
    /// # Errors
    /// What `io_uring_enter` says, but for a time that is up and for signals.
    pub fn wait(&mut self, most: Duration) -> io::Result<()> {
        let time = Timespec::from(most);
        let arguments = SubmitArgs::new().timespec(&time);
        match self.0.submitter().submit_with_args(1, &arguments) {
            Ok(_) => Ok(()),
            Err(error) => match error.raw_os_error() {
                Some(libc::ETIME | libc::EINTR) => Ok(()),
                _ => Err(error),
            },
        }
    }
}
