//! What the kernel copies for each command, as facts: whether the argument is a pointer or a plain value, and
//! how many bytes the handler reads and writes through it. What a header says may differ: the number of
//! `BLKGETSIZE64` says `size_t`, and the kernel writes 8 bytes on every ABI.
//!
//! The facts are those of the kernel's handlers, for native programs. [`Row::is_complete`] says whether
//! everything that the handler does with the argument was followed.

mod difference;
mod extent;
mod inputs;
mod shape;

use std::fmt;
use std::sync::LazyLock;

use crate::{Command, RawNumber};

pub use difference::{Declared, declared, differs};
pub use extent::{Extent, Sizes, What};
pub use inputs::{INPUTS, Inputs, STRUCTURES, inputs, shape, structure_of};
pub use shape::{Piece, PieceKind, Shape};

/// The data file. Its first line names the kernel. Each line that is no comment holds, with tabs between
/// them: the name of the command, its number on x86-64 (hexadecimal, `-` where no header says it), how the
/// argument is used, what is read and what is written (`-` for nothing), and the file and the function of
/// the handler. `cargo xtask copies --write` makes it from the kernel's source.
pub const DATA: &str = include_str!("../../data/kernel-copies.tsv");

/// Rows of the same form for commands of which the analysis cannot tell, or tells too little: handlers behind
/// tables and function pointers, arguments that go through macros, and drivers that newer kernels lack. They are
/// written by hand. A test holds that the function of each is in its file; nothing compares what is copied.
pub const READ: &str = include_str!("../../data/kernel-copies-read.tsv");

/// What a handler takes the argument for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// It does not look at it.
    None,
    /// It is a plain value.
    Value,
    /// It points to what is copied.
    Pointer,
    /// It goes where nothing was read.
    Unknown,
}

impl Use {
    const ALL: [Self; 4] = [Self::None, Self::Value, Self::Pointer, Self::Unknown];

    /// `none`, `value`, `pointer` or `unknown`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Value => "value",
            Self::Pointer => "pointer",
            Self::Unknown => "unknown",
        }
    }
}

/// What one handler does with the argument of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// The name of the command.
    pub name: &'a str,
    /// Its number on x86-64, where a header or the source says it.
    pub number: Option<u32>,
    /// What the argument is.
    pub argument: Use,
    /// Whether the argument was followed everywhere it goes. Where not, the handler may copy more.
    pub is_complete: bool,
    /// What the kernel reads through the argument.
    pub read: Option<Extent<'a>>,
    /// What it writes.
    pub written: Option<Extent<'a>>,
    /// The file of the handler, from the root of the kernel's source.
    pub file: &'a str,
    /// The handler.
    pub function: &'a str,
    /// How many other handlers do the same.
    pub others: u32,
}

/// A line that is no row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRow {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for BadRow {}

/// Every row, by name.
static ROWS: LazyLock<Vec<Row<'static>>> = LazyLock::new(|| {
    let mut rows: Vec<Row<'static>> = lines(DATA).filter_map(|(_, line)| row(line).ok()).collect();
    rows.sort_by_key(|row| row.name);
    rows
});

/// The rows of [`READ`], by name.
static READ_ROWS: LazyLock<Vec<Row<'static>>> = LazyLock::new(|| {
    let mut rows: Vec<Row<'static>> = lines(READ).filter_map(|(_, line)| row(line).ok()).collect();
    rows.sort_by_key(|row| row.name);
    rows
});

/// What people read of a command's handlers; where there is something, it goes before [`of`].
pub fn read_of(name: &str) -> &'static [Row<'static>] {
    named(&READ_ROWS, name)
}

/// Whether a handler is known for a command of that name.
pub fn is_known(name: &str) -> bool {
    !of(name).is_empty() || !read_of(name).is_empty()
}

/// The kernel that the table was read from, such as `Linux 6.12.117`.
pub fn kernel() -> &'static str {
    kernel_of(DATA)
}

/// The kernel that a data file names in its first line.
pub fn kernel_of(data: &str) -> &str {
    let first = data.lines().next().unwrap_or_default();
    first.trim_start_matches('#').split(',').next().unwrap_or_default().trim()
}

/// Every row, sorted by name.
pub fn rows() -> &'static [Row<'static>] {
    &ROWS
}

