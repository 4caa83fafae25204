//! Gathers what the classes of ABIs yield into one interface.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use ioctlkit_abi::{AbiSet, RecordKind};
use ioctlkit_model::{
    Command, CommandBody, Contract, Differences, Enum, EnumBody, EnumId, Family, FamilyNumber,
    FileId, Handed, Interface, NamedConstant, NotUnderstood, PassedArgument, Problem, ProblemKind,
    RawNumber, Record, RecordBody, RecordId, Requested, Span, THROUGH_CONSTANT, Type, Typedef,
    TypedefBody, TypedefId, UnknownArgument, Variants,
};

use crate::rust::resolve::sources::{FileIndex, Missing, Sources};
use crate::rust::syntax::comments::comments;
use crate::rust::syntax::item::{Item, Place};

/// Which constants are taken for the numbers of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Constants {
    /// Those that a call uses as its request, or whose definition says so.
    #[default]
    Requests,
    /// All that are numbers past 255: [`THROUGH_CONSTANT`](ioctlkit_model::THROUGH_CONSTANT) marks
    /// those that nothing uses.
    All,
}

/// A definition by where it stands, its name, and what its parameters stand for.
type Key = (FileIndex, Place, String);

/// Where a command is defined, and what it is called.
pub(crate) struct Named<'a> {
    pub(crate) file: FileIndex,
    pub(crate) name: &'a str,
    pub(crate) c_name: Option<&'a str>,
    pub(crate) name_place: Place,
    pub(crate) place: Place,
}

/// Something that cannot be worked out for a class of ABIs.
#[derive(Debug)]
struct Doubt {
    file: FileIndex,
    place: Place,
    message: String,
    help: &'static str,
}

/// The interface so far, and every file that it is from.
#[derive(Debug)]
pub(crate) struct Builder {
    pub(crate) interface: Interface,
    sources: Rc<Sources>,
    problems: Vec<Problem>,
    said: HashSet<(FileIndex, Place, String)>,
    /// What may turn out to be known for another class of ABIs.
    doubts: Vec<Doubt>,
    known: HashSet<(FileIndex, Place)>,
    ids: HashMap<FileIndex, FileId>,
    records: HashMap<Key, RecordId>,
    enums: HashMap<Key, EnumId>,
    typedefs: HashMap<Key, TypedefId>,
    commands: HashMap<Key, usize>,
    families: HashMap<Key, usize>,
    raw_numbers: HashMap<Key, usize>,
    not_understood: HashMap<Key, usize>,
    passed: HashMap<(FileIndex, Place), usize>,
    unknown_arguments: BTreeMap<(FileIndex, Place), UnknownArgument>,
    /// Requests whose name has no definition on some ABIs: it may have one on others.
    undefined: BTreeMap<Key, AbiSet>,
    constants: Constants,
}

impl Builder {
    /// For an interface on these ABIs, from these files.
    pub(crate) fn new(abis: AbiSet, sources: Rc<Sources>, constants: Constants) -> Self {
        Self {
            interface: Interface { abis, ..Interface::default() },
            sources,
            constants,
            problems: Vec::new(),
            said: HashSet::new(),
            doubts: Vec::new(),
            known: HashSet::new(),
            ids: HashMap::new(),
            records: HashMap::new(),
            enums: HashMap::new(),
            typedefs: HashMap::new(),
            commands: HashMap::new(),
            families: HashMap::new(),
            raw_numbers: HashMap::new(),
            not_understood: HashMap::new(),
            passed: HashMap::new(),
            unknown_arguments: BTreeMap::new(),
            undefined: BTreeMap::new(),
        }
    }

    /// Whether constants are taken that nothing says to be commands.
    pub(crate) fn reads_constants(&self) -> bool {
        self.constants == Constants::All
    }

