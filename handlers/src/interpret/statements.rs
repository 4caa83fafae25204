//! Statements: how paths part and meet.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::conditions::{is_dispatch, look_at};
use super::{Choice, Frame, Leaving, Run};
use crate::ast::{
    Binary, Declaration, Expression, ExpressionKind, Statement, StatementKind, Unary,
};
use crate::facts::Label;
use crate::value::{Paths, State, Value, add, add_all};

/// A label of a switch.
struct Case<'p> {
    /// Its place.
    start: u32,
    from: &'p Expression,
    to: Option<&'p Expression>,
}

impl<'p> Run<'p> {
    pub(super) fn block(
        &mut self,
        frame: &mut Frame<'p>,
        statements: &'p [Statement],
        mut paths: Paths,
    ) -> Paths {
        frame.scopes.push(FxHashMap::default());
        for statement in statements {
            paths = self.statement(frame, statement, paths);
        }
        frame.scopes.pop();
        paths
    }

    fn statement(
        &mut self,
        frame: &mut Frame<'p>,
        statement: &'p Statement,
        paths: Paths,
    ) -> Paths {
        if !self.step() {
            return Paths::new();
        }
        match &statement.kind {
            StatementKind::Expression(expression) => self.effect(frame, expression, paths),
            StatementKind::Declare(declarations) => {
                declarations.iter().fold(paths, |paths, it| self.declaration(frame, it, paths))
            }
            StatementKind::Block(statements) => self.block(frame, statements, paths),
            StatementKind::If { condition, then, otherwise } => {
                let (mut yes, no) = self.conditions(frame, condition, paths);
                if !no.is_empty() && self.is_null_guard(frame, condition, then) {
                    yes.clear();
                }
                let mut after = self.statement(frame, then, yes);
                let other = match otherwise {
                    Some(otherwise) => self.statement(frame, otherwise, no),
                    None => no,
                };
                add_all(&mut after, other);
                after
            }
            StatementKind::Switch { on, body } => self.switch(frame, on, body, paths),
            StatementKind::Case { .. } => {
                let mut paths = paths;
                if let Some(leaving) = frame.leaving.last_mut()
                    && let Some(entering) = leaving.entries.remove(&statement.at.start)
                {
                    add_all(&mut paths, entering);
                }
                paths
            }
            StatementKind::Default => {
                let mut paths = paths;
                if let Some(leaving) = frame.leaving.last_mut() {
                    add_all(&mut paths, std::mem::take(&mut leaving.default));
                }
                paths
            }
            StatementKind::While { condition, body } => {
                let (yes, no) = self.rounds(frame, condition, paths);
                self.looped(frame, body, None, yes, no)
            }
            StatementKind::DoWhile { body, condition } => {
                let after = self.looped(frame, body, None, paths, Paths::new());
                let (mut yes, no) = self.rounds(frame, condition, after);
                add_all(&mut yes, no);
                yes
            }
            StatementKind::For { start, condition, step, body } => {
                frame.scopes.push(FxHashMap::default());
                let mut paths = paths;
                if let Some(start) = start {
                    paths = self.statement(frame, start, paths);
                }
                let (yes, no) = match condition {
                    Some(condition) => self.rounds(frame, condition, paths),
                    None => (paths, Paths::new()),
                };
                let after = self.looped(frame, body, step.as_ref(), yes, no);
                frame.scopes.pop();
                after
            }
            StatementKind::Return(value) => {
                self.leave(frame, value.as_ref(), statement, paths);
                Paths::new()
            }
            StatementKind::Goto(label) => {
                if !paths.is_empty() {
                    let label = self.str(frame, *label);
                    add_all(frame.labels.entry(label).or_default(), paths);
                }
                Paths::new()
            }
            StatementKind::Label(label) => {
                let mut paths = paths;
                let label = self.str(frame, *label);
                add_all(&mut paths, frame.labels.remove(label).unwrap_or_default());
                paths
            }
            StatementKind::Break => {
                if let Some(leaving) = frame.leaving.last_mut() {
                    add_all(&mut leaving.breaks, paths);
                }
                Paths::new()
            }
            StatementKind::Continue => {
                let mut loops = frame.leaving.iter_mut().rev();
                if let Some(continues) = loops.find_map(|leaving| leaving.continues.as_mut()) {
                    add_all(continues, paths);
                }
                Paths::new()
            }
            StatementKind::Unknown => {
                if !paths.is_empty() {
                    self.gave_up = Some("a part of it could not be parsed");
                }
                paths
            }
        }
    }

