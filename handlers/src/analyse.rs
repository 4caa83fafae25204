//! From parsed files to what the model keeps of them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ioctlkit_model::{
    Answer, CodeNotUnderstood, Copies, DriverCode, HandledCommand, OperationTable, Serves,
    SourceHandler,
};
use rayon::prelude::*;

use crate::facts::{Facts, Label};
use crate::interpret::{Choice, Given, Programs, Run};
use crate::program::{FunctionId, Program, Source};
use crate::tables::{CommandTable, command_tables, operations};

/// What came of a program.
#[derive(Debug, Default)]
pub struct Analysis {
    /// What the model keeps.
    pub code: DriverCode,
    /// Functions that would be followed if their source were read: handlers, and functions that are given
    /// the command or the argument.
    pub missing: BTreeSet<String>,
}

/// A handler that is to be followed.
struct Root {
    function: FunctionId,
    given: Vec<Given>,
    serves: Serves,
    copies: Copies,
}

/// What is known of the handlers of a program that grows.
#[derive(Debug, Default)]
pub struct Analyser {
    /// The tables of each file, in the order of the files.
    tables: Vec<Vec<OperationTable>>,
    handlers: BTreeMap<FunctionId, Followed>,
    rows: BTreeMap<(usize, String), Followed>,
}

impl Analyser {
    /// Follows every handler of a program, for each of its commands. One that was followed before is so
    /// again only if something that it lacked is there now.
    pub fn analyse(&mut self, program: &Program) -> Analysis {
        let lacks = |followed: &Followed| !followed.missing.iter().any(|name| program.has(name));
        self.handlers.retain(|_, followed| lacks(followed));
        self.rows.retain(|_, followed| lacks(followed));
        analyse(program, self)
    }
}

fn analyse(program: &Program, known: &mut Analyser) -> Analysis {
    let new = &program.sources[known.tables.len()..];
    known.tables.par_extend(new.par_iter().map(operations));
    let of_file = |(place, tables): (usize, &Vec<OperationTable>)| {
        tables.iter().map(|table| (place, table.clone())).collect::<Vec<_>>()
    };
    let tables: Vec<(usize, OperationTable)> =
        known.tables.iter().enumerate().flat_map(of_file).collect();
    let is_function = |name: &str| program.has(name);
    // A file may get rows when functions are found that make its variables a table.
    let of_file = |(place, source): (usize, &Source)| -> Vec<(usize, CommandTable)> {
        command_tables(source, &is_function).into_iter().map(|table| (place, table)).collect()
    };
    let rows: Vec<(usize, CommandTable)> =
        program.sources.par_iter().enumerate().flat_map_iter(of_file).collect();
    let mut missing = BTreeSet::new();
    let mut roots: BTreeMap<FunctionId, Root> = BTreeMap::new();
    // To know a function, it has to be parsed.
    let known_of = |(place, table): &(usize, OperationTable)| {
        [&table.native, &table.compat].map(|slot| {
            let function = program.resolve(&slot.as_ref()?.function, *place)?;
            Some((function, given(program, function)))
        })
    };
    let functions: Vec<[_; 2]> = tables.par_iter().map(known_of).collect();
    for ((_, table), [native, compat]) in tables.iter().zip(functions) {
        let native = (&table.native, native, Serves::Native);
        for (slot, function, serves) in [native, (&table.compat, compat, Serves::Compat)] {
            let Some(slot) = slot else { continue };
            let Some((function, (given, copies))) = function else {
                missing.insert(slot.function.clone());
                continue;
            };
            let root = roots.entry(function).or_insert(Root { function, given, serves, copies });
            if root.serves != serves {
                root.serves = Serves::Both;
            }
        }
    }
    for (place, table) in &rows {
        for row in &table.rows {
            if program.resolve(&row.function, *place).is_none() {
                missing.insert(row.function.clone());
            }
        }
    }
    let ids: Vec<FunctionId> = roots.keys().copied().collect();
    let roots: Vec<Root> = roots.into_values().collect();
    let new: Vec<(FunctionId, Followed)> = roots
        .par_iter()
        .filter(|root| !known.handlers.contains_key(&root.function))
        .map(|root| (root.function, follow(program, root)))
        .collect();
    known.handlers.extend(new);
    let of_row = |place: usize, table: &CommandTable| (place, table.name.clone());
    let new: Vec<((usize, String), Followed)> = rows
        .par_iter()
        .filter(|(place, table)| !known.rows.contains_key(&of_row(*place, table)))
        .map(|(place, table)| (of_row(*place, table), follow_rows(program, *place, table)))
        .collect();
    known.rows.extend(new);
    let followed = roots.iter().filter_map(|root| {
        let mut followed = known.handlers.get(&root.function)?.clone();
        followed.handler.serves = root.serves;
        Some(followed)
    });
    let by_rows =
        rows.iter().filter_map(|(place, table)| known.rows.get(&of_row(*place, table)).cloned());

    let mut code = DriverCode::default();
    let named_rows: Vec<(usize, &str)> =
        rows.iter().map(|(place, table)| (*place, table.name.as_str())).collect();
    for (place, mut table) in tables {
        for slot in [&mut table.native, &mut table.compat].into_iter().flatten() {
            let function = program.resolve(&slot.function, place);
            let of_rows = || {
                let row = named_rows
                    .iter()
                    .position(|(source, name)| *name == slot.function && *source == place)?;
                Some(ids.len() + row)
            };
            slot.handler = function
                .and_then(|id| ids.binary_search(&id).ok())
                .or_else(of_rows)
                .map(|it| it as u32);
        }
        code.tables.push(table);
    }
    for followed in followed.chain(by_rows) {
        code.unknown_calls += followed.unknown_calls;
        missing.extend(followed.missing);
        code.handlers.push(followed.handler);
    }
    missing.retain(|name| !program.has(name));
    for source in &program.sources {
        for lost in source.not_understood() {
            code.not_understood.push(CodeNotUnderstood {
                span: source.span(lost.at),
                function: lost.function.map(|name| source.str(name).to_owned()),
                reason: "it could not be parsed".into(),
            });
        }
    }
    Analysis { code, missing }
}

