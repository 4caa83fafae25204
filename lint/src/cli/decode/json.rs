//! A call for programs: a line of JSON for each.

use std::io::{self, Write};

use ioctl_lint::decode::{self, Call, Commands, Given, Row};
use ioctl_lint::kernel_copies;
use ioctl_lint::numbered::Numbered;
use ioctlkit_abi::{AbiSet, Direction};
use ioctlkit_model::Type;
use ioctlkit_report::escaped_json;
use serde::Serialize;

use crate::cli::answer::{At, VERSION};

#[derive(Serialize)]
struct Entry<'a> {
    version: u32,
    fd: &'a str,
    /// Nothing where only a name was given, and no header defines it.
    number: Option<u32>,
    direction: Option<&'static str>,
    #[serde(rename = "type")]
    type_letter: Option<u8>,
    nr: Option<u8>,
    /// What the number says, in bytes.
    size: Option<u16>,
    /// The commands that it may be, the likeliest first.
    commands: Vec<Named<'a>>,
    returned: Option<&'a str>,
    kernel_copies: Vec<String>,
    argument: Option<Argument<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    #[serde(flatten)]
    at: At,
}

#[derive(Serialize)]
#[serde(tag = "given", rename_all = "snake_case")]
enum Argument<'a> {
    Bytes {
        #[serde(rename = "type")]
        ty: Option<String>,
        /// Of the type on this ABI, in bytes.
        size: Option<u64>,
        bytes: String,
        members: Vec<Member>,
    },
    Number {
        value: u64,
    },
    Text {
        text: &'a str,
    },
}

#[derive(Serialize)]
struct Member {
    /// In bits, from the start.
    bit_offset: u64,
    path: String,
    #[serde(rename = "type")]
    ty: String,
    /// Nothing where the bytes end before it.
    value: Option<String>,
}

/// Writes a call, with what its command and its argument are on the ABI.
pub(super) fn write_call(
    call: &Call,
    commands: &Commands<'_, '_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let found = commands.find(&call.request);
    let number = commands.number(&call.request);
    let decoded = number.map(|number| commands.abi().abi().encoding.decode(number));
    let sources = &commands.layouts().interface().sources;
    let on = AbiSet::only(commands.abi());
    let sentences = |it: &Numbered<'_>| kernel_copies::sentences(commands.layouts(), *it, on);
    let entry = Entry {
        version: VERSION,
        fd: &call.fd,
        number,
        direction: decoded.and_then(|it| it.direction).map(Direction::name),
        type_letter: decoded.map(|it| it.type_letter),
        nr: decoded.map(|it| it.nr),
        size: decoded.map(|it| it.size),
        commands: found
            .iter()
            .map(|it| Named { name: it.name(), at: At::of(it.span(), sources) })
            .collect(),
        returned: call.result.as_deref(),
        kernel_copies: found.iter().flat_map(sentences).collect(),
        argument: argument(
            &call.argument,
            found.first().and_then(|first| first.argument(commands.abi())),
            commands,
        ),
    };
    escaped_json::write_compact(&entry, &mut *out)?;
    writeln!(out)
}

fn argument<'a>(
    given: &'a Given,
    ty: Option<&Type>,
    commands: &Commands<'_, '_>,
) -> Option<Argument<'a>> {
    let layouts = commands.layouts();
    Some(match given {
        Given::Nothing => return None,
        Given::Number(value) => Argument::Number { value: *value },
        Given::Told(text) => Argument::Text { text },
        Given::Bytes(bytes) => Argument::Bytes {
            ty: ty.map(|ty| layouts.interface().type_name(ty)),
            size: ty.and_then(|ty| Some(layouts.type_size(ty, commands.abi()).ok()?.size)),
            bytes: hexadecimal(bytes),
            members: ty
                .map(|ty| decode::members(layouts, ty, commands.abi(), bytes))
                .unwrap_or_default()
                .into_iter()
                .map(|Row { offset_bits, path, ty, value }| Member {
                    bit_offset: offset_bits,
                    path,
                    ty,
                    value,
                })
                .collect(),
        },
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 0xf];
    let digits = bytes.iter().flat_map(digits);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}
