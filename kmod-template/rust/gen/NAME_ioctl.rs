// SPDX-License-Identifier: GPL-2.0-only
${stamp}

//! The commands of ${it.where|comment}: their numbers, their arguments, and what is between a
//! caller and the driver, which implements [`${it.symbol|type}Ops`].

#[cfg(not(CONFIG_64BIT))]
compile_error!("these layouts are those of kernels of 64 bits");

//% if it.uses.family or it.objects
use core::hint::black_box;
//% endif
use core::marker::PhantomData;
//% if rust.records
use core::mem::offset_of;
//% endif
//% if it.uses.file
use core::ptr::NonNull;
//% endif

use kernel::{
    bindings,
    error::{
//% if it.uses.file
        from_err_ptr,
//% endif
        to_result,
        VTABLE_DEFAULT_ERROR, //
    },
//% if it.uses.file
    fs::{
        file::{
            flags,
            FileDescriptorReservation, //
        },
        File, //
    },
//% elif rust.modes.read or rust.modes.write
    fs::{
        file::flags,
        File, //
    },
//% else
    fs::File,
//% endif
//% if rust.numbers
    ioctl::{
//% for name in rust.numbers
        ${name},/*% if loop.last %*/ ///*% endif %*/
//% endfor
    },
//% endif
    miscdevice::{
        MiscDevice,
        MiscDeviceOptions,
        MiscDeviceRegistration, //
    },
//% if rust.helpers.grown
    page::PAGE_SIZE,
//% endif
    prelude::*,
//% if it.objects and it.uses.file
    sync::{
        aref::ARef,
        Arc,
        Mutex, //
    },
//% elif it.objects
    sync::{
        Arc,
        Mutex, //
    },
//% elif it.uses.file
    sync::aref::ARef,
//% endif
    transmute::{
        AsBytes,
        FromBytes, //
    },
//% if it.uses.file
    types::{
        ForeignOwnable,
        Opaque, //
    },
//% else
    types::Opaque,
//% endif
//% if it.uses.address
    uaccess::{
        UserPtr,
        UserSlice, //
    },
//% endif
};
//% if it.uses.flexible

/// The bytes of a caller's array that the driver takes at most. More is answered with `E2BIG`,
/// before memory is taken for it.
pub(crate) const ARRAY_BYTES_MAX: usize = 0x10_0000;
//% endif
//% if it.objects

/// The objects of a kind that an open file has at most. More are refused with `EBUSY`.
pub(crate) const HANDLES_MAX: usize = 0xffff;
//% endif
//% for constant in rust.constants

//% for line in constant.docs
/// ${line|comment}
//% endfor
//% if not constant.docs
/// A constant of the interface.
//% endif
#[allow(dead_code)]
pub(crate) const ${constant.name}: ${constant.type} = ${constant.value|code};
//% endfor
//% for record in rust.records

/// ${record.summary|sentence}
//% for line in record.details
//% if line
/// ${line|comment}
//% else
///
//% endif
//% endfor
#[repr(C)]
#[derive(Clone, Copy, Zeroable)]
pub(crate) struct ${record.name} {
//% for member in record.members
    /// ${member.docs|sentence}
    pub(crate) ${member.name}: ${member.type|code},
//% endfor
}

const _: () = {
    assert!(size_of::<${record.name}>() == ${record.size});
//% for member in record.members
    assert!(offset_of!(${record.name}, ${member.name}) == ${member.offset});
//% endfor
};

// SAFETY: Its members are integers, arrays of them, and structures of the same kind.
unsafe impl FromBytes for ${record.name} {}
// SAFETY: The sizes of its members add up to its own: no byte of it is padding.
unsafe impl AsBytes for ${record.name} {}
//% if record.min_size

impl ${record.name} {
    /// The size of its first version, in bytes.
    pub(crate) const SIZE_VER0: usize = ${record.min_size};
}
//% endif
//% endfor

//% for record in rust.compat
//% for layout in record.layouts

/// [`${record.native}`], as 32-bit programs have it.
#[cfg(all(CONFIG_COMPAT, ${layout.when|code}))]
#[repr(C, packed)]
#[derive(Clone, Copy, Zeroable)]
struct ${record.name} {
//% for member in layout.members
    ${member.name}: ${member.type|code},
//% endfor
}

#[cfg(all(CONFIG_COMPAT, ${layout.when|code}))]
const _: () = assert!(size_of::<${record.name}>() == ${layout.size});
//% endfor

