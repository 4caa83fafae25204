//! Histories of headers that are made up here: each version is the one before with an edit or three. gcc
//! says what changed. All of that has to be named, and nothing else may be.
//!
//! `main.h` is named, `inner.h` is included by it alone, and `other.h` comes and goes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use ioctl_lint::diff::{self, Version, Versions};
use ioctl_lint::{Levels, raw_commands};
use ioctlkit_abi::{Abi, AbiSet};
use ioctlkit_model::Finding;
use ioctlkit_oracle::{Compiler, Effort, Probe};
use ioctlkit_sources::c::{Request, read};

/// The ABIs, which do not align alike: what grows on one of them may fit into padding on the other.
const ABIS: [&str; 2] = ["x86_64", "i386"];

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        // Knuth's MMIX generator; its upper bits are the better ones.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn word(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

#[derive(Debug, Clone)]
struct Record {
    name: String,
    attribute: &'static str,
    members: Vec<Member>,
}

#[derive(Debug, Clone)]
struct Member {
    ty: String,
    name: String,
    bound: &'static str,
}

#[derive(Debug, Clone)]
struct Command {
    name: String,
    through: &'static str,
    nr: usize,
    argument: String,
    /// The number itself, in the place of the macro.
    literal: Option<u64>,
}

/// How many structures are in `inner.h`: the first ones.
const INNER: usize = 2;

/// A version of a header.
#[derive(Debug, Clone, Default)]
struct Header {
    records: Vec<Record>,
    macros: Vec<(String, String)>,
    enumerators: Vec<(String, usize)>,
    commands: Vec<Command>,
    /// The commands of `other.h`, where it is there.
    other: Vec<Command>,
    /// How many names were given so far: none is given twice.
    named: usize,
}

const SCALARS: [&str; 13] = [
    "__u8", "__u16", "__u32", "__s32", "__u64", "__s64", "__u16", "__s8", "long", "__le32",
    "__be32", "__le64", "__be64",
];
/// Types of its own for what only a comment tells apart: gcc takes `__le32` for `__u32`.
const BYTE_ORDERS: &str = "#include <linux/types.h>\n\
    struct le32 { __u32 it; };\nstruct be32 { __u32 it; };\n\
    struct le64 { __u64 it; };\nstruct be64 { __u64 it; };\n\
    #define __le32 struct le32\n#define __be32 struct be32\n\
    #define __le64 struct le64\n#define __be64 struct be64\n";
const ATTRIBUTES: [&str; 4] = ["", "", "", " __attribute__((packed))"];
const BOUNDS: [&str; 6] = ["", "", "", "", "[2]", "[3]"];
const THROUGH: [&str; 3] = ["_IOR", "_IOW", "_IOWR"];

impl Header {
    fn first(dice: &mut Dice) -> Self {
        let mut header = Self::default();
        for _ in 0..4 {
            header.add_record(dice);
        }
        for _ in 0..4 {
            header.add_command(dice);
            header.add_macro(dice);
            header.add_enumerator(dice);
        }
        header
    }

    fn name(&mut self, kind: &str) -> String {
        self.named += 1;
        format!("{kind}{}", self.named)
    }

    /// A type, of the structures in front of that one.
    fn ty(&self, dice: &mut Dice, before: usize) -> String {
        match dice.below(6) {
            0 if before > 0 => format!("struct {}", self.records[dice.below(before)].name),
            1 if before > 0 => format!("struct {} *", self.records[dice.below(before)].name),
            _ => dice.word(&SCALARS).to_owned(),
        }
    }

    fn member(&mut self, dice: &mut Dice, before: usize) -> Member {
        let ty = self.ty(dice, before);
        Member { ty, name: self.name("m"), bound: dice.word(&BOUNDS) }
    }

    fn add_record(&mut self, dice: &mut Dice) {
        let before = self.records.len();
        let members = (0..2 + dice.below(3)).map(|_| self.member(dice, before)).collect();
        let name = self.name("s");
        self.records.push(Record { name, attribute: dice.word(&ATTRIBUTES), members });
    }

    fn add_command(&mut self, dice: &mut Dice) {
        let command = self.command(dice);
        self.commands.push(command);
    }

