//! A function a command, exported under one name whichever module it comes from: written with the
//! derive, or bare. `tests/instructions.rs` compiles this crate with one after the other and
//! compares the instructions.
#![allow(missing_docs)]

use std::os::fd::OwnedFd;

use ioctlkit::{Errno, Flexible, FlexibleArray, IoctlData};

#[cfg_attr(feature = "bare", path = "bare.rs")]
#[cfg_attr(not(feature = "bare"), path = "derived.rs")]
mod functions;

use functions::File;

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Config {
    pub flags: u32,
    pub mode: u32,
    pub delay: u64,
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Sized {
    #[ioctl(size)]
    pub argsz: u32,
    pub flags: u32,
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub struct List {
    pub count: u32,
    #[ioctl(count = count)]
    pub entries: FlexibleArray<u32>,
}

macro_rules! exported {
    ($($name:ident($($argument:ident: $ty:ty),*) -> $output:ty;)+) => {
        $(
            #[unsafe(no_mangle)]
            pub fn $name(file: &File<'_>, $($argument: $ty),*) -> Result<$output, Errno> {
                functions::$name(file, $($argument),*)
            }
        )+
    };
}

exported! {
    none() -> ();
    read() -> Config;
    read_integer() -> u32;
    write(config: &Config) -> ();
    write_sized(sized: &Sized) -> ();
    read_write(config: &mut Config) -> ();
    value(mode: i32) -> ();
    returns_value() -> u32;
    returns_fd() -> OwnedFd;
    flexible(list: &mut Flexible<List>) -> ();
    retried() -> u32;
}
