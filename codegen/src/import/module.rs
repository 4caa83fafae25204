//! What the module is to hold, decided before any of it is written.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{EnumId, FileId, Interface, Record, RecordId, Span, Type, abi_words};
use regex::Regex;

use super::bindings::Bindings;
use super::commands::{self, CommandEnum, LeftOut, Planned};
use super::comments::Comments;
use super::constants::{self, Constant};
use super::definition::{Definition, Definitions, Origin};
use super::docs::{self, TypeDocs};
use super::rust_type::{Pointee, RustType};
use super::{families, raw};

/// The parts of the module.
pub(crate) struct Module<'a> {
    pub(crate) definitions: Definitions<'a>,
    /// Structures in order.
    pub(crate) records: Vec<RecordId>,
    /// Enumerations that something is called after.
    pub(crate) enums: Vec<EnumId>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) groups: Vec<CommandEnum>,
    pub(crate) left_out: Vec<LeftOut>,
    docs: HashMap<RecordId, TypeDocs>,
    enum_docs: HashMap<EnumId, Vec<String>>,
    member_docs: HashMap<(RecordId, Origin), Vec<String>>,
    header_abis: AbiSet,
}

/// What is chosen of a header.
pub(crate) struct Choice<'r> {
    allow: &'r [Regex],
    files: HashSet<FileId>,
}

impl Choice<'_> {
    /// Whether the user wants what has that name.
    fn allows(&self, name: &str) -> bool {
        self.allow.is_empty() || self.allow.iter().any(|pattern| pattern.is_match(name))
    }

    fn is_own(&self, span: Span) -> bool {
        self.files.contains(&span.file)
    }
}

impl<'a> Module<'a> {
    /// Decides what the module holds: the commands, structures and constants of the header that
    /// `allow` matches, and all that they need.
    pub(crate) fn plan(
        mut definitions: Definitions<'a>,
        bindings: &Bindings,
        allow: &[Regex],
    ) -> Self {
        let interface = definitions.interface();
        let files = interface.headers.iter().map(|header| header.file).collect();
        let choice = Choice { allow, files };
        let header_abis =
            interface.headers.iter().fold(AbiSet::EMPTY, |all, header| all.union(header.abis));
        let records = records(interface, &choice, &mut definitions);
        let comments: Vec<Comments<'_>> = interface
            .headers
            .iter()
            .map(|header| Comments::of(&interface.sources.file(header.file).text))
            .collect();
        let mut left_out = Vec::new();
        let commands =
            commands(&definitions, bindings, &comments, &choice, header_abis, &mut left_out);
        let named: HashSet<String> =
            commands.iter().map(|command| command.c_name.clone()).collect();
        let enums = enums(interface, &choice, &definitions, &records);
        let own_enums: Vec<EnumId> = (0..interface.enums.len())
            .map(|index| EnumId(index as u32))
            .filter(|id| choice.is_own(interface.enumeration(*id).span) || enums.contains(id))
            .collect();
        let is_command = |name: &str| {
            named.contains(name) || interface.commands.iter().any(|command| command.name == name)
        };
        let is_wanted = |name: &str| choice.allows(name) && !is_command(name);
        let constants = constants::of_header(interface, bindings, &comments, &own_enums, is_wanted);
        left_out.extend(missing_records(&definitions, &records));
        let groups = commands::grouped(commands, &definitions);
        let mut module = Self {
            definitions,
            records,
            enums,
            constants,
            groups,
            left_out,
            docs: HashMap::new(),
            enum_docs: HashMap::new(),
            member_docs: HashMap::new(),
            header_abis,
        };
        module.document(bindings);
        module
    }

