//! A table of commands for each type letter.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use ioctlkit_model::{Finding, SourceMap, abi_words};

use super::columns::Column;
use super::rows::{Cell, Row};
use super::{Atlas, letter, strip};
use crate::page::{counted, line, sentence};
use crate::place::TextRange;

/// How many remarks about a letter are written out.
const REMARKS: usize = 40;

pub(super) fn write(atlas: &Atlas<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<h2 id=\"commands\">Commands</h2>\n<div class=\"filters\" hidden>\
         <label>name, type or file <input type=\"search\" id=\"text\" autocomplete=\"off\"></label>\
         <select id=\"kind\" aria-label=\"which commands\"><option value=\"\">all commands</option>\
         <option value=\"l\">size or layout differs</option><option value=\"n\">several numbers in one encoding</option>\
         <option value=\"c\">number of another header</option></select> <output id=\"count\"></output></div>\n\
         <p class=\"quiet\">Bytes of the argument on each <a href=\"#groups\">group of ABIs</a>; a raised digit tells \
         layouts of one size apart, a dash says that the group has no such command. Words behind a name say which ABIs \
         have it, where not all do.</p>"
    )?;
    for (value, rows) in &atlas.letters {
        write_letter(atlas, *value, rows, out)?;
    }
    Ok(())
}

fn write_letter(
    atlas: &Atlas<'_>,
    value: u8,
    rows: &[Row<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    let sources = &atlas.layouts.interface().sources;
    let mut files: BTreeMap<_, usize> = BTreeMap::new();
    for row in rows {
        *files.entry(row.span.file).or_default() += 1;
    }
    let most = files.iter().max_by_key(|(_, count)| **count);
    let most = most.map(|(file, _)| sources.file(*file).path.to_string_lossy().into_owned());
    let others = match files.len() {
        0 | 1 => String::new(),
        more => format!(" and {}", counted(more - 1, "other file")),
    };
    let differ = rows.iter().filter(|row| row.differs()).count();
    let collide = rows.iter().filter(|row| row.collides).count();
    let mut remarks = String::new();
    if differ > 0 {
        let _ = write!(remarks, " <span class=\"differs\">{differ} differ</span>");
    }
    if collide > 0 {
        let _ = write!(remarks, " <span class=\"clashes\">{collide} collide</span>");
    }
    writeln!(
        out,
        "<details class=\"letter\" id=\"l{value:02x}\"><summary><b>{}</b>: {} of <code>{}</code>{others}\
         {remarks}</summary>\n<div class=\"scroll\" tabindex=\"0\">{}</div>",
        line(&heading(value)),
        counted(rows.len(), "command"),
        line(&most.unwrap_or_default()),
        strip::svg(value, rows, sources),
    )?;
    write_remarks(atlas, rows, out)?;
    write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th>nr</th><th>command</th><th>through</th>\
         <th>argument</th>"
    )?;
    for column in &atlas.columns {
        write!(out, "<th class=\"n\">{}</th>", column.name)?;
    }
    writeln!(out, "<th>numbers</th><th>defined in</th></tr></thead>\n<tbody>")?;
    for row in rows {
        writeln!(out, "{}", table_row(atlas, row, sources))?;
    }
    writeln!(out, "</tbody></table></div></details>")
}

/// The letter, with its number where that says more.
fn heading(value: u8) -> String {
    let letter = letter(value);
    if letter.starts_with('\'') { format!("{letter} {value:#04x}") } else { letter }
}

/// What the rules about numbers say of the letter.
fn write_remarks(atlas: &Atlas<'_>, rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    let sources = &atlas.layouts.interface().sources;
    let is_here = |finding: &&Finding| rows.iter().any(|row| row.span == finding.span);
    let found: Vec<&Finding> =
        atlas.registrations.iter().chain(atlas.collisions).filter(is_here).collect();
    if found.is_empty() {
        return Ok(());
    }
    writeln!(out, "<ul class=\"remarks\">")?;
    for finding in found.iter().take(REMARKS) {
        let place = TextRange::of(finding.span, sources);
        let command = finding.command.as_deref().unwrap_or_default();
        writeln!(
            out,
            "<li>{} <code>{}</code>, <code>{}:{}</code>: {}</li>",
            finding.rule.code,
            line(command),
            line(&place.file.path.to_string_lossy()),
            place.start.line,
            sentence(&finding.message)
        )?;
    }
    if found.len() > REMARKS {
        writeln!(
            out,
            "<li>and {} more, which <code>ioctl-lint check --select N010,N011</code> lists</li>",
            found.len() - REMARKS
        )?;
    }
    writeln!(out, "</ul>")
}

