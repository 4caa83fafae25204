//! An atlas of a tree: every command by type letter and nr, its size and number on each group of ABIs, the layouts
//! that differ, and who has whose numbers. A page that loads nothing.

mod columns;
mod grid;
mod letters;
mod overview;
mod rows;
mod strip;
mod structures;

use std::collections::BTreeMap;
use std::io::{self, Write};

use ioctlkit_model::{Finding, Layouts, Problem, RecordId};

use crate::layout_map;
use crate::page::Page;
use columns::Column;
use rows::Row;

const STYLE: &str = include_str!("atlas.css");
const SCRIPT: &str = include_str!("atlas.js");

/// What an atlas shows of an interface.
pub struct Atlas<'a> {
    layouts: &'a Layouts<'a>,
    /// By type letter, each in the order of nr and name.
    letters: BTreeMap<u8, Vec<Row<'a>>>,
    columns: Vec<Column>,
    /// The structures that are laid out in several ways, in the order of the commands that carry them.
    structures: Vec<RecordId>,
    collisions: &'a [Finding],
    registrations: &'a [Finding],
    problems: &'a [Problem],
}

impl<'a> Atlas<'a> {
    /// The atlas of what was read. `collisions` are findings about commands of different headers with one number,
    /// `registrations` those about type letters that the kernel's table gives to others, or to nobody.
    pub fn of(
        layouts: &'a Layouts<'a>,
        collisions: &'a [Finding],
        registrations: &'a [Finding],
        problems: &'a [Problem],
    ) -> Self {
        let mut rows = rows::of(layouts, collisions);
        let columns = columns::of(&rows, layouts.interface().abis);
        let mut structures = Vec::new();
        let mut letters: BTreeMap<u8, Vec<Row<'a>>> = BTreeMap::new();
        rows.sort_by(|a, b| (a.nr, &a.name).cmp(&(b.nr, &b.name)));
        for row in rows {
            letters.entry(row.letter).or_default().push(row);
        }
        for row in letters.values().flatten() {
            if let Some(id) = row.structure.filter(|id| !structures.contains(id)) {
                structures.push(id);
            }
        }
        Self { layouts, letters, columns, structures, collisions, registrations, problems }
    }

    /// Whether there is no command at all.
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    fn rows(&self) -> impl Iterator<Item = &Row<'a>> {
        self.letters.values().flatten()
    }

    /// Writes the page.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let style = format!("{}{STYLE}", layout_map::STYLE);
        let page = Page { style: &style, script: SCRIPT };
        let out = &mut io::BufWriter::with_capacity(1 << 16, out);
        page.open("Atlas of ioctl commands", out)?;
        writeln!(out, "{}", layout_map::holes())?;
        overview::write(self, out)?;
        grid::write(self, out)?;
        columns::write(&self.columns, self.layouts.interface().abis, out)?;
        letters::write(self, out)?;
        structures::write(self, out)?;
        writeln!(out, "<footer>{}</footer>", layout_map::LEGEND)?;
        page.close(out)?;
        out.flush()
    }
}

/// A type letter as the kernel's table has it: `'V'`, or its number where it is no character.
fn letter(letter: u8) -> String {
    let c = char::from(letter);
    if c.is_ascii_graphic() { format!("'{c}'") } else { format!("{letter:#04x}") }
}

#[cfg(test)]
mod tests;
