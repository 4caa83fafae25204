//! Calls: those that are known, those that are followed, and the others.

use std::collections::BTreeSet;
use std::rc::Rc;

use ioctlkit_model::{Amount, Cleared, CopiedIn, Way};

use super::expressions::{Outcomes, set};
use super::fetches::{fetch, settle};
use super::memory::{clear, unknown_now};
use super::places::Target;
use super::{Caller, Comparing, DEPTH, Frame, Programs, Run};
use crate::ast::{Expression, ExpressionKind};
use crate::known::{CopyAnswer, Known, is_harmless, known};
use crate::program::FunctionId;
use crate::value::{CallOutcome, CommandPart, Constant, Counted, Place, State, UserPointer, Value};

/// What a call is given: the expressions, and their values.
type Given<'p, 'v> = (&'p [Expression], &'v [Value]);

impl<'p> Run<'p> {
    pub(super) fn call(
        &mut self,
        frame: &mut Frame<'p>,
        call: &'p Expression,
        function: &'p Expression,
        arguments: &'p [Expression],
        state: State,
    ) -> Outcomes {
        let name = match &function.kind {
            ExpressionKind::Name => self.str(frame, function.at),
            // `CLASS(fd, file)(descriptor)`, from include/linux/file.h.
            ExpressionKind::Call { function, arguments }
                if self.str(frame, function.at) == "CLASS"
                    && arguments.first().is_some_and(|of| self.str(frame, of.at) == "fd") =>
            {
                "fdget"
            }
            _ => "",
        };
        // What is given to a function in a comparison is not what is compared.
        let outside = std::mem::replace(&mut self.comparing, Comparing::Nothing);
        let is_local = frame.variable(name).is_some();
        let known = if is_local { None } else { known(name) };
        let mut outcomes = Outcomes::new();
        for (state, values) in self.arguments(frame, arguments, known, state) {
            if let Some(known) = known {
                let given = (arguments, &values[..]);
                outcomes.extend(self.known(frame, call, name, known, given, state));
            } else {
                let callees = self.callees(frame, name, is_local, &state);
                let given = (name, is_local, &values[..]);
                self.to_layer = self.is_layer(frame, function);
                outcomes.extend(self.other(frame, call, given, &callees, state));
                self.to_layer = false;
            }
        }
        self.comparing = outside;
        outcomes
    }

