//! Which commands carry a structure.

use std::collections::{HashMap, HashSet};

use ioctlkit_model::{Command, Interface, RecordId, Type};

/// The commands of an interface by the structures that they carry, at any depth.
#[derive(Debug, Default)]
pub(super) struct Carriers<'a> {
    carried: HashMap<RecordId, Vec<&'a Command>>,
    by_value: HashSet<RecordId>,
    arguments: HashSet<RecordId>,
}

impl<'a> Carriers<'a> {
    pub(super) fn of(interface: &'a Interface) -> Self {
        let mut carriers = Self::default();
        for command in &interface.commands {
            for id in records(interface, command) {
                carriers.carried.entry(id).or_default().push(command);
            }
            let types = || command.variants.iter().filter_map(|(_, body)| body.argument.ty());
            let own = types().map(Type::carried);
            carriers.arguments.extend(own.flat_map(|ty| interface.records_directly_within(ty)));
            carriers.by_value.extend(types().flat_map(|ty| interface.records_within(ty)));
        }
        carriers
    }

    /// Whether its bytes count in the number of a command.
    pub(super) fn by_value(&self, id: RecordId) -> bool {
        self.by_value.contains(&id)
    }

    /// Whether it is the argument of a command, and not only inside one.
    pub(super) fn is_argument(&self, id: RecordId) -> bool {
        self.arguments.contains(&id)
    }

    /// The commands that carry it, in the order of the interface.
    pub(super) fn commands(&self, id: RecordId) -> &[&'a Command] {
        self.carried.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// The structures that a command carries by value, or behind a pointer given as its type, each once.
pub(super) fn records(interface: &Interface, command: &Command) -> Vec<RecordId> {
    let types = command.variants.iter().filter_map(|(_, body)| body.argument.ty());
    let mut found: Vec<RecordId> =
        types.flat_map(|ty| interface.records_within(ty.carried())).collect();
    found.sort_unstable();
    found.dedup();
    found
}
