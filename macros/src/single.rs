//! Expands a structure that is the argument of one command.

use ioctlkit_syntax::{Attachment, Single};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Lifetime;

use crate::command::Context;
use crate::{command, data, method};

/// The structure, its command's constant, and the method if there is a device.
pub(crate) fn expand(single: &Single) -> syn::Result<TokenStream> {
    let data = data::expand(&single.data)?;
    let ident = &single.data.ident;
    let lifetimes = single.data.generics.lifetimes();
    let statics = lifetimes.map(|_| Lifetime::new("'static", ident.span()));
    let owner = if single.data.generics.params.is_empty() {
        quote!(#ident)
    } else {
        quote!(#ident<#(#statics),*>)
    };
    let constant = format_ident!("REQUEST");
    let context = Context {
        owner,
        type_letter: single.type_letter.as_ref(),
        visibility: &single.data.visibility,
        lifetimes: &[],
    };
    let described = command::describe(&single.command, &single.c_name(), &context)?;
    let request = command::constant(&single.command, 0, &constant, &context);
    let proof = command::proof(&single.command, 0, &context);
    let methods = match &single.on {
        Some(path) => {
            let method = method::expand(&single.command, &constant, 0, &context);
            let attachment = Attachment::Existing(path.clone());
            method::attach(&attachment, &[method])
        }
        None => TokenStream::new(),
    };
    let name = ident.to_string();
    let (generics, arguments, condition) = single.data.generics.split_for_impl();
    Ok(quote! {
        #data
        #[automatically_derived]
        impl #generics ::ioctlkit::Interface for #ident #arguments #condition {
            const DESCRIPTION: ::ioctlkit::description::Interface =
                ::ioctlkit::description::Interface { name: #name, commands: &[#described] };
        }
        #[automatically_derived]
        #[allow(dead_code)]
        impl #generics #ident #arguments #condition {
            #request
        }
        #proof
        #methods
    })
}
