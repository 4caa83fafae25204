//! What programs of 32-bit ABIs pass: 64-bit integers as i386 aligns them, and the error where a
//! value has no room.

use core::fmt;

use ioctlkit_abi::Scalar;

use crate::IoctlData;
use crate::description::Type;

macro_rules! compat_integer {
    ($name:ident, $integer:ident, $scalar:ident, $kernel:literal) => {
        #[doc = concat!("A `", stringify!($integer), "` that is aligned to 4 bytes, as programs of")]
        #[doc = concat!("i386 pass it: the kernel's `", $kernel, "`.")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[repr(C, packed(4))]
        pub struct $name($integer);

        impl $name {
            /// The integer.
            pub const fn new(value: $integer) -> Self {
                Self(value)
            }

            /// The integer.
            pub const fn get(self) -> $integer {
                self.0
            }
        }

        impl From<$integer> for $name {
            fn from(value: $integer) -> Self {
                Self(value)
            }
        }

        impl From<$name> for $integer {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.get().fmt(f)
            }
        }

        #[diagnostic::do_not_recommend]
        // SAFETY: an integer, less aligned.
        unsafe impl IoctlData for $name {
            const TYPE: Type = Type::Compat64(Scalar::$scalar);
        }
    };
}

compat_integer!(CompatU64, u64, UnsignedLongLong, "compat_u64");
compat_integer!(CompatI64, i64, LongLong, "compat_s64");

/// A value that has no room in the structure of a 32-bit ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompatError {
    member: &'static str,
}

impl CompatError {
    #[doc(hidden)]
    pub const fn new(member: &'static str) -> Self {
        Self { member }
    }

    /// The name of the member whose value it is.
    pub const fn member(&self) -> &'static str {
        self.member
    }
}

impl fmt::Display for CompatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the value of `{}` does not fit into 32 bits", self.member)
    }
}

impl core::error::Error for CompatError {}
