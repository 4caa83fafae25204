//! A structure of the first version, with the mistake that it has to keep.

use core::ffi::c_ulong;

use ioctlkit::IoctlData;

/// What has been used. Two members have the width of the caller's words, so that 32-bit programs
/// pass another structure, which has another number: [`EchoUsage32`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, IoctlData)]
#[repr(C)]
#[ioctl(
    not_portable = "the first version counted in `unsigned long`",
    compat = EchoUsage32
)]
// ioctl-lint: allow(V003) nothing is added to it: `EchoInfo` is what grows
pub struct EchoUsage {
    /// Messages that were sent.
    pub messages: c_ulong,
    /// Messages that did not come back.
    pub failures: c_ulong,
    /// Bytes that were sent.
    pub bytes: u64,
}