    /// `if (!p || !q) return …;` in a function that the handler calls, where `p` and `q` are parameters: it is on its
    /// guard against null pointers, and nobody gives it any.
    fn is_null_guard(&self, frame: &Frame<'p>, condition: &Expression, then: &Statement) -> bool {
        let is_return = match &then.kind {
            StatementKind::Return(_) => true,
            StatementKind::Block(inner) => {
                matches!(&inner[..], [only] if matches!(only.kind, StatementKind::Return(_)))
            }
            _ => false,
        };
        is_return && self.stack.len() > 1 && self.asks_for_null(frame, condition)
    }

    fn asks_for_null(&self, frame: &Frame<'p>, condition: &Expression) -> bool {
        match &condition.kind {
            ExpressionKind::Binary { operator: Binary::Either, left, right } => {
                self.asks_for_null(frame, left) && self.asks_for_null(frame, right)
            }
            ExpressionKind::Unary { operator: Unary::Not, operand }
                if matches!(operand.kind, ExpressionKind::Name) =>
            {
                let name = self.str(frame, operand.at);
                let parameter = frame.scopes.first().and_then(|scope| scope.get(name));
                let declared = parameter
                    .filter(|id| frame.variable(name) == Some(**id))
                    .and_then(|id| self.variables.get(id));
                declared.is_some_and(|declared| declared.ty.pointers > 0)
            }
            _ => false,
        }
    }

    /// A body that is walked once. What it sets counts as set behind it: a loop that fills an array does
    /// so.
    fn looped(
        &mut self,
        frame: &mut Frame<'p>,
        body: &'p Statement,
        step: Option<&'p Expression>,
        entering: Paths,
        passing: Paths,
    ) -> Paths {
        let is_entered = !entering.is_empty();
        frame.leaving.push(Leaving { continues: Some(Paths::new()), ..Leaving::default() });
        let mut after = self.statement(frame, body, entering);
        let leaving = frame.leaving.pop().unwrap_or_default();
        add_all(&mut after, leaving.continues.unwrap_or_default());
        if let Some(step) = step {
            after = self.effect(frame, step, after);
        }
        add_all(&mut after, leaving.breaks);
        if after.is_empty() || !is_entered {
            add_all(&mut after, passing);
        }
        after
    }

    fn declaration(
        &mut self,
        frame: &mut Frame<'p>,
        declaration: &'p Declaration,
        paths: Paths,
    ) -> Paths {
        let id = self.declare(frame, declaration.name, &declaration.ty);
        let mut after = Paths::new();
        for mut state in paths {
            self.new_object(frame, declaration, id, &mut state);
            let Some(value) = &declaration.value else {
                state.forget_value(id);
                add(&mut after, state);
                continue;
            };
            // A list in braces has made the object what it is.
            let is_list = matches!(value.kind, ExpressionKind::Initialiser(_));
            for (mut state, value) in self.expression(frame, value, state) {
                if is_list {
                    state.forget_value(id);
                    add(&mut after, state);
                    continue;
                }
                let pointee = self.pointee(frame, &declaration.ty);
                let at = self.span(frame, declaration.name);
                self.narrows(id, &value, at);
                self.assign_variable(id, pointee, value, &mut state);
                add(&mut after, state);
            }
        }
        after
    }

    fn leave(
        &mut self,
        frame: &mut Frame<'p>,
        value: Option<&'p Expression>,
        statement: &'p Statement,
        paths: Paths,
    ) {
        for state in paths {
            match value {
                None => frame.returns.push((state, Value::Unknown, statement.at)),
                Some(value) => {
                    for (state, result) in self.expression(frame, value, state) {
                        frame.returns.push((state, result, value.at));
                    }
                }
            }
        }
    }

