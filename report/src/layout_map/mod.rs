//! A structure drawn in scale: a strip for each group of ABIs, holes hatched, and what is elsewhere from one
//! strip to the next joined by a band.

mod blocks;
mod gallery;
mod labels;
mod moves;
mod page;
mod svg;

use ioctlkit_abi::{AbiSet, RecordKind};
use ioctlkit_model::{Layouts, RecordId};

use crate::layout_rows::{self, Strip};

pub(crate) use gallery::Gallery;
pub use page::write_page;
pub(crate) use page::{LEGEND, holes};
pub(crate) use svg::STYLE;
pub use svg::write;

/// A structure on some ABIs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// What it is called: `struct foo`.
    pub name: String,
    /// Whether its members follow each other.
    pub kind: RecordKind,
    /// Where it is defined: `foo.h:3`.
    pub place: String,
    /// The ABIs that were looked at.
    pub within: AbiSet,
    /// Its layouts, in the order of the ABIs.
    pub strips: Vec<Strip>,
}

/// The map of a structure; without strips where no ABI of `within` has a layout of it.
pub fn of(layouts: &Layouts<'_>, id: RecordId, within: AbiSet) -> Map {
    let interface = layouts.interface();
    let record = interface.record(id);
    let line = interface.sources.position(record.span).line;
    Map {
        name: record.display_name(),
        kind: record.kind,
        place: format!("{}:{line}", interface.sources.path(record.span).display()),
        within,
        strips: layout_rows::strips(layouts, id, within),
    }
}

#[cfg(test)]
mod tests;