// SAFETY: Its members are integers, arrays of them, and structures of the same kind.
#[cfg(CONFIG_COMPAT)]
unsafe impl FromBytes for ${record.name} {}
// SAFETY: It is packed: no byte of it is padding.
#[cfg(CONFIG_COMPAT)]
unsafe impl AsBytes for ${record.name} {}

#[cfg(CONFIG_COMPAT)]
impl ${record.name} {
//% if record.taken
    /// Fills the kernel's own in.
    fn fill(&self, to: &mut ${record.native}) {
//% for member in record.members
//% if member.kind == "nested"
        let from = self.${member.name};
        from.fill(&mut to.${member.name});
//% elif member.kind == "array"
        let from = self.${member.name};
        for (to, from) in to.${member.name}.iter_mut().zip(from) {
            *to = from as ${member.type|code};
        }
//% elif member.widens
        to.${member.name} = self.${member.name} as ${member.type|code};
//% else
        to.${member.name} = self.${member.name};
//% endif
//% endfor
    }
//% endif
//% if record.returned

    /// Takes the kernel's own, unless a member has no room for it.
    fn set(&mut self, from: &${record.native}) -> Result {
//% for member in record.members
//% if member.kind == "nested"
        let mut to = self.${member.name};
        to.set(&from.${member.name})?;
        self.${member.name} = to;
//% elif member.kind == "array"
        let mut all = self.${member.name};
        for (to, from) in all.iter_mut().zip(from.${member.name}) {
            *to = from.try_into().map_err(|_| EOVERFLOW)?;
        }
        self.${member.name} = all;
//% elif member.kind == "pointer"
        self.${member.name} = from.${member.name} as u32;
//% elif member.widens
        self.${member.name} = from.${member.name}.try_into().map_err(|_| EOVERFLOW)?;
//% else
        self.${member.name} = from.${member.name};
//% endif
//% endfor
        Ok(())
    }
//% endif
}
//% endfor
//% for record in it.checks

impl ${record.type|type} {
    /// Refuses what it may not hold.
    fn check(&self) -> Result {
//% for rule in record.rules
//% if rule.kind == "reserved_bytes"
        if !is_zero(&self.${rule.member|ident}) {
            return Err(EINVAL);
        }
//% elif rule.kind == "condition"
        if ${rule.in_rust|code} {
            return Err(EINVAL);
        }
//% elif rule.kind == "nested"
        self.${rule.member|ident}.check()?;
//% elif rule.kind == "nested_array"
        for element in &self.${rule.member|ident} {
            element.check()?;
        }
//% endif
//% endfor
        Ok(())
    }
}
//% endfor

//% for c in rust.commands
/// ${c.docs|sentence}
pub(crate) const ${c.name}: u32 = ${c.value|code};
//% if c.last
const ${c.name}_LAST: u32 = ${c.name} + ${c.last};
//% endif
//% if c.compat
/// The same, as 32-bit programs have it.
#[cfg(CONFIG_COMPAT)]
const ${c.name}_COMPAT: u32 = ${c.compat|code};
//% if c.last
#[cfg(CONFIG_COMPAT)]
const ${c.name}_COMPAT_LAST: u32 = ${c.name}_COMPAT + ${c.last};
//% endif
//% endif
//% endfor

/// What the driver does for each command. It is implemented by what an open file has.
///
/// A handler runs when its argument has been copied in and found valid. The caller gets what it
/// answers, and what it leaves in its argument only when it succeeds. No lock is held. A command
/// without a method answers `ENOTTY`.
//% if it.objects
///
/// A handler that makes an object returns it; the file holds it until its handle goes. No other
/// thread finds the object before the caller has its handle. If two threads destroy an object at
/// once, the handler may run in both: the handle is taken away when it has returned, and the
/// second caller gets `ENOENT`.
//% endif
#[vtable]
pub(crate) trait ${it.symbol|type}Ops: Sized + Sync {
//% for object in it.objects
    /// What ${object.creators|comment} makes.
    type ${object.name|type}: Send + Sync;
//% endfor
//% if it.objects

    /// The objects of this file.
    fn handles(&self) -> &${it.symbol|type}Handles<Self>;
//% endif
//% for c in it.commands

    /// `${c.macro|comment}`: ${c.summary|comment}.
    fn ${c.op|ident}(&self, ${rust.signatures[loop.index0].unused|code}) -> ${rust.signatures[loop.index0].result|code} {
        build_error!(VTABLE_DEFAULT_ERROR)
    }
//% endfor
}
//% if it.objects

