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

/// What nothing in C can be called: the keywords of C11 and C23, those of GNU C, and names that gcc, for
/// some architecture, or the kernel define as macros. So are all that begin and end with `__`.
const TAKEN: [&str; 154] = [
    "LANGUAGE_C",
    "MIPSEB",
    "MIPSEL",
    "NULL",
    "PPC",
    "R3000",
    "R4000",
    "_ABI64",
    "_ABIN32",
    "_ABIO32",
    "_Accum",
    "_Alignas",
    "_Alignof",
    "_Atomic",
    "_BIG_ENDIAN",
    "_BitInt",
    "_Bool",
    "_Complex",
    "_Decimal128",
    "_Decimal32",
    "_Decimal64",
    "_Float128",
    "_Float128x",
    "_Float16",
    "_Float32",
    "_Float32x",
    "_Float64",
    "_Float64x",
    "_Fract",
    "_Generic",
    "_ILP32",
    "_Imaginary",
    "_LITTLE_ENDIAN",
    "_LP64",
    "_Noreturn",
    "_Pragma",
    "_Sat",
    "_Static_assert",
    "_Thread_local",
    "__GIMPLE",
    "__LANGUAGE_C",
    "__MIPSEB",
    "__MIPSEL",
    "__PHI",
    "__PPC",
    "__R3000",
    "__R4000",
    "__RTL",
    "__alignof",
    "__alpha",
    "__amd64",
    "__asm",
    "__attribute",
    "__auto_type",
    "__bool",
    "__complex",
    "__const",
    "__float128",
    "__has_attribute",
    "__has_builtin",
    "__has_c_attribute",
    "__has_include",
    "__has_include_next",
    "__hppa",
    "__i386",
    "__ibm128",
    "__imag",
    "__inline",
    "__int128",
    "__k8",
    "__linux",
    "__mc68000",
    "__mc68020",
    "__mips",
    "__mips64",
    "__null",
    "__pixel",
    "__powerpc",
    "__real",
    "__restrict",
    "__riscv",
    "__seg_fs",
    "__seg_gs",
    "__signed",
    "__sparc",
    "__thread",
    "__transaction_atomic",
    "__transaction_cancel",
    "__transaction_relaxed",
    "__typeof",
    "__unix",
    "__vector",
    "__volatile",
    "__x86_64",
    "_mips",
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
    "errno",
    "extern",
    "false",
    "float",
    "for",
    "goto",
    "hppa",
    "i386",
    "if",
    "inline",
    "int",
    "linux",
    "long",
    "mc68000",
    "mc68020",
    "mips",
    "nullptr",
    "pixel",
    "powerpc",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "sparc",
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
    "vector",
    "void",
    "volatile",
    "while",
];

/// Names, sorted, a line each, that a driver's source has as macros without parameters, so that nothing there
/// can be called so: of `gcc -dM -E` on a generated driver for x86-64 with the headers of Linux 6.1 and 6.12,
/// without those that begin with `_`, `arch_` or `CONFIG_`, guards of headers, and names in small letters that
/// UAPI headers define for members of their own. `errno` and the words of `stdbool.h` are C's.
const KERNEL_MACROS: &str = include_str!("spelling/kernel_macros.txt");

/// The longest path that a file of a driver may have, in bytes.
const PATH_LENGTH: usize = 255;

/// The longest name, in bytes: a generated one is made of two or three of them.
const NAME_LENGTH: usize = 255;

/// The longest name of a module, in bytes.
const MODULE_NAME_LENGTH: usize = 55;

/// Whether the kernel has a capability of that name.
pub fn is_capability(name: &str) -> bool {
    CAPABILITIES.contains(&name)
}

/// Whether C takes the name for a new thing: ASCII letters, digits and `_`, no digit in front, and
/// no keyword.
pub fn is_c_name(name: &str) -> bool {
    is_word(name) && !is_taken(name)
}

/// Whether C code in the kernel reads the name as something else: `HZ`, `PAGE_SIZE`, `current`.
pub fn is_kernel_macro(name: &str) -> bool {
    is_line_of(KERNEL_MACROS, name)
}

/// Whether a word is a line of a sorted text.
pub fn is_line_of(sorted: &str, word: &str) -> bool {
    let mut rest = sorted;
    while !rest.is_empty() {
        let middle = rest.len() / 2;
        let begin = rest.as_bytes()[..middle].iter().rposition(|byte| *byte == b'\n');
        let begin = begin.map_or(0, |at| at + 1);
        let line = rest[begin..].split('\n').next().unwrap_or_default();
        match line.cmp(word) {
            core::cmp::Ordering::Equal => return true,
            core::cmp::Ordering::Greater => rest = &rest[..begin],
            core::cmp::Ordering::Less => {
                rest = rest.get(begin + line.len() + 1..).unwrap_or_default();
            }
        }
    }
    false
}

fn is_taken(name: &str) -> bool {
    let is_of_compiler = name.starts_with("__") && name.ends_with("__");
    is_of_compiler || name.starts_with("__builtin_") || TAKEN.contains(&name)
}

/// Whether a name is good for a kernel module: a lowercase letter, followed by lowercase letters, digits and `_`,
/// at most 55 bytes, and not a reserved word of C. The limit is the kernel's `MODULE_NAME_LEN`, less the zero at the end.
pub fn is_module_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.len() <= MODULE_NAME_LENGTH
        && name.bytes().all(is_letter)
        && !is_taken(name)
}

/// Whether a name is good for a device's Rust type: a capital letter, followed by ASCII letters and digits. Names that
/// Rust or the derives define themselves pass as well.
pub fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.len() <= NAME_LENGTH
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether a text can name a type in C: `struct NAME`, `union NAME`, or the name of a typedef.
pub fn is_c_type(name: &str) -> bool {
    let tag = ["struct ", "union "].iter().find_map(|keyword| name.strip_prefix(keyword));
    is_c_name(tag.unwrap_or(name))
}

/// Whether names in C can begin with this text: an identifier, or a keyword, since longer names may begin with one.
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
