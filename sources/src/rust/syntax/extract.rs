//! The items of a file that matter, from syn's.

use std::sync::Arc;

use ioctlkit_model::Differences;
use proc_macro2::Span;
use syn::spanned::Spanned as _;

use super::attributes::{self, conditions, is_test, reprs};
use super::body;
use super::derive;
use super::item::{
    Data, Enumeration, Field, Implementation, Import, Item, Kind, Module, Parameter, Place, Variant,
};
use super::known_macros;
use super::lower::{Origin, name_of};
use crate::rust::constructors;

/// The items that matter, in order.
pub(crate) fn items<'a>(
    origin: Origin<'_>,
    items: impl IntoIterator<Item = &'a syn::Item>,
) -> Vec<Arc<Item>> {
    items.into_iter().flat_map(|found| item(origin, found)).map(Arc::new).collect()
}

fn item(origin: Origin<'_>, item: &syn::Item) -> Vec<Item> {
    match item {
        syn::Item::Const(constant) => {
            let docs = matches!(constant.vis, syn::Visibility::Public(_))
                .then(|| ioctlkit_syntax::documentation(&constant.attrs));
            let value = Some(origin.ex(&constant.expr));
            let kind = Kind::Constant(Some(origin.ty(&constant.ty)), value, docs);
            let spans = (constant.const_token.span, constant.semi_token.span);
            named(origin, &constant.ident, spans, &constant.attrs, kind)
        }
        syn::Item::Static(constant) => {
            let value = Some(origin.ex(&constant.expr));
            let kind = Kind::Constant(Some(origin.ty(&constant.ty)), value, None);
            let spans = (constant.static_token.span, constant.semi_token.span);
            named(origin, &constant.ident, spans, &constant.attrs, kind)
        }
        syn::Item::Enum(found) => enumeration(origin, found),
        syn::Item::ExternCrate(found) => {
            let original = name_of(&found.ident);
            let ident = found.rename.as_ref().map_or(&found.ident, |(_, rename)| rename);
            let spans = (found.extern_token.span, found.semi_token.span);
            named(origin, ident, spans, &found.attrs, Kind::ExternCrate(original))
        }
        syn::Item::Fn(found) => function(origin, found),
        syn::Item::ForeignMod(found) => foreign(origin, found),
        syn::Item::Impl(found) => implementation(origin, found),
        syn::Item::Trait(found) => provided(origin, found),
        syn::Item::Macro(found) => macro_item(origin, found),
        syn::Item::Mod(found) => module(origin, found),
        syn::Item::Struct(found) => structure(origin, found),
        syn::Item::Union(found) => union(origin, found),
        syn::Item::Type(found) => {
            let kind = Kind::Alias(parameters(origin, &found.generics), origin.ty(&found.ty));
            let spans = (found.type_token.span, found.semi_token.span);
            named(origin, &found.ident, spans, &found.attrs, kind)
        }
        syn::Item::Use(found) => {
            let mut imports = Vec::new();
            let global = found.leading_colon.is_some();
            use_tree(&found.tree, global, &mut Vec::new(), &mut imports);
            let place = origin.place(found.use_token.span);
            let kind = Kind::Use(imports.into_iter().map(Arc::new).collect());
            let conditions = conditions(&found.attrs);
            vec![Item { name: String::new(), name_place: place, place, conditions, kind }]
        }
        _ => Vec::new(),
    }
}

fn named(
    origin: Origin<'_>,
    ident: &syn::Ident,
    spans: (Span, Span),
    attributes: &[syn::Attribute],
    kind: Kind,
) -> Vec<Item> {
    if is_test(attributes) {
        return Vec::new();
    }
    always_named(origin, ident, spans, attributes, kind)
}

fn always_named(
    origin: Origin<'_>,
    ident: &syn::Ident,
    (first, last): (Span, Span),
    attributes: &[syn::Attribute],
    kind: Kind,
) -> Vec<Item> {
    vec![Item {
        name: name_of(ident),
        name_place: origin.place(ident.span()),
        place: origin.place(first).to(origin.place(last)),
        conditions: conditions(attributes),
        kind,
    }]
}

