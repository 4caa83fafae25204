//! A structure that is the argument of one command.

use syn::{DeriveInput, Expr, LitStr, Path};

use crate::attribute::{each_word, name as name_of, unknown, value};
use crate::command::{CommandWords, Read, WORDS};
use crate::{Command, Data, Errors, data, literal};

/// A structure and its command.
#[derive(Clone)]
pub struct Single {
    /// The type letter.
    pub type_letter: Option<Expr>,
    /// The device newtype that the method is added to.
    pub on: Option<Path>,
    /// The command.
    pub command: Command,
    /// The structure.
    pub data: Data,
}

impl Single {
    /// Reads a structure with `#[derive(Ioctl)]`.
    ///
    /// # Errors
    /// Every mistake in its attributes and members.
    pub fn parse(input: &DeriveInput) -> syn::Result<Self> {
        let mut errors = Errors::new();
        let mut words = CommandWords::default();
        let mut data_words = data::DataWords::default();
        let mut type_letter = None;
        let mut on = None;
        let known = known_words();
        // `c` names the command in `CommandWords`; the structure's own name says `struct`.
        let complete = each_word(&input.attrs, &mut errors, |name, input| {
            match name.to_string().as_str() {
                "type" => type_letter = Some(literal::letter(value(input)?)?),
                "on" => on = Some(name_of(input)?),
                "not_portable" => drop(data_words.word(name, input)?),
                "value" | "buffer" => return Err(unknown(name, &known)),
                "c" if names_a_type(input) => drop(data_words.word(name, input)?),
                _ if words.word(name, input)? || data_words.word(name, input)? => {}
                _ => return Err(unknown(name, &known)),
            }
            Ok(())
        });
        words.read = Read::of(complete);
        let generics = &input.generics;
        let ident = &input.ident;
        let lifetimes = generics.lifetimes().map(|_| -> syn::Lifetime { syn::parse_quote!('_) });
        let ty = if generics.params.is_empty() {
            syn::parse_quote!(#ident)
        } else {
            syn::parse_quote!(#ident<#(#lifetimes),*>)
        };
        let command = words.finish(ident, &input.attrs, Some(ty), &mut errors);
        let needs_type = |command: &Command| {
            matches!(command.identity, crate::Identity::Encoded(_))
                && type_letter.is_none()
                && complete
        };
        if command.as_ref().is_some_and(needs_type) {
            errors.at(ident, "the type letter is missing: add `#[ioctl(type = b'X')]`");
        }
        let data = data_words.finish(input, &mut errors);
        match (command, data) {
            (Some(command), Some(data)) => errors.finish(Self { type_letter, on, command, data }),
            _ => errors.finish(()).and_then(|()| {
                Err(syn::Error::new_spanned(ident, "the structure could not be read"))
            }),
        }
    }

    /// The name of the command in C: its own, or the structure's name in capitals.
    pub fn c_name(&self) -> String {
        let made = || crate::screaming_snake_case(&self.command.ident.to_string());
        self.command.c_name.as_ref().map_or_else(made, LitStr::value)
    }
}

/// The words of a structure, with those of the command that it may be.
pub(crate) fn known_words() -> Vec<&'static str> {
    let of_command = WORDS.into_iter().filter(|word| !matches!(*word, "value" | "buffer"));
    let of_structure = data::WORDS.into_iter().filter(|word| !WORDS.contains(word));
    of_command.chain(of_structure).collect()
}

/// Whether the words of a structure make a command of it, so that it derives `Ioctl`.
pub fn makes_a_command(input: &DeriveInput) -> bool {
    let mut makes = false;
    // Whoever reads the words for their meaning reports what is wrong with them.
    each_word(&input.attrs, &mut Errors::new(), |name, rest| {
        makes |= name == "nr" || name == "number";
        rest.parse::<proc_macro2::TokenStream>().map(drop)
    });
    makes
}

/// Whether `= "struct …"` follows.
fn names_a_type(input: syn::parse::ParseStream<'_>) -> bool {
    value::<LitStr>(&input.fork()).is_ok_and(|text| {
        let text = text.value();
        text.starts_with("struct ") || text.starts_with("union ")
    })
}