    fn command(&mut self, dice: &mut Dice) -> Command {
        let argument = match dice.below(4) {
            0 => dice.word(&SCALARS).to_owned(),
            _ => format!("struct {}", dice.pick(&self.records).name),
        };
        let (name, nr) = (self.name("CMD_"), self.free_nr());
        Command { name, through: dice.word(&THROUGH), nr, argument, literal: None }
    }

    fn free_nr(&self) -> usize {
        let taken: BTreeSet<usize> = self.all_commands().map(|command| command.nr).collect();
        (1..256).find(|nr| !taken.contains(nr)).unwrap()
    }

    fn all_commands(&self) -> impl Iterator<Item = &Command> {
        self.commands.iter().chain(&self.other)
    }

    fn add_macro(&mut self, dice: &mut Dice) {
        let name = self.name("FLAG_");
        let value = dice.below(16);
        let text = match dice.below(3) {
            0 => format!("(1 << {value})"),
            1 => format!("{value:#x}"),
            _ => value.to_string(),
        };
        self.macros.push((name, text));
    }

    fn add_enumerator(&mut self, dice: &mut Dice) {
        let name = self.name("MODE_");
        self.enumerators.push((name, dice.below(8)));
    }

    /// Changes one thing. `facts` are gcc's of some version before.
    fn edit(&mut self, dice: &mut Dice, facts: &Facts) {
        let at = dice.below(self.records.len());
        let (count, name) = (self.records[at].members.len(), self.name("n"));
        match dice.below(22) {
            0 | 1 if count > 1 => {
                let (a, b) = (dice.below(count), dice.below(count));
                self.records[at].members.swap(a, b);
            }
            2 | 3 => {
                let member = self.member(dice, at);
                self.records[at].members.insert(dice.below(count + 1), member);
            }
            4 if count > 1 => _ = self.records[at].members.remove(dice.below(count)),
            5 | 6 => {
                let ty = self.ty(dice, at);
                let place = dice.below(count);
                self.records[at].members[place].ty = ty;
            }
            7 => {
                let place = dice.below(count);
                self.records[at].members[place].name = name;
            }
            8 => {
                let place = dice.below(count);
                self.records[at].members[place].bound = dice.word(&BOUNDS);
            }
            9 => {
                // The structure gets another name wherever it stands.
                let old = format!("struct {}", self.records[at].name);
                let new = format!("struct {name}");
                let is_it = |ty: &str| ty == old || ty == format!("{old} *");
                let members = self.records.iter_mut().flat_map(|record| &mut record.members);
                for member in members.filter(|member| is_it(&member.ty)) {
                    member.ty = member.ty.replace(&old, &new);
                }
                let commands = self.commands.iter_mut().chain(&mut self.other);
                for command in commands.filter(|command| command.argument == old) {
                    command.argument.clone_from(&new);
                }
                self.records[at].name = name;
            }
            10 => {
                let (nr, place) = (self.free_nr(), dice.below(self.commands.len()));
                self.commands[place].nr = nr;
            }
            11 => {
                let place = dice.below(self.commands.len());
                self.commands[place].through = dice.word(&THROUGH);
            }
            12 => {
                let ty = match dice.below(2) {
                    0 => dice.word(&SCALARS).to_owned(),
                    _ => format!("struct {}", dice.pick(&self.records).name),
                };
                let place = dice.below(self.commands.len());
                self.commands[place].argument = ty;
            }
            13 if self.commands.len() > 2 => {
                self.commands.remove(dice.below(self.commands.len()));
            }
            14 => {
                let place = dice.below(self.macros.len());
                self.macros[place].1 = format!("({} + {})", dice.below(9), dice.below(3));
            }
            15 if self.macros.len() > 2 => _ = self.macros.remove(dice.below(self.macros.len())),
            16 => {
                let place = dice.below(self.enumerators.len());
                self.enumerators[place].1 = dice.below(8);
            }
            17 if self.enumerators.len() > 2 => {
                // An enumerator becomes a macro.
                let (name, value) = self.enumerators.remove(dice.below(self.enumerators.len()));
                self.macros.push((name, (value + dice.below(2)).to_string()));
            }
            18 => self.records[at].attribute = dice.word(&ATTRIBUTES),
            19 => {
                // The number in the place of the macro, or the macro again.
                let place = dice.below(self.commands.len());
                let command = &mut self.commands[place];
                let known = || facts.get(&command.name)?.get("x86_64 number").copied();
                command.literal = match command.literal {
                    None => known(),
                    Some(_) => None,
                };
            }
            20 if self.other.is_empty() => {
                self.other = vec![self.command(dice)];
                let second = self.command(dice);
                self.other.push(second);
            }
            20 => self.other.clear(),
            _ => {
                self.add_command(dice);
                self.add_macro(dice);
                self.add_enumerator(dice);
            }
        }
    }

