//! From the model to the plan: every decision is here or in the files beside it, and each that
//! cannot be made is a message with its place in the source.

mod interface;
mod left_out;
mod objects;
mod records;
mod refused;
mod test_command;

use ioctlkit_abi::spelling::{is_device_path, is_module_name};
use ioctlkit_abi::{Abi, AbiId};
use ioctlkit_model::{
    Command as Definition, Group, Interface as Model, Layouts, Problem, ProblemKind, Span,
};
use ioctlkit_syntax::snake_case;

pub(crate) use interface::type_letter;
pub use left_out::left_out;

use super::docs;
use super::in_rust;
use super::names;
use super::plan::{Bus, Define, Device, FileOperations, InTree, Language, Plan};
use super::promises;

/// What to make of an interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The module's name; made from the interface's prefix where absent.
    pub name: Option<String>,
    /// What it is written in.
    pub language: Language,
    /// How the files in `/dev` come about.
    pub device: Device,
    /// What the device is on.
    pub bus: Bus,
    /// What can be done with a file beside its commands.
    pub with: FileOperations,
    /// How many there are.
    pub minors: u32,
    /// Whether each command has a tracepoint.
    pub trace: bool,
    /// Whether the kernel tests what arguments may hold, with KUnit.
    pub kunit: bool,
    /// Whether the handlers are behind a file of procfs and a netlink family as well, for benchmarks.
    pub bench: bool,
    /// The UAPI header, where there is one already.
    pub header: Option<Header>,
    /// Set for a driver in the kernel tree.
    pub in_tree: Option<InTree>,
}

/// A UAPI header that the interface was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// It lies elsewhere: a copy goes with the module.
    Copied {
        /// Its text.
        text: String,
        /// What it includes of its own project: each file's place below `include/uapi`, and its text.
        beside: Vec<(String, String)>,
    },
    /// It is in its place in the module's folder.
    InPlace,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: None,
            language: Language::C,
            device: Device::Misc,
            bus: Bus::None,
            with: FileOperations::default(),
            minors: 1,
            trace: false,
            kunit: false,
            bench: false,
            header: None,
            in_tree: None,
        }
    }
}

/// What will be generated.
///
/// # Errors
/// Everything that no module can be made of, each with its place.
pub fn plan(model: &Model, options: &Options) -> Result<Plan, Vec<Problem>> {
    let model = &docs::prepared(model);
    let layouts = Layouts::new(model);
    let Some(abi) = Abi::by_name("x86_64").map(Abi::id).filter(|id| model.abis.contains(*id))
    else {
        return Err(vec![problem(
            model,
            None,
            "x86_64 is not among the ABIs that were read".into(),
        )]);
    };
    let groups = groups(model);
    let Some((main, others)) = groups.split_first() else {
        let message = "there is no command".to_owned();
        return Err(vec![problem(model, None, message)]);
    };
    let name = options.name.clone().unwrap_or_else(|| main.symbol.clone());
    let header_is_ours = options.header.is_none();
    let problems = refused_name(model, &name).into_iter().collect();
    let mut builder = Builder { model, layouts: &layouts, abi, header_is_ours, problems };
    let mut plan = module(&name, main, options);
    builder.constants(&mut plan, &groups);
    plan.promises = promises::constants(model);
    for (index, group) in std::iter::once(main).chain(others).enumerate() {
        builder.interface(&mut plan, group, &groups, index == 0);
    }
    builder.records(&mut plan);
    builder.openers(&mut plan, others);
    builder.refuse_twins(&plan);
    builder.refuse_macros(&plan);
    builder.refuse_empty(&groups);
    builder.refuse_spellings(&plan, main);
    if !builder.problems.is_empty() {
        return Err(builder.problems);
    }
    if options.language == Language::Rust {
        plan.rust = Some(in_rust::view(&layouts, abi, &plan)?);
    }
    Ok(plan)
}

