//! Macros that a crate defines for itself, as far as they make commands and types.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use proc_macro2::TokenStream;

use super::crates::Resolver;
use super::scopes::{CrateId, Entry, ScopeId, Target};
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
        let text = self.macro_text(scope, call)?;
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
        let text = self.macro_text(scope, call)?;
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
    pub(crate) fn expand_macros(&mut self) {
        let mut makers: HashMap<CrateId, HashSet<String>> = HashMap::new();
        let mut others = Vec::new();
        while let Some((scope, item, depth)) = self.macro_uses.pop() {
            let Kind::MacroCall(call) = &item.kind else { continue };
            let Some(text) = self.macro_text(scope, call) else { continue };
            let krate = self.scope(scope).krate;
            let makers = makers.entry(krate).or_insert_with(|| self.makers_of_commands(krate));
            let makes_commands = makers.contains(call.path.last())
                || [&*text, &*call.text].into_iter().any(may_define);
            if !makes_commands {
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
        for (item, depth) in &now {
            if let Kind::MacroCall(call) = &item.kind
                && let Some(text) = self.macro_text(scope, call)
                && let Some(items) = self.expand_items(&text, call)
            {
                self.add_items(scope, &items, "", depth + 1);
                self.expand_macros();
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

    /// The definition of the macro that is used: one of the crate's own, or one that a dependency
    /// exports.
    pub(crate) fn macro_text(&mut self, scope: ScopeId, call: &MacroCall) -> Option<Arc<str>> {
        let krate = self.scope(scope).krate;
        if let Some(own) = self.own_macro(krate, &call.path) {
            return Some(own);
        }
        let exporters = match *call.path.names() {
            [exporter, name] => vec![(exporter.to_owned(), name.to_owned())],
            [name] => self.exporters(scope, name),
            _ => return None,
        };
        exporters.into_iter().find_map(|(exporter, name)| {
            let says_command = may_define(&name) || may_define(&call.text);
            let home = self.exporting_crate(krate, &exporter, says_command)?;
            self.enter_files(home);
            let text = self.krate(home).macros.get(&name)?;
            Some(text.replace("$crate", &format!("::{exporter}")).into())
        })
    }

    /// The crates that a macro of one name may be of, each with its name there: the one that a `use`
    /// names, else those of `extern crate`.
    fn exporters(&self, scope: ScopeId, name: &str) -> Vec<(String, String)> {
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope = self.scope(id);
            let found = scope.names.get(name).into_iter().flatten().find_map(|entry| match entry {
                Entry::Import(import) => match import.path.as_slice() {
                    [exporter, name] => Some((exporter.clone(), name.clone())),
                    _ => None,
                },
                _ => None,
            });
            if let Some(found) = found {
                return vec![found];
            }
            at = scope.parent.filter(|_| scope.block);
        }
        let Some(root) = self.krate(self.scope(scope).krate).scope else { return Vec::new() };
        let entries = self.scope(root).names.iter();
        let mut crates: Vec<(String, String)> = entries
            .filter(|(_, entries)| entries.iter().any(|entry| matches!(entry, Entry::Crate(_))))
            .map(|(exporter, _)| (exporter.clone(), name.to_owned()))
            .collect();
        crates.sort();
        crates
    }

    /// A dependency whose macros are looked at: one beside the crate, or any where something says that a
    /// command is meant. Files of others are not read for every `log::info!`.
    fn exporting_crate(
        &mut self,
        krate: CrateId,
        name: &str,
        says_command: bool,
    ) -> Option<CrateId> {
        let package = self.krate(krate).package.clone()?;
        let is_beside = package.dependencies.get(name)?.path.is_some();
        if !is_beside && !says_command {
            return None;
        }
        match self.external(krate, name)? {
            Target::Module(root) => Some(self.scope(root).krate),
            _ => None,
        }
    }

    /// The definition of a macro of the crate.
    fn own_macro(&self, krate: CrateId, path: &Path) -> Option<Arc<str>> {
        let first = path.segments.first()?;
        let own = path.segments.len() == 1
            || matches!(first.name.as_str(), "crate" | "self" | "super" | "$crate");
        self.krate(krate).macros.get(path.last()).filter(|_| own).cloned()
    }
}
