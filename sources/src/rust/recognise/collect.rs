//! Goes through the definitions of a class of ABIs.

use std::sync::Arc;

use super::calls::Passing;
use super::uses::Unknown;
use crate::rust::evaluate::Evaluator;
use crate::rust::resolve::scopes::ScopeId;
use crate::rust::syntax::item::Item;

/// Finds commands, and files them.
pub(crate) struct Collector<'a> {
    pub(super) eval: Evaluator<'a>,
    /// The public constants, with their documentation.
    pub(super) published: Vec<(ScopeId, Arc<Item>, Vec<String>)>,
    /// The requests that cannot be worked out.
    pub(super) unknown: Vec<Unknown>,
    /// What functions pass on to `ioctl`.
    pub(super) passing: Passing,
}

impl<'a> Collector<'a> {
    /// Of what the evaluator's crates define.
    pub(crate) fn new(eval: Evaluator<'a>) -> Self {
        Self { eval, published: Vec::new(), unknown: Vec::new(), passing: Passing::new() }
    }

    /// Adds the commands of every definition in the files that were asked for.
    pub(crate) fn collect(mut self) {
        let mut index = 0;
        // Bodies have definitions of their own, which are added while this goes on.
        while let Some(definition) = self.eval.names.definition(index).cloned() {
            let file = self.eval.names.scope(definition.scope).file;
            if self.eval.names.asked_for(file) {
                self.define_commands(&definition);
                self.eval.define_later(&definition);
            }
            index += 1;
        }
        self.say_unknown();
        self.eval.define_pending();
        self.define_constants();
    }
}
