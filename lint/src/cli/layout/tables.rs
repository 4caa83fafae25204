//! The layouts of many ABIs side by side.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Layouts, RecordId, abi_words};
use ioctlkit_report::Style;
use ioctlkit_report::layout_rows::{self, Row, Strip, What};

use crate::cli::terminal::bold;

/// ABIs on which a structure has the same members, and its layouts there.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Strip>,
    within: AbiSet,
}

/// The tables of a structure: one, unless its members depend on the ABI.
pub(super) fn of(layouts: &Layouts<'_>, id: RecordId, within: AbiSet) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for column in layout_rows::strips(layouts, id, within) {
        match tables.iter_mut().find(|table| table.columns[0].members() == column.members()) {
            Some(table) => table.columns.push(column),
            None => tables.push(Table { columns: vec![column], within }),
        }
    }
    tables
}

/// The place of a line: before which member, and there the inner before the outer.
type Slot = (usize, Reverse<usize>);

impl Table {
    /// Writes the layouts with a legend below.
    pub(super) fn write(&self, opening: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let lines = self.lines();
        let texts = lines.iter().map(|line| line.text.chars().count());
        let width = texts.chain([opening.chars().count()]).max().unwrap_or(0);
        let mut heading = format!("{opening:width$}");
        for number in 1..=self.columns.len() {
            heading += &self.head(number);
        }
        writeln!(out, "{}", bold(heading.trim_end(), style))?;
        for line in &lines {
            let cells: String = line.cells.iter().map(Cell::text).collect();
            writeln!(out, "{}", format!("{:width$}{cells}", line.text).trim_end())?;
        }
        writeln!(out, "{:width$}{}", "};  size", self.totals(|column| column.size))?;
        writeln!(out, "{:width$}{}", "    align", self.totals(|column| column.align))?;
        if self.columns.len() > 1 || !self.is_everywhere() {
            writeln!(out)?;
            self.write_legend(out)?;
        }
        Ok(())
    }

    fn head(&self, number: usize) -> String {
        if self.columns.len() == 1 {
            format!("{:>9}{:>7}", "offset", "size")
        } else {
            format!("{:>9}{:>7}", format!("({number})"), "size")
        }
    }

    fn totals(&self, value: impl Fn(&Strip) -> u64) -> String {
        let cells = self.columns.iter().map(|column| format!("{:>16}", value(column)));
        cells.collect::<Vec<_>>().concat()
    }

    fn is_everywhere(&self) -> bool {
        self.columns[0].abis == self.within
    }

    fn write_legend(&self, out: &mut dyn Write) -> io::Result<()> {
        for (number, column) in (1..).zip(&self.columns) {
            let mark = if self.columns.len() > 1 { format!("({number})") } else { "on".into() };
            writeln!(out, "{mark:<4}{}", shown(column.abis, self.within).trim_start())?;
        }
        Ok(())
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines: BTreeMap<Slot, Line> = BTreeMap::new();
        for (index, column) in self.columns.iter().enumerate() {
            let mut next = 0;
            for row in &column.rows {
                // A member comes behind all padding in front of it.
                let slot = match row.what {
                    What::Hole | What::Tail => (2 * next, Reverse(row.depth)),
                    What::Member { .. } | What::Close => {
                        next += 1;
                        (2 * next - 1, Reverse(0))
                    }
                };
                let blank = || Line::new(row, self.columns.len());
                lines.entry(slot).or_insert_with(blank).cells[index] = Cell::of(row);
            }
        }
        lines.into_values().collect()
    }
}

/// A line of a table.
#[derive(Debug)]
struct Line {
    text: String,
    cells: Vec<Cell>,
}

impl Line {
    fn new(row: &Row, columns: usize) -> Self {
        let indent = " ".repeat(4 * (row.depth + 1));
        let text = match &row.what {
            What::Member { declaration, .. } if declaration.ends_with('{') => {
                format!("{indent}{declaration}")
            }
            What::Member { declaration, .. } => format!("{indent}{declaration};"),
            What::Close => format!("{indent}}};"),
            What::Hole => format!("{indent}/* hole */"),
            What::Tail => format!("{indent}/* padding */"),
        };
        Self { text, cells: vec![Cell::Nothing; columns] }
    }
}

/// Offset and size of a line on some ABIs.
#[derive(Debug, Clone)]
enum Cell {
    /// No padding here.
    Nothing,
    /// The end of something.
    Blank,
    Place {
        offset: String,
        size: String,
    },
}

impl Cell {
    fn of(row: &Row) -> Self {
        if row.what == What::Close {
            return Self::Blank;
        }
        let (byte, bit) = (row.offset_bits / 8, row.offset_bits % 8);
        let in_bits = row.is_bit_field || bit != 0 || !row.bits.is_multiple_of(8);
        if in_bits {
            Self::Place { offset: format!("{byte}:{bit}"), size: format!("{} bit", row.bits) }
        } else {
            Self::Place { offset: byte.to_string(), size: (row.bits / 8).to_string() }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Nothing => format!("{:>9}{:>7}", "-", ""),
            Self::Blank => " ".repeat(16),
            Self::Place { offset, size } => format!("{offset:>9}{size:>7}"),
        }
    }
}

/// A set in words where it is almost everything, else its names in lines that fit a terminal.
pub(in crate::cli) fn shown(abis: AbiSet, within: AbiSet) -> String {
    /// ABIs that are worth excepting by name.
    const FEW: usize = 3;
    if abis.len() > FEW && within.difference(abis).len() <= FEW {
        format!("    {}", abi_words::noun(abis, within))
    } else {
        wrapped(abis)
    }
}

/// The names of a set in lines that fit a terminal.
pub(in crate::cli) fn wrapped(abis: AbiSet) -> String {
    const WIDTH: usize = 92;
    let mut text = String::new();
    let mut column = 0;
    for id in abis {
        let name = id.abi().name;
        if column == 0 || column + name.len() + 1 > WIDTH {
            text += if column == 0 { "    " } else { "\n    " };
            column = 4;
        } else {
            text.push(' ');
            column += 1;
        }
        text += name;
        column += name.len();
    }
    text
}
