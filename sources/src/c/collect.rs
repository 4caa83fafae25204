//! Answers about commands as they come in, parse by parse.

use std::collections::HashMap;

use ioctlkit_abi::{AbiId, AbiSet, Direction};
use ioctlkit_model::{
    Argument, Command, CommandBody, Constant, Differences, Family, Header, HeaderError, Interface,
    Problem, ProblemKind, RawNumber, Span, Type, Variants,
};

use super::answer::{Answer, define_through};
use super::arguments::{DependsOn, agreeing};
use super::files::Index;
use super::macros::{CandidateKind, spans};
use super::plan::{Job, Shared, candidate_span};

/// What is known of each candidate so far, by its place among the candidates.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    commands: HashMap<usize, Variants<CommandBody>>,
    /// Commands whose argument's type is not defined where it is used.
    incomplete: HashMap<usize, Variants<CommandBody>>,
    numbers: HashMap<usize, Variants<u32>>,
    /// Plain values, for commands that are no call of `_IOC`.
    values: HashMap<usize, Variants<(AbiId, u32)>>,
    errors: HashMap<Index, Vec<HeaderError>>,
    unanswered: HashMap<usize, String>,
}

impl Collected {
    pub(crate) fn answer(
        &mut self,
        shared: &Shared<'_>,
        interface: &Interface,
        at: usize,
        job: &Job,
        answer: Answer,
    ) {
        let candidate = &shared.macros.candidates[at];
        if !job.wants.files.contains(&candidate.file) {
            return;
        }
        let file = &shared.files.loaded[candidate.file];
        let abis = shared.alike(candidate.file, job.abi);
        match (candidate.kind, answer) {
            (CandidateKind::RawNumber, Answer::Number(number)) => {
                self.numbers.entry(at).or_default().add(abis, number);
            }
            (CandidateKind::RawNumber, _)
            | (CandidateKind::Command, Answer::Number(_) | Answer::Other) => {}
            (CandidateKind::Command, Answer::Value(value)) => {
                let define = candidate.define(shared.files);
                let abis = vouched(abis, job.abi, file.slice(&define.body));
                self.values.entry(at).or_default().add(abis, (job.abi, value));
            }
            (CandidateKind::Command, answer @ Answer::Command { .. }) => {
                let define = candidate.define(shared.files);
                let through = define_through(file, &define.body);
                if let Some(body) = answer.body(spans(file, define).1, through) {
                    let map = if is_incomplete(interface, &body.argument) {
                        &mut self.incomplete
                    } else {
                        &mut self.commands
                    };
                    map.entry(at).or_default().add(abis, body);
                }
            }
        }
    }

    /// An error of a header that was read by itself.
    pub(crate) fn error(&mut self, header: Index, abis: AbiSet, message: &str, span: Option<Span>) {
        let errors = self.errors.entry(header).or_default();
        // Behind a missing file, one error follows from another.
        let missing = |message: &str| message.ends_with("file not found");
        if errors.iter().any(|known| missing(&known.message)) && !missing(message) {
            return;
        }
        if missing(message) {
            errors.retain(|known| missing(&known.message));
        }
        // The first place where something is missing says it all.
        match errors.iter_mut().find(|known| known.message == message) {
            Some(known) => known.abis = known.abis.union(abis),
            None => errors.push(HeaderError { message: message.to_owned(), span, abis }),
        }
    }

    /// The compiler could not make a call of a candidate.
    pub(crate) fn unanswered(&mut self, at: usize, message: &str) {
        let known = self.unanswered.entry(at).or_default();
        // What the compiler says of the question itself tells nobody anything.
        let own = |message: &str| message.contains("ioctlkit");
        if known.is_empty() || own(known) {
            message.clone_into(known);
        }
    }

    /// The candidates that have no answer, each with the compiler's reason.
    pub(crate) fn without_answer(&self) -> impl Iterator<Item = (usize, &str)> {
        self.unanswered
            .iter()
            .filter(|(at, _)| !self.commands.contains_key(at) && !self.values.contains_key(at))
            .map(|(at, message)| (*at, message.as_str()))
    }

