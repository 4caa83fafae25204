//! A finding as a piece of the page.

use std::fmt::Write as _;

use ioctlkit_model::{Finding, Report, Safety, SourceMap, abi_words};

use super::details::Details;
use super::excerpt::{self, Mark};
use super::{bits, diff};
use crate::page::{line, sentence};
use crate::place::TextRange;
use crate::{prose, rule_page};

/// What a finding is seen in.
pub(super) struct Surroundings<'a> {
    pub(super) report: &'a Report,
    pub(super) sources: &'a SourceMap,
    pub(super) details: &'a Details,
}

/// The finding, with those that follow from it in a line each.
pub(super) fn html(finding: &Finding, following: &[&Finding], around: &Surroundings<'_>) -> String {
    let Surroundings { report, sources, details } = around;
    let place = TextRange::of(finding.span, sources);
    let codes = following.iter().fold(String::from(finding.rule.code), |mut codes, one| {
        if !codes.split(' ').any(|code| code == one.rule.code) {
            let _ = write!(codes, " {}", one.rule.code);
        }
        codes
    });
    let abis = following.iter().fold(finding.abis, |abis, one| abis.union(one.abis));
    let severity = finding.severity.name();
    let mut html = format!(
        "<article class=\"{severity}\" data-severity=\"{severity}\" data-rules=\"{codes}\" data-abis=\"{}\">\n\
         <h3><span class=\"severity\">{severity}</span> <a href=\"{}\" title=\"{}\">{}</a> {}</h3>\n",
        bits(abis),
        line(&rule_page(finding.rule)),
        finding.rule.slug,
        finding.rule.code,
        sentence(&finding.message),
    );
    let _ = writeln!(html, "<p class=\"quiet\">line {}{}</p>", place.start.line, about(finding));
    html += &excerpt::html(&marks(finding), sources);
    let mut notes = prose::notes(finding, report);
    if finding.cause.is_none() {
        notes.extend(prose::consequences(finding, following, sources));
    }
    html += &list(&notes);
    html += &fix(finding, sources);
    html += "<div class=\"more\">\n";
    html += &facts(finding, report, details);
    html += &acceptance(finding, sources);
    html + "</div>\n</article>\n"
}

fn about(finding: &Finding) -> String {
    let names = [&finding.command, &finding.record, &finding.member];
    let names = names.into_iter().flatten();
    names.fold(String::new(), |html, name| format!("{html}, <code>{}</code>", line(name)))
}

fn marks(finding: &Finding) -> Vec<Mark<'_>> {
    let own = Mark { span: finding.span, words: &finding.label, class: "mark" };
    let related = finding.related.iter();
    let related = related.map(|one| Mark { span: one.span, words: &one.text, class: "near" });
    std::iter::once(own).chain(related).collect()
}

fn list(notes: &[String]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let mut html = String::from("<ul>\n");
    for note in notes {
        let _ = writeln!(html, "<li>{}</li>", sentence(note));
    }
    html + "</ul>\n"
}

/// What to write instead.
fn fix(finding: &Finding, sources: &SourceMap) -> String {
    let mut html = String::new();
    if let Some(fix) = &finding.fix {
        let consequence = match fix.safety {
            Safety::Safe => "",
            Safety::ChangesAbi => " (changes the ABI)",
            Safety::ChangesProgram => " (look at its other uses)",
        };
        let _ = writeln!(html, "<p><b>fix:</b> {}{consequence}</p>", sentence(&fix.message));
        html += &diff::of_fix(fix, sources);
    }
    html
}

/// How to accept the finding; empty where no comment can.
fn acceptance(finding: &Finding, sources: &SourceMap) -> String {
    let comment = diff::of_suppression(finding.rule.code, finding.span, sources);
    if comment.is_empty() {
        return comment;
    }
    format!("<details><summary>accept it here, with a reason</summary>\n{comment}</details>\n")
}

/// What differs between ABIs: where the picture is, and the numbers of the command.
fn facts(finding: &Finding, report: &Report, details: &Details) -> String {
    let mut html = String::new();
    if let Some((index, structure)) = details.structure(finding) {
        let name = line(&structure.map.name);
        let _ =
            writeln!(html, "<p><a href=\"#s{index}\">the layout of <code>{name}</code></a></p>");
    }
    let numbers = details.numbers(finding);
    if numbers.is_empty() {
        return html;
    }
    let name = line(finding.command.as_deref().unwrap_or_default());
    let _ = writeln!(
        html,
        "<details><summary>numbers of <code>{name}</code></summary>\n<table>\n<thead><tr><th>number</th>\
         <th class=\"n\">bytes</th><th>ABIs</th></tr></thead>\n<tbody>"
    );
    for number in numbers {
        let size = number.size.map(|size| size.to_string()).unwrap_or_default();
        let _ = writeln!(
            html,
            "<tr><td class=\"code\">{:#010x}</td><td class=\"n\">{size}</td><td>{}</td></tr>",
            number.value,
            line(&abi_words::noun(number.abis, report.abis)),
        );
    }
    html + "</tbody></table></details>\n"
}
