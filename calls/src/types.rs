//! Types as they are spelled in declarations, and what is known of them.

use ioctlkit_model::abi::Scalar;
use ioctlkit_model::{ProgramKind, ProgramType};

use crate::scope::Scope;

/// A type as a declaration spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type<'t> {
    Void,
    Scalar(Scalar),
    /// A typedef, or in C++ a structure.
    Named(&'t str),
    /// A structure or union with a tag.
    Record(&'t str),
    /// One without, by a number of its own.
    Anonymous(u32),
    Enum,
    Pointer(Box<Self>),
    Array(Box<Self>),
    /// A function, and what it returns.
    Function(Box<Self>),
    Unknown,
}

impl Type<'_> {
    pub(crate) fn pointer(self) -> Self {
        Self::Pointer(Box::new(self))
    }

    /// What is left when a value is taken: an array is a pointer to its first element.
    pub(crate) fn decayed(self) -> Self {
        match self {
            Self::Array(element) => Self::Pointer(element),
            other => other,
        }
    }
}

/// How many typedefs may be behind each other, and types inside each other.
const DEEPEST: usize = 32;

impl<'t> Type<'t> {
    /// The type behind typedefs.
    pub(crate) fn resolved(self, scope: &Scope<'_, 't>) -> Self {
        let mut ty = self;
        for _ in 0..DEEPEST {
            let Self::Named(name) = ty else { return ty };
            match scope.typedef(name) {
                Some(behind) => ty = behind,
                None => return Self::Named(name),
            }
        }
        Self::Unknown
    }

    /// As the rules see it.
    pub(crate) fn to_model(&self, scope: &Scope<'_, 't>) -> ProgramType {
        self.to_model_at(scope, 0)
    }

    fn to_model_at(&self, scope: &Scope<'_, 't>, depth: usize) -> ProgramType {
        if depth > DEEPEST {
            return ProgramType { spelled: String::new(), kind: ProgramKind::Unknown };
        }
        let inner = |ty: &Self| Box::new(ty.to_model_at(scope, depth + 1));
        let (spelled, kind) = match self {
            Self::Void => ("void".to_owned(), ProgramKind::Void),
            Self::Scalar(scalar) => (scalar.c_name().to_owned(), ProgramKind::Scalar(*scalar)),
            Self::Record(tag) => (format!("struct {tag}"), ProgramKind::Record),
            Self::Anonymous(_) => ("struct".to_owned(), ProgramKind::Record),
            Self::Enum => ("enum".to_owned(), ProgramKind::Scalar(Scalar::UnsignedInt)),
            Self::Pointer(to) => {
                let to = inner(to);
                let space = if to.spelled.ends_with('*') { "" } else { " " };
                (format!("{}{space}*", to.spelled), ProgramKind::Pointer(to))
            }
            Self::Array(element) => {
                let element = inner(element);
                (format!("{}[]", element.spelled), ProgramKind::Array(element))
            }
            Self::Function(_) => ("function".to_owned(), ProgramKind::Unknown),
            Self::Unknown => (String::new(), ProgramKind::Unknown),
            Self::Named(name) => ((*name).to_owned(), named(name, scope, depth)),
        };
        ProgramType { spelled, kind }
    }
}

fn named(name: &str, scope: &Scope<'_, '_>, depth: usize) -> ProgramKind {
    if let Some(behind) = scope.typedef(name) {
        return behind.to_model_at(scope, depth + 1).kind;
    }
    if let Some(kind) = well_known(name) {
        return kind;
    }
    if scope.has_record(name) || is_structure_of_kernel(name) {
        return ProgramKind::Record;
    }
    ProgramKind::Unknown
}

/// Whether a command of the kernel takes a structure of that name: C++ names it without `struct`, and there are
/// typedefs.
fn is_structure_of_kernel(name: &str) -> bool {
    use ioctlkit_model::kernel_copies::shape;
    shape(name).is_some()
        || ["struct", "union"].iter().any(|keyword| shape(&format!("{keyword} {name}")).is_some())
        || ["sg_io_hdr_t", "sg_req_info_t"].contains(&name)
}

