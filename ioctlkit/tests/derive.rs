//! The derives' output, used as a crate would use it.
#![allow(missing_docs)]

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
    pub reserved0: Reserved<4>,
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
    pub reserved0: Reserved<4>,
    #[ioctl(count = count)]
    pub entries: FlexibleArray<u64>,
}

#[derive(Ioctl)]
#[ioctl(type = b'T', device = Thing, driver = ThingDriver, prefix = "THING_")]
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
    #[ioctl(nr = 12, read, not_portable)]
    Ticks(core::ffi::c_ulong),
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, IoctlData)]
#[repr(C)]
#[ioctl(not_portable = "in use since 1996", compat = OldI386, compat(arm = OldArm))]
pub struct Old {
    pub flags: u32,
    pub length: u64,
    pub word: core::ffi::c_long,
    pub buffer: *mut u8,
    pub words: [core::ffi::c_ulong; 2],
    pub lengths: [i64; 2],
}

#[derive(Debug, Clone, Copy, IoctlData)]
#[ioctl(padded = LoosePadded)]
pub struct Loose {
    pub a: u8,
    pub b: u64,
    pub c: u16,
}

struct Recorder;

impl ThingDriver for Recorder {
    fn get_config(&self) -> Result<Config, ioctlkit::Errno> {
        Ok(Config { flags: 3, delay: 9, ..ioctlkit::zeroed() })
    }

    fn set_mode(&self, argument: i32) -> Result<u32, ioctlkit::Errno> {
        if argument < 0 { Err(ioctlkit::Errno::INVAL) } else { Ok(argument.unsigned_abs() + 1) }
    }

    fn name(&self, buffer: &mut [u8]) -> Result<u32, ioctlkit::Errno> {
        buffer[..4].copy_from_slice(b"name");
        Ok(4)
    }

    fn channel(&self, index: u8) -> Result<Config, ioctlkit::Errno> {
        Ok(Config { flags: u32::from(index), ..ioctlkit::zeroed() })
    }

    fn transfer(&self, argument: &mut Transfer<'_>) -> Result<(), ioctlkit::Errno> {
        argument.speed += 1;
        Ok(())
    }

    fn list(&self, argument: &mut List, elements: &mut [u64]) -> Result<(), ioctlkit::Errno> {
        elements[0] = 5;
        argument.count = 1;
        Ok(())
    }

    fn info(&self, argument: &mut Sized) -> Result<(), ioctlkit::Errno> {
        argument.flags = argument.argsz;
        Ok(())
    }
}

#[test]
fn a_driver_in_the_same_process_answers_every_kind_of_command() {
    let thing = Thing::in_process(Recorder);
    assert_eq!(thing.get_config().unwrap().delay, 9);
    assert_eq!(thing.set_mode(4), Ok(5));
    assert_eq!(thing.set_mode(-1), Err(ioctlkit::Errno::INVAL));
    let mut name = [0; 8];
    assert_eq!(thing.name(&mut name), Ok(4));
    assert_eq!(&name, b"name\0\0\0\0");
    assert_eq!(thing.channel(15).unwrap().flags, 15);
    assert_eq!(thing.channel(16).unwrap_err(), ioctlkit::Errno::INVAL);
    assert_eq!(thing.reset(), Err(ioctlkit::Errno::NOTTY));
    let mut output = [0; 4];
    let mut transfer = Transfer {
        input: UserConstPtr::from_slice(b"abcd"),
        output: UserPtr::from_slice_mut(&mut output),
        length: 4,
        ..Transfer::initial()
    };
    thing.transfer(&mut transfer).unwrap();
    assert_eq!(transfer.speed, 8);
    let mut list = Flexible::<List>::with_capacity(3);
    thing.list(&mut list).unwrap();
    assert_eq!(list.elements(), [5]);
    let mut info = Sized::initial();
    thing.info(&mut info).unwrap();
    assert_eq!(info.flags, 24);
}

#[test]
fn a_structure_of_a_32_bit_abi_is_converted_both_ways() {
    assert_eq!(size_of::<OldI386>(), 4 + 8 + 4 + 4 + 8 + 16);
    let old = Old {
        flags: 1,
        length: 2,
        word: -3,
        buffer: core::ptr::without_provenance_mut(4),
        words: [5, 6],
        lengths: [-7, 8],
    };
    let narrow = OldI386::try_from(old).unwrap();
    assert_eq!({ narrow.word }, -3);
    assert_eq!(Old::from(narrow), old);
}

