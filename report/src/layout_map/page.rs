//! Layouts as a page that needs nothing but itself.

use std::io::{self, Write};

use super::{Map, svg};
use crate::page::{Page, lines};

/// Writes the page: each picture with the table that says the same in numbers.
///
/// # Errors
/// Those of `out`.
pub fn write_page(maps: &[Map], tables: &[String], out: &mut dyn Write) -> io::Result<()> {
    let page = Page { style: svg::STYLE, script: "" };
    page.open(maps.first().map_or("", |map| map.name.as_str()), out)?;
    writeln!(out, "{}", holes())?;
    for (map, table) in maps.iter().zip(tables) {
        writeln!(out, "<div class=\"scroll\" tabindex=\"0\">")?;
        svg::write_inline(map, out)?;
        writeln!(out, "</div>\n<pre tabindex=\"0\">{}</pre>", lines(table))?;
    }
    writeln!(out, "<footer>{LEGEND}</footer>")?;
    page.close(out)
}

/// What the colours of a map mean.
pub(crate) const LEGEND: &str =
    "Offsets and sizes are in bytes. Hatched: padding. Amber: not where the first strip has it.";

/// What the holes of a page's maps are filled with.
pub(crate) fn holes() -> String {
    format!("<svg width=\"0\" height=\"0\" aria-hidden=\"true\">{}</svg>", svg::PATTERN)
}