/// The objects of an open file.
#[pin_data]
pub(crate) struct ${it.symbol|type}Handles<T: ${it.symbol|type}Ops> {
//% for object in it.objects
    #[pin]
    ${object.name|ident}: Mutex<Objects<T::${object.name|type}>>,
//% endfor
}

impl<T: ${it.symbol|type}Ops> ${it.symbol|type}Handles<T> {
    /// None as yet.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
//% for object in it.objects
            ${object.name|ident} <- kernel::new_mutex!(Objects::new()),
//% endfor
        })
    }
}

/// A place for an object, whose handle is one more than its index.
enum Slot<T> {
    Free,
    /// A command is making what goes here.
    Reserved,
    Taken(Arc<T>),
}

/// The objects of a kind.
struct Objects<T> {
    places: KVVec<Slot<T>>,
    /// No place before this one is free.
    first_free: usize,
}

impl<T> Objects<T> {
    fn new() -> Self {
        Self {
            places: KVVec::new(),
            first_free: 0,
        }
    }

    /// The lowest handle that is free, which is reserved until it is published or released.
    fn reserve(&mut self) -> Result<u32> {
        let is_taken = |place: &&Slot<T>| !matches!(place, Slot::Free);
        let behind = self.places.iter().skip(self.first_free);
        let index = self.first_free + behind.take_while(is_taken).count();
        if index >= HANDLES_MAX {
            return Err(EBUSY);
        }
        match self.places.get_mut(index) {
            Some(place) => *place = Slot::Reserved,
            None => self.places.push(Slot::Reserved, GFP_KERNEL_ACCOUNT)?,
        }
        self.first_free = index + 1;
        Ok(index as u32 + 1)
    }

    fn place(&mut self, handle: u32) -> Option<&mut Slot<T>> {
        let index = (handle as usize).checked_sub(1)?;
        let size = self.places.len();
        if index >= size {
            return None;
        }
        self.places.get_mut(nospec(index, size))
    }

    fn publish(&mut self, handle: u32, object: Arc<T>) {
        if let Some(place) = self.place(handle) {
            *place = Slot::Taken(object);
        }
    }

    /// Gives a place back, with the object that was in it.
    fn release(&mut self, handle: u32) -> Option<Arc<T>> {
        let was = core::mem::replace(self.place(handle)?, Slot::Free);
        self.first_free = self.first_free.min(handle as usize - 1);
        match was {
            Slot::Taken(object) => Some(object),
            Slot::Free | Slot::Reserved => None,
        }
    }
//% if rust.finds

    fn find(&mut self, handle: u32) -> Result<Arc<T>> {
        match self.place(handle) {
            Some(Slot::Taken(object)) => Ok(object.clone()),
            _ => Err(ENOENT),
        }
    }
//% endif
//% if rust.destroys

    /// Takes the handle away, unless another thread did so first.
    fn forget(&mut self, handle: u32, object: &Arc<T>) -> Result<Arc<T>> {
        match self.place(handle) {
            Some(Slot::Taken(there)) if Arc::ptr_eq(there, object) => {}
            _ => return Err(ENOENT),
        }
        self.release(handle).ok_or(ENOENT)
    }
//% endif
}

/// A handle that is given back unless the command succeeds.
struct Reservation<'a, T> {
    objects: &'a Mutex<Objects<T>>,
    handle: u32,
}

impl<'a, T> Reservation<'a, T> {
    fn new(objects: &'a Mutex<Objects<T>>) -> Result<Self> {
        let handle = objects.lock().reserve()?;
        Ok(Self { objects, handle })
    }

    /// Behind this, another thread may use the object: nothing can fail.
    fn publish(self, object: Arc<T>) {
        self.objects.lock().publish(self.handle, object);
        core::mem::forget(self);
    }
}

impl<T> Drop for Reservation<'_, T> {
    fn drop(&mut self) {
        let _ = self.objects.lock().release(self.handle);
    }
}
//% endif
//% if it.uses.address

//% if rust.helpers.read
/// The argument, copied in.
fn read<T: FromBytes>(user: UserPtr) -> Result<T> {
    UserSlice::new(user, size_of::<T>()).reader().read()
}

//% endif
//% if rust.helpers.write
/// Copies the argument back.
fn write<T: AsBytes>(user: UserPtr, value: &T) -> Result {
    UserSlice::new(user, size_of::<T>()).writer().write(value)
}

