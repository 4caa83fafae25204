//! Objects: what declarations, initialisers and allocations make.

use std::collections::BTreeSet;
use std::rc::Rc;

use ioctlkit_model::{Amount, Cleared, Span};

use super::expressions::Outcomes;
use super::{Frame, Run};
use crate::ast::{Declaration, Designator, Expression, ExpressionKind, Item};
use crate::value::{Id, Object, State, Value};

impl<'p> Run<'p> {
    /// What a declaration makes.
    pub(super) fn new_object(
        &mut self,
        frame: &Frame<'p>,
        declaration: &'p Declaration,
        id: Id,
        state: &mut State,
    ) {
        if declaration.ty.pointers > 0 && !declaration.ty.is_array {
            state.forget_object(id);
            return;
        }
        let Some(ty) = self.variables.get(&id).cloned() else { return };
        let mut object = Object {
            name: self.str(frame, declaration.name).into(),
            ty: ty.base.clone(),
            span: self.span(frame, declaration.name),
            cleared: if declaration.is_static { Cleared::All } else { Cleared::Nothing },
            set: BTreeSet::new(),
            is_touched: false,
            is_unknown: false,
            copied_in: None,
        };
        if let Some(Expression { kind: ExpressionKind::Initialiser(items), .. }) =
            &declaration.value
        {
            self.initialise(frame, items, &mut object);
        }
        self.facts.copied_in.remove(&id);
        state.objects.insert(id, object);
    }

    /// `= { … }`: an empty one clears all, one that names members clears those that it does not name.
    fn initialise(&self, frame: &Frame<'p>, items: &'p [Item], object: &mut Object) {
        let is_zero = |item: &Item| {
            item.designator.is_none()
                && matches!(item.value.kind, ExpressionKind::Number)
                && self.str(frame, item.value.at) == "0"
        };
        object.cleared = match items {
            [] => Cleared::All,
            [only]
                if is_zero(only)
                    || matches!(only.value.kind, ExpressionKind::Initialiser(_))
                        && only.designator.is_none() =>
            {
                Cleared::All
            }
            _ => Cleared::Members,
        };
        for item in items {
            if let Some(Designator::Member(name)) = &item.designator {
                object.set_member(self.str(frame, *name).into());
            }
        }
    }

    /// `x = (struct foo){ … }`: what the list says of the members, and what was known of the padding.
    pub(super) fn give_literal(
        &self,
        frame: &Frame<'p>,
        id: Id,
        value: &'p Expression,
        state: &mut State,
    ) {
        let ExpressionKind::Cast { value: list, .. } = &value.kind else { return };
        let ExpressionKind::Initialiser(items) = &list.kind else { return };
        let Some(object) = state.object_mut(id) else { return };
        let before = object.cleared;
        object.set.clear();
        self.initialise(frame, items, object);
        object.cleared = object.cleared.max(before);
        object.copied_in = None;
        object.is_unknown = false;
    }

    pub(super) fn compound(
        &mut self,
        frame: &mut Frame<'p>,
        expression: &'p Expression,
        ty: &crate::ast::TypeName,
        items: &'p [Item],
        state: State,
    ) -> Outcomes {
        let id = self.id(frame.number, expression.at.start);
        let mut outcomes = vec![(state, Value::Unknown)];
        for item in items {
            let before = std::mem::take(&mut outcomes);
            for (state, _) in before {
                outcomes.extend(self.expression(frame, &item.value, state));
            }
        }
        for (state, value) in &mut outcomes {
            let mut object = Object {
                name: Rc::from("a compound literal"),
                ty: super::types::spelled(self.str(frame, ty.base)).into(),
                span: self.span(frame, expression.at),
                cleared: Cleared::Nothing,
                set: BTreeSet::new(),
                is_touched: false,
                is_unknown: false,
                copied_in: None,
            };
            self.initialise(frame, items, &mut object);
            state.objects.insert(id, object);
            *value = Value::Unknown;
        }
        outcomes
    }

    /// An object that a function allocates.
    pub(super) fn allocated(
        &mut self,
        frame: &Frame<'p>,
        at: &Expression,
        cleared: Cleared,
        copied_in: Option<Amount>,
        state: &mut State,
    ) -> Id {
        let id = self.id(frame.number, at.at.start);
        let span: Span = self.span(frame, at.at);
        state.objects.insert(
            id,
            Object {
                name: Rc::from(""),
                ty: Rc::from(""),
                span,
                cleared,
                set: BTreeSet::new(),
                is_touched: false,
                is_unknown: false,
                copied_in,
            },
        );
        id
    }
}
