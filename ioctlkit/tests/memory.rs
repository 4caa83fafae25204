//! What the library does with memory, for Miri to watch: `cargo +nightly miri test -p ioctlkit`.
//! Drivers in the same process answer, since Miri makes no system call of this kind.

#![allow(missing_docs)]

use core::cell::RefCell;
use core::ffi::c_void;
use core::mem::{MaybeUninit, offset_of};

use ioctlkit::{
    Backend, CompatU64, Errno, Flexible, FlexibleArray, FlexibleData, Ioctl, IoctlData, Request,
    Reserved, UserConstPtr, UserPtr, zeroed,
};

/// The elements begin at offset 12 of 16, in what is padding on most machines.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
#[ioctl(not_portable)]
pub struct InPadding {
    pub id: u64,
    pub count: u32,
    #[ioctl(count = count)]
    pub entries: FlexibleArray<u8>,
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Record {
    pub a: u32,
    pub b: u32,
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub union Either {
    pub number: u64,
    pub record: Record,
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub struct Holds<'a> {
    #[ioctl(size)]
    pub size: u32,
    pub reserved0: Reserved<4>,
    pub either: Either,
    pub input: UserConstPtr<'a, u8>,
    pub output: UserPtr<'a, Record>,
    pub length: u32,
    pub reserved1: Reserved<4>,
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C, packed)]
pub struct Packed {
    pub tag: u8,
    pub value: u64,
    pub compat: CompatU64,
}

#[derive(Ioctl)]
#[ioctl(type = b'M', device = Memory)]
pub enum MemoryIoctl<'a> {
    #[ioctl(nr = 1, read)]
    Packed(Packed),
    #[ioctl(nr = 2, write)]
    SetPacked(Packed),
    #[ioctl(nr = 3, read_write)]
    Holds(Holds<'a>),
    #[ioctl(nr = 4, write)]
    SetHolds(Holds<'a>),
    #[ioctl(nr = 5, read_write)]
    List(Flexible<InPadding>),
    #[ioctl(nr = 6, read, buffer = Record)]
    Records,
    #[ioctl(nr = 7, value, returns = i32)]
    Negate(i32),
}

/// Writes and reads what a driver of these commands does, through the address alone.
#[derive(Default)]
struct Driver {
    packed: RefCell<Option<Packed>>,
}

impl Backend for Driver {
    unsafe fn ioctl(&self, request: Request, argument: *mut c_void) -> Result<i32, Errno> {
        // SAFETY: the commands pass the address of what they are declared with.
        unsafe {
            match request {
                MemoryIoctl::PACKED => {
                    let packed = self.packed.borrow().ok_or(Errno::NODEV)?;
                    argument.cast::<Packed>().write_unaligned(packed);
                }
                MemoryIoctl::SET_PACKED => {
                    *self.packed.borrow_mut() = Some(argument.cast::<Packed>().read_unaligned());
                }
                MemoryIoctl::HOLDS | MemoryIoctl::SET_HOLDS => {
                    let holds = argument.cast::<Holds<'_>>();
                    assert_eq!((*holds).size as usize, size_of::<Holds<'_>>());
                    let input = (*holds).input.as_ptr();
                    let output = (*holds).output.as_ptr();
                    for index in 0..(*holds).length as usize {
                        let a = u32::from(input.add(index).read());
                        output.add(index).write(Record { a, b: (*holds).either.record.a });
                    }
                    if request == MemoryIoctl::HOLDS {
                        (*holds).either.number = u64::MAX;
                    }
                }
                MemoryIoctl::LIST => {
                    let list = argument.cast::<InPadding>();
                    let count = (&raw const (*list).count).read();
                    let first = argument.cast::<u8>().add(offset_of!(InPadding, entries));
                    for index in 0..count as usize {
                        first.add(index).write(index as u8 + 1);
                    }
                }
                MemoryIoctl::NEGATE => return Ok(-(argument.addr().cast_signed() as i32)),
                _ if request & 0xff == 6 => {
                    let bytes = (request >> 16 & 0x1fff) as usize;
                    for index in 0..bytes / size_of::<Record>() {
                        argument.cast::<Record>().add(index).write(Record { a: 1, b: 2 });
                    }
                }
                _ => return Err(Errno::NOTTY),
            }
        }
        Ok(0)
    }
}

fn memory() -> Memory<Driver> {
    // SAFETY: the driver answers the interface's commands.
    unsafe { Memory::new(Driver::default()) }
}

#[test]
fn packed_structures_are_read_and_written_where_they_stand() {
    let memory = memory();
    assert_eq!(memory.packed().map(drop), Err(Errno::NODEV));
    memory.set_packed(&Packed { tag: 1, value: 2, compat: CompatU64::new(3) }).unwrap();
    let packed = memory.packed().unwrap();
    let (value, compat) = (packed.value, packed.compat);
    assert_eq!((packed.tag, value, compat.get()), (1, 2, 3));
}

#[test]
fn a_driver_reaches_what_pointers_in_a_structure_lead_to() {
    let memory = memory();
    let input = [7_u8, 8];
    let mut output = [MaybeUninit::uninit(); 2];
    let mut holds = Holds {
        input: UserConstPtr::from_slice(&input),
        output: UserPtr::from_uninit_mut(&mut output),
        length: 2,
        either: Either { record: Record { a: 5, b: 6 } },
        ..Holds::initial()
    };
    memory.set_holds(&holds).unwrap();
    memory.holds(&mut holds).unwrap();
    // SAFETY: any bytes are either variant, and the driver filled what was lent to it.
    let (number, first) = unsafe { (holds.either.number, output[0].assume_init()) };
    assert_eq!((first.a, first.b, number), (7, 5, u64::MAX));
}

#[test]
fn elements_that_begin_in_the_padding_stay_initialised() {
    let mut list = Flexible::<InPadding>::with_capacity(6);
    let is_padded = align_of::<u64>() == 8;
    assert_eq!(InPadding::TAIL < size_of::<InPadding>(), is_padded);
    memory().list(&mut list).unwrap();
    assert_eq!(list.elements(), [1, 2, 3, 4, 5, 6]);
    list.change(|structure| {
        *structure = InPadding { id: 9, count: 4, entries: FlexibleArray::EMPTY };
    });
    assert_eq!(list.id, 9);
    assert_eq!(list.elements(), [1, 2, 3, 4]);
    list.elements_mut().fill(3);
    assert_eq!(list.clone().elements(), [3; 4]);
    list.change(|structure| structure.count = 7);
    assert_eq!(memory().list(&mut list), Err(Errno::INVAL), "more than there is room for");
}

#[test]
fn a_buffer_is_as_long_as_the_request_says() {
    let mut records: [Record; 3] = zeroed();
    memory().records(&mut records).unwrap();
    assert!(records.iter().all(|record| (record.a, record.b) == (1, 2)));
}

#[test]
fn an_integer_is_passed_without_an_address() {
    assert_eq!(memory().negate(-3), Ok(3));
}

#[test]
fn reserved_members_can_be_looked_at() {
    let holds: Holds<'_> = zeroed();
    assert!(holds.reserved0.is_zero() && holds.output.is_null());
    assert_eq!(format!("{:?}", holds.reserved1), "0");
}
