//! Who answers a call.

use core::ffi::c_void;

use crate::Errno;

/// A command number at run time.
pub type Request = u32;

/// Who answers a call: the kernel, for everything that has a file descriptor, or a driver in this
/// process, for tests.
///
/// ```
/// use core::ffi::c_void;
/// use ioctlkit::{Backend, Errno, Request};
///
/// /// A driver that knows no command.
/// struct Nothing;
///
/// impl Backend for Nothing {
///     unsafe fn ioctl(&self, _: Request, _: *mut c_void) -> Result<i32, Errno> {
///         Err(Errno::NOTTY)
///     }
/// }
/// ```
pub trait Backend {
    /// Carries out one call. `argument` is an address or, for commands that pass an integer, that
    /// integer.
    ///
    /// # Errors
    /// What the driver answers.
    ///
    /// # Safety
    /// `argument` is what the driver expects for `request`.
    unsafe fn ioctl(&self, request: Request, argument: *mut c_void) -> Result<i32, Errno>;
}
