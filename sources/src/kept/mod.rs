//! Interfaces as bytes and back: for the cache of headers, and for what a confined process answers.
//!
//! Whoever reads bytes does not trust who wrote them. Every id leads somewhere, counts are not
//! believed, nesting has a limit, and what is wrong anywhere is wrong altogether.

pub(crate) mod bytes;
mod driver;
mod interface;
mod program;

use bytes::{Reader, Writer};
use ioctlkit_model::Interface;

/// Writes an interface with its texts.
pub(crate) fn put(interface: &Interface, out: &mut Writer) {
    interface::put(interface, out);
}

/// Reads an interface in which every id leads somewhere.
pub(crate) fn take(from: &mut Reader<'_>) -> Option<Interface> {
    interface::take(from)
}
