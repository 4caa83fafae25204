//! The derives of `ioctlkit`, as their grammar's own crate reads them.

use ioctlkit_abi::Direction;
use ioctlkit_model::{Differences, DriverPath};
use ioctlkit_syntax as syntax;

use super::attributes::derives;
use super::item::{Data, Ex, Place, Ty};
use super::lower::{Origin, name_of};
use super::stated;

/// An interface.
#[derive(Debug, PartialEq)]
pub(crate) struct Interface {
    /// The type letter.
    pub(crate) type_letter: Option<Ex>,
    /// The commands.
    pub(crate) commands: Vec<DerivedCommand>,
    /// The device newtype that its commands are methods of.
    pub(crate) device: Option<String>,
    /// The driver's file, where the author vouches for one.
    pub(crate) path: Option<DriverPath>,
    /// What the C names begin with.
    pub(crate) prefix: String,
    /// The documentation, line by line.
    pub(crate) docs: Vec<String>,
}

/// A structure's own command.
#[derive(Debug, PartialEq)]
pub(crate) struct Single {
    /// The type letter.
    pub(crate) type_letter: Option<Ex>,
    /// The command.
    pub(crate) command: DerivedCommand,
}

/// A command.
#[derive(Debug, PartialEq)]
pub(crate) struct DerivedCommand {
    /// The variant's name, or the structure's.
    pub(crate) name: String,
    /// That name.
    pub(crate) name_place: Place,
    /// The name in C.
    pub(crate) c_name: String,
    /// How it is told from others.
    pub(crate) identity: Identity,
    /// What the number says of the direction.
    pub(crate) direction: Direction,
    /// What the number says of the argument.
    pub(crate) encoded: Encoded,
    /// Whether the definition accepts differences between machines.
    pub(crate) differences: Differences,
    /// What else is said of its call.
    pub(crate) stated: stated::StatedCall,
}

/// How a command is told from others.
#[derive(Debug, PartialEq)]
pub(crate) enum Identity {
    /// By its nr.
    Nr(Ex),
    /// A family, from the first nr to the last.
    Range(Ex, Ex),
    /// By its whole number, and the numbers on some machines.
    Number(Ex, Vec<(String, Ex)>),
}

/// What the number says of the argument.
#[derive(Debug, PartialEq)]
pub(crate) enum Encoded {
    /// Nothing.
    Nothing,
    /// Its type.
    Type(Ty),
    /// A size in bytes.
    Size(u64),
    /// The length of a slice of this type: a family.
    Length(Ty),
}

/// The mistakes of an item, each with its place.
pub(crate) type Mistakes = Vec<(String, Place)>;

/// Reads an interface.
///
/// # Errors
/// Every mistake of its attributes.
pub(crate) fn interface(
    origin: Origin<'_>,
    input: &syn::DeriveInput,
) -> Result<Interface, Mistakes> {
    let syn::Data::Enum(data) = &input.data else {
        return Ok(Interface {
            type_letter: None,
            commands: Vec::new(),
            device: None,
            path: None,
            prefix: String::new(),
            docs: Vec::new(),
        });
    };
    let read = syntax::Interface::parse(input, data).map_err(|error| mistakes(origin, &error))?;
    let commands =
        read.commands.iter().map(|found| command(origin, found, read.c_name(found))).collect();
    let device = match &read.attachment {
        syntax::Attachment::None => None,
        syntax::Attachment::New(name) => Some(name_of(name)),
        syntax::Attachment::Existing(path) => {
            path.segments.last().map(|segment| name_of(&segment.ident))
        }
    };
    Ok(Interface {
        type_letter: read.type_letter.as_ref().map(|value| origin.ex(value)),
        commands,
        device,
        path: read.open_by.path.as_ref().and_then(|path| DriverPath::new(&path.value())),
        prefix: read.prefix.as_ref().map(syn::LitStr::value).unwrap_or_default(),
        docs: read.docs,
    })
}

