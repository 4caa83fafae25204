//! The commands of a header as variants of enums.

use std::collections::{BTreeMap, HashSet};

use ioctlkit_abi::{AbiId, AbiSet, Direction, Scalar};
use ioctlkit_model::{Argument, Command, CommandBody, RecordId, Type};

use super::definition::{Definitions, Origin};
use super::flexible;
use super::rust_type::{Pointee, RustType, resolve};

/// A command, or a family of them, on some ABIs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    /// The name in C.
    pub(crate) c_name: String,
    /// The lines of its documentation.
    pub(crate) docs: Vec<String>,
    /// The ABIs that the header was read for and on which it is this.
    pub(crate) abis: AbiSet,
    /// The type letter, or that of a number which has none.
    pub(crate) letter: u8,
    /// What distinguishes it from others.
    pub(crate) identity: Identity,
    /// What the argument is for.
    pub(crate) direction: Direction,
    /// The argument.
    pub(crate) payload: Payload,
    /// The type in the number, where that is another one.
    pub(crate) encoded: Option<RustType>,
    /// Whether the header leaves open if any call is sound.
    pub(crate) unsafe_call: bool,
    /// Whether the argument has more than 8191 bytes.
    pub(crate) large: bool,
}

/// What distinguishes a command from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// By its place within the type.
    Nr(u8),
    /// By several.
    Nrs(u8, u8),
    /// By a whole number.
    Number(u32),
}

/// The argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Payload {
    /// None that the header speaks of.
    None,
    /// The address of one.
    Type(RustType),
    /// The address of a structure with elements behind it.
    Flexible(RecordId),
    /// The address of several, as many as the number says.
    Buffer(RustType),
    /// An address as such.
    Address,
}

impl Payload {
    /// The structures that it holds.
    pub(crate) fn record(&self) -> Option<RecordId> {
        match self {
            Self::Type(ty) | Self::Buffer(ty) => match ty.element() {
                RustType::Record(id) => Some(*id),
                _ => None,
            },
            Self::Flexible(id) => Some(*id),
            Self::None | Self::Address => None,
        }
    }
}

/// Something that the module lacks, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// What.
    pub(crate) name: String,
    /// Where, if it is there elsewhere.
    pub(crate) abis: Option<AbiSet>,
    /// Why.
    pub(crate) why: String,
}

/// The variants of a command, each with the ABIs it is for, and where it cannot be had.
pub(crate) fn plan(
    command: &Command,
    docs: &[String],
    definitions: &Definitions<'_>,
) -> (Vec<Planned>, Vec<LeftOut>) {
    let mut found: Vec<Planned> = Vec::new();
    let mut lacking: BTreeMap<String, AbiSet> = BTreeMap::new();
    for (abis, body) in command.variants.iter() {
        for abi in abis {
            match on_abi(&command.name, body, abi, definitions) {
                Ok(planned) => {
                    let planned = Planned { docs: docs.to_vec(), ..planned };
                    let same = |known: &&mut Planned| {
                        Planned { abis: planned.abis, ..(**known).clone() } == planned
                    };
                    match found.iter_mut().find(same) {
                        Some(known) => known.abis.insert(abi),
                        None => found.push(planned),
                    }
                }
                Err(why) => lacking.entry(why).or_default().insert(abi),
            }
        }
    }
    let everywhere = found.is_empty();
    let left_out = lacking
        .into_iter()
        .filter(|(why, _)| everywhere || !why.ends_with(NOT_DEFINED))
        .map(|(why, abis)| LeftOut {
            name: command.name.clone(),
            abis: (!everywhere).then_some(abis),
            why,
        })
        .collect();
    (found, left_out)
}

