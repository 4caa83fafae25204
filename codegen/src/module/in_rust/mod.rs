//! What the templates of a module in Rust need beyond the plan: structures, constants and numbers as Rust
//! spells them, and the heads of the methods that a driver implements.

mod methods;
mod names;
mod records;

use ioctlkit_abi::{AbiId, Direction};
use ioctlkit_model::{Argument, Layouts, Problem};
use serde::Serialize;

use super::command;
use super::plan::{Command, Growth, Interface, Kind, Plan, Returns, Rule};
use super::shape::{Refusal, Shape};
use methods::Method;
pub(crate) use names::{identifier, type_name};
use records::{Constant, Record};

/// A module in Rust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// The trait that a driver implements.
    driver: String,
    constants: Vec<Constant>,
    records: Vec<Record>,
    /// The numbers of the commands.
    commands: Vec<Number>,
    /// What makes these of their parts, or takes them apart: the kernel's functions.
    numbers: Vec<&'static str>,
    /// What the driver implements, for each command.
    signatures: Vec<Method>,
    modes: Modes,
    helpers: Helpers,
    /// Whether a command takes a handle.
    finds: bool,
    /// Whether a command takes one away.
    destroys: bool,
}

impl View {
    /// The trait that a driver implements.
    pub fn driver(&self) -> &str {
        &self.driver
    }

    /// The heads of the methods that a driver implements, each with the command that it is for.
    pub fn heads<'a>(
        &'a self,
        interface: &'a Interface,
    ) -> impl Iterator<Item = (&'a str, String)> {
        let all = interface.commands.iter().zip(&self.signatures);
        all.map(|(command, method)| {
            (command.r#macro.as_str(), method.head(&identifier(&command.op)))
        })
    }
}

/// The number of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Number {
    name: String,
    value: String,
    /// How many numbers are behind the first of a family.
    last: Option<u32>,
    docs: String,
}

/// How files have to be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Modes {
    read: bool,
    write: bool,
}

/// The functions that the commands call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a function that is there or not")]
struct Helpers {
    read: bool,
    write: bool,
    boxed: bool,
    elements: bool,
    bytes_in: bool,
    bytes_out: bool,
    read_grown: bool,
    write_grown: bool,
    grown: bool,
    clear: bool,
    counted: bool,
    is_zero: bool,
}

