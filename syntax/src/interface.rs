//! An enum: one interface.

use ioctlkit_abi::spelling::{is_c_prefix, is_driver_path};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{
    DataEnum, DeriveInput, Expr, Generics, Ident, LitStr, Path, Visibility, parenthesized, token,
};

use crate::attribute::{documentation, each_word, name as name_of, spelled, text, unknown, value};
use crate::{Command, Errors, command, literal};

/// Where the methods go.
#[derive(Clone)]
pub enum Attachment {
    /// Nowhere: numbers and the description only.
    None,
    /// A device newtype that the derive makes.
    New(Ident),
    /// A device newtype that exists.
    Existing(Path),
}

/// How a device newtype can be made without `unsafe`.
#[derive(Clone, Default)]
pub struct OpenBy {
    /// The driver's file.
    pub path: Option<LitStr>,
    /// A function that tells the driver's files from others.
    pub verify: Option<Path>,
}

/// An interface: an enum whose variants are commands.
#[derive(Clone)]
pub struct Interface {
    /// The enum's name.
    pub ident: Ident,
    /// Its visibility, which is that of everything made from it.
    pub visibility: Visibility,
    /// Its generics: lifetimes at most.
    pub generics: Generics,
    /// The lines of its documentation.
    pub docs: Vec<String>,
    /// The type letter.
    pub type_letter: Option<Expr>,
    /// Where the methods go.
    pub attachment: Attachment,
    /// How the device newtype can be made safely.
    pub open_by: OpenBy,
    /// The trait to make, to answer the commands in the same process.
    pub driver: Option<Ident>,
    /// What the C names of the commands begin with.
    pub prefix: Option<LitStr>,
    /// The commands.
    pub commands: Vec<Command>,
}

pub(crate) const WORDS: [&str; 6] = ["type", "device", "on", "driver", "prefix", "unsafe"];

/// What is vouched for in `unsafe(…)`.
pub(crate) const PROMISES: [&str; 2] = ["path", "verify"];

impl Interface {
    /// Reads an enum.
    ///
    /// # Errors
    /// Every mistake in its attributes and variants.
    pub fn parse(input: &DeriveInput, data: &DataEnum) -> syn::Result<Self> {
        let (interface, errors) = Self::read(input, data);
        errors.finish(interface)
    }

    /// Reads an enum: what is without a mistake, and every mistake in its attributes and variants.
    pub fn read(input: &DeriveInput, data: &DataEnum) -> (Self, Errors) {
        let mut errors = Errors::new();
        refuse_type_parameters(&input.generics, &mut errors);
        let mut interface = Self {
            ident: input.ident.clone(),
            visibility: input.vis.clone(),
            generics: input.generics.clone(),
            docs: documentation(&input.attrs),
            type_letter: None,
            attachment: Attachment::None,
            open_by: OpenBy::default(),
            driver: None,
            prefix: None,
            commands: Vec::new(),
        };
        let complete =
            each_word(&input.attrs, &mut errors, |name, input| interface.word(name, input));
        for variant in &data.variants {
            interface.commands.extend(command::variant(variant, &mut errors));
        }
        if data.variants.is_empty() {
            let message = "an interface has commands: add a variant for each";
            errors.at(&input.ident, message);
        }
        let needs_type =
            |command: &Command| matches!(command.identity, command::Identity::Encoded(_));
        let lacks_type = complete && interface.type_letter.is_none();
        if lacks_type && interface.commands.iter().any(needs_type) {
            let message = "the type letter is missing: add `#[ioctl(type = b'X')]`";
            errors.at(&input.ident, message);
        }
        if !matches!(interface.attachment, Attachment::New(_)) && complete {
            let message = "this makes constructors of the device newtype that `device = Name` \
                           makes: add that";
            let OpenBy { path, verify } = &interface.open_by;
            if let Some(path) = path {
                errors.at(path, message);
            }
            if let Some(verify) = verify {
                errors.at(verify, message);
            }
        }
        if let Some(driver) = &interface.driver
            && matches!(interface.attachment, Attachment::None)
            && complete
        {
            let message = "a driver answers the methods of a device newtype: add `device = Name`";
            errors.at(driver, message);
        }
        (interface, errors)
    }

    fn word(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match name.to_string().as_str() {
            "type" => self.type_letter = Some(literal::letter(value(input)?)?),
            "device" | "on" => {
                if !matches!(self.attachment, Attachment::None) {
                    let message = "`device` makes a newtype, `on` uses one: write one of them";
                    return Err(syn::Error::new(name.span(), message));
                }
                self.attachment = if name == "device" {
                    Attachment::New(name_of(input)?)
                } else {
                    Attachment::Existing(name_of(input)?)
                };
            }
            "driver" => self.driver = Some(name_of(input)?),
            "prefix" => {
                let wanted = "names in C begin with a letter or `_` and have those and digits: \
                              `ECHO_`";
                self.prefix = Some(spelled(text(input)?, is_c_prefix, wanted)?);
            }
            "unsafe" if !input.peek(token::Paren) => {
                let message = "say what you vouch for: `unsafe(path = \"/dev/…\")` or \
                               `unsafe(verify = function)`";
                return Err(syn::Error::new(name.span(), message));
            }
            "unsafe" => self.promise(input)?,
            "path" | "verify" => {
                let message = format!(
                    "nothing but your word tells that the files are the driver's: write \
                     `unsafe({name} = …)`"
                );
                return Err(syn::Error::new(name.span(), message));
            }
            _ => return Err(unknown(name, &WORDS)),
        }
        Ok(())
    }

    fn promise(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let inner;
        parenthesized!(inner in input);
        let name = Ident::parse_any(&inner)?;
        match name.to_string().as_str() {
            "path" => {
                let wanted = "the path of a driver's file begins with `/`, has ASCII letters, \
                              digits and `_.-` in its parts, and none that is `..`: `/dev/echo`";
                self.open_by.path = Some(spelled(text(&inner)?, is_driver_path, wanted)?);
            }
            "verify" => self.open_by.verify = Some(name_of(&inner)?),
            _ => return Err(unknown(&name, &PROMISES)),
        }
        if inner.is_empty() { Ok(()) } else { Err(inner.error("write one promise at a time")) }
    }

    /// The name of a command in C: its own, or the prefix and the variant's name in capitals.
    pub fn c_name(&self, command: &Command) -> String {
        if let Some(name) = &command.c_name {
            return name.value();
        }
        let prefix = self.prefix.as_ref().map(LitStr::value).unwrap_or_default();
        format!("{prefix}{}", crate::screaming_snake_case(&command.ident.to_string()))
    }
}

/// The derives know no type that is not written down.
pub(crate) fn refuse_type_parameters(generics: &Generics, errors: &mut Errors) {
    for parameter in &generics.params {
        if !matches!(parameter, syn::GenericParam::Lifetime(_)) {
            let message = "an interface has one layout: a parameter would give it many; write the \
                           type itself";
            errors.at(parameter, message);
        }
    }
}
