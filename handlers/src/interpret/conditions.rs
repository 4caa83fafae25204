//! Conditions: which paths they let through, and what is known behind them.

use std::borrow::Cow;
use std::rc::Rc;

use ioctlkit_model::Span;

use super::calls::is_macro;
use super::fetches::{fetches_into, settle};
use super::{Choice, Comparing, Frame, Run};
use crate::ast::{Binary, Expression, ExpressionKind, Unary};
use crate::facts::Label;
use crate::value::{
    CommandPart, Constant, Id, Paths, Place, State, UserPart, UserPointer, Value, add, add_all,
};

/// Paths on which a condition holds, and those on which it does not.
type Parted = (Paths, Paths);

impl<'p> Run<'p> {
    pub(super) fn conditions(
        &mut self,
        frame: &mut Frame<'p>,
        condition: &'p Expression,
        paths: Paths,
    ) -> Parted {
        let mut parted = Parted::default();
        for state in paths {
            let (yes, no) = self.condition(frame, condition, state);
            add_all(&mut parted.0, yes);
            add_all(&mut parted.1, no);
        }
        parted
    }

    pub(super) fn condition(
        &mut self,
        frame: &mut Frame<'p>,
        condition: &'p Expression,
        state: State,
    ) -> Parted {
        // A path is copied where it parts.
        if !self.take(1 + state.size() / 8) {
            return Parted::default();
        }
        match &condition.kind {
            ExpressionKind::Unary { operator: Unary::Not, operand } => {
                let (yes, no) = self.condition(frame, operand, state);
                (no, yes)
            }
            ExpressionKind::Binary { operator: Binary::Both, left, right } => {
                let (yes, mut no) = self.condition(frame, left, state);
                let (both, more) = self.conditions(frame, right, yes);
                add_all(&mut no, more);
                (both, no)
            }
            ExpressionKind::Binary { operator: Binary::Either, left, right } => {
                let (mut yes, no) = self.condition(frame, left, state);
                let (more, neither) = self.conditions(frame, right, no);
                add_all(&mut yes, more);
                (yes, neither)
            }
            ExpressionKind::Binary {
                operator:
                    operator @ (Binary::Equal
                    | Binary::NotEqual
                    | Binary::Less
                    | Binary::LessOrEqual
                    | Binary::Greater
                    | Binary::GreaterOrEqual),
                left,
                right,
            } => self.comparison(frame, condition, *operator, left, right, state),
            ExpressionKind::Call { function, arguments }
                if arguments.len() == 1
                    && matches!(self.str(frame, function.at), "likely" | "unlikely") =>
            {
                self.condition(frame, &arguments[0], state)
            }
            _ => {
                let mut parted = Parted::default();
                for (mut state, value) in self.expression(frame, condition, state) {
                    look_at(&value, &mut state);
                    self.uses(&value, &mut state);
                    self.decides(&value, frame, condition);
                    let (yes, no) = self.part(frame, condition, &value, state);
                    add_all(&mut parted.0, yes.into_iter().collect());
                    add_all(&mut parted.1, no.into_iter().collect());
                }
                parted
            }
        }
    }

    /// Parts a state by whether a value is zero.
    fn part(
        &self,
        frame: &Frame<'p>,
        condition: &'p Expression,
        value: &Value,
        state: State,
    ) -> (Option<State>, Option<State>) {
        match value.truth() {
            Some(true) => return (Some(state), None),
            Some(false) => return (None, Some(state)),
            None => {}
        }
        let Some(id) = self.named(frame, condition) else {
            return (Some(state.clone()), Some(state));
        };
        let (mut yes, mut no) = (state.clone(), state);
        match value {
            Value::OneOf(many) => {
                let of = |truth: bool| {
                    let mut kept = many.iter().filter(|one| one.truth() != Some(!truth)).cloned();
                    match (kept.next(), kept.next()) {
                        (Some(only), None) => Value::Constant(only),
                        _ => Value::OneOf(
                            many.iter()
                                .filter(|one| one.truth() != Some(!truth))
                                .cloned()
                                .collect(),
                        ),
                    }
                };
                yes.values.insert(id, of(true));
                no.values.insert(id, of(false));
            }
            Value::Count(_) => {
                no.values.insert(id, zero(self, frame, condition));
            }
            Value::Unknown => {
                yes.values.insert(id, Value::NotZero);
                no.values.insert(id, zero(self, frame, condition));
            }
            _ => {}
        }
        (Some(yes), Some(no))
    }

