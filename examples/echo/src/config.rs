//! The configuration of a file, and what the driver can do.

use ioctlkit::{IoctlData, Reserved};

/// Nothing comes back.
pub const ECHO_CONFIG_MUTED: u32 = 1 << 0;
/// Messages are kept for [`Echo::list_messages`](crate::Echo::list_messages).
pub const ECHO_CONFIG_KEEP: u32 = 1 << 1;

/// What comes back is what was sent.
pub const ECHO_MODE_PLAIN: u32 = 0;
/// The last byte comes back first.
pub const ECHO_MODE_REVERSED: u32 = 1;
/// ASCII letters come back as capitals.
pub const ECHO_MODE_UPPER: u32 = 2;

/// The largest [`EchoConfig::repeat`].
pub const ECHO_REPEAT_MAX: u32 = 16;
/// The largest [`EchoConfig::delay_ns`]: a second.
pub const ECHO_DELAY_MAX_NS: u64 = 1_000_000_000;

/// How a file echoes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IoctlData)]
#[repr(C)]
pub struct EchoConfig {
    /// `ECHO_CONFIG_*`.
    #[ioctl(flags = ECHO_CONFIG_MUTED | ECHO_CONFIG_KEEP)]
    pub flags: u32,
    /// `ECHO_MODE_*`.
    #[ioctl(values(ECHO_MODE_PLAIN, ECHO_MODE_REVERSED, ECHO_MODE_UPPER))]
    pub mode: u32,
    /// How many times each message comes back.
    #[ioctl(range = 1..=ECHO_REPEAT_MAX, default = 1)]
    pub repeat: u32,
    /// Zero.
    pub reserved0: Reserved<4>,
    /// How long it takes, in nanoseconds.
    #[ioctl(range = 0..=ECHO_DELAY_MAX_NS)]
    pub delay_ns: u64,
}

/// What the driver can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IoctlData)]
#[repr(C)]
pub struct EchoInfo {
    /// The `ECHO_CONFIG_*` that it knows.
    pub config_flags: u32,
    /// The `ECHO_TRANSFER_*` that it knows.
    pub transfer_flags: u32,
    /// How many channels there are.
    pub channels: u32,
    /// The longest message, in bytes.
    pub message_max: u32,
    /// How many messages this file has sent. Since the second version.
    pub messages: u64,
}

/// What all files together may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IoctlData)]
#[repr(C)]
pub struct EchoLimits {
    /// How many messages are kept.
    #[ioctl(range = 1..=65536, default = 1024)]
    pub kept_messages: u32,
    /// Zero.
    pub reserved0: Reserved<4>,
    /// The longest message, in bytes.
    #[ioctl(range = 1..=1_048_576, default = 4096)]
    pub message_max: u64,
}
