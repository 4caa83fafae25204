//! Macros of other crates that define a command each.

use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, Token};

use super::collect::Collector;
use super::given::Given;
use super::request::{Found, origin_of};
use super::uses::Why;
use crate::rust::constructors::{Carries, Crate, Kind, Maker, Takes, makers};
use crate::rust::evaluate::build::Named;
use crate::rust::evaluate::constants::Env;
use crate::rust::resolve::scopes::{Entry, ScopeId};
use crate::rust::syntax::attributes;
use crate::rust::syntax::condition::Condition;
use crate::rust::syntax::item::{Ex, ExKind, MacroCall, Path, Place};
use crate::rust::syntax::lower::name_of;
use crate::rust::syntax::nesting::is_too_deep;

/// What a macro defines.
struct Defined {
    by: (&'static Crate, &'static Maker),
    name: String,
    name_place: Place,
    given: Given,
    /// Names behind the others: what the command depends on.
    parameters: Vec<String>,
    /// The conditions of its attributes.
    conditions: Vec<Condition>,
}

impl Collector<'_> {
    /// Adds the command that the use of a macro defines, if the macro is one of these.
    pub(crate) fn macro_command(&mut self, scope: ScopeId, call: &MacroCall) {
        if self.eval.names.macro_text(scope, call).is_some() {
            return;
        }
        let renamed = self.imported_as(scope, &call.path);
        let name = renamed.as_deref().unwrap_or(call.path.last());
        let Some(defined) = list(call, name).or_else(|| sentence(call, name)) else { return };
        if self.is_of_another_system(scope, &defined.conditions) {
            return;
        }
        let env = Env::of(scope);
        let named = Named {
            file: self.eval.names.scope(scope).file,
            name: &defined.name,
            c_name: None,
            name_place: defined.name_place,
            place: call.place,
        };
        if let Some(number) = &defined.given.number {
            self.bad(&named, number, &env);
            if let Some(ty) = &defined.given.ty {
                let requested = self.requested(number, &env);
                let at = (named.file, ty.place);
                self.passes_type(at, named.name, ty, requested, &env);
            }
            return;
        }
        let found = self.made(defined.by, &defined.given, &env);
        match defined.by.1.carries {
            Carries::AnyLength(parameter) => {
                let text = self.eval.names.sources.spelling(named.file, call.place);
                let (at, parameters) = ((named.file, named.name_place), vec![parameter.to_owned()]);
                self.eval.builder.family(named.file, named.name, at.1, parameters, &text);
                if let Some(Found::Command(encoded)) = found {
                    self.eval.builder.family_number(at, named.name, encoded.shared());
                }
            }
            _ => self.add(&named, found, &defined.parameters),
        }
    }

    /// The macro's own name, where a `use` gives it another: `use nix::ioctl_read as get;`.
    fn imported_as(&self, scope: ScopeId, path: &Path) -> Option<String> {
        let name = path.single()?;
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope = self.eval.names.scope(id);
            let imports = scope.names.get(name).into_iter().flatten();
            let mut own = imports.filter_map(|entry| match entry {
                Entry::Import(import) => import.path.last().cloned(),
                _ => None,
            });
            if let Some(own) = own.next_back() {
                return Some(own);
            }
            at = scope.parent.filter(|_| scope.block);
        }
        None
    }

    /// Whether the attributes that a macro is given leave its function out on every ABI. Those that
    /// tell ABIs apart are not followed.
    fn is_of_another_system(&self, scope: ScopeId, conditions: &[Condition]) -> bool {
        let krate = self.eval.names.scope(scope).krate;
        conditions.iter().any(|condition| {
            let mut pairs = std::collections::BTreeSet::new();
            condition.collect_pairs(&mut pairs);
            pairs.is_empty() && !self.eval.names.hold(krate, std::slice::from_ref(condition))
        })
    }

    /// A whole number: of a macro, or plain.
    fn bad(&mut self, named: &Named<'_>, number: &Ex, env: &Env) {
        match self.request(number, env, None) {
            Some(Found::Number(value)) => {
                self.raw(named.file, named.name, number.bare().place, value);
            }
            Some(found) => self.add(named, Some(found), &[]),
            None => match &number.bare().kind {
                ExKind::Path(path) => {
                    self.used_constant(named.file, path, number.bare(), env, named.name);
                }
                _ => {
                    if let Some(value) = self.eval.number(number, env) {
                        self.raw(named.file, named.name, named.name_place, value);
                    } else {
                        let why = "its number cannot be worked out";
                        self.unknown_request(
                            named.file,
                            named.name,
                            named.name_place,
                            Why::Other(why.into()),
                        );
                    }
                }
            },
        }
    }
}

