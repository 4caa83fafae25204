//! Structures that end in an array of any length.

use core::fmt;

use crate::IoctlData;
use crate::description::Type;

/// The last member of such a structure: `T name[];` in C. It takes no place of its own.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct FlexibleArray<T>([T; 0]);

impl<T> FlexibleArray<T> {
    /// The member where the structure stands alone.
    pub const EMPTY: Self = Self([]);
}

impl<T> Default for FlexibleArray<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T> fmt::Debug for FlexibleArray<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[…]")
    }
}

#[diagnostic::do_not_recommend]
// SAFETY: no bytes, with the alignment of one element.
unsafe impl<T: IoctlData> IoctlData for FlexibleArray<T> {
    const TYPE: Type = Type::FlexibleArray(&T::TYPE);
}

/// A structure that ends in a [`FlexibleArray`] and has a member that counts its elements.
///
/// # Safety
/// `TAIL` is the offset of that array in the structure, and `Element` is what it holds, which
/// implements [`IoctlData`].
pub unsafe trait FlexibleData: IoctlData {
    /// One element.
    // The description of the array asks it for `IoctlData`; asked for here as well, the compiler
    // would tell of one that lacks it twice.
    type Element: Copy;

    /// Where the first element stands, in bytes. It can be before the end of the structure, in
    /// what would be padding.
    const TAIL: usize;

    /// The largest number that the counting member can hold.
    const MAX_COUNT: u64;

    /// How many elements the structure says it has.
    fn count(&self) -> u64;

    /// Says how many there are; more than [`FlexibleData::MAX_COUNT`] are cut off.
    fn set_count(&mut self, count: u64);

    /// Says how many bytes the structure and its elements have, where a member holds that.
    #[doc(hidden)]
    #[inline]
    fn set_size(&mut self, _bytes: usize) {}
}

#[cfg(feature = "alloc")]
pub use owned::Flexible;

#[cfg(feature = "alloc")]
mod owned {
    use core::fmt;
    use core::mem::{ManuallyDrop, MaybeUninit};
    use core::ops::{Deref, DerefMut};

    use alloc::vec;
    use alloc::vec::Vec;

    use super::FlexibleData;
    use crate::Errno;

    /// Memory with the strictest alignment that an argument asks for.
    #[derive(Clone, Copy)]
    #[repr(C, align(16))]
    struct Unit([u8; 16]);

    /// A structure with room for elements behind it. A call with more elements in the counting
    /// member than there is room for is refused with `EINVAL`, before the driver sees it.
    ///
    /// ```
    /// use ioctlkit::{Flexible, FlexibleArray, IoctlData};
    ///
    /// #[derive(IoctlData)]
    /// #[repr(C)]
    /// struct Levels {
    ///     length: u32,
    ///     #[ioctl(count = length)]
    ///     levels: FlexibleArray<u32>,
    /// }
    ///
    /// let levels = Flexible::<Levels>::from_elements(&[3, 1, 4]);
    /// assert_eq!(levels.length, 3);
    /// assert_eq!(levels.elements(), [3, 1, 4]);
    /// ```
    pub struct Flexible<T: FlexibleData> {
        memory: Vec<Unit>,
        capacity: usize,
        structure: core::marker::PhantomData<T>,
    }

    impl<T: FlexibleData> Flexible<T> {
        const ALIGNED: () = assert!(align_of::<T>() <= align_of::<Unit>());

        /// The structure with [`IoctlData::initial`](crate::IoctlData::initial) members, room for `capacity` elements, all
        /// zero, and a count that says `capacity`, as commands that read expect it.
        ///
        /// More than the counting member can say, or than memory can hold, are cut off.
        pub fn with_capacity(capacity: usize) -> Self {
            let () = Self::ALIGNED;
            let most = (isize::MAX as usize - size_of::<T>() - size_of::<Unit>())
                / size_of::<T::Element>().max(1);
            let most = most.min(usize::try_from(T::MAX_COUNT).unwrap_or(usize::MAX));
            let capacity = capacity.min(most);
            let bytes = Self::bytes(capacity);
            let memory = vec![Unit([0; 16]); bytes.div_ceil(size_of::<Unit>())];
            let mut flexible = Self { memory, capacity, structure: core::marker::PhantomData };
            // SAFETY: the memory has at least the structure's size and alignment.
            unsafe { flexible.as_mut_ptr().write(T::initial()) };
            // Writing the whole structure may have written into the first elements' place.
            let room = flexible.room();
            // SAFETY: any bytes are elements, those of zeroes as well.
            unsafe { room.as_mut_ptr().write_bytes(0, room.len()) };
            flexible.change(|structure| {
                structure.set_count(capacity as u64);
                structure.set_size(bytes);
            });
            flexible
        }

        /// How many bytes the structure has with so many elements.
        fn bytes(capacity: usize) -> usize {
            (T::TAIL + capacity * size_of::<T::Element>()).max(size_of::<T>())
        }

