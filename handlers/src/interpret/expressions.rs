//! Expressions: what they yield, and what they change.

use std::rc::Rc;

use ioctlkit_model::{Cleared, Noticed, NoticedKind, Span};

use super::fetches::fetches_into;
use super::places::Target;
use super::{Frame, Run};
use crate::ast::{Binary, Expression, ExpressionKind, Unary};
use crate::value::{
    CommandPart, Constant, Id, Paths, Place, Product, State, UserPart, UserPointer, Value, add,
};

/// What an expression comes to on each path.
pub(super) type Outcomes = Vec<(State, Value)>;

impl<'p> Run<'p> {
    pub(super) fn effect(
        &mut self,
        frame: &mut Frame<'p>,
        expression: &'p Expression,
        paths: Paths,
    ) -> Paths {
        let mut after = Paths::new();
        for state in paths {
            for (state, _) in self.expression(frame, expression, state) {
                add(&mut after, state);
            }
        }
        after
    }

    pub(super) fn expression(
        &mut self,
        frame: &mut Frame<'p>,
        expression: &'p Expression,
        state: State,
    ) -> Outcomes {
        if !self.step() {
            return vec![(state, Value::Unknown)];
        }
        match &expression.kind {
            ExpressionKind::Name => {
                let value = self.name(frame, expression, &state);
                vec![(state, value)]
            }
            ExpressionKind::Number => {
                let value = self.constant(frame, expression);
                vec![(state, value)]
            }
            ExpressionKind::Call { function, arguments } => {
                self.call(frame, expression, function, arguments, state)
            }
            ExpressionKind::Index { index, .. } if self.listed(frame, expression).is_some() => {
                self.listed_at(frame, index, state)
            }
            ExpressionKind::Member { .. }
            | ExpressionKind::Index { .. }
            | ExpressionKind::Dereference(_) => self.read(frame, expression, state),
            ExpressionKind::AddressOf(inner) => {
                let mut outcomes = Outcomes::new();
                for (state, target) in self.place(frame, inner, state) {
                    let value = match target {
                        Target::Variable(object) => {
                            Value::Address(Place { object, path: Rc::from("") })
                        }
                        Target::Member(place) => Value::Address(place),
                        Target::User(pointer) => Value::Argument(pointer),
                        Target::Elsewhere => Value::Unknown,
                    };
                    outcomes.push((state, value));
                }
                outcomes
            }
            ExpressionKind::Unary { operator, operand } => {
                let minus = *operator == Unary::Minus;
                let mut outcomes = self.expression(frame, operand, state);
                for (_, value) in &mut outcomes {
                    *value = match value {
                        Value::Constant(constant) if minus => Value::Constant(Constant {
                            text: format!("-{}", constant.text).into(),
                            number: constant.number.and_then(i64::checked_neg),
                            span: self.span(frame, expression.at),
                        }),
                        _ => Value::Unknown,
                    };
                }
                outcomes
            }
            ExpressionKind::Binary { operator, left, right } => {
                self.binary(frame, expression, *operator, left, right, state)
            }
            ExpressionKind::Assign { operator, target, value } => {
                self.assignment(frame, *operator, target, value, state)
            }
            ExpressionKind::Step(operand) => {
                let mut outcomes = Outcomes::new();
                for (mut state, target) in self.place(frame, operand, state) {
                    let (old, new) = match &target {
                        Target::Variable(id) => match state.values.get(id).cloned() {
                            Some(Value::Argument(pointer)) => {
                                let moved =
                                    UserPointer { part: UserPart::Inside, ..pointer.clone() };
                                (Value::Argument(pointer), Value::Argument(moved))
                            }
                            _ => (Value::Unknown, Value::Unknown),
                        },
                        _ => (Value::Unknown, Value::Unknown),
                    };
                    match &target {
                        Target::Member(member) => change(&mut state, member),
                        target => self.store(frame, target, None, new, &mut state, operand),
                    }
                    outcomes.push((state, old));
                }
                outcomes
            }
            ExpressionKind::Conditional { condition, then, otherwise } => {
                let (yes, no) = self.condition(frame, condition, state);
                let mut outcomes = Outcomes::new();
                for state in yes {
                    match then {
                        Some(then) => outcomes.extend(self.expression(frame, then, state)),
                        None => outcomes.push((state, Value::Unknown)),
                    }
                }
                for state in no {
                    outcomes.extend(self.expression(frame, otherwise, state));
                }
                outcomes
            }
            ExpressionKind::Cast { ty, value } => {
                if let ExpressionKind::Initialiser(items) = &value.kind {
                    return self.compound(frame, expression, ty, items, state);
                }
                self.notice_cast(frame, expression, ty, value, &state);
                let mut outcomes = self.expression(frame, value, state);
                for (_, value) in &mut outcomes {
                    if let Value::Argument(pointer) = value
                        && ty.pointers > 0
                    {
                        pointer.pointee = self.pointee(frame, ty);
                    }
                }
                outcomes
            }
            ExpressionKind::SizeOfType(_) | ExpressionKind::SizeOf(_) => {
                let size = self.sized(frame, expression);
                vec![(state, size.map_or(Value::Unknown, |ty| Value::SizeOf(ty.into())))]
            }
            ExpressionKind::Comma(all) => {
                let mut outcomes = vec![(state, Value::Unknown)];
                for inner in all {
                    let before = std::mem::take(&mut outcomes);
                    for (state, _) in before {
                        outcomes.extend(self.expression(frame, inner, state));
                    }
                }
                outcomes
            }
            ExpressionKind::Initialiser(items) => {
                let mut outcomes = vec![(state, Value::Unknown)];
                for item in items {
                    let before = std::mem::take(&mut outcomes);
                    for (state, _) in before {
                        outcomes.extend(self.expression(frame, &item.value, state));
                    }
                }
                outcomes.into_iter().map(|(state, _)| (state, Value::Unknown)).collect()
            }
            ExpressionKind::Block(statements) => {
                let mut paths = vec![state];
                frame.scopes.push(rustc_hash::FxHashMap::default());
                paths = self.block(frame, statements, paths);
                frame.scopes.pop();
                paths.into_iter().map(|state| (state, Value::Unknown)).collect()
            }
            ExpressionKind::String | ExpressionKind::Type(_) | ExpressionKind::Operator => {
                vec![(state, Value::Unknown)]
            }
            ExpressionKind::Unknown => {
                self.gave_up = Some("a part of it could not be parsed");
                vec![(state, Value::Unknown)]
            }
        }
    }

