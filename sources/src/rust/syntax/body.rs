//! What a function's body has to do with commands: the requests of calls of `ioctl`, what may
//! yield a number, and the items in it.

use std::collections::HashSet;

use syn::visit::{self, Visit};

use super::extract::{self, parameters};
use super::integers;
use super::item::{Call, Callee, Ex, ExKind, Function, Site, Ty, TyKind};
use super::lower::{Origin, name_of};
use super::pointed::{Pointed, Stated, Variables, Visible};
use super::words::{mentions, words};
use crate::rust::constructors;

/// Reads a function.
pub(crate) fn read(origin: Origin<'_>, signature: &syn::Signature, block: &syn::Block) -> Function {
    let names: Vec<String> = signature.inputs.iter().map(parameter).collect();
    let mut body = Body::new(origin, &names);
    signature.inputs.iter().for_each(|input| body.declare(input));
    body.visit_block(block);
    let variables = body.variables(&body.given());
    Function {
        items: extract::items(origin, body.items),
        sites: body.sites,
        variables,
        around: Variables::new(),
        value: value(origin, signature, block),
        generics: parameters(origin, &signature.generics),
        parameters: names,
    }
}

/// Reads the expression that a macro yields as the body of a function without parameters.
pub(crate) fn read_expression(origin: Origin<'_>, value: &syn::Expr) -> Function {
    let mut body = Body::new(origin, &[]);
    body.visit_expr(value);
    Function { variables: body.variables(&body.given()), sites: body.sites, ..Function::default() }
}

fn parameter(input: &syn::FnArg) -> String {
    match input {
        syn::FnArg::Typed(input) => match &*input.pat {
            syn::Pat::Ident(ident) => name_of(&ident.ident),
            _ => String::new(),
        },
        syn::FnArg::Receiver(_) => "self".into(),
    }
}

/// What a function comes to: of one that a constant may call, and of one that yields a number.
fn value(origin: Origin<'_>, signature: &syn::Signature, block: &syn::Block) -> Option<Ex> {
    let yields_number = match &signature.output {
        syn::ReturnType::Type(_, ty) => match &**ty {
            syn::Type::Path(path) => path.path.segments.last().is_some_and(|last| {
                let name = name_of(&last.ident);
                integers::integer(&name).is_some()
                    || ["usize", "c_ulong", "Opcode", "RawOpcode", "Ioctl", "ioctl_num_type"]
                        .contains(&name.as_str())
            }),
            _ => false,
        },
        syn::ReturnType::Default => false,
    };
    if signature.constness.is_none() && !yields_number {
        return None;
    }
    match origin.block(block) {
        ExKind::Other => None,
        kind => Some(Ex { kind, place: origin.place(block.brace_token.span.join()) }),
    }
}

struct Body<'t, 'a> {
    origin: Origin<'t>,
    parameters: HashSet<&'t str>,
    sites: Vec<Site>,
    items: Vec<&'a syn::Item>,
    /// What variables are set to.
    set: Vec<(String, &'a syn::Expr)>,
    /// The variables that can be seen where the visit is.
    visible: Vec<Visible<'a>>,
}

impl<'a> Visit<'a> for Body<'_, 'a> {
    fn visit_item(&mut self, item: &'a syn::Item) {
        self.items.push(item);
    }

    fn visit_stmt_macro(&mut self, statement: &'a syn::StmtMacro) {
        self.macro_use(&statement.mac);
    }

    fn visit_expr_macro(&mut self, found: &'a syn::ExprMacro) {
        self.macro_use(&found.mac);
    }

    fn visit_local(&mut self, local: &'a syn::Local) {
        let pattern = match &local.pat {
            syn::Pat::Type(typed) => &*typed.pat,
            pattern => pattern,
        };
        if let (syn::Pat::Ident(name), Some(init)) = (pattern, &local.init) {
            self.set.push((name_of(&name.ident), &init.expr));
        }
        // A variable can be seen behind what it is set to.
        visit::visit_local(self, local);
        if let syn::Pat::Ident(name) = pattern {
            let stated = match (&local.pat, &local.init) {
                (syn::Pat::Type(typed), _) => Stated::Type(&typed.ty),
                (_, Some(init)) => Stated::Value(&init.expr),
                (_, None) => Stated::Nothing,
            };
            self.visible.push((&name.ident, stated));
        } else {
            self.bind(pattern);
        }
    }

    fn visit_block(&mut self, block: &'a syn::Block) {
        self.within(|body| visit::visit_block(body, block));
    }

