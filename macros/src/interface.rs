//! Expands an enum: an interface.

use ioctlkit_syntax::{Attachment, Errors, Interface, OpenBy, Payload, screaming_snake_case};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Lifetime, parse_quote};

use crate::command::{self, Context, documented};
use crate::variable::fault;
use crate::{driver, method};

/// Constants, description, device newtype and methods, of what could be read; and every mistake.
pub(crate) fn expand(read: Interface, variants: &[&Ident], mut errors: Errors) -> TokenStream {
    let ident = read.ident.clone();
    let generics = read.generics.clone();
    let visibility = read.visibility.clone();
    let lifetimes: Vec<&Lifetime> =
        generics.lifetimes().map(|parameter| &parameter.lifetime).collect();
    let statics = lifetimes.iter().map(|_| Lifetime::new("'static", ident.span()));
    let owner = if lifetimes.is_empty() { quote!(#ident) } else { quote!(#ident<#(#statics),*>) };
    // Where the letter is missing, this has been said.
    let type_letter = read.type_letter.clone().unwrap_or_else(|| parse_quote!(0));
    let context = Context {
        owner: owner.clone(),
        type_letter: Some(&type_letter),
        visibility: &visibility,
        lifetimes: &lifetimes,
    };
    let mut described = Vec::new();
    let interface = described_only(read, &mut described, &context, &mut errors);
    let mut constants = refused(&interface, variants);
    let mut proofs = Vec::new();
    let mut methods = Vec::new();
    for (index, command) in interface.commands.iter().enumerate() {
        let constant = constant_name(&command.ident);
        constants.push(command::constant(command, index, &constant, &context));
        proofs.push(command::proof(command, index, &context));
        if !matches!(interface.attachment, Attachment::None) {
            methods.push(method::expand(command, &constant, index, &context));
        }
    }
    let device = device(&interface);
    let methods = method::attach(&interface.attachment, &methods);
    let driver = driver::expand(&interface, &context);
    let name = ident.to_string();
    let unrepeated = unrepeated(&interface, &owner);
    let used = used(&interface);
    let errors = errors.to_compile_error();
    let (generics, arguments, condition) = generics.split_for_impl();
    quote! {
        #errors
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
        #(#proofs)*
        const _: () = {
            #unrepeated
        };
        #used
        #device
        #methods
        #driver
    }
}

/// The interface with those of its commands that have a description, and the descriptions.
fn described_only(
    mut interface: Interface,
    described: &mut Vec<TokenStream>,
    context: &Context<'_>,
    errors: &mut Errors,
) -> Interface {
    let commands = std::mem::take(&mut interface.commands);
    for command in commands {
        let c_name = interface.c_name(&command);
        if let Some(description) = errors.take(command::describe(&command, &c_name, context)) {
            described.push(description);
            interface.commands.push(command);
        }
    }
    interface
}

/// Constants for commands with a mistake: code that uses them is not to blame.
fn refused(interface: &Interface, variants: &[&Ident]) -> Vec<TokenStream> {
    let visibility = &interface.visibility;
    variants
        .iter()
        .filter(|variant| !interface.commands.iter().any(|command| command.ident == ***variant))
        .map(|variant| constant_name(variant))
        .filter(|name| !variants.contains(&name))
        .map(|name| quote!(#visibility const #name: ::ioctlkit::Request = 0;))
        .collect()
}

/// The name of a variant's constant.
pub(crate) fn constant_name(variant: &Ident) -> Ident {
    format_ident!("{}", screaming_snake_case(&variant.to_string()), span = variant.span())
}

/// Two commands of one number are an error at the second one.
fn unrepeated(interface: &Interface, owner: &TokenStream) -> TokenStream {
    let fault = fault();
    let arms = interface.commands.iter().enumerate().skip(1).map(|(index, command)| {
        let refuse = quote_spanned! {command.identity_span=>
            ::ioctlkit::__private::refuse_interface(&#fault)
        };
        quote!(#index => #refuse,)
    });
    quote! {
        if let ::core::option::Option::Some(#fault) = ::ioctlkit::__private::check_interface(
            &<#owner as ::ioctlkit::Interface>::DESCRIPTION,
        ) {
            match #fault.command {
                #(#arms)*
                _ => ::ioctlkit::__private::refuse_interface(&#fault),
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
