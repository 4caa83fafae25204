//! What stands at the head of a module: where it comes from, what the header leaves open, and what
//! is left out.

use std::fmt::Write as _;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Problem, ProblemKind};

use super::Request;
use super::commands::{Identity, LeftOut, Payload, Planned};
use super::module::Module;
use super::rust_type::RustType;

/// What the first lines of every module hold.
const MADE_BY: &str = "made by `ioctl-gen import`";

/// Whether a file's text was written by [`import`](super::import).
pub fn is_made_by_import(text: &str) -> bool {
    text.lines().take(5).any(|line| line.starts_with("//!") && line.contains(MADE_BY))
}

/// The lines of the module's documentation.
pub(crate) fn lines(request: &Request, module: &Module<'_>, problems: &[Problem]) -> Vec<String> {
    let mut lines = vec![
        format!("The ioctl interface of `{}`, {MADE_BY}.", request.shown),
        String::new(),
        format!("`{}` makes it anew.", command_line(request)),
    ];
    let commands: Vec<&Planned> = module.groups.iter().flat_map(|g| &g.commands).collect();
    section(&mut lines, "What the header does not say", &open_questions(&commands));
    section(&mut lines, "For which machines", &machines(module, &commands, problems));
    let unknown = problems.iter().filter(|problem| problem.kind == ProblemKind::Incomplete);
    let unknown = unknown.map(|problem| problem.message.clone());
    let left_out: Vec<String> =
        module.left_out.iter().map(LeftOut::sentence).chain(unknown).collect();
    section(&mut lines, "What is left out", &left_out);
    lines
}

fn section(lines: &mut Vec<String>, title: &str, entries: &[String]) {
    if entries.is_empty() {
        return;
    }
    lines.extend([String::new(), format!("# {title}")]);
    for entry in entries {
        wrap(&format!("- {entry}"), lines);
    }
}

/// Breaks an entry of a list into lines of at most 96 characters.
fn wrap(entry: &str, lines: &mut Vec<String>) {
    let mut line = String::new();
    for word in entry.split(' ') {
        if line.chars().count() + word.chars().count() >= 96 && !line.trim().is_empty() {
            lines.push(std::mem::replace(&mut line, "  ".to_owned()));
            line.push_str(word);
            continue;
        }
        if !line.is_empty() && line != "  " {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
}

fn open_questions(commands: &[&Planned]) -> Vec<String> {
    let mut entries = Vec::new();
    let any = |holds: &dyn Fn(&Planned) -> bool| commands.iter().any(|command| holds(command));
    if any(&|c| c.payload == Payload::None && matches!(c.identity, Identity::Nr(_))) {
        entries.push(
            "Whether an `_IO` command takes an argument: it is called without one here. Where the \
             driver takes one, write its type and `value` or `encoded(none)`."
                .to_owned(),
        );
    }
    if any(&|c| matches!(c.identity, Identity::Number(_))) {
        entries.push(
            "What a command that is a plain number takes: it is called without an argument here."
                .to_owned(),
        );
    }
    if any(&|c| matches!(c.payload, Payload::Type(RustType::Scalar(_) | RustType::Enum(_)))) {
        entries.push(
            "Whether an integer is passed by its address: it is here. Where the driver takes the \
             integer itself, add `value`."
                .to_owned(),
        );
    }
    if any(&|c| c.payload != Payload::None) {
        entries.push(
            "What a call returns: commands with an argument return nothing here. Where the driver \
             returns a number or a file, add `returns = …`."
                .to_owned(),
        );
    }
    if any(&|c| c.unsafe_call) {
        entries.push(
            "Whether a call is sound: a command is `unsafe` here where its argument may hold an \
             address that the driver follows, or may not be what the number says. Remove the word \
             from those that you know."
                .to_owned(),
        );
    }
    entries
}

fn machines(module: &Module<'_>, commands: &[&Planned], problems: &[Problem]) -> Vec<String> {
    let notes = problems.iter().filter(|problem| problem.kind != ProblemKind::Incomplete);
    let mut entries: Vec<String> = notes.map(|problem| problem.message.clone()).collect();
    let mut names: Vec<String> = commands
        .iter()
        .filter(|command| module.command_scope(command) != AbiSet::ALL)
        .map(|command| format!("`{}`", command.c_name))
        .collect();
    names.dedup();
    if !names.is_empty() {
        entries.push(format!("Not on every machine, as their `cfg` says: {}.", names.join(", ")));
    }
    entries
}

fn command_line(request: &Request) -> String {
    let mut line = format!("ioctl-gen import {}", request.shown);
    if let Some(name) = &request.interface_name {
        let _ = write!(line, " --interface-name {name}");
    }
    for folder in &request.include_dirs {
        let _ = write!(line, " -I {}", folder.display());
    }
    for define in &request.defines {
        let _ = write!(line, " -D {define}");
    }
    for pattern in &request.allow {
        let _ = write!(line, " --allow '{pattern}'");
    }
    if request.explicit_padding {
        line.push_str(" --explicit-padding");
    }
    if !request.compiler_arguments.is_empty() {
        let _ = write!(line, " -- {}", request.compiler_arguments.join(" "));
    }
    line
}