fn tokens(call: &MacroCall) -> Option<proc_macro2::TokenStream> {
    let tokens: proc_macro2::TokenStream = call.text.parse().ok()?;
    (!is_too_deep(&tokens)).then_some(tokens)
}

/// A name, and what the macro takes: `m!(name, b'x', 1, T)`, with more names behind it.
fn list(call: &MacroCall, name: &str) -> Option<Defined> {
    let by = makers(name, |kind| kind == Kind::Definer).next()?;
    let origin = origin_of(call);
    let read = |input: ParseStream<'_>| {
        let attributes = input.call(syn::Attribute::parse_outer)?;
        let name: syn::Ident = input.parse()?;
        let (mut values, mut ty) = (Vec::new(), None);
        for what in by.1.takes.iter().skip(1) {
            input.parse::<Token![,]>()?;
            match what {
                Takes::Type => ty = Some(origin.ty(&input.parse::<syn::Type>()?)),
                _ => values.push(origin.ex(&input.parse::<Expr>()?)),
            }
        }
        let mut parameters = Vec::new();
        while input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            parameters.push(name_of(&input.parse()?));
        }
        if !input.is_empty() {
            return Err(input.error("nothing more belongs here"));
        }
        let given = Given::of(by.1.takes, &values).map(|given| Given { ty, ..given });
        Ok(given.map(|given| Defined {
            by,
            name: name_of(&name),
            name_place: origin.place(name.span()),
            given,
            parameters,
            conditions: attributes::conditions(&attributes),
        }))
    };
    read.parse2(tokens(call)?).ok()?
}

/// Words, a name, and what the macro takes: `m!(read buf name with b'x', 1; T)`.
fn sentence(call: &MacroCall, name: &str) -> Option<Defined> {
    let is_sentence = |kind| matches!(kind, Kind::Sentence(_));
    makers(name, is_sentence).next()?;
    let origin = origin_of(call);
    let read = |input: ParseStream<'_>| {
        let attributes = input.call(syn::Attribute::parse_outer)?;
        let mut words: Vec<syn::Ident> = Vec::new();
        loop {
            let word: syn::Ident = input.parse()?;
            if word == "with" {
                break;
            }
            words.push(word);
        }
        let Some(ident) = words.pop() else { return Err(input.error("a name is missing")) };
        let mut values = vec![origin.ex(&input.parse::<Expr>()?)];
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            values.push(origin.ex(&input.parse::<Expr>()?));
        }
        let ty = if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            Some(origin.ty(&input.parse::<syn::Type>()?))
        } else {
            None
        };
        let words: Vec<String> = words.iter().map(name_of).collect();
        let has = |word: &&str| words.iter().any(|known| known == word);
        let says = |kind| matches!(kind, Kind::Sentence(wanted) if wanted.iter().all(has));
        let by = makers(name, says)
            .find_map(|by| Given::of(by.1.takes, &values).map(|given| (by, given)));
        Ok(by.map(|(by, given)| Defined {
            by,
            name: name_of(&ident),
            name_place: origin.place(ident.span()),
            given: Given { ty, ..given },
            parameters: Vec::new(),
            conditions: attributes::conditions(&attributes),
        }))
    };
    read.parse2(tokens(call)?).ok()?
}
