//! What the text of a file says, with nothing looked up: syn's tree, reduced to what matters.

pub(crate) mod attributes;
pub(crate) mod body;
pub(crate) mod comments;
pub(crate) mod condition;
pub(crate) mod derive;
pub(crate) mod extract;
pub(crate) mod file;
pub(crate) mod integers;
pub(crate) mod item;
pub(crate) mod known_macros;
pub(crate) mod lower;
pub(crate) mod macro_rules;
pub(crate) mod nesting;
pub(crate) mod old_rust;
pub(crate) mod pointed;
pub(crate) mod stated;
pub(crate) mod words;
