//! Which symbols of a kernel's configuration can be on, and off, on an architecture.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::expression::Expression;
use super::kconfig::{Symbol, yes};

/// What an expression can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Can {
    pub(super) be_on: bool,
    pub(super) be_off: bool,
}

const EITHER: Can = Can { be_on: true, be_off: true };
const ON: Can = Can { be_on: true, be_off: false };
const OFF: Can = Can { be_on: false, be_off: true };

/// What the files of Kconfig define, for all architectures.
#[derive(Debug, Default)]
pub(super) struct Definitions<'s> {
    of: FxHashMap<&'s str, Vec<Definition<'s>>>,
    /// Who turns a symbol on, and when.
    selecting: FxHashMap<&'s str, Vec<(Definition<'s>, &'s Expression)>>,
}

#[derive(Debug, Clone, Copy)]
struct Definition<'s> {
    /// The place of its file among all.
    file: usize,
    symbol: &'s Symbol,
}

impl<'s> Definitions<'s> {
    pub(super) fn add(&mut self, file: usize, symbol: &'s Symbol) {
        let definition = Definition { file, symbol };
        for (target, when) in &symbol.selects {
            self.selecting.entry(target).or_default().push((definition, when));
        }
        self.of.entry(&symbol.name).or_default().push(definition);
    }
}

/// The definitions that hold for an architecture.
#[derive(Debug)]
pub(super) struct Symbols<'s> {
    definitions: &'s Definitions<'s>,
    included: Included<'s>,
    known: RefCell<FxHashMap<Arc<str>, Can>>,
}

/// The files that an architecture includes, by their places among all: how many came before, and when.
#[derive(Debug)]
pub(super) struct Included<'s> {
    files: Vec<Option<(u32, Around<'s>)>>,
    count: u32,
}

impl<'s> Included<'s> {
    /// None of so many.
    pub(super) fn none_of(count: usize) -> Self {
        Self { files: vec![None; count], count: 0 }
    }

    /// Answers whether the file was not included before.
    pub(super) fn add(&mut self, file: usize, around: &Around<'s>) -> bool {
        let slot = &mut self.files[file];
        if slot.is_some() {
            return false;
        }
        *slot = Some((self.count, around.clone()));
        self.count += 1;
        true
    }

    fn get(&self, file: usize) -> Option<(u32, &Around<'s>)> {
        let (before, around) = self.files[file].as_ref()?;
        Some((*before, around))
    }
}

/// The conditions under which the file of a definition is included.
#[derive(Debug, Clone, Default)]
pub(super) struct Around<'s>(Vec<&'s Expression>);

impl<'s> Around<'s> {
    pub(super) fn and(mut self, when: &'s Expression) -> Self {
        if *when != yes() {
            self.0.push(when);
        }
        self
    }
}

/// How far symbols are followed that depend on each other.
const DEPTH: usize = 100;

impl<'s> Symbols<'s> {
    pub(super) fn of(definitions: &'s Definitions<'s>, included: Included<'s>) -> Self {
        Self { definitions, included, known: RefCell::default() }
    }

    /// What a symbol can be. One that is being worked out, or lies too deep, can be either.
    pub(super) fn can(&self, name: &str, depth: usize) -> Can {
        match name {
            // Only kernels of 64 bits run programs of two ABIs, and nobody uses what is only compiled.
            "y" | "m" | "64BIT" | "COMPAT" | "MMU" => return ON,
            "n" | "COMPILE_TEST" => return OFF,
            _ => {}
        }
        if let Some(known) = self.known.borrow().get(name) {
            return *known;
        }
        if depth > DEPTH {
            return EITHER;
        }
        self.known.borrow_mut().insert(name.into(), EITHER);
        let mut can = Can { be_on: false, be_off: true };
        for (definition, around) in self.defining(name) {
            let of = self.defined(definition.symbol, around, depth + 1);
            can.be_on |= of.be_on;
            can.be_off &= of.be_off;
        }
        can.be_on |= self.selecting(name).any(|(selector, when)| {
            self.can(selector, depth + 1).be_on && self.truth(when, depth + 1).be_on
        });
        self.known.borrow_mut().insert(name.into(), can);
        can
    }

