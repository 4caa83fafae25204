//! Interfaces written down in the words of the model, for tests.

use ioctlkit_abi::{AbiSet, Direction, RecordKind, Scalar};
use ioctlkit_model::{
    Argument, Command, CommandBody, Constant, Contract, FileId, Group, Interface, Member, Passing,
    Purpose, Record, RecordBody, RecordId, Representation, Returns, Role, Span, Type, Values,
    Variants,
};

/// An interface in the making.
pub struct Draft {
    interface: Interface,
    span: Span,
    letter: u32,
}

/// A member in the making.
#[derive(Clone)]
pub struct Field {
    name: &'static str,
    ty: Type,
    role: Role,
    values: Values,
    docs: &'static str,
}

pub const U8: Type = Type::Scalar(Scalar::UnsignedChar);
pub const U16: Type = Type::Scalar(Scalar::UnsignedShort);
pub const U32: Type = Type::Scalar(Scalar::UnsignedInt);
pub const S32: Type = Type::Scalar(Scalar::Int);
pub const U64: Type = Type::Scalar(Scalar::UnsignedLongLong);
pub const LONG: Type = Type::Scalar(Scalar::Long);
pub const ULONG: Type = Type::Scalar(Scalar::UnsignedLong);

pub fn array(element: Type, count: u64) -> Type {
    Type::Array(Box::new(element), Constant::Known(count))
}

pub fn pointer() -> Type {
    Type::Pointer(Box::new(Type::Void))
}

pub fn field(name: &'static str, ty: Type, docs: &'static str) -> Field {
    Field { name, ty, role: Role::Plain, values: Values::Any, docs }
}

pub fn reserved(name: &'static str, ty: Type) -> Field {
    Field { role: Role::Reserved, ..field(name, ty, "Zero.") }
}

impl Field {
    pub fn flags(self, mask: u64) -> Self {
        Self { values: Values::Flags(mask), ..self }
    }

    pub fn range(self, first: i128, last: i128) -> Self {
        Self { values: Values::Range { first, last }, ..self }
    }

    pub fn listed(self, values: &[i128]) -> Self {
        Self { values: Values::Listed(values.to_vec()), ..self }
    }

    pub fn size(self) -> Self {
        Self { role: Role::Size, ..self }
    }

    pub fn counted_by(self, count: &str) -> Self {
        Self { role: Role::Flexible { count: count.into() }, ..self }
    }
}

/// A command in the making.
pub struct Call<'a> {
    draft: &'a mut Draft,
    index: usize,
}

fn lines(docs: &str) -> Vec<String> {
    docs.lines().map(str::to_owned).collect()
}

impl Draft {
    /// The interface of `/dev/NAME`.
    pub fn new(name: &str, letter: u8, docs: &str) -> Self {
        let mut interface = Interface { abis: AbiSet::ALL, ..Interface::default() };
        let file: FileId = interface.sources.add("draft.rs".into(), "draft".into());
        let span = Span { file, start: 0, end: 5 };
        interface.groups.push(Group {
            name: "Draft".into(),
            span,
            device: Some("Draft".into()),
            path: Some(format!("/dev/{name}")),
            prefix: format!("{}_", name.to_uppercase()),
            docs: lines(docs),
            commands: Vec::new(),
        });
        Self { interface, span, letter: letter.into() }
    }

    /// A structure.
    pub fn record(&mut self, tag: &str, docs: &str, fields: Vec<Field>) -> Type {
        let span = self.span;
        let members = fields
            .into_iter()
            .map(|field| Member {
                name: Some(field.name.into()),
                span,
                name_span: span,
                ty: field.ty,
                bits: None,
                packed: false,
                aligned: None,
                condition: None,
                purpose: Purpose {
                    role: field.role,
                    values: field.values,
                    docs: lines(field.docs),
                },
            })
            .collect();
        let body = RecordBody {
            span,
            representation: Representation::C,
            packed: false,
            aligned: None,
            pack: None,
            members,
        };
        let id = RecordId(self.interface.records.len() as u32);
        self.interface.records.push(Record {
            kind: RecordKind::Struct,
            name: Some(ioctlkit_syntax::camel_case(tag)),
            typedef_name: None,
            c_name: Some(format!("struct {tag}")),
            docs: lines(docs),
            span,
            variants: Variants::one(AbiSet::ALL, body),
        });
        Type::Record(id)
    }

    /// A command.
    pub fn command(
        &mut self,
        name: &str,
        nr: u32,
        direction: Direction,
        passing: Passing,
        docs: &str,
    ) -> Call<'_> {
        let argument = match &passing {
            Passing::Nothing | Passing::Buffer(_) => Argument::None,
            Passing::Pointer(ty) | Passing::Flexible(ty) | Passing::Value(ty) => {
                Argument::Type(ty.clone())
            }
        };
        let full = format!("Draft::{name}");
        self.interface.groups[0].commands.push(full.clone());
        self.interface.commands.push(Command {
            name: full,
            c_name: None,
            span: self.span,
            variants: Variants::one(
                AbiSet::ALL,
                CommandBody {
                    span: self.span,
                    through: String::new(),
                    direction,
                    type_letter: self.letter,
                    nr,
                    argument,
                },
            ),
            contract: Some(Contract {
                name: name.into(),
                passing,
                direction,
                returns: Returns::Nothing,
                last_nr: None,
                min_size: None,
                capability: None,
                mode: None,
                docs: lines(docs),
            }),
        });
        let index = self.interface.commands.len() - 1;
        Call { draft: self, index }
    }

    pub fn finish(self) -> Interface {
        self.interface
    }
}

impl Call<'_> {
    fn change(self, change: impl FnOnce(&mut Contract)) -> Self {
        let contract = self.draft.interface.commands[self.index].contract.as_mut();
        change(contract.unwrap());
        self
    }

    /// What the number says, where that is not what the call does.
    pub fn encoded(self, direction: Direction, argument: Argument) -> Self {
        let command = &mut self.draft.interface.commands[self.index];
        let mut body = command.variants.first().unwrap().clone();
        body.direction = direction;
        body.argument = argument;
        command.variants = Variants::one(AbiSet::ALL, body);
        self
    }

    pub fn returns(self, returns: Returns) -> Self {
        self.change(|contract| contract.returns = returns)
    }

    pub fn family(self, last: u32) -> Self {
        self.change(|contract| contract.last_nr = Some(last))
    }

    pub fn grows_from(self, size: u64) -> Self {
        self.change(|contract| contract.min_size = Some(size))
    }

    pub fn capability(self, name: &str) -> Self {
        self.change(|contract| contract.capability = Some(name.into()))
    }

    pub fn mode(self, mode: Direction) -> Self {
        self.change(|contract| contract.mode = Some(mode))
    }
}