/// What the commands' names begin with, in small letters: a name for a module.
pub fn symbol(model: &Model) -> Option<String> {
    groups(model).into_iter().next().map(|group| group.symbol)
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
    header_is_ours: bool,
    problems: Vec<Problem>,
}

pub(crate) fn problem(model: &Model, span: Option<Span>, message: String) -> Problem {
    let path = span.map(|span| model.sources.path(span).to_owned());
    Problem { kind: ProblemKind::Failure, path, span, message, help: None }
}

fn refused_name(model: &Model, name: &str) -> Option<Problem> {
    let message = "what its commands' names begin with is no name for a module: state one";
    if refused::is_kernels(name) {
        let message = format!(
            "`{name}`: the kernel has names that begin so, such as `{name}_…`, and the driver's would be \
             the same"
        );
        let help = Some("state another with `--name`".into());
        return Some(Problem { help, ..problem(model, None, message) });
    }
    (!is_module_name(name)).then(|| Problem {
        help: Some("`--name echo`: small letters, digits and `_`, at most 55".into()),
        ..problem(model, None, format!("`{name}`: {message}"))
    })
}

/// The kinds of files, that in `/dev` first.
fn groups(model: &Model) -> Vec<CommandGroup<'_>> {
    if model.groups.is_empty() {
        let commands: Vec<_> = model.commands.iter().collect();
        let prefix = common_prefix(&commands);
        let symbol = prefix.trim_end_matches('_').to_lowercase();
        return if commands.is_empty() {
            Vec::new()
        } else {
            vec![CommandGroup { symbol, prefix, definition: None, commands }]
        };
    }
    let mut groups: Vec<CommandGroup<'_>> = Vec::new();
    for group in &model.groups {
        let named = |command: &&Definition| group.commands.contains(&command.name);
        let commands: Vec<_> = model.commands.iter().filter(named).collect();
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

/// The module, without its interfaces.
fn module(name: &str, main: &CommandGroup<'_>, options: &Options) -> Plan {
    let path = main.definition.and_then(|group| group.path.as_ref()).map(ToString::to_string);
    let node = match &path {
        Some(path) => path.rsplit('/').next().unwrap_or(name).to_owned(),
        None => name.to_owned(),
    };
    let shown = path.unwrap_or_else(|| format!("/dev/{node}"));
    let described = main.definition.map(|group| group.docs.as_slice()).unwrap_or_default();
    let paragraphs = docs::paragraphs(described);
    let minors = if options.device == Device::Misc { 1 } else { options.minors.max(1) };
    let test_path = if minors > 1 { format!("{shown}0") } else { shown.clone() };
    let help = if paragraphs.is_empty() {
        vec![format!("A driver for {shown}.")]
    } else {
        paragraphs.clone()
    };
    Plan {
        name: name.to_owned(),
        upper: name.to_uppercase(),
        title: shown,
        docs: docs::fill(&paragraphs, 76),
        help: docs::fill(&help, 68),
        device: options.device,
        bus: options.bus,
        with: options.with,
        minors,
        rust: None,
        in_tree: options.in_tree.clone(),
        header: options.header.clone(),
        node,
        test_path,
        opens: false,
        trace: options.trace,
        kunit: options.kunit,
        bench: options.bench,
        constants: Vec::new(),
        records: Vec::new(),
        interfaces: Vec::new(),
        test_records: Vec::new(),
        test_scalars: Vec::new(),
        abi: vec!["ioctlkit-abi 1".into()],
        promises: Vec::new(),
    }
}

impl Builder<'_> {
    /// The macros at the head of the header: type letters, and constants that no member refers to.
    fn constants(&self, plan: &mut Plan, groups: &[CommandGroup<'_>]) {
        for (index, group) in groups.iter().enumerate() {
            let symbol = if index == 0 { &plan.name } else { &group.symbol };
            let letter = group.commands.iter().find_map(|command| {
                command.variants.get(self.abi).map(|body| type_letter(body.type_letter))
            });
            let name = self.letter(symbol, group);
            let docs = names::named(self.model, &name);
            let docs = docs.map(|constant| docs::comment(&constant.docs)).unwrap_or_default();
            let define = Define { name, value: letter.unwrap_or_default(), docs };
            if !define.value.is_empty() && !plan.constants.contains(&define) {
                plan.constants.push(define);
            }
        }
    }

    /// The macro of a group's type letter.
    fn letter(&self, symbol: &str, group: &CommandGroup<'_>) -> String {
        let constant = group.definition.and_then(|group| group.type_constant.as_deref());
        match constant.filter(|name| names::named(self.model, name).is_some()) {
            Some(name) => name.to_owned(),
            None => format!("{}_IOCTL_TYPE", symbol.to_uppercase()),
        }
    }

    /// Files that are neither in `/dev` nor opened by a command are nobody's.
    fn openers(&mut self, plan: &mut Plan, others: &[CommandGroup<'_>]) {
        let Some((main, rest)) = plan.interfaces.split_first_mut() else { return };
        for (interface, group) in rest.iter_mut().zip(others) {
            let opens = |symbol: &Option<String>| symbol.as_ref() == Some(&interface.symbol);
            interface.opener = main.commands.iter().position(|command| opens(&command.opens));
            let Some(definition) = group.definition else { continue };
            let message = match (&definition.path, interface.opener) {
                (Some(path), _) => format!(
                    "a module has one device, and `{}` would be a second one at {path}: give \
                     each interface a source of its own",
                    definition.name
                ),
                (None, None) => format!(
                    "no command of `{}` opens the files of `{}`: add `returns = {}` to one that \
                     does, or give each interface a source of its own",
                    main.symbol,
                    definition.name,
                    definition.device.as_deref().unwrap_or("DEVICE")
                ),
                (None, Some(_)) => continue,
            };
            self.problems.push(problem(self.model, Some(definition.span), message));
        }
        plan.opens = plan.interfaces.iter().any(|interface| interface.opener.is_some());
    }

    /// What no file can be called, and no C name begin with, where the model did not come from a
    /// definition that was checked.
    fn refuse_spellings(&mut self, plan: &Plan, main: &CommandGroup<'_>) {
        if !is_device_path(&plan.title) {
            let span = main.definition.map(|group| group.span);
            let message = format!(
                "`{}` is no file that a module makes: those are below /dev, and have ASCII \
                 letters, digits and `_.-` in their names",
                plan.title
            );
            self.problems.push(problem(self.model, span, message));
        }
        if let Some(message) = refused::taken_device(&plan.node) {
            let span = main.definition.map(|group| group.span);
            self.problems.push(problem(self.model, span, message));
        }
        let symbols = plan.interfaces.iter().map(|interface| &interface.symbol);
        let commands = plan.interfaces.iter().flat_map(|interface| &interface.commands);
        let ops = commands.map(|command| &command.op);
        let constants = plan.constants.iter().map(|define| &define.name);
        for name in symbols.chain(ops).chain(constants) {
            if let Err(refusal) = names::possible(name) {
                self.problems.push(problem(self.model, None, refusal));
            }
        }
    }

    /// Two things of one name in the header.
    fn refuse_twins(&mut self, plan: &Plan) {
        if !self.header_is_ours {
            return;
        }
        let defines = plan.constants.iter().chain(
            plan.records.iter().flat_map(|r| r.defines.iter().chain(&r.masks).chain(&r.sizes)),
        );
        let commands = plan.interfaces.iter().flat_map(|interface| &interface.commands);
        let mut seen: Vec<&str> = Vec::new();
        let names = defines.map(|define| define.name.as_str());
        let names = names.chain(commands.map(|command| command.r#macro.as_str()));
        for name in names.chain(plan.records.iter().map(|record| record.r#type.as_str())) {
            if seen.contains(&name) {
                let message = format!("the header would define `{name}` twice: rename one of them");
                self.problems.push(problem(self.model, None, message));
            }
            seen.push(name);
        }
    }
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