    fn name(&mut self, frame: &Frame<'p>, expression: &Expression, state: &State) -> Value {
        let name = self.str(frame, expression.at);
        let Some(id) = frame.variable(name) else {
            return self.constant(frame, expression);
        };
        if let Some(value) = state.values.get(&id) {
            return value.clone();
        }
        let is_array = self.variables.get(&id).is_some_and(|declared| declared.ty.is_array);
        match state.objects.get(&id) {
            Some(_) if is_array => Value::Address(Place { object: id, path: Rc::from("") }),
            Some(object) if object.copied_in.is_some() => {
                let place = Place { object: id, path: Rc::from("") };
                self.member_is_read(&place);
                Value::FromUser(place)
            }
            _ => Value::Unknown,
        }
    }

    fn constant(&self, frame: &Frame<'p>, expression: &Expression) -> Value {
        let text = self.str(frame, expression.at);
        let number = if text == "NULL" || text == "false" {
            Some(0)
        } else if text == "true" {
            Some(1)
        } else {
            number(text).or_else(|| self.source(frame).macro_number(text))
        };
        Value::Constant(Constant {
            text: text.into(),
            number,
            span: self.span(frame, expression.at),
        })
    }

    /// Reads a member, an element or what a pointer leads to.
    fn read(
        &mut self,
        frame: &mut Frame<'p>,
        expression: &'p Expression,
        state: State,
    ) -> Outcomes {
        let mut outcomes = Outcomes::new();
        for (state, target) in self.place(frame, expression, state) {
            let value = match target {
                Target::Variable(id) => state.values.get(&id).cloned().unwrap_or(Value::Unknown),
                Target::Member(place) => self.read_member(place, &state),
                // A member of what the program has is an array where it stands without `&`.
                Target::User(pointer)
                    if matches!(expression.kind, ExpressionKind::Member { .. }) =>
                {
                    Value::Argument(UserPointer { pointee: None, ..pointer })
                }
                Target::User(_) | Target::Elsewhere => Value::Unknown,
            };
            outcomes.push((state, value));
        }
        outcomes
    }

    fn read_member(&mut self, place: Place, state: &State) -> Value {
        self.member_is_read(&place);
        let Some(object) = state.objects.get(&place.object) else { return Value::Unknown };
        let is_set = object.set.contains(&place.path);
        let copied = object.copied_in.is_some();
        if is_set || !copied {
            return Value::Unknown;
        }
        if let Some(copied) = self.facts.copied_in.get_mut(&place.object) {
            copied.inputs.insert(place.path.to_string());
        }
        Value::FromUser(place)
    }

