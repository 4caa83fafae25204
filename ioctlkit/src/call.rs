//! The call itself, through rustix.

use core::ffi::c_void;

use rustix::fd::AsFd;
use rustix::ioctl::{Ioctl, IoctlOutput, Opcode};

use crate::{Backend, Errno, Request};

/// A call whose argument is made elsewhere.
struct Call {
    request: Request,
    argument: *mut c_void,
}

// SAFETY: the argument is passed on as it was given, and nothing is read from it; whoever gave it
// stated that it fits the request.
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

impl<F: AsFd + ?Sized> Backend for F {
    #[inline]
    unsafe fn ioctl(&self, request: Request, argument: *mut c_void) -> Result<i32, Errno> {
        // SAFETY: the caller states that the argument is what the driver expects.
        unsafe { rustix::ioctl::ioctl(self.as_fd(), Call { request, argument }) }
            .map_err(Errno::from)
    }
}
