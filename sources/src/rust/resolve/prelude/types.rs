// What the names of Rust's standard library, of the `libc` crate and of `ioctlkit` mean. Only read, never compiled.
// The fundamental types, whose meaning is in `prelude.rs`.
pub struct u8;
pub struct u16;
pub struct u32;
pub struct u64;
pub struct u128;
pub struct usize;
pub struct i8;
pub struct i16;
pub struct i32;
pub struct i64;
pub struct i128;
pub struct isize;
pub struct f32;
pub struct f64;
pub struct bool;
pub struct char;
pub struct c_char;
pub struct c_long;
pub struct c_ulong;
pub struct CompatU64;
pub struct CompatI64;

// C's types: core::ffi, std::os::raw, libc.
pub type c_schar = i8;
pub type c_uchar = u8;
pub type c_short = i16;
pub type c_ushort = u16;
pub type c_int = i32;
pub type c_uint = u32;
pub type c_longlong = i64;
pub type c_ulonglong = u64;
pub type c_float = f32;
pub type c_double = f64;
pub type int8_t = i8;
pub type int16_t = i16;
pub type int32_t = i32;
pub type int64_t = i64;
pub type uint8_t = u8;
pub type uint16_t = u16;
pub type uint32_t = u32;
pub type uint64_t = u64;
pub type size_t = c_ulong;
pub type ssize_t = c_long;
pub type intptr_t = c_long;
pub type uintptr_t = c_ulong;
pub type ptrdiff_t = c_long;

// The kernel's fixed types, which bindings keep by name.
pub type __u8 = u8;
pub type __u16 = u16;
pub type __u32 = u32;
pub type __u64 = u64;
pub type __s8 = i8;
pub type __s16 = i16;
pub type __s32 = i32;
pub type __s64 = i64;
pub type __le16 = u16;
pub type __le32 = u32;
pub type __le64 = u64;
pub type __be16 = u16;
pub type __be32 = u32;
pub type __be64 = u64;

// The kernel's POSIX types that are the same everywhere, or as wide as a word.
pub type __kernel_size_t = c_ulong;
pub type __kernel_ssize_t = c_long;
pub type __kernel_loff_t = i64;
pub type __kernel_time64_t = i64;
pub type __kernel_pid_t = c_int;
pub type __kernel_uid32_t = c_uint;
pub type __kernel_gid32_t = c_uint;

// POSIX's types as Linux has them.
#[cfg(not(ioctlkit_time_width = "64"))]
pub type time_t = c_long;
#[cfg(ioctlkit_time_width = "64")]
pub type time_t = i64;
#[cfg(not(ioctlkit_time_width = "64"))]
pub type suseconds_t = c_long;
#[cfg(ioctlkit_time_width = "64")]
pub type suseconds_t = i64;
pub type clock_t = c_long;
pub type clockid_t = c_int;
pub type off_t = c_long;
pub type off64_t = i64;
pub type loff_t = i64;
pub type pid_t = c_int;
pub type uid_t = c_uint;
pub type gid_t = c_uint;
pub type id_t = c_uint;
pub type mode_t = c_uint;
pub type dev_t = u64;
pub type socklen_t = c_uint;
pub type sa_family_t = c_ushort;
pub type in_addr_t = c_uint;
pub type in_port_t = c_ushort;
pub type cc_t = c_uchar;
pub type tcflag_t = c_uint;
pub type speed_t = c_uint;
pub type Ioctl = c_ulong;
pub type RawFd = c_int;
#[repr(transparent)]
pub struct OwnedFd { fd: RawFd }
#[repr(transparent)]
pub struct BorrowedFd { fd: RawFd }
pub enum c_void {}

#[repr(C)]
pub struct timeval { pub tv_sec: time_t, pub tv_usec: suseconds_t }
#[repr(C)]
pub struct timespec { pub tv_sec: time_t, pub tv_nsec: suseconds_t }
#[repr(C)]
pub struct itimerval { pub it_interval: timeval, pub it_value: timeval }
#[repr(C)]
pub struct itimerspec { pub it_interval: timespec, pub it_value: timespec }
#[repr(C)]
pub struct winsize { pub ws_row: c_ushort, pub ws_col: c_ushort, pub ws_xpixel: c_ushort, pub ws_ypixel: c_ushort }
#[repr(C)]
pub struct iovec { pub iov_base: *mut c_void, pub iov_len: size_t }
#[repr(transparent)]
pub struct IoSlice { vec: iovec }
#[repr(transparent)]
pub struct IoSliceMut { vec: iovec }
#[repr(C)]
pub struct in_addr { pub s_addr: in_addr_t }
#[repr(C)]
pub struct sockaddr { pub sa_family: sa_family_t, pub sa_data: [c_char; 14] }
#[repr(C)]
pub struct sockaddr_in { pub sin_family: sa_family_t, pub sin_port: in_port_t, pub sin_addr: in_addr, pub sin_zero: [u8; 8] }

// Of `ioctlkit`, and of `iocuddle`: an address that fits every word.
#[repr(transparent)]
pub struct UserPtr<T> { address: u64 }
#[repr(transparent)]
pub struct Ptr<T> { address: u64 }
#[repr(transparent)]
pub struct PtrMut<T> { address: u64 }
