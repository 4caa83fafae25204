//! Expands a command: its description and its number.

use ioctlkit_abi::{ABIS, Abi};
use ioctlkit_syntax::{Access, Command, Direction, Errors, Identity, Nr, NumberException, Payload};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Ident, Lifetime, Type, Visibility};

use crate::data::option;
use crate::types::{Words, argument_of, describe as describe_type, last_segment};

/// What a command takes from the item that it belongs to.
pub(crate) struct Context<'a> {
    /// The type with the constants, lifetimes filled in.
    pub owner: TokenStream,
    /// The type letter.
    pub type_letter: Option<&'a Expr>,
    /// The visibility of what is made.
    pub visibility: &'a Visibility,
    /// The lifetimes of the interface.
    pub lifetimes: &'a [&'a Lifetime],
}

/// What a call returns.
pub(crate) enum Returned<'a> {
    Nothing,
    Integer(&'a Type),
    Fd(&'a Type),
    Device(&'a Type),
}

const INTEGERS: [&str; 14] = [
    "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "usize", "isize", "c_int", "c_uint",
    "c_long", "c_ulong",
];

pub(crate) fn returned(command: &Command) -> Returned<'_> {
    let Some(ty) = &command.returns else {
        return Returned::Nothing;
    };
    let name = last_segment(ty).map(|segment| segment.ident.to_string()).unwrap_or_default();
    if INTEGERS.contains(&name.as_str()) {
        Returned::Integer(ty)
    } else if name == "OwnedFd" {
        Returned::Fd(ty)
    } else {
        Returned::Device(ty)
    }
}

/// Whether the argument is a file descriptor, itself.
pub(crate) fn passes_fd(command: &Command) -> bool {
    let Payload::Value(ty) = &command.payload else {
        return false;
    };
    last_segment(ty).is_some_and(|segment| segment.ident == "BorrowedFd")
}

/// Whether the command makes sense only where file descriptors are.
pub(crate) fn needs_fd(command: &Command) -> bool {
    passes_fd(command) || matches!(returned(command), Returned::Fd(_) | Returned::Device(_))
}

/// Whether the command has several numbers.
pub(crate) fn is_family(command: &Command) -> bool {
    matches!(command.identity, Identity::Encoded(Nr::Range(_)))
        || matches!(command.payload, Payload::Buffer(_))
}

/// The expression of type `description::Command`.
pub(crate) fn describe(
    command: &Command,
    c_name: &str,
    context: &Context<'_>,
) -> syn::Result<TokenStream> {
    let mut errors = Errors::new();
    let name = command.ident.to_string();
    let identity = identity(command, context, &mut errors);
    let direction = direction(command.direction);
    let passing = errors.take(passing(command)).unwrap_or_default();
    let encoded = errors.take(encoded(command)).unwrap_or_default();
    let returns = match returned(command) {
        Returned::Nothing => quote!(Nothing),
        Returned::Integer(_) => quote!(Value),
        Returned::Fd(_) | Returned::Device(_) => quote!(Fd),
    };
    let min_size = if let Some(bytes) = &command.min_size {
        quote!(::core::option::Option::Some((#bytes) as u64))
    } else {
        quote!(::core::option::Option::None)
    };
    let access = access(&command.access);
    errors.finish(quote! {
        ::ioctlkit::description::Command {
            name: #name,
            c_name: #c_name,
            identity: #identity,
            direction: #direction,
            passing: #passing,
            encoded: #encoded,
            returns: ::ioctlkit::description::Returns::#returns,
            min_size: #min_size,
            access: #access,
        }
    })
}

/// The constant with the number; for a family, the function that makes one.
pub(crate) fn constant(
    command: &Command,
    index: usize,
    name: &Ident,
    context: &Context<'_>,
) -> TokenStream {
    let owner = &context.owner;
    let visibility = context.visibility;
    let docs = documented(&command.docs, || format!("The number of `{}`.", command.ident));
    let described = quote! {
        &<#owner as ::ioctlkit::Interface>::DESCRIPTION.commands[#index]
    };
    if is_family(command) {
        let function =
            format_ident!("{}_request", ioctlkit_syntax::snake_case(&command.ident.to_string()));
        let (parameters, arguments) = family_parameters(command);
        return quote! {
            #(#[doc = #docs])*
            ///
            /// The number of one member of the family; lengths are in bytes.
            ///
            /// # Errors
            /// `EINVAL` where the family has no such member.
            #visibility fn #function(#parameters)
                -> ::core::result::Result<::ioctlkit::Request, ::ioctlkit::Errno>
            {
                ::ioctlkit::__private::family_request(#described, #arguments)
            }
        };
    }
    quote! {
        #(#[doc = #docs])*
        #visibility const #name: ::ioctlkit::Request = ::ioctlkit::__private::request(#described);
    }
}

/// The proof that the command has its number, or the family its numbers.
pub(crate) fn proof(command: &Command, index: usize, context: &Context<'_>) -> TokenStream {
    let owner = &context.owner;
    let large = command.large_argument.is_some();
    let size = match &command.payload {
        Payload::Pointer(ty) if command.encoded.is_empty() => {
            let ty = with_static_lifetimes(host_type(ty), context);
            quote!(::core::option::Option::Some(::core::mem::size_of::<#ty>()))
        }
        _ => quote!(::core::option::Option::None),
    };
    let proved = quote_spanned! {command.identity_span=>
        ::ioctlkit::__private::prove_command(
            &<#owner as ::ioctlkit::Interface>::DESCRIPTION.commands[#index],
            #size,
            #large,
        )
    };
    let room = room(command, index, owner);
    quote!(const _: () = #proved; #room)
}

/// The proof that the argument is passed whole. The caller of an `unsafe` call answers for that.
fn room(command: &Command, index: usize, owner: &TokenStream) -> TokenStream {
    let span = match &command.payload {
        _ if command.unsafe_call => return TokenStream::new(),
        Payload::Pointer(ty) if argument_of(ty, "Flexible").is_none() => ty.span(),
        Payload::Buffer(ty) => ty.span(),
        Payload::Pointer(_) | Payload::Value(_) | Payload::None => return TokenStream::new(),
    };
    let proved = quote_spanned! {span=>
        ::ioctlkit::__private::prove_room(
            &<#owner as ::ioctlkit::Interface>::DESCRIPTION.commands[#index],
        )
    };
    quote!(const _: () = #proved;)
}

/// The author's documentation, or a line that stands in for it.
pub(crate) fn documented(docs: &[String], otherwise: impl FnOnce() -> String) -> Vec<String> {
    if docs.is_empty() { vec![otherwise()] } else { docs.to_vec() }
}

/// The parameters of a family, and the arguments that `family_request` gets of them.
fn family_parameters(command: &Command) -> (TokenStream, TokenStream) {
    let by_nr = matches!(command.identity, Identity::Encoded(Nr::Range(_)));
    let by_length = matches!(command.payload, Payload::Buffer(_));
    match (by_nr, by_length) {
        (true, true) => (quote!(index: u8, length: usize), quote!(index, length)),
        (true, false) => (quote!(index: u8), quote!(index, 0)),
        _ => (quote!(length: usize), quote!(0, length)),
    }
}

/// The type that the number describes: of an owned argument with elements behind it, the structure.
fn host_type(ty: &Type) -> &Type {
    argument_of(ty, "Flexible").unwrap_or(ty)
}

/// The type with the interface's lifetimes made `'static`, for use in a constant.
fn with_static_lifetimes(ty: &Type, context: &Context<'_>) -> TokenStream {
    if context.lifetimes.is_empty() {
        return quote!(#ty);
    }
    replace_lifetimes(quote!(#ty), context.lifetimes, "static")
}

/// The tokens with another name for these lifetimes.
pub(crate) fn replace_lifetimes(
    tokens: TokenStream,
    lifetimes: &[&Lifetime],
    with: &str,
) -> TokenStream {
    use proc_macro2::{Group, TokenTree};
    let mut replaced = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(quote_mark) if quote_mark.as_char() == '\'' => {
                replaced.extend([TokenTree::Punct(quote_mark)]);
                if let Some(TokenTree::Ident(name)) = tokens.next() {
                    let known = lifetimes.iter().any(|lifetime| lifetime.ident == name);
                    let name =
                        if known || name == "_" { Ident::new(with, name.span()) } else { name };
                    replaced.extend([TokenTree::Ident(name)]);
                }
            }
            TokenTree::Group(group) => {
                let inner = replace_lifetimes(group.stream(), lifetimes, with);
                replaced.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            other => replaced.extend([other]),
        }
    }
    replaced
}

fn identity(command: &Command, context: &Context<'_>, errors: &mut Errors) -> TokenStream {
    match &command.identity {
        Identity::Encoded(nr) => {
            let letter = context.type_letter;
            let (first, last) = match nr {
                Nr::One(nr) => (nr, nr),
                Nr::Range(range) => (&range.start, &range.end),
            };
            quote! {
                ::ioctlkit::description::Identity::Encoded {
                    type_letter: #letter,
                    first: #first,
                    last: #last,
                }
            }
        }
        Identity::Number { general, exceptions } => {
            for exception in exceptions {
                check_machine(exception, errors);
            }
            let exceptions = exceptions.iter().map(|exception| {
                let (machine, number) = (&exception.machine, &exception.number);
                quote!((#machine, #number))
            });
            quote! {
                ::ioctlkit::description::Identity::Number {
                    general: #general,
                    exceptions: &[#(#exceptions),*],
                }
            }
        }
    }
}

/// A machine is an ABI of the table, or an architecture of the kernel.
fn check_machine(exception: &NumberException, errors: &mut Errors) {
    let name = exception.machine.value();
    if Abi::by_name(&name).is_none() && !ABIS.iter().any(|abi| abi.kernel_arch == name) {
        let mut known: Vec<&str> = ABIS.iter().map(|abi| abi.kernel_arch).collect();
        known.sort_unstable();
        known.dedup();
        let message = format!(
            "no ABI and no architecture is named `{name}`; architectures are {}",
            known.join(", ")
        );
        errors.at(&exception.machine, message);
    }
}

pub(crate) fn direction(direction: Direction) -> TokenStream {
    let name = match direction {
        Direction::None => quote!(None),
        Direction::Read => quote!(Read),
        Direction::Write => quote!(Write),
        Direction::ReadWrite => quote!(ReadWrite),
    };
    quote!(::ioctlkit::__private::Direction::#name)
}

fn passing(command: &Command) -> syn::Result<TokenStream> {
    let (way, ty) = match &command.payload {
        Payload::None => return Ok(quote!(::ioctlkit::description::Passing::Nothing)),
        Payload::Pointer(ty) => (quote!(Pointer), describe_type(host_type(ty), words(command))?),
        Payload::Buffer(ty) => (quote!(Buffer), describe_type(ty, Words::Portable)?),
        Payload::Value(ty) => (quote!(Value), describe_value(ty)?),
    };
    Ok(quote!(::ioctlkit::description::Passing::#way(#ty)))
}

/// Which types are taken by their name.
fn words(command: &Command) -> Words {
    if command.not_portable { Words::AsInC } else { Words::Portable }
}

/// An integer that fits into a register of every machine.
fn describe_value(ty: &Type) -> syn::Result<TokenStream> {
    let name = last_segment(ty).map(|segment| segment.ident.to_string()).unwrap_or_default();
    match name.as_str() {
        "u64" | "i64" | "c_longlong" | "c_ulonglong" => {
            let message = format!(
                "a 32-bit program has no register for a `{name}`: pass it by its address, without \
                 `value`"
            );
            Err(syn::Error::new_spanned(ty, message))
        }
        "BorrowedFd" => {
            Ok(quote!(::ioctlkit::description::Type::Scalar(::ioctlkit::__private::Scalar::Int)))
        }
        name if INTEGERS.contains(&name) || name.starts_with("c_") => {
            describe_type(ty, Words::AsInC)
        }
        _ => {
            let message = "`value` passes an integer: write one, such as `u32`, or `BorrowedFd<'a>` \
                           for a file; or leave `value` out to pass an address";
            Err(syn::Error::new_spanned(ty, message))
        }
    }
}

/// What the number says, which is what the argument is unless the author knows better.
fn encoded(command: &Command) -> syn::Result<TokenStream> {
    let said = command.encoded.direction.unwrap_or(command.direction);
    let size = if let Some(bytes) = &command.encoded.size {
        quote!(Bytes(#bytes))
    } else if let Some(ty) = &command.encoded.ty {
        let ty = describe_type(ty, Words::AsInC)?;
        quote!(Of(#ty))
    } else if said == Direction::None || matches!(command.identity, Identity::Number { .. }) {
        quote!(None)
    } else {
        match &command.payload {
            Payload::None => quote!(None),
            Payload::Pointer(ty) => {
                let ty = describe_type(host_type(ty), words(command))?;
                quote!(Of(#ty))
            }
            Payload::Value(ty) => {
                let ty = describe_value(ty)?;
                quote!(Of(#ty))
            }
            Payload::Buffer(_) => quote!(Length),
        }
    };
    let said = direction(said);
    Ok(quote! {
        ::ioctlkit::description::Encoded {
            direction: #said,
            size: ::ioctlkit::description::EncodedSize::#size,
        }
    })
}

fn access(access: &Access) -> TokenStream {
    let capability = option(access.capability.as_ref());
    let mode = if let Some(mode) = access.mode {
        let mode = direction(mode);
        quote!(::core::option::Option::Some(#mode))
    } else {
        quote!(::core::option::Option::None)
    };
    quote!(::ioctlkit::description::Access { capability: #capability, mode: #mode })
}
