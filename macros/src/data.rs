//! Expands structures and unions.

use ioctlkit_syntax::{
    Constraint, Data, DataKind, Errors, HandlePurpose, Member, Portability, Role,
};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Lifetime, LitStr, Type};

use crate::types::{Words, argument_of, begins_with_zero, describe, last_segment};
use crate::variable::fault;
use crate::{buffer, mirror};

/// The implementation, the proof, and the structures that are asked for beside it.
pub(crate) fn expand(data: &Data) -> syn::Result<TokenStream> {
    let mut errors = Errors::new();
    check(data, &mut errors);
    if data.padded.is_some() {
        // The structure that goes through the call is the one with the padding, not this one.
        let padded = errors.take(mirror::padded(data)).unwrap_or_default();
        return errors.finish(padded);
    }
    let body = if data.repr.transparent {
        transparent(data, &mut errors)
    } else {
        record(data, &mut errors)
    };
    let compat = errors.take(mirror::compat(data)).unwrap_or_default();
    errors.finish(quote!(#body #compat))
}

/// What is wrong whatever the members' layouts are.
fn check(data: &Data, errors: &mut Errors) {
    // What goes through the call in the place of this type is `repr(C)`.
    let is_replaced = data.padded.is_some();
    if !data.repr.c && !data.repr.transparent && !is_replaced {
        errors.at(&data.ident, missing_c(data));
    }
    if data.members.is_empty() {
        let message = "C has no structure without members: a command without an argument is a \
                       variant without a type";
        errors.at(&data.ident, message);
    }
    let last = data.members.len().saturating_sub(1);
    for (index, member) in data.members.iter().enumerate() {
        let flexible = argument_of(&member.ty, "FlexibleArray").is_some();
        if flexible && index != last && data.kind == DataKind::Struct {
            errors.at(&member.ty, "a flexible array is the last member: move it to the end");
        }
        if flexible && data.members.len() == 1 && data.kind == DataKind::Struct {
            let message = "C has no structure with nothing but a flexible array: pass elements \
                           with `buffer = Type` on the command";
            errors.at(&member.ty, message);
        }
        if let Role::Flexible { count } = &member.role {
            if !flexible {
                let message = "`count` is for `FlexibleArray<T>`, `UserPtr` and `UserConstPtr`";
                errors.at(&member.ty, message);
            }
            let counting = data.members.iter().find(|member| *count == member.name());
            if let Some(counting) = counting {
                if !matches!(counting.ty, Type::Path(_)) {
                    let message =
                        format!("`{count}` counts elements: make it an integer, such as `u32`");
                    errors.at(&counting.ty, message);
                }
            } else {
                errors.at(count, format!("no member is named `{count}`"));
            }
        }
        buffer::check(data, member, errors);
        if let (true, Some(default)) =
            (is_reserved(member) || matches!(member.role, Role::Reserved), &member.default)
        {
            errors.at(default, format!("`{}` is reserved, and so is zero", member.name()));
        }
        for attribute in &member.cfgs {
            let message = "the layout would depend on how the crate is built: keep the member, or \
                           write two structures";
            errors.at(attribute, message);
        }
    }
}

/// What to write where `repr` does not say `C`. Packing alone is more often a mistake than what the
/// structure in C has.
fn missing_c(data: &Data) -> String {
    let unordered = "Rust orders the members of this type as it likes: write `#[repr(C)]`";
    match data.repr.packed {
        None => unordered.to_owned(),
        Some(1) => format!(
            "{unordered}; keep `packed`, as `#[repr(C, packed)]`, only if the structure in C has \
             `__attribute__((packed))`"
        ),
        Some(bytes) => format!(
            "{unordered}; keep `packed({bytes})`, as `#[repr(C, packed({bytes}))]`, only if the \
             structure in C has `__attribute__((packed, aligned({bytes})))` or stands under \
             `#pragma pack({bytes})`"
        ),
    }
}

/// A wrapper is what it wraps.
fn transparent(data: &Data, errors: &mut Errors) -> TokenStream {
    let [member] = data.members.as_slice() else {
        let message = "a transparent type has one member: remove the others, or write \
                       `#[repr(C)]`";
        errors.at(&data.ident, message);
        return TokenStream::new();
    };
    let words = Words::from(&data.portability);
    let Some(ty) = errors.take(describe(&member.ty, words)) else {
        return TokenStream::new();
    };
    let ident = &data.ident;
    let (generics, arguments, condition) = data.generics.split_for_impl();
    let owner = with_static(data);
    let span = ident.span();
    let proved = quote_spanned!(span=> ::ioctlkit::__private::prove_owns_nothing::<#owner>());
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        unsafe impl #generics ::ioctlkit::IoctlData for #ident #arguments #condition {
            const TYPE: ::ioctlkit::description::Type = #ty;
        }
        const _: () = #proved;
    }
}

fn record(data: &Data, errors: &mut Errors) -> TokenStream {
    let words = Words::from(&data.portability);
    let members: Vec<_> =
        data.members.iter().map(|member| describe_member(member, words, errors)).collect();
    let ident = &data.ident;
    let name = ident.to_string();
    let c_name = option(data.c_name.as_ref());
    let kind = match data.kind {
        DataKind::Struct => quote!(Struct),
        DataKind::Union => quote!(Union),
    };
    let portability = match &data.portability {
        Portability::Required => quote!(Proven),
        Portability::Mirrors { reason, .. } => {
            let reason = option(reason.as_ref());
            quote!(Mirrors { reason: #reason })
        }
    };
    let attributes = attributes(data);
    let initial = initial(data);
    let flexible = flexible(data);
    let buffers = buffer::setters(data);
    let proof = proof(data);
    let defaults = data.members.iter().filter_map(check_default);
    let (generics, arguments, condition) = data.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        unsafe impl #generics ::ioctlkit::IoctlData for #ident #arguments #condition {
            const TYPE: ::ioctlkit::description::Type = ::ioctlkit::description::Type::Record(
                &::ioctlkit::description::Record {
                    name: #name,
                    c_name: #c_name,
                    kind: ::ioctlkit::__private::RecordKind::#kind,
                    attributes: #attributes,
                    portability: ::ioctlkit::description::Portability::#portability,
                    members: &[#(#members),*],
                },
            );
            #initial
        }
        #flexible
        #buffers
        #proof
        #(#defaults)*
    }
}

/// That an initial value is one of those that the member may have, where it is known before the program
/// runs.
fn check_default(member: &Member) -> Option<TokenStream> {
    let default = member.default.as_ref().filter(|default| is_constant(default))?;
    let constraint = constraint(member)?;
    let message = format!("the default of `{}` is none of its values", member.name());
    Some(quote_spanned! {default.span()=>
        #[allow(clippy::unnecessary_cast)]
        const _: () = ::core::assert!(
            ::ioctlkit::__private::takes(
                &::ioctlkit::description::Constraint::#constraint,
                (#default) as i128,
            ),
            #message
        );
    })
}

fn is_constant(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Lit(_) | syn::Expr::Path(_) => true,
        syn::Expr::Unary(unary) => is_constant(&unary.expr),
        syn::Expr::Paren(inner) => is_constant(&inner.expr),
        syn::Expr::Group(inner) => is_constant(&inner.expr),
        syn::Expr::Cast(cast) => is_constant(&cast.expr),
        syn::Expr::Binary(binary) => is_constant(&binary.left) && is_constant(&binary.right),
        _ => false,
    }
}

/// What the description says of the values of a member, where that is anything.
fn constraint(member: &Member) -> Option<TokenStream> {
    match &member.constraint {
        Constraint::None => None,
        Constraint::Flags(mask) => Some(quote!(Flags((#mask) as u64))),
        Constraint::Range(range) => {
            let (first, last) = (&range.start, &range.end);
            Some(quote!(Range { first: (#first) as i128, last: (#last) as i128 }))
        }
        Constraint::Values(values) => Some(quote!(Values(&[#((#values) as i128),*]))),
    }
}

fn describe_member(member: &Member, words: Words, errors: &mut Errors) -> TokenStream {
    let name = member.name();
    let Some(ty) = errors.take(describe(&member.ty, words)) else {
        return TokenStream::new();
    };
    let constraint = constraint(member);
    let role = match &member.role {
        Role::Plain if is_reserved(member) => Some(quote!(Reserved)),
        Role::Plain => None,
        Role::Reserved => Some(quote!(Reserved)),
        Role::Size => Some(quote!(Size)),
        Role::Fd => Some(quote!(Fd)),
        Role::Handle { object, purpose } => {
            let object = object.to_string();
            let purpose = match purpose {
                HandlePurpose::Creates => quote!(Creates),
                HandlePurpose::Uses => quote!(Uses),
                HandlePurpose::Destroys => quote!(Destroys),
            };
            let purpose = quote!(::ioctlkit::description::HandlePurpose::#purpose);
            Some(quote!(Handle { object: #object, purpose: #purpose }))
        }
        Role::Anonymous => Some(quote!(Anonymous)),
        Role::Flexible { count } => {
            let count = count.to_string();
            Some(quote!(Flexible { count: #count }))
        }
        Role::Buffer { count } => {
            let count = count.to_string();
            Some(quote!(Buffer { count: #count }))
        }
    };
    if role.is_none() && constraint.is_none() {
        return quote!(::ioctlkit::description::Member::plain(#name, #ty));
    }
    let role = role.unwrap_or(quote!(Plain));
    let constraint = constraint.unwrap_or(quote!(None));
    quote! {
        ::ioctlkit::description::Member {
            name: #name,
            ty: #ty,
            role: ::ioctlkit::description::Role::#role,
            constraint: ::ioctlkit::description::Constraint::#constraint,
        }
    }
}

/// Whether the member's type says that it takes place and no more.
fn is_reserved(member: &Member) -> bool {
    last_segment(&member.ty).is_some_and(|segment| segment.ident == "Reserved")
}

fn attributes(data: &Data) -> TokenStream {
    let packed = data.repr.packed == Some(1);
    let pack = number(data.repr.packed.filter(|bytes| *bytes > 1));
    let aligned = number(data.repr.align);
    if !packed && data.repr.packed.is_none() && data.repr.align.is_none() {
        return quote!(::ioctlkit::__private::MemberAlign::NATURAL);
    }
    quote! {
        ::ioctlkit::__private::MemberAlign { packed: #packed, aligned: #aligned, pack: #pack }
    }
}

fn number(bytes: Option<u64>) -> TokenStream {
    if let Some(bytes) = bytes {
        quote!(::core::option::Option::Some(#bytes))
    } else {
        quote!(::core::option::Option::None)
    }
}

pub(crate) fn option(text: Option<&LitStr>) -> TokenStream {
    if let Some(text) = text {
        quote!(::core::option::Option::Some(#text))
    } else {
        quote!(::core::option::Option::None)
    }
}

/// What the members begin with, where that is not zero everywhere.
fn initial(data: &Data) -> TokenStream {
    if data.kind == DataKind::Union {
        return TokenStream::new();
    }
    let sized: Vec<_> = data
        .members
        .iter()
        .filter(|member| matches!(member.role, Role::Size))
        .map(|member| {
            let name = &member.name;
            quote!(self.#name = ::core::mem::size_of::<Self>() as _;)
        })
        .collect();
    let set: Vec<_> = data
        .members
        .iter()
        .filter_map(|member| {
            let (name, ty) = (&member.name, &member.ty);
            match &member.default {
                Some(value) => Some(quote!(value.#name = #value;)),
                None if begins_with_zero(ty) => None,
                None => {
                    let initial = initial_of(ty);
                    Some(quote!(value.#name = #initial;))
                }
            }
        })
        .collect();
    let prepare = (!sized.is_empty()).then(|| {
        quote! {
            const PREPARES: bool = true;
            #[inline]
            fn prepare(&mut self) { #(#sized)* }
        }
    });
    let initial = (!sized.is_empty() || !set.is_empty()).then(|| {
        quote! {
            #[inline]
            #[allow(unused_mut)]
            fn initial() -> Self {
                let mut value: Self = ::ioctlkit::zeroed();
                #(#set)*
                ::ioctlkit::IoctlData::prepare(&mut value);
                value
            }
        }
    });
    quote!(#prepare #initial)
}

/// What a type's value begins with. An error about a type without the trait is the one that its
/// description has, word for word, so that the compiler says it once.
fn initial_of(ty: &Type) -> TokenStream {
    if let Type::Array(array) = ty {
        let element = initial_of(&array.elem);
        return quote!(::core::array::from_fn(|_| #element));
    }
    quote_spanned!(ty.span()=> <#ty as ::ioctlkit::IoctlData>::initial())
}

/// The array at the end, where a member counts it.
pub(crate) fn flexible(data: &Data) -> TokenStream {
    let Some((member, count)) = data.members.iter().find_map(|member| match &member.role {
        Role::Flexible { count } => Some((member, count)),
        _ => None,
    }) else {
        return TokenStream::new();
    };
    let Some(element) = argument_of(&member.ty, "FlexibleArray") else {
        return TokenStream::new();
    };
    let Some(counting) = data.members.iter().find(|m| *count == m.name()) else {
        return TokenStream::new();
    };
    if !matches!(counting.ty, Type::Path(_)) {
        return TokenStream::new();
    }
    let set_size = data.members.iter().find(|m| matches!(m.role, Role::Size)).map(|member| {
        let (name, ty) = (&member.name, &member.ty);
        quote! {
            #[inline]
            fn set_size(&mut self, bytes: usize) {
                self.#name = <#ty>::try_from(bytes).unwrap_or(<#ty>::MAX);
            }
        }
    });
    let (ident, array, count_type) = (&data.ident, &member.name, &counting.ty);
    let counts = quote_spanned!(count_type.span()=> <#count_type as ::ioctlkit::__private::Count>);
    let ty = with_static(data);
    let proved = quote_spanned!(member.span=> ::ioctlkit::__private::prove_tail::<#ty>());
    let (generics, arguments, condition) = data.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        unsafe impl #generics ::ioctlkit::FlexibleData for #ident #arguments #condition {
            type Element = #element;
            const TAIL: usize = ::core::mem::offset_of!(Self, #array);
            const MAX_COUNT: u64 = #counts::MAX;
            #[inline]
            fn count(&self) -> u64 {
                #counts::get(self.#count)
            }
            #[inline]
            fn set_count(&mut self, count: u64) {
                self.#count = #counts::of(count);
            }
            #set_size
        }
        const _: () = #proved;
    }
}

/// One assertion for the whole structure, whose failure names a member.
fn proof(data: &Data) -> TokenStream {
    let ty = with_static(data);
    let fault = fault();
    let names = data.members.iter().map(|member| &member.name);
    let arms = data.members.iter().enumerate().map(|(index, member)| {
        let refuse = quote_spanned!(member.span=> ::ioctlkit::__private::refuse_data(&#fault));
        quote!(#index => #refuse,)
    });
    let span = data.ident.span();
    let refuse = quote_spanned!(span=> ::ioctlkit::__private::refuse_data(&#fault));
    quote! {
        const _: () = {
            if let ::core::option::Option::Some(#fault) = ::ioctlkit::__private::check_data::<#ty>(
                &<#ty as ::ioctlkit::IoctlData>::TYPE,
                &[#(::core::mem::offset_of!(#ty, #names)),*],
            ) {
                match #fault.member {
                    #(#arms)*
                    _ => #refuse,
                }
            }
        };
    }
}

/// The type with `'static` for its lifetimes.
fn with_static(data: &Data) -> TokenStream {
    let ident = &data.ident;
    let lifetimes = data.generics.lifetimes().map(|_| Lifetime::new("'static", ident.span()));
    if data.generics.params.is_empty() { quote!(#ident) } else { quote!(#ident<#(#lifetimes),*>) }
}
