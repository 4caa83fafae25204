//! Arguments that hold an address or are a file.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd};

use ioctlkit::{Errno, Ioctl, IoctlData, Reserved, UserConstPtr, UserPtr};

/// One length for both, as in SPI.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Transfer<'a> {
    #[ioctl(count = len)]
    tx_buf: UserConstPtr<'a, u8>,
    #[ioctl(count = len)]
    rx_buf: UserPtr<'a, u8>,
    /// Bytes of each.
    len: u32,
    pub speed_hz: u32,
}

#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Short<'a> {
    #[ioctl(count = count)]
    words: UserConstPtr<'a, u32>,
    count: u8,
    pub reserved0: Reserved<3>,
    #[ioctl(default = [3, 1, 4, 1])]
    pub digits: [u8; 4],
}

#[derive(Ioctl)]
#[ioctl(type = b'A', device = Adapter, driver = AdapterDriver)]
pub enum AdapterIoctl<'a> {
    #[ioctl(nr = 1, write, value, returns = i32)]
    Attach(BorrowedFd<'a>),
    #[ioctl(nr = 2, read_write, encoded(write, c_int), returns = u32)]
    Length(Transfer<'a>),
}

struct Answers;

impl AdapterDriver for Answers {
    fn attach(&self, argument: BorrowedFd<'_>) -> Result<i32, Errno> {
        Ok(argument.as_raw_fd())
    }

    fn length(&self, argument: &mut Transfer<'_>) -> Result<u32, Errno> {
        Ok(argument.len())
    }
}

#[test]
fn a_buffer_and_its_count_are_set_together() {
    let (mut received, sent) = ([0; 4], [1; 6]);
    let mut transfer = Transfer::initial();
    transfer.set_tx_buf(&sent);
    assert_eq!(transfer.len(), 6);
    transfer.set_rx_buf(&mut received);
    assert_eq!(transfer.len(), 4, "the shorter of both");
    assert_eq!(Adapter::in_process(Answers).length(&mut transfer), Ok(4));
}

#[test]
fn a_count_says_no_more_than_its_type_holds() {
    let words = [7; 300];
    let mut short = Short::initial();
    short.set_words(&words);
    assert_eq!(short.count(), 255);
    assert_eq!(short.digits, [3, 1, 4, 1]);
}

#[test]
fn a_file_is_passed_by_its_number() {
    let file = std::fs::File::open("/dev/null").unwrap();
    let adapter = Adapter::in_process(Answers);
    assert_eq!(adapter.attach(file.as_fd()), Ok(file.as_raw_fd()));
}

#[test]
fn a_number_can_say_an_integer_of_c_without_an_import() {
    let of_an_int = ioctlkit::HOST.encoding.encode(ioctlkit::abi::Direction::Write, b'A', 2, 4);
    assert_eq!(AdapterIoctl::LENGTH, of_an_int.unwrap());
}
