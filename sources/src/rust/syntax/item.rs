//! Rust source as far as ioctl interfaces need it: what one file says, with nothing looked up.
//!
//! syn's tree cannot leave the thread that made it, and holds far more than is asked for. This one
//! can, and is read by all that follows.

use std::sync::Arc;

use ioctlkit_model::Differences;

use super::condition::Condition;
use super::pointed::{Pointed, Unstated, Variables};

/// A range of bytes in the file that the item is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Place {
    /// First byte.
    pub(crate) start: u32,
    /// First byte past the end.
    pub(crate) end: u32,
}

impl Place {
    /// From the first byte of one to the end of the other.
    pub(crate) fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end.max(self.start) }
    }
}

/// `a::b::<C>`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    /// Whether it begins with `::`.
    pub(crate) global: bool,
    /// Its names, at least one.
    pub(crate) segments: Vec<Segment>,
}

/// One name of a path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Segment {
    /// The name, without `r#`.
    pub(crate) name: String,
    /// What stands in angle brackets, without lifetimes.
    pub(crate) arguments: Vec<Generic>,
}

/// What stands in angle brackets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Generic {
    /// A type, or a constant's name.
    Type(Ty),
    /// A literal or a block.
    Constant(Ex),
}

impl Path {
    /// The last name.
    pub(crate) fn last(&self) -> &str {
        self.segments.last().map_or("", |segment| &segment.name)
    }

    /// The name before the last, if there is one.
    pub(crate) fn before_last(&self) -> Option<&str> {
        self.segments.iter().rev().nth(1).map(|segment| segment.name.as_str())
    }

    /// What stands in angle brackets behind the last name.
    pub(crate) fn arguments(&self) -> &[Generic] {
        self.segments.last().map_or(&[], |segment| &segment.arguments)
    }

    /// The first type in angle brackets behind the last name.
    pub(crate) fn type_argument(&self) -> Option<&Ty> {
        self.arguments().iter().find_map(|argument| match argument {
            Generic::Type(ty) => Some(ty),
            Generic::Constant(_) => None,
        })
    }

    /// The only name of a path of one.
    pub(crate) fn single(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [only] if !self.global => Some(&only.name),
            _ => None,
        }
    }

    /// The names.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.segments.iter().map(|segment| segment.name.as_str()).collect()
    }
}

/// A type as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ty {
    /// Which.
    pub(crate) kind: TyKind,
    /// Where.
    pub(crate) place: Place,
}

/// A type as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TyKind {
    /// `a::B<C>`.
    Path(Path),
    /// `<A as B>::C`: its text.
    Projection(String),
    /// `[T; N]`.
    Array(Box<Ty>, Box<Ex>),
    /// `[T]`.
    Slice(Box<Ty>),
    /// `(A, B)`.
    Tuple(Vec<Ty>),
    /// `&T` and `&mut T`.
    Reference {
        /// Whether it is `&mut`.
        mutable: bool,
        /// What is referred to.
        to: Box<Ty>,
    },
    /// `*const T` and `*mut T`.
    Pointer(Box<Ty>),
    /// `fn(A) -> B`.
    Function,
    /// Anything else, as its text.
    Other(String),
}

impl Ty {
    /// The path, if it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.kind {
            TyKind::Path(path) => Some(path),
            _ => None,
        }
    }
}

/// A constant expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ex {
    /// Which.
    pub(crate) kind: ExKind,
    /// Where.
    pub(crate) place: Place,
}

/// A constant expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExKind {
    /// An integer, character or byte.
    Integer(i128),
    /// `true` or `false`.
    Bool(bool),
    /// A string, or a byte string: its length in bytes.
    Text(usize),
    /// A constant's name, or a function's.
    Path(Path),
    /// One operand.
    Unary(ioctlkit_model::UnaryOperator, Box<Ex>),
    /// Two operands.
    Binary(ioctlkit_model::BinaryOperator, Box<Ex>, Box<Ex>),
    /// `x as T`.
    Cast(Box<Ex>, Ty),
    /// `f(x)`.
    Call(Box<Ex>, Vec<Ex>),
    /// `x.f(y)`.
    Method {
        /// The `x`.
        receiver: Box<Ex>,
        /// The `f`.
        name: String,
        /// What stands in its angle brackets.
        generics: Vec<Generic>,
        /// The `y`.
        arguments: Vec<Ex>,
    },
    /// `m!(…)`.
    Macro(MacroCall),
    /// `if a { b } else { c }`.
    If(Box<Ex>, Box<Ex>, Box<Ex>),
    /// A block's constants, and its last expression.
    Block(Vec<Arc<Item>>, Box<Ex>),
    /// A block whose variables change before its last expression.
    Steps(Vec<Arc<Item>>, Vec<Step>, Box<Ex>),
    /// `match a { b | c => d, _ => e }`: each arm's patterns, none where it takes everything.
    Match(Box<Ex>, Vec<(Vec<Ex>, Ex)>),
    /// `[x; n]`, and lists of more elements than anybody has requests: how many.
    Array(Box<Ex>),
    /// `[a, b]`.
    List(Vec<Ex>),
    /// `x[n]`.
    Index(Box<Ex>, Box<Ex>),
    /// `S { a: b }`, `S(…)` is a call.
    Struct(Path, Vec<(String, Ex)>),
    /// `x.a` and `x.0`.
    Field(Box<Ex>, String),
    /// Anything else.
    Other,
}

