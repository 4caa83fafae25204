//! The interface that a dump holds.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use ioctlkit_abi::{Abi, AbiSet, Direction, Placement, RecordKind, Scalar};
use ioctlkit_model::{
    Argument, Command, CommandBody, Constant, Differences, Encoder, Enum, EnumBody, Enumerator,
    Family, FileId, Header, HeaderError, Interface, Member, NotRead, NotUnderstood, Observed,
    OwnEncoder, Problem, ProblemKind, Purpose, RawNumber, Record, RecordBody, Representation,
    SourceMap, Span, Type, Typedef, TypedefBody, Variants,
};

use super::raw;
use super::spelled::{Names, Spelled, scalar};

/// Builds the interface, and tells which ABIs of the dump are not known.
pub(super) fn interface(dump: &raw::Dump) -> (Interface, Vec<Problem>) {
    let mut builder = Builder::new(dump);
    let mut interface = Interface {
        abis: builder.named(&dump.abis),
        headers: dump.headers.iter().map(|header| builder.header(header)).collect(),
        commands: dump.commands.iter().map(|command| builder.command(command)).collect(),
        families: dump.families.iter().map(|family| builder.family(family)).collect(),
        raw_numbers: dump.raw_numbers.iter().map(|raw| builder.raw_number(raw)).collect(),
        not_understood: dump
            .not_understood
            .iter()
            .map(|unknown| NotUnderstood {
                name: unknown.name.clone(),
                span: builder.files.at(&unknown.at.file, unknown.at.line),
                abis: builder.abis(&unknown.abis),
                reason: unknown.reason.clone(),
            })
            .collect(),
        records: dump.types.iter().map(|record| builder.record(record)).collect(),
        enums: dump.enums.iter().map(|found| builder.enumeration(found)).collect(),
        typedefs: dump.typedefs.iter().map(|typedef| builder.typedef(typedef)).collect(),
        ..Interface::default()
    };
    interface.sources = builder.files.sources;
    let unknown = builder.unknown_abis.iter().map(|name| unknown_abi(name));
    let problems =
        unknown.chain(builder.unknown_sets.iter().map(|set| unknown_set(*set))).collect();
    (interface, problems)
}

fn unknown_abi(name: &str) -> Problem {
    Problem {
        kind: ProblemKind::Incomplete,
        path: None,
        span: None,
        message: format!("the dump speaks of an ABI `{name}`, which is not known and left out"),
        help: Some("`ioctl-lint abis` lists those that are".into()),
    }
}

fn unknown_set(set: u32) -> Problem {
    Problem {
        kind: ProblemKind::Incomplete,
        path: None,
        span: None,
        message: format!("the dump names set {set} of ABIs and does not say which they are"),
        help: Some("make the dump again with `ioctl-lint dump`".into()),
    }
}

struct Builder<'a> {
    names: Names<'a>,
    files: Files<'a>,
    sets: Vec<AbiSet>,
    unknown_abis: BTreeSet<String>,
    unknown_sets: BTreeSet<u32>,
}

impl<'a> Builder<'a> {
    fn new(dump: &'a raw::Dump) -> Self {
        let mut builder = Self {
            names: Names::new(dump),
            files: Files::new(dump),
            sets: Vec::new(),
            unknown_abis: BTreeSet::new(),
            unknown_sets: BTreeSet::new(),
        };
        builder.sets = dump.abi_sets.iter().map(|names| builder.named(names)).collect();
        builder
    }

    fn abis(&mut self, abis: &raw::Abis) -> AbiSet {
        match abis {
            raw::Abis::Names(names) => self.named(names),
            raw::Abis::Set(number) => {
                let known = self.sets.get(*number as usize).copied();
                known.unwrap_or_else(|| {
                    self.unknown_sets.insert(*number);
                    AbiSet::EMPTY
                })
            }
        }
    }

    fn named(&mut self, names: &[String]) -> AbiSet {
        let each = names.iter().map(|name| self.abi(name));
        each.fold(AbiSet::EMPTY, AbiSet::union)
    }

