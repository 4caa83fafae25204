//! Stand-ins for the few headers of a C library that kernel headers include. They hold what an
//! ioctl's argument may be made of, and no C library decides for another ABI.

use std::fs;
use std::io;
use std::path::Path;

/// Writes the stand-ins below `folder`, where a compiler can find them.
///
/// # Errors
/// Those of the file system.
pub fn write(folder: &Path) -> io::Result<()> {
    for (name, text) in HEADERS {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, format!("#pragma once\n{text}"))?;
    }
    Ok(())
}

const HEADERS: &[(&str, &str)] = &[
    (
        "stddef.h",
        "typedef __SIZE_TYPE__ size_t;\n\
         typedef __PTRDIFF_TYPE__ ptrdiff_t;\n\
         #define NULL ((void *)0)\n\
         #define offsetof __builtin_offsetof\n",
    ),
    (
        "stdint.h",
        "typedef __INT8_TYPE__ int8_t;\n\
         typedef __INT16_TYPE__ int16_t;\n\
         typedef int int32_t;\n\
         typedef __INT64_TYPE__ int64_t;\n\
         typedef __UINT8_TYPE__ uint8_t;\n\
         typedef __UINT16_TYPE__ uint16_t;\n\
         typedef unsigned int uint32_t;\n\
         typedef __UINT64_TYPE__ uint64_t;\n\
         typedef __INTPTR_TYPE__ intptr_t;\n\
         typedef __UINTPTR_TYPE__ uintptr_t;\n",
    ),
    ("stdbool.h", "#define bool _Bool\n#define true 1\n#define false 0\n"),
    ("stdarg.h", "typedef __builtin_va_list va_list;\n"),
    ("inttypes.h", "#include <stdint.h>\n"),
    ("limits.h", "#define CHAR_BIT 8\n#define INT_MAX __INT_MAX__\n#define PATH_MAX 4096\n"),
    ("string.h", "#include <stddef.h>\n"),
    ("strings.h", "#include <stddef.h>\n"),
    ("stdlib.h", "#include <stddef.h>\n"),
    ("stdio.h", "#include <stddef.h>\n"),
    ("unistd.h", "#include <sys/types.h>\n"),
    ("assert.h", ""),
    ("errno.h", "#include <linux/errno.h>\n"),
    ("fcntl.h", "#include <linux/fcntl.h>\n"),
    ("signal.h", "#include <linux/signal.h>\n"),
    (
        "endian.h",
        "#define __LITTLE_ENDIAN 1234\n\
         #define __BIG_ENDIAN 4321\n\
         #define __BYTE_ORDER __BYTE_ORDER__\n",
    ),
    (
        "sys/types.h",
        "#include <stddef.h>\n\
         #include <stdint.h>\n\
         #include <linux/posix_types.h>\n\
         typedef unsigned char u_char;\n\
         typedef unsigned short u_short;\n\
         typedef unsigned int u_int;\n\
         typedef unsigned long u_long;\n\
         typedef uint8_t u_int8_t;\n\
         typedef uint16_t u_int16_t;\n\
         typedef uint32_t u_int32_t;\n\
         typedef uint64_t u_int64_t;\n\
         typedef __kernel_ssize_t ssize_t;\n\
         typedef __kernel_off_t off_t;\n\
         typedef __kernel_loff_t loff_t;\n\
         typedef __kernel_pid_t pid_t;\n\
         typedef __kernel_uid32_t uid_t;\n\
         typedef __kernel_gid32_t gid_t;\n\
         typedef unsigned int mode_t;\n\
         typedef __kernel_ulong_t ino_t;\n\
         typedef __kernel_old_time_t time_t;\n\
         typedef __kernel_caddr_t caddr_t;\n",
    ),
    ("sys/ioctl.h", "#include <asm/ioctls.h>\n"),
    ("sys/param.h", "#include <linux/param.h>\n"),
    ("sys/uio.h", "#include <linux/uio.h>\n"),
    // The kernel's own definitions: some headers bring them along, and no program has two.
    ("time.h", "#include <sys/types.h>\n#include <linux/time.h>\n"),
    ("sys/time.h", "#include <time.h>\n"),
    (
        "sys/socket.h",
        "#include <sys/types.h>\n\
         typedef unsigned short sa_family_t;\n\
         typedef unsigned int socklen_t;\n\
         struct sockaddr { sa_family_t sa_family; char sa_data[14]; };\n\
         struct sockaddr_storage { sa_family_t ss_family; char pad[118]; unsigned long align; };\n\
         #define AF_INET 2\n\
         #define AF_INET6 10\n",
    ),
    ("net/if.h", "#include <linux/if.h>\n"),
    ("netinet/in.h", "#include <linux/in.h>\n"),
    ("netinet/if_ether.h", "#include <linux/if_ether.h>\n"),
];
