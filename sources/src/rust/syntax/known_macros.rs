//! Macros and attributes that mean the same in every crate.

use ioctlkit_model::Differences;
use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser as _};
use syn::{Token, braced};

use super::condition::Condition;
use super::extract;
use super::item::{Data, Field, Item, Kind, MacroCall, Repr};
use super::lower::{Origin, name_of};

/// What a macro of which everyone knows the meaning defines; `None` for any other.
pub(crate) fn expand(
    origin: Origin<'_>,
    call: &MacroCall,
    tokens: &TokenStream,
) -> Option<Vec<Item>> {
    match call.path.last() {
        "cfg_if" => (|input: ParseStream<'_>| cfg_if(origin, input)).parse2(tokens.clone()).ok(),
        "bitflags" => bitflags(origin, tokens),
        "s" | "s2" | "s_no_extra_traits" | "s_no_extra_traits2" => structures(origin, tokens),
        "include" => include(call, tokens).map(|item| vec![item]),
        _ => None,
    }
}

/// `if #[cfg(a)] { … } else if #[cfg(b)] { … } else { … }`.
fn cfg_if(origin: Origin<'_>, input: ParseStream<'_>) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut before: Vec<Condition> = Vec::new();
    loop {
        let mut conditions: Vec<Condition> =
            before.iter().map(|condition| Condition::Not(Box::new(condition.clone()))).collect();
        let mut last = true;
        if input.peek(Token![if]) {
            input.parse::<Token![if]>()?;
            let attributes = input.call(syn::Attribute::parse_outer)?;
            let condition = Condition::All(super::attributes::conditions(&attributes));
            before.push(condition.clone());
            conditions.push(condition);
            last = false;
        }
        let inner;
        braced!(inner in input);
        let mut found = Vec::new();
        while !inner.is_empty() {
            found.push(inner.parse::<syn::Item>()?);
        }
        for item in extract::items(origin, &found) {
            if let Some(mut item) = std::sync::Arc::into_inner(item) {
                item.conditions.extend(conditions.iter().cloned());
                items.push(item);
            }
        }
        if last || input.is_empty() {
            return Ok(items);
        }
        input.parse::<Token![else]>()?;
    }
}

/// `struct Flags: u32 { const A = 1; }`, any number of them: each as one member.
fn bitflags(origin: Origin<'_>, tokens: &TokenStream) -> Option<Vec<Item>> {
    let read = |input: ParseStream<'_>| {
        let mut items = Vec::new();
        while !input.is_empty() {
            let attributes = input.call(syn::Attribute::parse_outer)?;
            input.parse::<syn::Visibility>()?;
            if input.peek(Token![impl]) {
                input.parse::<Token![impl]>()?;
            } else {
                input.parse::<Token![struct]>()?;
            }
            let ident: syn::Ident = input.parse()?;
            input.parse::<Token![:]>()?;
            let ty: syn::Type = input.parse()?;
            let inner;
            braced!(inner in input);
            inner.parse::<TokenStream>()?;
            items.push(wrapper(origin, &ident, &ty, &attributes));
        }
        Ok(items)
    };
    read.parse2(tokens.clone()).ok()
}

/// What an attribute of which everyone knows the meaning makes of an enum: a structure that holds any
/// number. `None` where it stays an enum.
pub(crate) fn open_enum(origin: Origin<'_>, found: &syn::ItemEnum) -> Option<Item> {
    let attribute = found.attrs.iter().find_map(|attribute| {
        let name = attribute.path().segments.last()?.ident.to_string();
        matches!(name.as_str(), "bitmask" | "open_enum").then_some((name, attribute))
    });
    let ty: syn::Type = match attribute? {
        (name, attribute) if name == "bitmask" => match &attribute.meta {
            syn::Meta::List(list) => list.parse_args().ok()?,
            _ => syn::parse_quote!(usize),
        },
        _ => found
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("repr"))
            .find_map(|attribute| attribute.parse_args().ok())?,
    };
    Some(wrapper(origin, &found.ident, &ty, &found.attrs))
}

/// A structure that is an integer with another name.
fn wrapper(
    origin: Origin<'_>,
    ident: &syn::Ident,
    ty: &syn::Type,
    attributes: &[syn::Attribute],
) -> Item {
    let place = origin.place(ident.span());
    let ty = origin.ty(ty);
    let field = Field {
        name: "bits".into(),
        name_place: ty.place,
        place: ty.place,
        ty,
        conditions: Vec::new(),
        anonymous: false,
        stated: super::stated::Member::default(),
    };
    let repr = Repr { transparent: true, ..Repr::default() };
    let data = Data {
        union: false,
        parameters: Vec::new(),
        reprs: vec![(Vec::new(), repr)],
        fields: vec![field],
        c_name: None,
        command: None,
        derived: false,
        docs: Vec::new(),
        differences: Differences::default(),
    };
    Item {
        name: name_of(ident),
        name_place: place,
        place,
        conditions: super::attributes::conditions(attributes),
        kind: Kind::Data(data),
    }
}

/// What the `libc` crate wraps its structures in: each is `repr(C)`.
fn structures(origin: Origin<'_>, tokens: &TokenStream) -> Option<Vec<Item>> {
    let file = syn::parse2::<syn::File>(tokens.clone()).ok()?;
    let items = extract::items(origin, &file.items);
    let with_repr = |item: std::sync::Arc<Item>| {
        let mut item = std::sync::Arc::into_inner(item)?;
        if let Kind::Data(data) = &mut item.kind {
            data.reprs.push((Vec::new(), Repr { c: true, ..Repr::default() }));
        }
        Some(item)
    };
    Some(items.into_iter().filter_map(with_repr).collect())
}

/// `include!("file")` and `include!(concat!(env!("OUT_DIR"), "/file"))`.
fn include(call: &MacroCall, tokens: &TokenStream) -> Option<Item> {
    let mut texts = Vec::new();
    strings(tokens.clone(), 4, &mut texts);
    let generated = texts.first().is_some_and(|first| first == "OUT_DIR");
    let file =
        if generated { texts.get(1)?.trim_start_matches('/').to_owned() } else { texts.pop()? };
    Some(Item {
        name: String::new(),
        name_place: call.place,
        place: call.place,
        conditions: Vec::new(),
        kind: Kind::Include { file, generated },
    })
}

fn strings(tokens: TokenStream, depth: u8, texts: &mut Vec<String>) {
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Group(group) if depth > 0 => {
                strings(group.stream(), depth - 1, texts);
            }
            proc_macro2::TokenTree::Literal(literal) => {
                if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                    texts.push(text.value());
                }
            }
            _ => {}
        }
    }
}
