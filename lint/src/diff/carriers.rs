//! Which commands carry a structure.

use std::collections::HashMap;

use ioctlkit_model::{Command, Interface, RecordId, Type};

/// The commands of an interface by the structures that they carry, at any depth.
#[derive(Debug, Default)]
pub(super) struct Carriers<'a>(HashMap<RecordId, Vec<&'a Command>>);

impl<'a> Carriers<'a> {
    pub(super) fn of(interface: &'a Interface) -> Self {
        let mut carried: HashMap<RecordId, Vec<&'a Command>> = HashMap::new();
        for command in &interface.commands {
            for id in records(interface, command) {
                carried.entry(id).or_default().push(command);
            }
        }
        Self(carried)
    }

    /// The commands that carry it, in the order of the interface.
    pub(super) fn commands(&self, id: RecordId) -> &[&'a Command] {
        self.0.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// The structures that a command carries by value, each once.
pub(super) fn records(interface: &Interface, command: &Command) -> Vec<RecordId> {
    let types = command.variants.iter().filter_map(|(_, body)| body.argument.ty());
    let mut found: Vec<RecordId> = types
        // A type behind a pointer that was given as the argument is what the driver is passed.
        .flat_map(|ty| match ty {
            Type::Pointer(to) => interface.records_within(to),
            _ => interface.records_within(ty),
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
