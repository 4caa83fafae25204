//! What the analysis knows of values and objects at one point of a path.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use ioctlkit_model::{Amount, Cleared, Span};

/// A variable of a call, or an allocated object.
pub(crate) type Id = u32;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Nothing is known of it.
    Unknown,
    /// Nothing is known but that it is not zero.
    NotZero,
    /// It is the same on every path: a number, an enumerator or a macro.
    Constant(Constant),
    /// It is one of some.
    OneOf(BTreeSet<Constant>),
    /// The number of the command.
    Command,
    /// A part of that number.
    CommandPart(CommandPart),
    /// The program's argument, as a number or as a pointer, or a place inside of what it points to.
    Argument(UserPointer),
    /// Another pointer into the program's memory.
    OtherUser,
    /// The address of an object, or of a member of it.
    Address(Place),
    /// The number of bytes that a function did not copy.
    Count(Rc<Counted>),
    /// What the program wrote into a member of what was copied in.
    FromUser(Place),
    /// Such a number times something.
    Product(Rc<Product>),
    /// The size of a type, as it is spelled.
    SizeOf(Rc<str>),
}

/// A value that the text gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Constant {
    /// As it is spelled, such as `-EINVAL`, without spaces.
    pub(crate) text: Rc<str>,
    /// The number, where it is one.
    pub(crate) number: Option<i64>,
    /// Where.
    pub(crate) span: Span,
}

/// A part of a command's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommandPart {
    /// `_IOC_NR`, also masked out otherwise.
    Nr,
    /// `_IOC_TYPE`
    Type,
    /// `_IOC_SIZE`
    Size,
    /// `_IOC_DIR`
    Direction,
    /// The number without its size.
    WithoutSize,
}

/// A pointer to the program's memory that is the argument, or lies behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserPointer {
    /// Where it points to.
    pub(crate) part: UserPart,
    /// The type of what it points to, as it is spelled.
    pub(crate) pointee: Option<Rc<str>>,
}

/// A place in the argument.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum UserPart {
    /// Its first byte.
    Start,
    /// A member.
    Member(Rc<str>),
    /// Somewhere.
    Inside,
}

/// A place in an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The object.
    pub(crate) object: Id,
    /// The members that lead to it, with dots between them; empty for all of it.
    pub(crate) path: Rc<str>,
}

/// A copy whose count of bytes is a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    /// The call.
    pub(crate) span: Span,
    /// What was called.
    pub(crate) function: String,
}

/// A product with a number of the program's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Product {
    /// The number.
    pub(crate) number: Place,
    /// The other factor, as it is spelled.
    pub(crate) factor: String,
}

impl Value {
    /// What a value is where two paths meet.
    pub(crate) fn join(&self, other: &Self) -> Self {
        if self == other {
            return self.clone();
        }
        match (self, other) {
            (Self::Constant(one), Self::Constant(two)) => {
                Self::OneOf([one.clone(), two.clone()].into_iter().collect())
            }
            (Self::OneOf(many), Self::Constant(one)) | (Self::Constant(one), Self::OneOf(many))
                if many.len() < 8 =>
            {
                let mut many = many.clone();
                many.insert(one.clone());
                Self::OneOf(many)
            }
            (Self::OneOf(one), Self::OneOf(two)) if one.len() + two.len() < 8 => {
                Self::OneOf(one.union(two).cloned().collect())
            }
            // On one path it is a count that nobody has looked at, and whoever returns it returns that.
            (
                Self::Count(count),
                Self::Constant(_) | Self::OneOf(_) | Self::Unknown | Self::NotZero | Self::Count(_),
            )
            | (
                Self::Constant(_) | Self::OneOf(_) | Self::Unknown | Self::NotZero,
                Self::Count(count),
            ) => Self::Count(count.clone()),
            // A function put another number in its place on one path: what follows asks about both.
            (Self::Command, Self::Constant(_)) | (Self::Constant(_), Self::Command) => {
                Self::Command
            }
            (Self::Argument(one), Self::Argument(two)) if one.part == two.part => {
                Self::Argument(UserPointer { part: one.part.clone(), pointee: None })
            }
            _ if self.truth() == Some(true) && other.truth() == Some(true) => Self::NotZero,
            _ => Self::Unknown,
        }
    }

    /// Whether it is zero (false) or not (true), where that is known.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Constant(constant) => constant.truth(),
            Self::OneOf(many) => {
                let mut truths = many.iter().map(Constant::truth);
                let first = truths.next()??;
                truths.all(|truth| truth == Some(first)).then_some(first)
            }
            Self::Address(_) | Self::NotZero => Some(true),
            _ => None,
        }
    }
}

impl Value {
    /// Its text, if it is `offsetof(…)` or `offsetofend(…)`.
    fn offset(&self) -> Option<&str> {
        match self {
            Self::Constant(constant) if constant.is_offset() => Some(&constant.text),
            _ => None,
        }
    }
}

