//! From the model to the plan: every decision is here or in the files beside it, and each that
//! cannot be made is said with its place in the source.

use ioctlkit_abi::{Abi, AbiId};
use ioctlkit_model::{
    Command as Definition, Group, Interface as Model, Layouts, Passing, Problem, ProblemKind,
    RecordId, Returns as Returned, Span, Type,
};
use ioctlkit_syntax::snake_case;

use super::abi_record;
use super::checks::Checks;
use super::commands::{self, Surroundings};
use super::compat;
use super::docs;
use super::header;
use super::plan::{
    Command, Compat, Device, Growth, Interface, Kind, Plan, Returns, TestCommand, TestScalar, Uses,
};
use super::shape::{Refusal, Shape, record_tag};
use super::test_data;

/// What to make of an interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The module's name; made from the interface's prefix where absent.
    pub name: Option<String>,
    /// How the files in `/dev` come about.
    pub device: Device,
    /// How many there are.
    pub minors: u32,
    /// The UAPI header, where there is one already.
    pub header: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { name: None, device: Device::Misc, minors: 1, header: None }
    }
}

/// What will be generated.
///
/// # Errors
/// Everything that no module can be made of, each with its place.
pub fn plan(model: &Model, options: &Options) -> Result<Plan, Vec<Problem>> {
    let layouts = Layouts::new(model);
    let Some(abi) = Abi::by_name("x86_64").map(Abi::id).filter(|id| model.abis.contains(*id))
    else {
        return Err(vec![problem(
            model,
            None,
            "x86_64 is not among the ABIs that were read".into(),
        )]);
    };
    let mut builder = Builder { model, layouts: &layouts, abi, problems: Vec::new() };
    let groups = builder.groups();
    let Some((main, others)) = groups.split_first() else {
        let message = "there is no command".to_owned();
        return Err(vec![problem(model, None, message)]);
    };
    let name = options.name.clone().unwrap_or_else(|| main.symbol.clone());
    let mut plan = Builder::module(&name, main, options);
    for (index, group) in std::iter::once(main).chain(others).enumerate() {
        builder.interface(&mut plan, group, index == 0);
    }
    builder.finish(&mut plan);
    if builder.problems.is_empty() { Ok(plan) } else { Err(builder.problems) }
}

/// Commands that are answered by one kind of file.
struct CommandGroup<'a> {
    symbol: String,
    prefix: String,
    definition: Option<&'a Group>,
    commands: Vec<&'a Definition>,
}

struct Builder<'a> {
    model: &'a Model,
    layouts: &'a Layouts<'a>,
    abi: AbiId,
    problems: Vec<Problem>,
}

fn problem(model: &Model, span: Option<Span>, message: String) -> Problem {
    let path = span.map(|span| model.sources.path(span).to_owned());
    Problem { kind: ProblemKind::Failure, path, span, message, help: None }
}