    /// The set of that one ABI; empty where it is not known.
    fn abi(&mut self, name: &str) -> AbiSet {
        if let Some(abi) = Abi::by_name(name) {
            return AbiSet::only(abi.id());
        }
        self.unknown_abis.insert(name.to_owned());
        AbiSet::EMPTY
    }

    fn variants<T, B: PartialEq>(
        &mut self,
        groups: &'a raw::Groups<T>,
        mut body: impl FnMut(&mut Self, &'a T) -> B,
    ) -> Variants<B> {
        // In the order of the table, as front ends do.
        let mut known: Vec<(AbiSet, &'a T)> =
            groups.0.iter().map(|(abis, entry)| (self.abis(abis), entry)).collect();
        known.sort_by_key(|(set, _)| set.first().map(ioctlkit_abi::AbiId::index));
        let mut variants = Variants::default();
        for (set, entry) in known {
            let body = body(self, entry);
            variants.add(set, body);
        }
        variants
    }

    fn header(&mut self, header: &'a raw::Header) -> Header {
        let errors = header.errors.iter().map(|error| HeaderError {
            message: error.message.clone(),
            span: error
                .file
                .as_deref()
                .zip(error.line)
                .map(|(file, line)| self.files.at(file, line)),
            abis: self.abis(&error.abis),
            is_stated: false,
            in_command: error.in_command,
        });
        let errors = errors.collect();
        let not_read = header.not_read.iter().map(|lack| NotRead {
            missing: lack.missing.clone(),
            span: self.files.at(&header.file, lack.line),
            abis: self.abis(&lack.abis),
        });
        let not_read = not_read.collect();
        let (file, abis) = (self.files.file(&header.file), self.abis(&header.abis));
        Header { file, abis, errors, not_read }
    }

    fn command(&mut self, command: &'a raw::RawCommand) -> Command {
        let own = &command.definition;
        let mut variants = self.variants(&command.numbers, |builder, on_abi| {
            let definition = on_abi.instead.as_ref().unwrap_or(own);
            builder.command_body(definition, Some((on_abi.size, on_abi.number)))
        });
        for abis in &command.no_number.0 {
            let (abis, body) = (self.abis(abis), self.command_body(own, None));
            variants.add(abis, body);
        }
        Command {
            name: command.name.clone(),
            c_name: None,
            span: self.files.at(&own.file, own.line),
            variants,
            contract: None,
            differences: Differences::default(),
        }
    }

    /// The definition, with the size and the number that it comes to where it has one.
    fn command_body(
        &mut self,
        definition: &'a raw::Definition,
        numbered: Option<(u64, u32)>,
    ) -> CommandBody {
        let size = numbered.map(|(size, _)| size);
        let ty = || {
            let text = definition.argument.as_deref().unwrap_or_default();
            let ty = self.names.ty(Spelled {
                text,
                record: definition.argument_id,
                enumeration: None,
                bounds: None,
                size,
                file: &definition.file,
                defines: None,
            });
            // A bound that no name says: the size is all that is known.
            (!text.contains('…')).then_some(ty)
        };
        let known = match size {
            Some(size) => Argument::Size(Constant::Known(size)),
            None => Argument::Type(Type::Unknown("?".into())),
        };
        let argument = match definition.argument_kind {
            raw::ArgumentKind::None => Argument::None,
            raw::ArgumentKind::Type => ty().map_or(known, Argument::Type),
            raw::ArgumentKind::Sizeof => ty().map_or(known, Argument::SizeOfType),
            raw::ArgumentKind::Size => known,
        };
        CommandBody {
            span: self.files.at(&definition.file, definition.line),
            through: definition.through.clone(),
            direction: match definition.direction {
                raw::Direction::None => Direction::None,
                raw::Direction::Read => Direction::Read,
                raw::Direction::Write => Direction::Write,
                raw::Direction::ReadWrite => Direction::ReadWrite,
            },
            type_letter: definition.type_letter,
            nr: definition.nr,
            argument,
            encoder: match (&definition.encoder, numbered) {
                (Some(own), Some((_, number))) => Encoder::Own(OwnEncoder {
                    number: Constant::Known(u64::from(number)),
                    sign_extends: own.sign_extends,
                    name: own.name.clone(),
                }),
                _ => Encoder::Kernel,
            },
        }
    }

    fn family(&mut self, family: &'a raw::Family) -> Family {
        Family {
            name: family.name.clone(),
            span: self.files.at(&family.at.file, family.at.line),
            parameters: family.parameters.clone(),
            expansion: family.expansion.clone(),
            of_any_length: None,
            number: None,
        }
    }

    fn raw_number(&mut self, raw: &'a raw::RawNumber) -> RawNumber {
        RawNumber {
            name: raw.name.clone(),
            span: self.files.at(&raw.at.file, raw.at.line),
            variants: self.variants(&raw.numbers, |_, on_abi| on_abi.number),
            through: String::new(),
        }
    }

    fn record(&mut self, record: &'a raw::Record) -> Record {
        let (kind, keyword) = match record.kind {
            raw::Kind::Struct => (RecordKind::Struct, "struct "),
            raw::Kind::Union => (RecordKind::Union, "union "),
        };
        let is_anonymous = record.name.ends_with("(anonymous)");
        let tag = record.name.strip_prefix(keyword).filter(|_| !is_anonymous);
        let typedef = tag.is_none() && !is_anonymous;
        let variants =
            self.variants(&record.layouts, |builder, layout| builder.record_body(layout, record));
        Record {
            kind,
            name: tag.map(ToOwned::to_owned),
            typedef_name: typedef.then(|| record.name.clone()),
            c_name: None,
            docs: Vec::new(),
            differences: Differences::default(),
            span: self.files.at(&record.file, record.line),
            variants,
        }
    }

    fn record_body(&mut self, layout: &'a raw::RecordOnAbi, own: &'a raw::Record) -> RecordBody {
        let (file, line) = layout.place().unwrap_or((&own.file, own.line));
        let span = self.files.at(file, line);
        let members = layout.members.iter().map(|member| Member {
            name: member.name.clone(),
            span,
            name_span: span,
            ty: self.names.ty(Spelled {
                text: &member.ty,
                record: member.type_id,
                enumeration: member.enum_id,
                bounds: member.bounds.as_deref(),
                size: Some(member.size),
                file,
                defines: None,
            }),
            bits: member.bit_size,
            packed: member.packed,
            aligned: member.aligned.map(Constant::Known),
            condition: None,
            purpose: Purpose::default(),
        });
        RecordBody {
            span,
            representation: Representation::C,
            packed: layout.packed,
            aligned: layout.aligned.map(Constant::Known),
            pack: layout.pack,
            members: members.collect(),
            observed: layout.observed.then(|| observed(layout)).flatten(),
        }
    }

    fn enumeration(&mut self, found: &'a raw::Enum) -> Enum {
        let enumerators = |all: &[raw::Enumerator]| -> Vec<Enumerator> {
            let each = all.iter();
            each.map(|one| Enumerator { name: one.name.clone(), value: one.value }).collect()
        };
        let variants = self.variants(&found.layouts, |_, on_abi| EnumBody {
            underlying: scalar(&on_abi.underlying).unwrap_or(Scalar::UnsignedInt),
            enumerators: enumerators(on_abi.enumerators.as_ref().unwrap_or(&found.enumerators)),
        });
        Enum { name: found.name.clone(), span: self.files.at(&found.file, found.line), variants }
    }

    fn typedef(&mut self, typedef: &'a raw::Typedef) -> Typedef {
        let variants = self.variants(&typedef.layouts, |builder, on_abi| {
            let ty = builder.names.ty(Spelled {
                text: &on_abi.target,
                record: typedef.target_id,
                enumeration: typedef.target_enum_id,
                bounds: on_abi.bounds.as_deref(),
                size: on_abi.size,
                file: &typedef.file,
                defines: Some(&typedef.name),
            });
            let is_itself = matches!(&ty, Type::Unknown(name) if **name == *typedef.name);
            let ty = if is_itself { Type::Void } else { ty };
            TypedefBody { ty, aligned: on_abi.aligned.map(Constant::Known) }
        });
        Typedef {
            name: typedef.name.clone(),
            span: self.files.at(&typedef.file, typedef.line),
            variants,
        }
    }
}

/// The places of an object's members; `None` where the dump does not tell them all.
fn observed(layout: &raw::RecordOnAbi) -> Option<Observed> {
    let place = |member: &raw::Member| match member.bit_size {
        Some(size_bits) => Some(Placement { offset_bits: member.bit_offset?, size_bits }),
        None => Some(Placement {
            offset_bits: member.offset?.checked_mul(8)?,
            size_bits: member.size.checked_mul(8)?,
        }),
    };
    Some(Observed {
        size: layout.size?,
        align: layout.align?,
        members: layout.members.iter().map(place).collect::<Option<_>>()?,
    })
}

/// The files that a dump names, each with as many empty lines as it speaks of.
struct Files<'a> {
    sources: SourceMap,
    ids: HashMap<&'a str, FileId>,
}

/// Lines past this are not believed: a file has so many empty lines here.
const LAST_LINE: u32 = 1 << 20;

impl<'a> Files<'a> {
    fn new(dump: &'a raw::Dump) -> Self {
        let mut order: Vec<&'a str> = Vec::new();
        let mut lines: HashMap<&'a str, u32> = HashMap::new();
        let mut note = |file: &'a str, line: u32| {
            let known = lines.entry(file).or_insert_with(|| {
                order.push(file);
                1
            });
            *known = (*known).max(line.min(LAST_LINE));
        };
        for header in &dump.headers {
            note(&header.file, 1);
            for lack in &header.not_read {
                note(&header.file, lack.line);
            }
            for error in &header.errors {
                if let (Some(file), Some(line)) = (&error.file, error.line) {
                    note(file, line);
                }
            }
        }
        for command in &dump.commands {
            let instead =
                command.numbers.0.iter().filter_map(|(_, on_abi)| on_abi.instead.as_ref());
            for definition in std::iter::once(&command.definition).chain(instead) {
                note(&definition.file, definition.line);
            }
        }
        let records = dump.types.iter().flat_map(|record| {
            let instead = record.layouts.0.iter().filter_map(|(_, layout)| layout.place());
            std::iter::once((record.file.as_str(), record.line)).chain(instead)
        });
        let families = dump.families.iter().map(|family| &family.at);
        let others = families.chain(dump.raw_numbers.iter().map(|raw| &raw.at));
        let others = others.map(|at| (at.file.as_str(), at.line));
        let typedefs = dump.typedefs.iter().map(|typedef| (typedef.file.as_str(), typedef.line));
        for (file, line) in records.chain(others).chain(typedefs) {
            note(file, line);
        }
        for found in &dump.enums {
            note(&found.file, found.line);
        }
        let mut sources = SourceMap::default();
        let ids = order.into_iter().map(|file| {
            let count = lines.get(file).copied().unwrap_or(1) as usize;
            (file, sources.add(PathBuf::from(file), "\n".repeat(count).into()))
        });
        let ids = ids.collect();
        Self { sources, ids }
    }

    fn file(&mut self, file: &str) -> FileId {
        match self.ids.get(file) {
            Some(id) => *id,
            // Every file was noted; a name that was not has no line to show.
            None => self.sources.add(PathBuf::from(file), "\n".into()),
        }
    }

    /// The beginning of a line.
    fn at(&mut self, file: &str, line: u32) -> Span {
        let file = self.file(file);
        let start = line.clamp(1, LAST_LINE) - 1;
        Span { file, start, end: start }
    }
}
