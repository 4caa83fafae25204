//! Files that see the messages of another, and other ways to hear of them.

// ioctl-lint: allow-file(N011) the kernel's list has no place for an invented device

use ioctlkit::{Ioctl, IoctlData, Reserved};

use crate::{ECHO_IOC_TYPE, EchoMessage};

/// The channels that there are, a bit each.
pub const ECHO_MONITOR_ALL: u32 = 0xff;
/// The monitor does not wait: `EAGAIN` where nothing has been sent.
pub const ECHO_MONITOR_NONBLOCK: u32 = 1 << 0;

/// What a monitor sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IoctlData)]
#[repr(C)]
pub struct EchoOpenMonitor {
    /// `ECHO_MONITOR_NONBLOCK`.
    #[ioctl(flags = ECHO_MONITOR_NONBLOCK)]
    pub flags: u32,
    /// The channels that it sees, a bit each.
    #[ioctl(flags = ECHO_MONITOR_ALL, default = ECHO_MONITOR_ALL)]
    pub channels: u32,
}

/// The eventfd is signalled once, and not again.
pub const ECHO_EVENTFD_ONCE: u32 = 1 << 0;

/// An eventfd to signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IoctlData)]
#[repr(C)]
pub struct EchoEventfd {
    /// The eventfd; -1 for none.
    #[ioctl(fd, default = -1)]
    pub fd: i32,
    /// `ECHO_EVENTFD_*`.
    #[ioctl(flags = ECHO_EVENTFD_ONCE)]
    pub flags: u32,
    /// Zero.
    pub reserved0: Reserved<8>,
}

/// A file that sees the messages of another.
#[derive(Ioctl)]
#[ioctl(
    type = ECHO_IOC_TYPE,
    device = Monitor,
    driver = MonitorDriver,
    prefix = "ECHO_MONITOR_"
)]
pub enum MonitorIoctl {
    /// The next message. Waits for one, again after a signal.
    ///
    /// # Errors
    /// `EAGAIN` where there is none and the monitor does not wait; `EPIPE` where the file that it
    /// sees has been closed and there are no more.
    #[ioctl(nr = 0x40, read, retry_on_interrupt)]
    NextMessage(EchoMessage),

    /// Leaves out so many messages. Returns how many there were.
    #[ioctl(nr = 0x41, value, returns = u32)]
    Skip(u32),

    /// How many messages there are to see.
    #[ioctl(nr = 0x42, returns = u32)]
    CountMessages,
}
