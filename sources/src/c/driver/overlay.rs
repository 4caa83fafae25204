//! Headers that exist only for the compiler.
//!
//! UAPI headers need a handful of libc's headers, and an architecture's `asm/` folder. The first
//! are stood in for, so that no libc needs to be installed and no libc decides for another ABI.
//! The second are stood in for where a tree has no `asm/` of an architecture, with the facts in
//! which that architecture differs (from `arch/*/include/uapi/asm` of Linux 6.12).

/// Where the stand-ins for libc appear to be.
pub(crate) const LIBC: &str = "/ioctlkit-libc";
/// Where the stand-ins for `asm/` appear to be.
pub(crate) const ASM: &str = "/ioctlkit-asm";

/// Where the `asm/` headers of each architecture appear to be, apart from all others.
pub(crate) const OWN_ASM: &str = "/ioctlkit-own-asm";

/// The kernel's own names for types, which its source has and no header for programs.
pub(crate) const KERNEL_TYPES: &str = "kernel/types.h";

/// A stand-in for a header of functions.
const TYPES: &str = "#include <sys/types.h>\n";

/// Stand-ins for libc's headers: name and text.
pub(crate) const LIBC_HEADERS: &[(&str, &str)] = &[
    (
        "stddef.h",
        "#ifndef IOCTLKIT_STDDEF\n#define IOCTLKIT_STDDEF\n\
         typedef __SIZE_TYPE__ size_t;\ntypedef __PTRDIFF_TYPE__ ptrdiff_t;\n\
         typedef __WCHAR_TYPE__ wchar_t;\n#define NULL ((void *)0)\n\
         #define offsetof(type, member) __builtin_offsetof(type, member)\n#endif\n",
    ),
    (
        "stdint.h",
        "#ifndef IOCTLKIT_STDINT\n#define IOCTLKIT_STDINT\n\
         typedef signed char int8_t;\ntypedef short int16_t;\ntypedef int int32_t;\n\
         typedef long long int64_t;\ntypedef unsigned char uint8_t;\n\
         typedef unsigned short uint16_t;\ntypedef unsigned int uint32_t;\n\
         typedef unsigned long long uint64_t;\ntypedef long intptr_t;\n\
         typedef unsigned long uintptr_t;\n\
         #define UINT8_MAX 0xff\n#define UINT16_MAX 0xffff\n#define UINT32_MAX 0xffffffffU\n\
         #define UINT64_MAX 0xffffffffffffffffULL\n#define INT32_MAX 0x7fffffff\n#endif\n",
    ),
    ("inttypes.h", "#include <stdint.h>\n"),
    ("stdbool.h", "#define bool _Bool\n#define true 1\n#define false 0\n"),
    ("stdarg.h", "typedef __builtin_va_list va_list;\n"),
    (
        "sys/types.h",
        "#ifndef IOCTLKIT_SYS_TYPES\n#define IOCTLKIT_SYS_TYPES\n#include <stddef.h>\n\
         #include <stdint.h>\n#include <linux/posix_types.h>\n\
         typedef __kernel_ssize_t ssize_t;\ntypedef __kernel_off_t off_t;\n\
         typedef __kernel_loff_t loff_t;\ntypedef __kernel_pid_t pid_t;\n\
         typedef __kernel_uid32_t uid_t;\ntypedef __kernel_gid32_t gid_t;\n\
         typedef unsigned int mode_t;\ntypedef unsigned long long dev_t;\n\
         typedef __kernel_ulong_t ino_t;\n\
         #ifdef __USE_TIME_BITS64\ntypedef long long time_t;\n\
         typedef long long suseconds_t;\n#else\ntypedef __kernel_old_time_t time_t;\n\
         typedef __kernel_suseconds_t suseconds_t;\n#endif\ntypedef __kernel_clockid_t clockid_t;\n\
         typedef __kernel_key_t key_t;\ntypedef char *caddr_t;\n\
         typedef unsigned char u_char;\ntypedef unsigned short u_short;\n\
         typedef unsigned int u_int;\ntypedef unsigned long u_long;\n\
         typedef uint8_t u_int8_t;\ntypedef uint16_t u_int16_t;\n\
         typedef uint32_t u_int32_t;\ntypedef uint64_t u_int64_t;\n#endif\n",
    ),
    ("sys/ioctl.h", "#include <asm/ioctls.h>\n#include <asm/ioctl.h>\n"),
    (
        "time.h",
        "#ifndef _STRUCT_TIMESPEC\n#define _STRUCT_TIMESPEC\n#include <sys/types.h>\n\
         #if !defined(__USE_TIME_BITS64) || __SIZEOF_LONG__ == 8\n\
         struct timespec {\n\ttime_t tv_sec;\n\tlong tv_nsec;\n};\n\
         #elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__\n\
         struct timespec {\n\ttime_t tv_sec;\n\tint : 32;\n\tlong tv_nsec;\n};\n#else\n\
         struct timespec {\n\ttime_t tv_sec;\n\tlong tv_nsec;\n\tint : 32;\n};\n#endif\n#endif\n",
    ),
    (
        "sys/time.h",
        "#ifndef IOCTLKIT_SYS_TIME\n#define IOCTLKIT_SYS_TIME\n#include <time.h>\n\
         struct timeval {\n\ttime_t tv_sec;\n\tsuseconds_t tv_usec;\n};\n\
         struct itimerval {\n\tstruct timeval it_interval;\n\tstruct timeval it_value;\n};\n\
         struct itimerspec {\n\tstruct timespec it_interval;\n\tstruct timespec it_value;\n};\n\
         #endif\n",
    ),
    (
        "sys/socket.h",
        "#ifndef IOCTLKIT_SYS_SOCKET\n#define IOCTLKIT_SYS_SOCKET\n#include <sys/types.h>\n\
         typedef unsigned short sa_family_t;\ntypedef unsigned int socklen_t;\n\
         struct sockaddr {\n\tsa_family_t sa_family;\n\tchar sa_data[14];\n};\n\
         struct sockaddr_storage {\n\tsa_family_t ss_family;\n\
         \tchar ss_data[128 - sizeof(sa_family_t) - sizeof(long)];\n\tunsigned long ss_align;\n};\n\
         #define AF_INET 2\n#define AF_INET6 10\n#define AF_UNIX 1\n#endif\n",
    ),
    ("net/if.h", "#include <linux/if.h>\n"),
    ("netinet/in.h", "#include <sys/socket.h>\n#include <linux/in.h>\n#include <linux/in6.h>\n"),
    ("netinet/if_ether.h", "#include <linux/if_ether.h>\n"),
    (
        "endian.h",
        "#include <asm/byteorder.h>\n#ifndef LITTLE_ENDIAN\n#define LITTLE_ENDIAN 1234\n\
         #define BIG_ENDIAN 4321\n#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__\n\
         #define BYTE_ORDER 4321\n#else\n#define BYTE_ORDER 1234\n#endif\n#endif\n\
         #ifndef __BYTE_ORDER\n#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__\n\
         #define __BYTE_ORDER 4321\n#else\n#define __BYTE_ORDER 1234\n#endif\n#endif\n\
         #undef __LITTLE_ENDIAN\n#undef __BIG_ENDIAN\n\
         #define __LITTLE_ENDIAN 1234\n#define __BIG_ENDIAN 4321\n",
    ),
    (
        "limits.h",
        "#define CHAR_BIT 8\n#define INT_MAX 0x7fffffff\n#define INT_MIN (-INT_MAX - 1)\n#define UINT_MAX 0xffffffffU\n\
         #define PATH_MAX 4096\n#define USHRT_MAX 0xffff\n",
    ),
    (
        KERNEL_TYPES,
        "#include <stddef.h>\n#include <stdint.h>\n#include <stdbool.h>\n\
         #include <linux/types.h>\n#include <linux/ioctl.h>\n#include <linux/uio.h>\n\
         typedef __u8 u8;\ntypedef __u16 u16;\ntypedef __u32 u32;\ntypedef __u64 u64;\n\
         typedef __s8 s8;\ntypedef __s16 s16;\ntypedef __s32 s32;\ntypedef __s64 s64;\n\
         typedef unsigned int uint;\ntypedef unsigned long ulong;\n\
         typedef unsigned short ushort;\ntypedef unsigned char u_char;\n\
         typedef __u32 u_int32_t;\ntypedef __u16 u_int16_t;\ntypedef __u8 u_int8_t;\n\
         typedef __kernel_ssize_t ssize_t;\ntypedef __kernel_off_t off_t;\n\
         typedef __kernel_loff_t loff_t;\ntypedef __kernel_pid_t pid_t;\n\
         typedef __u32 dev_t;\ntypedef unsigned short umode_t;\ntypedef __kernel_key_t key_t;\n\
         typedef __s32 compat_int_t;\ntypedef __u32 compat_uint_t;\n\
         typedef __s32 compat_long_t;\ntypedef __u32 compat_ulong_t;\n\
         typedef __u32 compat_uptr_t;\ntypedef __u32 compat_caddr_t;\n\
         typedef __u32 compat_size_t;\ntypedef __s32 compat_ssize_t;\n\
         typedef __s32 compat_time_t;\ntypedef __s32 old_time32_t;\n\
         #if defined(__x86_64__) || defined(__i386__)\n\
         typedef __s64 __attribute__((aligned(4))) compat_s64;\n\
         typedef __u64 __attribute__((aligned(4))) compat_u64;\n#else\n\
         typedef __s64 compat_s64;\ntypedef __u64 compat_u64;\n#endif\n\
         struct compat_iovec {\n\tcompat_uptr_t iov_base;\n\tcompat_size_t iov_len;\n};\n\
         struct compat_timespec {\n\tcompat_time_t tv_sec;\n\t__s32 tv_nsec;\n};\n\
         struct compat_timeval {\n\tcompat_time_t tv_sec;\n\t__s32 tv_usec;\n};\n",
    ),
    ("features.h", "\n"),
    ("sys/cdefs.h", "#define __BEGIN_DECLS\n#define __END_DECLS\n"),
    ("string.h", "#include <stddef.h>\n"),
    ("strings.h", "#include <stddef.h>\n"),
    ("stdlib.h", "#include <stddef.h>\n"),
    ("stdio.h", "#include <stddef.h>\n"),
    ("unistd.h", "#include <sys/types.h>\n"),
    ("errno.h", "#include <linux/errno.h>\n"),
    ("signal.h", "#include <linux/signal.h>\n"),
    ("fcntl.h", "#include <linux/fcntl.h>\n"),
    ("assert.h", "\n"),
    ("sys/param.h", "#include <linux/param.h>\n"),
    ("sys/uio.h", "#include <linux/uio.h>\n"),
    ("sys/resource.h", "#include <sys/time.h>\n"),
    ("sys/un.h", "#include <sys/socket.h>\n#include <linux/un.h>\n"),
    ("sys/select.h", "#include <sys/time.h>\ntypedef __kernel_fd_set fd_set;\n"),
    ("poll.h", "#include <linux/poll.h>\n"),
    ("sys/poll.h", "#include <linux/poll.h>\n"),
    ("sys/epoll.h", "#include <linux/eventpoll.h>\n"),
    ("sys/inotify.h", "#include <linux/inotify.h>\n"),
    ("sys/timerfd.h", "#include <time.h>\n#include <linux/timerfd.h>\n"),
    ("sys/utsname.h", "#include <linux/utsname.h>\n"),
    ("sys/vfs.h", "#include <linux/types.h>\n#include <asm/statfs.h>\n"),
    ("sys/statfs.h", "#include <linux/types.h>\n#include <asm/statfs.h>\n"),
    ("sys/sysinfo.h", "#include <linux/types.h>\n#include <linux/sysinfo.h>\n"),
    ("termios.h", "#include <asm/termbits.h>\n"),
    ("sched.h", "#include <sys/types.h>\n#include <linux/sched.h>\n"),
    ("sys/prctl.h", "#include <linux/prctl.h>\n"),
    ("sys/mman.h", "#include <sys/types.h>\n#include <linux/mman.h>\n"),
    ("arpa/inet.h", "#include <netinet/in.h>\n"),
    ("netdb.h", "#include <netinet/in.h>\n"),
    ("net/ethernet.h", "#include <linux/if_ether.h>\n"),
    ("net/if_arp.h", "#include <linux/if_arp.h>\n"),
    ("net/route.h", "#include <linux/route.h>\n"),
    ("netinet/ip.h", "#include <linux/ip.h>\n"),
    ("netinet/tcp.h", "#include <linux/tcp.h>\n"),
    ("netinet/udp.h", "#include <linux/udp.h>\n"),
    ("stdnoreturn.h", "#define noreturn _Noreturn\n"),
    ("stdalign.h", "#define alignas _Alignas\n#define alignof _Alignof\n"),
    // What these declare is called, and no argument.
    ("sys/stat.h", TYPES),
    ("sys/wait.h", TYPES),
    ("sys/file.h", TYPES),
    ("sys/statvfs.h", TYPES),
    ("sys/ipc.h", TYPES),
    ("sys/shm.h", TYPES),
    ("sys/sem.h", TYPES),
    ("sys/msg.h", TYPES),
    ("sys/mount.h", TYPES),
    ("sys/syscall.h", TYPES),
    ("sys/sysmacros.h", TYPES),
    ("sys/random.h", TYPES),
    ("sys/eventfd.h", TYPES),
    ("sys/signalfd.h", TYPES),
    ("sys/sendfile.h", TYPES),
    ("sys/xattr.h", TYPES),
    ("sys/times.h", TYPES),
    ("sys/ptrace.h", TYPES),
    ("sys/user.h", TYPES),
    ("sys/auxv.h", TYPES),
    ("sys/io.h", TYPES),
    ("sys/queue.h", TYPES),
    ("syscall.h", TYPES),
    ("pthread.h", TYPES),
    ("semaphore.h", TYPES),
    ("threads.h", TYPES),
    ("math.h", TYPES),
    ("ctype.h", TYPES),
    ("wchar.h", TYPES),
    ("wctype.h", TYPES),
    ("locale.h", TYPES),
    ("dirent.h", TYPES),
    ("getopt.h", TYPES),
    ("libgen.h", TYPES),
    ("float.h", TYPES),
    ("iso646.h", TYPES),
    ("stdatomic.h", TYPES),
    ("setjmp.h", TYPES),
    ("pwd.h", TYPES),
    ("grp.h", TYPES),
    ("spawn.h", TYPES),
    ("syslog.h", TYPES),
    ("utime.h", TYPES),
    ("byteswap.h", TYPES),
    ("malloc.h", TYPES),
    ("memory.h", TYPES),
    ("alloca.h", TYPES),
    ("err.h", TYPES),
    ("error.h", TYPES),
    ("execinfo.h", TYPES),
    ("dlfcn.h", TYPES),
    ("ftw.h", TYPES),
    ("fnmatch.h", TYPES),
    ("glob.h", TYPES),
    ("regex.h", TYPES),
    ("search.h", TYPES),
    ("ucontext.h", TYPES),
    ("pty.h", TYPES),
    ("utmp.h", TYPES),
    // The headers of a kernel tree, before headers_install takes these lines out.
    ("linux/compiler.h", "\n"),
    ("linux/compiler_types.h", "\n"),
    (
        "linux/version.h",
        "#define LINUX_VERSION_CODE 396288\n\
         #define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))\n",
    ),
];

