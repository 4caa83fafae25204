//! Where a handler does something else than the number of its command says.

use ioctlkit_abi::{AbiId, Direction};

use super::{Extent, Row, Use, What};
use crate::{Command, Layouts};

/// What a number says of the argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Which way it is copied.
    pub direction: Direction,
    /// How many bytes it has.
    pub size: u64,
}

/// What the number of a command says on an ABI, where it has one.
pub fn declared(layouts: &Layouts<'_>, command: &Command, abi: AbiId) -> Option<Declared> {
    let direction = command.variants.get(abi)?.direction;
    Some(Declared { direction, size: layouts.number(command, abi)?.size })
}

/// Whether a handler does something else on an ABI than the number says; `declared` is nothing for a plain
/// number, which says nothing. A number that says both ways leaves it open which of them is used.
pub fn differs(row: &Row<'_>, declared: Option<Declared>, abi: AbiId) -> bool {
    let says_nothing = Declared { direction: Direction::None, size: 0 };
    let Declared { direction, size } = declared.unwrap_or(says_nothing);
    let has_argument = direction != Direction::None;
    match row.argument {
        Use::Unknown => false,
        Use::None => has_argument && row.is_complete,
        Use::Value => true,
        Use::Pointer if !has_argument => true,
        Use::Pointer => {
            let both = direction == Direction::ReadWrite;
            let is_in = both || direction == Direction::Write;
            let is_out = both || direction == Direction::Read;
            let lacks = |copied: &Option<Extent<'_>>, says: bool| {
                says && !both && copied.is_none() && row.is_complete
            };
            (row.read.is_some() && !is_in)
                || (row.written.is_some() && !is_out)
                || lacks(&row.read, is_in)
                || lacks(&row.written, is_out)
                || [&row.read, &row.written]
                    .into_iter()
                    .flatten()
                    .any(|extent| has_other_size(extent, size, abi))
        }
    }
}

/// Whether all of something is copied whose size is another. Of a member or a prefix the rest may be copied
/// elsewhere.
fn has_other_size(extent: &Extent<'_>, size: u64, abi: AbiId) -> bool {
    let is_whole = matches!(extent.what, What::Type(_) | What::Bytes);
    is_whole && extent.bytes(abi).is_some_and(|bytes| bytes != size)
}
