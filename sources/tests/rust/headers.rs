//! The same interface in C and in Rust comes to the same on every ABI.

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Interface, Layouts, RecordId};
use ioctlkit_sources::c;

use crate::support::{command, read_text};

const HEADER: &str = r"
#include <linux/ioctl.h>
#include <linux/types.h>

struct inner { __u32 a; __u64 b; };
struct small { __u8 x[3]; } __attribute__((packed));
struct aligned { __u32 a; } __attribute__((aligned(16)));
struct squeezed { __u8 a; __u64 b; __u16 c; } __attribute__((packed));
struct tail { __u32 count; __u64 items[]; };
union either { __u64 whole; __u32 half[2]; struct inner in; };
struct words { long l; unsigned long u; void *p; __kernel_size_t s; int i; char c; short h; };
struct everything {
	__u8 letter;
	struct inner in;
	struct small small;
	union either either;
	struct aligned aligned;
	struct inner list[2];
	__u64 last;
};

#define X_NONE		_IO('x', 0)
#define X_INNER		_IOR('x', 1, struct inner)
#define X_SMALL		_IOW('x', 2, struct small)
#define X_ALIGNED	_IOWR('x', 3, struct aligned)
#define X_SQUEEZED	_IOR('x', 4, struct squeezed)
#define X_TAIL		_IOR('x', 5, struct tail)
#define X_EITHER	_IOR('x', 6, union either)
#define X_WORDS		_IOR('x', 7, struct words)
#define X_EVERYTHING	_IOWR('x', 8, struct everything)
#define X_INT		_IOW('x', 9, int)
";

const SOURCE: &str = r"
use std::ffi::{c_char, c_int, c_long, c_short, c_ulong, c_void};
use nix::{ioctl_none, ioctl_read, ioctl_readwrite, ioctl_write_ptr, ioctl_write_int};

#[repr(C)] pub struct inner { a: u32, b: u64 }
#[repr(C, packed)] pub struct small { x: [u8; 3] }
#[repr(C, align(16))] pub struct aligned { a: u32 }
#[repr(packed, C)] pub struct squeezed { a: u8, b: u64, c: u16 }
#[repr(C)] pub struct tail { count: u32, items: [u64; 0] }
#[repr(C)] pub union either { whole: u64, half: [u32; 2], r#in: std::mem::ManuallyDrop<inner> }
#[repr(C)] pub struct words {
    l: c_long, u: c_ulong, p: *mut c_void, s: usize, i: c_int, c: c_char, h: c_short,
}
const TWO: usize = 1 + 1;
#[repr(C)] pub struct everything {
    letter: u8, r#in: inner, small: small, either: either, aligned: aligned, list: [inner; TWO], last: u64,
}
ioctl_none!(X_NONE, b'x', 0);
ioctl_read!(X_INNER, b'x', 1, inner);
ioctl_write_ptr!(X_SMALL, b'x', 2, small);
ioctl_readwrite!(X_ALIGNED, b'x', 3, aligned);
ioctl_read!(X_SQUEEZED, b'x', 4, squeezed);
ioctl_read!(X_TAIL, b'x', 5, tail);
ioctl_read!(X_EITHER, b'x', 6, either);
ioctl_read!(X_WORDS, b'x', 7, words);
ioctl_readwrite!(X_EVERYTHING, b'x', 8, everything);
ioctl_write_int!(X_INT, b'x', 9);
";

fn of_c() -> Interface {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h");
    std::fs::write(&path, HEADER).unwrap();
    let (interface, problems) = c::read(&c::Request { paths: vec![path], ..c::Request::default() });
    assert!(problems.is_empty(), "{problems:#?}");
    interface
}

fn named(interface: &Interface, name: &str) -> RecordId {
    let named = |record: &ioctlkit_model::Record| record.name.as_deref() == Some(name);
    RecordId(interface.records.iter().position(named).unwrap() as u32)
}

#[test]
fn every_number_is_that_of_the_header_on_every_abi() {
    let (c, rust) = (of_c(), read_text(SOURCE));
    let (of_c, of_rust) = (Layouts::new(&c), Layouts::new(&rust));
    assert_eq!(c.commands.len(), 10);
    assert_eq!(rust.commands.len(), 10);
    for header in &c.commands {
        let source = command(&rust, &header.name);
        for abi in AbiSet::ALL {
            let expected = of_c.number(header, abi).unwrap();
            let found = of_rust.number(source, abi).unwrap();
            assert_eq!(found, expected, "{} on {}", header.name, abi.abi().name);
        }
    }
}

#[test]
fn every_member_is_where_the_header_has_it_on_every_abi() {
    let (c, rust) = (of_c(), read_text(SOURCE));
    let (of_c, of_rust) = (Layouts::new(&c), Layouts::new(&rust));
    for name in ["inner", "small", "aligned", "squeezed", "tail", "either", "words", "everything"] {
        for abi in AbiSet::ALL {
            let expected = of_c.record(named(&c, name), abi).unwrap();
            let found = of_rust.record(named(&rust, name), abi).unwrap();
            assert_eq!(found, expected, "{name} on {}", abi.abi().name);
        }
    }
}