/// Stand-ins for `asm/` headers in which architectures differ in ways that matter to an argument.
/// All others come from `asm-generic/`.
pub(crate) const ASM_HEADERS: &[(&str, &str)] = &[
    ("asm/ioctl.h", "#include <asm-generic/ioctl.h>\n"),
    ("asm/types.h", "#include <asm-generic/int-ll64.h>\n"),
    (
        "asm/bitsperlong.h",
        "#ifndef __BITS_PER_LONG\n#define __BITS_PER_LONG (8 * __SIZEOF_LONG__)\n#endif\n\
         #include <asm-generic/bitsperlong.h>\n",
    ),
    (
        "asm/byteorder.h",
        "#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__\n#include <linux/byteorder/big_endian.h>\n\
         #else\n#include <linux/byteorder/little_endian.h>\n#endif\n",
    ),
    ("asm/swab.h", "#include <asm-generic/bitsperlong.h>\n"),
    (
        "asm/posix_types.h",
        "#ifndef IOCTLKIT_POSIX_TYPES\n#define IOCTLKIT_POSIX_TYPES\n\
         #if defined(__x86_64__) && defined(__ILP32__)\n\
         typedef long long __kernel_long_t;\ntypedef unsigned long long __kernel_ulong_t;\n\
         #define __kernel_long_t __kernel_long_t\n#endif\n\
         #if defined(__alpha__) || defined(__s390x__)\n\
         typedef unsigned int __kernel_ino_t;\n#define __kernel_ino_t __kernel_ino_t\n#endif\n\
         #if defined(__arm__) || defined(__m68k__) || defined(__sh__) || defined(__i386__) || \\\n\
         \t(defined(__s390__) && !defined(__s390x__)) || \\\n\
         \t(defined(__sparc__) && !defined(__arch64__))\n\
         typedef unsigned short __kernel_mode_t;\n#define __kernel_mode_t __kernel_mode_t\n\
         typedef unsigned short __kernel_ipc_pid_t;\n\
         #define __kernel_ipc_pid_t __kernel_ipc_pid_t\n\
         typedef unsigned short __kernel_uid_t;\ntypedef unsigned short __kernel_gid_t;\n\
         #define __kernel_uid_t __kernel_uid_t\n\
         #elif defined(__hppa__)\n\
         typedef unsigned short __kernel_mode_t;\n#define __kernel_mode_t __kernel_mode_t\n\
         typedef unsigned short __kernel_ipc_pid_t;\n\
         #define __kernel_ipc_pid_t __kernel_ipc_pid_t\n\
         #elif defined(__powerpc__) && !defined(__powerpc64__)\n\
         typedef short __kernel_ipc_pid_t;\n#define __kernel_ipc_pid_t __kernel_ipc_pid_t\n\
         #elif defined(__microblaze__)\n\
         typedef unsigned short __kernel_mode_t;\n#define __kernel_mode_t __kernel_mode_t\n\
         #elif defined(__xtensa__)\n\
         typedef unsigned short __kernel_ipc_pid_t;\n\
         #define __kernel_ipc_pid_t __kernel_ipc_pid_t\n\
         #endif\n\
         #if defined(__arm__) || defined(__m68k__) || defined(__sh__) || defined(__i386__) || \\\n\
         \tdefined(__s390__) || defined(__xtensa__) || \\\n\
         \t(defined(__sparc__) && !defined(__arch64__))\n\
         typedef unsigned short __kernel_old_dev_t;\n\
         #define __kernel_old_dev_t __kernel_old_dev_t\n\
         #elif defined(__powerpc64__) || defined(__x86_64__)\n\
         typedef unsigned long __kernel_old_dev_t;\n\
         #define __kernel_old_dev_t __kernel_old_dev_t\n\
         #endif\n\
         #if defined(__x86_64__) || (defined(__sparc__) && defined(__arch64__)) || \\\n\
         \tdefined(__sh__) || defined(__aarch64__) || defined(__xtensa__)\n\
         typedef unsigned short __kernel_old_uid_t;\ntypedef unsigned short __kernel_old_gid_t;\n\
         #define __kernel_old_uid_t __kernel_old_uid_t\n#endif\n\
         #if defined(__mips__) || (defined(__sparc__) && !defined(__arch64__))\n\
         typedef long __kernel_daddr_t;\n#define __kernel_daddr_t __kernel_daddr_t\n#endif\n\
         #if defined(__sparc__) && defined(__arch64__)\n\
         typedef int __kernel_suseconds_t;\n#define __kernel_suseconds_t __kernel_suseconds_t\n\
         typedef long __kernel_long_t;\ntypedef unsigned long __kernel_ulong_t;\n\
         #define __kernel_long_t __kernel_long_t\n\
         struct __kernel_old_timeval {\n\t__kernel_long_t tv_sec;\n\
         \t__kernel_suseconds_t tv_usec;\n};\n\
         #define __kernel_old_timeval __kernel_old_timeval\n#endif\n\
         #include <asm-generic/posix_types.h>\n#endif\n",
    ),
];

