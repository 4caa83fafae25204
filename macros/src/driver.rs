//! Expands the trait that answers an interface's commands in the same process, for tests.

use ioctlkit_syntax::{Attachment, Command, Direction, Identity, Interface, Nr, Payload};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Type;

use crate::command::{
    Context, Returned, is_family, needs_fd, passes_fd, replace_lifetimes, returned,
};
use crate::interface::constant_name;
use crate::method::{lifetimes, method_name, says_errors};
use crate::types::argument_of;

/// The trait, what answers by it, and the constructor of the device newtype.
pub(crate) fn expand(interface: &Interface, context: &Context<'_>) -> TokenStream {
    let Some(driver) = &interface.driver else {
        return TokenStream::new();
    };
    let (device, device_name) = match &interface.attachment {
        Attachment::None => return TokenStream::new(),
        Attachment::New(name) => (quote!(#name), name.to_string()),
        Attachment::Existing(path) => {
            let last = path.segments.last().map(|segment| segment.ident.to_string());
            (quote!(#path), last.unwrap_or_default())
        }
    };
    let backend = format_ident!("InProcess{device_name}");
    let visibility = &interface.visibility;
    let ident = &interface.ident;
    let methods = interface.commands.iter().map(|command| declaration(command, context));
    let (families, commands): (Vec<_>, Vec<_>) =
        interface.commands.iter().enumerate().partition(|(_, command)| is_family(command));
    let owner = &context.owner;
    let arms = commands.iter().map(|(_, command)| {
        let constant = constant_name(&command.ident);
        let answer = replace_lifetimes(answer(command), context.lifetimes, "_");
        quote!(if request == <#owner>::#constant { #answer })
    });
    let families = families.iter().map(|(index, command)| {
        let answer = replace_lifetimes(answer(command), context.lifetimes, "_");
        quote! {
            if let ::core::option::Option::Some((index, length)) =
                ::ioctlkit::__private::family_member(
                    &<#owner as ::ioctlkit::Interface>::DESCRIPTION.commands[#index],
                    request,
                )
            {
                let _ = (index, length);
                #answer
            }
        }
    });
    let trait_docs = format!(
        "Answers the commands of [`{ident}`] in this process. A command that is not implemented \
         is answered with `ENOTTY`."
    );
    let backend_docs = format!("A [`{driver}`] in the place of a file.");
    quote! {
        #[doc = #trait_docs]
        #[allow(unused_variables)]
        #visibility trait #driver {
            #(#methods)*
        }

        #[doc = #backend_docs]
        #[derive(Debug, Clone)]
        #visibility struct #backend<__IoctlkitDriver>(pub __IoctlkitDriver);

        impl<__IoctlkitDriver: #driver> ::ioctlkit::Backend for #backend<__IoctlkitDriver> {
            #[allow(clippy::unit_arg)]
            unsafe fn ioctl(
                &self,
                request: ::ioctlkit::Request,
                argument: *mut ::core::ffi::c_void,
            ) -> ::core::result::Result<i32, ::ioctlkit::Errno> {
                #(#arms)*
                #(#families)*
                ::core::result::Result::Err(::ioctlkit::Errno::NOTTY)
            }
        }

        #[allow(dead_code)]
        impl<__IoctlkitDriver: #driver> #device<#backend<__IoctlkitDriver>> {
            /// A device that this driver answers for.
            #visibility const fn in_process(driver: __IoctlkitDriver) -> Self {
                // SAFETY: the driver answers for what the commands are declared to do.
                unsafe { Self::new(#backend(driver)) }
            }
        }
    }
}

/// The method of the trait.
fn declaration(command: &Command, context: &Context<'_>) -> TokenStream {
    let name = method_name(command);
    let docs = &command.docs;
    let index = by_nr(command).then(|| quote!(, index: u8));
    let (parameters, fills) = match (&command.payload, command.direction) {
        (Payload::None, _) => (quote!(), None),
        (Payload::Value(ty), _) => (quote!(, argument: #ty), None),
        (Payload::Buffer(ty), Direction::Write) => (quote!(, buffer: &[#ty]), None),
        (Payload::Buffer(ty), _) => (quote!(, buffer: &mut [#ty]), None),
        (Payload::Pointer(ty), direction) => match (argument_of(ty, "Flexible"), direction) {
            (Some(ty), Direction::Write) => (
                quote!(
                    , argument: &#ty,
                    elements: &[<#ty as ::ioctlkit::FlexibleData>::Element]
                ),
                None,
            ),
            (Some(ty), _) => (
                quote!(
                    , argument: &mut #ty,
                    elements: &mut [<#ty as ::ioctlkit::FlexibleData>::Element]
                ),
                None,
            ),
            (None, Direction::Read) => (quote!(), Some(ty)),
            (None, Direction::Write) => (quote!(, argument: &#ty), None),
            (None, _) => (quote!(, argument: &mut #ty), None),
        },
    };
    let output = output(command, fills);
    let lifetimes = lifetimes(command, context);
    let generics = (!lifetimes.is_empty()).then(|| quote!(<#(#lifetimes),*>));
    let errors = (!says_errors(docs)).then(|| {
        quote! {
            ///
            /// # Errors
            /// What the driver is to answer.
        }
    });
    let method = quote! {
        #(#[doc = #docs])*
        #errors
        fn #name #generics (&self #index #parameters)
            -> ::core::result::Result<#output, ::ioctlkit::Errno>
        {
            ::core::result::Result::Err(::ioctlkit::Errno::NOTTY)
        }
    };
    if needs_fd(command) { quote!(::ioctlkit::__with_call! { #method }) } else { method }
}

fn by_nr(command: &Command) -> bool {
    matches!(command.identity, Identity::Encoded(Nr::Range(_)))
}

/// What the method of the trait returns.
fn output(command: &Command, fills: Option<&Type>) -> TokenStream {
    let value = match returned(command) {
        Returned::Nothing => None,
        Returned::Integer(ty) => Some(quote!(#ty)),
        Returned::Fd(_) | Returned::Device(_) => Some(quote!(::ioctlkit::__private::OwnedFd)),
    };
    match (value, fills) {
        (None, None) => quote!(()),
        (Some(value), None) => value,
        (None, Some(argument)) => quote!(#argument),
        (Some(value), Some(argument)) => quote!((#value, #argument)),
    }
}

/// Calls the method of the trait with what `argument` is, and returns what it answers.
fn answer(command: &Command) -> TokenStream {
    let name = method_name(command);
    let index = by_nr(command).then(|| quote!(index,));
    let call = match (&command.payload, command.direction) {
        (Payload::None, _) => quote!(self.0.#name(#index)),
        (Payload::Value(_), _) if passes_fd(command) => quote! {
            self.0.#name(#index unsafe { ::ioctlkit::__private::fd_of(argument) })
        },
        (Payload::Value(ty), _) => quote!(self.0.#name(#index argument.addr() as #ty)),
        (Payload::Buffer(ty), Direction::Write) => quote! {
            self.0.#name(#index unsafe { ::ioctlkit::__private::buffer::<#ty>(argument, length) })
        },
        (Payload::Buffer(ty), _) => quote! {
            self.0.#name(
                #index
                unsafe { ::ioctlkit::__private::buffer_mut::<#ty>(argument, length) },
            )
        },
        (Payload::Pointer(ty), direction) => match (argument_of(ty, "Flexible"), direction) {
            (Some(ty), Direction::Write) => quote! {
                unsafe {
                    ::ioctlkit::__private::with_elements::<#ty, _>(
                        argument,
                        |argument, elements| self.0.#name(#index argument, elements),
                    )
                }
            },
            (Some(ty), _) => quote! {
                unsafe {
                    ::ioctlkit::__private::with_elements_mut::<#ty, _>(
                        argument,
                        |argument, elements| self.0.#name(#index argument, elements),
                    )
                }
            },
            (None, Direction::Read) => quote!(self.0.#name(#index)),
            (None, Direction::Write) => {
                quote!(self.0.#name(#index unsafe { &*argument.cast::<#ty>() }))
            }
            (None, _) => quote!(self.0.#name(#index unsafe { &mut *argument.cast::<#ty>() })),
        },
    };
    let fills = match &command.payload {
        Payload::Pointer(ty)
            if command.direction == Direction::Read && argument_of(ty, "Flexible").is_none() =>
        {
            Some(quote!(unsafe { argument.cast::<#ty>().write(filled) };))
        }
        _ => None,
    };
    let result = match (returned(command), &fills) {
        (Returned::Nothing, None) => quote!(let () = #call?; let value = 0;),
        (Returned::Nothing, Some(fill)) => quote!(let filled = #call?; #fill let value = 0;),
        (Returned::Integer(_), None) => quote!(let value = #call? as i32;),
        (Returned::Integer(_), Some(fill)) => {
            quote!(let (value, filled) = #call?; #fill let value = value as i32;)
        }
        (_, None) => quote!(let value = ::ioctlkit::__private::raw_fd(#call?);),
        (_, Some(fill)) => quote! {
            let (value, filled) = #call?;
            #fill
            let value = ::ioctlkit::__private::raw_fd(value);
        },
    };
    let answered = quote!(#result return ::core::result::Result::Ok(value););
    if needs_fd(command) { quote!(::ioctlkit::__with_call! {{ #answered }}) } else { answered }
}
