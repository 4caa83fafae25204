//! Calls: those that are known, those that are followed, and the others.

use std::collections::BTreeSet;
use std::rc::Rc;

use ioctlkit_model::{
    Access, Amount, Cleared, CopiedIn, CopiedOut, Noticed, NoticedKind, Part, Span, Way,
};

use super::conditions::{fetches_into, looked_at};
use super::expressions::{Outcomes, Target, set};
use super::{DEPTH, Frame, Run};
use crate::ast::{Expression, ExpressionKind};
use crate::known::{Known, is_harmless, known};
use crate::value::{
    Again, CallOutcome, Constant, Counted, Fetch, Object, Place, State, UserPart, UserPointer,
    Value,
};

/// What a call is given: the expressions, and their values.
type Given<'p, 'v> = (&'p [Expression], &'v [Value]);

/// How many fetches are remembered on a path; the oldest is forgotten first.
const MOST_FETCHES: usize = 64;

/// A copy from or to the program's memory.
struct Copying<'v> {
    way: Way,
    /// The end that the program has given.
    pointer: &'v Value,
    amount: &'v Amount,
    /// Whether the pointer's type says how much, as for `get_user`.
    of_pointee: bool,
}

impl<'p> Run<'p> {
    pub(super) fn call(
        &mut self,
        frame: &mut Frame<'p>,
        call: &'p Expression,
        function: &'p Expression,
        arguments: &'p [Expression],
        state: State,
    ) -> Outcomes {
        let name = match function.kind {
            ExpressionKind::Name => self.str(frame, function.at),
            _ => "",
        };
        let is_local = frame.variable(name).is_some();
        let known = if is_local { None } else { known(name) };
        let mut outcomes = Outcomes::new();
        for (state, values) in self.arguments(frame, arguments, known, state) {
            match known {
                Some(known) => {
                    let given = (arguments, &values[..]);
                    outcomes.extend(self.known(frame, call, name, known, given, state));
                }
                None => outcomes.extend(self.other(frame, call, name, is_local, &values, state)),
            }
        }
        outcomes
    }

    /// Evaluates arguments; what a function writes to is not read.
    fn arguments(
        &mut self,
        frame: &mut Frame<'p>,
        arguments: &'p [Expression],
        known: Option<Known>,
        state: State,
    ) -> Vec<(State, Vec<Value>)> {
        let mut rows = vec![(state, Vec::with_capacity(arguments.len()))];
        for (place, argument) in arguments.iter().enumerate() {
            let is_written =
                matches!(known, Some(Known::Get { variable, .. }) if variable == place);
            let is_filled = known.and_then(Known::fills) == Some(place);
            let mut next = Vec::with_capacity(rows.len());
            for (state, values) in rows {
                if is_written {
                    let mut values = values;
                    values.push(Value::Unknown);
                    next.push((state, values));
                    continue;
                }
                for (state, value) in self.argument(frame, argument, is_filled, state) {
                    let mut values = values.clone();
                    values.push(value);
                    next.push((state, values));
                }
            }
            next.truncate(12);
            rows = next;
        }
        rows
    }

    /// An argument. A member that a function fills is an array: it stands for its address.
    fn argument(
        &mut self,
        frame: &mut Frame<'p>,
        argument: &'p Expression,
        is_filled: bool,
        state: State,
    ) -> Outcomes {
        if !(is_filled && matches!(argument.kind, ExpressionKind::Member { .. })) {
            return self.expression(frame, argument, state);
        }
        let places = self.place(frame, argument, state);
        let mut outcomes = Outcomes::new();
        for (state, target) in places {
            let value = match target {
                Target::Member(place) => {
                    // Whoever overwrites what the program gave has thought of it.
                    self.member_is_read(&place);
                    Value::Address(place)
                }
                _ => Value::Unknown,
            };
            outcomes.push((state, value));
        }
        outcomes
    }

