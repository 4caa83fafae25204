//! Without the derive: what a careful author writes by hand over libc's `ioctl` or rustix's, with
//! numbers from a header. The functions take whatever has a file descriptor, as a library's do.

use core::ffi::c_void;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd as _, OwnedFd};

use ioctlkit::{Errno, Flexible};

use crate::{Config, List, Sized};

pub type File<'a> = BorrowedFd<'a>;

/// # Safety
/// The argument is what the request takes.
#[cfg(feature = "libc")]
#[inline]
unsafe fn call<F: AsFd>(file: &F, request: u32, argument: *mut c_void) -> Result<i32, Errno> {
    use std::os::fd::AsRawFd as _;
    // SAFETY: the caller gives what the request takes.
    match unsafe { libc::ioctl(file.as_fd().as_raw_fd(), request as libc::Ioctl, argument) } {
        // SAFETY: the address of this thread's error number is always valid.
        -1 => Err(Errno::new(unsafe { *libc::__errno_location() })),
        value => Ok(value),
    }
}

/// # Safety
/// The argument is what the request takes.
#[cfg(not(feature = "libc"))]
#[inline]
unsafe fn call<F: AsFd>(file: &F, request: u32, argument: *mut c_void) -> Result<i32, Errno> {
    use rustix::ioctl::{Ioctl, IoctlOutput, Opcode};

    struct Raw(u32, *mut c_void);

    // SAFETY: request and argument are passed on as they are.
    unsafe impl Ioctl for Raw {
        type Output = i32;
        const IS_MUTATING: bool = true;
        fn opcode(&self) -> Opcode {
            self.0 as Opcode
        }
        fn as_ptr(&mut self) -> *mut c_void {
            self.1
        }
        unsafe fn output_from_ptr(out: IoctlOutput, _: *mut c_void) -> rustix::io::Result<i32> {
            Ok(out)
        }
    }

    // SAFETY: the caller gives what the request takes.
    unsafe { rustix::ioctl::ioctl(file.as_fd(), Raw(request, argument)) }
        .map_err(|error| Errno::new(error.raw_os_error()))
}

pub fn none<F: AsFd>(file: &F) -> Result<(), Errno> {
    // SAFETY: this is what the request takes.
    unsafe { call(file, 0x4900, core::ptr::null_mut()) }?;
    Ok(())
}

pub fn read<F: AsFd>(file: &F) -> Result<Config, Errno> {
    let mut config = Config { flags: 0, mode: 0, delay: 0 };
    // SAFETY: this is what the request takes.
    unsafe { call(file, 0x8010_4901, (&raw mut config).cast()) }?;
    Ok(config)
}

pub fn read_integer<F: AsFd>(file: &F) -> Result<u32, Errno> {
    let mut level = 0_u32;
    // SAFETY: this is what the request takes.
    unsafe { call(file, 0x8004_4902, (&raw mut level).cast()) }?;
    Ok(level)
}

pub fn write<F: AsFd>(file: &F, config: &Config) -> Result<(), Errno> {
    // SAFETY: this is what the request takes.
    unsafe { call(file, 0x4010_4903, (&raw const *config).cast_mut().cast()) }?;
    Ok(())
}

pub fn write_sized<F: AsFd>(file: &F, sized: &Sized) -> Result<(), Errno> {
    send_sized(file, *sized)?;
    Ok(())
}

#[inline]
fn send_sized<F: AsFd>(file: &F, mut sized: Sized) -> Result<i32, Errno> {
    sized.argsz = 8;
    // SAFETY: this is what the request takes.
    unsafe { call(file, 0x4008_4904, (&raw mut sized).cast()) }
}

pub fn read_write<F: AsFd>(file: &F, config: &mut Config) -> Result<(), Errno> {
    // SAFETY: this is what the request takes.
    unsafe { call(file, 0xc010_4905, (&raw mut *config).cast()) }?;
    Ok(())
}

pub fn value<F: AsFd>(file: &F, mode: i32) -> Result<(), Errno> {
    let mode = core::ptr::without_provenance_mut(mode as isize as usize);
    // SAFETY: this is what the request takes.
    unsafe { call(file, 0x4004_4906, mode) }?;
    Ok(())
}

pub fn returns_value<F: AsFd>(file: &F) -> Result<u32, Errno> {
    // SAFETY: this is what the request takes.
    let count = unsafe { call(file, 0x4907, core::ptr::null_mut()) }?;
    Ok(count as u32)
}

pub fn returns_fd<F: AsFd>(file: &F) -> Result<OwnedFd, Errno> {
    // SAFETY: this is what the request takes.
    let fd = unsafe { call(file, 0x4908, core::ptr::null_mut()) }?;
    // SAFETY: the driver made the file for this call.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

pub fn flexible<F: AsFd>(file: &F, list: &mut Flexible<List>) -> Result<(), Errno> {
    send_list(file, list)?;
    Ok(())
}

#[inline]
fn send_list<F: AsFd>(file: &F, list: &mut Flexible<List>) -> Result<i32, Errno> {
    // The driver writes as many elements as the structure says.
    if list.count as usize > list.capacity() {
        return Err(Errno::INVAL);
    }
    // SAFETY: this is what the request takes.
    unsafe { call(file, 0xc004_4909, list.as_mut_ptr().cast()) }
}

pub fn retried<F: AsFd>(file: &F) -> Result<u32, Errno> {
    let mut level = 0_u32;
    // SAFETY: this is what the request takes.
    patiently(|| unsafe { call(file, 0x8004_490a, (&raw mut level).cast()) })?;
    Ok(level)
}

#[inline]
fn patiently(mut call: impl FnMut() -> Result<i32, Errno>) -> Result<i32, Errno> {
    loop {
        let answer = call();
        if !matches!(answer, Err(Errno::INTR)) {
            return answer;
        }
    }
}
