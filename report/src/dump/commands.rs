//! Commands.

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::kernel_copies;
use ioctlkit_model::{Argument, Command, CommandBody, Encoder, Layouts, SourceMap};
use serde::Serialize;

use super::behind::Behind;
use super::groups::{OnSomeAbis, Reason, Sets, grouped, reasons};
use super::kernel;
use super::{At, at};

#[derive(Serialize)]
pub(super) struct Entry<'a> {
    name: &'a str,
    #[serde(flatten)]
    definition: Definition<'a>,
    numbers: Vec<OnSomeAbis<OnAbi<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    no_number: Vec<Reason>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kernel_copies: Vec<kernel::Entry>,
}

/// What the header says of a command: for most commands the same on every ABI.
#[derive(Serialize, PartialEq, Eq)]
struct Definition<'a> {
    #[serde(flatten)]
    at: At<'a>,
    #[serde(rename = "type")]
    type_letter: u32,
    letter: Option<char>,
    nr: u32,
    direction: &'static str,
    through: &'a str,
    argument: Option<String>,
    argument_kind: &'static str,
    argument_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoder: Option<EncoderEntry<'a>>,
}

/// What packs the number, where it is not the kernel's `_IOC`.
#[derive(Serialize, PartialEq, Eq)]
struct EncoderEntry<'a> {
    name: &'a str,
    sign_extends: bool,
}

#[derive(Serialize, PartialEq, Eq)]
struct OnAbi<'a> {
    number: u32,
    size: u64,
    fits: bool,
    #[serde(flatten)]
    instead: Option<Definition<'a>>,
}

/// The command, unless no ABI has it.
pub(super) fn entry<'a>(
    command: &'a Command,
    layouts: &'a Layouts<'a>,
    behind: &Behind,
    sets: &Sets,
) -> Option<Entry<'a>> {
    let sources = &layouts.interface().sources;
    let first = command.variants.first()?;
    let on_abi = |id: AbiId| {
        let body = command.variants.get(id)?;
        let numbered = layouts.body_number(body, id)?;
        Some(OnAbi {
            number: numbered.number,
            size: numbered.size,
            fits: numbered.fits,
            instead: (!std::ptr::eq(body, first))
                .then(|| definition(body, layouts, behind, sources))
                .filter(|other| *other != definition(first, layouts, behind, sources)),
        })
    };
    Some(Entry {
        name: &command.name,
        definition: Definition {
            at: at(command.span, sources),
            ..definition(first, layouts, behind, sources)
        },
        numbers: grouped(command.variants.abis(), sets, on_abi),
        no_number: reasons(command.variants.abis(), sets, |id| {
            layouts.why_no_number(command.variants.get(id)?, id)
        }),
        kernel_copies: kernel::entries(
            kernel_copies::of_command(command),
            command.variants.abis(),
            sets,
            |id| kernel_copies::declared(layouts, command, id).map(Some),
        ),
    })
}

fn definition<'a>(
    body: &'a CommandBody,
    layouts: &'a Layouts<'a>,
    behind: &Behind,
    sources: &'a SourceMap,
) -> Definition<'a> {
    let interface = layouts.interface();
    Definition {
        at: at(body.span, sources),
        type_letter: body.type_letter,
        letter: char::from_u32(body.type_letter).filter(char::is_ascii_graphic),
        nr: body.nr,
        direction: body.direction.name(),
        through: &body.through,
        argument: body.argument.ty().map(|ty| interface.type_name(ty)),
        argument_kind: match body.argument {
            Argument::None => "none",
            Argument::Type(_) => "type",
            Argument::SizeOfType(_) => "sizeof",
            Argument::Size(_) => "size",
        },
        argument_id: body.argument.ty().and_then(|ty| behind.record(ty)),
        encoder: match &body.encoder {
            Encoder::Kernel => None,
            // Only a size that does not fit makes it differ from the kernel's.
            Encoder::Masked => AbiSet::ALL
                .iter()
                .any(|id| layouts.body_number(body, id).is_some_and(|number| !number.fits))
                .then(|| EncoderEntry { name: &body.through, sign_extends: false }),
            Encoder::Own(own) => {
                Some(EncoderEntry { name: &own.name, sign_extends: own.sign_extends })
            }
        },
    }
}