//% endif
//% if rust.helpers.boxed
/// Zeroes on the heap, for an argument that is too large for the stack.
fn boxed<T: Zeroable>() -> Result<KBox<T>> {
    KBox::init(pin_init::init_zeroed::<T>(), GFP_KERNEL_ACCOUNT)
}

//% endif
//% if rust.helpers.elements
/// That many zeroes on the heap.
fn zeroes<T: Zeroable + Clone>(count: usize) -> Result<KVVec<T>> {
    let zero = pin_init::zeroed();
    Ok(KVVec::from_elem(zero, count, GFP_KERNEL_ACCOUNT)?)
}

//% endif
//% if rust.helpers.bytes_in
/// Copies what is on the heap in.
fn read_into<T: AsBytes + FromBytes + ?Sized>(user: UserPtr, value: &mut T) -> Result {
    let bytes = value.as_bytes_mut();
    let mut reader = UserSlice::new(user, bytes.len()).reader();
    reader.read_slice(bytes)
}

//% endif
//% if rust.helpers.bytes_out
/// Copies elements back.
fn write_all<T: AsBytes>(user: UserPtr, elements: &[T]) -> Result {
    let bytes = elements.as_bytes();
    let mut writer = UserSlice::new(user, bytes.len()).writer();
    writer.write_slice(bytes)
}

//% endif
//% if rust.helpers.read_grown
/// Copies in as much of the argument as the caller knows; the rest stays zero. What the driver does
/// not know has to be zero, as with `copy_struct_from_user()`.
fn read_grown<T: AsBytes + FromBytes>(user: UserPtr, size: usize, value: &mut T) -> Result {
    let known = size.min(size_of::<T>());
    let mut reader = UserSlice::new(user, size).reader();
    let mut head = reader.clone_reader();
    reader.skip(known)?;
    let mut chunk = [0_u8; 64];
    while !reader.is_empty() {
        let length = reader.len().min(chunk.len());
        reader.read_slice(&mut chunk[..length])?;
        if !is_zero(&chunk[..length]) {
            return Err(E2BIG);
        }
    }
    head.read_slice(&mut value.as_bytes_mut()[..known])
}

//% endif
//% if rust.helpers.write_grown
/// Copies back as much of the argument as the caller knows.
fn write_grown<T: AsBytes>(user: UserPtr, size: usize, value: &T) -> Result {
    let known = size.min(size_of::<T>());
    let mut writer = UserSlice::new(user, known).writer();
    writer.write_slice(&value.as_bytes()[..known])
}

//% endif
//% if rust.helpers.clear
/// Clears the members that the driver does not know.
fn clear_behind<T>(user: UserPtr, size: usize) -> Result {
    let mut left = size.saturating_sub(size_of::<T>());
    let mut writer = UserSlice::new(user.wrapping_byte_add(size_of::<T>()), left).writer();
    while left > 0 {
        let length = left.min(64);
        writer.write_slice(&[0; 64][..length])?;
        left -= length;
    }
    Ok(())
}

//% endif
//% if rust.helpers.counted
/// That many elements, if the driver takes as many with what is in front of them.
fn elements_in<T>(count: impl TryInto<usize>, in_front: usize) -> Result<usize> {
    let count: usize = count.try_into().map_err(|_| E2BIG)?;
    let bytes = count.checked_mul(size_of::<T>());
    match bytes.and_then(|bytes| bytes.checked_add(in_front)) {
        Some(all) if all <= ARRAY_BYTES_MAX => Ok(count),
        _ => Err(E2BIG),
    }
}

//% endif
//% endif
//% if rust.helpers.is_zero
/// Whether there is nothing but zeroes.
fn is_zero<T: AsBytes + ?Sized>(value: &T) -> bool {
    value.as_bytes().iter().all(|byte| *byte == 0)
}

//% endif
//% if rust.modes.read
/// Whether the file was opened for reading.
fn may_read(file: &File) -> bool {
    let mode = file.flags() & flags::O_ACCMODE;
    mode == flags::O_RDONLY || mode == flags::O_RDWR
}

//% endif
//% if rust.modes.write
/// Whether the file was opened for writing.
fn may_write(file: &File) -> bool {
    let mode = file.flags() & flags::O_ACCMODE;
    mode == flags::O_WRONLY || mode == flags::O_RDWR
}

//% endif
//% if it.uses.capability
/// Whether the caller has a capability.
fn capable(capability: u32) -> bool {
    // SAFETY: Every number may be asked about.
    unsafe { bindings::capable(capability as c_int) }
}

