//! Structures that are made beside one: with explicit padding, and for programs of a 32-bit ABI.

use ioctlkit_abi::{ABIS, Abi, Scalar};
use ioctlkit_syntax::{Compat, Data, DataKind, Errors, Member, Portability, Role};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Lifetime, LitStr, Type, parse_quote};

use crate::data;
use crate::types::{Words, argument_of, describe, last_segment, word_of_c};

/// The structure with all padding explicit, its proof, and the conversions both ways.
///
/// # Errors
/// For members that have no place in an argument.
pub(crate) fn padded(data: &Data) -> syn::Result<TokenStream> {
    let Some(name) = &data.padded else {
        return Ok(TokenStream::new());
    };
    if data.kind == DataKind::Union {
        let message = "a union has no padding between its members: make each a structure of the \
                       same size";
        return Err(syn::Error::new_spanned(name, message));
    }
    let ident = &data.ident;
    let (generics, arguments, condition) = data.generics.split_for_impl();
    let owner = with_static(data, ident);
    let types = descriptions(data)?;
    let count = data.members.len();
    let mut mirror = Data {
        ident: name.clone(),
        padded: None,
        compat: Vec::new(),
        members: Vec::new(),
        docs: vec![format!("[`{ident}`], with all padding explicit.")],
        ..data.clone()
    };
    mirror.repr.c = true;
    for (index, member) in data.members.iter().enumerate() {
        mirror.members.push(member.clone());
        if matches!(member.role, Role::Flexible { .. }) {
            continue;
        }
        let mut padding = member.clone();
        padding.name = syn::Member::Named(format_ident!("_padding{index}"));
        padding.ty = parse_quote!(::ioctlkit::Reserved<{ <#owner>::PADDING[#index] }>);
        padding.role = Role::Reserved;
        padding.constraint = ioctlkit_syntax::Constraint::None;
        padding.default = None;
        padding.docs = vec!["Zero.".into()];
        mirror.members.push(padding);
    }
    let definition = definition(&mirror);
    let proven = data::expand(&mirror)?;
    let names: Vec<_> = data.members.iter().map(|member| &member.name).collect();
    let paddings = mirror
        .members
        .iter()
        .filter(|member| !data.members.iter().any(|own| own.name == member.name))
        .map(|member| &member.name);
    Ok(quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #generics #ident #arguments #condition {
            /// How much padding is behind each member where every integer is aligned to its size,
            /// in bytes.
            const PADDING: [usize; #count] = ::ioctlkit::__private::padding(&[#(#types),*]);
        }
        #definition
        #proven
        #[automatically_derived]
        impl #generics ::core::convert::From<#ident #arguments> for #name #arguments #condition {
            fn from(value: #ident #arguments) -> Self {
                Self {
                    #(#names: value.#names,)*
                    #(#paddings: ::ioctlkit::Reserved::ZERO,)*
                }
            }
        }
        #[automatically_derived]
        impl #generics ::core::convert::From<#name #arguments> for #ident #arguments #condition {
            fn from(value: #name #arguments) -> Self {
                Self { #(#names: value.#names,)* }
            }
        }
    })
}

/// The structures of 32-bit ABIs, with the conversions both ways.
///
/// # Errors
/// For ABIs that are none, and for members that have no counterpart.
pub(crate) fn compat(data: &Data) -> syn::Result<TokenStream> {
    let mut errors = Errors::new();
    let mut all = TokenStream::new();
    for wanted in &data.compat {
        all.extend(errors.take(compat_one(data, wanted)));
    }
    errors.finish(all)
}

