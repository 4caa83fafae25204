//! One member of a structure or union.

use ioctlkit_abi::spelling::{is_c_name, is_kernel_macro};
use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::spanned::Spanned as _;
use syn::{Expr, Field, Ident, Type, Visibility};

use crate::attribute::{documentation, each_word, equals, name as name_of, unknown, value};
use crate::command::expressions;
use crate::fragment::ungrouped;
use crate::range::operand;
use crate::{Errors, RangeInclusive, snake_case};

/// What a member is for.
#[derive(Clone)]
pub enum Role {
    /// Data.
    Plain,
    /// Takes place, and is zero.
    Reserved,
    /// Holds the size of the structure, in bytes.
    Size,
    /// The flexible array at the end, with the member that holds its length.
    Flexible {
        /// That member.
        count: Ident,
    },
    /// The address of user memory, with the member that holds how many elements are there.
    Buffer {
        /// That member.
        count: Ident,
    },
    /// A file descriptor.
    Fd,
    /// The handle of an object that the driver keeps for the file.
    Handle {
        /// The kind of object, such as `buffer`.
        object: Ident,
        /// What the command does with it.
        purpose: HandlePurpose,
    },
    /// Stands for an anonymous structure or union of C.
    Anonymous,
}

/// What a command does with the object that a handle stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandlePurpose {
    /// It makes the object, and writes the handle.
    Creates,
    /// It works on the object.
    Uses,
    /// The handle is gone afterwards.
    Destroys,
}

/// Which values the driver takes.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "a structure has a few of them, once")]
pub enum Constraint {
    /// Any.
    None,
    /// A bit mask with no bits but these.
    Flags(Expr),
    /// These and what is between them.
    Range(RangeInclusive),
    /// One of these.
    Values(Vec<Expr>),
}

/// A member.
#[derive(Clone)]
pub struct Member {
    /// The name, or the index of a tuple structure's.
    pub name: syn::Member,
    /// The lines of its documentation.
    pub docs: Vec<String>,
    /// The type.
    pub ty: Type,
    /// What it is for.
    pub role: Role,
    /// Which values the driver takes.
    pub constraint: Constraint,
    /// The initial value, where that is not zero.
    pub default: Option<Expr>,
    /// The type in the structures of 32-bit ABIs, where it is not made from this one.
    pub compat: Option<Type>,
    /// Its visibility.
    pub visibility: Visibility,
    /// Where the member stands.
    pub span: Span,
    /// The conditions under which it exists.
    pub cfgs: Vec<syn::Attribute>,
}

impl Member {
    /// The name as it is spelled, without `r#`.
    pub fn name(&self) -> String {
        match &self.name {
            syn::Member::Named(ident) => {
                let name = ident.to_string();
                name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
            }
            syn::Member::Unnamed(index) => index.index.to_string(),
        }
    }
}

pub(crate) const WORDS: [&str; 13] = [
    "reserved",
    "size",
    "count",
    "flags",
    "range",
    "values",
    "default",
    "fd",
    "creates",
    "handle",
    "destroys",
    "anonymous",
    "compat",
];

pub(crate) fn read(index: usize, field: &Field, errors: &mut Errors) -> Member {
    let ty = ungrouped(field.ty.clone());
    let mut role = None;
    let mut constraint = None;
    let mut default = None;
    let mut compat = None;
    each_word(&field.attrs, errors, |name, input| {
        match name.to_string().as_str() {
            "reserved" => set(&mut role, Role::Reserved, name)?,
            "size" => set(&mut role, Role::Size, name)?,
            "count" if is_address(&ty) => {
                set(&mut role, Role::Buffer { count: name_of(input)? }, name)?;
            }
            "count" => set(&mut role, Role::Flexible { count: name_of(input)? }, name)?,
            "fd" => set(&mut role, Role::Fd, name)?,
            "creates" => set(&mut role, handle(input, HandlePurpose::Creates)?, name)?,
            "handle" => set(&mut role, handle(input, HandlePurpose::Uses)?, name)?,
            "destroys" => set(&mut role, handle(input, HandlePurpose::Destroys)?, name)?,
            "anonymous" => set(&mut role, Role::Anonymous, name)?,
            "flags" => set(&mut constraint, Constraint::Flags(value(input)?), name)?,
            "range" => set(&mut constraint, Constraint::Range(value(input)?), name)?,
            "values" => set(&mut constraint, Constraint::Values(expressions(input)?), name)?,
            "default" => {
                equals(input)?;
                default = Some(operand(input)?);
            }
            "compat" => compat = Some(ungrouped(value(input)?)),
            _ => return Err(unknown(name, &WORDS)),
        }
        Ok(())
    });
    let name = match &field.ident {
        Some(ident) => syn::Member::Named(ident.clone()),
        None => syn::Member::Unnamed(index.into()),
    };
    if let Some(ident) = &field.ident {
        refuse_name(ident, errors);
    }
    let span = field.ident.as_ref().map_or_else(|| ty.span(), Ident::span);
    let cfgs = field.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    Member {
        name,
        docs: documentation(&field.attrs),
        ty,
        role: role.unwrap_or(Role::Plain),
        constraint: constraint.unwrap_or(Constraint::None),
        default,
        compat,
        visibility: field.vis.clone(),
        span,
        cfgs: cfgs.cloned().collect(),
    }
}

/// The structure in C cannot have such a member, so the one that this mirrors has another name.
fn refuse_name(ident: &Ident, errors: &mut Errors) {
    let name = ident.to_string();
    let name = name.strip_prefix("r#").unwrap_or(&name);
    // What is no word at all is left to C's own names: `größe` is one in Rust.
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // gcc takes these for words of AltiVec only where a type may stand; `linux/kvm.h` has members of that name.
    let is_member = matches!(name, "vector" | "pixel");
    if is_word && !is_member && (!is_c_name(name) || is_kernel_macro(name)) {
        let message = format!(
            "`{name}` is a keyword or a macro in C: no structure of the kernel has such a member; \
             give it another name"
        );
        errors.at(ident, message);
    }
}

/// The object's name becomes part of names in C.
fn handle(input: ParseStream<'_>, purpose: HandlePurpose) -> syn::Result<Role> {
    let object: Ident = name_of(input)?;
    let name = object.to_string();
    if !is_c_name(&name) || snake_case(&name) != name {
        let message = format!("`{name}` is no name for an object: write a word like `buffer`");
        return Err(syn::Error::new(object.span(), message));
    }
    Ok(Role::Handle { object, purpose })
}

/// Notes what a word says, unless another one has said something else.
fn set<T>(place: &mut Option<T>, new: T, word: &Ident) -> syn::Result<()> {
    if place.replace(new).is_some() {
        let message =
            format!("`{word}` contradicts an earlier attribute of the member: keep one of them");
        return Err(syn::Error::new(word.span(), message));
    }
    Ok(())
}

/// Whether a type is known by its name to be an address.
fn is_address(ty: &Type) -> bool {
    let Type::Path(path) = ty else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|segment| segment.ident == "UserPtr" || segment.ident == "UserConstPtr")
}
