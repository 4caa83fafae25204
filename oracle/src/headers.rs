//! Real headers: what the reader and the engine say of them against what a compiler says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ioctlkit_model::{Argument, Command, FileId, Interface, Layouts, RecordId};

use crate::compare::{Comparison, Disagreement, Subject, c_name};
use crate::{Compiler, CompilerError, Probe};

/// Headers that a reader has read, and where a compiler finds the same.
#[derive(Debug)]
pub struct Headers<'a> {
    /// What the types come to.
    pub layouts: &'a Layouts<'a>,
    /// Where the compiler looks for headers, and for nothing else.
    pub include_dirs: Vec<PathBuf>,
    /// What each file is called in `#include <…>`; files that are not to be compared have none.
    pub include_name: fn(&Path) -> Option<String>,
    /// Headers that do not stand alone, each with one that it needs.
    pub needs: &'a [(&'a str, &'a str)],
}

/// What a comparison of headers on one ABI found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many questions were answered alike or differently.
    pub questions: usize,
    /// How many commands were compared.
    pub commands: usize,
    /// What differs.
    pub disagreements: Vec<(String, Disagreement)>,
    /// What the compiler cannot answer and the engine does: the header, the question, its words.
    pub unanswered: Vec<(String, String, String)>,
    /// What the engine cannot answer and the compiler does: the header, the command.
    pub silent: Vec<(String, String)>,
    /// Headers that the compiler does not accept, with its words.
    pub refused: Vec<(String, String)>,
}

/// What every program has included before it calls ioctl: a header that needs nothing more is
/// compared, though it may not stand alone.
const PREAMBLE: &str = "\
#include <stddef.h>
#include <stdint.h>
#include <linux/ioctl.h>
";

/// A header and what is asked about it.
#[derive(Debug, Clone)]
struct Asked {
    name: String,
    /// The headers that define what its commands carry.
    with: BTreeSet<String>,
    comparison: Comparison,
    commands: usize,
    silent: Vec<String>,
}