fn compat_one(data: &Data, wanted: &Compat) -> syn::Result<TokenStream> {
    let Compat { abi, name } = wanted;
    if data.kind == DataKind::Union {
        let message = "a union holds one of several values, and nobody knows which: convert the \
                       structure around it by hand";
        return Err(syn::Error::new_spanned(name, message));
    }
    let abi = match abi {
        Some(ident) => abi_of(ident)?,
        None => Abi::by_name("i386").unwrap_or(&ABIS[0]),
    };
    let mut errors = Errors::new();
    let converted: Vec<Converted> =
        data.members.iter().filter_map(|member| errors.take(convert(member, abi))).collect();
    errors.finish(())?;
    let ident = &data.ident;
    let mut mirror = Data {
        ident: name.clone(),
        padded: None,
        compat: Vec::new(),
        c_name: None,
        docs: vec![format!("[`{ident}`], as programs of {} pass it.", abi.name)],
        portability: Portability::Mirrors {
            reason: Some(LitStr::new(&format!("what {} programs pass", abi.name), name.span())),
            span: name.span(),
        },
        ..data.clone()
    };
    for (member, converted) in mirror.members.iter_mut().zip(&converted) {
        member.ty = converted.ty.clone();
        member.default = None;
    }
    let definition = definition(&mirror);
    let described = data::expand(&mirror)?;
    let names: Vec<_> = data.members.iter().map(|member| &member.name).collect();
    let narrowed = converted.iter().map(|converted| &converted.narrow);
    let widened = converted.iter().map(|converted| &converted.widen);
    let abi_name = abi.name;
    let (original, made) = (with_static(data, ident), with_static(data, name));
    let (generics, arguments, condition) = data.generics.split_for_impl();
    Ok(quote! {
        #definition
        #described
        const _: () = ::ioctlkit::__private::check_compat(
            &<#original as ::ioctlkit::IoctlData>::TYPE,
            &<#made as ::ioctlkit::IoctlData>::TYPE,
            #abi_name,
        );
        #[automatically_derived]
        impl #generics ::core::convert::TryFrom<#ident #arguments> for #name #arguments #condition {
            type Error = ::ioctlkit::CompatError;
            #[allow(clippy::useless_conversion, clippy::unnecessary_fallible_conversions)]
            fn try_from(value: #ident #arguments) -> ::core::result::Result<Self, Self::Error> {
                ::core::result::Result::Ok(Self { #(#names: #narrowed,)* })
            }
        }
        #[automatically_derived]
        impl #generics ::core::convert::From<#name #arguments> for #ident #arguments #condition {
            #[allow(clippy::useless_conversion)]
            fn from(value: #name #arguments) -> Self {
                Self { #(#names: #widened,)* }
            }
        }
    })
}

fn abi_of(ident: &Ident) -> syn::Result<&'static Abi> {
    let hosted = |abi: &&Abi| abi.hosts().next().is_some() && abi.pointer_size == 4;
    let name = ident.to_string();
    ABIS.iter().filter(hosted).find(|abi| abi.name == name).ok_or_else(|| {
        let known: Vec<&str> = ABIS.iter().filter(hosted).map(|abi| abi.name).collect();
        let message =
            format!("no 64-bit kernel runs programs of `{name}`; it does of {}", known.join(", "));
        syn::Error::new_spanned(ident, message)
    })
}

/// A member in the structure of a 32-bit ABI, and the expressions that convert it, both of the
/// variable `value`.
struct Converted {
    ty: Type,
    narrow: TokenStream,
    widen: TokenStream,
}

