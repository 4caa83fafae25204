//! One interface of two.

use crate::{
    Argument, Command, CommandBody, Constant, Encoder, EnumId, Expression, FileShift, Interface,
    MacroValue, Passing, RecordId, Requested, Type, TypedefId, Variants,
};

/// How far the ids of what is taken in move.
#[derive(Clone, Copy)]
struct Moved {
    files: FileShift,
    records: u32,
    enums: u32,
    typedefs: u32,
}

impl Interface {
    /// Takes in what another front end read. Spans of `other`, such as those of its problems, are
    /// moved with the result.
    pub fn append(&mut self, other: Self) -> FileShift {
        let moved = Moved {
            records: self.records.len() as u32,
            enums: self.enums.len() as u32,
            typedefs: self.typedefs.len() as u32,
            files: self.sources.append(other.sources),
        };
        let files = moved.files;
        self.definitions.append(other.definitions, files);
        match (&mut self.wide_time, other.wide_time) {
            (Some(known), Some(more)) => drop(known.append(*more)),
            (known @ None, more) => *known = more,
            (Some(_), None) => {}
        }
        self.abis = self.abis.union(other.abis);
        for mut header in other.headers {
            header.file = files.file(header.file);
            for error in &mut header.errors {
                error.span = error.span.map(|span| files.span(span));
            }
            for not_read in &mut header.not_read {
                not_read.span = files.span(not_read.span);
            }
            self.headers.push(header);
        }
        for command in other.commands {
            self.commands.push(moved.command(command));
        }
        for mut family in other.families {
            family.span = files.span(family.span);
            family.of_any_length =
                family.of_any_length.map(|command| Box::new(moved.command(*command)));
            self.families.push(family);
        }
        for mut raw in other.raw_numbers {
            raw.span = files.span(raw.span);
            self.raw_numbers.push(raw);
        }
        for mut found in other.macros {
            found.span = files.span(found.span);
            found.values = found.values.map(|value| match value {
                MacroValue::Command(body) => MacroValue::Command(moved.command_body(body)),
                value => value,
            });
            self.macros.push(found);
        }
        for mut constant in other.constants {
            constant.span = files.span(constant.span);
            self.constants.push(constant);
        }
        for mut group in other.groups {
            group.span = files.span(group.span);
            self.groups.push(group);
        }
        for mut record in other.records {
            record.span = files.span(record.span);
            record.variants = record.variants.map(|mut body| {
                body.span = files.span(body.span);
                body.aligned = body.aligned.map(|aligned| moved.constant(aligned));
                for member in &mut body.members {
                    member.span = files.span(member.span);
                    member.name_span = files.span(member.name_span);
                    member.ty = moved.ty(std::mem::replace(&mut member.ty, Type::Void));
                    if let Some(to) = &mut member.purpose.points_to {
                        to.element = moved.ty(std::mem::replace(&mut to.element, Type::Void));
                    }
                    member.aligned = member.aligned.take().map(|aligned| moved.constant(aligned));
                    if let Some(condition) = &mut member.condition {
                        condition.span = files.span(condition.span);
                    }
                }
                body
            });
            self.records.push(record);
        }
        for mut found in other.enums {
            found.span = files.span(found.span);
            self.enums.push(found);
        }
        for mut typedef in other.typedefs {
            typedef.span = files.span(typedef.span);
            typedef.variants = typedef.variants.map(|mut body| {
                body.ty = moved.ty(body.ty);
                body.aligned = body.aligned.map(|aligned| moved.constant(aligned));
                body
            });
            self.typedefs.push(typedef);
        }
        for mut object in other.objects {
            object.shift(files);
            self.objects.push(object);
        }
        for mut passed in other.passed {
            passed.span = files.span(passed.span);
            passed.ty = moved.ty(passed.ty);
            passed.requested = passed.requested.map(|requested| moved.requested(requested));
            self.passed.push(passed);
        }
        for mut unknown in other.not_understood {
            unknown.span = files.span(unknown.span);
            self.not_understood.push(unknown);
        }
        self.code.append(other.code, files);
        files
    }
}

