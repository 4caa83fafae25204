//! What a rule may ask: the interface, its layouts, and which structures are arguments.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, OnceLock};

use ioctlkit_abi::{AbiSet, RecordKind};
use ioctlkit_model::{
    Command, Differences, Finding, Interface, Layouts, Member, Record, RecordBody, RecordId, Span,
    Type, WideTime,
};

use crate::Rule;
use crate::against::References;
use crate::classify::{ClassifiedCommand, ClassifiedMember};
use crate::compat::{Incompatibility, survey};
use crate::declared::Declared;
use crate::join::Join;
use crate::raw_commands::{self, RawCommand};
use crate::spelling::Spelling;
use crate::unstated::Unstated;

/// Everything that a rule may look at.
#[derive(Debug)]
pub struct Context<'a> {
    /// What was read.
    pub interface: &'a Interface,
    /// What types come to on each ABI.
    pub layouts: &'a Layouts<'a>,
    /// How the language of the interface spells things.
    pub spelling: Spelling<'a>,
    /// C headers that Rust sources are compared with.
    pub references: Option<&'a References>,
    /// What commands carry although their numbers do not say so.
    pub unstated: Unstated,
    arguments: Vec<ArgumentRecord<'a>>,
    incompatibilities: OnceLock<Vec<Incompatibility<'a>>>,
    raw_commands: OnceLock<Vec<RawCommand<'a>>>,
    declared: OnceLock<Declared<'a>>,
    join: OnceLock<Join>,
    wide_time: OnceLock<Option<WideTime<'a>>>,
    pub(crate) classified_commands: OnceLock<Vec<ClassifiedCommand<'a>>>,
    /// Whether a structure holds integers of 64 bits on such ABIs, as far as it was asked.
    pub(crate) holding_64_bits: Mutex<HashMap<(RecordId, AbiSet), bool>>,
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
    /// The name that people know it by: its own, or that of the structure around it where it has
    /// none.
    pub known_as: String,
    /// What precedes the name of its members in [`ArgumentRecord::known_as`]: `regs.` for an
    /// anonymous structure that is the member `regs`, else nothing.
    pub prefix: String,
    /// Whether a command's whole argument is this structure, so that its size is in the number.
    pub whole: bool,
    /// Whether the number of some command says that it carries this; else only the header around
    /// an `_IO` does, as [`Unstated`] has it.
    pub stated: bool,
    /// What the definition that it is known by says of differences between machines.
    pub differences: Differences,
    pub(crate) classified: OnceLock<Vec<ClassifiedMember<'a>>>,
}

impl<'a> Context<'a> {
    /// Prepares for the rules.
    pub fn new(layouts: &'a Layouts<'a>) -> Self {
        let interface = layouts.interface();
        let spelling = Spelling::of(interface);
        let mut whole: BTreeSet<RecordId> = BTreeSet::new();
        let mut carried: BTreeMap<RecordId, Vec<&'a Command>> = BTreeMap::new();
        for command in &interface.commands {
            let mut within: Vec<RecordId> = command
                .variants
                .iter()
                .filter_map(|(_, body)| body.argument.ty())
                .flat_map(|ty| interface.records_within(ty.carried()))
                .collect();
            whole.extend(command.variants.iter().filter_map(|(abis, body)| {
                let ty = interface.resolved(body.argument.ty()?.innermost_element(), abis.first()?);
                match ty?.innermost_element() {
                    Type::Record(id) => Some(*id),
                    _ => None,
                }
            }));
            within.sort_unstable();
            within.dedup();
            for id in within {
                carried.entry(id).or_default().push(command);
            }
        }
        let stated: BTreeSet<RecordId> = carried.keys().copied().collect();
        let unstated = Unstated::find(interface, &stated);
        for command in &interface.commands {
            let Some(id) = unstated.record(command) else { continue };
            for id in interface.records_within(&Type::Record(id)) {
                carried.entry(id).or_default().push(command);
            }
        }
        leave_out_copies(interface, &mut carried);
        let holders = holders(interface, carried.keys().copied());
        let arguments = carried
            .into_iter()
            .map(|(id, commands)| {
                let (outer, prefix) = outer(interface, &holders, id);
                let outer = interface.record(outer);
                let (known_as, differences) = (spelling.record(outer), outer.differences);
                let record = interface.record(id);
                let whole = whole.contains(&id);
                let stated = stated.contains(&id);
                ArgumentRecord {
                    id,
                    record,
                    commands,
                    known_as,
                    prefix,
                    whole,
                    stated,
                    differences,
                    classified: OnceLock::new(),
                }
            })
            .collect();
        Self {
            interface,
            layouts,
            spelling,
            references: None,
            unstated,
            arguments,
            incompatibilities: OnceLock::new(),
            raw_commands: OnceLock::new(),
            declared: OnceLock::new(),
            join: OnceLock::new(),
            wide_time: OnceLock::new(),
            classified_commands: OnceLock::new(),
            holding_64_bits: Mutex::default(),
        }
    }

