//! What the derives' output calls. Nothing here is for anybody else.

use core::ffi::c_void;

use crate::description::{Command, Fault, Interface, Record, Type};
use crate::text::Text;
use crate::{Backend, Errno, HOST, IoctlData, Request};

pub use crate::description;
pub use ioctlkit_abi::{Direction, MemberAlign, RecordKind, Scalar};
#[cfg(feature = "call")]
pub use rustix::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};

/// What is wrong with a structure: the member it is told of, and the sentence.
pub struct DataFault {
    /// The member's index.
    pub member: usize,
    text: Text,
}

/// Proves that a structure is the same on every ABI, and that it is in Rust what it is in C on the
/// host, where its size and the offsets of its members in bytes are these.
pub const fn check_data(ty: &Type, size: usize, offsets: &[usize]) -> Option<DataFault> {
    let Type::Record(record) = ty else {
        return None;
    };
    if let Some(fault) = record.fault() {
        return Some(told(record, &fault));
    }
    check_host(record, size, offsets)
}

const fn told(record: &'static Record, fault: &Fault) -> DataFault {
    DataFault { member: fault.member, text: record.sentence(fault) }
}

const fn check_host(record: &'static Record, size: usize, offsets: &[usize]) -> Option<DataFault> {
    let mut places = record.places(HOST);
    let mut i = 0;
    while i < offsets.len() {
        let (next, offset) = places.after(&record.members[i]);
        places = next;
        if !matches!(offset, Some(offset) if offset == offsets[i] as u64) {
            let text = Text::new()
                .name(record.members[i].name)
                .text(" is at offset ")
                .number(offsets[i] as u64)
                .text(" in Rust, and not where C puts it on ")
                .text(HOST.name);
            return Some(DataFault { member: i, text });
        }
        i += 1;
    }
    match record.size_align(HOST) {
        Ok(layout) if layout.size == size as u64 => None,
        _ => {
            let text = Text::new()
                .name(record.name)
                .text(" has ")
                .counted(size as u64, "byte")
                .text(" in Rust, and another size in C on ")
                .text(HOST.name);
            Some(DataFault { member: offsets.len().saturating_sub(1), text })
        }
    }
}

/// Ends compilation with the sentence, at the caller's place.
#[track_caller]
pub const fn refuse_data(fault: &DataFault) -> ! {
    panic!("{}", fault.text.as_str())
}

/// A command whose number an earlier one has: its index, and the sentence.
pub struct InterfaceFault {
    /// The command's index.
    pub command: usize,
    text: Text,
}

/// The first command whose number an earlier one has.
pub const fn check_interface(interface: &Interface) -> Option<InterfaceFault> {
    match interface.repeated() {
        Some(repeated) => {
            let text = interface.sentence(&repeated);
            Some(InterfaceFault { command: repeated.second, text })
        }
        None => None,
    }
}

/// Ends compilation with the sentence, at the caller's place.
#[track_caller]
pub const fn refuse_interface(fault: &InterfaceFault) -> ! {
    panic!("{}", fault.text.as_str())
}

/// The command's number on the host. Ends compilation where there is none.
#[track_caller]
pub const fn request(command: &Command, size: usize, large_is_meant: bool) -> Request {
    if let Some(text) = command.size_fault(HOST, large_is_meant) {
        panic!("{}", text.as_str())
    }
    assert!(command.has_host_size(HOST, size), "the argument has another size in Rust than in C");
    match command.number(HOST) {
        Ok(number) => number,
        Err(_) => panic!("the command has no number on this machine"),
    }
}

/// The number of a family's member on the host: `index` is added to the nr, `length` is in bytes.
///
/// # Errors
/// `EINVAL` where the family has no such member, or a number cannot say that length.
#[inline]
pub fn family_request(command: &Command, index: u8, length: usize) -> Result<Request, Errno> {
    if let description::Identity::Encoded { first, last, .. } = command.identity
        && index > last - first
    {
        return Err(Errno::INVAL);
    }
    command.number_of(HOST, index, length as u64).map_err(|_| Errno::INVAL)
}

/// Calls with no argument.
///
/// # Safety
/// The backend's driver takes none for this request.
///
/// # Errors
/// What the driver answers.
#[inline]
pub unsafe fn none<B: Backend + ?Sized>(backend: &B, request: Request) -> Result<i32, Errno> {
    // SAFETY: the caller's.
    unsafe { backend.ioctl(request, core::ptr::null_mut()) }
}

/// Calls with an integer, as a register holds it.
///
/// # Safety
/// The backend's driver takes an integer for this request.
///
/// # Errors
/// What the driver answers.
#[inline]
pub unsafe fn value<B: Backend + ?Sized>(
    backend: &B,
    request: Request,
    value: usize,
) -> Result<i32, Errno> {
    // SAFETY: the caller's.
    unsafe { backend.ioctl(request, core::ptr::without_provenance_mut(value)) }
}

/// Calls with an argument that the driver fills.
///
/// # Safety
/// The backend's driver writes a `T` for this request.
///
/// # Errors
/// What the driver answers.
#[inline]
pub unsafe fn read<T: IoctlData, B: Backend + ?Sized>(
    backend: &B,
    request: Request,
) -> Result<(i32, T), Errno> {
    let mut argument = T::initial();
    // SAFETY: the caller's; whatever bytes the driver writes are a `T`.
    let value = unsafe { backend.ioctl(request, (&raw mut argument).cast()) }?;
    check_reserved(&argument);
    Ok((value, argument))
}

