//! Memory: what is copied between the program and the objects of the kernel, and what is known of these.

use std::collections::BTreeSet;
use std::rc::Rc;

use ioctlkit_model::{
    Access, Amount, Cleared, CopiedIn, CopiedOut, Noticed, NoticedKind, Part, Way,
};

use super::conditions::looked_at;
use super::expressions::set;
use super::fetches::{fetch, fetches_into};
use super::places::Target;
use super::{Frame, Run};
use crate::ast::{Expression, ExpressionKind};
use crate::value::{Object, Place, State, UserPart, Value};

impl<'p> Run<'p> {
    /// A number of bytes is what the program chose times something.
    pub(super) fn size_is(
        &mut self,
        frame: &Frame<'p>,
        size: &Expression,
        value: &Value,
        function: &str,
        state: &mut State,
    ) {
        if let Value::FromUser(place) = value {
            looked_at(place, state);
        }
        let Value::Product(product) = value else { return };
        looked_at(&product.number, state);
        if state.bounded.contains(&product.number) {
            return;
        }
        let Some(object) = state.objects.get(&product.number.object) else { return };
        let kind = NoticedKind::UnboundedProduct {
            ty: object.ty.to_string(),
            member: product.number.path.to_string(),
            factor: product.factor.clone(),
            function: function.to_owned(),
        };
        let span = self.span(frame, size.at);
        self.facts.notice(Noticed { kind, span, related: None });
    }

    /// What a function that fills memory is given: an address, or a member that is an array, whose type the
    /// text does not show.
    pub(super) fn filled(
        &mut self,
        frame: &mut Frame<'p>,
        argument: Option<&'p Expression>,
        value: &Value,
        state: &State,
    ) -> Option<Place> {
        if let Value::Address(place) = value {
            return Some(place.clone());
        }
        let member = argument.filter(|it| matches!(it.kind, ExpressionKind::Member { .. }))?;
        match self.place(frame, member, state.clone()).pop()? {
            (_, Target::Member(place)) => Some(place),
            _ => None,
        }
    }

    /// A copy from or to the program's memory: one of the argument is kept.
    pub(super) fn copied(
        &mut self,
        frame: &Frame<'p>,
        call: &Expression,
        (way, pointer): (Way, &Value),
        amount: &Amount,
        state: &State,
    ) {
        let Value::Argument(pointer) = pointer else { return };
        let part = match &pointer.part {
            UserPart::Start => Part::Whole,
            UserPart::Member(member) => Part::Member(member.to_string()),
            UserPart::Inside => Part::Inside,
        };
        let span = self.span(frame, call.at);
        let guarded = state.guarded;
        self.facts.access(Access { span, way, part, amount: amount.clone(), guarded });
    }

    /// An object of the kernel is filled from the program's memory.
    pub(super) fn fill(
        &mut self,
        frame: &Frame<'p>,
        call: &Expression,
        (to, to_text): (&Value, Option<&'p Expression>),
        from: &Value,
        amount: Amount,
        state: &mut State,
    ) {
        let Value::Address(place) = to else { return };
        let span = self.span(frame, call.at);
        if place.path.is_empty() {
            state.forget_value(place.object);
            let ty = match to_text.and_then(|text| self.type_of(frame, text)) {
                Some((ty, _)) => ty,
                None => Rc::from(""),
            };
            let object = state.objects.entry(place.object).or_insert_with(|| Object {
                name: Rc::from(""),
                ty: ty.clone(),
                span,
                cleared: Cleared::Nothing,
                set: BTreeSet::new(),
                is_touched: false,
                is_unknown: false,
                copied_in: None,
            });
            if object.ty.is_empty() {
                object.ty = ty;
            }
            object.copied_in = Some(amount);
            object.set.clear();
            let ty = object.ty.to_string();
            self.facts.copied_in.entry(place.object).or_insert(CopiedIn {
                ty,
                span,
                read: BTreeSet::new(),
                inputs: BTreeSet::new(),
                escapes: false,
            });
        } else {
            set(state, place);
        }
        if let Value::Argument(pointer) = from {
            fetch(pointer.part.clone(), span, place.clone(), state);
        }
    }

    /// A variable is fetched from the program's memory.
    pub(super) fn fetched(
        &mut self,
        frame: &Frame<'p>,
        call: &Expression,
        target: &Target,
        from: &Value,
        state: &mut State,
    ) {
        let span = self.span(frame, call.at);
        let place = match target {
            Target::Variable(id) => {
                let Some(variable) = self.variables.get(id).cloned() else { return };
                state.objects.insert(
                    *id,
                    Object {
                        name: variable.name.clone(),
                        ty: variable.base.clone(),
                        span,
                        cleared: Cleared::Nothing,
                        set: BTreeSet::new(),
                        is_touched: false,
                        is_unknown: false,
                        copied_in: Some(Amount::Unknown),
                    },
                );
                let place = Place { object: *id, path: Rc::from("") };
                state.values.insert(*id, Value::FromUser(place.clone()));
                place
            }
            Target::Member(place) => {
                set(state, place);
                place.clone()
            }
            Target::User(_) | Target::Elsewhere => return,
        };
        if let Value::Argument(pointer) = from {
            fetch(pointer.part.clone(), span, place, state);
        }
    }

    /// An object of the kernel is copied to the program.
    pub(super) fn sent(
        &mut self,
        frame: &Frame<'p>,
        call: &Expression,
        from: &Value,
        amount: Amount,
        state: &State,
    ) {
        let Value::Address(place) = from else { return };
        let Some(object) = state.objects.get(&place.object) else { return };
        if object.is_unknown || object.ty.is_empty() {
            return;
        }
        self.facts.copied_out(CopiedOut {
            ty: object.ty.to_string(),
            object: object.name.to_string(),
            span: self.span(frame, call.at),
            declared: object.span,
            member: place.path.to_string(),
            cleared: object.cleared,
            set: object.set.iter().map(ToString::to_string).collect(),
            is_touched: object.is_touched,
            copied_in: object.copied_in.clone(),
            amount,
        });
    }
}

/// Every byte of an object, or of a part of it, gets a value.
pub(super) fn clear(place: &Place, size: Option<&Expression>, state: &mut State) {
    let whole = size.is_none_or(|size| !matches!(size.kind, ExpressionKind::Number));
    if !place.path.is_empty() {
        set(state, place);
        return;
    }
    if let Some(object) = state.object_mut(place.object) {
        if whole {
            object.cleared = Cleared::All;
            object.copied_in = None;
        } else {
            object.is_unknown = true;
        }
    }
}

/// Somebody whose source was not read may have changed it.
pub(super) fn unknown_now(place: &Place, state: &mut State) {
    if let Some(object) = state.object_mut(place.object) {
        if place.path.is_empty() {
            object.is_unknown = true;
        } else {
            object.set_member(place.path.clone());
        }
    }
    if place.path.is_empty() {
        state.forget_value(place.object);
    }
    for fetch in fetches_into(state, place.object) {
        fetch.again = None;
    }
}
