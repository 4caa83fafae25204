//! An interface as bytes. Numbers of variants are part of the format: a change raises
//! `FORMAT` of the cache.

use ioctlkit_model::abi::{Direction, Placement, RecordKind, Scalar};
use ioctlkit_model::{
    AbiRecord, Address, Argument, Attributes, BinaryOperator, Call, Capability, Command,
    CommandBody, Condition, Constant, Contract, Definition, Definitions, Differences, DriverPath,
    Encoder, Enum, EnumBody, EnumId, Enumerator, Expression, Family, FamilyNumber, FileId, Group,
    Handed, HandlePurpose, Handler, HandlerStructure, HandlerTable, Header, HeaderError, Include,
    Interface, Language, Macro, MacroValue, Member, NamedConstant, NotRead, NotUnderstood, Object,
    Observed, OwnEncoder, PassedArgument, Passing, PointsTo, Problem, ProblemKind, Purpose,
    RawNumber, Record, RecordBody, RecordId, RecordedCommand, RecordedMember, RecordedRecord,
    Representation, Requested, Returns, Role, SourceMap, Span, Type, Typedef, TypedefBody,
    TypedefId, UnaryOperator, UnknownArgument, Values, Variants, Word, Written,
};

use super::bytes::{Kept, Reader, Writer, fields, variants};

/// Writes an interface with its texts.
pub(super) fn put(interface: &Interface, out: &mut Writer) {
    let Interface {
        abis,
        sources,
        headers,
        commands,
        groups,
        families,
        raw_numbers,
        macros,
        constants,
        records,
        enums,
        typedefs,
        objects,
        passed,
        unknown_arguments,
        code,
        program,
        not_understood,
        definitions,
        wide_time,
    } = interface;
    out.count(sources.iter().len());
    let around = std::mem::take(&mut out.files);
    for (place, (id, file)) in (0..).zip(sources.iter()) {
        out.files.insert(id, place);
        (file.language() == Language::Object).put(out);
        file.path.put(out);
        out.count(file.text.len());
        out.raw(file.text.as_bytes());
        file.includes.put(out);
        file.guard.as_ref().map(|guard| (guard.start, guard.end)).put(out);
        out.count(file.comments.len());
        for comment in &file.comments {
            (comment.start, comment.end).put(out);
        }
    }
    // What is referred to comes behind what refers to it: the counts say first how much there is.
    for count in [records.len(), enums.len(), typedefs.len()] {
        out.count(count);
    }
    abis.put(out);
    headers.put(out);
    commands.put(out);
    groups.put(out);
    families.put(out);
    raw_numbers.put(out);
    macros.put(out);
    constants.put(out);
    records.put(out);
    enums.put(out);
    typedefs.put(out);
    objects.put(out);
    passed.put(out);
    unknown_arguments.put(out);
    code.put(out);
    program.put(out);
    not_understood.put(out);
    out.count(definitions.iter().count());
    for (span, definition) in definitions.iter() {
        (*span).put(out);
        definition.put(out);
    }
    // One is not in the other: it is the last thing that is written.
    match wide_time {
        None => false.put(out),
        Some(wide) => {
            true.put(out);
            put(wide, out);
        }
    }
    // What follows an interface speaks of its files. Around the outermost one there are none.
    if !around.is_empty() {
        out.files = around;
    }
}

/// Reads an interface in which every id leads somewhere.
pub(super) fn take(from: &mut Reader<'_>) -> Option<Interface> {
    take_one(from, Inner::No)
}

/// Whether an interface is one that another holds; no damage nests them deeper.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inner {
    Yes,
    No,
}

