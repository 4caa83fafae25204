//! Edits of declarations, in the language of their file. Each is offered only where the text
//! around it is plain enough to be sure of: a member that shares its declaration with another, or
//! comes out of a macro, is left to a person.

mod c;
mod kernel_types;
#[cfg(test)]
mod marked;
mod rust;

pub use kernel_types::KernelTypes;

use ioctlkit_model::{Edit, Language, Member, SourceMap, Span};

/// Adds a declaration on a line of its own behind a member's. `declaration` lacks what ends it.
pub fn insert_behind(sources: &SourceMap, member: Span, declaration: &str) -> Option<Edit> {
    match sources.file(member.file).language() {
        Language::C => c::insert_behind(sources, member, declaration),
        Language::Rust => rust::insert_behind(sources, member, declaration),
        Language::Object => None,
    }
}

/// Adds a declaration on a line of its own before a member's. `declaration` lacks what ends it.
pub fn insert_before(sources: &SourceMap, member: Span, declaration: &str) -> Option<Edit> {
    match sources.file(member.file).language() {
        Language::C => c::insert_before(sources, member, declaration),
        Language::Rust => rust::insert_before(sources, member, declaration),
        Language::Object => None,
    }
}

/// Gives a member another type: `enum kind k` becomes `__u32 k`, `p: *mut c_void` becomes
/// `p: u64`. An array keeps its bounds.
pub fn retype(sources: &SourceMap, member: &Member, ty: &str) -> Option<Edit> {
    match sources.file(member.span.file).language() {
        Language::C => c::retype(sources, member, ty),
        Language::Rust => rust::retype(sources, member, ty),
        Language::Object => None,
    }
}

/// The white space before a declaration that begins its line, else one step of indentation.
fn indentation<'t>(text: &'t str, at: usize, step: &'t str) -> &'t str {
    let line = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
    if line.trim().is_empty() { line } else { step }
}