    fn visit_expr_if(&mut self, branch: &'a syn::ExprIf) {
        self.within(|body| {
            body.visit_expr(&branch.cond);
            body.visit_block(&branch.then_branch);
        });
        if let Some((_, otherwise)) = &branch.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, repeated: &'a syn::ExprWhile) {
        self.within(|body| visit::visit_expr_while(body, repeated));
    }

    fn visit_expr_let(&mut self, matched: &'a syn::ExprLet) {
        self.visit_expr(&matched.expr);
        self.bind(&matched.pat);
    }

    fn visit_arm(&mut self, arm: &'a syn::Arm) {
        self.within(|body| {
            body.bind(&arm.pat);
            visit::visit_arm(body, arm);
        });
    }

    fn visit_expr_for_loop(&mut self, repeated: &'a syn::ExprForLoop) {
        self.visit_expr(&repeated.expr);
        self.within(|body| {
            body.bind(&repeated.pat);
            body.visit_block(&repeated.body);
        });
        // Each round has another element.
        if let Some(name) = bound_name(&repeated.pat) {
            self.set.push((name, &repeated.expr));
        }
    }

    fn visit_expr_closure(&mut self, closure: &'a syn::ExprClosure) {
        self.within(|body| {
            closure.inputs.iter().for_each(|input| body.bind(input));
            visit::visit_expr_closure(body, closure);
        });
    }

    fn visit_expr_assign(&mut self, assignment: &'a syn::ExprAssign) {
        if let syn::Expr::Path(path) = &*assignment.left
            && let Some(name) = path.path.get_ident()
        {
            self.set.push((name_of(name), &assignment.right));
        }
        visit::visit_expr_assign(self, assignment);
    }

    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            let name = name_of(&last.ident);
            if yields_number(call) {
                self.sites.push(Site::Number(self.origin.ex(&syn::Expr::Call(call.clone()))));
                return;
            }
            if self.may_pass_request(&name, &call.args) {
                let callee = Callee::Function(self.origin.path(&path.path));
                self.call(callee, &call.args, call.paren_token.span.close(), last.ident.span());
            }
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        let name = name_of(&call.method);
        if self.may_pass_request(&name, &call.args) {
            let span = call.paren_token.span.close();
            self.call(Callee::Method(name), &call.args, span, call.method.span());
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if let Some(last) = path.segments.last() {
            let name = name_of(&last.ident);
            let has_arguments = !last.arguments.is_none();
            if constructors::is_opcode_type(&name)
                || has_arguments && constructors::is_pattern(&name)
            {
                self.opcode_type(path);
                return;
            }
            // `Own::<0x4004_5510, u32> { value }`.
            if has_constant(last) {
                self.opcode_type(path);
            }
            // `Setter::<OP, u32>::new(1)`.
            if let Some(before) = path.segments.iter().rev().nth(1)
                && !before.arguments.is_none()
                && (constructors::is_pattern(&name_of(&before.ident)) || has_constant(before))
            {
                let mut of_type = path.clone();
                of_type.segments.pop();
                of_type.segments.pop_punct();
                self.opcode_type(&of_type);
                return;
            }
        }
        visit::visit_path(self, path);
    }
}

impl<'t, 'a> Body<'t, 'a> {
    fn new(origin: Origin<'t>, parameters: &'t [String]) -> Self {
        Self {
            origin,
            parameters: parameters.iter().map(String::as_str).collect(),
            sites: Vec::new(),
            items: Vec::new(),
            set: Vec::new(),
            visible: Vec::new(),
        }
    }

    /// Visits what has variables of its own.
    fn within(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = self.visible.len();
        visit(self);
        self.visible.truncate(outer);
    }

    /// Adds the variables of a pattern, whose types it does not state.
    fn bind(&mut self, pattern: &'a syn::Pat) {
        let mut names = Names(Vec::new());
        names.visit_pat(pattern);
        self.visible.extend(names.0.into_iter().map(|name| (name, Stated::Nothing)));
    }

    /// Adds a parameter.
    fn declare(&mut self, input: &'a syn::FnArg) {
        match input {
            syn::FnArg::Typed(typed) => match &*typed.pat {
                syn::Pat::Ident(name) => {
                    self.visible.push((&name.ident, Stated::Type(&typed.ty)));
                }
                pattern => self.bind(pattern),
            },
            syn::FnArg::Receiver(_) => {}
        }
    }

