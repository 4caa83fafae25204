//! Whether programs of the 32-bit ABIs pass the same, and how what differs is translated.

use ioctlkit_abi::{Abi, AbiId, RecordKind};
use ioctlkit_model::{Command, Layouts, RecordId, Type};

use super::plan::{TranslatedMember, Translation};
use super::shape::{Refusal, Shape, record_tag, record_type};

/// Every 64-bit ABI with each 32-bit ABI whose programs its kernel runs.
pub(crate) fn pairs(layouts: &Layouts<'_>) -> Vec<(AbiId, AbiId)> {
    let abis = layouts.interface().abis;
    let mut pairs = Vec::new();
    for host in abis {
        for guest in host.abi().companions().map(Abi::id) {
            if abis.contains(guest) {
                pairs.push((host, guest));
            }
        }
    }
    pairs
}

/// Whether a type has the same size, and the same members in the same places, on both.
pub(crate) fn same_layout(layouts: &Layouts<'_>, ty: &Type, a: AbiId, b: AbiId) -> bool {
    let (Ok(size_a), Ok(size_b)) = (layouts.type_size(ty, a), layouts.type_size(ty, b)) else {
        return false;
    };
    size_a.size == size_b.size && same_within(layouts, ty, a, b)
}

/// The same for a type whose size is known to be.
fn same_within(layouts: &Layouts<'_>, ty: &Type, a: AbiId, b: AbiId) -> bool {
    let interface = layouts.interface();
    match (interface.resolved(ty, a), interface.resolved(ty, b)) {
        (Some(Type::Record(id)), Some(Type::Record(other))) if id == other => {
            let mut others = layouts.members(*id, b);
            let alike = layouts.members(*id, a).all(|(member, at)| {
                let other = others.next();
                // A place has an end, too.
                other.is_some_and(|(_, other)| at == other)
                    && same_within(layouts, &member.ty, a, b)
            });
            alike && others.next().is_none()
        }
        (Some(Type::Array(x, _)), Some(Type::Array(y, _))) => {
            x == y && same_within(layouts, x, a, b)
        }
        (Some(Type::FlexibleArray(x)), Some(Type::FlexibleArray(y))) => {
            x == y && same_layout(layouts, x, a, b)
        }
        (Some(x), Some(y)) => x == y,
        _ => false,
    }
}

/// Whether the same number means the same command to both.
pub(crate) fn same_number(layouts: &Layouts<'_>, command: &Command, a: AbiId, b: AbiId) -> bool {
    match (layouts.number(command, a), layouts.number(command, b)) {
        (Some(a), Some(b)) => a.number == b.number,
        _ => false,
    }
}

/// The structures of a type that differ between some pair, the inner before the outer.
pub(crate) fn differing(layouts: &Layouts<'_>, ty: &Type) -> Vec<RecordId> {
    let pairs = pairs(layouts);
    let mut records = layouts.interface().records_within(ty);
    records
        .retain(|id| pairs.iter().any(|(a, b)| !same_layout(layouts, &Type::Record(*id), *a, *b)));
    records.reverse();
    records
}

/// The names of the functions that translate a structure.
pub(crate) fn functions(symbol: &str, tag: &str) -> (String, String) {
    let short = tag.strip_prefix(&format!("{symbol}_")).unwrap_or(tag);
    (format!("{symbol}_from_{short}32"), format!("{symbol}_to_{short}32"))
}

/// How a structure is translated.
pub(crate) fn translation(
    layouts: &Layouts<'_>,
    symbol: &str,
    id: RecordId,
    all: &[RecordId],
    abi: AbiId,
) -> Result<Translation, Refusal> {
    let interface = layouts.interface();
    let native = record_type(interface, id);
    if interface.record(id).kind == RecordKind::Union {
        return Err(format!(
            "`{native}` differs between 32-bit and 64-bit programs, and nobody knows which of its \
             members is in use: give it one layout"
        ));
    }
    if let Some((one, other)) = indistinguishable(layouts, id) {
        return Err(format!(
            "`{native}` has one size on {one} and {other}, and other offsets: programs of the two \
             use one number for it, so nothing can tell them apart"
        ));
    }
    let tag = record_tag(interface, id);
    let (from, to) = functions(symbol, &tag);
    let body = interface.body(id, abi).ok_or_else(|| format!("`{native}` is not defined"))?;
    let mut members = Vec::new();
    for member in &body.members {
        let Some(name) = member.name.clone().filter(|_| member.bits.is_none()) else {
            return Err(format!("`{native}` has a member without a name, or a bit-field"));
        };
        let shape = Shape::of(layouts, abi, &member.ty)?;
        let differs = shape.element() != &shape || matches!(shape, Shape::Record(_));
        let narrows = matches!(shape.element(), Shape::Word { .. });
        let (kind, nested) = match &shape {
            Shape::Integer { .. } | Shape::Char | Shape::Word { .. } => ("copy", None),
            Shape::Address => ("pointer", None),
            Shape::Record(inner) if all.contains(inner) => ("nested", Some(*inner)),
            Shape::Record(_) => ("bytes", None),
            Shape::Array(element, _) => match &**element {
                Shape::Word { .. } => ("array", None),
                Shape::Integer { .. } | Shape::Char => ("bytes", None),
                Shape::Record(inner) if !all.contains(inner) => ("bytes", None),
                _ => return Err(refused_array(&native, &name)),
            },
            Shape::Flexible(_) => return Err(refused_array(&native, &name)),
        };
        debug_assert!(kind != "copy" || !differs);
        let (front, behind) = match &shape {
            Shape::Array(..) => {
                let element = shape.element().compat(interface, all);
                (element, shape.uapi(interface, false).1)
            }
            _ => (shape.compat(interface, all), String::new()),
        };
        let (member_from, member_to) = nested
            .map(|inner| functions(symbol, &record_tag(interface, inner)))
            .unwrap_or_default();
        members.push(TranslatedMember {
            declaration: format!("{front} {name}{behind}"),
            name,
            kind,
            narrows,
            from: member_from,
            to: member_to,
        });
    }
    let i386 = Abi::by_name("i386").map(Abi::id).filter(|id| interface.abis.contains(*id));
    let i386_size = i386.and_then(|abi| layouts.record(id, abi).ok()).map_or(0, |l| l.size);
    let loops = members.iter().any(|member| member.kind == "array");
    Ok(Translation {
        native,
        tag: format!("{tag}32"),
        from,
        to,
        taken: false,
        returned: false,
        loops,
        i386_size,
        members,
    })
}

/// Two 32-bit ABIs of one kernel that lay a structure out otherwise, but with one size: their
/// programs use the same number. Where the sizes differ, x32 programs get `-ENOTTY`.
fn indistinguishable(layouts: &Layouts<'_>, id: RecordId) -> Option<(&'static str, &'static str)> {
    let pairs = pairs(layouts);
    let ty = Type::Record(id);
    let size = |abi| layouts.record(id, abi).ok().map(|layout| layout.size);
    pairs.iter().find_map(|(host, one)| {
        let others = pairs.iter().filter(|(other_host, other)| other_host == host && other != one);
        others
            .map(|(_, other)| *other)
            .find(|other| size(*one) == size(*other) && !same_layout(layouts, &ty, *one, *other))
            .map(|other| (one.abi().name, other.abi().name))
    })
}

fn refused_array(native: &str, name: &str) -> Refusal {
    format!(
        "`{name}` of `{native}` is an array whose elements differ between 32-bit and 64-bit \
         programs: give them one layout"
    )
}
