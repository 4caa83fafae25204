//! Types as an interface, built without a front end.

use std::path::PathBuf;
use std::sync::Arc;

use ioctlkit_abi::{ABIS, AbiSet, Scalar};
use ioctlkit_model::{
    Constant, Differences, Enum, EnumBody, EnumId, Interface, Member, Purpose, Record, RecordBody,
    RecordId, Representation, Span, Type, Typedef, TypedefBody, TypedefId, Variants,
};

use super::{Attributes, EnumRange, RandomMember, RandomRecord, RandomType};
use crate::compare::Subject;

/// An interface with random structures.
#[derive(Debug)]
pub struct Built {
    /// The interface.
    pub interface: Interface,
    /// For each structure that was asked for, every structure with a tag in it, itself last.
    pub subjects: Vec<Vec<Subject>>,
}

/// Builds the structures, each under its own prefix, as [`super::declarations`] names them.
pub fn build<'a>(records: impl IntoIterator<Item = (&'a RandomRecord, &'a str)>) -> Built {
    let mut interface = Interface { abis: AbiSet::ALL, ..Interface::default() };
    let file = interface.sources.add(PathBuf::from("random.h"), Arc::from(""));
    let span = Span { file, start: 0, end: 0 };
    let mut subjects = Vec::new();
    for (record, prefix) in records {
        let mut builder =
            Builder { interface: &mut interface, prefix, span, typedefs: 0, subjects: Vec::new() };
        builder.tagged(record);
        subjects.push(builder.subjects);
    }
    Built { interface, subjects }
}

struct Builder<'a> {
    interface: &'a mut Interface,
    prefix: &'a str,
    span: Span,
    typedefs: usize,
    subjects: Vec<Subject>,
}

impl Builder<'_> {
    fn tagged(&mut self, record: &RandomRecord) -> RecordId {
        let body = self.body(record, record.pack, &mut 0);
        let name = format!("{}_{}", self.prefix, self.subjects.len());
        let id = self.add(record, Some(name), body);
        let c_name = self.interface.record(id).display_name();
        self.subjects.push(Subject { id, c_name });
        id
    }

    fn add(&mut self, record: &RandomRecord, name: Option<String>, body: RecordBody) -> RecordId {
        self.interface.records.push(Record {
            kind: record.kind,
            name,
            typedef_name: None,
            c_name: None,
            docs: Vec::new(),
            differences: Differences::default(),
            span: self.span,
            variants: Variants::one(AbiSet::ALL, body),
        });
        RecordId(self.interface.records.len() as u32 - 1)
    }

    fn body(&mut self, record: &RandomRecord, pack: Option<u64>, next: &mut usize) -> RecordBody {
        let mut members = Vec::new();
        for member in &record.members {
            match member {
                RandomMember::Plain(ty, attributes) => {
                    let ty = self.ty(ty);
                    members.push(self.member(Some(numbered(next)), ty, None, *attributes));
                }
                RandomMember::Bits { ty, width, named, attributes } => {
                    let ty = self.ty(ty);
                    let name = named.then(|| numbered(next));
                    members.push(self.member(name, ty, Some(*width), *attributes));
                }
                RandomMember::Anonymous(inner) => {
                    let body = self.body(inner, pack, next);
                    let id = self.add(inner, None, body);
                    members.push(self.member(None, Type::Record(id), None, Attributes::default()));
                }
            }
        }
        if let Some(ty) = record.flexible.as_ref().filter(|_| record.may_be_flexible()) {
            let ty = Type::FlexibleArray(Box::new(self.ty(ty)));
            members.push(self.member(Some(numbered(next)), ty, None, Attributes::default()));
        }
        RecordBody {
            representation: Representation::C,
            span: self.span,
            packed: record.packed,
            aligned: record.aligned.map(Constant::Known),
            pack,
            members,
            observed: None,
        }
    }

    fn member(
        &self,
        name: Option<String>,
        ty: Type,
        bits: Option<u64>,
        attributes: Attributes,
    ) -> Member {
        Member {
            name,
            span: self.span,
            name_span: self.span,
            ty,
            bits,
            packed: attributes.packed,
            aligned: attributes.aligned.map(Constant::Known),
            condition: None,
            purpose: Purpose::default(),
        }
    }

    fn ty(&mut self, ty: &RandomType) -> Type {
        match ty {
            RandomType::Scalar(Scalar::Pointer) => Type::Pointer(Box::new(Type::Void)),
            RandomType::Scalar(scalar) => Type::Scalar(*scalar),
            RandomType::Enum(range) => Type::Enum(self.enumeration(*range)),
            RandomType::Record(record) => Type::Record(self.tagged(record)),
            RandomType::Array(element, count) => {
                Type::Array(Box::new(self.ty(element)), Constant::Known(*count))
            }
            RandomType::Aligned(inner, bytes) => {
                let ty = self.ty(inner);
                let name = format!("{}_t{}", self.prefix, self.typedefs);
                self.typedefs += 1;
                let body = TypedefBody { ty, aligned: Some(Constant::Known(*bytes)) };
                self.interface.typedefs.push(Typedef {
                    name,
                    span: self.span,
                    variants: Variants::one(AbiSet::ALL, body),
                });
                Type::Typedef(TypedefId(self.interface.typedefs.len() as u32 - 1))
            }
        }
    }

    fn enumeration(&mut self, range: EnumRange) -> EnumId {
        let mut variants = Variants::default();
        for abi in &ABIS {
            let body = EnumBody { underlying: range.underlying(abi), enumerators: Vec::new() };
            variants.add(AbiSet::only(abi.id()), body);
        }
        self.interface.enums.push(Enum { name: None, span: self.span, variants });
        EnumId(self.interface.enums.len() as u32 - 1)
    }
}

fn numbered(next: &mut usize) -> String {
    let name = format!("m{next}");
    *next += 1;
    name
}
