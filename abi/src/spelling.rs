//! What a name of an interface may be spelled with: the one place that knows, for the derive, for
//! the front ends and for what is generated. A name that passes is only a name in C, in make, in a
//! shell and in every other language that generated files are in.

/// The capabilities, as `include/uapi/linux/capability.h` of Linux 6.12 has them.
pub const CAPABILITIES: [&str; 41] = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
];

/// What nothing in C can be called: the keywords of C11 and C23, those of GNU C, and names that gcc
/// or the kernel define as macros.
const TAKEN: [&str; 71] = [
    "_Alignas",
    "_Alignof",
    "_Atomic",
    "_BitInt",
    "_Bool",
    "_Complex",
    "_Decimal128",
    "_Decimal32",
    "_Decimal64",
    "_Generic",
    "_Imaginary",
    "_Noreturn",
    "_Static_assert",
    "_Thread_local",
    "__asm__",
    "__attribute__",
    "__auto_type",
    "__extension__",
    "__typeof__",
    "alignas",
    "alignof",
    "asm",
    "auto",
    "bool",
    "break",
    "case",
    "char",
    "const",
    "constexpr",
    "continue",
    "current",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extern",
    "false",
    "float",
    "for",
    "goto",
    "i386",
    "if",
    "inline",
    "int",
    "linux",
    "long",
    "nullptr",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "struct",
    "switch",
    "thread_local",
    "true",
    "typedef",
    "typeof",
    "typeof_unqual",
    "union",
    "unix",
    "unsigned",
    "void",
    "volatile",
    "while",
    "NULL",
    "errno",
];

/// The longest path that a file of a driver may have, in bytes.
const PATH_LENGTH: usize = 255;

/// The longest name, in bytes: a generated one is made of two or three of them.
const NAME_LENGTH: usize = 255;

/// Whether the kernel has a capability of that name.
pub fn is_capability(name: &str) -> bool {
    CAPABILITIES.contains(&name)
}

/// Whether C takes the name for a new thing: ASCII letters, digits and `_`, no digit in front, and
/// no keyword.
pub fn is_c_name(name: &str) -> bool {
    is_word(name) && !TAKEN.contains(&name)
}

/// Whether C has a type of that name: `struct NAME`, `union NAME`, or the name of a typedef.
pub fn is_c_type(name: &str) -> bool {
    let tag = ["struct ", "union "].iter().find_map(|keyword| name.strip_prefix(keyword));
    is_c_name(tag.unwrap_or(name))
}

/// Whether names of C can begin so: like a name, but a keyword may be the beginning of one.
pub fn is_c_prefix(prefix: &str) -> bool {
    prefix.is_empty() || is_word(prefix)
}

fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.len() <= NAME_LENGTH
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a file of a driver may have that path: absolute, of ASCII letters, digits and `_.-`, and
/// without a part that is empty, `.` or `..`.
pub fn is_driver_path(path: &str) -> bool {
    let Some(parts) = path.strip_prefix('/') else { return false };
    let is_part = |part: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        !matches!(part, "" | "." | "..") && part.bytes().all(is_plain)
    };
    path.len() <= PATH_LENGTH && parts.split('/').all(is_part)
}

/// Whether a module may create the file: a path of a driver below `/dev`.
pub fn is_device_path(path: &str) -> bool {
    path.starts_with("/dev/") && is_driver_path(path)
}
