//! A structure or union that goes through an ioctl.

use ioctlkit_abi::spelling::is_c_type;
use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{
    Attribute, DeriveInput, Generics, Ident, LitInt, LitStr, Token, Visibility, parenthesized,
};

use crate::attribute::{
    documentation, each_word, name as name_of, named_once, spelled, text, unknown,
};
use crate::interface::refuse_type_parameters;
use crate::{Errors, Member, member};

/// Structure or union.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataKind {
    /// `struct`.
    Struct,
    /// `union`.
    Union,
}

/// What `#[repr(…)]` says.
#[derive(Debug, Clone, Default)]
pub struct Repr {
    /// `C`.
    pub c: bool,
    /// `transparent`.
    pub transparent: bool,
    /// `packed` is 1, `packed(n)` is n, in bytes.
    pub packed: Option<u64>,
    /// `align(n)`, in bytes.
    pub align: Option<u64>,
    /// Where it stands.
    pub span: Option<Span>,
}

/// Whether the layout has to be the same everywhere.
#[derive(Clone)]
pub enum Portability {
    /// It has.
    Required,
    /// It mirrors an existing ABI that is not the same everywhere.
    Mirrors {
        /// Why that is so.
        reason: Option<LitStr>,
        /// Where the attribute is.
        span: Span,
    },
}

/// A structure for programs of a 32-bit ABI.
#[derive(Clone)]
pub struct Compat {
    /// The ABI by its name in the table; i386 where absent.
    pub abi: Option<Ident>,
    /// The structure to make.
    pub name: Ident,
}

/// A structure or union.
#[derive(Clone)]
pub struct Data {
    /// The name.
    pub ident: Ident,
    /// Its visibility.
    pub visibility: Visibility,
    /// Its generics: lifetimes at most.
    pub generics: Generics,
    /// The lines of its documentation.
    pub docs: Vec<String>,
    /// Structure or union.
    pub kind: DataKind,
    /// What `#[repr(…)]` says.
    pub repr: Repr,
    /// The name in C.
    pub c_name: Option<LitStr>,
    /// Whether the layout has to be the same everywhere.
    pub portability: Portability,
    /// The structure with explicit padding to make.
    pub padded: Option<Ident>,
    /// The structures of 32-bit ABIs to make.
    pub compat: Vec<Compat>,
    /// The members.
    pub members: Vec<Member>,
}

pub(crate) const WORDS: [&str; 4] = ["c", "not_portable", "padded", "compat"];

/// What the words of a structure have said so far.
#[derive(Default)]
pub(crate) struct DataWords {
    c_name: Option<LitStr>,
    not_portable: Option<(Option<LitStr>, Span)>,
    padded: Option<Ident>,
    compat: Vec<Compat>,
}

impl DataWords {
    /// Takes a word in, if it is one of a structure.
    pub(crate) fn word(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
        match name.to_string().as_str() {
            "c" => {
                let wanted = "a type's name in C is `struct NAME`, `union NAME` or a typedef's, \
                              with ASCII letters, digits and `_`: `struct echo_config`";
                let new = spelled(text(input)?, is_c_type, wanted)?;
                named_once(name, &mut self.c_name, new)?;
            }
            "not_portable" => {
                let reason = if input.is_empty() { None } else { Some(text(input)?) };
                self.not_portable = Some((reason, name.span()));
            }
            "padded" => self.padded = Some(name_of(input)?),
            "compat" if input.peek(Token![=]) => {
                self.compat.push(Compat { abi: None, name: name_of(input)? });
            }
            "compat" => {
                let inner;
                parenthesized!(inner in input);
                loop {
                    let abi = inner.parse::<Ident>()?;
                    self.compat.push(Compat { abi: Some(abi), name: name_of(&inner)? });
                    if inner.is_empty() {
                        break;
                    }
                    inner.parse::<Token![,]>()?;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The structure that the words and the item make.
    pub(crate) fn finish(self, input: &DeriveInput, errors: &mut Errors) -> Option<Data> {
        refuse_type_parameters(&input.generics, errors);
        let (kind, fields) = match &input.data {
            syn::Data::Struct(data) => (DataKind::Struct, data.fields.iter().collect::<Vec<_>>()),
            syn::Data::Union(data) => (DataKind::Union, data.fields.named.iter().collect()),
            syn::Data::Enum(data) => {
                let message = "the kernel may write any number, an enum knows a few: use an \
                               integer, with `#[ioctl(values(…))]` on the member";
                errors.at(data.enum_token, message);
                return None;
            }
        };
        let members = fields
            .into_iter()
            .enumerate()
            .map(|(index, field)| member::read(index, field, errors))
            .collect();
        let portability = match self.not_portable {
            Some((reason, span)) => Portability::Mirrors { reason, span },
            None => Portability::Required,
        };
        Some(Data {
            ident: input.ident.clone(),
            visibility: input.vis.clone(),
            generics: input.generics.clone(),
            docs: documentation(&input.attrs),
            kind,
            repr: repr(&input.attrs, errors),
            c_name: self.c_name,
            portability,
            padded: self.padded,
            compat: self.compat,
            members,
        })
    }
}

impl Data {
    /// Reads a structure or union with `#[derive(IoctlData)]`.
    ///
    /// # Errors
    /// Every mistake in its attributes and members.
    pub fn parse(input: &DeriveInput) -> syn::Result<Self> {
        let mut errors = Errors::new();
        let mut words = DataWords::default();
        each_word(&input.attrs, &mut errors, |name, input| {
            if words.word(name, input)? { Ok(()) } else { Err(unknown(name, &WORDS)) }
        });
        let data = words.finish(input, &mut errors);
        let Some(data) = data else {
            errors.finish(())?;
            return Err(syn::Error::new_spanned(&input.ident, "the type could not be read"));
        };
        errors.finish(data)
    }
}

fn repr(attributes: &[Attribute], errors: &mut Errors) -> Repr {
    let mut repr = Repr::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        repr.span = attribute.path().get_ident().map(Ident::span);
        let read = attribute.parse_nested_meta(|meta| {
            let Some(word) = meta.path.get_ident() else {
                return Ok(());
            };
            let bytes = |meta: &syn::meta::ParseNestedMeta<'_>| -> syn::Result<u64> {
                let inner;
                parenthesized!(inner in meta.input);
                inner.parse::<LitInt>()?.base10_parse()
            };
            match word.to_string().as_str() {
                "C" => repr.c = true,
                "transparent" => repr.transparent = true,
                "packed" if meta.input.peek(syn::token::Paren) => repr.packed = Some(bytes(&meta)?),
                "packed" => repr.packed = Some(1),
                "align" => repr.align = Some(bytes(&meta)?),
                _ => {}
            }
            Ok(())
        });
        errors.take(read);
    }
    repr
}