    /// The definitions of a symbol, in the order in which their files are included.
    fn defining(&self, name: &str) -> impl Iterator<Item = (Definition<'s>, &Around<'s>)> {
        let all = self.definitions.of.get(name).into_iter().flatten();
        let here = |definition: &Definition<'s>| {
            let (before, around) = self.included.get(definition.file)?;
            Some((before, *definition, around))
        };
        let mut here: Vec<_> = all.filter_map(here).collect();
        here.sort_by_key(|(before, ..)| *before);
        here.into_iter().map(|(_, definition, around)| (definition, around))
    }

    /// The symbols that turn one on, and when, in the same order.
    fn selecting(&self, name: &str) -> impl Iterator<Item = (&'s str, &'s Expression)> {
        let all = self.definitions.selecting.get(name).into_iter().flatten();
        let here = |(definition, when): &(Definition<'s>, &'s Expression)| {
            let (before, _) = self.included.get(definition.file)?;
            Some((before, &*definition.symbol.name, *when))
        };
        let mut here: Vec<_> = all.filter_map(here).collect();
        here.sort_by_key(|(before, ..)| *before);
        here.into_iter().map(|(_, name, when)| (name, when))
    }

    fn defined(&self, symbol: &Symbol, around: &Around<'s>, depth: usize) -> Can {
        let around = around.0.iter().map(|when| self.truth(when, depth));
        let depends = around.fold(self.truth(&symbol.depends, depth), both);
        let is_asked = symbol.prompts.iter().any(|when| self.truth(when, depth).be_on);
        let defaults: Vec<Can> = symbol
            .defaults
            .iter()
            .map(|(value, when)| both(self.truth(value, depth), self.truth(when, depth)))
            .collect();
        let by_itself = defaults.iter().any(|it| it.be_on);
        let is_fixed = symbol.prompts.is_empty() && defaults.iter().any(|it| !it.be_off);
        Can { be_on: depends.be_on && (is_asked || by_itself), be_off: depends.be_off || !is_fixed }
    }

    pub(super) fn truth(&self, expression: &Expression, depth: usize) -> Can {
        match expression {
            Expression::Symbol(name) => self.can(name, depth),
            Expression::Not(inner) => {
                let inner = self.truth(inner, depth);
                Can { be_on: inner.be_off, be_off: inner.be_on }
            }
            Expression::All(all) => all.iter().map(|it| self.truth(it, depth)).fold(ON, both),
            Expression::Any(any) => {
                any.iter().map(|it| self.truth(it, depth)).fold(OFF, |left, right| Can {
                    be_on: left.be_on || right.be_on,
                    be_off: left.be_off && right.be_off,
                })
            }
            Expression::Unknown => EITHER,
        }
    }
}

fn both(left: Can, right: Can) -> Can {
    Can { be_on: left.be_on && right.be_on, be_off: left.be_off || right.be_off }
}

#[cfg(test)]
mod tests {
    use super::super::kconfig::{Statement, parse};
    use super::*;

    /// Asks about the symbols of a file.
    fn with<T>(text: &str, ask: impl FnOnce(&Symbols<'_>) -> T) -> T {
        let statements = parse(text);
        let mut definitions = Definitions::default();
        for statement in &statements {
            if let Statement::Symbol(symbol) = statement {
                definitions.add(0, symbol);
            }
        }
        let mut included = Included::none_of(1);
        included.add(0, &Around::default());
        ask(&Symbols::of(&definitions, included))
    }

    #[test]
    fn a_symbol_that_needs_another_architecture_cannot_be_on() {
        let text = "config X86\n\tdef_bool y\nconfig X86_32\n\tdef_bool y\n\tdepends on !64BIT\n\
             config OF\n\tbool\nconfig PCI\n\tbool \"PCI\"\n\
             config A\n\ttristate \"a\"\n\tdepends on ARM64 || COMPILE_TEST\n\
             config B\n\ttristate \"b\"\n\tdepends on PCI && !X86\n\
             config C\n\ttristate \"c\"\n\tdepends on PCI && X86\n\
             config D\n\ttristate \"d\"\n\tdepends on X86_32\n\
             config E\n\ttristate \"e\"\n\tdepends on OF\n\
             config F\n\ttristate \"f\"\n\tselect OF\n";
        let names = ["A", "B", "C", "D", "E", "F", "PCI", "X86", "NONE"];
        let can = |symbols: &Symbols<'_>| names.map(|name| symbols.can(name, 0).be_on);
        let on: Vec<&str> = names
            .into_iter()
            .zip(with(text, can))
            .filter(|(_, on)| *on)
            .map(|(it, _)| it)
            .collect();
        assert_eq!(on, ["C", "E", "F", "PCI", "X86"]);
        assert!(!with(text, |symbols| symbols.can("X86", 0).be_off));
    }

    #[test]
    fn symbols_that_depend_on_each_other_come_to_an_end() {
        let text =
            "config A\n\tbool \"a\"\n\tdepends on B\nconfig B\n\tbool \"b\"\n\tdepends on A\n";
        assert!(with(text, |symbols| symbols.can("A", 0).be_on));
        let link = |at: u32| format!("config S{at}\n\tbool \"s\"\n\tdepends on S{}\n", at + 1);
        let chain: String = (0..10_000).map(link).collect();
        with(&chain, |symbols| symbols.can("S0", 0));
    }
}
