//! Functions, walked for calls of `ioctl` and of what passes on to it.

use ioctlkit_model::{
    CallNotUnderstood, FileId, ProgramArgument, ProgramCall, ProgramCode, ProgramKind,
    ProgramObject, ProgramPart, ProgramRequest, ProgramState, ProgramType, ProgramValue, Span,
};
use rustc_hash::FxHashSet;

use crate::declare::{Declarator, Declaring};
use crate::expand::expanded;
use crate::expression::{Operand, Part, arguments, operand};
use crate::outline::{Declared, Function};
use crate::request::{NamedCommand, Request, bare, requests, text};
use crate::scope::{Given, Local, Scope};
use crate::shared::Shared;
use crate::state::{may_set, state_of_structure};
use crate::token::{ELSEWHERE, Token, behind, is_at};
use crate::types::Type;
use crate::wrappers::{Callees, Passes, PassesRequest, Wrapper};

/// A file to be walked.
#[derive(Debug)]
pub(crate) struct Unit<'a, 't> {
    pub(crate) file: FileId,
    pub(crate) is_cpp: bool,
    pub(crate) tokens: &'a [Token<'t>],
    pub(crate) functions: &'a [Function<'t>],
    pub(crate) declared: &'a Declared<'t>,
    pub(crate) shared: Shared<'a, 't>,
}

/// What walking a file comes to.
#[derive(Debug, Default)]
pub(crate) struct Walked<'t> {
    pub(crate) code: ProgramCode,
    pub(crate) wrappers: Vec<Wrapper<'t>>,
}

/// Walks all functions of a file.
pub(crate) fn walk<'t>(
    unit: &Unit<'_, 't>,
    callees: &Callees<'t>,
    calling_macros: &FxHashSet<&'t str>,
) -> Walked<'t> {
    let mut walked = Walked::default();
    for function in unit.functions {
        // Most functions call nothing of the kind.
        let body = &unit.tokens[function.body.0..function.body.1];
        let may_call = body.iter().any(|token| {
            token.is_name() && (callees.has(token.text) || calling_macros.contains(token.text))
        });
        if !may_call {
            continue;
        }
        let scope = Scope {
            file: unit.declared,
            shared: unit.shared,
            class: function.class,
            locals: parameters(function),
            records: Vec::new(),
            typedefs: Vec::new(),
            budget: std::cell::Cell::new(0),
        };
        let of_function = Walker {
            unit,
            callees,
            calling_macros,
            function,
            scope,
            tokens: unit.tokens,
            outer: None,
            depth: 0,
            declared_to: 0,
        };
        of_function.walk(function.body, &mut walked);
    }
    walked
}

fn parameters<'t>(function: &Function<'t>) -> Vec<Local<'t>> {
    let of = |(place, parameter): (usize, &crate::declare::Parameter<'t>)| Local {
        name: parameter.name,
        ty: parameter.ty.clone(),
        declared: None,
        spelled: None,
        is_set: true,
        is_reference: parameter.is_reference,
        parameter: Some(place),
        rest: None,
        value: Given::Several,
    };
    function.parameters.iter().enumerate().map(of).collect()
}

struct Walker<'w, 'a, 't> {
    unit: &'w Unit<'a, 't>,
    callees: &'w Callees<'t>,
    calling_macros: &'w FxHashSet<&'t str>,
    function: &'w Function<'t>,
    scope: Scope<'a, 't>,
    tokens: &'w [Token<'t>],
    /// In what a macro stands for: where that is used.
    outer: Option<Use>,
    depth: u32,
    /// The end of the last structure that a declaration defines: inside of it nothing else is declared.
    declared_to: usize,
}

/// Where a macro is used.
#[derive(Debug, Clone, Copy)]
struct Use {
    /// The place among the tokens of the file.
    place: usize,
    start: u32,
    end: u32,
}

/// How many macros with calls may be inside each other.
const DEEPEST: u32 = 12;

