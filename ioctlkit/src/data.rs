//! What may go through an ioctl.

use ioctlkit_abi::Scalar;

use crate::description::Type;

/// A type that may be an ioctl's argument, or a part of one: an integer of fixed size, an array
/// of such, or a structure that derives it.
///
/// # Safety
/// Every byte pattern is a value, the type has no destructor and no interior mutability, and
/// [`IoctlData::TYPE`] describes its layout on the host.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of an ioctl's argument",
    label = "the kernel's side has no such type",
    note = "integers of fixed size, arrays of them, `UserPtr`, `Reserved`, `FlexibleArray`, and \
            structures that derive `IoctlData` can"
)]
pub unsafe trait IoctlData: Sized {
    /// What it is, on every ABI.
    const TYPE: Type;

    /// The value that is sent where the caller gives none: zero, except for the members that say
    /// otherwise.
    #[inline]
    fn initial() -> Self {
        zeroed()
    }

    /// Sets the members whose value follows from the type: sizes.
    #[doc(hidden)]
    #[inline]
    fn prepare(&mut self) {}

    /// Whether there are such members.
    #[doc(hidden)]
    const PREPARES: bool = false;
}

/// The value whose every byte is zero.
///
/// ```
/// const NOTHING: [u32; 4] = ioctlkit::zeroed();
/// assert_eq!(NOTHING, [0; 4]);
/// ```
#[inline]
pub const fn zeroed<T: IoctlData>() -> T {
    // SAFETY: every byte pattern is a value of an `IoctlData` type, so that of zeroes is.
    unsafe { core::mem::zeroed() }
}

macro_rules! integers {
    ($($ty:ty: $scalar:ident,)+) => {
        $(
            // SAFETY: a primitive integer has no invalid value, and C's has its size on the host.
            unsafe impl IoctlData for $ty {
                const TYPE: Type = Type::Scalar(Scalar::$scalar);
            }
        )+
    };
}

integers! {
    u8: UnsignedChar,
    i8: SignedChar,
    u16: UnsignedShort,
    i16: Short,
    u32: UnsignedInt,
    i32: Int,
    u64: UnsignedLongLong,
    i64: LongLong,
}

// SAFETY: an array is its elements, one after another.
unsafe impl<T: IoctlData, const N: usize> IoctlData for [T; N] {
    const TYPE: Type = Type::Array { element: &T::TYPE, length: N as u64 };

    #[inline]
    fn initial() -> Self {
        core::array::from_fn(|_| T::initial())
    }
}
