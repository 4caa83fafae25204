//! What the derives' output calls. Nothing here is for anybody else.

use core::ffi::c_void;

#[cfg(feature = "alloc")]
use crate::Flexible;
use crate::description::{Command, Constraint, Fault, Interface, Record, Type};
use crate::text::Text;
use crate::{Backend, Errno, FlexibleData, HOST, IoctlData, Request};

pub use crate::description;
pub use ioctlkit_abi::{Direction, MemberAlign, RecordKind, Scalar};
#[cfg(feature = "call")]
pub use rustix::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};

/// What is wrong with a structure: the member that it concerns, and the message.
pub struct DataFault {
    /// The member's index.
    pub member: usize,
    text: Text,
}

/// Proves that a structure is the same on every ABI, that it is in Rust what it is in C on the
/// host, where the offsets of its members in bytes are these, and that it owns nothing.
pub const fn check_data<T>(ty: &Type, offsets: &[usize]) -> Option<DataFault> {
    let Type::Record(record) = ty else {
        return None;
    };
    if core::mem::needs_drop::<T>() {
        let text = Text::new().name(record.name).text(
            " has a destructor, and what the kernel writes over it never runs one: remove its `Drop`",
        );
        return Some(DataFault { member: usize::MAX, text });
    }
    let size = size_of::<T>();
    if record.is_unread() {
        return None;
    }
    if let Some(fault) = record.misused() {
        return Some(told(record, &fault));
    }
    if record.is_contiguous(size, offsets) {
        return None;
    }
    if let Some(fault) = record.fault() {
        return if record.follows(&fault) { None } else { Some(told(record, &fault)) };
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

/// The command's number on the host; 0 where it has none, which [`prove_command`] tells.
pub const fn request(command: &Command) -> Request {
    match command.number(HOST) {
        Ok(number) => number,
        Err(_) => 0,
    }
}

/// Proves that the command has a number on the host, where its argument has `size` bytes in Rust,
/// or where none is given the number says another size. Ends compilation otherwise, at the
/// caller's place.
#[track_caller]
pub const fn prove_command(command: &Command, size: Option<usize>, large_is_meant: bool) {
    if let Some(text) = command.fault(HOST, size, large_is_meant) {
        panic!("{}", text.as_str())
    }
}

/// Proves that a call has room for all of the command's argument: one that ends in a flexible array
/// is passed with its elements. Ends compilation otherwise, at the caller's place.
#[track_caller]
pub const fn prove_room(command: &Command) {
    if let Some(text) = command.elements_fault() {
        panic!("{}", text.as_str())
    }
}

/// Proves that a wrapper owns no more than what it wraps.
#[track_caller]
pub const fn prove_owns_nothing<T>() {
    assert!(
        !core::mem::needs_drop::<T>(),
        "the type has a destructor, and what the kernel writes over it never runs one: remove its \
         `Drop`"
    );
}

/// Proves that the elements of a flexible array stand where they may be borrowed.
#[track_caller]
pub const fn prove_tail<T: FlexibleData>() {
    assert!(
        T::TAIL.is_multiple_of(align_of::<T::Element>()),
        "the packed structure puts the array's elements where they are not aligned: take an \
         element such as `u8`, or write the structure without `packed`"
    );
}

/// How much padding is behind each member where every integer is aligned to its size, in bytes;
/// behind the last one up to a multiple of 4, which is what arm OABI rounds structures to.
pub const fn padding<const N: usize>(members: &[Type; N]) -> [usize; N] {
    let mut padding = [0; N];
    let mut end: u64 = 0;
    let mut strictest = 4;
    let mut i = 0;
    while i < N {
        // A type without a layout is refused where its own structure is checked.
        if let Ok(layout) = members[i].size_align(STRICTEST) {
            let start = layout.align * end.div_ceil(layout.align);
            if i > 0 {
                padding[i - 1] = (start - end) as usize;
            }
            end = start + layout.size;
            if layout.align > strictest {
                strictest = layout.align;
            }
        }
        i += 1;
    }
    if N > 0 {
        padding[N - 1] = (strictest * end.div_ceil(strictest) - end) as usize;
    }
    padding
}

/// An ABI that aligns every integer to its size.
const STRICTEST: &ioctlkit_abi::Abi = &ioctlkit_abi::ABIS[0];

/// Proves that the structure made for a 32-bit ABI is, on the 64-bit ABI whose kernel runs its
/// programs, what the original is there.
#[track_caller]
pub const fn check_compat(original: &Type, made: &Type, abi: &str) {
    let (Type::Record(original), Type::Record(made)) = (original, made) else {
        return;
    };
    let Some(guest) = ioctlkit_abi::Abi::by_name(abi) else {
        return;
    };
    let mut there = original.places(guest);
    let mut here = made.places(SIXTY_FOUR_BIT);
    let mut i = 0;
    while i < original.members.len() && i < made.members.len() {
        let (next, offset) = there.after(&original.members[i]);
        there = next;
        let (next, made_offset) = here.after(&made.members[i]);
        here = next;
        let same = matches!((offset, made_offset), (Some(a), Some(b)) if a == b);
        if !same {
            let text = Text::new()
                .name(original.members[i].name)
                .text(" is not where programs of ")
                .text(abi)
                .text(" have it: say what an earlier member is there with `#[ioctl(compat = …)]`");
            panic!("{}", text.as_str())
        }
        i += 1;
    }
    let same = matches!(
        (original.size_align(guest), made.size_align(SIXTY_FOUR_BIT)),
        (Ok(a), Ok(b)) if a.size == b.size
    );
    if !same {
        let text = Text::new()
            .name(original.name)
            .text(" has another size in programs of ")
            .text(abi)
            .text(": say what its members are there with `#[ioctl(compat = …)]`");
        panic!("{}", text.as_str())
    }
}

/// A 64-bit ABI: the structures made for 32-bit ABIs are the same on all of them.
const SIXTY_FOUR_BIT: &ioctlkit_abi::Abi = &ioctlkit_abi::ABIS[0];

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

/// An integer that counts the elements of a flexible array.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot count elements",
    label = "make it an integer, such as `u32`"
)]
pub trait Count: Copy {
    /// The largest number of elements.
    const MAX: u64;
    /// The number of elements that this says.
    fn get(self) -> u64;
    /// What says that number; more than the largest are cut off.
    fn of(count: u64) -> Self;
}

