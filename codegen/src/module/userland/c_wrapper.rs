//! A header for programs in C and C++: a function for each command.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ioctlkit_abi::RecordKind;
use ioctlkit_model::{Interface, Member, RecordId, Role};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::view::{Files, View, Viewed};
use crate::module::names::exported;
use crate::module::plan::{Growth, Kind, Returns};
use crate::module::render::templated;
use crate::module::shape::{Shape, record_type};

/// Keywords of C++ up to C++20 that C knows nothing of, without `and` and its like: no macro can rename what
/// stands for an operator.
const KEYWORDS: [&str; 48] = [
    "alignas",
    "alignof",
    "asm",
    "bool",
    "catch",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "concept",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "decltype",
    "delete",
    "dynamic_cast",
    "explicit",
    "export",
    "false",
    "friend",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "nullptr",
    "operator",
    "private",
    "protected",
    "public",
    "reinterpret_cast",
    "requires",
    "static_assert",
    "static_cast",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typeid",
    "typename",
    "using",
    "virtual",
    "wchar_t",
];

/// A function that clears the reserved members of a structure.
#[derive(Debug, Clone, Serialize)]
struct Clear {
    #[serde(skip)]
    id: RecordId,
    function: String,
    r#type: String,
    /// Whether a member is an array of structures.
    loops: bool,
    members: Vec<Cleared>,
}

#[derive(Debug, Clone, Serialize)]
struct Cleared {
    name: String,
    /// `bits`, `bytes`, `nested` or `array`.
    kind: &'static str,
    /// The function of a nested structure.
    function: String,
    /// The structure that an element of an array is.
    r#type: String,
    /// `[0]` for each dimension of an array.
    first: String,
}

/// A function that allocates a structure with an array at its end.
#[derive(Debug, Clone, Serialize)]
struct Alloc {
    function: String,
    r#type: String,
    element: String,
    count: String,
    /// The type of that member.
    counts: String,
}

/// A function for a command.
#[derive(Debug, Clone, Serialize)]
struct Call {
    function: String,
    summary: String,
    details: Vec<String>,
    /// The files that it is for, in words.
    files: String,
    /// What is behind `fd`.
    parameters: Vec<Parameter>,
    /// Their declarations, each behind a comma.
    declared: String,
    /// What it returns, in words.
    returns: &'static str,
    r#type: String,
    /// Whether a copy of the argument is passed.
    copied: bool,
    /// The last index of a family.
    last: Option<u32>,
    is_buffer: bool,
    /// The function that clears reserved members.
    clear: Option<String>,
    /// The member that holds the size.
    size: Option<String>,
    /// The address of what is changed before it is passed.
    address: &'static str,
    /// The same, in front of a member's name.
    object: &'static str,
    number: String,
    /// What is passed, behind a comma.
    passed: String,
}

#[derive(Debug, Clone, Serialize)]
struct Parameter {
    name: &'static str,
    docs: String,
}

/// What the template needs besides the plan.
#[derive(Debug, Clone, Serialize)]
struct Filling {
    keywords: Vec<&'static str>,
    clears: Vec<Clear>,
    allocs: Vec<Alloc>,
    calls: Vec<Call>,
}

/// The header.
pub(super) fn header(view: &View<'_>) -> Result<String, minijinja::Error> {
    let interface = view.layouts.interface();
    let mut names = Names::taken(view);
    // Commands choose first, since programs spell their names.
    let mut functions = Vec::new();
    for files in &view.interfaces {
        for command in &files.commands {
            functions.push(names.free(format!("{}_ioctl_{}", files.symbol, command.plan.op)));
        }
    }
    let mut clears: Vec<Clear> = Vec::new();
    // C wants the inner structures first.
    for id in view.inner_first() {
        let members = cleared(view, id, &clears);
        if !members.is_empty() {
            clears.push(Clear {
                id,
                function: names.free(format!("{}_clear_reserved", view.tag(id))),
                r#type: record_type(interface, id),
                loops: members.iter().any(|member| member.kind == "array"),
                members,
            });
        }
    }
    let allocs = allocs(view, &mut names);
    let commands = view.interfaces.iter().flat_map(|files| {
        let commands = files.commands.iter();
        commands.map(move |command| (files, command))
    });
    let calls = commands
        .zip(functions)
        .map(|((files, command), function)| call(view, files, command, function, &clears));
    let calls = calls.collect();
    let filling = Filling { keywords: keywords(interface), allocs, clears, calls };
    let template = include_str!("../../../kmod-template/tools/NAME_calls.h");
    templated("tools/NAME_calls.h", template, view.plan, context! { ..Serde(filling) })
}

/// The names of the UAPI header's macros, and those that functions have got.
struct Names(BTreeSet<String>);

impl Names {
    fn taken(view: &View<'_>) -> Self {
        let constants = exported(view.layouts.interface()).map(|constant| constant.name.clone());
        let commands = view.commands().map(|command| command.plan.r#macro.clone());
        Self(constants.chain(commands).collect())
    }

    fn free(&mut self, mut name: String) -> String {
        while !self.0.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}

/// The keywords of C++ that structures and members are called.
fn keywords(interface: &Interface) -> Vec<&'static str> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for record in &interface.records {
        names.extend(record.name.as_deref());
        names.extend(record.c_name.as_deref().and_then(|name| name.split(' ').next_back()));
        for (_, body) in record.variants.iter() {
            names.extend(body.members.iter().filter_map(|member| member.name.as_deref()));
        }
    }
    KEYWORDS.into_iter().filter(|keyword| names.contains(keyword)).collect()
}

