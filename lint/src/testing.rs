//! Interfaces made by hand, for the tests of what rules share.

use std::sync::Arc;

use ioctlkit_abi::{AbiSet, Direction, RecordKind, Scalar};
use ioctlkit_model::{
    Argument, Command, CommandBody, Differences, FileId, Interface, Member, Purpose, Record,
    RecordBody, RecordId, Representation, Span, Type, Typedef, TypedefBody, TypedefId, Variants,
};

/// Builds an interface declaration by declaration; every span is the name in a made-up text.
pub(crate) struct Build {
    pub(crate) interface: Interface,
    file: FileId,
    at: u32,
}

impl Build {
    pub(crate) fn new() -> Self {
        let mut interface = Interface { abis: AbiSet::ALL, ..Interface::default() };
        let file = interface.sources.add("made.h".into(), Arc::from(""));
        Self { interface, file, at: 0 }
    }

    fn span(&mut self) -> Span {
        self.at += 2;
        Span { file: self.file, start: self.at, end: self.at + 1 }
    }

    pub(crate) fn member(&mut self, name: &str, ty: Type) -> Member {
        let span = self.span();
        Member {
            name: (!name.is_empty()).then(|| name.into()),
            span,
            name_span: span,
            ty,
            bits: None,
            packed: false,
            aligned: None,
            condition: None,
            purpose: Purpose::default(),
        }
    }

    /// A structure; an empty name makes an anonymous one, and so does it for members.
    pub(crate) fn structure(&mut self, name: &str, members: &[(&str, Type)]) -> RecordId {
        self.record(RecordKind::Struct, name, members)
    }

    pub(crate) fn record(
        &mut self,
        kind: RecordKind,
        name: &str,
        members: &[(&str, Type)],
    ) -> RecordId {
        let members =
            members.iter().map(|(name, ty)| self.member(name, ty.clone())).collect::<Vec<_>>();
        let span = self.span();
        let body = RecordBody {
            representation: Representation::C,
            span,
            packed: false,
            aligned: None,
            pack: None,
            members,
            observed: None,
        };
        self.interface.records.push(Record {
            kind,
            name: (!name.is_empty()).then(|| name.into()),
            typedef_name: None,
            c_name: None,
            docs: Vec::new(),
            differences: Differences::default(),
            span,
            variants: Variants::one(AbiSet::ALL, body),
        });
        RecordId(self.interface.records.len() as u32 - 1)
    }

    pub(crate) fn typedef(&mut self, name: &str, variants: &[(AbiSet, Type)]) -> Type {
        let mut bodies = Variants::default();
        for (abis, ty) in variants {
            bodies.add(*abis, TypedefBody { ty: ty.clone(), aligned: None });
        }
        let span = self.span();
        self.interface.typedefs.push(Typedef { name: name.into(), span, variants: bodies });
        Type::Typedef(TypedefId(self.interface.typedefs.len() as u32 - 1))
    }

    pub(crate) fn command(&mut self, name: &str, direction: Direction, ty: Type) {
        let span = self.span();
        let body = CommandBody {
            span,
            through: "_IOC".into(),
            direction,
            type_letter: u32::from(b'x'),
            nr: 1,
            argument: Argument::Type(ty),
            encoder: ioctlkit_model::Encoder::Kernel,
        };
        self.interface.commands.push(Command {
            contract: None,
            differences: Differences::default(),
            c_name: None,
            name: name.into(),
            span,
            variants: Variants::one(AbiSet::ALL, body),
        });
    }
}

pub(crate) const U8: Type = Type::Scalar(Scalar::UnsignedChar);
pub(crate) const U32: Type = Type::Scalar(Scalar::UnsignedInt);
pub(crate) const U64: Type = Type::Scalar(Scalar::UnsignedLongLong);
pub(crate) const LONG: Type = Type::Scalar(Scalar::Long);
