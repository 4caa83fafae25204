//! The attributes that matter.

use syn::punctuated::Punctuated;
use syn::{Attribute, LitInt, Meta, Token, parenthesized};

use super::condition::Condition;
use super::item::Repr;

/// Calls `found` for each attribute, those of `cfg_attr` with what they depend on.
fn each(attributes: &[Attribute], mut found: impl FnMut(&[Condition], &Meta)) {
    fn nested(
        depth: u8,
        conditions: &[Condition],
        meta: &Meta,
        found: &mut dyn FnMut(&[Condition], &Meta),
    ) {
        let Meta::List(list) = meta else { return found(conditions, meta) };
        if depth == 0 || !list.path.is_ident("cfg_attr") {
            return found(conditions, meta);
        }
        let parts = |input: syn::parse::ParseStream<'_>| {
            let condition: Condition = input.parse()?;
            input.parse::<Option<Token![,]>>()?;
            let metas = Punctuated::<Meta, Token![,]>::parse_terminated(input)?;
            Ok((condition, metas))
        };
        if let Ok((condition, metas)) = syn::parse::Parser::parse2(parts, list.tokens.clone()) {
            let mut conditions = conditions.to_vec();
            conditions.push(condition);
            for meta in &metas {
                nested(depth - 1, &conditions, meta, found);
            }
        }
    }
    for attribute in attributes {
        nested(8, &[], &attribute.meta, &mut found);
    }
}

/// What `#[cfg(…)]` asks for.
pub(crate) fn conditions(attributes: &[Attribute]) -> Vec<Condition> {
    let mut conditions = Vec::new();
    each(attributes, |given, meta| {
        if given.is_empty()
            && let Meta::List(list) = meta
            && list.path.is_ident("cfg")
            && let Ok(condition) = syn::parse2(list.tokens.clone())
        {
            conditions.push(condition);
        }
    });
    conditions
}

/// Whether the item is there for tests only.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        path.segments.last().is_some_and(|last| last.ident == "test" || last.ident == "bench")
    }) || conditions(attributes).iter().any(needs_test)
}

fn needs_test(condition: &Condition) -> bool {
    match condition {
        Condition::Flag(name) => matches!(name.as_str(), "test" | "doctest"),
        Condition::All(list) => list.iter().any(needs_test),
        Condition::Any(list) => !list.is_empty() && list.iter().all(needs_test),
        Condition::Not(_) | Condition::Pair(..) => false,
    }
}

/// Whether a derive of that last name is asked for.
pub(crate) fn derives(attributes: &[Attribute], name: &str) -> bool {
    let mut found = false;
    each(attributes, |_, meta| {
        if let Meta::List(list) = meta
            && list.path.is_ident("derive")
        {
            let paths = Punctuated::<syn::Path, Token![,]>::parse_terminated;
            if let Ok(paths) = syn::parse::Parser::parse2(paths, list.tokens.clone()) {
                found |= paths
                    .iter()
                    .any(|path| path.segments.last().is_some_and(|last| last.ident == name));
            }
        }
    });
    found
}

/// `#[path = "…"]`, each with what it depends on.
pub(crate) fn paths(attributes: &[Attribute]) -> Vec<(Vec<Condition>, String)> {
    texts(attributes, "path")
}

/// `#[link_name = "…"]`, whatever it depends on.
pub(crate) fn link_names(attributes: &[Attribute]) -> impl Iterator<Item = String> {
    texts(attributes, "link_name").into_iter().map(|(_, symbol)| symbol)
}

/// `#[name = "…"]`, each with what it depends on.
fn texts(attributes: &[Attribute], name: &str) -> Vec<(Vec<Condition>, String)> {
    let mut texts = Vec::new();
    each(attributes, |conditions, meta| {
        if let Meta::NameValue(pair) = meta
            && pair.path.is_ident(name)
            && let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value
        {
            texts.push((conditions.to_vec(), text.value()));
        }
    });
    texts
}

/// What `#[repr(…)]` says, each with what it depends on.
pub(crate) fn reprs(attributes: &[Attribute]) -> Vec<(Vec<Condition>, Repr)> {
    let mut reprs = Vec::new();
    each(attributes, |conditions, meta| {
        if let Meta::List(list) = meta
            && list.path.is_ident("repr")
        {
            reprs.push((conditions.to_vec(), repr(list)));
        }
    });
    reprs
}

fn repr(list: &syn::MetaList) -> Repr {
    let mut repr = Repr::default();
    // What cannot be read is the compiler's to complain about.
    let _ = list.parse_nested_meta(|meta| {
        let Some(word) = meta.path.get_ident() else { return Ok(()) };
        let bytes = || -> syn::Result<u64> {
            let inner;
            parenthesized!(inner in meta.input);
            inner.parse::<LitInt>()?.base10_parse()
        };
        match word.to_string().as_str() {
            "C" => repr.c = true,
            "transparent" => repr.transparent = true,
            "packed" if meta.input.peek(syn::token::Paren) => repr.packed = Some(bytes()?),
            "packed" => repr.packed = Some(1),
            "align" => repr.align = Some(bytes()?),
            "Rust" => {}
            integer => repr.integer = Some(integer.to_owned()),
        }
        Ok(())
    });
    repr
}
