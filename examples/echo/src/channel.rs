//! Channels, over which messages go.

use ioctlkit::IoctlData;

/// How many channels there are.
pub const ECHO_CHANNELS: u32 = 8;
/// Nothing comes back over the channel.
pub const ECHO_CHANNEL_MUTED: u32 = 1 << 0;
/// The largest [`EchoChannel::gain`].
pub const ECHO_GAIN_MAX: i32 = 24;

/// One channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IoctlData)]
#[repr(C)]
pub struct EchoChannel {
    /// `ECHO_CHANNEL_*`.
    #[ioctl(flags = ECHO_CHANNEL_MUTED)]
    pub flags: u32,
    /// How loud it is, in decibels.
    #[ioctl(range = -ECHO_GAIN_MAX..=ECHO_GAIN_MAX)]
    pub gain: i32,
}