impl<'t> Walker<'_, '_, 't> {
    fn walk(mut self, (start, end): (usize, usize), walked: &mut Walked<'t>) {
        let mut at = start;
        let mut begins = true;
        let mut blocks: Vec<usize> = Vec::new();
        while at < end {
            let token = self.tokens[at];
            if token.is("{") {
                blocks.push(self.scope.locals.len());
            } else if token.is("}") {
                let before = blocks.pop().unwrap_or(self.scope.locals.len());
                self.scope.locals.truncate(before);
            }
            if begins
                && at >= self.declared_to
                && (token.is_name() || token.is("::") || token.is("["))
            {
                self.declare(at, end);
            }
            if token.is_name() {
                at = self.name(at, end, walked);
            } else {
                at += 1;
            }
            let opens = token.is("(")
                && at >= 2
                && ["for", "if", "while", "switch", "catch"]
                    .iter()
                    .any(|word| self.tokens[at - 2].is(word));
            begins = opens
                || [";", "{", "}", ":"].iter().any(|sign| token.is(sign))
                || token.is("else")
                || token.is("do");
        }
    }

    /// Notes the variables that a statement declares. Their initialisers are walked as everything else.
    fn declare(&mut self, at: usize, end: usize) {
        let anonymous = std::cell::Cell::new(u32::MAX / 2 + at as u32);
        let declaring = Declaring { anonymous: &anonymous, is_cpp: self.unit.is_cpp };
        let tokens = &self.tokens[..end];
        let Some((specifiers, next)) = declaring.specifiers(tokens, at) else { return };
        if specifiers.is_typedef {
            let found = declaring.declarator(tokens, next, &specifiers.ty);
            if let Some((Declarator { name: Some(name), ty, .. }, _)) = found {
                self.scope.records.extend(specifiers.records);
                self.scope.typedefs.push((name.text, ty));
            }
            return;
        }
        if specifiers.is_extern && specifiers.records.is_empty() && next == at {
            return;
        }
        if !specifiers.records.is_empty() {
            self.declared_to = next;
            self.scope.records.extend(specifiers.records.iter().cloned());
        }
        let is_word = matches!(specifiers.ty, Type::Named(_)) && next == at + 1;
        let mut place = next;
        let (mut found, mut names) = (Vec::new(), Vec::new());
        while let Some((declarator, next)) = declaring.declarator(tokens, place, &specifiers.ty) {
            let Some(name) = declarator.name else { return };
            // `a * b;` declares, `a * b)` and `a & b` do not.
            let follows = |signs: &[&str]| signs.iter().any(|sign| is_at(tokens, next, sign));
            let is_initialised = follows(&["=", "{"]) || declarator.parameters.is_some();
            let is_declared = follows(&["=", ";", ",", "{", ":"])
                || (follows(&[")"])
                    && specifiers.spelled.1 > specifiers.spelled.0
                    && self.unit.is_cpp);
            let is_plain = !is_word || declarator.parameters.is_none() || self.unit.is_cpp;
            if !is_declared && !follows(&["["]) || !is_plain {
                return;
            }
            // `T x(1);` makes an object in C++, and `T f();` declares a function.
            let ty = match (&declarator.ty, declarator.parameters) {
                (Type::Function(returns), Some((from, to))) => {
                    let makes = self.unit.is_cpp
                        && to > from
                        && !is_list_of_types(&declaring, &tokens[from..to]);
                    if !makes {
                        return;
                    }
                    (**returns).clone()
                }
                (ty, _) => ty.clone(),
            };
            let value = is_at(tokens, next, "=").then(|| self.initialiser(next + 1, end));
            let given = value.map(|(from, to)| self.passed_on(&self.tokens[from..to]));
            let (parameter, rest) = given.unwrap_or_default();
            found.push(Local {
                name: name.text,
                ty,
                declared: Some(place),
                spelled: None,
                is_set: is_initialised || specifiers.is_static || specifiers.is_extern,
                is_reference: declarator.is_reference,
                parameter,
                rest,
                value: match value.filter(|_| self.outer.is_none()) {
                    Some((from, to)) => Given::Once(from, to),
                    None => Given::Nothing,
                },
            });
            names.push(name);
            place = next;
            while place < end
                && !is_at(tokens, place, ",")
                && !is_at(tokens, place, ";")
                && !is_at(tokens, place, ")")
            {
                let opens = ["(", "[", "{"].iter().any(|sign| is_at(tokens, place, sign));
                place = if opens { behind(tokens, place) } else { place + 1 };
            }
            if !is_at(tokens, place, ",") {
                break;
            }
            place += 1;
        }
        let is_alone = found.len() == 1 && !specifiers.is_static;
        let spelled = specifiers.spelled;
        let in_file = self.outer.is_none();
        for (mut local, name) in found.into_iter().zip(names) {
            let place = local.declared.unwrap_or(next);
            let ends = tokens.get(spelled.0).zip(tokens.get(spelled.1.wrapping_sub(1)));
            let bytes = ends.filter(|(first, last)| {
                is_alone && first.at != ELSEWHERE && last.at != ELSEWHERE && spelled.1 == place
            });
            let mut behind = self.tokens[place..end].iter();
            let own = behind.position(|it| it.at == name.at && it.text == name.text);
            local.declared = own.map(|own| place + own).filter(|_| in_file);
            local.spelled = bytes.filter(|_| in_file).map(|(first, last)| (first.at, last.end()));
            self.scope.locals.push(local);
        }
    }

