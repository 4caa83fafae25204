//! With the derive.

use std::os::fd::{BorrowedFd, OwnedFd};

use ioctlkit::{Errno, Flexible, Ioctl};

use crate::{Config, List, Sized};

pub type File<'a> = Device<BorrowedFd<'a>>;

#[derive(Ioctl)]
#[ioctl(type = b'I', device = Device)]
pub enum DeviceIoctl {
    #[ioctl(nr = 0)]
    Reset,
    #[ioctl(nr = 1, read)]
    Get(Config),
    #[ioctl(nr = 2, read)]
    Level(u32),
    #[ioctl(nr = 3, write)]
    Set(Config),
    #[ioctl(nr = 4, write)]
    SetSized(Sized),
    #[ioctl(nr = 5, read_write)]
    Change(Config),
    #[ioctl(nr = 6, write, value)]
    Mode(i32),
    #[ioctl(nr = 7, returns = u32)]
    Count,
    #[ioctl(nr = 8, returns = OwnedFd)]
    Fork,
    #[ioctl(nr = 9, read_write)]
    List(Flexible<List>),
    #[ioctl(nr = 10, read, retry_on_interrupt)]
    Patient(u32),
}

pub fn none(file: &File<'_>) -> Result<(), Errno> {
    file.reset()
}

pub fn read(file: &File<'_>) -> Result<Config, Errno> {
    file.get()
}

pub fn read_integer(file: &File<'_>) -> Result<u32, Errno> {
    file.level()
}

pub fn write(file: &File<'_>, config: &Config) -> Result<(), Errno> {
    file.set(config)
}

pub fn write_sized(file: &File<'_>, sized: &Sized) -> Result<(), Errno> {
    file.set_sized(sized)
}

pub fn read_write(file: &File<'_>, config: &mut Config) -> Result<(), Errno> {
    file.change(config)
}

pub fn value(file: &File<'_>, mode: i32) -> Result<(), Errno> {
    file.mode(mode)
}

pub fn returns_value(file: &File<'_>) -> Result<u32, Errno> {
    file.count()
}

pub fn returns_fd(file: &File<'_>) -> Result<OwnedFd, Errno> {
    file.fork()
}

pub fn flexible(file: &File<'_>, list: &mut Flexible<List>) -> Result<(), Errno> {
    file.list(list)
}

pub fn retried(file: &File<'_>) -> Result<u32, Errno> {
    file.patient()
}