fn module(origin: Origin<'_>, found: &syn::ItemMod) -> Vec<Item> {
    let inner = found.content.as_ref().map(|(_, inner)| items(origin, inner));
    let last = found
        .semi
        .map(|semi| semi.span)
        .or_else(|| found.content.as_ref().map(|(brace, _)| brace.span.close()));
    let spans = (found.mod_token.span, last.unwrap_or_else(|| found.ident.span()));
    let is_file = inner.is_none();
    let kind = Kind::Module(Module { items: inner, paths: attributes::paths(&found.attrs) });
    if is_file {
        // One that is there for tests only is kept, to tell that its file is.
        return always_named(origin, &found.ident, spans, &found.attrs, kind);
    }
    named(origin, &found.ident, spans, &found.attrs, kind)
}

fn use_tree(tree: &syn::UseTree, global: bool, path: &mut Vec<String>, imports: &mut Vec<Import>) {
    let mut add = |path: Vec<String>, name: Option<String>| {
        imports.push(Import { global, path, name });
    };
    match tree {
        syn::UseTree::Path(inner) => {
            path.push(name_of(&inner.ident));
            use_tree(&inner.tree, global, path, imports);
            path.pop();
        }
        syn::UseTree::Name(name) => {
            let name = name_of(&name.ident);
            if name == "self" {
                add(path.clone(), path.last().cloned());
            } else {
                let mut whole = path.clone();
                whole.push(name.clone());
                add(whole, Some(name));
            }
        }
        syn::UseTree::Rename(rename) => {
            let mut whole = path.clone();
            let name = name_of(&rename.ident);
            if name != "self" {
                whole.push(name);
            }
            // `as _` brings in a trait, without a name.
            let rename = name_of(&rename.rename);
            if rename != "_" {
                add(whole, Some(rename));
            }
        }
        syn::UseTree::Glob(_) => add(path.clone(), None),
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                use_tree(tree, global, path, imports);
            }
        }
    }
}

pub(crate) fn parameters(origin: Origin<'_>, generics: &syn::Generics) -> Vec<Parameter> {
    let parameter = |parameter: &syn::GenericParam| match parameter {
        syn::GenericParam::Type(ty) => Some(Parameter {
            name: name_of(&ty.ident),
            default: ty.default.as_ref().map(|(_, ty)| origin.ty(ty)),
        }),
        syn::GenericParam::Const(constant) => {
            Some(Parameter { name: name_of(&constant.ident), default: None })
        }
        syn::GenericParam::Lifetime(_) => None,
    };
    generics.params.iter().filter_map(parameter).collect()
}

fn structure(origin: Origin<'_>, found: &syn::ItemStruct) -> Vec<Item> {
    let spans = match &found.fields {
        syn::Fields::Named(fields) => (found.struct_token.span, fields.brace_token.span.close()),
        syn::Fields::Unnamed(fields) => (found.struct_token.span, fields.paren_token.span.close()),
        syn::Fields::Unit => (found.struct_token.span, found.ident.span()),
    };
    let fields = found.fields.iter().enumerate().map(|(i, field)| member(origin, i, field));
    let mut data = Data {
        union: false,
        parameters: parameters(origin, &found.generics),
        reprs: reprs(&found.attrs),
        fields: fields.collect(),
        c_name: None,
        command: None,
        derived: false,
        docs: Vec::new(),
        differences: Differences::default(),
    };
    let input = || syn::DeriveInput::from(found.clone());
    let mistakes = derive::complete(origin, &found.attrs, input, &mut data);
    let mut items = named(origin, &found.ident, spans, &found.attrs, Kind::Data(data));
    items.extend(mistaken(origin, &found.ident, &found.attrs, mistakes));
    items
}

