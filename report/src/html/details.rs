//! What a page shows besides the report: layouts and numbers of what findings are about.

use std::collections::{BTreeSet, HashMap};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{FileId, Finding, Interface, Layouts, RecordId, SourceMap, Span};

use crate::layout_map::{self, Map};

/// How many structures are drawn at most.
const STRUCTURES: usize = 500;

/// What a page shows besides the report.
#[derive(Debug, Default)]
pub struct Details {
    structures: Vec<Structure>,
    commands: HashMap<(FileId, String), Vec<Number>>,
}

/// A structure that findings are about.
#[derive(Debug)]
pub(super) struct Structure {
    pub(super) map: Map,
    span: Span,
    /// The files with findings about it.
    files: BTreeSet<FileId>,
}

/// The number of a command on some ABIs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) abis: AbiSet,
    pub(super) value: u32,
    /// What the number says of its argument's size, in bytes.
    pub(super) size: Option<u64>,
}

impl Details {
    /// Takes the layouts and numbers of what findings are about from the interface that they were found in.
    pub fn take_in(&mut self, interface: &Interface, findings: &[Finding]) {
        let layouts = Layouts::new(interface);
        let mut records: HashMap<String, Vec<RecordId>> = HashMap::new();
        for (index, record) in (0..).zip(&interface.records) {
            if !record.is_anonymous() && !record.variants.is_empty() {
                records.entry(record.display_name()).or_default().push(RecordId(index));
            }
        }
        let mut known: HashMap<RecordId, usize> = HashMap::new();
        for finding in findings {
            self.take_in_numbers(&layouts, finding);
            let Some(named) = finding.record.as_ref().and_then(|name| records.get(name)) else {
                continue;
            };
            let file = finding.span.file;
            let in_file = named.iter().find(|id| interface.record(**id).span.file == file);
            let Some(id) = in_file.or(named.first()).copied() else { continue };
            if let Some(place) = known.get(&id) {
                self.structures[*place].files.insert(file);
                continue;
            }
            if self.structures.len() < STRUCTURES {
                known.insert(id, self.structures.len());
                self.structures.push(Structure {
                    map: layout_map::of(&layouts, id, interface.abis),
                    span: interface.record(id).span,
                    files: BTreeSet::from([file]),
                });
            }
        }
    }

    fn take_in_numbers(&mut self, layouts: &Layouts<'_>, finding: &Finding) {
        let Some(name) = &finding.command else { return };
        let file = finding.span.file;
        let key = (file, name.clone());
        if self.commands.contains_key(&key) {
            return;
        }
        let commands = &layouts.interface().commands;
        let named = || commands.iter().filter(|command| command.name == *name);
        let Some(command) =
            named().find(|command| command.span.file == file).or_else(|| named().next())
        else {
            return;
        };
        let mut numbers: Vec<Number> = Vec::new();
        for abi in command.variants.abis() {
            let Some(numbered) = layouts.number(command, abi) else { continue };
            let argument = command.variants.get(abi).map(|body| &body.argument);
            let size = argument.and_then(|argument| layouts.argument_size(argument, abi).ok());
            match numbers.iter_mut().find(|known| known.value == numbered.number) {
                Some(known) => known.abis.insert(abi),
                None => numbers.push(Number {
                    abis: AbiSet::only(abi),
                    value: numbered.number,
                    size: size.filter(|size| *size > 0),
                }),
            }
        }
        self.commands.insert(key, numbers);
    }

    /// The numbers of the command that a finding is about.
    pub(super) fn numbers(&self, finding: &Finding) -> &[Number] {
        let name = finding.command.as_ref();
        let key = name.map(|name| (finding.span.file, name.clone()));
        key.and_then(|key| self.commands.get(&key)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The structure that a finding is about, with its number in the page.
    pub(super) fn structure(&self, finding: &Finding) -> Option<(usize, &Structure)> {
        let name = finding.record.as_deref()?;
        self.structures.iter().enumerate().find(|(_, structure)| {
            structure.map.name == name && structure.files.contains(&finding.span.file)
        })
    }
}

impl Structure {
    /// The map, with the place as files are called now.
    pub(super) fn placed(&self, sources: &SourceMap) -> Map {
        let line = sources.position(self.span).line;
        let place = format!("{}:{line}", sources.path(self.span).display());
        Map { place, ..self.map.clone() }
    }
}