/// The members of a structure that are reserved, or hold such members.
fn cleared(view: &View<'_>, id: RecordId, inner: &[Clear]) -> Vec<Cleared> {
    // What is reserved in one member of a union is another's.
    if view.layouts.interface().record(id).kind == RecordKind::Union {
        return Vec::new();
    }
    let members = view.members(id);
    members.iter().filter_map(|(name, member, shape)| of(name, member, shape, inner)).collect()
}

fn of(name: &str, member: &Member, shape: &Shape, inner: &[Clear]) -> Option<Cleared> {
    let mut first = String::new();
    let mut element = shape;
    while let Shape::Array(next, _) = element {
        first.push_str("[0]");
        element = next;
    }
    let (mut function, mut r#type) = (String::new(), String::new());
    let kind = if member.purpose.role == Role::Reserved {
        if member.bits.is_some() { "bits" } else { "bytes" }
    } else {
        let Shape::Record(id) = element else { return None };
        let clear = inner.iter().find(|clear| clear.id == *id)?;
        (function, r#type) = (clear.function.clone(), clear.r#type.clone());
        if first.is_empty() { "nested" } else { "array" }
    };
    Some(Cleared { name: name.into(), kind, function, r#type, first })
}

fn allocs(view: &View<'_>, names: &mut Names) -> Vec<Alloc> {
    let mut allocs: Vec<Alloc> = Vec::new();
    for command in view.commands().filter(|command| command.plan.kind == Kind::Flexible) {
        let Some(id) = command.record() else { continue };
        let Some(counts) = view.member_shape(id, &command.plan.count) else { continue };
        let r#type = record_type(view.layouts.interface(), id);
        if allocs.iter().all(|alloc| alloc.r#type != r#type) {
            allocs.push(Alloc {
                function: names.free(format!("{}_alloc", view.tag(id))),
                r#type,
                element: command.plan.element.clone(),
                count: command.plan.count.clone(),
                counts: counts.uapi(view.layouts.interface(), false).0,
            });
        }
    }
    allocs
}

fn call(
    view: &View<'_>,
    files: &Files<'_>,
    command: &Viewed<'_>,
    function: String,
    clears: &[Clear],
) -> Call {
    let plan = command.plan;
    let r#type = match &command.shape {
        Some(shape) => shape.uapi(view.layouts.interface(), false).0,
        None => String::new(),
    };
    let is_const = plan.reads && !plan.writes;
    let is_record = command.record().is_some() && plan.kind == Kind::Pointer;
    let size = (plan.growth == Growth::Member).then(|| plan.size_member.clone());
    let changes = plan.reads && (is_record || (plan.kind == Kind::Flexible && !is_const));
    let clear = command.record().filter(|_| changes);
    let clear = clear.and_then(|id| clears.iter().find(|clear| clear.id == id));
    let clear = clear.map(|clear| clear.function.clone());
    let copied = is_record && is_const && (clear.is_some() || size.is_some());
    let mut declared = String::new();
    let mut parameters = Vec::new();
    let mut parameter = |name, declaration: String, docs: String| {
        // Writing to a string does not fail.
        let _ = write!(declared, ", {declaration}");
        parameters.push(Parameter { name, docs });
    };
    if let Some(last) = plan.family {
        parameter("index", "unsigned int index".into(), format!("which one, from 0 to {last}"));
    }
    let constant = if is_const { "const " } else { "" };
    let argument = match (plan.reads, plan.writes) {
        (true, true) => "what is passed, and comes back changed",
        (false, true) => "where the result goes",
        _ => "what is passed",
    };
    let passed = match plan.kind {
        Kind::Nothing => "",
        Kind::Value => {
            parameter("value", format!("{type} value"), argument.into());
            match &command.shape {
                Some(Shape::Integer { signed: true, .. } | Shape::Word { signed: true }) => {
                    ", (long)value"
                }
                _ => ", (unsigned long)value",
            }
        }
        Kind::Pointer if !is_record && is_const => {
            parameter("value", format!("{type} value"), argument.into());
            ", &value"
        }
        Kind::Pointer => {
            parameter("arg", format!("{constant}{type} *arg"), argument.into());
            if copied { ", &sent" } else { ", arg" }
        }
        Kind::Flexible => {
            let docs =
                format!("{argument}, with room for as many elements as @{} says", plan.count);
            parameter("arg", format!("{constant}{type} *arg"), docs);
            ", arg"
        }
        Kind::Buffer => {
            parameter("arg", format!("{constant}{type} *arg"), argument.into());
            parameter("count", "size_t count".into(), "how many elements that are".into());
            ", arg"
        }
    };
    let number = match (plan.kind, plan.family) {
        (Kind::Buffer, _) => format!("{}(count * sizeof(*arg))", plan.r#macro),
        (_, Some(_)) => format!("{}(index)", plan.r#macro),
        _ => plan.r#macro.clone(),
    };
    Call {
        function,
        summary: plan.summary.clone(),
        details: plan.details.clone(),
        files: view_of(view, files),
        parameters,
        declared,
        returns: match plan.returns {
            Returns::Nothing | Returns::Object => "0",
            Returns::Number => "a number",
            Returns::File => "a new file descriptor, which is closed on exec",
        },
        r#type,
        copied,
        last: plan.family,
        is_buffer: plan.kind == Kind::Buffer,
        clear,
        size,
        address: if copied { "&sent" } else { "arg" },
        object: if copied { "sent." } else { "arg->" },
        number,
        passed: passed.into(),
    }
}

/// Files in words.
fn view_of(view: &View<'_>, files: &Files<'_>) -> String {
    if files.symbol == view.plan.name {
        view.plan.title.clone()
    } else {
        format!("a {} file", files.symbol)
    }
}
