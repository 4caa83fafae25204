//! Macros with parameters: families by length, such as `EVIOCGNAME(len)`, and by nr, such as
//! `EVIOCGABS(abs)`.

use ioctlkit_abi::{AbiSet, Direction, Scalar};
use ioctlkit_model::{Family, RecordId};

use super::bindings::Bindings;
use super::commands::{Identity, LeftOut, Payload, Planned};
use super::constants::number;
use super::definition::Definitions;
use super::names::c_name;
use super::rust_type::RustType;

/// The commands that a macro with parameters yields, without documentation.
///
/// # Errors
/// What it is that no family of the derive can be.
pub(crate) fn plan(
    family: &Family,
    bindings: &Bindings,
    definitions: &Definitions<'_>,
    abis: AbiSet,
) -> Result<Planned, LeftOut> {
    read(family, bindings, definitions, abis).ok_or_else(|| LeftOut {
        name: format!("{}({})", family.name, family.parameters.join(", ")),
        abis: None,
        why: "it is neither a family by length nor one by nr".into(),
    })
}

fn read(
    family: &Family,
    bindings: &Bindings,
    definitions: &Definitions<'_>,
    abis: AbiSet,
) -> Option<Planned> {
    let call = Call::of(&family.expansion)?;
    let value = |text: &str| integer(text, bindings);
    let (direction, letter, nr, size) = match (call.name, call.arguments.as_slice()) {
        ("_IOC", [direction, letter, nr, size]) => (direction_of(direction)?, letter, nr, size),
        ("_IOR", [letter, nr, size]) => (Direction::Read, letter, nr, size),
        ("_IOW", [letter, nr, size]) => (Direction::Write, letter, nr, size),
        ("_IOWR", [letter, nr, size]) => (Direction::ReadWrite, letter, nr, size),
        _ => return None,
    };
    let letter = u8::try_from(value(letter)?).ok()?;
    let in_nr: Vec<&String> = family.parameters.iter().filter(|p| mentions(nr, p)).collect();
    let in_size: Vec<&String> = family.parameters.iter().filter(|p| mentions(size, p)).collect();
    let identity = match in_nr.as_slice() {
        [] => Identity::Nr(u8::try_from(value(nr)?).ok()?),
        // A macro that makes a command of any number is no family of commands.
        [parameter] if stripped(nr) == parameter.as_str() => return None,
        [parameter] => {
            let first = u8::try_from(value(&without(nr, parameter)?)?).ok()?;
            // Where it ends is found among the commands that follow.
            Identity::Nrs(first, u8::MAX)
        }
        _ => return None,
    };
    let byte = RustType::Scalar(Scalar::UnsignedChar);
    let payload = match in_size.as_slice() {
        [] => Payload::Type(type_of(size, definitions)?),
        [parameter] if stripped(size) == parameter.as_str() => Payload::Buffer(byte),
        [_] => Payload::Buffer(element_of(size, definitions).unwrap_or(byte)),
        _ => return None,
    };
    Some(Planned {
        c_name: family.name.clone(),
        docs: Vec::new(),
        abis,
        letter,
        identity,
        direction,
        unsafe_call: !matches!(&payload, Payload::Buffer(RustType::Scalar(_))),
        payload,
        encoded: None,
        large: false,
    })
}

/// Ends each family by nr before the next command of its letter.
pub(crate) fn end_before_the_next(commands: &mut [Planned]) {
    let known: Vec<(u8, u8)> = commands
        .iter()
        .filter_map(|command| match command.identity {
            Identity::Nr(nr) | Identity::Nrs(nr, _) => Some((command.letter, nr)),
            Identity::Number(_) => None,
        })
        .collect();
    for command in commands {
        let letter = command.letter;
        if let Identity::Nrs(first, last) = &mut command.identity {
            let next = known.iter().filter(|(of, nr)| *of == letter && *nr > *first).min();
            *last = next.map_or(u8::MAX, |(_, nr)| nr - 1);
        }
    }
}

/// A call of a macro.
struct Call<'t> {
    name: &'t str,
    arguments: Vec<String>,
}

impl<'t> Call<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let text = text.trim();
        let (name, rest) = text.split_once('(')?;
        let inner = rest.strip_suffix(')')?;
        let mut arguments = vec![String::new()];
        let mut depth = 0_u32;
        for letter in inner.chars() {
            match letter {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.checked_sub(1)?,
                ',' if depth == 0 => {
                    arguments.push(String::new());
                    continue;
                }
                _ => {}
            }
            arguments.last_mut()?.push(letter);
        }
        let arguments = arguments.iter().map(|argument| argument.trim().to_owned()).collect();
        Some(Self { name: name.trim(), arguments })
    }
}