    pub(crate) fn interface(&self) -> &'a Interface {
        self.definitions.interface()
    }

    /// The documentation of a structure.
    pub(crate) fn record_docs(&self, id: RecordId) -> &[String] {
        self.docs.get(&id).map_or(&[], |docs| docs.own.as_slice())
    }

    /// The documentation of an enumeration.
    pub(crate) fn enum_docs(&self, id: EnumId) -> &[String] {
        self.enum_docs.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The documentation of a member.
    pub(crate) fn member_docs(&self, id: RecordId, origin: &Origin) -> &[String] {
        self.member_docs.get(&(id, origin.clone())).map_or(&[], Vec::as_slice)
    }

    /// What the structure's comment says of a name that is no member of the Rust structure.
    pub(crate) fn named_docs(&self, id: RecordId, name: &str) -> &[String] {
        let docs = self.docs.get(&id).and_then(|docs| docs.members.get(name));
        docs.map_or(&[], Vec::as_slice)
    }

    /// Where a definition of a structure holds: everywhere, unless it or what it contains is read
    /// from an architecture's own file, or differs between ABIs that the header was read for.
    pub(crate) fn scope(&self, id: RecordId, definition: &Definition) -> AbiSet {
        let record = self.interface().record(id);
        let own = self.generalised(definition.abis, record.span);
        definition.members.iter().fold(own, |scope, member| match member.ty.element() {
            RustType::Record(inner) => scope.intersection(self.whole_scope(*inner)),
            _ => scope,
        })
    }

    /// Where any definition of a structure holds.
    fn whole_scope(&self, id: RecordId) -> AbiSet {
        let definitions = self.definitions.of(id).iter();
        definitions.fold(AbiSet::EMPTY, |all, one| all.union(self.scope(id, one)))
    }

    /// Where a variant of a command holds.
    pub(crate) fn command_scope(&self, command: &Planned) -> AbiSet {
        let own = if self.header_abis.is_subset(command.abis) { AbiSet::ALL } else { command.abis };
        match command.payload.record() {
            Some(id) => own.intersection(self.whole_scope(id)),
            None => own,
        }
    }

    /// A header that was read for some machines is meant for all, but what an architecture's own
    /// file says is that architecture's.
    fn generalised(&self, abis: AbiSet, span: Span) -> AbiSet {
        let path = self.interface().sources.path(span);
        let everywhere = self.header_abis.is_subset(abis);
        if everywhere && (!is_of_architecture(path) || abis == AbiSet::ALL) {
            AbiSet::ALL
        } else {
            abis
        }
    }

    /// Gathers what bindgen says of each structure and its members.
    fn document(&mut self, bindings: &Bindings) {
        let interface = self.interface();
        let mut open: Vec<(RecordId, String)> = self
            .records
            .iter()
            .filter_map(|id| Some((*id, super::names::c_name(interface.record(*id))?.to_owned())))
            .collect();
        while let Some((id, name)) = open.pop() {
            let Some(bound) = bindings.records.get(&name) else { continue };
            let mut docs = docs::of_type(&bound.docs);
            for (name, lines) in &bound.bit_fields {
                docs.members.entry(name.clone()).or_insert_with(|| docs::plain(lines));
            }
            for definition in self.definitions.of(id) {
                for member in &definition.members {
                    let found = match &member.origin {
                        Origin::Member(name) => bound.member(name),
                        Origin::Anonymous(index) => bound.anonymous().nth(*index),
                        Origin::BitFields | Origin::Padding => None,
                    };
                    let mut lines = found.map_or_else(Vec::new, |f| docs::plain(&f.docs));
                    if let (true, Some(named)) = (lines.is_empty(), docs.members.get(&member.name))
                    {
                        lines.clone_from(named);
                    }
                    self.member_docs.entry((id, member.origin.clone())).or_insert(lines);
                    if let (RustType::Record(inner), Some(found)) = (member.ty.element(), found)
                        && interface.record(*inner).is_anonymous()
                    {
                        open.push((*inner, found.ty.clone()));
                    }
                }
            }
            self.docs.entry(id).or_insert(docs);
        }
        for id in &self.enums {
            let name = interface.enumeration(*id).name.as_deref().unwrap_or("");
            let Some(raw) = bindings.aliases.get(name) else { continue };
            let docs = docs::of_type(raw);
            for constant in self.constants.iter_mut().filter(|one| one.of == Some(*id)) {
                if let (true, Some(lines)) =
                    (constant.docs.is_empty(), docs.members.get(&constant.name))
                {
                    constant.docs.clone_from(lines);
                }
            }
            self.enum_docs.insert(*id, docs.own);
        }
    }
}

/// Whether a file is one of those that each architecture has of its own.
fn is_of_architecture(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "asm")
}

/// The structures of the header that are wanted, with all that they hold or point to, in order.
fn records(
    interface: &Interface,
    choice: &Choice<'_>,
    definitions: &mut Definitions<'_>,
) -> Vec<RecordId> {
    let is_wanted = |record: &Record| {
        let name = super::names::c_name(record);
        !record.variants.is_empty()
            && choice.is_own(record.span)
            && name.is_some_and(|name| choice.allows(name))
    };
    let mut open: Vec<RecordId> = (0..)
        .zip(&interface.records)
        .filter(|(_, record)| is_wanted(record))
        .map(|(index, _)| RecordId(index))
        .collect();
    for command in interface.commands.iter().filter(|command| choice.allows(&command.name)) {
        for (_, body) in command.variants.iter() {
            if let Some(ty) = body.argument.ty() {
                open.extend(outer_record(interface, ty));
            }
        }
    }
    for family in interface.families.iter().filter(|family| choice.allows(&family.name)) {
        let mentioned = |record: &Record| {
            let name = super::names::c_name(record);
            name.is_some_and(|name| family.expansion.contains(&format!("struct {name}")))
        };
        let found = (0..).zip(&interface.records).filter(|(_, record)| mentioned(record));
        open.extend(found.map(|(index, _)| RecordId(index)));
    }
    let mut found = HashSet::new();
    while let Some(id) = open.pop() {
        if !found.insert(id) {
            continue;
        }
        definitions.add(id);
        for definition in definitions.of(id) {
            for member in &definition.members {
                match member.ty.element() {
                    RustType::Record(inner) | RustType::Pointer(Pointee::Record(inner)) => {
                        open.push(*inner);
                    }
                    _ => {}
                }
            }
        }
    }
    let mut found: Vec<RecordId> = found.into_iter().collect();
    // The header's own first, each file in its order.
    found.sort_by_key(|id| {
        let span = interface.record(*id).span;
        (!choice.is_own(span), span.file, span.start, *id)
    });
    found
}

