//! Follows the paths of a handler for one command, with what is known of the values on each.
//!
//! Paths that meet are joined, but for those on which the last call failed and those on which it did not.
//! Loops are walked once. What is given to a function whose source was not read is unknown from there on.

mod calls;
mod conditions;
mod expressions;
mod fetches;
mod listed;
mod memory;
mod objects;
mod places;
mod statements;
mod types;

use std::collections::BTreeSet;
use std::rc::Rc;

use ioctlkit_model::{Amount, Answer, Cleared, CopiedIn, Noticed, NoticedKind, Span};
use rustc_hash::FxHashMap;

use crate::ast::{Function, Text, TypeName};
use crate::facts::Facts;
use crate::program::{FunctionId, Program, Source};
pub(crate) use types::spelled;

use crate::value::{Id, Object, Paths, Place, State, UserPart, UserPointer, Value};

/// The command that the paths of a run are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Any: every label is met.
    Any,
    /// The one with this name.
    Named(Rc<str>),
    /// One that the handler does not know.
    Unmatched,
}

/// The programs that a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Programs {
    /// All: both answers of `in_compat_syscall()` are followed.
    All,
    /// Native programs.
    Native,
    /// 32-bit programs on a 64-bit kernel.
    Compat,
}

/// What a parameter of the handler is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given {
    /// Nothing of interest.
    Nothing,
    /// The command's number.
    Command,
    /// The program's argument.
    Argument,
    /// A copy of the argument, which somebody in front has made.
    Copy,
}

/// How many calls are followed into each other.
const DEPTH: usize = 7;

/// How many statements and expressions a run evaluates.
const STEPS: u32 = 400_000;

/// A run over a handler.
#[derive(Debug)]
pub(crate) struct Run<'p> {
    program: &'p Program,
    choice: Choice,
    programs: Programs,
    /// What was seen so far.
    pub(crate) facts: Facts,
    steps: u32,
    ids: FxHashMap<(u32, u32), Id>,
    frames: FxHashMap<Caller, u32>,
    variables: FxHashMap<Id, Rc<Declared>>,
    /// Functions that are being followed.
    stack: Vec<FunctionId>,
    /// Whether a member for handlers is being called: `ops->ioctl(…)`.
    to_layer: bool,
    /// What a value is being compared for.
    comparing: Comparing,
    /// Why parts were not followed.
    pub(crate) gave_up: Option<&'static str>,
    /// Functions that got the command or the argument, and whose source was not read.
    pub(crate) missing: BTreeSet<String>,
}

/// What values are compared for, in the expression that is being evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparing {
    /// There is no comparison around.
    Nothing,
    /// It is a condition that lets paths through: what it reads is checked.
    Check,
    /// It is the end of a loop, which runs as often as the value says.
    Rounds,
}

/// A variable, as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Declared {
    /// As it is spelled, without `*`.
    base: Rc<str>,
    ty: TypeName,
    /// The name of the variable.
    name: Rc<str>,
}

/// Who calls a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    /// The kernel: the function is the handler.
    Kernel,
    /// A call in the body of a function that is followed.
    Call {
        /// The frame of that function.
        frame: u32,
        /// Where the call begins.
        at: u32,
        /// What is called: one call may lead to several functions.
        callee: FunctionId,
    },
}

/// A call of a function.
#[derive(Debug)]
struct Frame<'p> {
    source: usize,
    number: u32,
    scopes: Vec<FxHashMap<&'p str, Id>>,
    /// Paths that leave the loops and switches around, innermost last.
    leaving: Vec<Leaving>,
    labels: FxHashMap<&'p str, Paths>,
    returns: Vec<(State, Value, Text)>,
}

impl Frame<'_> {
    /// The variable that a name means here: that of the innermost scope.
    fn variable(&self, name: &str) -> Option<Id> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).copied()
    }
}

/// Paths that wait for the end of a loop or switch, or for a label of a switch.
#[derive(Debug, Default)]
struct Leaving {
    breaks: Paths,
    /// For loops alone.
    continues: Option<Paths>,
    /// For switches: the paths that lead to each `case`, by its place, and to `default`.
    entries: FxHashMap<u32, Paths>,
    default: Paths,
}

impl<'p> Run<'p> {
    /// A run that has not begun.
    pub(crate) fn new(program: &'p Program, choice: Choice, programs: Programs) -> Self {
        Self {
            program,
            choice,
            programs,
            facts: Facts::default(),
            steps: 0,
            ids: FxHashMap::default(),
            frames: FxHashMap::default(),
            variables: FxHashMap::default(),
            stack: Vec::new(),
            to_layer: false,
            comparing: Comparing::Nothing,
            gave_up: None,
            missing: BTreeSet::new(),
        }
    }

