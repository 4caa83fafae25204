//! Device newtypes: a file that is known to be a certain driver's.

/// Makes a device newtype: a file, or whatever else answers, that is known to be a certain
/// driver's.
///
/// The derive makes one where `#[ioctl(device = Name)]` asks for it; this macro makes one that
/// several interfaces share with `#[ioctl(on = Name)]`.
///
/// ```
/// ioctlkit::device! {
///     /// A virtual machine.
///     pub struct Vm;
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! device {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident;) => {
        $crate::__device_struct! { $(#[$attribute])* $visibility struct $name; }

        #[allow(dead_code)]
        impl<B: $crate::Backend> $name<B> {
            /// Takes a file, or whatever else answers, for this driver's.
            ///
            /// # Safety
            /// Every command of the interface does there what the interface says.
            #[inline]
            pub const unsafe fn new(backend: B) -> Self {
                Self(backend)
            }

            /// What answers the calls.
            #[inline]
            pub const fn backend(&self) -> &B {
                &self.0
            }

            /// Gives back what answers the calls.
            #[inline]
            pub fn into_backend(self) -> B {
                self.0
            }
        }
    };
}

#[cfg(feature = "call")]
#[doc(hidden)]
#[macro_export]
macro_rules! __device_struct {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident;) => {
        $(#[$attribute])*
        #[derive(Debug, Clone)]
        #[repr(transparent)]
        $visibility struct $name<B = $crate::__private::OwnedFd>(B);

        #[diagnostic::do_not_recommend]
        impl $crate::__private::FromFd for $name {
            #[inline]
            unsafe fn from_fd(fd: $crate::__private::OwnedFd) -> Self {
                Self(fd)
            }
        }

        impl<B: $crate::__private::AsFd> $crate::__private::AsFd for $name<B> {
            #[inline]
            fn as_fd(&self) -> $crate::__private::BorrowedFd<'_> {
                self.0.as_fd()
            }
        }
    };
}

#[cfg(not(feature = "call"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __device_struct {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident;) => {
        $(#[$attribute])*
        #[derive(Debug, Clone)]
        #[repr(transparent)]
        $visibility struct $name<B>(B);
    };
}

/// Constructors that the author of an interface vouches for.
#[cfg(feature = "call")]
#[doc(hidden)]
#[macro_export]
macro_rules! __device_open {
    ($name:ident, path = $path:literal) => {
        #[allow(dead_code)]
        impl $name {
            #[doc = concat!("Opens `", $path, "` for reading and writing.")]
            ///
            /// # Errors
            /// What `open` answers.
            pub fn open() -> ::core::result::Result<Self, $crate::Errno> {
                // SAFETY: the author of the interface vouches for the path.
                $crate::__private::open($path, $crate::__private::Mode::ReadWrite)
                    .map(|fd| unsafe { Self::new(fd) })
            }

            #[doc = concat!("Opens `", $path, "` for reading.")]
            ///
            /// # Errors
            /// What `open` answers.
            pub fn open_read_only() -> ::core::result::Result<Self, $crate::Errno> {
                // SAFETY: the author of the interface vouches for the path.
                $crate::__private::open($path, $crate::__private::Mode::Read)
                    .map(|fd| unsafe { Self::new(fd) })
            }
        }
    };
    ($name:ident, verify = $verify:path) => {
        #[allow(dead_code)]
        impl<F: $crate::__private::AsFd> $name<F> {
            #[doc = concat!("Takes a file for this driver's if `", stringify!($verify), "` says so.")]
            ///
            /// # Errors
            /// Why it is not.
            pub fn from_fd(fd: F) -> ::core::result::Result<Self, $crate::Errno> {
                let verified: ::core::result::Result<(), $crate::Errno> =
                    $verify($crate::__private::AsFd::as_fd(&fd));
                verified?;
                // SAFETY: the author of the interface vouches for the function.
                ::core::result::Result::Ok(unsafe { Self::new(fd) })
            }
        }
    };
}

#[cfg(not(feature = "call"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __device_open {
    ($($anything:tt)*) => {};
}

/// Code that there is only where file descriptors are.
#[cfg(feature = "call")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_call {
    ($($code:tt)*) => { $($code)* };
}

#[cfg(not(feature = "call"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_call {
    ($($code:tt)*) => {};
}
