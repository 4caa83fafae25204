//! The clock that measures.

use std::mem::MaybeUninit;

/// Nanoseconds since some fixed moment, from `CLOCK_MONOTONIC`: by the vDSO, without a system call,
/// where the machine's clock source allows that.
#[inline]
pub fn monotonic_ns() -> u64 {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the pointer is to a timespec; CLOCK_MONOTONIC exists on every Linux, so the call
    // cannot fail and has filled it.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_MONOTONIC, time.as_mut_ptr());
        time.assume_init()
    };
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

/// The resolution that the kernel states for that clock, in nanoseconds.
pub fn resolution_ns() -> u64 {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: as above.
    let time = unsafe {
        libc::clock_getres(libc::CLOCK_MONOTONIC, time.as_mut_ptr());
        time.assume_init()
    };
    time.tv_nsec.cast_unsigned()
}