fn table_row(atlas: &Atlas<'_>, row: &Row<'_>, sources: &SourceMap) -> String {
    let mut kinds = String::new();
    for (holds, kind) in [(row.differs(), 'l'), (row.number_differs(), 'n'), (row.collides, 'c')] {
        if holds {
            kinds.push(kind);
        }
    }
    let place = TextRange::of(row.span, sources);
    let argument =
        match row.structure.and_then(|id| atlas.structures.iter().position(|it| *it == id)) {
            Some(index) => format!("<a href=\"#s{index}\">{}</a>", line(&row.argument)),
            None => line(&row.argument),
        };
    let all = atlas.layouts.interface().abis;
    let only = if row.abis() == all {
        String::new()
    } else {
        format!(" <span class=\"only\">{}</span>", line(&abi_words::noun(row.abis(), all)))
    };
    let class = if row.collides { " class=\"collides\"" } else { "" };
    format!(
        "<tr{class}{}><td class=\"n\">{:#04x}</td><td><code>{}</code>{only}</td><td>{}</td><td>{argument}</td>{}<td \
         class=\"code\">{}</td><td class=\"quiet\">{}:{}</td></tr>",
        if kinds.is_empty() { String::new() } else { format!(" data-k=\"{kinds}\"") },
        row.nr,
        line(row.name),
        line(row.through),
        sizes(row, &atlas.columns),
        numbers(row, &atlas.columns),
        line(&place.file.path.to_string_lossy()),
        place.start.line,
    )
}

/// A cell for each group, or one where all groups agree.
fn sizes(row: &Row<'_>, columns: &[Column]) -> String {
    let cells: Vec<Option<Cell>> = columns.iter().map(|column| column.cell(row)).collect();
    let shown = |cell: &Option<Cell>| cell.map(|cell| (cell.size, cell.layout));
    let first = cells.iter().flatten().next().copied();
    if cells.iter().all(|cell| shown(cell) == shown(&first)) {
        let size = first.and_then(|cell| cell.size);
        let size = size.map(|size| size.to_string()).unwrap_or_default();
        return format!("<td class=\"all\" colspan=\"{}\">{size}</td>", columns.len());
    }
    // A layout is marked where its size alone does not tell it from others.
    let is_ambiguous = |cell: Cell| {
        cells.iter().flatten().any(|other| other.size == cell.size && other.layout != cell.layout)
    };
    let mut html = String::new();
    for cell in &cells {
        let _ = match cell {
            None => write!(html, "<td class=\"n quiet\">–</td>"),
            Some(cell) => {
                let size = cell.size.map(|size| size.to_string()).unwrap_or_default();
                let mark = if is_ambiguous(*cell) {
                    format!("<sup>{}</sup>", cell.layout + 1)
                } else {
                    String::new()
                };
                let is_other = shown(&Some(*cell)) != shown(&first);
                let class = if is_other { "n other" } else { "n" };
                write!(html, "<td class=\"{class}\">{size}{mark}</td>")
            }
        };
    }
    html
}

/// The numbers, each with the groups that have it where there are several.
fn numbers(row: &Row<'_>, columns: &[Column]) -> String {
    let mut numbers: Vec<(u32, Vec<&str>)> = Vec::new();
    let mut with_number = 0;
    for column in columns {
        let number = column.cell(row).and_then(|cell| cell.number);
        let Some(number) = number else { continue };
        with_number += 1;
        match numbers.iter_mut().find(|(known, _)| *known == number) {
            Some((_, names)) => names.push(&column.name),
            None => numbers.push((number, vec![&column.name])),
        }
    }
    let is_one = numbers.len() == 1 && with_number == columns.len();
    let shown = numbers.iter().map(|(number, names)| {
        let width = if *number > 0xffff { 10 } else { 6 };
        let names = if is_one { String::new() } else { format!(" {}", names.join("")) };
        format!("{number:#0width$x}{names}")
    });
    shown.collect::<Vec<_>>().join(" · ")
}