/// The structure that a type is, points to, or is an array of.
fn outer_record(interface: &Interface, ty: &Type) -> Option<RecordId> {
    match interface.behind_typedefs(ty)? {
        Type::Record(id) => Some(*id),
        Type::Pointer(inner) | Type::Array(inner, _) | Type::FlexibleArray(inner) => {
            outer_record(interface, inner)
        }
        _ => None,
    }
}

fn commands(
    definitions: &Definitions<'_>,
    bindings: &Bindings,
    comments: &[Comments<'_>],
    choice: &Choice<'_>,
    abis: AbiSet,
    left_out: &mut Vec<LeftOut>,
) -> Vec<Planned> {
    let interface = definitions.interface();
    let documented = |name: &str| -> Vec<String> {
        let found = comments.iter().find(|comments| comments.defines(name));
        found.map_or_else(Vec::new, |comments| docs::plain(&comments.of_define(name)))
    };
    let mut found = Vec::new();
    for command in interface.commands.iter().filter(|command| choice.allows(&command.name)) {
        let (planned, lacking) = commands::plan(command, &documented(&command.name), definitions);
        found.extend(planned.into_iter().map(|planned| (command.span, planned)));
        left_out.extend(lacking);
    }
    for planned in raw::plan(interface) {
        if choice.allows(&planned.c_name) {
            let docs = documented(&planned.c_name);
            let span = interface.raw_numbers.iter().find(|raw| raw.name == planned.c_name);
            found.extend(span.map(|raw| (raw.span, Planned { docs, ..planned })));
        }
    }
    for family in interface.families.iter().filter(|family| choice.allows(&family.name)) {
        match families::plan(family, bindings, definitions, abis) {
            Ok(planned) => {
                let docs = documented(&family.name);
                found.push((family.span, Planned { docs, ..planned }));
            }
            Err(lacking) => left_out.push(lacking),
        }
    }
    found.sort_by_key(|(span, _)| (span.file, span.start));
    let mut found: Vec<Planned> = found.into_iter().map(|(_, planned)| planned).collect();
    families::end_before_the_next(&mut found);
    found
}

/// The named enumerations of the header, and those that a member has.
fn enums(
    interface: &Interface,
    choice: &Choice<'_>,
    definitions: &Definitions<'_>,
    records: &[RecordId],
) -> Vec<EnumId> {
    let mut used: HashSet<EnumId> = HashSet::new();
    for definition in records.iter().flat_map(|id| definitions.of(*id)) {
        for member in &definition.members {
            if let RustType::Enum(id) = member.ty.element() {
                used.insert(*id);
            }
        }
    }
    for command in &interface.commands {
        for (_, body) in command.variants.iter() {
            let ty = body.argument.ty().and_then(|ty| interface.behind_typedefs(ty));
            if let Some(Type::Enum(id)) = ty.map(Type::innermost_element) {
                used.insert(*id);
            }
        }
    }
    (0..)
        .zip(&interface.enums)
        .filter(|(index, enumeration)| {
            let Some(name) = &enumeration.name else { return false };
            let own = choice.is_own(enumeration.span) && choice.allows(name);
            used.contains(&EnumId(*index)) || own && !enumeration.variants.is_empty()
        })
        .map(|(index, _)| EnumId(index))
        .collect()
}

fn missing_records(definitions: &Definitions<'_>, records: &[RecordId]) -> Vec<LeftOut> {
    let interface = definitions.interface();
    // A structure without a name is reported with the one that it is a part of.
    let wanted = |(id, _, _): &&(RecordId, AbiSet, String)| {
        records.contains(id) && !interface.record(*id).is_anonymous()
    };
    definitions
        .missing()
        .iter()
        .filter(wanted)
        .map(|(id, abis, why)| LeftOut {
            name: interface.record(*id).display_name(),
            abis: (!definitions.of(*id).is_empty()).then_some(*abis),
            why: why.clone(),
        })
        .collect()
}

impl LeftOut {
    /// The entry in a list.
    pub(crate) fn sentence(&self) -> String {
        let name = &self.name;
        let why = &self.why;
        match self.abis {
            None => format!("`{name}`: {why}"),
            Some(abis) => format!("`{name}` {}: {why}", abi_words::on(abis, AbiSet::ALL)),
        }
    }
}
