//! The whole interface as JSON: every command with its number, and every type with its layout, on
//! every ABI. `schema/dump.schema.json` describes it; a change that could break a reader raises
//! [`VERSION`].

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{
    Command, Family, Header, HeaderError, Interface, Layouts, NotUnderstood, Problem, RawNumber,
    RecordId, SourceMap, Span, WideTime, kernel_copies,
};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::json::{names, problem_entry};
use crate::place::TextRange;
use crate::stream::{self, List};

use behind::Behind;
use groups::{OnSomeAbis, Sets, grouped};

mod behind;
mod commands;
mod groups;
mod handlers;
mod kernel;
mod types;

/// The version of the format.
pub const VERSION: u32 = 2;

/// Writes these structures and unions as a dump has them, and what could not be read.
///
/// # Errors
/// Those of `out`.
pub fn render_records(
    layouts: &Layouts<'_>,
    records: &BTreeSet<RecordId>,
    problems: &[Problem],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let interface = layouts.interface();
    let sets = &Sets::default();
    let behind = &Behind::new(interface);
    let entry = |id: &RecordId| {
        types::record_entry(id.0 as usize, interface.record(*id), layouts, behind, sets)
    };
    let document = Records {
        version: VERSION,
        abis: names(interface.abis),
        types: List(|| records.iter().map(entry)),
        errors: List(|| problems.iter().map(|problem| problem_entry(problem, &interface.sources))),
        abi_sets: sets,
    };
    stream::write(&document, out)
}

#[derive(Serialize)]
struct Records<'a, T, P> {
    version: u32,
    abis: Vec<&'static str>,
    types: T,
    errors: P,
    abi_sets: &'a Sets,
}

/// Writes what was read and what could not be, with a line for each command and each type.
///
/// `layouts` answers for `interface`. Sizes, alignments and offsets are in bytes unless their name
/// says bits.
///
/// # Errors
/// Those of `out`.
pub fn render(
    interface: &Interface,
    layouts: &Layouts<'_>,
    problems: &[Problem],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let sources = &interface.sources;
    let sets = &Sets::default();
    let behind = &Behind::new(interface);
    let records = || interface.records.iter().enumerate();
    let typedefs = || interface.typedefs.iter().enumerate();
    let wide = &WideTime::of(layouts);
    let document = Document {
        version: VERSION,
        abis: names(interface.abis),
        headers: List(|| {
            interface.headers.iter().map(|header| header_entry(header, sources, sets))
        }),
        commands: List(|| {
            interface
                .commands
                .iter()
                .filter_map(|command| commands::entry(command, layouts, behind, sets))
        }),
        families: List(|| interface.families.iter().map(|family| family_entry(family, sources))),
        raw_numbers: List(|| interface.raw_numbers.iter().map(|raw| raw_entry(raw, sources, sets))),
        types: List(|| {
            records().map(|(id, record)| types::record_entry(id, record, layouts, behind, sets))
        }),
        enums: List(|| interface.enums.iter().map(|item| types::enum_entry(item, layouts, sets))),
        typedefs: List(|| {
            typedefs().map(|(id, typedef)| types::typedef_entry(id, typedef, layouts, behind, sets))
        }),
        commands_with_64_bit_time: List(|| {
            let wide = wide.iter().flat_map(|wide| wide.commands().map(move |it| (wide, it)));
            wide.map(|(wide, (command, abis))| wide_entry(wide, command, abis, sets))
        }),
        not_understood: List(|| {
            interface.not_understood.iter().map(|unknown| unknown_entry(unknown, sources, sets))
        }),
        errors: List(|| problems.iter().map(|problem| problem_entry(problem, sources))),
        handlers: List(|| handlers::entries(interface)),
        with_64_bit_time: wide.as_ref().map(|wide| Reading { layouts: wide.layouts(), sets }),
        abi_sets: sets,
    };
    stream::write(&document, out)
}

#[derive(Serialize)]
struct Document<'a, H, C, F, R, T, E, D, W, U, P, S> {
    version: u32,
    abis: Vec<&'static str>,
    headers: H,
    commands: C,
    families: F,
    raw_numbers: R,
    types: T,
    enums: E,
    typedefs: D,
    commands_with_64_bit_time: W,
    not_understood: U,
    errors: P,
    handlers: S,
    #[serde(skip_serializing_if = "Option::is_none")]
    with_64_bit_time: Option<Reading<'a>>,
    abi_sets: &'a Sets,
}

/// The headers as other programs see them.
struct Reading<'a> {
    layouts: &'a Layouts<'a>,
    sets: &'a Sets,
}

