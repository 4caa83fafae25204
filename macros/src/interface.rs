//! Expands an enum: an interface.

use ioctlkit_syntax::{
    Attachment, Command, Errors, Interface, OpenBy, Payload, screaming_snake_case,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Lifetime};

use crate::command::{self, Context, documented, is_family};
use crate::{driver, method};

/// Constants, description, device newtype and methods.
pub(crate) fn expand(interface: &Interface) -> syn::Result<TokenStream> {
    let mut errors = Errors::new();
    let ident = &interface.ident;
    let lifetimes: Vec<&Lifetime> =
        interface.generics.lifetimes().map(|parameter| &parameter.lifetime).collect();
    let statics = lifetimes.iter().map(|_| Lifetime::new("'static", ident.span()));
    let owner = if lifetimes.is_empty() { quote!(#ident) } else { quote!(#ident<#(#statics),*>) };
    let context = Context {
        owner: owner.clone(),
        type_letter: interface.type_letter.as_ref(),
        visibility: &interface.visibility,
        lifetimes: &lifetimes,
    };
    let mut described = Vec::new();
    let mut constants = Vec::new();
    let mut checked = Vec::new();
    let mut methods = Vec::new();
    for (index, command) in interface.commands.iter().enumerate() {
        let constant = constant_name(command);
        let c_name = interface.c_name(command);
        described.extend(errors.take(command::describe(command, &c_name, &context)));
        constants.push(command::constant(command, index, &constant, &context));
        if !is_family(command) {
            checked.push(quote!(<#owner>::#constant));
        }
        if !matches!(interface.attachment, Attachment::None) {
            methods.push(method::expand(command, &constant, index, &context));
        }
    }
    let device = device(interface);
    let methods = method::attach(&interface.attachment, &methods);
    let driver = driver::expand(interface, &context);
    let name = ident.to_string();
    let unrepeated = unrepeated(interface, &owner);
    let used = used(interface);
    let (generics, arguments, condition) = interface.generics.split_for_impl();
    errors.finish(quote! {
        #[automatically_derived]
        impl #generics ::ioctlkit::Interface for #ident #arguments #condition {
            const DESCRIPTION: ::ioctlkit::description::Interface =
                ::ioctlkit::description::Interface { name: #name, commands: &[#(#described),*] };
        }
        #[automatically_derived]
        #[allow(dead_code)]
        impl #generics #ident #arguments #condition {
            #(#constants)*
        }
        const _: &[::ioctlkit::Request] = &[#(#checked),*];
        const _: () = {
            #unrepeated
        };
        #used
        #device
        #methods
        #driver
    })
}

pub(crate) fn constant_name(command: &Command) -> Ident {
    format_ident!(
        "{}",
        screaming_snake_case(&command.ident.to_string()),
        span = command.ident.span()
    )
}

/// Two commands of one number are an error at the second one.
fn unrepeated(interface: &Interface, owner: &TokenStream) -> TokenStream {
    let arms = interface.commands.iter().enumerate().skip(1).map(|(index, command)| {
        let refuse = quote_spanned! {command.identity_span=>
            ::ioctlkit::__private::refuse_interface(&fault)
        };
        quote!(#index => #refuse,)
    });
    quote! {
        if let ::core::option::Option::Some(fault) = ::ioctlkit::__private::check_interface(
            &<#owner as ::ioctlkit::Interface>::DESCRIPTION,
        ) {
            match fault.command {
                #(#arms)*
                _ => ::ioctlkit::__private::refuse_interface(&fault),
            }
        }
    }
}

/// The enum is there to be read; nobody makes a value of it, and the compiler need not say so.
fn used(interface: &Interface) -> TokenStream {
    let ident = &interface.ident;
    let (generics, arguments, condition) = interface.generics.split_for_impl();
    let made = interface.commands.iter().map(|command| {
        let name = &command.ident;
        quote!(let _ = #ident::#name;)
    });
    let read = interface.commands.iter().filter_map(|command| {
        let name = &command.ident;
        let has_field = matches!(command.payload, Payload::Pointer(_) | Payload::Value(_));
        has_field.then(|| quote!(if let #ident::#name(argument) = value { let _ = argument; }))
    });
    quote! {
        const _: () = {
            #[allow(dead_code)]
            fn used #generics (value: #ident #arguments) #condition {
                #(#made)*
                let value = &value;
                let _ = value;
                #(#read)*
            }
        };
    }
}

fn device(interface: &Interface) -> TokenStream {
    let Attachment::New(name) = &interface.attachment else {
        return TokenStream::new();
    };
    let visibility = &interface.visibility;
    let docs = documented(&interface.docs, || {
        format!("A file of the driver that [`{}`] describes.", interface.ident)
    });
    let OpenBy { path, verify } = &interface.open_by;
    let by_path =
        path.as_ref().map(|path| quote!(::ioctlkit::__device_open! { #name, path = #path }));
    let by_check = verify
        .as_ref()
        .map(|verify| quote!(::ioctlkit::__device_open! { #name, verify = #verify }));
    quote! {
        ::ioctlkit::device! {
            #(#[doc = #docs])*
            #visibility struct #name;
        }
        #by_path
        #by_check
    }
}
