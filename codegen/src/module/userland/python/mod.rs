//! A module of Python with a method for each command. Numbers and layouts are those of the ABI that
//! the interpreter runs on.

mod abis;
mod layout;
mod methods;
mod names;

use ioctlkit_abi::RecordKind;
use ioctlkit_model::{Argument, Constant, Layouts, Member, RecordId, Role, Values};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::man::sentence;
use super::names::{of_values, value};
use super::view::{View, Viewed};
use crate::module::docs;
use crate::module::names::exported;
use crate::module::plan::Kind;
use crate::module::render::templated;
use crate::module::shape::{Shape, record_type};
use abis::{Host, MACHINES, hosts};
use layout::{Layout, Spelling};
use methods::{File, Module};
use names::{Names, class};

#[derive(Debug, Clone, Serialize)]
struct Named {
    name: String,
    value: i128,
    docs: Vec<String>,
}

/// The numbers of commands on some ABIs; the last are for all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct NumbersOnAbis {
    abis: Vec<String>,
    /// The most bytes that a number can hold.
    largest: u16,
    numbers: Vec<(String, u32)>,
}

#[derive(Debug, Clone, Serialize)]
struct Enum {
    class: String,
    base: &'static str,
    member: String,
    record: String,
    values: Vec<(String, i128)>,
}

