use std::ffi::{c_char, c_int};

use uoctl::{_IO, _IOC, _IOC_READ_WRITE, _IOR, _IOW, _IOWINT, _IOWR, Ioctl};

#[repr(C)]
pub struct Capability {
    pub driver: [u8; 16],
    pub version: u32,
}

pub const RESET: Ioctl = _IO(b'V', 0);
pub const QUERY: Ioctl<*mut Capability> = _IOR(b'V', 1);
pub const SET: Ioctl<*const Capability> = _IOW(b'V', 2);
pub const BOTH: Ioctl<*mut Capability> = _IOWR(b'V', 3);
pub const DIRECT: Ioctl<c_int> = _IOW(b'V', 4).with_direct_arg();
pub const INTEGER: Ioctl<c_int> = _IOWINT(b'V', 5);
pub const TURBOFISH: Ioctl<*mut c_char> = _IOR::<c_char>(b'V', 6);
pub const WHOLE: Ioctl<*mut Capability> = _IOC(_IOC_READ_WRITE, b'V', 7, size_of::<Capability>());
pub const DIRECT_ADDRESS: Ioctl<*const c_char> = _IOW(b'V', 8).with_direct_arg();
pub const MADE_MUTABLE: Ioctl<*mut Capability> = _IOW(b'V', 9).cast_mut();
