//! What the templates of a module in Rust need beyond the plan: structures, constants and numbers as Rust
//! spells them, and the heads of the methods that a driver implements.

mod compat;
mod methods;
mod names;
mod numbers;
mod records;
mod twins;

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Layouts, Problem};
use serde::Serialize;

use super::command;
use super::plan::{Command, Growth, Interface, Kind, Plan, Rule};
use compat::Compat;
use methods::Method;
pub(crate) use names::{identifier, type_name};
use numbers::{compat_number, number};
use records::{Constant, Record};
use twins::twin;

/// A module in Rust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// The trait that a driver implements.
    driver: String,
    constants: Vec<Constant>,
    records: Vec<Record>,
    /// Structures that 32-bit programs lay out otherwise.
    compat: Vec<Compat>,
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
    /// As 32-bit programs have it, where that differs.
    compat: Option<String>,
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
        let other = model.groups.iter().find(|group| group.path.is_none()).map(|group| group.span);
        refuse(other, "files of a second interface have no form in Rust yet".into());
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
        let compat = (planned.compat_number != planned.number)
            .then(|| compat_number(layouts, abi, definition, interface));
        let compat = compat.transpose();
        match number(layouts, abi, definition).and_then(|value| Ok((value, compat?))) {
            Ok((value, compat)) => commands.push(Number {
                name: macro_name.clone(),
                value,
                compat,
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
    if let Some(name) = twin(&commands, &records, &records::constants(model, plan), interface) {
        refuse(None, format!("`{name}` would be two things in Rust"));
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
    let compat = compat::compat(layouts, abi, interface);
    let compat = compat.map_err(|refusal| vec![super::build::problem(model, None, refusal)])?;
    Ok(View {
        driver: format!("{}Ops", type_name(&interface.symbol)),
        constants,
        records,
        compat,
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
        let values = commands.iter().flat_map(|number| number.compat.iter().chain([&number.value]));
        values.into_iter().any(|value| value.split(['(', ':']).next() == Some(function))
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
