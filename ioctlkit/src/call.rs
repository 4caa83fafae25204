//! The call itself: through rustix, or libc where that is asked for.

use core::ffi::c_void;

use rustix::fd::AsFd;

use crate::{Backend, Errno, Request};

impl<F: AsFd + ?Sized> Backend for F {
    #[inline]
    unsafe fn ioctl(&self, request: Request, argument: *mut c_void) -> Result<i32, Errno> {
        // SAFETY: the caller states that the argument is what the driver expects.
        unsafe { by::ioctl(self.as_fd(), request, argument) }
    }
}

#[cfg(not(feature = "libc"))]
mod by {
    use core::ffi::c_void;

    use rustix::fd::BorrowedFd;
    use rustix::ioctl::{Ioctl, IoctlOutput, Opcode};

    use crate::{Errno, Request};

    /// # Safety
    /// The argument is what the driver expects.
    #[inline]
    pub(super) unsafe fn ioctl(
        fd: BorrowedFd<'_>,
        request: Request,
        argument: *mut c_void,
    ) -> Result<i32, Errno> {
        // SAFETY: the caller's.
        unsafe { rustix::ioctl::ioctl(fd, Call { request, argument }) }.map_err(Errno::from)
    }

    /// A call whose argument is made elsewhere.
    struct Call {
        request: Request,
        argument: *mut c_void,
    }

    // SAFETY: the argument is passed on as it was given, and nothing is read from it; whoever gave
    // it stated that it fits the request.
    unsafe impl Ioctl for Call {
        type Output = i32;

        const IS_MUTATING: bool = true;

        #[inline]
        fn opcode(&self) -> Opcode {
            self.request as Opcode
        }

        #[inline]
        fn as_ptr(&mut self) -> *mut c_void {
            self.argument
        }

        #[inline]
        unsafe fn output_from_ptr(
            output: IoctlOutput,
            _argument: *mut c_void,
        ) -> rustix::io::Result<i32> {
            Ok(output)
        }
    }
}

// Through rustix, this would be a call of its function that calls libc's.
#[cfg(feature = "libc")]
mod by {
    use core::ffi::c_void;

    use rustix::fd::{AsRawFd as _, BorrowedFd};

    use crate::{Errno, Request};

    /// # Safety
    /// The argument is what the driver expects.
    #[inline]
    #[allow(
        clippy::cast_possible_wrap,
        clippy::cast_lossless,
        reason = "C libraries differ in the request's type"
    )]
    pub(super) unsafe fn ioctl(
        fd: BorrowedFd<'_>,
        request: Request,
        argument: *mut c_void,
    ) -> Result<i32, Errno> {
        // SAFETY: the caller's.
        match unsafe { libc::ioctl(fd.as_raw_fd(), request as libc::Ioctl, argument) } {
            // SAFETY: the address of this thread's error number is always valid.
            -1 => Err(Errno::new(unsafe { *errno_location() })),
            value => Ok(value),
        }
    }

    #[cfg(target_os = "android")]
    use libc::__errno as errno_location;
    #[cfg(not(target_os = "android"))]
    use libc::__errno_location as errno_location;
}