    /// The tokens of an initialiser.
    fn initialiser(&self, start: usize, end: usize) -> (usize, usize) {
        let mut at = start;
        while at < end && ![",", ";"].iter().any(|sign| self.tokens[at].is(sign)) {
            let opens = ["(", "[", "{"].iter().any(|sign| self.tokens[at].is(sign));
            at = if opens { behind(&self.tokens[..end], at) } else { at + 1 };
        }
        (start, at.min(end))
    }

    /// The parameter that an expression is, by itself or behind casts; or that it is what `va_arg` takes.
    fn passed_on(&self, tokens: &[Token<'t>]) -> (Option<usize>, Option<usize>) {
        let tokens = bare(&self.scope, tokens);
        match tokens {
            [name] if name.is_name() => {
                let local = self.scope.local(name.text);
                (local.and_then(|it| it.parameter), local.and_then(|it| it.rest))
            }
            [name, ..] if name.is("va_arg") => (None, Some(self.function.parameters.len())),
            _ => (None, None),
        }
    }

    /// A name: a call, a macro that has one, or neither. Gives the place to go on at.
    fn name(&mut self, at: usize, end: usize, walked: &mut Walked<'t>) -> usize {
        let token = self.tokens[at];
        let is_member = at > 0 && [".", "->"].iter().any(|sign| self.tokens[at - 1].is(sign));
        let is_called = at + 1 < end && is_at(self.tokens, at + 1, "(");
        if !is_member && self.scope.local(token.text).is_some() {
            self.assign(at, end);
            return at + 1;
        }
        if !is_member && self.calling_macros.contains(token.text) && self.depth < DEEPEST {
            return self.macro_with_calls(at, end, walked);
        }
        if !is_called || !self.callees.has(token.text) {
            return at + 1;
        }
        let close = behind(&self.tokens[..end], at + 1);
        let is_declared = at > 0
            && self.tokens[at - 1].is_name()
            && !["return", "else", "do", "case"].contains(&self.tokens[at - 1].text);
        if !is_declared {
            let given = arguments(&self.tokens[..close], at + 1);
            let mut wrappers = self.callees.of(token.text, self.unit.file, is_member);
            if wrappers.iter().filter(|it| it.passes_its_own()).count() > 1 {
                wrappers.retain(|it| !it.passes_its_own());
                walked.code.not_understood.push(CallNotUnderstood {
                    span: self.span(&self.tokens[at..close], at),
                    function: self.function.name.to_owned(),
                    reason: format!("`{}` passes one of several things", token.text),
                });
            }
            for wrapper in wrappers {
                self.call(&token, (at, close), &given, &wrapper, walked);
            }
        }
        at + 1
    }

    /// `x = (type) parameter;`, and `x = va_arg(…)`.
    fn assign(&mut self, at: usize, end: usize) {
        if !is_at(self.tokens, at + 1, "=") {
            return;
        }
        let (from, to) = self.initialiser(at + 2, end);
        let in_file = self.outer.is_none();
        let (parameter, rest) = self.passed_on(&self.tokens[from..to]);
        let name = self.tokens[at].text;
        let Some(local) = self.scope.locals.iter_mut().rev().find(|local| local.name == name)
        else {
            return;
        };
        // An initialiser has been noted with its declaration.
        if local.value == Given::Once(from, to) {
            return;
        }
        local.value = match local.value {
            Given::Nothing if in_file => Given::Once(from, to),
            _ => Given::Several,
        };
        if local.declared.is_some() {
            local.parameter = local.parameter.or(parameter);
            local.rest = local.rest.or(rest);
        }
    }

    fn macro_with_calls(&mut self, at: usize, end: usize, walked: &mut Walked<'t>) -> usize {
        let token = self.tokens[at];
        let Some(made) = self.scope.macro_of(token.text) else { return at + 1 };
        let (given, next): (&[Token<'t>], usize) = match &made.parameters {
            Some(_) if is_at(self.tokens, at + 1, "(") => {
                let close = behind(&self.tokens[..end], at + 1);
                (&self.tokens[at + 2..close.saturating_sub(1).max(at + 2)], close)
            }
            Some(_) => return at + 1,
            None => (&[], at + 1),
        };
        let Some(tokens) = expanded(made, given) else { return next };
        let last = self.tokens.get(next - 1).map_or(token.end(), Token::end);
        let place = Use { place: at, start: token.at, end: last };
        let inner = Walker {
            unit: self.unit,
            callees: self.callees,
            calling_macros: self.calling_macros,
            function: self.function,
            scope: self.scope.clone(),
            tokens: &tokens,
            outer: Some(self.outer.unwrap_or(place)),
            depth: self.depth + 1,
            declared_to: 0,
        };
        inner.walk((0, tokens.len()), walked);
        next
    }

    fn call(
        &self,
        callee: &Token<'t>,
        (at, close): (usize, usize),
        given: &[&[Token<'t>]],
        wrapper: &Wrapper<'t>,
        walked: &mut Walked<'t>,
    ) {
        // Nothing is behind a negative file descriptor: tests pass it on purpose.
        let is_no_file = given.first().is_some_and(|file| {
            bare(&self.scope, file).first().is_some_and(|sign| sign.is("-")) && file.len() <= 4
        });
        if is_no_file {
            return;
        }
        let span = self.span(&self.tokens[at..close], at);
        let not_understood = |walked: &mut Walked<'t>, reason: String| {
            walked.code.not_understood.push(CallNotUnderstood {
                span,
                function: self.function.name.to_owned(),
                reason,
            });
        };
        let argument_at = match &wrapper.argument {
            Passes::Parameter(place) => given.get(*place).copied(),
            Passes::Nothing | Passes::Own(_) => None,
        };
        self.scope.budget.set(20_000);
        let (requested, request_span) = match &wrapper.request {
            PassesRequest::Parameter(place) => {
                let Some(tokens) = given.get(*place).copied().filter(|it| !it.is_empty()) else {
                    return;
                };
                (self.requested(tokens), self.span(tokens, at))
            }
            PassesRequest::Command(command) => (Ok(vec![Request::Command(command.clone())]), span),
        };
        let requested = match requested {
            Ok(requested) => requested,
            Err(reason) => {
                not_understood(walked, reason);
                return;
            }
        };
        // What a function passes of its own is to be mended there, and not where it is called.
        let function = match &wrapper.argument {
            Passes::Own(_) => callee.text,
            _ => self.function.name,
        };
        let argument = match &wrapper.argument {
            Passes::Own(argument) => {
                let mut argument = ProgramArgument { span, ..argument.clone() };
                if let ProgramValue::Address(object) = &mut argument.value {
                    object.declared = None;
                }
                Some(argument)
            }
            _ => argument_at.map(|tokens| self.argument(tokens, at)),
        };
        // A function that passes on an argument with a command of its own may have set it.
        let argument = match &wrapper.request {
            PassesRequest::Command(_) => argument.map(as_set),
            PassesRequest::Parameter(_) => argument,
        };
        let passed_on = argument_at.map(|tokens| self.passed_on(tokens));
        for request in requested {
            match request {
                Request::Parameter(place) => {
                    let passes = match (passed_on, &argument) {
                        (Some((Some(argument), _) | (None, Some(argument))), _) => {
                            Passes::Parameter(argument)
                        }
                        (_, Some(argument)) => Passes::Own(argument.clone()),
                        (_, None) => Passes::Nothing,
                    };
                    self.wrap(walked, PassesRequest::Parameter(place), passes);
                }
                Request::Command(command) => {
                    // What is untyped here has a type where it comes from.
                    let untyped = argument.as_ref().is_some_and(is_untyped);
                    if let (Some((Some(place), _) | (None, Some(place))), true) =
                        (passed_on, untyped)
                    {
                        let request = PassesRequest::Command(command.clone());
                        self.wrap(walked, request, Passes::Parameter(place));
                    }
                    if let Some(ProgramArgument { value: ProgramValue::Unknown, spelled, .. }) =
                        &argument
                    {
                        not_understood(walked, format!("the type of `{spelled}` is not known"));
                        continue;
                    }
                    walked.code.calls.push(ProgramCall {
                        span,
                        callee: callee.text.to_owned(),
                        function: function.to_owned(),
                        request: self.command(&command, request_span),
                        argument: argument.clone(),
                    });
                }
            }
        }
    }

    /// The commands of a request, through variables that have one value each.
    fn requested(&self, tokens: &[Token<'t>]) -> Result<Vec<Request<'t>>, String> {
        let tokens = bare(&self.scope, tokens);
        if let [name] = tokens
            && let Some(local) = self.scope.local(name.text)
            && local.parameter.is_none()
        {
            let Given::Once(from, to) = local.value else {
                return Err(format!("`{}` is a variable", name.text));
            };
            return requests(&self.scope, &self.unit.tokens[from..to], 0);
        }
        requests(&self.scope, tokens, 0)
    }

    fn wrap(&self, walked: &mut Walked<'t>, request: PassesRequest<'t>, argument: Passes) {
        let is_needed =
            |place: usize| place < self.function.parameters.len() || self.function.is_variadic;
        let fits = match (&request, &argument) {
            (_, Passes::Parameter(place)) if !is_needed(*place) => false,
            (PassesRequest::Parameter(place), _) => is_needed(*place),
            _ => true,
        };
        if fits {
            walked.wrappers.push(Wrapper {
                name: self.function.name,
                class: self.function.class,
                file: self.function.is_static.then_some(self.unit.file),
                request,
                argument,
            });
        }
    }

    fn command(&self, command: &NamedCommand<'t>, span: Span) -> ProgramRequest {
        ProgramRequest {
            span,
            name: command.name.clone(),
            number: command.number,
            is_size_known: command.is_size_known,
            declared: command
                .declared
                .as_ref()
                .map(|(direction, ty)| (*direction, ty.to_model(&self.scope))),
        }
    }

    fn span(&self, tokens: &[Token<'_>], at: usize) -> Span {
        let own: Vec<&Token<'_>> = tokens.iter().filter(|token| token.at != ELSEWHERE).collect();
        let is_whole = own.len() == tokens.len();
        let (start, end) = match (own.first(), own.last(), self.outer) {
            (_, _, Some(place)) if !is_whole => (place.start, place.end),
            (Some(first), Some(last), _) => (first.at, last.end()),
            (_, _, Some(place)) => (place.start, place.end),
            _ => {
                let token = self.tokens.get(at);
                token.map_or((0, 0), |token| (token.at, token.end()))
            }
        };
        Span { file: self.unit.file, start, end: end.max(start) }
    }

    fn argument(&self, tokens: &[Token<'t>], at: usize) -> ProgramArgument {
        let found = operand(&self.scope, tokens);
        ProgramArgument {
            span: self.span(tokens, at),
            spelled: text(tokens),
            value: self.value(&found, at),
        }
    }

    fn value(&self, found: &Operand<'t>, at: usize) -> ProgramValue {
        if let Some(object) = &found.address_of {
            let ty = object.ty.to_model(&self.scope);
            let (part, state, declared) = match object.part {
                Part::Variable(name) => {
                    let local = self.scope.local(name);
                    let declared = local.and_then(|local| local.spelled);
                    let (file, state) = (self.unit.file, self.state(name, &ty, at));
                    let declared = declared.map(|(start, end)| Span { file, start, end });
                    (ProgramPart::Variable(name.to_owned()), state, declared)
                }
                Part::Member => (ProgramPart::Member, ProgramState::Set, None),
                Part::Shared | Part::Element => (ProgramPart::Element, ProgramState::Set, None),
                Part::Literal => (ProgramPart::Literal, ProgramState::Set, None),
            };
            if let (ProgramKind::Unknown, false) = (&ty.kind, ty.spelled.is_empty()) {
                // A type that nobody declares may be a structure or a number.
                return ProgramValue::Unknown;
            }
            return match &ty.kind {
                ProgramKind::Unknown => ProgramValue::Unknown,
                _ => ProgramValue::Address(ProgramObject { ty, part, state, declared }),
            };
        }
        if found.is_constant {
            return ProgramValue::Constant;
        }
        let resolved = found.ty.clone().resolved(&self.scope);
        let is_array = matches!(resolved, Type::Array(_));
        let ty = if is_array { resolved.decayed() } else { found.ty.clone() };
        let ty = ty.to_model(&self.scope);
        if found.is_cast && matches!(ty.kind, ProgramKind::Pointer(_)) {
            // Somebody knows better what it points to.
            let of = ProgramType { spelled: "void".to_owned(), kind: ProgramKind::Void };
            let ty = ProgramType { kind: ProgramKind::Pointer(Box::new(of)), ..ty };
            return ProgramValue::Value { ty, is_array };
        }
        match &ty.kind {
            ProgramKind::Unknown => ProgramValue::Unknown,
            _ => ProgramValue::Value { ty, is_array },
        }
    }

    /// Whether a variable has a value in front of the call at `at`.
    fn state(&self, name: &str, ty: &ProgramType, at: usize) -> ProgramState {
        let Some(local) = self.scope.local(name) else { return ProgramState::Set };
        let Some(declared) = local.declared.filter(|_| !local.is_set && !local.is_reference) else {
            return ProgramState::Set;
        };
        let at = self.outer.map_or(at, |outer| outer.place);
        let tokens = self.unit.tokens;
        let between = declared + 1..at.min(tokens.len());
        let mut named = between.filter(|place| tokens[*place].is(name));
        if !ty.is_integer() {
            return state_of_structure(tokens, named);
        }
        let is_set = named.any(|place| {
            may_set(tokens, place, self.unit.is_cpp) && !self.is_passed_to_kernel(place)
        });
        if is_set { ProgramState::Set } else { ProgramState::Unset }
    }
}

impl Walker<'_, '_, '_> {
    /// Whether the address of a variable goes to a call of `ioctl` here: that writes as much as it writes.
    fn is_passed_to_kernel(&self, place: usize) -> bool {
        let tokens = self.unit.tokens;
        if place == 0 || !tokens[place - 1].is("&") {
            return false;
        }
        let mut depth = 0_usize;
        for at in (0..place).rev() {
            match tokens[at].text {
                ")" | "]" => depth += 1,
                "[" => depth = depth.saturating_sub(1),
                "(" if depth > 0 => depth -= 1,
                "(" => {
                    let name = at.checked_sub(1).map(|name| tokens[name].text).unwrap_or_default();
                    if self.callees.has(name) || self.calling_macros.contains(name) {
                        return true;
                    }
                }
                ";" | "{" | "}" => return false,
                _ => {}
            }
        }
        false
    }
}

/// The same argument, with a value.
fn as_set(mut argument: ProgramArgument) -> ProgramArgument {
    if let ProgramValue::Address(object) = &mut argument.value {
        object.state = ProgramState::Set;
    }
    argument
}

/// Whether an expression's type says nothing of what it leads to.
fn is_untyped(argument: &ProgramArgument) -> bool {
    match &argument.value {
        ProgramValue::Unknown => true,
        ProgramValue::Value { ty, .. } => match &ty.kind {
            ProgramKind::Pointer(to) => match &to.kind {
                ProgramKind::Void | ProgramKind::Unknown => true,
                ProgramKind::Scalar(scalar) => is_byte(*scalar),
                _ => false,
            },
            kind => matches!(kind, ProgramKind::Scalar(_) | ProgramKind::Unknown),
        },
        _ => false,
    }
}

fn is_byte(scalar: ioctlkit_model::abi::Scalar) -> bool {
    use ioctlkit_model::abi::Scalar::{Char, SignedChar, UnsignedChar};
    matches!(scalar, Char | SignedChar | UnsignedChar)
}

fn is_list_of_types(declaring: &Declaring<'_>, tokens: &[Token<'_>]) -> bool {
    crate::token::split(tokens).iter().all(|piece| {
        let begins = declaring.specifiers(piece, 0);
        begins.is_some_and(|(specifiers, next)| {
            !matches!(specifiers.ty, Type::Named(_)) || next < piece.len()
        })
    })
}
