//! How an argument goes to the driver, and what it takes.

use ioctlkit_abi::RecordKind;
use ioctlkit_model::{Contract, Passing, RecordId, Role};

use super::super::plan::{Growth, Kind};
use super::super::shape::{Refusal, Shape};
use super::super::test_data::allows_zero;
use super::{STACK, Surroundings};

/// How the argument goes to the driver.
pub(super) fn kind(contract: &Contract, shape: Option<&Shape>) -> Result<Kind, Refusal> {
    match (&contract.passing, shape) {
        (Passing::Nothing, _) => Ok(Kind::Nothing),
        (Passing::Pointer(_), Some(Shape::Record(_) | Shape::Integer { .. })) => Ok(Kind::Pointer),
        (Passing::Flexible(_), Some(Shape::Record(_))) => Ok(Kind::Flexible),
        (Passing::Buffer(_), Some(Shape::Record(_) | Shape::Integer { .. })) => Ok(Kind::Buffer),
        (Passing::Value(_), Some(Shape::Integer { bits: 8..=32, .. } | Shape::Word { .. })) => {
            Ok(Kind::Value)
        }
        (Passing::Value(_), _) => {
            Err("its value does not fit the argument of a 32-bit program: pass its address".into())
        }
        (Passing::Pointer(_), Some(Shape::Word { .. } | Shape::Address | Shape::Array(..))) => {
            Err("its argument is neither a structure nor an integer of fixed size: put it in a \
                 structure"
                .into())
        }
        _ => Err("its argument is of no type that the generator knows".into()),
    }
}

/// How the argument may grow.
pub(super) fn growth(
    around: Surroundings<'_>,
    contract: &Contract,
    record: Option<RecordId>,
    kind: Kind,
) -> Result<Growth, Refusal> {
    let Some(first) = contract.min_size else { return Ok(Growth::None) };
    let Some(id) = record.filter(|_| kind == Kind::Pointer) else {
        return Err("only a structure can grow".into());
    };
    let interface = around.layouts.interface();
    if interface.record(id).kind == RecordKind::Union {
        return Err("a union cannot grow: put it in a structure".into());
    }
    if first == 0 {
        return Err("its first version would have no bytes: `min_size` is 1 at least".into());
    }
    let size = around.layouts.record(id, around.abi).map_or(u64::MAX, |layout| layout.size);
    if first > size {
        return Err(format!(
            "its first version would have {first} bytes, and it has {size} today: `min_size` is \
             what the structure had at first"
        ));
    }
    let mut growth = Growth::Number;
    for (index, (member, place)) in around.layouts.members(id, around.abi).enumerate() {
        let name = member.name.as_deref().unwrap_or_default();
        if member.purpose.role == Role::Size {
            let shape = Shape::of(around.layouts, around.abi, &member.ty)?;
            if index != 0 || shape != (Shape::Integer { bits: 32, signed: false }) {
                return Err(format!("`{name}` holds the size: it must be a u32, and come first"));
            }
            if first < 4 {
                return Err("its first version ends before the member that holds the size".into());
            }
            growth = Growth::Member;
        }
        if place.offset() < first && first < place.offset() + place.size_bits.div_ceil(8) {
            return Err(format!(
                "its first version would end inside `{name}`: `min_size` is the offset of the first \
                 member that came later"
            ));
        }
        if place.offset() >= first && matches!(member.purpose.role, Role::Handle { .. }) {
            return Err(format!(
                "`{name}` is a handle and came after the first version: callers of that version \
                 have none"
            ));
        }
        if contract.direction.kernel_reads() && place.offset() >= first && !allows_zero(member) {
            return Err(format!(
                "`{name}` came after the first version, but may not be 0: callers of that version \
                 would fail"
            ));
        }
    }
    if growth == Growth::Member && !contract.direction.kernel_reads() {
        return Err("the driver must read the size: make the direction `read_write`".into());
    }
    Ok(growth)
}

/// The member that holds the size.
pub(super) fn size_member(around: Surroundings<'_>, record: Option<RecordId>) -> Option<String> {
    let body = around.layouts.interface().body(record?, around.abi)?;
    let member = body.members.iter().find(|member| member.purpose.role == Role::Size)?;
    member.name.clone()
}

/// A structure with an array at its end.
#[derive(Default)]
pub(super) struct FlexibleParts {
    pub(super) count: String,
    pub(super) wide_count: bool,
    pub(super) array: String,
    pub(super) element: String,
    pub(super) shape: Option<Shape>,
}

/// The array at the end.
pub(super) fn flexible(
    around: Surroundings<'_>,
    id: RecordId,
    size: u64,
) -> Result<FlexibleParts, Refusal> {
    let interface = around.layouts.interface();
    let body = interface.body(id, around.abi).ok_or("its argument is not defined")?;
    let last = body.members.last().ok_or("its argument is empty")?;
    let Role::Flexible { count } = &last.purpose.role else {
        return Err(
            "nothing says which member counts the elements of its array: add `count`".into()
        );
    };
    let counter = body.members.iter().find(|member| member.name.as_ref() == Some(count));
    let counter = counter.ok_or_else(|| format!("it has no member `{count}`"))?;
    let Shape::Integer { bits, signed: false } =
        Shape::of(around.layouts, around.abi, &counter.ty)?
    else {
        return Err(format!("`{count}` counts elements: make it an unsigned integer"));
    };
    let Shape::Flexible(element) = Shape::of(around.layouts, around.abi, &last.ty)? else {
        return Err("its last member is no array without a length".into());
    };
    if around.layouts.last_offset(id, around.abi) != Some(size) {
        return Err("its array begins within padding: put a reserved member in front of it".into());
    }
    if size > STACK {
        return Err(format!(
            "what is in front of its array has {size} bytes: {STACK} are the most that go on the \
             kernel's stack"
        ));
    }
    let (front, behind) = element.uapi(interface, false);
    Ok(FlexibleParts {
        count: count.clone(),
        wide_count: bits == 64,
        array: last.name.clone().unwrap_or_default(),
        element: format!("{front}{behind}"),
        shape: Some(*element),
    })
}