impl<T: PartialEq> Variants<T> {
    fn map(self, mut change: impl FnMut(T) -> T) -> Self {
        let mut out = Self::default();
        for (abis, definition) in self {
            out.add(abis, change(definition));
        }
        out
    }
}

impl Moved {
    fn argument(self, argument: Argument) -> Argument {
        match argument {
            Argument::None => Argument::None,
            Argument::Type(ty) => Argument::Type(self.ty(ty)),
            Argument::SizeOfType(ty) => Argument::SizeOfType(self.ty(ty)),
            Argument::Size(size) => Argument::Size(self.constant(size)),
        }
    }

    fn command_body(self, mut body: CommandBody) -> CommandBody {
        body.span = self.files.span(body.span);
        body.argument = self.argument(body.argument);
        if let Encoder::Own(own) = &mut body.encoder {
            let number = std::mem::replace(&mut own.number, Constant::Known(0));
            own.number = self.constant(number);
        }
        body
    }

    fn command(self, mut command: Command) -> Command {
        command.span = self.files.span(command.span);
        command.variants = command.variants.map(|body| self.command_body(body));
        if let Some(contract) = &mut command.contract {
            let passing = std::mem::replace(&mut contract.passing, Passing::Nothing);
            contract.passing = self.passing(passing);
        }
        command
    }

    fn passing(self, passing: Passing) -> Passing {
        match passing {
            Passing::Nothing => Passing::Nothing,
            Passing::Pointer(ty) => Passing::Pointer(self.ty(ty)),
            Passing::Flexible(ty) => Passing::Flexible(self.ty(ty)),
            Passing::Buffer(ty) => Passing::Buffer(self.ty(ty)),
            Passing::Value(ty) => Passing::Value(self.ty(ty)),
        }
    }

    fn ty(self, ty: Type) -> Type {
        match ty {
            Type::Pointer(to) => Type::Pointer(Box::new(self.ty(*to))),
            Type::Array(element, count) => {
                Type::Array(Box::new(self.ty(*element)), self.constant(count))
            }
            Type::FlexibleArray(element) => Type::FlexibleArray(Box::new(self.ty(*element))),
            Type::Record(id) => Type::Record(RecordId(id.0 + self.records)),
            Type::Enum(id) => Type::Enum(EnumId(id.0 + self.enums)),
            Type::Typedef(id) => Type::Typedef(TypedefId(id.0 + self.typedefs)),
            Type::Void | Type::Scalar(_) | Type::Function | Type::Unknown(_) => ty,
        }
    }

    fn requested(self, requested: Requested) -> Requested {
        match requested {
            Requested::Command(name, argument) => Requested::Command(name, self.argument(argument)),
            number @ Requested::Number(..) => number,
        }
    }

    fn constant(self, constant: Constant) -> Constant {
        match constant {
            Constant::Known(value) => Constant::Known(value),
            Constant::Expression(inner) => Constant::Expression(Box::new(self.expression(*inner))),
        }
    }

    fn expression(self, expression: Expression) -> Expression {
        let boxed = |inner: Box<Expression>| Box::new(self.expression(*inner));
        match expression {
            Expression::SizeOf(ty) => Expression::SizeOf(self.ty(ty)),
            Expression::AlignOf(ty) => Expression::AlignOf(self.ty(ty)),
            Expression::Unary(operator, operand) => Expression::Unary(operator, boxed(operand)),
            Expression::Binary(operator, left, right) => {
                Expression::Binary(operator, boxed(left), boxed(right))
            }
            Expression::Conditional(condition, then, otherwise) => {
                Expression::Conditional(boxed(condition), boxed(then), boxed(otherwise))
            }
            Expression::Literal(_) | Expression::BiggestAlign => expression,
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
            purpose: crate::Purpose::default(),
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