    /// What `inner.h` says.
    fn inner(&self) -> String {
        let mut text = "#include <linux/types.h>\n".to_owned();
        self.records[..INNER].iter().for_each(|record| record.write(&mut text));
        text
    }

    /// What `main.h` says behind its includes.
    fn main(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.macros {
            let _ = writeln!(text, "#define {name} {value}");
        }
        let _ = writeln!(text, "enum mode {{");
        for (name, value) in &self.enumerators {
            let _ = writeln!(text, "\t{name} = {value},");
        }
        let _ = writeln!(text, "}};");
        self.records[INNER..].iter().for_each(|record| record.write(&mut text));
        self.commands.iter().for_each(|command| command.write(&mut text));
        text
    }

    /// What `other.h` says behind its include.
    fn other(&self) -> String {
        let mut text = String::new();
        self.other.iter().for_each(|command| command.write(&mut text));
        text
    }

    /// All of it, as one text.
    fn text(&self) -> String {
        let (inner, main, other) = (self.inner(), self.main(), self.other());
        format!("{inner}#include <linux/ioctl.h>\n{main}{other}")
    }

    /// What is asked of gcc about each name: an expression, and what it says.
    fn questions(&self) -> Vec<(String, String, String)> {
        let mut all = Vec::new();
        let mut ask = |name: &str, what: String, expression: String| {
            all.push((name.to_owned(), what, expression));
        };
        // Which type a place has, of all that there are.
        let kinds = |place: &str| -> Vec<(String, String)> {
            let structures = self.records.iter().map(|record| format!("struct {}", record.name));
            let pointers = structures.clone().map(|name| format!("{name} *"));
            let scalars = SCALARS.iter().map(|name| (*name).to_owned());
            let all = structures.chain(pointers).chain(scalars);
            let is = |ty: String| {
                let asked = format!("__builtin_types_compatible_p(__typeof__({place}), {ty})");
                (format!("is {ty}"), asked)
            };
            all.map(is).collect()
        };
        for record in &self.records {
            let ty = format!("struct {}", record.name);
            ask(&record.name, "size".into(), format!("sizeof({ty})"));
            for Member { name, bound, .. } in &record.members {
                let place = format!("((({ty} *)0)->{name})");
                ask(
                    &record.name,
                    format!("{name} at"),
                    format!("__builtin_offsetof({ty}, {name})"),
                );
                ask(&record.name, format!("{name} size"), format!("sizeof{place}"));
                let element = if bound.is_empty() { place } else { format!("({place}[0])") };
                for (what, asked) in kinds(&element) {
                    ask(&record.name, format!("{name} {what}"), asked);
                }
            }
        }
        let constants = self.macros.iter().map(|(name, _)| name);
        for name in constants.chain(self.enumerators.iter().map(|(name, _)| name)) {
            ask(name, "value".into(), format!("({name})"));
        }
        for Command { name, argument, literal, .. } in self.all_commands() {
            ask(name, "number".into(), format!("({name})"));
            if literal.is_some() {
                continue;
            }
            for (what, asked) in kinds(&format!("(*({argument} *)0)")) {
                ask(name, what, asked);
            }
        }
        all
    }