    /// The same with C headers to compare Rust sources with.
    #[must_use]
    pub fn with_references(self, references: &'a References) -> Self {
        Self { references: Some(references), ..self }
    }

    /// Every structure that goes through an ioctl, nested ones and anonymous ones included.
    pub fn argument_records(&self) -> &[ArgumentRecord<'a>] {
        &self.arguments
    }

    /// Every command whose argument is not the same on ABIs that meet on one machine. Worked out
    /// once, for whichever rule asks first.
    pub fn incompatibilities(&self) -> &[Incompatibility<'a>] {
        self.incompatibilities.get_or_init(|| survey(self.layouts, &self.unstated))
    }

    /// The commands that are others in programs with a 64-bit `time_t`. Worked out once, for
    /// whichever rule asks first.
    pub fn wide_time(&self) -> Option<&WideTime<'a>> {
        self.wide_time.get_or_init(|| WideTime::of(self.layouts)).as_ref()
    }

    /// Every plain number that is a command. Worked out once, for whichever rule asks first.
    pub fn raw_commands(&self) -> &[RawCommand<'a>] {
        self.raw_commands.get_or_init(|| raw_commands::find(self))
    }

    /// Commands and types by the names that driver source uses. Worked out once, for whichever rule asks
    /// first.
    pub fn declared(&self) -> &Declared<'a> {
        self.declared.get_or_init(|| Declared::of(self.interface))
    }

    /// What driver source makes of commands that differ for 32-bit programs. Worked out once, for whoever
    /// asks first.
    pub fn join(&self) -> &Join {
        self.join.get_or_init(|| Join::of(self))
    }

    /// The ABIs of `within` on which `id` has a definition and a layout.
    pub fn laid_out(&self, id: RecordId, within: AbiSet) -> AbiSet {
        within.iter().filter(|abi| self.layouts.record(id, *abi).is_ok()).collect()
    }
}

/// `__struct_group()` declares the same members twice, in two structures of a union: one of them
/// is enough to speak of, the one with a tag if there is one.
fn leave_out_copies(interface: &Interface, carried: &mut BTreeMap<RecordId, Vec<&Command>>) {
    let identity = |id: RecordId| {
        let body = interface.record(id).variants.first()?;
        let first = body.members.first()?;
        Some((first.name_span, first.name.as_deref(), body.members.len()))
    };
    let (anonymous, named): (Vec<RecordId>, Vec<RecordId>) =
        carried.keys().copied().partition(|id| interface.record(*id).is_anonymous());
    let mut seen: BTreeSet<_> = named.into_iter().filter_map(identity).collect();
    for id in anonymous {
        if identity(id).is_some_and(|first| !seen.insert(first)) {
            carried.remove(&id);
        }
    }
}

/// Where an anonymous structure is used: the structure around it, and the member that it is.
type Holder<'a> = (RecordId, Option<&'a str>);

fn holders(
    interface: &Interface,
    records: impl Iterator<Item = RecordId>,
) -> BTreeMap<RecordId, Holder<'_>> {
    let mut holders = BTreeMap::new();
    for holder in records {
        for member in interface.record(holder).variants.iter().flat_map(|(_, body)| &body.members) {
            if let Type::Record(held) = member.ty.innermost_element()
                && interface.record(*held).is_anonymous()
            {
                holders.entry(*held).or_insert((holder, member.name.as_deref()));
            }
        }
    }
    holders
}

