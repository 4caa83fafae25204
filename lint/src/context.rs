//! What a rule may ask: the interface, its layouts, and which structures are arguments.

use std::collections::BTreeMap;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{
    Command, Finding, Interface, Layouts, Member, Record, RecordBody, RecordId, Span,
};

use crate::Rule;
use crate::compat::{Incompatibility, survey};

/// Everything that a rule may look at.
#[derive(Debug)]
pub struct Context<'a> {
    /// What was read.
    pub interface: &'a Interface,
    /// What types come to on each ABI.
    pub layouts: &'a Layouts<'a>,
    arguments: Vec<ArgumentRecord<'a>>,
    incompatibilities: std::sync::OnceLock<Vec<Incompatibility<'a>>>,
}

/// A structure or union that goes through an ioctl: the argument of a command, or something that
/// an argument holds by value.
#[derive(Debug)]
pub struct ArgumentRecord<'a> {
    /// Its id.
    pub id: RecordId,
    /// The structure.
    pub record: &'a Record,
    /// The commands that carry it, in the order of the interface.
    pub commands: Vec<&'a Command>,
}

impl<'a> Context<'a> {
    /// Prepares for the rules.
    pub fn new(layouts: &'a Layouts<'a>) -> Self {
        let interface = layouts.interface();
        let mut carried: BTreeMap<RecordId, Vec<&'a Command>> = BTreeMap::new();
        for command in &interface.commands {
            let mut within: Vec<RecordId> = command
                .variants
                .iter()
                .filter_map(|(_, body)| body.argument.ty())
                .flat_map(|ty| interface.records_within(ty))
                .collect();
            within.sort_unstable();
            within.dedup();
            for id in within {
                carried.entry(id).or_default().push(command);
            }
        }
        let arguments = carried
            .into_iter()
            .map(|(id, commands)| ArgumentRecord { id, record: interface.record(id), commands })
            .collect();
        Self { interface, layouts, arguments, incompatibilities: std::sync::OnceLock::new() }
    }

    /// Every structure that goes through an ioctl, nested ones and anonymous ones included.
    pub fn argument_records(&self) -> &[ArgumentRecord<'a>] {
        &self.arguments
    }

    /// Every command whose argument is not the same on ABIs that meet on one machine. Worked out
    /// once, for whichever rule asks first.
    pub fn incompatibilities(&self) -> &[Incompatibility<'a>] {
        self.incompatibilities.get_or_init(|| survey(self.layouts))
    }

    /// The ABIs of `within` on which `id` has a definition and a layout.
    pub fn laid_out(&self, id: RecordId, within: AbiSet) -> AbiSet {
        within.iter().filter(|abi| self.layouts.record(id, *abi).is_ok()).collect()
    }
}

impl<'a> ArgumentRecord<'a> {
    /// Every member of every definition, with the ABIs of that definition.
    pub fn members(&self) -> impl Iterator<Item = (AbiSet, &'a RecordBody, &'a Member)> + use<'a> {
        let record: &'a Record = self.record;
        record
            .variants
            .iter()
            .flat_map(|(abis, body)| body.members.iter().map(move |member| (abis, body, member)))
    }

    /// A finding about this structure, at `span`; the first command that carries it is named.
    pub fn finding(
        &self,
        rule: &'static Rule,
        span: Span,
        abis: AbiSet,
        message: String,
    ) -> Finding {
        Finding {
            command: self.commands.first().map(|command| command.name.clone()),
            record: Some(self.record.display_name()),
            ..finding(rule, span, abis, message)
        }
    }
}

/// A finding about a command.
pub fn command_finding(
    rule: &'static Rule,
    command: &Command,
    span: Span,
    abis: AbiSet,
    message: String,
) -> Finding {
    Finding { command: Some(command.name.clone()), ..finding(rule, span, abis, message) }
}

/// A finding about a place.
pub fn finding(rule: &'static Rule, span: Span, abis: AbiSet, message: String) -> Finding {
    Finding {
        rule: &rule.info,
        severity: rule.info.severity,
        command: None,
        record: None,
        member: None,
        abis,
        span,
        label: String::new(),
        related: Vec::new(),
        message,
        notes: Vec::new(),
        fix: None,
    }
}