    /// The variable that a condition asks about, also in `(ret = f())`.
    fn named(&self, frame: &Frame<'p>, condition: &Expression) -> Option<Id> {
        match &condition.kind {
            ExpressionKind::Name => frame.variable(self.str(frame, condition.at)),
            ExpressionKind::Assign { operator: None, target, .. } => self.named(frame, target),
            _ => None,
        }
    }

    /// The two sides of a comparison, on each path.
    fn compared(
        &mut self,
        frame: &mut Frame<'p>,
        left: &'p Expression,
        right: &'p Expression,
        state: State,
    ) -> Vec<(State, Value, Value)> {
        let outside = std::mem::replace(&mut self.comparing, Comparing::Check);
        let mut sides = Vec::new();
        for (state, one) in self.expression(frame, left, state) {
            for (state, two) in self.expression(frame, right, state) {
                sides.push((state, one.clone(), two));
            }
        }
        self.comparing = outside;
        sides
    }

    /// Paths on which a loop goes on, and those on which it ends.
    pub(super) fn rounds(
        &mut self,
        frame: &mut Frame<'p>,
        condition: &'p Expression,
        paths: Paths,
    ) -> Parted {
        let outside = std::mem::replace(&mut self.comparing, Comparing::Rounds);
        let parted = self.conditions(frame, condition, paths);
        self.comparing = outside;
        parted
    }

    fn comparison(
        &mut self,
        frame: &mut Frame<'p>,
        condition: &'p Expression,
        operator: Binary,
        left: &'p Expression,
        right: &'p Expression,
        state: State,
    ) -> Parted {
        let mut parted = Parted::default();
        let rounds = self.comparing == Comparing::Rounds;
        let equality = matches!(operator, Binary::Equal | Binary::NotEqual);
        for (mut state, one, two) in self.compared(frame, left, right, state) {
            let dispatch = match (&one, &two) {
                (command, _) if equality && is_dispatch(command) => Some((command, right)),
                (_, command) if equality && is_dispatch(command) => Some((command, left)),
                _ => None,
            };
            if let Some((command, label)) = dispatch {
                let (equal, other) = self.compare_command(frame, command, label, state);
                let (yes, no) =
                    if operator == Binary::Equal { (equal, other) } else { (other, equal) };
                add_all(&mut parted.0, yes);
                add_all(&mut parted.1, no);
                continue;
            }
            look_at(&one, &mut state);
            look_at(&two, &mut state);
            self.compared_number(&one, &two, frame, condition);
            for value in [&one, &two] {
                // A loop that goes on until the values agree checks one by the other.
                if rounds && !equality {
                    self.uses(value, &mut state);
                } else {
                    settle(value, &mut state);
                }
                if let Value::FromUser(place) = value {
                    state.bound(place);
                }
                if *value == Value::CommandPart(CommandPart::Direction) {
                    state.guarded = true;
                }
            }
            let at = self.span(frame, condition.at);
            let [known_one, known_two] =
                [&one, &two].map(|value| self.with_number(value, operator, at));
            match decided(operator, &known_one, &known_two) {
                Some(true) => add(&mut parted.0, state),
                Some(false) => add(&mut parted.1, state),
                None => {
                    let (yes, no) = self.refined(frame, operator, left, &one, &two, state);
                    add_all(&mut parted.0, yes.into_iter().collect());
                    add_all(&mut parted.1, no.into_iter().collect());
                }
            }
        }
        parted
    }

