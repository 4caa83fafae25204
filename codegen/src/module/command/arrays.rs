//! Structures behind addresses in an argument: those with a count are copied in with it and checked.

use ioctlkit_model::{Member, PointsTo, RecordId, Type, Values};

use super::super::checks::{Checks, limits, literal};
use super::super::compat;
use super::super::plan::{CountedArray, Kind};
use super::super::shape::{Refusal, Shape, record_tag};
use super::super::test_data::allows;
use super::{Surroundings, ends_in_array};

/// Names that the handler has for other things.
const TAKEN: [&str; 3] = ["file", "arg", "index"];

/// The arrays of an argument that the kernel reads.
pub(super) fn arrays(
    around: Surroundings<'_>,
    id: RecordId,
    kind: Kind,
    checks: &mut Checks<'_>,
) -> Result<Vec<CountedArray>, Refusal> {
    let interface = around.layouts.interface();
    let mut arrays = Vec::new();
    for holder in interface.records_reached(&Type::Record(id)) {
        let Some(body) = interface.body(holder, around.abi) else { continue };
        for member in &body.members {
            let (Some(name), Some(to)) = (&member.name, &member.purpose.points_to) else {
                continue;
            };
            let Ok(Shape::Record(element)) = Shape::of(around.layouts, around.abi, &to.element)
            else {
                continue;
            };
            refuse_two_layouts(around, name, &to.element)?;
            // What the driver writes is not the caller's to get right.
            let (Some(count), false) = (&to.count, to.is_writable) else { continue };
            if holder == id && kind == Kind::Pointer {
                let counter = body.members.iter().find(|other| other.name.as_ref() == Some(count));
                let counter = counter.ok_or_else(|| format!("it has no member `{count}`"))?;
                arrays.push(array(around, (name, to), counter, element, checks)?);
            } else if checks.of(element)?.is_some() {
                return Err(format!(
                    "the structures behind `{name}` are checked, but only those behind an address \
                     in the argument itself are copied in: move `{name}` to the argument, and that \
                     to a structure without an array at its end"
                ));
            }
        }
    }
    Ok(arrays)
}

fn array(
    around: Surroundings<'_>,
    (name, to): (&str, &PointsTo),
    counter: &Member,
    element: RecordId,
    checks: &mut Checks<'_>,
) -> Result<CountedArray, Refusal> {
    let interface = around.layouts.interface();
    let count = counter.name.clone().unwrap_or_default();
    let Shape::Integer { bits, signed: false } =
        Shape::of(around.layouts, around.abi, &counter.ty)?
    else {
        return Err(format!("`{count}` counts elements: make it an unsigned integer"));
    };
    let size = around
        .layouts
        .type_size(&to.element, around.abi)
        .map_err(|error| format!("what is behind `{name}` has no layout: {error}"))?;
    if size.size == 0 || ends_in_array(around, element) {
        return Err(format!("what is behind `{name}` has no size that elements could have"));
    }
    let (_, most) = limits(bits, false);
    let least = match &counter.purpose.values {
        Values::Range { first, .. } => (*first).max(1),
        Values::Listed(values) => {
            values.iter().copied().filter(|value| *value > 0).min().unwrap_or(1)
        }
        Values::Flags(mask) => 1 << mask.trailing_zeros().min(63),
        Values::Any => 1,
    };
    let tag = record_tag(interface, element);
    Ok(CountedArray {
        parameter: if TAKEN.contains(&name) { format!("{name}_array") } else { name.to_owned() },
        copy: format!("{name}_array"),
        member: name.to_owned(),
        r#type: Shape::Record(element).kernel(interface),
        check: checks.of(element)?,
        wide_count: bits == 64,
        valid: format!("valid_{tag}"),
        members: format!("{tag}_members"),
        some: literal(least, bits, false),
        more: least < most && allows(counter, least + 1),
        any: counter.purpose.values == Values::Any,
        count,
    })
}

/// A kernel copies elements as they lie: 32-bit programs must lay them out alike.
fn refuse_two_layouts(around: Surroundings<'_>, name: &str, element: &Type) -> Result<(), Refusal> {
    let differs = |(host, guest)| !compat::same_layout(around.layouts, element, host, guest);
    if compat::pairs(around.layouts).into_iter().any(differs) {
        return Err(format!(
            "the structures behind `{name}` differ between 32-bit and 64-bit programs: give them \
             one layout"
        ));
    }
    Ok(())
}