    /// The interface, and what could not be read.
    pub(crate) fn finish(mut self) -> (Interface, Vec<Problem>) {
        self.say_missing();
        self.say_doubts();
        self.say_undefined();
        for command in &mut self.interface.commands {
            let variants = std::mem::take(&mut command.variants);
            command.variants = known_only(variants, |body| {
                !body
                    .argument
                    .ty()
                    .is_some_and(|ty| matches!(ty.innermost_element(), Type::Unknown(_)))
            });
        }
        for record in &mut self.interface.records {
            let variants = std::mem::take(&mut record.variants);
            record.variants = known_only(variants, |body| {
                let mut types = body.members.iter().map(|member| member.ty.innermost_element());
                !types.any(|ty| matches!(ty, Type::Unknown(_)))
            });
        }
        let interface = &mut self.interface;
        let is_known = |at: &(FileIndex, Place)| {
            let passed = self.passed.get(at).map(|index| &interface.passed[*index]);
            passed.is_some_and(|passed| passed.requested.is_some())
        };
        let unknown = self.unknown_arguments.into_iter().filter(|(at, _)| !is_known(at));
        interface.unknown_arguments.extend(unknown.map(|(_, argument)| argument));
        interface.commands.sort_by_key(|command| command.span);
        interface.families.sort_by_key(|family| family.span);
        interface.raw_numbers.sort_by_key(|raw| raw.span);
        interface.constants.sort_by_key(|constant| constant.span);
        interface.not_understood.sort_by_key(|unknown| unknown.span);
        (self.interface, self.problems)
    }

    /// The file in the interface's sources, added now unless it was before.
    pub(crate) fn id(&mut self, file: FileIndex) -> FileId {
        if let Some(known) = self.ids.get(&file) {
            return *known;
        }
        let parsed = self.sources.parsed(file);
        let path = self.sources.shown(&parsed.path).to_owned();
        let id = self.interface.sources.add(path, parsed.text.clone());
        self.interface.sources.file_mut(id).comments = comments(&parsed.text);
        self.ids.insert(file, id);
        id
    }

    pub(crate) fn span(&mut self, file: FileIndex, place: Place) -> Span {
        Span { file: self.id(file), start: place.start, end: place.end.max(place.start) }
    }

    /// Says something about a place, once.
    pub(crate) fn say(
        &mut self,
        kind: ProblemKind,
        file: FileIndex,
        place: Place,
        message: String,
        help: Option<String>,
    ) {
        if !self.said.insert((file, place, message.clone())) {
            return;
        }
        let span = Some(self.span(file, place));
        self.problems.push(Problem { kind, path: None, span, message, help });
    }

    /// Says that something is unknown, unless it is known for other ABIs: source that is not meant
    /// for an ABI does not define all that it would need there.
    pub(crate) fn doubt(
        &mut self,
        file: FileIndex,
        place: Place,
        message: String,
        help: &'static str,
    ) {
        self.doubts.push(Doubt { file, place, message, help });
    }

    /// How many doubts there are.
    pub(crate) fn doubts(&self) -> usize {
        self.doubts.len()
    }

    /// Forgets what was doubted since there were so many.
    pub(crate) fn forget_doubts(&mut self, count: usize) {
        self.doubts.truncate(count);
    }

    /// What stands there is known for a class of ABIs.
    pub(crate) fn settle(&mut self, file: FileIndex, place: Place) {
        self.known.insert((file, place));
    }

    fn say_doubts(&mut self) {
        let mut sentences = HashSet::new();
        for doubt in std::mem::take(&mut self.doubts) {
            let Doubt { file, place, message, help } = doubt;
            // Once, however many items it is of consequence for.
            if !self.known.contains(&(file, place)) && sentences.insert(message.clone()) {
                self.say(ProblemKind::Incomplete, file, place, message, Some(help.into()));
            }
        }
    }

    /// Says something about a path, once.
    pub(crate) fn say_path(
        &mut self,
        kind: ProblemKind,
        path: &Path,
        message: String,
        help: Option<String>,
    ) {
        let path = self.sources.shown(path).to_owned();
        let known = self
            .problems
            .iter()
            .any(|known| known.path.as_deref() == Some(&*path) && known.message == message);
        if !known {
            self.problems.push(Problem { kind, path: Some(path), span: None, message, help });
        }
    }

