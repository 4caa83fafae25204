//! Expands a command's method on the device newtype.

use ioctlkit_syntax::{Attachment, Command, Direction, Identity, Nr, Payload, snake_case};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, Lifetime, Type};

use crate::command::{Context, Returned, documented, is_family, needs_fd, passes_fd, returned};
use crate::types::argument_of;

/// One method.
pub(crate) fn expand(
    command: &Command,
    constant: &Ident,
    index: usize,
    context: &Context<'_>,
) -> TokenStream {
    let owner = &context.owner;
    let name = method_name(command);
    let (parameters, call) = call(command);
    let request = if is_family(command) {
        family_request(command, index, owner)
    } else {
        quote!(let request = <#owner>::#constant;)
    };
    let call = if command.retry_on_interrupt {
        quote!(::ioctlkit::__private::retry(|| unsafe { #call })?)
    } else {
        quote!(unsafe { #call }?)
    };
    let (output, answer) = output(command, &call);
    let docs = documented(&command.docs, || format!("Calls the driver for `{}`.", command.ident));
    let visibility = context.visibility;
    let lifetimes = lifetimes(command, context);
    let generics = (!lifetimes.is_empty()).then(|| quote!(<#(#lifetimes),*>));
    let unsafety = command.unsafe_call.then(|| quote!(unsafe));
    let errors = (!says_errors(&docs)).then(|| {
        quote! {
            ///
            /// # Errors
            /// What the driver answers; `ENOTTY` where it does not know the command.
        }
    });
    let method = quote! {
        #(#[doc = #docs])*
        #errors
        #[inline]
        #visibility #unsafety fn #name #generics (&self #parameters)
            -> ::core::result::Result<#output, ::ioctlkit::Errno>
        {
            #request
            #answer
        }
    };
    if needs_fd(command) { quote!(::ioctlkit::__with_call! { #method }) } else { method }
}

/// Whether the author has said what may fail.
pub(crate) fn says_errors(docs: &[String]) -> bool {
    docs.iter().any(|line| line.trim_start_matches('#').trim() == "Errors" && line.starts_with('#'))
}

/// The `impl` block that holds methods.
pub(crate) fn attach(attachment: &Attachment, methods: &[TokenStream]) -> TokenStream {
    let device = match attachment {
        Attachment::None => return TokenStream::new(),
        Attachment::New(name) => quote!(#name),
        Attachment::Existing(path) => quote!(#path),
    };
    quote! {
        #[allow(dead_code, unused_unsafe, clippy::missing_safety_doc)]
        impl<__IoctlkitBackend: ::ioctlkit::Backend> #device<__IoctlkitBackend> {
            #(#methods)*
        }
    }
}

/// The variant's name as a method is spelled.
pub(crate) fn method_name(command: &Command) -> Ident {
    let name = snake_case(&command.ident.to_string());
    let span = command.ident.span();
    match name.as_str() {
        // Names that no raw identifier can have, and those that every device has.
        "self" | "super" | "crate" | "new" | "backend" | "into_backend" | "open"
        | "open_read_only" | "from_fd" => Ident::new(&format!("{name}_"), span),
        _ if syn::parse_str::<Ident>(&name).is_err() => Ident::new_raw(&name, span),
        _ => Ident::new(&name, span),
    }
}

/// The parameters behind `&self`, and the call that is made of them.
fn call(command: &Command) -> (TokenStream, TokenStream) {
    let index =
        matches!(command.identity, Identity::Encoded(Nr::Range(_))).then(|| quote!(, index: u8));
    let private = quote!(::ioctlkit::__private);
    let (parameters, call) = match (&command.payload, command.direction) {
        (Payload::None, _) => (quote!(), quote!(#private::none(self.backend(), request))),
        (Payload::Value(ty), _) if passes_fd(command) => (
            quote!(, argument: #ty),
            quote!(#private::value(self.backend(), request, #private::fd_value(argument))),
        ),
        (Payload::Value(ty), _) => (
            quote!(, argument: #ty),
            quote!(#private::value(self.backend(), request, argument as isize as usize)),
        ),
        (Payload::Buffer(ty), Direction::Write) => (
            quote!(, buffer: &[#ty]),
            quote!(#private::pointer(self.backend(), request, buffer.as_ptr().cast_mut())),
        ),
        (Payload::Buffer(ty), _) => (
            quote!(, buffer: &mut [#ty]),
            quote!(#private::pointer(self.backend(), request, buffer.as_mut_ptr())),
        ),
        (Payload::Pointer(ty), direction) => match (argument_of(ty, "Flexible"), direction) {
            (Some(_), Direction::Write) => (
                quote!(, argument: &#ty),
                quote!(#private::elements(self.backend(), request, argument)),
            ),
            (Some(_), _) => (
                quote!(, argument: &mut #ty),
                quote!(#private::elements_mut(self.backend(), request, argument)),
            ),
            (None, direction) => {
                let data = quote_spanned!(ty.span()=> <#ty as ::ioctlkit::IoctlData>);
                match direction {
                    Direction::Read => {
                        (quote!(), quote!(#data::call_read(&mut argument, self.backend(), request)))
                    }
                    Direction::Write => (
                        quote!(, argument: &#ty),
                        quote!(#data::call_write(argument, self.backend(), request)),
                    ),
                    Direction::None | Direction::ReadWrite => (
                        quote!(, argument: &mut #ty),
                        quote!(#data::call_read_write(argument, self.backend(), request)),
                    ),
                }
            }
        },
    };
    (quote!(#index #parameters), call)
}

fn family_request(command: &Command, index: usize, owner: &TokenStream) -> TokenStream {
    let by_nr = matches!(command.identity, Identity::Encoded(Nr::Range(_)));
    let nr = if by_nr { quote!(index) } else { quote!(0) };
    let length = if let Payload::Buffer(_) = &command.payload {
        quote!(::core::mem::size_of_val(buffer))
    } else {
        quote!(0)
    };
    quote! {
        let request = ::ioctlkit::__private::family_request(
            &<#owner as ::ioctlkit::Interface>::DESCRIPTION.commands[#index],
            #nr,
            #length,
        )?;
    }
}

/// The type that the method returns, and the expression that makes it of the call's.
fn output(command: &Command, call: &TokenStream) -> (TokenStream, TokenStream) {
    let fills = match &command.payload {
        Payload::Pointer(ty)
            if command.direction == Direction::Read && argument_of(ty, "Flexible").is_none() =>
        {
            Some(ty)
        }
        _ => None,
    };
    let (ty, value): (Option<&Type>, TokenStream) = match returned(command) {
        Returned::Nothing => (None, quote!(::ioctlkit::__private::nothing(value))),
        Returned::Integer(ty) => (Some(ty), quote!(value as #ty)),
        Returned::Fd(ty) => (Some(ty), quote!(unsafe { ::ioctlkit::__private::owned_fd(value) })),
        Returned::Device(ty) => {
            let from = quote_spanned!(ty.span()=> <#ty as ::ioctlkit::__private::FromFd>::from_fd);
            (Some(ty), quote!(unsafe { #from(::ioctlkit::__private::owned_fd(value)) }))
        }
    };
    let initial = fills.map(|argument| {
        let initial =
            quote_spanned!(argument.span()=> <#argument as ::ioctlkit::IoctlData>::initial());
        quote!(let mut argument = #initial;)
    });
    let (ty, value) = match (fills, ty) {
        (None, None) => (quote!(()), quote!(#value)),
        (None, Some(ty)) => (quote!(#ty), quote!(#value)),
        (Some(argument), None) => (quote!(#argument), quote!({ #value; argument })),
        (Some(argument), Some(ty)) => (quote!((#ty, #argument)), quote!((#value, argument))),
    };
    (ty, quote!(#initial let value = #call; ::core::result::Result::Ok(#value)))
}

/// The interface's lifetimes that the argument's type names.
pub(crate) fn lifetimes<'a>(command: &Command, context: &Context<'a>) -> Vec<&'a Lifetime> {
    let Some(ty) = command.payload.ty() else {
        return Vec::new();
    };
    let text = quote!(#ty).to_string();
    let named = |lifetime: &&&Lifetime| {
        let name = format!("'{}", lifetime.ident);
        text.match_indices(&name).any(|(at, _)| {
            let next = text[at + name.len()..].chars().next();
            !next.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    };
    context.lifetimes.iter().filter(named).copied().collect()
}
