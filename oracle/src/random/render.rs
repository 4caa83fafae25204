//! Types as C text.

use std::fmt::Write as _;

use ioctlkit_abi::{RecordKind, Scalar};

use super::{Attributes, EnumRange, RandomMember, RandomRecord, RandomType};

/// The C declarations of a structure and everything in it. Tags and typedefs begin with `prefix`
/// and are numbered in the order in which they are complete, as [`super::build`] numbers them;
/// members are numbered within their structure.
pub fn declarations(record: &RandomRecord, prefix: &str) -> String {
    let mut renderer = Renderer { prefix, text: String::new(), records: 0, typedefs: 0, enums: 0 };
    renderer.tagged(record);
    renderer.text
}

struct Renderer<'a> {
    prefix: &'a str,
    text: String,
    records: usize,
    typedefs: usize,
    enums: usize,
}

impl Renderer<'_> {
    /// Defines a structure with a tag and returns its name.
    fn tagged(&mut self, record: &RandomRecord) -> String {
        let body = self.body(record, &mut 0);
        let name = format!("{} {}_{}", keyword(record.kind), self.prefix, self.records);
        self.records += 1;
        if let Some(pack) = record.pack {
            let _ = writeln!(self.text, "#pragma pack({pack})");
        }
        let _ = writeln!(self.text, "{name} {{\n{body}}}{};", record_attributes(record));
        if record.pack.is_some() {
            self.text.push_str("#pragma pack()\n");
        }
        name
    }

    /// The members; what they need is declared before. `next` numbers them through anonymous
    /// structures, whose members share their parent's name space.
    fn body(&mut self, record: &RandomRecord, next: &mut usize) -> String {
        let mut body = String::new();
        for member in &record.members {
            match member {
                RandomMember::Plain(ty, attributes) => {
                    let declarator = self.declare(ty, &format!("m{next}"));
                    let _ = writeln!(body, "{declarator}{};", member_attributes(*attributes));
                    *next += 1;
                }
                RandomMember::Bits { ty, width, named, attributes } => {
                    let name = if *named { format!("m{next}") } else { String::new() };
                    let declarator = self.declare(ty, &format!("{name} : {width}"));
                    let _ = writeln!(body, "{declarator}{};", member_attributes(*attributes));
                    *next += usize::from(*named);
                }
                RandomMember::Anonymous(inner) => {
                    let members = self.body(inner, next);
                    let keyword = keyword(inner.kind);
                    let _ =
                        writeln!(body, "{keyword} {{\n{members}}}{};", record_attributes(inner));
                }
            }
        }
        if let Some(ty) = record.flexible.as_ref().filter(|_| record.may_be_flexible()) {
            let declarator = self.declare(ty, &format!("m{next}[]"));
            let _ = writeln!(body, "{declarator};");
            *next += 1;
        }
        body
    }

    /// `type declarator`.
    fn declare(&mut self, ty: &RandomType, declarator: &str) -> String {
        match ty {
            RandomType::Scalar(Scalar::Pointer) => format!("void *{declarator}"),
            RandomType::Scalar(scalar) => format!("{} {declarator}", scalar.c_name()),
            RandomType::Enum(range) => format!("{} {declarator}", self.enumeration(*range)),
            RandomType::Record(record) => format!("{} {declarator}", self.tagged(record)),
            RandomType::Array(element, count) => {
                self.declare(element, &format!("{declarator}[{count}]"))
            }
            RandomType::Aligned(inner, bytes) => {
                // What is inside is declared first and takes the lower numbers.
                let inner = self.declare(inner, "\u{1}");
                let name = format!("{}_t{}", self.prefix, self.typedefs);
                self.typedefs += 1;
                let inner = inner.replace('\u{1}', &name);
                let _ = writeln!(self.text, "typedef {inner} __attribute__((aligned({bytes})));");
                format!("{name} {declarator}")
            }
        }
    }

    fn enumeration(&mut self, range: EnumRange) -> String {
        let name = format!("enum {}_e{}", self.prefix, self.enums);
        let prefix = format!("{}_E{}", self.prefix, self.enums);
        self.enums += 1;
        let (attributes, low, high) = match range {
            EnumRange::Small => ("", "0", "7"),
            EnumRange::Negative => ("", "-1", "7"),
            EnumRange::Large => ("", "0", "0xffffffff00000000"),
            EnumRange::LargeNegative => ("", "-1", "0x7fffffff00000000"),
            EnumRange::PackedByte => (" __attribute__((packed))", "0", "200"),
            EnumRange::PackedShort => (" __attribute__((packed))", "-1", "200"),
        };
        let _ = writeln!(
            self.text,
            "{name} {{ {prefix}_LOW = {low}, {prefix}_HIGH = {high} }}{attributes};"
        );
        name
    }
}

fn keyword(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Struct => "struct",
        RecordKind::Union => "union",
    }
}

fn record_attributes(record: &RandomRecord) -> String {
    member_attributes(Attributes { packed: record.packed, aligned: record.aligned })
}

fn member_attributes(attributes: Attributes) -> String {
    let packed = if attributes.packed { " __attribute__((packed))" } else { "" };
    match attributes.aligned {
        Some(bytes) => format!("{packed} __attribute__((aligned({bytes})))"),
        None => packed.to_owned(),
    }
}
