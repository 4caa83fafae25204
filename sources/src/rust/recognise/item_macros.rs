//! Macros of other crates that define a command each: nix, vmm-sys-util, ioctl-sys.

use ioctlkit_abi::Direction;
use ioctlkit_model::Argument;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, Token};

use super::collect::Collector;
use super::request::{Found, Parts, origin_of};
use super::uses::Why;
use crate::rust::constructors::through;
use crate::rust::evaluate::build::Named;
use crate::rust::evaluate::constants::Env;
use crate::rust::resolve::scopes::{Entry, ScopeId};
use crate::rust::syntax::attributes;
use crate::rust::syntax::condition::Condition;
use crate::rust::syntax::item::{Ex, ExKind, MacroCall, Path, Place, Ty};
use crate::rust::syntax::lower::name_of;
use crate::rust::syntax::nesting::is_too_deep;

/// What a macro is given.
struct Given {
    name: String,
    name_place: Place,
    values: Vec<Ex>,
    ty: Option<Ty>,
    /// Names behind the others: what the command depends on.
    parameters: Vec<String>,
    /// The conditions of its attributes.
    conditions: Vec<Condition>,
}

/// What stands behind the name.
#[derive(Clone, Copy)]
struct Form {
    values: usize,
    ty: bool,
}

impl Collector<'_> {
    /// Adds the command that the use of a macro defines, if the macro is one of these.
    pub(crate) fn macro_command(&mut self, scope: ScopeId, call: &MacroCall) {
        let krate = self.eval.names.scope(scope).krate;
        if self.eval.names.own_macro(krate, &call.path).is_some() {
            return;
        }
        let renamed = self.imported_as(scope, &call.path);
        let macro_name = renamed.as_deref().unwrap_or(call.path.last());
        match macro_name {
            "ioctl_none"
            | "ioctl_read"
            | "ioctl_write_ptr"
            | "ioctl_write_int"
            | "ioctl_readwrite"
            | "ioctl_none_bad"
            | "ioctl_read_bad"
            | "ioctl_write_ptr_bad"
            | "ioctl_write_int_bad"
            | "ioctl_readwrite_bad"
            | "ioctl_read_buf"
            | "ioctl_write_buf"
            | "ioctl_readwrite_buf" => self.nix(scope, call, macro_name),
            "ioctl_io_nr" | "ioctl_ior_nr" | "ioctl_iow_nr" | "ioctl_iowr_nr" | "ioctl_ioc_nr" => {
                self.vmm_sys_util(scope, call, macro_name);
            }
            "ioctl" => self.ioctl_sys(scope, call),
            _ => {}
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

    fn named_by<'g>(&self, scope: ScopeId, call: &MacroCall, given: &'g Given) -> Named<'g> {
        Named {
            file: self.eval.names.scope(scope).file,
            name: &given.name,
            c_name: None,
            name_place: given.name_place,
            place: call.place,
        }
    }

    /// Whether the attributes that a macro is given leave its function out on every ABI. Those that
    /// tell ABIs apart are not followed.
    fn is_of_another_system(&self, scope: ScopeId, given: &Given) -> bool {
        let krate = self.eval.names.scope(scope).krate;
        given.conditions.iter().any(|condition| {
            let mut pairs = std::collections::BTreeSet::new();
            condition.collect_pairs(&mut pairs);
            pairs.is_empty() && !self.eval.names.hold(krate, std::slice::from_ref(condition))
        })
    }

    fn nix(&mut self, scope: ScopeId, call: &MacroCall, name: &str) {
        let what = name.trim_start_matches("ioctl_");
        let (what, bad) = match what.strip_suffix("_bad") {
            Some(what) => (what, true),
            None => (what, false),
        };
        let (what, buffer) = match what.strip_suffix("_buf") {
            Some(what) => (what, true),
            None => (what, false),
        };
        let form =
            Form { values: if bad { 1 } else { 2 }, ty: !matches!(what, "none" | "write_int") };
        let Some(given) = given(call, form) else { return };
        if self.is_of_another_system(scope, &given) {
            return;
        }
        let env = Env::of(scope);
        let named = self.named_by(scope, call, &given);
        let through = format!("{}{name}", through::NIX);
        if bad {
            if let [number] = given.values.as_slice() {
                self.bad(&named, number, &env);
            }
            return;
        }
        let [type_letter, nr] = given.values.as_slice() else { return };
        let direction = Some(match what {
            "none" => Direction::None,
            "read" => Direction::Read,
            "readwrite" => Direction::ReadWrite,
            _ => Direction::Write,
        });
        if buffer {
            let text = self.eval.names.sources.spelling(named.file, call.place);
            self.eval.builder.family(
                named.file,
                named.name,
                named.name_place,
                vec!["data".into()],
                &text,
            );
            let argument = Some(Argument::None);
            let parts = Parts { through, direction, type_letter, nr, argument };
            self.family_number(&named, parts, &env);
            return;
        }
        let argument = match &given.ty {
            Some(ty) => Some(Argument::Type(self.eval.ty(ty, &env))),
            None if what == "write_int" => Some(Argument::Type(self.eval.prelude("c_int"))),
            None => Some(Argument::None),
        };
        let found = self.encoded(Parts { through, direction, type_letter, nr, argument }, &env);
        self.add(&named, Some(found), &[]);
    }

    /// What the numbers of a family share.
    fn family_number(&mut self, named: &Named<'_>, parts: Parts<'_>, env: &Env) {
        if let Found::Command(encoded) = self.encoded(parts, env) {
            let at = (named.file, named.name_place);
            self.eval.builder.family_number(at, named.name, encoded.shared());
        }
    }

    /// A whole number: of a macro, or plain.
    fn bad(&mut self, named: &Named<'_>, number: &Ex, env: &Env) {
        match self.request(number, env, None) {
            Some(Found::Number(value)) => {
                let spelling = self.eval.names.sources.spelling(named.file, number.bare().place);
                self.raw(named.file, &spelling, number.bare().place, value);
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

    fn vmm_sys_util(&mut self, scope: ScopeId, call: &MacroCall, name: &str) {
        let env = Env::of(scope);
        let form = match name {
            "ioctl_io_nr" => Form { values: 2, ty: false },
            "ioctl_ioc_nr" => Form { values: 4, ty: false },
            _ => Form { values: 2, ty: true },
        };
        let Some(given) = given(call, form) else { return };
        let named = self.named_by(scope, call, &given);
        let found = if let [direction, type_letter, nr, size] = given.values.as_slice() {
            let through = format!("{}{name}", through::VMM_SYS_UTIL);
            let direction = self.direction(direction, &env);
            let argument = self.size(size, &env);
            Some(self.encoded(Parts { through, direction, type_letter, nr, argument }, &env))
        } else if let [type_letter, nr] = given.values.as_slice() {
            let through = format!("{}{name}", through::VMM_SYS_UTIL);
            let direction = Some(match name {
                "ioctl_ior_nr" => Direction::Read,
                "ioctl_iow_nr" => Direction::Write,
                "ioctl_iowr_nr" => Direction::ReadWrite,
                _ => Direction::None,
            });
            let argument = match &given.ty {
                Some(ty) => Some(Argument::Type(self.eval.ty(ty, &env))),
                None => Some(Argument::None),
            };
            Some(self.encoded(Parts { through, direction, type_letter, nr, argument }, &env))
        } else {
            None
        };
        self.add(&named, found, &given.parameters);
    }

    /// `ioctl!(read name with b'x', 1; T)`.
    fn ioctl_sys(&mut self, scope: ScopeId, call: &MacroCall) {
        let Some((words, given)) = sentence(call) else { return };
        let env = Env::of(scope);
        let named = self.named_by(scope, call, &given);
        let has = |word: &str| words.iter().any(|known| known == word);
        if has("bad") || given.values.len() == 1 {
            if let Some(number) = given.values.first() {
                self.bad(&named, number, &env);
            }
            return;
        }
        let [type_letter, nr] = given.values.as_slice() else { return };
        let direction = Some(if has("read") {
            Direction::Read
        } else if has("write") {
            Direction::Write
        } else if has("readwrite") {
            Direction::ReadWrite
        } else {
            Direction::None
        });
        if has("buf") {
            let text = self.eval.names.sources.spelling(named.file, call.place);
            self.eval.builder.family(
                named.file,
                named.name,
                named.name_place,
                vec!["len".into()],
                &text,
            );
            let through = format!("{}ioctl", through::IOCTL_SYS);
            let argument = Some(Argument::None);
            let parts = Parts { through, direction, type_letter, nr, argument };
            self.family_number(&named, parts, &env);
            return;
        }
        let argument = match &given.ty {
            Some(ty) => Some(Argument::Type(self.eval.ty(ty, &env))),
            None => Some(Argument::None),
        };
        let through = format!("{}ioctl", through::IOCTL_SYS);
        let found = self.encoded(Parts { through, direction, type_letter, nr, argument }, &env);
        self.add(&named, Some(found), &[]);
    }
}

fn tokens(call: &MacroCall) -> Option<proc_macro2::TokenStream> {
    let tokens: proc_macro2::TokenStream = call.text.parse().ok()?;
    (!is_too_deep(&tokens)).then_some(tokens)
}

/// A name, some expressions, a type, and more names.
fn given(call: &MacroCall, form: Form) -> Option<Given> {
    let origin = origin_of(call);
    let read = |input: ParseStream<'_>| {
        let attributes = input.call(syn::Attribute::parse_outer)?;
        let conditions = attributes::conditions(&attributes);
        let name: syn::Ident = input.parse()?;
        let mut values = Vec::new();
        for _ in 0..form.values {
            input.parse::<Token![,]>()?;
            values.push(origin.ex(&input.parse::<Expr>()?));
        }
        let ty = if form.ty {
            input.parse::<Token![,]>()?;
            Some(origin.ty(&input.parse::<syn::Type>()?))
        } else {
            None
        };
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
        let name_place = origin.place(name.span());
        Ok(Given { name: name_of(&name), name_place, values, ty, parameters, conditions })
    };
    read.parse2(tokens(call)?).ok()
}

/// `read buf name with b'x', 1; T`: the words before the name, and what else is given.
fn sentence(call: &MacroCall) -> Option<(Vec<String>, Given)> {
    let origin = origin_of(call);
    let read = |input: ParseStream<'_>| {
        let attributes = input.call(syn::Attribute::parse_outer)?;
        let conditions = attributes::conditions(&attributes);
        let mut words: Vec<syn::Ident> = Vec::new();
        loop {
            let word: syn::Ident = input.parse()?;
            if word == "with" {
                break;
            }
            words.push(word);
        }
        let Some(name) = words.pop() else { return Err(input.error("a name is missing")) };
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
        let name_place = origin.place(name.span());
        let (name, parameters) = (name_of(&name), Vec::new());
        let given = Given { name, name_place, values, ty, parameters, conditions };
        Ok((words.iter().map(name_of).collect(), given))
    };
    read.parse2(tokens(call)?).ok()
}