    /// Somebody reads a member of what was copied in.
    pub(super) fn member_is_read(&mut self, place: &Place) {
        if let Some(copied) = self.facts.copied_in.get_mut(&place.object) {
            copied.read.insert(place.path.to_string());
        }
    }

    /// All of an object, or a part, goes where it is not known what is read of it.
    pub(super) fn is_given_away(&mut self, place: &Place) {
        if let Some(copied) = self.facts.copied_in.get_mut(&place.object) {
            if place.path.is_empty() {
                copied.escapes = true;
            } else {
                copied.read.insert(place.path.to_string());
            }
        }
    }

    fn binary(
        &mut self,
        frame: &mut Frame<'p>,
        expression: &'p Expression,
        operator: Binary,
        left: &'p Expression,
        right: &'p Expression,
        state: State,
    ) -> Outcomes {
        if matches!(
            operator,
            Binary::Equal
                | Binary::NotEqual
                | Binary::Less
                | Binary::LessOrEqual
                | Binary::Greater
                | Binary::GreaterOrEqual
                | Binary::Both
                | Binary::Either
        ) {
            let (yes, no) = self.condition(frame, expression, state);
            let span = self.span(frame, expression.at);
            let truth = |number: i64| {
                Value::Constant(Constant {
                    text: number.to_string().into(),
                    number: Some(number),
                    span,
                })
            };
            let yes = yes.into_iter().map(|state| (state, truth(1)));
            let no = no.into_iter().map(|state| (state, truth(0)));
            return yes.chain(no).collect();
        }
        let mut outcomes = Outcomes::new();
        for (state, one) in self.expression(frame, left, state) {
            for (mut state, two) in self.expression(frame, right, state) {
                self.uses(&one, &mut state);
                self.uses(&two, &mut state);
                let value = self.combined(frame, operator, (left, &one), (right, &two), expression);
                outcomes.push((state, value));
            }
        }
        outcomes
    }

