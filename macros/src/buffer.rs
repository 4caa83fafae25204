//! Members that hold an address, and the member that says how much is there: one method sets both,
//! so that no caller can send a driver beyond the end of a slice.

use ioctlkit_syntax::{Data, Errors, Member, Role};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, Type, Visibility};

use crate::types::argument_of;

/// What is wrong with a buffer and its count.
pub(crate) fn check(data: &Data, member: &Member, errors: &mut Errors) {
    let Role::Buffer { count } = &member.role else {
        return;
    };
    let Some(counting) = counting(data, count) else {
        errors.at(count, format!("no member is named `{count}`"));
        return;
    };
    let name = member.name();
    for part in [member, counting] {
        if let Visibility::Public(public) = &part.visibility {
            let message = format!(
                "anybody could make `{count}` say more than there is at `{name}`, and the driver \
                 would go beyond its end: leave out `pub`; `set_{name}` sets both"
            );
            errors.at(public, message);
        }
    }
}

/// For each buffer methods that return its address, set it and its count, and make that smaller;
/// for each count a method that returns it.
pub(crate) fn setters(data: &Data) -> TokenStream {
    let mut counts: Vec<&Ident> = Vec::new();
    let mut methods = TokenStream::new();
    for member in &data.members {
        let Role::Buffer { count } = &member.role else {
            continue;
        };
        methods.extend(setter(data, member, count));
        if !counts.contains(&count) {
            counts.push(count);
            methods.extend(getter(data, count));
        }
    }
    if methods.is_empty() {
        return methods;
    }
    let ident = &data.ident;
    let (generics, arguments, condition) = data.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #[allow(dead_code, clippy::len_without_is_empty)]
        impl #generics #ident #arguments #condition {
            #methods
        }
    }
}

fn setter(data: &Data, member: &Member, count: &Ident) -> Option<TokenStream> {
    let writes = argument_of(&member.ty, "UserPtr");
    let element = writes.or_else(|| argument_of(&member.ty, "UserConstPtr"))?;
    let lifetime = lifetime_of(&member.ty)?;
    let (slice, make) = if writes.is_some() {
        (quote!(&#lifetime mut [#element]), quote!(::ioctlkit::UserPtr::from_slice_mut))
    } else {
        (quote!(&#lifetime [#element]), quote!(::ioctlkit::UserConstPtr::from_slice))
    };
    let name = &member.name;
    let setter = format_ident!("set_{}", member.name());
    let count_type = &counting(data, count)?.ty;
    let counts = quote_spanned!(count_type.span()=> <#count_type as ::ioctlkit::__private::Count>);
    // Buffers that share a count are all as long as the shortest of them.
    let others: Vec<_> = data
        .members
        .iter()
        .filter(|other| other.name() != member.name())
        .filter(|other| matches!(&other.role, Role::Buffer { count: its } if its == count))
        .map(|other| &other.name)
        .collect();
    let shared = (!others.is_empty()).then(|| {
        quote! {
            if (#(!self.#others.is_null())||*) && #counts::get(self.#count) < #counts::get(length) {
                length = self.#count;
            }
        }
    });
    let docs = format!(
        "Gives these elements to the driver: sets `{}`, and `{count}` to how many there are, or to \
         its largest value if there are more{}.",
        member.name(),
        if others.is_empty() { "" } else { "; of buffers that share it, to the fewest" }
    );
    let truncate = format_ident!("truncate_{}", member.name());
    let shorter = format!(
        "Makes `{count}` no more than that: the caller has no use for the rest of `{}`, or a \
         driver did not need it.",
        member.name()
    );
    let visibility = &data.visibility;
    let ty = &member.ty;
    let said =
        if member.docs.is_empty() { vec!["The address.".to_owned()] } else { member.docs.clone() };
    Some(quote! {
        #(#[doc = #said])*
        #visibility fn #name(&self) -> #ty {
            self.#name
        }

        #[doc = #docs]
        #[allow(unused_mut)]
        #visibility fn #setter(&mut self, elements: #slice) {
            let mut length = #counts::of(elements.len() as u64);
            #shared
            self.#name = #make(elements);
            self.#count = length;
        }

        #[doc = #shorter]
        #visibility fn #truncate(&mut self, length: #count_type) {
            if #counts::get(length) < #counts::get(self.#count) {
                self.#count = length;
            }
        }
    })
}

fn getter(data: &Data, count: &Ident) -> Option<TokenStream> {
    let member = counting(data, count)?;
    let (ty, visibility) = (&member.ty, &data.visibility);
    let docs = if member.docs.is_empty() {
        vec!["How many elements there are.".to_owned()]
    } else {
        member.docs.clone()
    };
    Some(quote! {
        #(#[doc = #docs])*
        #visibility fn #count(&self) -> #ty {
            self.#count
        }
    })
}

fn counting<'a>(data: &'a Data, count: &Ident) -> Option<&'a Member> {
    data.members.iter().find(|member| *count == member.name())
}

/// `'a` of `UserPtr<'a, T>`.
fn lifetime_of(ty: &Type) -> Option<&syn::Lifetime> {
    let segment = crate::types::last_segment(ty)?;
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Lifetime(lifetime) => Some(lifetime),
        _ => None,
    })
}
