//! The description for syzkaller, in the form that its formatter leaves as it is.
//!
//! Its language is that of syzkaller's `docs/syscall_descriptions_syntax.md`.

use std::fmt::Write as _;

use ioctlkit_abi::RecordKind;
use ioctlkit_model::{HandlePurpose, Member, RecordId, Role, Values};

use super::names::{numbers, of_values, value};
use super::view::{Files, View, Viewed};
use crate::escape::{hash_comment, syzkaller_string};
use crate::module::plan::{Kind, Returns};
use crate::module::shape::Shape;
use crate::module::stamp::PLACEHOLDER;

/// Columns of a tab in syzkaller's files.
const TAB: usize = 8;

/// The description.
pub(super) fn description(view: &View<'_>) -> String {
    let plan = view.plan;
    let mut text = format!("# {PLACEHOLDER}\n\n# {}\n", hash_comment(&plan.title));
    for line in &plan.docs {
        line_of(&mut text, format!("# {}", hash_comment(line)).trim_end());
    }
    let _ = writeln!(text, "\ninclude <uapi/linux/fcntl.h>\ninclude <uapi/linux/{}.h>", plan.name);
    defines(view, &mut text);
    text.push('\n');
    for files in &view.interfaces {
        if is_obtained(view, files) {
            line_of(&mut text, &format!("resource {}[fd]", resource(files.symbol)));
        }
    }
    for object in view.plan.interfaces.iter().flat_map(|interface| &interface.objects) {
        line_of(&mut text, &format!("resource {}[int32]", resource_of(view, &object.name)));
    }
    text.push('\n');
    open(view, &mut text);
    for files in &view.interfaces {
        text.push('\n');
        for command in &files.commands {
            call(view, files, command, &mut text);
        }
    }
    let mut flags = String::new();
    for id in view.records() {
        text.push('\n');
        record(view, id, &mut text, &mut flags);
    }
    if !flags.is_empty() {
        text.push('\n');
        text.push_str(&flags);
    }
    families(view, &mut text);
    text
}

