//! Encoders as crates write them for themselves.

pub const fn ioc(direction: u32, letter: u8, nr: u8, size: usize) -> u32 {
    const SIZE_BITS: u32 = 14;
    let mut request = direction;
    request <<= SIZE_BITS;
    request |= size as u32;
    request <<= 8;
    request |= letter as u32;
    request <<= 8;
    request | nr as u32
}

pub const IN_STEPS: u32 = ioc(1, b'f', 3, size_of::<u32>());
pub const BOTH: u32 = ioc(1 | 2, b'f', 4, size_of::<[u64; 3]>());

const LETTER: u32 = (b'f' as u32) << 8;
pub const IN_PLACE: u32 = LETTER | 5 | 0x8000_0000 | ((size_of::<u16>() as u32) << 16);
pub const SUMMED: u32 =
    (2 << 30) + ((size_of::<u64>() as u32 & 0x3fff) << 16) + (b'f' as u32 * 256) + 6;

pub enum Direction {
    Read,
    Write,
}

impl Direction {
    pub const fn bits(self) -> u32 {
        match self {
            Self::Read => 2,
            Self::Write => 1,
        }
    }
}

pub struct Group(u8);

impl Group {
    pub const fn request<T>(&self, direction: Direction, nr: u32) -> u32 {
        assert!(size_of::<T>() < 1 << 14, "too large");
        (direction.bits() << 30) | ((size_of::<T>() as u32) << 16) | ((self.0 as u32) << 8) | nr
    }
}

const GROUP: Group = Group(b'f');
pub const BY_METHOD: u32 = GROUP.request::<u16>(Direction::Write, 7);
pub const BY_METHOD_READ: u32 = GROUP.request::<[u8; 9]>(Direction::Read, 8);

macro_rules! code {
    ($direction:expr, $nr:expr, $size:ty) => {
        ($direction << 30) | ((size_of::<$size>() as u32) << 16) | LETTER | $nr
    };
}

macro_rules! read_code {
    ($nr:expr, $size:ty) => {
        code!(2u32, $nr, $size)
    };
}

pub const BY_MACRO: u32 = read_code!(9, i32);

pub const fn choose(wide: bool) -> u32 {
    if wide { return_wide() } else { ioc(2, b'f', 10, 4) }
}

const fn return_wide() -> u32 {
    return ioc(2, b'f', 11, 8);
}

pub const CHOSEN: u32 = choose(true);

/// What a size is taken from in other ways than `size_of::<T>()`.
#[derive(Clone, Copy)]
pub struct Measured {
    pub wide: u64,
    pub narrow: u32,
}

impl Measured {
    pub const SIZE: usize = size_of::<Self>();
}

pub trait Sized {
    const BYTES: usize;
}

impl Sized for Measured {
    const BYTES: usize = size_of::<Measured>();
}

const VALUE: Measured = Measured { wide: 0, narrow: 0 };

pub mod renamed {
    use std::mem::size_of as bytes_of;

    pub const RENAMED: u32 = super::ioc(2, b'f', 12, bytes_of::<u16>());
}

pub const OF_VALUE: u32 = ioc(2, b'f', 13, size_of_val(&VALUE));
pub const OF_SELF: u32 = ioc(2, b'f', 15, Measured::SIZE);
pub const OF_TRAIT: u32 = ioc(2, b'f', 16, <Measured as Sized>::BYTES);
pub const OF_WORDS: u32 = ioc(2, b'f', 17, size_of::<usize>() * 2);

/// A number in parts, whose method puts it together.
pub struct Parts {
    direction: u32,
    nr: u8,
    size: usize,
}

impl Parts {
    pub const fn read<T>(nr: u8) -> Self {
        let direction = 2;
        Self { direction, nr, size: size_of::<T>() }
    }

    pub const fn raw(&self) -> u32 {
        ioc(self.direction, b'f', self.nr, self.size)
    }
}

const PARTS: Parts = Parts::read::<u64>(18);
pub const OF_PARTS: u32 = PARTS.raw();

const SIZES: [usize; 2] = [4, size_of::<[u8; 3]>()];
pub const OF_LIST: u32 = ioc(2, b'f', 19, SIZES[1]);