    /// What gcc says of each name.
    fn facts(&self, compilers: &[Compiler]) -> Facts {
        let questions = self.questions();
        let mut probe = Probe::new(format!("{BYTE_ORDERS}{}", self.text()));
        let include = Path::new("/usr/include");
        probe.include_dirs(vec![include.join("x86_64-linux-gnu"), include.to_owned()]);
        for (_, _, expression) in &questions {
            probe.expression(expression.clone());
        }
        let mut facts = Facts::new();
        for compiler in compilers {
            let answers =
                probe.ask(compiler).unwrap_or_else(|error| panic!("{error}\n{}", self.text()));
            for ((name, what, _), value) in questions.iter().zip(answers.values) {
                // That a type is none of the others is no news: names of them come and go.
                if !what.contains("is ") || value != 0 {
                    let what = format!("{} {what}", compiler.abi().name);
                    facts.entry(name.clone()).or_default().insert(what, value);
                }
            }
        }
        facts
    }

    /// Whether a name is of the headers that are named, or what these use of `inner.h`.
    fn has(&self, name: &str) -> bool {
        let inner: BTreeSet<&str> =
            self.records[..INNER].iter().map(|record| record.name.as_str()).collect();
        let named = self.records[INNER..].iter().map(|record| &record.name);
        let mut named = named.chain(self.all_commands().map(|command| &command.name));
        !inner.contains(name) || named.any(|outer| self.within(outer).contains(name))
    }

    /// The structures that a name holds by value, or that are its argument, and those that are pointed to.
    fn within(&self, name: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open: Vec<String> = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            let record = self.records.iter().find(|record| record.name == name);
            let members = record.into_iter().flat_map(|record| &record.members);
            let is_it = |command: &&Command| command.name == name && command.literal.is_none();
            let command = self.all_commands().find(is_it);
            let types = members.map(|member| &member.ty).chain(command.map(|it| &it.argument));
            for ty in types {
                let inner = ty.trim_start_matches("struct ").trim_end_matches(" *");
                if ty.starts_with("struct ") && found.insert(inner.to_owned()) {
                    open.push(inner.to_owned());
                }
            }
        }
        found
    }
}

impl Record {
    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "struct {} {{", self.name);
        for Member { ty, name, bound } in &self.members {
            let _ = writeln!(text, "\t{ty} {name}{bound};");
        }
        let _ = writeln!(text, "}}{};", self.attribute);
    }
}

impl Command {
    fn write(&self, text: &mut String) {
        let Self { name, through, nr, argument, literal } = self;
        let _ = match literal {
            Some(number) => writeln!(text, "#define {name} {number:#x}"),
            None => writeln!(text, "#define {name} {through}(0xdc, {nr}, {argument})"),
        };
    }
}

/// For each name what gcc says of it.
type Facts = BTreeMap<String, BTreeMap<String, u64>>;

/// A header as the linter reads it.
fn version(folder: &Path, header: &Header) -> Version {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("inner.h"), header.inner()).unwrap();
    let main = format!("#include <linux/ioctl.h>\n#include \"inner.h\"\n{}", header.main());
    let other = format!("#include \"main.h\"\n{}", header.other());
    let mut paths = Vec::new();
    for (name, text) in [("main.h", main), ("other.h", other)] {
        if name == "main.h" || !header.other.is_empty() {
            std::fs::write(folder.join(name), text).unwrap();
            paths.push(folder.join(name));
        }
    }
    let abis = AbiSet::of(|abi: &Abi| ABIS.contains(&abi.name));
    let request =
        Request { paths, abis, raw_numbers: true, all_definitions: true, ..Request::default() };
    let (mut interface, problems) = read(&request);
    assert!(problems.is_empty(), "{problems:?}");
    raw_commands::retain_commands(&mut interface);
    Version { interface, roots: vec![folder.to_owned()], ..Version::default() }
}

/// Whether a finding speaks of a name.
fn names(finding: &Finding, name: &str) -> bool {
    let is_word = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name)
    };
    finding.notes.iter().chain([&finding.message]).any(|text| is_word(text))
        || [&finding.command, &finding.record, &finding.member]
            .into_iter()
            .flatten()
            .any(|text| is_word(text))
}

/// The names that a finding is about.
fn subjects(finding: &Finding) -> Vec<String> {
    let plain = |name: &String| name.rsplit(' ').next().unwrap_or_default().to_owned();
    match finding.rule.code {
        "D001" | "D002" => finding.command.iter().cloned().collect(),
        "D006" | "D012" => finding.member.iter().cloned().collect(),
        _ => finding
            .record
            .iter()
            .map(plain)
            .chain(finding.command.iter().cloned())
            .take(1)
            .collect(),
    }
}

