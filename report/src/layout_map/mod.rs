//! A structure drawn in scale: a strip for each group of ABIs, holes hatched, and what is elsewhere from one
//! strip to the next joined by a band.

mod blocks;
mod page;
mod svg;

use ioctlkit_abi::{AbiSet, RecordKind};
use ioctlkit_model::{Layouts, RecordId};

use crate::layout_rows::{self, Row, What};

pub use page::write_page;
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

/// A layout, and the ABIs that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// The ABIs.
    pub abis: AbiSet,
    /// What is in it, in order.
    pub rows: Vec<Row>,
    /// In bytes.
    pub size: u64,
    /// In bytes.
    pub align: u64,
}

/// The map of a structure; without strips where no ABI of `within` has a layout of it.
pub fn of(layouts: &Layouts<'_>, id: RecordId, within: AbiSet) -> Map {
    let interface = layouts.interface();
    let record = interface.record(id);
    let line = interface.sources.position(record.span).line;
    let mut strips: Vec<Strip> = Vec::new();
    for abi in within {
        let (Ok(layout), Some(rows)) = (layouts.record(id, abi), layout_rows::of(layouts, id, abi))
        else {
            continue;
        };
        let is_same = |known: &&mut Strip| {
            (&known.rows, known.size, known.align) == (&rows, layout.size, layout.align)
        };
        match strips.iter_mut().find(is_same) {
            Some(known) => known.abis.insert(abi),
            None => strips.push(Strip {
                abis: AbiSet::only(abi),
                rows,
                size: layout.size,
                align: layout.align,
            }),
        }
    }
    Map {
        name: record.display_name(),
        kind: record.kind,
        place: format!("{}:{line}", interface.sources.path(record.span).display()),
        within,
        strips,
    }
}

impl Strip {
    /// The declarations with their nesting: strips that share them are of the same members.
    fn members(&self) -> Vec<(usize, &What)> {
        let rows = self.rows.iter().filter(|row| !row.what.is_padding());
        rows.map(|row| (row.depth, &row.what)).collect()
    }
}

#[cfg(test)]
mod tests;
