//! Integer types that are the same on every ABI.

/// How many bits an integer type has on every ABI, and whether it has a sign.
pub(crate) fn integer(name: &str) -> Option<(u32, bool)> {
    Some(match name {
        "u8" | "c_uchar" | "__u8" => (8, false),
        "u16" | "c_ushort" | "__u16" => (16, false),
        "u32" | "c_uint" | "__u32" => (32, false),
        "u64" | "c_ulonglong" | "__u64" => (64, false),
        "i8" | "c_schar" => (8, true),
        "i16" | "c_short" => (16, true),
        "i32" | "c_int" | "__s32" => (32, true),
        "i64" | "c_longlong" | "__s64" => (64, true),
        _ => return None,
    })
}
