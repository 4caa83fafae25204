//! The structures of the UAPI header.

use ioctlkit_abi::spelling::is_c_name;
use ioctlkit_abi::{AbiId, RecordKind};
use ioctlkit_model::{Interface, Layouts, Member as Definition, RecordId, Role, Type, Values};

use super::checks;
use super::docs;
use super::names;
use super::plan::{Assert, Define, Member, Record};
use super::shape::{Refusal, Shape, record_tag, record_type};

/// Whose header it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination {
    /// That of a module in a folder of its own, which has macros of the bits that members may have.
    OwnFolder,
    /// The kernel's tree: programs that use such a macro break when a bit is added.
    Tree,
}

/// A structure of the header.
pub(crate) fn record(
    layouts: &Layouts<'_>,
    abi: AbiId,
    id: RecordId,
    min_sizes: &[u64],
    place: Destination,
) -> Result<Record, Refusal> {
    let interface = layouts.interface();
    let definition = interface.record(id);
    let r#type = record_type(interface, id);
    let tag = record_tag(interface, id);
    let body = interface.body(id, abi).ok_or_else(|| format!("`{type}` is not defined"))?;
    if body.packed || body.pack.is_some() || body.aligned.is_some() {
        return Err(format!("`{type}` is packed or aligned: spell its padding out"));
    }
    let same = same_everywhere(layouts, id);
    let (mut masks, mut sizes) = (Vec::new(), Vec::new());
    let mut members = Vec::new();
    for member in &body.members {
        let Some(name) = member.name.clone().filter(|_| member.bits.is_none()) else {
            return Err(format!("`{type}` has a member without a name, or a bit-field"));
        };
        let shape = Shape::of(layouts, abi, &member.ty)?;
        // A union's alignment is that of its members wherever it stands.
        let align = same && definition.kind == RecordKind::Struct;
        let (front, behind) = shape.uapi(interface, align);
        let space = if front.ends_with('*') { "" } else { " " };
        let mask = checks::mask(interface, &tag, member, &shape);
        let bits = mask.as_ref().map(|mask| match place {
            Destination::OwnFolder => format!("%{}", mask.name),
            Destination::Tree => bits_by_name(&mask.value),
        });
        masks.extend(mask);
        members.push(Member {
            docs: member_docs(interface, member, bits.as_deref()),
            declaration: format!("{front}{space}{name}{behind}"),
            name,
        });
    }
    for size in min_sizes {
        let name = super::command::first_size(&tag);
        sizes.push(Define { name, value: size.to_string(), docs: Vec::new() });
    }
    let (summary, details) = docs::summary_and_details(&definition.docs, "is not described yet");
    let asserts = if same { asserts(layouts, abi, id, &r#type) } else { Vec::new() };
    // Constants find their structures once all of these are known.
    let defines = Vec::new();
    Ok(Record { r#type, summary, details, defines, masks, sizes, members, asserts })
}

/// Refuses a structure that C cannot spell, whoever wrote the header.
pub(crate) fn possible_names(
    layouts: &Layouts<'_>,
    abi: AbiId,
    id: RecordId,
) -> Result<(), Refusal> {
    let interface = layouts.interface();
    names::possible(&record_tag(interface, id))?;
    let members = interface.body(id, abi).into_iter().flat_map(|body| &body.members);
    members.filter_map(|member| member.name.as_deref()).try_for_each(names::possible)
}

/// Whether size and offsets are the same on every ABI.
pub(crate) fn same_everywhere(layouts: &Layouts<'_>, id: RecordId) -> bool {
    let ty = Type::Record(id);
    let mut abis = layouts.interface().abis.iter();
    let Some(first) = abis.next() else { return false };
    abis.all(|other| super::compat::same_layout(layouts, &ty, first, other))
}

fn asserts(layouts: &Layouts<'_>, abi: AbiId, id: RecordId, r#type: &str) -> Vec<Assert> {
    let Ok(layout) = layouts.record(id, abi) else { return Vec::new() };
    let assert = |condition, what: &str| Assert { condition, message: format!("{type}: {what}") };
    let mut asserts = vec![assert(format!("sizeof({type}) == {}", layout.size), "size")];
    for (member, place) in layouts.members(id, abi) {
        if let Some(name) = &member.name {
            let offset = place.offset();
            asserts.push(assert(format!("__builtin_offsetof({type}, {name}) == {offset}"), name));
        }
    }
    asserts
}

/// The structure that a member points to, and the member that counts how many there are.
fn pointed_to(interface: &Interface, member: &Definition) -> Option<(String, String)> {
    let to = member.purpose.points_to.as_ref()?;
    let abi = interface.abis.iter().next()?;
    let Some(Type::Record(id)) = interface.resolved(&to.element, abi) else { return None };
    Some((record_type(interface, *id), to.count.clone().unwrap_or_default()))
}

/// `(ECHO_A | ECHO_B)` as kernel-doc has it: `%ECHO_A, %ECHO_B`.
fn bits_by_name(mask: &str) -> String {
    let names = mask.trim_start_matches('(').trim_end_matches(')').split(" | ");
    let is_number = |name: &str| name.starts_with(|c: char| c.is_ascii_digit());
    let marked =
        names.map(|name| if is_number(name) { name.to_owned() } else { format!("%{name}") });
    marked.collect::<Vec<_>>().join(", ")
}

fn member_docs(interface: &Interface, member: &Definition, bits: Option<&str>) -> String {
    let of_handle;
    let otherwise = match &member.purpose.role {
        Role::Handle { object, .. } => {
            of_handle = format!("the handle of a {object}");
            &of_handle
        }
        Role::Reserved => "zero",
        Role::Size => "bytes of this structure, as the caller knows it",
        Role::Flexible { .. } => "the elements",
        Role::Fd => "a file descriptor",
        Role::UserPointer => "an address of the caller's memory",
        Role::Plain => "is not described yet",
    };
    let mut text = docs::one_line(&member.purpose.docs, otherwise);
    if let Some((what, count)) = pointed_to(interface, member) {
        text = format!("{}; address of {what}[{count}]", text.trim_end_matches('.'));
    }
    let spell = |value: i128| {
        let name = names::value(interface, member, value, 32, true);
        // kernel-doc's mark of a constant.
        if name.contains(|c: char| c.is_ascii_uppercase()) && is_c_name(&name) {
            format!("%{name}")
        } else {
            value.to_string()
        }
    };
    let limits = match &member.purpose.values {
        Values::Any => String::new(),
        Values::Flags(_) => bits.map(|bits| format!("no bits but {bits}")).unwrap_or_default(),
        Values::Range { first, last } => format!("{} to {}", spell(*first), spell(*last)),
        Values::Listed(values) => {
            let values: Vec<String> = values.iter().map(|value| spell(*value)).collect();
            format!("one of {}", values.join(", "))
        }
    };
    if !limits.is_empty() {
        text = format!("{}; {limits}", text.trim_end_matches('.'));
    }
    text
}
