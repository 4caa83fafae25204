//! What a type is to C in the kernel: the few kinds that an argument may be made of.

use ioctlkit_abi::{AbiId, RecordKind, Scalar};
use ioctlkit_model::{Interface, Language, Layouts, RecordId, Type};
use ioctlkit_syntax::snake_case;

/// A type of an argument or a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An integer of 8, 16, 32 or 64 bits.
    Integer {
        /// How many.
        bits: u8,
        /// Whether it may be negative.
        signed: bool,
    },
    /// `char`, which only holds text.
    Char,
    /// `long` or `unsigned long`.
    Word {
        /// Whether it may be negative.
        signed: bool,
    },
    /// An address of user memory.
    Address,
    /// A structure or union.
    Record(RecordId),
    /// That many of them.
    Array(Box<Shape>, u64),
    /// As many as a member says.
    Flexible(Box<Shape>),
}

/// Why a type has no shape, for people.
pub(crate) type Refusal = String;

impl Shape {
    /// The shape of a type.
    pub(crate) fn of(layouts: &Layouts<'_>, abi: AbiId, ty: &Type) -> Result<Self, Refusal> {
        let interface = layouts.interface();
        let name = || interface.type_name(ty);
        match interface.resolved(ty, abi) {
            Some(Type::Scalar(scalar)) => {
                scalar_shape(*scalar).ok_or_else(|| format!("`{}` has no place in an ABI", name()))
            }
            Some(Type::Pointer(_)) => Ok(Self::Address),
            Some(Type::Record(id)) => Ok(Self::Record(*id)),
            Some(Type::Enum(id)) => {
                let body = interface.enumeration(*id).variants.get(abi);
                body.and_then(|body| scalar_shape(body.underlying))
                    .ok_or_else(|| format!("`{}` is not defined", name()))
            }
            Some(Type::Array(element, count)) => {
                let count = layouts
                    .constant(count, abi)
                    .map_err(|_| format!("the length of `{}` is not known", name()))?;
                Ok(Self::Array(Box::new(Self::of(layouts, abi, element)?), count))
            }
            Some(Type::FlexibleArray(element)) => {
                Ok(Self::Flexible(Box::new(Self::of(layouts, abi, element)?)))
            }
            _ => Err(format!("`{}` has no place in an ABI", name())),
        }
    }

    /// The type as the UAPI header spells it: what is in front of a member's name, and behind it.
    pub(crate) fn uapi(&self, interface: &Interface, align_64: bool) -> (String, String) {
        match self {
            Self::Integer { bits: 64, signed: false } if align_64 => {
                ("__aligned_u64".into(), String::new())
            }
            Self::Integer { bits, signed } => (format!("__{}{bits}", sign(*signed)), String::new()),
            Self::Char => ("char".into(), String::new()),
            Self::Word { signed: true } => ("long".into(), String::new()),
            Self::Word { signed: false } => ("unsigned long".into(), String::new()),
            Self::Address => ("void __user *".into(), String::new()),
            Self::Record(id) => (record_type(interface, *id), String::new()),
            Self::Array(element, count) => {
                let (front, behind) = element.uapi(interface, align_64);
                (front, format!("[{count}]{behind}"))
            }
            Self::Flexible(element) => {
                let (front, behind) = element.uapi(interface, align_64);
                (front, format!("[]{behind}"))
            }
        }
    }

    /// The type as the kernel's own code spells it.
    pub(crate) fn kernel(&self, interface: &Interface) -> String {
        match self {
            Self::Integer { bits, signed } => format!("{}{bits}", sign(*signed)),
            Self::Array(..) | Self::Flexible(_) => {
                let (front, behind) = self.uapi(interface, false);
                format!("{front} {behind}")
            }
            other => other.uapi(interface, false).0,
        }
    }

    /// The type as programs of the 32-bit ABI have it, in the kernel's words.
    pub(crate) fn compat(&self, interface: &Interface, translated: &[RecordId]) -> String {
        match self {
            Self::Integer { bits: 64, signed } => format!("compat_{}64", sign(*signed)),
            Self::Word { signed: true } => "compat_long_t".into(),
            Self::Word { signed: false } => "compat_ulong_t".into(),
            Self::Address => "compat_uptr_t".into(),
            Self::Record(id) if translated.contains(id) => {
                format!("struct {}32", record_tag(interface, *id))
            }
            other => other.kernel(interface),
        }
    }

    /// What each element is, through all dimensions.
    pub(crate) fn element(&self) -> &Self {
        match self {
            Self::Array(element, _) | Self::Flexible(element) => element.element(),
            other => other,
        }
    }
}

fn sign(signed: bool) -> char {
    if signed { 's' } else { 'u' }
}

fn scalar_shape(scalar: Scalar) -> Option<Shape> {
    let integer = |bits, signed| Some(Shape::Integer { bits, signed });
    match scalar {
        Scalar::Char => Some(Shape::Char),
        Scalar::SignedChar => integer(8, true),
        Scalar::UnsignedChar => integer(8, false),
        Scalar::Short => integer(16, true),
        Scalar::UnsignedShort => integer(16, false),
        Scalar::Int => integer(32, true),
        Scalar::UnsignedInt => integer(32, false),
        Scalar::LongLong => integer(64, true),
        Scalar::UnsignedLongLong => integer(64, false),
        Scalar::Long => Some(Shape::Word { signed: true }),
        Scalar::UnsignedLong => Some(Shape::Word { signed: false }),
        Scalar::Pointer => Some(Shape::Address),
        _ => None,
    }
}

/// The tag of a structure in C.
pub(crate) fn record_tag(interface: &Interface, id: RecordId) -> String {
    let record = interface.record(id);
    if let Some(name) = &record.c_name {
        let tag = name.strip_prefix("struct ").or_else(|| name.strip_prefix("union "));
        return tag.unwrap_or(name).to_owned();
    }
    let typedef = record.typedef_name.as_deref();
    let name = record.name.as_deref().or(typedef).unwrap_or_default();
    match interface.sources.file(record.span.file).language() {
        Language::C | Language::List | Language::Object => name.to_owned(),
        Language::Rust => snake_case(name),
    }
}

/// `struct echo_config`, or the name of a typedef for a structure without a tag.
pub(crate) fn record_type(interface: &Interface, id: RecordId) -> String {
    let record = interface.record(id);
    if let (None, Some(typedef)) = (&record.name, &record.typedef_name) {
        return typedef.clone();
    }
    let keyword = match interface.record(id).kind {
        RecordKind::Struct => "struct",
        RecordKind::Union => "union",
    };
    format!("{keyword} {}", record_tag(interface, id))
}
