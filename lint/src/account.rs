//! How much of an interface the rules can look at, whichever of them run.

use std::collections::{HashMap, HashSet};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Command, FileId, Header, Interface, Layouts, Type};
use ioctlkit_sources::c::asm_architecture;

use crate::program_calls;

/// What was understood of an interface, and what was not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Account {
    /// How many commands have a number on some ABI, and how many families and plain numbers there are.
    pub judged: usize,
    /// How many definitions look like commands and have no number on some ABI, and how many functions of
    /// driver source were not followed to their end.
    pub not_understood: usize,
    /// How many calls of programs were judged.
    pub calls: usize,
    /// How many calls of programs were not understood.
    pub calls_not_understood: usize,
    /// How many headers were not read for every ABI that they are meant for.
    pub not_read: usize,
    /// How many headers with commands were not read for any ABI.
    pub unread: usize,
}

impl Account {
    /// Of the interface that `layouts` answers for.
    pub fn of(layouts: &Layouts<'_>) -> Self {
        let interface = layouts.interface();
        let has_number = |command: &&Command| {
            let abis = command.variants.abis();
            abis.iter().any(|abi| layouts.number(command, abi).is_some())
        };
        let commands = interface.commands.iter().filter(has_number).count();
        let with_commands = interface.files_with_commands();
        let headers = interface.headers.iter();
        let unread = headers.clone().filter(|header| header.is_unread());
        let lost = program_calls::not_understood(interface).len();
        Self {
            calls: interface.program.calls.len(),
            calls_not_understood: lost,
            judged: commands + interface.families.len() + interface.raw_numbers.len(),
            not_understood: not_understood(interface)
                + without_number(layouts).count()
                + code_not_understood(interface),
            not_read: headers.filter(|header| !header.not_read.is_empty()).count(),
            unread: unread.filter(|header| with_commands.contains(&header.file)).count(),
        }
    }

    /// Whether something looks like a command, and nothing could be read as one.
    pub fn judged_nothing(&self) -> bool {
        self.judged == 0 && (self.not_understood > 0 || self.unread > 0)
    }
}

impl std::ops::AddAssign for Account {
    fn add_assign(&mut self, other: Self) {
        self.judged += other.judged;
        self.not_understood += other.not_understood;
        self.calls += other.calls;
        self.calls_not_understood += other.calls_not_understood;
        self.not_read += other.not_read;
        self.unread += other.unread;
    }
}

/// How many definitions have no number. Headers of architectures that the run does not look at do not
/// count.
fn not_understood(interface: &Interface) -> usize {
    let is_elsewhere = |header: &&Header| header.abis.is_empty() && !header.is_unread();
    let elsewhere: HashSet<FileId> =
        interface.headers.iter().filter(is_elsewhere).map(|header| header.file).collect();
    let unknown = interface.not_understood.iter();
    unknown.filter(|unknown| !elsewhere.contains(&unknown.span.file)).count()
}

/// How many functions of driver source were not followed to their end, as U005 reports them.
fn code_not_understood(interface: &Interface) -> usize {
    let code = &interface.code;
    let gave_up = code.handlers.iter().filter(|handler| handler.gave_up.is_some());
    code.not_understood.len() + gave_up.count()
}

/// Every command whose argument has no layout on some ABIs, with these ABIs and the argument.
pub(crate) fn without_number<'a>(
    layouts: &Layouts<'a>,
) -> impl Iterator<Item = (&'a Command, AbiSet, &'a Type)> {
    let interface = layouts.interface();
    let architectures = Architectures::of(interface);
    interface.commands.iter().filter_map(move |command| {
        let all = command.variants.abis();
        let unknown = layouts.abis_where(all, |_, id| layouts.number(command, id).is_none());
        let ty = command.variants.get(unknown.first()?)?.argument.ty()?;
        (!architectures.is_of_another(command, ty, unknown)).then_some((command, unknown, ty))
    })
}

/// For which architectures an interface was read.
pub(crate) struct Architectures<'a> {
    interface: &'a Interface,
    /// The ABIs that each header was read for.
    read_for: HashMap<FileId, AbiSet>,
}

impl<'a> Architectures<'a> {
    pub(crate) fn of(interface: &'a Interface) -> Self {
        let headers = interface.headers.iter();
        Self { interface, read_for: headers.map(|header| (header.file, header.abis)).collect() }
    }

