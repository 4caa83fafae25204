//! Edits of declarations, in the language of their file. Each is offered only where the text
//! around it is plain enough to be sure of: a member that shares its declaration with another, or
//! comes out of a macro, is left to a person.

mod c;
mod kernel_types;
#[cfg(test)]
mod marked;
mod rust;

pub use kernel_types::KernelTypes;

use ioctlkit_model::{Edit, Interface, Language, Member, SourceMap, Span};

/// Adds a declaration on a line of its own behind a member's. `declaration` lacks what ends it.
pub fn insert_behind(sources: &SourceMap, member: Span, declaration: &str) -> Option<Edit> {
    match sources.file(member.file).language() {
        Language::C => c::insert_behind(sources, member, declaration),
        Language::Rust => rust::insert_behind(sources, member, declaration),
        Language::List | Language::Object => None,
    }
}

/// Adds a declaration on a line of its own before a member's. `declaration` lacks what ends it.
pub fn insert_before(interface: &Interface, member: &Member, declaration: &str) -> Option<Edit> {
    let sources = &interface.sources;
    match sources.file(member.span.file).language() {
        Language::C => c::insert_before(sources, member.span, declaration),
        Language::Rust => {
            let head = interface.definitions.get(member.name_span)?.head?;
            rust::insert_before(sources, head, member.span, declaration)
        }
        Language::List | Language::Object => None,
    }
}

/// Gives a member another type: `enum kind k` becomes `__u32 k`, `p: *mut c_void` becomes
/// `p: u64`. An array keeps its bounds.
pub fn retype(sources: &SourceMap, member: &Member, ty: &str) -> Option<Edit> {
    match sources.file(member.span.file).language() {
        Language::C => c::retype(sources, member, ty),
        Language::Rust => rust::retype(sources, member, ty),
        Language::List | Language::Object => None,
    }
}

/// Gives a member in C another type where its declaration begins with the type's name:
/// `__u64 a` becomes `__aligned_u64 a`.
pub fn replace_leading_type(
    sources: &SourceMap,
    member: &Member,
    from: &str,
    to: &str,
) -> Option<Edit> {
    c::replace_leading_type(sources, member.span, from, to)
}

/// Takes the `0` out of the `[0]` with which a member's declaration in C ends.
pub fn empty_bound(sources: &SourceMap, member: &Member) -> Option<Edit> {
    c::empty_bound(sources, member.span)
}

/// Adds an attribute above a structure or union in Rust, by its name.
pub fn attribute(sources: &SourceMap, name: Span, attribute: &str) -> Option<Edit> {
    rust::attribute(sources, name, attribute)
}

/// The white space before a declaration that begins its line, else one step of indentation.
fn indentation<'t>(text: &'t str, at: usize, step: &'t str) -> &'t str {
    let line = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
    if line.trim().is_empty() { line } else { step }
}
