//! Reads test results in KTAP, the form in which the kernel's tests print them, and in the TAP
//! that it comes from.
//!
//! The form is described in the kernel's `Documentation/dev-tools/ktap.rst`. Reading never fails:
//! lines that mean nothing are kept as diagnostics, and what contradicts the form (a plan that
//! was not kept, a number out of turn) is a [`Problem`], with the line.

mod line;
mod parser;
mod result;

pub use parser::{Finished, Parser};
pub use result::{Counts, Document, Outcome, Plan, Problem, ProblemKind, Test, Version};

/// Reads a whole text; its first line is line 1.
pub fn parse(text: &str) -> Document {
    let mut parser = Parser::new();
    for (number, line) in (1..).zip(text.lines()) {
        parser.line(number, line);
    }
    parser.finish()
}
