//! The derives' output, used as a crate would use it.

use std::os::fd::OwnedFd;

use ioctlkit::{
    Flexible, FlexibleArray, Ioctl, IoctlData, Request, Reserved, UserConstPtr, UserPtr,
};

#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
#[ioctl(c = "struct thing_config")]
pub struct Config {
    #[ioctl(flags = 0x3)]
    pub flags: u32,
    pub _reserved0: Reserved<4>,
    pub delay: u64,
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Transfer<'a> {
    pub input: UserConstPtr<'a, u8>,
    pub output: UserPtr<'a, u8>,
    pub length: u32,
    #[ioctl(default = 7)]
    pub speed: u32,
}

#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Sized {
    #[ioctl(size)]
    pub argsz: u32,
    pub flags: u32,
    pub inner: Config,
}

#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct List {
    pub count: u32,
    pub _reserved0: Reserved<4>,
    #[ioctl(count = count)]
    pub entries: FlexibleArray<u64>,
}

#[derive(Ioctl)]
#[ioctl(type = b'T', device = Thing, prefix = "THING_")]
pub enum ThingIoctl<'a> {
    /// Starts over.
    #[ioctl(nr = 0)]
    Reset,
    /// Reads.
    #[ioctl(nr = 1, read)]
    GetConfig(Config),
    #[ioctl(nr = 2, write)]
    SetConfig(Config),
    #[ioctl(nr = 3, read_write)]
    Transfer(Transfer<'a>),
    #[ioctl(nr = 4, value, returns = u32)]
    SetMode(i32),
    #[ioctl(nr = 5, read, buffer = u8, returns = u32)]
    Name,
    #[ioctl(nr = 0x40..=0x4f, read)]
    Channel(Config),
    #[ioctl(nr = 6, read, encoded = c_long)]
    Flags(u32),
    #[ioctl(number(0x541b, "mips" = 0x467f, "parisc" = 0x541b), read)]
    Pending(i32),
    #[ioctl(nr = 7, read_write)]
    Info(Sized),
    #[ioctl(nr = 8, read_write)]
    List(Flexible<List>),
    #[ioctl(nr = 9, read, returns = OwnedFd)]
    Open(Config),
    #[ioctl(nr = 10, returns = Thing)]
    Fork,
    #[ioctl(nr = 11, write, unsafe)]
    Type(u32),
}

#[test]
fn requests_are_patterns() {
    let name = |request: Request| match request {
        ThingIoctl::RESET => "reset",
        ThingIoctl::GET_CONFIG => "get",
        ThingIoctl::SET_CONFIG => "set",
        _ => "other",
    };
    assert_eq!(name(ThingIoctl::GET_CONFIG), "get");
    assert_eq!(name(ThingIoctl::TYPE), "other");
}
