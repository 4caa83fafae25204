//! Items that `macro_rules!` makes: their names, types and numbers come from two texts, and fragments
//! are groups of tokens.
#![allow(missing_docs, clippy::missing_errors_doc)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use ioctlkit::{
    Errno, FlexibleArray, Interface as _, Ioctl, IoctlData, Request, Reserved, UserConstPtr,
};

/// The caller names all.
macro_rules! argument {
    ($name:ident { $($member:ident: $ty:ty = $initial:expr),* }) => {
        #[derive(Debug, Clone, Copy, IoctlData)]
        #[repr(C)]
        pub struct $name {
            $(#[ioctl(default = $initial)] pub $member: $ty,)*
        }
    };
}

/// The macro names the members, and the caller the structure.
macro_rules! pair {
    ($name:ident, $c:literal) => {
        #[derive(Debug, Clone, Copy, IoctlData)]
        #[repr(C)]
        #[ioctl(c = $c)]
        pub struct $name {
            #[ioctl(size)]
            pub size: u32,
            #[ioctl(range = 1..=2, default = 1)]
            pub flags: u32,
            pub nested: Numbers,
        }
    };
}

/// The macro names the structure, and the caller its members' types.
macro_rules! mirror {
    ($long:ty, $wide:ty, $pointer:ty, $compat:ident) => {
        #[derive(Debug, Clone, Copy, IoctlData)]
        #[repr(C)]
        #[ioctl(not_portable, compat = $compat)]
        pub struct Mirror {
            pub word: $long,
            pub wide: $wide,
            pub pointer: $pointer,
        }
    };
}

macro_rules! list {
    ($name:ident, $setter:ident, $count:ty, $element:ty, $lifetime:lifetime) => {
        #[derive(Clone, Copy, IoctlData)]
        #[repr(C)]
        pub struct $name {
            pub count: $count,
            pub reserved0: Reserved<4>,
            #[ioctl(count = count)]
            pub entries: FlexibleArray<$element>,
        }

        #[derive(Clone, Copy, IoctlData)]
        #[repr(C)]
        pub struct $setter<$lifetime> {
            #[ioctl(count = length)]
            bytes: UserConstPtr<$lifetime, $element>,
            length: $count,
            pub reserved0: Reserved<4>,
        }
    };
}

macro_rules! interface {
    ($name:ident, $device:ident, $driver:ident, $letter:expr, $path:literal, $family:expr,
     $returned:ty, $($variant:ident($argument:ty) = $nr:expr),*) => {
        #[derive(Ioctl)]
        #[ioctl(type = $letter, device = $device, driver = $driver, unsafe(path = $path))]
        pub enum $name<'a> {
            #[ioctl(nr = 0)]
            Reset,
            $(#[ioctl(nr = $nr, read_write)] $variant($argument),)*
            #[ioctl(nr = $family..=$family + 1, read)]
            Channel(Numbers),
            #[ioctl(nr = 0x20, read, buffer = u8, returns = $returned)]
            Name,
            #[ioctl(nr = 0x21, write, value)]
            Mode($returned),
            #[ioctl(nr = 0x22, write)]
            SetBytes(SetBytes<'a>),
        }
    };
}

macro_rules! single {
    ($name:ident, $device:ident, $nr:literal) => {
        #[derive(Debug, Clone, Copy, Ioctl)]
        #[repr(C)]
        #[ioctl(type = b'M', nr = $nr, read, on = $device)]
        pub struct $name {
            pub value: u32,
        }
    };
}

const fn seven() -> u32 {
    7
}

argument!(Numbers { fault: u32 = seven(), value: [u8; 4] = [1; 4] });
pair!(Pair, "struct pair");
mirror!(std::ffi::c_long, [u64; 2], *mut u8, MirrorCompat);
list!(List, SetBytes, u32, u8, 'a);
interface!(
    MadeIoctl,
    Made,
    MadeDriver,
    b'M',
    "/dev/made",
    0x10,
    u32,
    Get(Numbers) = 1,
    Both(Pair) = 1 + 1
);
single!(Alone, Made, 0x30);

struct Answers;

impl MadeDriver for Answers {
    fn get(&self, argument: &mut Numbers) -> Result<(), Errno> {
        argument.fault += 1;
        Ok(())
    }
}

#[test]
fn numbers_and_descriptions_are_those_of_an_item_that_was_written_out() {
    assert_eq!(MadeIoctl::GET, 0xc008_4d01 as Request);
    assert_eq!(MadeIoctl::BOTH, 0xc010_4d02 as Request);
    assert_eq!(MadeIoctl::channel_request(1), Ok(0x8008_4d11 as Request));
    assert_eq!(MadeIoctl::DESCRIPTION.commands.len(), 7);
    assert_eq!(Alone::REQUEST, 0x8004_4d30 as Request);
}

#[test]
fn a_driver_answers_and_buffers_are_counted() {
    let made = Made::in_process(Answers);
    let mut numbers = Numbers::initial();
    made.get(&mut numbers).unwrap();
    assert_eq!(numbers.fault, 8);
    assert_eq!(made.reset(), Err(Errno::NOTTY));
    let mut set: SetBytes<'_> = ioctlkit::zeroed();
    set.set_bytes(&[1, 2, 3]);
    assert_eq!(set.length, 3);
}

#[test]
fn initial_values_are_those_of_the_caller() {
    let numbers = Numbers::initial();
    assert_eq!((numbers.fault, numbers.value), (7, [1; 4]));
    let pair = Pair::initial();
    assert_eq!((pair.size, pair.flags, pair.nested.fault), (16, 1, 7));
}

#[cfg(target_pointer_width = "64")]
#[test]
fn a_mirror_converts_members_whose_types_are_fragments() {
    let compat =
        MirrorCompat { word: -1, wide: [1_u64.into(), 2_u64.into()], pointer: 0xffff_f000 };
    let native = Mirror::from(compat);
    assert_eq!((native.word, native.wide, native.pointer.addr()), (-1, [1, 2], 0xffff_f000));
    assert_eq!(size_of::<MirrorCompat>(), 24);
    assert!(MirrorCompat::try_from(Mirror { word: i64::MAX, ..native }).is_err());
}
