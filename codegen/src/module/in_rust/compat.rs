//! Structures that 32-bit programs lay out otherwise.

use ioctlkit_abi::{Abi, AbiId};
use ioctlkit_model::{Interface, Layouts, RecordId};
use serde::Serialize;

use super::super::plan::{Interface as Planned, Translation};
use super::super::shape::{Refusal, Shape, record_tag, record_type};
use super::names::{identifier, type_name};
use super::records::{Member, pad, passed, spelled};

/// The 32-bit ABIs, with the configuration of the kernels that run their programs. That of arm is that of
/// all but x86, whose 64-bit integers stand at multiples of 4.
const LAYOUTS: [(&str, &str); 2] = [("i386", "CONFIG_X86"), ("arm", "not(CONFIG_X86)")];

/// A structure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Compat {
    name: String,
    native: String,
    layouts: Vec<Layout>,
    members: Vec<Copied>,
    /// Whether a command takes it.
    taken: bool,
    /// Whether a command gives it back.
    returned: bool,
}

/// How it is laid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Layout {
    /// Where: a condition of `cfg`.
    when: &'static str,
    members: Vec<Member>,
    /// Its size in bytes.
    size: u64,
}

/// A member that is copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Copied {
    name: String,
    /// As the plan has it: `copy`, `pointer`, `bytes`, `array` or `nested`.
    kind: &'static str,
    /// Whether the kernel's type holds more than theirs.
    widens: bool,
    /// The kernel's type, of each element.
    r#type: String,
}

/// The structures, each behind those that it holds.
pub(super) fn compat(
    layouts: &Layouts<'_>,
    abi: AbiId,
    planned: &Planned,
) -> Result<Vec<Compat>, Refusal> {
    let of_plan = planned.translations.iter();
    of_plan.map(|translation| of(layouts, abi, planned, translation)).collect()
}

fn of(
    layouts: &Layouts<'_>,
    abi: AbiId,
    planned: &Planned,
    translation: &Translation,
) -> Result<Compat, Refusal> {
    let interface = layouts.interface();
    let mut ids = passed(interface, abi).into_iter().map(|(id, _)| id);
    let id = ids.find(|id| record_type(interface, *id) == translation.native);
    let id = id.ok_or_else(|| format!("`{}` is not defined", translation.native))?;
    let is_other = |id: RecordId| {
        let native = record_type(interface, id);
        planned.translations.iter().any(|translation| translation.native == native)
    };
    let mut all = Vec::new();
    for (name, when) in LAYOUTS {
        let guest = Abi::by_name(name).map(Abi::id).filter(|guest| interface.abis.contains(*guest));
        let guest = guest.ok_or_else(|| format!("{name} is not among the ABIs that were read"))?;
        all.push(layout(layouts, guest, id, when, &is_other)?);
    }
    let mut members = Vec::new();
    for (member, _) in layouts.members(id, abi) {
        let shape = Shape::of(layouts, abi, &member.ty)?;
        let name = member.name.as_deref().unwrap_or_default();
        let planned = translation.members.iter().find(|planned| planned.name == name);
        let kind = planned.map_or("bytes", |planned| planned.kind);
        members.push(Copied {
            name: identifier(name),
            kind,
            widens: matches!(shape.element(), Shape::Word { .. } | Shape::Address),
            r#type: spelled(shape.element(), interface),
        });
    }
    let native = type_name(&record_tag(interface, id));
    Ok(Compat {
        name: format!("{native}32"),
        native,
        layouts: all,
        members,
        taken: translation.taken,
        returned: translation.returned,
    })
}

fn layout(
    layouts: &Layouts<'_>,
    guest: AbiId,
    id: RecordId,
    when: &'static str,
    is_other: &dyn Fn(RecordId) -> bool,
) -> Result<Layout, Refusal> {
    let interface = layouts.interface();
    let layout = layouts.record(id, guest).map_err(|error| format!("it has no layout: {error}"))?;
    let (mut members, mut end) = (Vec::new(), 0);
    for (member, place) in layouts.members(id, guest) {
        let shape = Shape::of(layouts, guest, &member.ty)?;
        pad(&mut members, end, place.offset());
        end = place.offset() + place.size_bits.div_ceil(8);
        let name = identifier(member.name.as_deref().unwrap_or_default());
        let r#type = of_32_bits(&shape, interface, is_other);
        members.push(Member { name, r#type, docs: String::new(), offset: place.offset() });
    }
    pad(&mut members, end, layout.size);
    Ok(Layout { when, members, size: layout.size })
}

/// The type as 32-bit programs have it.
fn of_32_bits(shape: &Shape, interface: &Interface, is_other: &dyn Fn(RecordId) -> bool) -> String {
    match shape {
        Shape::Word { signed: true } => "i32".into(),
        Shape::Word { signed: false } | Shape::Address => "u32".into(),
        Shape::Array(element, count) => {
            format!("[{}; {count}]", of_32_bits(element, interface, is_other))
        }
        Shape::Record(id) if is_other(*id) => format!("{}32", spelled(shape, interface)),
        other => spelled(other, interface),
    }
}
