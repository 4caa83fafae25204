//! System calls, each wrapped so that what stands above needs no `unsafe`.
#![allow(unsafe_code, reason = "the wrappers of system calls; nothing else in this crate has any")]

pub mod affinity;
pub mod bpf;
pub mod clock;
pub mod control;
pub mod futex;
pub mod hypervisor;
pub mod memory;
pub mod netlink;
pub mod process;
pub mod ring;
pub mod signals;
pub mod socket;

use std::io;

/// The result of a system call that says −1 and sets `errno` when it fails.
fn checked(returned: i32) -> io::Result<i32> {
    if returned == -1 { Err(io::Error::last_os_error()) } else { Ok(returned) }
}

/// The same for calls that return a `long` or a `ssize_t`.
fn checked_long(returned: i64) -> io::Result<i64> {
    if returned == -1 { Err(io::Error::last_os_error()) } else { Ok(returned) }
}

/// The kernel's release and the architecture, as `uname` tells them.
pub fn kernel() -> (String, String) {
    // SAFETY: a utsname consists of arrays of characters, for which zero is a value.
    let mut name: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a utsname.
    unsafe { libc::uname(&raw mut name) };
    let text = |characters: &[libc::c_char]| {
        let bytes = characters.iter().map(|character| character.cast_unsigned());
        let bytes: Vec<u8> = bytes.take_while(|byte| *byte != 0).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    (text(&name.release), text(&name.machine))
}

/// Whether the effective user is root.
pub fn is_root() -> bool {
    // SAFETY: the call takes no arguments and cannot fail.
    unsafe { libc::geteuid() == 0 }
}
