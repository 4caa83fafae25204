//! Turns the table of the kernel's ioctl-number.rst into the data file of [`number_registry`].
//!
//! [`number_registry`]: ioctlkit_model::number_registry

use std::fmt::{self, Write as _};

/// Why a text is not the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceError {
    /// The rulers of the table were not found.
    NoTable,
    /// A row that can't be read.
    BadRow {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTable => f.write_str("there is no table with the columns Code, Seq# and File"),
            Self::BadRow { line, reason } => write!(f, "line {line}: {reason}"),
        }
    }
}

impl std::error::Error for SourceError {}

/// A row of the table with the lines that continue it.
struct Row<'a> {
    type_letter: u8,
    first: u8,
    last: u8,
    files: Vec<&'a str>,
}

/// The data file for `rst`, the text of ioctl-number.rst of the kernel version `kernel`. Rows keep
/// the order of the table; comments stay behind.
///
/// # Errors
/// [`SourceError`] where `rst` has no such table, or a row that can't be read.
pub fn data_file(rst: &str, kernel: &str) -> Result<String, SourceError> {
    let mut text = format!(
        "# Linux {kernel}, Documentation/userspace-api/ioctl/ioctl-number.rst\n\
         # type\tfirst nr\tlast nr\tfiles\n"
    );
    for row in rows(rst)? {
        let files = if row.files.is_empty() { "-".into() } else { row.files.join(",") };
        let (first, last) = (row.first, row.last);
        let _ = writeln!(text, "{:02x}\t{first:02x}\t{last:02x}\t{files}", row.type_letter);
    }
    Ok(text)
}

fn rows(text: &str) -> Result<Vec<Row<'_>>, SourceError> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let lines: Vec<(usize, &str)> = text.lines().enumerate().collect();
    let header = lines
        .iter()
        .position(|(_, line)| line.starts_with("Code") && line.contains("Seq#"))
        .ok_or(SourceError::NoTable)?;
    let ruler = lines[header..]
        .iter()
        .position(|(_, line)| line.starts_with("===="))
        .ok_or(SourceError::NoTable)?
        + header;
    let columns = columns(lines[ruler].1);
    let [_, _, file_column, comment_column] = columns[..] else { return Err(SourceError::NoTable) };
    let mut ended = false;
    for (index, line) in &lines[ruler + 1..] {
        if line.starts_with("====") {
            ended = true;
            break;
        }
        let bad = |reason| SourceError::BadRow { line: index + 1, reason };
        let files = files(from(line, file_column, comment_column));
        if line.starts_with([' ', '\t']) || line.is_empty() {
            let row = rows.last_mut().ok_or_else(|| bad("a continuation of no row"))?;
            row.files.extend(files);
            continue;
        }
        let (type_letter, rest) =
            code(line).ok_or_else(|| bad("the code is neither 'x' nor 0x00"))?;
        let sequence = rest.split_whitespace().next().unwrap_or("");
        let (first, last) =
            range(sequence).ok_or_else(|| bad("the range is neither all, nor 00, nor 00-FF"))?;
        rows.push(Row { type_letter, first, last, files });
    }
    if ended { Ok(rows) } else { Err(SourceError::NoTable) }
}

/// Where the columns begin.
fn columns(ruler: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut before = ' ';
    for (at, c) in ruler.char_indices() {
        if c == '=' && before != '=' {
            starts.push(at);
        }
        before = c;
    }
    starts
}

/// A line's text from one column to another; a file name may run over into the comment.
fn from(line: &str, column: usize, end: usize) -> &str {
    let rest = line.get(column..).unwrap_or("");
    let width = end - column;
    rest.get(..width).unwrap_or(rest)
}

fn code(line: &str) -> Option<(u8, &str)> {
    if let Some(rest) = line.strip_prefix('\'') {
        let letter = rest.bytes().next()?;
        return Some((letter, rest.get(1..)?.strip_prefix('\'')?));
    }
    let (code, rest) = line.split_once(' ')?;
    Some((u8::from_str_radix(code.strip_prefix("0x")?, 16).ok()?, rest))
}

