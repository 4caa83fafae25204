//! The tracepoint of a command: what its argument held when the handler had returned, and the answer.

use ioctlkit_model::{RecordId, Role, Values};

use super::super::checks::is_reserved;
use super::super::plan::{Kind, Trace};
use super::super::shape::Shape;
use super::Surroundings;

/// The tracepoint of a command with an argument of that type.
pub(super) fn trace(
    around: Surroundings<'_>,
    shape: Option<&Shape>,
    kind: Kind,
    heap: bool,
    family: bool,
) -> Trace {
    let mut trace = Trace::default();
    if family {
        trace.pass("unsigned int index", "index");
        trace.record("u32", "index", "index", "%u");
    }
    let ty = shape.map(|shape| shape.kernel(around.layouts.interface())).unwrap_or_default();
    match (kind, shape) {
        (Kind::Nothing, _) | (_, None) => {}
        (Kind::Value, Some(_)) => {
            trace.pass("unsigned long arg", "arg");
            trace.record("unsigned long", "arg", "arg", "0x%lx");
        }
        (Kind::Buffer, Some(_)) => {
            trace.pass("size_t units", "size / sizeof(*karg)");
            trace.record("size_t", "units", "units", "%zu");
        }
        (Kind::Pointer | Kind::Flexible, Some(shape)) => {
            trace.pass(&format!("const {ty} *arg"), if heap { "karg" } else { "&karg" });
            match shape {
                Shape::Record(id) => members(around, *id, &mut trace),
                _ => {
                    if let Some((ty, decimal, _)) = integer(shape) {
                        trace.record(&ty, "value", "*arg", decimal);
                    }
                }
            }
        }
    }
    trace
}

/// The members that are integers by themselves.
fn members(around: Surroundings<'_>, id: RecordId, trace: &mut Trace) {
    let body = around.layouts.interface().body(id, around.abi);
    let members = body.map(|body| body.members.as_slice()).unwrap_or_default();
    for member in members.iter().filter(|member| !is_reserved(member) && member.bits.is_none()) {
        let Some(name) = &member.name else { continue };
        let shape = Shape::of(around.layouts, around.abi, &member.ty);
        let Some((ty, decimal, hexadecimal)) = shape.ok().as_ref().and_then(integer) else {
            continue;
        };
        let is_address = member.purpose.role == Role::UserPointer;
        let is_mask = matches!(member.purpose.values, Values::Flags(_));
        let format = if is_address || is_mask { hexadecimal } else { decimal };
        // An event has these two besides.
        let is_taken = name == "ret" || name == "index";
        let field = if is_taken { format!("{name}_") } else { name.clone() };
        trace.record(&ty, &field, &format!("arg->{name}"), format);
    }
}

/// The type of an integer, and how it is printed as a number and as bits.
fn integer(shape: &Shape) -> Option<(String, &'static str, &'static str)> {
    let Shape::Integer { bits, signed } = shape else { return None };
    let (decimal, hexadecimal) = match (bits, signed) {
        (64, true) => ("%lld", "0x%llx"),
        (64, false) => ("%llu", "0x%llx"),
        (_, true) => ("%d", "0x%x"),
        (_, false) => ("%u", "0x%x"),
    };
    let sign = if *signed { 's' } else { 'u' };
    Some((format!("{sign}{bits}"), decimal, hexadecimal))
}
