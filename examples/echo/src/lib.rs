//! The interface of `/dev/echo`, an invented device that sends back what it is sent.
//!
//! This is what a crate for a driver looks like: structures, an enum with a line for each command,
//! and their documentation, from which a kernel module and its header can be made as well. It has
//! one of each kind of command that a driver may need; a driver that needs fewer is shorter.
//!
//! | kind | here |
//! |---|---|
//! | no argument | [`Echo::reset`] |
//! | fixed arguments in, out, and both ways | [`Echo::set_config`], [`Echo::get_config`], [`Echo::transfer`] |
//! | an argument that grows, its size in the number | [`Echo::get_info`] |
//! | an argument that grows, its size in front | [`EchoTransfer`] |
//! | buffers of the caller | [`EchoTransfer::set_input`], [`EchoTransfer::set_output`] |
//! | as many elements as the caller has room for | [`Echo::list_messages`] |
//! | an integer itself, and a result that is a number | [`Echo::set_timeout`] |
//! | a new file, of another interface | [`Echo::open_monitor`], [`Monitor`] |
//! | a file descriptor in an argument | [`EchoEventfd`] |
//! | a family by nr | [`Echo::get_channel`], [`Echo::set_channel`] |
//! | only for some callers | [`Echo::set_limits`] |
//! | a mistake of the first version that has to stay | [`Echo::get_usage`], [`EchoUsage32`] |
//!
//! # Use
//! ```no_run
//! use echo::{ECHO_MODE_REVERSED, Echo, EchoConfig, EchoTransfer};
//!
//! let echo = Echo::open()?;
//! echo.set_config(&EchoConfig { mode: ECHO_MODE_REVERSED, ..echo.get_config()? })?;
//!
//! let mut answer = [0; 64];
//! let mut transfer = EchoTransfer::new();
//! transfer.set_input(b"echo");
//! transfer.set_output(&mut answer);
//! echo.transfer(&mut transfer)?;
//! let length = transfer.output_len() as usize;
//! assert_eq!(&answer[..length], b"ohce");
//! # Ok::<(), ioctlkit::Errno>(())
//! ```
//!
//! # What all commands have in common
//! A command that the driver does not know fails with `ENOTTY`, whatever is wrong with it: type,
//! direction, nr or size. Reserved members that are not zero, unknown flags, and values outside of
//! what a member allows fail with `EINVAL`, before anything has happened. Structures that grow may
//! be longer than the driver knows, if the rest is zero; else `E2BIG`.
//!
//! Constants are spelled as in C.
#![forbid(unsafe_code)]

// ioctl-lint: allow-file(N011) the kernel's list has no place for an invented device

mod channel;
mod config;
mod message;
mod monitor;
mod transfer;
mod usage;

use ioctlkit::{Flexible, Ioctl};

pub use channel::{ECHO_CHANNEL_MUTED, ECHO_CHANNELS, ECHO_GAIN_MAX, EchoChannel};
pub use config::{
    ECHO_CONFIG_KEEP, ECHO_CONFIG_MUTED, ECHO_DELAY_MAX_NS, ECHO_MODE_PLAIN, ECHO_MODE_REVERSED,
    ECHO_MODE_UPPER, ECHO_REPEAT_MAX, EchoConfig, EchoInfo, EchoLimits,
};
pub use message::{EchoMessage, EchoMessageList};
pub use monitor::{
    ECHO_EVENTFD_ONCE, ECHO_MONITOR_ALL, ECHO_MONITOR_NONBLOCK, EchoEventfd, EchoOpenMonitor,
    InProcessMonitor, Monitor, MonitorDriver, MonitorIoctl,
};
pub use transfer::{ECHO_TRANSFER_QUIET, EchoTransfer};
pub use usage::{EchoUsage, EchoUsage32};

/// The type letter of all commands.
pub const ECHO_IOC_TYPE: u8 = 0xe9;

/// The echo device. Each open file has a configuration, channels and messages of its own.
#[derive(Ioctl)]
#[ioctl(
    type = ECHO_IOC_TYPE,
    device = Echo,
    driver = EchoDriver,
    unsafe(path = "/dev/echo"),
    prefix = "ECHO_"
)]
pub enum EchoIoctl<'a> {
    /// Forgets all messages, and sets configuration and channels as they were at first.
    #[ioctl(nr = 0x00, mode = write)]
    Reset,

    /// What this driver can do. The structure grows: members that the driver does not know are 0.
    #[ioctl(nr = 0x01, read, extensible(min_size = 16))]
    GetInfo(EchoInfo),

    /// Reads the configuration.
    #[ioctl(nr = 0x02, read)]
    GetConfig(EchoConfig),

    /// Changes the configuration, all of it at once.
    #[ioctl(nr = 0x03, write, mode = write)]
    SetConfig(EchoConfig),

    /// Sends bytes, and waits for what comes back.
    ///
    /// # Errors
    /// `EFAULT` where a buffer cannot be reached, `ENOSPC` where the answer is longer than its
    /// buffer, `ETIMEDOUT` where it does not come in time, `EINTR` where a signal comes first;
    /// nothing has been sent then.
    #[ioctl(nr = 0x04, read_write, extensible(min_size = 40), mode = read_write)]
    Transfer(EchoTransfer<'a>),

    /// How many milliseconds [`Echo::transfer`] waits; 0 waits for ever. Returns what it was
    /// before.
    ///
    /// # Errors
    /// `EINVAL` where that is over an hour.
    #[ioctl(nr = 0x05, value, returns = u32, mode = write)]
    SetTimeout(u32),

    /// Opens a file that sees the messages of this one. It is closed on `exec`, and stays when
    /// this one is closed.
    ///
    /// # Errors
    /// `EMFILE` and `ENFILE` where there are too many files.
    #[ioctl(nr = 0x06, write, returns = Monitor, mode = read)]
    OpenMonitor(EchoOpenMonitor),

    /// The messages that are kept, the oldest first: as many as there is room for, and how many
    /// there are.
    #[ioctl(nr = 0x07, read_write, mode = read)]
    ListMessages(Flexible<EchoMessageList>),

    /// Changes what all files together may use.
    ///
    /// # Errors
    /// `EPERM` without `CAP_SYS_ADMIN`; `EBUSY` where more is in use already.
    #[ioctl(nr = 0x08, write, capability = "CAP_SYS_ADMIN")]
    SetLimits(EchoLimits),

    /// Signals an eventfd for each message; -1 stops that.
    ///
    /// # Errors
    /// `EBADF` where the number is no open file, `EINVAL` where that is no eventfd.
    #[ioctl(nr = 0x09, write, mode = write)]
    SetEventfd(EchoEventfd),

    /// What has been used, as the first version of the driver counted it. Its structure differs
    /// between 32-bit and 64-bit programs; [`Echo::get_info`] has what new programs need.
    #[ioctl(nr = 0x0a, read)]
    GetUsage(EchoUsage),

    /// Reads one of the [`ECHO_CHANNELS`] channels.
    #[ioctl(nr = 0x10..=0x17, read)]
    GetChannel(EchoChannel),

    /// Changes one of the [`ECHO_CHANNELS`] channels.
    #[ioctl(nr = 0x18..=0x1f, write, mode = write)]
    SetChannel(EchoChannel),
}
