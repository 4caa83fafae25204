//! The filters, and the files as contents.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use ioctlkit_model::{FileId, Report, Severity, SourceMap};

use super::Shown;
use crate::page::{counted, line};

/// The place of a file in the page.
pub(super) fn anchor(file: FileId, sources: &SourceMap) -> String {
    format!("f{}", sources.place(file))
}

pub(super) fn write(
    report: &Report,
    shown: &Shown<'_>,
    sources: &SourceMap,
    out: &mut dyn Write,
) -> io::Result<()> {
    if shown.files.is_empty() {
        return Ok(());
    }
    writeln!(out, "<nav>\n<div class=\"filters\" hidden>")?;
    let severities: BTreeSet<Severity> = shown.findings().map(|finding| finding.severity).collect();
    let severities =
        severities.iter().rev().map(|one| (one.name().to_owned(), one.name().to_owned()));
    select("severity", "every severity", severities, out)?;
    let mut rules: BTreeMap<&str, &str> = BTreeMap::new();
    for finding in &report.findings {
        rules.insert(finding.rule.code, finding.rule.slug);
    }
    let rules = rules.iter().map(|(code, slug)| ((*code).to_owned(), format!("{code} {slug}")));
    select("rule", "every rule", rules, out)?;
    let files = shown.files.iter().map(|(file, _)| {
        (anchor(*file, sources), sources.file(*file).path.to_string_lossy().into_owned())
    });
    select("file", "every file", files, out)?;
    let abis = report.abis.iter().map(|abi| (abi.index().to_string(), abi.abi().name.to_owned()));
    select("abi", "every ABI", abis, out)?;
    let all = shown.findings().count();
    writeln!(
        out,
        "<label>text <input type=\"search\" id=\"text\" autocomplete=\"off\"></label>\n\
         <output id=\"count\">{}</output></div>",
        counted(all, "finding")
    )?;
    writeln!(
        out,
        "<details><summary>{}</summary><ul class=\"files\">",
        counted(shown.files.len(), "file")
    )?;
    for (file, findings) in &shown.files {
        writeln!(
            out,
            "<li><a href=\"#{}\"><code>{}</code></a> <span class=\"quiet\">{}</span></li>",
            anchor(*file, sources),
            line(&sources.file(*file).path.to_string_lossy()),
            findings.len()
        )?;
    }
    writeln!(
        out,
        "</ul></details>\n</nav>\n<p id=\"none\" hidden>No finding of this page is like that.</p>"
    )
}

fn select(
    name: &str,
    all: &str,
    options: impl Iterator<Item = (String, String)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "<select id=\"{name}\" aria-label=\"{name}\"><option value=\"\">{all}</option>")?;
    for (value, text) in options {
        write!(out, "<option value=\"{}\">{}</option>", line(&value), line(&text))?;
    }
    writeln!(out, "</select>")
}
