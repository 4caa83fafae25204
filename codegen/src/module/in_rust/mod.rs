//! What the templates of a module in Rust need beyond the plan: structures, constants and numbers as Rust
//! spells them, and the heads of the methods that a driver implements.

mod compat;
mod methods;
mod names;
mod records;

use ioctlkit_abi::{Abi, AbiId, Direction};
use ioctlkit_model::{Argument, Layouts, Problem, Type};
use serde::Serialize;

use super::command;
use super::plan::{Command, Growth, Interface, Kind, Plan, Rule};
use super::shape::{Refusal, Shape, record_type};
use compat::Compat;
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

/// What the generated file has of its own, and what it takes from the kernel.
const TAKEN: [&str; 50] = [
    "ARRAY_BYTES_MAX",
    "HANDLES_MAX",
    "PAGE_SIZE",
    "ARef",
    "Anonymous",
    "Arc",
    "AsBytes",
    "AsRef",
    "Box",
    "CStr",
    "Clone",
    "Copy",
    "Default",
    "Drop",
    "Err",
    "Error",
    "File",
    "FileDescriptorReservation",
    "Fn",
    "ForeignOwnable",
    "From",
    "FromBytes",
    "Into",
    "KBox",
    "KVVec",
    "MiscDevice",
    "MiscDeviceOptions",
    "MiscDeviceRegistration",
    "Mutex",
    "NonNull",
    "None",
    "Objects",
    "Ok",
    "Opaque",
    "Option",
    "PhantomData",
    "Pin",
    "PinInit",
    "Place",
    "Registration",
    "Reservation",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "Sync",
    "T",
    "UserPtr",
    "UserSlice",
];

/// A name that would be defined twice.
fn twin(
    commands: &[Number],
    records: &[Record],
    constants: &[Constant],
    interface: &Interface,
) -> Option<String> {
    let mut names: Vec<String> = TAKEN.map(str::to_owned).to_vec();
    let driver = type_name(&interface.symbol);
    names.extend(["Zeroable".into(), format!("{driver}Ops"), format!("{driver}Handles")]);
    names.extend(constants.iter().map(Constant::name));
    for number in commands {
        names.push(number.name.clone());
        let behind = ["_LAST", "_COMPAT", "_COMPAT_LAST"];
        let is_there = [
            number.last.is_some(),
            number.compat.is_some(),
            number.last.is_some() && number.compat.is_some(),
        ];
        let made = behind.into_iter().zip(is_there).filter(|(_, is_there)| *is_there);
        names.extend(made.map(|(end, _)| format!("{}{end}", number.name)));
    }
    names.extend(records.iter().map(|record| record.name().to_owned()));
    let native = interface.translations.iter().map(|translation| type_name(&translation.native));
    names.extend(native.map(|native| format!("{native}32")));
    let objects = interface.objects.iter().map(|object| type_name(&object.name));
    let objects: Vec<String> = objects.collect();
    twice(&names).or_else(|| twice(&objects)).or_else(|| records.iter().find_map(Record::twin))
}

/// The first name that is there twice.
fn twice(names: &[String]) -> Option<String> {
    let mut seen = std::collections::BTreeSet::new();
    names.iter().find(|name| !seen.insert(name.as_str())).cloned()
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

/// A command's number, of its parts.
fn number(
    layouts: &Layouts<'_>,
    abi: AbiId,
    definition: &ioctlkit_model::Command,
) -> Result<String, Refusal> {
    let body = definition.variants.get(abi).ok_or("it does not exist on x86_64")?;
    let interface = layouts.interface();
    let of = match &body.argument {
        Argument::Type(ty) => match Shape::of(layouts, abi, ty)? {
            Shape::Array(..) | Shape::Flexible(_) | Shape::Address | Shape::Char => None,
            shape => Some(type_name(&shape.kernel(interface))),
        },
        _ => None,
    };
    made(layouts, abi, definition, of)
}

/// The number as programs of the 32-bit ABIs have it.
fn compat_number(
    layouts: &Layouts<'_>,
    abi: AbiId,
    definition: &ioctlkit_model::Command,
    interface: &Interface,
) -> Result<String, Refusal> {
    let [i386, arm] = ["i386", "arm"].map(|name| Abi::by_name(name).map(Abi::id));
    let (i386, arm) = (i386.ok_or("i386 is no ABI")?, arm.ok_or("arm is no ABI")?);
    let body = definition.variants.get(abi).ok_or("it does not exist on x86_64")?;
    // Each architecture has its own layout of what is translated.
    if let Some(Type::Record(id)) =
        body.argument.ty().and_then(|ty| layouts.interface().resolved(ty, abi))
    {
        let native = record_type(layouts.interface(), *id);
        if interface.translations.iter().any(|translation| translation.native == native) {
            return made(layouts, abi, definition, Some(format!("{}32", type_name(&native))));
        }
    }
    let on = |abi| layouts.number(definition, abi).map(|number| number.number);
    if on(i386) != on(arm) {
        return Err("its number differs between 32-bit programs of x86 and of others".into());
    }
    made(layouts, i386, definition, None)
}

/// A call of the kernel's function that makes a number, of an argument of that type, or of as many bytes.
fn made(
    layouts: &Layouts<'_>,
    abi: AbiId,
    definition: &ioctlkit_model::Command,
    of: Option<String>,
) -> Result<String, Refusal> {
    let body = definition.variants.get(abi).ok_or("it does not exist on every ABI")?;
    let number = layouts.number(definition, abi).ok_or("its number is not known")?;
    let size = (number.number >> 16) & 0x3fff;
    let function = match body.direction {
        Direction::None if size == 0 => {
            return Ok(format!("_IO({:#04x}, {:#04x})", body.type_letter, body.nr));
        }
        Direction::None => {
            return Err(
                "its number has a size and no direction, which no function of the kernel makes"
                    .into(),
            );
        }
        Direction::Read => "_IOR",
        Direction::Write => "_IOW",
        Direction::ReadWrite => "_IOWR",
    };
    let of = of.unwrap_or_else(|| format!("[u8; {size}]"));
    Ok(format!("{function}::<{of}>({:#04x}, {:#04x})", body.type_letter, body.nr))
}