fn line_of(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// Macros for the numbers that C makes with a parameter.
fn defines(view: &View<'_>, text: &mut String) {
    let mut first = true;
    for command in view.commands() {
        for number in numbers(command) {
            let Some(expression) = &number.expression else { continue };
            if std::mem::take(&mut first) {
                text.push('\n');
            }
            line_of(text, &format!("define {}\t{expression}", number.name));
        }
    }
}

fn resource(symbol: &str) -> String {
    format!("fd_{symbol}")
}

/// What stands for the handles of an object.
fn resource_of(view: &View<'_>, object: &str) -> String {
    format!("{}_{object}_handle", view.plan.name)
}

/// Whether anything yields such a file: syzkaller refuses a resource that nothing yields.
fn is_obtained(view: &View<'_>, files: &Files<'_>) -> bool {
    files.symbol == view.plan.name
        || view.commands().any(|command| command.plan.opens.as_deref() == Some(files.symbol))
}

fn open(view: &View<'_>, text: &mut String) {
    let plan = view.plan;
    let fd = resource(&plan.name);
    let call = if plan.minors > 1 {
        format!(
            "syz_open_dev${}(dev ptr[in, string[\"{}#\"]], id intptr[0:{}], \
             flags flags[open_flags]) {fd}",
            plan.name,
            syzkaller_string(&plan.title),
            plan.minors - 1
        )
    } else {
        format!(
            "openat${}(fd const[AT_FDCWD], file ptr[in, string[\"{}\"]], flags flags[open_flags], \
             mode const[0]) {fd}",
            plan.name,
            syzkaller_string(&plan.title)
        )
    };
    line_of(text, &call);
}

fn call(view: &View<'_>, files: &Files<'_>, command: &Viewed<'_>, text: &mut String) {
    let plan = command.plan;
    let fd = if is_obtained(view, files) { resource(files.symbol) } else { "fd".into() };
    let cmd = match (&numbers(command)[..], plan.family) {
        ([only], None) => format!("const[{}]", only.name),
        _ => format!("flags[{}]", family(command)),
    };
    let argument = match argument(view, command) {
        Some(argument) => format!(", arg {argument}"),
        None => String::new(),
    };
    let returns = match (plan.returns, &plan.opens) {
        (Returns::File, Some(symbol)) => format!(" {}", resource(symbol)),
        (Returns::File, None) => " fd".into(),
        (Returns::Nothing | Returns::Number | Returns::Object, _) => String::new(),
    };
    line_of(text, &format!("ioctl${}(fd {fd}, cmd {cmd}{argument}){returns}", plan.r#macro));
}

fn argument(view: &View<'_>, command: &Viewed<'_>) -> Option<String> {
    let direction = match (command.plan.reads, command.plan.writes) {
        // How many elements there is room for is read in any case.
        (false, true) if command.plan.kind == Kind::Flexible => "inout",
        (true, true) => "inout",
        (false, true) => "out",
        _ => "in",
    };
    let shape = command.shape.as_ref()?;
    Some(match (command.plan.kind, shape) {
        (Kind::Nothing, _) => return None,
        // An argument of a system call has the width of a word in every description.
        (Kind::Value, _) => "intptr".into(),
        (Kind::Buffer, _) => {
            let elements = super::view::BUFFER_ELEMENTS;
            format!("ptr[{direction}, array[{}, {elements}]]", plain(view, shape))
        }
        (Kind::Pointer | Kind::Flexible, _) => format!("ptr[{direction}, {}]", plain(view, shape)),
    })
}

/// A type of which nothing is known but what it is in C.
fn plain(view: &View<'_>, shape: &Shape) -> String {
    match shape {
        Shape::Integer { bits, .. } => format!("int{bits}"),
        Shape::Char => "int8".into(),
        Shape::Word { .. } => "intptr".into(),
        Shape::Address => "ptr[inout, array[int8]]".into(),
        Shape::Record(id) => view.tag(*id),
        Shape::Array(element, count) => format!("array[{}, {count}]", plain(view, element)),
        Shape::Flexible(element) => format!("array[{}]", plain(view, element)),
    }
}

fn record(view: &View<'_>, id: RecordId, text: &mut String, flags: &mut String) {
    let tag = view.tag(id);
    let is_union = view.layouts.interface().record(id).kind == RecordKind::Union;
    let (open, close) = if is_union { ('[', ']') } else { ('{', '}') };
    let _ = writeln!(text, "{tag} {open}");
    let members = view.members(id);
    let widest = members.iter().map(|(name, ..)| name.len() / TAB + 1).max().unwrap_or(1);
    for (name, member, shape) in &members {
        let ty = member_type(view, &members, (&tag, name), member, shape, flags);
        let tabs = "\t".repeat(widest - name.len() / TAB);
        let _ = writeln!(text, "\t{name}{tabs}{ty}");
    }
    line_of(text, &close.to_string());
}

fn member_type(
    view: &View<'_>,
    members: &[(&str, &Member, Shape)],
    (tag, name): (&str, &str),
    member: &Member,
    shape: &Shape,
    flags: &mut String,
) -> String {
    let counted = members.iter().find_map(|(array, other, _)| match &other.purpose.role {
        Role::Flexible { count } if count == name => Some(*array),
        _ => {
            let count = other.purpose.points_to.as_ref().and_then(|to| to.count.as_deref());
            (count == Some(name)).then_some(*array)
        }
    });
    if let Some(array) = counted {
        return format!("len[{array}, {}]", plain(view, shape));
    }
    match (&member.purpose.role, shape) {
        (Role::Reserved, _) => return zero(view, shape),
        (Role::Size, _) => return format!("bytesize[parent, {}]", plain(view, shape)),
        (Role::Fd, Shape::Integer { bits: 32, .. }) => return "fd".into(),
        (Role::Handle { object, purpose }, _) => {
            let direction = if *purpose == HandlePurpose::Creates { " (out)" } else { "" };
            return format!("{}{direction}", resource_of(view, object));
        }
        (Role::UserPointer, Shape::Integer { bits: 64, .. }) => return address(view, tag, member),
        _ => {}
    }
    let Shape::Integer { bits, signed } = shape else { return plain(view, shape) };
    let named = of_values(view.layouts.interface(), member);
    let numbers: Vec<String> = match &member.purpose.values {
        Values::Any => return format!("int{bits}"),
        Values::Range { first, last } => return range(*first, *last, *bits),
        Values::Flags(mask) if named.is_empty() => (0..64)
            .map(|bit| 1u64 << bit)
            .filter(|bit| mask & bit != 0)
            .map(|bit| format!("{bit:#x}"))
            .collect(),
        Values::Flags(_) => named.iter().map(|constant| constant.name.clone()).collect(),
        Values::Listed(values) => {
            let name = |wanted| named.iter().find(|constant| value(constant) == wanted);
            let spelled = |wanted: &i128| match name(*wanted) {
                Some(constant) => constant.name.clone(),
                None => number(*wanted, *signed),
            };
            values.iter().map(spelled).collect()
        }
    };
    if numbers.is_empty() {
        return format!("const[0, int{bits}]");
    }
    let set = format!("{tag}_{name}");
    let _ = writeln!(flags, "{set} = {}", numbers.join(", "));
    format!("flags[{set}, int{bits}]")
}

/// An address, with what is behind it as far as the definition says.
fn address(view: &View<'_>, tag: &str, member: &Member) -> String {
    let to = member.purpose.points_to.as_ref();
    let element = to.and_then(|to| Shape::of(view.layouts, view.abi, &to.element).ok());
    let (Some(to), Some(element)) = (to, element) else {
        return "ptr64[inout, array[int8]]".into();
    };
    let direction = if to.is_writable { "inout" } else { "in" };
    let element = plain(view, &element);
    // A structure that leads to itself would never end.
    let is_circular = view.leads_to(&to.element, tag);
    let optional = if is_circular { ", opt" } else { "" };
    format!("ptr64[{direction}, array[{element}]{optional}]")
}

/// Small numbers count something, large ones are bits of it.
fn number(value: i128, signed: bool) -> String {
    if signed || value < 10 { value.to_string() } else { format!("{value:#x}") }
}

/// A range as syzkaller's compiler takes it: not nearly all of 64 bits, and not from the least
/// number of a narrower type.
fn range(first: i128, last: i128, bits: u8) -> String {
    let first = if bits < 64 { first.max(1 - (1 << (bits - 1))) } else { first };
    match last - first {
        0 => format!("const[{first}, int{bits}]"),
        span if span > (1 << 64) - (1 << 32) => format!("int{bits}"),
        _ => format!("int{bits}[{first}:{last}]"),
    }
}

/// Zeroes of any shape.
fn zero(view: &View<'_>, shape: &Shape) -> String {
    match shape {
        Shape::Integer { bits, .. } => format!("const[0, int{bits}]"),
        Shape::Char => "const[0, int8]".into(),
        Shape::Word { .. } => "const[0, intptr]".into(),
        Shape::Array(element, count) => format!("array[{}, {count}]", zero(view, element)),
        other => plain(view, other),
    }
}

fn family(command: &Viewed<'_>) -> String {
    format!("{}_numbers", command.plan.r#macro.to_lowercase())
}

/// The numbers of each family.
fn families(view: &View<'_>, text: &mut String) {
    let mut first = true;
    for command in view.commands().filter(|command| command.plan.family.is_some()) {
        if std::mem::take(&mut first) {
            text.push('\n');
        }
        let names: Vec<String> = numbers(command).into_iter().map(|number| number.name).collect();
        line_of(text, &format!("{} = {}", family(command), names.join(", ")));
    }
}