/// What a statement does to a variable.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// The variable.
    pub(crate) name: String,
    /// `op` of `x op= y`; none of `let x = y` and `x = y`.
    pub(crate) operator: Option<ioctlkit_model::BinaryOperator>,
    /// The `y`.
    pub(crate) value: Ex,
}

impl Ex {
    /// The expression itself, with casts, blocks without items, references and conversions taken
    /// off: none of them changes which command a number is.
    pub(crate) fn bare(&self) -> &Self {
        match &self.kind {
            ExKind::Cast(inner, _) => inner.bare(),
            ExKind::Block(items, inner) if items.is_empty() => inner.bare(),
            ExKind::Method { receiver, name, arguments, .. }
                if arguments.is_empty()
                    && matches!(
                        name.as_str(),
                        "into"
                            | "try_into"
                            | "unwrap"
                            | "cast_mut"
                            | "cast_const"
                            | "cast_arg"
                            | "with_direct_arg"
                            | "lie"
                            | "request"
                    ) =>
            {
                receiver.bare()
            }
            _ => self,
        }
    }
}

/// The use of a macro.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MacroCall {
    /// Which macro.
    pub(crate) path: Path,
    /// What stands between the delimiters.
    pub(crate) text: String,
    /// Where that begins in the file; `None` where the text is not from a file.
    pub(crate) text_start: Option<u32>,
    /// From the macro's name to the closing delimiter.
    pub(crate) place: Place,
}

/// An item.
#[derive(Debug, PartialEq)]
pub(crate) struct Item {
    /// The name; empty where there is none.
    pub(crate) name: String,
    /// The name in the definition.
    pub(crate) name_place: Place,
    /// From the keyword to the end.
    pub(crate) place: Place,
    /// The conditions under which it exists: all must hold.
    pub(crate) conditions: Vec<Condition>,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What an item is.
#[derive(Debug, PartialEq)]
pub(crate) enum Kind {
    /// `mod m { … }`, `mod m;`.
    Module(Module),
    /// `use a::b as c`, one import each.
    Use(Vec<Arc<Import>>),
    /// `extern crate a as b`: the crate's own name.
    ExternCrate(String),
    /// A structure or union.
    Data(Data),
    /// An enumeration.
    Enum(Enumeration),
    /// `#[derive(Ioctl)]` on an enumeration.
    Interface(super::derive::Interface),
    /// `type A<T> = B`.
    Alias(Vec<Parameter>, Ty),
    /// A constant or static; of a public constant, the documentation line by line.
    Constant(Option<Ty>, Option<Ex>, Option<Vec<String>>),
    /// `macro_rules! m { … }`: what stands between the outer delimiters.
    MacroRules(Arc<str>),
    /// `m! { … }`.
    MacroCall(MacroCall),
    /// A function.
    Function(Function),
    /// A function of C that takes a request: its symbol.
    Foreign(String),
    /// An implementation.
    Implementation(Implementation),
    /// `include!("…")`: the file's name, and whether it is below `OUT_DIR`.
    Include {
        /// The name.
        file: String,
        /// Whether a build script makes it.
        generated: bool,
    },
    /// An item that could not be read, with the reason.
    Mistaken(Vec<(String, Place)>),
}

/// A module.
#[derive(Debug, PartialEq)]
pub(crate) struct Module {
    /// The items between its braces; `None` where it is a file.
    pub(crate) items: Option<Vec<Arc<Item>>>,
    /// `#[path = "…"]`, each with the conditions under which it holds.
    pub(crate) paths: Vec<(Vec<Condition>, String)>,
}

/// One name that a `use` brings in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Import {
    /// Whether the path begins with `::`.
    pub(crate) global: bool,
    /// The path.
    pub(crate) path: Vec<String>,
    /// The name here; `None` for `*`.
    pub(crate) name: Option<String>,
}

/// A generic parameter that is no lifetime.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameter {
    /// Its name.
    pub(crate) name: String,
    /// Its default, if it is a type and has one.
    pub(crate) default: Option<Ty>,
}

/// What `#[repr(…)]` says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Repr {
    /// `C`.
    pub(crate) c: bool,
    /// `transparent`.
    pub(crate) transparent: bool,
    /// `packed` is 1, `packed(n)` is n, in bytes.
    pub(crate) packed: Option<u64>,
    /// `align(n)`, in bytes.
    pub(crate) align: Option<u64>,
    /// An integer's name.
    pub(crate) integer: Option<String>,
}

