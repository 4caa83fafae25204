//! Error numbers.

use core::fmt;

/// Why a driver refused: an error number of the kernel, above 0.
///
/// Constants are given for those that drivers answer most. Any other is made with [`Errno::new`],
/// from libc's or rustix's constant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Errno(i32);

macro_rules! names {
    ($($name:ident = $number:expr, $c_name:literal, $text:literal;)+) => {
        impl Errno {
            $(
                #[doc = concat!("`", $c_name, "`: ", $text, ".")]
                pub const $name: Self = Self($number);
            )+

            /// The name and the meaning, for the errors that have a constant here.
            const fn known(self) -> Option<(&'static str, &'static str)> {
                match self {
                    $(Self::$name => Some(($c_name, $text)),)+
                    _ => None,
                }
            }
        }
    };
}

names! {
    PERM = 1, "EPERM", "operation not permitted";
    NOENT = 2, "ENOENT", "no such file or directory";
    INTR = 4, "EINTR", "interrupted system call";
    IO = 5, "EIO", "input/output error";
    NXIO = 6, "ENXIO", "no such device or address";
    TOOBIG = 7, "E2BIG", "argument list too long";
    BADF = 9, "EBADF", "bad file descriptor";
    AGAIN = 11, "EAGAIN", "resource temporarily unavailable";
    NOMEM = 12, "ENOMEM", "cannot allocate memory";
    ACCESS = 13, "EACCES", "permission denied";
    FAULT = 14, "EFAULT", "bad address";
    BUSY = 16, "EBUSY", "device or resource busy";
    EXIST = 17, "EEXIST", "file exists";
    NODEV = 19, "ENODEV", "no such device";
    INVAL = 22, "EINVAL", "invalid argument";
    NOTTY = 25, "ENOTTY", "the file knows no such ioctl";
    NOSPC = 28, "ENOSPC", "no space left on device";
    PIPE = 32, "EPIPE", "broken pipe";
    RANGE = 34, "ERANGE", "numerical result out of range";
    NOSYS = by_machine(38, 89, 90), "ENOSYS", "function not implemented";
    NODATA = by_machine(61, 61, 111), "ENODATA", "no data available";
    OVERFLOW = by_machine(75, 79, 92), "EOVERFLOW", "value too large for its type";
    OPNOTSUPP = by_machine(95, 122, 45), "EOPNOTSUPP", "operation not supported";
    TIMEDOUT = by_machine(110, 145, 60), "ETIMEDOUT", "timed out";
    CANCELED = by_machine(125, 158, 127), "ECANCELED", "operation cancelled";
}

/// The number that an architecture has: two of those that Rust knows are older than the common
/// list. From the kernel's `asm/errno.h`.
const fn by_machine(common: i32, mips: i32, sparc: i32) -> i32 {
    if cfg!(any(
        target_arch = "mips",
        target_arch = "mips32r6",
        target_arch = "mips64",
        target_arch = "mips64r6"
    )) {
        mips
    } else if cfg!(any(target_arch = "sparc", target_arch = "sparc64")) {
        sparc
    } else {
        common
    }
}

impl Errno {
    /// The error of that number.
    pub const fn new(number: i32) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> i32 {
        self.0
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known() {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "errno {}", self.0),
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known() {
            Some((name, text)) => write!(f, "{text} ({name})"),
            None => self.other(f),
        }
    }
}

impl Errno {
    #[cfg(feature = "std")]
    fn other(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&std::io::Error::from_raw_os_error(self.0), f)
    }

    #[cfg(not(feature = "std"))]
    fn other(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}", self.0)
    }
}

impl core::error::Error for Errno {}

#[cfg(feature = "std")]
impl From<Errno> for std::io::Error {
    fn from(errno: Errno) -> Self {
        Self::from_raw_os_error(errno.0)
    }
}

#[cfg(feature = "call")]
impl From<rustix::io::Errno> for Errno {
    #[inline]
    fn from(errno: rustix::io::Errno) -> Self {
        Self(errno.raw_os_error())
    }
}

#[cfg(feature = "call")]
impl From<Errno> for rustix::io::Errno {
    fn from(errno: Errno) -> Self {
        Self::from_raw_os_error(errno.0)
    }
}

#[cfg(all(test, feature = "call"))]
mod tests {
    use super::Errno;
    use rustix::io::Errno as Known;

    #[test]
    fn numbers_are_those_that_rustix_has() {
        for (ours, known) in [
            (Errno::TOOBIG, Known::TOOBIG),
            (Errno::NOTTY, Known::NOTTY),
            (Errno::RANGE, Known::RANGE),
            (Errno::NOSYS, Known::NOSYS),
            (Errno::NODATA, Known::NODATA),
            (Errno::OVERFLOW, Known::OVERFLOW),
            (Errno::OPNOTSUPP, Known::OPNOTSUPP),
            (Errno::TIMEDOUT, Known::TIMEDOUT),
            (Errno::CANCELED, Known::CANCELED),
        ] {
            assert_eq!(ours, Errno::from(known));
        }
    }
}