/// Typedefs of libc, of the kernel's headers and of libraries that many programs use.
pub(crate) fn well_known(name: &str) -> Option<ProgramKind> {
    use Scalar::{
        Bool, Char, Double, Float, Int, Long, LongLong, Short, SignedChar, UnsignedChar,
        UnsignedInt, UnsignedLong, UnsignedLongLong, UnsignedShort,
    };
    let scalar = match name {
        "int8_t" | "__s8" | "s8" | "gint8" | "qint8" => SignedChar,
        "uint8_t" | "__u8" | "u8" | "u_int8_t" | "guint8" | "quint8" | "u_char" | "uchar"
        | "cc_t" | "guchar" | "byte" => UnsignedChar,
        "gchar" => Char,
        "int16_t" | "__s16" | "s16" | "gint16" | "qint16" | "gshort" => Short,
        "uint16_t" | "__u16" | "u16" | "u_int16_t" | "guint16" | "quint16" | "u_short"
        | "ushort" | "__le16" | "__be16" | "gushort" => UnsignedShort,
        "int32_t" | "__s32" | "s32" | "gint32" | "qint32" | "gint" | "gboolean" | "pid_t"
        | "key_t" | "clockid_t" => Int,
        "uint32_t" | "__u32" | "u32" | "u_int32_t" | "guint32" | "quint32" | "guint" | "u_int"
        | "uint" | "uid_t" | "gid_t" | "mode_t" | "id_t" | "socklen_t" | "speed_t" | "tcflag_t"
        | "useconds_t" | "__le32" | "__be32" | "fe_status_t" | "fe_sec_voltage_t"
        | "fe_sec_tone_mode_t" | "fe_sec_mini_cmd_t" | "fe_sec_voltage" | "fe_sec_tone_mode"
        | "fe_sec_mini_cmd" | "fe_status" => UnsignedInt,
        "int64_t" | "__s64" | "s64" | "gint64" | "qint64" | "loff_t" | "off64_t" | "__off64_t"
        | "intmax_t" | "qlonglong" => LongLong,
        "uint64_t" | "__u64" | "u64" | "u_int64_t" | "guint64" | "quint64" | "dev_t"
        | "ino64_t" | "uintmax_t" | "__le64" | "__be64" | "__aligned_u64" | "v4l2_std_id"
        | "qulonglong" => UnsignedLongLong,
        "int_fast16_t" | "int_fast32_t" | "ssize_t" | "ptrdiff_t" | "intptr_t" | "glong"
        | "gssize" | "suseconds_t" | "clock_t" | "__kernel_long_t" => Long,
        "uint_fast16_t" | "uint_fast32_t" | "size_t" | "uintptr_t" | "u_long" | "ulong"
        | "gulong" | "gsize" | "nfds_t" | "rlim64_t" | "__kernel_size_t" | "__kernel_ulong_t" => {
            UnsignedLong
        }
        "bool" | "_Bool" => Bool,
        "float_t" | "gfloat" => Float,
        "double_t" | "gdouble" => Double,
        // 32 or 64 bits on 32-bit ABIs, as `_FILE_OFFSET_BITS` and `_TIME_BITS` say.
        "off_t" | "__off_t" | "blkcnt_t" | "time_t" => return Some(ProgramKind::Varying(Long)),
        "ino_t" | "rlim_t" | "fsblkcnt_t" | "fsfilcnt_t" => {
            return Some(ProgramKind::Varying(UnsignedLong));
        }
        "caddr_t" | "gpointer" | "gconstpointer" => {
            let of = ProgramType { spelled: "void".to_owned(), kind: ProgramKind::Void };
            return Some(ProgramKind::Pointer(Box::new(of)));
        }
        _ => return None,
    };
    Some(ProgramKind::Scalar(scalar))
}

/// A fundamental type of the words that spell it, in any order.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word")]
pub(crate) struct Words {
    longs: u8,
    is_short: bool,
    is_unsigned: bool,
    is_signed: bool,
    base: Option<Scalar>,
    is_void: bool,
    has_any: bool,
}

impl Words {
    /// Takes in a word; says whether it is one of them.
    pub(crate) fn add(&mut self, word: &str) -> bool {
        match word {
            "long" => self.longs += 1,
            "short" => self.is_short = true,
            "unsigned" | "__unsigned__" => self.is_unsigned = true,
            "signed" | "__signed__" | "__signed" => self.is_signed = true,
            "int" => self.base = self.base.or(Some(Scalar::Int)),
            "char" => self.base = Some(Scalar::Char),
            "float" => self.base = Some(Scalar::Float),
            "double" => self.base = Some(Scalar::Double),
            "_Bool" | "bool" => self.base = Some(Scalar::Bool),
            "__int128" | "__int128_t" => self.base = Some(Scalar::Int128),
            "__uint128_t" => self.base = Some(Scalar::UnsignedInt128),
            "void" => self.is_void = true,
            _ => return false,
        }
        self.has_any = true;
        true
    }

    pub(crate) fn has_any(self) -> bool {
        self.has_any
    }

    pub(crate) fn ty<'t>(self) -> Type<'t> {
        if self.is_void {
            return Type::Void;
        }
        let signed = |signed, unsigned| if self.is_unsigned { unsigned } else { signed };
        Type::Scalar(match self.base {
            Some(Scalar::Char) if self.is_unsigned => Scalar::UnsignedChar,
            Some(Scalar::Char) if self.is_signed => Scalar::SignedChar,
            Some(Scalar::Double) if self.longs > 0 => Scalar::LongDouble,
            Some(Scalar::Int128) => signed(Scalar::Int128, Scalar::UnsignedInt128),
            Some(base) if base != Scalar::Int => base,
            _ if self.is_short => signed(Scalar::Short, Scalar::UnsignedShort),
            _ if self.longs == 1 => signed(Scalar::Long, Scalar::UnsignedLong),
            _ if self.longs > 1 => signed(Scalar::LongLong, Scalar::UnsignedLongLong),
            _ => signed(Scalar::Int, Scalar::UnsignedInt),
        })
    }
}
