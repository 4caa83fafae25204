//! The top of the page: how much there is, what differs, and what was not understood.

use std::collections::HashSet;
use std::io::{self, Write};

use super::Atlas;
use crate::page::{counted, line, sentence};
use crate::place::{TextRange, problem_path};
use crate::prose::kind_level;

/// How many entries of a list are written out.
const LISTED: usize = 300;

pub(super) fn write(atlas: &Atlas<'_>, out: &mut dyn Write) -> io::Result<()> {
    let interface = atlas.layouts.interface();
    let commands = atlas.rows().count();
    let files: HashSet<_> = atlas.rows().map(|row| row.span.file).collect();
    let differ = atlas.rows().filter(|row| row.differs()).count();
    let numbers = atlas.rows().filter(|row| row.number_differs()).count();
    let collide = atlas.rows().filter(|row| row.collides).count();
    writeln!(
        out,
        "<header>\n<h1>Atlas of {}</h1>\n<p class=\"lead\">{} of {} under {}, on {} in {}.</p>\n<ul class=\"facts\">\
         <li><b>{differ}</b> carry something that differs in size or layout between ABIs</li>\
         <li><b>{numbers}</b> have several numbers on ABIs that encode alike</li>\
         <li><b>{collide}</b> share a number with a command of another header</li>\
         <li><b>{}</b> of one type letter belong in <a href=\"https://docs.kernel.org/userspace-api/ioctl/ioctl-number.html\">the kernel's \
         table</a> to somebody else, or to nobody</li></ul>",
        counted(commands, "ioctl command"),
        counted(commands, "command"),
        counted(files.len(), "file"),
        counted(atlas.letters.len(), "type letter"),
        counted(interface.abis.len(), "ABI"),
        counted(atlas.columns.len(), "group"),
        counted(atlas.registrations.len(), "block"),
    )?;
    gaps(atlas, out)?;
    writeln!(out, "</header>")
}

/// What the page cannot speak of.
fn gaps(atlas: &Atlas<'_>, out: &mut dyn Write) -> io::Result<()> {
    let interface = atlas.layouts.interface();
    let mut lines: Vec<String> = Vec::new();
    for unknown in &interface.not_understood {
        let place = TextRange::of(unknown.span, &interface.sources);
        lines.push(format!(
            "<code>{}:{}</code>: <code>{}</code> was not understood: {}",
            line(&place.file.path.to_string_lossy()),
            place.start.line,
            line(&unknown.name),
            sentence(&unknown.reason)
        ));
    }
    for family in interface.families.iter().filter(|family| family.number.is_none()) {
        let place = TextRange::of(family.span, &interface.sources);
        lines.push(format!(
            "<code>{}:{}</code>: <code>{}</code> makes commands that differ in more than their size, which \
             are not below",
            line(&place.file.path.to_string_lossy()),
            place.start.line,
            line(&family.name)
        ));
    }
    for problem in atlas.problems {
        let path = problem_path(problem, &interface.sources);
        let path = path.map(|path| format!("<code>{}</code>: ", line(&path))).unwrap_or_default();
        let level = kind_level(problem.kind);
        lines.push(format!("<b>{level}:</b> {path}{}", sentence(&problem.message)));
    }
    let files = interface.headers.iter().filter(|header| !header.not_read.is_empty());
    for header in files {
        let path = &interface.sources.file(header.file).path;
        lines.push(format!(
            "<code>{}</code> was not read for every ABI",
            line(&path.to_string_lossy())
        ));
    }
    if lines.is_empty() {
        return writeln!(out, "<p>Everything that was named was read and understood.</p>");
    }
    writeln!(
        out,
        "<details><summary>Not understood, not read or not shown: {}</summary>\n<ul>",
        lines.len()
    )?;
    for text in lines.iter().take(LISTED) {
        writeln!(out, "<li>{text}</li>")?;
    }
    if lines.len() > LISTED {
        let more = lines.len() - LISTED;
        writeln!(out, "<li>and {more} more, which <code>ioctl-lint dump</code> has</li>")?;
    }
    writeln!(out, "</ul></details>")
}
