//! What is left of an item with mistakes: enough that the rest of the crate gets no errors that
//! follow from them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// The mistakes, and an implementation that says nothing.
pub(crate) fn data(input: &DeriveInput, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let ident = &input.ident;
    let (generics, arguments, condition) = input.generics.split_for_impl();
    quote! {
        #errors

        #[automatically_derived]
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

/// The mistakes, and an interface without commands.
pub(crate) fn interface(input: &DeriveInput, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
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
