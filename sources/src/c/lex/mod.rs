//! The text of C, before any compiler reads it: tokens, directives, macros, integer expressions.
//!
//! Nothing here knows of files, ABIs or libclang. All other parts of this front end that look at text
//! look at it through this one lexer.

pub(crate) mod condition;
pub(crate) mod constants;
pub(crate) mod definitions_only;
pub(crate) mod enumerators;
pub(crate) mod expand;
pub(crate) mod expression;
pub(crate) mod names;
pub(crate) mod scan;
mod value;
