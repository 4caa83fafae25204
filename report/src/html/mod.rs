//! A page for a browser: findings by file with their source, the layouts and numbers that they are about, and
//! what was and was not read. It needs nothing but itself, and filters without a network.

mod account;
mod details;
mod diff;
mod excerpt;
mod finding;
mod navigation;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{FileId, Finding, Report, SourceMap};

use crate::layout_map::{self, Gallery};
use crate::page::{Page, counted, line};

pub use details::Details;
use finding::Surroundings;

const STYLE: &str = include_str!("check.css");
const SCRIPT: &str = include_str!("check.js");

/// How many findings a page has at most, and how many bytes they may take: a browser has to lay them out.
const MOST: usize = 3000;
const BYTES: usize = 12 << 20;
/// How many bytes the pictures of layouts may take.
const PICTURES: usize = 6 << 20;

/// Writes the page. Findings that follow from another one stand below it. Where there are more than a browser
/// shows in a moment, the most severe are kept, and the page says how many are not. `said` is what the run says of
/// itself, a sentence each, and stands at the top.
///
/// # Errors
/// Those of `out`.
pub fn render(
    report: &Report,
    sources: &SourceMap,
    details: &Details,
    said: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    let style = format!("{}{STYLE}", layout_map::STYLE);
    let page = Page { style: &style, script: SCRIPT };
    let out = &mut io::BufWriter::with_capacity(1 << 16, out);
    let shown = Shown::of(report, sources, details);
    page.open("ioctl-lint", out)?;
    writeln!(out, "{}", layout_map::holes())?;
    account::write(report, said, &shown, sources, out)?;
    navigation::write(report, &shown, sources, out)?;
    let mut pictures =
        Pictures { details, gallery: Gallery::with_room_for(PICTURES), drawn: BTreeSet::new() };
    for (file, findings) in &shown.files {
        write_file(*file, findings, &mut pictures, sources, out)?;
    }
    writeln!(out, "<footer>{}</footer>", layout_map::LEGEND)?;
    page.close(out)?;
    out.flush()
}

/// The findings that have a place in the page, each as HTML.
struct Shown<'a> {
    /// By file, in the order of the report.
    files: Vec<(FileId, Vec<(&'a Finding, String)>)>,
    /// How many of those that follow from no other one are not among them.
    left_out: usize,
}

impl<'a> Shown<'a> {
    fn of(report: &'a Report, sources: &SourceMap, details: &Details) -> Self {
        let consequences = report.consequences();
        let surroundings = Surroundings { report, sources, details };
        let mut causes: Vec<(usize, &Finding)> = report.causes().enumerate().collect();
        let all = causes.len();
        // The sort is stable: those of one severity stay in order.
        causes.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
        let mut bytes = 0;
        let mut written: Vec<(usize, &Finding, String)> = Vec::new();
        for (order, finding) in causes.into_iter().take(MOST) {
            let following = consequences.of(finding);
            let html = finding::html(finding, following, &surroundings);
            bytes += html.len();
            if bytes > BYTES {
                break;
            }
            written.push((order, finding, html));
        }
        let left_out = all - written.len();
        written.sort_by_key(|(order, ..)| *order);
        let mut places: BTreeMap<FileId, usize> = BTreeMap::new();
        let mut files: Vec<(FileId, Vec<(&Finding, String)>)> = Vec::new();
        for (_, finding, html) in written {
            let place = *places.entry(finding.span.file).or_insert_with(|| {
                files.push((finding.span.file, Vec::new()));
                files.len() - 1
            });
            files[place].1.push((finding, html));
        }
        for (_, findings) in &mut files {
            findings.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
        }
        Self { files, left_out }
    }

    fn findings(&self) -> impl Iterator<Item = &'a Finding> {
        self.files.iter().flat_map(|(_, findings)| findings.iter().map(|(finding, _)| *finding))
    }
}

fn write_file(
    file: FileId,
    findings: &[(&Finding, String)],
    pictures: &mut Pictures<'_>,
    sources: &SourceMap,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = sources.file(file).path.to_string_lossy();
    writeln!(
        out,
        "<section class=\"file\" id=\"{0}\" data-file=\"{0}\">\n<h2><code>{1}</code> <span class=\"quiet\">{2}\
         </span></h2>",
        navigation::anchor(file, sources),
        line(&path),
        counted(findings.len(), "finding"),
    )?;
    for (_, html) in findings {
        out.write_all(html.as_bytes())?;
    }
    for (finding, _) in findings {
        pictures.write(finding, sources, out)?;
    }
    writeln!(out, "</section>")
}

/// The pictures of layouts, each of which is in the page once.
struct Pictures<'a> {
    details: &'a Details,
    gallery: Gallery,
    drawn: BTreeSet<usize>,
}

impl Pictures<'_> {
    /// Writes the picture of the structure that a finding is about, unless the page has it.
    fn write(
        &mut self,
        finding: &Finding,
        sources: &SourceMap,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let structure = self.details.structure(finding);
        let Some((index, structure)) = structure.filter(|(index, _)| self.drawn.insert(*index))
        else {
            return Ok(());
        };
        let map = structure.placed(sources);
        writeln!(
            out,
            "<details class=\"layout\" id=\"s{index}\"><summary><code>{}</code>: {}</summary>",
            line(&map.name),
            counted(map.strips.len(), "layout")
        )?;
        self.gallery.write(&map, out)?;
        writeln!(out, "</details>")
    }
}

/// The ABIs as a number with a bit for each, in hexadecimal.
fn bits(abis: AbiSet) -> String {
    let bits = abis.iter().fold(0_u64, |bits, abi| bits | 1 << abi.index());
    format!("{bits:x}")
}
