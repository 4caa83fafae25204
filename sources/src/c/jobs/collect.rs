//! Answers about commands as they come in, parse by parse.

use std::collections::{BTreeMap, HashMap, HashSet};

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{
    Argument, CommandBody, HeaderError, Interface, MacroValue, Span, Type, Variants,
};

use super::borrowed;
use super::job::{Job, Session, candidate_span};
use crate::c::convert::answer::{Answer, Called, define_through};
use crate::c::driver::arguments::{DependsOn, agreeing};
use crate::c::files::Index;
use crate::c::macros::{CandidateKind, Definition, spans};
use crate::c::other_macros::Known;

/// The errors of a header, each message once.
#[derive(Debug, Default)]
struct Errors {
    found: Vec<HeaderError>,
    /// The place of each message among them.
    places: HashMap<String, usize>,
    /// Whether they are about missing files.
    are_missing: bool,
}

/// A value that the compiler worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Worked {
    /// The ABI that the compiler parsed for.
    pub(super) abi: AbiId,
    pub(super) value: i64,
    pub(super) depends_on: DependsOn,
}

impl Worked {
    /// The 32 bits that the kernel looks at.
    #[allow(clippy::cast_sign_loss, reason = "a negative number of C is passed as its bits")]
    pub(super) fn number(self) -> u32 {
        self.value as u32
    }

    /// The ABIs of `abis` for which the value holds.
    pub(super) fn vouched(self, abis: AbiSet) -> AbiSet {
        abis.intersection(agreeing(self.abi, self.depends_on))
    }
}

/// What is known of each candidate so far, by its place among the candidates.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(super) commands: HashMap<usize, Variants<CommandBody>>,
    /// Commands whose argument's type is not defined where it is used.
    pub(super) incomplete: HashMap<usize, Variants<CommandBody>>,
    pub(super) numbers: HashMap<usize, Variants<u32>>,
    /// Plain values.
    pub(super) values: HashMap<usize, Variants<Worked>>,
    /// Expressions around commands.
    pub(super) around: HashMap<usize, Variants<Vec<CommandBody>>>,
    /// Candidates that turned out to be plain numbers.
    pub(super) plain: HashSet<usize>,
    /// What macros come to that are no commands.
    pub(super) macros: Known,
    errors: HashMap<Index, Errors>,
    /// Macros of each file that no parse has seen defined.
    pub(super) never_seen: BTreeMap<Index, Vec<usize>>,
    /// Candidates that the compiler had an error about.
    pub(super) unanswered: HashMap<usize, String>,
}

impl Collected {
    pub(crate) fn answer(
        &mut self,
        session: &Session<'_>,
        interface: &Interface,
        at: usize,
        job: &Job,
        answer: Answer,
    ) {
        let candidate = &session.macros.candidates[at];
        if !job.wants.files.contains(&candidate.file) {
            return;
        }
        let file = &session.files.loaded[candidate.file];
        let abis = session.alike(candidate.file, job.abi);
        let define = candidate.define(session.files);
        let body = |called: Called| {
            let through = define_through(file, &define.body);
            called.body(spans(file, define).1, through)
        };
        match (&candidate.kind, answer) {
            (CandidateKind::RawNumber, Answer::Number(number)) => {
                self.numbers.entry(at).or_default().add(abis, number);
            }
            (CandidateKind::RawNumber, _) => {}
            (_, Answer::Value(value, depends_on)) => {
                let worked = Worked { abi: job.abi, value, depends_on };
                self.values.entry(at).or_default().add(abis, worked);
            }
            (CandidateKind::OwnEncoder { .. }, _) => {}
            (_, Answer::Number(_)) => {
                self.plain.insert(at);
            }
            (_, Answer::Around(called)) => {
                let bodies = called.into_iter().map(body).collect();
                self.around.entry(at).or_default().add(abis, bodies);
            }
            (_, Answer::Command(called)) => {
                let body = body(called);
                let map = if is_incomplete(interface, &body.argument) {
                    &mut self.incomplete
                } else {
                    &mut self.commands
                };
                map.entry(at).or_default().add(abis, body);
            }
        }
    }

    /// What the macros of a job's files come to that are no commands.
    pub(crate) fn add_macros(
        &mut self,
        session: &Session<'_>,
        job: &Job,
        macros: Vec<(usize, MacroValue, DependsOn)>,
    ) {
        for (at, value, depends_on) in macros {
            let other = &session.others[at];
            if session.is_wanted(other.file) && !job.wants.files.contains(&other.file) {
                continue;
            }
            let alike = session.alike(other.file, job.abi);
            let known = alike.intersection(agreeing(job.abi, depends_on));
            let values = self.macros.entry(at).or_default();
            values.add(known.difference(values.abis()), value);
            // What a size is elsewhere, this compiler does not say.
            values.add(alike.difference(values.abis()), MacroValue::Other);
        }
    }

    /// An error of a header that was read by itself.
    pub(crate) fn error(&mut self, header: Index, abis: AbiSet, message: &str, span: Option<Span>) {
        self.add_error(
            header,
            HeaderError {
                message: message.to_owned(),
                span,
                abis,
                is_stated: false,
                in_command: false,
            },
        );
    }

