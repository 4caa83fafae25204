//! For people, in the form of rustc's messages: the line of the header, the member underlined and
//! labelled, the ABIs, who breaks, and the suggested lines.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::io;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet,
};
use ioctlkit_model::{
    Finding, Fix, Label, Problem, ProblemKind, Report, Safety, Severity, SourceMap, Span,
};

use crate::place::problem_path;
use crate::terminal::Terminal;
use crate::{prose, visible};
use window::Window;

mod suggestion;
mod window;

/// How text for people looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether to colour with ANSI escape sequences. Whether that is wanted (a terminal,
    /// `NO_COLOR`) is for the caller to find out.
    pub colour: bool,
}

/// Writes each problem, then each finding that follows from no other one, the worst of a file first, with an empty line behind each.
///
/// # Errors
/// Those of `out`.
pub fn render(
    report: &Report,
    sources: &SourceMap,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.hyperlink(false);
    // The lines of the header are quoted as they are.
    let out = &mut if style.colour { Terminal::coloured(out) } else { Terminal::plain(out) };
    for problem in &report.problems {
        write(&renderer, &[problem_group(problem, sources)], out)?;
    }
    let consequences = report.consequences();
    // What matters most in a file comes first.
    let mut causes: Vec<&Finding> = report.causes().collect();
    causes.sort_by_key(|it| (sources.place(it.span.file), Reverse(it.severity)));
    for finding in causes {
        let following = consequences.of(finding);
        write(&renderer, &finding_groups(finding, following, report, sources), out)?;
    }
    io::Write::flush(out)
}

fn write(renderer: &Renderer, groups: &[Group<'_>], out: &mut dyn io::Write) -> io::Result<()> {
    // Padding behind a label or an empty line of a header is of no use to anybody.
    for line in renderer.render(groups).lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out)
}

fn finding_groups<'a>(
    finding: &'a Finding,
    following: &[&Finding],
    report: &'a Report,
    sources: &'a SourceMap,
) -> Vec<Group<'a>> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let mut notes = prose::notes(finding, report);
    if finding.cause.is_none() {
        notes.extend(prose::consequences(finding, following, sources));
    }
    let mut group =
        Group::with_title(level.primary_title(harmless(&finding.message)).id(finding.rule.code))
            .elements(snippets(finding, sources))
            .elements(notes.iter().map(|note| Level::NOTE.message(harmless(note))));
    let mut suggestion = None;
    if let Some(fix) = &finding.fix {
        let sentence = harmless(&fix_sentence(fix));
        let lines = suggestion::snippets(fix, sources);
        if lines.is_empty() {
            group = group.element(Level::HELP.message(sentence));
        } else {
            let title = Level::HELP.secondary_title(sentence);
            suggestion = Some(Group::with_title(title).elements(lines));
        }
    }
    group = group.element(Level::HELP.message(format!("ioctl-lint explain {}", finding.rule.code)));
    std::iter::once(group).chain(suggestion).collect()
}

/// The text with what nobody sees shown: what is quoted from a header must not command a terminal.
/// What goes on behind a line's end is indented by the library, so that no name can begin a line.
fn harmless(text: &str) -> String {
    visible::in_lines(text).replace('\t', "    ")
}

/// The path on one line.
fn harmless_path(path: &str) -> String {
    visible::on_one_line(path).into_owned()
}

fn fix_sentence(fix: &Fix) -> Cow<'_, str> {
    match (fix.safety, fix.edits.is_empty()) {
        (Safety::ChangesAbi, false) => Cow::Owned(format!("{} (changes the ABI)", fix.message)),
        (Safety::ChangesProgram, false) => {
            Cow::Owned(format!("{}, and look at its other uses", fix.message))
        }
        _ => Cow::Borrowed(&fix.message),
    }
}

/// The primary span with its label, and the related places: in the same snippet where they are
/// near, in one of their own where they are far or in another file.
fn snippets<'a>(finding: &'a Finding, sources: &'a SourceMap) -> Vec<Element<'a>> {
    let mut window = Window::around(finding.span, sources);
    let mut near: Vec<&Label> = Vec::new();
    let mut far: Vec<&Label> = Vec::new();
    for label in &finding.related {
        match window.stretched(label.span) {
            Some(wider) => {
                window = wider;
                near.push(label);
            }
            None => far.push(label),
        }
    }
    let mut snippet = window.snippet().annotation(
        AnnotationKind::Primary.span(window.within(finding.span)).label(words(&finding.label)),
    );
    for label in near {
        snippet = snippet.annotation(
            AnnotationKind::Context.span(window.within(label.span)).label(words(&label.text)),
        );
    }
    let mut snippets = placed(window, finding.span, snippet);
    snippets.extend(far.into_iter().flat_map(|label| labelled(label, sources)));
    snippets
}

fn labelled<'a>(label: &'a Label, sources: &'a SourceMap) -> Vec<Element<'a>> {
    let window = Window::around(label.span, sources);
    let annotation =
        AnnotationKind::Context.span(window.within(label.span)).label(words(&label.text));
    placed(window, label.span, window.snippet().annotation(annotation))
}

/// A snippet, behind the place of its span where it does not say that itself.
fn placed<'a>(
    window: Window<'a>,
    span: Span,
    snippet: Snippet<'a, Annotation<'a>>,
) -> Vec<Element<'a>> {
    window.place(span).map(Element::from).into_iter().chain([snippet.into()]).collect()
}

fn words(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| harmless(text))
}

fn problem_group<'a>(problem: &'a Problem, sources: &'a SourceMap) -> Group<'a> {
    let level = match problem.kind {
        ProblemKind::Note => Level::NOTE,
        ProblemKind::Incomplete => Level::WARNING,
        ProblemKind::Failure => Level::ERROR,
    };
    let mut group = Group::with_title(level.primary_title(harmless(&problem.message)));
    if let Some(span) = problem.span {
        group = group.elements(underlined(span, sources));
    } else if let Some(path) = problem_path(problem, sources) {
        group = group.element(Origin::path(harmless_path(&path)));
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(harmless(help)));
    }
    group
}

fn underlined(span: Span, sources: &SourceMap) -> Vec<Element<'_>> {
    let window = Window::around(span, sources);
    let annotation = AnnotationKind::Primary.span(window.within(span));
    placed(window, span, window.snippet().annotation(annotation))
}

/// A snippet that shows edits.
type Suggestion<'a> = Snippet<'a, Patch<'a>>;
