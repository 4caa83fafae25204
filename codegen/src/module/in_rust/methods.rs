//! The methods that a driver implements.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Layouts, RecordId, Type};
use serde::Serialize;

use super::super::plan::{Command, Kind, Returns};
use super::super::shape::{Refusal, Shape};
use super::names::{identifier, type_name};

/// A method of the trait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Method {
    /// Its parameters behind `self`, which the default does not use.
    unused: String,
    /// What it returns.
    result: String,
    /// What it is called with, behind the file.
    arguments: String,
    /// The constant of whether it is there, behind `HAS_`.
    has: String,
    /// The type of the argument, or of a buffer's elements; empty where there is none.
    element: String,
    /// The type of the elements behind the argument.
    item: String,
}

impl Method {
    /// The method's head, as a driver writes it.
    pub(super) fn head(&self, name: &str) -> String {
        let parameters = self.unused.replace(", _", ", ");
        let parameters = parameters.strip_prefix('_').unwrap_or(&parameters);
        format!("fn {name}(&self, {parameters}) -> {}", self.result)
    }
}

/// The method of a command.
pub(super) fn method(
    layouts: &Layouts<'_>,
    abi: AbiId,
    command: &Command,
    passed: Option<&Type>,
) -> Result<Method, Refusal> {
    let interface = layouts.interface();
    let shape = passed.map(|ty| Shape::of(layouts, abi, ty)).transpose()?;
    let spelled = |shape: &Shape| type_name(&shape.kernel(interface));
    let element = shape.as_ref().map(spelled).unwrap_or_default();
    let item = match &shape {
        Some(Shape::Record(id)) if command.kind == Kind::Flexible => item(layouts, abi, *id)?,
        _ => String::new(),
    };
    let mutable = if command.writes { "mut " } else { "" };
    let mut unused = vec!["_file: &File".to_owned()];
    let mut arguments = Vec::new();
    if command.family.is_some() {
        unused.push("_index: usize".into());
        arguments.push("index".to_owned());
    }
    match command.kind {
        Kind::Nothing => {}
        Kind::Value => {
            unused.push(format!("_arg: {element}"));
            arguments.push("arg".into());
        }
        Kind::Pointer => {
            unused.push(format!("_arg: &{mutable}{element}"));
            arguments.push(format!("&{mutable}karg"));
        }
        Kind::Flexible => {
            unused.push(format!("_arg: &{mutable}{element}"));
            unused.push(format!("_elements: &{mutable}[{item}]"));
            arguments.push(format!("&{mutable}karg"));
            arguments.push(format!("&{mutable}elements"));
        }
        Kind::Buffer => {
            unused.push(format!("_arg: &{mutable}[{element}]"));
            arguments.push(format!("&{mutable}karg"));
        }
    }
    for array in &command.arrays {
        let name = identifier(&array.parameter);
        unused.push(format!("_{name}: &[{}]", type_name(&array.r#type)));
        arguments.push(format!("&array_{}", array.parameter));
    }
    for handle in &command.handles {
        let name = identifier(&handle.parameter);
        unused.push(format!("_{name}: &Arc<Self::{}>", type_name(&handle.object)));
        arguments.push(format!("&object_{}", handle.parameter));
    }
    let result = match (&command.created, command.returns) {
        (Some(handle), _) => format!("Result<Arc<Self::{}>>", type_name(&handle.object)),
        (None, Returns::Number) => "Result<u32>".into(),
        (None, Returns::File) => "Result<ARef<File>>".into(),
        (None, _) => "Result".into(),
    };
    Ok(Method {
        unused: unused.join(", "),
        result,
        arguments: arguments.iter().flat_map(|argument| [", ", argument]).collect(),
        has: identifier(&command.op).to_uppercase(),
        element,
        item,
    })
}

/// The type of the elements at the end of a structure.
fn item(layouts: &Layouts<'_>, abi: AbiId, id: RecordId) -> Result<String, Refusal> {
    let interface = layouts.interface();
    let body = interface.body(id, abi).ok_or("its argument is not defined")?;
    let last = body.members.last().ok_or("its argument is empty")?;
    match Shape::of(layouts, abi, &last.ty)? {
        Shape::Flexible(element) => Ok(type_name(&element.kernel(interface))),
        _ => Err("its last member is no array without a length".into()),
    }
}
