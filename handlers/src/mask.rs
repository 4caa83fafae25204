//! Rewrites C source with the kernel's macros so that a C parser without a preprocessor can read it. The
//! result is as long as the original and has its newlines where the original has them, so that each place
//! in one is a place in the other.
mod annotations;
mod arguments;
mod casts;
mod comments;
mod condition;
mod directives;
mod loops;
mod macros;
mod names;
mod pieces;
mod semicolons;
mod sink;
mod strings;
mod tokens;
mod types;
mod variables;

pub(crate) use names::Names;
pub(crate) use pieces::{Piece, PieceKind};
pub(crate) use sink::{Mark, Masked};

use sink::Sink;

/// Masks a file. Takes time in proportion to its length.
pub(crate) fn mask(original: &str) -> Masked {
    let mut text = original.as_bytes().to_vec();
    comments::blank(&mut text);
    let unclosed = directives::blank(&mut text);
    let tokens = tokens::read(&mut text);
    let mut sink = Sink::new(text, tokens);
    sink.masked.unclosed = unclosed;
    let names = Names::of_file(&sink);

    annotations::blank(&mut sink);
    sink.settle();
    types::blank_bodies(&mut sink);
    types::blank_typeof(&mut sink);
    strings::join(&mut sink);
    sink.settle();
    sink.masked.pieces = pieces::split(&mut sink);
    sink.settle();
    variables::mend(&mut sink);
    arguments::mend(&mut sink);
    sink.settle();
    loops::mark(&mut sink);
    casts::mark(&mut sink, &names);
    semicolons::add(&mut sink);
    semicolons::mark_ranges(&mut sink);
    types::join_arguments(&mut sink, &names);
    sink.finish(names)
}

#[cfg(test)]
mod tests;