    /// Every command so far.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (usize, &Variants<CommandBody>)> {
        self.commands.iter().map(|(at, variants)| (*at, variants))
    }

    pub(crate) fn into_interface(
        mut self,
        shared: &Shared<'_>,
        interface: &mut Interface,
        problems: &mut Vec<Problem>,
    ) {
        self.unanswered_as_errors(shared);
        for index in &shared.files.wanted {
            let file = &shared.files.loaded[*index];
            let errors = self.errors.remove(index).unwrap_or_default();
            interface.headers.push(Header { file: file.id, abis: file.abis, errors });
        }
        // asm-generic/ headers belong to the asm/ headers that were asked for.
        for index in &shared.brought {
            let file = &shared.files.loaded[*index];
            interface.headers.push(Header { file: file.id, abis: file.abis, errors: Vec::new() });
        }
        for at in 0..shared.macros.candidates.len() {
            if !self.commands.contains_key(&at) {
                self.add_values(shared, at);
            }
            let name = shared.macros.candidates[at].name.clone();
            let span = candidate_span(shared, at);
            self.add_incomplete(shared, interface, at);
            if let Some(variants) = self.commands.remove(&at) {
                interface.commands.push(Command {
                    contract: None,
                    differences: Differences::default(),
                    name,
                    c_name: None,
                    span,
                    variants,
                });
            } else if let Some(variants) = self.numbers.remove(&at) {
                interface.raw_numbers.push(RawNumber {
                    name,
                    span,
                    variants,
                    through: String::new(),
                });
            } else if let Some(message) = self.unanswered.remove(&at)
                && shared.macros.candidates[at].kind == CandidateKind::Command
            {
                problems.push(unknown(shared, at, &message));
            }
        }
        for family in &shared.macros.families {
            let file = &shared.files.loaded[family.file];
            let define = &file.scan.defines[family.define];
            let expansion = file.slice(&define.body).replace("\\\n", " ");
            interface.families.push(Family {
                name: define.name.clone(),
                span: spans(file, define).0,
                parameters: define.parameters.clone().unwrap_or_default(),
                expansion: expansion.split_whitespace().collect::<Vec<_>>().join(" "),
                of_any_length: None,
            });
        }
    }

    /// A header whose commands need what it does not include is not self-contained, even if the
    /// answer was found with the help of another.
    fn unanswered_as_errors(&mut self, shared: &Shared<'_>) {
        let mut unanswered: Vec<(usize, String)> = self
            .unanswered
            .iter()
            .filter(|(at, message)| {
                let command = shared.macros.candidates[**at].kind == CandidateKind::Command;
                command && !message.contains("ioctlkit") && !self.values.contains_key(at)
            })
            .map(|(at, message)| (*at, message.clone()))
            .collect();
        unanswered.sort();
        for (at, message) in unanswered {
            let header = shared.macros.candidates[at].file;
            // One error for each thing that is missing.
            let known = self.errors.get(&header);
            if known.is_some_and(|errors| errors.iter().any(|error| error.message == message)) {
                continue;
            }
            let abis = shared.files.loaded[header].abis;
            self.error(header, abis, &message, Some(candidate_span(shared, at)));
        }
    }

    /// Where no help was found, a command without a size is better than none.
    fn add_incomplete(&mut self, shared: &Shared<'_>, interface: &mut Interface, at: usize) {
        let Some(incomplete) = self.incomplete.remove(&at) else { return };
        let candidate = &shared.macros.candidates[at];
        let id = shared.files.loaded[candidate.file].id;
        if let (Some(body), Some(header)) =
            (incomplete.first(), interface.headers.iter().position(|header| header.file == id))
        {
            let ty = body.argument.ty().map_or_else(String::new, |ty| interface.type_name(ty));
            interface.headers[header].errors.push(HeaderError {
                message: format!("`{}` has no number: `{ty}` is never defined", candidate.name),
                span: Some(candidate_span(shared, at)),
                abis: incomplete.abis(),
            });
        }
        let commands = self.commands.entry(at).or_default();
        for (abis, body) in incomplete.iter() {
            commands.add(abis, body.clone());
        }
    }

    /// Makes a command of a value where no call gave one, by taking its number apart.
    fn add_values(&mut self, shared: &Shared<'_>, at: usize) {
        let Some(values) = self.values.remove(&at) else { return };
        let candidate = &shared.macros.candidates[at];
        let file = &shared.files.loaded[candidate.file];
        let define = candidate.define(shared.files);
        for (abis, (abi, value)) in values.iter() {
            // A value that is taken from another command, such as `_IOC_NR(…)`, is none; and one
            // with neither direction nor size is as likely a plain number, such as 0x8906.
            if *value <= 0xffff {
                continue;
            }
            let body = |abi: AbiId| {
                let decoded = abi.abi().encoding.decode(*value);
                let direction = decoded.direction?;
                let argument = match (direction, decoded.size) {
                    (Direction::None, 0) => Argument::None,
                    (_, size) => Argument::Size(Constant::Known(u64::from(size))),
                };
                Some(CommandBody {
                    span: spans(file, define).1,
                    through: define_through(file, &define.body),
                    direction,
                    type_letter: u32::from(decoded.type_letter),
                    nr: u32::from(decoded.nr),
                    argument,
                })
            };
            if let Some(body) = body(*abi) {
                self.commands.entry(at).or_default().add(abis, body);
            }
        }
    }
}

/// The ABIs of `abis` for which the value of a macro holds that was worked out for `parsed`.
fn vouched(abis: AbiSet, parsed: AbiId, text: &str) -> AbiSet {
    if !text.contains("sizeof") {
        return abis;
    }
    // `sizeof(time_t) == 8 ? A : B` asks for widths; a size in a number may be a structure's.
    let depends_on = if text.contains('?') { DependsOn::Widths } else { DependsOn::Alignment };
    abis.intersection(agreeing(parsed, depends_on))
}

/// Whether the argument is a structure that is declared and not defined.
fn is_incomplete(interface: &Interface, argument: &Argument) -> bool {
    match argument.ty().map(Type::innermost_element) {
        Some(Type::Record(id)) => interface.record(*id).variants.is_empty(),
        _ => false,
    }
}

fn unknown(shared: &Shared<'_>, at: usize, message: &str) -> Problem {
    let candidate = &shared.macros.candidates[at];
    Problem {
        kind: ProblemKind::Incomplete,
        path: Some(shared.files.loaded[candidate.file].path.clone()),
        span: Some(candidate_span(shared, at)),
        message: format!("the number of `{}` cannot be worked out: {message}", candidate.name),
        help: Some("include the header that defines what its argument needs".into()),
    }
}