/// A structure or union.
#[derive(Debug, PartialEq)]
pub(crate) struct Data {
    /// Whether it is a union.
    pub(crate) union: bool,
    /// Its generic parameters, without lifetimes.
    pub(crate) parameters: Vec<Parameter>,
    /// What `#[repr(…)]` says, each with the conditions under which it holds.
    pub(crate) reprs: Vec<(Vec<Condition>, Repr)>,
    /// The members.
    pub(crate) fields: Vec<Field>,
    /// The name in C, where the derive's attribute states it.
    pub(crate) c_name: Option<String>,
    /// The command that `#[derive(Ioctl)]` makes of it.
    pub(crate) command: Option<Box<super::derive::Single>>,
    /// Whether it derives `Ioctl` or `IoctlData`.
    pub(crate) derived: bool,
    /// The documentation of what derives them, line by line.
    pub(crate) docs: Vec<String>,
    /// What the derive's attribute says of differences between machines.
    pub(crate) differences: Differences,
}

/// A member.
#[derive(Debug, PartialEq)]
pub(crate) struct Field {
    /// The name, or the index.
    pub(crate) name: String,
    /// The name, or the type where there is none.
    pub(crate) name_place: Place,
    /// The whole declaration.
    pub(crate) place: Place,
    /// The type.
    pub(crate) ty: Ty,
    /// The conditions under which it exists.
    pub(crate) conditions: Vec<Condition>,
    /// Whether it stands for an anonymous structure or union of C.
    pub(crate) anonymous: bool,
    /// What the derive's attributes say of it.
    pub(crate) stated: super::stated::Member,
}

/// An enumeration.
#[derive(Debug, PartialEq)]
pub(crate) struct Enumeration {
    /// What `#[repr(…)]` says, each with the conditions under which it holds.
    pub(crate) reprs: Vec<(Vec<Condition>, Repr)>,
    /// The variants: the name, its value where one is written, whether it holds data.
    pub(crate) variants: Vec<Variant>,
}

/// A variant.
#[derive(Debug, PartialEq)]
pub(crate) struct Variant {
    /// The name.
    pub(crate) name: String,
    /// The value, where one is written.
    pub(crate) value: Option<Ex>,
    /// Whether it holds data.
    pub(crate) holds_data: bool,
    /// The conditions under which it exists.
    pub(crate) conditions: Vec<Condition>,
}

/// A function, as far as it is of interest.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Function {
    /// The names of its parameters.
    pub(crate) parameters: Vec<String>,
    /// The items in its body.
    pub(crate) items: Vec<Arc<Item>>,
    /// Where a command may be made or used.
    pub(crate) sites: Vec<Site>,
    /// What it comes to, where that may be a number that its parameters tell.
    pub(crate) value: Option<Ex>,
    /// The variables that hold a request, each with what it is set to.
    pub(crate) variables: Vec<(String, Ex)>,
    /// The variables around the macro that this is what it comes to.
    pub(crate) around: Variables,
    /// Its type parameters.
    pub(crate) generics: Vec<Parameter>,
}

/// A place in a body where a command may be made or used.
#[derive(Debug, PartialEq)]
pub(crate) enum Site {
    /// A call of a function that may pass a request on to `ioctl`, or of `ioctl` itself.
    Call(Call),
    /// A call or macro that may yield a number.
    Number(Ex),
    /// A macro of the crate's own, which may do any of these, with the variables that it is given.
    Macro(MacroCall, Variables),
    /// A type that holds a number, such as `ReadOpcode<b'x', 1, T>`.
    Type(Ty),
}

/// A call of a function or method.
#[derive(Debug, PartialEq)]
pub(crate) struct Call {
    /// What is called.
    pub(crate) callee: Callee,
    /// What it is given, `self` of a method apart.
    pub(crate) arguments: Vec<Ex>,
    /// What each of these points at, or why the function does not say it.
    pub(crate) pointed: Vec<Result<Pointed, Unstated>>,
    /// From the function's name to the end.
    pub(crate) place: Place,
}

/// What a call is of.
#[derive(Debug, PartialEq)]
pub(crate) enum Callee {
    /// `f(x)`, `a::f(x)`.
    Function(Path),
    /// `x.f(y)`.
    Method(String),
}

/// An implementation.
#[derive(Debug, PartialEq)]
pub(crate) struct Implementation {
    /// The type's last name.
    pub(crate) of: String,
    /// The trait's last name.
    pub(crate) of_trait: Option<String>,
    /// Its generic parameters.
    pub(crate) parameters: Vec<Parameter>,
    /// Its constants and functions.
    pub(crate) items: Vec<Arc<Item>>,
}
