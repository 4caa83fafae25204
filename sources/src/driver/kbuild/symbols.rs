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

/// The definitions that hold for an architecture.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    definitions: FxHashMap<Arc<str>, Vec<(Arc<Symbol>, Around)>>,
    /// Who turns a symbol on, and when.
    selected: FxHashMap<Arc<str>, Vec<(Arc<str>, Expression)>>,
    known: RefCell<FxHashMap<Arc<str>, Can>>,
}

/// The conditions under which the file of a definition is included.
#[derive(Debug, Clone, Default)]
pub(super) struct Around(Vec<Arc<Expression>>);

impl Around {
    pub(super) fn and(mut self, when: &Arc<Expression>) -> Self {
        if **when != yes() {
            self.0.push(when.clone());
        }
        self
    }
}

/// How far symbols are followed that depend on each other.
const DEPTH: usize = 100;

impl Symbols {
    pub(super) fn add(&mut self, symbol: &Arc<Symbol>, around: &Around) {
        for (target, when) in &symbol.selects {
            let selectors = self.selected.entry(target.clone()).or_default();
            selectors.push((symbol.name.clone(), when.clone()));
        }
        let definitions = self.definitions.entry(symbol.name.clone()).or_default();
        definitions.push((symbol.clone(), around.clone()));
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
        let definitions = self.definitions.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut can = Can { be_on: false, be_off: true };
        for (definition, around) in definitions {
            let of = self.defined(definition, around, depth + 1);
            can.be_on |= of.be_on;
            can.be_off &= of.be_off;
        }
        can.be_on |= self.selected.get(name).into_iter().flatten().any(|(selector, when)| {
            self.can(selector, depth + 1).be_on && self.truth(when, depth + 1).be_on
        });
        self.known.borrow_mut().insert(name.into(), can);
        can
    }

    fn defined(&self, symbol: &Symbol, around: &Around, depth: usize) -> Can {
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

    fn symbols(text: &str) -> Symbols {
        let mut symbols = Symbols::default();
        for statement in parse(text) {
            if let Statement::Symbol(symbol) = statement {
                symbols.add(&Arc::new(symbol), &Around::default());
            }
        }
        symbols
    }

    #[test]
    fn a_symbol_that_needs_another_architecture_cannot_be_on() {
        let symbols = symbols(
            "config X86\n\tdef_bool y\nconfig X86_32\n\tdef_bool y\n\tdepends on !64BIT\n\
             config OF\n\tbool\nconfig PCI\n\tbool \"PCI\"\n\
             config A\n\ttristate \"a\"\n\tdepends on ARM64 || COMPILE_TEST\n\
             config B\n\ttristate \"b\"\n\tdepends on PCI && !X86\n\
             config C\n\ttristate \"c\"\n\tdepends on PCI && X86\n\
             config D\n\ttristate \"d\"\n\tdepends on X86_32\n\
             config E\n\ttristate \"e\"\n\tdepends on OF\n\
             config F\n\ttristate \"f\"\n\tselect OF\n",
        );
        let can: Vec<&str> = ["A", "B", "C", "D", "E", "F", "PCI", "X86", "NONE"]
            .into_iter()
            .filter(|name| symbols.can(name, 0).be_on)
            .collect();
        assert_eq!(can, ["C", "E", "F", "PCI", "X86"]);
        assert!(!symbols.can("X86", 0).be_off);
    }

    #[test]
    fn symbols_that_depend_on_each_other_come_to_an_end() {
        let symbols = symbols(
            "config A\n\tbool \"a\"\n\tdepends on B\nconfig B\n\tbool \"b\"\n\tdepends on A\n",
        );
        assert!(symbols.can("A", 0).be_on);
        let link = |at: u32| format!("config S{at}\n\tbool \"s\"\n\tdepends on S{}\n", at + 1);
        let chain: String = (0..10_000).map(link).collect();
        self::symbols(&chain).can("S0", 0);
    }
}
