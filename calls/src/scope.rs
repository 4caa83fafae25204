//! What names mean at a place.

use std::cell::Cell;

use crate::declare::{Member, Record, RecordKey};
use crate::expression::spelled_type;
use crate::outline::Declared;
use crate::preprocess::Macro;
use crate::shared::Shared;
use crate::types::{Type, Words, well_known};

/// A variable of a function.
#[derive(Debug, Clone)]
pub(crate) struct Local<'t> {
    pub(crate) name: &'t str,
    pub(crate) ty: Type<'t>,
    /// The place of its name among the tokens of the file; nothing for a parameter.
    pub(crate) declared: Option<usize>,
    /// Where its type is spelled, as bytes of the file, where it alone is declared by it.
    pub(crate) spelled: Option<(u32, u32)>,
    /// Whether it has a value from the start.
    pub(crate) is_set: bool,
    /// Whether it is the name of something of the caller's.
    pub(crate) is_reference: bool,
    /// Its place among the parameters.
    pub(crate) parameter: Option<usize>,
    /// The place of the parameter that it holds, of those that `va_arg` takes.
    pub(crate) rest: Option<usize>,
    pub(crate) value: Given,
}

/// What a variable is set to, as far as it is given one value in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given {
    Nothing,
    /// The tokens of its only value.
    Once(usize, usize),
    Several,
}

/// What names mean at a place of a file.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'a, 't> {
    /// Of the file.
    pub(crate) file: &'a Declared<'t>,
    /// Of the headers that are read along.
    pub(crate) shared: Shared<'a, 't>,
    /// The class whose function this is.
    pub(crate) class: Option<&'t str>,
    /// Variables, the innermost last.
    pub(crate) locals: Vec<Local<'t>>,
    /// Structures that the function defines, the last one last.
    pub(crate) records: Vec<Record<'t>>,
    /// Typedefs of the function's own, the last one last.
    pub(crate) typedefs: Vec<(&'t str, Type<'t>)>,
    /// How many more steps an expression may take.
    pub(crate) budget: Cell<u32>,
}

impl<'a, 't> Scope<'a, 't> {
    /// Takes a step; says whether there was one left.
    pub(crate) fn step(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }

    pub(crate) fn local(&self, name: &str) -> Option<&Local<'t>> {
        self.locals.iter().rev().find(|local| local.name == name)
    }

    pub(crate) fn typedef(&self, name: &str) -> Option<Type<'t>> {
        // Programs define these for each compiler: every branch comes to what the name says.
        if says_its_width(name) {
            return None;
        }
        let own = self.typedefs.iter().rev().find(|(known, _)| *known == name);
        let found = match own {
            Some((_, ty)) => Some(ty),
            None => self.file.typedefs.get(name).or_else(|| self.shared.typedef(name)),
        };
        let found = found.cloned().or_else(|| self.macro_type(name));
        found.filter(|ty| *ty != Type::Named(name))
    }

    /// `#define request_t struct request`: the type that a macro stands for, where its words can be no value.
    fn macro_type(&self, name: &str) -> Option<Type<'t>> {
        let made = self.macro_of(name).filter(|made| made.parameters.is_none())?;
        let first = made.body.first()?;
        let is_type = ["struct", "union", "enum"].iter().any(|word| first.is(word))
            || Words::default().add(first.text)
            || made.body.len() == 1 && well_known(first.text).is_some();
        is_type.then(|| spelled_type(&made.body)).filter(|ty| *ty != Type::Unknown)
    }

    /// The type of a variable that is no local one.
    pub(crate) fn outer(&self, name: &str) -> Option<Type<'t>> {
        if let Some(class) = self.class
            && let Some(member) = self.member(&Type::Record(class), name)
        {
            return Some(member.ty.clone());
        }
        self.file.variables.get(name).or_else(|| self.shared.variable(name)).cloned()
    }

    pub(crate) fn returned(&self, name: &str) -> Option<Type<'t>> {
        self.file.functions.get(name).or_else(|| self.shared.function(name)).cloned()
    }

    pub(crate) fn macro_of(&self, name: &str) -> Option<&'a Macro<'t>> {
        self.file.macros.get(name).or_else(|| self.shared.macro_of(name))
    }

    pub(crate) fn is_enumerator(&self, name: &str) -> bool {
        self.file.enumerators.contains(name) || self.shared.is_enumerator(name)
    }

    pub(crate) fn has_record(&self, tag: &str) -> bool {
        let key = RecordKey::Tag(tag);
        self.records.iter().any(|record| record.key == key)
            || self.file.records.contains_key(&key)
            || self.shared.has_record(&key)
    }

    /// A member of a structure.
    pub(crate) fn member(&self, of: &Type<'t>, name: &str) -> Option<&Member<'t>> {
        let key = match of {
            Type::Record(tag) | Type::Named(tag) => RecordKey::Tag(tag),
            Type::Anonymous(number) => RecordKey::Anonymous(*number),
            _ => return None,
        };
        let own = self.records.iter().rev().find(|record| record.key == key);
        let members = match own {
            Some(record) => &record.members,
            None => self.file.records.get(&key).or_else(|| self.shared.record(&key))?,
        };
        members.iter().find(|member| member.name == name)
    }
}

/// Whether a type has its width in its name: `__u64`, `uint64_t`.
fn says_its_width(name: &str) -> bool {
    let name = name.trim_start_matches("__");
    let bits = ["uint", "int", "u_int", "u", "s"].iter().find_map(|word| name.strip_prefix(word));
    bits.is_some_and(|bits| ["8", "16", "32", "64"].contains(&bits.trim_end_matches("_t")))
}
