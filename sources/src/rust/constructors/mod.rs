//! What crates make the numbers of commands with, and what they pass them to.

pub(crate) mod through;

/// Functions that take a file and a request: those of libc, nix, rustix and vmm-sys-util.
pub(crate) fn is_ioctl_call(name: &str) -> bool {
    matches!(
        name,
        "ioctl"
            | "v4l2_ioctl"
            | "ioctl_readonly"
            | "ioctl_with_val"
            | "ioctl_with_ref"
            | "ioctl_with_mut_ref"
            | "ioctl_with_ptr"
            | "ioctl_with_mut_ptr"
    )
}

/// Functions that yield a command's number.
pub(crate) fn may_yield_number(before: Option<&str>, name: &str) -> bool {
    match name {
        "_IO" | "_IOR" | "_IOW" | "_IOWR" | "_IOC" | "_IOWINT" | "ioctl_expr" => true,
        "none" | "read" | "write" | "read_write" | "from_components" => before == Some("opcode"),
        _ => false,
    }
}

/// Types of rustix that hold a command's number.
pub(crate) fn is_opcode_type(name: &str) -> bool {
    matches!(name, "NoneOpcode" | "ReadOpcode" | "WriteOpcode" | "ReadWriteOpcode" | "BadOpcode")
}

/// rustix's types that make a call of a number.
pub(crate) fn is_pattern(name: &str) -> bool {
    matches!(name, "NoArg" | "Getter" | "Setter" | "Updater" | "IntegerSetter")
}
