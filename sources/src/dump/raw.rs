//! The format, as `schema/dump.schema.json` describes it, and `dump.v1.schema.json` what came
//! before. Keys that are not needed are left out. `flatten` is used sparingly: it makes serde keep
//! everything in memory first.

use serde::Deserialize;

use super::groups::OfSet;
pub(super) use super::groups::{Abis, Groups, Reasons};

#[derive(Debug, Deserialize)]
pub(super) struct Version {
    pub(super) version: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Dump {
    pub(super) abis: Vec<String>,
    pub(super) headers: Vec<Header>,
    pub(super) commands: Vec<RawCommand>,
    pub(super) families: Vec<Family>,
    pub(super) raw_numbers: Vec<RawNumber>,
    pub(super) types: Vec<Record>,
    pub(super) enums: Vec<Enum>,
    pub(super) typedefs: Vec<Typedef>,
    /// What was not understood; older dumps do not say.
    #[serde(default)]
    pub(super) not_understood: Vec<Unknown>,
    /// The sets that entries name by their number; version 1 has none.
    #[serde(default)]
    pub(super) abi_sets: Vec<Vec<String>>,
    /// What programs with a 64-bit `time_t` see; older dumps do not say.
    pub(super) with_64_bit_time: Option<Reading>,
}

/// The headers as other programs see them.
#[derive(Debug, Deserialize)]
pub(super) struct Reading {
    abis: Vec<String>,
    commands: Vec<RawCommand>,
    raw_numbers: Vec<RawNumber>,
    types: Vec<Record>,
    enums: Vec<Enum>,
    typedefs: Vec<Typedef>,
}

impl Reading {
    /// The same as a dump of its own, whose entries name these sets.
    pub(super) fn into_dump(self, abi_sets: Vec<Vec<String>>) -> Dump {
        let Self { abis, commands, raw_numbers, types, enums, typedefs } = self;
        Dump {
            abis,
            headers: Vec::new(),
            commands,
            families: Vec::new(),
            raw_numbers,
            types,
            enums,
            typedefs,
            not_understood: Vec::new(),
            abi_sets,
            with_64_bit_time: None,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Header {
    pub(super) file: String,
    pub(super) abis: Abis,
    pub(super) errors: Vec<HeaderError>,
    #[serde(default)]
    pub(super) not_read: Vec<NotRead>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NotRead {
    pub(super) missing: String,
    pub(super) line: u32,
    pub(super) abis: Abis,
}

#[derive(Debug, Deserialize)]
pub(super) struct HeaderError {
    pub(super) file: Option<String>,
    pub(super) line: Option<u32>,
    pub(super) message: String,
    pub(super) abis: Abis,
    #[serde(default)]
    pub(super) in_command: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct At {
    pub(super) file: String,
    pub(super) line: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Unknown {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) at: At,
    pub(super) abis: Abis,
    pub(super) reason: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct RawCommand {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) definition: Definition,
    #[serde(alias = "abis")]
    pub(super) numbers: Groups<CommandOnAbi>,
    /// Why there is no number, on the ABIs that have the command without one.
    #[serde(default)]
    pub(super) no_number: Reasons,
}

#[derive(Debug, Deserialize)]
pub(super) struct Definition {
    pub(super) file: String,
    pub(super) line: u32,
    #[serde(rename = "type")]
    pub(super) type_letter: u32,
    pub(super) nr: u32,
    pub(super) direction: Direction,
    pub(super) through: String,
    pub(super) argument: Option<String>,
    pub(super) argument_kind: ArgumentKind,
    pub(super) argument_id: Option<u32>,
    /// What packs the number, where it is not the kernel's `_IOC`.
    pub(super) encoder: Option<Encoder>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Encoder {
    pub(super) name: String,
    pub(super) sign_extends: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Direction {
    None,
    Read,
    Write,
    ReadWrite,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ArgumentKind {
    None,
    Type,
    Sizeof,
    Size,
}

#[derive(Debug, Deserialize)]
pub(super) struct CommandOnAbi {
    abis: Option<u32>,
    pub(super) number: u32,
    pub(super) size: u64,
    #[serde(flatten)]
    pub(super) instead: Option<Definition>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Family {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) at: At,
    pub(super) parameters: Vec<String>,
    pub(super) expansion: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct RawNumber {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) at: At,
    #[serde(alias = "abis")]
    pub(super) numbers: Groups<RawOnAbi>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RawOnAbi {
    abis: Option<u32>,
    pub(super) number: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Record {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) file: String,
    pub(super) line: u32,
    #[serde(alias = "abis")]
    pub(super) layouts: Groups<RecordOnAbi>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Struct,
    Union,
}

#[derive(Debug, Deserialize)]
pub(super) struct RecordOnAbi {
    abis: Option<u32>,
    /// Where the definition is, if not where the type is.
    pub(super) file: Option<String>,
    pub(super) line: Option<u32>,
    pub(super) size: Option<u64>,
    pub(super) align: Option<u64>,
    #[serde(default)]
    pub(super) packed: bool,
    pub(super) aligned: Option<u64>,
    pub(super) pack: Option<u64>,
    /// Whether the places are those that a compiler has chosen.
    #[serde(default)]
    pub(super) observed: bool,
    pub(super) members: Vec<Member>,
}

impl RecordOnAbi {
    /// The file and the line of a definition that is not the type's first.
    pub(super) fn place(&self) -> Option<(&str, u32)> {
        self.file.as_deref().zip(self.line)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Member {
    pub(super) name: Option<String>,
    #[serde(rename = "type")]
    pub(super) ty: String,
    pub(super) type_id: Option<u32>,
    pub(super) enum_id: Option<u32>,
    pub(super) bounds: Option<Vec<u64>>,
    pub(super) offset: Option<u64>,
    pub(super) size: u64,
    #[serde(default)]
    pub(super) packed: bool,
    pub(super) aligned: Option<u64>,
    pub(super) bit_offset: Option<u64>,
    pub(super) bit_size: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Enum {
    pub(super) name: Option<String>,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) enumerators: Vec<Enumerator>,
    #[serde(alias = "abis")]
    pub(super) layouts: Groups<EnumOnAbi>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Enumerator {
    pub(super) name: String,
    pub(super) value: i128,
}

#[derive(Debug, Deserialize)]
pub(super) struct EnumOnAbi {
    abis: Option<u32>,
    pub(super) underlying: String,
    pub(super) enumerators: Option<Vec<Enumerator>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Typedef {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) target_id: Option<u32>,
    pub(super) target_enum_id: Option<u32>,
    #[serde(alias = "abis")]
    pub(super) layouts: Groups<TypedefOnAbi>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TypedefOnAbi {
    abis: Option<u32>,
    pub(super) target: String,
    pub(super) bounds: Option<Vec<u64>>,
    pub(super) size: Option<u64>,
    pub(super) aligned: Option<u64>,
}

macro_rules! of_set {
    ($($entry:ty),*) => {
        $(impl OfSet for $entry {
            fn set(&self) -> Option<u32> {
                self.abis
            }
        })*
    };
}

of_set!(CommandOnAbi, RawOnAbi, RecordOnAbi, EnumOnAbi, TypedefOnAbi);