impl<'a> Builder<'a> {
    /// The kinds of files, that in `/dev` first.
    fn groups(&self) -> Vec<CommandGroup<'a>> {
        if self.model.groups.is_empty() {
            let commands: Vec<_> = self.model.commands.iter().collect();
            let prefix = common_prefix(&commands);
            let symbol = prefix.trim_end_matches('_').to_lowercase();
            return if commands.is_empty() {
                Vec::new()
            } else {
                vec![CommandGroup { symbol, prefix, definition: None, commands }]
            };
        }
        let mut groups: Vec<CommandGroup<'a>> = Vec::new();
        for group in &self.model.groups {
            let named = |command: &&Definition| group.commands.contains(&command.name);
            let commands: Vec<_> = self.model.commands.iter().filter(named).collect();
            let symbol = match group.prefix.trim_end_matches('_') {
                "" => snake_case(group.name.trim_end_matches("Ioctl")),
                prefix => prefix.to_lowercase(),
            };
            let prefix = group.prefix.clone();
            groups.push(CommandGroup { symbol, prefix, definition: Some(group), commands });
        }
        groups.sort_by_key(|commands| commands.definition.is_none_or(|group| group.path.is_none()));
        groups
    }

    fn module(name: &str, main: &CommandGroup<'_>, options: &Options) -> Plan {
        let path = main.definition.and_then(|group| group.path.clone());
        let node = match &path {
            Some(path) => path.rsplit('/').next().unwrap_or(name).to_owned(),
            None => name.to_owned(),
        };
        let shown = path.unwrap_or_else(|| format!("/dev/{node}"));
        let docs = main.definition.map(|group| group.docs.as_slice()).unwrap_or_default();
        let (summary, details) = docs::summary_and_details(docs, "");
        let minors = if options.device == Device::Misc { 1 } else { options.minors.max(1) };
        let test_path = if minors > 1 { format!("{shown}0") } else { shown.clone() };
        let mut docs = Vec::new();
        if !summary.is_empty() {
            docs.push(format!("{}.", capital(&summary)));
        }
        docs.extend(details);
        let help =
            if docs.is_empty() { vec![format!("A driver for {shown}.")] } else { docs.clone() };
        Plan {
            name: name.to_owned(),
            upper: name.to_uppercase(),
            title: shown,
            docs: fill(&docs, 78),
            help: fill(&help, 68),
            device: options.device,
            minors,
            header: options.header.clone(),
            node,
            test_path,
            opens: false,
            records: Vec::new(),
            interfaces: Vec::new(),
            test_records: Vec::new(),
            test_scalars: Vec::new(),
            abi: vec!["ioctlkit-abi 1".into()],
        }
    }

    fn interface(&mut self, plan: &mut Plan, group: &CommandGroup<'a>, in_dev: bool) {
        let mut translated: Vec<RecordId> = Vec::new();
        for definition in &group.commands {
            let Some(body) = definition.variants.get(self.abi) else { continue };
            if let Some(ty) = commands::passed(&commands::contract(definition, body)) {
                for id in compat::differing(self.layouts, ty) {
                    if !translated.contains(&id) {
                        translated.push(id);
                    }
                }
            }
        }
        let symbol = if in_dev { plan.name.clone() } else { group.symbol.clone() };
        let upper = symbol.to_uppercase();
        let around = Surroundings {
            layouts: self.layouts,
            abi: self.abi,
            symbol: &symbol,
            upper: &upper,
            prefix: &group.prefix,
            translated: &translated,
        };
        let mut checks = Checks::new(self.layouts, self.abi, &symbol);
        let mut made: Vec<(Command, &Definition)> = Vec::new();
        for definition in &group.commands {
            match commands::command(around, definition, &mut checks) {
                Ok(command) => made.push((command, definition)),
                Err(refusal) => self.refuse(definition, &refusal),
            }
        }
        made.sort_by_key(|(command, _)| command.first_nr.clone());
        self.refuse_shared(&made);
        let all_pointers = made.iter().all(|(command, definition)| {
            command.kind != Kind::Value && self.is_same_for_32_bit(definition)
        });
        let compat = if all_pointers { Compat::Pointer } else { Compat::Table };
        let letter = made
            .first()
            .and_then(|(_, definition)| definition.variants.get(self.abi))
            .map_or(0, |body| body.type_letter);
        let mut translations = Vec::new();
        for id in &translated {
            match compat::translation(self.layouts, &symbol, *id, &translated, self.abi) {
                Ok(mut translation) => {
                    translation.returned = made.iter().any(|(command, definition)| {
                        command.writes && self.passes(definition, *id)
                    });
                    translations.push(translation);
                }
                Err(refusal) => {
                    let span = self.model.record(*id).span;
                    self.problems.push(problem(self.model, Some(span), refusal));
                }
            }
        }
        for (command, definition) in &mut made {
            self.abi_line(plan, command, definition);
            self.test(plan, command, definition);
        }
        let compat_commands = made
            .iter()
            .filter(|(command, _)| command.compat_do == "compat_do")
            .map(|(command, _)| {
                let mut command = command.clone();
                if command.kind == Kind::Value {
                    command.arguments = command.arguments.replace("(long)", "(compat_long_t)");
                }
                command
            })
            .collect();
        let uses = uses(&made);
        let commands: Vec<Command> =
            made.into_iter().map(|(command, _)| Command { translated: None, ..command }).collect();
        plan.interfaces.push(Interface {
            r#where: if in_dev { plan.title.clone() } else { format!("{symbol} files") },
            symbol: symbol.clone(),
            upper: upper.clone(),
            path: in_dev,
            type_letter: type_letter(letter),
            commands,
            checks: checks.functions,
            compat,
            translations,
            compat_commands,
            uses,
        });
    }

    fn passes(&self, definition: &Definition, id: RecordId) -> bool {
        let Some(body) = definition.variants.get(self.abi) else { return false };
        let contract = commands::contract(definition, body);
        commands::passed(&contract).is_some_and(|ty| self.model.records_within(ty).contains(&id))
    }

    fn refuse(&mut self, definition: &Definition, refusal: &Refusal) {
        let message = format!("`{}` cannot be generated: {refusal}", definition.name);
        self.problems.push(problem(self.model, Some(definition.span), message));
    }

    /// The table has one place for each nr.
    fn refuse_shared(&mut self, made: &[(Command, &'a Definition)]) {
        let mut taken: Vec<Option<&Definition>> = vec![None; 256];
        for (command, definition) in made {
            let Some(body) = definition.variants.get(self.abi) else { continue };
            let last = body.nr + command.family.unwrap_or(0);
            for nr in body.nr..=last.min(255) {
                let place = &mut taken[nr as usize & 255];
                if let Some(other) = place.filter(|other| other.name != definition.name) {
                    let message =
                        format!("has nr 0x{nr:02x}, which `{}` has: give it another", other.name);
                    self.refuse(definition, &message);
                    break;
                }
                *place = Some(*definition);
            }
            if last > 255 {
                self.refuse(definition, &"its nr is more than 8 bits".to_owned());
            }
        }
    }

    fn is_same_for_32_bit(&self, definition: &Definition) -> bool {
        let Some(body) = definition.variants.get(self.abi) else { return false };
        let contract = commands::contract(definition, body);
        compat::pairs(self.layouts).into_iter().all(|(host, guest)| {
            let same_layout = commands::passed(&contract)
                .is_none_or(|ty| compat::same_layout(self.layouts, ty, host, guest));
            let is_buffer = matches!(contract.passing, Passing::Buffer(_));
            same_layout && (is_buffer || compat::same_number(self.layouts, definition, host, guest))
        })
    }

    fn abi_line(&self, plan: &mut Plan, command: &Command, definition: &Definition) {
        let Some(body) = definition.variants.get(self.abi) else { return };
        let contract = commands::contract(definition, body);
        let numbers: Vec<_> = self
            .model
            .abis
            .iter()
            .map(|abi| self.layouts.argument_size(&body.argument, abi))
            .collect();
        let first = numbers.first().and_then(|size| size.ok());
        let same = numbers.iter().all(|size| size.ok() == first) && command.kind != Kind::Buffer;
        let passing = match (command.kind, command.growth) {
            (Kind::Nothing, _) => "nothing",
            (Kind::Pointer, Growth::None) => "pointer",
            (Kind::Pointer, Growth::Number) => "growing-number",
            (Kind::Pointer, Growth::Member) => "growing-member",
            (Kind::Flexible, _) => "flexible",
            (Kind::Buffer, _) => "buffer",
            (Kind::Value, _) => "value",
        };
        plan.abi.push(abi_record::command(&abi_record::CommandLine {
            name: &command.r#macro,
            direction: body.direction,
            type_letter: body.type_letter,
            first_nr: body.nr,
            last_nr: contract.last_nr,
            size: first.filter(|_| same),
            passing,
            argument: &command.r#type,
        }));
    }

    fn test(&self, plan: &mut Plan, command: &mut Command, definition: &Definition) {
        let Some(body) = definition.variants.get(self.abi) else { return };
        let contract = commands::contract(definition, body);
        let shape =
            commands::passed(&contract).and_then(|ty| Shape::of(self.layouts, self.abi, ty).ok());
        let mut test = TestCommand {
            number: command.number.clone(),
            members: test_data::NO_MEMBERS.into(),
            passing: match (command.kind, command.growth) {
                (Kind::Nothing, _) => "NOTHING",
                (Kind::Pointer, Growth::None) => "POINTER",
                (Kind::Pointer, Growth::Number) => "GROWING_NUMBER",
                (Kind::Pointer, Growth::Member) => "GROWING_MEMBER",
                (Kind::Flexible, _) => "FLEXIBLE",
                (Kind::Buffer, _) => "BUFFER",
                (Kind::Value, _) => "VALUE",
            },
            ..TestCommand::default()
        };
        match &shape {
            Some(Shape::Record(id)) => {
                let tag = record_tag(self.model, *id);
                test.size = format!("sizeof({})", command.r#type);
                test.valid = format!("&valid_{tag}");
                test.members = format!("{tag}_members");
                test.object = match command.kind {
                    Kind::Flexible => format!("valid_{tag}.head"),
                    _ => format!("valid_{tag}"),
                };
            }
            Some(shape) if command.by_address => {
                let (r#type, _) = shape.uapi(self.model, false);
                let short = r#type.trim_start_matches('_').to_owned();
                test.size = format!("sizeof({type})");
                test.valid = format!("&valid_{short}");
                test.members = format!("{short}_members");
                let scalar = TestScalar {
                    valid: format!("valid_{short}"),
                    members_name: format!("{short}_members"),
                    r#type,
                };
                if !plan.test_scalars.contains(&scalar) {
                    plan.test_scalars.push(scalar);
                }
            }
            _ => {}
        }
        if command.kind == Kind::Buffer {
            test.number = format!("{}(16 * {})", command.r#macro, test.size);
            test.members = test_data::NO_MEMBERS.into();
            test.valid = String::new();
        }
        command.test = test;
    }

    /// What the interfaces have in common.
    fn finish(&mut self, plan: &mut Plan) {
        let mut ids: Vec<(RecordId, Vec<u64>)> = Vec::new();
        for definition in &self.model.commands {
            let Some(body) = definition.variants.get(self.abi) else { continue };
            let contract = commands::contract(definition, body);
            let mut types: Vec<&Type> = commands::passed(&contract).into_iter().collect();
            types.extend(body.argument.ty());
            for ty in types {
                let mut within = self.model.records_within(ty);
                within.reverse();
                for id in within {
                    if !ids.iter().any(|(known, _)| *known == id) {
                        ids.push((id, Vec::new()));
                    }
                }
                let (Some(first), Some(Type::Record(id))) =
                    (contract.min_size, self.model.resolved(ty, self.abi))
                else {
                    continue;
                };
                if let Some((_, sizes)) = ids.iter_mut().find(|(known, _)| known == id)
                    && !sizes.contains(&first)
                {
                    sizes.push(first);
                }
            }
        }
        let mut abi = Vec::new();
        for (id, sizes) in &ids {
            let span = self.model.record(*id).span;
            if sizes.len() > 1 {
                let message = "two commands disagree about the size of its first version";
                self.problems.push(problem(self.model, Some(span), message.into()));
            }
            abi.extend(abi_record::record(self.layouts, self.abi, *id));
            let made = header::record(self.layouts, self.abi, *id, sizes)
                .and_then(|record| Ok((record, test_data::record(self.layouts, self.abi, *id)?)));
            match made {
                Ok((record, test)) => {
                    plan.records.push(record);
                    plan.test_records.push(test);
                }
                Err(refusal) => self.problems.push(problem(self.model, Some(span), refusal)),
            }
        }
        plan.abi.splice(1..1, abi);
        self.openers(plan);
        used_tests(plan);
    }

    /// The handlers that make files of another interface.
    fn openers(&self, plan: &mut Plan) {
        let others: Vec<(String, Option<String>)> = plan
            .interfaces
            .iter()
            .skip(1)
            .map(|interface| {
                let of = |group: &&Group| {
                    group.prefix.trim_end_matches('_').to_lowercase() == interface.symbol
                };
                let device = self.model.groups.iter().find(of).and_then(|g| g.device.clone());
                (interface.symbol.clone(), device)
            })
            .collect();
        let Some(main) = plan.interfaces.first_mut() else { return };
        for command in &mut main.commands {
            let made = self.model.commands.iter().find_map(|definition| {
                let contract = definition.contract.as_ref()?;
                let is_it = command.handler.ends_with(&snake_case(&contract.name));
                match &contract.returns {
                    Returned::Fd(Some(device)) if is_it => Some(device.clone()),
                    _ => None,
                }
            });
            let other = others.iter().find(|(_, device)| made.is_some() && *device == made);
            command.opens = other.map(|(symbol, _)| symbol.clone());
        }
        plan.opens = main.commands.iter().any(|command| command.opens.is_some());
    }
}

/// Only what a command of the tested interface refers to: the compiler warns of the rest.
fn used_tests(plan: &mut Plan) {
    let Some(main) = plan.interfaces.first() else { return };
    let used: Vec<String> = main.commands.iter().map(|c| c.test.members.clone()).collect();
    plan.test_records.retain(|record| used.contains(&record.members_name));
    plan.test_scalars.retain(|scalar| used.contains(&scalar.members_name));
    for record in &mut plan.test_records {
        for value in &mut record.values {
            if value.value == "SIZE" {
                value.value = format!("sizeof({})", record.r#type);
            }
        }
    }
}

fn uses(made: &[(Command, &Definition)]) -> Uses {
    let any = |holds: fn(&Command) -> bool| made.iter().any(|(command, _)| holds(command));
    Uses {
        capability: any(|command| command.capability.is_some()),
        file: any(|command| command.returns == Returns::File),
        flexible: any(|command| command.kind == Kind::Flexible),
        heap: any(|command| command.heap),
        large_heap: any(|command| matches!(command.kind, Kind::Flexible | Kind::Buffer)),
        any_size: any(|command| command.any_size),
    }
}

/// `'E'`, or a number where the letter is none.
pub(crate) fn type_letter(letter: u32) -> String {
    match u8::try_from(letter) {
        Ok(byte) if byte.is_ascii_graphic() && byte != b'\'' && byte != b'\\' => {
            format!("'{}'", byte as char)
        }
        _ => format!("0x{letter:02x}"),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What all names begin with, up to an underscore.
fn common_prefix(commands: &[&Definition]) -> String {
    let Some(first) = commands.first() else { return String::new() };
    let mut end = first.name.len();
    for command in commands {
        let same = first.name.bytes().zip(command.name.bytes()).take_while(|(a, b)| a == b).count();
        end = end.min(same);
    }
    let at = first.name[..end].rfind('_').map_or(0, |at| at + 1);
    first.name[..at].to_owned()
}

/// The lines of a paragraph, none longer than `columns`.
fn fill(lines: &[String], columns: usize) -> Vec<String> {
    let mut filled: Vec<String> = Vec::new();
    let mut current = String::new();
    for line in lines {
        if line.is_empty() {
            filled.extend([std::mem::take(&mut current), String::new()]);
            continue;
        }
        for word in line.split_whitespace() {
            if !current.is_empty() && current.len() + 1 + word.len() > columns {
                filled.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
    }
    filled.push(current);
    filled.dedup_by(|a, b| a.is_empty() && b.is_empty());
    filled.retain({
        let mut first = true;
        move |line| !std::mem::replace(&mut first, false) || !line.is_empty()
    });
    filled
}
