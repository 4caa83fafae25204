//! Which names are keywords, and which are types.
use super::sink::Sink;
use rustc_hash::FxHashSet;

/// The types that a file makes names for.
#[derive(Debug, Default)]
pub(crate) struct Names {
    typedefs: FxHashSet<Vec<u8>>,
}

/// Names of types that neither end in `_t` nor are made by the file.
const TYPES: [&[u8]; 66] = [
    b"u8",
    b"u16",
    b"u32",
    b"u64",
    b"u128",
    b"s8",
    b"s16",
    b"s32",
    b"s64",
    b"s128",
    b"__u8",
    b"__u16",
    b"__u32",
    b"__u64",
    b"__s8",
    b"__s16",
    b"__s32",
    b"__s64",
    b"__le16",
    b"__le32",
    b"__le64",
    b"__be16",
    b"__be32",
    b"__be64",
    b"__sum16",
    b"__wsum",
    b"__poll_t",
    b"uint",
    b"ulong",
    b"ushort",
    b"uchar",
    b"unchar",
    b"u_char",
    b"u_short",
    b"u_int",
    b"u_long",
    b"u_int8_t",
    b"u_int16_t",
    b"u_int32_t",
    b"u_int64_t",
    b"__kernel_size_t",
    b"va_list",
    b"FILE",
    b"UINT",
    b"ULONG",
    b"USHORT",
    b"UCHAR",
    b"BYTE",
    b"WORD",
    b"DWORD",
    b"UINT8",
    b"UINT16",
    b"UINT32",
    b"UINT64",
    b"INT",
    b"LONG",
    b"le16",
    b"le32",
    b"le64",
    b"be16",
    b"be32",
    b"be64",
    b"Elf_Addr",
    b"acpi_handle",
    b"uint32",
    b"uint64",
];

impl Names {
    /// Collects the names that a file's typedefs make: the one in front of the semicolon, or of the
    /// parenthesis behind it.
    pub(super) fn of_file(sink: &Sink) -> Self {
        let mut typedefs = FxHashSet::default();
        let mut at = 0;
        while at < sink.tokens.len() {
            if !(sink.is_name(at) && sink.spelled(at) == b"typedef") {
                at += 1;
                continue;
            }
            let mut name = None;
            let mut next = at + 1;
            while next < sink.tokens.len() && !sink.is(next, b';') {
                if sink.is_name(next) {
                    name = Some(next);
                } else if sink.is(next, b'(') && sink.is(next + 1, b'*') && sink.is_name(next + 2) {
                    name = Some(next + 2);
                    break;
                } else if sink.is(next, b'(') && name.is_some() {
                    break;
                } else if sink.is(next, b'{') {
                    let Some(close) = sink.partner(next) else { break };
                    next = close;
                }
                next += 1;
            }
            if let Some(name) = name {
                typedefs.insert(sink.spelled(name).to_vec());
            }
            at = next + 1;
        }
        Self { typedefs }
    }

    /// Whether a name is that of a type.
    pub(crate) fn is_type(&self, name: &[u8]) -> bool {
        name.ends_with(b"_t") || TYPES.contains(&name) || self.typedefs.contains(name)
    }
}

/// Whether a name is a keyword that a type is made of.
pub(super) fn is_primitive(name: &[u8]) -> bool {
    matches!(
        name,
        b"int"
            | b"unsigned"
            | b"long"
            | b"char"
            | b"void"
            | b"short"
            | b"signed"
            | b"bool"
            | b"_Bool"
            | b"float"
            | b"double"
            | b"__signed__"
            | b"size_t"
            | b"ssize_t"
    )
}

/// Whether a name is a keyword in front of the name of a type.
pub(super) fn is_tag(name: &[u8]) -> bool {
    matches!(name, b"struct" | b"union" | b"enum")
}

/// Whether a name qualifies a type.
pub(super) fn is_qualifier(name: &[u8]) -> bool {
    matches!(
        name,
        b"const" | b"volatile" | b"restrict" | b"__const" | b"__volatile__" | b"__const__"
    )
}

/// Whether a name is a storage class.
pub(super) fn is_storage(name: &[u8]) -> bool {
    matches!(
        name,
        b"static"
            | b"extern"
            | b"inline"
            | b"register"
            | b"auto"
            | b"__inline"
            | b"__inline__"
            | b"typedef"
            | b"__thread"
    )
}

/// Whether a name is a keyword of a statement.
pub(super) fn is_keyword(name: &[u8]) -> bool {
    matches!(
        name,
        b"if"
            | b"else"
            | b"while"
            | b"for"
            | b"do"
            | b"switch"
            | b"case"
            | b"default"
            | b"return"
            | b"goto"
            | b"break"
            | b"continue"
            | b"sizeof"
    )
}
