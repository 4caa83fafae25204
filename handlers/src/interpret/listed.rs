//! Arrays of commands, in which a handler looks for the number that it gets.

use super::calls::is_macro;
use super::expressions::Outcomes;
use super::places::Target;
use super::{Choice, Frame, Run};
use crate::ast::{Binary, Expression, ExpressionKind};
use crate::value::{CommandPart, Paths, State, Value};

impl<'p> Run<'p> {
    /// The commands of an array at the file's scope, where an expression is an element of it, masked or not.
    pub(super) fn listed(
        &self,
        frame: &Frame<'p>,
        expression: &Expression,
    ) -> Option<Vec<&'p str>> {
        let array = match &expression.kind {
            ExpressionKind::Index { of, .. } => of,
            ExpressionKind::Binary { operator: Binary::And, left, .. } => {
                return self.listed(frame, left);
            }
            ExpressionKind::Cast { value, .. } => return self.listed(frame, value),
            _ => return None,
        };
        let name = self.str(frame, array.at);
        if !matches!(array.kind, ExpressionKind::Name) || frame.variable(name).is_some() {
            return None;
        }
        let source = self.source(frame);
        let variable = source.variables().iter().find(|it| source.str(it.name) == name)?;
        let ExpressionKind::Initialiser(items) = &variable.value.kind else { return None };
        let commands = items.iter().map(|item| {
            let name = source.str(item.value.at);
            let is_command = matches!(item.value.kind, ExpressionKind::Name) && is_macro(name);
            is_command.then_some(name)
        });
        commands.collect::<Option<Vec<_>>>().filter(|commands| !commands.is_empty())
    }

    /// What an element of an array of commands is: the command, where its nr says which element.
    pub(super) fn listed_at(
        &mut self,
        frame: &mut Frame<'p>,
        index: &'p Expression,
        state: State,
    ) -> Outcomes {
        let mut outcomes = self.expression(frame, index, state);
        for (_, value) in &mut outcomes {
            *value = match value {
                Value::CommandPart(CommandPart::Nr) => Value::CommandPart(CommandPart::WithoutSize),
                _ => Value::Unknown,
            };
        }
        outcomes
    }

    /// Whether the element of an array of commands takes the place of the command that was compared with it.
    pub(super) fn is_found(
        &self,
        frame: &Frame<'p>,
        target: &Target,
        value: &Expression,
        state: &State,
    ) -> bool {
        let Target::Variable(id) = target else { return false };
        state.values.get(id) == Some(&Value::Command) && self.listed(frame, value).is_some()
    }

    /// The command is compared with an element of an array, one of many: paths on which it is in the array,
    /// and the others.
    pub(super) fn compare_listed(&self, listed: &[&str], mut state: State) -> (Paths, Paths) {
        match &self.choice {
            Choice::Any => {
                let mut other = state.clone();
                other.passed += 1;
                (vec![state], vec![other])
            }
            Choice::Named(wanted) if self.holds(listed, wanted) => (vec![state], Paths::new()),
            Choice::Named(_) => (Paths::new(), vec![state]),
            Choice::Unmatched => {
                state.passed += 1;
                (Paths::new(), vec![state])
            }
        }
    }

    /// Whether a command is among some, by its name or its number.
    fn holds(&self, listed: &[&str], wanted: &str) -> bool {
        let number = |name: &str| self.program.numbers.get(name);
        listed
            .iter()
            .any(|name| *name == wanted || number(name).is_some() && number(name) == number(wanted))
    }
}
