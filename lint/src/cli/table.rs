//! Columns of text.

use std::fmt::Write as _;
use std::io::{self, Write};

use ioctlkit_report::Style;

use super::terminal::bold;

/// Writes rows in columns as wide as their widest cell, two spaces apart; the heading in bold.
pub(super) fn write<const N: usize>(
    out: &mut dyn Write,
    style: Style,
    heading: [&str; N],
    rows: &[[String; N]],
) -> io::Result<()> {
    let mut widths = heading.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        line.trim_end().to_owned()
    };
    writeln!(out, "{}", bold(&line(heading), style))?;
    rows.iter().try_for_each(|row| {
        let cells: [&str; N] = std::array::from_fn(|index| row[index].as_str());
        writeln!(out, "{}", line(cells))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_no_line_ends_in_space() {
        let mut out = Vec::new();
        let rows = [["L001".into(), "é".into()], ["x".into(), String::new()]];
        write(&mut out, Style { colour: false }, ["code", "slug"], &rows).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "code  slug\nL001  é\nx\n");
    }
}
