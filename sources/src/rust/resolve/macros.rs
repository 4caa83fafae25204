//! Macros that a crate defines for itself, as far as they make commands and types.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use proc_macro2::TokenStream;

use super::crates::Resolver;
use super::scopes::{CrateId, ScopeId};
use crate::rust::constructors::may_define;
use crate::rust::syntax::body;
use crate::rust::syntax::extract;
use crate::rust::syntax::item::{Ex, Function, Item, Kind, MacroCall, Path, Place};
use crate::rust::syntax::lower::Origin;
use crate::rust::syntax::macro_rules::{Rules, expand, parse, without_places};
use crate::rust::syntax::nesting::is_too_deep;
use crate::rust::syntax::words::mentions;

/// What macros yielded before, for another class of ABIs.
#[derive(Debug, Default)]
pub(crate) struct Expansions {
    rules: HashMap<Arc<str>, Option<Rc<Rules>>>,
    items: HashMap<Use, Option<Rc<Vec<Arc<Item>>>>>,
    expressions: HashMap<Use, Option<Rc<Ex>>>,
    bodies: HashMap<Use, Option<Rc<Function>>>,
}

/// A macro's definition, what it is given, and where.
type Use = (Arc<str>, String, Place);

/// Uses of macros within what macros yield are followed so far.
const DEEPEST: u8 = 8;

/// Whether an expression of the macro may yield a number.
fn may_yield(text: &str) -> bool {
    // A macro within may.
    may_define(text) || ["size_of", "<<", "!"].iter().any(|mark| text.contains(mark))
}

impl Resolver<'_> {
    fn rules(&mut self, text: &Arc<str>) -> Option<Rc<Rules>> {
        if let Some(known) = self.expansions.rules.get(text) {
            return known.clone();
        }
        let rules = parse(text).map(Rc::new);
        self.expansions.rules.insert(text.clone(), rules.clone());
        rules
    }

    fn expansion(&mut self, text: &Arc<str>, call: &MacroCall) -> Option<TokenStream> {
        let rules = self.rules(text)?;
        let input: TokenStream = call.text.parse().ok()?;
        if is_too_deep(&input) {
            return None;
        }
        let input: Vec<_> = without_places(input).into_iter().collect();
        let output = expand(&rules, &input)?;
        (!is_too_deep(&output)).then_some(output)
    }

    /// The items that a use of a macro of the crate yields.
    fn expand_items(&mut self, text: &Arc<str>, call: &MacroCall) -> Option<Rc<Vec<Arc<Item>>>> {
        let key = (text.clone(), call.text.clone(), call.place);
        if let Some(known) = self.expansions.items.get(&key) {
            return known.clone();
        }
        let file =
            self.expansion(text, call).and_then(|output| syn::parse2::<syn::File>(output).ok());
        let items =
            file.map(|file| Rc::new(extract::items(Origin::Macro(call.place), &file.items)));
        self.expansions.items.insert(key, items.clone());
        items
    }

    /// The expression that a use of a macro of the crate yields.
    pub(crate) fn expand_expression(&mut self, call: &MacroCall, scope: ScopeId) -> Option<Rc<Ex>> {
        let text = self.own_macro(self.scope(scope).krate, &call.path)?;
        if !may_yield(&text) {
            return None;
        }
        let key = (text.clone(), call.text.clone(), call.place);
        if let Some(known) = self.expansions.expressions.get(&key) {
            return known.clone();
        }
        let ex =
            self.expansion(&text, call).and_then(|output| syn::parse2::<syn::Expr>(output).ok());
        let ex = ex.map(|ex| Rc::new(Origin::Macro(call.place).ex(&ex)));
        self.expansions.expressions.insert(key, ex.clone());
        ex
    }

    /// What the expression that a use of a macro of the crate yields has to do with commands.
    pub(crate) fn expand_body(&mut self, call: &MacroCall, scope: ScopeId) -> Option<Rc<Function>> {
        let text = self.own_macro(self.scope(scope).krate, &call.path)?;
        if !may_yield(&text) {
            return None;
        }
        let key = (text.clone(), call.text.clone(), call.place);
        if let Some(known) = self.expansions.bodies.get(&key) {
            return known.clone();
        }
        let body = self.expansion(&text, call).and_then(|output| {
            let braced = quote::quote!({ #output });
            let value = syn::parse2::<syn::Expr>(braced).ok()?;
            Some(Rc::new(body::read_expression(Origin::Macro(call.place), &value)))
        });
        self.expansions.bodies.insert(key, body.clone());
        body
    }

    /// Adds the items of those macros of the crate that may make commands. What others define is
    /// added when a name is missing.
    pub(crate) fn expand_macros(&mut self, krate: CrateId) {
        if self.macro_uses.is_empty() {
            return;
        }
        let makers = self.makers_of_commands(krate);
        let mut others = Vec::new();
        while let Some((scope, item, depth)) = self.macro_uses.pop() {
            let Kind::MacroCall(call) = &item.kind else { continue };
            let Some(text) = self.own_macro(krate, &call.path) else { continue };
            if !makers.contains(call.path.last()) && !may_define(&call.text) {
                others.push((scope, item.clone(), depth));
            } else if let Some(items) = self.expand_items(&text, call) {
                self.add_items(scope, &items, "", depth + 1);
            }
        }
        for (scope, item, depth) in others {
            self.unexpanded.entry(scope).or_default().push((item, depth));
        }
    }

    /// Adds the items of the macros in a module that may define a name: those that are given it.
    pub(crate) fn expand_for(&mut self, scope: ScopeId, name: &str) -> bool {
        let Some(uses) = self.unexpanded.get_mut(&scope) else { return false };
        let says_name = |item: &Arc<Item>| match &item.kind {
            Kind::MacroCall(call) => mentions(&call.text, name),
            _ => false,
        };
        let (now, later) = std::mem::take(uses).into_iter().partition(|(item, _)| says_name(item));
        *uses = later;
        let now: Vec<(Arc<Item>, u8)> = now;
        let krate = self.scope(scope).krate;
        for (item, depth) in &now {
            if let Kind::MacroCall(call) = &item.kind
                && let Some(text) = self.own_macro(krate, &call.path)
                && let Some(items) = self.expand_items(&text, call)
            {
                self.add_items(scope, &items, "", depth + 1);
                self.expand_macros(krate);
            }
        }
        !now.is_empty()
    }

    /// Whether the use of a macro is followed.
    pub(crate) fn is_followed(depth: u8) -> bool {
        depth < DEEPEST
    }

    /// The macros of a crate that say a word of commands, or use one that does.
    fn makers_of_commands(&self, krate: CrateId) -> HashSet<String> {
        let macros = &self.krate(krate).macros;
        let mut makers: HashSet<String> = HashSet::new();
        loop {
            let found: Vec<&String> = macros
                .iter()
                .filter(|(name, text)| {
                    !makers.contains(*name)
                        && (may_define(text)
                            // Files of the crate may be behind it.
                            || mentions(text, "mod") || makers.iter().any(|maker| mentions(text, maker)))
                })
                .map(|(name, _)| name)
                .collect();
            if found.is_empty() {
                return makers;
            }
            makers.extend(found.into_iter().cloned());
        }
    }

    /// The definition of a macro of the crate.
    pub(crate) fn own_macro(&self, krate: CrateId, path: &Path) -> Option<Arc<str>> {
        let first = path.segments.first()?;
        let own = path.segments.len() == 1
            || matches!(first.name.as_str(), "crate" | "self" | "super" | "$crate");
        self.krate(krate).macros.get(path.last()).filter(|_| own).cloned()
    }
}
