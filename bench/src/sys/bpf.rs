//! `bpf(2)`: maps, and programs that are put together by hand, so that no BPF toolchain is needed.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::checked_long;

/// A map in which every element is in one array (`BPF_MAP_TYPE_ARRAY`).
pub const ARRAY: u32 = 2;
/// An array with a copy per processor (`BPF_MAP_TYPE_PERCPU_ARRAY`).
pub const PER_CPU_ARRAY: u32 = 6;
/// A ring buffer (`BPF_MAP_TYPE_RINGBUF`).
pub const RING: u32 = 27;
/// The map can be mapped by user space (`BPF_F_MMAPABLE`).
pub const MAPPABLE: u32 = 1 << 10;

const MAP_CREATE: i32 = 0;
const PROG_LOAD: i32 = 5;
const SOCKET_FILTER: u32 = 1;

#[repr(C)]
#[derive(Default)]
struct MapAttributes {
    kind: u32,
    key_bytes: u32,
    value_bytes: u32,
    entries: u32,
    flags: u32,
    inner: u32,
    node: u32,
    name: [u8; 16],
}

#[repr(C)]
struct ProgramAttributes {
    kind: u32,
    instructions: u32,
    first: u64,
    license: u64,
    log_level: u32,
    log_bytes: u32,
    log: u64,
    kernel_version: u32,
    flags: u32,
}

/// One instruction of a program.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Instruction {
    code: u8,
    registers: u8,
    offset: i16,
    immediate: i32,
}

const fn instruction(code: u8, to: u8, from: u8, offset: i16, immediate: i32) -> Instruction {
    // The order of the two halves is that of bit-fields, which follows the byte order.
    let registers = if cfg!(target_endian = "little") { from << 4 | to } else { to << 4 | from };
    Instruction { code, registers, offset, immediate }
}

/// `to = value`.
pub const fn set(to: u8, value: i32) -> Instruction {
    instruction(0xb7, to, 0, 0, value)
}

/// `to = the map behind fd`, two instructions long.
pub fn set_map(to: u8, map: &OwnedFd) -> [Instruction; 2] {
    [instruction(0x18, to, 1, 0, map.as_raw_fd()), instruction(0, 0, 0, 0, 0)]
}

/// `to = the address of the byte at offset in the only value of the array behind fd`.
pub fn set_value(to: u8, map: &OwnedFd, offset: i32) -> [Instruction; 2] {
    [instruction(0x18, to, 2, 0, map.as_raw_fd()), instruction(0, 0, 0, 0, offset)]
}

/// Calls a helper of the kernel: arguments in r1 to r5, result in r0.
pub const fn call(helper: i32) -> Instruction {
    instruction(0x85, 0, 0, 0, helper)
}

/// Skips as many instructions if the register is zero.
pub const fn skip_if_zero(register: u8, count: i16) -> Instruction {
    instruction(0x15, register, 0, count, 0)
}

/// Adds `from` to the 64-bit word at `to`, atomically.
pub const fn add_to_memory(to: u8, from: u8) -> Instruction {
    instruction(0xdb, to, from, 0, 0)
}

/// Ends the program with r0 as its result.
pub const fn exit() -> Instruction {
    instruction(0x95, 0, 0, 0, 0)
}

/// Makes a map.
///
/// # Errors
/// What the kernel says; `PermissionDenied` for users who may not use BPF.
pub fn map(kind: u32, key: u32, value: u32, entries: u32, flags: u32) -> io::Result<OwnedFd> {
    let attributes = MapAttributes {
        kind,
        key_bytes: key,
        value_bytes: value,
        entries,
        flags,
        name: *b"ioctl_bench\0\0\0\0\0",
        ..MapAttributes::default()
    };
    // SAFETY: a MapAttributes begins as the kernel's union does for this command.
    unsafe { bpf(MAP_CREATE, &attributes) }
}

/// Loads a program that is run for each packet of a socket.
///
/// # Errors
/// What the kernel says; `InvalidInput` with the verifier's last line where it refuses the program.
pub fn socket_filter(program: &[Instruction]) -> io::Result<OwnedFd> {
    match load(program, &mut []) {
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::EACCES)) => {
            let mut log = vec![0; 1 << 16];
            load(program, &mut log).map_err(|error| told_by_the_verifier(&error, &log))
        }
        loaded => loaded,
    }
}

fn load(program: &[Instruction], log: &mut [u8]) -> io::Result<OwnedFd> {
    let attributes = ProgramAttributes {
        kind: SOCKET_FILTER,
        instructions: u32::try_from(program.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
        first: program.as_ptr() as u64,
        license: c"Dual MIT/GPL".as_ptr() as u64,
        log_level: u32::from(!log.is_empty()),
        log_bytes: u32::try_from(log.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
        log: if log.is_empty() { 0 } else { log.as_mut_ptr() as u64 },
        kernel_version: 0,
        flags: 0,
    };
    // SAFETY: a ProgramAttributes begins as the kernel's union does for this command, and what it
    // points to lives during the call.
    unsafe { bpf(PROG_LOAD, &attributes) }
}

fn told_by_the_verifier(error: &io::Error, log: &[u8]) -> io::Error {
    let text = String::from_utf8_lossy(log);
    let lines = text.trim_end_matches('\0').lines().filter(|line| !line.starts_with("processed "));
    match lines.into_iter().next_back() {
        Some(line) => io::Error::other(format!("the verifier refuses the program: {line}")),
        None => io::Error::from_raw_os_error(error.raw_os_error().unwrap_or(libc::EINVAL)),
    }
}

/// # Safety
/// `attributes` is laid out as the kernel's `union bpf_attr` for the command, and its pointers are
/// valid during the call.
unsafe fn bpf<T>(command: i32, attributes: &T) -> io::Result<OwnedFd> {
    let attributes: *const T = attributes;
    // SAFETY: as the caller states; the size is that of what is pointed to.
    let fd =
        checked_long(unsafe { libc::syscall(libc::SYS_bpf, command, attributes, size_of::<T>()) })?;
    let fd = i32::try_from(fd).map_err(|_| io::ErrorKind::InvalidData)?;
    // SAFETY: both commands return a new descriptor, which is the caller's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