    fn say_missing(&mut self) {
        for missing in self.sources.missing() {
            match missing {
                Missing::Unreadable(path, reason) => self.unreadable(&path, &reason),
                Missing::Module(file, place, name) => self.say(
                    ProblemKind::Incomplete,
                    file,
                    place,
                    format!(
                        "there is no file for the module `{name}`, so what it defines is missing"
                    ),
                    Some(format!(
                        "write `{name}.rs` or `{name}/mod.rs`, or name the file with `#[path]`"
                    )),
                ),
                Missing::Generated(own, file) => self.say_path(
                    ProblemKind::Note,
                    &own,
                    format!(
                        "`{file}` is made by the build script and not there, so what it defines is \
                         unknown"
                    ),
                    Some("run `cargo build` before".into()),
                ),
            }
        }
    }

    /// A file that cannot be read.
    pub(crate) fn unreadable(&mut self, path: &Path, reason: &str) {
        let help = if reason.contains("utf-8") || reason.contains("UTF-8") {
            "Rust source is UTF-8: convert the file"
        } else {
            "grant read permission, or leave the path out"
        };
        self.say_path(ProblemKind::Failure, path, reason.to_owned(), Some(help.into()));
    }

    /// The structure or union that stands there, declared now unless it was before.
    pub(crate) fn record(
        &mut self,
        key: (FileIndex, Place),
        kind: RecordKind,
        name: Option<String>,
        c_name: Option<String>,
        name_place: Place,
    ) -> RecordId {
        let key = (key.0, key.1, name.clone().unwrap_or_default());
        if let Some(known) = self.records.get(&key) {
            return *known;
        }
        let span = self.span(key.0, name_place);
        let id = RecordId(self.interface.records.len() as u32);
        self.interface.records.push(Record {
            docs: Vec::new(),
            differences: Differences::default(),
            kind,
            name,
            typedef_name: None,
            c_name,
            span,
            variants: Variants::default(),
        });
        self.records.insert(key, id);
        id
    }

    /// Defines a structure or union for some ABIs.
    pub(crate) fn define_record(&mut self, id: RecordId, abis: AbiSet, body: RecordBody) {
        self.interface.records[id.index()].variants.add(abis, body);
    }

    /// The enumeration that stands there, defined for some ABIs.
    pub(crate) fn enumeration(
        &mut self,
        file: FileIndex,
        name: &str,
        name_place: Place,
        abis: AbiSet,
        body: EnumBody,
    ) -> EnumId {
        let key = (file, name_place, name.to_owned());
        let id = if let Some(known) = self.enums.get(&key) {
            *known
        } else {
            let span = self.span(file, name_place);
            let id = EnumId(self.interface.enums.len() as u32);
            let variants = Variants::default();
            self.interface.enums.push(Enum { name: Some(name.to_owned()), span, variants });
            self.enums.insert(key, id);
            id
        };
        self.interface.enums[id.index()].variants.add(abis, body);
        id
    }

    /// The typedef that stands there, declared now unless it was before.
    pub(crate) fn typedef(&mut self, file: FileIndex, name: &str, name_place: Place) -> TypedefId {
        let key = (file, name_place, name.to_owned());
        if let Some(known) = self.typedefs.get(&key) {
            return *known;
        }
        let span = self.span(file, name_place);
        let id = TypedefId(self.interface.typedefs.len() as u32);
        let variants = Variants::default();
        self.interface.typedefs.push(Typedef { name: name.to_owned(), span, variants });
        self.typedefs.insert(key, id);
        id
    }

    /// Whether a typedef has a meaning on an ABI.
    pub(crate) fn typedef_has(&self, id: TypedefId, abis: AbiSet) -> bool {
        abis.is_subset(self.interface.typedef(id).variants.abis())
    }

    /// Defines a typedef for some ABIs.
    pub(crate) fn define_typedef(&mut self, id: TypedefId, abis: AbiSet, body: TypedefBody) {
        self.interface.typedefs[id.index()].variants.add(abis, body);
    }

