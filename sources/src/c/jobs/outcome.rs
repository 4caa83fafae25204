//! What a parsed unit comes to: types and answers, errors, and headers to be read again by themselves.

use std::collections::HashSet;

use ioctlkit_model::{MacroValue, Span};

use super::collect::Collected;
use super::job::{Job, Parsed, Session};
use super::probe::{Line, Probes, is_main};
use crate::c::convert::answer::{Answer, Answers};
use crate::c::convert::{Arena, Converter};
use crate::c::driver::arguments::DependsOn;
use crate::c::driver::clang::Diagnostic;
use crate::c::files::Index;

/// Files what a unit holds, but for headers that did not go together with the others.
pub(super) fn file(
    session: &Session<'_>,
    parsed: Parsed,
    arena: &mut Arena,
    collected: &mut Collected,
) -> Vec<Job> {
    let Parsed { mut job, unit, probes } = parsed;
    let errors = unit.errors();
    let mut again = troubled(session, &errors, &probes);
    if job.alone {
        note_errors(session, &job, &errors, &probes, collected);
    }
    let mut converter =
        Converter::new(arena, session.files, session.partition, job.abi, session.request.abis)
            .with_errors(&errors);
    let mut wants = job.wants.clone();
    if !job.alone {
        wants.files.retain(|index| !again.contains(index));
    }
    let Answers { commands: mut answers, mut macros } =
        converter.run(&unit, &wants, &session.macros.candidates);
    let spoilt = Spoilt::by(&errors, &probes);
    answers.retain(|(at, answer)| !spoilt.holds(*at, answer));
    for (at, value, _) in &mut macros {
        if spoilt.macros.contains(at) {
            *value = MacroValue::Other;
        }
    }
    // An error may have cost the answer; that there was a question says that the macro is defined.
    let answered: HashSet<usize> = macros.iter().map(|(at, ..)| *at).collect();
    let lost = spoilt.macros.difference(&answered);
    macros.extend(lost.map(|at| (*at, MacroValue::Other, DependsOn::Nothing)));
    if job.alone {
        for (at, answer) in answers {
            collected.answer(session, &arena.interface, at, &job, answer);
        }
        collected.add_macros(session, &job, macros);
        return Vec::new();
    }
    // A value takes a text of the header's own.
    let around = answers.iter().filter(|(_, answer)| matches!(answer, Answer::Around(_)));
    again.extend(around.map(|(at, _)| session.macros.candidates[*at].file));
    job.wants.files.retain(|index| !again.contains(index));
    for (at, answer) in answers {
        collected.answer(session, &arena.interface, at, &job, answer);
    }
    collected.add_macros(session, &job, macros);
    let again = job.headers.iter().copied().filter(|index| again.contains(index));
    again.map(|index| Job::of(job.abi, vec![index], true)).collect()
}

/// The answers that come from where the compiler met an error. What it made of that is a guess, and of
/// a value nobody can tell which declaration went into it.
#[derive(Default)]
struct Spoilt {
    calls: HashSet<usize>,
    values: HashSet<usize>,
    macros: HashSet<usize>,
    all_values: bool,
}

impl Spoilt {
    fn by(errors: &[Diagnostic], probes: &Probes) -> Self {
        let mut spoilt = Self::default();
        for place in errors.iter().filter_map(|error| error.place.as_ref()) {
            let line = is_main(&place.file.path()).then(|| probes.at_line(place.line)).flatten();
            match line {
                Some(Line::Call(at)) => _ = spoilt.calls.insert(at),
                Some(Line::Value(at)) => _ = spoilt.values.insert(at),
                Some(Line::Macro(at)) => _ = spoilt.macros.insert(at),
                Some(Line::Operand) => {}
                None => spoilt.all_values = true,
            }
        }
        spoilt
    }

    fn holds(&self, at: usize, answer: &Answer) -> bool {
        match answer {
            Answer::Value(..) => self.all_values || self.values.contains(&at),
            _ => self.calls.contains(&at),
        }
    }
}

/// The files in which, or in whose commands, the compiler met an error.
fn troubled(session: &Session<'_>, errors: &[Diagnostic], probes: &Probes) -> HashSet<Index> {
    let mut troubled = HashSet::new();
    for place in errors.iter().filter_map(|error| error.place.as_ref()) {
        let path = place.file.path();
        if is_main(&path) {
            if let Some(Line::Call(at) | Line::Value(at)) = probes.at_line(place.line) {
                troubled.insert(session.macros.candidates[at].file);
            }
        } else {
            troubled.extend(session.files.by_path(&path));
        }
    }
    troubled
}

/// Keeps the errors of a header that was read by itself.
fn note_errors(
    session: &Session<'_>,
    job: &Job,
    errors: &[Diagnostic],
    probes: &Probes,
    collected: &mut Collected,
) {
    let ([header], []) = (&job.headers[..], &job.libc[..]) else { return };
    let header = *header;
    let abis = session.alike(header, job.abi);
    for error in errors {
        let Some(place) = &error.place else {
            collected.error(header, abis, &error.message, None);
            continue;
        };
        let path = place.file.path();
        if is_main(&path) {
            match probes.at_line(place.line) {
                Some(Line::Call(at) | Line::Value(at)) => {
                    collected.unanswered(session, at, &error.message);
                }
                Some(Line::Operand | Line::Macro(_)) => {}
                // What the header left open: a brace, a comment, a condition.
                None => collected.error(header, abis, &error.message, None),
            }
            continue;
        }
        let span = session.files.by_path(&path).map(|index| {
            let file = session.files.loaded[index].id;
            Span { file, start: place.offset, end: place.offset + 1 }
        });
        collected.error(header, abis, &error.message, span);
    }
}