    fn opcode_type(&mut self, path: &syn::Path) {
        let kind = TyKind::Path(self.origin.path(path));
        let place = path.segments.first().zip(path.segments.last()).map(|(first, last)| {
            self.origin.place(first.ident.span()).to(self.origin.place(last.ident.span()))
        });
        self.sites.push(Site::Type(Ty { kind, place: place.unwrap_or_default() }));
    }

    fn call(
        &mut self,
        callee: Callee,
        arguments: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
        end: proc_macro2::Span,
        start: proc_macro2::Span,
    ) {
        let place = self.origin.place(start).to(self.origin.place(end));
        let pointed = arguments.iter().map(|it| Pointed::of(self.origin, it, &self.visible));
        let pointed = pointed.collect();
        let arguments = arguments.iter().map(|argument| self.origin.ex(argument)).collect();
        self.sites.push(Site::Call(Call { callee, arguments, pointed, place }));
    }

    /// Whether a call may be one of `ioctl`: by its name, or because a constant, a literal or a
    /// parameter that is named as a request is given to it.
    fn may_pass_request(
        &self,
        name: &str,
        arguments: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
    ) -> bool {
        constructors::takes_request(name)
            || name.contains("ioctl")
            || (1..=6).contains(&arguments.len())
                && arguments.iter().any(|argument| self.may_be_request(argument))
    }

    fn may_be_request(&self, argument: &syn::Expr) -> bool {
        match argument {
            syn::Expr::Cast(cast) => self.may_be_request(&cast.expr),
            syn::Expr::Paren(inner) => self.may_be_request(&inner.expr),
            syn::Expr::MethodCall(call) if call.args.is_empty() => {
                self.may_be_request(&call.receiver)
            }
            // A function of the crate's own may put a number together.
            syn::Expr::Call(call) => yields_number(call) || call.args.iter().any(is_small_number),
            syn::Expr::Reference(reference) => self.may_be_request(&reference.expr),
            syn::Expr::Array(list) => list.elems.iter().any(|element| self.may_be_request(element)),
            syn::Expr::Path(path) => path.path.segments.last().is_some_and(|last| {
                let name = last.ident.to_string();
                let is_constant = name.len() > 2 && !name.contains(char::is_lowercase);
                // The variants of an enumeration may be requests.
                let is_variant =
                    path.path.segments.len() > 1 && name.starts_with(char::is_uppercase);
                is_constant
                    || is_variant
                    || self.parameters.contains(&*name) && is_request_name(&name)
            }),
            syn::Expr::Lit(literal) => match &literal.lit {
                syn::Lit::Int(value) => value.base10_parse::<u64>().is_ok_and(|it| it > 0xff),
                _ => false,
            },
            _ => false,
        }
    }

    /// The names that calls and macros are given.
    fn given(&self) -> HashSet<&str> {
        let mut names = HashSet::new();
        for site in &self.sites {
            match site {
                Site::Call(call) => {
                    names.extend(call.arguments.iter().filter_map(|argument| {
                        match &root(pointed_at(argument)).kind {
                            ExKind::Path(path) => path.single(),
                            _ => None,
                        }
                    }));
                    // A variable may hold the function.
                    if let Callee::Function(path) = &call.callee {
                        names.extend(path.single());
                    }
                }
                // The macro may pass it on to a call.
                Site::Macro(call, _) => names.extend(words(&call.text)),
                Site::Number(_) | Site::Type(_) => {}
            }
        }
        names
    }

    /// The variables that calls are given, with what they are set to.
    fn variables(&self, given: &HashSet<&str>) -> Vec<(String, Ex)> {
        let set = self.set.iter().filter(|(name, _)| given.contains(name.as_str()));
        set.map(|(name, value)| (name.clone(), self.origin.ex(value))).collect()
    }

    fn macro_use(&mut self, found: &syn::Macro) {
        let Some(last) = found.path.segments.last() else { return };
        let text = found.tokens.to_string();
        if text.contains("ioctl") || text.contains("request_code") || text.contains("opcode") {
            let values = syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
            if let Ok(values) = syn::parse::Parser::parse2(values, found.tokens.clone()) {
                let mut inner = Body::new(self.origin, &[]);
                inner.parameters.clone_from(&self.parameters);
                inner.visible.clone_from(&self.visible);
                values.iter().for_each(|value| inner.visit_expr(value));
                self.sites.append(&mut inner.sites);
            }
        }
        if is_plain_macro(&name_of(&last.ident)) {
            return;
        }
        let call = self.origin.macro_call(found);
        let around = self.visible.iter().filter_map(|(name, stated)| {
            let name = name_of(name);
            mentions(&call.text, &name).then(|| (name, stated.ty(self.origin)))
        });
        let around = around.collect();
        self.sites.push(Site::Macro(call, around));
    }
}

/// The name that a pattern binds to all that it is given.
fn bound_name(pattern: &syn::Pat) -> Option<String> {
    match pattern {
        syn::Pat::Ident(name) => Some(name_of(&name.ident)),
        syn::Pat::Reference(inner) => bound_name(&inner.pat),
        _ => None,
    }
}

/// The names that a pattern binds.
struct Names<'a>(Vec<&'a syn::Ident>);

