//! 64-bit integers as i386 aligns them.

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

        // SAFETY: an integer, less aligned.
        unsafe impl IoctlData for $name {
            const TYPE: Type = Type::Compat64(Scalar::$scalar);
        }
    };
}

compat_integer!(CompatU64, u64, UnsignedLongLong, "compat_u64");
compat_integer!(CompatI64, i64, LongLong, "compat_s64");
