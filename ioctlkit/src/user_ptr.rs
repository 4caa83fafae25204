//! Addresses in structures.

use core::fmt;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr;

use crate::IoctlData;
use crate::description::Type;

/// An address in 64 bits, whatever the width of the machine's pointers: the `__u64` that the
/// kernel turns back with `u64_to_user_ptr()`.
///
/// It is made from a borrow that lasts as long as it does, and it holds a real pointer, so that
/// what stands there may be reached through it.
///
/// ```
/// use ioctlkit::UserPtr;
///
/// let mut buffer = [0_u8; 16];
/// let pointer = UserPtr::from_slice_mut(&mut buffer);
/// assert!(!pointer.is_null());
/// assert_eq!(core::mem::size_of_val(&pointer), 8);
/// ```
// One pointer and, on machines whose pointers have 32 bits, the other half in front of it or
// behind it, so that both together are the integer.
#[repr(C)]
pub struct UserPtr<'a, T> {
    #[cfg(all(target_pointer_width = "32", target_endian = "big"))]
    high: u32,
    pointer: *mut T,
    #[cfg(all(target_pointer_width = "32", target_endian = "little"))]
    high: u32,
    // The alignment of the integer, where a pointer has less.
    align: [u64; 0],
    borrow: PhantomData<&'a mut T>,
}

impl<'a, T> UserPtr<'a, T> {
    /// No address.
    pub const NULL: Self = Self::new(ptr::null_mut());

    const fn new(pointer: *mut T) -> Self {
        Self {
            pointer,
            #[cfg(target_pointer_width = "32")]
            high: 0,
            align: [],
            borrow: PhantomData,
        }
    }

    /// The address of a value that the driver may read and write.
    pub const fn from_mut(value: &'a mut T) -> Self
    where
        T: IoctlData,
    {
        Self::new(ptr::from_mut(value))
    }

    /// The address of the first of several values that the driver may read and write.
    pub const fn from_slice_mut(values: &'a mut [T]) -> Self
    where
        T: IoctlData,
    {
        Self::new(values.as_mut_ptr())
    }

    /// The address of memory that the driver fills.
    pub const fn from_uninit_mut(values: &'a mut [MaybeUninit<T>]) -> Self {
        Self::new(values.as_mut_ptr().cast())
    }

    /// An address as it is.
    ///
    /// # Safety
    /// What the driver does at that address it may do, for as long as it does it.
    pub const unsafe fn from_raw(pointer: *mut T) -> Self {
        Self::new(pointer)
    }

    /// The address.
    pub const fn as_ptr(self) -> *mut T {
        self.pointer
    }

    /// Whether there is no address.
    pub const fn is_null(self) -> bool {
        self.pointer.is_null()
    }
}

impl<'a, T: IoctlData> UserPtr<'a, T> {
    /// The values at the address, for a driver in the same process; none where there is no
    /// address.
    ///
    /// # Safety
    /// So many values are there, and nobody else reaches them while the slice is in use.
    pub const unsafe fn as_slice_mut(self, length: usize) -> &'a mut [T] {
        if self.is_null() {
            return &mut [];
        }
        // SAFETY: the caller's.
        unsafe { core::slice::from_raw_parts_mut(self.pointer, length) }
    }
}

impl<T> Clone for UserPtr<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for UserPtr<'_, T> {}

impl<T> Default for UserPtr<'_, T> {
    fn default() -> Self {
        Self::NULL
    }
}

impl<T> fmt::Debug for UserPtr<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pointer.fmt(f)
    }
}

// SAFETY: the borrow that the pointer stands for may move to another thread where `&mut T` may.
unsafe impl<T: Send> Send for UserPtr<'_, T> {}
// SAFETY: nothing is done through a shared `UserPtr` but reading the address.
unsafe impl<T: Sync> Sync for UserPtr<'_, T> {}

// SAFETY: a raw pointer and an integer have no invalid value, together they have the size of a
// `u64`, and the empty array gives them its alignment.
#[diagnostic::do_not_recommend]
unsafe impl<T> IoctlData for UserPtr<'_, T> {
    const TYPE: Type = Type::UserPointer;
}

/// A [`UserPtr`] to what the driver only reads. The structure's definition says so, so that a
/// shared borrow is enough.
///
/// ```
/// let pointer = ioctlkit::UserConstPtr::from_slice(b"text");
/// assert!(!pointer.is_null());
/// ```
#[repr(transparent)]
pub struct UserConstPtr<'a, T> {
    address: UserPtr<'a, T>,
    borrow: PhantomData<&'a T>,
}

impl<'a, T> UserConstPtr<'a, T> {
    /// No address.
    pub const NULL: Self = Self::new(ptr::null());

    const fn new(pointer: *const T) -> Self {
        Self { address: UserPtr::new(pointer.cast_mut()), borrow: PhantomData }
    }

    /// The address of a value.
    pub const fn from_ref(value: &'a T) -> Self {
        Self::new(ptr::from_ref(value))
    }

    /// The address of the first of several values.
    pub const fn from_slice(values: &'a [T]) -> Self {
        Self::new(values.as_ptr())
    }

    /// An address as it is.
    ///
    /// # Safety
    /// The driver may read what is at that address, for as long as it does.
    pub const unsafe fn from_raw(pointer: *const T) -> Self {
        Self::new(pointer)
    }

    /// The address.
    pub const fn as_ptr(self) -> *const T {
        self.address.pointer
    }

    /// Whether there is no address.
    pub const fn is_null(self) -> bool {
        self.address.is_null()
    }
}

impl<'a, T: IoctlData> UserConstPtr<'a, T> {
    /// The values at the address, for a driver in the same process; none where there is no
    /// address.
    ///
    /// # Safety
    /// So many values are there.
    pub const unsafe fn as_slice(self, length: usize) -> &'a [T] {
        if self.is_null() {
            return &[];
        }
        // SAFETY: the caller's.
        unsafe { core::slice::from_raw_parts(self.as_ptr(), length) }
    }
}

impl<T> Clone for UserConstPtr<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for UserConstPtr<'_, T> {}

impl<T> Default for UserConstPtr<'_, T> {
    fn default() -> Self {
        Self::NULL
    }
}

impl<T> fmt::Debug for UserConstPtr<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

#[diagnostic::do_not_recommend]
// SAFETY: a transparent wrapper of a `UserPtr`.
unsafe impl<T> IoctlData for UserConstPtr<'_, T> {
    const TYPE: Type = Type::UserPointer;
}

const _: () = assert!(
    size_of::<UserPtr<'_, u8>>() == 8 && align_of::<UserPtr<'_, u8>>() == align_of::<u64>(),
    "a `UserPtr` is a `u64`"
);