fn range(sequence: &str) -> Option<(u8, u8)> {
    if sequence == "all" {
        return Some((0, u8::MAX));
    }
    let (first, last) = sequence.split_once('-').unwrap_or((sequence, sequence));
    let first = u8::from_str_radix(first, 16).ok()?;
    let last = u8::from_str_radix(last, 16).ok()?;
    (first <= last).then_some((first, last))
}

/// The names of files in a cell: words with a slash. `conflict!`, `and` and titles are none.
fn files(cell: &str) -> Vec<&str> {
    cell.split_whitespace()
        .map(|word| word.trim_matches(|c| c == ',' || c == '`'))
        .filter(|word| word.contains('/') && !word.contains(':'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shapes of row that the table has, in a table of our own.
    const TABLE: &str = "\
====  =====  ==================== =========
Code  Seq#    Include File        Comments
      (hex)
====  =====  ==================== =========
0x12  all    linux/a.h            words
             linux/b.h
'x'   00-1F  drivers/c/d.h        conflict!
'M'   01-16  mtd/e.h              conflict!
      and    drivers/mtd/f.c
'i'   90-9F  `linux/iio/*.h`      IIO
'a'   0      linux/g.h, linux/h.h
'b'   00-FF                       nobody <mailto:a@b/c>
'c'   A0-AF  arch/x86/i.h conflict!
'B'   C0-FF  advanced bus         words
====  =====  ==================== =========
";

    #[test]
    fn every_shape_of_row_is_read() {
        let expected = "\
# Linux 6.12, Documentation/userspace-api/ioctl/ioctl-number.rst
# type\tfirst nr\tlast nr\tfiles
12\t00\tff\tlinux/a.h,linux/b.h
78\t00\t1f\tdrivers/c/d.h
4d\t01\t16\tmtd/e.h,drivers/mtd/f.c
69\t90\t9f\tlinux/iio/*.h
61\t00\t00\tlinux/g.h,linux/h.h
62\t00\tff\t-
63\ta0\taf\tarch/x86/i.h
42\tc0\tff\t-
";
        assert_eq!(data_file(TABLE, "6.12").as_deref(), Ok(expected));
    }

    #[test]
    fn a_text_without_the_table_is_refused() {
        assert_eq!(data_file("nothing here\n", "6.12"), Err(SourceError::NoTable));
        let cut = TABLE.trim_end().rsplit_once('\n').unwrap().0;
        assert_eq!(data_file(cut, "6.12"), Err(SourceError::NoTable), "the last ruler is missing");
    }

    #[test]
    fn a_row_that_makes_no_sense_is_named() {
        for (from, to, reason) in [
            ("'x'   00-1F", "'x'   1F-00", "the range is neither all, nor 00, nor 00-FF"),
            ("'x'   00-1F", "'x'   zz   ", "the range is neither all, nor 00, nor 00-FF"),
            ("'x'   00-1F", "x     00-1F", "the code is neither 'x' nor 0x00"),
        ] {
            let text = TABLE.replace(from, to);
            assert_eq!(data_file(&text, "6.12"), Err(SourceError::BadRow { line: 7, reason }));
        }
    }

    /// Holds the committed file against the kernel's own text, where Debian's linux-doc-6.12 put it.
    #[test]
    fn the_committed_file_is_what_the_installed_kernel_documentation_says() {
        let installed = "/usr/share/doc/linux-doc-6.12/html/_sources/userspace-api/ioctl/\
                         ioctl-number.rst.txt";
        let Ok(rst) = std::fs::read_to_string(installed) else {
            eprintln!("skipped: {installed} is not installed (package linux-doc-6.12)");
            return;
        };
        assert_eq!(data_file(&rst, "6.12").as_deref(), Ok(crate::number_registry::DATA));
    }
}
