//! Loop devices: plain numbers that no `_IO` macro made, arguments that are the integer itself, and
//! a result that is the call's return value.

mod skip;

use ioctlkit::{Errno, Ioctl, IoctlData};
use skip::unless_here;

/// `/dev/loop-control`.
#[derive(Ioctl)]
#[ioctl(device = LoopControl, unsafe(path = "/dev/loop-control"), prefix = "LOOP_CTL_")]
pub enum LoopControlIoctl {
    /// Makes the loop device of that number; -1 chooses one. Returns the number.
    #[ioctl(number = 0x4c80, value, returns = u32)]
    Add(i32),
    /// Removes the loop device of that number.
    #[ioctl(number = 0x4c81, value, returns = u32)]
    Remove(u32),
    /// The number of a loop device that nobody uses, made if there is none.
    #[ioctl(number = 0x4c82, returns = u32)]
    GetFree,
}

/// `LO_FLAGS_READ_ONLY` and those behind it.
const LO_FLAGS: u32 = 0x1f;

/// What a loop device stands for.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
#[ioctl(c = "struct loop_info64")]
pub struct LoopInfo64 {
    /// The device that holds the file.
    pub lo_device: u64,
    /// The file's number there.
    pub lo_inode: u64,
    /// The device that the file is, if it is one.
    pub lo_rdevice: u64,
    /// Where the data begin in the file, in bytes.
    pub lo_offset: u64,
    /// How many bytes of the file are used; 0 for all.
    pub lo_sizelimit: u64,
    /// The number of this loop device.
    pub lo_number: u32,
    /// Obsolete.
    pub lo_encrypt_type: u32,
    /// Obsolete.
    pub lo_encrypt_key_size: u32,
    /// `LO_FLAGS_*`.
    #[ioctl(flags = LO_FLAGS)]
    pub lo_flags: u32,
    /// The file's name, with a zero behind it.
    pub lo_file_name: [u8; 64],
    /// Obsolete.
    pub lo_crypt_name: [u8; 64],
    /// Obsolete.
    pub lo_encrypt_key: [u8; 32],
    /// Obsolete.
    pub lo_init: [u64; 2],
}

/// `/dev/loop0` and its kin.
#[derive(Ioctl)]
#[ioctl(device = Loop, prefix = "LOOP_")]
pub enum LoopIoctl {
    /// What the device stands for; `ENXIO` where that is nothing.
    #[ioctl(number = 0x4c05, read, c = "LOOP_GET_STATUS64")]
    GetStatus(LoopInfo64),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let control = unless_here("/dev/loop-control", LoopControl::open())?;
    let free = unless_here("LOOP_CTL_GET_FREE", control.get_free())?;
    println!("/dev/loop{free} is free");

    let file = std::fs::File::open(format!("/dev/loop{free}"))?;
    // SAFETY: block devices of that name are loop devices.
    let device = unsafe { Loop::new(file) };
    match device.get_status() {
        Ok(info) => println!("somebody was faster: it has inode {}", info.lo_inode),
        Err(Errno::NXIO) => println!("its status: {}", Errno::NXIO),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