impl Constant {
    /// Whether it is not zero, where that is known. The kernel's error numbers are no zeros.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self.number {
            Some(number) => Some(number != 0),
            None => self.is_error().then_some(true),
        }
    }

    /// Whether it is `offsetof(…)` or `offsetofend(…)`.
    pub(crate) fn is_offset(&self) -> bool {
        self.text.starts_with("offsetof")
    }

    /// Whether it is the name of a variable that no function declares, by its letters: those of macros and
    /// enumerators are capitals.
    pub(crate) fn is_variable(&self) -> bool {
        self.number.is_none()
            && !self.is_offset()
            && self.text.bytes().any(|byte| byte.is_ascii_lowercase())
    }

    /// Whether it is `-E…`.
    pub(crate) fn is_error(&self) -> bool {
        let name = self.text.strip_prefix("-E").unwrap_or_default();
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    }
}

/// An object that a handler declares or allocates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// Its name.
    pub(crate) name: Rc<str>,
    /// Its type, as it is spelled.
    pub(crate) ty: Rc<str>,
    /// Where it is declared or allocated.
    pub(crate) span: Span,
    /// What was cleared.
    pub(crate) cleared: Cleared,
    /// The members that were set.
    pub(crate) set: BTreeSet<Rc<str>>,
    /// Whether a member was set on some path.
    pub(crate) is_touched: bool,
    /// Whether somebody whose source was not read may have set it.
    pub(crate) is_unknown: bool,
    /// How much of it was copied from the program.
    pub(crate) copied_in: Option<Amount>,
}

impl Object {
    /// A member gets a value.
    pub(crate) fn set_member(&mut self, path: Rc<str>) {
        self.set.insert(path);
        self.is_touched = true;
    }

    /// Whether something else is known of its bytes.
    fn differs(&self, other: &Self) -> bool {
        self.cleared != other.cleared
            || self.copied_in != other.copied_in
            || self.set != other.set
            || self.is_unknown != other.is_unknown
    }

    fn join(&mut self, other: &Self) {
        self.cleared = self.cleared.min(other.cleared);
        self.set = self.set.intersection(&other.set).cloned().collect();
        self.is_touched |= other.is_touched;
        self.is_unknown |= other.is_unknown;
        if self.copied_in != other.copied_in {
            // Copied on one path only: the other one decides, and nothing is known of it here.
            self.is_unknown |= self.copied_in.is_some() || other.copied_in.is_some();
        }
    }
}

/// A part of the argument that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fetch {
    /// The part.
    pub(crate) part: UserPart,
    /// Where.
    pub(crate) span: Span,
    /// Where it went.
    pub(crate) to: Place,
    /// The members of the argument that were looked at in a condition or a size.
    pub(crate) looked_at: BTreeSet<Rc<str>>,
    /// What fetched the same before, if it was looked at.
    pub(crate) again: Option<Again>,
}

/// A fetch of what is fetched once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Again {
    /// Where.
    pub(crate) span: Span,
    /// The members of the argument that were looked at.
    pub(crate) looked_at: BTreeSet<Rc<str>>,
}

impl Fetch {
    /// The member of the argument that a place in an object came from, if this fetch brought it.
    pub(crate) fn source_of(&self, place: &Place) -> Option<Rc<str>> {
        if self.to.object != place.object {
            return None;
        }
        let rest = place.path.strip_prefix(&*self.to.path)?;
        let rest = match rest.strip_prefix('.') {
            Some(rest) => rest,
            None if rest.is_empty() || self.to.path.is_empty() => rest,
            None => return None,
        };
        match &self.part {
            UserPart::Start => Some(rest.into()),
            UserPart::Member(member) if rest.is_empty() => Some(member.clone()),
            UserPart::Member(member) => Some(format!("{member}.{rest}").into()),
            UserPart::Inside => None,
        }
    }
}

impl Again {
    /// Whether a member was looked at, by its own name, or as one of a header that is a member now.
    pub(crate) fn has_looked_at(&self, member: &str) -> bool {
        let is_in = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
        };
        self.looked_at.iter().any(|looked| {
            **looked == *member
                || is_in(looked, member)
                || is_in(member, looked)
                || member.strip_suffix(&**looked).is_some_and(|rest| rest.ends_with('.'))
        })
    }
}

/// What is known at one point of a path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct State {
    /// Values of variables.
    pub(crate) values: Shared<BTreeMap<Id, Value>>,
    /// Objects.
    pub(crate) objects: Shared<BTreeMap<Id, Object>>,
    /// Members whose values were compared with something.
    pub(crate) bounded: Shared<BTreeSet<Place>>,
    /// What was fetched.
    pub(crate) fetches: Shared<Vec<Fetch>>,
    /// How many times the command was looked for and not found.
    pub(crate) passed: u16,
    /// What kind of value the last call returned: paths with different kinds are kept apart.
    pub(crate) outcome: CallOutcome,
    /// Whether the direction in the number was asked for on the way here.
    pub(crate) guarded: bool,
}

/// What paths have in common until one of them changes it: a path is copied at every condition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    /// Whether two paths have it in common.
    fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Rc::make_mut(&mut self.0)
    }
}