macro_rules! counts {
    ($($integer:ty)+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl Count for $integer {
                const MAX: u64 = <$integer>::MAX as u64;
                #[inline]
                fn get(self) -> u64 {
                    // What is negative is no number of elements.
                    u64::try_from(self).unwrap_or(0)
                }
                #[inline]
                fn of(count: u64) -> Self {
                    Self::try_from(count).unwrap_or(Self::MAX)
                }
            }
        )+
    };
}

counts!(u8 i8 u16 i16 u32 i32 u64 i64 usize isize);

/// Whether a member that is limited so may have a value.
pub const fn takes(constraint: &Constraint, value: i128) -> bool {
    match constraint {
        Constraint::None => true,
        Constraint::Flags(mask) => value >= 0 && value & !(*mask as i128) == 0,
        Constraint::Range { first, last } => *first <= value && value <= *last,
        Constraint::Values(values) => {
            let mut i = 0;
            while i < values.len() {
                if values[i] == value {
                    return true;
                }
                i += 1;
            }
            false
        }
    }
}

/// What a command returns as a new file.
#[cfg(feature = "call")]
#[diagnostic::on_unimplemented(
    message = "a command cannot return a `{Self}`",
    label = "write an integer such as `u32`, `OwnedFd`, or a device newtype",
    note = "`device = Name` on an interface and `ioctlkit::device!` make device newtypes"
)]
pub trait FromFd: Sized {
    /// Takes the file that a command returned.
    ///
    /// # Safety
    /// The file is what the command is declared to return.
    unsafe fn from_fd(fd: OwnedFd) -> Self;
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
pub(crate) unsafe fn read<T: IoctlData, B: Backend + ?Sized>(
    backend: &B,
    request: Request,
    argument: &mut T,
) -> Result<i32, Errno> {
    // SAFETY: the caller's; whatever bytes the driver writes are a `T`.
    let value = unsafe { backend.ioctl(request, (&raw mut *argument).cast()) }?;
    check_reserved(argument);
    Ok(value)
}

/// Calls with an argument that the driver only reads.
///
/// # Safety
/// The backend's driver reads a `T` for this request, and writes nothing.
///
/// # Errors
/// What the driver answers.
#[inline]
pub(crate) unsafe fn write<T: IoctlData, B: Backend + ?Sized>(
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
pub(crate) unsafe fn read_write<T: IoctlData, B: Backend + ?Sized>(
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

/// Calls with a structure and the elements behind it, which the driver only reads.
///
/// # Safety
/// The backend's driver reads a `T` for this request, with as many elements behind it as that says,
/// and writes nothing.
///
/// # Errors
/// What the driver answers; `EINVAL` where the structure says more elements than there are.
#[cfg(feature = "alloc")]
#[inline]
pub unsafe fn elements<T: FlexibleData, B: Backend + ?Sized>(
    backend: &B,
    request: Request,
    argument: &Flexible<T>,
) -> Result<i32, Errno> {
    if T::PREPARES {
        let mut copy = argument.clone();
        copy.prepare_call()?;
        // SAFETY: the caller's.
        return unsafe { pointer(backend, request, copy.as_mut_ptr()) };
    }
    argument.check_count()?;
    // SAFETY: the caller's; the driver does not write through the pointer.
    unsafe { pointer(backend, request, argument.as_ptr().cast_mut()) }
}

/// Calls with a structure and the elements behind it, which the driver changes.
///
/// # Safety
/// The backend's driver reads and writes a `T` for this request, with as many elements behind it as
/// that says.
///
/// # Errors
/// What the driver answers; `EINVAL` where the structure says more elements than there is room for.
#[cfg(feature = "alloc")]
#[inline]
pub unsafe fn elements_mut<T: FlexibleData, B: Backend + ?Sized>(
    backend: &B,
    request: Request,
    argument: &mut Flexible<T>,
) -> Result<i32, Errno> {
    argument.prepare_call()?;
    // SAFETY: the caller's; whatever bytes the driver writes are a `T` and elements.
    let value = unsafe { pointer(backend, request, argument.as_mut_ptr()) }?;
    check_reserved::<T>(argument);
    Ok(value)
}

/// The member of a family that a request is: what was added to the first nr, and the length in
/// bytes.
pub fn family_member(command: &Command, request: Request) -> Option<(u8, usize)> {
    let description::Identity::Encoded { first, last, .. } = command.identity else {
        return None;
    };
    let decoded = HOST.encoding.decode(request);
    let index = decoded.nr.checked_sub(first).filter(|_| decoded.nr <= last)?;
    let same = command.number_of(HOST, index, u64::from(decoded.size)) == Ok(request);
    same.then_some((index, usize::from(decoded.size)))
}

/// The slice that was passed.
///
/// # Safety
/// `argument` is the address of `length` bytes that hold values of the type, and they are not
/// written to while the slice exists.
pub unsafe fn buffer<'a, T: IoctlData>(argument: *mut c_void, length: usize) -> &'a [T] {
    let count = length / size_of::<T>().max(1);
    // SAFETY: the caller's.
    unsafe { core::slice::from_raw_parts(argument.cast(), count) }
}

/// The slice that was passed, to be filled.
///
/// # Safety
/// `argument` is the address of `length` bytes that hold values of the type, and nobody else
/// reaches them while the slice exists.
pub unsafe fn buffer_mut<'a, T: IoctlData>(argument: *mut c_void, length: usize) -> &'a mut [T] {
    let count = length / size_of::<T>().max(1);
    // SAFETY: the caller's.
    unsafe { core::slice::from_raw_parts_mut(argument.cast(), count) }
}

/// Gives a structure and the elements behind it to a driver that only reads them.
///
/// # Safety
/// `argument` is the address of a structure with as many elements as it says it has.
///
/// # Errors
/// What the driver answers.
pub unsafe fn with_elements<T: FlexibleData, R>(
    argument: *mut c_void,
    answer: impl FnOnce(&T, &[T::Element]) -> R,
) -> R {
    // SAFETY: the caller's; the structure and its elements are only read.
    unsafe {
        let structure = &*argument.cast::<T>();
        let first = argument.cast::<u8>().add(T::TAIL).cast();
        answer(structure, core::slice::from_raw_parts(first, structure.count() as usize))
    }
}

/// Gives a structure and the elements behind it to a driver that changes them.
///
/// # Safety
/// `argument` is the address of a structure with as many elements as it says it has, which nobody
/// else reaches.
///
/// # Errors
/// What the driver answers.
pub unsafe fn with_elements_mut<T: FlexibleData, R>(
    argument: *mut c_void,
    answer: impl FnOnce(&mut T, &mut [T::Element]) -> R,
) -> R {
    // The first element may stand inside of the structure, in what would be padding, so that both
    // cannot be borrowed: the driver changes a copy, of which what is in front of it goes back.
    // SAFETY: the caller's; any value of an `IoctlData` type may be copied.
    let mut structure = unsafe { argument.cast::<T>().read() };
    let count = structure.count() as usize;
    // SAFETY: the caller's.
    let elements = unsafe {
        let first = argument.cast::<u8>().add(T::TAIL).cast();
        core::slice::from_raw_parts_mut(first, count)
    };
    let answered = answer(&mut structure, elements);
    let bytes = T::TAIL.min(size_of::<T>());
    // SAFETY: both are structures of at least so many bytes, and not the same one.
    unsafe {
        core::ptr::copy_nonoverlapping((&raw const structure).cast::<u8>(), argument.cast(), bytes);
    }
    answered
}

/// The number of a file descriptor that is given away.
#[cfg(feature = "call")]
pub fn raw_fd(fd: OwnedFd) -> i32 {
    rustix::fd::IntoRawFd::into_raw_fd(fd)
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

/// A file descriptor as an argument.
#[cfg(feature = "call")]
#[inline]
pub fn fd_value(fd: BorrowedFd<'_>) -> usize {
    // No open file has a negative number.
    usize::try_from(rustix::fd::AsRawFd::as_raw_fd(&fd)).unwrap_or(usize::MAX)
}

/// The file descriptor that an argument is.
///
/// # Safety
/// It is open for as long as the call takes.
#[cfg(feature = "call")]
pub unsafe fn fd_of<'a>(argument: *mut c_void) -> BorrowedFd<'a> {
    // SAFETY: the caller's.
    unsafe { BorrowedFd::borrow_raw(argument.addr().cast_signed() as i32) }
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
    // Which variant of a union is in use is the driver's to know.
    if record.kind == RecordKind::Union {
        return None;
    }
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
        } else if let Type::Record(inner) = member.ty {
            // SAFETY: the member is a value of the inner type.
            let found = unsafe { nonzero_reserved(inner, first) };
            if found.is_some() {
                return found;
            }
        }
    }
    None
}
