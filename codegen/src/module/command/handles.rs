//! Handles in an argument: each stands for an object that the driver keeps for the open file.

use ioctlkit_model::{Contract, HandlePurpose, RecordId, Returns, Role, Type};

use super::super::names;
use super::super::plan::{CountedArray, Handle, Kind};
use super::super::shape::{Refusal, record_type};
use super::Surroundings;

/// Other parameters of handlers, variables of the functions that call them, and what the driver has with its
/// name in front.
const TAKEN: [&str; 21] = [
    "arg", "capacity", "carg", "cmd", "count", "device", "enter", "fd", "file", "handle",
    "handles", "head", "index", "ioctl", "karg", "leave", "made", "ops", "ret", "size", "uarg",
];

/// The handles of an argument.
#[derive(Debug, Default)]
pub(super) struct Handles {
    /// That of the object which the command makes.
    pub(super) created: Option<Handle>,
    /// Those of objects which are there already.
    pub(super) used: Vec<Handle>,
}

impl Handles {
    pub(super) fn is_empty(&self) -> bool {
        self.created.is_none() && self.used.is_empty()
    }
}

/// The handles among the members of an argument.
pub(super) fn handles(
    around: Surroundings<'_>,
    id: RecordId,
    arrays: &[CountedArray],
) -> Result<Handles, Refusal> {
    let interface = around.layouts.interface();
    let mut found = Handles::default();
    for holder in interface.records_reached(&Type::Record(id)) {
        let Some(body) = interface.body(holder, around.abi) else { continue };
        for member in &body.members {
            let (Some(name), Role::Handle { object, purpose }) =
                (&member.name, &member.purpose.role)
            else {
                continue;
            };
            if holder != id {
                return Err(format!(
                    "`{name}` of `{}` is a handle, but only those in the argument itself are \
                     looked up: move it to the argument",
                    record_type(interface, holder)
                ));
            }
            let handle = handle(around.symbol, name, object, *purpose)?;
            if *purpose == HandlePurpose::Creates {
                if found.created.replace(handle).is_some() {
                    return Err("it creates two objects: make a command for each".into());
                }
            } else {
                found.used.push(handle);
            }
        }
    }
    name_apart(&mut found.used, arrays);
    Ok(found)
}

fn handle(
    symbol: &str,
    member: &str,
    object: &str,
    purpose: HandlePurpose,
) -> Result<Handle, Refusal> {
    names::possible(object)?;
    if TAKEN.contains(&object) {
        return Err(format!(
            "the driver has another use for the name `{object}`: call the object something else"
        ));
    }
    Ok(Handle {
        member: member.to_owned(),
        symbol: format!("{symbol}_{object}"),
        object: object.to_owned(),
        parameter: object.to_owned(),
        destroys: purpose == HandlePurpose::Destroys,
    })
}

/// A parameter is called as its object, unless another one is.
fn name_apart(handles: &mut [Handle], arrays: &[CountedArray]) {
    let objects = handles.iter().map(|handle| handle.object.clone());
    let names: Vec<String> = objects.chain(arrays.iter().map(|a| a.parameter.clone())).collect();
    for handle in handles {
        if names.iter().filter(|name| **name == handle.object).count() > 1 {
            handle.parameter = format!("{}_{}", handle.member, handle.object);
        }
    }
}

/// Commands that cannot have the handles that their arguments have.
pub(super) fn refuse(
    found: &Handles,
    contract: &Contract,
    kind: Kind,
    (reads, writes): (bool, bool),
) -> Result<(), Refusal> {
    if found.is_empty() {
        return Ok(());
    }
    if kind != Kind::Pointer {
        return Err("a handle in an array, or in front of one, is not looked up: pass it in a \
                    structure of its own"
            .into());
    }
    if let Some(created) = &found.created {
        if !writes {
            return Err(format!(
                "`{}` is the handle of a new {}, but the caller does not get the argument back: \
                 state `read_write`",
                created.member, created.object
            ));
        }
        if contract.returns != Returns::Nothing {
            return Err("it creates an object, and so returns nothing else".into());
        }
    }
    if let (Some(used), false) = (found.used.first(), reads) {
        return Err(format!(
            "`{}` is the handle of a {}, but the kernel does not read the argument: state \
             `write` or `read_write`",
            used.member, used.object
        ));
    }
    if found.used.iter().filter(|handle| handle.destroys).count() > 1 {
        return Err("it destroys two objects: make a command for each".into());
    }
    Ok(())
}