/// Calls with an argument that the driver only reads.
///
/// # Safety
/// The backend's driver reads a `T` for this request, and writes nothing.
///
/// # Errors
/// What the driver answers.
#[inline]
pub unsafe fn write<T: IoctlData, B: Backend + ?Sized>(
    backend: &B,
    request: Request,
    argument: &T,
) -> Result<i32, Errno> {
    if T::PREPARES {
        // SAFETY: any value of an `IoctlData` type may be copied: it owns nothing.
        let mut copy = unsafe { core::ptr::read(argument) };
        copy.prepare();
        // SAFETY: the caller's.
        let value = unsafe { backend.ioctl(request, (&raw mut copy).cast()) };
        core::mem::forget(copy);
        return value;
    }
    // SAFETY: the caller's; the driver does not write through the pointer.
    unsafe { backend.ioctl(request, (&raw const *argument).cast_mut().cast()) }
}

/// Calls with an argument that the driver reads and fills.
///
/// # Safety
/// The backend's driver reads and writes a `T` for this request.
///
/// # Errors
/// What the driver answers.
#[inline]
pub unsafe fn read_write<T: IoctlData, B: Backend + ?Sized>(
    backend: &B,
    request: Request,
    argument: &mut T,
) -> Result<i32, Errno> {
    argument.prepare();
    // SAFETY: the caller's; whatever bytes the driver writes are a `T`.
    let value = unsafe { backend.ioctl(request, (&raw mut *argument).cast()) }?;
    check_reserved(argument);
    Ok(value)
}

/// Calls with the address of something that is as long as the request says.
///
/// # Safety
/// The backend's driver does at `argument` what this request makes it do.
///
/// # Errors
/// What the driver answers.
#[inline]
pub unsafe fn pointer<T, B: Backend + ?Sized>(
    backend: &B,
    request: Request,
    argument: *mut T,
) -> Result<i32, Errno> {
    // SAFETY: the caller's.
    unsafe { backend.ioctl(request, argument.cast::<c_void>()) }
}

/// Repeats a call for as long as a signal interrupts it.
///
/// # Errors
/// What the driver answers in the end.
#[inline]
pub fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            answer => return answer,
        }
    }
}

/// The return value of a command that is declared to return nothing.
#[inline]
pub fn nothing(value: i32) {
    debug_assert!(
        value == 0,
        "the driver returned {value} from a command that is declared to return nothing"
    );
}

/// The file descriptor that a command returned.
///
/// # Safety
/// The number is a file descriptor that nobody else owns.
#[cfg(feature = "call")]
#[inline]
pub unsafe fn owned_fd(value: i32) -> OwnedFd {
    // SAFETY: the caller's.
    unsafe { OwnedFd::from_raw_fd(value) }
}

/// How a device is opened.
#[cfg(feature = "call")]
#[derive(Clone, Copy)]
pub enum Mode {
    /// For reading.
    Read,
    /// For reading and writing.
    ReadWrite,
}

/// Opens a device.
///
/// # Errors
/// What the kernel answers.
#[cfg(feature = "call")]
pub fn open(path: &str, mode: Mode) -> Result<OwnedFd, Errno> {
    use rustix::fs::OFlags;
    let access = match mode {
        Mode::Read => OFlags::RDONLY,
        Mode::ReadWrite => OFlags::RDWR,
    };
    Ok(rustix::fs::open(path, access | OFlags::CLOEXEC, rustix::fs::Mode::empty())?)
}

/// In debug builds: whether the driver left the reserved members alone.
#[inline]
fn check_reserved<T: IoctlData>(argument: &T) {
    if cfg!(debug_assertions)
        && let Type::Record(record) = T::TYPE
    {
        // SAFETY: the description gives the size of a `T` on the host, whose members are all
        // initialised.
        if let Some(member) = unsafe { nonzero_reserved(record, (&raw const *argument).cast()) } {
            panic!("the driver returned something in the reserved member `{member}`");
        }
    }
}

/// The first reserved member that is not zero.
///
/// # Safety
/// `bytes` is the address of a value of that type.
unsafe fn nonzero_reserved(record: &'static Record, bytes: *const u8) -> Option<&'static str> {
    for (member, place) in record.offsets(HOST) {
        let offset = usize::try_from(place.offset()).ok()?;
        let size = usize::try_from(place.size_bits / 8).ok()?;
        // SAFETY: the member is inside of the value.
        let first = unsafe { bytes.add(offset) };
        if member.role == description::Role::Reserved {
            // SAFETY: the member has this size and is initialised.
            let bytes = unsafe { core::slice::from_raw_parts(first, size) };
            if bytes.iter().any(|byte| *byte != 0) {
                return Some(member.name);
            }
        } else if let (Type::Record(inner), RecordKind::Struct) = (member.ty, record.kind) {
            // SAFETY: the member is a value of the inner type.
            let found = unsafe { nonzero_reserved(inner, first) };
            if found.is_some() {
                return found;
            }
        }
    }
    None
}