/// What each handler that knows a command does with its argument. Several rows: it depends on the file
/// that the program has opened.
pub fn of(name: &str) -> &'static [Row<'static>] {
    named(rows(), name)
}

fn named<'r>(rows: &'r [Row<'static>], name: &str) -> &'r [Row<'static>] {
    let first = rows.partition_point(|row| row.name < name);
    let behind = rows.partition_point(|row| row.name <= name);
    rows.get(first..behind).unwrap_or_default()
}

/// Where the size of the argument is in a number on x86-64.
const SIZE: u32 = 0x3fff << 16;

/// The rows of all commands with a number of x86-64.
pub fn of_number(number: u32) -> Vec<&'static Row<'static>> {
    rows_with(number, u32::MAX)
}

/// The rows of all commands with a number of x86-64, whatever the size of their argument is.
pub fn of_number_of_any_size(number: u32) -> Vec<&'static Row<'static>> {
    rows_with(number, !SIZE)
}

fn rows_with(number: u32, mask: u32) -> Vec<&'static Row<'static>> {
    let is_it = |row: &&Row<'_>| row.number.is_some_and(|own| own & mask == number & mask);
    rows().iter().filter(is_it).collect()
}

/// The size of the argument that a number of x86-64 says, in bytes.
pub const fn size_in_number(number: u32) -> u64 {
    ((number & SIZE) >> 16) as u64
}

/// The rows of a command that was read: those of its name, if it has the kernel's type and nr.
pub fn of_command(command: &Command) -> &'static [Row<'static>] {
    let Some(body) = command.variants.first() else { return &[] };
    let low = ((body.type_letter << 8) | body.nr) & 0xffff;
    let rows = of(&command.name);
    let is_it = |row: &Row<'_>| row.number.is_none_or(|number| number & 0xffff == low);
    if rows.iter().all(is_it) { rows } else { &[] }
}

/// The rows of a plain number that was read.
pub fn of_raw(raw: &RawNumber) -> &'static [Row<'static>] {
    of(&raw.name)
}

/// Reads a data file.
///
/// # Errors
/// [`BadRow`] for the first line that is neither a comment nor a row.
pub fn parse(data: &str) -> Result<Vec<Row<'_>>, BadRow> {
    lines(data).map(|(line, text)| row(text).map_err(|reason| BadRow { line, reason })).collect()
}

fn lines(data: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = data.lines().enumerate().map(|(place, line)| (place + 1, line));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn row(line: &str) -> Result<Row<'_>, &'static str> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [name, number, argument, read, written, place] = fields[..] else {
        return Err("it does not have six fields with tabs between them");
    };
    let number = match number {
        "-" => None,
        digits => {
            Some(u32::from_str_radix(digits, 16).map_err(|_| "the number is not hexadecimal")?)
        }
    };
    let (argument, is_complete) = match argument.strip_suffix('+') {
        Some(argument) => (argument, false),
        None => (argument, true),
    };
    let argument = Use::ALL
        .into_iter()
        .find(|one| one.name() == argument)
        .ok_or("the argument is neither none, value, pointer nor unknown")?;
    let (place, others) = match place.split_once(" +") {
        Some((place, others)) => {
            (place, others.parse().map_err(|_| "behind the `+` stands no count of handlers")?)
        }
        None => (place, 0),
    };
    let (file, function) =
        place.split_once(':').ok_or("the place is not a file, a colon and a function")?;
    let extent = |text| match text {
        "-" => Ok(None),
        text => Extent::parse(text).map(Some).ok_or("what is copied has no size behind it"),
    };
    let (read, written) = (extent(read)?, extent(written)?);
    Ok(Row { name, number, argument, is_complete, read, written, file, function, others })
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\t", self.name)?;
        match self.number {
            Some(number) => write!(f, "{number:x}")?,
            None => f.write_str("-")?,
        }
        let more = if self.is_complete { "" } else { "+" };
        write!(f, "\t{}{more}", self.argument.name())?;
        for extent in [&self.read, &self.written] {
            match extent {
                Some(extent) => write!(f, "\t{extent}")?,
                None => f.write_str("\t-")?,
            }
        }
        write!(f, "\t{}:{}", self.file, self.function)?;
        if self.others > 0 {
            write!(f, " +{}", self.others)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