fn on_abi(
    name: &str,
    body: &CommandBody,
    abi: AbiId,
    definitions: &Definitions<'_>,
) -> Result<Planned, String> {
    let too_large = |_| "type letter or nr has more than 8 bits".to_owned();
    let letter = u8::try_from(body.type_letter).map_err(too_large)?;
    let nr = u8::try_from(body.nr).map_err(too_large)?;
    let (payload, encoded) = argument(body, abi, definitions)?;
    if body.direction == Direction::None && payload != Payload::None {
        return Err("it has a size, and a direction that says there is no argument".into());
    }
    let numbered = definitions.layouts().body_number(body, abi);
    let numbered = numbered.ok_or_else(|| unknown_size(body, abi, definitions))?;
    if !numbered.fits {
        return Err("its argument is larger than a number can say".into());
    }
    if let Some(id) = payload.record()
        && definitions.size(id, abi).is_none()
    {
        let record = definitions.interface().record(id).display_name();
        return Err(format!("its argument `{record}` is left out"));
    }
    let unsafe_call = match &payload {
        Payload::None => false,
        Payload::Buffer(ty) | Payload::Type(ty) => {
            encoded.is_some()
                || !is_plain_data(ty, definitions)
                || ends_in_elements(ty, definitions)
        }
        Payload::Flexible(id) => !is_plain_data(&RustType::Record(*id), definitions),
        Payload::Address => true,
    };
    Ok(Planned {
        c_name: name.to_owned(),
        docs: Vec::new(),
        abis: AbiSet::only(abi),
        letter,
        identity: Identity::Nr(nr),
        direction: body.direction,
        payload,
        encoded,
        unsafe_call,
        large: numbered.size > 8191,
    })
}

/// The message about a type that does not exist. On some ABIs, that is no loss.
const NOT_DEFINED: &str = "is not defined";

/// Why a command has no number.
fn unknown_size(body: &CommandBody, abi: AbiId, definitions: &Definitions<'_>) -> String {
    let interface = definitions.interface();
    let ty = body.argument.ty().and_then(|ty| interface.behind_typedefs(ty));
    match ty.map(Type::innermost_element) {
        Some(Type::Record(id)) if interface.body(*id, abi).is_none() => {
            format!("its argument `{}` {NOT_DEFINED}", interface.record(*id).display_name())
        }
        _ => "the size of its argument is not known".into(),
    }
}

/// The argument, and the type that the number speaks of where that is another one.
fn argument(
    body: &CommandBody,
    abi: AbiId,
    definitions: &Definitions<'_>,
) -> Result<(Payload, Option<RustType>), String> {
    let word = RustType::Scalar(Scalar::Pointer);
    let bytes = |count| RustType::Array(Box::new(RustType::Scalar(Scalar::UnsignedChar)), count);
    match &body.argument {
        Argument::None if body.direction == Direction::None => Ok((Payload::None, None)),
        Argument::None => Ok((Payload::Type(bytes(0)), None)),
        Argument::Size(size) => {
            let size = definitions.layouts().constant(size, abi);
            let size = size.map_err(|_| "the size of its argument is not known".to_owned())?;
            Ok((Payload::Type(bytes(size)), None))
        }
        Argument::SizeOfType(ty) => {
            let ty = resolve(definitions.layouts(), ty, abi)?;
            Ok((payload(ty, definitions), Some(word)))
        }
        Argument::Type(ty) => match resolve(definitions.layouts(), ty, abi)? {
            // The number has the size of a pointer; what it points to is meant.
            RustType::Pointer(Pointee::Record(id)) => {
                Ok((payload(RustType::Record(id), definitions), Some(word)))
            }
            RustType::Pointer(_) => Ok((Payload::Address, None)),
            ty => Ok((payload(ty, definitions), None)),
        },
    }
}

fn payload(ty: RustType, definitions: &Definitions<'_>) -> Payload {
    match ty {
        RustType::Record(id) if flexible::is_counted(definitions, id) => Payload::Flexible(id),
        RustType::Flexible(element) => Payload::Type(RustType::Array(element, 0)),
        other => Payload::Type(other),
    }
}

/// Whether a structure can hold no address that a driver follows: it has no pointer and no integer
/// that is as wide as one on a 64-bit machine, and its size is all that a driver touches. Of a bare
/// integer the header may not even say what a driver takes.
fn is_plain_data(ty: &RustType, definitions: &Definitions<'_>) -> bool {
    let RustType::Record(id) = ty else {
        // Bytes, such as a name.
        return matches!(ty, RustType::Array(element, _)
            if **element == RustType::Scalar(Scalar::UnsignedChar));
    };
    definitions.of(*id).iter().flat_map(|definition| &definition.members).all(|member| {
        if member.origin == Origin::Padding {
            return true;
        }
        match (&member.ty, member.ty.element()) {
            (RustType::Flexible(_), _) if !flexible::is_counted(definitions, *id) => false,
            (_, RustType::Record(inner)) => is_plain_data(&RustType::Record(*inner), definitions),
            (_, RustType::Scalar(scalar)) => {
                let wide = [Scalar::LongLong, Scalar::UnsignedLongLong];
                !wide.contains(scalar) && !scalar.is_word_sized()
            }
            (_, RustType::Enum(_)) => true,
            _ => false,
        }
    })
}

