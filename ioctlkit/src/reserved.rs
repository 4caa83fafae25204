//! Members that take place.

use core::fmt;

use ioctlkit_abi::Scalar;

use crate::IoctlData;
use crate::description::Type;

/// `N` bytes that are zero, and that nobody can set.
///
/// ```
/// use ioctlkit::Reserved;
/// const PADDING: Reserved<4> = Reserved::ZERO;
/// assert!(PADDING.is_zero());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Reserved<const N: usize>([u8; N]);

impl<const N: usize> Reserved<N> {
    /// The one value that can be made.
    pub const ZERO: Self = Self([0; N]);

    /// Whether the bytes are zero, as they are unless a driver wrote something else.
    pub fn is_zero(&self) -> bool {
        self.0 == [0; N]
    }
}

impl<const N: usize> Default for Reserved<N> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<const N: usize> fmt::Debug for Reserved<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() { f.write_str("0") } else { self.0.fmt(f) }
    }
}

#[diagnostic::do_not_recommend]
// SAFETY: a transparent wrapper of bytes.
unsafe impl<const N: usize> IoctlData for Reserved<N> {
    const TYPE: Type =
        Type::Array { element: &Type::Scalar(Scalar::UnsignedChar), length: N as u64 };
}
