//! Whose layout or number an edit may change.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ioctlkit_model::{Interface, RecordId, Span};

use super::plan::{Plan, PlannedEdit};

/// The names of structures and commands that a plan edits, and of all that change with them.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    /// Those with an edit in their definition.
    pub own: HashSet<String>,
    /// These, the structures around them, and the commands that carry one or are another name of one.
    pub all: HashSet<String>,
}

impl Touched {
    /// What a plan may change in any of several interfaces.
    pub fn by(plan: &Plan, touching: &[Touching<'_>]) -> Self {
        let mut all = Self::default();
        for of_part in touching.iter().map(|touching| touching.by(plan)) {
            all.own.extend(of_part.own);
            all.all.extend(of_part.all);
        }
        all
    }

    /// Whether a finding's structure or command is among all that change.
    pub fn names(&self, record: Option<&str>, command: Option<&str>) -> bool {
        record.is_some_and(|name| self.all.contains(bare(name)))
            || command.is_some_and(|name| self.all.contains(name))
    }
}

/// What follows from what in an interface.
#[derive(Debug)]
pub struct Touching<'a> {
    interface: &'a Interface,
    /// The definitions of structures in each file.
    records_of_file: HashMap<&'a Path, Vec<(Span, RecordId)>>,
    commands_of_file: HashMap<&'a Path, Vec<(Span, usize)>>,
    by_name: HashMap<String, RecordId>,
    /// The structures that hold each one.
    around: HashMap<RecordId, Vec<RecordId>>,
    /// The commands whose argument is each structure.
    carriers: HashMap<RecordId, Vec<usize>>,
    /// The commands that are other names of one.
    other_names: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Touching<'a> {
    /// Of an interface that was read with all its definitions.
    pub fn of(interface: &'a Interface) -> Self {
        let mut touching = Self {
            interface,
            records_of_file: HashMap::new(),
            commands_of_file: HashMap::new(),
            by_name: HashMap::new(),
            around: HashMap::new(),
            carriers: HashMap::new(),
            other_names: HashMap::new(),
        };
        for (at, record) in interface.records.iter().enumerate() {
            let id = RecordId(at as u32);
            touching.by_name.entry(bare(&record.display_name()).to_owned()).or_insert(id);
            for (_, body) in record.variants.iter() {
                let path = interface.sources.path(body.span);
                touching.records_of_file.entry(path).or_default().push((body.span, id));
                for member in &body.members {
                    for inner in interface.records_directly_within(&member.ty) {
                        touching.around.entry(inner).or_default().push(id);
                    }
                }
            }
        }
        for (at, command) in interface.commands.iter().enumerate() {
            for (_, body) in command.variants.iter() {
                let path = interface.sources.path(body.span);
                touching.commands_of_file.entry(path).or_default().push((body.span, at));
                let carried = body.argument.carried().or_else(|| body.argument.ty());
                for id in carried.into_iter().flat_map(|ty| interface.records_directly_within(ty)) {
                    touching.carriers.entry(id).or_default().push(at);
                }
                if let Some(name) = interface.definitions.name(body.span) {
                    touching.other_names.entry(name).or_default().push(at);
                }
            }
        }
        touching
    }

    /// What a plan may change.
    fn by(&self, plan: &Plan) -> Touched {
        let commands = &self.interface.commands;
        let mut own_records: Vec<RecordId> = Vec::new();
        let mut own_commands: Vec<usize> = Vec::new();
        for edit in &plan.edits {
            own_records.extend(within(&self.records_of_file, edit));
            own_commands.extend(within(&self.commands_of_file, edit));
        }
        if own_records.is_empty() && own_commands.is_empty() {
            own_records
                .extend(plan.record.as_deref().and_then(|name| self.by_name.get(bare(name))));
            let named = |name: &str| commands.iter().position(|command| command.name == name);
            own_commands.extend(plan.command.as_deref().and_then(named));
        }
        let name = |id: &RecordId| bare(&self.interface.record(*id).display_name()).to_owned();
        let mut touched = Touched::default();
        touched.own.extend(own_records.iter().map(name));
        touched.own.extend(own_commands.iter().map(|at| commands[*at].name.clone()));
        let mut seen: HashSet<RecordId> = HashSet::new();
        let mut carrying = own_commands;
        while let Some(id) = own_records.pop() {
            if !seen.insert(id) {
                continue;
            }
            touched.all.insert(name(&id));
            touched.all.extend(self.interface.record(id).typedef_name.clone());
            own_records.extend(self.around.get(&id).into_iter().flatten());
            carrying.extend(self.carriers.get(&id).into_iter().flatten());
        }
        let mut known: HashSet<usize> = HashSet::new();
        while let Some(at) = carrying.pop() {
            if known.insert(at) {
                let name = commands[at].name.as_str();
                touched.all.insert(name.to_owned());
                carrying.extend(self.other_names.get(name).into_iter().flatten());
            }
        }
        touched
    }
}

/// The innermost definitions that an edit is in.
fn within<T: Copy + PartialEq>(
    of_files: &HashMap<&Path, Vec<(Span, T)>>,
    edit: &PlannedEdit,
) -> Vec<T> {
    let known = of_files.get(edit.path.as_path()).into_iter().flatten();
    let holds = |span: &Span| span.start as usize <= edit.start && edit.end <= span.end as usize;
    let mut found: Vec<(Span, T)> = known.filter(|(span, _)| holds(span)).copied().collect();
    let width = |span: &Span| span.end - span.start;
    let least = found.iter().map(|(span, _)| width(span)).min();
    found.retain(|(span, _)| Some(width(span)) == least);
    found.dedup_by(|a, b| a.1 == b.1);
    found.into_iter().map(|(_, what)| what).collect()
}

/// A structure's name without its keyword.
fn bare(name: &str) -> &str {
    name.strip_prefix("struct ").or_else(|| name.strip_prefix("union ")).unwrap_or(name)
}