impl Serialize for Reading<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { layouts, sets } = *self;
        let interface = layouts.interface();
        let sources = &interface.sources;
        let behind = &Behind::new(interface);
        let commands = || {
            let commands = interface.commands.iter();
            commands.filter_map(|command| commands::entry(command, layouts, behind, sets))
        };
        let raw = || interface.raw_numbers.iter().map(|raw| raw_entry(raw, sources, sets));
        let types = || {
            let records = interface.records.iter().enumerate();
            records.map(|(id, record)| types::record_entry(id, record, layouts, behind, sets))
        };
        let enums = || interface.enums.iter().map(|item| types::enum_entry(item, layouts, sets));
        let typedefs = || {
            let typedefs = interface.typedefs.iter().enumerate();
            typedefs.map(|(id, typedef)| types::typedef_entry(id, typedef, layouts, behind, sets))
        };
        let mut object = serializer.serialize_struct("Reading", 6)?;
        object.serialize_field("abis", &names(interface.abis))?;
        object.serialize_field("commands", &List(commands))?;
        object.serialize_field("raw_numbers", &List(raw))?;
        object.serialize_field("types", &List(types))?;
        object.serialize_field("enums", &List(enums))?;
        object.serialize_field("typedefs", &List(typedefs))?;
        object.end()
    }
}

/// A file and the line in it, from 1.
#[derive(Serialize, PartialEq, Eq)]
struct At<'a> {
    file: Cow<'a, str>,
    line: u32,
}

fn at(span: Span, sources: &SourceMap) -> At<'_> {
    let place = TextRange::of(span, sources);
    At { file: place.path(), line: place.start.line }
}

#[derive(Serialize)]
struct HeaderEntry<'a> {
    file: Cow<'a, str>,
    abis: u32,
    errors: Vec<HeaderErrorEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_read: Vec<NotReadEntry<'a>>,
}

#[derive(Serialize)]
struct NotReadEntry<'a> {
    missing: &'a str,
    line: u32,
    abis: u32,
}

#[derive(Serialize)]
struct HeaderErrorEntry<'a> {
    file: Option<Cow<'a, str>>,
    line: Option<u32>,
    message: &'a str,
    abis: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    in_command: bool,
}

fn header_entry<'a>(header: &'a Header, sources: &'a SourceMap, sets: &Sets) -> HeaderEntry<'a> {
    HeaderEntry {
        file: sources.file(header.file).path.to_string_lossy(),
        abis: sets.number(header.abis),
        errors: header
            .errors
            .iter()
            .map(|error| header_error_entry(error, sources, sets))
            .collect(),
        not_read: header
            .not_read
            .iter()
            .map(|lack| NotReadEntry {
                missing: &lack.missing,
                line: at(lack.span, sources).line,
                abis: sets.number(lack.abis),
            })
            .collect(),
    }
}

fn header_error_entry<'a>(
    error: &'a HeaderError,
    sources: &'a SourceMap,
    sets: &Sets,
) -> HeaderErrorEntry<'a> {
    let at = error.span.map(|span| at(span, sources));
    HeaderErrorEntry {
        line: at.as_ref().map(|at| at.line),
        file: at.map(|at| at.file),
        message: &error.message,
        abis: sets.number(error.abis),
        in_command: error.in_command,
    }
}

#[derive(Serialize)]
struct WideEntry<'a> {
    name: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    numbers: Vec<OnSomeAbis<WideOnAbi>>,
}

#[derive(Serialize, PartialEq, Eq)]
struct WideOnAbi {
    number: u32,
    size: u64,
}

fn wide_entry<'a>(
    wide: &'a WideTime<'a>,
    command: &'a Command,
    abis: AbiSet,
    sets: &Sets,
) -> WideEntry<'a> {
    WideEntry {
        name: &command.name,
        at: at(command.span, &wide.layouts().interface().sources),
        numbers: grouped(abis, sets, |abi| {
            let numbered = wide.layouts().number(command, abi)?;
            Some(WideOnAbi { number: numbered.number, size: numbered.size })
        }),
    }
}

#[derive(Serialize)]
struct UnknownEntry<'a> {
    name: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    abis: u32,
    reason: &'a str,
}

fn unknown_entry<'a>(
    unknown: &'a NotUnderstood,
    sources: &'a SourceMap,
    sets: &Sets,
) -> UnknownEntry<'a> {
    UnknownEntry {
        name: &unknown.name,
        at: at(unknown.span, sources),
        abis: sets.number(unknown.abis),
        reason: &unknown.reason,
    }
}

#[derive(Serialize)]
struct FamilyEntry<'a> {
    name: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    parameters: &'a [String],
    expansion: &'a str,
}

fn family_entry<'a>(family: &'a Family, sources: &'a SourceMap) -> FamilyEntry<'a> {
    FamilyEntry {
        name: &family.name,
        at: at(family.span, sources),
        parameters: &family.parameters,
        expansion: &family.expansion,
    }
}

#[derive(Serialize)]
struct RawEntry<'a> {
    name: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    numbers: Vec<OnSomeAbis<RawOnAbi>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kernel_copies: Vec<kernel::Entry>,
}

#[derive(Serialize, PartialEq, Eq)]
struct RawOnAbi {
    number: u32,
}

fn raw_entry<'a>(raw: &'a RawNumber, sources: &'a SourceMap, sets: &Sets) -> RawEntry<'a> {
    RawEntry {
        name: &raw.name,
        at: at(raw.span, sources),
        numbers: grouped(raw.variants.abis(), sets, |id| {
            raw.variants.get(id).map(|number| RawOnAbi { number: *number })
        }),
        kernel_copies: kernel::entries(
            kernel_copies::of_raw(raw),
            raw.variants.abis(),
            sets,
            |_| Some(None),
        ),
    }
}