fn union(origin: Origin<'_>, found: &syn::ItemUnion) -> Vec<Item> {
    let spans = (found.union_token.span, found.fields.brace_token.span.close());
    let fields = found.fields.named.iter().enumerate().map(|(i, field)| member(origin, i, field));
    let mut data = Data {
        union: true,
        parameters: parameters(origin, &found.generics),
        reprs: reprs(&found.attrs),
        fields: fields.collect(),
        c_name: None,
        command: None,
        derived: false,
        docs: Vec::new(),
        differences: Differences::default(),
    };
    let input = || syn::DeriveInput::from(found.clone());
    let mistakes = derive::complete(origin, &found.attrs, input, &mut data);
    let mut items = named(origin, &found.ident, spans, &found.attrs, Kind::Data(data));
    items.extend(mistaken(origin, &found.ident, &found.attrs, mistakes));
    items
}

fn mistaken(
    origin: Origin<'_>,
    ident: &syn::Ident,
    attributes: &[syn::Attribute],
    mistakes: Vec<(String, Place)>,
) -> Vec<Item> {
    if mistakes.is_empty() {
        return Vec::new();
    }
    let mut items =
        named(origin, ident, (ident.span(), ident.span()), attributes, Kind::Mistaken(mistakes));
    for item in &mut items {
        item.name.clear();
    }
    items
}

fn member(origin: Origin<'_>, index: usize, field: &syn::Field) -> Field {
    let ty = origin.ty(&field.ty);
    let name_place = field.ident.as_ref().map_or(ty.place, |ident| origin.place(ident.span()));
    let visibility = match &field.vis {
        syn::Visibility::Inherited => None,
        visibility => Some(origin.place(visibility.span())),
    };
    let name = field.ident.as_ref().map_or_else(|| index.to_string(), name_of);
    Field {
        anonymous: is_anonymous_member(&name),
        name,
        name_place,
        place: visibility.unwrap_or(name_place).to(ty.place),
        ty,
        conditions: conditions(&field.attrs),
        stated: super::stated::Member::default(),
    }
}

fn enumeration(origin: Origin<'_>, found: &syn::ItemEnum) -> Vec<Item> {
    let spans = (found.enum_token.span, found.brace_token.span.close());
    if attributes::derives(&found.attrs, "Ioctl") {
        let input = syn::DeriveInput::from(found.clone());
        return match derive::interface(origin, &input) {
            Ok(interface) => {
                named(origin, &found.ident, spans, &found.attrs, Kind::Interface(interface))
            }
            Err(mistakes) => mistaken(origin, &found.ident, &found.attrs, mistakes),
        };
    }
    if let Some(item) = known_macros::open_enum(origin, found) {
        return vec![item];
    }
    let variants = found.variants.iter().map(|variant| Variant {
        name: name_of(&variant.ident),
        value: variant.discriminant.as_ref().map(|(_, value)| origin.ex(value)),
        holds_data: !matches!(variant.fields, syn::Fields::Unit),
        conditions: conditions(&variant.attrs),
    });
    let kind = Kind::Enum(Enumeration { reprs: reprs(&found.attrs), variants: variants.collect() });
    named(origin, &found.ident, spans, &found.attrs, kind)
}

fn function(origin: Origin<'_>, found: &syn::ItemFn) -> Vec<Item> {
    let body = body::read(origin, &found.sig, &found.block);
    let spans = (found.sig.fn_token.span, found.block.brace_token.span.close());
    named(origin, &found.sig.ident, spans, &found.attrs, Kind::Function(body))
}

/// The functions of an `extern` block that take a request, by their names or their symbols.
fn foreign(origin: Origin<'_>, found: &syn::ItemForeignMod) -> Vec<Item> {
    let mut items = Vec::new();
    for part in &found.items {
        let syn::ForeignItem::Fn(function) = part else { continue };
        let ident = &function.sig.ident;
        let mut symbols = attributes::link_names(&function.attrs).chain([name_of(ident)]);
        let Some(symbol) = symbols.find(|symbol| constructors::takes_request(symbol)) else {
            continue;
        };
        let spans = (function.sig.fn_token.span, function.semi_token.span);
        items.extend(named(origin, ident, spans, &function.attrs, Kind::Foreign(symbol)));
    }
    for item in &mut items {
        item.conditions.extend(conditions(&found.attrs));
    }
    items
}