    /// Whether a structure is one that `asm/` headers of other architectures define, so that the command is
    /// theirs; or that is declared only, where the header was not read for every architecture: one that was
    /// left out, which the run says, may define it (`struct kvm_vcpu_init` of arm64).
    pub(crate) fn is_of_another(&self, command: &Command, ty: &Type, unknown: AbiSet) -> bool {
        let interface = self.interface;
        let Type::Record(id) = ty.innermost_element() else { return false };
        let variants = &interface.record(*id).variants;
        if !variants.is_empty() {
            let in_asm = |span| asm_architecture(interface.sources.path(span)).is_some();
            return variants.abis().intersection(unknown).is_empty()
                && variants.iter().all(|(_, body)| in_asm(body.span));
        }
        let read_for = self.read_for.get(&command.span.file);
        read_for.is_some_and(|read_for| !interface.abis.is_subset(*read_for))
    }
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::{Abi, Direction};
    use ioctlkit_model::{NotRead, NotUnderstood, Variants};

    use super::*;
    use crate::testing::{Build, U32};

    fn header(file: FileId, abis: AbiSet) -> Header {
        Header { file, abis, errors: Vec::new(), not_read: Vec::new() }
    }

    #[test]
    fn a_header_counts_as_unread_only_if_it_has_commands_and_no_architecture_could_read_it() {
        let mut build = Build::new();
        build.command("X_GET", Direction::Read, U32);
        let span = build.interface.commands[0].span;
        let lack = |abis| NotRead { missing: "asm/x.h".into(), span, abis };
        let of = |interface: &Interface| Account::of(&Layouts::new(interface));

        let mut interface = build.interface;
        let missing = vec![lack(AbiSet::ALL)];
        interface.headers = vec![Header { not_read: missing, ..header(span.file, AbiSet::EMPTY) }];
        assert_eq!((of(&interface).unread, of(&interface).not_read), (1, 1));

        let some = AbiSet::of(Abi::is_64_bit);
        let missing = vec![lack(AbiSet::ALL.difference(some))];
        interface.headers = vec![Header { not_read: missing, ..header(span.file, some) }];
        assert_eq!((of(&interface).unread, of(&interface).not_read), (0, 1));

        interface.headers = vec![header(span.file, AbiSet::EMPTY)];
        assert_eq!((of(&interface).unread, of(&interface).not_read), (0, 0), "of another ABI");

        interface.commands.clear();
        let missing = vec![lack(AbiSet::ALL)];
        interface.headers = vec![Header { not_read: missing, ..header(span.file, AbiSet::EMPTY) }];
        assert_eq!((of(&interface).unread, of(&interface).not_read), (0, 1), "no commands");
    }

    #[test]
    fn nothing_is_judged_where_each_definition_is_unknown_and_the_run_looks_at_its_header() {
        let mut build = Build::new();
        build.command("X_GET", Direction::Read, Type::Unknown("nope_t".into()));
        let span = build.interface.commands[0].span;
        let judged_nothing =
            |interface: &Interface| Account::of(&Layouts::new(interface)).judged_nothing();
        assert!(judged_nothing(&build.interface), "a command without a layout");
        build.command("X_PUT", Direction::Write, U32);
        assert!(!judged_nothing(&build.interface));

        let mut interface = build.interface;
        interface.commands.clear();
        assert!(!judged_nothing(&interface), "there is nothing to judge");
        interface.not_understood.push(NotUnderstood {
            name: "X_GET".into(),
            span,
            abis: AbiSet::ALL,
            reason: "nothing defines `FOO_IOR`".into(),
        });
        interface.headers = vec![header(span.file, AbiSet::ALL)];
        assert!(judged_nothing(&interface));
        interface.headers = vec![header(span.file, AbiSet::EMPTY)];
        assert!(!judged_nothing(&interface), "its header is for other ABIs");
    }

    #[test]
    fn a_structure_of_an_architecture_that_was_left_out_is_not_missed() {
        let unknown = |read_for: AbiSet, is_defined: bool| {
            let mut build = Build::new();
            let id = build.structure("vcpu_init", &[("a", Type::Unknown("nope_t".into()))]);
            if !is_defined {
                build.interface.records[id.index()].variants = Variants::default();
            }
            build.command("X_INIT", Direction::Read, Type::Record(id));
            let file = build.interface.commands[0].span.file;
            build.interface.headers.push(header(file, read_for));
            let layouts = Layouts::new(&build.interface);
            without_number(&layouts).count()
        };
        let some = AbiSet::of(Abi::is_64_bit);
        assert_eq!(unknown(some, false), 0, "another architecture may define it");
        assert_eq!(unknown(AbiSet::ALL, false), 1);
        assert_eq!(unknown(some, true), 1, "a member is what is unknown");
    }
}