/// The nearest structure around `id` that has a name, and the path from there.
fn outer(
    interface: &Interface,
    holders: &BTreeMap<RecordId, Holder<'_>>,
    id: RecordId,
) -> (RecordId, String) {
    let mut outer = id;
    let mut prefix = String::new();
    // A chain of structures around each other is no longer than their number.
    for _ in 0..holders.len() {
        if !interface.record(outer).is_anonymous() {
            break;
        }
        let Some((holder, member)) = holders.get(&outer) else { break };
        if let Some(member) = member {
            prefix = format!("{member}.{prefix}");
        }
        outer = *holder;
    }
    (outer, prefix)
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

    /// A finding about a member of this structure, at its name.
    pub fn member_finding(
        &self,
        rule: &'static Rule,
        member: &Member,
        abis: AbiSet,
        message: String,
    ) -> Finding {
        let finding = self.finding(rule, member.name_span, abis, message);
        match &member.name {
            Some(name) => Finding { member: Some(format!("{}{name}", self.prefix)), ..finding },
            None => finding,
        }
    }

    /// The structure as a sentence speaks of it: "`struct x`", "`regs` of `struct x`", "an
    /// anonymous union of `struct x`".
    pub fn words(&self) -> String {
        let outer = &self.known_as;
        if !self.record.is_anonymous() {
            return format!("`{outer}`");
        }
        match (self.prefix.trim_end_matches('.'), self.record.kind) {
            ("", RecordKind::Struct) => format!("an anonymous structure of `{outer}`"),
            ("", RecordKind::Union) => format!("an anonymous union of `{outer}`"),
            (path, _) => format!("`{path}` of `{outer}`"),
        }
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
            record: Some(self.known_as.clone()),
            differences: self.differences,
            member: (!self.prefix.is_empty()).then(|| self.prefix.trim_end_matches('.').to_owned()),
            ..finding(rule, span, abis, message)
        }
    }
}

/// Makes one finding of those behind the first `from` that say the same of one place, on all of
/// their ABIs: definitions that differ between ABIs may share a fault.
pub fn merge_from(findings: &mut Vec<Finding>, from: usize) {
    let mut places: HashMap<Span, Vec<usize>> = HashMap::new();
    for finding in findings.split_off(from.min(findings.len())) {
        let same =
            |known: &Finding| known.message == finding.message && known.command == finding.command;
        let places = places.entry(finding.span).or_default();
        let known = places.iter().copied().find(|place| same(&findings[*place]));
        if let Some(place) = known {
            findings[place].abis = findings[place].abis.union(finding.abis);
        } else {
            places.push(findings.len());
            findings.push(finding);
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
    Finding {
        command: Some(command.name.clone()),
        differences: command.differences,
        ..finding(rule, span, abis, message)
    }
}

/// A finding about a place.
pub fn finding(rule: &'static Rule, span: Span, abis: AbiSet, message: String) -> Finding {
    Finding::new(&rule.info, span, abis, message)
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::Direction;

    use super::*;
    use crate::testing::{Build, U8, U32};

    #[test]
    fn an_anonymous_structure_goes_by_the_one_around_it() {
        let mut build = Build::new();
        let inner = build.structure("", &[("x", U8)]);
        let either = build.record(RecordKind::Union, "", &[("", Type::Record(inner)), ("y", U32)]);
        let outer = build.structure("outer", &[("value", Type::Record(either))]);
        build.command("X_GET", Direction::Read, Type::Record(outer));
        let layouts = Layouts::new(&build.interface);
        let cx = Context::new(&layouts);
        let names: Vec<_> = cx
            .argument_records()
            .iter()
            .map(|argument| (argument.known_as.as_str(), argument.prefix.as_str()))
            .collect();
        assert_eq!(
            names,
            [("struct outer", "value."), ("struct outer", "value."), ("struct outer", "")]
        );
        let words: Vec<_> = cx.argument_records().iter().map(ArgumentRecord::words).collect();
        assert_eq!(
            words,
            ["`value` of `struct outer`", "`value` of `struct outer`", "`struct outer`"]
        );
    }

    #[test]
    fn a_structure_behind_a_pointer_given_as_the_type_is_carried_too() {
        let mut build = Build::new();
        let inner = build.structure("inner", &[("x", U8)]);
        let outer = build.structure("outer", &[("inner", Type::Record(inner))]);
        let pointer = Type::Pointer(Box::new(Type::Record(outer)));
        build.command("X_GET", Direction::Read, pointer);
        build.command("X_SET", Direction::Write, Type::Record(inner));
        let layouts = Layouts::new(&build.interface);
        let cx = Context::new(&layouts);
        let whole: Vec<_> = cx
            .argument_records()
            .iter()
            .map(|argument| (argument.known_as.as_str(), argument.whole))
            .collect();
        assert_eq!(whole, [("struct inner", true), ("struct outer", false)]);
    }
}