fn implementation(origin: Origin<'_>, found: &syn::ItemImpl) -> Vec<Item> {
    if is_test(&found.attrs) {
        return Vec::new();
    }
    let mut inner = Vec::new();
    for part in &found.items {
        match part {
            syn::ImplItem::Const(constant) => inner.extend(named(
                origin,
                &constant.ident,
                (constant.const_token.span, constant.semi_token.span),
                &constant.attrs,
                Kind::Constant(
                    Some(origin.ty(&constant.ty)),
                    Some(origin.ex(&constant.expr)),
                    None,
                ),
            )),
            syn::ImplItem::Fn(function) => {
                let body = &function.block;
                inner.extend(named(
                    origin,
                    &function.sig.ident,
                    (function.sig.fn_token.span, body.brace_token.span.close()),
                    &function.attrs,
                    Kind::Function(body::read(origin, &function.sig, body)),
                ));
            }
            _ => {}
        }
    }
    let of = match &*found.self_ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| name_of(&last.ident)),
        _ => None,
    };
    let of_trait = found.trait_.as_ref().and_then(|(path, _)| path.segments.last());
    let place = origin.place(found.impl_token.span);
    vec![Item {
        name: String::new(),
        name_place: place,
        place: place.to(origin.place(found.brace_token.span.close())),
        conditions: conditions(&found.attrs),
        kind: Kind::Implementation(Implementation {
            of: of.unwrap_or_default(),
            of_trait: of_trait.map(|last| name_of(&last.ident)),
            parameters: parameters(origin, &found.generics),
            items: inner.into_iter().map(Arc::new).collect(),
        }),
    }]
}

/// The bodies that a trait provides.
fn provided(origin: Origin<'_>, found: &syn::ItemTrait) -> Vec<Item> {
    let mut inner = Vec::new();
    for part in &found.items {
        if let syn::TraitItem::Fn(function) = part
            && let Some(body) = &function.default
        {
            inner.extend(named(
                origin,
                &function.sig.ident,
                (function.sig.fn_token.span, body.brace_token.span.close()),
                &function.attrs,
                Kind::Function(body::read(origin, &function.sig, body)),
            ));
        }
    }
    if inner.is_empty() || is_test(&found.attrs) {
        return Vec::new();
    }
    let place = origin.place(found.trait_token.span);
    vec![Item {
        name: String::new(),
        name_place: place,
        place: place.to(origin.place(found.brace_token.span.close())),
        conditions: conditions(&found.attrs),
        kind: Kind::Implementation(Implementation {
            of: name_of(&found.ident),
            of_trait: None,
            parameters: parameters(origin, &found.generics),
            items: inner.into_iter().map(Arc::new).collect(),
        }),
    }]
}

fn macro_item(origin: Origin<'_>, found: &syn::ItemMacro) -> Vec<Item> {
    if is_test(&found.attrs) {
        return Vec::new();
    }
    let call = origin.macro_call(&found.mac);
    if let Some(ident) = &found.ident {
        let place = origin.place(ident.span());
        return vec![Item {
            name: name_of(ident),
            name_place: place,
            place: call.place,
            conditions: conditions(&found.attrs),
            kind: Kind::MacroRules(call.text.into()),
        }];
    }
    if let Some(items) = known_macros::expand(origin, &call, &found.mac.tokens) {
        return items
            .into_iter()
            .map(|mut item| {
                item.conditions.extend(conditions(&found.attrs));
                item
            })
            .collect();
    }
    vec![Item {
        name: String::new(),
        name_place: call.place,
        place: call.place,
        conditions: conditions(&found.attrs),
        kind: Kind::MacroCall(call),
    }]
}

/// How bindgen names a member that C leaves without a name.
fn is_anonymous_member(name: &str) -> bool {
    name.starts_with("__bindgen_anon_")
}