#[derive(Debug, Clone, Serialize)]
struct Record {
    class: String,
    base: &'static str,
    summary: String,
    details: Vec<String>,
    members: Vec<Documented>,
    layouts: Vec<Layout>,
    reserved: Vec<String>,
    nested: Vec<(String, String)>,
    size: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Documented {
    name: String,
    docs: String,
}

/// What the template needs besides the plan.
#[derive(Debug, Clone, Serialize)]
struct Filling {
    machines: Vec<(&'static str, &'static str)>,
    abis: Vec<Host>,
    constants: Vec<Named>,
    numbers: Vec<NumbersOnAbis>,
    enums: Vec<Enum>,
    records: Vec<Record>,
    file_class: String,
    files: Vec<File>,
}

/// The module.
pub(super) fn module(view: &View<'_>) -> Result<String, minijinja::Error> {
    let abis = hosts(view.layouts.interface().abis);
    let mut names = Names::of_module();
    let file_class = names.free("File");
    let classes: Vec<String> = view
        .interfaces
        .iter()
        .enumerate()
        .map(|(place, files)| match place {
            0 => names.free("Device"),
            _ => names.free(&class(files.symbol)),
        })
        .collect();
    let constants = constants(view, &mut names);
    let macros: Vec<String> =
        view.commands().map(|command| names.free(&command.plan.r#macro)).collect();
    let mut spelling = Spelling::new(view, &abis);
    let mut records = Vec::new();
    let mut enums = Vec::new();
    // Python wants the inner structures first.
    for id in view.inner_first() {
        let class = names.free(&class(&view.tag(id)));
        let layouts = spelling.layouts(id, class.clone());
        enums.extend(enums_of(view, id, &class, &mut names));
        records.push(record(view, id, class, layouts, &spelling));
    }
    let module =
        Module { view, spelling: &spelling, classes: &classes, file: &file_class, macros: &macros };
    let filling = Filling {
        machines: MACHINES
            .into_iter()
            .filter(|(_, family)| abis.iter().any(|host| host.family == *family))
            .collect(),
        constants,
        numbers: numbers(view, &abis, &macros),
        enums,
        records,
        files: module.files(),
        file_class: file_class.clone(),
        abis: abis.clone(),
    };
    let template = include_str!("../../../../kmod-template/tools/NAME_calls.py");
    templated("tools/NAME_calls.py", template, view.plan, context! { ..Serde(filling) })
}

fn constants(view: &View<'_>, names: &mut Names) -> Vec<Named> {
    exported(view.layouts.interface())
        .map(|constant| Named {
            name: names.free(&constant.name),
            value: value(constant),
            docs: docs::paragraphs(&constant.docs),
        })
        .collect()
}

/// The numbers, those of most ABIs last.
fn numbers(view: &View<'_>, hosts: &[Host], macros: &[String]) -> Vec<NumbersOnAbis> {
    let mut groups: Vec<NumbersOnAbis> = Vec::new();
    for host in hosts {
        let of = |command: &Viewed<'_>| first(view.layouts, command, host);
        let numbers = view.commands().zip(macros);
        let numbers = numbers.filter_map(|(command, name)| Some((name.clone(), of(command)?)));
        let numbers: Vec<(String, u32)> = numbers.collect();
        let largest = host.abi.encoding.max_size();
        let known =
            groups.iter_mut().find(|known| known.numbers == numbers && known.largest == largest);
        match known {
            Some(known) => known.abis.push(host.abi.name.into()),
            None => {
                groups.push(NumbersOnAbis { abis: vec![host.abi.name.into()], largest, numbers });
            }
        }
    }
    groups.sort_by_key(|group| group.abis.len());
    groups
}

/// A command's number: of a family, the first; of a buffer, that for no bytes.
fn first(layouts: &Layouts<'_>, command: &Viewed<'_>, host: &Host) -> Option<u32> {
    let mut body = command.body.clone();
    if command.plan.kind == Kind::Buffer {
        body.argument = Argument::Size(Constant::Known(0));
    }
    layouts.body_number(&body, host.abi.id()).map(|numbered| numbered.number)
}

/// Classes for the values of members that have names.
fn enums_of(view: &View<'_>, id: RecordId, of: &str, names: &mut Names) -> Vec<Enum> {
    let mut enums = Vec::new();
    for (name, member, _) in view.members(id) {
        let base = match &member.purpose.values {
            Values::Flags(_) => "IntFlag",
            Values::Listed(_) => "IntEnum",
            Values::Any | Values::Range { .. } => continue,
        };
        // Python has a use for names with an underscore in front.
        let constants = of_values(view.layouts.interface(), member).into_iter();
        let constants = constants.filter(|constant| !constant.name.starts_with('_'));
        let mut own = Names::of_structure();
        let values: Vec<(String, i128)> =
            constants.map(|constant| (own.free(&constant.name), value(constant))).collect();
        if !values.is_empty() {
            let class = names.free(&format!("{of}{}", class(name)));
            enums.push(Enum { class, base, member: name.into(), record: of.into(), values });
        }
    }
    enums
}

fn record(
    view: &View<'_>,
    id: RecordId,
    class: String,
    layouts: Vec<Layout>,
    spelling: &Spelling<'_>,
) -> Record {
    let definition = view.layouts.interface().record(id);
    let is_union = definition.kind == RecordKind::Union;
    let (summary, details) = docs::summary_and_details(&definition.docs, "is not described yet");
    let members = view.members(id);
    let called = |name: &str| spelling.members.get(&id.0)?.get(name).cloned();
    let named = |member: &Member| member.bits.is_none() && !is_union;
    let with_role = |role: &Role| {
        let of_role = members.iter().filter(|(_, m, _)| named(m) && m.purpose.role == *role);
        of_role.filter_map(|(name, ..)| called(name)).collect::<Vec<_>>()
    };
    let nested = members.iter().filter(|(_, member, _)| named(member));
    let nested = nested.filter(|(.., shape)| {
        matches!(shape, Shape::Record(_) | Shape::Array(..))
            && matches!(shape.element(), Shape::Record(_))
    });
    Record {
        base: if is_union { "Union" } else { "Structure" },
        members: members
            .iter()
            .filter_map(|(name, member, _)| {
                let docs = match in_header(view, id, name) {
                    Some(docs) => docs::without_marks(docs),
                    None => docs::one_line(&member.purpose.docs, "is not described yet"),
                };
                Some(Documented { name: called(name)?, docs })
            })
            .collect(),
        reserved: with_role(&Role::Reserved),
        nested: nested
            .filter_map(|(name, _, shape)| Some((called(name)?, spelling.ty(shape))))
            .collect(),
        size: with_role(&Role::Size).pop(),
        class,
        summary: sentence(&summary),
        details,
        layouts,
    }
}

/// What the UAPI header says of a member, where it is made here.
fn in_header<'v>(view: &'v View<'_>, id: RecordId, name: &str) -> Option<&'v str> {
    let r#type = record_type(view.layouts.interface(), id);
    let record = view.plan.records.iter().find(|record| record.r#type == r#type)?;
    let member = record.members.iter().find(|member| member.name == name)?;
    Some(&member.docs)
}
