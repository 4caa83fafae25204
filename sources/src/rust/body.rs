//! What a function's body has to do with commands: the requests of calls of `ioctl`, what may
//! yield a number, and the items in it.

use syn::visit::{self, Visit};

use super::extract::{self, parameters};
use super::item::{Function, Place, Site};
use super::lower::{Origin, block_value, name_of};
use super::well_known;

/// Reads a function.
pub(crate) fn read(origin: Origin<'_>, signature: &syn::Signature, block: &syn::Block) -> Function {
    let mut body = Body { origin, sites: Vec::new(), items: Vec::new() };
    body.visit_block(block);
    let names = signature.inputs.iter().map(|input| match input {
        syn::FnArg::Typed(input) => match &*input.pat {
            syn::Pat::Ident(ident) => name_of(&ident.ident),
            _ => String::new(),
        },
        syn::FnArg::Receiver(_) => "self".into(),
    });
    // Only what may stand in a constant is of interest as a whole.
    let value = signature.constness.and_then(|_| block_value(block)).map(|value| origin.ex(value));
    Function {
        parameters: names.collect(),
        items: extract::items(origin, body.items),
        sites: body.sites,
        value,
        generics: parameters(origin, &signature.generics),
    }
}

struct Body<'t, 'a> {
    origin: Origin<'t>,
    sites: Vec<Site>,
    items: Vec<&'a syn::Item>,
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

    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            let name = name_of(&last.ident);
            let before = path.path.segments.iter().rev().nth(1).map(|s| name_of(&s.ident));
            if well_known::is_ioctl_call(&name) && call.args.len() >= 2 {
                self.sites.push(Site::Request(self.origin.ex(&call.args[1])));
                let others = call.args.iter().enumerate().filter(|(index, _)| *index != 1);
                others.for_each(|(_, argument)| self.visit_expr(argument));
                return;
            } else if well_known::may_yield_number(before.as_deref(), &name) {
                self.sites.push(Site::Number(self.origin.ex(&syn::Expr::Call(call.clone()))));
                return;
            }
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if let Some(last) = path.segments.last()
            && well_known::is_opcode_type(&name_of(&last.ident))
        {
            let kind = super::item::TyKind::Path(self.origin.path(path));
            let place = path.segments.first().map_or(Place::default(), |first| {
                self.origin.place(first.ident.span()).to(self.origin.place(last.ident.span()))
            });
            self.sites.push(Site::Type(super::item::Ty { kind, place }));
            return;
        }
        visit::visit_path(self, path);
    }
}

impl Body<'_, '_> {
    fn macro_use(&mut self, found: &syn::Macro) {
        let Some(last) = found.path.segments.last() else { return };
        if well_known::is_plain_macro(&name_of(&last.ident)) {
            return;
        }
        let text = found.tokens.to_string();
        if text.contains("ioctl") || text.contains("request_code") || text.contains("opcode") {
            let values = syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
            if let Ok(values) = syn::parse::Parser::parse2(values, found.tokens.clone()) {
                let mut inner = Body { origin: self.origin, sites: Vec::new(), items: Vec::new() };
                values.iter().for_each(|value| inner.visit_expr(value));
                self.sites.append(&mut inner.sites);
            }
        }
        let call = self.origin.macro_call(found);
        let place = call.place;
        let kind = super::item::ExKind::Macro(call);
        self.sites.push(Site::Number(super::item::Ex { kind, place }));
    }
}