/// What the parameters of a handler are, by their types and names.
fn given(program: &Program, id: FunctionId) -> (Vec<Given>, Copies) {
    let Some(function) = program.function(id) else { return (Vec::new(), Copies::Handler) };
    let source = &program.sources[id.source];
    let mut given = vec![Given::Nothing; function.parameters.len()];
    let words = |place: usize| {
        let parameter = &function.parameters[place];
        let name = parameter.name.map(|name| source.str(name)).unwrap_or_default();
        (crate::interpret::spelled(source.str(parameter.ty.base)), parameter.ty, name)
    };
    let is_integer = |place: &usize| {
        let (base, ty, _) = words(*place);
        let integers = [
            "unsigned int",
            "int",
            "unsigned",
            "u32",
            "uint",
            "u_int",
            "unsigned long",
            "__u32",
            "uint32_t",
        ];
        ty.pointers == 0 && integers.contains(&&*base)
    };
    let by_name = |place: &usize| {
        let (_, _, name) = words(*place);
        ["cmd", "command", "request", "ioctl", "code"].iter().any(|word| name.contains(word))
    };
    let places = 0..function.parameters.len();
    let command = places
        .clone()
        .find(|place| is_integer(place) && by_name(place))
        // Of a type that nobody knows here.
        .or_else(|| places.clone().find(|place| words(*place).1.pointers == 0 && by_name(place)))
        .or_else(|| places.clone().find(is_integer));
    let Some(command) = command else { return (given, Copies::Handler) };
    given[command] = Given::Command;
    let user = places.clone().find(|place| words(*place).1.is_user);
    let number = places.clone().skip(command + 1).find(|place| {
        let (base, ty, name) = words(*place);
        ty.pointers == 0
            && (matches!(
                &*base,
                "unsigned long" | "ulong" | "u_long" | "uintptr_t" | "compat_ulong_t" | "long"
            ) || name.contains("arg"))
    });
    if let Some(place) = user.or(number) {
        given[place] = Given::Argument;
        return (given, Copies::Handler);
    }
    let copy = places.skip(command + 1).find(|place| {
        let (base, ty, _) = words(*place);
        ty.pointers == 1 && matches!(&*base, "void" | "int" | "char")
    });
    if let Some(place) = copy {
        given[place] = Given::Copy;
    }
    (given, Copies::Core)
}

#[derive(Debug, Clone)]
struct Followed {
    handler: SourceHandler,
    missing: BTreeSet<String>,
    unknown_calls: u32,
}

/// How many statements and expressions are evaluated for all commands of a handler together.
const MOST_STEPS: u64 = 20_000_000;

/// Follows a handler for any command, then for each, then for one that it does not know.
fn follow(program: &Program, root: &Root) -> Followed {
    let mut any = Run::new(program, Choice::Any, Programs::All);
    any.handler(root.function, &root.given);
    let source = &program.sources[root.function.source];
    let mut missing = std::mem::take(&mut any.missing);
    let mut unknown_calls = any.facts.unknown_calls;
    let mut gave_up = any.gave_up;
    let mut asks_for_compat = any.facts.asks_for_compat;
    let converts_pointer = any.facts.converts_pointer;
    let computes_number = any.facts.computes_number;
    let mut commands: Vec<HandledCommand> = Vec::new();
    let mut in_compat: Vec<HandledCommand> = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut steps = u64::from(any.steps());
    for label in std::mem::take(&mut any.facts.labels) {
        if !names.insert(label.name.clone()) {
            continue;
        }
        if steps > MOST_STEPS {
            gave_up = gave_up.or(Some("it has too many commands to follow each of them"));
            commands
                .push(handled(label, Facts { escapes: true, is_lost: true, ..Facts::default() }));
            continue;
        }
        let choice = Choice::Named(Rc::from(label.name.as_str()));
        let walk = |programs: Programs| {
            let mut run = Run::new(program, choice.clone(), programs);
            run.handler(root.function, &root.given);
            run
        };
        let mut run = walk(Programs::All);
        if run.facts.asks_for_compat {
            let compat = walk(Programs::Compat);
            steps += u64::from(run.steps()) + u64::from(compat.steps());
            gave_up = gave_up.or(compat.gave_up);
            in_compat.push(handled(label.clone(), compat.facts));
            asks_for_compat = true;
            missing.append(&mut run.missing);
            run = walk(Programs::Native);
        }
        steps += u64::from(run.steps());
        missing.append(&mut run.missing);
        unknown_calls = unknown_calls.max(run.facts.unknown_calls);
        gave_up = gave_up.or(run.gave_up);
        // A gate in front may let through only some of the commands that the code behind it knows.
        if run.facts.is_met || run.gave_up.is_some() {
            commands.push(handled(label, run.facts));
        }
    }
    let mut unmatched = Run::new(program, Choice::Unmatched, Programs::All);
    unmatched.handler(root.function, &root.given);
    let unknown = if unmatched.gave_up.is_some() { Vec::new() } else { answers(&unmatched.facts) };
    Followed {
        handler: SourceHandler {
            function: program.name(root.function),
            span: source.span(program.name_at(root.function)),
            serves: root.serves,
            copies: root.copies,
            commands,
            in_compat,
            unknown,
            loses_unknown: unmatched.facts.is_lost || unmatched.gave_up.is_some(),
            asks_for_compat,
            converts_pointer,
            computes_number,
            gave_up: gave_up.map(str::to_owned),
        },
        missing,
        unknown_calls,
    }
}