impl Headers<'_> {
    /// Compares the number of every command, and the layout of every structure that is an
    /// argument or in one.
    ///
    /// # Errors
    /// [`CompilerError`] where the compiler does not run.
    pub fn compare(&self, compiler: &Compiler) -> Result<Outcome, CompilerError> {
        let asked = self.questions(compiler);
        let mut outcome = Outcome {
            commands: asked.iter().map(|header| header.commands).sum(),
            ..Outcome::default()
        };
        for together in asked.chunks(24) {
            self.ask(compiler, together, &mut outcome)?;
        }
        for header in &asked {
            self.ask_silent(compiler, header, &mut outcome)?;
        }
        Ok(outcome)
    }

    fn questions(&self, compiler: &Compiler) -> Vec<Asked> {
        let interface = self.layouts.interface();
        let abi = compiler.abi().id();
        let mut seen: BTreeSet<RecordId> = BTreeSet::new();
        let mut asked = Vec::new();
        for (file, commands) in commands_of_files(interface) {
            let path = &interface.sources.file(file).path;
            let Some(name) = (self.include_name)(path) else { continue };
            let needs = self.needs.iter().filter(|(header, _)| *header == name);
            let mut header = Asked {
                with: needs.map(|(_, needed)| (*needed).to_owned()).collect(),
                name,
                comparison: Comparison::default(),
                commands: 0,
                silent: Vec::new(),
            };
            for command in commands {
                let Some(body) = command.variants.get(abi) else { continue };
                match self.layouts.number(command, abi) {
                    Some(numbered) => {
                        header.commands += 1;
                        let question = format!("(unsigned int)({})", command.name);
                        header.comparison.value(question, u64::from(numbered.number));
                    }
                    None => header.silent.push(command.name.clone()),
                }
                if let Argument::Type(ty) | Argument::SizeOfType(ty) = &body.argument {
                    for id in interface.records_within(ty) {
                        self.record(&mut header, &mut seen, id, compiler);
                    }
                }
            }
            if !header.comparison.is_empty() || !header.silent.is_empty() {
                asked.push(header);
            }
        }
        asked
    }

    fn record(
        &self,
        header: &mut Asked,
        seen: &mut BTreeSet<RecordId>,
        id: RecordId,
        compiler: &Compiler,
    ) {
        let record = self.layouts.interface().record(id);
        let Some(body) = record.variants.get(compiler.abi().id()) else { return };
        let path = &self.layouts.interface().sources.file(body.span.file).path;
        header.with.extend((self.include_name)(path));
        let Some(c_name) = c_name(record) else { return };
        if !seen.insert(id) {
            return;
        }
        let mut of_record = Comparison::default();
        let subject = Subject { id, c_name };
        // Where the engine has no layout, the command's number has none either: that is asked.
        if of_record.add(self.layouts, compiler.abi().id(), &subject).is_ok() {
            header.comparison.extend(&of_record);
        }
    }

    /// Asks about headers together; where that fails, or something differs, about fewer, so that
    /// no header disturbs another.
    fn ask(
        &self,
        compiler: &Compiler,
        headers: &[Asked],
        outcome: &mut Outcome,
    ) -> Result<(), CompilerError> {
        let mut all = Comparison::default();
        for header in headers {
            all.extend(&header.comparison);
        }
        let probe = self.probe(headers, &all);
        match probe.ask(compiler) {
            Ok(answers) => {
                let disagreements = all.disagreements(&answers);
                if disagreements.is_empty() {
                    outcome.questions += all.len();
                } else if let [header] = headers {
                    outcome.questions += all.len();
                    let of_header = |found| (header.name.clone(), found);
                    outcome.disagreements.extend(disagreements.into_iter().map(of_header));
                } else {
                    return self.ask_halves(compiler, headers, outcome);
                }
                Ok(())
            }
            Err(CompilerError::Refused(words)) => match headers {
                [header] => self.ask_without(compiler, header, &probe, &words, outcome),
                _ => self.ask_halves(compiler, headers, outcome),
            },
            Err(error) => Err(error),
        }
    }

    fn ask_halves(
        &self,
        compiler: &Compiler,
        headers: &[Asked],
        outcome: &mut Outcome,
    ) -> Result<(), CompilerError> {
        let (left, right) = headers.split_at(headers.len() / 2);
        self.ask(compiler, left, outcome)?;
        self.ask(compiler, right, outcome)
    }

    /// Asks again without the questions that the compiler complained of.
    fn ask_without(
        &self,
        compiler: &Compiler,
        header: &Asked,
        probe: &Probe,
        words: &str,
        outcome: &mut Outcome,
    ) -> Result<(), CompilerError> {
        let mut refused = BTreeMap::new();
        for (line, message) in errors(words) {
            let Some(index) = line.and_then(|line| probe.question_at(line)) else {
                outcome.refused.push((header.name.clone(), message.to_owned()));
                return Ok(());
            };
            refused.entry(index).or_insert(message);
        }
        if refused.is_empty() {
            outcome.refused.push((header.name.clone(), words.to_owned()));
            return Ok(());
        }
        for (index, message) in &refused {
            let question = header.comparison.question(*index).unwrap_or_default();
            outcome.unanswered.push((header.name.clone(), question, (*message).to_owned()));
        }
        let mut fewer = header.clone();
        fewer.comparison.remove(&refused.into_keys().collect());
        self.ask(compiler, &[fewer], outcome)
    }

    /// What the engine has no number for must have none for the compiler either.
    fn ask_silent(
        &self,
        compiler: &Compiler,
        header: &Asked,
        outcome: &mut Outcome,
    ) -> Result<(), CompilerError> {
        for command in &header.silent {
            let mut comparison = Comparison::default();
            comparison.value(format!("(unsigned int)({command})"), 0);
            match self.probe(std::slice::from_ref(header), &comparison).ask(compiler) {
                Ok(_) => outcome.silent.push((header.name.clone(), command.clone())),
                Err(CompilerError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn probe(&self, headers: &[Asked], questions: &Comparison) -> Probe {
        let mut includes = PREAMBLE.to_owned();
        for name in headers.iter().flat_map(|header| header.with.iter().chain([&header.name])) {
            includes.extend(["#include <", name, ">\n"]);
        }
        let mut probe = Probe::new(includes);
        probe.include_dirs(self.include_dirs.clone());
        questions.ask(&mut probe);
        probe
    }
}

fn commands_of_files(interface: &Interface) -> BTreeMap<FileId, Vec<&Command>> {
    let mut files: BTreeMap<FileId, Vec<&Command>> = BTreeMap::new();
    for command in &interface.commands {
        files.entry(command.span.file).or_default().push(command);
    }
    files
}

/// The compiler's errors: the line where it is one of the source itself, and the sentence.
fn errors(words: &str) -> impl Iterator<Item = (Option<usize>, &str)> {
    words.lines().filter(|line| line.contains(" error: ")).map(|line| {
        let number = line
            .strip_prefix("<stdin>:")
            .and_then(|rest| rest.split(':').next())
            .and_then(|number| number.parse().ok());
        (number, line)
    })
}