/// Only 64-bit machines run arm's programs beside their own; on i386, `u64` is aligned to 4 bytes.
#[cfg(target_pointer_width = "64")]
#[test]
fn a_structure_of_arm_has_its_alignment() {
    assert_eq!(size_of::<OldArm>(), 8 + 8 + 4 + 4 + 8 + 16);
}

/// Only a word of 64 bits can be too wide for one of 32.
#[cfg(target_pointer_width = "64")]
#[test]
fn a_word_that_is_too_wide_for_a_32_bit_abi_is_named() {
    let old = Old {
        flags: 1,
        length: 2,
        word: -3,
        buffer: core::ptr::without_provenance_mut(4),
        words: [5, 1 << 40],
        lengths: [-7, 8],
    };
    assert_eq!(OldI386::try_from(old).err().unwrap().member(), "words");
}

#[test]
fn padding_is_made_explicit() {
    assert_eq!(core::mem::offset_of!(LoosePadded, c), 16);
    assert_eq!(size_of::<LoosePadded>(), 24);
    let loose = Loose::from(LoosePadded::from(Loose { a: 1, b: 2, c: 3 }));
    assert_eq!((loose.a, loose.b, loose.c), (1, 2, 3));
}

/// Types of a single letter, and those of the field: the derives' own parameters hide none of them.
#[allow(non_camel_case_types)]
pub mod letters {
    use super::{Flexible, FlexibleArray, Ioctl, IoctlData, Reserved};

    #[derive(Debug, Clone, Copy, PartialEq, IoctlData)]
    #[repr(C)]
    pub struct A {
        pub value: u32,
    }

    #[derive(Debug, Clone, Copy, PartialEq, IoctlData)]
    #[repr(C)]
    pub struct B {
        pub value: u32,
    }

    #[derive(Debug, Clone, Copy, PartialEq, IoctlData)]
    #[repr(C)]
    pub struct D {
        pub value: u32,
    }

    #[derive(Debug, Clone, Copy, PartialEq, IoctlData)]
    #[repr(C)]
    pub struct E {
        pub value: u32,
    }

    #[derive(Debug, Clone, Copy, PartialEq, IoctlData)]
    #[repr(C)]
    pub struct T {
        pub value: u32,
    }

    #[derive(Debug, Clone, Copy, PartialEq, IoctlData)]
    #[repr(C)]
    pub struct S {
        pub value: u32,
    }

    #[derive(Debug, Clone, Copy, PartialEq, IoctlData)]
    #[repr(C)]
    pub struct U {
        pub value: u32,
    }

    #[derive(Debug, Clone, Copy, PartialEq, IoctlData)]
    #[repr(C)]
    pub struct Backend {
        pub value: u32,
    }

    #[derive(Debug, Clone, Copy, PartialEq, IoctlData)]
    #[repr(C)]
    pub struct Backend_ {
        pub value: u32,
    }

    #[derive(Debug, Clone, Copy, PartialEq, IoctlData)]
    #[repr(C)]
    pub struct Driver {
        pub value: u32,
    }

    #[derive(Debug, Clone, Copy, IoctlData)]
    #[repr(C)]
    pub struct F {
        pub count: u32,
        pub reserved0: Reserved<4>,
        #[ioctl(count = count)]
        pub entries: FlexibleArray<B>,
    }

    #[derive(Ioctl)]
    #[ioctl(type = b'L', device = Letters, driver = LettersDriver, prefix = "LETTERS_")]
    pub enum LettersIoctl {
        #[ioctl(nr = 0, read)]
        GetA(A),
        #[ioctl(nr = 1, write)]
        GetB(B),
        #[ioctl(nr = 2, read_write)]
        GetD(D),
        #[ioctl(nr = 3, read)]
        GetE(E),
        #[ioctl(nr = 4, write)]
        GetT(T),
        #[ioctl(nr = 5, read_write)]
        GetS(S),
        #[ioctl(nr = 6, read)]
        GetU(U),
        #[ioctl(nr = 7, read)]
        Backend(Backend),
        #[ioctl(nr = 8, write)]
        OtherBackend(Backend_),
        #[ioctl(nr = 9, read_write)]
        Driver(Driver),
        #[ioctl(nr = 10, read_write)]
        GetF(Flexible<F>),
    }

    #[test]
    fn no_type_of_an_interface_is_hidden_by_a_parameter_of_the_derives() {
        struct Answers;
        impl LettersDriver for Answers {
            fn get_d(&self, argument: &mut D) -> Result<(), ioctlkit::Errno> {
                argument.value += 1;
                Ok(())
            }
        }
        let device = Letters::in_process(Answers);
        let mut argument = D { value: 1 };
        device.get_d(&mut argument).unwrap();
        assert_eq!(argument, D { value: 2 });
    }
}
