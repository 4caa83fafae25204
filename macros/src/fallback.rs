//! What is left of an item with mistakes: enough that the rest of the crate gets no errors that
//! follow from them.

use ioctlkit_syntax::{Data, Errors};
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::data::flexible;

/// The mistakes, and an implementation that says nothing.
pub(crate) fn data(input: &DeriveInput, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let ident = &input.ident;
    let (generics, arguments, condition) = input.generics.split_for_impl();
    quote! {
        #errors

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        unsafe impl #generics ::ioctlkit::IoctlData for #ident #arguments #condition {
            const TYPE: ::ioctlkit::description::Type = ::ioctlkit::description::Type::Record(
                &::ioctlkit::description::Record {
                    name: "",
                    c_name: ::core::option::Option::None,
                    kind: ::ioctlkit::__private::RecordKind::Struct,
                    attributes: ::ioctlkit::__private::MemberAlign::NATURAL,
                    portability: ::ioctlkit::description::Portability::Proven,
                    members: &[],
                },
            );
        }
    }
}

/// The mistakes, and implementations that say what does not depend on them.
pub(crate) fn definition(input: &DeriveInput, data: &Data, error: &syn::Error) -> TokenStream {
    let fallback = self::data(input, error);
    let flexible = flexible(data);
    quote!(#fallback #flexible)
}

/// The mistakes of a structure with a command, and implementations that say nothing.
pub(crate) fn single(input: &DeriveInput, error: &syn::Error) -> TokenStream {
    let data = data(input, error);
    let interface = interface(input, &Errors::new());
    let ident = &input.ident;
    let visibility = &input.vis;
    let (generics, arguments, condition) = input.generics.split_for_impl();
    quote! {
        #data
        #interface

        #[automatically_derived]
        #[allow(dead_code)]
        impl #generics #ident #arguments #condition {
            #visibility const REQUEST: ::ioctlkit::Request = 0;
        }
    }
}

/// The mistakes, and an interface without commands.
pub(crate) fn interface(input: &DeriveInput, errors: &Errors) -> TokenStream {
    let errors = errors.to_compile_error();
    let ident = &input.ident;
    let (generics, arguments, condition) = input.generics.split_for_impl();
    quote! {
        #errors

        #[automatically_derived]
        impl #generics ::ioctlkit::Interface for #ident #arguments #condition {
            const DESCRIPTION: ::ioctlkit::description::Interface =
                ::ioctlkit::description::Interface { name: "", commands: &[] };
        }
    }
}