//% endif
//% if it.uses.family or it.objects
/// The index, which is 0 where the processor speculates beyond the size. This is what
/// `array_index_nospec()` does where an architecture has no instruction of its own for it; the kernel
/// has no function in Rust.
fn nospec(index: usize, size: usize) -> usize {
    let (index, size) = (black_box(index), black_box(size));
    let mask = !((index | (size - 1).wrapping_sub(index)) as isize) >> (usize::BITS - 1);
    index & mask as usize
}

//% endif
//% macro allowed(c)
//% if c.needs_read
    if !may_read(file) {
        return Err(EBADF);
    }
//% endif
//% if c.needs_write
    if !may_write(file) {
        return Err(EBADF);
    }
//% endif
//% if c.capability
    if !capable(bindings::${c.capability}) {
        return Err(EPERM);
    }
//% endif
//% endmacro
//% macro command(c, s)
fn do_${c.op}<T: ${it.symbol|type}Ops>(device: &T, file: &File${(", cmd: u32" if c.by_number)|code}${(", arg: usize" if c.by_address or c.kind == "value")|code}) -> Result<isize> {
//% if c.size_in_number
    let size = _IOC_SIZE(cmd);
//% endif
//% if c.size_in_number and c.min_size
    if size < ${c.type|type}::SIZE_VER0 || !T::HAS_${s.has} {
//% elif c.kind == "buffer" and c.element_size != 1
    if !size.is_multiple_of(size_of::<${s.element|code}>()) || !T::HAS_${s.has} {
//% elif c.number_has_size
    if _IOC_SIZE(cmd) < ${c.type|type}::SIZE_VER0 || !T::HAS_${s.has} {
//% else
    if !T::HAS_${s.has} {
//% endif
        return Err(ENOTTY);
    }
${allowed(c) -}
//% if c.family
    let index = nospec((_IOC_NR(cmd) - ${c.first_nr}) as usize, ${c.family + 1});
//% endif
//% if c.narrow
    // More than the type holds is another number.
    let arg = ${s.element|code}::try_from(arg as c_int).map_err(|_| EINVAL)?;
//% elif c.kind == "value" and s.element != "usize"
    let arg = arg as ${s.element|code};
//% endif
//% if c.by_address
    let user = UserPtr::from_addr(arg);
//% endif
//% if c.growth == "member"
    let size = read::<u32>(user)? as usize;
    if size < ${c.type|type}::SIZE_VER0 {
        return Err(EINVAL);
    }
//% endif
//% if c.growth != "none"
    if size > PAGE_SIZE {
        return Err(E2BIG);
    }
//% endif
//% if c.kind == "flexible"
    let head = read::<${s.element|code}>(user)?;
//% if c.check
    head.check()?;
//% endif
    let behind = user.wrapping_byte_add(size_of_val(&head));
    let capacity = elements_in::<${s.item|code}>(head.${c.count|ident}, size_of_val(&head))?;
    let mut elements = zeroes::<${s.item|code}>(capacity)?;
//% if c.reads
    read_into(behind, &mut elements[..])?;
//% if c.element_check
    for element in &elements {
        element.check()?;
    }
//% endif
    let ${("mut " if c.writes)|code}karg = head;
//% else
    let mut karg: ${s.element|code} = pin_init::zeroed();
    karg.${c.count|ident} = head.${c.count|ident};
//% endif
//% elif c.kind == "buffer"
    let mut karg = zeroes::<${s.element|code}>(size / size_of::<${s.element|code}>())?;
//% if c.reads
    read_into(user, &mut karg[..])?;
//% endif
//% elif c.by_address
//% if c.heap
    let mut karg = boxed::<${s.element|code}>()?;
//% if c.reads and c.growth == "none"
    read_into(user, &mut *karg)?;
//% endif
//% elif c.reads and c.growth == "none"
    let ${("mut " if c.writes)|code}karg = read::<${s.element|code}>(user)?;
//% else
    let mut karg: ${s.element|code} = pin_init::zeroed();
//% endif
//% if c.growth != "none" and c.reads
    read_grown(user, size, &mut ${("*" if c.heap)|code}karg)?;
//% if c.growth == "member"
    // It was read twice: the one that was checked counts.
    karg.${c.size_member|ident} = size as u32;
//% endif
//% endif
//% if c.check and c.reads
    karg.check()?;
//% endif
//% for array in c.arrays
    let count = elements_in::<${array.type|type}>(karg.${array.count|ident}, 0)?;
    let mut array_${array.parameter} = zeroes::<${array.type|type}>(count)?;
    let behind = UserPtr::from_addr(karg.${array.member|ident} as usize);
    read_into(behind, &mut array_${array.parameter}[..])?;
//% if array.check
    for element in &array_${array.parameter} {
        element.check()?;
    }
//% endif
//% endfor
//% endif
//% for handle in c.handles
    let objects = &device.handles().${handle.object|ident};
    let handle = karg.${handle.member|ident};
    let object_${handle.parameter} = objects.lock().find(handle)?;
//% endfor
//% if c.returns == "object"
    let objects = &device.handles().${c.created.object|ident};
    let reserved = Reservation::new(objects)?;
    let made = device.${c.op|ident}(file${s.arguments|code})?;
//% elif c.returns == "file"
    let reserved = FileDescriptorReservation::get_unused_fd_flags(flags::O_CLOEXEC)?;
    let made = device.${c.op|ident}(file${s.arguments|code})?;
//% elif c.returns == "number"
    let answer = device.${c.op|ident}(file${s.arguments|code})?;
    // The caller takes what is more for an error.
    let answer = i32::try_from(answer).map_err(|_| EOVERFLOW)?;
//% else
    device.${c.op|ident}(file${s.arguments|code})?;
//% endif
//% for handle in c.handles if handle.destroys
    let objects = &device.handles().${handle.object|ident};
    let handle = karg.${handle.member|ident};
    let gone = objects.lock().forget(handle, &object_${handle.parameter})?;
    // Not with the lock held.
    drop(gone);
//% endfor
//% if c.returns == "object"
    karg.${c.created.member|ident} = reserved.handle;
//% endif
//% if c.writes
//% if c.kind == "flexible"
    write(user, &karg)?;
    let count = elements.len().min(karg.${c.count|ident} as usize);
    write_all(behind, &elements[..count])?;
//% elif c.kind == "buffer"
    write_all(user, &karg)?;
//% elif c.growth != "none"
    write_grown(user, size, &${("*" if c.heap)|code}karg)?;
//% if not c.reads
    clear_behind::<${s.element|code}>(user, size)?;
//% endif
//% else
    write(user, &${("*" if c.heap)|code}karg)?;
//% endif
//% endif
//% if c.returns == "object"
    reserved.publish(made);
    Ok(0)
//% elif c.returns == "file"
    let fd = reserved.reserved_fd();
    // Behind this, another thread may use the file: nothing can fail.
    reserved.fd_install(made);
    Ok(fd as isize)
//% elif c.returns == "number"
    Ok(answer as isize)
//% else
    Ok(0)
//% endif
}

//% endmacro
//% for c in it.commands
${command(c, rust.signatures[loop.index0])}
//% endfor
//% for c in it.commands
//% set s = rust.signatures[loop.index0]
//% if c.compat_do == "compat_do" and c.kind == "pointer"
#[cfg(CONFIG_COMPAT)]
fn compat_do_${c.op}<T: ${it.symbol|type}Ops>(device: &T, file: &File, arg: usize) -> Result<isize> {
    if !T::HAS_${s.has} {
        return Err(ENOTTY);
    }
${allowed(c)}
    let user = UserPtr::from_addr(arg);
//% if c.heap
    let mut karg = boxed::<${s.element|code}>()?;
//% if c.reads
    let mut carg = boxed::<${s.element|code}32>()?;
    read_into(user, &mut *carg)?;
    carg.fill(&mut karg);
//% endif
//% else
    let mut karg: ${s.element|code} = pin_init::zeroed();
//% if c.reads
    read::<${s.element|code}32>(user)?.fill(&mut karg);
//% endif
//% endif
//% if c.check and c.reads
    karg.check()?;
//% endif
//% if c.returns == "number"
    let answer = device.${c.op|ident}(file${s.arguments|code})?;
    // The caller takes what is more for an error.
    let answer = i32::try_from(answer).map_err(|_| EOVERFLOW)?;
//% else
    device.${c.op|ident}(file${s.arguments|code})?;
//% endif
//% if c.writes
//% if c.heap
    let mut carg = boxed::<${s.element|code}32>()?;
    carg.set(&karg)?;
    write(user, &*carg)?;
//% else
    let mut carg: ${s.element|code}32 = pin_init::zeroed();
    carg.set(&karg)?;
    write(user, &carg)?;
//% endif
//% endif
//% if c.returns == "number"
    Ok(answer as isize)
//% else
    Ok(0)
//% endif
}
//% endif
//% endfor

/// The `unlocked_ioctl` of ${it.where|comment}: what the command returns, or an error.
pub(crate) fn ioctl<T: ${it.symbol|type}Ops>(device: &T, file: &File, cmd: u32, arg: usize) -> Result<isize> {
//% if it.uses.one_size
    match cmd {
//% for c in it.commands
//% set n = rust.commands[loop.index0]
//% if not c.any_size
//% if c.family
        ${c.macro}..=${c.macro}_LAST => return do_${c.op}(device, file${(", cmd" if c.by_number)|code}${(", arg" if c.by_address or c.kind == "value")|code}),
//% else
        ${c.macro} => return do_${c.op}(device, file${(", cmd" if c.by_number)|code}${(", arg" if c.by_address or c.kind == "value")|code}),
//% endif
//% endif
//% endfor
        _ => {}
    }
//% endif
//% if it.uses.any_size
    // The size in these numbers is for the command to judge.
    let any = !bindings::IOCSIZE_MASK;
    match cmd & any {
//% for c in it.commands
//% set n = rust.commands[loop.index0]
//% if c.any_size
//% if c.family
        number if (${c.macro} & any..=${c.macro}_LAST & any).contains(&number) => do_${c.op}(device, file${(", cmd" if c.by_number)|code}${(", arg" if c.by_address or c.kind == "value")|code}),
//% else
        number if number == ${c.macro} & any => do_${c.op}(device, file${(", cmd" if c.by_number)|code}${(", arg" if c.by_address or c.kind == "value")|code}),
//% endif
//% endif
//% endfor
        _ => Err(ENOTTY),
    }
//% else
    Err(ENOTTY)
//% endif
}
//% if it.compat == "translated"

/// The `compat_ioctl` of ${it.where|comment}: what the command returns, or an error.
#[cfg(CONFIG_COMPAT)]
pub(crate) fn compat_ioctl<T: ${it.symbol|type}Ops>(device: &T, file: &File, cmd: u32, arg: usize) -> Result<isize> {
//% if it.uses.address
    // What `compat_ptr()` makes of an address; a number keeps its top bit.
    let bits = if cfg!(CONFIG_S390) { 31 } else { 32 };
    let user = arg & ((1 << bits) - 1);
//% endif
//% if it.uses.one_size
    match cmd {
//% for c in it.commands
//% set n = rust.commands[loop.index0]
//% if not c.any_size
//% if c.family
        ${c.macro}${("_COMPAT" if n.compat)|code}..=${c.macro}${("_COMPAT" if n.compat)|code}_LAST => return ${"compat_do" if c.compat_do == "compat_do" and c.kind == "pointer" else "do"}_${c.op}(device, file${(", cmd" if c.by_number)|code}${(", user" if c.by_address)|code}${(", arg as i32 as usize" if c.kind == "value" and c.compat_do == "compat_do")|code}${(", arg" if c.kind == "value" and c.compat_do == "do")|code}),
//% else
        ${c.macro}${("_COMPAT" if n.compat)|code} => return ${"compat_do" if c.compat_do == "compat_do" and c.kind == "pointer" else "do"}_${c.op}(device, file${(", cmd" if c.by_number)|code}${(", user" if c.by_address)|code}${(", arg as i32 as usize" if c.kind == "value" and c.compat_do == "compat_do")|code}${(", arg" if c.kind == "value" and c.compat_do == "do")|code}),
//% endif
//% endif
//% endfor
        _ => {}
    }
//% endif
//% if it.uses.any_size
    // The size in these numbers is for the command to judge.
    let any = !bindings::IOCSIZE_MASK;
    match cmd & any {
//% for c in it.commands
//% set n = rust.commands[loop.index0]
//% if c.any_size
//% if c.family
        number if (${c.macro}${("_COMPAT" if n.compat)|code} & any..=${c.macro}${("_COMPAT" if n.compat)|code}_LAST & any).contains(&number) => ${"compat_do" if c.compat_do == "compat_do" and c.kind == "pointer" else "do"}_${c.op}(device, file${(", cmd" if c.by_number)|code}${(", user" if c.by_address)|code}${(", arg as i32 as usize" if c.kind == "value" and c.compat_do == "compat_do")|code}${(", arg" if c.kind == "value" and c.compat_do == "do")|code}),
//% else
        number if number == ${c.macro}${("_COMPAT" if n.compat)|code} & any => ${"compat_do" if c.compat_do == "compat_do" and c.kind == "pointer" else "do"}_${c.op}(device, file${(", cmd" if c.by_number)|code}${(", user" if c.by_address)|code}${(", arg as i32 as usize" if c.kind == "value" and c.compat_do == "compat_do")|code}${(", arg" if c.kind == "value" and c.compat_do == "do")|code}),
//% endif
//% endif
//% endfor
        _ => Err(ENOTTY),
    }
//% else
    Err(ENOTTY)
//% endif
}
//% endif

//% if it.uses.file
extern "C" {
    // `linux/anon_inodes.h`, which is not among the kernel's bindings: the operations of files, and a
    // file.
    fn anon_inode_getfile(
        name: *const c_char,
        fops: *const c_void,
        state: *mut c_void,
        flags: c_int,
    ) -> *mut c_void;
}

/// A file without a name, which keeps what it is given until it is closed, and the module loaded.
#[allow(dead_code)]
pub(crate) fn anonymous_file<T: Send + Sync + 'static>(name: &CStr, state: KBox<T>) -> Result<ARef<File>> {
    let (name, state) = (name.as_char_ptr(), state.into_foreign());
    let fops: *const bindings::file_operations = Anonymous::<T>::FOPS;
    let mode = flags::O_RDWR as c_int;
    // SAFETY: The name ends with a zero and is copied; the operations live as long as the module.
    let file = unsafe { anon_inode_getfile(name, fops.cast(), state, mode) };
    match from_err_ptr(file) {
        // SAFETY: The caller of the kernel's function owns one reference to the file.
        Ok(file) => Ok(unsafe { ARef::from_raw(NonNull::new_unchecked(file.cast())) }),
        Err(error) => {
            // SAFETY: There is no file that has it.
            drop(unsafe { KBox::<T>::from_foreign(state) });
            Err(error)
        }
    }
}

/// What can be done with such a file: it can be closed.
struct Anonymous<T>(PhantomData<T>);

impl<T: Send + Sync + 'static> Anonymous<T> {
    const FOPS: &'static bindings::file_operations = &bindings::file_operations {
        owner: crate::THIS_MODULE.as_ptr(),
        release: Some(Self::release),
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// `anonymous_file()` made the file, and nobody else has it any more.
    unsafe extern "C" fn release(_: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        // SAFETY: `anonymous_file()` left it there.
        drop(unsafe { KBox::<T>::from_foreign((*file).private_data) });
        0
    }
}

//% endif
/// The file in `/dev`, which keeps the module loaded while it is open: the kernel's own registration
/// names no owner. What opens the file takes this for one, so it has the same layout.
#[repr(transparent)]
#[pin_data(PinnedDrop)]
pub(crate) struct Registration<T: MiscDevice> {
    #[pin]
    inner: Opaque<bindings::miscdevice>,
    device: PhantomData<T>,
}

// SAFETY: The kernel's functions may be called from any thread, and nothing of `T` is held.
unsafe impl<T: MiscDevice> Send for Registration<T> {}
// SAFETY: No method takes a shared reference.
unsafe impl<T: MiscDevice> Sync for Registration<T> {}

impl<T: MiscDevice> Registration<T> {
    const IS_LAID_OUT_ALIKE: () = {
        assert!(size_of::<Self>() == size_of::<MiscDeviceRegistration<T>>());
        assert!(align_of::<Self>() == align_of::<MiscDeviceRegistration<T>>());
    };
    const RAW: bindings::miscdevice = MiscDeviceOptions { name: c"${node}" }.into_raw::<T>();
    const FOPS: &'static bindings::file_operations = &bindings::file_operations {
        owner: crate::THIS_MODULE.as_ptr(),
        // SAFETY: `into_raw()` leads to operations that live as long as the module.
        ..unsafe { *Self::RAW.fops }
    };

    /// Makes the file.
    pub(crate) fn register() -> impl PinInit<Self, Error> {
        let () = Self::IS_LAID_OUT_ALIKE;
        try_pin_init!(Self {
            inner <- Opaque::try_ffi_init(|slot: *mut bindings::miscdevice| {
                let raw = bindings::miscdevice {
                    fops: Self::FOPS,
                    ..Self::RAW
                };
                // SAFETY: The place is valid for writes.
                unsafe { slot.write(raw) };
                // SAFETY: It holds a device that stays there until it is deregistered.
                to_result(unsafe { bindings::misc_register(slot) })
            }),
            device: PhantomData,
        })
    }
}

#[pinned_drop]
impl<T: MiscDevice> PinnedDrop for Registration<T> {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: It was registered, or this would not exist.
        unsafe { bindings::misc_deregister(self.inner.get()) };
    }
}
