//! Messages that were sent.

use ioctlkit::{FlexibleArray, IoctlData, Reserved};

/// A message that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IoctlData)]
#[repr(C)]
pub struct EchoMessage {
    /// When it came back, in nanoseconds of `CLOCK_MONOTONIC`.
    pub timestamp_ns: u64,
    /// Over which channel.
    pub channel: u32,
    /// Bytes that were sent.
    pub length: u32,
    /// Zero.
    pub reserved0: Reserved<8>,
}

/// Messages that were kept.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct EchoMessageList {
    /// For how many there is room; behind the call, how many were written.
    pub count: u32,
    /// How many are kept: set by the driver.
    pub total: u32,
    /// How many of the oldest are left out.
    pub first: u32,
    /// Zero.
    pub reserved0: Reserved<4>,
    /// The messages.
    #[ioctl(count = count)]
    pub messages: FlexibleArray<EchoMessage>,
}