    fn switch(
        &mut self,
        frame: &mut Frame<'p>,
        on: &'p Expression,
        body: &'p Statement,
        paths: Paths,
    ) -> Paths {
        let mut cases = Vec::new();
        let mut has_default = false;
        collect_cases(body, &mut cases, &mut has_default);
        let mut leaving = Leaving::default();
        let mut past = Paths::new();
        for state in paths {
            for (mut state, value) in self.expression(frame, on, state) {
                look_at(&value, &mut state);
                self.uses(&value, &mut state);
                self.is_number(&value, frame, on);
                let (entered, mut unmatched) = self.choose(frame, &cases, &value, state);
                for (case, state) in entered {
                    add(leaving.entries.entry(case).or_default(), state);
                }
                if has_default {
                    add_all(&mut leaving.default, std::mem::take(&mut unmatched));
                } else {
                    add_all(&mut past, unmatched);
                }
            }
        }
        frame.leaving.push(leaving);
        // Declarations of the body are of its own scope.
        let mut after = self.statement(frame, body, Paths::new());
        let leaving = frame.leaving.pop().unwrap_or_default();
        add_all(&mut after, leaving.breaks);
        add_all(&mut after, past);
        after
    }

    /// The cases that a value leads to, and the paths on which none matches.
    fn choose(
        &mut self,
        frame: &Frame<'p>,
        cases: &[Case<'p>],
        value: &Value,
        mut state: State,
    ) -> (Vec<(u32, State)>, Paths) {
        // Each case gets a copy of the path.
        let is_followed = matches!(
            (value, &self.choice),
            (Value::Constant(_), _)
                | (Value::Command | Value::CommandPart(_), Choice::Named(_) | Choice::Unmatched)
        );
        if !is_followed && !self.take(cases.len().saturating_mul(1 + state.size() / 8)) {
            return (Vec::new(), vec![state]);
        }
        let everywhere = |state: &State| {
            cases.iter().map(|case| (case.start, state.clone())).collect::<Vec<_>>()
        };
        match value {
            Value::Command | Value::CommandPart(_) if is_dispatch(value) => {
                let by_nr = *value != Value::Command;
                match self.choice.clone() {
                    Choice::Any => {
                        for case in cases {
                            for label in [Some(case.from), case.to].into_iter().flatten() {
                                let span = self.span(frame, label.at);
                                if let Some(name) = self.label(frame, label) {
                                    self.facts.label(Label { name, span, by_nr });
                                }
                            }
                        }
                        let entered = everywhere(&state);
                        state.passed += 1;
                        (entered, vec![state])
                    }
                    Choice::Named(wanted) => {
                        let found = cases.iter().find(|case| {
                            [Some(case.from), case.to]
                                .into_iter()
                                .flatten()
                                .any(|label| self.label(frame, label).as_deref() == Some(&wanted))
                        });
                        match found {
                            Some(case) => {
                                self.facts.is_met = true;
                                (vec![(case.start, state)], Paths::new())
                            }
                            None => (Vec::new(), vec![state]),
                        }
                    }
                    Choice::Unmatched => {
                        state.passed += 1;
                        (Vec::new(), vec![state])
                    }
                }
            }
            Value::Constant(constant) if !constant.is_variable() => {
                let wanted: Rc<str> = constant.text.clone();
                let found = cases
                    .iter()
                    .find(|case| self.label(frame, case.from).as_deref() == Some(&wanted));
                match found {
                    Some(case) => (vec![(case.start, state)], Paths::new()),
                    // The names may differ, and the numbers agree.
                    None if cases.is_empty() => (Vec::new(), vec![state]),
                    None => {
                        state.passed += 1;
                        (Vec::new(), vec![state])
                    }
                }
            }
            _ => {
                let entered = everywhere(&state);
                (entered, vec![state])
            }
        }
    }
}

fn collect_cases<'p>(statement: &'p Statement, cases: &mut Vec<Case<'p>>, has_default: &mut bool) {
    match &statement.kind {
        StatementKind::Case { from, to } => {
            cases.push(Case { start: statement.at.start, from, to: to.as_ref() });
        }
        StatementKind::Default => *has_default = true,
        StatementKind::Block(statements) => {
            for inner in statements {
                collect_cases(inner, cases, has_default);
            }
        }
        StatementKind::If { then, otherwise, .. } => {
            collect_cases(then, cases, has_default);
            if let Some(otherwise) = otherwise {
                collect_cases(otherwise, cases, has_default);
            }
        }
        StatementKind::While { body, .. }
        | StatementKind::DoWhile { body, .. }
        | StatementKind::For { body, .. } => collect_cases(body, cases, has_default),
        _ => {}
    }
}
