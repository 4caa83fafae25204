//! The ABI as lines of text: numbers, layouts and limits, for the lock file and for the note in the
//! module.

use ioctlkit_abi::{AbiId, Direction};
use ioctlkit_model::{HandlePurpose, Language, Layouts, Member, RecordId, Role, Values};

use super::header::same_everywhere;
use super::shape::{Shape, record_type};

/// What a command is to callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandLine<'a> {
    pub(crate) name: &'a str,
    pub(crate) direction: Direction,
    pub(crate) type_letter: u32,
    pub(crate) first_nr: u32,
    pub(crate) last_nr: Option<u32>,
    /// The size in the number where it is the same everywhere, in bytes.
    pub(crate) size: Option<u64>,
    pub(crate) passing: &'a str,
    pub(crate) argument: &'a str,
}

/// `command ECHO_GET_CONFIG read 0xe9 0x02 24 pointer struct echo_config`.
pub(crate) fn command(line: &CommandLine<'_>) -> String {
    let last = line.last_nr.map(|last| format!("-0x{last:02x}")).unwrap_or_default();
    let size = line.size.map_or_else(|| "varies".to_owned(), |size| size.to_string());
    let text = format!(
        "command {} {} 0x{:02x} 0x{:02x}{last} {size} {} {}",
        line.name,
        line.direction.name(),
        line.type_letter,
        line.first_nr,
        line.passing,
        line.argument
    );
    text.trim_end().to_owned()
}

/// `struct echo_config 24`, and a line for each member.
pub(crate) fn record(layouts: &Layouts<'_>, abi: AbiId, id: RecordId) -> Vec<String> {
    let interface = layouts.interface();
    let same = same_everywhere(layouts, id);
    let size = layouts.record(id, abi).ok().filter(|_| same).map(|layout| layout.size);
    let varies = |number: Option<u64>| number.map_or("varies".into(), |n: u64| n.to_string());
    let name = record_type(interface, id);
    // A structure without a tag has the name of its typedef.
    let keyword = if name.contains(' ') { "" } else { "typedef " };
    let mut lines = vec![format!("{keyword}{name} {}", varies(size))];
    // A C header says by a member's name that it is free.
    let is_c = interface.sources.file(interface.record(id).span.file).language() == Language::C;
    for (member, place) in layouts.members(id, abi) {
        let Some(name) = &member.name else { continue };
        let shape = Shape::of(layouts, abi, &member.ty);
        let (front, behind) = shape.map(|shape| shape.uapi(interface, false)).unwrap_or_default();
        let offset = varies(same.then(|| place.offset()));
        let role = match &member.purpose.role {
            Role::Plain if is_c && member.is_reserved() => " reserved".into(),
            Role::Plain => String::new(),
            Role::Reserved => " reserved".into(),
            Role::Size => " size".into(),
            Role::Flexible { count } => format!(" count={count}"),
            Role::Fd => " fd".into(),
            Role::Handle { object, purpose } => format!(" {}={object}", word(*purpose)),
            Role::UserPointer => " pointer".into(),
        };
        let values = match &member.purpose.values {
            Values::Any => String::new(),
            Values::Flags(mask) => format!(" flags=0x{mask:x}"),
            Values::Range { first, last } => format!(" range={first}..{last}"),
            Values::Listed(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                format!(" values={}", values.join(","))
            }
        };
        let to = pointed_to(layouts, abi, member).map(|to| format!(" to={to}"));
        let to = to.unwrap_or_default();
        lines.push(format!("member {offset} {name} {front}{behind}{role}{to}{values}"));
    }
    lines
}

fn word(purpose: HandlePurpose) -> &'static str {
    match purpose {
        HandlePurpose::Creates => "creates",
        HandlePurpose::Uses => "handle",
        HandlePurpose::Destroys => "destroys",
    }
}

/// `echo_segment[segment_count]`: what is behind an address, and how many.
fn pointed_to(layouts: &Layouts<'_>, abi: AbiId, member: &Member) -> Option<String> {
    let to = member.purpose.points_to.as_ref()?;
    let (front, behind) =
        Shape::of(layouts, abi, &to.element).ok()?.uapi(layouts.interface(), false);
    let name = front.rsplit(' ').next().unwrap_or_default();
    let count = to.count.as_deref().unwrap_or_default();
    Some(format!("{name}{behind}[{count}]"))
}
