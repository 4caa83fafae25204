//! A program that says what a number and the bytes of an argument mean.

use ioctlkit_model::{Member, RecordId, Role, Values};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::view::{View, Viewed};
use crate::module::checks::mask_literal;
use crate::module::plan::Kind;
use crate::module::render::templated;
use crate::module::shape::{Shape, record_type};

/// The members of a structure, or the integer that an argument is.
#[derive(Debug, Clone, Serialize)]
struct Table {
    name: String,
    /// Whether an address leads to it, which may stand in front of it.
    is_behind: bool,
    fields: Vec<Field>,
}

#[derive(Debug, Clone, Serialize)]
struct Field {
    name: String,
    offset: String,
    size: String,
    /// Elements: 0 where they go to the end.
    count: u64,
    kind: &'static str,
    valid: String,
    /// The table of an element's members, also where it is behind an address.
    nested: Option<String>,
    /// The type behind an address.
    behind: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Decoded {
    name: String,
    parameter: Option<String>,
    number: String,
    family: Option<u32>,
    any_size: bool,
    r#type: String,
    by_value: bool,
    is_signed: bool,
    fields: Option<String>,
}

/// What the template needs besides the plan.
#[derive(Debug, Clone, Serialize)]
struct Filling {
    tables: Vec<Table>,
    decoded: Vec<Decoded>,
}

/// The program.
pub(super) fn program(view: &View<'_>) -> Result<String, minijinja::Error> {
    // C wants the inner structures first.
    let mut tables: Vec<Table> = view.inner_first().into_iter().map(|id| table(view, id)).collect();
    let behind =
        tables.iter().flat_map(|table| &table.fields).filter(|field| field.behind.is_some());
    let behind: Vec<String> = behind.filter_map(|field| field.nested.clone()).collect();
    for table in &mut tables {
        table.is_behind = behind.contains(&table.name);
    }
    let decoded: Vec<Decoded> = view.commands().map(|command| decoded(view, command)).collect();
    let template = include_str!("../../../kmod-template/tools/NAME_decode.c");
    templated(
        "tools/NAME_decode.c",
        template,
        view.plan,
        context! {
            ..Serde(Filling { tables, decoded })
        },
    )
}

/// What builds it.
pub(super) fn makefile(view: &View<'_>) -> Result<String, minijinja::Error> {
    let template = include_str!("../../../kmod-template/tools/Makefile");
    templated("tools/Makefile", template, view.plan, context! {})
}

fn table(view: &View<'_>, id: RecordId) -> Table {
    let tag = view.tag(id);
    let of = record_type(view.layouts.interface(), id);
    let fields = view
        .members(id)
        .into_iter()
        .map(|(name, member, shape)| field(view, &of, name, member, &shape))
        .collect();
    Table { name: format!("{tag}_fields"), is_behind: false, fields }
}

fn field(view: &View<'_>, of: &str, name: &str, member: &Member, shape: &Shape) -> Field {
    let (mut element, mut count, mut place) = (shape, 1, format!("(({of} *)0)->{name}"));
    loop {
        match element {
            Shape::Array(inner, length) => (element, count) = (inner, count * length),
            Shape::Flexible(inner) => (element, count) = (inner, 0),
            _ => break,
        }
        place.push_str("[0]");
    }
    let kind = match (&member.purpose.role, element) {
        (Role::UserPointer, _) | (_, Shape::Address) => "ADDRESS",
        (_, Shape::Record(_)) => "NESTED",
        (Role::Reserved, _) => "RESERVED",
        (_, Shape::Integer { signed: true, .. } | Shape::Word { signed: true }) => "SIGNED",
        _ => "UNSIGNED",
    };
    let valid = match (&member.purpose.values, kind) {
        (Values::Flags(mask), _) => mask_literal(*mask, 64),
        (_, "RESERVED") => "0".into(),
        _ => "~0ULL".into(),
    };
    let to = member.purpose.points_to.as_ref().filter(|_| count == 1);
    let to = to.and_then(|to| Shape::of(view.layouts, view.abi, &to.element).ok());
    let nested = match to.as_ref().unwrap_or(element) {
        Shape::Record(id) => Some(format!("{}_fields", view.tag(*id))),
        _ => None,
    };
    let behind = to.filter(|_| nested.is_some()).map(|to| {
        let (front, behind) = to.uapi(view.layouts.interface(), false);
        format!("{front}{behind}")
    });
    Field {
        name: name.into(),
        offset: format!("offsetof({of}, {name})"),
        size: format!("sizeof({place})"),
        count,
        kind,
        valid,
        nested,
        behind,
    }
}

fn decoded(view: &View<'_>, command: &Viewed<'_>) -> Decoded {
    let plan = command.plan;
    let is_signed = matches!(
        command.shape,
        Some(Shape::Integer { signed: true, .. } | Shape::Word { signed: true })
    );
    Decoded {
        name: plan.r#macro.clone(),
        parameter: plan.macro_parameter.clone(),
        number: if plan.macro_parameter.is_some() {
            format!("{}(0)", plan.r#macro)
        } else {
            plan.r#macro.clone()
        },
        family: plan.family,
        any_size: plan.any_size,
        r#type: match &command.shape {
            Some(shape) => {
                let (front, behind) = shape.uapi(view.layouts.interface(), false);
                format!("{front}{behind}")
            }
            None => String::new(),
        },
        by_value: plan.kind == Kind::Value,
        is_signed,
        fields: command.record().map(|id| format!("{}_fields", view.tag(id))),
    }
}
