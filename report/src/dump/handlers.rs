//! What driver source does with commands, as entries of a dump.

use ioctlkit_model::{
    Access, Amount, Copies, HandledCommand, Interface, OperationTable, Part, Serves, Slot,
    SourceHandler, SourceMap, Way,
};
use serde::Serialize;

use super::{At, at};

/// A function that handles commands.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    function: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    serves: &'static str,
    copies: &'static str,
    tables: Vec<TableEntry<'a>>,
    commands: Vec<CommandEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    in_compat: Vec<CommandEntry<'a>>,
    unknown: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gave_up: Option<&'a str>,
}

#[derive(Serialize)]
struct TableEntry<'a> {
    name: &'a str,
    structure: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    native: Option<&'a str>,
    compat: Option<&'a str>,
}

#[derive(Serialize)]
struct CommandEntry<'a> {
    name: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    by_nr: bool,
    accesses: Vec<AccessEntry<'a>>,
    as_number: bool,
    escapes: bool,
}

#[derive(Serialize)]
struct AccessEntry<'a> {
    way: &'static str,
    #[serde(flatten)]
    at: At<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
    from_start: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "type")]
    ty: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    by_command_size: bool,
    guarded: bool,
}

/// An entry for each handler, in the order of the source.
pub(super) fn entries(interface: &Interface) -> impl Iterator<Item = Entry<'_>> {
    let handlers = interface.code.handlers.iter().enumerate();
    handlers.map(|(place, handler)| {
        let tables = interface.code.tables_with(place);
        entry(
            handler,
            tables.map(|table| table_entry(table, &interface.sources)).collect(),
            interface,
        )
    })
}

fn entry<'a>(
    handler: &'a SourceHandler,
    tables: Vec<TableEntry<'a>>,
    interface: &'a Interface,
) -> Entry<'a> {
    let sources = &interface.sources;
    let commands = |all: &'a [HandledCommand]| {
        all.iter().map(|command| command_entry(command, sources)).collect()
    };
    Entry {
        function: &handler.function,
        at: at(handler.span, sources),
        serves: match handler.serves {
            Serves::Native => "native",
            Serves::Compat => "compat",
            Serves::Both => "both",
        },
        copies: match handler.copies {
            Copies::Handler => "handler",
            Copies::Core => "core",
        },
        tables,
        commands: commands(&handler.commands),
        in_compat: commands(&handler.in_compat),
        unknown: handler.unknown.iter().map(|answer| answer.value.as_str()).collect(),
        gave_up: handler.gave_up.as_deref(),
    }
}

fn table_entry<'a>(table: &'a OperationTable, sources: &'a SourceMap) -> TableEntry<'a> {
    let function = |slot: &'a Option<Slot>| slot.as_ref().map(|slot| slot.function.as_str());
    TableEntry {
        name: &table.name,
        structure: &table.structure,
        at: at(table.span, sources),
        native: function(&table.native),
        compat: function(&table.compat),
    }
}

fn command_entry<'a>(command: &'a HandledCommand, sources: &'a SourceMap) -> CommandEntry<'a> {
    CommandEntry {
        name: &command.name,
        at: at(command.span, sources),
        by_nr: command.by_nr,
        accesses: command.accesses.iter().map(|access| access_entry(access, sources)).collect(),
        as_number: command.as_number.is_some(),
        escapes: command.escapes,
    }
}

fn access_entry<'a>(access: &'a Access, sources: &'a SourceMap) -> AccessEntry<'a> {
    let (mut ty, mut bytes) = (None, None);
    match &access.amount {
        Amount::Type(spelled) => ty = Some(spelled.as_str()),
        Amount::Bytes(number) => bytes = Some(*number),
        Amount::CommandSize | Amount::Expression(_) | Amount::Unknown => {}
    }
    AccessEntry {
        way: match access.way {
            Way::In => "in",
            Way::Out => "out",
        },
        at: at(access.span, sources),
        member: match &access.part {
            Part::Member(member) => Some(member),
            Part::Whole | Part::Inside => None,
        },
        from_start: access.part == Part::Whole,
        ty,
        bytes,
        by_command_size: access.amount == Amount::CommandSize,
        guarded: access.guarded,
    }
}
