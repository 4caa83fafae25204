//! The whole interface as JSON: every command with its number, and every type with its layout, on
//! every ABI. `schema/dump.schema.json` describes it; a change that could break a reader raises
//! [`VERSION`].

use std::borrow::Cow;
use std::io;

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{
    Family, Header, HeaderError, Interface, Layouts, Problem, RawNumber, SourceMap, Span,
};
use serde::Serialize;

use crate::json::{names, problem_entry};
use crate::place::Place;
use crate::stream::{self, List, Map};

mod commands;
mod types;

/// The version of the format.
pub const VERSION: u32 = 1;

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
    let records = || interface.records.iter().enumerate();
    let typedefs = || interface.typedefs.iter().enumerate();
    let document = Document {
        version: VERSION,
        abis: names(interface.abis),
        headers: List(|| interface.headers.iter().map(|header| header_entry(header, sources))),
        commands: List(|| {
            interface.commands.iter().filter_map(|command| commands::entry(command, layouts))
        }),
        families: List(|| interface.families.iter().map(|family| family_entry(family, sources))),
        raw_numbers: List(|| interface.raw_numbers.iter().map(|raw| raw_entry(raw, sources))),
        types: List(|| records().map(|(id, record)| types::record_entry(id, record, layouts))),
        enums: List(|| interface.enums.iter().map(|item| types::enum_entry(item, layouts))),
        typedefs: List(|| {
            typedefs().map(|(id, typedef)| types::typedef_entry(id, typedef, layouts))
        }),
        errors: List(|| problems.iter().map(|problem| problem_entry(problem, sources))),
    };
    stream::write(&document, out)
}

#[derive(Serialize)]
struct Document<H, C, F, R, T, E, D, P> {
    version: u32,
    abis: Vec<&'static str>,
    headers: H,
    commands: C,
    families: F,
    raw_numbers: R,
    types: T,
    enums: E,
    typedefs: D,
    errors: P,
}

/// A file and the line in it, from 1.
#[derive(Serialize, PartialEq, Eq)]
struct At<'a> {
    file: Cow<'a, str>,
    line: u32,
}

fn at(span: Span, sources: &SourceMap) -> At<'_> {
    let place = Place::of(span, sources);
    At { file: place.path(), line: place.start.line }
}

#[derive(Serialize)]
struct HeaderEntry<'a> {
    file: Cow<'a, str>,
    abis: Vec<&'static str>,
    errors: Vec<HeaderErrorEntry<'a>>,
}

#[derive(Serialize)]
struct HeaderErrorEntry<'a> {
    file: Option<Cow<'a, str>>,
    line: Option<u32>,
    message: &'a str,
    abis: Vec<&'static str>,
}

fn header_entry<'a>(header: &'a Header, sources: &'a SourceMap) -> HeaderEntry<'a> {
    HeaderEntry {
        file: sources.file(header.file).path.to_string_lossy(),
        abis: names(header.abis),
        errors: header.errors.iter().map(|error| header_error_entry(error, sources)).collect(),
    }
}

fn header_error_entry<'a>(error: &'a HeaderError, sources: &'a SourceMap) -> HeaderErrorEntry<'a> {
    let at = error.span.map(|span| at(span, sources));
    HeaderErrorEntry {
        line: at.as_ref().map(|at| at.line),
        file: at.map(|at| at.file),
        message: &error.message,
        abis: names(error.abis),
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
struct RawEntry<'a, A> {
    name: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    abis: A,
}

#[derive(Serialize)]
struct RawOnAbi {
    number: u32,
}

fn raw_entry<'a>(raw: &'a RawNumber, sources: &'a SourceMap) -> RawEntry<'a, impl Serialize> {
    RawEntry {
        name: &raw.name,
        at: at(raw.span, sources),
        abis: Map(|| {
            each_abi(raw.variants.abis(), |id| {
                raw.variants.get(id).map(|number| RawOnAbi { number: *number })
            })
        }),
    }
}

/// An entry by ABI name for each ABI that has something to say.
fn each_abi<T>(
    abis: AbiSet,
    mut entry: impl FnMut(AbiId) -> Option<T>,
) -> impl Iterator<Item = (&'static str, T)> {
    abis.iter().filter_map(move |id| Some((id.abi().name, entry(id)?)))
}
