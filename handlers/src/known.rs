//! Functions of the kernel that the analysis knows, by what they do with memory. The source of each fact is
//! the function's definition in Linux 6.12, in the header that stands beside it, unless a later
//! version is named.

/// What a function that copies answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyAnswer {
    /// The count of bytes that it did not copy.
    Count,
    /// 0 or an error.
    Error,
}

/// What a known function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// `copy_from_user(to, from, n)`
    CopyIn { to: usize, from: usize, size: usize, answer: CopyAnswer },
    /// `copy_to_user(to, from, n)`
    CopyOut { to: usize, from: usize, size: usize, answer: CopyAnswer },
    /// `copy_struct_from_user(to, ksize, from, usize)`: clears what the program does not have.
    CopyStruct { to: usize, from: usize, size: usize },
    /// `get_user(variable, pointer)` returns 0 or an error.
    Get { variable: usize, pointer: usize },
    /// `put_user(value, pointer)` returns 0 or an error.
    Put { pointer: usize },
    /// `clear_user(pointer, n)` returns the count.
    Clear { pointer: usize, size: usize },
    /// `memdup_user(from, n)` returns an object.
    Duplicate { from: usize, size: usize },
    /// `strndup_user(from, n)` and others that read a string or something of a size of its own.
    ReadsString { from: usize },
    /// Copies a structure from the program and makes something else of it: `get_timespec64(to, from)`.
    ReadsInto { to: usize, from: usize, ty: &'static str },
    /// The same in the other direction: `put_timespec64(from, to)`.
    WritesFrom { to: usize, ty: &'static str },
    /// `fget(fd)`: looks up an open file.
    OpenFile { descriptor: usize },
    /// `kzalloc(n)`: an object of zeros.
    AllocatesCleared { size: Option<usize> },
    /// `kmalloc(n)`: an object that nobody has cleared.
    Allocates { size: Option<usize> },
    /// `memset(to, value, n)`: every byte of a size, padding included.
    Fill { to: usize, size: usize },
    /// `memcpy(to, from, n)` and string functions: sets what `to` points to.
    Sets { to: usize },
    /// `compat_ptr(x)`
    CompatPointer,
    /// Functions that yield what they are given, but for the order of its bytes.
    Same { value: usize },
    /// `u64_to_user_ptr(x)`
    ToUserPointer,
    /// It looks at what it is given and keeps nothing: `access_ok`, `capable`, printing.
    Looks,
    /// `kfree`, locks: nothing that is asked about changes.
    Nothing,
    /// `in_compat_syscall()`
    AsksForCompat,
    /// `_IOC_NR` and its like.
    PartOfCommand(super::value::CommandPart),
    /// `array_index_nospec(n, size)`, `min(a, b)`: a number that is bounded.
    Bounded,
    /// `array_size`, `struct_size`, `size_mul`: a product that cannot overflow.
    SafeProduct,
    /// `likely(x)`, `READ_ONCE(x)`.
    Condition,
    /// `offsetofend(struct x, member)`: a number of bytes that the structure gives.
    Offset,
    /// `ERR_PTR(x)`, `IS_ERR(x)`.
    ErrorPointer,
}

impl Known {
    /// The argument that points to what the function writes in the kernel.
    pub(crate) fn fills(self) -> Option<usize> {
        match self {
            Self::CopyIn { to, .. }
            | Self::CopyStruct { to, .. }
            | Self::ReadsInto { to, .. }
            | Self::Fill { to, .. }
            | Self::Sets { to } => Some(to),
            _ => None,
        }
    }

    /// Whether it does what the numbers say that it is given: copies, clears or allocates as much.
    pub(crate) fn takes_numbers(self) -> bool {
        matches!(
            self,
            Self::CopyIn { .. }
                | Self::CopyOut { .. }
                | Self::CopyStruct { .. }
                | Self::Clear { .. }
                | Self::Duplicate { .. }
                | Self::AllocatesCleared { .. }
                | Self::Allocates { .. }
                | Self::Fill { .. }
                | Self::Sets { .. }
                | Self::SafeProduct
        )
    }
}

/// What a function of this name does, if it is a known one.
pub(crate) fn known(name: &str) -> Option<Known> {
    use Known::{
        Allocates, AllocatesCleared, AsksForCompat, Bounded, Clear, CompatPointer, Condition,
        CopyIn, CopyOut, CopyStruct, Duplicate, ErrorPointer, Fill, Get, Looks, Nothing, Offset,
        OpenFile, PartOfCommand, Put, ReadsInto, ReadsString, SafeProduct, Same, Sets,
        ToUserPointer, WritesFrom,
    };

    use CopyAnswer::{Count, Error};

    use super::value::CommandPart;
    Some(match name {
        // include/linux/uaccess.h
        "copy_from_user"
        | "__copy_from_user"
        | "_copy_from_user"
        | "raw_copy_from_user"
        | "__copy_from_user_inatomic"
        | "copy_from_user_nmi"
        // include/linux/sockptr.h
        | "copy_from_sockptr" => CopyIn { to: 0, from: 1, size: 2, answer: Count },
        "copy_to_user"
        | "__copy_to_user"
        | "_copy_to_user"
        | "raw_copy_to_user"
        | "__copy_to_user_inatomic" => CopyOut { to: 0, from: 1, size: 2, answer: Count },
        "copy_from_user_nofault" => CopyIn { to: 0, from: 1, size: 2, answer: Error },
        "copy_to_user_nofault" => CopyOut { to: 0, from: 1, size: 2, answer: Error },
        "copy_struct_from_user" => CopyStruct { to: 0, from: 2, size: 3 },
        // Since Linux 6.13.
        "copy_struct_to_user" => CopyOut { to: 0, from: 2, size: 3, answer: Error },
        "get_user" | "__get_user" | "unsafe_get_user" => Get { variable: 0, pointer: 1 },
        "put_user" | "__put_user" | "unsafe_put_user" => Put { pointer: 1 },
        "clear_user" | "__clear_user" => Clear { pointer: 0, size: 1 },
        // include/linux/string.h, mm/util.c
        "memdup_user" | "vmemdup_user" | "memdup_user_nul" => Duplicate { from: 0, size: 1 },
        "memdup_array_user" | "vmemdup_array_user" | "strndup_user" | "strnlen_user" => {
            ReadsString { from: 0 }
        }
        "strncpy_from_user" => ReadsString { from: 1 },
        // kernel/time/time.c
        "get_timespec64" => ReadsInto { to: 0, from: 1, ty: "struct __kernel_timespec" },
        "put_timespec64" => WritesFrom { to: 1, ty: "struct __kernel_timespec" },
        "get_old_timespec32" => ReadsInto { to: 0, from: 1, ty: "struct old_timespec32" },
        "put_old_timespec32" => WritesFrom { to: 1, ty: "struct old_timespec32" },
        "get_itimerspec64" => ReadsInto { to: 0, from: 1, ty: "struct __kernel_itimerspec" },
        "put_itimerspec64" => WritesFrom { to: 1, ty: "struct __kernel_itimerspec" },
        "get_old_itimerspec32" => ReadsInto { to: 0, from: 1, ty: "struct old_itimerspec32" },
        "put_old_itimerspec32" => WritesFrom { to: 1, ty: "struct old_itimerspec32" },
        "get_old_timex32" => ReadsInto { to: 0, from: 1, ty: "struct old_timex32" },
        // include/linux/netdevice.h, net/socket.c
        "get_user_ifreq" => ReadsInto { to: 0, from: 2, ty: "struct ifreq" },
        "put_user_ifreq" => WritesFrom { to: 1, ty: "struct ifreq" },
        // include/linux/file.h
        "fget" | "fget_raw" | "fdget" | "fdget_raw" | "fdget_pos" | "sockfd_lookup"
        | "eventfd_ctx_fdget" | "eventfd_fget" | "bpf_prog_get" | "bpf_prog_get_type" => OpenFile { descriptor: 0 },
        // include/linux/slab.h, vmalloc.h, device.h
        "kzalloc" | "kvzalloc" | "vzalloc" | "vmalloc_user" | "kzalloc_node" | "kvzalloc_node" => {
            AllocatesCleared { size: Some(0) }
        }
        "devm_kzalloc" => AllocatesCleared { size: Some(1) },
        "kcalloc" | "kvcalloc" | "devm_kcalloc" => AllocatesCleared { size: None },
        "kmalloc" | "kvmalloc" | "vmalloc" | "kmalloc_node" | "kvmalloc_node" => {
            Allocates { size: Some(0) }
        }
        "devm_kmalloc" => Allocates { size: Some(1) },
        "kmalloc_array" | "kvmalloc_array" => Allocates { size: None },
        "memset" => Fill { to: 0, size: 2 },
        "memzero_explicit" | "bzero" => Fill { to: 0, size: 1 },
        "memcpy" | "memmove" | "strcpy" | "strncpy" | "strscpy" | "strscpy_pad" | "strlcpy"
        | "sprintf" | "snprintf" | "scnprintf" | "strlcat" | "strtomem_pad" | "strtomem"
        | "ether_addr_copy" | "memcpy_fromio" | "bitmap_zero" | "bitmap_copy" => Sets { to: 0 },
        "compat_ptr" => CompatPointer,
        "untagged_addr"
        | "ptr_to_compat"
        | "cpu_to_le32"
        | "le32_to_cpu"
        | "cpu_to_be32"
        | "be32_to_cpu"
        | "lower_32_bits"
        | "upper_32_bits" => Same { value: 0 },
        "u64_to_user_ptr" => ToUserPointer,
        // include/linux/security.h: security modules look at the number of the command.
        "security_file_ioctl"
        | "security_file_ioctl_compat"
        | "access_ok"
        | "capable"
        | "ns_capable"
        | "printk"
        | "pr_err"
        | "pr_warn"
        | "pr_info"
        | "pr_debug"
        | "pr_notice"
        | "pr_devel"
        | "dev_err"
        | "dev_warn"
        | "dev_info"
        | "dev_dbg"
        | "dev_notice"
        | "dprintk"
        | "netdev_dbg"
        | "netdev_err"
        | "netdev_info"
        | "netdev_warn"
        | "BUG_ON"
        | "WARN_ON"
        | "WARN_ON_ONCE"
        | "WARN"
        | "WARN_ONCE"
        | "printk_ratelimited"
        | "pr_err_ratelimited"
        | "dev_err_ratelimited"
        | "pr_warn_ratelimited"
        | "memchr_inv"
        | "mem_is_zero"
        | "memcmp"
        | "strcmp"
        | "strncmp"
        | "strlen"
        | "strnlen"
        | "DBG"
        | "dbg"
        | "drm_dbg"
        | "DRM_DEBUG"
        | "DRM_ERROR"
        | "trace_printk"
        | "is_zero_ether_addr"
        | "is_valid_ether_addr"
        | "memscan"
        | "memchr"
        | "check_zeroed_user"
        | "BUILD_BUG_ON"
        | "ASSERT"
        | "ASSERT_RTNL"
        | "might_sleep"
        | "might_fault"
        | "prefetch" => Looks,
        "kfree"
        | "kvfree"
        | "vfree"
        | "mutex_lock"
        | "mutex_unlock"
        | "spin_lock"
        | "spin_unlock"
        | "spin_lock_irq"
        | "spin_unlock_irq"
        | "spin_lock_irqsave"
        | "spin_unlock_irqrestore"
        | "mutex_lock_interruptible"
        | "mutex_trylock"
        | "down"
        | "up"
        | "down_read"
        | "up_read"
        | "down_write"
        | "up_write"
        | "down_interruptible"
        | "rtnl_lock"
        | "rtnl_unlock"
        | "rcu_read_lock"
        | "rcu_read_unlock"
        | "user_access_begin"
        | "user_access_end"
        | "user_read_access_begin"
        | "user_read_access_end"
        | "user_write_access_begin"
        | "user_write_access_end"
        | "schedule"
        | "msleep"
        | "udelay"
        | "mdelay"
        | "put_device"
        | "get_device"
        | "kfree_sensitive"
        | "local_irq_save"
        | "local_irq_restore"
        | "cond_resched"
        | "barrier"
        | "smp_mb" => Nothing,
        "in_compat_syscall" | "is_compat_task" | "in_ia32_syscall" | "in_x32_syscall" => {
            AsksForCompat
        }
        "_IOC_NR" | "DRM_IOCTL_NR" => PartOfCommand(CommandPart::Nr),
        "_IOC_TYPE" => PartOfCommand(CommandPart::Type),
        "_IOC_SIZE" => PartOfCommand(CommandPart::Size),
        "_IOC_DIR" => PartOfCommand(CommandPart::Direction),
        "min" | "min_t" | "clamp" | "clamp_t" | "clamp_val" | "array_index_nospec" | "umin"
        | "min3" | "min_not_zero" | "max" | "max_t" | "umax" => Bounded,
        "array_size" | "array3_size" | "struct_size" | "size_mul" | "size_add"
        | "flex_array_size" | "check_mul_overflow" | "check_add_overflow" | "struct_size_t" => {
            SafeProduct
        }
        // include/linux/stddef.h
        "offsetof" | "offsetofend" => Offset,
        "likely" | "unlikely" | "READ_ONCE" | "WRITE_ONCE" | "IS_ENABLED" => Condition,
        "ERR_PTR" | "IS_ERR" | "PTR_ERR" | "IS_ERR_OR_NULL" | "PTR_ERR_OR_ZERO" => ErrorPointer,
        _ => return None,
    })
}

/// Whether a name is that of a lock or a message, by the kernel's habits: such a function keeps nothing
/// of what it is given.
pub(crate) fn is_harmless(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["lock", "print", "debug", "dbg", "trace", "warn", "_log", "wake_up", "_err", "_info", "assert"]
        .iter()
        .any(|word| lower.contains(word))
        && !lower.contains("ioctl")
        && !lower.contains("copy")
}
