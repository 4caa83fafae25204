//! What a source defines and the module will not have.

use ioctlkit_model::{Interface, Problem, ProblemKind, Span};

/// The commands that no module is made of, though the source defines them.
pub fn left_out(model: &Interface) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |name: &str, span: Span, why: &str| {
        problems.push(Problem {
            kind: ProblemKind::Incomplete,
            path: Some(model.sources.path(span).to_owned()),
            span: Some(span),
            message: format!("`{name}` is left out: {why}"),
            help: None,
        });
    };
    // A family by nr is a command, too.
    let is_command = |name: &str| model.commands.iter().any(|command| command.name == name);
    for family in &model.families {
        if family.of_any_length.is_some() || is_command(&family.name) {
            continue;
        }
        say(&family.name, family.span, "how many commands the macro makes is not known");
    }
    for raw in &model.raw_numbers {
        say(&raw.name, raw.span, "nothing says what argument a plain number is for");
    }
    if !model.groups.is_empty() {
        for command in &model.commands {
            if !model.groups.iter().any(|group| group.commands.contains(&command.name)) {
                say(&command.name, command.span, "it is in none of the interfaces");
            }
        }
    }
    problems
}