/// The stand-in for libc that defines a name which headers use without including it.
pub(crate) fn libc_header_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "bool" => "stdbool.h",
        "size_t" => "stddef.h",
        "time_t" | "suseconds_t" | "ssize_t" | "off_t" | "loff_t" | "uid_t" | "gid_t" | "pid_t"
        | "mode_t" | "dev_t" | "ino_t" | "caddr_t" => "sys/types.h",
        "timeval" | "itimerval" => "sys/time.h",
        "timespec" => "time.h",
        "sockaddr" | "sockaddr_storage" => "sys/socket.h",
        "INT_MIN" | "INT_MAX" => "limits.h",
        _ if name.starts_with("compat_") => KERNEL_TYPES,
        _ if name.starts_with("__kernel_") && name.ends_with("_t") => "sys/types.h",
        _ if name.ends_with("_t") && (name.starts_with("uint") || name.starts_with("int")) => {
            "stdint.h"
        }
        _ => return None,
    })
}

/// Architectures whose own file has nothing to do with the generic one of that name, so that
/// nothing may be said of them when their file is not there.
pub(crate) fn replaces_generic(kernel_arch: &str, name: &str) -> bool {
    let archs: &[&str] = match name {
        "ioctls.h" => &["alpha", "mips", "parisc", "powerpc", "sh", "sparc", "xtensa"],
        "termbits.h" | "termbits-common.h" => &["alpha", "mips", "parisc", "powerpc", "sparc"],
        "termios.h" => &["alpha", "mips", "powerpc", "sparc"],
        "sockios.h" => &["alpha", "mips", "sh", "sparc", "xtensa"],
        "ipcbuf.h" => &["mips", "parisc", "powerpc", "s390", "sparc", "xtensa"],
        "msgbuf.h" | "sembuf.h" | "shmbuf.h" => {
            &["mips", "parisc", "powerpc", "sparc", "x86", "xtensa"]
        }
        "stat.h" => &[
            "alpha", "arm", "m68k", "mips", "parisc", "powerpc", "s390", "sh", "sparc", "x86",
            "xtensa",
        ],
        "statfs.h" => &["alpha", "arm", "arm64", "mips", "parisc", "s390", "x86"],
        _ => &[],
    };
    archs.contains(&kernel_arch)
}
