//! How the language of an interface spells what the rules speak of: types, reserved members, and
//! what to write instead.

use ioctlkit_abi::{RecordKind, Scalar};
use ioctlkit_model::{CommandBody, Constant, Interface, Language, Record, SourceFile, Type};

use crate::rust_source;

/// The file that front ends of Rust put the language's own types into.
const BUILTIN: &str = "<rust>";

/// The spelling of one interface.
#[derive(Debug, Clone, Copy)]
pub struct Spelling<'a> {
    interface: &'a Interface,
    language: Language,
}

impl<'a> Spelling<'a> {
    /// For an interface, which a front end reads from one language.
    pub fn of(interface: &'a Interface) -> Self {
        let asked_for = interface.headers.first().map(|header| interface.sources.file(header.file));
        let first = asked_for.or_else(|| interface.sources.iter().next().map(|(_, file)| file));
        let language = first.map_or(Language::C, SourceFile::language);
        Self { interface, language }
    }

    /// The interface.
    pub fn interface(self) -> &'a Interface {
        self.interface
    }

    /// The language.
    pub fn language(self) -> Language {
        self.language
    }

    fn in_rust(self) -> bool {
        self.language == Language::Rust
    }

    /// A structure or union: `struct x`, or `X`.
    pub fn record(self, record: &Record) -> String {
        let name = record.name.as_ref().or(record.typedef_name.as_ref());
        match (self.language, name) {
            (Language::Rust, Some(name)) => name.clone(),
            (Language::Rust, None) => match record.kind {
                RecordKind::Struct => "a structure without a name".into(),
                RecordKind::Union => "a union without a name".into(),
            },
            (Language::C | Language::List | Language::Object, _) => record.display_name(),
        }
    }

    /// A type: `__u8 [16]` and `struct x *`, or `[u8; 16]` and `*mut X`.
    pub fn ty(self, ty: &Type) -> String {
        if !self.in_rust() {
            return self.interface.type_name(ty);
        }
        match ty {
            Type::Void => "c_void".into(),
            Type::Scalar(scalar) => rust_scalar(*scalar).into(),
            Type::Pointer(to) => match **to {
                Type::Function => "fn()".into(),
                _ => format!("*mut {}", self.ty(to)),
            },
            Type::Function => "fn()".into(),
            Type::Array(element, Constant::Known(count)) => {
                format!("[{}; {count}]", self.ty(element))
            }
            Type::Array(element, Constant::Expression(_)) => format!("[{}; …]", self.ty(element)),
            Type::FlexibleArray(element) => format!("[{}]", self.ty(element)),
            Type::Record(id) => self.record(self.interface.record(*id)),
            Type::Enum(id) => {
                let name = self.interface.enumeration(*id).name.as_deref();
                name.unwrap_or("an enumeration without a name").into()
            }
            Type::Typedef(id) => self.interface.typedef(*id).name.clone(),
            Type::Unknown(spelling) => spelling.to_string(),
        }
    }

    /// What stands behind a typedef, where its name does not say it already: in Rust, the types of
    /// the language and of libc are typedefs, too.
    pub fn behind(self, typedef: &Type, behind: &Type) -> Option<String> {
        let is_of_the_language = matches!(typedef, Type::Typedef(id) if {
            let file = self.interface.sources.path(self.interface.typedef(*id).span);
            file.as_os_str() == BUILTIN
        });
        if self.in_rust() && is_of_the_language {
            return None;
        }
        if !self.in_rust() || matches!(behind, Type::Pointer(_) | Type::Enum(_)) {
            return Some(self.ty(behind)).filter(|behind| *behind != self.ty(typedef));
        }
        let names = self.interface.typedef_names(typedef);
        names.split_first()?.1.last().map(|name| (*name).to_owned())
    }

    /// A type of fixed width by the kernel's name for it: `__u32`, or `u32`.
    pub fn fixed(self, kernel: &'static str) -> &'static str {
        match (self.language, kernel) {
            (Language::Rust, "__u8") => "u8",
            (Language::Rust, "__u16") => "u16",
            (Language::Rust, "__u32") => "u32",
            (Language::Rust, "__u64") => "u64",
            (Language::Rust, "__s8") => "i8",
            (Language::Rust, "__s16") => "i16",
            (Language::Rust, "__s32") => "i32",
            (Language::Rust, "__s64") => "i64",
            _ => kernel,
        }
    }

    /// The `ordinal`th name for a reserved member, of all that nobody has: `reserved0`, or
    /// `_reserved0`.
    pub fn reserved_names(self) -> impl Iterator<Item = String> {
        let mark = if self.in_rust() { "_" } else { "" };
        (0..).map(move |number| format!("{mark}reserved{number}"))
    }

    /// The declaration of a reserved member of `bytes` bytes, without what separates it from the
    /// next: `__u32 reserved0`, `_reserved0: [u8; 4]`, or `_reserved0: Reserved<4>` in a structure
    /// that derives its checks.
    pub fn reserved(self, record: &Record, name: &str, bytes: u64) -> String {
        match (self.language, bytes) {
            (Language::C | Language::List | Language::Object, 1) => format!("__u8 {name}"),
            (Language::C | Language::List | Language::Object, 2) => format!("__u16 {name}"),
            (Language::C | Language::List | Language::Object, 4) => format!("__u32 {name}"),
            (Language::C | Language::List | Language::Object, _) => format!("__u8 {name}[{bytes}]"),
            (Language::Rust, _) if self.is_derived(record) => {
                format!("{name}: Reserved<{bytes}>")
            }
            (Language::Rust, _) => format!("{name}: [u8; {bytes}]"),
        }
    }

    /// The declaration of an alternative of a union that takes all of its `bytes` bytes.
    pub fn reserved_bytes(self, name: &str, bytes: u64) -> String {
        if self.in_rust() {
            format!("{name}: [u8; {bytes}]")
        } else {
            format!("__u8 {name}[{bytes}]")
        }
    }

    /// A declaration with what ends it: `;`, or `,`.
    pub fn ended(self, declaration: &str) -> String {
        format!("{declaration}{}", if self.in_rust() { "," } else { ";" })
    }

    /// What to do with reserved bytes, by whoever reads this code.
    pub fn about_reserved(self) -> &'static str {
        if self.in_rust() { "pass zero there" } else { "reject what is not zero" }
    }

    /// What to write in place of a pointer.
    pub fn instead_of_pointer(self, record: &Record) -> &'static str {
        match self.language {
            Language::C | Language::List | Language::Object => {
                "make it a `__u64`, and use `u64_to_user_ptr()` in the driver"
            }
            Language::Rust if self.is_derived(record) => {
                "make it a `UserPtr`, a `u64` on every ABI"
            }
            Language::Rust => "make it a `u64` that holds the address",
        }
    }

    /// The integer to write in place of a pointer; none where a type with parameters goes there,
    /// which takes a person.
    pub fn address(self, record: &Record) -> Option<&'static str> {
        let takes_a_person = self.in_rust() && self.is_derived(record);
        (!takes_a_person).then(|| self.fixed("__u64"))
    }

    /// What has no fixed width, as a clause: `__u64` for a pointer or a `long`.
    pub fn instead_of_words(self) -> &'static str {
        match self.language {
            Language::C | Language::List | Language::Object => "`__u64` for a pointer or a `long`",
            Language::Rust => "`u64` for a pointer, a `usize` or a `c_long`",
        }
    }

    /// How to do without a packed structure that states no alignment.
    pub fn instead_of_packed(self) -> &'static str {
        match self.language {
            Language::C | Language::List | Language::Object => {
                "drop `packed` and add reserved members, or say the alignment that holds: \
                 `__attribute__((packed, aligned(4)))`"
            }
            Language::Rust => {
                "drop `packed` and add reserved members, or say the alignment that holds: \
                 `#[repr(C, packed(4))]`"
            }
        }
    }

    /// What to write in place of an array of one element that stands for more.
    pub fn instead_of_one_element(self, record: &Record) -> &'static str {
        match self.language {
            Language::C | Language::List | Language::Object => {
                "make it `[]`, or put it in a union with `__DECLARE_FLEX_ARRAY()`"
            }
            Language::Rust if self.is_derived(record) => "make it a `FlexibleArray`",
            Language::Rust => "make it an array of no elements",
        }
    }

    /// The type that a pointer type, as it is spelled, points to.
    pub fn pointed_to(self, pointer: &str) -> Option<&str> {
        if !self.in_rust() {
            return Some(pointer.strip_suffix('*')?.trim_end());
        }
        ["*const ", "*mut "].iter().find_map(|mark| pointer.strip_prefix(mark)).map(str::trim)
    }

    /// What comes of a member off its natural offset in a packed structure.
    pub fn about_packed_offset(self) -> &'static str {
        match self.language {
            Language::C | Language::List | Language::Object => {
                "where a pointer to it faults on CPUs that cannot load from there"
            }
            Language::Rust => "where no reference to it may be made",
        }
    }

    /// What decides about a conditional member.
    pub fn about_condition(self) -> &'static str {
        if self.in_rust() { "`cfg`" } else { "the preprocessor" }
    }

    /// The operator that yields a size.
    pub fn size_of(self) -> &'static str {
        if self.in_rust() { "size_of" } else { "sizeof" }
    }

    /// What to call a file with definitions: a header in C, a file in Rust.
    pub fn file(self) -> &'static str {
        if self.in_rust() { "file" } else { "header" }
    }

    /// How a definition states that direction: `_IOW` in C, in Rust the word that the crate uses.
    pub fn direction(self, body: &CommandBody, direction: ioctlkit_abi::Direction) -> String {
        if self.in_rust() {
            rust_source::direction_word(&body.through, direction).into()
        } else {
            direction.macro_name().into()
        }
    }

    /// Whether a structure derives the checks of `ioctlkit`, whose types it may then use.
    fn is_derived(self, record: &Record) -> bool {
        self.interface.definitions.of_record(record).is_some_and(|it| it.attributes.derives_checks)
    }
}

fn rust_scalar(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "bool",
        Scalar::Char => "c_char",
        Scalar::SignedChar => "i8",
        Scalar::UnsignedChar => "u8",
        Scalar::Short => "i16",
        Scalar::UnsignedShort => "u16",
        Scalar::Int => "i32",
        Scalar::UnsignedInt => "u32",
        Scalar::Long => "c_long",
        Scalar::UnsignedLong => "c_ulong",
        Scalar::LongLong => "i64",
        Scalar::UnsignedLongLong => "u64",
        Scalar::Int128 => "i128",
        Scalar::UnsignedInt128 => "u128",
        Scalar::Float => "f32",
        Scalar::Double | Scalar::LongDouble => "f64",
        Scalar::Pointer => "*mut c_void",
    }
}
