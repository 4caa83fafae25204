//! Bytes that are sent, and what comes back.

use ioctlkit::{IoctlData, Reserved, UserConstPtr, UserPtr};

use crate::ECHO_CHANNELS;

/// The message is not kept, and monitors do not see it.
pub const ECHO_TRANSFER_QUIET: u32 = 1 << 0;

/// One message. The structure grows: its size is in front, and the driver takes any that is at
/// least that of the first version, 40 bytes.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct EchoTransfer<'a> {
    /// Bytes of this structure: set by the call.
    #[ioctl(size)]
    pub size: u32,
    /// `ECHO_TRANSFER_*`.
    #[ioctl(flags = ECHO_TRANSFER_QUIET)]
    pub flags: u32,
    /// Over which channel.
    #[ioctl(range = 0..=ECHO_CHANNELS - 1)]
    pub channel: u32,
    /// Zero.
    pub reserved0: Reserved<4>,
    /// What is sent.
    #[ioctl(count = input_len)]
    input: UserConstPtr<'a, u8>,
    /// Where the driver writes what comes back.
    #[ioctl(count = output_len)]
    output: UserPtr<'a, u8>,
    /// Bytes that are sent.
    input_len: u32,
    /// For how many bytes there is room; behind the call, how many came back.
    output_len: u32,
    /// When the answer came, in nanoseconds of `CLOCK_MONOTONIC`: set by the driver. Since the
    /// second version.
    pub timestamp_ns: u64,
}

impl EchoTransfer<'_> {
    /// A message without bytes, over channel 0.
    pub fn new() -> Self {
        Self::initial()
    }
}

impl Default for EchoTransfer<'_> {
    fn default() -> Self {
        Self::new()
    }
}