/// Adds to a structure or union what the derives' attributes say of it. Yields their mistakes.
pub(crate) fn complete(
    origin: Origin<'_>,
    attributes: &[syn::Attribute],
    input: impl FnOnce() -> syn::DeriveInput,
    data: &mut Data,
) -> Mistakes {
    let single = derives(attributes, "Ioctl");
    data.derived = single || derives(attributes, "IoctlData");
    if !data.derived {
        return Vec::new();
    }
    let input = input();
    let read = if single {
        syntax::Single::parse(&input).map(|single| {
            let type_letter = single.type_letter.as_ref().map(|value| origin.ex(value));
            let mut command = command(origin, &single.command, single.c_name());
            if of_data(&single.data) == Differences::Accepted {
                command.differences = Differences::Accepted;
            }
            (single.data, Some(Box::new(Single { type_letter, command })))
        })
    } else {
        syntax::Data::parse(&input).map(|data| (data, None))
    };
    match read {
        Ok((read, command)) => {
            data.c_name = read.c_name.as_ref().map(syn::LitStr::value);
            data.command = command;
            data.docs.clone_from(&read.docs);
            data.differences = of_data(&read);
            for (field, member) in data.fields.iter_mut().zip(&read.members) {
                field.anonymous |= matches!(member.role, syntax::Role::Anonymous);
                field.stated = stated::member(origin, member);
            }
            Vec::new()
        }
        Err(error) => mistakes(origin, &error),
    }
}

fn mistakes(origin: Origin<'_>, error: &syn::Error) -> Mistakes {
    error.into_iter().map(|one| (one.to_string(), origin.place(one.span()))).collect()
}

fn command(origin: Origin<'_>, found: &syntax::Command, c_name: String) -> DerivedCommand {
    let identity = match &found.identity {
        syntax::Identity::Encoded(syntax::Nr::One(nr)) => Identity::Nr(origin.ex(nr)),
        syntax::Identity::Encoded(syntax::Nr::Range(range)) => {
            Identity::Range(origin.ex(&range.start), origin.ex(&range.end))
        }
        syntax::Identity::Number { general, exceptions } => {
            let exception = |exception: &syntax::NumberException| {
                (exception.machine.value(), origin.ex(&exception.number))
            };
            Identity::Number(origin.ex(general), exceptions.iter().map(exception).collect())
        }
    };
    let direction = stated::direction(found.encoded.direction.unwrap_or(found.direction));
    DerivedCommand {
        name: name_of(&found.ident),
        name_place: origin.place(found.ident.span()),
        c_name,
        identity,
        direction,
        encoded: encoded(origin, found, direction),
        differences: of_command(found),
        stated: stated::command(origin, found),
    }
}

fn of_data(read: &syntax::Data) -> Differences {
    match read.portability {
        syntax::Portability::Mirrors { .. } => Differences::Accepted,
        syntax::Portability::Required => Differences::Unmentioned,
    }
}

fn of_command(read: &syntax::Command) -> Differences {
    if read.not_portable || !read.encoded.is_empty() {
        Differences::Accepted
    } else {
        Differences::Unmentioned
    }
}

fn encoded(origin: Origin<'_>, found: &syntax::Command, direction: Direction) -> Encoded {
    if let Some(ty) = &found.encoded.ty {
        return Encoded::Type(origin.ty(&integer_of_c(ty)));
    }
    if let Some(size) = &found.encoded.size {
        // What is no number of bytes is the derive's to refuse.
        return size.base10_parse().map_or(Encoded::Nothing, Encoded::Size);
    }
    match &found.payload {
        syntax::Payload::Buffer(ty) => Encoded::Length(origin.ty(ty)),
        _ if direction == Direction::None => Encoded::Nothing,
        syntax::Payload::None => Encoded::Nothing,
        syntax::Payload::Pointer(ty) => Encoded::Type(origin.ty(ty)),
        syntax::Payload::Value(ty) => Encoded::Type(origin.ty(&number_of_file(ty))),
    }
}

/// The derive knows C's integers by their names, without an import.
fn integer_of_c(ty: &syn::Type) -> syn::Type {
    match last_name(ty) {
        Some(name) if name.to_string().starts_with("c_") => syn::parse_quote!(::core::ffi::#name),
        _ => ty.clone(),
    }
}

/// A file that is passed itself is an `int`.
fn number_of_file(ty: &syn::Type) -> syn::Type {
    match last_name(ty) {
        Some(name) if name == "BorrowedFd" => syn::parse_quote!(::core::ffi::c_int),
        _ => ty.clone(),
    }
}

fn last_name(ty: &syn::Type) -> Option<&syn::Ident> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    path.path.segments.last().map(|segment| &segment.ident)
}