    /// Follows a handler. `given` says what its parameters are.
    pub(crate) fn handler(&mut self, id: FunctionId, given: &[Given]) {
        let Some(function) = self.program.function(id) else {
            self.gave_up = Some("it could not be parsed");
            return;
        };
        let mut state = State::default();
        let mut frame = self.frame(id, Caller::Kernel);
        for (place, parameter) in function.parameters.iter().enumerate() {
            let Some(name) = parameter.name else { continue };
            let variable = self.declare(&mut frame, name, &parameter.ty);
            let value = match given.get(place).copied().unwrap_or(Given::Nothing) {
                Given::Nothing => Value::Unknown,
                Given::Command => Value::Command,
                Given::Argument => {
                    let pointee = self.pointee(&frame, &parameter.ty);
                    Value::Argument(UserPointer { part: UserPart::Start, pointee })
                }
                Given::Copy => self.copy_of_argument(&mut state, &frame, parameter.ty, name),
            };
            state.values.insert(variable, value);
        }
        self.stack.push(id);
        let fell = self.block(&mut frame, &function.body, vec![state]);
        self.stack.pop();
        for state in fell {
            self.facts.returns.push((state.passed, None));
        }
        for (state, value, at) in std::mem::take(&mut frame.returns) {
            self.returned(&frame, &state, &value, at);
        }
    }

    /// What the handler itself returns.
    fn returned(&mut self, frame: &Frame<'p>, state: &State, value: &Value, at: Text) {
        let span = self.span(frame, at);
        match value {
            Value::Count(counted) => {
                let kind = NoticedKind::ReturnsCount { function: counted.function.clone() };
                self.facts.notice(Noticed { kind, span, related: Some(counted.span) });
                self.facts.returns.push((state.passed, None));
            }
            Value::Constant(constant) => {
                let value = constant.text.to_string();
                let answer = Answer { value, span: constant.span };
                self.facts.returns.push((state.passed, Some(answer)));
            }
            Value::OneOf(many) => {
                for constant in many {
                    let value = constant.text.to_string();
                    let answer = Answer { value, span: constant.span };
                    self.facts.returns.push((state.passed, Some(answer)));
                }
            }
            _ => self.facts.returns.push((state.passed, None)),
        }
    }

    /// The object that stands for a copy of the argument in the kernel.
    fn copy_of_argument(
        &mut self,
        state: &mut State,
        frame: &Frame<'p>,
        ty: TypeName,
        name: Text,
    ) -> Value {
        let object = self.id(frame.number, u32::MAX);
        let spelled = spelled(self.source(frame).str(ty.base));
        let base: Rc<str> = if spelled == "void" { "".into() } else { spelled.into() };
        let span = self.span(frame, name);
        state.objects.insert(
            object,
            Object {
                name: self.source(frame).str(name).into(),
                ty: base.clone(),
                span,
                cleared: Cleared::All,
                set: BTreeSet::new(),
                is_touched: false,
                is_unknown: false,
                copied_in: Some(Amount::CommandSize),
            },
        );
        self.facts.copied_in.insert(
            object,
            CopiedIn {
                ty: base.to_string(),
                span,
                read: BTreeSet::new(),
                inputs: BTreeSet::new(),
                escapes: false,
            },
        );
        Value::Address(Place { object, path: "".into() })
    }

    /// A new frame; the same for the same call at the same place.
    fn frame(&mut self, function: FunctionId, caller: Caller) -> Frame<'p> {
        let next = self.frames.len() as u32;
        let number = *self.frames.entry(caller).or_insert(next);
        Frame {
            source: function.source,
            number,
            scopes: vec![FxHashMap::default()],
            leaving: Vec::new(),
            labels: FxHashMap::default(),
            returns: Vec::new(),
        }
    }

    fn id(&mut self, frame: u32, place: u32) -> Id {
        let next = self.ids.len() as u32;
        *self.ids.entry((frame, place)).or_insert(next)
    }

    fn declare(&mut self, frame: &mut Frame<'p>, name: Text, ty: &TypeName) -> Id {
        let id = self.id(frame.number, name.start);
        let base: Rc<str> = spelled(self.source(frame).str(ty.base)).into();
        let name = self.program.sources[frame.source].str(name);
        self.variables
            .entry(id)
            .or_insert_with(|| Rc::new(Declared { base, ty: *ty, name: Rc::from(name) }));
        if let Some(scope) = frame.scopes.last_mut() {
            scope.insert(name, id);
        }
        id
    }

    fn source(&self, frame: &Frame<'p>) -> &'p Source {
        &self.program.sources[frame.source]
    }

    fn str(&self, frame: &Frame<'p>, at: Text) -> &'p str {
        self.source(frame).str(at)
    }

    fn span(&self, frame: &Frame<'p>, at: Text) -> Span {
        self.source(frame).span(at)
    }

    fn function(&self, id: FunctionId) -> Option<&'p Function> {
        self.program.function(id)
    }

    /// How many steps were taken.
    pub(crate) fn steps(&self) -> u32 {
        self.steps
    }

    /// Whether there is an end to this.
    fn step(&mut self) -> bool {
        self.take(1)
    }

    /// The same for work that takes several steps.
    fn take(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_add(u32::try_from(steps).unwrap_or(u32::MAX));
        if self.steps > STEPS {
            self.gave_up = Some("it has too many paths to follow them all");
            return false;
        }
        true
    }
}