/// Whether a driver goes on behind the end of a type, which the derive lets only an `unsafe` call
/// pass.
fn ends_in_elements(ty: &RustType, definitions: &Definitions<'_>) -> bool {
    let RustType::Record(id) = ty else { return false };
    definitions.of(*id).iter().flat_map(|definition| &definition.members).any(
        |member| match &member.ty {
            RustType::Flexible(_) | RustType::Array(_, 0) => true,
            RustType::Array(element, _) => ends_in_elements(element, definitions),
            inner => ends_in_elements(inner, definitions),
        },
    )
}

/// Commands in enums: one for each type letter, as an enum has one.
#[derive(Debug)]
pub(crate) struct CommandEnum {
    /// The type letter.
    pub(crate) letter: u8,
    /// Whether these repeat numbers of another group.
    pub(crate) repeats: bool,
    /// The commands in order.
    pub(crate) commands: Vec<Planned>,
}

/// Groups commands by their letter, the largest group first; within a letter, commands whose
/// number an earlier one has come into a group of their own, as no enum has a number twice.
pub(crate) fn grouped(commands: Vec<Planned>, definitions: &Definitions<'_>) -> Vec<CommandEnum> {
    let mut by_letter: Vec<(u8, Vec<Planned>)> = Vec::new();
    for command in commands {
        match by_letter.iter_mut().find(|(letter, _)| *letter == command.letter) {
            Some((_, known)) => known.push(command),
            None => by_letter.push((command.letter, vec![command])),
        }
    }
    by_letter.sort_by_key(|(_, commands)| std::cmp::Reverse(commands.len()));
    let mut groups = Vec::new();
    for (letter, mut left) in by_letter {
        let mut repeats = false;
        while !left.is_empty() {
            let (commands, repeated) = unrepeated(left, definitions);
            groups.push(CommandEnum { letter, repeats, commands });
            left = repeated;
            repeats = true;
        }
    }
    groups
}

/// The commands that have numbers of their own, and those that repeat one of them.
fn unrepeated(
    commands: Vec<Planned>,
    definitions: &Definitions<'_>,
) -> (Vec<Planned>, Vec<Planned>) {
    let mut seen: HashSet<(AbiId, u32)> = HashSet::new();
    let mut repeated_names: HashSet<String> = HashSet::new();
    let (mut own, mut repeated) = (Vec::new(), Vec::new());
    for command in commands {
        // Numbers are compared on every ABI, wherever a variant holds.
        let numbers: Vec<(AbiId, u32)> = AbiSet::ALL
            .iter()
            .filter_map(|abi| Some((abi, number(&command, definitions, abi)?)))
            .collect();
        let on_own = |(abi, _): &&(AbiId, u32)| command.abis.contains(*abi);
        let clash = numbers.iter().filter(on_own).any(|number| seen.contains(number));
        if clash || repeated_names.contains(&command.c_name) {
            repeated_names.insert(command.c_name.clone());
            repeated.push(command);
        } else {
            seen.extend(numbers.iter().filter(on_own));
            own.push(command);
        }
    }
    (own, repeated)
}

/// The number of a command on an ABI; of a family none.
fn number(command: &Planned, definitions: &Definitions<'_>, abi: AbiId) -> Option<u32> {
    let nr = match command.identity {
        Identity::Nr(nr) => nr,
        Identity::Number(number) => return Some(number),
        Identity::Nrs(..) => return None,
    };
    let size = match (&command.encoded, &command.payload) {
        (Some(ty), _) | (None, Payload::Type(ty)) => ty.size(definitions, abi)?.size,
        (None, Payload::None) => 0,
        (None, Payload::Flexible(id)) => definitions.size(*id, abi)?.size,
        (None, Payload::Address) => RustType::Scalar(Scalar::Pointer).size(definitions, abi)?.size,
        (None, Payload::Buffer(_)) => return None,
    };
    abi.abi().encoding.encode(command.direction, command.letter, nr, size).ok()
}
