use libc::{_IO, _IOR, _IOW, _IOWR, Ioctl, c_long};

#[repr(C)]
pub struct Window {
    pub rows: u16,
    pub columns: u16,
}

pub const NONE: Ioctl = _IO(b'w' as u32, 0);
pub const READ: Ioctl = _IOR::<Window>(b'w' as u32, 1);
pub const WRITE: Ioctl = _IOW::<c_long>('w' as u32, 2);
pub const READ_WRITE: Ioctl = libc::_IOWR::<[Window; 4]>(0x77, 3);
pub const SHORTER: Ioctl = _IOWR::<i8>(0x77, 4);