        /// The structure with these elements behind it; those beyond what the counting member can
        /// say are left out.
        pub fn from_elements(elements: &[T::Element]) -> Self {
            let mut flexible = Self::with_capacity(elements.len());
            let capacity = flexible.capacity;
            flexible.room().copy_from_slice(&elements[..capacity]);
            flexible
        }

        /// Changes the structure without touching its elements, wherever they begin.
        ///
        /// Where they begin behind the structure, its members can be changed without this.
        pub fn change<R>(&mut self, change: impl FnOnce(&mut T) -> R) -> R {
            // SAFETY: the memory holds an initialised structure, which owns nothing, so that a copy
            // takes nothing away.
            let mut copy = ManuallyDrop::new(unsafe { self.as_ptr().read() });
            let result = change(&mut copy);
            let changed: *const T = &raw const *copy;
            // SAFETY: the structure has at least as many bytes before its elements as is copied,
            // and the copy is elsewhere. What is behind those bytes could be padding of the
            // structure and an element at once.
            unsafe {
                let bytes = changed.cast::<MaybeUninit<u8>>();
                self.memory.as_mut_ptr().cast::<MaybeUninit<u8>>().copy_from(bytes, T::TAIL);
            }
            result
        }

        /// How many elements there is room for.
        pub fn capacity(&self) -> usize {
            self.capacity
        }

        /// The elements: as many as the structure says it has, and at most as many as there is
        /// room for. A driver may ask for more by a larger count.
        pub fn elements(&self) -> &[T::Element] {
            &self.all()[..self.length()]
        }

        /// The elements, to be changed.
        pub fn elements_mut(&mut self) -> &mut [T::Element] {
            let length = self.length();
            &mut self.room()[..length]
        }

        /// Sets the members whose value follows from the type and the capacity, before a call.
        ///
        /// # Errors
        /// As [`Flexible::check_count`].
        pub(crate) fn prepare_call(&mut self) -> Result<(), Errno> {
            self.check_count()?;
            let bytes = Self::bytes(self.capacity);
            self.change(|structure| {
                structure.prepare();
                structure.set_size(bytes);
            });
            Ok(())
        }

        /// Whether the driver would stay inside of the memory.
        ///
        /// # Errors
        /// `EINVAL` where the structure says more elements than there is room for.
        pub(crate) fn check_count(&self) -> Result<(), Errno> {
            if self.count() <= self.capacity as u64 { Ok(()) } else { Err(Errno::INVAL) }
        }

        /// The address of the structure, for the call.
        #[doc(hidden)]
        pub fn as_mut_ptr(&mut self) -> *mut T {
            self.memory.as_mut_ptr().cast()
        }

        /// The address of the structure, for a call that only reads it.
        #[doc(hidden)]
        pub fn as_ptr(&self) -> *const T {
            self.memory.as_ptr().cast()
        }

        fn length(&self) -> usize {
            usize::try_from(self.count()).map_or(self.capacity, |count| count.min(self.capacity))
        }

        fn all(&self) -> &[T::Element] {
            // SAFETY: the memory has `TAIL` bytes and `capacity` elements behind them, was
            // initialised as a whole, and any bytes are elements.
            unsafe {
                let first = self.memory.as_ptr().cast::<u8>().add(T::TAIL).cast();
                core::slice::from_raw_parts(first, self.capacity)
            }
        }

        fn room(&mut self) -> &mut [T::Element] {
            // SAFETY: as in `all`, and the memory is borrowed mutably.
            unsafe {
                let first = self.memory.as_mut_ptr().cast::<u8>().add(T::TAIL).cast();
                core::slice::from_raw_parts_mut(first, self.capacity)
            }
        }
    }

    impl<T: FlexibleData> Deref for Flexible<T> {
        type Target = T;

        fn deref(&self) -> &T {
            // SAFETY: the memory has at least the structure's size and alignment and was
            // initialised, and any bytes are a structure.
            unsafe { &*self.as_ptr() }
        }
    }

    impl<T: FlexibleData> DerefMut for Flexible<T> {
        fn deref_mut(&mut self) -> &mut T {
            const {
                assert!(
                    T::TAIL == size_of::<T>(),
                    "the elements begin inside of the structure's padding, where an assignment to \
                     the structure would write: change its members with `Flexible::change`"
                );
            }
            // SAFETY: as in `deref`, and the memory is borrowed mutably.
            unsafe { &mut *self.as_mut_ptr() }
        }
    }

    impl<T: FlexibleData> Clone for Flexible<T> {
        fn clone(&self) -> Self {
            Self {
                memory: self.memory.clone(),
                capacity: self.capacity,
                structure: core::marker::PhantomData,
            }
        }
    }

    impl<T: FlexibleData + fmt::Debug> fmt::Debug for Flexible<T>
    where
        T::Element: fmt::Debug,
    {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_tuple("Flexible").field(&**self).field(&self.elements()).finish()
        }
    }
}
