//! `FIONREAD` of a pipe: a command older than the `_IO` macros, whose number differs from machine
//! to machine.

use std::io::Write as _;

use ioctlkit::{Errno, Ioctl};
use rustix::fd::BorrowedFd;
use rustix::fs::FileType;

/// The reading end of a pipe.
#[derive(Ioctl)]
#[ioctl(device = Pipe, unsafe(verify = is_pipe))]
pub enum PipeIoctl {
    /// How many bytes can be read.
    #[ioctl(
        number(
            0x541b,
            "mips" = 0x467f,
            // The others write it `_IOR('f', 127, int)`, which they encode in two ways.
            "alpha" = 0x4004_667f,
            "powerpc" = 0x4004_667f,
            "sparc" = 0x4004_667f,
            "sh" = 0x8004_667f,
            "xtensa" = 0x8004_667f
        ),
        read,
        c = "FIONREAD"
    )]
    BytesToRead(i32),
}

/// What makes `Pipe::from_fd` safe: no file that is not a pipe becomes a [`Pipe`].
fn is_pipe(fd: BorrowedFd<'_>) -> Result<(), Errno> {
    let mode = rustix::fs::fstat(fd)?.st_mode;
    if FileType::from_raw_mode(mode) == FileType::Fifo { Ok(()) } else { Err(Errno::NOTTY) }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (reader, mut writer) = std::io::pipe()?;
    let pipe = Pipe::from_fd(&reader)?;
    println!("{} bytes to read from an empty pipe", pipe.bytes_to_read()?);
    writer.write_all(b"hello")?;
    println!("{} bytes to read after 5 were written", pipe.bytes_to_read()?);

    let file = std::fs::File::open("/dev/null")?;
    println!("/dev/null as a pipe: {}", Pipe::from_fd(&file).expect_err("it is none"));
    Ok(())
}