impl<'a> Visit<'a> for Names<'a> {
    fn visit_pat_ident(&mut self, pattern: &'a syn::PatIdent) {
        self.0.push(&pattern.ident);
        visit::visit_pat_ident(self, pattern);
    }
}

/// Whether an argument is a literal that may be a type letter or a nr.
fn is_small_number(argument: &syn::Expr) -> bool {
    matches!(argument, syn::Expr::Lit(literal)
        if matches!(literal.lit, syn::Lit::Int(_) | syn::Lit::Byte(_) | syn::Lit::Char(_)))
}

/// Whether a call yields the number of a command, by the name of its function.
fn yields_number(call: &syn::ExprCall) -> bool {
    let syn::Expr::Path(path) = &*call.func else { return false };
    let mut names = path.path.segments.iter().rev().map(|segment| name_of(&segment.ident));
    let (last, before) = (names.next(), names.next());
    last.is_some_and(|name| constructors::may_yield_number(before.as_deref(), &name))
}

/// Whether a constant that may be an opcode stands in the angle brackets.
fn has_constant(segment: &syn::PathSegment) -> bool {
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else { return false };
    arguments.args.iter().any(|argument| match argument {
        syn::GenericArgument::Const(syn::Expr::Block(_)) => true,
        syn::GenericArgument::Const(syn::Expr::Lit(literal)) => match &literal.lit {
            syn::Lit::Int(value) => value.base10_parse::<u64>().is_ok_and(|it| it > 0xff),
            _ => false,
        },
        // A constant's name looks like a type's.
        syn::GenericArgument::Type(syn::Type::Path(ty)) => {
            ty.path.segments.last().is_some_and(|last| {
                let name = name_of(&last.ident);
                name.len() > 2 && !name.contains(char::is_lowercase)
            })
        }
        _ => false,
    })
}

/// The variable of `x.a` and `x[n]`.
fn root(ex: &Ex) -> &Ex {
    match &ex.kind {
        ExKind::Field(base, _) | ExKind::Index(base, _) => root(base.bare()),
        _ => ex,
    }
}

/// What an argument is, or is the address of.
fn pointed_at(argument: &Ex) -> &Ex {
    match &argument.bare().kind {
        ExKind::Method { receiver, name, arguments, .. }
            if arguments.is_empty() && (name == "cast" || is_address(name)) =>
        {
            pointed_at(receiver)
        }
        _ => argument.bare(),
    }
}

/// Whether a method yields the address of what is within: of a `MaybeUninit`, a vector, or whatever a
/// type of the crate's own calls so.
fn is_address(method: &str) -> bool {
    matches!(method, "as_ptr" | "as_mut_ptr")
}

/// Names that people give to what they pass on to `ioctl`.
fn is_request_name(name: &str) -> bool {
    let name = name.trim_matches('_');
    ["req", "cmd", "command", "code", "op", "opcode", "number", "num", "nr", "key", "ctl"]
        .iter()
        .any(|known| name == *known || name.starts_with(known) || name.ends_with(known))
        || name.contains("ioctl")
        || name.contains("request")
}

/// Macros of the standard library and its neighbours that make no command.
fn is_plain_macro(name: &str) -> bool {
    matches!(
        name,
        "assert"
            | "assert_eq"
            | "assert_ne"
            | "bail"
            | "concat"
            | "debug"
            | "debug_assert"
            | "debug_assert_eq"
            | "ensure"
            | "env"
            | "eprint"
            | "eprintln"
            | "error"
            | "format"
            | "format_args"
            | "info"
            | "matches"
            | "panic"
            | "print"
            | "println"
            | "stringify"
            | "todo"
            | "trace"
            | "unimplemented"
            | "unreachable"
            | "vec"
            | "warn"
            | "write"
            | "writeln"
    )
}