    fn add_error(&mut self, header: Index, error: HeaderError) {
        let (message, abis) = (error.message.as_str(), error.abis);
        let errors = self.errors.entry(header).or_default();
        // Behind a missing file, one error follows from another.
        let is_missing = message.ends_with("file not found");
        if errors.are_missing && !is_missing {
            return;
        }
        if is_missing && !errors.are_missing {
            *errors = Errors { are_missing: true, ..Errors::default() };
        }
        // The first place where something is missing says it all.
        if let Some(place) = errors.places.get(message) {
            let known = &mut errors.found[*place];
            known.abis = known.abis.union(abis);
            return;
        }
        errors.places.insert(message.to_owned(), errors.found.len());
        errors.found.push(error);
    }

    /// Takes out the errors of a header.
    pub(super) fn errors_of(&mut self, header: Index) -> Vec<HeaderError> {
        self.errors.remove(&header).unwrap_or_default().found
    }

    /// The compiler could not make a call of a candidate.
    pub(crate) fn unanswered(&mut self, session: &Session<'_>, at: usize, message: &str) {
        let candidate = &session.macros.candidates[at];
        // An enumerator under a condition that does not hold is not there to be asked.
        let is_absent = matches!(candidate.definition, Definition::Enumerator(_))
            && message.contains(&format!("'{}'", candidate.name));
        if is_absent || candidate.kind == CandidateKind::Pasted {
            return;
        }
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

    /// The candidates whose argument is a structure that is declared only, with its tag.
    pub(crate) fn of_declared_types<'i>(
        &self,
        interface: &'i Interface,
    ) -> impl Iterator<Item = (usize, &'i str)> {
        self.incomplete.iter().filter_map(|(at, variants)| {
            let ty = variants.first()?.argument.ty()?.innermost_element();
            let Type::Record(id) = ty else { return None };
            Some((*at, interface.record(*id).name.as_deref()?))
        })
    }

    /// Every command so far.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (usize, &Variants<CommandBody>)> {
        self.commands.iter().map(|(at, variants)| (*at, variants))
    }

    /// A header whose commands need what it does not include is not self-contained, even if the answer was
    /// found with the help of another, or it was read behind one.
    pub(super) fn borrowed_as_errors(&mut self, session: &Session<'_>, interface: &Interface) {
        let borrowed = borrowed::find(session, interface, self);
        let told: HashSet<usize> = borrowed.iter().filter_map(|one| one.candidate).collect();
        let mut unanswered: Vec<(usize, String)> = self
            .unanswered
            .iter()
            .filter(|(at, message)| {
                let command = session.macros.candidates[**at].kind == CandidateKind::Command;
                // A structure that is defined nowhere is not a matter of includes.
                let is_nowhere =
                    self.incomplete.contains_key(at) && !self.commands.contains_key(at);
                command
                    && !is_nowhere
                    && is_about_missing(message)
                    && !self.values.contains_key(at)
                    && !told.contains(at)
            })
            .map(|(at, message)| (*at, message.clone()))
            .collect();
        unanswered.sort();
        let of_commands = unanswered.into_iter().map(|(at, message)| {
            (session.macros.candidates[at].file, message, candidate_span(session, at), None, true)
        });
        let of_others = borrowed.into_iter().map(|one| {
            let in_command = one.candidate.is_some();
            (one.header, one.message, one.span, Some(one.name), in_command)
        });
        // What the errors of each header speak of: one for each thing that is missing.
        let mut spoken_of: HashMap<Index, HashSet<String>> = HashMap::new();
        for (header, message, span, name, in_command) in
            of_commands.chain(of_others).collect::<Vec<_>>()
        {
            let errors = self.errors.get(&header);
            let known = spoken_of.entry(header).or_insert_with(|| {
                let found = errors.into_iter().flat_map(|errors| &errors.found);
                found.flat_map(|error| named(&error.message)).map(str::to_owned).collect()
            });
            let is_reported = errors.is_some_and(|errors| errors.places.contains_key(&message))
                || name.is_some_and(|name| known.contains(&name));
            if is_reported {
                continue;
            }
            known.extend(named(&message).map(str::to_owned));
            let abis = session.files.loaded[header].abis;
            let (span, is_stated) = (Some(span), false);
            self.add_error(header, HeaderError { message, span, abis, is_stated, in_command });
        }
    }
}

/// Whether the compiler lacks something that another header may define. What else it says of a command, no
/// include mends: U001 reports it.
fn is_about_missing(message: &str) -> bool {
    const LACKS: [&str; 5] =
        ["file not found", "incomplete type", "is not defined", "undeclared", "unknown type name"];
    !message.contains("ioctlkit") && LACKS.iter().any(|words| message.contains(words))
}

/// What a sentence names: `'struct x'`, `'x'` of the compiler's, `x` of our own.
fn named(message: &str) -> impl Iterator<Item = &str> {
    let quoted = message.split(['\'', '`']).skip(1).step_by(2);
    quoted.filter_map(|words| words.rsplit(' ').next())
}

/// Whether the argument is a structure that is declared and not defined.
fn is_incomplete(interface: &Interface, argument: &Argument) -> bool {
    match argument.ty().map(Type::innermost_element) {
        Some(Type::Record(id)) => interface.record(*id).variants.is_empty(),
        _ => false,
    }
}
