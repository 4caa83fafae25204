//! Groups of ABIs on which every command of the tree is the same.

use std::io::{self, Write};

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::abi_words;

use super::rows::{Cell, Row};
use crate::page::line;

/// ABIs that agree in every command, and the letter that the page calls them by.
pub(super) struct Column {
    pub(super) abis: AbiSet,
    pub(super) name: String,
    /// What each command is there, in the order of the rows' own numbers; nothing where none of them has it.
    cells: Vec<Option<Cell>>,
}

impl Column {
    /// What a command is on the ABIs of the group that have it.
    pub(super) fn cell(&self, row: &Row<'_>) -> Option<Cell> {
        self.cells[row.index]
    }

    /// Whether an ABI agrees in every command that both have.
    fn agrees(&self, cells: &[Option<Cell>]) -> bool {
        let mut both = self.cells.iter().zip(cells);
        both.all(|pair| !matches!(pair, (Some(a), Some(b)) if a != b))
    }

    fn take(&mut self, abi: AbiId, cells: Vec<Option<Cell>>) {
        self.abis.insert(abi);
        for (own, cell) in self.cells.iter_mut().zip(cells) {
            *own = own.or(cell);
        }
    }
}

/// The groups, in the order of their first ABIs.
pub(super) fn of(rows: &[Row<'_>], abis: AbiSet) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for abi in abis {
        let cells: Vec<Option<Cell>> = rows.iter().map(|row| row.cells[abi.index()]).collect();
        if let Some(column) = columns.iter_mut().find(|column| column.agrees(&cells)) {
            column.take(abi, cells);
        } else {
            let name = name(columns.len());
            columns.push(Column { abis: AbiSet::only(abi), name, cells });
        }
    }
    columns
}

/// `A` to `Z`, then `A1`.
fn name(index: usize) -> String {
    let letter = char::from(b'A' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

/// What the letters stand for.
pub(super) fn write(columns: &[Column], among: AbiSet, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<h2 id=\"groups\">Groups of ABIs</h2>\n<p>Every command has one number, size and layout on those ABIs of a group \
         that have it.</p>\n<dl class=\"groups\">"
    )?;
    for column in columns {
        let words = match column.abis {
            abis if abis == among => abi_words::noun(abis, among),
            abis => abi_words::list(abis),
        };
        writeln!(out, "<dt>{}</dt><dd>{}</dd>", column.name, line(&words))?;
    }
    writeln!(out, "</dl>")
}
