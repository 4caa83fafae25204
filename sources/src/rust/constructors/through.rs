//! What a command's number is made with: the values of
//! [`CommandBody::through`](ioctlkit_model::CommandBody::through) for Rust source.
//!
//! They are stable, and differ in what becomes of a size that does not fit:
//!
//! | what makes the number | a size that does not fit |
//! |---|---|
//! | [`DERIVE`] | does not compile |
//! | `nix::…`, `rustix::…` | is masked: the number of another command |
//! | `libc::…` | spills into the direction; a debug build panics |
//! | `vmm_sys_util::…` | spills; 14 bits of size and generic directions on every architecture |
//! | `ioctl_sys::…` | spills |
//! | `uoctl::…`, `iocuddle::…` | does not compile |
//! | [`SHIFTS`] | spills, unless masked; as on the architecture that its shifts are of |
//!
//! A macro or function that the crate defines for itself is not named: what it comes to is.

/// `#[derive(Ioctl)]`.
pub(crate) use ioctlkit_model::THROUGH_DERIVE as DERIVE;
pub(crate) use ioctlkit_model::THROUGH_LINUX_RAW_SYS as LINUX_RAW_SYS;

/// Shifts and ors that the crate spells out.
pub(crate) const SHIFTS: &str = "shifts";

/// What the macros of nix are named with, such as `nix::ioctl_readwrite` and
/// `nix::request_code_read`.
pub(crate) const NIX: &str = "nix::";

/// What the functions of rustix are named with, such as `rustix::ioctl::opcode::read`; the types
/// are `rustix::ioctl::ReadOpcode` and its kin.
pub(crate) const RUSTIX: &str = "rustix::ioctl::";

/// What the functions of libc are named with, such as `libc::_IOR`.
pub(crate) const LIBC: &str = "libc::";

/// What the macros of vmm-sys-util are named with, such as `vmm_sys_util::ioctl_iow_nr`.
pub(crate) const VMM_SYS_UTIL: &str = "vmm_sys_util::";

/// What the functions of uoctl are named with, such as `uoctl::_IOWR`.
pub(crate) const UOCTL: &str = "uoctl::";

/// What the functions of iocuddle are named with, such as `iocuddle::Group::read`.
pub(crate) const IOCUDDLE: &str = "iocuddle::";

/// What the macros of ioctl-sys are named with, such as `ioctl_sys::ior`.
pub(crate) const IOCTL_SYS: &str = "ioctl_sys::";