    /// Adds a command, or what it is on more ABIs.
    pub(crate) fn command(
        &mut self,
        file: FileIndex,
        name: &str,
        c_name: Option<&str>,
        name_place: Place,
        abis: AbiSet,
        body: CommandBody,
    ) {
        let key = (file, name_place, name.to_owned());
        let index = if let Some(known) = self.commands.get(&key) {
            *known
        } else {
            let span = self.span(file, name_place);
            self.interface.commands.push(Command {
                contract: None,
                differences: Differences::default(),
                name: name.to_owned(),
                c_name: c_name.map(str::to_owned),
                span,
                variants: Variants::default(),
            });
            self.commands.insert(key, self.interface.commands.len() - 1);
            self.interface.commands.len() - 1
        };
        self.interface.commands[index].variants.add(abis, body);
    }

    /// Adds what a definition says of a command beyond its number, if there is such a command.
    pub(crate) fn contract(
        &mut self,
        (file, name_place): (FileIndex, Place),
        name: &str,
        contract: Contract,
        differences: Differences,
    ) {
        if let Some(index) = self.commands.get(&(file, name_place, name.to_owned())) {
            let command = &mut self.interface.commands[*index];
            command.contract.get_or_insert(contract);
            command.differences = differences;
        }
    }

    /// Adds a family, once.
    pub(crate) fn family(
        &mut self,
        file: FileIndex,
        name: &str,
        name_place: Place,
        parameters: Vec<String>,
        expansion: &str,
    ) {
        let count = self.interface.families.len();
        let key = (file, name_place, name.to_owned());
        if let Entry::Vacant(entry) = self.families.entry(key) {
            entry.insert(count);
            let span = self.span(file, name_place);
            let expansion = expansion.split_whitespace().collect::<Vec<_>>().join(" ");
            self.interface.families.push(Family {
                name: name.to_owned(),
                span,
                parameters,
                expansion,
                of_any_length: None,
                number: None,
            });
        }
    }

    /// Adds what the numbers of a family share.
    pub(crate) fn family_number(
        &mut self,
        (file, name_place): (FileIndex, Place),
        name: &str,
        number: Option<FamilyNumber>,
    ) {
        if let Some(index) = self.families.get(&(file, name_place, name.to_owned())) {
            self.interface.families[*index].number = number;
        }
    }

    /// Remembers what a call of `ioctl` is given.
    pub(crate) fn passed(
        &mut self,
        (file, place): (FileIndex, Place),
        function: &str,
        abis: AbiSet,
        handed: Handed,
        requested: Option<Requested>,
    ) {
        let span = self.span(file, place);
        let passed = &mut self.interface.passed;
        // Classes of ABIs come one after the other, each with the same call.
        let known = self.passed.get(&(file, place)).map(|index| &mut passed[*index]);
        if let Some(known) = known.filter(|it| it.handed == handed && it.requested == requested) {
            known.abis = known.abis.union(abis);
            return;
        }
        self.passed.insert((file, place), passed.len());
        passed.push(PassedArgument {
            span,
            function: function.to_owned(),
            abis,
            handed,
            requested,
        });
    }

    /// Remembers that nothing says what a call of `ioctl` is given. It counts unless the type is known on
    /// other ABIs.
    pub(crate) fn unknown_argument(
        &mut self,
        (file, place): (FileIndex, Place),
        function: &str,
        abis: AbiSet,
        reason: String,
        requested: Requested,
    ) {
        let span = self.span(file, place);
        let function = function.to_owned();
        let new = UnknownArgument { span, function, abis, reason, requested };
        let known = self.unknown_arguments.entry((file, place)).or_insert(new);
        known.abis = known.abis.union(abis);
    }

    /// The names of commands, families and plain numbers.
    pub(crate) fn defined(&self) -> impl Iterator<Item = &str> {
        let keys = self.commands.keys().chain(self.families.keys()).chain(self.raw_numbers.keys());
        keys.map(|(_, _, name)| name.as_str())
    }

    /// Remembers a request whose name nothing defines on some ABIs. It counts unless
    /// [`settle`](Self::settle) knows the place for others: source that is not meant for an ABI does
    /// not define all that it would need there.
    pub(crate) fn undefined(&mut self, (file, place): (FileIndex, Place), by: &str, abis: AbiSet) {
        let known = self.undefined.entry((file, place, by.to_owned())).or_default();
        *known = known.union(abis);
    }