/// What is returned behind the last place at which a command could have been known; nothing where not all
/// of that is known. A gate that says `-ENOTTY` before counts, too.
fn answers(facts: &Facts) -> Vec<Answer> {
    let last = facts.returns.iter().map(|(passed, _)| *passed).max().unwrap_or(0);
    if last == 0 {
        return Vec::new();
    }
    let mut answers: BTreeMap<String, Answer> = BTreeMap::new();
    let mut add = |answer: &Answer| {
        answers.entry(answer.value.clone()).or_insert_with(|| answer.clone());
    };
    for (passed, answer) in &facts.returns {
        match answer {
            Some(answer) if *passed == last => {
                add(answer);
            }
            Some(answer) if matches!(&*answer.value, "-ENOTTY" | "-ENOIOCTLCMD") => {
                add(answer);
            }
            None if *passed == last => return Vec::new(),
            _ => {}
        }
    }
    answers.into_values().collect()
}

fn handled(label: Label, facts: Facts) -> HandledCommand {
    let only_fails = !facts.returns.is_empty()
        && facts.returns.iter().all(|(_, answer)| {
            answer.as_ref().is_some_and(|answer| answer.value.starts_with("-E"))
        });
    let returns: BTreeSet<Answer> =
        facts.returns.into_iter().filter_map(|(_, answer)| answer).collect();
    HandledCommand {
        name: label.name,
        span: label.span,
        by_nr: label.by_nr,
        accesses: facts.accesses,
        as_number: facts.as_number,
        as_truth: facts.as_truth,
        escapes: facts.escapes,
        is_lost: facts.is_lost,
        copied_in: facts.copied_in.into_values().filter(|copied| !copied.ty.is_empty()).collect(),
        copied_out: facts.copied_out.into_values().collect(),
        noticed: facts.noticed,
        returns: returns.into_iter().collect(),
        only_fails,
    }
}

/// Follows the function of each row.
fn follow_rows(program: &Program, place: usize, table: &CommandTable) -> Followed {
    let source = &program.sources[place];
    let mut commands = Vec::new();
    let mut missing = BTreeSet::new();
    let mut unknown_calls = 0;
    let mut gave_up = None;
    for row in &table.rows {
        let label = Label { name: row.command.clone(), span: source.span(row.at), by_nr: true };
        let Some(function) = program.resolve(&row.function, place) else {
            commands
                .push(handled(label, Facts { escapes: true, is_lost: true, ..Facts::default() }));
            continue;
        };
        let mut run = Run::new(program, Choice::Any, Programs::All);
        let parameters = program.function(function).map(|function| &function.parameters);
        let given: Vec<Given> = parameters
            .into_iter()
            .flatten()
            .map(|parameter| {
                let base = program.sources[function.source].str(parameter.ty.base);
                let is_data =
                    parameter.ty.pointers == 1 && base.split_whitespace().last() == Some("void");
                if is_data { Given::Copy } else { Given::Nothing }
            })
            .collect();
        run.handler(function, &given);
        missing.append(&mut run.missing);
        unknown_calls += run.facts.unknown_calls;
        gave_up = gave_up.or(run.gave_up);
        commands.push(handled(label, run.facts));
    }
    Followed {
        handler: SourceHandler {
            function: table.name.clone(),
            span: source.span(table.at),
            serves: if table.is_compat { Serves::Compat } else { Serves::Native },
            copies: Copies::Core,
            commands,
            in_compat: Vec::new(),
            unknown: Vec::new(),
            // Whatever dispatches by the table decides what becomes of others.
            loses_unknown: true,
            asks_for_compat: false,
            converts_pointer: false,
            computes_number: false,
            gave_up: gave_up.map(str::to_owned),
        },
        missing,
        unknown_calls,
    }
}