fn compare(folder: &Path, old: (&Header, &Facts), new: (&Header, &Facts)) -> usize {
    let (old, was) = old;
    let (new, is) = new;
    let versions =
        Versions::new(version(&folder.join("old"), old), version(&folder.join("new"), new));
    let findings = diff::check(&versions, &Levels::default()).findings;
    let told = || {
        let messages: Vec<String> = findings
            .iter()
            .map(|finding| format!("{} {}", finding.rule.code, finding.message))
            .collect();
        format!("{}\n--- old\n{}\n--- new\n{}", messages.join("\n"), old.text(), new.text())
    };
    // Of a literal the number is all that there is.
    let is_literal = |name: &str| {
        let mut commands = old.all_commands().chain(new.all_commands());
        commands.any(|command| command.name == name && command.literal.is_some())
    };
    let is_changed = |name: &String, was: &BTreeMap<String, u64>| {
        let Some(is) = is.get(name) else { return true };
        let of_number = |facts: &BTreeMap<String, u64>| -> Vec<(String, u64)> {
            let facts = facts.iter().filter(|(what, _)| what.ends_with(" number"));
            facts.map(|(what, value)| (what.clone(), *value)).collect()
        };
        if is_literal(name) { of_number(is) != of_number(was) } else { is != was }
    };
    let changed: BTreeSet<&String> =
        was.iter().filter(|(name, facts)| is_changed(name, facts)).map(|(name, _)| name).collect();
    // The names of `inner.h` are its own: of a structure that has another name there, the layout counts.
    let inner = || old.records[..INNER].iter().zip(&new.records[..INNER]);
    let is_renamed = |name: &str| {
        inner().any(|(ours, theirs)| {
            ours.name == name && theirs.name != name && was.get(&ours.name) == is.get(&theirs.name)
        })
    };
    let is_asked_for = |name: &str| old.has(name) && new.has(name) && !is_renamed(name);
    for name in changed.iter().filter(|name| is_asked_for(name)) {
        let is_named = |name: &str| findings.iter().any(|finding| names(finding, name));
        // What changed through a structure alone is said of that.
        let through = old.within(name).into_iter().chain(new.within(name));
        let found = is_named(name) || through.into_iter().any(|inner| is_named(&inner));
        assert!(found, "{name} changed, and nothing says so:\n{}", told());
    }
    for finding in &findings {
        assert_ne!(finding.rule.code, "D011", "everything is understood here:\n{}", told());
        let subjects = subjects(finding);
        assert!(!subjects.is_empty(), "{finding:?}");
        let takes_a_place = finding.message.contains("has the place of");
        let is_so = |name: &String| {
            changed.contains(name)
                || (takes_a_place && changed.iter().any(|name| names(finding, name)))
        };
        let is_gone = finding.rule.code == "D009" && !old.other.is_empty() && new.other.is_empty();
        assert!(
            is_gone || subjects.iter().any(is_so),
            "{subjects:?} did not change: {} {}\n{}",
            finding.rule.code,
            finding.message,
            told()
        );
    }
    changed.len()
}

#[test]
fn what_gcc_says_changed_is_named_and_nothing_else() {
    let compilers: Vec<Compiler> =
        ABIS.iter().map(|name| Compiler::of(Abi::by_name(name).unwrap()).unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    let histories = if Effort::from_environment() == Effort::Full { 60 } else { 8 };
    let mut changes = 0;
    for seed in 0..histories {
        let mut dice = Dice(seed);
        let mut header = Header::first(&mut dice);
        let mut facts = header.facts(&compilers);
        for _ in 0..12 {
            let mut next = header.clone();
            for _ in 0..=dice.below(3) {
                next.edit(&mut dice, &facts);
            }
            let of_next = next.facts(&compilers);
            changes += compare(folder.path(), (&header, &facts), (&next, &of_next));
            (header, facts) = (next, of_next);
        }
    }
    assert!(changes > 100, "{changes} changes prove little");
}
