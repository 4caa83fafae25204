//! Layouts as a page that needs nothing but itself.

use std::io::{self, Write};

use quick_xml::escape::escape;

use super::{Map, svg};
use crate::visible::{in_lines, on_one_line};

const STYLE: &str = "\
:root{color-scheme:light dark}body{font:15px system-ui,sans-serif;margin:1rem auto;max-width:1240px;padding:0 1rem}\
.map,pre{overflow-x:auto}.map svg{min-width:1080px;max-width:100%;height:auto}pre{font-size:13px}\
footer{opacity:.75;font-size:13px}";

/// Writes the page: each picture with the table that says the same in numbers.
///
/// # Errors
/// Those of `out`.
pub fn write_page(maps: &[Map], tables: &[String], out: &mut dyn Write) -> io::Result<()> {
    let title = maps.first().map_or("", |map| map.name.as_str());
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>{STYLE}</style>",
        escape(on_one_line(title).as_ref())
    )?;
    for (map, table) in maps.iter().zip(tables) {
        writeln!(out, "<div class=\"map\" tabindex=\"0\">")?;
        svg::write(std::slice::from_ref(map), out)?;
        writeln!(out, "</div>\n<pre tabindex=\"0\">{}</pre>", escape(in_lines(table).as_ref()))?;
    }
    writeln!(
        out,
        "<footer>Offsets and sizes are in bytes. Hatched: padding. Amber: not where the first strip has it.</footer>"
    )
}
