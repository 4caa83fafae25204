//! Places: where an expression lies, in an object of the kernel or in the program's memory.

use std::rc::Rc;

use super::conditions::look_at;
use super::{Frame, Run};
use crate::ast::{Expression, ExpressionKind};
use crate::value::{Id, Place, State, UserPart, UserPointer, Value};

/// Where something can be stored.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Variable(Id),
    Member(Place),
    User(UserPointer),
    Elsewhere,
}

impl<'p> Run<'p> {
    /// Where an expression lies.
    pub(super) fn place(
        &mut self,
        frame: &mut Frame<'p>,
        expression: &'p Expression,
        state: State,
    ) -> Vec<(State, Target)> {
        if !self.step() {
            return vec![(state, Target::Elsewhere)];
        }
        match &expression.kind {
            ExpressionKind::Name => {
                let target = match frame.variable(self.str(frame, expression.at)) {
                    Some(id) => Target::Variable(id),
                    None => Target::Elsewhere,
                };
                vec![(state, target)]
            }
            ExpressionKind::Member { of, name, is_arrow } => {
                let name = self.str(frame, *name);
                if *is_arrow {
                    let outcomes = self.expression(frame, of, state);
                    return outcomes
                        .into_iter()
                        .map(|(state, value)| (state, behind(&value, name)))
                        .collect();
                }
                let targets = self.place(frame, of, state);
                targets.into_iter().map(|(state, target)| (state, within(&target, name))).collect()
            }
            ExpressionKind::Index { of, index } => {
                let mut targets = Vec::new();
                for (state, value) in self.expression(frame, of, state) {
                    for (mut state, index_value) in self.expression(frame, index, state) {
                        look_at(&index_value, &mut state);
                        self.uses(&index_value, &mut state);
                        // The first round of a loop is not the only one.
                        let first = matches!(index.kind, ExpressionKind::Number)
                            && matches!(&index_value, Value::Constant(c) if c.number == Some(0));
                        let target = match &value {
                            // An array that is a member yields itself.
                            Value::Address(place) | Value::FromUser(place) => {
                                Target::Member(place.clone())
                            }
                            Value::Argument(pointer) if first => Target::User(pointer.clone()),
                            Value::Argument(pointer) => Target::User(UserPointer {
                                part: UserPart::Inside,
                                pointee: pointer.pointee.clone(),
                            }),
                            _ => Target::Elsewhere,
                        };
                        // `x.array[i]`, where `x` was not copied in.
                        let target = match (target, &of.kind) {
                            (Target::Elsewhere, ExpressionKind::Member { .. }) => {
                                let mut places = self.place(frame, of, state.clone());
                                match places.pop() {
                                    Some((_, Target::Member(place))) => Target::Member(place),
                                    _ => Target::Elsewhere,
                                }
                            }
                            (target, _) => target,
                        };
                        targets.push((state, target));
                    }
                }
                targets
            }
            ExpressionKind::Dereference(inner) => {
                let outcomes = self.expression(frame, inner, state);
                outcomes
                    .into_iter()
                    .map(|(state, value)| {
                        let target = match value {
                            Value::Address(place) if place.path.is_empty() => {
                                Target::Variable(place.object)
                            }
                            Value::Address(place) => Target::Member(place),
                            Value::Argument(pointer) => Target::User(pointer),
                            _ => Target::Elsewhere,
                        };
                        (state, target)
                    })
                    .collect()
            }
            ExpressionKind::Cast { value, .. } => self.place(frame, value, state),
            _ => {
                let outcomes = self.expression(frame, expression, state);
                outcomes.into_iter().map(|(state, _)| (state, Target::Elsewhere)).collect()
            }
        }
    }
}

/// A member of what a pointer leads to.
fn behind(value: &Value, name: &str) -> Target {
    match value {
        Value::Address(place) => Target::Member(member(place, name)),
        Value::Argument(pointer) => Target::User(user_member(pointer, name)),
        _ => Target::Elsewhere,
    }
}

/// A member of what lies somewhere.
fn within(target: &Target, name: &str) -> Target {
    match target {
        Target::Variable(object) => Target::Member(Place { object: *object, path: Rc::from(name) }),
        Target::Member(place) => Target::Member(member(place, name)),
        Target::User(pointer) => Target::User(user_member(pointer, name)),
        Target::Elsewhere => Target::Elsewhere,
    }
}

fn member(place: &Place, name: &str) -> Place {
    let path =
        if place.path.is_empty() { name.into() } else { format!("{}.{name}", place.path).into() };
    Place { object: place.object, path }
}

fn user_member(pointer: &UserPointer, name: &str) -> UserPointer {
    let part = match &pointer.part {
        UserPart::Start => UserPart::Member(name.into()),
        UserPart::Member(outer) => UserPart::Member(format!("{outer}.{name}").into()),
        UserPart::Inside => UserPart::Inside,
    };
    UserPointer { part, pointee: None }
}