/// What kind of value a call returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum CallOutcome {
    /// Any.
    #[default]
    Any,
    /// Zero.
    Zero,
    /// An error number.
    Error,
    /// The number of bytes that were not copied.
    Count,
}

/// What is not there is looked for before anything changes: looking copies nothing that paths share.
impl State {
    /// An object that is to be changed.
    pub(crate) fn object_mut(&mut self, id: Id) -> Option<&mut Object> {
        if self.objects.contains_key(&id) { self.objects.get_mut(&id) } else { None }
    }

    /// Nothing is known of an object any more.
    pub(crate) fn forget_object(&mut self, id: Id) {
        if self.objects.contains_key(&id) {
            self.objects.remove(&id);
        }
    }

    /// Nothing is known of a variable's value any more.
    pub(crate) fn forget_value(&mut self, id: Id) {
        if self.values.contains_key(&id) {
            self.values.remove(&id);
        }
    }

    /// A member's value is compared with something.
    pub(crate) fn bound(&mut self, place: &Place) {
        if !self.bounded.contains(place) {
            self.bounded.insert(place.clone());
        }
    }

    /// Nothing is known of what was fetched any more.
    pub(crate) fn forget_fetches(&mut self) {
        if !self.fetches.is_empty() {
            self.fetches.clear();
        }
    }
}

impl State {
    /// How much a copy of it costs, roughly in values.
    pub(crate) fn size(&self) -> usize {
        let members: usize = self.objects.values().map(|object| 1 + object.set.len()).sum();
        self.values.len() + members + self.bounded.len() + self.fetches.len()
    }

    /// Whether two states are of paths that are kept apart.
    fn is_alike(&self, other: &Self) -> bool {
        self.passed == other.passed && self.outcome == other.outcome && !self.parts_from(other)
    }

    /// Whether a variable tells which of two paths was taken, and an object was filled on one of them:
    /// `ret = -ENOENT` where it was not, and `ret = 0` where it was. A variable that is the offset of one member
    /// on the one path and of another on the other says how much of an object is meant, whatever is filled.
    fn parts_from(&self, other: &Self) -> bool {
        if self.values.is_same(&other.values) {
            return false;
        }
        let is_other = |(id, object): (&Id, &Object)| {
            other.objects.get(id).is_some_and(|there| object.differs(there))
        };
        let is_opposite = |(id, here): (&Id, &Value)| {
            let there = other.values.get(id).and_then(Value::truth);
            here.truth().zip(there).is_some_and(|(here, there)| here != there)
        };
        let is_other_offset = |(id, here): (&Id, &Value)| {
            let offset = here.offset();
            let there = other.values.get(id).filter(|_| offset.is_some()).and_then(Value::offset);
            offset.zip(there).is_some_and(|(here, there)| here != there)
        };
        self.values.iter().any(is_other_offset)
            || !self.objects.is_same(&other.objects)
                && self.objects.iter().any(is_other)
                && self.values.iter().any(is_opposite)
    }

    pub(crate) fn join(&mut self, other: &Self) {
        if !self.values.is_same(&other.values) {
            // What only one path knows is out of scope, or unknown, where they meet.
            self.values.retain(|id, value| match other.values.get(id) {
                Some(there) => {
                    *value = value.join(there);
                    true
                }
                None => false,
            });
        }
        if !self.objects.is_same(&other.objects) {
            for (id, object) in other.objects.iter() {
                match self.objects.get_mut(id) {
                    Some(here) => here.join(object),
                    None => {
                        self.objects.insert(*id, object.clone());
                    }
                }
            }
        }
        if !self.bounded.is_same(&other.bounded) {
            self.bounded.extend(other.bounded.iter().cloned());
        }
        if !self.fetches.is_same(&other.fetches) {
            self.join_fetches(other);
        }
        self.passed = self.passed.max(other.passed);
        self.guarded &= other.guarded;
        if self.outcome != other.outcome {
            self.outcome = CallOutcome::Any;
        }
    }

    fn join_fetches(&mut self, other: &Self) {
        self.fetches.retain(|fetch| other.fetches.iter().any(|there| there.span == fetch.span));
        for fetch in self.fetches.iter_mut() {
            let there = other.fetches.iter().find(|there| there.span == fetch.span);
            let looked_at = there.into_iter().flat_map(|there| &there.looked_at);
            fetch.looked_at.extend(looked_at.cloned());
        }
    }
}

/// The states of the paths that lead to one point. None: nothing leads there.
pub(crate) type Paths = Vec<State>;

/// Paths that are kept apart at one point.
const MOST_PATHS: usize = 6;

/// Adds a path to others, joined with those that it is like.
pub(crate) fn add(paths: &mut Paths, state: State) {
    if let Some(alike) = paths.iter_mut().find(|known| known.is_alike(&state)) {
        alike.join(&state);
    } else if paths.len() < MOST_PATHS {
        paths.push(state);
    } else if let Some(last) = paths.last_mut() {
        last.join(&state);
    }
}

/// Adds paths to others.
pub(crate) fn add_all(paths: &mut Paths, more: Paths) {
    for state in more {
        add(paths, state);
    }
}