fn convert(member: &Member, abi: &Abi) -> syn::Result<Converted> {
    let name = &member.name;
    if let Some(ty) = &member.compat {
        let narrow =
            checked(&member.name(), &quote!(::core::convert::TryFrom::try_from(value.#name)));
        let widen = quote!(::core::convert::From::from(value.#name));
        return Ok(Converted { ty: ty.clone(), narrow, widen });
    }
    if argument_of(&member.ty, "FlexibleArray").is_some() {
        let ty = member.ty.clone();
        return Ok(Converted { ty, narrow: quote!(value.#name), widen: quote!(value.#name) });
    }
    convert_type(&member.ty, abi, &member.name(), &quote!(value.#name))
}

fn convert_type(ty: &Type, abi: &Abi, member: &str, value: &TokenStream) -> syn::Result<Converted> {
    match ty {
        Type::Array(array) => {
            let element = convert_type(&array.elem, abi, member, &quote!(element))?;
            let Converted { ty: element_ty, narrow, widen } = element;
            let length = &array.len;
            return Ok(Converted {
                ty: parse_quote!([#element_ty; #length]),
                narrow: quote! {{
                    let elements = #value;
                    let mut narrowed: [#element_ty; #length] = ::ioctlkit::zeroed();
                    let mut index = 0;
                    while index < narrowed.len() {
                        let element = elements[index];
                        narrowed[index] = #narrow;
                        index += 1;
                    }
                    narrowed
                }},
                widen: quote!({ let elements = #value; elements.map(|element| #widen) }),
            });
        }
        Type::Ptr(pointer) => {
            let make = if matches!(pointer.mutability, syn::PointerMutability::Mut(_)) {
                quote!(with_exposed_provenance_mut)
            } else {
                quote!(with_exposed_provenance)
            };
            return Ok(Converted {
                ty: parse_quote!(u32),
                narrow: checked(
                    member,
                    &quote!(::core::convert::TryFrom::try_from((#value).expose_provenance())),
                ),
                widen: quote!(::core::ptr::#make(#value as usize)),
            });
        }
        _ => {}
    }
    let name = last_segment(ty).map(|segment| segment.ident.to_string()).unwrap_or_default();
    if let Some(word) = word_of_c(&name) {
        let narrow = checked(member, &quote!(::core::convert::TryFrom::try_from(#value)));
        let ty = if word == "Long" { parse_quote!(i32) } else { parse_quote!(u32) };
        return Ok(Converted { ty, narrow, widen: quote!(#value as _) });
    }
    let integer = match name.as_str() {
        "u64" | "c_ulonglong" => Some(parse_quote!(::ioctlkit::CompatU64)),
        "i64" | "c_longlong" => Some(parse_quote!(::ioctlkit::CompatI64)),
        _ => None,
    };
    match (integer, abi.align_of(Scalar::UnsignedLongLong)) {
        (Some(ty), Some(4)) => Ok(Converted {
            ty,
            narrow: quote!(::core::convert::From::from(#value)),
            widen: quote!((#value).get()),
        }),
        _ => Ok(Converted { ty: ty.clone(), narrow: quote!(#value), widen: quote!(#value) }),
    }
}

fn checked(member: &str, conversion: &TokenStream) -> TokenStream {
    quote! {
        match #conversion {
            ::core::result::Result::Ok(value) => value,
            ::core::result::Result::Err(_) => {
                return ::core::result::Result::Err(::ioctlkit::CompatError::new(#member));
            }
        }
    }
}

/// The structure as it is written out.
fn definition(data: &Data) -> TokenStream {
    let Data { ident, visibility, generics, docs, .. } = data;
    let repr = match (data.repr.packed, data.repr.align) {
        (None, None) => quote!(C),
        (Some(bytes), _) => {
            let bytes = proc_macro2::Literal::u64_unsuffixed(bytes);
            quote!(C, packed(#bytes))
        }
        (None, Some(bytes)) => {
            let bytes = proc_macro2::Literal::u64_unsuffixed(bytes);
            quote!(C, align(#bytes))
        }
    };
    let members = data.members.iter().map(|member| {
        let Member { name, ty, docs, .. } = member;
        let docs =
            if docs.is_empty() { vec![format!("`{}`.", member.name())] } else { docs.clone() };
        // Nobody but the conversions sets padding.
        let visibility = (!member.name().starts_with("_padding")).then_some(&member.visibility);
        quote!(#(#[doc = #docs])* #visibility #name: #ty)
    });
    quote! {
        #(#[doc = #docs])*
        #[derive(Clone, Copy)]
        #[repr(#repr)]
        #visibility struct #ident #generics { #(#members),* }
    }
}

fn descriptions(data: &Data) -> syn::Result<Vec<TokenStream>> {
    let mut errors = Errors::new();
    let described = data
        .members
        .iter()
        .filter_map(|member| errors.take(describe(&member.ty, Words::from(&data.portability))))
        .collect();
    errors.finish(described)
}

fn with_static(data: &Data, ident: &Ident) -> TokenStream {
    let lifetimes = data.generics.lifetimes().map(|_| Lifetime::new("'static", ident.span()));
    if data.generics.params.is_empty() { quote!(#ident) } else { quote!(#ident<#(#lifetimes),*>) }
}