    /// Whether a call is one of a member for handlers: those that fill it in have tables of their own.
    fn is_layer(&self, frame: &Frame<'p>, function: &Expression) -> bool {
        match &function.kind {
            ExpressionKind::Member { name, .. } => self.str(frame, *name).contains("ioctl"),
            _ => false,
        }
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
        let size_of = |run: &mut Self, frame: &Frame<'p>, state: &mut State, place: usize| {
            let Some(size) = arguments.get(place) else { return Amount::Unknown };
            run.size_is(frame, size, &at(place), name, state);
            run.amount(frame, size, &at(place))
        };
        if known.takes_numbers() {
            for value in values {
                self.uses(value, &mut state);
            }
        }
        match known {
            Known::CopyIn { to, from, size, answer } => {
                let amount = size_of(self, frame, &mut state, size);
                self.copied(frame, call, (Way::In, &at(from)), &amount, &state);
                self.fill(frame, call, (&at(to), arguments.get(to)), &at(from), amount, &mut state);
                vec![(state, self.copy_answer(frame, call, name, answer))]
            }
            Known::CopyStruct { to, from, size } => {
                let amount = size_of(self, frame, &mut state, size);
                self.copied(frame, call, (Way::In, &at(from)), &amount, &state);
                let whole = Amount::CommandSize;
                self.fill(frame, call, (&at(to), arguments.get(to)), &at(from), whole, &mut state);
                // It answers for what the program left out, and fetches the size before.
                state.forget_fetches();
                vec![(state, self.checked(frame, call))]
            }
            Known::CopyOut { to, from, size, answer } => {
                let amount = size_of(self, frame, &mut state, size);
                self.copied(frame, call, (Way::Out, &at(to)), &amount, &state);
                self.sent(frame, call, &at(from), amount, &state);
                vec![(state, self.copy_answer(frame, call, name, answer))]
            }
            Known::Get { variable, pointer } => {
                let amount = pointee_amount(&at(pointer));
                self.copied(frame, call, (Way::In, &at(pointer)), &amount, &state);
                if let Some(target) = arguments.get(variable) {
                    let mut after = Outcomes::new();
                    for (mut state, place) in self.place(frame, target, state) {
                        self.fetched(frame, call, &place, &at(pointer), &mut state);
                        after.push((state, self.checked(frame, call)));
                    }
                    return after;
                }
                vec![(state, self.checked(frame, call))]
            }
            Known::Put { pointer } => {
                let amount = pointee_amount(&at(pointer));
                self.copied(frame, call, (Way::Out, &at(pointer)), &amount, &state);
                vec![(state, self.checked(frame, call))]
            }
            Known::Clear { pointer, size } => {
                let amount = size_of(self, frame, &mut state, size);
                self.copied(frame, call, (Way::Out, &at(pointer)), &amount, &state);
                vec![(state, self.copy_answer(frame, call, name, CopyAnswer::Count))]
            }
            Known::Duplicate { from, size } => {
                let amount = size_of(self, frame, &mut state, size);
                self.copied(frame, call, (Way::In, &at(from)), &amount, &state);
                let id = self.allocated(frame, call, Cleared::Nothing, Some(amount), &mut state);
                let span = self.span(frame, call.at);
                self.facts.copied_in.entry(id).or_insert(CopiedIn {
                    ty: String::new(),
                    span,
                    read: BTreeSet::new(),
                    inputs: BTreeSet::new(),
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
                self.copied(frame, call, (Way::In, &at(from)), &Amount::Unknown, &state);
                self.given_away(values, &mut state, Some(from));
                vec![(state, Value::Unknown)]
            }
            Known::ReadsInto { to, from, ty } => {
                let amount = Amount::Type(ty.to_owned());
                self.copied(frame, call, (Way::In, &at(from)), &amount, &state);
                if let Value::Address(place) = at(to) {
                    unknown_now(&place, &mut state);
                }
                vec![(state, self.checked(frame, call))]
            }
            Known::WritesFrom { to, ty } => {
                let amount = Amount::Type(ty.to_owned());
                self.copied(frame, call, (Way::Out, &at(to)), &amount, &state);
                vec![(state, self.checked(frame, call))]
            }
            Known::OpenFile { descriptor } => {
                if let Value::Argument(_) = at(descriptor) {
                    let span = self.span(frame, call.at);
                    self.facts.as_truth.get_or_insert(span);
                }
                vec![(state, Value::Unknown)]
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
            Known::CompatPointer => {
                self.facts.converts_pointer = true;
                vec![(state, at(0))]
            }
            Known::Same { value } => vec![(state, at(value))],
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
                vec![(state, self.is_compat_program(frame, call, name))]
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
                        state.bound(place);
                    }
                    settle(value, &mut state);
                }
                // It says where in an array of commands this one is.
                let bounded = match at(0) {
                    nr @ Value::CommandPart(CommandPart::Nr) => nr,
                    _ => Value::Unknown,
                };
                vec![(state, bounded)]
            }
            Known::Condition => vec![(state, at(0))],
            Known::Offset => {
                let text = super::types::spelled(self.str(frame, call.at));
                let span = self.span(frame, call.at);
                let offset = Constant { text: text.into(), number: None, span };
                vec![(state, Value::Constant(offset))]
            }
        }
    }

    /// What `in_compat_syscall()` and its like answer.
    fn is_compat_program(&self, frame: &Frame<'p>, call: &Expression, name: &str) -> Value {
        let answer = match (self.programs, name) {
            (Programs::All, _) => return Value::Unknown,
            // The programs of x32 are not those that a pair of ABIs is about.
            (Programs::Native, _) | (Programs::Compat, "in_x32_syscall") => 0,
            (Programs::Compat, _) => 1,
        };
        let span = self.program.sources[frame.source].span(call.at);
        Value::Constant(Constant { text: Rc::from(name), number: Some(answer), span })
    }

    /// What a function answers that copies.
    fn copy_answer(
        &self,
        frame: &Frame<'p>,
        call: &Expression,
        name: &str,
        answer: CopyAnswer,
    ) -> Value {
        match answer {
            CopyAnswer::Error => self.checked(frame, call),
            CopyAnswer::Count => Value::Count(Rc::new(Counted {
                span: self.span(frame, call.at),
                function: name.to_owned(),
            })),
        }
    }

    /// 0 or `-EFAULT`.
    fn checked(&self, frame: &Frame<'p>, call: &Expression) -> Value {
        let span = self.span(frame, call.at);
        let constant =
            |text: &str, number| Value::Constant(Constant { text: Rc::from(text), number, span });
        constant("0", Some(0)).join(&constant("-EFAULT", None))
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
                    self.facts.is_lost |= !self.to_layer;
                }
                _ => {}
            }
        }
        if is_of_interest {
            self.facts.unknown_calls += 1;
        }
    }

    /// The functions that a call may lead to: those with this name, or the one that a variable holds, as in
    /// `video_usercopy(file, cmd, arg, f)`.
    fn callees(
        &self,
        frame: &Frame<'p>,
        name: &str,
        is_local: bool,
        state: &State,
    ) -> Vec<FunctionId> {
        if name.is_empty() {
            return Vec::new();
        }
        if !is_local {
            return self.program.candidates(name, frame.source);
        }
        let held = frame.variable(name).and_then(|id| state.values.get(&id));
        let Some(Value::Constant(constant)) = held else { return Vec::new() };
        let from = self.program.place_of(constant.span.file).unwrap_or(frame.source);
        self.program.resolve(&constant.text, from).into_iter().collect()
    }

    fn other(
        &mut self,
        frame: &mut Frame<'p>,
        call: &'p Expression,
        (name, is_local, values): (&str, bool, &[Value]),
        callees: &[FunctionId],
        mut state: State,
    ) -> Outcomes {
        // A macro that takes something off the number: `EVIOC_MASK_SIZE(cmd)`.
        if let ([Value::Command], [], true) = (values, callees, is_macro(name)) {
            return vec![(state, Value::CommandPart(CommandPart::WithoutSize))];
        }
        let matters = values.iter().any(|value| {
            matches!(
                value,
                Value::Command | Value::CommandPart(_) | Value::Argument(_) | Value::Address(_)
            )
        });
        let is_followed = |callee: &&FunctionId| !self.stack.contains(callee);
        let followed: Vec<FunctionId> = callees.iter().filter(is_followed).copied().collect();
        if matters && !followed.is_empty() && self.stack.len() < DEPTH {
            let follow =
                |callee: FunctionId| self.follow(frame, call, callee, values, state.clone());
            return followed.into_iter().flat_map(follow).collect();
        }
        if !is_harmless(name) {
            for value in values {
                self.uses(value, &mut state);
            }
        }
        // A function that is given a number of the program's may well have a limit for it.
        for value in values {
            if let Value::FromUser(place) = value {
                state.bound(place);
            }
        }
        let is_passed_on = values.iter().any(|value| {
            matches!(value, Value::Command | Value::CommandPart(_) | Value::Argument(_))
        });
        if is_passed_on && !is_local && !name.is_empty() && callees.is_empty() {
            self.missing.insert(name.to_owned());
        }
        if !is_harmless(name) {
            self.given_away(values, &mut state, None);
        }
        if is_macro(name) && callees.is_empty() {
            self.may_be_set(frame, call, values, &mut state);
        }
        vec![(state, Value::Unknown)]
    }

    /// `ALLOCATE(pointer, size)`: a macro may set a variable that it is given. One that is a null pointer is
    /// given for nothing else.
    fn may_be_set(
        &mut self,
        frame: &Frame<'p>,
        call: &Expression,
        values: &[Value],
        state: &mut State,
    ) {
        let ExpressionKind::Call { arguments, .. } = &call.kind else { return };
        for (argument, value) in arguments.iter().zip(values) {
            if matches!(argument.kind, ExpressionKind::Name)
                && is_null(value)
                && let Some(id) = frame.variable(self.str(frame, argument.at))
            {
                self.assign_variable(id, None, Value::Unknown, state);
            }
        }
    }

    /// Walks the body of a function that is called.
    fn follow(
        &mut self,
        frame: &mut Frame<'p>,
        call: &'p Expression,
        callee: FunctionId,
        values: &[Value],
        mut state: State,
    ) -> Outcomes {
        let Some(function) = self.function(callee) else {
            self.gave_up = Some("a function that it calls could not be parsed");
            self.given_away(values, &mut state, None);
            return vec![(state, Value::Unknown)];
        };
        let mut inner =
            self.frame(callee, Caller::Call { frame: frame.number, at: call.at.start, callee });
        for (place, parameter) in function.parameters.iter().enumerate() {
            let Some(name) = parameter.name else { continue };
            let id = self.declare(&mut inner, name, &parameter.ty);
            state.forget_object(id);
            let value = values.get(place).cloned().unwrap_or(Value::Unknown);
            let pointee = self.pointee(&inner, &parameter.ty);
            let at = self.span(frame, call.at);
            self.narrows(id, &value, at);
            self.assign_variable(id, pointee, value, &mut state);
        }
        self.stack.push(callee);
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
                _ if matches!(value, Value::Count(_)) => CallOutcome::Count,
                // What another function has answered.
                _ if value == Value::NotZero => CallOutcome::Any,
                Some(false) => CallOutcome::Zero,
                Some(true) => CallOutcome::Error,
                None => CallOutcome::Any,
            };
            let alike = outcomes
                .iter_mut()
                .find(|(known, _)| known.outcome == state.outcome && known.passed == state.passed);
            match alike {
                Some((known, joined)) => {
                    *joined = joined.join(&value);
                    known.join(&state);
                }
                None => outcomes.push((state, value)),
            }
        }
        outcomes
    }
}

/// Whether a value is a null pointer, as it is spelled.
pub(super) fn is_null(value: &Value) -> bool {
    matches!(value, Value::Constant(constant) if &*constant.text == "NULL")
}

/// Whether a name is a macro's, by its letters.
pub(super) fn is_macro(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_uppercase())
        && !name.bytes().any(|byte| byte.is_ascii_lowercase())
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