    /// What the number of the command that the run is for says: a range of numbers, or a type letter, is
    /// asked about. Other values stay as they are.
    fn with_number<'v>(&self, value: &'v Value, operator: Binary, at: Span) -> Cow<'v, Value> {
        let Choice::Named(name) = &self.choice else { return Cow::Borrowed(value) };
        let is_equality = matches!(operator, Binary::Equal | Binary::NotEqual);
        let number = match value {
            Value::Command if !is_equality => {
                self.program.numbers.get(&**name).copied().map(i64::from)
            }
            Value::CommandPart(CommandPart::Type) => {
                self.program.numbers.get(&**name).map(|number| i64::from(*number >> 8 & 0xff))
            }
            Value::Constant(constant) if constant.number.is_none() => {
                self.program.numbers.get(&*constant.text).copied().map(i64::from)
            }
            _ => None,
        };
        let Some(number) = number else { return Cow::Borrowed(value) };
        let text = match value {
            Value::Constant(constant) => constant.text.clone(),
            _ => Rc::from(number.to_string()),
        };
        Cow::Owned(Value::Constant(Constant { text, number: Some(number), span: at }))
    }

    /// What `ret < 0`, `ret != 0` and their like say of `ret`.
    fn refined(
        &self,
        frame: &Frame<'p>,
        operator: Binary,
        left: &'p Expression,
        one: &Value,
        two: &Value,
        state: State,
    ) -> (Option<State>, Option<State>) {
        let is_zero = matches!(two, Value::Constant(constant) if constant.number == Some(0));
        if !is_zero {
            return (Some(state.clone()), Some(state));
        }
        match (operator, one) {
            (Binary::NotEqual, _) | (Binary::Greater, Value::Count(_)) => {
                self.part(frame, left, one, state)
            }
            (Binary::Equal, _) => {
                let (yes, no) = self.part(frame, left, one, state);
                (no, yes)
            }
            // A count is never below zero.
            (Binary::Less, Value::Count(_)) => (None, Some(state)),
            (Binary::GreaterOrEqual, Value::Count(_)) => (Some(state), None),
            (Binary::Less, Value::OneOf(many)) if many.iter().all(|one| one.truth().is_some()) => {
                self.part(frame, left, one, state)
            }
            (Binary::GreaterOrEqual, Value::OneOf(many))
                if many.iter().all(|one| one.truth().is_some()) =>
            {
                let (yes, no) = self.part(frame, left, one, state);
                (no, yes)
            }
            (Binary::Less | Binary::GreaterOrEqual, Value::Unknown) => {
                let (mut below, other) = (state.clone(), state);
                if let Some(id) = self.named(frame, left) {
                    below.values.insert(id, Value::NotZero);
                }
                if operator == Binary::Less {
                    (Some(below), Some(other))
                } else {
                    (Some(other), Some(below))
                }
            }
            _ => (Some(state.clone()), Some(state)),
        }
    }

    /// The command is compared with a label: paths on which it is that one, and the others.
    fn compare_command(
        &mut self,
        frame: &Frame<'p>,
        command: &Value,
        label: &'p Expression,
        mut state: State,
    ) -> Parted {
        if let Some(listed) = self.listed(frame, label) {
            return self.compare_listed(&listed, state);
        }
        let Some(name) = self.label(frame, label) else {
            return (vec![state.clone()], vec![state]);
        };
        match self.choice.clone() {
            Choice::Any => {
                let by_nr = *command != Value::Command;
                let span = self.span(frame, label.at);
                self.facts.label(Label { name, span, by_nr });
                let mut other = state.clone();
                other.passed += 1;
                (vec![state], vec![other])
            }
            Choice::Named(wanted) if *wanted == *name => {
                self.facts.is_met = true;
                (vec![state], Paths::new())
            }
            Choice::Named(_) => (Paths::new(), vec![state]),
            Choice::Unmatched => {
                state.passed += 1;
                (Paths::new(), vec![state])
            }
        }
    }

    /// The name of the command that a label stands for.
    pub(super) fn label(&self, frame: &Frame<'p>, label: &Expression) -> Option<String> {
        match &label.kind {
            ExpressionKind::Name => {
                let name = self.str(frame, label.at);
                // A variable is no label.
                frame.variable(name).is_none().then(|| name.to_owned())
            }
            ExpressionKind::Number => Some(self.str(frame, label.at).to_owned()),
            ExpressionKind::Cast { value, .. } => self.label(frame, value),
            ExpressionKind::Call { function, arguments } => {
                let through = self.str(frame, function.at);
                match &arguments[..] {
                    [of, ..] if matches!(through, "_IOC_NR" | "DRM_IOCTL_NR" | "CONVERT_IOC") => {
                        self.label(frame, of)
                    }
                    // `EVIOC_MASK_SIZE(EVIOCSFF)`: what is asked about has gone through the same macro.
                    [of] if is_macro(through) && self.is_command_macro(frame, of) => {
                        self.label(frame, of)
                    }
                    _ => Some(through.to_owned()),
                }
            }
            ExpressionKind::Binary { operator: Binary::And, left, right }
                if matches!(
                    right.kind,
                    ExpressionKind::Unary { operator: Unary::Complement, .. }
                ) =>
            {
                self.label(frame, left)
            }
            ExpressionKind::Binary { .. } => {
                let text: String =
                    self.str(frame, label.at).chars().filter(|c| !c.is_whitespace()).collect();
                Some(text)
            }
            _ => None,
        }
    }

    /// Whether an expression is a macro without arguments or a call of one, by its letters.
    fn is_command_macro(&self, frame: &Frame<'p>, of: &Expression) -> bool {
        match &of.kind {
            ExpressionKind::Name => is_macro(self.str(frame, of.at)),
            ExpressionKind::Call { function, .. } => is_macro(self.str(frame, function.at)),
            _ => false,
        }
    }

    /// The argument decides something, and is no pointer.
    pub(super) fn is_number(&mut self, value: &Value, frame: &Frame<'p>, at: &Expression) {
        if matches!(value, Value::Argument(UserPointer { pointee: None, part: UserPart::Start })) {
            let span = self.span(frame, at.at);
            self.facts.as_number.get_or_insert(span);
        }
    }

    /// The argument decides something by being zero or not.
    fn decides(&mut self, value: &Value, frame: &Frame<'p>, at: &Expression) {
        if matches!(value, Value::Argument(UserPointer { part: UserPart::Start, .. })) {
            let span = self.span(frame, at.at);
            self.facts.as_truth.get_or_insert(span);
        }
    }

    /// The argument is compared with something else than a null pointer.
    fn compared_number(&mut self, one: &Value, two: &Value, frame: &Frame<'p>, at: &Expression) {
        let as_number = match (one, two) {
            (Value::Argument(pointer), other) | (other, Value::Argument(pointer)) => {
                pointer.pointee.is_none()
                    && !super::calls::is_null(other)
                    && !matches!(other, Value::Argument(_))
            }
            _ => false,
        };
        if as_number {
            let span = self.span(frame, at.at);
            self.facts.as_number.get_or_insert(span);
        }
    }
}