fn take_one(from: &mut Reader<'_>, inner: Inner) -> Option<Interface> {
    let mut sources = SourceMap::default();
    for _ in 0..from.count()? {
        let is_object = bool::take(from)?;
        let path = Kept::take(from)?;
        let text = from.text()?.into();
        let file = if is_object { sources.add_object(path, text) } else { sources.add(path, text) };
        sources.file_mut(file).includes = Kept::take(from)?;
        sources.file_mut(file).guard =
            <Option<(u32, u32)> as Kept>::take(from)?.map(|(start, end)| start..end);
        for _ in 0..from.count()? {
            let (start, end) = Kept::take(from)?;
            sources.file_mut(file).comments.push(start..end);
        }
        from.files.push(file);
    }
    from.counts = [u32::take(from)?, u32::take(from)?, u32::take(from)?];
    let mut interface = Interface {
        sources,
        abis: Kept::take(from)?,
        headers: Kept::take(from)?,
        commands: Kept::take(from)?,
        groups: Kept::take(from)?,
        families: Kept::take(from)?,
        raw_numbers: Kept::take(from)?,
        macros: Kept::take(from)?,
        constants: Kept::take(from)?,
        records: Kept::take(from)?,
        enums: Kept::take(from)?,
        typedefs: Kept::take(from)?,
        objects: Kept::take(from)?,
        passed: Kept::take(from)?,
        unknown_arguments: Kept::take(from)?,
        code: Kept::take(from)?,
        program: Kept::take(from)?,
        not_understood: Kept::take(from)?,
        definitions: Definitions::default(),
        wide_time: None,
    };
    for _ in 0..from.count()? {
        let span = Kept::take(from)?;
        interface.definitions.add(span, Kept::take(from)?);
    }
    let counts = [interface.records.len(), interface.enums.len(), interface.typedefs.len()];
    let as_said = counts.iter().zip(from.counts).all(|(count, said)| *count == said as usize);
    if !as_said {
        return None;
    }
    if bool::take(from)? {
        if inner == Inner::Yes {
            return None;
        }
        let files = std::mem::take(&mut from.files);
        interface.wide_time = Some(Box::new(take_one(from, Inner::Yes)?));
        // What follows speaks of the outer one's.
        from.files = files;
    }
    Some(interface)
}

impl Kept for Include {
    fn put(&self, out: &mut Writer) {
        self.name.put(out);
        (self.at.start, self.at.end).put(out);
        (self.conditional, self.kernel_only).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let name = Kept::take(from)?;
        let (start, end) = Kept::take(from)?;
        let (conditional, kernel_only) = Kept::take(from)?;
        Some(Self { name, at: start..end, conditional, kernel_only })
    }
}

