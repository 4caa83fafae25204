use std::ffi::c_void;

use iocuddle::{Group, Ioctl, Read, Write, WriteRead};

const KVMIO: Group = Group::new(0xAE);

// SAFETY: the number is never sent to a kernel.
pub const CREATE_VM: Ioctl<Read, c_void> = unsafe { KVMIO.none(0x01) };
// SAFETY: the number is never sent to a kernel.
pub const MCE_CAP: Ioctl<Read, &u64> = unsafe { KVMIO.read(0x9d) };
// SAFETY: the number is never sent to a kernel.
pub const SET_BOOT: Ioctl<Write, &[u32; 3]> = unsafe { KVMIO.write(0x9e) };
// SAFETY: the number is never sent to a kernel.
pub const OP: Ioctl<WriteRead, &u64> = unsafe { KVMIO.write_read(0xba) };
// SAFETY: the number is never sent to a kernel.
pub const INLINE: Ioctl<Write, &u8> = unsafe { Group::new(b'x').write(1) };
// SAFETY: the number is never sent to a kernel.
pub const FIONBIO: Ioctl<Write, &i32> = unsafe { Ioctl::classic(0x5421) };