    fn known(
        &mut self,
        frame: &mut Frame<'p>,
        call: &'p Expression,
        name: &str,
        known: Known,
        (arguments, values): Given<'p, '_>,
        mut state: State,
    ) -> Outcomes {
        let at = |place: usize| values.get(place).cloned().unwrap_or(Value::Unknown);
        let counted = Value::Count(Rc::new(Counted {
            span: self.span(frame, call.at),
            function: name.to_owned(),
        }));
        let size_of = |run: &mut Self, frame: &Frame<'p>, state: &mut State, place: usize| {
            let Some(size) = arguments.get(place) else { return Amount::Unknown };
            run.size_is(frame, size, &at(place), name, state);
            run.amount(frame, size, &at(place))
        };
        match known {
            Known::CopyIn { to, from, size } => {
                let amount = size_of(self, frame, &mut state, size);
                let copy = Copying {
                    way: Way::In,
                    pointer: &at(from),
                    amount: &amount,
                    of_pointee: false,
                };
                self.copied(frame, call, &copy, &state);
                self.fill(frame, call, (&at(to), arguments.get(to)), &at(from), amount, &mut state);
                vec![(state, counted)]
            }
            Known::CopyStruct { to, from, size } => {
                let amount = size_of(self, frame, &mut state, size);
                let copy = Copying {
                    way: Way::In,
                    pointer: &at(from),
                    amount: &amount,
                    of_pointee: false,
                };
                self.copied(frame, call, &copy, &state);
                let whole = Amount::CommandSize;
                self.fill(frame, call, (&at(to), arguments.get(to)), &at(from), whole, &mut state);
                // It answers for what the program left out, and fetches the size before.
                state.fetches.clear();
                self.checked(frame, call, state)
            }
            Known::CopyOut { to, from, size } => {
                let amount = size_of(self, frame, &mut state, size);
                let copy =
                    Copying { way: Way::Out, pointer: &at(to), amount: &amount, of_pointee: false };
                self.copied(frame, call, &copy, &state);
                self.sent(frame, call, &at(from), amount, &state);
                vec![(state, counted)]
            }
            Known::CopyOutChecked { to, from, size } => {
                let amount = size_of(self, frame, &mut state, size);
                let copy =
                    Copying { way: Way::Out, pointer: &at(to), amount: &amount, of_pointee: false };
                self.copied(frame, call, &copy, &state);
                self.sent(frame, call, &at(from), amount, &state);
                self.checked(frame, call, state)
            }
            Known::Get { variable, pointer } => {
                let amount = pointee_amount(&at(pointer));
                let copy = Copying {
                    way: Way::In,
                    pointer: &at(pointer),
                    amount: &amount,
                    of_pointee: true,
                };
                self.copied(frame, call, &copy, &state);
                if let Some(target) = arguments.get(variable) {
                    let mut after = Outcomes::new();
                    for (mut state, place) in self.place(frame, target, state) {
                        self.fetched(frame, call, &place, &at(pointer), &mut state);
                        after.extend(self.checked(frame, call, state));
                    }
                    return after;
                }
                self.checked(frame, call, state)
            }
            Known::Put { pointer } => {
                let amount = pointee_amount(&at(pointer));
                let copy = Copying {
                    way: Way::Out,
                    pointer: &at(pointer),
                    amount: &amount,
                    of_pointee: true,
                };
                self.copied(frame, call, &copy, &state);
                self.checked(frame, call, state)
            }
            Known::Clear { pointer, size } => {
                let amount = size_of(self, frame, &mut state, size);
                let copy = Copying {
                    way: Way::Out,
                    pointer: &at(pointer),
                    amount: &amount,
                    of_pointee: false,
                };
                self.copied(frame, call, &copy, &state);
                vec![(state, counted)]
            }
            Known::Duplicate { from, size } => {
                let amount = size_of(self, frame, &mut state, size);
                let copy = Copying {
                    way: Way::In,
                    pointer: &at(from),
                    amount: &amount,
                    of_pointee: false,
                };
                self.copied(frame, call, &copy, &state);
                let id = self.allocated(frame, call, Cleared::Nothing, Some(amount), &mut state);
                let span = self.span(frame, call.at);
                self.facts.copied_in.entry(id).or_insert(CopiedIn {
                    ty: String::new(),
                    span,
                    read: BTreeSet::new(),
                    escapes: false,
                });
                let part = match at(from) {
                    Value::Argument(pointer) => Some(pointer.part),
                    _ => None,
                };
                if let Some(part) = part {
                    let to = Place { object: id, path: Rc::from("") };
                    fetch(part, span, to, &mut state);
                }
                vec![(state, Value::Address(Place { object: id, path: Rc::from("") }))]
            }
            Known::ReadsString { from } => {
                let copy = Copying {
                    way: Way::In,
                    pointer: &at(from),
                    amount: &Amount::Unknown,
                    of_pointee: false,
                };
                self.copied(frame, call, &copy, &state);
                self.given_away(values, &mut state, Some(from));
                vec![(state, Value::Unknown)]
            }
            Known::ReadsInto { to, from } => {
                let copy = Copying {
                    way: Way::In,
                    pointer: &at(from),
                    amount: &Amount::Unknown,
                    of_pointee: true,
                };
                self.copied(frame, call, &copy, &state);
                if let Value::Address(place) = at(to) {
                    unknown_now(&place, &mut state);
                }
                self.checked(frame, call, state)
            }
            Known::WritesFrom { to } => {
                let copy = Copying {
                    way: Way::Out,
                    pointer: &at(to),
                    amount: &Amount::Unknown,
                    of_pointee: true,
                };
                self.copied(frame, call, &copy, &state);
                self.checked(frame, call, state)
            }
            Known::AllocatesCleared { size } | Known::Allocates { size } => {
                let size = size.and_then(|place| Some((arguments.get(place)?, at(place))));
                if let Some((size, value)) = size {
                    self.size_is(frame, size, &value, name, &mut state);
                }
                let zeroed = matches!(known, Known::AllocatesCleared { .. })
                    || arguments
                        .iter()
                        .any(|flags| self.str(frame, flags.at).contains("__GFP_ZERO"));
                let cleared = if zeroed { Cleared::All } else { Cleared::Nothing };
                let id = self.allocated(frame, call, cleared, None, &mut state);
                vec![(state, Value::Address(Place { object: id, path: Rc::from("") }))]
            }
            Known::Fill { to, size } => {
                if let Some(place) = self.filled(frame, arguments.get(to), &at(to), &state) {
                    clear(&place, arguments.get(size), &mut state);
                }
                vec![(state, at(to))]
            }
            Known::Sets { to } => {
                if let Some(place) = self.filled(frame, arguments.get(to), &at(to), &state) {
                    if place.path.is_empty() {
                        unknown_now(&place, &mut state);
                    } else {
                        set(&mut state, &place);
                    }
                }
                self.given_away(values, &mut state, Some(to));
                vec![(state, Value::Unknown)]
            }
            Known::Same { value } => {
                self.facts.converts_pointer |= name == "compat_ptr";
                vec![(state, at(value))]
            }
            Known::ToUserPointer => {
                let value = match at(0) {
                    argument @ Value::Argument(_) => argument,
                    _ => Value::OtherUser,
                };
                vec![(state, value)]
            }
            Known::Looks => {
                for value in values {
                    if let Value::Address(place) = value {
                        self.is_given_away(place);
                    }
                }
                vec![(state, Value::Unknown)]
            }
            Known::Nothing | Known::ErrorPointer | Known::SafeProduct => {
                vec![(state, Value::Unknown)]
            }
            Known::AsksForCompat => {
                self.facts.asks_for_compat = true;
                vec![(state, Value::Unknown)]
            }
            Known::PartOfCommand(part) => {
                let value = match at(0) {
                    Value::Command => Value::CommandPart(part),
                    _ => Value::Unknown,
                };
                vec![(state, value)]
            }
            Known::Bounded => {
                for value in values {
                    if let Value::FromUser(place) = value {
                        state.bounded.insert(place.clone());
                    }
                }
                vec![(state, Value::Unknown)]
            }
            Known::Condition => vec![(state, at(0))],
        }
    }

    /// A number of bytes is what the program chose times something.
    fn size_is(
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
    fn filled(
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
    fn copied(&mut self, frame: &Frame<'p>, call: &Expression, copy: &Copying<'_>, state: &State) {
        let Value::Argument(pointer) = copy.pointer else { return };
        let part = match &pointer.part {
            UserPart::Start => Part::Whole,
            UserPart::Member(member) => Part::Member(member.to_string()),
            UserPart::Inside => Part::Inside,
        };
        let span = self.span(frame, call.at);
        let guarded = state.guarded;
        let Copying { way, of_pointee, .. } = *copy;
        let amount = copy.amount.clone();
        self.facts.access(Access { span, way, part, amount, guarded, of_pointee });
    }

    /// An object of the kernel is filled from the program's memory.
    fn fill(
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
            state.values.remove(&place.object);
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
    fn fetched(
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
    fn sent(
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
            copied_in: object.copied_in.clone(),
            amount,
        });
    }

    /// 0 or `-EFAULT`, each on a path of its own.
    fn checked(&mut self, frame: &Frame<'p>, call: &Expression, state: State) -> Outcomes {
        let span = self.span(frame, call.at);
        let constant =
            |text: &str, number| Value::Constant(Constant { text: Rc::from(text), number, span });
        let many = [constant("0", Some(0)), constant("-EFAULT", None)];
        let both = many[0].join(&many[1]);
        vec![(state, both)]
    }

    /// Values go where nothing was read.
    fn given_away(&mut self, values: &[Value], state: &mut State, but: Option<usize>) {
        let mut is_of_interest = false;
        for (place, value) in values.iter().enumerate() {
            if Some(place) == but {
                continue;
            }
            match value {
                Value::Address(object) => {
                    is_of_interest = true;
                    self.is_given_away(object);
                    unknown_now(object, state);
                }
                Value::Argument(_) => {
                    is_of_interest = true;
                    self.facts.escapes = true;
                }
                _ => {}
            }
        }
        if is_of_interest {
            self.facts.unknown_calls += 1;
        }
    }

    fn other(
        &mut self,
        frame: &mut Frame<'p>,
        call: &'p Expression,
        name: &str,
        is_local: bool,
        values: &[Value],
        mut state: State,
    ) -> Outcomes {
        let matters = values.iter().any(|value| {
            matches!(
                value,
                Value::Command | Value::CommandPart(_) | Value::Argument(_) | Value::Address(_)
            )
        });
        let callee = if is_local || name.is_empty() || !matters {
            None
        } else {
            self.program.resolve(name, frame.source)
        };
        if let Some(callee) = callee
            && self.stack.len() < DEPTH
            && !self.stack.contains(&callee)
        {
            return self.follow(frame, call, callee, values, state);
        }
        // A function that is given a number of the program's may well have a limit for it.
        let numbers = values.iter().filter_map(|value| match value {
            Value::FromUser(place) => Some(place.clone()),
            _ => None,
        });
        state.bounded.extend(numbers);
        let is_passed_on = values.iter().any(|value| {
            matches!(value, Value::Command | Value::CommandPart(_) | Value::Argument(_))
        });
        if is_passed_on && !is_local && !name.is_empty() && callee.is_none() {
            self.missing.insert(name.to_owned());
        }
        if !is_harmless(name) {
            self.given_away(values, &mut state, None);
        }
        vec![(state, Value::Unknown)]
    }

    /// Walks the body of a function that is called.
    fn follow(
        &mut self,
        frame: &mut Frame<'p>,
        call: &'p Expression,
        callee: crate::program::FunctionId,
        values: &[Value],
        mut state: State,
    ) -> Outcomes {
        let Some(function) = self.function(callee) else {
            self.gave_up = Some("a function that it calls could not be parsed");
            self.given_away(values, &mut state, None);
            return vec![(state, Value::Unknown)];
        };
        let key = (u64::from(frame.number) + 1) << 32 | u64::from(call.at.start);
        let mut inner = self.frame(callee, key);
        for (place, parameter) in function.parameters.iter().enumerate() {
            let Some(name) = parameter.name else { continue };
            let id = self.declare(&mut inner, name, &parameter.ty);
            state.objects.remove(&id);
            let value = values.get(place).cloned().unwrap_or(Value::Unknown);
            let pointee = self.pointee(&inner, &parameter.ty);
            self.assign_variable(id, pointee, value, &mut state);
        }
        self.stack.push(callee);
        let before = state.outcome;
        state.outcome = CallOutcome::Any;
        let fell = self.block(&mut inner, &function.body, vec![state]);
        self.stack.pop();
        let mut outcomes: Outcomes = Outcomes::new();
        let fallen = fell.into_iter().map(|state| (state, Value::Unknown));
        let returned = std::mem::take(&mut inner.returns);
        for (mut state, value) in
            returned.into_iter().map(|(state, value, _)| (state, value)).chain(fallen)
        {
            state.outcome = match value.truth() {
                Some(false) => CallOutcome::Zero,
                Some(true) => CallOutcome::Error,
                None => before.min(CallOutcome::Any),
            };
            let alike = outcomes
                .iter_mut()
                .find(|(known, _)| known.outcome == state.outcome && known.passed == state.passed);
            match alike {
                Some((known, joined)) => {
                    *joined = joined.join(&value);
                    let mut one = vec![std::mem::take(known)];
                    crate::value::add(&mut one, state);
                    *known = one.pop().unwrap_or_default();
                }
                None => outcomes.push((state, value)),
            }
        }
        outcomes
    }
}

/// As many bytes as a pointer's type says.
fn pointee_amount(value: &Value) -> Amount {
    match value {
        Value::Argument(UserPointer { pointee: Some(pointee), .. }) => {
            Amount::Type(pointee.to_string())
        }
        _ => Amount::Unknown,
    }
}

/// Remembers a fetch, and one of the same part before.
fn fetch(part: UserPart, span: Span, to: Place, state: &mut State) {
    if part == UserPart::Inside {
        return;
    }
    let before = state.fetches.iter().find(|fetch| {
        let same = fetch.part == part
            || part == UserPart::Start && matches!(fetch.part, UserPart::Member(_));
        same && !fetch.looked_at.is_empty() && fetch.span != span
    });
    let again = before.map(|fetch| Again { span: fetch.span, looked_at: fetch.looked_at.clone() });
    state.fetches.retain(|fetch| fetch.to != to);
    if state.fetches.len() >= MOST_FETCHES {
        state.fetches.remove(0);
    }
    state.fetches.push(Fetch { part, span, to, looked_at: BTreeSet::new(), again });
}

/// Every byte of an object, or of a part of it, gets a value.
fn clear(place: &Place, size: Option<&Expression>, state: &mut State) {
    let whole = size.is_none_or(|size| !matches!(size.kind, ExpressionKind::Number));
    if !place.path.is_empty() {
        set(state, place);
        return;
    }
    if let Some(object) = state.objects.get_mut(&place.object) {
        if whole {
            object.cleared = Cleared::All;
            object.copied_in = None;
        } else {
            object.is_unknown = true;
        }
    }
}

/// Somebody whose source was not read may have changed it.
fn unknown_now(place: &Place, state: &mut State) {
    if let Some(object) = state.objects.get_mut(&place.object) {
        if place.path.is_empty() {
            object.is_unknown = true;
        } else {
            object.set.insert(place.path.clone());
        }
    }
    if place.path.is_empty() {
        state.values.remove(&place.object);
    }
    for fetch in fetches_into(state, place.object) {
        fetch.again = None;
    }
}
