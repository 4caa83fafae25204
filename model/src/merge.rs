//! One interface of two.
//!
//! Places stay what they are, for no two files have one id. Types are known by their place in a list, so
//! that those of the second interface move behind the first one's.

use crate::{
    Argument, Command, CommandBody, Constant, Contract, Encoder, EnumId, Expression, Family,
    Handed, Interface, Macro, MacroValue, Member, OwnEncoder, PassedArgument, Passing, PointsTo,
    Purpose, Record, RecordBody, RecordId, Requested, Type, Typedef, TypedefBody, TypedefId,
    UnknownArgument, Variants,
};

impl Interface {
    /// Takes in what another front end read.
    pub fn append(&mut self, other: Self) {
        let moved = Moved {
            records: self.records.len() as u32,
            enums: self.enums.len() as u32,
            typedefs: self.typedefs.len() as u32,
        };
        // Each by its name, so that none is forgotten.
        let Self {
            abis,
            sources,
            headers,
            mut commands,
            groups,
            mut families,
            raw_numbers,
            mut macros,
            constants,
            mut records,
            enums,
            mut typedefs,
            objects,
            mut passed,
            mut unknown_arguments,
            code,
            program,
            not_understood,
            definitions,
            wide_time,
        } = other;
        commands.follow(moved);
        families.follow(moved);
        macros.follow(moved);
        records.follow(moved);
        typedefs.follow(moved);
        passed.follow(moved);
        unknown_arguments.follow(moved);
        self.abis = self.abis.union(abis);
        self.sources.append(sources);
        self.headers.extend(headers);
        self.commands.extend(commands);
        self.groups.extend(groups);
        self.families.extend(families);
        self.raw_numbers.extend(raw_numbers);
        self.macros.extend(macros);
        self.constants.extend(constants);
        self.records.extend(records);
        self.enums.extend(enums);
        self.typedefs.extend(typedefs);
        self.objects.extend(objects);
        self.passed.extend(passed);
        self.unknown_arguments.extend(unknown_arguments);
        self.code.append(code);
        self.program.append(program);
        self.not_understood.extend(not_understood);
        self.definitions.append(definitions);
        match (&mut self.wide_time, wide_time) {
            (Some(known), Some(more)) => known.append(*more),
            (known @ None, more) => *known = more,
            (Some(_), None) => {}
        }
    }
}

/// How far types move in their lists.
#[derive(Clone, Copy)]
struct Moved {
    records: u32,
    enums: u32,
    typedefs: u32,
}

/// What refers to types, directly or in a part of it. A new kind of part is a match that does not compile.
trait Follow {
    fn follow(&mut self, moved: Moved);
}

/// The parts of a structure that refer to types; the others are named, too, so that a new one is not
/// forgotten.
macro_rules! parts {
    ($($name:ident { $($part:ident),* ; $($other:ident),* })*) => {
        $(impl Follow for $name {
            fn follow(&mut self, moved: Moved) {
                let Self { $($part,)* $($other: _,)* } = self;
                $($part.follow(moved);)*
            }
        })*
    };
}

parts! {
    Command { variants, contract; name, c_name, span, differences }
    CommandBody { argument, encoder; span, through, direction, type_letter, nr }
    OwnEncoder { number; sign_extends, name }
    Contract { passing; name, direction, returns, last_nr, min_size, capability, mode, docs }
    Family { of_any_length; name, span, parameters, expansion, number }
    Macro { values; name, span, definition }
    Record { variants; kind, name, typedef_name, c_name, docs, differences, span }
    RecordBody { aligned, members; span, representation, packed, pack, observed }
    Member { ty, aligned, purpose; name, span, name_span, bits, packed, condition }
    Purpose { points_to; role, values, default, constants, docs }
    PointsTo { element; count, is_writable }
    Typedef { variants; name, span }
    TypedefBody { ty, aligned; }
    PassedArgument { handed, requested; span, function, abis }
    UnknownArgument { requested; span, function, abis, reason }
}

impl<T: Follow> Follow for Option<T> {
    fn follow(&mut self, moved: Moved) {
        if let Some(part) = self {
            part.follow(moved);
        }
    }
}

impl<T: Follow> Follow for Box<T> {
    fn follow(&mut self, moved: Moved) {
        T::follow(self, moved);
    }
}

impl<T: Follow> Follow for Vec<T> {
    fn follow(&mut self, moved: Moved) {
        for part in self {
            part.follow(moved);
        }
    }
}

impl<T: Follow> Follow for Variants<T> {
    fn follow(&mut self, moved: Moved) {
        self.definitions_mut().for_each(|definition| definition.follow(moved));
    }
}

impl Follow for MacroValue {
    fn follow(&mut self, moved: Moved) {
        match self {
            Self::Command(body) => body.follow(moved),
            Self::Integer(_) | Self::Other => {}
        }
    }
}

impl Follow for Encoder {
    fn follow(&mut self, moved: Moved) {
        match self {
            Self::Own(own) => own.follow(moved),
            Self::Kernel | Self::Masked => {}
        }
    }
}