/// Whether a value tells commands apart.
pub(super) fn is_dispatch(value: &Value) -> bool {
    matches!(value, Value::Command | Value::CommandPart(CommandPart::Nr | CommandPart::WithoutSize))
}

/// A value decides something: a number that the program chose is looked at.
pub(super) fn look_at(value: &Value, state: &mut State) {
    match value {
        Value::FromUser(place) => {
            state.bound(place);
            looked_at(place, state);
        }
        Value::CommandPart(CommandPart::Direction) => state.guarded = true,
        _ => {}
    }
}

/// What was fetched of the argument decides something.
pub(super) fn looked_at(place: &Place, state: &mut State) {
    // Of a number at the start of the argument the variable's name says which member it is.
    let name = state.objects.get(&place.object).map(|object| object.name.clone());
    for fetch in fetches_into(state, place.object) {
        if let Some(member) = fetch.source_of(place) {
            let member = if member.is_empty() { name.clone().unwrap_or(member) } else { member };
            fetch.looked_at.insert(member);
        }
    }
}

fn zero(run: &Run<'_>, frame: &Frame<'_>, at: &Expression) -> Value {
    let span = run.program.sources[frame.source].span(at.at);
    Value::Constant(Constant { text: Rc::from("0"), number: Some(0), span })
}

/// Whether a comparison holds, where that is known.
fn decided(operator: Binary, one: &Value, two: &Value) -> Option<bool> {
    match (one, two) {
        (Value::Constant(one), Value::Constant(two)) => decided_of_two(operator, one, two),
        (Value::OneOf(many), Value::Constant(two)) => {
            let mut all = many.iter().map(|one| decided_of_two(operator, one, two));
            let first = all.next()??;
            all.all(|one| one == Some(first)).then_some(first)
        }
        _ => None,
    }
}

fn decided_of_two(operator: Binary, one: &Constant, two: &Constant) -> Option<bool> {
    if let (Some(one), Some(two)) = (one.number, two.number) {
        return Some(match operator {
            Binary::Equal => one == two,
            Binary::NotEqual => one != two,
            Binary::Less => one < two,
            Binary::LessOrEqual => one <= two,
            Binary::Greater => one > two,
            Binary::GreaterOrEqual => one >= two,
            _ => return None,
        });
    }
    if one.is_error() && two.number == Some(0) {
        // An error number is below zero.
        return match operator {
            Binary::Less | Binary::LessOrEqual | Binary::NotEqual => Some(true),
            Binary::Greater | Binary::GreaterOrEqual | Binary::Equal => Some(false),
            _ => None,
        };
    }
    // Zero is no error number.
    if one.number == Some(0) && two.is_error() {
        return match operator {
            Binary::Equal => Some(false),
            Binary::NotEqual => Some(true),
            _ => None,
        };
    }
    let same = one.text == two.text;
    match operator {
        Binary::Equal if same => Some(true),
        Binary::NotEqual if same => Some(false),
        Binary::Equal if one.is_error() && two.is_error() => Some(false),
        Binary::NotEqual if one.is_error() && two.is_error() => Some(true),
        _ => None,
    }
}
