//! The 256 nrs of a type letter: who has which, and whom the kernel's table gives them to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ioctlkit_model::{FileId, SourceMap, number_registry};

use super::rows::Row;
use crate::page::line;

const WIDTH: f64 = 1024.0;
const NR: f64 = WIDTH / 256.0;
const LINE: f64 = 34.0;
/// How many lines of files there are, and how many of the table's blocks.
const FILES: usize = 12;
const BLOCKS: usize = 8;
/// How many characters of a path stand above its line.
const LONGEST: usize = 100;

/// The picture, as SVG.
pub(super) fn svg(letter: u8, rows: &[Row<'_>], sources: &SourceMap) -> String {
    let mut files: BTreeMap<FileId, Vec<&Row<'_>>> = BTreeMap::new();
    for row in rows {
        files.entry(row.span.file).or_default().push(row);
    }
    let mut body = String::new();
    let mut top = 0.0;
    for (file, rows) in files.iter().take(FILES) {
        let path = sources.file(*file).path.to_string_lossy();
        heading(&shortened(&path), top, &mut body);
        for row in rows {
            let class = if row.collides { "clash" } else { "own" };
            block(class, (row.nr, row.nr), row.name, top, &mut body);
        }
        top += LINE;
    }
    if files.len() > FILES {
        heading(&format!("and {} more files", files.len() - FILES), top, &mut body);
        top += LINE / 2.0;
    }
    let blocks = number_registry::BLOCKS.iter().filter(|block| block.type_letter == letter);
    for known in blocks.take(BLOCKS) {
        let files: Vec<&str> = known.files().collect();
        let files = if files.is_empty() { "no file named".to_owned() } else { files.join(", ") };
        let words = format!("registered: {files}, {:#04x} to {:#04x}", known.first, known.last);
        heading(&shortened(&words), top, &mut body);
        block("table", (known.first, known.last), &words, top, &mut body);
        top += LINE;
    }
    format!(
        "<svg class=\"nrs\" viewBox=\"0 0 {WIDTH} {top}\" role=\"img\" aria-label=\"the nrs of type {}\">\n{body}\
         </svg>\n",
        line(&super::letter(letter))
    )
}

fn heading(text: &str, top: f64, body: &mut String) {
    let _ = writeln!(body, "<text x=\"0\" y=\"{:.1}\">{}</text>", top + 13.0, line(text));
    let _ = writeln!(
        body,
        "<rect class=\"all\" x=\"0\" y=\"{:.1}\" width=\"{WIDTH}\" height=\"12\"/>",
        top + 17.0
    );
}

fn block(class: &str, (first, last): (u8, u8), title: &str, top: f64, body: &mut String) {
    let x = f64::from(first) * NR;
    let width = (f64::from(last) - f64::from(first) + 1.0) * NR;
    let _ = writeln!(
        body,
        "<rect class=\"{class}\" x=\"{x}\" y=\"{:.1}\" width=\"{width}\" height=\"12\"><title>{}</title></rect>",
        top + 17.0,
        line(title)
    );
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST - 1).collect();
    format!("{kept}…")
}