/// The view of a plan.
///
/// # Errors
/// What the templates cannot say in Rust, each with its place.
pub(crate) fn view(layouts: &Layouts<'_>, abi: AbiId, plan: &Plan) -> Result<View, Vec<Problem>> {
    let mut problems = Vec::new();
    let model = layouts.interface();
    let mut refuse = |span, message: String| {
        let message = format!("{message}: make the module in C");
        problems.push(super::build::problem(model, span, message));
    };
    let records = records::records(layouts, abi, &mut refuse);
    let [interface] = plan.interfaces.as_slice() else {
        refuse(
            None,
            "a command opens files of another interface, which has no form in Rust yet".into(),
        );
        return Err(problems);
    };
    let (mut commands, mut signatures) = (Vec::new(), Vec::new());
    for planned in &interface.commands {
        let macro_name = &planned.r#macro;
        let definition = model.commands.iter().find(|definition| {
            let body = definition.variants.get(abi);
            body.is_some_and(|body| {
                let contract = command::contract(definition, body);
                named(plan, layouts, definition, &contract) == *macro_name
            })
        });
        let Some(definition) = definition else { continue };
        let span = Some(definition.span);
        if planned.returns == Returns::File {
            refuse(
                span,
                format!("`{macro_name}` returns a new file, which has no form in Rust yet"),
            );
            continue;
        }
        if planned.translated.is_some() || planned.compat_number != planned.number {
            let message = format!(
                "`{macro_name}` differs for 32-bit programs, which has no form in Rust yet"
            );
            refuse(span, message);
            continue;
        }
        match number(layouts, abi, definition) {
            Ok(value) => commands.push(Number {
                name: macro_name.clone(),
                value,
                last: planned.family,
                docs: planned.summary.clone(),
            }),
            Err(refusal) => refuse(span, refusal),
        }
        let body = definition.variants.get(abi);
        let contract = body.map(|body| command::contract(definition, body));
        let ty = contract.as_ref().and_then(|contract| command::passed(contract));
        match methods::method(layouts, abi, planned, ty) {
            Ok(method) => signatures.push(method),
            Err(refusal) => refuse(span, refusal),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let all = &interface.commands;
    let any = |is: &dyn Fn(&Command) -> bool| all.iter().any(is);
    let has_one_size = |c: &Command| c.kind == Kind::Pointer && c.growth == Growth::None;
    let several = |c: &Command| matches!(c.kind, Kind::Flexible | Kind::Buffer);
    let helpers = Helpers {
        read: any(&|c| has_one_size(c) && c.reads && !c.heap)
            || any(&|c| c.kind == Kind::Flexible || c.growth == Growth::Member),
        write: any(&|c| c.writes && (has_one_size(c) || c.kind == Kind::Flexible)),
        boxed: any(&|c| c.kind == Kind::Pointer && c.heap),
        elements: any(&|c| several(c) || !c.arrays.is_empty()),
        bytes_in: any(&|c| (several(c) && c.reads) || !c.arrays.is_empty())
            || any(&|c| has_one_size(c) && c.heap && c.reads),
        bytes_out: any(&|c| several(c) && c.writes),
        read_grown: any(&|c| c.growth != Growth::None && c.reads),
        write_grown: any(&|c| c.growth != Growth::None && c.writes),
        grown: any(&|c| c.growth != Growth::None),
        clear: any(&|c| c.growth != Growth::None && c.writes && !c.reads),
        is_zero: any(&|c| c.growth != Growth::None && c.reads)
            || interface.checks.iter().flat_map(|check| &check.rules).any(is_reserved),
        counted: any(&|c| c.kind == Kind::Flexible || !c.arrays.is_empty()),
    };
    let constants = records::constants(model, plan);
    Ok(View {
        driver: format!("{}Ops", type_name(&interface.symbol)),
        constants,
        records,
        numbers: used(
            &commands,
            any(&|c| c.size_in_number || c.number_has_size),
            any(&|c| c.family.is_some()),
        ),
        commands,
        signatures,
        modes: Modes { read: any(&|c| c.needs_read), write: any(&|c| c.needs_write) },
        helpers,
        finds: any(&|c| !c.handles.is_empty()),
        destroys: any(&|c| c.destroys),
    })
}

/// Whether the rule looks at bytes.
fn is_reserved(rule: &Rule) -> bool {
    matches!(rule, Rule::ReservedBytes { .. })
}

/// The macro of a definition's number.
fn named(
    plan: &Plan,
    layouts: &Layouts<'_>,
    definition: &ioctlkit_model::Command,
    contract: &ioctlkit_model::Contract,
) -> String {
    let groups = &layouts.interface().groups;
    let group = groups.iter().find(|group| group.commands.contains(&definition.name));
    let prefix = group.map_or_else(|| format!("{}_", plan.upper), |group| group.prefix.clone());
    command::macro_name(definition, contract, &prefix)
}

/// The kernel's functions for numbers that are called, in the order of their names.
fn used(commands: &[Number], is_size_asked: bool, is_nr_asked: bool) -> Vec<&'static str> {
    let made_by = |function: &str| {
        commands.iter().any(|number| number.value.starts_with(&format!("{function}(")))
            || commands.iter().any(|number| number.value.starts_with(&format!("{function}::<")))
    };
    [
        ("_IO", made_by("_IO")),
        ("_IOC_NR", is_nr_asked),
        ("_IOC_SIZE", is_size_asked),
        ("_IOR", made_by("_IOR")),
        ("_IOW", made_by("_IOW")),
        ("_IOWR", made_by("_IOWR")),
    ]
    .into_iter()
    .filter_map(|(name, is_used)| is_used.then_some(name))
    .collect()
}

/// A command's number, of its parts where the kernel's functions make it of these.
fn number(
    layouts: &Layouts<'_>,
    abi: AbiId,
    definition: &ioctlkit_model::Command,
) -> Result<String, Refusal> {
    let body = definition.variants.get(abi).ok_or("it does not exist on x86_64")?;
    let (letter, nr) = (format!("{:#04x}", body.type_letter), format!("{:#04x}", body.nr));
    let function = match body.direction {
        Direction::None => "_IO",
        Direction::Read => "_IOR",
        Direction::Write => "_IOW",
        Direction::ReadWrite => "_IOWR",
    };
    match &body.argument {
        Argument::None if body.direction == Direction::None => Ok(format!("_IO({letter}, {nr})")),
        Argument::Type(ty) => {
            let interface = layouts.interface();
            let shape = Shape::of(layouts, abi, ty)?;
            let of = type_name(&shape.kernel(interface));
            match shape {
                Shape::Array(..) | Shape::Flexible(_) | Shape::Address => {
                    literal(layouts, abi, definition)
                }
                _ => Ok(format!("{function}::<{of}>({letter}, {nr})")),
            }
        }
        _ => literal(layouts, abi, definition),
    }
}

fn literal(
    layouts: &Layouts<'_>,
    abi: AbiId,
    definition: &ioctlkit_model::Command,
) -> Result<String, Refusal> {
    let number = layouts.number(definition, abi).ok_or("its number is not known")?;
    Ok(format!("{:#010x}", number.number))
}
