//! What a member's type is, as far as its name tells, and what no member can be.

use ioctlkit_syntax::Portability;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// Which types are taken by their name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// Only those that are the same everywhere.
    Portable,
    /// `long`, `size_t` and pointers as well, as C has them.
    AsInC,
}

impl From<&Portability> for Words {
    fn from(portability: &Portability) -> Self {
        match portability {
            Portability::Required => Self::Portable,
            Portability::Mirrors { .. } => Self::AsInC,
        }
    }
}

/// The expression of type `description::Type` that describes a type.
///
/// # Errors
/// For types that cannot be part of an argument, with what to write in their place.
pub(crate) fn describe(ty: &Type, words: Words) -> syn::Result<TokenStream> {
    match ty {
        Type::Paren(inner) => describe(&inner.elem, words),
        Type::Group(inner) => describe(&inner.elem, words),
        Type::Array(array) if argument_of(&array.elem, "FlexibleArray").is_some() => {
            let message = "a flexible array is the last member, and one: write `FlexibleArray<T>`";
            Err(syn::Error::new_spanned(ty, message))
        }
        Type::Array(array) => {
            let element = describe(&array.elem, words)?;
            let length = &array.len;
            Ok(quote!(::ioctlkit::description::Type::Array {
                element: &#element,
                length: (#length) as u64,
            }))
        }
        Type::Ptr(_) if words == Words::AsInC => Ok(scalar("Pointer")),
        Type::Path(path) if path.qself.is_none() => {
            let Some(segment) = path.path.segments.last() else {
                return Err(syn::Error::new_spanned(ty, "a type is missing"));
            };
            let name = segment.ident.to_string();
            if words == Words::AsInC
                && let Some(word) = word_of_c(&name).or_else(|| integer_of_c(&name))
            {
                return Ok(scalar(word));
            }
            if let Some(message) = refusal(&name, segment) {
                return Err(syn::Error::new_spanned(ty, message));
            }
            let Some(element) = argument_of(ty, "FlexibleArray") else {
                return Ok(of_trait(ty));
            };
            let element = describe(element, words)?;
            Ok(quote!(::ioctlkit::description::Type::FlexibleArray(&#element)))
        }
        Type::Path(_) | Type::Macro(_) => Ok(of_trait(ty)),
        other => Err(syn::Error::new_spanned(ty, refusal_of_form(other))),
    }
}

/// What the type itself says it is; an error about a type without the trait stands at the type.
fn of_trait(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as ::ioctlkit::IoctlData>::TYPE)
}

fn scalar(name: &str) -> TokenStream {
    let name = syn::Ident::new(name, proc_macro2::Span::call_site());
    quote!(::ioctlkit::description::Type::Scalar(::ioctlkit::__private::Scalar::#name))
}

/// The fundamental type of C behind a name whose size follows the machine's words.
pub(crate) fn word_of_c(name: &str) -> Option<&'static str> {
    Some(match name {
        "c_long" | "isize" | "ssize_t" => "Long",
        "c_ulong" | "usize" | "size_t" => "UnsignedLong",
        _ => return None,
    })
}

/// The fundamental type of C behind the name of another integer, so that what a header says needs
/// no import.
fn integer_of_c(name: &str) -> Option<&'static str> {
    Some(match name {
        "c_char" => "Char",
        "c_schar" => "SignedChar",
        "c_uchar" => "UnsignedChar",
        "c_short" => "Short",
        "c_ushort" => "UnsignedShort",
        "c_int" => "Int",
        "c_uint" => "UnsignedInt",
        "c_longlong" => "LongLong",
        "c_ulonglong" => "UnsignedLongLong",
        _ => return None,
    })
}

/// Why a type of that name cannot be part of an argument, and what can.
fn refusal(name: &str, segment: &PathSegment) -> Option<String> {
    let mirrors = "to mirror an ABI that exists, add `#[ioctl(not_portable)]`";
    Some(match name {
        "usize" | "c_ulong" | "size_t" | "uintptr_t" => format!(
            "`{name}` has 4 bytes on i386 and 8 on x86_64, so a 32-bit program and its kernel \
             disagree: write `u64`, or `u32`; {mirrors}"
        ),
        "isize" | "c_long" | "ssize_t" | "intptr_t" | "ptrdiff_t" => format!(
            "`{name}` has 4 bytes on i386 and 8 on x86_64, so a 32-bit program and its kernel \
             disagree: write `i64`, or `i32`; {mirrors}"
        ),
        "time_t" | "suseconds_t" | "off_t" | "clock_t" => {
            format!("`{name}` has 4 bytes for some programs and 8 for others: write `i64`")
        }
        "timeval" => "user space has several definitions of `timeval`: write two `i64` members, \
                      seconds and microseconds"
            .to_owned(),
        "timespec" => "user space has several definitions of `timespec`: write two `i64` members, \
                       seconds and nanoseconds"
            .to_owned(),
        "itimerval" | "itimerspec" => format!(
            "user space has several definitions of `{name}`: write four `i64` members, the seconds \
             and fractions of the interval and of the value"
        ),
        "bool" => "any byte but 0 and 1 that the kernel writes is no `bool`: write `u8`, or a bit \
                   of a `u32` with `#[ioctl(flags = …)]`"
            .to_owned(),
        "char" => "most numbers that the kernel writes are no `char`: write `u32`".to_owned(),
        "f32" => "the kernel does not compute with floating point: write `u32`".to_owned(),
        "f64" => "the kernel does not compute with floating point: write `u64`".to_owned(),
        "u128" | "i128" => format!(
            "C has no 128-bit integer on most 32-bit ABIs: write `[u64; 2]` in place of `{name}`"
        ),
        "Box" | "Rc" | "Arc" | "Vec" | "String" | "NonNull" | "CString" => format!(
            "`{name}` owns an address that the kernel could overwrite: write `UserPtr<'a, {}>`",
            argument(segment).unwrap_or("u8".into())
        ),
        "Option" => "the kernel does not know how Rust says `None`: write an integer, or \
                     `UserPtr::NULL` for no address"
            .to_owned(),
        "OwnedFd" | "BorrowedFd" | "File" => format!(
            "the kernel could write any number over a `{name}`, and it would close that file: write \
             `i32`, with `#[ioctl(fd)]` if it is a member"
        ),
        "Cell" | "RefCell" | "UnsafeCell" | "Mutex" => {
            format!("`{name}` is for memory that Rust code shares: write the type inside")
        }
        name if name.starts_with("NonZero") => {
            "a zero that the kernel writes is none of its values: write the integer".to_owned()
        }
        name if name.starts_with("Atomic") => {
            "the call copies the argument, and shares nothing: write the integer".to_owned()
        }
        _ => return None,
    })
}

fn refusal_of_form(ty: &Type) -> String {
    match ty {
        Type::Ptr(pointer) => {
            let wrapper = match pointer.mutability {
                syn::PointerMutability::Mut(_) => "UserPtr",
                syn::PointerMutability::Const(_) => "UserConstPtr",
            };
            format!(
                "a pointer has 4 bytes on i386 and 8 on x86_64: write `{wrapper}<'a, {}>`; to mirror \
                 an ABI that exists, add `#[ioctl(not_portable)]`",
                pointed_to(&pointer.elem)
            )
        }
        Type::Reference(reference) => {
            let wrapper = if reference.mutability.is_some() { "UserPtr" } else { "UserConstPtr" };
            format!(
                "a reference has 4 bytes on i386 and 8 on x86_64, and what the kernel writes is \
                 none: write `{wrapper}<'a, {}>`",
                pointed_to(&reference.elem)
            )
        }
        Type::Tuple(_) => {
            "Rust orders the members of a tuple as it likes: write a structure".to_owned()
        }
        Type::Slice(_) => {
            "a slice has no size: write `FlexibleArray<T>` as the last member".to_owned()
        }
        _ => "the kernel's side has no such type: write integers, arrays and structures of them"
            .to_owned(),
    }
}

/// What stands behind an address, without its length.
fn pointed_to(ty: &Type) -> String {
    let element = if let Type::Slice(slice) = ty { &*slice.elem } else { ty };
    match last_segment(element) {
        Some(segment) if segment.ident == "str" => "u8".to_owned(),
        Some(_) => quote!(#element).to_string(),
        None => "T".to_owned(),
    }
}

/// The first generic argument, as it is spelled.
fn argument(segment: &PathSegment) -> Option<String> {
    type_argument(segment).map(|ty| quote!(#ty).to_string())
}

/// The first type between `<` and `>`.
pub(crate) fn type_argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The last name of a path with its arguments.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Paren(inner) => last_segment(&inner.elem),
        Type::Group(inner) => last_segment(&inner.elem),
        _ => None,
    }
}

/// `T` of `Name<T>`.
pub(crate) fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    last_segment(ty).filter(|segment| segment.ident == name).and_then(type_argument)
}

/// Whether the type is known by its name to have no value but zero to begin with.
pub(crate) fn begins_with_zero(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => begins_with_zero(&array.elem),
        Type::Ptr(_) => true,
        _ => last_segment(ty).is_some_and(|segment| {
            let name = segment.ident.to_string();
            let known = [
                "u8",
                "i8",
                "u16",
                "i16",
                "u32",
                "i32",
                "u64",
                "i64",
                "c_int",
                "c_uint",
                "c_char",
                "c_uchar",
                "c_schar",
                "c_short",
                "c_ushort",
                "c_longlong",
                "c_ulonglong",
                "UserPtr",
                "UserConstPtr",
                "Reserved",
                "FlexibleArray",
                "CompatU64",
                "CompatI64",
            ];
            known.contains(&name.as_str()) || word_of_c(&name).is_some()
        }),
    }
}