impl Kept for FileId {
    fn put(&self, out: &mut Writer) {
        match out.files.get(self).copied() {
            Some(place) => u32::put(&place, out),
            None => out.fail(),
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let index = from.count()?;
        from.files.get(index).copied()
    }
}

macro_rules! ids {
    ($($name:ident: $at:literal),*) => {
        $(impl Kept for $name {
            fn put(&self, out: &mut Writer) {
                self.0.put(out);
            }

            fn take(from: &mut Reader<'_>) -> Option<Self> {
                let id = u32::take(from)?;
                (id < from.counts[$at]).then_some(Self(id))
            }
        })*
    };
}

ids!(RecordId: 0, EnumId: 1, TypedefId: 2);

impl<T: Kept + PartialEq> Kept for Variants<T> {
    fn put(&self, out: &mut Writer) {
        out.count(self.len());
        for (abis, definition) in self.iter() {
            abis.put(out);
            definition.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let count = from.count()?;
        let mut variants = Self::default();
        for _ in 0..count {
            let abis = Kept::take(from)?;
            variants.add(abis, T::take(from)?);
        }
        Some(variants)
    }
}

impl Kept for Scalar {
    fn put(&self, out: &mut Writer) {
        match Self::ALL.iter().position(|scalar| scalar == self) {
            Some(at) => (at as u8).put(out),
            None => out.fail(),
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Self::ALL.get(usize::from(u8::take(from)?)).copied()
    }
}

/// Words that only hold what is valid: they are checked where they are read back, too.
macro_rules! spelled {
    ($($name:ident),*) => {
        $(impl Kept for $name {
            fn put(&self, out: &mut Writer) {
                self.as_str().to_owned().put(out);
            }

            fn take(from: &mut Reader<'_>) -> Option<Self> {
                Self::new(&String::take(from)?)
            }
        })*
    };
}

spelled!(Capability, DriverPath);

fields! {
    Span { file, start, end }
    Header { file, abis, errors, not_read }
    HeaderError { message, span, abis, is_stated, in_command }
    Command { name, c_name, span, variants, contract, differences }
    CommandBody { span, through, direction, type_letter, nr, argument, encoder }
    OwnEncoder { number, sign_extends, name }
    Family { name, span, parameters, expansion, of_any_length, number }
    FamilyNumber { direction, type_letter, nr }
    PassedArgument { span, function, abis, handed, requested }
    UnknownArgument { span, function, abis, reason, requested }
    RawNumber { name, span, variants, through }
    Macro { name, span, definition, values }
    Record { kind, name, typedef_name, c_name, docs, differences, span, variants }
    RecordBody { span, representation, packed, aligned, pack, members, observed }
    Member { name, span, name_span, ty, bits, packed, aligned, condition, purpose }
    Condition { text, span }
    Purpose { role, values, default, points_to, constants, docs }
    PointsTo { element, count, is_writable }
    Enum { name, span, variants }
    EnumBody { underlying, enumerators }
    Enumerator { name, value }
    Typedef { name, span, variants }
    Definition { written, comment_above, comment_beside, head, attributes }
    Attributes { derives_checks, has_repr }
    Call { name, arguments, span }
    Word { spelling, span }
    TypedefBody { ty, aligned }
    NotRead { missing, span, abis }
    NotUnderstood { name, span, abis, reason }
    Problem { kind, path, span, message, help }
    Contract {
        name,
        passing,
        direction,
        returns,
        last_nr,
        min_size,
        capability,
        mode,
        docs,
    }
    Group { name, span, device, path, prefix, type_constant, docs, commands }
    NamedConstant { name, span, bits, signed, variants, docs }
    Placement { offset_bits, size_bits }
    Observed { size, align, members }
    Object { file, abi, module, named, has_types, runs_32_bit, own_records, tables, record }
    HandlerTable { structure, name, span, native, compat }
    Handler { function, address, touches_user_memory, span }
    Address { section, offset }
    AbiRecord { span, commands, records }
    RecordedCommand { name, direction, type_letter, nr, last_nr, size, span }
    RecordedRecord { name, size, members, span }
    RecordedMember { name, offset, span }
}

variants! {
    MacroValue { 0 => Integer(value), 1 => Command(body), 2 => Other, }
    Written { 0 => Otherwise, 1 => Call(call), 2 => Name(name), 3 => Hexadecimal(literal), }
    Differences { 0 => Unmentioned, 1 => Accepted, }
    Encoder { 0 => Kernel, 1 => Own(own), 2 => Masked, }
    Handed { 0 => Address(ty), 1 => Pointer(ty), 2 => Value(ty), 3 => Nothing, }
    Requested { 0 => Command(name, argument), 1 => Number(name, number), }
    Argument { 0 => None, 1 => Type(ty), 2 => SizeOfType(ty), 3 => Size(size), }
    Representation { 0 => C, 1 => Unspecified, }
    Role {
        0 => Plain,
        1 => Reserved,
        2 => Size,
        3 => Flexible { count },
        4 => Fd,
        5 => UserPointer,
        6 => Handle { object, purpose },
    }
    HandlePurpose { 0 => Creates, 1 => Uses, 2 => Destroys, }
    Values { 0 => Any, 1 => Flags(bits), 2 => Range { first, last }, 3 => Listed(values), }
    Type {
        0 => Void,
        1 => Scalar(scalar),
        2 => Pointer(to),
        3 => Function,
        4 => Array(element, count),
        5 => FlexibleArray(element),
        6 => Record(id),
        7 => Enum(id),
        8 => Typedef(id),
        9 => Unknown(text),
    }
    Constant { 0 => Known(value), 1 => Expression(expression), }
    Expression {
        0 => Literal(value),
        1 => SizeOf(ty),
        2 => AlignOf(ty),
        3 => BiggestAlign,
        4 => Unary(operator, operand),
        5 => Binary(operator, left, right),
        6 => Conditional(condition, then, otherwise),
    }
    UnaryOperator { 0 => Negate, 1 => Complement, 2 => Not, }
    BinaryOperator {
        0 => Multiply,
        1 => Divide,
        2 => Remainder,
        3 => Add,
        4 => Subtract,
        5 => ShiftLeft,
        6 => ShiftRight,
        7 => Less,
        8 => LessOrEqual,
        9 => Greater,
        10 => GreaterOrEqual,
        11 => Equal,
        12 => NotEqual,
        13 => And,
        14 => ExclusiveOr,
        15 => Or,
        16 => LogicalAnd,
        17 => LogicalOr,
    }
    ProblemKind { 0 => Note, 1 => Incomplete, 2 => Failure, }
    Direction { 0 => None, 1 => Read, 2 => Write, 3 => ReadWrite, }
    RecordKind { 0 => Struct, 1 => Union, }
    Passing { 0 => Nothing, 1 => Pointer(ty), 2 => Flexible(ty), 3 => Buffer(ty), 4 => Value(ty), }
    Returns { 0 => Nothing, 1 => Value, 2 => Fd(device), }
    HandlerStructure {
        0 => FileOperations,
        1 => ProcOps,
        2 => BlockDeviceOperations,
        3 => V4l2FileOperations,
        4 => ProtoOps,
        5 => TtyOperations,
    }
}