    fn combined(
        &mut self,
        frame: &Frame<'p>,
        operator: Binary,
        (left, one): (&'p Expression, &Value),
        (right, two): (&'p Expression, &Value),
        at: &'p Expression,
    ) -> Value {
        match (operator, one, two) {
            (Binary::And, Value::CommandPart(CommandPart::Direction), _)
            | (Binary::And, _, Value::CommandPart(CommandPart::Direction)) => {
                Value::CommandPart(CommandPart::Direction)
            }
            (Binary::And, Value::CommandPart(CommandPart::Type), _) => {
                Value::CommandPart(CommandPart::Type)
            }
            (Binary::ShiftRight, Value::Command, Value::Constant(shift))
                if shift.number == Some(8) =>
            {
                Value::CommandPart(CommandPart::Type)
            }
            // The type letter at its place: a gate by it, as `(cmd & 0xff00) == 0x0200`, is no command.
            (Binary::And, Value::Command, Value::Constant(mask)) if mask.number == Some(0xff00) => {
                Value::Unknown
            }
            (Binary::And, Value::Command, _) => {
                if matches!(right.kind, ExpressionKind::Unary { operator: Unary::Complement, .. }) {
                    Value::CommandPart(CommandPart::WithoutSize)
                } else {
                    Value::CommandPart(CommandPart::Nr)
                }
            }
            (Binary::Or, Value::Count(count), _) | (Binary::Or, _, Value::Count(count)) => {
                Value::Count(count.clone())
            }
            (Binary::Add | Binary::Subtract, Value::Argument(pointer), _) => {
                Value::Argument(UserPointer {
                    part: UserPart::Inside,
                    pointee: pointer.pointee.clone(),
                })
            }
            (Binary::Add, _, Value::Argument(pointer)) => Value::Argument(UserPointer {
                part: UserPart::Inside,
                pointee: pointer.pointee.clone(),
            }),
            (Binary::Multiply, Value::FromUser(number), _) => self.product(frame, number, right),
            (Binary::Multiply, _, Value::FromUser(number)) => self.product(frame, number, left),
            (Binary::Add, Value::Product(product), _)
            | (Binary::Add, _, Value::Product(product)) => Value::Product(product.clone()),
            (Binary::Add | Binary::Subtract, Value::Address(place), _) => {
                Value::Address(place.clone())
            }
            (_, Value::Argument(pointer), _) | (_, _, Value::Argument(pointer)) => {
                if pointer.pointee.is_none() {
                    let span = self.span(frame, at.at);
                    self.facts.as_number.get_or_insert(span);
                }
                Value::Unknown
            }
            (_, Value::Constant(one), Value::Constant(two)) => {
                let number = one.number.zip(two.number).and_then(|(one, two)| match operator {
                    Binary::Add => one.checked_add(two),
                    Binary::Subtract => one.checked_sub(two),
                    Binary::Multiply => one.checked_mul(two),
                    Binary::Or => Some(one | two),
                    Binary::And => Some(one & two),
                    _ => None,
                });
                match number {
                    Some(number) => Value::Constant(Constant {
                        text: number.to_string().into(),
                        number: Some(number),
                        span: self.span(frame, at.at),
                    }),
                    None => Value::Unknown,
                }
            }
            _ => Value::Unknown,
        }
    }

    fn product(&self, frame: &Frame<'p>, number: &Place, factor: &Expression) -> Value {
        let factor = super::types::spelled(self.str(frame, factor.at));
        Value::Product(Rc::new(Product { number: number.clone(), factor }))
    }

    fn assignment(
        &mut self,
        frame: &mut Frame<'p>,
        operator: Option<Binary>,
        target: &'p Expression,
        value: &'p Expression,
        state: State,
    ) -> Outcomes {
        let mut outcomes = Outcomes::new();
        for (state, new) in self.expression(frame, value, state) {
            for (mut state, place) in self.place(frame, target, state) {
                let new = match operator {
                    None if self.is_found(frame, &place, value, &state) => Value::Command,
                    None => new.clone(),
                    Some(operator) => {
                        let old = match &place {
                            Target::Variable(id) => state.values.get(id).cloned(),
                            _ => None,
                        };
                        let old = old.unwrap_or(Value::Unknown);
                        self.uses(&old, &mut state);
                        self.uses(&new, &mut state);
                        self.combined(frame, operator, (target, &old), (value, &new), target)
                    }
                };
                if let (Some(_), Target::Member(member)) = (operator, &place) {
                    // `x.flags &= KNOWN` looks at what it changes.
                    self.member_is_read(member);
                    self.leaves(frame, &new, value);
                    change(&mut state, member);
                    outcomes.push((state, new));
                    continue;
                }
                let pointee = self.declared_pointee(frame, target);
                self.recomputes(&place, &new, &state);
                self.store(frame, &place, pointee, new.clone(), &mut state, value);
                if let (None, Target::Variable(id)) = (operator, &place) {
                    self.give_literal(frame, *id, value, &mut state);
                }
                outcomes.push((state, new));
            }
        }
        outcomes
    }

    /// A variable that held the command's number gets one that the text does not name.
    fn recomputes(&mut self, target: &Target, new: &Value, state: &State) {
        let Target::Variable(id) = target else { return };
        let old = state.values.get(id);
        let is_number =
            matches!(old, Some(Value::Command | Value::CommandPart(CommandPart::WithoutSize)));
        self.facts.computes_number |= is_number && matches!(new, Value::Unknown);
    }

    pub(super) fn store(
        &mut self,
        frame: &Frame<'p>,
        target: &Target,
        pointee: Option<Rc<str>>,
        value: Value,
        state: &mut State,
        at: &'p Expression,
    ) {
        match target {
            Target::Variable(id) => {
                let at = self.span(frame, at.at);
                self.narrows(*id, &value, at);
                self.assign_variable(*id, pointee, value, state);
            }
            Target::Member(place) => {
                self.leaves(frame, &value, at);
                set(state, place);
            }
            Target::User(_) => {}
            Target::Elsewhere => {
                self.uses(&value, state);
                self.leaves(frame, &value, at);
            }
        }
    }

    /// A value is kept where it is not followed.
    fn leaves(&mut self, frame: &Frame<'p>, value: &Value, at: &'p Expression) {
        match value {
            Value::Argument(pointer) => {
                let is_number = pointer.pointee.is_none()
                    && pointer.part == UserPart::Start
                    && !self.is_pointer(frame, at);
                if is_number {
                    let span = self.span(frame, at.at);
                    self.facts.as_number.get_or_insert(span);
                } else {
                    self.facts.escapes = true;
                    self.facts.is_lost = true;
                }
            }
            Value::Address(place) => self.is_given_away(place),
            _ => {}
        }
    }

    /// Whether an expression is a pointer, as far as it shows: a cast to one, or a variable that is one.
    fn is_pointer(&self, frame: &Frame<'p>, expression: &Expression) -> bool {
        match &expression.kind {
            ExpressionKind::Cast { ty, .. } => ty.pointers > 0,
            ExpressionKind::Name => {
                let variable = frame.variable(self.str(frame, expression.at));
                let declared = variable.and_then(|id| self.variables.get(&id));
                declared.is_some_and(|declared| declared.ty.pointers > 0)
            }
            _ => false,
        }
    }

    /// The argument goes into a variable that no pointer fits in.
    pub(super) fn narrows(&mut self, variable: Id, value: &Value, at: Span) {
        const NARROW: [&str; 9] =
            ["int", "unsigned int", "unsigned", "uint", "bool", "u8", "u16", "u32", "s32"];
        let is_start = matches!(value, Value::Argument(UserPointer { part: UserPart::Start, .. }));
        if is_start
            && let Some(declared) = self.variables.get(&variable)
            && declared.ty.pointers == 0
            && NARROW.contains(&&*declared.base)
        {
            self.facts.as_truth.get_or_insert(at);
        }
    }

    pub(super) fn assign_variable(
        &mut self,
        id: Id,
        pointee: Option<Rc<str>>,
        value: Value,
        state: &mut State,
    ) {
        let value = match (value, pointee) {
            (Value::Argument(UserPointer { part, .. }), Some(ty)) => {
                Value::Argument(UserPointer { part, pointee: Some(ty) })
            }
            (value, _) => value,
        };
        // A pointer to an object that was allocated has the type of the variable.
        if let Value::Address(place) = &value
            && place.path.is_empty()
            && let Some(object) = state.object_mut(place.object)
            && object.ty.is_empty()
            && let Some(variable) = self.variables.get(&id)
            && variable.ty.pointers == 1
        {
            object.ty = variable.base.clone();
            object.name = variable.name.clone();
            if let Some(copied) = self.facts.copied_in.get_mut(&place.object) {
                copied.ty = object.ty.to_string();
            }
        }
        if let Some(object) = state.object_mut(id) {
            object.is_unknown = true;
        }
        match value {
            Value::Unknown => state.values.insert(id, Value::Unknown),
            value => state.values.insert(id, value),
        };
    }

    /// `(T __user *)(unsigned long)x.member`
    fn notice_cast(
        &mut self,
        frame: &mut Frame<'p>,
        expression: &'p Expression,
        ty: &crate::ast::TypeName,
        value: &'p Expression,
        state: &State,
    ) {
        let ExpressionKind::Cast { ty: word, value: inner } = &value.kind else { return };
        let spelled = super::types::spelled(self.str(frame, word.base));
        let is_word = word.pointers == 0
            && matches!(
                &*spelled,
                "unsigned long" | "uintptr_t" | "long" | "ulong" | "u_long" | "size_t"
            );
        if !is_word || ty.pointers == 0 || !ty.is_user {
            return;
        }
        let ExpressionKind::Member { .. } = inner.kind else { return };
        let mut targets = self.place(frame, inner, state.clone());
        let Some((state, Target::Member(place))) = targets.pop() else { return };
        let Some(object) = state.objects.get(&place.object) else { return };
        if object.copied_in.is_none() {
            return;
        }
        let kind =
            NoticedKind::CastsMember { ty: object.ty.to_string(), member: place.path.to_string() };
        let span = self.span(frame, expression.at);
        self.facts.notice(Noticed { kind, span, related: None });
    }
}

/// A member's value is changed: `x.status |= LOST` leaves the bits of one that was not set as they were.
fn change(state: &mut State, place: &Place) {
    match state.object_mut(place.object) {
        Some(object) if object.cleared == Cleared::Nothing && object.copied_in.is_none() => {
            object.is_touched = true;
        }
        _ => set(state, place),
    }
}

/// A member gets a value.
pub(super) fn set(state: &mut State, place: &Place) {
    for fetch in fetches_into(state, place.object) {
        fetch.again = None;
    }
    if let Some(object) = state.object_mut(place.object) {
        object.set_member(place.path.clone());
    }
}

/// An integer as C spells it.
fn number(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(['u', 'U', 'l', 'L']);
    let parsed = if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"))
    {
        i64::from_str_radix(hex, 16)
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(&digits[1..], 8)
    } else {
        digits.parse()
    };
    parsed.ok().or_else(|| match text.as_bytes() {
        [b'\'', letter, b'\''] => Some(i64::from(*letter)),
        _ => None,
    })
}
