//! Interfaces built by hand, for tests.

use ioctlkit_abi::{AbiId, AbiSet, Direction, RecordKind, Scalar};
use ioctlkit_model::{
    Argument, Command, CommandBody, Constant, Differences, Interface, Member, Purpose, Record,
    RecordBody, RecordId, Representation, SourceMap, Span, Type, Variants,
};

pub(super) const U8: Type = Type::Scalar(Scalar::UnsignedChar);
pub(super) const U16: Type = Type::Scalar(Scalar::UnsignedShort);
pub(super) const U32: Type = Type::Scalar(Scalar::UnsignedInt);
pub(super) const U64: Type = Type::Scalar(Scalar::UnsignedLongLong);
pub(super) const LONG: Type = Type::Scalar(Scalar::Long);

pub(super) struct Builder {
    pub(super) interface: Interface,
    span: Span,
}

impl Builder {
    pub(super) fn new() -> Self {
        let mut sources = SourceMap::default();
        let file = sources.add("built.h".into(), "".into());
        let interface = Interface { abis: AbiSet::ALL, sources, ..Interface::default() };
        Self { interface, span: Span { file, start: 0, end: 0 } }
    }

    pub(super) fn member(&self, name: &str, ty: Type) -> Member {
        Member {
            name: (!name.is_empty()).then(|| name.to_owned()),
            span: self.span,
            name_span: self.span,
            ty,
            bits: None,
            packed: false,
            aligned: None,
            condition: None,
            purpose: Purpose::default(),
        }
    }

    pub(super) fn bits(&self, name: &str, ty: Type, width: u64) -> Member {
        Member { bits: Some(width), ..self.member(name, ty) }
    }

    pub(super) fn body(&self, members: Vec<Member>) -> RecordBody {
        RecordBody {
            representation: Representation::C,
            span: self.span,
            packed: false,
            aligned: None,
            pack: None,
            members,
            observed: None,
        }
    }

    pub(super) fn record(&mut self, kind: RecordKind, variants: Variants<RecordBody>) -> Type {
        let id = RecordId(self.interface.records.len() as u32);
        self.interface.records.push(Record {
            kind,
            name: Some(format!("r{}", id.0)),
            typedef_name: None,
            c_name: None,
            docs: Vec::new(),
            differences: Differences::default(),
            span: self.span,
            variants,
        });
        Type::Record(id)
    }

    pub(super) fn structure(&mut self, members: &[(&str, Type)]) -> Type {
        let members = members.iter().map(|(name, ty)| self.member(name, ty.clone())).collect();
        let body = self.body(members);
        self.record(RecordKind::Struct, Variants::one(AbiSet::ALL, body))
    }

    pub(super) fn union(&mut self, members: &[(&str, Type)]) -> Type {
        let members = members.iter().map(|(name, ty)| self.member(name, ty.clone())).collect();
        let body = self.body(members);
        self.record(RecordKind::Union, Variants::one(AbiSet::ALL, body))
    }

    /// An interface of one command, `GET`, that reads `ty`.
    pub(super) fn command(mut self, ty: Type) -> Interface {
        self.interface.commands.push(Command {
            contract: None,
            differences: Differences::default(),
            c_name: None,
            name: "GET".into(),
            span: self.span,
            variants: Variants::one(
                AbiSet::ALL,
                CommandBody {
                    span: self.span,
                    through: "_IOR".into(),
                    direction: Direction::Read,
                    type_letter: u32::from(b'x'),
                    nr: 1,
                    argument: Argument::Type(ty),
                    encoder: ioctlkit_model::Encoder::Kernel,
                },
            ),
        });
        self.interface
    }
}

pub(super) fn pointer() -> Type {
    Type::Pointer(Box::new(Type::Void))
}

pub(super) fn array(element: Type, count: u64) -> Type {
    Type::Array(Box::new(element), Constant::Known(count))
}

pub(super) fn abi(name: &str) -> AbiId {
    ioctlkit_abi::Abi::by_name(name).unwrap().id()
}