impl Follow for Argument {
    fn follow(&mut self, moved: Moved) {
        match self {
            Self::None => {}
            Self::Type(ty) | Self::SizeOfType(ty) => ty.follow(moved),
            Self::Size(size) => size.follow(moved),
        }
    }
}

impl Follow for Requested {
    fn follow(&mut self, moved: Moved) {
        match self {
            Self::Command(_, argument) => argument.follow(moved),
            Self::Number(..) => {}
        }
    }
}

impl Follow for Handed {
    fn follow(&mut self, moved: Moved) {
        match self {
            Self::Address(ty) | Self::Pointer(ty) | Self::Value(ty) => ty.follow(moved),
            Self::Nothing => {}
        }
    }
}

impl Follow for Passing {
    fn follow(&mut self, moved: Moved) {
        match self {
            Self::Nothing => {}
            Self::Pointer(ty) | Self::Flexible(ty) | Self::Buffer(ty) | Self::Value(ty) => {
                ty.follow(moved);
            }
        }
    }
}

impl Follow for Type {
    fn follow(&mut self, moved: Moved) {
        match self {
            Self::Pointer(to) | Self::FlexibleArray(to) => to.follow(moved),
            Self::Array(element, count) => {
                element.follow(moved);
                count.follow(moved);
            }
            Self::Record(RecordId(id)) => *id += moved.records,
            Self::Enum(EnumId(id)) => *id += moved.enums,
            Self::Typedef(TypedefId(id)) => *id += moved.typedefs,
            Self::Void | Self::Scalar(_) | Self::Function | Self::Unknown(_) => {}
        }
    }
}

impl Follow for Constant {
    fn follow(&mut self, moved: Moved) {
        match self {
            Self::Known(_) => {}
            Self::Expression(inner) => inner.follow(moved),
        }
    }
}

impl Follow for Expression {
    fn follow(&mut self, moved: Moved) {
        match self {
            Self::SizeOf(ty) | Self::AlignOf(ty) => ty.follow(moved),
            Self::Unary(_, operand) => operand.follow(moved),
            Self::Binary(_, left, right) => {
                left.follow(moved);
                right.follow(moved);
            }
            Self::Conditional(condition, then, otherwise) => {
                condition.follow(moved);
                then.follow(moved);
                otherwise.follow(moved);
            }
            Self::Literal(_) | Self::BiggestAlign => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::{AbiSet, RecordKind, Scalar};

    use super::*;
    use crate::{Layouts, Member, Record, RecordBody, Representation, Span, Typedef, TypedefBody};

    /// A typedef of `scalar`, and a structure with an array of it.
    fn made(scalar: Scalar, count: u64) -> Interface {
        let mut interface = Interface { abis: AbiSet::ALL, ..Interface::default() };
        let file = interface.sources.add("made.h".into(), "x".into());
        let span = Span { file, start: 0, end: 1 };
        let body = TypedefBody { ty: Type::Scalar(scalar), aligned: None };
        let variants = Variants::one(AbiSet::ALL, body);
        interface.typedefs.push(Typedef { name: "t".into(), span, variants });
        let element = Box::new(Type::Typedef(TypedefId(0)));
        let size = Expression::SizeOf(Type::Typedef(TypedefId(0)));
        let count = Expression::Binary(
            crate::BinaryOperator::Multiply,
            Box::new(size),
            Box::new(Expression::Literal(i128::from(count))),
        );
        let member = Member {
            purpose: Purpose::default(),
            name: Some("m".into()),
            span,
            name_span: span,
            ty: Type::Array(element, Constant::Expression(Box::new(count))),
            bits: None,
            packed: false,
            aligned: None,
            condition: None,
        };
        let body = RecordBody {
            span,
            representation: Representation::C,
            packed: false,
            aligned: None,
            pack: None,
            members: vec![member],
            observed: None,
        };
        interface.records.push(Record {
            docs: Vec::new(),
            differences: crate::Differences::default(),
            kind: RecordKind::Struct,
            name: Some("s".into()),
            typedef_name: None,
            c_name: None,
            span,
            variants: Variants::one(AbiSet::ALL, body),
        });
        interface
    }

    #[test]
    fn what_is_taken_in_keeps_its_layout_and_its_text() {
        let mut whole = made(Scalar::UnsignedChar, 3);
        whole.append(made(Scalar::UnsignedInt, 2));
        let layouts = Layouts::new(&whole);
        for abi in AbiSet::ALL {
            // 1 × 3 bytes, and 4 × 2 elements of 4 bytes.
            let sizes =
                [0, 1].map(|id| layouts.record(RecordId(id), abi).unwrap().members[0].size_bits);
            assert_eq!(sizes, [3 * 8, 32 * 8]);
        }
        assert_eq!(whole.sources.text(whole.records[1].span), "x");
        assert_ne!(whole.records[0].span.file, whole.records[1].span.file);
    }
}