    /// Functions call each other so often that the rest is not worked out.
    pub(crate) fn too_many_calls(&mut self, most: u32) {
        let message = format!(
            "constants call functions more than {most} times: the numbers that were left by then are \
             unknown"
        );
        let problem = Problem {
            kind: ProblemKind::Failure,
            path: None,
            span: None,
            message,
            help: Some("name fewer files, or leave out the one with such functions".into()),
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn say_undefined(&mut self) {
        for ((file, place, by), abis) in std::mem::take(&mut self.undefined) {
            if !self.known.contains(&(file, place)) {
                self.not_understood((file, place), &by, abis, "nothing defines the name");
            }
        }
    }

    /// Remembers a request that cannot be worked out on some ABIs.
    pub(crate) fn not_understood(
        &mut self,
        (file, place): (FileIndex, Place),
        name: &str,
        abis: AbiSet,
        reason: &str,
    ) {
        let span = self.span(file, place);
        let key = (file, place, name.to_owned());
        let index = *self.not_understood.entry(key).or_insert_with(|| {
            self.interface.not_understood.push(NotUnderstood {
                name: name.to_owned(),
                span,
                abis: AbiSet::EMPTY,
                reason: reason.to_owned(),
            });
            self.interface.not_understood.len() - 1
        });
        let known = &mut self.interface.not_understood[index].abis;
        *known = known.union(abis);
    }

    pub(crate) fn raw_number(
        &mut self,
        (file, name_place): (FileIndex, Place),
        name: &str,
        through: &str,
        abis: AbiSet,
        number: u32,
    ) {
        let key = (file, name_place, name.to_owned());
        let index = if let Some(known) = self.raw_numbers.get(&key) {
            // Whatever uses a constant says more of it than that it is one.
            let raw = &mut self.interface.raw_numbers[*known];
            if raw.through == THROUGH_CONSTANT {
                through.clone_into(&mut raw.through);
            }
            *known
        } else {
            let span = self.span(file, name_place);
            let variants = Variants::default();
            self.interface.raw_numbers.push(RawNumber {
                name: name.to_owned(),
                span,
                variants,
                through: through.to_owned(),
            });
            self.raw_numbers.insert(key, self.interface.raw_numbers.len() - 1);
            self.interface.raw_numbers.len() - 1
        };
        self.interface.raw_numbers[index].variants.add(abis, number);
    }

    /// Adds what the commands of a family have in common but for their length.
    pub(crate) fn of_any_length(
        &mut self,
        named: &Named<'_>,
        abis: AbiSet,
        body: CommandBody,
        contract: Contract,
        differences: Differences,
    ) {
        let span = self.span(named.file, named.name_place);
        let families = &mut self.interface.families;
        let Some(family) = families.iter_mut().find(|family| family.span == span) else { return };
        let command = family.of_any_length.get_or_insert_with(|| {
            Box::new(Command {
                name: named.name.to_owned(),
                c_name: named.c_name.map(str::to_owned),
                span,
                variants: Variants::default(),
                contract: Some(contract),
                differences,
            })
        });
        command.variants.add(abis, body);
    }

    /// Adds a named constant, or what it is on more ABIs.
    pub(crate) fn constant(
        &mut self,
        file: FileIndex,
        item: &Item,
        abis: AbiSet,
        value: i128,
        new: impl FnOnce(String, Span) -> NamedConstant,
    ) {
        let span = self.span(file, item.name_place);
        let constants = &mut self.interface.constants;
        let index = constants.iter().position(|known| known.span == span).unwrap_or_else(|| {
            constants.push(new(item.name.clone(), span));
            constants.len() - 1
        });
        constants[index].variants.add(abis, value);
    }
}

/// The definitions that are known, or all where none is: on ABIs for which the source lacks a type
/// that others have, it was never meant to be compiled.
fn known_only<T: PartialEq>(variants: Variants<T>, is_known: impl Fn(&T) -> bool) -> Variants<T> {
    if variants.len() < 2 || !variants.iter().any(|(_, definition)| is_known(definition)) {
        return variants;
    }
    let mut out = Variants::default();
    for (abis, definition) in variants {
        if is_known(&definition) {
            out.add(abis, definition);
        }
    }
    out
}