fn direction_of(text: &str) -> Option<Direction> {
    let (read, write) = (mentions(text, "_IOC_READ"), mentions(text, "_IOC_WRITE"));
    match (read, write) {
        (true, true) => Some(Direction::ReadWrite),
        (true, false) => Some(Direction::Read),
        (false, true) => Some(Direction::Write),
        (false, false) => None,
    }
}

/// Whether a text mentions a name.
fn mentions(text: &str, name: &str) -> bool {
    words(text).any(|word| word == name)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// A text without the parentheses around it.
fn stripped(text: &str) -> &str {
    text.trim().trim_start_matches('(').trim_end_matches(')').trim()
}

/// `0x20 + (ev)` without its parameter: `0x20`.
fn without(text: &str, parameter: &str) -> Option<String> {
    let mut parts = text.split('+').map(str::trim);
    let (first, second) = (parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    match second? {
        second if stripped(second) == parameter => Some(first.to_owned()),
        second if stripped(first) == parameter => Some(second.to_owned()),
        _ => None,
    }
}

fn integer(text: &str, bindings: &Bindings) -> Option<i128> {
    let text = stripped(text);
    number(text)
        .or_else(|| bindings.constants.iter().find(|constant| constant.name == text)?.integer())
}

/// The type that a text names.
fn type_of(text: &str, definitions: &Definitions<'_>) -> Option<RustType> {
    let text = stripped(text);
    let scalar = |scalar| Some(RustType::Scalar(scalar));
    match text {
        "int" | "__s32" => scalar(Scalar::Int),
        "unsigned" | "unsigned int" | "__u32" => scalar(Scalar::UnsignedInt),
        "__u64" => scalar(Scalar::UnsignedLongLong),
        "__u16" => scalar(Scalar::UnsignedShort),
        "__u8" => scalar(Scalar::UnsignedChar),
        _ => record_named(text, definitions).map(RustType::Record),
    }
}

/// The structure of whose size a length is a multiple: `char[MSGSIZE(n)]`, with a `sizeof` in
/// `MSGSIZE`.
fn element_of(text: &str, definitions: &Definitions<'_>) -> Option<RustType> {
    let interface = definitions.interface();
    let helper = words(text).find(|word| !matches!(*word, "char" | "unsigned" | "__u8"))?;
    let define = format!("define {helper}(");
    let body = interface.headers.iter().find_map(|header| {
        let text = &interface.sources.file(header.file).text;
        let at = text.find(&define)?;
        text.get(at..)?.get(..600).or_else(|| text.get(at..))
    })?;
    let (_, behind) = body.split_once("sizeof")?;
    let name = behind.trim_start().trim_start_matches('(');
    record_named(name.split(')').next()?, definitions).map(RustType::Record)
}

fn record_named(text: &str, definitions: &Definitions<'_>) -> Option<RecordId> {
    let text = text.trim();
    let tag = text.strip_prefix("struct ").or_else(|| text.strip_prefix("union "));
    let name = tag.unwrap_or(text).trim();
    let records = &definitions.interface().records;
    let index = records.iter().position(|record| c_name(record) == Some(name))?;
    let id = RecordId(u32::try_from(index).ok()?);
    (!definitions.of(id).is_empty()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_split_at_its_own_commas() {
        let call = Call::of("_IOC(_IOC_READ, 'E', 0x20 + (ev), F(a, b)[2])").unwrap();
        assert_eq!(call.name, "_IOC");
        assert_eq!(call.arguments, ["_IOC_READ", "'E'", "0x20 + (ev)", "F(a, b)[2]"]);
        for text in ["", "_IO", "(a))(", "f(a"] {
            assert!(Call::of(text).is_none_or(|call| call.name != "_IOC"), "{text}");
        }
    }

    #[test]
    fn the_parameter_is_taken_off_a_sum() {
        assert_eq!(without("0x20 + (ev)", "ev").as_deref(), Some("0x20"));
        assert_eq!(without("ev+BASE", "ev").as_deref(), Some("BASE"));
        assert_eq!(without("(nr)", "nr"), None);
        assert_eq!(without("2 * ev", "ev"), None);
        assert_eq!(without("1 + 2 + ev", "ev"), None);
    }
}
