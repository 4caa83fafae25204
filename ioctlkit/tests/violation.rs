//! What an argument may hold.
#![allow(missing_docs)]

use ioctlkit::{Errno, IoctlData, Reserved, check};

const FIRST: i8 = -3;

#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Inner {
    #[ioctl(flags = 0x5)]
    pub flags: u16,
    #[ioctl(values(1, 4, 9))]
    pub square: u8,
    #[ioctl(range = FIRST..=3)]
    pub level: i8,
}

#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Outer {
    #[ioctl(reserved)]
    pub zero: [u8; 4],
    pub inner: [Inner; 2],
    pub reserved0: Reserved<4>,
    #[ioctl(range = 0..=u64::MAX)]
    pub any: u64,
}

const INNER: Inner = Inner { flags: 5, square: 9, level: -3 };
const OUTER: Outer =
    Outer { zero: [0; 4], inner: [INNER; 2], reserved0: Reserved::ZERO, any: u64::MAX };

#[test]
fn what_members_allow_is_found_everywhere_in_an_argument() {
    assert_eq!(check(&OUTER), Ok(()));
    let second = |inner: Inner| Outer { inner: [INNER, inner], ..OUTER };
    for (wrong, message) in [
        (second(Inner { flags: 2, ..INNER }), "`flags` has unknown flags: 0x2"),
        (second(Inner { square: 2, ..INNER }), "`square` is 2, and none of [1, 4, 9]"),
        (second(Inner { level: -4, ..INNER }), "`level` is -4, and not from -3 to 3"),
        (second(Inner { level: 4, ..INNER }), "`level` is 4, and not from -3 to 3"),
        (Outer { zero: [0, 0, 0, 1], ..OUTER }, "`zero` is reserved, and not zero"),
    ] {
        let violation = check(&wrong).expect_err(message);
        assert_eq!(violation.to_string(), message);
        assert_eq!(Errno::from(violation), Errno::INVAL);
    }
}
